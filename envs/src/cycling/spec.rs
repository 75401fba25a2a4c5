//! YAML fields of a cycling task, in SI units.

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
    /// What the agent does in it, in a sentence.
    pub summary: String,
    /// Course, time limit and start.
    pub episode: EpisodeSpec,
    /// Terms of the reward.
    pub reward: RewardSpec,
    /// The bicycle.
    pub bike: BikeSpec,
    /// The rider.
    pub rider: RiderSpec,
    /// The ground.
    pub ground: GroundSpec,
}

/// Course, time limit and start of an episode, and its time steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EpisodeSpec {
    /// Actions per second.
    pub control_rate: f32,
    /// Physics steps per action.
    pub physics_steps: u32,
    /// Rapier's solver iterations: substeps of each physics step.
    pub solver_iterations: u32,
    /// Time after which the episode is truncated, in s.
    pub time_limit: f32,
    /// Length of the course in m; riding all of it scores 1.
    pub course: f32,
    /// Mean speed at the rolling start, in m/s.
    pub start_speed: f32,
    /// Half the range of the starting speed, in m/s.
    pub start_speed_range: f32,
    /// Standard deviation of the starting roll angle, in rad.
    pub start_roll: f32,
    /// Roll angle beyond which the rider has fallen, in rad.
    pub fall_roll: f32,
    /// Pitch angle relative to the ground beyond which the rider has fallen, in rad.
    pub fall_pitch: f32,
    /// Speed below which the bicycle stalls, in m/s; see `stall_time`.
    pub stall_speed: f32,
    /// Time below the stall speed after which the episode is terminated, in s.
    pub stall_time: f32,
}

/// Reward for riding at the target speed, upright and with little effort: r = T(v - `target_speed`, `speed_margin`)
/// T(roll, `fall_roll`) - `effort` Σ a², with T(x, m) = 10^(-(x/m)²), forward speed v and action a.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardSpec {
    /// Target speed in m/s.
    pub target_speed: f32,
    /// Deviation from the target speed at which the reward has fallen to a tenth, in m/s.
    pub speed_margin: f32,
    /// Cost per unit of the summed squared action.
    pub effort: f32,
}

/// A bicycle. Positions are in m ahead of (x) and above (y) the rear contact point of the bicycle at rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BikeSpec {
    /// Distance between the wheels' contact points, in m.
    pub wheelbase: f32,
    /// Rear wheel.
    pub rear_wheel: WheelSpec,
    /// Front wheel.
    pub front_wheel: WheelSpec,
    /// Frame, including fork and handlebar.
    pub frame: MassSpec,
    /// Suspension of both wheels; absent on a rigid bicycle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspension: Option<SuspensionSpec>,
    /// Natural frequency of a wheel's mass on its tyre, in Hz; 30 Hz with 2.5 kg is a stiffness of about 90 kN/m.
    pub tyre_frequency: f32,
    /// Damping ratio of a wheel's mass on its tyre.
    pub tyre_damping: f32,
    /// Coefficient of friction between tyre and ground.
    pub friction: f32,
    /// Coefficient of rolling resistance.
    pub rolling_resistance: f32,
    /// Drag area (drag coefficient times frontal area) in m².
    pub drag_area: f32,
    /// Largest torque of the pedals, as it acts on the rear wheel, in N·m.
    pub pedal_torque: f32,
    /// Largest power of the pedals, in W.
    pub pedal_power: f32,
    /// Largest torque of the rear brake, in N·m.
    pub rear_brake: f32,
    /// Largest torque of the front brake, in N·m.
    pub front_brake: f32,
    /// Largest handlebar angle, in rad.
    pub handlebar_limit: f32,
    /// Time constant with which the handlebar follows the command, in s.
    pub handlebar_lag: f32,
    /// Steering angle of the front wheel per handlebar angle; negative values steer the other way.
    pub steering_gain: f32,
    /// Moment of inertia in roll of bicycle and rider about their centre of mass, in kg·m².
    pub roll_inertia: f32,
    /// Roll torque per mass and per vertical acceleration of the ground felt on one side, in m. Not a measured length:
    /// it sets how hard rough ground is to ride.
    pub bump_arm: f32,
    /// Constant sideways force, as from a wind, at the height of the centre of mass, in N; positive values roll the
    /// bicycle to the right.
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
    /// Position of the centre of mass ahead of the rear contact point, in m.
    pub x: f32,
    /// Height of the centre of mass above the ground, in m.
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
    /// Backward tilt of the fork from the vertical, in rad.
    pub fork_tilt: f32,
}

/// A rider, who leans forward and backward about the hip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RiderSpec {
    /// The rider's body.
    pub body: MassSpec,
    /// Position of the hip ahead of the rear contact point, in m.
    pub hip_x: f32,
    /// Height of the hip above the ground, in m.
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
    /// Mass in kg, and position in m of the centre of mass ahead of and above the rear contact point, of bicycle and
    /// rider at rest.
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
