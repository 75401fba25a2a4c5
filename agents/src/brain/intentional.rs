//! Intentional updates: the step size that makes every single update have the effect it was meant to have.
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
//! What multiplies every weight alike is kept out of the loop over the weights. With m the sum of βᵏ g² over the k steps
//! since each g, and ρ = sqrt((1 − β) / (1 − βᵗ)), v̂ is ρ (sqrt(m) + 1e-8 / ρ), and only the bracket differs by weight.

use super::average::Average;
use super::cortex::{Activity, Column};
use super::lanes::{Lanes, ZEROS, add_scaled, flat, flat_mut, total};
use crate::state::{StateError, StateReader, StateWriter};

/// β: how much of the second moment is kept per step (Adam's value).
const MOMENT_DECAY: f64 = 0.999;
/// Keeps the division by v̂ defined.
const MOMENT_EPSILON: f64 = 1e-8;

/// The optimiser of one column.
#[derive(Clone, Debug)]
pub(super) struct Intentional {
    /// η: the share of the error that one update is meant to remove.
    rate: f64,
    /// e
    pub(super) traces: Vec<Lanes>,
    /// m
    moments: Vec<Lanes>,
    /// ρ e / v̂ of the present step.
    directions: Vec<Lanes>,
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
            moment_remaining: 1.0,
            effect: Average::new(trace_decay),
            step_size: 0.0,
        }
    }

    /// Changes the column by one step, of whose trace γ λ is `trace_decay`, driven by `error` (δ), along the gradient that `activity` holds; the hidden layers by
    /// the share `plasticity` of it.
    pub(super) fn update(
        &mut self,
        column: &mut Column,
        activity: &Activity,
        error: f32,
        plasticity: f32,
        trace_decay: f64,
    ) {
        self.moment_remaining = if self.moment_remaining > 1e-20 { self.moment_remaining * MOMENT_DECAY } else { 0.0 };
        let common = ((1.0 - MOMENT_DECAY) / (1.0 - self.moment_remaining)).sqrt();
        let (present, eligible) = self.trace(column, activity, MOMENT_EPSILON / common, trace_decay);
        let size = self.effect.update(f64::from(present) / common) * f64::from(eligible) / common;
        // Without any gradient there is no direction to go.
        self.step_size = if size > 0.0 { (self.rate / size.sqrt()) as f32 } else { 0.0 };
        let step = -self.step_size * error / common as f32;
        let head = column.layers[column.layers.len() - 1].rows.start;
        let (hidden, head) = column.weights.split_at_mut(head);
        let (hidden_directions, head_directions) = self.directions.split_at(hidden.len());
        add_scaled(hidden, step * plasticity, hidden_directions);
        add_scaled(head, step, head_directions);
    }

    /// Moves the column by the present step size against the gradient that `activity` holds, at once: no trace is kept of it,
    /// and none is followed.
    pub(super) fn teach(&self, column: &mut Column, activity: &Activity, plasticity: f32) {
        let common = ((1.0 - MOMENT_DECAY) / (1.0 - self.moment_remaining)).sqrt();
        let epsilon = Lanes::splat((MOMENT_EPSILON / common) as f32);
        let step = -self.step_size / common as f32;
        let head = column.layers.len() - 1;
        for (index, (layer, activity)) in column.layers.iter().zip(&activity.layers).enumerate() {
            let step = if index == head { step } else { step * plasticity };
            let weights = column.weights[layer.rows.clone()].chunks_exact_mut(layer.row_chunks);
            let moments = self.moments[layer.rows.clone()].chunks_exact(layer.row_chunks);
            for ((&d_output, weights), moments) in flat(&activity.d_outputs).iter().zip(weights).zip(moments) {
                let scaled = Lanes::splat(step * d_output);
                for ((weight, &moment), &input) in weights.iter_mut().zip(moments).zip(&activity.inputs) {
                    *weight += scaled * input / (moment.sqrt() + epsilon);
                }
            }
        }
    }

    /// Forgets all about a hidden unit of the column, which has been replaced.
    pub(super) fn forget(&mut self, column: &Column, layer: usize, unit: usize) {
        for array in [&mut self.traces, &mut self.moments] {
            column.places(layer, unit).for_each(|place| place.clear(array));
        }
    }

    /// Forgets what led to the present: an episode has ended.
    pub(super) fn end_episode(&mut self) {
        self.traces.fill(ZEROS);
    }

    /// The step size of the last update: η / sqrt(σ z).
    pub(super) fn step_size(&self) -> f32 {
        self.step_size
    }

    /// Takes the present gradient into moments and traces; returns ρ Σ g² / v̂ and ρ Σ e² / v̂, given 1e-8 / ρ.
    fn trace(&mut self, column: &Column, activity: &Activity, epsilon: f64, trace_decay: f64) -> (f32, f32) {
        let mut pass = Pass {
            trace_decay: Lanes::splat(trace_decay as f32),
            epsilon: Lanes::splat(epsilon as f32),
            present: ZEROS,
            eligible: ZEROS,
        };
        for (layer, activity) in column.layers.iter().zip(&activity.layers) {
            let traces = self.traces[layer.rows.clone()].chunks_exact_mut(layer.row_chunks);
            let moments = self.moments[layer.rows.clone()].chunks_exact_mut(layer.row_chunks);
            let directions = self.directions[layer.rows.clone()].chunks_exact_mut(layer.row_chunks);
            let d_outputs = &flat(&activity.d_outputs)[..layer.outputs];
            for (((&d_output, traces), moments), directions) in
                d_outputs.iter().zip(traces).zip(moments).zip(directions)
            {
                pass.row(d_output, &activity.inputs, traces, moments, directions);
            }
        }
        (total(pass.present), total(pass.eligible))
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

/// One pass over all weights: its constants and its running sums.
struct Pass {
    trace_decay: Lanes,
    epsilon: Lanes,
    present: Lanes,
    eligible: Lanes,
}

impl Pass {
    /// Handles one row, whose gradient is `d_output` times `inputs`.
    #[inline(always)]
    fn row(
        &mut self,
        d_output: f32,
        inputs: &[Lanes],
        traces: &mut [Lanes],
        moments: &mut [Lanes],
        directions: &mut [Lanes],
    ) {
        let moment_decay = Lanes::splat(MOMENT_DECAY as f32);
        let d_output = Lanes::splat(d_output);
        let weights = traces.iter_mut().zip(moments).zip(directions).zip(inputs);
        for (((trace, moment), direction), &input) in weights {
            let gradient = d_output * input;
            let square = gradient * gradient;
            let new_moment = moment_decay * *moment + square;
            let new_trace = self.trace_decay * *trace + gradient;
            // This division and root are what the loop waits for; all else is done meanwhile.
            let inverse = Lanes::ONE / (new_moment.sqrt() + self.epsilon);
            let new_direction = new_trace * inverse;
            self.present += square * inverse;
            self.eligible += new_trace * new_direction;
            (*trace, *moment, *direction) = (new_trace, new_moment, new_direction);
        }
    }
}

#[cfg(test)]
#[path = "intentional_tests.rs"]
mod tests;
