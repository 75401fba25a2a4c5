//! The cursor family: what moves the cursor, what is seen of it, what is scored.

mod common;

use common::{extremes, metric, refused, seen, task, with, without_effect, yaml};
use etude_envs::Seed;
use etude_envs::cursor::{CursorSpec, linear};
use etude_envs::document::Document;
use etude_envs::lane::{Episode, SoloLane};
use etude_envs::task::Blueprint;

fn spec(yaml: &str) -> CursorSpec {
    Document::parse("mine", yaml).unwrap().read().unwrap()
}

/// One trial after the other by a policy of the observation.
fn trials(task: &Blueprint, count: usize, mut policy: impl FnMut(&[f32]) -> Vec<f32>) -> Vec<Episode> {
    let mut lane = SoloLane::new(task, Seed(3));
    let mut done = Vec::new();
    while done.len() < count {
        let action = policy(lane.lane().observation());
        if lane.access().step(&action).unwrap().ended() {
            done.push(lane.lane().last_episode().clone());
        }
    }
    done
}

/// A policy that knows the decoder: the least activity that moves the cursor as is wanted.
fn knowing(spec: &CursorSpec) -> impl Fn(&[f32]) -> Vec<f32> + use<> {
    let [x, y] = linear(spec).intuitive;
    let depth = spec.population.depth;
    let dot = |left: &[f32], right: &[f32]| left.iter().zip(right).map(|(left, right)| left * right).sum::<f32>();
    let (xx, xy, yy) = (dot(&x, &x), dot(&x, &y), dot(&y, &y));
    let determinant = xx * yy - xy * xy;
    move |observation| {
        let [wx, wy] = [observation[6], observation[7]];
        let (a, b) = ((yy * wx - xy * wy) / determinant, (xx * wy - xy * wx) / determinant);
        x.iter().zip(&y).map(|(x, y)| (a * x + b * y) / depth).collect()
    }
}

#[test]
fn who_knows_the_decoder_steers_and_who_does_nothing_or_anything_does_not() {
    for id in ["cursor/intuitive-v0", "cursor/turned-25-v0"] {
        let yaml = with(&yaml(id), "schedule", |_| serde_yaml::from_str("[{}]").unwrap());
        let task = task(&yaml);
        let done = trials(&task, 16, knowing(&spec(&yaml)));
        for episode in &done {
            assert!(episode.terminated && episode.score > 0.9, "{id}: {episode:?}");
            assert!(metric(&task, episode, "half_deviation_mm").abs() < 1.0);
            assert!(metric(&task, episode, "launch_angle_deg").abs() < 1.0);
        }
        let units = task.spec().action.len();
        for episode in trials(&task, 3, |_| vec![0.0; units]) {
            assert!(episode.truncated && episode.score == 0.0 && metric(&task, &episode, "acquired") == 0.0);
        }
        let mut state = 1u32;
        let wild = trials(&task, 16, |_| {
            (0..units)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 8) as f32 / 8_388_608.0 - 1.0
                })
                .collect()
        });
        assert!(wild.iter().map(|episode| episode.score).sum::<f32>() < 1.0, "{wild:?}");
    }
}

#[test]
fn the_same_policy_fails_once_the_decoder_is_perturbed() {
    let intuitive = yaml("cursor/intuitive-v0");
    let policy = knowing(&spec(&intuitive));
    for id in ["cursor/within-v0", "cursor/outside-v0"] {
        let task = task(&yaml(id));
        let score: f32 = trials(&task, 16, &policy).iter().map(|episode| episode.score).sum();
        assert!(score < 8.0, "{id}: {score}");
    }
}

#[test]
fn in_a_passive_block_the_cursor_goes_straight_whatever_the_units_do() {
    let yaml = with(&yaml("cursor/intuitive-v0"), "schedule", |_| serde_yaml::from_str("[{passive: true}]").unwrap());
    let task = task(&yaml);
    for value in [0.0, 1.0] {
        for episode in trials(&task, 8, |_| vec![value; 90]) {
            let time = metric(&task, &episode, "acquisition_time_s");
            // A step to be noticed, and steps are whole.
            assert!((time - spec(&yaml).straight_time()).abs() < 0.1, "{time}");
            assert!(metric(&task, &episode, "half_deviation_mm").abs() < 0.01);
        }
    }
}

