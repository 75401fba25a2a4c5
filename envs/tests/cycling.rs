//! Cycling as YAML: what every parameter does, and what none may do.

mod common;

use common::{extremes, refused, seen, task, with, without_effect, yaml};
use etude_envs::Seed;
use etude_envs::lane::SoloLane;

/// All that is visible of some episodes of lively riding: pedalling hard, braking, leaning, and swerving at times.
fn history(yaml: &str) -> Vec<u32> {
    let mut lane = SoloLane::new(&task(yaml), Seed(3));
    let mut bits = Vec::new();
    for episode in 0..7u64 {
        lane.access().begin(episode);
        for step in 0..1_500u32 {
            let now_seen = lane.lane().observation();
            let balance = (3.0 * now_seen[4] + 1.2 * now_seen[5]).clamp(-1.0, 1.0);
            let (time, now) = (step as f32 / 60.0, step % 90);
            let pedal = |speed: f32| ((speed - now_seen[0]) * 2.0).clamp(-1.0, 1.0);
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
            bits.extend(seen(&lane));
            if step.ended() {
                break;
            }
        }
    }
    bits
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
    let mut yaml = yaml("cycling/mountain-v0");
    // Gentle bumps and hardly a push, so that the simple rider gets far enough to meet everything; slow enough for full torque.
    for (path, value) in [("bike.bump_arm", 0.5), ("bike.side_push", 0.5), ("episode.time_limit", 12.0)] {
        yaml = with(&yaml, path, |_| value.into());
    }
    assert_eq!(without_effect(&yaml, 45, |path| changed(&yaml, path), history), Vec::<String>::new());
}

#[test]
fn values_that_make_no_sense_are_refused_by_name() {
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
        refused(&yaml("cycling/flat-v0"), path, value, path);
    }
}

#[test]
fn whatever_is_accepted_runs_without_a_panic_and_stays_finite() {
    for id in ["cycling/flat-v0", "cycling/mountain-v0"] {
        extremes(&yaml(id), &[0]);
    }
}
