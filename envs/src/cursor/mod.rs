//! Cursor: steer a cursor to a target by the activity of a population of units, through a decoder.
//!
//! The action is the population: each action sets the firing rate of one unit. A decoder that the agent does not
//! observe turns the rates into a velocity, which moves the cursor. Blocks of trials perturb the decoder as in
//! experiments on brain-computer interfaces: preferred directions of some units are turned (Jarosiewicz et al. 2008),
//! or factors or units are permuted (Sadtler et al. 2014), all at once or gradually (Oby et al. 2019).

mod arm;
mod checks;
mod decoder;
mod description;
mod display;
mod record;
mod reward;
mod spec;
#[cfg(test)]
mod tests;

pub use decoder::{Decoder, Memory, linear, plane, turned_units};
pub use record::Record;
pub use spec::{
    ArmSpec, BlockSpec, CursorSpec, DecoderSpec, EpisodeSpec, LinearSpec, Method, MovementSpec, Perturbation,
    PopulationSpec, RewardSpec, SensesSpec,
};

use crate::document::{Document, DocumentError, to_yaml};
use crate::family::Family;
use crate::formula::Formula;
use crate::scene::Scene;
use crate::schedule::{self, Place, Round};
use crate::seed::{Rng, Seed};
use crate::space::Field;
use crate::task::{Blueprint, Judgement, Task, TaskSpec};
use crate::world::World;
use arm::Arm;
use bevy_rapier2d::rapier::prelude::*;
use record::PLACE;
use std::sync::Arc;

/// The family's entry in the registry.
pub fn family() -> Family {
    Family::from_documents("cursor", blueprint).reading::<CursorSpec>()
}

/// The task with these settings, which need not come from a file.
///
/// # Errors
/// Invalid settings.
pub fn task(spec: &CursorSpec) -> Result<Blueprint, DocumentError> {
    let text = to_yaml(spec).unwrap_or_default();
    let document = Document::parse(&spec.task, &text)?;
    Ok(blueprint(&document)?.with_document(&document))
}

fn blueprint(document: &Document) -> Result<Blueprint, DocumentError> {
    let spec: CursorSpec = document.read()?;
    spec.validate().map_err(|invalid| document.invalid(&invalid))?;
    let prototype = Cursor::new(spec);
    Ok(Blueprint::new(move || prototype.clone()))
}

/// Radius of the target as a fraction of the acceptance distance; the rest is the cursor's radius.
const TARGET: f32 = 0.6;

/// Cursor and target as seen at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sight {
    /// Position of the cursor, in m, and its velocity, in m/s.
    place: Vector,
    rate: Vector,
    /// Desired velocity, in m/s.
    wanted: Vector,
}

/// A cursor task.
#[derive(Clone)]
pub struct Cursor {
    spec: Arc<CursorSpec>,
    task: Arc<TaskSpec>,
    decoder: Arc<Decoder>,
    arm: Option<Arm>,
    /// Weights of the decoder without a perturbation.
    intuitive: Arc<[Vec<f32>; 2]>,
    /// The plane of activity to which these weights are sensitive.
    plane: Arc<[Vec<f32>; 2]>,
    cursor: Option<(RigidBodyHandle, ColliderHandle)>,
    goal: Option<ColliderHandle>,
    place: Place,
    night: bool,
    target: Vector,
    rates: Vec<f32>,
    memory: Memory,
    now: Sight,
    /// States of the last steps, for the length of the sensory delay.
    seen: Vec<Sight>,
    physics_step: u32,
    steps: u32,
    record: Record,
}

impl Cursor {
    /// The task that a valid spec describes.
    pub fn new(spec: CursorSpec) -> Self {
        let decoder = Decoder::new(&spec);
        let intuitive = linear(&spec).intuitive;
        let mut memory = Memory::default();
        decoder.start(&mut memory);
        Self {
            cursor: None,
            goal: None,
            place: Place::default(),
            night: false,
            target: Vector::ZERO,
            rates: vec![spec.population.baseline; spec.population.units as usize],
            memory,
            now: Sight::default(),
            seen: vec![Sight::default(); spec.delay_steps() + 1],
            physics_step: 0,
            steps: 0,
            record: Record::default(),
            task: Arc::new(description::task_spec(&spec)),
            decoder: Arc::new(decoder),
            arm: spec.arm.as_ref().map(Arm::new),
            plane: Arc::new(plane(&intuitive)),
            intuitive: Arc::new(intuitive),
            spec: Arc::new(spec),
        }
    }