#[test]
fn what_is_seen_lags_by_the_delay() {
    let now = with(&yaml("cursor/intuitive-v0"), "senses.delay", |_| 0.0.into());
    let late = with(&now, "senses.delay", |_| 0.135.into());
    let [mut now, mut late] = [now, late].map(|yaml| SoloLane::new(&task(&yaml), Seed(3)));
    let mut past = vec![now.lane().observation()[..4].to_vec()];
    for step in 0..20 {
        let action: Vec<f32> = (0..90).map(|unit| ((unit + step) as f32).sin()).collect();
        now.access().step(&action).unwrap();
        late.access().step(&action).unwrap();
        past.push(now.lane().observation()[..4].to_vec());
        assert_eq!(late.lane().observation()[..4], past[past.len().saturating_sub(4)], "{step}");
    }
}

#[test]
fn the_cursor_stays_in_the_workspace() {
    let yaml = yaml("cursor/intuitive-v0");
    let weights = linear(&spec(&yaml)).intuitive;
    let action: Vec<f32> = weights[0].iter().map(|x| if *x > 0.0 { 1.0 } else { -1.0 }).collect();
    let mut lane = SoloLane::new(&task(&yaml), Seed(3));
    let mut farthest = 0.0f32;
    for _ in 0..400 {
        lane.access().step(&action).unwrap();
        farthest = farthest.max(lane.lane().observation()[0]);
        assert!(lane.lane().observation()[..2].iter().all(|place| place.abs() <= 0.25 + 1e-6));
    }
    assert!(farthest > 0.249, "{farthest}");
}

#[test]
fn a_night_follows_the_last_trial_of_a_block_that_ends_with_one() {
    let text = with(&yaml("cursor/intuitive-v0"), "schedule", |_| {
        serde_yaml::from_str("[{trials: 2, passive: true}, {trials: 3, passive: true, night: true}, {passive: true}]")
            .unwrap()
    });
    let task = task(&text);
    let mut lane = SoloLane::new(&task, Seed(3));
    let mut nights = Vec::new();
    while nights.len() < 8 {
        if lane.access().step(&[0.0; 90]).unwrap().ended() {
            nights.push(lane.lane().night());
        }
    }
    assert_eq!(nights, [false, false, false, false, true, false, false, false]);
}

/// A task in which every number matters.
fn rich() -> String {
    let schedule = "
      - {trials: 2, perturbation: turned, share: 0.3, degrees: 60, mix: 0.7, targets: [30, 210]}
      - {trials: 1, perturbation: within, mix: 0.6}
      - {trials: 2, perturbation: outside, mix: 0.8}
      - {trials: 1, passive: true}
      - {trials: 3}";
    let yaml = with(&yaml("cursor/arm-v0"), "schedule", |_| serde_yaml::from_str(schedule).unwrap());
    let yaml = with(&yaml, "movement.targets", |_| serde_yaml::from_str("[45, 90]").unwrap());
    let yaml = with(&yaml, "population.units", |_| 20.into());
    let yaml = with(&yaml, "movement.workspace", |_| 0.14.into());
    with(&yaml, "episode.time_limit", |_| 3.0.into())
}

fn history(yaml: &str) -> Vec<u32> {
    let task = task(yaml);
    let units = task.spec().action.len();
    let mut lane = SoloLane::new(&task, Seed(3));
    let mut history = vec![units as u32];
    for episode in 0..8 {
        lane.access().begin(episode);
        for step in 0.. {
            let wave = |unit: usize| ((unit * 5) as f32 + 0.02 * step as f32 + episode as f32).sin();
            let action: Vec<f32> = (0..units).map(wave).collect();
            let ended = lane.access().step(&action).unwrap().ended();
            history.extend(seen(&lane));
            if ended {
                break;
            }
        }
    }
    history
}

