//! Intentional updates: step sizes with which every single update has its intended effect.
//!
//! Sharifnassab, Elsayed, De Asis, Mahmood & Sutton 2026 (arXiv 2604.19033). For weights w, their eligibility trace e and
//! second moment v, and the gradient g of the present step:
//!
//! ```text
//! v ← β v + (1 − β) g²        v̂ = sqrt(v / (1 − βᵗ)) + 1e-8        e ← γ λ e + g
//! σ ← σ + (1 − γ λ) (Σ g² / v̂ − σ), corrected for its start        z = Σ e² / v̂
//! w ← w − η / sqrt(σ z) · δ · e / v̂        e ← 0 at an episode's end
//! ```
//!
//! Factors common to all weights are kept out of the loop over the weights. With m the sum of βᵏ g² over the k steps
//! since each g, and ρ = sqrt((1 − β) / (1 − βᵗ)), v̂ is ρ (sqrt(m) + 1e-8 / ρ), and only the bracket differs between
//! weights.

use super::average::Average;
use super::cortex::{Activity, Column};
use super::lanes::{LANES, Lanes, Work, ZEROS, flat, flat_mut, total, widest};
use crate::state::{StateError, StateReader, StateWriter};

/// β: share of the second moment kept per step (Adam's value).
const MOMENT_DECAY: f64 = 0.999;
/// Keeps the division by v̂ defined.
const MOMENT_EPSILON: f64 = 1e-8;

/// Number of weights handled together: the lanes of AVX2.
const WIDTH: usize = 8;

/// What drives one step of learning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drive {
    /// δ
    pub(super) error: f32,
    /// The share of the hidden layers' learning that is left.
    pub(super) plasticity: f32,
    /// γ λ
    pub(super) trace_decay: f64,
    /// Whether [`Intentional::teach`] may follow.
    pub(super) taught: bool,
}

/// The optimiser of one column.
#[derive(Clone, Debug)]
pub(super) struct Intentional {
    /// η: the share of the error that one update should remove.
    rate: f64,
    /// e
    pub(super) traces: Vec<Lanes>,
    /// m
    moments: Vec<Lanes>,
    /// ρ e / v̂ of the current step.
    directions: Vec<Lanes>,
    /// v̂ / ρ of the last step for which it was kept.
    spreads: Vec<Lanes>,
    /// βᵗ
    moment_remaining: f64,
    /// σ
    effect: Average,
    step_size: f32,
}

impl Intentional {
    pub(super) fn new(column: &Column, rate: f64, trace_decay: f64) -> Intentional {
        let zeros = vec![ZEROS; column.weights.len()];
        Intentional {
            rate,
            traces: zeros.clone(),
            moments: zeros.clone(),
            directions: zeros,
            spreads: vec![Lanes::splat(1.0); column.weights.len()],
            moment_remaining: 1.0,
            effect: Average::new(trace_decay),
            step_size: 0.0,
        }
    }

    /// Changes the column by one step, driven by `drive.error`, along the gradient that `activity` holds.
    pub(super) fn update(&mut self, column: &mut Column, activity: &Activity, drive: Drive) {
        self.moment_remaining = if self.moment_remaining > 1e-20 { self.moment_remaining * MOMENT_DECAY } else { 0.0 };
        let common = ((1.0 - MOMENT_DECAY) / (1.0 - self.moment_remaining)).sqrt();
        let (present, eligible) = if drive.taught {
            self.trace::<true>(column, activity, MOMENT_EPSILON / common, drive.trace_decay)
        } else {
            self.trace::<false>(column, activity, MOMENT_EPSILON / common, drive.trace_decay)
        };
        let size = self.effect.update(f64::from(present) / common) * f64::from(eligible) / common;
        // Without a gradient there is no direction.
        self.step_size = if size > 0.0 { (self.rate / size.sqrt()) as f32 } else { 0.0 };
        let step = -self.step_size * drive.error / common as f32;
        let head = column.layers[column.layers.len() - 1].rows.start;
        let (hidden, head) = column.weights.split_at_mut(head);
        let (hidden_directions, head_directions) = self.directions.split_at(hidden.len());
        widest(AddScaled { target: hidden, scale: step * drive.plasticity, source: hidden_directions });
        widest(AddScaled { target: head, scale: step, source: head_directions });
    }

