//! The error, its meaning at the two kinds of ends, and what the parts are driven by.

use super::*;
use crate::state::{State, Tensor};

/// Two numbers sensed, sixty decisions a second.
fn body(actions: usize, guided: bool) -> Body {
    Body { inputs: 2, actions, guided, clock: Clock::new(1.0 / 60.0) }
}

fn made(config: &BasalGangliaConfig) -> BasalGanglia {
    let cortex = CortexConfig { units: 8, initial_sparsity: 0.0, ..CortexConfig::default() };
    BasalGanglia::new(config, &cortex, body(1, false), 0.0, 1)
}

fn value(parts: &BasalGanglia, sensed: &[f32]) -> f32 {
    let mut activity = parts.critic.activity();
    activity.set_inputs(sensed);
    parts.critic.forward(&mut activity);
    activity.outputs()[0]
}

#[test]
fn the_error_counts_the_future_unless_it_terminated() {
    let (here, next) = ([0.5, -1.0], [-0.3, 2.0]);
    for (terminated, truncated) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut parts = made(&BasalGangliaConfig::default());
        parts.explore(&here, true, 1.0, &mut [0.0]);
        // A horizon of half a second is thirty steps.
        let future = if terminated { 0.0 } else { (-1.0f32 / 30.0).exp() * value(&parts, &next) };
        // The first reward of all is scaled to 1.
        let expected = 1.0 + future - value(&parts, &here);
        assert!(value(&parts, &next).abs() > 1e-3, "the future must be worth something for this test to mean anything");
        parts.learn(5.0, &next, terminated, truncated, None);
        assert!((parts.burst.raw - expected).abs() < 1e-6, "expected {expected}, found {}", parts.burst.raw);
        let mut state = State::new();
        parts.save(&mut state.writer());
        let sum_forgotten = state.get("reward.trace") == Some(&Tensor::F64(vec![0.0]));
        assert_eq!(sum_forgotten, terminated || truncated, "so does the discounted reward");
        let forgotten = parts
            .critic_update
            .traces
            .iter()
            .chain(&parts.actor_update.traces)
            .all(|e| *e == crate::brain::lanes::ZEROS);
        assert_eq!(forgotten, terminated || truncated, "traces end with the episode, and only then");
    }
}

#[test]
fn where_a_body_is_guided_a_naive_policy_leaves_it_to_its_own_controller() {
    let mean = |guided: bool| {
        let cortex = CortexConfig { units: 8, initial_sparsity: 0.0, ..CortexConfig::default() };
        let mut parts = BasalGanglia::new(&BasalGangliaConfig::default(), &cortex, body(3, guided), 0.0, 1);
        let (mut guessed, mut tried) = ([0.0; 3], [0.0; 3]);
        parts.guess(&[0.5, -1.0], &mut guessed);
        parts.explore(&[0.5, -1.0], true, 1.0, &mut tried);
        assert!(tried.iter().all(|tried| *tried != 0.0), "it explores all the same");
        guessed
    };
    assert_eq!(mean(true), [0.0; 3]);
    assert!(mean(false).iter().all(|mean| *mean != 0.0));
}

#[test]
fn the_value_moves_towards_what_was_experienced_by_the_share_asked_for() {
    // At the first step σ = z, so that the update removes the share η of the error, to first order; the error counts up
    // to its cap only.
    for (error_cap, expected) in [(3.0, 0.1), (0.5, 0.05)] {
        let mut parts = made(&BasalGangliaConfig { value_rate: 0.1, error_cap, ..BasalGangliaConfig::default() });
        let here = [0.5, -1.0];
        parts.explore(&here, true, 1.0, &mut [0.0]);
        let before = value(&parts, &here);
        parts.learn(1.0, &here, true, false, None);
        let share = (value(&parts, &here) - before) / parts.burst.raw;
        assert!((share - expected).abs() < 0.2 * expected, "expected {expected}, found {share}");
    }
}

