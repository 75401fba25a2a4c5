//! Cycling: keep a bicycle upright and moving, on ground from smooth asphalt to a mountain trail.
//!
//! Pedalling, braking and leaning act in the sagittal plane; steering balances the roll in the frontal plane. A bicycle
//! at rest falls, a moving one can be balanced, and rough ground makes balancing harder. Balance is the skill that
//! transfers from one ground to another.

mod account;
mod bike;
mod checks;
mod grid;
mod ground;
mod ground_check;
mod ground_spec;
mod parts;
mod placed;
mod profile;
mod reward;
mod spec;
pub mod survey;
#[cfg(test)]
mod tests;
mod way;

pub use bike::{Bike, Command, GRAVITY, Motion};
pub use ground::Ground;
pub use ground_spec::{Filter, GroundSpec, SmoothingSpec, StretchSpec};
pub use placed::{FeatureSpec, SurfaceSpec};
pub use profile::{Profile, Road};
pub use spec::{BikeSpec, CyclingSpec, EpisodeSpec, MassSpec, RewardSpec, RiderSpec, SuspensionSpec, WheelSpec};
pub use way::Way;

use crate::document::{Document, DocumentError};
use crate::family::Family;
use crate::formula::Formula;
use crate::scene::Scene;
use crate::seed::Rng;
use crate::space::{Field, Space};
use crate::task::{Blueprint, Fact, Judgement, Metric, Push, Task, TaskSpec};
use crate::tolerance;
use crate::world::World;
use bevy_rapier2d::rapier::prelude::Vector;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use std::sync::Arc;

/// The metrics of an episode, in the order of [`Task::metrics`].
static METRICS: [Metric; 4] = [
    Metric::new(
        "distance_m",
        "m",
        "furthest position of the rear axle along the course before a fall; the ground, and the ride, go on behind the course",
    ),
    Metric::new("mean_speed_m_per_s", "m/s", "`distance_m` divided by the duration of the episode"),
    Metric::new("largest_roll_rad", "rad", "largest absolute roll angle of the bicycle"),
    Metric::new("fallen", "1", "whether the episode ended in a fall: 1 or 0"),
];

/// Distances ahead of the front contact point at which the height of the ground is observed, in m.
const HEIGHTS_AHEAD: [f32; 5] = [0.3, 0.65, 1.0, 1.35, 1.7];
/// Distances ahead of the front contact point at which the next roll bumps are observed, in m.
const BUMPS_AHEAD: [f32; 4] = [0.0, 0.4, 0.8, 1.2];
/// Length of ground behind the rear and ahead of the front axle that the scene contains, in m.
const GROUND_TOLD: [f32; 2] = [8.0, 12.0];
/// Reserve of ground at the end, in m: the preview must not reach past it.
const MARGIN: f32 = 5.0;

/// The family's entry in the registry.
pub fn family() -> Family {
    Family::from_documents("cycling", blueprint).reading::<CyclingSpec>().inlining(survey::inline::inline)
}

fn blueprint(document: &Document) -> Result<Blueprint, DocumentError> {
    let spec: CyclingSpec = document.read()?;
    spec.validate().map_err(|invalid| document.invalid(&invalid))?;
    let prototype = Cycling::new(spec);
    Ok(Blueprint::new(move || prototype.clone()))
}

/// A cycling task.
#[derive(Clone)]
pub struct Cycling {
    spec: Arc<CyclingSpec>,
    task: Arc<TaskSpec>,
    road: Road,
    profile: Profile,
    bike: Option<Bike>,
    command: Command,
    physics_step: u32,
    steps: u32,
    stalled: f32,
    furthest: f32,
    largest_roll: f32,
    fallen: bool,
}

impl Cycling {
    /// The task that a valid spec describes.
    pub fn new(spec: CyclingSpec) -> Self {
        let road = Road::new(&spec.ground, spec.episode.course);
        let task = task_spec(&spec);
        Self {
            profile: road.level(),
            road,
            bike: None,
            command: Command::default(),
            physics_step: 0,
            steps: 0,
            stalled: 0.0,
            furthest: 0.0,
            largest_roll: 0.0,
            fallen: false,
            spec: Arc::new(spec),
            task: Arc::new(task),
        }
    }

    /// The spec from which it was made.
    pub fn cycling_spec(&self) -> &CyclingSpec {
        &self.spec
    }

    /// The bicycle, once built.
    pub fn bike(&self) -> Option<&Bike> {
        self.bike.as_ref()
    }

