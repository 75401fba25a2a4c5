//! A learner of one movement, practised in episodes of one step; who has one, and what is saved of it.

mod errors;
mod two_states;

use super::*;
use crate::agent::Input;
use crate::brain::cerebellum::sensitivity::SensitivityConfig;
use crate::brain::lanes::dot;
use crate::state::State;
use crate::two_state::{Process, Trial, TwoState};
use rand::SeedableRng;

/// Time of a step, in s.
const INTERVAL: f64 = 0.01;

/// Two desired numbers and a feedback command; every trial of the tests is an episode of one step.
fn shape() -> AgentShape {
    let input = |name: &str, role| Input { name: name.into(), typical: 1.0, role };
    let observations = vec![
        input("wanted place", Role::Desired),
        input("wanted speed", Role::Desired),
        input("feedback", Role::Feedback { action: 0 }),
    ];
    AgentShape { observations, actions: 1, control_interval: INTERVAL, percepts: Vec::new() }
}

fn learner(config: &FeedbackErrorConfig, binary: bool) -> FeedbackError {
    let fibre = ClimbingFibreConfig { binary, ..ClimbingFibreConfig::default() };
    // Dense enough that ε takes little.
    let granule = GranuleConfig { coding_level: 0.3, ..GranuleConfig::default() };
    FeedbackError::new(config, &granule, &fibre, &shape(), &mut ChaCha8Rng::seed_from_u64(7)).unwrap()
}

/// Rates at which one and the same movement is learnt as slowly as many movements are.
fn slow_motion() -> FeedbackErrorConfig {
    FeedbackErrorConfig {
        fast: SiteConfig { retention: 0.8, rate: 0.1 },
        slow: SiteConfig { retention: 0.995, rate: 0.02 },
        ..insensitive()
    }
}

/// Blames the command that the feedback followed, always at the same rates.
fn insensitive() -> FeedbackErrorConfig {
    let sensitivity = SensitivityConfig { largest: 1.0, ..SensitivityConfig::default() };
    FeedbackErrorConfig { delay: 0.0, relevance: 1e6, sensitivity, ..FeedbackErrorConfig::default() }
}

const WANTED: [f32; 2] = [1.0, -0.5];

/// One trial of a movement: the command, and then the feedback command that makes up for what it lacks.
fn practise(learner: &mut FeedbackError, trial: Trial) -> f64 {
    let [place, speed] = WANTED;
    let mut command = [0.0];
    learner.command(&[place, speed, 0.0], true, &mut command);
    let feedback = match trial {
        Trial::Perturbed(force) => force as f32 - command[0],
        Trial::Clamped => 0.0,
    };
    learner.learn(&[place, speed, feedback], 1.0, true, true);
    learner.command(&[place, speed, 0.0], false, &mut command);
    f64::from(command[0])
}

fn trials(blocks: &[(Trial, usize)]) -> Vec<Trial> {
    blocks.iter().flat_map(|&(trial, count)| vec![trial; count]).collect()
}

/// The two-state model that the learner is for one movement: its rates are those of the sites, less what ε takes.
fn oracle(config: &FeedbackErrorConfig, learner: &mut FeedbackError) -> TwoState {
    learner.granule.expand(&WANTED.map(Lanes::splat), &mut learner.features);
    let square = f64::from(dot(&learner.features, &learner.features));
    let process = |site: &SiteConfig| Process {
        retention: site.retention,
        rate: site.rate * square / (square + f64::from(learner.least_square())),
    };
    TwoState { fast: process(&config.fast), slow: process(&config.slow) }
}

fn recovery() -> Vec<Trial> {
    trials(&[
        (Trial::Perturbed(0.0), 50),
        (Trial::Perturbed(1.0), 125),
        (Trial::Perturbed(-1.0), 15),
        (Trial::Clamped, 150),
    ])
}

#[test]
fn guesses_leave_no_mark_and_a_saved_learner_continues_bit_by_bit() {
    let config = FeedbackErrorConfig { delay: INTERVAL, ..FeedbackErrorConfig::default() };
    let saved = |learner: &FeedbackError| {
        let mut state = State::new();
        learner.save(&mut state.writer());
        state
    };
    let mut learner = learner(&config, true);
    let step = |learner: &mut FeedbackError, step: usize| {
        let phase = step as f32 * 0.7;
        let mut command = [0.0];
        learner.command(&[phase.sin(), phase.cos(), 0.0], true, &mut command);
        learner.learn(&[0.0, 0.0, 0.3 - command[0]], 1.0, true, step % 5 == 4);
        command[0]
    };
    for index in 0..33 {
        step(&mut learner, index);
    }
    let before = saved(&learner);
    learner.command(&[9.0, f32::NAN, 3.0], false, &mut [0.0]);
    learner.command(&[], false, &mut [0.0]);
    assert_eq!(saved(&learner), before);
    let mut resumed = super::tests::learner(&config, true);
    let mut reader = before.reader();
    resumed.load(&mut reader).unwrap();
    reader.finish().unwrap();
    for index in 33..80 {
        assert_eq!(step(&mut learner, index), step(&mut resumed, index));
    }
    assert_eq!(saved(&learner), saved(&resumed));
}

#[test]
fn a_body_without_desired_states_or_with_missing_feedback_has_no_such_learner() {
    let new = |shape: &AgentShape| {
        let (config, granule) = (FeedbackErrorConfig::default(), GranuleConfig::default());
        let fibre = ClimbingFibreConfig::default();
        FeedbackError::new(&config, &granule, &fibre, shape, &mut ChaCha8Rng::seed_from_u64(1)).is_some()
    };
    assert!(new(&shape()));
    assert!(!new(&AgentShape { actions: 2, ..shape() }));
    let mut undirected = shape();
    undirected.observations.retain(|input| input.role != Role::Desired);
    assert!(!new(&undirected));
}
