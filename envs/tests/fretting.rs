//! Fretting as a whole: who can play, who cannot, and what every parameter does.

mod common;

use common::{extremes, refused, seen, task, with, without_effect, yaml};
use etude_envs::document::Document;
use etude_envs::lane::SoloLane;
use etude_envs::task::Blueprint;
use etude_envs::{Registry, Seed, check::check, fretting};
use rand::RngExt;

fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.add(fretting::family());
    registry
}

fn ids() -> Vec<String> {
    registry().task_ids().into_iter().filter(|id| id.starts_with("fretting/")).collect()
}

/// Goes to the note that is due in proportion to the way left, and presses once there.
struct Script {
    /// Index of each needed field of the observation, and of the actions by finger.
    fingers: [usize; 4],
    gaps: [usize; 4],
    routed: bool,
    side: f32,
}

impl Script {
    fn new(blueprint: &Blueprint) -> Self {
        let spec = blueprint.spec();
        let field = |name: String| spec.observation.fields().iter().position(|field| field.name == name).unwrap();
        Self {
            fingers: std::array::from_fn(|finger| field(format!("now_finger_{}", finger + 1))),
            gaps: std::array::from_fn(|finger| field(format!("now_string_gap_{}", finger + 1))),
            routed: spec.action.len() == 4,
            side: if spec.id.contains("mirrored") { -1.0 } else { 1.0 },
        }
    }

    fn act(&self, seen: &[f32], action: &mut [f32]) {
        action.fill(0.0);
        let Some(finger) = (0..4).find(|&finger| seen[self.fingers[finger]] > 0.5) else { return };
        let (string, fret) = (seen[self.gaps[finger]], seen[self.gaps[finger] + 1]);
        let there = string.abs() < 0.25 && fret.abs() < 0.2;
        let reach = (3.0 * self.side * string).clamp(-1.0, 1.0);
        action[0] = (1.2 * fret).clamp(-1.0, 1.0);
        let press = if there { 1.0 } else { -1.0 };
        if self.routed {
            (action[2], action[3]) = (reach, press);
        } else {
            (action[2 + finger], action[6 + finger]) = (reach, press);
        }
    }
}

/// Mean score over episodes of a policy from what is seen to what is done.
fn score(blueprint: &Blueprint, mut policy: impl FnMut(&[f32], &mut [f32])) -> f32 {
    let mut lane = SoloLane::new(blueprint, Seed(5));
    let mut action = vec![0.0; blueprint.spec().action.len()];
    let mut scores = Vec::new();
    while scores.len() < 8 {
        policy(lane.lane().observation(), &mut action);
        if lane.access().step(&action).unwrap().ended() {
            scores.push(lane.lane().last_episode().score);
        }
    }
    println!("{}: {scores:?} {:?}", blueprint.spec().id, lane.lane().last_episode());
    scores.iter().sum::<f32>() / scores.len() as f32
}

#[test]
fn a_scripted_hand_plays_every_instrument_it_sees() {
    let mut low = Vec::new();
    for id in ids().iter().filter(|id| !id.contains("blind")) {
        let task = registry().task(id).unwrap();
        let script = Script::new(&task);
        let found = score(&task, |seen, action| script.act(seen, action));
        if found < 0.9 {
            low.push((id.clone(), found));
        }
    }
    assert!(low.is_empty(), "{low:?}");
}

#[test]
fn a_scripted_hand_plays_pieces_with_the_fingers_that_are_found_for_them() {
    for instrument in ["guitar", "bass"] {
        let seen = with(&yaml(&format!("fretting/ode-{instrument}-blind-v0")), "display.eyes", |_| "open".into());
        let task = task(&seen);
        let script = Script::new(&task);
        let found = score(&task, |seen, action| script.act(seen, action));
        assert!(found >= 0.9, "{instrument}: {found}");
    }
}

#[test]
fn idle_and_random_hands_play_next_to_nothing() {
    for id in ids() {
        let task = registry().task(&id).unwrap();
        assert_eq!(score(&task, |_, action| action.fill(0.0)), 0.0, "{id}");
        let mut rng = Seed(6).rng();
        let random = score(&task, |_, action| {
            action.iter_mut().for_each(|value| *value = rng.random_range(-1.0..=1.0));
        });
        assert!(random <= 0.1, "{id}: random scores {random}");
        let full = score(&task, |_, action| action.iter_mut().for_each(|value| *value = 1.0));
        assert!(full <= 0.15, "{id}: all pressed scores {full}");
    }
}

#[test]
fn every_task_keeps_the_contract() {
    for id in ids() {
        assert_eq!(check(&registry().task(&id).unwrap()), Vec::<String>::new(), "{id}");
    }
}

