//! Reaching by a plan that can be changed, with delayed senses and noise.

mod common;

use common::{field, idle, mean, metric, play, score, task, with, yaml};
use etude_envs::rapier::prelude::Vector;
use etude_envs::task::Blueprint;

/// The arm with a plan, with another schedule, and without noise unless it is wanted.
fn planned(block: &str, noisy: bool, delay: &str) -> Blueprint {
    let set = |yaml: String, path: &str, value: &str| with(&yaml, path, |_| serde_yaml::from_str(value).unwrap());
    let mut text = set(yaml("reaching/null-v1"), "schedule", &format!("[{block}]"));
    text = set(text, "senses.delay", delay);
    if !noisy {
        text = set(set(text, "arm.constant_noise", "0"), "arm.signal_noise", "0");
    }
    task(&text)
}

#[test]
fn late_senses_cost_nothing_as_long_as_nothing_unknown_happens() {
    for delay in ["0", "0.03", "0.1"] {
        let task = planned("{}", false, delay);
        let episodes = play(&task, 3, 8, idle);
        assert!(episodes.iter().all(|episode| metric(&task, episode, "hand_deviation_mm").abs() < 1.0), "{delay} s");
        assert!(mean(&task, &episodes, "end_error_mm") < 1.0, "{delay} s");
    }
    // A field is what is not known of: the later it is sensed, the further it pushes.
    let pushed = ["0", "0.03", "0.06"].map(|delay| {
        let task = planned("{field: curl, strength: 13}", false, delay);
        -mean(&task, &play(&task, 3, 8, idle), "hand_deviation_mm")
    });
    assert!(pushed[0] < pushed[1] && pushed[1] < pushed[2] && pushed[1] < 35.0, "{pushed:?} mm");
}

#[test]
fn what_is_sensed_is_as_old_as_the_delay() {
    let (late, at_once) = (planned("{}", false, "0.05"), planned("{}", false, "0"));
    let hand = field(&late, "hand_x");
    let ways = [&late, &at_once].map(|task| {
        let mut way = Vec::new();
        play(task, 4, 1, |seen, action| {
            way.push([seen[hand], seen[hand + 1]]);
            action.fill(0.0);
        });
        way
    });
    for (late, now) in ways[0][5..].iter().zip(&ways[1]) {
        assert!((0..2).all(|axis| (late[axis] - now[axis]).abs() < 1e-3), "{late:?}, {now:?}");
    }
    assert!(ways[0][..6].iter().all(|place| *place == ways[0][0]), "at first it is the start that is sensed");
}

#[test]
fn a_noisy_arm_scatters_as_people_do_and_another_seed_scatters_otherwise() {
    let task = planned("{targets: [90]}", true, "0.03");
    let angles = |seed| -> Vec<f32> {
        play(&task, seed, 60, idle).iter().map(|episode| metric(&task, episode, "launch_angle_deg")).collect()
    };
    let found = angles(1);
    let mean = found.iter().sum::<f32>() / 60.0;
    let sd = (found.iter().map(|angle| (angle - mean).powi(2)).sum::<f32>() / 60.0).sqrt();
    assert!((1.5..6.0).contains(&sd) && mean.abs() < 2.0, "{mean} with an SD of {sd} degrees");
    assert_eq!(angles(1), found);
    assert_ne!(angles(2), found);
}

/// Plans that the cursor goes as desired although it is turned (degrees): ȧ = R⁻¹ d' − d'.
fn replanning(task: &Blueprint, turn: f32) -> impl FnMut(&[f32], &mut [f32]) {
    let desired = field(task, "desired_rate_x");
    move |seen, action| {
        let rate = Vector::new(seen[desired], seen[desired + 1]);
        let added = (Vector::from_angle(-turn.to_radians()).rotate(rate) - rate) / 0.5;
        action.copy_from_slice(&[0.0, 0.0, added.x, added.y]);
    }
}

#[test]
fn a_turned_cursor_is_answered_by_the_plan_and_by_nothing_else() {
    let turned = planned("{field: rotation, strength: 30}", false, "0.03");
    let naive = play(&turned, 5, 8, idle);
    assert!((mean(&turned, &naive, "end_angle_deg") - 30.0).abs() < 1.0, "nothing corrects it within the trial");
    let learned = play(&turned, 5, 8, replanning(&turned, 30.0));
    assert!(mean(&turned, &learned, "end_angle_deg").abs() < 2.0, "{}", mean(&turned, &learned, "end_angle_deg"));
    // The plan follows its command 50 ms late, so that the way is a little bent.
    assert!(mean(&turned, &learned, "cursor_deviation_mm").abs() < 10.5, "{learned:?}");
    // With the cursor off the same plan shows where the hand goes.
    let off = planned("{cursor: \"off\"}", false, "0.03");
    let after = play(&off, 5, 8, replanning(&off, 30.0));
    assert!((mean(&off, &after, "end_angle_deg") + 30.0).abs() < 2.0, "{}", mean(&off, &after, "end_angle_deg"));
}

