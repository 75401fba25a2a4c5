//! The rule against a slow implementation, written straight from the equations in double precision.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::brain::cortex_settings::CortexConfig;
use crate::brain::lanes::{LANES, NARROW};

const RATE: f64 = 0.5;
const TRACE_DECAY: f64 = 0.99 * 0.8;

/// A step that a lesson follows.
fn drive(error: f32, plasticity: f32) -> Drive {
    Drive { error, plasticity, trace_decay: TRACE_DECAY, taught: true }
}

/// Every weight by itself, in no particular order that matters.
struct Slow {
    w: Vec<f64>,
    e: Vec<f64>,
    v: Vec<f64>,
    sigma: f64,
    t: i32,
}

impl Slow {
    fn update(&mut self, g: &[f64], delta: f64) {
        self.t += 1;
        let mut vhat = Vec::new();
        for ((v, e), g) in self.v.iter_mut().zip(&mut self.e).zip(g) {
            *v = 0.999 * *v + 0.001 * g * g;
            vhat.push((*v / (1.0 - 0.999_f64.powi(self.t))).sqrt() + 1e-8);
            *e = TRACE_DECAY * *e + g;
        }
        let now: f64 = g.iter().zip(&vhat).map(|(g, vhat)| g * g / vhat).sum();
        self.sigma += (1.0 - TRACE_DECAY) * (now - self.sigma);
        let sigma = self.sigma / (1.0 - TRACE_DECAY.powi(self.t));
        let z: f64 = self.e.iter().zip(&vhat).map(|(e, vhat)| e * e / vhat).sum();
        let step = RATE / (sigma * z).sqrt();
        for ((w, e), vhat) in self.w.iter_mut().zip(&self.e).zip(&vhat) {
            *w -= step * delta * e / vhat;
        }
    }
}

/// All weights, padding included.
fn weights(column: &Column) -> Vec<f64> {
    flat(&column.weights).iter().map(|&weight| f64::from(weight)).collect()
}

/// The gradients in the order of the weights, padding included.
fn gradients(column: &Column, activity: &Activity) -> Vec<f64> {
    let mut gradients = vec![0.0; LANES * column.weights.len()];
    for (layer, activity) in column.layers.iter().zip(&activity.layers) {
        for output in 0..layer.outputs {
            for input in 0..=layer.inputs {
                let place = LANES * (layer.rows.start + output * layer.row_chunks) + input;
                let (d_output, input) = (flat(&activity.d_outputs)[output], flat(&activity.inputs)[input]);
                gradients[place] = f64::from(d_output) * f64::from(input);
            }
        }
    }
    gradients
}

#[test]
fn the_column_moves_as_the_equations_say() {
    let mut generator = ChaCha8Rng::seed_from_u64(5);
    for (units, layers, outputs) in [(6, 1, 1), (7, 2, 3), (16, 2, 10)] {
        let config = CortexConfig { units, layers, initial_sparsity: 0.5, ..CortexConfig::default() };
        let mut column = Column::new(&config, 5, outputs, &mut generator);
        let mut rule = Intentional::new(&column, RATE, TRACE_DECAY);
        let mut activity = column.activity();
        let start = weights(&column);
        let zeros = vec![0.0; start.len()];
        let mut slow = Slow { w: start.clone(), e: zeros.clone(), v: zeros, sigma: 0.0, t: 0 };
        for step in 1..=60 {
            let inputs: Vec<f32> = (0..5).map(|_| generator.random_range(-2.0..2.0)).collect();
            activity.set_inputs(&inputs);
            column.forward(&mut activity);
            for d_output in &mut activity.head().1[..outputs] {
                *d_output = generator.random_range(-1.0..1.0);
            }
            column.backward(&mut activity);
            let delta: f32 = generator.random_range(-0.5..0.5);
            slow.update(&gradients(&column, &activity), f64::from(delta));
            rule.update(&mut column, &activity, drive(delta, 1.0));
            let moved = slow.w.iter().zip(&start).fold(0.0, |most: f64, (now, then)| most.max((now - then).abs()));
            for (found, expected) in weights(&column).iter().zip(&slow.w) {
                assert!((found - expected).abs() < 1e-4 * moved, "step {step}: expected {expected}, found {found}");
            }
            // Episodes of 20 steps.
            if step % 20 == 0 {
                rule.end_episode();
                slow.e.fill(0.0);
            }
        }
    }
}

