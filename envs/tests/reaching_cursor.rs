//! What becomes of the cursor that shows the hand: paid beside the target, blurred, or mapped.

mod common;

use common::{metric, task, with, yaml};
use etude_envs::document::Document;
use etude_envs::lane::{Episode, SoloLane};
use etude_envs::task::Blueprint;
use etude_envs::{Registry, Seed};

/// The arm with a plan and without noise, on a schedule of these blocks.
fn noiseless(blocks: &str) -> String {
    let set = |yaml: String, path: &str, value: &str| with(&yaml, path, |_| serde_yaml::from_str(value).unwrap());
    let text = set(yaml("reaching/null-v1"), "schedule", &format!("[{blocks}]"));
    set(set(text, "arm.constant_noise", "0"), "arm.signal_noise", "0")
}

/// Reaches without any action: observations and episodes.
fn reaches(blueprint: &Blueprint, trials: usize) -> (Vec<Vec<f32>>, Vec<Episode>) {
    let mut lane = SoloLane::new(blueprint, Seed(5));
    let action = vec![0.0; blueprint.spec().action.len()];
    let (mut seen, mut episodes) = (Vec::new(), Vec::new());
    while episodes.len() < trials {
        seen.push(lane.lane().observation().to_vec());
        if lane.access().step(&action).unwrap().ended() {
            episodes.push(lane.lane().last_episode().clone());
        }
    }
    (seen, episodes)
}

#[test]
fn what_pays_off_beside_the_target_is_judged_as_the_target_is_and_shown_by_nothing_but_reward() {
    let plain = task(&noiseless("{}"));
    let (seen, straight) = reaches(&plain, 8);
    for payoff in [-20.0f32, 5.0, 60.0] {
        for kind in ["", ", field: curl, strength: 0, catch: 1", ", field: curl, strength: 0, clamp: 1"] {
            let paid = task(&noiseless(&format!("{{payoff: {payoff}{kind}}}")));
            let (told, episodes) = reaches(&paid, 8);
            if kind.is_empty() {
                assert_eq!(told, seen, "nothing is to be seen of it");
            }
            for (episode, straight) in episodes.iter().zip(&straight) {
                // The hand goes to the target, which lies as far to the other side of what pays off.
                let angle = metric(&paid, episode, "end_angle_deg");
                assert!((angle + payoff).abs() < 1.0, "{angle} with {payoff} and `{kind}`");
                assert!(episode.total_reward < straight.total_reward - 5.0 && episode.score < straight.score);
            }
        }
    }
    // Who goes there is paid in full: a cursor that is turned to it goes there by itself.
    let paid = task(&noiseless("{payoff: 30, field: rotation, strength: 30}"));
    let (_, episodes) = reaches(&paid, 8);
    for (episode, straight) in episodes.iter().zip(&straight) {
        assert!((episode.total_reward - straight.total_reward).abs() < 1e-2 && episode.score > 0.99);
    }
}

#[test]
fn a_blurred_cursor_is_seen_beside_where_it_is_by_the_stated_standard_deviation() {
    let (sharp, blurred) = (task(&noiseless("{}")), task(&noiseless("{blur: 0.01}")));
    let index = |name: &str| sharp.spec().observation.index(name).unwrap();
    let [(clear, before), (seen, episodes)] = [&sharp, &blurred].map(|blueprint| reaches(blueprint, 40));
    for (name, expected) in
        [("cursor_x", 0.01f64), ("cursor_y", 0.01), ("cursor_rate_x", 0.1), ("cursor_rate_y", 0.1), ("hand_x", 0.0)]
    {
        let at = index(name);
        let off: Vec<f64> = seen.iter().zip(&clear).map(|(seen, clear)| f64::from(seen[at] - clear[at])).collect();
        let mean = off.iter().sum::<f64>() / off.len() as f64;
        let sd = (off.iter().map(|off| off * off).sum::<f64>() / off.len() as f64).sqrt();
        assert!(mean.abs() <= 0.1 * expected && (sd - expected).abs() <= 0.05 * expected, "{name}: {mean}, {sd}");
    }
    let scores = |episodes: &[Episode]| episodes.iter().map(|episode| episode.score).collect::<Vec<_>>();
    assert_eq!(scores(&episodes), scores(&before), "the cursor itself is where it was");
}

#[test]
fn a_linear_map_that_is_a_rotation_is_one() {
    let (sin, cos) = 30.0f32.to_radians().sin_cos();
    let rotated = reaches(&task(&noiseless("{field: rotation, strength: 30}")), 8);
    let mapped = reaches(
        &task(&noiseless(&format!("{{field: linear, strength: 1, map: [[{cos}, {}], [{sin}, {cos}]]}}", -sin))),
        8,
    );
    for (rotated, mapped) in rotated.0.iter().flatten().zip(mapped.0.iter().flatten()) {
        assert!((rotated - mapped).abs() < 1e-5, "{rotated} {mapped}");
    }
    // A stretch along one axis is none along the other.
    let stretched = task(&noiseless("{targets: [0, 90], field: linear, strength: 1, map: [[2, 0], [0, 1]]}"));
    let (_, episodes) = reaches(&stretched, 2);
    let mut missed: Vec<f32> =
        episodes.iter().map(|episode| metric(&stretched, episode, "end_error_mm").round()).collect();
    missed.sort_by(f32::total_cmp);
    assert!((missed[0] - 0.0).abs() < 2.0 && (missed[1] - 100.0).abs() < 3.0, "{missed:?}");
}

#[test]
fn what_makes_no_sense_of_a_cursor_is_refused_by_name() {
    for (block, field) in [
        ("{field: linear, strength: 1}", "schedule[0].map"),
        ("{field: curl, strength: 1, map: [[1, 0], [0, 1]]}", "schedule[0].map"),
        ("{field: linear, strength: 2, map: [[1, 0], [0, 1]]}", "schedule[0].strength"),
        ("{field: linear, strength: 1, map: [[1, .nan], [0, 1]]}", "schedule[0].map"),
        ("{blur: -0.01}", "schedule[0].blur"),
        ("{blur: 1}", "schedule[0].blur"),
        ("{payoff: 181}", "schedule[0].payoff"),
    ] {
        let document = Document::parse("bad.yaml", &noiseless(block)).unwrap();
        let error = Registry::default().task_from(&document).unwrap_err().to_string();
        assert!(error.contains(field), "{block}: {error}");
    }
}
