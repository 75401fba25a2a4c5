//! Cortex: the layers that turn sensed numbers into the features that the other parts read.
//!
//! A [`Column`] is `layers` times (linear with bias, layer normalisation without gain or offset, leaky rectifier) and a
//! linear head. Its weights lie in one array. An [`Activity`] holds the results of one pass, so that several passes can
//! be kept. Initialisation and layer layout follow stream-x (Elsayed, Vasan & Mahmood 2024, arXiv 2410.14606).

use std::ops::Range;

use rand::RngExt;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;

use super::cortex_settings::CortexConfig;
use super::lanes::{LANES, Lanes, Work, ZEROS, add_rows, chunks, dot, dot_rows, flat, flat_mut, sum, widest};
use crate::state::{StateError, StateReader, StateWriter};

/// Added to the variance in layer normalisation, as in PyTorch.
const VARIANCE_EPSILON: f32 = 1e-5;

/// One linear map: outputs = rows · inputs. The last input is the constant 1, so that the last weight of every row is
/// that output's bias. There are as many rows as outputs, padding included.
#[derive(Clone, Debug)]
pub(super) struct Linear {
    /// Number of inputs, without the constant.
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// Chunks per row.
    pub(super) row_chunks: usize,
    /// Range of chunks of the column's weights that are the rows.
    pub(super) rows: Range<usize>,
}

impl Linear {
    fn new(inputs: usize, outputs: usize, start: usize) -> Linear {
        let row_chunks = chunks(inputs + 1);
        let end = start + LANES * chunks(outputs) * row_chunks;
        Linear { inputs, outputs, row_chunks, rows: start..end }
    }

    /// Range of chunks with a unit's incoming weights.
    fn row(&self, unit: usize) -> Range<usize> {
        let start = self.rows.start + unit * self.row_chunks;
        start..start + self.row_chunks
    }

    /// Draws a unit's incoming weights, which must all be zero.
    fn wire(&self, row: &mut [Lanes], sparsity: f64, generator: &mut ChaCha8Rng) {
        let bound = 1.0 / (self.inputs as f32).sqrt();
        let zeros = (sparsity * self.inputs as f64).ceil() as usize;
        let nonzeros = self.inputs.saturating_sub(zeros).max(1);
        for input in sample(generator, self.inputs, nonzeros) {
            flat_mut(row)[input] = generator.random_range(-bound..bound);
        }
    }

    /// outputs = rows · inputs
    fn forward(&self, weights: &[Lanes], inputs: &[Lanes], outputs: &mut [Lanes]) {
        let rows = weights[self.rows.clone()].chunks_exact(LANES * self.row_chunks);
        for (outputs, rows) in outputs.iter_mut().zip(rows) {
            *outputs = dot_rows(rows, inputs);
        }
    }

    /// d_inputs = transposed rows · d_outputs, for all inputs except the constant.
    fn backward(&self, weights: &[Lanes], d_outputs: &[Lanes], d_inputs: &mut [Lanes]) {
        let rows = &weights[self.rows.clone()];
        widest(Backward { rows, row_chunks: self.row_chunks, d_outputs, d_inputs });
        flat_mut(d_inputs)[self.inputs..].fill(0.0);
    }

    /// Buffer for the inputs, with the constant in its place.
    fn inputs(&self) -> Vec<Lanes> {
        let mut inputs = vec![ZEROS; self.row_chunks];
        flat_mut(&mut inputs)[self.inputs] = 1.0;
        inputs
    }
}

/// d_inputs = transposed rows · d_outputs
struct Backward<'a> {
    rows: &'a [Lanes],
    row_chunks: usize,
    d_outputs: &'a [Lanes],
    d_inputs: &'a mut [Lanes],
}

impl Work for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.d_inputs.fill(ZEROS);
        for (&d_outputs, rows) in self.d_outputs.iter().zip(self.rows.chunks_exact(LANES * self.row_chunks)) {
            add_rows(self.d_inputs, d_outputs, rows);
        }
    }
}

/// Position of some weights.
pub(super) enum Place {
    /// These chunks.
    Row(Range<usize>),
    /// This number, counted from the start of all chunks.
    Number(usize),
}

impl Place {
    /// Sets these weights to zero.
    pub(super) fn clear(self, array: &mut [Lanes]) {
        match self {
            Place::Row(row) => array[row].fill(ZEROS),
            Place::Number(at) => flat_mut(array)[at] = 0.0,
        }
    }
}

/// Results of one pass at one linear map.
#[derive(Clone, Debug)]
pub(super) struct LayerActivity {
    /// Inputs, followed by the constant 1.
    pub(super) inputs: Vec<Lanes>,
    /// Outputs of the linear map, normalised unless it is the head.
    outputs: Vec<Lanes>,
    /// Factor by which the outputs were normalised.
    scale: f32,
    /// Gradient with respect to the outputs of the linear map, before normalisation.
    pub(super) d_outputs: Vec<Lanes>,
}

