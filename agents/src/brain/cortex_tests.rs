//! The column against a naive double-precision network, and its gradients against finite differences of that network.

use rand::SeedableRng;

use super::*;
use crate::brain::policy::Policy;

const LEAK: f64 = 0.01;

/// Weights as layer, output, input; the last input is the constant 1.
type Weights = Vec<Vec<Vec<f64>>>;

fn weights(column: &Column) -> Weights {
    let layer = |layer: &Linear| {
        let rows = flat(&column.weights[layer.rows.clone()]).chunks_exact(LANES * layer.row_chunks);
        rows.take(layer.outputs)
            .map(|row| row[..=layer.inputs].iter().map(|&weight| f64::from(weight)).collect())
            .collect()
    };
    column.layers.iter().map(layer).collect()
}

/// Gradients as layer, output, input, as the learning rule finds them.
fn gradients(column: &Column, activity: &Activity) -> Weights {
    let layer = |(layer, activity): (&Linear, &LayerActivity)| {
        let inputs = &flat(&activity.inputs)[..=layer.inputs];
        let d_outputs = &flat(&activity.d_outputs)[..layer.outputs];
        d_outputs.iter().map(|&d| inputs.iter().map(|&input| f64::from(d * input)).collect()).collect()
    };
    column.layers.iter().zip(&activity.layers).map(layer).collect()
}

fn naive(weights: &Weights, inputs: &[f32]) -> Vec<f64> {
    let mut signal: Vec<f64> = inputs.iter().map(|&input| f64::from(input)).collect();
    for (index, layer) in weights.iter().enumerate() {
        signal.push(1.0);
        signal = layer.iter().map(|row| row.iter().zip(&signal).map(|(weight, input)| weight * input).sum()).collect();
        if index + 1 < weights.len() {
            let count = signal.len() as f64;
            let mean = signal.iter().sum::<f64>() / count;
            let variance = signal.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
            let sd = (variance + 1e-5).sqrt();
            signal =
                signal.iter().map(|value| (value - mean) / sd).map(|x| if x > 0.0 { x } else { LEAK * x }).collect();
        }
    }
    signal
}

fn random(count: usize, generator: &mut ChaCha8Rng) -> Vec<f32> {
    (0..count).map(|_| generator.random_range(-2.0..2.0)).collect()
}

/// Inputs, units, layers, outputs, sparsity.
const SHAPES: [(usize, usize, usize, usize, f64); 6] = [
    (1, 2, 1, 2, 0.0),
    (3, 4, 1, 2, 0.0),
    (5, 7, 2, 4, 0.5),
    (4, 8, 3, 6, 0.0),
    (11, 15, 2, 10, 0.0),
    (23, 64, 2, 10, 0.9),
];

fn column(shape: (usize, usize, usize, usize, f64), generator: &mut ChaCha8Rng) -> Column {
    let (inputs, units, layers, outputs, initial_sparsity) = shape;
    let config = CortexConfig { units, layers, initial_sparsity, leak: LEAK, structure: None };
    let mut column = Column::new(&config, inputs, outputs, generator);
    // Biases too have to count.
    for layer in column.layers.clone() {
        let rows = column.weights[layer.rows].chunks_exact_mut(layer.row_chunks);
        for row in rows.take(layer.outputs) {
            flat_mut(row)[layer.inputs] = generator.random_range(-0.5..0.5);
        }
    }
    column
}

/// Checks all gradients of `loss`, whose own gradient with respect to the outputs `d_outputs` writes.
fn check(column: &Column, inputs: &[f32], loss: impl Fn(&[f64]) -> f64, d_outputs: impl Fn(&[f32], &mut [f32])) {
    let mut activity = column.activity();
    activity.set_inputs(inputs);
    column.forward(&mut activity);
    let outputs = column.layers.last().unwrap().outputs;
    let (head, gradient) = activity.head();
    d_outputs(&head[..outputs], &mut gradient[..outputs]);
    column.backward(&mut activity);
    let found = gradients(column, &activity);
    let mut weights = weights(column);
    let largest = found.iter().flatten().flatten().fold(0.0, |largest: f64, g| largest.max(g.abs()));
    assert!(largest > 0.0);
    const STEP: f64 = 1e-6;
    for layer in 0..found.len() {
        for output in 0..found[layer].len() {
            for input in 0..found[layer][output].len() {
                let weight = weights[layer][output][input];
                weights[layer][output][input] = weight + STEP;
                let above = loss(&naive(&weights, inputs));
                weights[layer][output][input] = weight - STEP;
                let below = loss(&naive(&weights, inputs));
                weights[layer][output][input] = weight;
                let expected = (above - below) / (2.0 * STEP);
                let found = found[layer][output][input];
                assert!(
                    (found - expected).abs() < 2e-4 * largest.max(1.0),
                    "layer {layer}, output {output}, input {input}: expected {expected}, found {found}"
                );
            }
        }
    }
}

