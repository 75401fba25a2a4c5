//! Reaching as a whole: what a field does to a body that does not know it, and to one that does.

mod common;

use common::{field, idle, mean, metric, play, score, task, with, yaml};
use etude_envs::document::Document;
use etude_envs::lane::{Episode, SoloLane};
use etude_envs::rapier::prelude::Vector;
use etude_envs::reaching::{Links, ReachingSpec, SADDLE, torques_of_force};
use etude_envs::space::Role;
use etude_envs::task::Blueprint;
use etude_envs::{Registry, Seed};

fn ids() -> Vec<String> {
    Registry::default().task_ids().into_iter().filter(|id| id.starts_with("reaching/")).collect()
}

/// A task with another schedule, written as one block in a flow mapping.
fn scheduled(block: &str) -> Blueprint {
    task(&with(&yaml("reaching/null-v0"), "schedule", |_| serde_yaml::from_str(&format!("[{block}]")).unwrap()))
}

/// One that knows the field: gives the torques that cancel its force on a hand that moves as desired.
struct Oracle {
    spec: ReachingSpec,
    links: Links,
    force: [[f32; 2]; 2],
    desired: usize,
}

impl Oracle {
    fn new(blueprint: &Blueprint, force: [[f32; 2]; 2]) -> Self {
        let spec: ReachingSpec = Document::parse("task", &blueprint.yaml()).unwrap().read().unwrap();
        Self { links: Links::new(&spec.arm), spec, force, desired: field(blueprint, "desired_x") }
    }

    fn torques(&self, place: Vector, rate: Vector) -> [f32; 2] {
        let [[a, b], [c, d]] = self.force;
        let against = -Vector::new(a * rate.x + b * rate.y, c * rate.x + d * rate.y);
        let hand = self.spec.centre() + place;
        torques_of_force(self.links.elbow(self.links.angles(hand)[0]), hand, against)
    }

    fn act(&self, seen: &[f32], action: &mut [f32]) {
        let [place, rate, acceleration] =
            [0, 2, 4].map(|at| Vector::new(seen[self.desired + at], seen[self.desired + at + 1]));
        // Muscles lag: ask for what is wanted a moment later, and more of it.
        let (arm, interval) = (&self.spec.arm, 1.0 / self.spec.episode.control_rate);
        let now = self.torques(place, rate);
        let later = self.torques(place + rate * interval, rate + acceleration * interval);
        let share = 1.0 - (-interval / arm.muscle_lag).exp();
        for joint in 0..2 {
            action[joint] = (now[joint] + (later[joint] - now[joint]) / share) / arm.torque_scale;
        }
    }
}

const CURL: [[f32; 2]; 2] = [[0.0, 13.0], [-13.0, 0.0]];

#[test]
fn the_body_reaches_straight_without_a_field_and_is_pushed_aside_by_one() {
    let found = |id: &str| {
        let task = Registry::default().task(id).unwrap();
        let episodes = play(&task, 1, 8, idle);
        let deviations: Vec<f32> = episodes.iter().map(|episode| metric(&task, episode, "hand_deviation_mm")).collect();
        println!(
            "{id}: hand {deviations:.1?} mm, cursor {:.1} mm, launch {:.1} degrees, end error {:.1} mm, score {:.2}",
            mean(&task, &episodes, "cursor_deviation_mm"),
            mean(&task, &episodes, "launch_angle_deg"),
            mean(&task, &episodes, "end_error_mm"),
            score(&episodes)
        );
        (deviations, episodes, task)
    };
    let (deviations, episodes, task) = found("reaching/null-v0");
    assert!(deviations.iter().all(|deviation| deviation.abs() < 1.0));
    assert!(episodes.iter().all(|episode| episode.score == 1.0));
    for episode in &episodes {
        let value = |name| metric(&task, episode, name);
        assert!(value("end_error_mm") < 1.0 && value("end_angle_deg").abs() < 1.0, "{episode:?}");
        assert!((value("peak_speed_m_per_s") - 0.375).abs() < 0.02, "{episode:?}");
        // Its speed is above 3 cm/s for 0.43 of the 0.5 s.
        assert!((value("movement_time_s") - 0.43).abs() < 0.03, "{episode:?}");
        assert_eq!((episode.length, episode.terminated, episode.truncated), (100, false, true));
    }
    let (right, episodes, _) = found("reaching/curl-v0");
    assert!(right.iter().all(|deviation| (-35.0..=-12.0).contains(deviation)));
    assert!(score(&episodes) <= 0.3);
    let (left, episodes, _) = found("reaching/opposite-v0");
    assert!(left.iter().all(|deviation| (12.0..=35.0).contains(deviation)));
    assert!(score(&episodes) <= 0.3);
    // Mirror images, but for the arm's own asymmetry.
    let size = |deviations: &[f32]| deviations.iter().sum::<f32>().abs();
    assert!((size(&right) / size(&left) - 1.0).abs() < 0.2);
    let (aside, episodes, _) = found("reaching/saddle-v0");
    assert!(aside.iter().all(|deviation| deviation.abs() > 10.0));
    assert!(score(&episodes) <= 0.3);
    let (_, episodes, task) = found("reaching/rotation-v0");
    assert!((15.0..=31.0).contains(&mean(&task, &episodes, "launch_angle_deg")));
    assert!(score(&episodes) <= 0.35);
    let (_, episodes, task) = found("reaching/reward-rotation-v0");
    assert!((mean(&task, &episodes, "end_angle_deg") - 15.0).abs() < 0.5);
    assert!(score(&episodes) <= 0.3);
}

