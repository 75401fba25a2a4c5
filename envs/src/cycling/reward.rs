//! The reward as a formula.

use super::spec::CyclingSpec;
use crate::formula::Formula;

/// What [`judge`](crate::task::Task::judge) computes.
pub(super) fn formula(spec: &CyclingSpec) -> Formula {
    let (reward, episode) = (&spec.reward, &spec.episode);
    let line = format!(
        "r = near(v − {}, 0, {}) · near(φ, 0, {}) − {} · Σ aᵢ²",
        reward.target_speed, reward.speed_margin, episode.fall_roll, reward.effort
    );
    Formula::of(line)
        .with("v", "m/s", "forward speed after the step")
        .with("φ", "rad", "roll after the step")
        .with("aᵢ", "1", "action i, clipped to −1 to 1")
        .with_near()
}
