//! The running statistics against direct computation.

use super::*;
use crate::agent::Role;

/// With a memory in steps.
fn senses(memory: u64, typical: &[f32]) -> Senses {
    let input = |&typical| Input { name: "input".into(), typical, role: Role::World };
    let inputs: Vec<Input> = typical.iter().map(input).collect();
    let config = SensesConfig { memory: memory as f64 * 0.01, ..SensesConfig::default() };
    Senses::new(&config, &inputs, Clock::new(0.01))
}

/// Numbers without pattern, of mean 3 and standard deviation 2 or so.
fn noise(index: usize) -> f32 {
    3.0 + 4.0 * ((index as f32 * 12.9898).sin() * 43758.547).fract()
}

fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64)
}

#[test]
fn observations_are_normalised_by_the_mean_and_variance_of_all_seen() {
    let mut senses = senses(1000, &[1.0, 100.0]);
    for index in 0..200 {
        senses.learn(&[noise(index), noise(index)]);
    }
    let (mean, variance) = moments(&(0..200).map(|index| f64::from(noise(index))).collect::<Vec<_>>());
    let mut sensed = [0.0; 2];
    senses.sense(&[4.0, 4.0], &mut sensed);
    assert!((f64::from(sensed[0]) - (4.0 - mean) / variance.sqrt()).abs() < 1e-5, "{sensed:?}");
    // An input that is typically 100 is not divided by less than 30.
    assert!((f64::from(sensed[1]) - (4.0 - mean) / 30.0).abs() < 1e-6, "{sensed:?}");
    senses.sense(&[1000.0, -1000.0], &mut sensed);
    assert_eq!(sensed, [5.0, -5.0]);
}

#[test]
fn a_gradient_is_pulled_back_by_the_scale_of_every_input() {
    let mut senses = senses(1000, &[1.0, 100.0]);
    (0..200).for_each(|index| senses.learn(&[noise(index), noise(index)]));
    let sense = |at: [f32; 2]| {
        let mut sensed = [0.0; 2];
        senses.sense(&at, &mut sensed);
        sensed
    };
    // f = 2 s0 − 3 s1
    let mut gradient = [2.0, -3.0];
    senses.pull_back(&mut gradient);
    let (low, high) = (sense([2.5, 2.5]), sense([3.5, 3.5]));
    assert!((gradient[0] - 2.0 * (high[0] - low[0])).abs() < 1e-5, "{gradient:?}");
    assert!((gradient[1] + 3.0 * (high[1] - low[1])).abs() < 1e-5, "{gradient:?}");
}

#[test]
fn beyond_the_memory_the_statistics_are_exponential_averages() {
    let mut senses = senses(4, &[0.001]);
    let (mut mean, mut variance) = moments(&[1.0, 5.0, 2.0, 4.0]);
    for value in [1.0, 5.0, 2.0, 4.0, 10.0, 7.0] {
        senses.learn(&[value]);
    }
    for value in [10.0, 7.0] {
        let updated = 0.75 * mean + 0.25 * value;
        variance = 0.75 * variance + 0.25 * (value - mean) * (value - updated);
        mean = updated;
    }
    let mut sensed = [0.0];
    senses.sense(&[6.0], &mut sensed);
    assert!((f64::from(sensed[0]) - (6.0 - mean) / variance.sqrt()).abs() < 1e-6, "{sensed:?}");
}

#[test]
fn what_is_not_finite_or_missing_counts_as_the_mean_and_does_no_harm() {
    let mut senses = senses(100, &[1.0, 1.0, 1.0]);
    for index in 0..50 {
        senses.learn(&[noise(index); 3]);
    }
    let before = (senses.means.clone(), senses.variances.clone());
    senses.learn(&[f32::NAN, f32::INFINITY]);
    assert_eq!((senses.means.clone(), senses.variances.clone()), before);
    let mut sensed = [9.0; 3];
    senses.sense(&[f32::NAN, f32::NEG_INFINITY], &mut sensed);
    assert_eq!(sensed, [0.0; 3]);
    senses.learn(&[f32::MAX, f32::MIN, 0.0]);
    senses.sense(&[f32::MAX, f32::MIN, 0.0], &mut sensed);
    assert!(sensed.iter().all(|value| value.is_finite()), "{sensed:?}");
}

#[test]
fn rewards_are_divided_by_the_spread_of_their_discounted_sum() {
    let mut scaler = RewardScaler::new(1000);
    let mut sums = Vec::new();
    let mut sum = 0.0;
    for step in 0..60 {
        let reward = noise(step);
        sum = 0.9 * sum + f64::from(reward);
        sums.push(sum);
        let scaled = f64::from(scaler.scale(reward, 0.9));
        if step > 0 {
            let expected = f64::from(reward) / moments(&sums).1.sqrt();
            assert!(
                (scaled - expected).abs() < 1e-5 * expected.abs(),
                "step {step}: expected {expected}, found {scaled}"
            );
        } else {
            assert!((scaled - 1.0).abs() < 1e-6, "the first reward has size 1, found {scaled}");
        }
        if step % 15 == 14 {
            scaler.end_episode();
            sum = 0.0;
        }
    }
}

#[test]
fn rewards_of_any_size_come_out_finite_and_none_as_none() {
    let mut scaler = RewardScaler::new(1000);
    assert_eq!(scaler.scale(0.0, 0.99), 0.0);
    for _ in 0..10 {
        assert!(scaler.scale(f32::MAX, 0.99).abs() < 1000.0);
        assert!(scaler.scale(f32::MIN, 0.99).abs() < 1000.0);
        assert!(scaler.scale(f32::MIN_POSITIVE, 0.99).is_finite());
    }
    let mut constant = RewardScaler::new(1000);
    let scaled: Vec<f32> = (0..5).map(|_| constant.scale(0.7, 0.0)).collect();
    assert!(scaled.iter().all(|&reward| reward > 0.0 && reward <= 100.001), "{scaled:?}");
}
