//! What can be said about a cycling task in YAML. All quantities in SI units.

use super::ground_spec::GroundSpec;
use crate::stepping::Stepping;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A cycling task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CyclingSpec {
    /// Task id, `cycling/name-vN`.
    pub task: String,
    /// What one does in it, in a sentence.
    pub summary: String,
    /// Course, limits and start.
    pub episode: EpisodeSpec,
    /// What is rewarded.
    pub reward: RewardSpec,
    /// The bicycle.
    pub bike: BikeSpec,
    /// The rider.
    pub rider: RiderSpec,
    /// The ground.
    pub ground: GroundSpec,
}

/// Course, limits and start of an episode, and how time is stepped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EpisodeSpec {
    /// Actions per second.
    pub control_rate: f32,
    /// Physics steps per action.
    pub physics_steps: u32,
    /// Rapier's solver iterations, which are substeps of each physics step.
    pub solver_iterations: u32,
    /// After this time in s the episode is truncated.
    pub time_limit: f32,
    /// Length of the course in m: riding all of it scores 1.
    pub course: f32,
    /// Mean speed at the rolling start, in m/s.
    pub start_speed: f32,
    /// Half the range of the speed at the start, in m/s.
    pub start_speed_range: f32,
    /// Standard deviation of the roll angle at the start, in rad.
    pub start_roll: f32,
    /// Roll angle at which the rider has fallen, in rad.
    pub fall_roll: f32,
    /// Pitch angle against the ground at which the rider has fallen, in rad.
    pub fall_pitch: f32,
    /// Speed below which the bicycle stalls, in m/s; see `stall_time`.
    pub stall_speed: f32,
    /// Time below the stall speed after which the episode ends, in s.
    pub stall_time: f32,
}

/// What is rewarded: riding at the target speed, upright, at low effort.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardSpec {
    /// Target speed in m/s.
    pub target_speed: f32,
    /// Distance from the target speed at which the reward has fallen to a tenth, in m/s.
    pub speed_margin: f32,
    /// Cost of effort per summed squared action.
    pub effort: f32,
}

/// A bicycle. Places are in m ahead of (x) and above (y) the rear contact point of the bicycle at rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BikeSpec {
    /// Distance between the wheels' contact points, in m.
    pub wheelbase: f32,
    /// Rear wheel.
    pub rear_wheel: WheelSpec,
    /// Front wheel.
    pub front_wheel: WheelSpec,
    /// Frame with fork and handlebar.
    pub frame: MassSpec,
    /// Suspension of both wheels; absent on a rigid bicycle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspension: Option<SuspensionSpec>,
    /// Natural frequency of a wheel's mass on its tyre, in Hz: 30 Hz under 2.5 kg is a stiffness of about 90 kN/m.
    pub tyre_frequency: f32,
    /// Damping ratio of a wheel's mass on its tyre.
    pub tyre_damping: f32,
    /// Coefficient of friction between tyre and ground.
    pub friction: f32,
    /// Coefficient of rolling resistance.
    pub rolling_resistance: f32,
    /// Drag area (drag coefficient times frontal area) in m².
    pub drag_area: f32,
    /// Largest torque of the pedals at the rear wheel, in N·m.
    pub pedal_torque: f32,
    /// Largest power of the pedals, in W.
    pub pedal_power: f32,
    /// Largest torque of the rear brake, in N·m.
    pub rear_brake: f32,
    /// Largest torque of the front brake, in N·m.
    pub front_brake: f32,
    /// Largest angle of the handlebar, in rad.
    pub handlebar_limit: f32,
    /// Time constant with which the handlebar follows its command, in s.
    pub handlebar_lag: f32,
    /// Steer angle of the front wheel per angle of the handlebar; negative steers the other way.
    pub steering_gain: f32,
    /// Moment of inertia of bicycle and rider in roll about their centre of mass, in kg·m².
    pub roll_inertia: f32,
    /// Roll torque per mass and per vertical acceleration of the ground that is felt on one side, in m. No measured
    /// length: it sets how hard rough ground is to ride.
    pub bump_arm: f32,
    /// Constant sideways push, as of a wind, at the height of the centre of mass, in N; positive rolls to the right.
    pub side_push: f32,
}

/// A wheel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WheelSpec {
    /// Radius in m.
    pub radius: f32,
    /// Mass in kg.
    pub mass: f32,
    /// Moment of inertia about the axle in kg·m².
    pub inertia: f32,
}

/// A rigid part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MassSpec {
    /// Centre of mass ahead of the rear contact, in m.
    pub x: f32,
    /// Centre of mass above the ground, in m.
    pub y: f32,
    /// Mass in kg.
    pub mass: f32,
    /// Moment of inertia in pitch about the centre of mass, in kg·m².
    pub inertia: f32,
}

/// Springs between wheels and frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspensionSpec {
    /// Travel to either side of the position at rest, in m.
    pub travel: f32,
    /// Stiffness of each spring, in N/m.
    pub stiffness: f32,
    /// Damping of each spring, in N·s/m.
    pub damping: f32,
    /// Backward tilt of the fork's slide from the vertical, in rad.
    pub fork_tilt: f32,
}

/// A rider, who leans fore and aft about the hip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RiderSpec {
    /// The rider's body.
    pub body: MassSpec,
    /// Hip ahead of the rear contact, in m.
    pub hip_x: f32,
    /// Hip above the ground, in m.
    pub hip_y: f32,
    /// Stiffness of the hip, in N·m/rad.
    pub hip_stiffness: f32,
    /// Damping of the hip, in N·m·s/rad.
    pub hip_damping: f32,
    /// Largest lean, in rad.
    pub lean_limit: f32,
}

impl EpisodeSpec {
    /// How it is stepped in time.
    pub(crate) fn stepping(&self) -> Stepping {
        let Self { control_rate, physics_steps, solver_iterations, .. } = *self;
        Stepping { control_rate, physics_steps, solver_iterations }
    }
}

impl BikeSpec {
    /// Mass, and centre of mass ahead of and above the rear contact point, of bicycle and rider at rest.
    pub fn centre_of_mass(&self, rider: &RiderSpec) -> (f32, f32, f32) {
        let wheel = |wheel: &WheelSpec, x| MassSpec { x, y: wheel.radius, mass: wheel.mass, inertia: wheel.inertia };
        let parts = [
            wheel(&self.rear_wheel, 0.0),
            wheel(&self.front_wheel, self.wheelbase),
            self.frame.clone(),
            rider.body.clone(),
        ];
        let mass: f32 = parts.iter().map(|part| part.mass).sum();
        let x = parts.iter().map(|part| part.mass * part.x).sum::<f32>() / mass;
        let y = parts.iter().map(|part| part.mass * part.y).sum::<f32>() / mass;
        (mass, x, y)
    }
}
