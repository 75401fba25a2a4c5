//! Two sites that learn and forget at their own pace: together they are the two-state model.

use super::*;
use crate::two_state::fit;

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
