//! Physics of the bicycle against analysis.

use super::*;
use crate::document::Document;
use crate::registry::Registry;
use crate::world::Physics;

fn spec(id: &str) -> CyclingSpec {
    let yaml = Registry::default().task(id).unwrap().yaml();
    Document::parse(id, &yaml).unwrap().read().unwrap()
}

/// A bicycle with a stiff rider and grippy tyres on endless level ground without drag, as in the analysis.
fn rigid(id: &str) -> CyclingSpec {
    let mut spec = spec(id);
    spec.ground = GroundSpec::level();
    spec.rider.hip_stiffness = 20_000.0;
    spec.rider.hip_damping = 2_000.0;
    spec.bike.suspension = None;
    spec.bike.tyre_frequency = 60.0;
    spec.episode.physics_steps = 8;
    spec.episode.solver_iterations = 4;
    spec.bike.friction = 3.0;
    spec.bike.drag_area = 0.0;
    spec.bike.rolling_resistance = 0.0;
    spec
}

struct Ride {
    spec: CyclingSpec,
    bike: Bike,
    physics: Physics,
    profile: Profile,
    time_step: f32,
    gravity: [f32; 2],
}

impl Ride {
    fn new(spec: CyclingSpec, speed: f32, roll: f32) -> Self {
        let profile = Road::with_points(&spec.ground, 60_000).level();
        Self::on(profile, spec, speed, roll)
    }

    fn on(profile: Profile, spec: CyclingSpec, speed: f32, roll: f32) -> Self {
        let settings = task_spec(&spec).physics;
        let mut physics = Physics::new(&settings);
        let mut world = physics.world();
        let mut bike = Bike::build(&mut world, &spec, &profile);
        bike.start(&mut world, &spec, &profile, speed, roll);
        Self { spec, bike, physics, profile, time_step: settings.time_step, gravity: settings.gravity }
    }

    fn step(&mut self, command: &Command) {
        let mut world = self.physics.world();
        self.bike.grip(&mut world, &self.spec, command);
        self.bike.actuate(&mut world, &self.spec, &self.profile, command);
        world.step(self.gravity);
        world.clear_forces();
        self.bike.feel(&world);
    }

    fn ride(&mut self, seconds: f32, command: &Command) {
        for _ in 0..(seconds / self.time_step) as usize {
            self.step(command);
        }
    }

    fn speed(&self) -> f32 {
        self.bike.motion.speed
    }
}

/// The acceleration at which a wheel lifts for good under a command that grows slowly after a smooth start.
fn threshold(spec: &CyclingSpec, speed: f32, wheel: usize, command: impl Fn(f32) -> Command) -> f32 {
    let mut spec = spec.clone();
    spec.bike.pedal_power = 1e6;
    let mut ride = Ride::new(spec, speed, 0.0);
    let tenth = (0.1 / ride.time_step) as usize;
    let (mut speeds, mut in_the_air) = (Vec::new(), 0);
    while in_the_air < tenth / 2 {
        let time = speeds.len() as f32 * ride.time_step;
        let share = 0.5 * time.min(1.0) + 0.1 * (time - 1.0).max(0.0);
        assert!(share < 1.0, "the wheel must lift at full power");
        ride.step(&command(share));
        speeds.push(ride.speed());
        in_the_air = if ride.bike.motion.grounded[wheel] { 0 } else { in_the_air + 1 };
    }
    let lifted = speeds.len() - tenth / 2;
    (speeds[lifted] - speeds[lifted - 4 * tenth]) / (4.0 * tenth as f32 * ride.time_step)
}

#[test]
fn the_front_wheel_lifts_at_the_computed_acceleration() {
    for id in ["cycling/flat-v0", "cycling/mountain-v0"] {
        let spec = rigid(id);
        let (_, ahead, height) = spec.bike.centre_of_mass(&spec.rider);
        let computed = GRAVITY * ahead / height;
        let found = threshold(&spec, 2.0, 1, |share| Command { pedal: share, ..Command::default() });
        assert!((found / computed - 1.0).abs() < 0.05, "{id}: {found} m/s², computed {computed} m/s²");
    }
}

#[test]
fn the_rear_wheel_lifts_at_the_computed_deceleration() {
    for id in ["cycling/flat-v0", "cycling/mountain-v0"] {
        let spec = rigid(id);
        let (_, ahead, height) = spec.bike.centre_of_mass(&spec.rider);
        let computed = GRAVITY * (spec.bike.wheelbase - ahead) / height;
        let found = -threshold(&spec, 30.0, 0, |share| Command { front_brake: share, ..Command::default() });
        assert!((found / computed - 1.0).abs() < 0.05, "{id}: {found} m/s², computed {computed} m/s²");
    }
}

