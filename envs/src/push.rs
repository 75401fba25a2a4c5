//! Pushes from outside.

use serde::{Deserialize, Serialize};

/// A push from outside, by a spectator.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Push {
    /// Where it is applied, in m, as the scene is drawn.
    pub place: [f32; 2],
    /// Its force in N: to the right, up, and out of the drawn plane (to the right of a body that faces right).
    pub force: [f32; 3],
}
