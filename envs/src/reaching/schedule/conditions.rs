//! What is said of a trial.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Longest break, in s: ten years.
pub(super) const LONGEST_BREAK: f32 = 3.2e8;

/// What is said of one trial: that of its block, unless a table says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Conditions {
    /// What acts on hand or cursor.
    pub field: FieldKind,
    /// How strongly; see [`FieldKind`].
    pub strength: f32,
    /// See [`BlockSpec::map`](super::BlockSpec::map).
    pub map: Option<[[f32; 2]; 2]>,
    /// Probability that it is without the field.
    pub catch: f32,
    /// Probability that it is in the channel.
    pub clamp: f32,
    /// When the cursor is shown.
    pub cursor: CursorShown,
    /// Whether the only reward is for the end point, of a cursor that is hidden.
    pub reward_only: bool,
    /// See [`BlockSpec::blur`](super::BlockSpec::blur), in m.
    pub blur: f32,
    /// See [`BlockSpec::trial_blur`](super::BlockSpec::trial_blur), in m.
    pub trial_blur: f32,
    /// See [`BlockSpec::payoff`](super::BlockSpec::payoff), in degrees.
    pub payoff: f32,
    /// The cue that is seen, from 1; 0 for none.
    pub cue: u32,
    /// Time that passes after it until the next one, in s.
    pub rest: f32,
}

/// What acts on the hand, or on the cursor that shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// Nothing.
    #[default]
    None,
    /// A force at right angles to the hand's velocity: strength in N·s/m, positive to its right.
    Curl,
    /// The force field of Shadmehr & Mussa-Ivaldi 1994 times the strength.
    Saddle,
    /// A rotation of the cursor about the start: strength in degrees, counter-clockwise positive.
    Rotation,
    /// A cursor that is as far from the start as the hand, but always in the same direction: strength in degrees from that of the
    /// target, counter-clockwise positive (a visual error clamp, Morehead et al. 2017). It is meant to be ignored: reward, score
    /// and metrics are of the hand.
    ErrorClamp,
    /// A magnification of the cursor's way from the start: strength as a factor, which is 1 without a field.
    Gain,
    /// A linear map of the cursor's way from the start, such as a shear; its strength is 1, the map is given row by row.
    Linear,
}

/// When the cursor is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CursorShown {
    /// Always.
    #[default]
    On,
    /// Never.
    Off,
    /// From the end of the movement.
    End,
}

impl FieldKind {
    /// The strengths it may have, and their unit.
    pub fn strengths(self) -> (RangeInclusive<f32>, &'static str) {
        match self {
            FieldKind::None => (0.0..=0.0, "without a field"),
            FieldKind::Curl => (-100.0..=100.0, "N·s/m"),
            FieldKind::Saddle => (-5.0..=5.0, ""),
            FieldKind::Rotation | FieldKind::ErrorClamp => (-180.0..=180.0, "degrees"),
            FieldKind::Gain => (0.1..=10.0, ""),
            FieldKind::Linear => (1.0..=1.0, ""),
        }
    }
}