    /// Pitch relative to the line through both contact points, in rad.
    fn pitch_on_ground(&self, bike: &Bike, world: &World<'_>) -> f32 {
        let [rear, front] = bike.axles(world);
        let rise = self.profile.ground.height(front.x) - self.profile.ground.height(rear.x);
        bike.motion.pitch - (rise / self.spec.bike.wheelbase).atan()
    }
}

impl Task for Cycling {
    fn spec(&self) -> &Arc<TaskSpec> {
        &self.task
    }

    fn build(&mut self, world: &mut World<'_>) {
        self.bike = Some(Bike::build(world, &self.spec, &self.profile));
    }

    fn reset(&mut self, world: &mut World<'_>, rng: &mut Rng) {
        let episode = &self.spec.episode;
        let speed = episode.start_speed + episode.start_speed_range * rng.random_range(-1.0f32..=1.0);
        let normal: f32 = StandardNormal.sample(rng);
        let roll = (episode.start_roll * normal).clamp(-0.5 * episode.fall_roll, 0.5 * episode.fall_roll);
        self.road.draw(rng, &mut self.profile);
        if let Some(bike) = &mut self.bike {
            bike.start(world, &self.spec, &self.profile, speed, roll);
        }
        self.command = Command::default();
        (self.physics_step, self.steps) = (0, 0);
        (self.stalled, self.furthest, self.largest_roll) = (0.0, 0.0, 0.0);
        self.fallen = false;
    }

    fn actuate(&mut self, world: &mut World<'_>, action: &[f32]) {
        let Some(bike) = &mut self.bike else { return };
        if self.physics_step.is_multiple_of(self.spec.episode.physics_steps) {
            let &[steer, pedal, rear_brake, front_brake, lean] = action else { return };
            self.command = Command {
                steer,
                pedal: pedal.max(0.0),
                rear_brake: rear_brake.max(0.0),
                front_brake: front_brake.max(0.0),
                lean,
            };
            bike.grip(world, &self.spec, &self.command);
        }
        self.physics_step += 1;
        bike.actuate(world, &self.spec, &self.profile, &self.command);
    }

    fn observe(&self, world: &World<'_>, observation: &mut [f32]) {
        let Some(bike) = &self.bike else { return };
        let motion = &bike.motion;
        let [rear_rate, front_rate] = bike.wheel_rates(world);
        let [rear_grounded, front_grounded] = motion.grounded.map(|grounded| f32::from(u8::from(grounded)));
        let wheels = [&self.spec.bike.rear_wheel, &self.spec.bike.front_wheel];
        let body = [
            motion.speed,
            motion.rise,
            motion.pitch,
            motion.pitch_rate,
            motion.roll,
            motion.roll_rate,
            bike.handlebar,
            bike.handlebar_rate,
            motion.lean,
            motion.lean_rate,
            rear_rate * wheels[0].radius - motion.speed,
            front_rate * wheels[1].radius - motion.speed,
            rear_grounded,
            front_grounded,
        ];
        observation[..body.len()].copy_from_slice(&body);
        let front = bike.axles(world)[1].x;
        let here = self.profile.ground.height(front);
        let ahead = HEIGHTS_AHEAD.map(|distance| self.profile.ground.height(front + distance) - here);
        let bumps = BUMPS_AHEAD.map(|distance| self.profile.sided_curvature(front + distance));
        let outside = &mut observation[body.len()..];
        outside[..ahead.len()].copy_from_slice(&ahead);
        outside[ahead.len()..].copy_from_slice(&bumps);
    }

    fn judge(&mut self, world: &World<'_>, action: &[f32]) -> Judgement {
        let Some(bike) = &mut self.bike else { return Judgement::default() };
        bike.feel(world);
        let Some(bike) = &self.bike else { return Judgement::default() };
        let episode = &self.spec.episode;
        let Motion { speed, roll, .. } = bike.motion;
        let rear = bike.axles(world)[0].x;
        self.steps += 1;
        self.largest_roll = self.largest_roll.max(roll.abs());
        self.stalled = if speed < episode.stall_speed { self.stalled + 1.0 / episode.control_rate } else { 0.0 };
        self.fallen = roll.abs() > episode.fall_roll || self.pitch_on_ground(bike, world).abs() > episode.fall_pitch;
        if !self.fallen {
            self.furthest = self.furthest.max(rear);
        }
        let reward = &self.spec.reward;
        let (start, end) = self.profile.ground.extent();
        let effort: f32 = action.iter().map(|value| value * value).sum();
        Judgement {
            reward: tolerance(speed, reward.target_speed, reward.target_speed, reward.speed_margin)
                * tolerance(roll, 0.0, 0.0, episode.fall_roll)
                - reward.effort * effort,
            terminated: self.fallen || self.stalled >= episode.stall_time.max(f32::MIN_POSITIVE),
            truncated: rear < start + MARGIN || rear + self.spec.bike.wheelbase > end - MARGIN,
        }
    }