#[test]
fn a_welcome_surprise_makes_the_action_more_likely_and_an_unwelcome_one_less() {
    for reward in [3.0, -3.0] {
        let mut parts = made(&BasalGangliaConfig { entropy: 0.0, ..BasalGangliaConfig::default() });
        let here = [0.5, -1.0];
        let (mut tried, mut before, mut after) = ([0.0], [0.0], [0.0]);
        parts.guess(&here, &mut before);
        parts.explore(&here, true, 1.0, &mut tried);
        parts.learn(reward, &here, true, false, None);
        parts.guess(&here, &mut after);
        let towards = (after[0] - before[0]) * (tried[0] - before[0]);
        assert!(towards * parts.burst.raw > 0.0, "{reward}: {before:?}, tried {tried:?}, {after:?}");
    }
}

#[test]
fn without_a_tried_action_or_with_a_broken_reward_nothing_is_learnt() {
    let mut parts = made(&BasalGangliaConfig::default());
    let weights = |parts: &BasalGanglia| (parts.actor.weights.clone(), parts.critic.weights.clone());
    let before = weights(&parts);
    parts.learn(1.0, &[0.0, 1.0], false, false, None);
    parts.guess(&[0.0, 1.0], &mut [0.0]);
    parts.learn(1.0, &[0.0, 1.0], false, false, None);
    for reward in [f32::NAN, f32::INFINITY] {
        parts.explore(&[0.0, 1.0], true, 1.0, &mut [0.0]);
        parts.learn(reward, &[0.0, 1.0], false, false, None);
    }
    assert_eq!(weights(&parts), before);
    parts.explore(&[0.0, 1.0], true, 1.0, &mut [0.0]);
    parts.learn(1.0, &[0.0, 1.0], false, false, None);
    assert_ne!(weights(&parts), before);
}

#[test]
fn the_actor_is_driven_by_the_error_relative_to_the_usual_one() {
    let moved = |error_cap, error_floor| {
        let error_context = 0.0;
        let config = BasalGangliaConfig { error_cap, error_floor, error_context, ..BasalGangliaConfig::default() };
        let mut parts = made(&config);
        let here = [0.5, -1.0];
        let (mut before, mut after) = ([0.0], [0.0]);
        parts.guess(&here, &mut before);
        parts.explore(&here, true, 1.0, &mut [0.0]);
        parts.learn(3.0, &here, true, false, None);
        parts.guess(&here, &mut after);
        (after[0] - before[0]).abs()
    };
    // The first error is the usual one, however much of it counts.
    let usual = moved(3.0, 0.0);
    assert!(usual > 0.0);
    assert!((moved(0.01, 0.0) / usual - 1.0).abs() < 1e-3);
    assert!(moved(0.01, 1.0) < 0.1 * usual, "unless the usual one is below the floor");
}

#[test]
fn entropy_widens_exploration_after_good_and_bad_surprises() {
    for reward in [3.0, -3.0] {
        let mut parts = made(&BasalGangliaConfig { entropy: 1.0, ..BasalGangliaConfig::default() });
        let here = [0.5, -1.0];
        parts.explore(&here, true, 1.0, &mut [0.0]);
        assert!(parts.noise[0].powi(2) < 2.0, "the entropy must outweigh the noise");
        let before = parts.policy.exploration(parts.tried.outputs());
        parts.learn(reward, &here, true, false, None);
        parts.explore(&here, true, 1.0, &mut [0.0]);
        let after = parts.policy.exploration(parts.tried.outputs());
        assert!(after > before, "reward {reward}: {before} before, {after} after");
    }
}

#[test]
fn nothing_is_learnt_as_long_as_no_reward_comes() {
    let mut parts = made(&BasalGangliaConfig::default());
    let (here, mut before, mut after) = ([0.5, -1.0], [0.0], [0.0]);
    parts.guess(&here, &mut before);
    for _ in 0..100 {
        parts.explore(&here, true, 1.0, &mut [0.0]);
        parts.learn(0.0, &here, false, false, None);
    }
    parts.guess(&here, &mut after);
    assert_eq!(before, after);
    parts.explore(&here, true, 1.0, &mut [0.0]);
    parts.learn(1.0, &here, false, false, None);
    parts.guess(&here, &mut after);
    assert_ne!(before, after, "the first reward is learnt from");
}

