use super::*;
use crate::agent::Input;
use crate::state::State;
use crate::two_state::{Process, Trial, TwoState, fit};
use rand::SeedableRng;

/// Two desired numbers and a feedback command; every trial of the tests is an episode of one step.
/// Time of a step, in s.
const INTERVAL: f64 = 0.01;

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
fn for_one_movement_it_is_the_two_state_model() {
    let config = slow_motion();
    let mut learner = learner(&config, false);
    let model = oracle(&config, &mut learner);
    let schedule = recovery();
    let curve: Vec<f64> = schedule.iter().map(|&trial| practise(&mut learner, trial)).collect();
    for (trial, (found, expected)) in curve.iter().zip(model.simulate(&schedule)).enumerate() {
        assert!((found - expected).abs() < 1e-4, "trial {trial}: {found}, expected {expected}");
    }
    let rebound = curve[190..].iter().copied().fold(f64::MIN, f64::max);
    assert!(curve[189] < 0.0 && rebound > 0.1, "{} then {rebound}", curve[189]);
    let fit = fit(&schedule, &curve).unwrap();
    assert!(fit.r_squared > 0.999 && (fit.model.fast.retention - 0.8).abs() < 0.01, "{fit:?}");
}

#[test]
fn an_error_that_lasts_is_answered_alike_however_many_steps_it_lasts() {
    let answer = |steps: usize| {
        let mut learner = learner(&slow_motion(), false);
        let [place, speed] = WANTED;
        let mut command = [0.0];
        for step in 0..steps {
            learner.command(&[place, speed, 0.0], true, &mut command);
            learner.learn(&[place, speed, 1.0], 1.0, true, step + 1 == steps);
        }
        learner.command(&[place, speed, 0.0], false, &mut command);
        command[0]
    };
    let one = answer(1);
    let model = oracle(&slow_motion(), &mut learner(&slow_motion(), false));
    let expected = model.fast.rate + model.slow.rate;
    assert!((f64::from(one) - expected).abs() < 1e-4, "{one}, expected {expected}: B_fast + B_slow of the error");
    for steps in [2, 10, 100] {
        assert!((answer(steps) / one - 1.0).abs() < 0.02, "{} in {steps} steps, {one} in one", answer(steps));
    }
}

#[test]
fn without_the_slow_site_nothing_recovers_by_itself() {
    let config = FeedbackErrorConfig {
        fast: SiteConfig { retention: 0.99, rate: 0.1 },
        slow: SiteConfig { retention: 1.0, rate: 0.0 },
        ..insensitive()
    };
    let mut learner = learner(&config, false);
    let curve: Vec<f64> = recovery().into_iter().map(|trial| practise(&mut learner, trial)).collect();
    assert!(curve[174] > 0.8, "learns: {}", curve[174]);
    assert!(curve[189] < 0.0, "is countered: {}", curve[189]);
    assert!(curve[190..].iter().all(|&x| x <= 0.0), "and stays there");
}

#[test]
fn errors_that_go_on_are_learnt_from_faster_ever_after_and_errors_that_change_sign_slower() {
    let sensitivity = SensitivityConfig { largest: 3.0, rate: 1.0 };
    let mut sensitive = learner(&FeedbackErrorConfig { sensitivity, ..slow_motion() }, false);
    let (first, again) = (60, 400);
    let schedule =
        trials(&[(Trial::Perturbed(1.0), first), (Trial::Perturbed(0.0), again - first), (Trial::Perturbed(1.0), 10)]);
    let mut plain = learner(&slow_motion(), false);
    let late = |learner: &mut FeedbackError| {
        let curve: Vec<f64> = schedule.iter().map(|&trial| practise(learner, trial)).collect();
        (curve[4], curve[again + 4])
    };
    let (naive, saved) = late(&mut sensitive);
    assert!(saved > 1.2 * naive, "savings: {naive}, then {saved}");
    let (naive, without) = late(&mut plain);
    assert!((without - naive).abs() < 0.02, "none at fixed rates: {naive}, then {without}");
    let before = sensitive.sensitivity();
    for trial in 0..40 {
        practise(&mut sensitive, Trial::Perturbed(if trial % 2 == 0 { 2.0 } else { -2.0 }));
    }
    assert!(sensitive.sensitivity() < before, "{before}, then {}", sensitive.sensitivity());
    assert_eq!(plain.sensitivity(), 1.0);
}