#[test]
fn a_lesson_moves_by_the_last_step_size_and_the_usual_gradient() {
    let mut generator = ChaCha8Rng::seed_from_u64(8);
    let config = CortexConfig { units: 7, layers: 2, initial_sparsity: 0.5, ..CortexConfig::default() };
    let mut column = Column::new(&config, 5, 3, &mut generator);
    let mut rule = Intentional::new(&column, RATE, TRACE_DECAY);
    let mut activity = column.activity();
    let zeros = vec![0.0; weights(&column).len()];
    let mut slow = Slow { w: zeros.clone(), e: zeros.clone(), v: zeros, sigma: 0.0, t: 0 };
    for step in 1..=30 {
        let mut go = |rule: &mut Intentional, column: &mut Column, lesson: bool| {
            activity.set_inputs(&[0.3, -1.0, 0.5 * step as f32, 1.0, -0.2]);
            column.forward(&mut activity);
            activity.head().1[..3].fill_with(|| generator.random_range(-1.0..1.0));
            column.backward(&mut activity);
            if lesson {
                rule.teach(column, &activity, 0.5);
            } else {
                rule.update(column, &activity, drive(0.2, 1.0));
            }
            gradients(column, &activity)
        };
        slow.update(&go(&mut rule, &mut column, false), 0.2);
        let before = weights(&column);
        let lesson = go(&mut rule, &mut column, true);
        let head = LANES * column.layers[2].rows.start;
        let size = f64::from(rule.step_size());
        for (at, (now, then)) in weights(&column).iter().zip(&before).enumerate() {
            let usual = (slow.v[at] / (1.0 - 0.999_f64.powi(slow.t))).sqrt() + 1e-8;
            let expected = -size * lesson[at] / usual * if at < head { 0.5 } else { 1.0 };
            assert!((now - then - expected).abs() < 1e-5 * (size + then.abs()), "step {step}, weight {at}");
        }
    }
}

#[test]
fn without_a_gradient_nothing_moves() {
    let mut column = Column::new(&CortexConfig::default(), 3, 2, &mut ChaCha8Rng::seed_from_u64(6));
    let mut rule = Intentional::new(&column, RATE, TRACE_DECAY);
    let mut activity = column.activity();
    column.forward(&mut activity);
    let before = weights(&column);
    rule.update(&mut column, &activity, drive(1.0, 1.0));
    assert_eq!(weights(&column), before);
}

#[test]
fn wider_vectors_change_no_bit() {
    let learn = |narrow: bool, units: usize, inputs: usize| {
        NARROW.set(narrow);
        let mut generator = ChaCha8Rng::seed_from_u64(7);
        let config = CortexConfig { units, ..CortexConfig::default() };
        let mut column = Column::new(&config, inputs, 3, &mut generator);
        let mut rule = Intentional::new(&column, RATE, TRACE_DECAY);
        let mut activity = column.activity();
        for step in 0..300 {
            let sensed: Vec<f32> = (0..inputs).map(|_| generator.random_range(-2.0..2.0)).collect();
            activity.set_inputs(&sensed);
            column.forward(&mut activity);
            activity.head().1[..3].fill_with(|| generator.random_range(-1.0..1.0));
            column.backward(&mut activity);
            rule.update(&mut column, &activity, drive(generator.random_range(-0.5..0.5), 0.9));
            rule.teach(&mut column, &activity, 0.5);
            if step % 40 == 0 {
                rule.end_episode();
            }
        }
        NARROW.set(false);
        let bits = |array: &[Lanes]| flat(array).iter().map(|value| value.to_bits()).collect::<Vec<u32>>();
        (bits(&column.weights), bits(&rule.traces), bits(&rule.moments), rule.step_size.to_bits())
    };
    for (units, inputs) in [(2, 1), (5, 3), (16, 7), (37, 20), (64, 31), (67, 64)] {
        assert!(learn(true, units, inputs) == learn(false, units, inputs), "{units} units, {inputs} inputs");
    }
}
