//! External pushes.

use serde::{Deserialize, Serialize};

/// An external push by a spectator.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Push {
    /// Point of application in m, in the coordinates of the scene.
    pub place: [f32; 2],
    /// Force in N: to the right, up, and out of the drawn plane (to the right of a body that faces right).
    pub force: [f32; 3],
}