    /// The spec from which it was made.
    pub fn cursor_spec(&self) -> &CursorSpec {
        &self.spec
    }

    /// Firing rates of the units, in Hz.
    pub fn rates(&self) -> &[f32] {
        &self.rates
    }

    fn block(&self) -> &BlockSpec {
        &self.spec.schedule[self.place.block]
    }

    /// Time in the trial, in s.
    fn time(&self) -> f32 {
        self.steps as f32 / self.spec.episode.control_rate
    }

    /// Desired velocity of the cursor at a position.
    fn wanted(&self, place: Vector) -> Vector {
        (self.target - place).normalize_or_zero() * self.spec.movement.speed
    }

    /// What is sensed now: the state some steps ago.
    fn sensed(&self) -> &Sight {
        &self.seen[(self.steps as usize + 1) % self.seen.len()]
    }

    fn see(&mut self) {
        let at = self.steps as usize % self.seen.len();
        self.seen[at] = self.now;
    }

    fn fire(&mut self, action: &[f32]) {
        let population = &self.spec.population;
        for (rate, &action) in self.rates.iter_mut().zip(action) {
            *rate = (population.baseline + population.depth * action).max(0.0);
        }
    }
}

impl Task for Cursor {
    fn spec(&self) -> &Arc<TaskSpec> {
        &self.task
    }

    fn build(&mut self, world: &mut World<'_>) {
        let acceptance = self.spec.movement.acceptance;
        let body = world.insert_body(RigidBodyBuilder::kinematic_velocity_based());
        let types = ActiveCollisionTypes::KINEMATIC_FIXED;
        let ball = |radius: f32| ColliderBuilder::ball(radius).sensor(true).active_collision_types(types);
        let collider = world.insert_collider(ball((1.0 - TARGET) * acceptance), body);
        self.cursor = Some((body, collider));
        self.goal = Some(world.insert_ground(ball(TARGET * acceptance)));
    }

    fn trial(&mut self, seed: Seed, index: u64) {
        let trials = self.spec.schedule.iter().map(|block| block.trials);
        let (block, trial) = schedule::block(trials, self.spec.after_schedule, index);
        let targets = self.spec.schedule[block].targets(&self.spec.movement).len();
        self.place = Place { block, target: schedule::target(seed, index, trial, targets) };
        let block = self.block();
        self.night = block.night && (trial + 1).is_multiple_of(u64::from(block.trials));
    }

