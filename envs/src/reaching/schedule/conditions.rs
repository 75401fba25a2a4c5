//! The conditions of a single trial.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Longest break, in s: ten years.
pub(super) const LONGEST_BREAK: f32 = 3.2e8;

/// Conditions of one trial: those of its block, unless a table overrides them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Conditions {
    /// What acts on the hand or the cursor.
    pub field: FieldKind,
    /// Strength of the field, in the unit of [`FieldKind`].
    pub strength: f32,
    /// See [`BlockSpec::map`](super::BlockSpec::map).
    pub map: Option<[[f32; 2]; 2]>,
    /// Probability of leaving out the field.
    pub catch: f32,
    /// Probability of a trial in the channel.
    pub clamp: f32,
    /// When the cursor is shown.
    pub cursor: CursorShown,
    /// Whether the only reward is for the end point of a hidden cursor.
    pub reward_only: bool,
    /// See [`BlockSpec::blur`](super::BlockSpec::blur), in m.
    pub blur: f32,
    /// See [`BlockSpec::trial_blur`](super::BlockSpec::trial_blur), in m.
    pub trial_blur: f32,
    /// See [`BlockSpec::payoff`](super::BlockSpec::payoff), in degrees.
    pub payoff: f32,
    /// The cue that is shown, from 1; 0 for none.
    pub cue: u32,
    /// Time between this trial and the next, in s.
    pub rest: f32,
}

/// What acts on the hand, or on the cursor that represents it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// Nothing.
    #[default]
    None,
    /// A force perpendicular to the hand's velocity: strength in N·s/m, positive to the right of the velocity.
    Curl,
    /// The force field of Shadmehr & Mussa-Ivaldi (1994, J. Neurosci. 14:3208), scaled by the strength.
    Saddle,
    /// A rotation of the cursor about the start: strength in degrees, counter-clockwise positive.
    Rotation,
    /// A visual error clamp (Morehead et al. 2017): the cursor is as far from the start as the hand, but always in the
    /// same direction, given by the strength in degrees from the target, counter-clockwise positive. The agent should
    /// ignore it: reward, score and metrics use the hand.
    ErrorClamp,
    /// A gain on the cursor's displacement from the start: the strength is a factor, 1 without a field.
    Gain,
    /// A linear map of the cursor's displacement from the start, such as a shear. The strength is 1; `map` gives the
    /// matrix row by row.
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
    /// The range of strengths, and their unit.
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