#[test]
fn the_built_bicycles_have_the_measured_centres_of_mass() {
    for (id, mass, ahead, height) in
        [("cycling/flat-v0", 82.2, 0.325, 1.037), ("cycling/mountain-v0", 82.4, 0.322, 1.032)]
    {
        let spec = spec(id);
        let found = spec.bike.centre_of_mass(&spec.rider);
        assert!((found.0 - mass).abs() < 0.3, "{id}: mass {}", found.0);
        assert!((found.1 - ahead).abs() < 0.005, "{id}: ahead {}", found.1);
        assert!((found.2 - height).abs() < 0.005, "{id}: height {}", found.2);
    }
}

#[test]
fn energy_never_appears_on_level_ground_without_pedalling() {
    for id in ["cycling/flat-v0", "cycling/mountain-v0"] {
        for (brake, speed) in [(0.0, 2.0), (0.0, 4.5), (0.0, 9.0), (0.3, 6.0)] {
            let spec = CyclingSpec { ground: GroundSpec::level(), ..spec(id) };
            let mut ride = Ride::new(spec, speed, 0.0);
            ride.step(&Command::default());
            let first = ride.bike.energy(&ride.physics.world());
            let mut highest = first;
            for _ in 0..(8.0 / ride.time_step) as usize {
                ride.step(&Command { rear_brake: brake, front_brake: brake, ..Command::default() });
                let energy = ride.bike.energy(&ride.physics.world());
                highest = highest.max(energy);
            }
            assert!(highest <= first * 1.001, "{id}: {first} J became {highest} J");
        }
    }
}

#[test]
fn a_balanced_bicycle_rolls_on_at_its_speed() {
    for id in ["cycling/flat-v0", "cycling/mountain-v0"] {
        let mut ride = Ride::new(rigid(id), 4.5, 0.0);
        ride.ride(1.0, &Command::default());
        let before = ride.bike.wheel_rates(&ride.physics.world());
        ride.ride(15.0, &Command::default());
        let after = ride.bike.wheel_rates(&ride.physics.world());
        for (before, after) in before.iter().zip(after) {
            assert!((after / before - 1.0).abs() < 0.01, "{id}: {before} rad/s became {after} rad/s");
        }
    }
}

#[test]
fn a_steered_bicycle_sways_with_the_computed_period() {
    for (id, gain, speed) in
        [("cycling/flat-v0", 1.5, 4.5), ("cycling/flat-v0", 1.0, 6.0), ("cycling/mountain-v0", 1.2, 5.0)]
    {
        let mut spec = rigid(id);
        spec.episode.control_rate = 480.0;
        spec.episode.physics_steps = 1;
        spec.bike.handlebar_lag = 0.001;
        let (mass, ahead, height) = spec.bike.centre_of_mass(&spec.rider);
        let limit = spec.bike.handlebar_limit;
        let wheelbase = spec.bike.wheelbase;
        let inertia = spec.bike.roll_inertia + mass * height * height;
        let stiffness = mass * height * (speed * speed * gain / wheelbase - GRAVITY);
        let damping = mass * height * ahead * speed * gain / wheelbase;
        let computed = std::f32::consts::TAU / (stiffness / inertia - (0.5 * damping / inertia).powi(2)).sqrt();
        let mut ride = Ride::new(spec, speed, 0.05);
        let (mut crossings, mut before) = (Vec::new(), 0.05);
        for step in 0..(12.0 / ride.time_step) as usize {
            let roll = ride.bike.motion.roll;
            if roll * before < 0.0 {
                let share = before / (before - roll);
                crossings.push((step as f32 - 1.0 + share) * ride.time_step);
            }
            before = roll;
            ride.step(&Command { steer: gain * roll / limit, ..Command::default() });
        }
        let halves = (crossings.len() - 1).min(4);
        let found = 2.0 * (crossings[halves] - crossings[0]) / halves as f32;
        assert!((found / computed - 1.0).abs() < 0.03, "{id}: period {found} s, computed {computed} s");
    }
}

