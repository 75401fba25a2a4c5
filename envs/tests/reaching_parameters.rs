//! The parameters of reaching: each has an effect, none breaks it, and those that make no sense are refused.

mod common;

use common::{extremes, refused, seen, task, with, without_effect, yaml};
use etude_envs::document::Document;
use etude_envs::lane::SoloLane;
use etude_envs::reaching::{FieldKind, ReachingSpec};
use etude_envs::{Registry, Seed};

/// All that is visible of some trials, by an agent that does a little and one that does all it can.
fn history(yaml: &str) -> Vec<u32> {
    let mut bits = Vec::new();
    for kind in ["desired", "none"] {
        let task = task(&with(yaml, "controller.kind", |_| kind.into()));
        let mut lane = SoloLane::new(&task, Seed(12));
        for trial in 0..14u64 {
            lane.access().begin(trial);
            for step in 0..u32::MAX {
                let extreme = if step % 60 < 30 { 1.0 } else { -1.0 };
                let action = match trial % 4 {
                    0 => [0.0, 0.0],
                    1 => [0.1, -0.2],
                    2 => [extreme, -extreme],
                    _ => [-extreme, 0.3 * extreme],
                };
                let step = lane.access().step(&action).unwrap();
                bits.extend(seen(&lane));
                if step.ended() {
                    break;
                }
            }
        }
    }
    bits
}

/// A task in which every parameter has something to do.
fn rich() -> String {
    let schedule = "
      - {trials: 5, field: curl, strength: 13, catch: 0.3, clamp: 0.3, targets: [30, 210]}
      - {trials: 1, field: rotation, strength: 30, cursor: end}
      - {trials: 2, field: saddle, strength: 1}
      - {trials: 3, field: gain, strength: 1.2, reward_only: true}
      - {trials: 3}";
    let yaml = with(&yaml("reaching/null-v0"), "schedule", |_| serde_yaml::from_str(schedule).unwrap());
    let yaml = with(&yaml, "movement.targets", |_| serde_yaml::from_str("[45, 90]").unwrap());
    // Muscles weak enough to come to their limits.
    with(&yaml, "arm.torque_limit", |_| 6.into())
}

#[test]
fn every_parameter_changes_the_reaching() {
    let yaml = rich();
    let changed = |path: &str| {
        let counted = ["physics_steps", "solver_iterations", "trials"].iter().any(|end| path.ends_with(end));
        with(&yaml, path, |old| match old.as_f64().unwrap() {
            _ if counted => (old.as_u64().unwrap() + 1).into(),
            // A tenth less often is the same in a few trials.
            _ if path.ends_with("catch") || path.ends_with("clamp") => 0.into(),
            // What is 0 has no tenth.
            0.0 => 0.05.into(),
            old => (old * 0.9).into(),
        })
    };
    // How long the last block is does not matter.
    assert_eq!(without_effect(&yaml, 45, changed, history), ["schedule.4.trials"]);
}

#[test]
fn whatever_is_accepted_runs_without_a_panic_and_stays_finite() {
    extremes(&rich(), &[0, 5, 6, 8, 11]);
}

#[test]
fn values_that_make_no_sense_are_refused_by_name() {
    let yaml = rich();
    for (path, value, field) in [
        ("episode.physics_steps", "0", "episode.physics_steps"),
        ("episode.hold", ".nan", "episode.hold"),
        ("movement.duration", "0", "movement.duration"),
        ("movement.distance", "0.45", "movement.targets"),
        ("movement.targets", "[]", "movement.targets"),
        ("movement.targets", "[.inf]", "movement.targets"),
        ("arm.fore.mass", "0", "arm.fore.mass"),
        ("arm.upper.centre", "0.31", "arm.upper.centre"),
        ("arm.torque_scale", "100", "arm.torque_scale"),
        ("arm.elbow_highest", "1.2", "movement.targets"),
        ("arm.centre_y", "0.6", "movement.targets"),
        ("controller.kind", "desire", "controller.kind"),
        ("controller.stiffness", "-1", "controller.stiffness"),
        ("schedule", "[]", "schedule"),
        ("after_schedule", "stop", "after_schedule"),
    ] {
        let yaml = if path == "after_schedule" { format!("{yaml}after_schedule: continue\n") } else { yaml.clone() };
        refused(&yaml, path, value, field);
    }
    for (block, field) in [
        ("{trials: 0}", "trials"),
        ("{strength: 13}", "strength"),
        ("{field: curl, strength: 1000}", "strength"),
        ("{field: gain}", "strength"),
        ("{field: curl, strength: .nan}", "strength"),
        ("{catch: 1.5}", "catch"),
        ("{catch: 0.5, clamp: 0.6}", "clamp"),
        ("{targets: [400]}", "targets"),
        ("{cursor: maybe}", "cursor"),
        ("{feild: curl}", "feild"),
    ] {
        let text = with(&yaml, "schedule.1", |_| serde_yaml::from_str(block).unwrap());
        let error =
            Registry::default().task_from(&Document::parse("bad.yaml", &text).unwrap()).unwrap_err().to_string();
        assert!(error.contains(&format!("`schedule[1].{field}`")), "{block}: {error}");
    }
    // The place is that of the block's own line.
    let null = Document::parse("null", &yaml).unwrap();
    for (field, strength, expected) in [
        ("curl", 1000, "mine.yaml:5:5: field `schedule[1].strength`: expected a number from -100"),
        ("crul", 10, "mine.yaml:4:5: field `schedule[1].field`: unknown name `crul`; did you mean `curl`?"),
    ] {
        let block = format!("  - trials: 5\n  - field: {field}\n    strength: {strength}\n");
        let text = format!("task: reaching/mine-v0\nschedule:\n{block}");
        let mine = Document::parse("mine.yaml", &text).unwrap().extending(&null);
        let error = Registry::default().task_from(&mine).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let spec: ReachingSpec = Document::parse("rich", &yaml).unwrap().read().unwrap();
    assert_eq!(spec.schedule[0].field, FieldKind::Curl);
}

#[test]
fn noise_delay_and_plan_that_make_no_sense_are_refused_by_name() {
    for (field, value) in [
        ("senses.delay", "2"),
        ("arm.signal_noise", "-1"),
        ("arm.constant_noise", ".nan"),
        ("controller.plan_scale", "-1"),
        ("controller.plan_gain", "100"),
    ] {
        refused(&yaml("reaching/null-v1"), field, value, field);
    }
}
