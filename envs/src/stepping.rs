//! How a task is stepped in time: by actions, and by steps of physics within each.

use crate::document::Invalid;
use crate::world::PhysicsSettings;

/// What all families say of it in `episode`.
#[derive(Clone, Copy, Debug)]
pub struct Stepping {
    /// Actions per second.
    pub control_rate: f32,
    /// Physics steps per action.
    pub physics_steps: u32,
    /// Rapier's solver iterations, which are substeps of each physics step.
    pub solver_iterations: u32,
}

impl Stepping {
    /// Checks that it makes sense, for a task that takes at least so many actions per second.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn validate(&self, lowest_rate: f32) -> Result<(), Invalid> {
        let check = Invalid::check;
        check("episode.control_rate", self.control_rate, lowest_rate..=1000.0, "Hz")?;
        check("episode.physics_steps", self.physics_steps as f32, 1.0..=100.0, "")?;
        check("episode.solver_iterations", self.solver_iterations as f32, 1.0..=100.0, "")
    }

    /// Actions in a time in s, rounded.
    pub fn actions_in(&self, time: f32) -> u32 {
        (time * self.control_rate).round() as u32
    }

    /// A physics world that is stepped like this, with gravity in m/s².
    pub fn physics(&self, gravity: [f32; 2]) -> PhysicsSettings {
        PhysicsSettings {
            time_step: 1.0 / (self.control_rate * self.physics_steps as f32),
            steps_per_action: self.physics_steps,
            solver_iterations: self.solver_iterations,
            gravity,
        }
    }
}