#[test]
fn a_plan_is_of_the_movement_alone() {
    let task = planned("{}", false, "0");
    let [plan, rate] = ["plan_x", "plan_rate_x"].map(|name| field(&task, name));
    let mut course = Vec::new();
    play(&task, 5, 1, |seen, action| {
        course.push([seen[plan], seen[rate]]);
        action.copy_from_slice(&[0.0, 0.0, 0.1, 0.0]);
    });
    assert!(course[..=10].iter().all(|change| *change == [0.0; 2]), "before the go: {course:?}");
    assert!((course[55][1] - 0.05).abs() < 1e-3, "a tenth of 0.5 m/s while it runs: {:?}", course[55]);
    let [place, last] = course[99];
    assert!(last.abs() < 1e-3 && (place - 0.05 * 0.5).abs() < 1e-3, "at rest: {place} m, {last} m/s");
}

#[test]
fn the_plans_error_is_what_the_cursor_did_otherwise_than_planned_and_a_force_is_none() {
    let largest = |block: &str, replan: Option<f32>| {
        let task = planned(block, false, "0.03");
        let error = field(&task, "feedback_plan_x");
        let mut largest = 0.0f32;
        let mut policy = replan.map(|turn| replanning(&task, turn));
        play(&task, 6, 4, |seen, action| {
            largest = largest.max(Vector::new(seen[error], seen[error + 1]).length());
            action.fill(0.0);
            if let Some(policy) = &mut policy {
                policy(seen, action);
            }
        });
        largest
    };
    // The gain of 0.8 times 2 sin 15° times the peak speed, in units of 0.5 m/s.
    let expected = 0.8 * 2.0 * 15.0f32.to_radians().sin() * 0.375 / 0.5;
    let naive = largest("{field: rotation, strength: 30}", None);
    assert!((naive / expected - 1.0).abs() < 0.05, "{naive}, expected {expected}");
    let learned = largest("{field: rotation, strength: 30}", Some(30.0));
    assert!(learned < 0.35 * naive, "{learned} of {naive}: what is left is that the plan follows its command late");
    assert!(largest("{field: curl, strength: 13}", None) < 1e-4, "what pushes the hand is no error of the plan");
    assert_eq!(largest("{field: rotation, strength: 30, cursor: \"off\"}", None), 0.0, "nothing is seen");
}

#[test]
fn a_clamped_cursor_goes_its_own_way_and_only_the_hand_counts() {
    let task = planned("{field: error-clamp, strength: 45, targets: [90]}", false, "0");
    let [cursor, hand, start] = ["cursor_x", "hand_x", "target_x"].map(|name| field(&task, name));
    let mut last = [Vector::ZERO; 2];
    // The hand is sent to the right, which changes nothing of the cursor's direction.
    let episodes = play(&task, 7, 4, |seen, action| {
        let at = |field: usize| Vector::new(seen[field], seen[field + 1]);
        assert!(at(start).y > 0.09);
        if at(cursor).length() > 0.01 {
            last = [at(cursor), at(hand)];
        }
        action.copy_from_slice(&[0.0, 0.0, 0.2, 0.0]);
    });
    let degrees = last.map(|way| way.to_angle().to_degrees());
    assert!((degrees[0] - 135.0).abs() < 2.0, "{degrees:?}");
    assert!((last[0].length() - last[1].length()).abs() < 0.004, "{last:?}: as far as the hand");
    assert!(degrees[1] < 75.0 && score(&episodes) == 0.0, "{degrees:?}");
    let straight = play(&task, 7, 4, idle);
    assert_eq!(score(&straight), 1.0, "a hand that ignores it does all there is to do");
}

#[test]
fn no_plan_leaves_what_the_arm_can_reach() {
    let task = planned("{field: saddle, strength: 1}", true, "0.03");
    for (x, y) in [(1.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (0.0, 1.0), (0.0, -1.0)] {
        let episodes = play(&task, 8, 4, |_, action| action.copy_from_slice(&[1.0, -1.0, x, y]));
        assert!(episodes.iter().all(|episode| episode.fault.is_none() && episode.total_reward.is_finite()));
    }
}