#[test]
fn who_knows_the_field_moves_straight_in_it_and_errs_without() {
    for (id, force) in [("reaching/curl-v0", CURL), ("reaching/saddle-v0", SADDLE)] {
        let task = Registry::default().task(id).unwrap();
        let oracle = Oracle::new(&task, force);
        let size = |episodes: &[Episode]| {
            episodes.iter().map(|episode| metric(&task, episode, "hand_deviation_mm").abs()).sum::<f32>() / 8.0
        };
        let mut largest = 0.0f32;
        let knowing = play(&task, 2, 8, |seen, action| {
            oracle.act(seen, action);
            largest = action.iter().fold(largest, |largest, value| largest.max(value.abs()));
        });
        let naive = play(&task, 2, 8, idle);
        println!("{id}: {} mm became {} mm by actions up to {largest}", size(&naive), size(&knowing));
        assert!(size(&knowing) < 0.15 * size(&naive));
        assert!(score(&knowing) > 0.9);
        assert!((0.3..0.8).contains(&largest), "actions up to {largest}");
        // The feedback has next to nothing left to say.
        let feedback = |episodes: &[Episode]| mean(&task, episodes, "mean_feedback");
        assert!(feedback(&knowing) < 0.15 * feedback(&naive), "{} of {}", feedback(&knowing), feedback(&naive));
        // The after-effect: as far to the other side, without the field.
        let null = Registry::default().task("reaching/null-v0").unwrap();
        let after = play(&null, 2, 8, |seen, action| oracle.act(seen, action));
        for (after, naive) in after.iter().zip(&naive) {
            let ratio = metric(&null, after, "hand_deviation_mm") / metric(&task, naive, "hand_deviation_mm");
            assert!((-1.5..=-0.4).contains(&ratio), "{id}: after-effect of {ratio} times the naive deviation");
        }
    }
}

#[test]
fn the_channel_holds_the_hand_and_measures_what_it_knows() {
    for strength in [13.0, -13.0] {
        let task = scheduled(&format!("{{field: curl, strength: {strength}, clamp: 1}}"));
        let oracle = Oracle::new(&task, CURL.map(|row| row.map(|value| value * strength / 13.0)));
        for (share, index) in [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)] {
            let episodes = play(&task, 3, 16, |seen, action| {
                oracle.act(seen, action);
                action.iter_mut().for_each(|value| *value *= share);
            });
            for episode in &episodes {
                let value = |name| metric(&task, episode, name);
                assert!(value("hand_deviation_mm").abs() < 1.0, "{episode:?}");
                assert!((value("adaptation_index") - index).abs() < 0.05, "{index}: {episode:?}");
                assert!(value("clamped") == 1.0 && value("caught") == 0.0 && value("field_strength") == 0.0);
                // 13 N·s/m at 0.375 m/s, to the left against a push to the right.
                let expected = share * strength * 0.375;
                assert!((value("channel_force_n") - expected).abs() < 0.5, "{expected} N: {episode:?}");
            }
        }
    }
}

#[test]
fn in_the_channel_the_feedback_has_no_error_across_the_movement() {
    let task = scheduled("{field: curl, strength: 13, clamp: 1}");
    let oracle = Oracle::new(&task, CURL);
    let clamped = play(&task, 3, 8, |seen, action| oracle.act(seen, action));
    let open = scheduled("{field: none}");
    let free = play(&open, 3, 8, |seen, action| oracle.act(seen, action));
    let [clamped, free] =
        [(&task, &clamped), (&open, &free)].map(|(task, episodes)| mean(task, episodes, "mean_feedback"));
    assert!(clamped < 0.15 * free, "{clamped} in the channel, {free} without");
}