#[test]
fn an_error_too_large_to_be_ones_own_teaches_less() {
    let taught = |relevance: f64, error: f32| {
        let mut learner = learner(&FeedbackErrorConfig { relevance, ..slow_motion() }, false);
        let [place, speed] = WANTED;
        let mut command = [0.0];
        learner.command(&[place, speed, 0.0], true, &mut command);
        learner.learn(&[place, speed, error], 1.0, true, true);
        learner.command(&[place, speed, 0.0], false, &mut command);
        command[0]
    };
    assert!((taught(10.0, 10.0) / taught(1e6, 10.0) - 0.5).abs() < 1e-4);
    assert!((taught(10.0, 0.1) / taught(1e6, 0.1) - 1.0).abs() < 1e-3);
    assert!(taught(10.0, 40.0) < taught(10.0, 10.0), "what is beyond the fibre's saturation, too");
}

#[test]
fn what_is_learned_slowly_is_less_where_no_reward_is_told_and_nothing_is_learned_from_what_is_not_relied_upon() {
    let taught = |fast: f64, relied: f32, told: [bool; 2]| {
        let slow = slow_motion();
        let fast = SiteConfig { rate: fast, ..slow.fast };
        let mut learner = learner(&FeedbackErrorConfig { fast, unrewarded: 0.4, ..slow }, false);
        let [place, speed] = WANTED;
        let mut command = [0.0];
        for (step, told) in told.into_iter().enumerate() {
            learner.command(&[place, speed, 0.0], true, &mut command);
            learner.learn(&[place, speed, 0.1], relied, told, step == 1);
        }
        learner.command(&[place, speed, 0.0], false, &mut command);
        command[0]
    };
    let slow = taught(0.0, 1.0, [true, true]);
    assert!(slow > 0.0);
    assert!((taught(0.0, 1.0, [false, false]) / slow - 0.4).abs() < 1e-4);
    assert!((taught(0.0, 1.0, [false, true]) / slow - 0.7).abs() < 1e-4, "half of the steps");
    let fast = |told| taught(0.1, 1.0, told) - taught(0.0, 1.0, told);
    assert!((fast([true, true]) - fast([false, false])).abs() < 1e-5, "the fast site does not care");
    assert!((taught(0.1, 0.25, [true, true]) / taught(0.1, 1.0, [true, true]) - 0.25).abs() < 1e-4);
    assert_eq!(taught(0.1, 0.0, [true, true]), 0.0);
}

#[test]
fn an_error_that_is_only_felt_teaches_nothing() {
    let mut shape = shape();
    shape.observations.push(Input { name: "shown".into(), typical: 1.0, role: Role::ErrorShown });
    let learnt = |shown: f32| {
        let (granule, fibre) = (GranuleConfig::default(), ClimbingFibreConfig::default());
        let mut generator = ChaCha8Rng::seed_from_u64(7);
        let mut learner = FeedbackError::new(&slow_motion(), &granule, &fibre, &shape, &mut generator).unwrap();
        let mut command = [0.0];
        learner.command(&[WANTED[0], WANTED[1], 0.0, shown], true, &mut command);
        learner.learn(&[WANTED[0], WANTED[1], 1.0, shown], 1.0, true, true);
        learner.command(&[WANTED[0], WANTED[1], 0.0, shown], false, &mut command);
        command[0]
    };
    assert_eq!(learnt(0.0), 0.0);
    assert!(learnt(1.0) > 0.1);
}

#[test]
fn what_was_learnt_shows_as_an_opposite_after_effect() {
    let mut learner = learner(&slow_motion(), false);
    let naive_error = 1.0;
    for _ in 0..150 {
        practise(&mut learner, Trial::Perturbed(1.0));
    }
    let mut command = [0.0];
    learner.command(&[WANTED[0], WANTED[1], 0.0], false, &mut command);
    let after_effect = 0.0 - command[0];
    assert!((0.5..=1.0).contains(&(-after_effect / naive_error)), "{after_effect}");
}

