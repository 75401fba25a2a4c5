//! Every parameter in a task's YAML does something: changing it changes what happens.

use etude_envs::document::Document;
use etude_envs::lane::SoloLane;
use etude_envs::task::Blueprint;
use etude_envs::{Registry, Seed};
use serde_yaml::Value;

/// All that is visible of some episodes of lively riding: pedalling hard, braking, leaning, and swerving at times.
fn history(blueprint: &Blueprint) -> Vec<u32> {
    let mut lane = SoloLane::new(blueprint, Seed(3));
    let mut bits = Vec::new();
    for episode in 0..7u64 {
        lane.access().begin(episode);
        for step in 0..1_500u32 {
            let seen = lane.lane().observation();
            let balance = (3.0 * seen[4] + 1.2 * seen[5]).clamp(-1.0, 1.0);
            let (time, now) = (step as f32 / 60.0, step % 90);
            let pedal = |speed: f32| ((speed - seen[0]) * 2.0).clamp(-1.0, 1.0);
            let action = match episode {
                // Rides the course, leaning to and fro.
                0 => [balance, pedal(4.5), -1.0, -1.0, 0.5 * time.sin()],
                // Crawls at times, then pedals as hard as it can.
                1 => [balance, if time % 3.0 < 2.5 { pedal(1.5) } else { 1.0 }, -1.0, -1.0, 1.0],
                // Uses one brake or the other in between.
                2 => [balance, pedal(4.0), if now > 75 { 0.6 } else { -1.0 }, -1.0, 0.2],
                3 => [balance, pedal(4.0), -1.0, if now > 60 { 0.15 } else { -1.0 }, 0.2],
                // Stops and stalls.
                4 => [balance, -1.0, 0.2, -1.0, 0.0],
                // Leans back and kicks until it falls over backwards.
                5 => [balance, 1.0, -1.0, -1.0, -1.0],
                // Lets go.
                _ => [0.0, 0.0, -1.0, -1.0, -1.0],
            };
            let step = lane.access().step(&action).unwrap();
            let values = lane.lane().observation().iter().chain(lane.lane().final_observation());
            bits.extend(values.map(|value| value.to_bits()));
            bits.extend([step.reward.to_bits(), u32::from(step.terminated), u32::from(step.truncated)]);
            if step.ended() {
                bits.push(lane.lane().last_episode().score.to_bits());
                break;
            }
        }
    }
    bits
}

/// Paths of all numbers in a document.
fn numbers(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Mapping(mapping) => {
            for (key, value) in mapping {
                let key = key.as_str().unwrap();
                let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                numbers(value, &path, found);
            }
        }
        Value::Number(_) => found.push(path.into()),
        _ => {}
    }
}

fn with(yaml: &str, path: &str, change: impl Fn(&Value) -> Value) -> String {
    let mut document: Value = serde_yaml::from_str(yaml).unwrap();
    let mut slot = &mut document;
    for key in path.split('.') {
        slot = slot.get_mut(key).unwrap();
    }
    *slot = change(slot);
    serde_yaml::to_string(&document).unwrap()
}

/// A tenth less, or one more of what is counted.
fn changed(yaml: &str, path: &str) -> String {
    let counted = path.ends_with("physics_steps") || path.ends_with("solver_iterations");
    with(
        yaml,
        path,
        |old| if counted { (old.as_u64().unwrap() + 1).into() } else { (old.as_f64().unwrap() * 0.9).into() },
    )
}

#[test]
fn every_parameter_of_the_mountain_task_changes_the_ride() {
    let registry = Registry::default();
    let mut yaml = registry.task("cycling/mountain-v0").unwrap().yaml();
    // Gentle bumps and hardly a push, so that the simple rider gets far enough to meet everything; slow enough for full torque.
    for (path, value) in [("bike.bump_arm", 0.5), ("bike.side_push", 0.5), ("episode.time_limit", 12.0)] {
        yaml = with(&yaml, path, |_| value.into());
    }
    let mut paths = Vec::new();
    numbers(&serde_yaml::from_str(&yaml).unwrap(), "", &mut paths);
    assert!(paths.len() > 45, "{paths:?}");
    let of = |yaml: &str| {
        let document = Document::parse("changed", yaml).unwrap();
        history(&registry.task_from(&document).unwrap_or_else(|error| panic!("{error}")))
    };
    let before = of(&yaml);
    assert_eq!(before, of(&yaml));
    let idle: Vec<&String> = paths.iter().filter(|path| of(&changed(&yaml, path)) == before).collect();
    assert!(idle.is_empty(), "parameters that do nothing: {idle:?}");
}

#[test]
fn values_that_make_no_sense_are_refused_by_name() {
    let registry = Registry::default();
    let yaml = registry.task("cycling/flat-v0").unwrap().yaml();
    for (path, value) in [
        ("rider.body.mass", "0"),
        ("bike.wheelbase", "-1.0"),
        ("bike.front_wheel.radius", ".nan"),
        ("ground.roughness", ".inf"),
        ("episode.control_rate", "0"),
        ("episode.physics_steps", "1000000000"),
        ("episode.time_limit", "1e30"),
        ("ground.highest_wavenumber", "0.001"),
    ] {
        let text = with(&yaml, path, |_| serde_yaml::from_str(value).unwrap());
        let error = registry.task_from(&Document::parse("bad.yaml", &text).unwrap()).unwrap_err().to_string();
        assert!(error.contains(&format!("field `{path}`")) && error.contains("bad.yaml:"), "{path}: {error}");
    }
}

#[test]
fn whatever_is_accepted_runs_without_a_panic_and_stays_finite() {
    let registry = Registry::default();
    for id in ["cycling/flat-v0", "cycling/mountain-v0"] {
        let yaml = registry.task(id).unwrap().yaml();
        let mut paths = Vec::new();
        numbers(&serde_yaml::from_str(&yaml).unwrap(), "", &mut paths);
        for path in paths {
            for factor in [0.0, -1.0, 1e-3, 0.03, 30.0, 1e3] {
                let text = with(&yaml, &path, |old| {
                    let value = old.as_f64().unwrap() * factor;
                    if old.is_u64() && value >= 0.0 && value.fract() == 0.0 {
                        (value as u64).into()
                    } else {
                        value.into()
                    }
                });
                let Ok(task) = registry.task_from(&Document::parse("extreme", &text).unwrap()) else { continue };
                let mut lane = SoloLane::new(&task, Seed(5));
                for step in 0..120 {
                    let wild = |field: usize| ((step * 7 + field * 13) as f32).sin() * 2.0;
                    let action: Vec<f32> = (0..task.spec().action.len()).map(wild).collect();
                    let judged = lane.access().step(&action).unwrap();
                    let finite = lane.lane().observation().iter().all(|value| value.is_finite());
                    assert!(finite && judged.reward.is_finite(), "{id}: {path} × {factor}");
                }
            }
        }
    }
}