#[test]
fn tasks_of_a_set_share_their_spaces() {
    for (first, others) in [
        ("guitar", &["bass", "mirrored", "guitar-position", "riff"][..]),
        ("guitar-blind", &["bass-blind", "mirrored-blind", "ode-guitar-blind", "ode-bass-blind"]),
        ("guitar-routed", &["bass-routed", "mirrored-routed"]),
    ] {
        let spec = |name: &str| registry().task(&format!("fretting/{name}-v0")).unwrap().spec().clone();
        for other in others {
            let (first, other) = (spec(first), spec(other));
            assert_eq!(first.observation, other.observation, "{}", other.id);
            assert_eq!(first.action, other.action, "{}", other.id);
        }
    }
}

/// All that is visible of some episodes of lively playing.
fn history(yaml: &str) -> Vec<u32> {
    let blueprint = task(yaml);
    let script = Script::new(&blueprint);
    let mut lane = SoloLane::new(&blueprint, Seed(3));
    let mut action = vec![0.0; blueprint.spec().action.len()];
    let mut bits = Vec::new();
    let mut rng = Seed(4).rng();
    for episode in 0..5u64 {
        lane.access().begin(episode);
        for step in 0..700u32 {
            let extreme = if step % 120 < 60 { 1.0 } else { -1.0 };
            match episode {
                // Plays.
                0 | 1 => script.act(lane.lane().observation(), &mut action),
                // Slides to the ends of the neck and reaches as far as it can.
                2 => action.copy_from_slice(&[extreme, 1.0, 1.0, -1.0, extreme, 1.0, 0.0, 0.0, 0.0, 0.0]),
                // Presses with fingers that slide and squeeze.
                3 => action.copy_from_slice(&[extreme, -1.0, 1.0, -1.0, 1.0, -1.0, extreme, 0.5, -extreme, 0.2]),
                // Anything.
                _ => action.iter_mut().for_each(|value| *value = rng.random_range(-1.0..=1.0)),
            }
            let step = lane.access().step(&action).unwrap();
            bits.extend(seen(&lane));
            if step.ended() {
                break;
            }
        }
    }
    bits
}

/// A tenth less, or one more or less of what is counted.
fn changed(yaml: &str, path: &str) -> String {
    let counted = ["physics_steps", "solver_iterations", "frets", "_position", "largest_shift", "strings"];
    let one = if path.ends_with("largest_shift") { -3 } else { 1 - 2 * i64::from(path.ends_with("strings")) };
    match counted.iter().any(|end| path.ends_with(end)) {
        true => with(yaml, path, |old| (old.as_i64().unwrap() + one).into()),
        false => with(yaml, path, |old| (old.as_f64().unwrap() * 0.9).into()),
    }
}

#[test]
fn every_parameter_of_the_guitar_changes_the_playing() {
    // Rough strings, which bring every muscle to its limit and fingers together.
    let yaml = with(&yaml("fretting/guitar-v0"), "hand.friction", |_| 0.5.into());
    assert_eq!(without_effect(&yaml, 45, |path| changed(&yaml, path), history), Vec::<String>::new());
}

#[test]
fn whatever_is_accepted_runs_without_a_panic_and_stays_finite() {
    for id in ["fretting/guitar-v0", "fretting/bass-routed-v0"] {
        extremes(&yaml(id), &[0, 1]);
    }
}

#[test]
fn values_that_make_no_sense_are_refused_by_name() {
    for (path, value) in [
        ("episode.physics_steps", "0"),
        ("episode.time_limit", ".nan"),
        ("instrument.scale", "-1"),
        ("instrument.frets", "4000000000"),
        ("instrument.tuning", "[E2, H7]"),
        ("instrument.tuning", "[]"),
        ("hand.finger_mass", "0"),
        ("music.score", "stairwel"),
        ("music.interval", "0.0001"),
        ("music.highest_position", "18"),
        ("music.strings", "7"),
    ] {
        refused(&yaml("fretting/riff-v0"), path, value, path);
    }
}

#[test]
fn a_score_that_cannot_be_played_is_refused() {
    let folder = std::env::temp_dir().join(format!("etude-fretting-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("bad.yaml");
    let registry = registry();
    let yaml = registry.task("fretting/riff-v0").unwrap().yaml();
    let text = with(&yaml, "music.score", |_| path.display().to_string().into());
    for (notes, field) in [
        ("[]", "notes"),
        ("[{beat: 0, string: 7, fret: 5, finger: 1}]", "notes[0].string"),
        ("[{beat: 0, string: 1, fret: 25, finger: 1}]", "notes[0].fret"),
        ("[{beat: 0, string: 1, fret: 5, finger: 5}]", "notes[0].finger"),
        ("[{beat: 900, string: 1, fret: 5, finger: 1}]", "notes[0].beat"),
        ("[{beat: 1, string: 1, fret: 5, finger: 1}, {beat: 1, string: 2, fret: 5, finger: 1}]", "notes[1].beat"),
    ] {
        std::fs::write(&path, format!("score: bad\nsummary: Bad.\ntempo: 100\nnotes: {notes}\n")).unwrap();
        let error = registry.task_from(&Document::parse("riff", &text).unwrap()).unwrap_err().to_string();
        assert!(error.contains(field), "{field}: {error}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
