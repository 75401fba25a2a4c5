//! Which errors teach, how much, and which command they are blamed on.

use super::*;

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