    fn score(&self) -> f32 {
        (self.furthest / self.spec.episode.course).clamp(0.0, 1.0)
    }

    fn metrics(&self, metrics: &mut [f32]) {
        let time = self.steps as f32 / self.spec.episode.control_rate;
        let values: [f32; METRICS.len()] = [
            self.furthest,
            if time > 0.0 { self.furthest / time } else { 0.0 },
            self.largest_roll,
            f32::from(u8::from(self.fallen)),
        ];
        metrics.copy_from_slice(&values);
    }

    fn state_fields(&self) -> Vec<Field> {
        let field = Field::recorded;
        vec![
            field("rear_x", "m", "position of the rear axle along the course"),
            field("rear_y", "m", "height of the rear axle"),
            field("front_x", "m", "position of the front axle along the course"),
            field("front_y", "m", "height of the front axle"),
            field("rear_ground", "m", "height of the ground below the rear axle"),
            field("front_ground", "m", "height of the ground below the front axle"),
            field("rear_wheel_rate", "rad/s", "angular velocity of the rear wheel, forward positive"),
            field("front_wheel_rate", "rad/s", "angular velocity of the front wheel, forward positive"),
        ]
    }

    fn state(&self, world: &World<'_>, state: &mut [f32]) {
        let Some(bike) = &self.bike else { return };
        let ([rear, front], rates) = (bike.axles(world), bike.wheel_rates(world));
        let heights = [rear.x, front.x].map(|x| self.profile.ground.height(x));
        state.copy_from_slice(&[rear.x, rear.y, front.x, front.y, heights[0], heights[1], rates[0], rates[1]]);
    }

    fn reward_formula(&self) -> Option<Formula> {
        Some(reward::formula(&self.spec))
    }

    fn facts(&self) -> Vec<Fact> {
        account::of(&self.spec, self.road.way())
    }

    fn push(&self, world: &mut World<'_>, push: &Push, duration: f32) {
        if let Some(bike) = &self.bike {
            bike.push(world, push, duration);
        }
    }

    fn draw(&self, world: &World<'_>, scene: &mut Scene) {
        let Some(bike) = &self.bike else { return };
        let [rear, front] = bike.axles(world);
        let [rear_angle, front_angle] = bike.wheel_angles(world);
        let wheels = &self.spec.bike;
        scene.line("ground", self.profile.ground.points(rear.x - 1.5, front.x + 2.0));
        scene.circle("rear wheel", rear, wheels.rear_wheel.radius, rear_angle);
        scene.circle("front wheel", front, wheels.front_wheel.radius, front_angle);
        let [hip, rider] = bike.rider_line(world, &self.spec);
        scene.line("frame", [rear, hip, front, rear]);
        let head = hip + (rider - hip) * 3.0;
        scene.line("rider", [hip, head]);
        scene.circle("head", head, 0.12, 0.0);
        let roll = bike.motion.roll;
        bike.tell(world, &self.spec, scene);
        scene.tell("pedal", [self.command.pedal]);
        scene.tell("brakes", [self.command.rear_brake, self.command.front_brake]);
        scene.tell("ride", [self.furthest, self.spec.episode.course, f32::from(u8::from(self.fallen))]);
        let surface = self.profile.ground.points(rear.x - GROUND_TOLD[0], front.x + GROUND_TOLD[1]);
        scene.tell("surface", surface.into_iter().flat_map(|point| [point.x, point.y]).collect::<Vec<f32>>());
        let (behind, ahead) = (rear.x - GROUND_TOLD[0], front.x + GROUND_TOLD[1]);
        for ([from, to], surface) in self.profile.surfaces().filter(|([from, to], _)| *from < ahead && *to > behind) {
            let bike = &self.spec.bike;
            let friction = surface.friction.unwrap_or(bike.friction);
            let resistance = surface.rolling_resistance.unwrap_or(bike.rolling_resistance);
            scene.tell("surface stretch", [from, to, friction, resistance]);
        }
        let contact = Vector::new(rear.x - 0.6, self.profile.ground.height(rear.x - 0.6));
        scene.line("roll", [contact, contact + Vector::new(-roll.sin(), roll.cos()) * 1.2]);
    }
}