#[test]
fn joints_that_turn_as_at_the_centre_move_the_hand_otherwise_elsewhere() {
    let yaml = with(&yaml("cursor/arm-v0"), "schedule", |_| serde_yaml::from_str("[{}]").unwrap());
    let yaml = with(&yaml, "movement.acceptance", |_| 0.01.into());
    let deviations = |yaml: &str| {
        let task = task(yaml);
        let done = trials(&task, 8, knowing(&spec(yaml)));
        assert!(done.iter().all(|episode| episode.score > 0.8), "what is seen makes up for it: {done:?}");
        done.iter().map(|episode| metric(&task, episode, "half_deviation_mm").abs()).fold(0.0, f32::max)
    };
    let free = with(&yaml, "arm", |_| serde_yaml::Value::Null);
    let (bent, straight) = (deviations(&yaml), deviations(&free));
    assert!(bent > 0.5 && straight < 0.1, "{bent} {straight}");
}

#[test]
fn every_parameter_changes_the_steering() {
    let changed = |path: &str| {
        let counted =
            ["physics_steps", "trials", "units", "boxcar", "factors", "seed"].iter().any(|end| path.ends_with(end));
        with(&rich(), path, |old| match old.as_f64().unwrap() {
            _ if counted => (old.as_u64().unwrap() + 1).into(),
            // What is rounded to whole units or steps.
            old if path.ends_with("share") || path.ends_with("delay") => (old * 0.5).into(),
            0.0 => 0.05.into(),
            old => (old * 0.95).into(),
        })
    };
    // How long the last block is does not matter.
    assert_eq!(without_effect(&rich(), 34, changed, history), ["schedule.4.trials"]);
}

#[test]
fn whatever_is_accepted_runs_without_a_panic_and_stays_finite() {
    extremes(&rich(), &[0, 2, 3, 5]);
}

#[test]
fn values_that_make_no_sense_are_refused_by_name() {
    let yaml = rich();
    for (path, value, field) in [
        ("episode.physics_steps", "0", "episode.physics_steps"),
        ("episode.time_limit", "0.1", "episode.time_limit"),
        ("movement.acceptance", "0.2", "movement.acceptance"),
        ("movement.workspace", "0.1", "movement.workspace"),
        ("movement.targets", "[]", "movement.targets"),
        ("arm.upper", "0", "arm.upper"),
        ("arm.centre_y", "0.6", "arm"),
        ("arm.centre_y", "0.1", "arm"),
        ("population.units", "1", "population.units"),
        ("population.units", "100000", "population.units"),
        ("decoder.factors", "21", "decoder.factors"),
        ("decoder.smoothing", "1", "decoder.smoothing"),
        ("decoder.boxcar", "0", "decoder.boxcar"),
        ("decoder.method", "linear", "decoder.linear"),
        ("decoder.method", "populations", "decoder.method"),
        ("decoder.method", "population-vector", "schedule[1].perturbation"),
        ("schedule", "[{share: 0.5}]", "schedule[0].share"),
        ("schedule", "[{degrees: 5}]", "schedule[0].degrees"),
        ("schedule", "[{mix: 2}]", "schedule[0].mix"),
        ("schedule", "[{perturbation: twisted}]", "schedule[0].perturbation"),
        ("schedule", "[{targets: [.nan]}]", "schedule[0].targets"),
    ] {
        refused(&yaml, path, value, field);
    }
    // A map for other units, and a perturbation that a map has no weights for.
    let given = with(&yaml, "decoder.method", |_| "linear".into());
    let linear = |text: &str| {
        with(&given, "decoder", |old| {
            let mut decoder = old.as_mapping().unwrap().clone();
            decoder.insert("linear".into(), serde_yaml::from_str(text).unwrap());
            decoder.into()
        })
    };
    let row = format!("[{}]", ["0.001"; 20].join(", "));
    let short = format!("{{means: [1, 2], intuitive: [{row}, {row}]}}");
    refused(&linear(&short), "schedule.0.trials", "2", "decoder.linear.means");
    let bare = format!("{{means: {row}, intuitive: [{row}, {row}]}}");
    refused(&linear(&bare), "schedule.0.trials", "2", "schedule[1].perturbation");
}