#[test]
fn another_movement_is_neither_disturbed_nor_forgotten() {
    let mut learner = learner(&slow_motion(), false);
    let elsewhere = |learner: &mut FeedbackError| {
        let mut command = [0.0];
        learner.command(&[-1.0, 0.5, 0.0], false, &mut command);
        command[0]
    };
    for _ in 0..100 {
        practise(&mut learner, Trial::Perturbed(1.0));
    }
    assert!(elsewhere(&mut learner).abs() < 0.2, "{}", elsewhere(&mut learner));
}

#[test]
fn graded_fibres_correct_by_the_size_of_the_error_and_binary_ones_do_not() {
    let slope = |binary: bool| {
        let mut trained = learner(&slow_motion(), binary);
        for trial in 0..2000 {
            practise(&mut trained, Trial::Perturbed(if trial % 2 == 0 { 1.0 } else { -1.0 }));
        }
        let before = practise(&mut trained.clone(), Trial::Clamped);
        let correction = |size: f64| practise(&mut trained.clone(), Trial::Perturbed(size + before)) - before;
        (correction(0.25), correction(1.0), correction(2.0))
    };
    let (small, middle, large) = slope(false);
    assert!((middle / small - 4.0).abs() < 0.5 && (large / small - 8.0).abs() < 1.0, "{small} {middle} {large}");
    let (small, middle, large) = slope(true);
    assert!((middle / small - 1.0).abs() < 0.05 && (large / small - 1.0).abs() < 0.05, "{small} {middle} {large}");
}

#[test]
fn the_delay_blames_the_command_of_as_many_steps_before() {
    let config = FeedbackErrorConfig { delay: 2.0 * INTERVAL, ..FeedbackErrorConfig::default() };
    let mut learner = learner(&config, false);
    let places = [[1.5, 0.0], [0.0, 1.5], [-1.5, 0.0], [0.0, -1.5]];
    let command = |learner: &mut FeedbackError, at: usize, explore| {
        let mut command = [0.0];
        learner.command(&[places[at][0], places[at][1], 0.0], explore, &mut command);
        command[0]
    };
    for step in 0..4 {
        command(&mut learner, step, true);
        // The error comes with the last step, two steps after the second command.
        learner.learn(&[0.0, 0.0, if step == 3 { 1.0 } else { 0.0 }], 1.0, true, step == 3);
    }
    let learnt: Vec<f32> = (0..4).map(|at| command(&mut learner, at, false)).collect();
    assert!(learnt[1] > 0.1, "{learnt:?}");
    assert!(learnt[3] < 0.02, "the command in the opposite state has nothing to do with it: {learnt:?}");
    assert!(learnt.iter().all(|&value| value <= learnt[1]), "{learnt:?}");
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

#[test]
fn time_takes_from_the_fast_site_by_its_time_constant_and_leaves_the_slow_one() {
    let config = FeedbackErrorConfig { volatility: 30.0, ..slow_motion() };
    let commands = |learner: &mut FeedbackError| {
        let ([place, speed], mut whole, mut slow) = (WANTED, [0.0], [0.0]);
        learner.command(&[place, speed, 0.0], false, &mut whole);
        learner.slow_command(&mut slow);
        [f64::from(whole[0] - slow[0]), f64::from(slow[0])]
    };
    for (seconds, kept) in [(0.0, 1.0), (30.0, (-1.0f64).exp()), (60.0, (-2.0f64).exp()), (1e9, 0.0)] {
        let mut learner = learner(&config, false);
        (0..100).for_each(|_| _ = practise(&mut learner, Trial::Perturbed(1.0)));
        let before = commands(&mut learner);
        assert!(before.iter().all(|&part| part > 0.05), "{before:?}");
        learner.rest(seconds);
        let after = commands(&mut learner);
        assert!((after[0] - kept * before[0]).abs() < 1e-5, "{seconds} s: {before:?} became {after:?}");
        assert!((after[1] - before[1]).abs() < 1e-6, "{seconds} s: {before:?} became {after:?}");
    }
}