/// Results of one pass through a column.
#[derive(Clone, Debug)]
pub(super) struct Activity {
    /// Number of inputs to the lowest layer.
    inputs: usize,
    /// Number of units in each hidden layer.
    hidden: usize,
    pub(super) layers: Vec<LayerActivity>,
}

impl Activity {
    /// What the head reads: the units of the last hidden layer, without the constant.
    pub(super) fn hidden(&self) -> &[f32] {
        let head = &self.layers[self.layers.len() - 1];
        &flat(&head.inputs)[..self.hidden]
    }
}

/// A stack of hidden layers with a linear head.
#[derive(Clone, Debug)]
pub(super) struct Column {
    leak: Lanes,
    /// Share of a unit's incoming weights that start at zero.
    sparsity: f64,
    /// Linear maps of the hidden layers, followed by the head.
    pub(super) layers: Vec<Linear>,
    pub(super) weights: Vec<Lanes>,
}

impl Column {
    /// A column with new weights: sparse, uniform in ± 1 / sqrt(inputs), biases zero.
    pub(super) fn new(config: &CortexConfig, inputs: usize, outputs: usize, generator: &mut ChaCha8Rng) -> Column {
        let mut layers: Vec<Linear> = Vec::new();
        for layer in 0..=config.layers {
            let inputs = if layer == 0 { inputs } else { config.units };
            let outputs = if layer == config.layers { outputs } else { config.units };
            let start = layers.last().map_or(0, |below| below.rows.end);
            layers.push(Linear::new(inputs, outputs, start));
        }
        let mut weights = vec![ZEROS; layers[config.layers].rows.end];
        for layer in &layers {
            for row in weights[layer.rows.clone()].chunks_exact_mut(layer.row_chunks).take(layer.outputs) {
                layer.wire(row, config.initial_sparsity, generator);
            }
        }
        Column { leak: Lanes::splat(config.leak as f32), sparsity: config.initial_sparsity, layers, weights }
    }

    /// Makes the first outputs zero for all inputs.
    pub(super) fn quieten(&mut self, outputs: usize) {
        let head = &self.layers[self.layers.len() - 1];
        for output in 0..outputs {
            self.weights[head.row(output)].fill(ZEROS);
        }
    }

    /// Writes how strongly each input of a layer is read: the mean absolute value of the weights that read it.
    pub(super) fn reading(&self, layer: usize, reading: &mut [f32]) {
        let layer = &self.layers[layer];
        reading.fill(0.0);
        for row in self.weights[layer.rows.clone()].chunks_exact(layer.row_chunks).take(layer.outputs) {
            for (reading, weight) in reading.iter_mut().zip(flat(row)) {
                *reading += weight.abs();
            }
        }
        reading.iter_mut().for_each(|reading| *reading /= layer.outputs as f32);
    }

    /// Gives a unit of a hidden layer new incoming weights, and outgoing weights of zero.
    pub(super) fn regrow(&mut self, layer: usize, unit: usize, generator: &mut ChaCha8Rng) {
        self.places(layer, unit).for_each(|place| place.clear(&mut self.weights));
        let layer = &self.layers[layer];
        layer.wire(&mut self.weights[layer.row(unit)], self.sparsity, generator);
    }

    /// Positions of a hidden unit's incoming and outgoing weights in an array with the layout of the weights.
    pub(super) fn places(&self, layer: usize, unit: usize) -> impl Iterator<Item = Place> + use<> {
        let (own, above) = (&self.layers[layer], &self.layers[layer + 1]);
        let (start, row_chunks) = (above.rows.start, above.row_chunks);
        let incoming = Place::Row(own.row(unit));
        let outgoing = (0..above.outputs).map(move |row| Place::Number((start + row * row_chunks) * LANES + unit));
        std::iter::once(incoming).chain(outgoing)
    }

    /// Buffers for one pass.
    pub(super) fn activity(&self) -> Activity {
        let layer = |layer: &Linear| LayerActivity {
            inputs: layer.inputs(),
            outputs: vec![ZEROS; chunks(layer.outputs)],
            scale: 1.0,
            d_outputs: vec![ZEROS; chunks(layer.outputs)],
        };
        let hidden = self.layers[0].outputs;
        Activity { inputs: self.layers[0].inputs, hidden, layers: self.layers.iter().map(layer).collect() }
    }