    /// Moves the column by the present step size against the gradient that `activity` holds, at once: no trace is kept of it,
    /// and none is followed. It comes after an [`Intentional::update`] that was told of it ([`Drive::taught`]).
    pub(super) fn teach(&self, column: &mut Column, activity: &Activity, plasticity: f32) {
        let common = ((1.0 - MOMENT_DECAY) / (1.0 - self.moment_remaining)).sqrt();
        let step = -self.step_size / common as f32;
        let head = column.layers.len() - 1;
        for (index, (layer, activity)) in column.layers.iter().zip(&activity.layers).enumerate() {
            widest(Teach {
                step: if index == head { step } else { step * plasticity },
                d_outputs: &flat(&activity.d_outputs)[..layer.outputs],
                inputs: &activity.inputs,
                weights: &mut column.weights[layer.rows.clone()],
                spreads: &self.spreads[layer.rows.clone()],
            });
        }
    }

    /// Clears the state of a hidden unit of the column that has been replaced.
    pub(super) fn forget(&mut self, column: &Column, layer: usize, unit: usize) {
        for array in [&mut self.traces, &mut self.moments] {
            column.places(layer, unit).for_each(|place| place.clear(array));
        }
    }

    /// Clears the traces at the end of an episode.
    pub(super) fn end_episode(&mut self) {
        self.traces.fill(ZEROS);
    }

    /// The step size of the last update: η / sqrt(σ z).
    pub(super) fn step_size(&self) -> f32 {
        self.step_size
    }

    /// Takes the present gradient into moments and traces; returns ρ Σ g² / v̂ and ρ Σ e² / v̂, given 1e-8 / ρ. v̂ / ρ itself is
    /// kept only on demand.
    fn trace<const KEPT: bool>(
        &mut self,
        column: &Column,
        activity: &Activity,
        epsilon: f64,
        trace_decay: f64,
    ) -> (f32, f32) {
        let (mut present, mut eligible) = (ZEROS, ZEROS);
        for (layer, activity) in column.layers.iter().zip(&activity.layers) {
            widest(Trace::<KEPT> {
                trace_decay: trace_decay as f32,
                epsilon: epsilon as f32,
                d_outputs: &flat(&activity.d_outputs)[..layer.outputs],
                inputs: &activity.inputs,
                traces: &mut self.traces[layer.rows.clone()],
                moments: &mut self.moments[layer.rows.clone()],
                directions: &mut self.directions[layer.rows.clone()],
                spreads: &mut self.spreads[layer.rows.clone()],
                present: &mut present,
                eligible: &mut eligible,
            });
        }
        (total(present), total(eligible))
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_f32("traces", flat(&self.traces));
        writer.put_f32("moments", flat(&self.moments));
        writer.put_f64("moment_remaining", &[self.moment_remaining]);
        self.effect.save("effect", writer);
        writer.put_f32("step_size", &[self.step_size]);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.get_f32("traces", flat_mut(&mut self.traces))?;
        reader.get_f32("moments", flat_mut(&mut self.moments))?;
        reader.check("moments", flat(&self.moments), "a number that is not negative", |value| value >= 0.0)?;
        let mut remaining = [0.0];
        reader.get_f64("moment_remaining", &mut remaining)?;
        reader.check("moment_remaining", &remaining, "a number from 0 to 1", |value| (0.0..=1.0).contains(&value))?;
        self.moment_remaining = remaining[0];
        self.effect.load("effect", reader)?;
        reader.get_f32("step_size", std::slice::from_mut(&mut self.step_size))
    }
}

/// Adds `scale` times an array to another.
struct AddScaled<'a> {
    target: &'a mut [Lanes],
    scale: f32,
    source: &'a [Lanes],
}

impl Work for AddScaled<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (target, source) in flat_mut(self.target).iter_mut().zip(flat(self.source)) {
            *target += self.scale * source;
        }
    }
}

/// One pass over the weights of a layer, whose gradient is `d_outputs` times `inputs`.
struct Trace<'a, const KEPT: bool> {
    trace_decay: f32,
    epsilon: f32,
    d_outputs: &'a [f32],
    inputs: &'a [Lanes],
    traces: &'a mut [Lanes],
    moments: &'a mut [Lanes],
    directions: &'a mut [Lanes],
    spreads: &'a mut [Lanes],
    /// Running sums of g² / v̂ and e² / v̂.
    present: &'a mut Lanes,
    eligible: &'a mut Lanes,
}