#[test]
fn catch_and_clamp_trials_come_as_often_as_they_should() {
    let task = scheduled("{field: curl, strength: 13, catch: 0.2, clamp: 0.1}");
    let trials = 600;
    let episodes = play(&task, 4, trials, idle);
    let count = |name: &str| episodes.iter().map(|episode| metric(&task, episode, name)).sum::<f32>();
    // Within four standard deviations of a binomial count.
    for (name, probability) in [("caught", 0.2f32), ("clamped", 0.1)] {
        let (expected, variance) = (probability * trials as f32, probability * (1.0 - probability) * trials as f32);
        assert!((count(name) - expected).abs() < 4.0 * variance.sqrt(), "{name}: {} of {trials}", count(name));
    }
    for episode in &episodes {
        let value = |name| metric(&task, episode, name);
        let off = value("caught") == 1.0 || value("clamped") == 1.0;
        assert_eq!(value("field_strength"), if off { 0.0 } else { 13.0 });
        let replaced = value("replaced_field_strength");
        assert!(if off { replaced == 13.0 } else { replaced.is_nan() }, "{episode:?}");
        assert_eq!(value("hand_deviation_mm") < -12.0, !off, "{episode:?}");
        assert!(!(value("caught") == 1.0 && value("clamped") == 1.0));
    }
}

#[test]
fn a_schedule_runs_through_its_blocks() {
    let task = Registry::default().task("reaching/adaptation-v0").unwrap();
    let mut lane = SoloLane::new(&task, Seed(5));
    for (trial, block, strength) in
        [(0, 0.0, 0.0), (49, 0.0, 0.0), (50, 1.0, 13.0), (249, 1.0, 13.0), (250, 2.0, 0.0), (5000, 2.0, 0.0)]
    {
        lane.access().begin(trial);
        while !lane.access().step(&[0.0, 0.0]).unwrap().ended() {}
        let episode = lane.lane().last_episode();
        assert_eq!(metric(&task, episode, "block"), block, "trial {trial}");
        assert_eq!(metric(&task, episode, "field_strength"), strength, "trial {trial}");
    }
}

#[test]
fn a_trial_is_a_function_of_seed_and_index_alone() {
    let task = scheduled("{field: curl, strength: 13, catch: 0.3, clamp: 0.3}");
    let run = |lane: &mut SoloLane, trial: u64| {
        lane.access().begin(trial);
        let mut bits = Vec::new();
        while !lane.access().step(&[0.1, -0.2]).unwrap().ended() {
            bits.extend(lane.lane().observation().iter().map(|value| value.to_bits()));
        }
        let episode = lane.lane().last_episode();
        bits.extend(lane.lane().final_observation().iter().chain(&episode.metrics).map(|value| value.to_bits()));
        bits
    };
    let mut used = SoloLane::new(&task, Seed(6));
    // Backwards, so that nothing comes before a trial that usually does.
    for trial in (0..40).rev() {
        assert_eq!(run(&mut used, trial), run(&mut SoloLane::new(&task, Seed(6)), trial), "trial {trial}");
    }
    assert_ne!(run(&mut used, 3), run(&mut SoloLane::new(&task, Seed(7)), 3));
}

#[test]
fn the_cursor_is_seen_when_it_should_be_and_only_sight_shows_a_rotation() {
    for (cursor, shown) in [("on", [1.0, 1.0]), ("off", [0.0, 0.0]), ("end", [0.0, 1.0])] {
        let task = scheduled(&format!("{{field: rotation, strength: 30, cursor: {cursor}}}"));
        let [flag, x, desired, feedback] =
            ["cursor_shown", "cursor_x", "desired_x", "feedback_shoulder"].map(|name| field(&task, name));
        let mut lane = SoloLane::new(&task, Seed(8));
        for step in 0..99 {
            let seen = lane.lane().observation();
            let expected = shown[usize::from(step >= 60)];
            assert_eq!(seen[flag], expected, "{cursor}, step {step}");
            if expected == 0.0 {
                assert_eq!(seen[x..x + 4], [0.0; 4], "{cursor}, step {step}");
                // What is felt has no error to speak of.
                assert!(seen[feedback].abs() < 0.05, "{cursor}, step {step}: {}", seen[feedback]);
            } else if step == 60 && cursor == "end" {
                let off = Vector::new(seen[x] - seen[desired], seen[x + 1] - seen[desired + 1]).length();
                assert!((off - 0.1 * 2.0 * 15.0f32.to_radians().sin()).abs() < 0.004, "{off} m");
                assert!(seen[feedback].abs() + seen[feedback + 1].abs() > 0.3);
            }
            lane.access().step(&[0.0, 0.0]).unwrap();
        }
    }
}

