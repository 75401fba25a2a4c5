//! A fretboard in miniature: touch tells a product of two proprioceptors and one of them, while there is touch.

use super::*;
use crate::agent::{Goal, Input, Role};
use crate::brain::cerebellum::climbing_fibre::ClimbingFibreConfig;
use crate::state::State;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Observation: two values, presence, two proprioceptors, two wanted values, whether they are due.
const TYPICAL: [f32; 8] = [2.0, 5.0, 1.0, 0.1, 0.02, 2.0, 5.0, 1.0];

pub(crate) fn shape() -> AgentShape {
    let input = |typical| Input { name: "number".into(), typical, role: Role::Body };
    AgentShape {
        observations: TYPICAL.map(input).into(),
        actions: 3,
        control_interval: 1.0 / 30.0,
        percepts: vec![Percept {
            values: vec![0, 1],
            present: 2,
            limb: vec![3, 4],
            goals: vec![Goal { values: vec![5, 6], offsets: vec![0.0, -0.3], due: Some(7) }],
        }],
    }
}

/// What is felt of a finger at a place, in typical magnitudes: a map whose scale is the instrument's.
pub(crate) fn touch(scale: f64, along: f64, across: f64) -> [f64; 2] {
    [0.5 + scale * across * (1.0 + 0.1 * along), scale * (along + 0.2 * along * along)]
}

/// An observation of a finger at a place, in typical magnitudes, that wants what is felt at another one.
pub(crate) fn seen(scale: f64, at: [f64; 2], touching: bool, wanted: [f64; 2]) -> Vec<f32> {
    let felt = if touching { touch(scale, at[0], at[1]) } else { [0.0; 2] };
    let goal = touch(scale, wanted[0], wanted[1]);
    let numbers = [felt[0], felt[1], f64::from(u8::from(touching)), at[0], at[1], goal[0], goal[1] + 0.3 / 5.0, 1.0];
    numbers.iter().zip(TYPICAL).map(|(number, typical)| (number * f64::from(typical)) as f32).collect()
}

fn prediction(config: &SensoryPredictionConfig) -> SensoryPrediction {
    SensoryPrediction::new(config, &ClimbingFibreConfig::default(), &shape()).unwrap()
}

fn place(generator: &mut ChaCha8Rng) -> [f64; 2] {
    [generator.random_range(0.5..1.5), generator.random_range(-1.0..1.0)]
}

/// Touches at random, and learns.
fn touch_around(prediction: &mut SensoryPrediction, scale: f64, touches: usize, generator: &mut ChaCha8Rng) {
    for _ in 0..touches {
        prediction.learn(&seen(scale, place(generator), true, [0.0; 2]));
    }
}

/// Mean error of what it predicts without touch, in typical magnitudes, and mean trust.
fn error(prediction: &mut SensoryPrediction, scale: f64, generator: &mut ChaCha8Rng) -> (f64, f64) {
    let (mut error, mut trust) = (0.0, 0.0);
    for _ in 0..100 {
        let at = place(generator);
        prediction.predict(1.0, &seen(scale, at, false, [1.0, 0.0]), &mut [0.0; 2]);
        let felt = touch(scale, at[0], at[1]);
        let predicted = &prediction.predictors[0].predicted;
        error += predicted.iter().zip(felt).map(|(predicted, felt)| (predicted - felt).abs()).sum::<f64>() / 200.0;
        trust += prediction.predictors[0].trust() / 100.0;
    }
    (error, trust)
}

#[test]
fn what_would_be_felt_is_known_after_some_touches_and_again_on_another_instrument() {
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let mut prediction = prediction(&SensoryPredictionConfig::default());
    let (naive, trust) = error(&mut prediction, 1.0, &mut generator);
    assert!(naive > 0.3 && trust < 0.05, "{naive} {trust}");
    touch_around(&mut prediction, 1.0, 100, &mut generator);
    let (known, trust) = error(&mut prediction, 1.0, &mut generator);
    assert!(known < 0.02 && trust > 0.9, "{known} {trust}");
    // Another scale, after long practice: surprise brings doubt back, and few touches do.
    touch_around(&mut prediction, 1.0, 20_000, &mut generator);
    let (wrong, _) = error(&mut prediction, 1.4, &mut generator);
    touch_around(&mut prediction, 1.4, 30, &mut generator);
    let (relearnt, _) = error(&mut prediction, 1.4, &mut generator);
    assert!(wrong > 0.15 && relearnt < 0.05, "{wrong} {relearnt}");
}

#[test]
fn the_way_that_it_tells_leads_to_what_is_wanted() {
    let mut generator = ChaCha8Rng::seed_from_u64(2);
    let mut prediction = prediction(&SensoryPredictionConfig::default());
    touch_around(&mut prediction, 1.0, 300, &mut generator);
    for _ in 0..20 {
        let (mut at, wanted) = (place(&mut generator), place(&mut generator));
        let mut way = [0.0; 2];
        for _ in 0..10 {
            prediction.predict(1.0, &seen(1.0, at, false, wanted), &mut way);
            at = [at[0] + f64::from(way[0]), at[1] + f64::from(way[1])];
        }
        assert!((at[0] - wanted[0]).abs() < 0.05 && (at[1] - wanted[1]).abs() < 0.05, "{at:?} for {wanted:?}");
    }
    let mut not_due = seen(1.0, [1.0, 0.0], false, [1.2, 0.5]);
    not_due[7] = 0.0;
    let mut way = [1.0; 2];
    prediction.predict(1.0, &not_due, &mut way);
    assert_eq!(way, [0.0; 2], "what is not due is not asked for");
    prediction.predict(0.0, &seen(1.0, [1.0, 0.0], false, [1.2, 0.5]), &mut way);
    assert_eq!(way, [0.0; 2], "nor is anything without authority");
}