impl<const KEPT: bool> Work for Trace<'_, KEPT> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Trace { trace_decay, epsilon, .. } = self;
        let (width, inputs) = (LANES * self.inputs.len(), flat(self.inputs));
        // Kept in locals: the compiler might otherwise assume that they alias the arrays.
        let mut sums = [*self.present, *self.eligible];
        let rows = flat_mut(self.traces)
            .chunks_exact_mut(width)
            .zip(flat_mut(self.moments).chunks_exact_mut(width))
            .zip(flat_mut(self.directions).chunks_exact_mut(width))
            .zip(flat_mut(self.spreads).chunks_exact_mut(width));
        for (&d_output, (((traces, moments), directions), spreads)) in self.d_outputs.iter().zip(rows) {
            let pass = Pass::<KEPT> { trace_decay, epsilon, d_output };
            let (inputs, last_inputs) = inputs.as_chunks::<WIDTH>();
            let (traces, last_traces) = traces.as_chunks_mut::<WIDTH>();
            let (moments, last_moments) = moments.as_chunks_mut::<WIDTH>();
            let (directions, last_directions) = directions.as_chunks_mut::<WIDTH>();
            let (spreads, last_spreads) = spreads.as_chunks_mut::<WIDTH>();
            let blocks = inputs.iter().zip(traces).zip(moments).zip(directions).zip(spreads);
            for ((((input, trace), moment), direction), spread) in blocks {
                pass.block(input, trace, moment, direction, spread, &mut sums);
            }
            let inputs = last_inputs.as_chunks::<LANES>().0.iter();
            let traces = last_traces.as_chunks_mut::<LANES>().0;
            let moments = last_moments.as_chunks_mut::<LANES>().0;
            let directions = last_directions.as_chunks_mut::<LANES>().0;
            let spreads = last_spreads.as_chunks_mut::<LANES>().0;
            let blocks = inputs.zip(traces).zip(moments).zip(directions).zip(spreads);
            for ((((input, trace), moment), direction), spread) in blocks {
                pass.block(input, trace, moment, direction, spread, &mut sums);
            }
        }
        [*self.present, *self.eligible] = sums;
    }
}

/// Values common to all weights of a row.
#[derive(Clone, Copy)]
struct Pass<const KEPT: bool> {
    trace_decay: f32,
    epsilon: f32,
    d_output: f32,
}

impl<const KEPT: bool> Pass<KEPT> {
    /// Handles some neighbouring weights.
    #[inline(always)]
    fn block<const N: usize>(
        self,
        inputs: &[f32; N],
        traces: &mut [f32; N],
        moments: &mut [f32; N],
        directions: &mut [f32; N],
        spreads: &mut [f32; N],
        sums: &mut [Lanes; 2],
    ) {
        let (mut present, mut eligible) = ([0.0; N], [0.0; N]);
        for at in 0..N {
            let gradient = self.d_output * inputs[at];
            let square = gradient * gradient;
            let moment = MOMENT_DECAY as f32 * moments[at] + square;
            let trace = self.trace_decay * traces[at] + gradient;
            // This division and root are what the loop waits for; all else is done meanwhile.
            let spread = moment.sqrt() + self.epsilon;
            let inverse = 1.0 / spread;
            let direction = trace * inverse;
            present[at] = square * inverse;
            eligible[at] = trace * direction;
            (traces[at], moments[at], directions[at]) = (trace, moment, direction);
            if KEPT {
                spreads[at] = spread;
            }
        }
        for (&present, &eligible) in present.as_chunks::<LANES>().0.iter().zip(eligible.as_chunks::<LANES>().0) {
            sums[0] += Lanes::new(present);
            sums[1] += Lanes::new(eligible);
        }
    }
}

/// Moves the weights of a layer against the gradient `d_outputs` times `inputs`.
struct Teach<'a> {
    step: f32,
    d_outputs: &'a [f32],
    inputs: &'a [Lanes],
    weights: &'a mut [Lanes],
    spreads: &'a [Lanes],
}

impl Work for Teach<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (width, inputs) = (LANES * self.inputs.len(), flat(self.inputs));
        let rows = flat_mut(self.weights).chunks_exact_mut(width).zip(flat(self.spreads).chunks_exact(width));
        for (&d_output, (weights, spreads)) in self.d_outputs.iter().zip(rows) {
            let scaled = self.step * d_output;
            for ((weight, spread), input) in weights.iter_mut().zip(spreads).zip(inputs) {
                *weight += scaled * input / spread;
            }
        }
    }
}

#[cfg(test)]
#[path = "intentional_tests.rs"]
mod tests;