fn task_spec(spec: &CyclingSpec) -> TaskSpec {
    let episode = &spec.episode;
    let mut observation = vec![
        Field::body("speed", "m/s", -5.0, 15.0, 4.0, "forward speed"),
        Field::body("rise", "m/s", -10.0, 10.0, 0.3, "vertical speed of the frame, upward positive"),
        Field::body("pitch", "rad", -3.2, 3.2, 0.1, "pitch angle of the frame, nose up positive"),
        Field::body("pitch_rate", "rad/s", -20.0, 20.0, 0.5, "angular velocity in pitch"),
        Field::body("roll", "rad", -3.2, 3.2, 0.1, "roll angle of the bicycle, positive to the right"),
        Field::body("roll_rate", "rad/s", -20.0, 20.0, 0.5, "angular velocity in roll"),
        Field::body("handlebar", "rad", -1.5, 1.5, 0.1, "angle of the handlebar, positive to the right"),
        Field::body("handlebar_rate", "rad/s", -60.0, 60.0, 1.0, "angular velocity of the handlebar"),
        Field::body("lean", "rad", -3.2, 3.2, 0.2, "lean angle of the rider, forward positive"),
        Field::body("lean_rate", "rad/s", -30.0, 30.0, 1.0, "angular velocity of the lean"),
        Field::body("rear_slip", "m/s", -20.0, 20.0, 0.5, "speed of the rear rim minus speed of the bicycle"),
        Field::body("front_slip", "m/s", -20.0, 20.0, 0.5, "speed of the front rim minus speed of the bicycle"),
        Field::body("rear_grounded", "1", 0.0, 1.0, 1.0, "1 if the rear tyre presses on the ground, else 0"),
        Field::body("front_grounded", "1", 0.0, 1.0, 1.0, "1 if the front tyre presses on the ground, else 0"),
    ];
    observation.extend(HEIGHTS_AHEAD.map(|distance| {
        let meaning = format!("height of the ground {distance} m ahead of the front contact point, relative to it");
        Field::outside(&format!("height_{}cm", (distance * 100.0).round()), "m", -2.0, 2.0, 0.05, &meaning)
    }));
    observation.extend(BUMPS_AHEAD.map(|distance| {
        let meaning = format!(
            "curvature of the ground {distance} m ahead of the front contact point, times where across the track it is: -1 at \
             the left edge to 1 at the right"
        );
        Field::outside(&format!("bump_{}cm", (distance * 100.0).round()), "1/m", -20.0, 20.0, 0.1, &meaning)
    }));
    TaskSpec {
        id: spec.task.clone(),
        summary: spec.summary.clone(),
        score: format!(
            "Fraction of the {} m course ridden upright within {} s, from 0 to 1.",
            episode.course, episode.time_limit
        ),
        reward: "Closeness of the speed to the target speed times uprightness, minus the cost of effort.".into(),
        start: format!(
            "Rolling at {} ± {} m/s on {} m of level ground, with a roll angle drawn with an SD of {} rad; then {}.",
            episode.start_speed,
            episode.start_speed_range,
            spec.ground.level_start,
            episode.start_roll,
            account::ground_in_words(&spec.ground)
        ),
        end: format!(
            "Terminated at a roll angle beyond {} rad, a pitch angle relative to the ground beyond {} rad, or after {} s \
             below {} m/s. Truncated after {} s or at the end of the ground.",
            episode.fall_roll, episode.fall_pitch, episode.stall_time, episode.stall_speed, episode.time_limit
        ),
        percepts: Vec::new(),
        observation: Space::new(observation),
        action: Space::new(vec![
            Field::action("steer", "commanded handlebar angle as a fraction of its limit, positive to the right"),
            Field::action("pedal", "pedal torque as a fraction of the largest possible; coasting below 0"),
            Field::action("rear_brake", "rear brake torque as a fraction of its limit; 0 below 0"),
            Field::action("front_brake", "front brake torque as a fraction of its limit; 0 below 0"),
            Field::action("lean", "commanded lean of the rider as a fraction of its limit, forward positive"),
        ]),
        metrics: METRICS.to_vec(),
        physics: episode.stepping().physics([0.0, -GRAVITY]),
        step_limit: episode.stepping().actions_in(episode.time_limit),
    }
}
