//! The reward as a formula.

use super::spec::FrettingSpec;
use crate::formula::Formula;

/// What [`judge`](crate::task::Task::judge) computes.
pub(super) fn formula(spec: &FrettingSpec) -> Formula {
    let reward = &spec.reward;
    let near = |gap: &str| format!("near({gap}, {}, {})", reward.bound, reward.margin);
    let line = format!(
        "r = {} · k · ½ ({} + {}) + {} · q − {} · Σ Fⱼ / {} − {} · mean aᵢ²",
        reward.closeness,
        near("Δs"),
        near("Δf"),
        reward.onset,
        reward.wrong_press,
        spec.hand.press_force,
        reward.effort
    );
    Formula::of(line)
        .with("k", "1", "1 while a finger has a note to play, else 0")
        .with("Δs", "strings", "strings from the tip of that finger to its note")
        .with("Δf", "frets", "frets from the tip of that finger to the middle of its note's fret")
        .with("q", "1", "1 in the step of a correct, clean onset, less if the press is too light, else 0")
        .with("Fⱼ", "N", "force of finger j, summed over the fingers that play neither this note nor the next")
        .with("aᵢ", "1", "action i, clipped to −1 to 1")
        .with_near()
}
