//! The required movement, as a task gives it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A straight movement with a minimum-jerk speed profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MovementSpec {
    /// Its duration, in s.
    pub duration: f32,
    /// Distance of the targets from the centre, in m.
    pub distance: f32,
    /// Directions of the targets in degrees, counter-clockwise from the x axis.
    pub targets: Vec<f32>,
}
