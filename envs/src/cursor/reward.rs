//! The reward as a formula.

use super::spec::CursorSpec;
use crate::formula::Formula;

/// What [`judge`](crate::task::Task::judge) computes.
pub(super) fn formula(spec: &CursorSpec) -> Formula {
    let (reward, speed) = (&spec.reward, spec.movement.speed);
    let line = format!("r = {} · (u · Δp) / ({speed} · Δt) + {} · k", reward.progress, reward.acquisition);
    Formula::of(line)
        .with("u", "1", "unit vector from the cursor to the target before the step")
        .with("Δp", "m", "way of the cursor in the step")
        .with("Δt", "s", format!("time between two actions, 1/{} s", spec.episode.control_rate))
        .with("k", "1", "1 in the step in which the target is acquired, else 0")
}
