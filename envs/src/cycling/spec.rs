//! YAML fields of a cycling task, in SI units.

use super::ground_spec::GroundSpec;
use crate::document::Invalid;
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

impl CyclingSpec {
    /// Checks that every value makes sense.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn validate(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let episode = &self.episode;
        check("episode.control_rate", episode.control_rate, 1.0..=1000.0, "Hz")?;
        check("episode.physics_steps", episode.physics_steps as f32, 1.0..=100.0, "")?;
        check("episode.solver_iterations", episode.solver_iterations as f32, 1.0..=100.0, "")?;
        check("episode.time_limit", episode.time_limit, 0.1..=3600.0, "s")?;
        check("episode.course", episode.course, 1.0..=self.ground.longest_course(), "m")?;
        check("episode.start_speed", episode.start_speed, 0.0..=20.0, "m/s")?;
        check("episode.start_speed_range", episode.start_speed_range, 0.0..=5.0, "m/s")?;
        check("episode.start_roll", episode.start_roll, 0.0..=0.5, "rad")?;
        check("episode.fall_roll", episode.fall_roll, 0.05..=1.5, "rad")?;
        check("episode.fall_pitch", episode.fall_pitch, 0.05..=3.0, "rad")?;
        check("episode.stall_speed", episode.stall_speed, -5.0..=10.0, "m/s")?;
        check("episode.stall_time", episode.stall_time, 0.0..=3600.0, "s")?;
        check("reward.target_speed", self.reward.target_speed, 0.1..=20.0, "m/s")?;
        check("reward.speed_margin", self.reward.speed_margin, 0.01..=20.0, "m/s")?;
        check("reward.effort", self.reward.effort, 0.0..=10.0, "")?;
        self.validate_bike()?;
        self.validate_rider()?;
        self.ground.validate(episode.course)
    }

    fn validate_bike(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let bike = &self.bike;
        check("bike.wheelbase", bike.wheelbase, 0.3..=3.0, "m")?;
        for (name, wheel) in [("bike.rear_wheel", &bike.rear_wheel), ("bike.front_wheel", &bike.front_wheel)] {
            check(&format!("{name}.radius"), wheel.radius, 0.1..=1.0, "m")?;
            check(&format!("{name}.mass"), wheel.mass, 0.1..=50.0, "kg")?;
            check(&format!("{name}.inertia"), wheel.inertia, 0.001..=10.0, "kg·m²")?;
        }
        validate_mass("bike.frame", &bike.frame)?;
        if let Some(suspension) = &bike.suspension {
            check("bike.suspension.travel", suspension.travel, 0.001..=0.5, "m")?;
            check("bike.suspension.stiffness", suspension.stiffness, 100.0..=1e6, "N/m")?;
            check("bike.suspension.damping", suspension.damping, 0.0..=1e5, "N·s/m")?;
            check("bike.suspension.fork_tilt", suspension.fork_tilt, -1.0..=1.0, "rad")?;
        }
        check("bike.tyre_frequency", bike.tyre_frequency, 1.0..=60.0, "Hz")?;
        check("bike.tyre_damping", bike.tyre_damping, 0.1..=20.0, "")?;
        check("bike.friction", bike.friction, 0.0..=10.0, "")?;
        check("bike.rolling_resistance", bike.rolling_resistance, 0.0..=0.5, "")?;
        check("bike.drag_area", bike.drag_area, 0.0..=5.0, "m²")?;
        check("bike.pedal_torque", bike.pedal_torque, 0.0..=1000.0, "N·m")?;
        check("bike.pedal_power", bike.pedal_power, 0.0..=1000.0, "W")?;
        check("bike.rear_brake", bike.rear_brake, 0.0..=2000.0, "N·m")?;
        check("bike.front_brake", bike.front_brake, 0.0..=2000.0, "N·m")?;
        check("bike.handlebar_limit", bike.handlebar_limit, 0.01..=1.5, "rad")?;
        check("bike.handlebar_lag", bike.handlebar_lag, 0.001..=5.0, "s")?;
        check("bike.steering_gain", bike.steering_gain, -10.0..=10.0, "")?;
        check("bike.roll_inertia", bike.roll_inertia, 0.1..=1000.0, "kg·m²")?;
        check("bike.bump_arm", bike.bump_arm, -100.0..=100.0, "m")?;
        check("bike.side_push", bike.side_push, -10_000.0..=10_000.0, "N")
    }

    fn validate_rider(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let rider = &self.rider;
        validate_mass("rider.body", &rider.body)?;
        check("rider.hip_x", rider.hip_x, -2.0..=3.0, "m")?;
        check("rider.hip_y", rider.hip_y, 0.0..=3.0, "m")?;
        check("rider.hip_stiffness", rider.hip_stiffness, 0.0..=1e6, "N·m/rad")?;
        check("rider.hip_damping", rider.hip_damping, 0.0..=1e5, "N·m·s/rad")?;
        check("rider.lean_limit", rider.lean_limit, 0.0..=1.5, "rad")
    }
}

fn validate_mass(name: &str, part: &MassSpec) -> Result<(), Invalid> {
    Invalid::check(&format!("{name}.x"), part.x, -2.0..=3.0, "m")?;
    Invalid::check(&format!("{name}.y"), part.y, 0.0..=3.0, "m")?;
    Invalid::check(&format!("{name}.mass"), part.mass, 0.1..=500.0, "kg")?;
    Invalid::check(&format!("{name}.inertia"), part.inertia, 0.001..=500.0, "kg·m²")
}