#[test]
fn a_decision_that_stands_is_learnt_from_once_by_all_that_it_has_earned() {
    let cortex = CortexConfig { units: 8, initial_sparsity: 0.0, ..CortexConfig::default() };
    let made = |hold, interval| {
        let config = BasalGangliaConfig { hold, ..BasalGangliaConfig::default() };
        BasalGanglia::new(&config, &cortex, Body { clock: Clock::new(interval), ..body(1, true) }, 0.0, 1)
    };
    // Three steps of a tenth of a second are one of three tenths.
    let (mut held, mut single) = (made(0.3, 0.1), made(0.0, 0.3));
    let (here, there) = ([0.5, -1.0], [0.1, 0.2]);
    let mut actions = Vec::new();
    for (step, reward) in [1.0, 0.25, -0.5].into_iter().enumerate() {
        let mut action = [0.0];
        held.explore(if step == 0 { &here } else { &there }, true, 1.0, &mut action);
        actions.push(action[0]);
        held.learn(reward, &there, false, false, None);
    }
    assert!(actions.iter().all(|&action| action == actions[0]), "{actions:?}");
    let mut action = [0.0];
    single.explore(&here, true, 1.0, &mut action);
    single.learn(0.75, &there, false, false, None);
    assert_eq!((action[0], single.burst), (actions[0], held.burst));
    held.explore(&here, true, 1.0, &mut action);
    assert_ne!(action[0], actions[0], "then it decides anew");
}

#[test]
fn what_is_not_explored_is_not_learnt_from_by_the_actor() {
    for (share, moved) in [(0.0, false), (0.5, true)] {
        let mut parts = made(&BasalGangliaConfig::default());
        let here = [0.5, -1.0];
        let (mut before, mut tried, mut after) = ([0.0], [0.0], [0.0]);
        parts.guess(&here, &mut before);
        parts.explore(&here, true, share, &mut tried);
        assert_eq!(tried == before, share == 0.0, "what is not explored is the mean action");
        parts.learn(3.0, &here, true, false, None);
        parts.guess(&here, &mut after);
        assert_eq!(after != before, moved, "{share}");
    }
}

#[test]
fn the_second_teacher_moves_the_action_where_the_future_is_better_and_no_further_than_it_reaches() {
    for (strength, by_action, grows) in [(0.5, 0.1, true), (0.5, -0.1, false), (-0.5, 0.1, false), (-0.5, -0.1, true)] {
        let cortex = CortexConfig { units: 8, initial_sparsity: 0.0, ..CortexConfig::default() };
        // Small steps, so that the last one goes hardly past the edge.
        let config = BasalGangliaConfig { policy_rate: 1.2, ..BasalGangliaConfig::default() };
        let mut parts = BasalGanglia::new(&config, &cortex, body(1, false), strength, 1);
        let here = [0.5, -1.0];
        let mean = |parts: &mut BasalGanglia| {
            let mut action = [0.0];
            parts.guess(&here, &mut action);
            action[0]
        };
        parts.explore(&here, true, 1.0, &mut [0.0]);
        parts.learn(1.0, &here, false, false, None);
        let mut last = mean(&mut parts);
        let follow = |parts: &mut BasalGanglia| {
            parts.explore(&here, true, 1.0, &mut [0.0]);
            parts.by_action = vec![by_action];
            parts.follow();
        };
        follow(&mut parts);
        assert_eq!(mean(&mut parts) > last, grows, "strength {strength}, gradient {by_action}");
        for _ in 0..20_000 {
            last = mean(&mut parts);
            follow(&mut parts);
        }
        assert_eq!(mean(&mut parts), last, "it has come to rest");
        // The last step may have gone past the edge.
        assert!((1.0..1.5).contains(&last.abs()), "{last}");
    }
}

#[test]
fn less_than_was_expected_disappoints_and_as_much_does_not() {
    // A floor under the error that the actor's is measured by is none under what disappoints.
    for error_floor in [0.0, 1.0] {
        let mut parts = made(&BasalGangliaConfig { error_floor, ..BasalGangliaConfig::default() });
        let here = [0.5, -1.0];
        let mut live = |reward, steps| {
            for _ in 0..steps {
                parts.explore(&here, true, 1.0, &mut [0.0]);
                parts.learn(reward, &here, false, false, None);
            }
            parts.disappointed()
        };
        assert!(!live(1.0, 5000), "as good as ever");
        assert!(live(-1.0, 20));
        assert!(!live(-1.0, 5000), "one gets used to it");
        assert!(!live(1.0, 20), "a relief");
    }
}