#[test]
fn a_gain_and_a_rotation_are_of_the_cursor() {
    for (block, ratio, angle) in [
        ("{field: gain, strength: 1.5, cursor: off}", 1.5, 0.0),
        ("{field: rotation, strength: -20, cursor: off}", 1.0, -20.0),
    ] {
        let task = scheduled(block);
        for episode in play(&task, 9, 8, idle) {
            let value = |name| metric(&task, &episode, name);
            assert!((value("end_angle_deg") - angle).abs() < 0.5, "{episode:?}");
            // The chord of an arc, or the way too far.
            let expected = if angle == 0.0 { 100.0 * (ratio - 1.0) } else { 200.0 * 10.0f32.to_radians().sin() };
            assert!((value("end_error_mm") - expected).abs() < 1.0, "{episode:?}");
            assert!(value("hand_deviation_mm").abs() < 1.0);
        }
    }
}

#[test]
fn in_reward_only_trials_the_last_step_alone_is_rewarded_for_the_end_point() {
    let total = |strength: f32| {
        let task = scheduled(&format!("{{field: rotation, strength: {strength}, reward_only: true}}"));
        let mut lane = SoloLane::new(&task, Seed(10));
        for step in 0..100 {
            let reward = lane.access().step(&[0.0, 0.0]).unwrap().reward;
            assert!(step == 99 || reward == 0.0, "step {step}: {reward}");
        }
        lane.lane().last_episode().total_reward
    };
    let rewards = [0.0, 5.0, 15.0, 30.0].map(total);
    assert!(rewards[0] > 0.99 && rewards.is_sorted_by(|near, far| near > far), "{rewards:?}");
    assert!(rewards[3] < 0.05, "{rewards:?}");
}

#[test]
fn without_a_controller_the_arm_does_what_it_is_told_alone() {
    let bare = task(&with(&yaml("reaching/null-v0"), "controller.kind", |_| "none".into()));
    for episode in play(&bare, 11, 4, idle) {
        assert!((metric(&bare, &episode, "end_error_mm") - 100.0).abs() < 2.0, "{episode:?}");
        assert!(metric(&bare, &episode, "peak_speed_m_per_s") < 1e-3);
        assert_eq!(episode.score, 0.0);
        assert!(metric(&bare, &episode, "mean_feedback") > 0.1);
    }
    // Doing what feedback asks for, the agent is the controller.
    let [shoulder, elbow] = ["feedback_shoulder", "feedback_elbow"].map(|name| field(&bare, name));
    let following = play(&bare, 11, 8, |seen, action| action.copy_from_slice(&[seen[shoulder], seen[elbow]]));
    assert!(mean(&bare, &following, "end_error_mm") < 10.0, "{following:?}");
}

#[test]
fn all_tasks_of_a_version_share_their_spaces_and_name_their_error_signals() {
    for (version, actions, counts) in [
        ("-v0", &["shoulder", "elbow"][..], (10, 7, 6, 2)),
        ("-v1", &["shoulder", "elbow", "plan_x", "plan_y"], (14, 7, 6, 4)),
    ] {
        let null = Registry::default().task(&format!("reaching/null{version}")).unwrap();
        for id in ids().into_iter().filter(|id| id.ends_with(version)) {
            let task = Registry::default().task(&id).unwrap();
            assert_eq!(task.spec().observation, null.spec().observation, "{id}");
            assert_eq!(task.spec().action, null.spec().action, "{id}");
            assert_eq!(task.spec().metrics, null.spec().metrics, "{id}");
        }
        let fields = null.spec().observation.fields();
        let of = |wanted: &str| fields.iter().filter(|field| field.role.name() == wanted).count();
        assert_eq!((of("body"), of("world"), of("desired"), of("feedback")), counts);
        assert_eq!(fields[field(&null, "cursor_shown")].role, Role::ErrorShown);
        for (action, name) in actions.iter().enumerate() {
            assert_eq!(null.spec().action.fields()[action].name, *name);
            assert_eq!(fields[field(&null, &format!("feedback_{name}"))].role, Role::Feedback { action });
        }
    }
}