#[test]
fn the_first_update_is_that_of_recursive_least_squares_by_hand() {
    let config = SensoryPredictionConfig { noise: 0.5, prior: 1.0, ..SensoryPredictionConfig::default() };
    let mut prediction = prediction(&config);
    let at = [1.0, 2.0];
    prediction.learn(&seen(1.0, at, true, [0.0; 2]));
    // P0 is 4 for [1, b], 0.4 for products; z is [1, 1, 2, 1, 2, 4].
    let basis = [1.0, 1.0, 2.0, 1.0, 2.0, 4.0];
    let prior = [4.0, 4.0, 4.0, 0.4, 0.4, 0.4];
    let doubt: f64 = basis.iter().zip(prior).map(|(z, p)| p * z * z).sum();
    for (target, felt) in touch(1.0, at[0], at[1]).into_iter().enumerate() {
        for (place, (z, p)) in basis.iter().zip(prior).enumerate() {
            let expected = felt * p * z / (1.0 + doubt);
            let found = prediction.predictors[0].model.row(target)[place];
            assert!((found - expected).abs() < 1e-6, "{target} {place}: {found} for {expected}");
        }
    }
}

#[test]
fn ten_million_steps_at_one_spot_leave_it_sound() {
    let mut generator = ChaCha8Rng::seed_from_u64(3);
    let mut prediction = prediction(&SensoryPredictionConfig::default());
    touch_around(&mut prediction, 1.0, 300, &mut generator);
    let steps = if cfg!(debug_assertions) { 200_000 } else { 10_000_000 };
    let spot = seen(1.0, [1.1, 0.3], true, [0.0; 2]);
    for _ in 0..steps {
        prediction.learn(&spot);
    }
    let mut state = State::new();
    prediction.save(&mut state.writer());
    prediction.load(&mut state.reader()).unwrap();
    let (there, elsewhere) = (error_at(&mut prediction, [1.1, 0.3]), error(&mut prediction, 1.0, &mut generator));
    assert!(there < 0.001 && elsewhere.0 < 0.5, "{there} {elsewhere:?}");
    touch_around(&mut prediction, 1.0, 100, &mut generator);
    let (known, trust) = error(&mut prediction, 1.0, &mut generator);
    assert!(known < 0.02 && trust > 0.9, "it goes on learning: {known} {trust}");
}

fn error_at(prediction: &mut SensoryPrediction, at: [f64; 2]) -> f64 {
    prediction.predict(1.0, &seen(1.0, at, false, [1.0, 0.0]), &mut [0.0; 2]);
    let felt = touch(1.0, at[0], at[1]);
    prediction.predictors[0].predicted.iter().zip(felt).map(|(predicted, felt)| (predicted - felt).abs()).sum()
}

#[test]
fn numbers_that_are_none_or_missing_change_nothing() {
    let mut generator = ChaCha8Rng::seed_from_u64(4);
    let mut prediction = prediction(&SensoryPredictionConfig::default());
    touch_around(&mut prediction, 1.0, 50, &mut generator);
    let bits = |prediction: &SensoryPrediction| {
        let mut state = State::new();
        prediction.predictors[0].save(&mut state.writer());
        state
    };
    let before = bits(&prediction);
    for index in 0..8 {
        for strange in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut observation = seen(1.0, place(&mut generator), true, [1.0, 0.5]);
            observation[index] = strange;
            if index < 5 && !(index == 2 && strange > 0.0) {
                prediction.learn(&observation);
                assert_eq!(bits(&prediction), before, "{index} {strange}");
            }
            let mut way = [9.0; 2];
            prediction.predict(1.0, &observation, &mut way);
            assert!(way.iter().all(|way| way.is_finite()), "{index} {strange}: {way:?}");
        }
    }
    prediction.learn(&[1.0, 2.0]);
    prediction.learn(&seen(1.0, [1.0, 0.0], false, [1.0, 0.0]));
    assert_eq!(bits(&prediction), before, "nor does what is not there");
}

#[test]
fn a_frozen_predictor_stays_as_it_is() {
    let mut generator = ChaCha8Rng::seed_from_u64(5);
    let mut prediction = prediction(&SensoryPredictionConfig { plasticity: 0.0, ..SensoryPredictionConfig::default() });
    let before = prediction.predictors[0].model.row(0).to_vec();
    touch_around(&mut prediction, 1.0, 50, &mut generator);
    assert_eq!(prediction.predictors[0].model.row(0), before);
    assert!(prediction.climbing_fibre() > 1.0, "though its climbing fibres tell of the error");
}