    fn perturbation(&self) -> Option<&'static str> {
        let block = self.block();
        (block.perturbation != Perturbation::None && block.mix > 0.0).then_some("decoder")
    }

    fn reset(&mut self, world: &mut World<'_>, _rng: &mut Rng) {
        let movement = &self.spec.movement;
        let direction = self.block().targets(movement)[self.place.target].to_radians();
        self.target = Vector::from_angle(direction) * movement.distance;
        if let Some(goal) = self.goal {
            world.colliders[goal].set_translation(self.target);
        }
        (self.physics_step, self.steps) = (0, 0);
        self.decoder.start(&mut self.memory);
        self.rates.fill(self.spec.population.baseline);
        self.record = Record::default();
        self.now = Sight { wanted: self.wanted(Vector::ZERO), ..Sight::default() };
        self.seen.fill(self.now);
    }

    fn actuate(&mut self, world: &mut World<'_>, action: &[f32]) {
        let Some((body, _)) = self.cursor else { return };
        if self.physics_step.is_multiple_of(self.spec.episode.physics_steps) {
            self.fire(action);
            let told = self.decoder.decode(self.place.block, &self.rates, &mut self.memory);
            let told = self.arm.map_or(told, |arm| arm.velocity(self.now.place, told));
            self.now.rate = if self.block().passive { self.now.wanted } else { told };
        }
        self.physics_step += 1;
        let place = world.bodies[body].translation();
        // At the edge of the workspace the cursor slides along it.
        let (edge, interval) = (self.spec.movement.workspace, self.task.physics.time_step);
        let reached = (place + self.now.rate * interval).clamp(Vector::splat(-edge), Vector::splat(edge));
        world.bodies[body].set_linvel((reached - place) / interval, true);
    }

    fn state_fields(&self) -> Vec<Field> {
        ["x", "y"]
            .into_iter()
            .flat_map(|axis| {
                [
                    Field::recorded(
                        &format!("cursor_{axis}"),
                        "m",
                        "current position of the cursor relative to the centre, without delay",
                    ),
                    Field::recorded(
                        &format!("cursor_rate_{axis}"),
                        "m/s",
                        "current velocity of the cursor, without delay",
                    ),
                ]
            })
            .chain(
                (0..self.rates.len())
                    .map(|unit| Field::recorded(&format!("rate_{unit:02}"), "Hz", "firing rate of the unit")),
            )
            .collect()
    }

    fn state(&self, _world: &World<'_>, state: &mut [f32]) {
        let Sight { place, rate, .. } = self.now;
        let values = [place.x, rate.x, place.y, rate.y].into_iter().chain(self.rates.iter().copied());
        state.iter_mut().zip(values).for_each(|(slot, value)| *slot = value);
    }

    fn observe(&self, _world: &World<'_>, observation: &mut [f32]) {
        self.show(observation);
    }

    fn judge(&mut self, world: &World<'_>, _action: &[f32]) -> Judgement {
        let (Some((body, cursor)), Some(goal)) = (self.cursor, self.goal) else { return Judgement::default() };
        self.steps += 1;
        let (movement, before, aim) = (&self.spec.movement, self.now.place, self.now.wanted);
        let place = world.bodies[body].translation();
        let ahead = Vector::new(self.target.x, self.target.y) / movement.distance;
        let way = Vector::new(ahead.dot(place), ahead.perp().dot(place));
        self.record.step(self.time(), way, movement.distance);
        let passed = (place - before) * self.spec.episode.control_rate / movement.speed;
        let mut reward = self.spec.reward.progress * passed.dot(aim) / movement.speed;
        let acquired = world.simulation.narrow_phase.intersection_pair(cursor, goal) == Some(true);
        if acquired {
            self.record.acquire(self.time());
            reward += self.spec.reward.acquisition;
        }
        (self.now.place, self.now.wanted) = (place, self.wanted(place));
        self.see();
        Judgement { reward, terminated: acquired, truncated: false }
    }

    fn score(&self) -> f32 {
        let (best, limit) = (self.spec.straight_time(), self.spec.episode.time_limit);
        self.record.acquired().map_or(0.0, |time| ((limit - time) / (limit - best).max(1e-6)).clamp(0.0, 1.0))
    }

    fn metrics(&self, metrics: &mut [f32]) {
        let Place { block, target } = self.place;
        let direction = self.block().targets(&self.spec.movement)[target];
        let place: [f32; PLACE.len()] = [block as f32, target as f32, direction, self.block().mix];
        let (first, rest) = metrics.split_at_mut(PLACE.len());
        first.copy_from_slice(&place);
        rest.copy_from_slice(&self.record.metrics());
    }

    fn scheduled(&self) -> bool {
        self.spec.schedule.len() > 1
    }

    fn round(&self) -> Option<Round> {
        let trials = self.spec.schedule.iter().map(|block| u64::from(block.trials)).sum();
        self.scheduled().then_some(Round { trials, after: self.spec.after_schedule })
    }

    fn night(&self) -> bool {
        self.night
    }

    fn reward_formula(&self) -> Option<Formula> {
        Some(reward::formula(&self.spec))
    }

    fn draw(&self, _world: &World<'_>, scene: &mut Scene) {
        self.picture(scene);
    }
}
