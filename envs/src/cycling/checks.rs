//! Which cycling tasks make sense.

use super::spec::{CyclingSpec, MassSpec};
use crate::document::Invalid;

impl CyclingSpec {
    /// Checks that every value makes sense.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn validate(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let episode = &self.episode;
        episode.stepping().validate(1.0)?;
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