    /// Runs the inputs in `activity` through the column.
    pub(super) fn forward(&self, activity: &mut Activity) {
        for (index, layer) in self.layers.iter().enumerate() {
            let (here, above) = activity.layers[index..].split_at_mut(1);
            let here = &mut here[0];
            layer.forward(&self.weights, &here.inputs, &mut here.outputs);
            if let Some(above) = above.first_mut() {
                here.scale = normalise(&mut here.outputs, layer.outputs);
                self.rectify(&here.outputs, &mut above.inputs);
                flat_mut(&mut above.inputs)[layer.outputs] = 1.0;
            }
        }
    }

    /// Propagates the gradient at the head's outputs in `activity` back to every linear map.
    pub(super) fn backward(&self, activity: &mut Activity) {
        for (index, layer) in self.layers.iter().enumerate().skip(1).rev() {
            let (below, here) = activity.layers.split_at_mut(index);
            let below = &mut below[index - 1];
            layer.backward(&self.weights, &here[0].d_outputs, &mut below.d_outputs);
            self.rectify_back(&below.outputs, &mut below.d_outputs);
            normalise_back(&below.outputs, below.scale, layer.inputs, &mut below.d_outputs);
        }
    }

    /// Propagates the gradient that [`Column::backward`] has left at the lowest linear map back to the inputs.
    pub(super) fn backward_to_inputs(&self, activity: &Activity, d_inputs: &mut [Lanes]) {
        self.layers[0].backward(&self.weights, &activity.layers[0].d_outputs, d_inputs);
    }

    fn rectify(&self, normalised: &[Lanes], rectified: &mut [Lanes]) {
        for (rectified, &value) in rectified.iter_mut().zip(normalised) {
            // For a leak below 1, the larger of the two is right on both sides of zero.
            *rectified = value.fast_max(value * self.leak);
        }
    }

    fn rectify_back(&self, normalised: &[Lanes], gradient: &mut [Lanes]) {
        for (gradient, &value) in gradient.iter_mut().zip(normalised) {
            *gradient = value.simd_gt(ZEROS).select(*gradient, *gradient * self.leak);
        }
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_f32("weights", flat(&self.weights));
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.get_f32("weights", flat_mut(&mut self.weights))
    }
}

impl Activity {
    /// Sets the inputs of the next pass.
    pub(super) fn set_inputs(&mut self, inputs: &[f32]) {
        self.inputs_mut().copy_from_slice(inputs);
    }

    /// Copies the inputs of another pass.
    pub(super) fn copy_inputs(&mut self, other: &Activity) {
        self.layers[0].inputs.copy_from_slice(&other.layers[0].inputs);
    }

    /// Inputs of the pass.
    pub(super) fn inputs(&self) -> &[f32] {
        &flat(&self.layers[0].inputs)[..self.inputs]
    }

    /// Inputs of the pass, to be restored.
    pub(super) fn inputs_mut(&mut self) -> &mut [f32] {
        &mut flat_mut(&mut self.layers[0].inputs)[..self.inputs]
    }

    /// The head's outputs, followed by padding.
    pub(super) fn outputs(&self) -> &[f32] {
        flat(&self.layers[self.layers.len() - 1].outputs)
    }

    /// The head's outputs, and the gradient with respect to them, which the caller fills in; both followed by padding.
    pub(super) fn head(&mut self) -> (&mut [f32], &mut [f32]) {
        let head = self.layers.len() - 1;
        let head = &mut self.layers[head];
        (flat_mut(&mut head.outputs), flat_mut(&mut head.d_outputs))
    }
}

/// Normalises `count` numbers to mean 0 and variance 1 (Ba, Kiros & Hinton 2016) and returns 1 / their standard
/// deviation.
fn normalise(numbers: &mut [Lanes], count: usize) -> f32 {
    let mean = Lanes::splat(sum(numbers) / count as f32);
    for number in &mut *numbers {
        *number -= mean;
    }
    flat_mut(numbers)[count..].fill(0.0);
    let scale = 1.0 / (dot(numbers, numbers) / count as f32 + VARIANCE_EPSILON).sqrt();
    for number in numbers {
        *number *= Lanes::splat(scale);
    }
    scale
}

/// Converts the gradient with respect to `count` normalised numbers to one with respect to the numbers before.
fn normalise_back(normalised: &[Lanes], scale: f32, count: usize, gradient: &mut [Lanes]) {
    let mean = Lanes::splat(sum(gradient) / count as f32);
    let along = Lanes::splat(dot(gradient, normalised) / count as f32);
    for (gradient, &normal) in gradient.iter_mut().zip(normalised) {
        *gradient = (*gradient - mean - along * normal) * Lanes::splat(scale);
    }
    flat_mut(gradient)[count..].fill(0.0);
}

#[cfg(test)]
#[path = "cortex_tests.rs"]
mod tests;