#[test]
fn standing_still_and_rolling_backwards_earn_nothing() {
    for speed in [0.0, -1.5] {
        let mut spec = spec("cycling/flat-v0");
        (spec.episode.start_speed, spec.episode.start_speed_range, spec.episode.start_roll) = (0.0, 0.0, 0.0);
        let mut task = Cycling::new(spec.clone());
        let mut physics = Physics::new(&task_spec(&spec).physics);
        task.build(&mut physics.world());
        task.reset(&mut physics.world(), &mut crate::seed::Seed(1).rng());
        if let Some(bike) = &mut task.bike {
            bike.start(&mut physics.world(), &spec, &task.profile, speed, 0.0);
        }
        let reward = task.judge(&physics.world(), &[0.0; 5]).reward;
        assert!((0.0..1e-3).contains(&reward), "{reward} at {speed} m/s");
    }
    // Riding well earns about 1 per step, so standing for a whole episode is worth less than a second of riding.
    let spec = spec("cycling/flat-v0");
    let mut task = Cycling::new(spec.clone());
    let mut physics = Physics::new(&task_spec(&spec).physics);
    task.build(&mut physics.world());
    if let Some(bike) = &mut task.bike {
        bike.start(&mut physics.world(), &spec, &task.profile, spec.reward.target_speed, 0.0);
    }
    assert!(task.judge(&physics.world(), &[0.0; 5]).reward > 0.99);
}

/// A ride on level ground with surfaces along the way.
fn on_surfaces(mut spec: CyclingSpec, surfaces: &str, speed: f32) -> Ride {
    spec.ground.surfaces = serde_yaml::from_str(surfaces).unwrap();
    let profile = Road::new(&spec.ground, spec.episode.course).level();
    Ride::on(profile, spec, speed, 0.0)
}

#[test]
fn coasting_over_a_surface_costs_the_computed_speed() {
    for id in ["cycling/flat-v0", "cycling/mountain-v0"] {
        for resistance in [0.01, 0.03, 0.06] {
            let spec = rigid(id);
            let (mass, ..) = spec.bike.centre_of_mass(&spec.rider);
            let turning = |wheel: &WheelSpec| wheel.inertia / wheel.radius.powi(2);
            let moving = mass + turning(&spec.bike.rear_wheel) + turning(&spec.bike.front_wheel);
            let (length, speed) = (20.0, 8.0);
            let surfaces = format!("[{{from: 10, to: 30, rolling_resistance: {resistance}}}]");
            let mut ride = on_surfaces(spec, &surfaces, speed);
            let rear = |ride: &mut Ride| ride.bike.axles(&ride.physics.world())[0].x;
            while rear(&mut ride) < 5.0 {
                ride.step(&Command::default());
            }
            let before = ride.speed();
            while rear(&mut ride) < 35.0 {
                ride.step(&Command::default());
            }
            // Each wheel does the work c · (its share of m g) · length, at the cost of all that moves and turns.
            let lost = 2.0 * resistance * GRAVITY * length * mass / moving;
            let computed = before - (before * before - lost).sqrt();
            let found = before - ride.speed();
            assert!(
                (found / computed - 1.0).abs() < 0.03,
                "{id}: {found} m/s lost at {resistance}, computed {computed}"
            );
        }
    }
}

#[test]
fn locked_wheels_slow_down_by_the_friction_of_the_surface() {
    for friction in [0.1, 0.3, 0.5] {
        let surfaces = format!("[{{from: 10, to: 80, friction: {friction}}}]");
        let mut ride = on_surfaces(rigid("cycling/flat-v0"), &surfaces, 9.0);
        let rear = |ride: &mut Ride| ride.bike.axles(&ride.physics.world())[0].x;
        while rear(&mut ride) < 12.0 {
            ride.step(&Command::default());
        }
        let locked = Command { rear_brake: 1.0, front_brake: 1.0, ..Command::default() };
        ride.ride(0.2, &locked);
        let before = ride.speed();
        ride.ride(0.5, &locked);
        let found = (before - ride.speed()) / 0.5;
        let computed = friction * GRAVITY;
        assert!((found / computed - 1.0).abs() < 0.05, "{found} m/s² at {friction}, computed {computed} m/s²");
    }
}

#[test]
fn a_surface_like_the_ground_changes_nothing_that_matters() {
    let spec = CyclingSpec { ground: GroundSpec::level(), ..spec("cycling/flat-v0") };
    let bike = &spec.bike;
    let same =
        format!("[{{from: 5, to: 30, friction: {}, rolling_resistance: {}}}]", bike.friction, bike.rolling_resistance);
    let mut rides = [on_surfaces(spec.clone(), &same, 4.0), on_surfaces(spec, "[]", 4.0)];
    let command = Command { pedal: 0.1, ..Command::default() };
    let speeds = rides.each_mut().map(|ride| {
        ride.ride(5.0, &command);
        ride.speed()
    });
    assert!((speeds[0] - speeds[1]).abs() < 1e-3, "{speeds:?}");
}