#[test]
fn outputs_are_those_of_the_naive_network() {
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    for shape in SHAPES {
        let column = column(shape, &mut generator);
        let inputs = random(shape.0, &mut generator);
        let mut activity = column.activity();
        activity.set_inputs(&inputs);
        column.forward(&mut activity);
        for (found, expected) in activity.outputs().iter().zip(naive(&weights(&column), &inputs)) {
            assert!((f64::from(*found) - expected).abs() < 1e-4, "{shape:?}: expected {expected}, found {found}");
        }
    }
}

#[test]
fn gradients_of_the_value_are_finite_differences() {
    let mut generator = ChaCha8Rng::seed_from_u64(2);
    for shape in SHAPES {
        let column = column((shape.0, shape.1, shape.2, 1, shape.4), &mut generator);
        let inputs = random(shape.0, &mut generator);
        check(&column, &inputs, |outputs| -outputs[0], |_, gradient| gradient[0] = -1.0);
    }
}

#[test]
fn gradients_by_the_inputs_are_finite_differences() {
    let mut generator = ChaCha8Rng::seed_from_u64(5);
    for shape in SHAPES {
        let column = column((shape.0, shape.1, shape.2, 1, shape.4), &mut generator);
        let mut inputs = random(shape.0, &mut generator);
        let mut activity = column.activity();
        activity.set_inputs(&inputs);
        column.forward(&mut activity);
        activity.head().1[0] = 1.0;
        column.backward(&mut activity);
        let mut found = vec![ZEROS; column.layers[0].row_chunks];
        column.backward_to_inputs(&activity, &mut found);
        let weights = weights(&column);
        const STEP: f32 = 1.0 / 1024.0;
        for index in 0..inputs.len() {
            let input = inputs[index];
            let mut at = |input| {
                inputs[index] = input;
                naive(&weights, &inputs)[0]
            };
            let expected = (at(input + STEP) - at(input - STEP)) / f64::from(2.0 * STEP);
            at(input);
            let found = f64::from(flat(&found)[index]);
            assert!((found - expected).abs() < 2e-2 * expected.abs().max(0.1), "{shape:?} {index}: {expected} {found}");
        }
    }
}

#[test]
fn gradients_of_log_probability_and_entropy_are_finite_differences() {
    let mut generator = ChaCha8Rng::seed_from_u64(3);
    for shape in SHAPES {
        for (entropy, sign) in [(0.0, 1.0), (0.3, 1.0), (0.3, -1.0), (0.3, 0.0)] {
            let column = column(shape, &mut generator);
            let inputs = random(shape.0, &mut generator);
            let actions = shape.3 / 2;
            let noise = random(actions, &mut generator);
            let policy = Policy { actions, sd_low: 0.1, sd_high: 1.0, entropy };
            let sd = |spread: f64| 0.1 + 0.9 / (1.0 + (-spread).exp());
            let at_rest = naive(&weights(&column), &inputs);
            let action: Vec<f64> = (0..actions)
                .map(|index| at_rest[index] + sd(at_rest[actions + index]) * f64::from(noise[index]))
                .collect();
            let loss = |outputs: &[f64]| {
                let terms = (0..actions).map(|index| {
                    let sd = sd(outputs[actions + index]);
                    let log_probability = -0.5 * ((action[index] - outputs[index]) / sd).powi(2)
                        - (sd * (2.0 * std::f64::consts::PI).sqrt()).ln();
                    let own_entropy = 0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E * sd * sd).ln();
                    -log_probability - f64::from(entropy) * sign * own_entropy
                });
                terms.sum()
            };
            check(&column, &inputs, loss, |outputs, gradient| {
                policy.gradient(outputs, &noise, sign as f32, gradient);
            });
        }
    }
}

#[test]
fn fresh_weights_are_sparse_bounded_and_without_bias() {
    let config = CortexConfig::default();
    let column = Column::new(&config, 23, 10, &mut ChaCha8Rng::seed_from_u64(4));
    for (layer, nonzeros) in weights(&column).iter().zip([2, 6, 6]) {
        for row in layer {
            let (bias, row) = row.split_last().unwrap();
            assert_eq!(*bias, 0.0);
            assert_eq!(row.iter().filter(|&&weight| weight != 0.0).count(), nonzeros);
            assert!(row.iter().all(|weight| weight.abs() <= 1.0 / (row.len() as f64).sqrt()));
        }
    }
    let single = Column::new(&config, 1, 1, &mut ChaCha8Rng::seed_from_u64(4));
    assert!(weights(&single)[0].iter().all(|row| row[0] != 0.0), "a unit with one input must hear it");
}
