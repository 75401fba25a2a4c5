//! Reaching: move the hand straight to a target under a force field or with a transformed cursor.
//!
//! The body is a planar two-link arm with lagging muscles. Its own controller would bring the hand to the target in a
//! world without fields. The agent's torques are added to the controller's, so that the agent has to learn the field. A
//! trial is an episode. Blocks of trials with and without fields make a schedule, as in experiments on motor
//! adaptation.

mod arm;
mod checks;
mod controller;
mod description;
mod display;
mod dynamics;
mod field;
mod movement;
mod movement_spec;
mod record;
mod reward;
mod schedule;
mod senses;
mod spec;
#[cfg(test)]
mod tests;
mod trial;

pub use arm::Arm;
pub use controller::Controller;
pub use dynamics::{Links, Motion, torques_of_force};
pub use field::{Field, SADDLE};
pub use movement::{Desired, Movement};
pub use movement_spec::MovementSpec;
pub use record::Record;
pub use schedule::{
    BlockSpec, Column, Conditions, Course, CursorShown, FieldKind, Normal, Ramp, RandomWalk, Row, Sinusoid, Strength,
    TableFault, TrialTable, Trials,
};
pub use senses::{Moment, Senses};
pub use spec::{
    ArmSpec, ChannelSpec, ControllerKind, ControllerSpec, EpisodeSpec, LinkSpec, ReachingSpec, RewardSpec, SensesSpec,
};
pub use trial::{Trial, trial};

use crate::document::{Document, DocumentError};
use crate::family::Family;
use crate::formula::Formula;
use crate::scene::Scene;
use crate::schedule::Round;
use crate::seed::{Rng, Seed};
use crate::space;
use crate::task::{Blueprint, Judgement, Task, TaskSpec, measured};
use crate::tolerance;
use crate::world::World;
use bevy_rapier2d::rapier::prelude::Vector;
use rand::RngExt;
use rand_distr::StandardNormal;
use record::PLACE;
use std::sync::Arc;

/// The family's entry in the registry.
pub fn family() -> Family {
    Family::from_documents("reaching", blueprint).reading::<ReachingSpec>().inlining(schedule::inline)
}

fn blueprint(document: &Document) -> Result<Blueprint, DocumentError> {
    let spec: ReachingSpec = document.read()?;
    spec.validate().map_err(|invalid| document.invalid(&invalid))?;
    spec.validate_tables().map_err(|(block, fault)| fault.in_task(document, block))?;
    let prototype = Reaching::new(spec);
    Ok(Blueprint::new(move || prototype.clone()))
}

/// Time over which the velocity of a cursor is seen, in s.
const SEEN_IN: f32 = 0.1;

/// A reaching task.
#[derive(Clone)]
pub struct Reaching {
    spec: Arc<ReachingSpec>,
    task: Arc<TaskSpec>,
    arm: Option<Arm>,
    controller: Controller,
    /// The seed of random courses of perturbations, if it is not the lane's own.
    course: Option<Seed>,
    trial: Trial,
    /// Displacement of the seen cursor in this whole trial.
    misplaced: Vector,
    /// Whether this is a catch trial, and whether it is an error-clamp trial.
    caught: bool,
    clamped: bool,
    field: Field,
    movement: Movement,
    senses: Senses,
    commands: [f32; 2],
    /// Noise in the joint torques, in N·m, and its generator.
    noise: [f32; 2],
    noises: Rng,
    /// Force on the hand in the last physics step, in N.
    force: Vector,
    physics_step: u32,
    steps: u32,
    record: Record,
}

impl Reaching {
    /// The task that a valid spec describes.
    pub fn new(spec: ReachingSpec) -> Self {
        Self {
            arm: None,
            controller: Controller::new(&spec),
            course: None,
            trial: Trial::default(),
            misplaced: Vector::ZERO,
            caught: false,
            clamped: false,
            field: Field::NONE,
            movement: Movement::default(),
            senses: Senses::new(&spec),
            commands: [0.0; 2],
            noise: [0.0; 2],
            noises: Seed(0).rng(),
            force: Vector::ZERO,
            physics_step: 0,
            steps: 0,
            record: Record::default(),
            task: Arc::new(description::task_spec(&spec)),
            spec: Arc::new(spec),
        }
    }

    /// The spec from which it was made.
    pub fn reaching_spec(&self) -> &ReachingSpec {
        &self.spec
    }

    /// The arm, once built.
    pub fn arm(&self) -> Option<&Arm> {
        self.arm.as_ref()
    }

    /// The required movement of this trial.
    pub fn movement(&self) -> &Movement {
        &self.movement
    }

    /// Measures of the trial.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Conditions of this trial.
    fn conditions(&self) -> &Conditions {
        &self.trial.conditions
    }

    /// Time in the trial, in s.
    fn time(&self) -> f32 {
        self.steps as f32 * self.spec.episode.control_interval()
    }

    fn cursor_shown(&self) -> bool {
        match self.conditions().cursor {
            _ if self.conditions().reward_only => false,
            CursorShown::On => true,
            CursorShown::Off => false,
            CursorShown::End => self.steps >= self.spec.movement_end(),
        }
    }

    /// Position (m) and velocity (m/s) of the cursor, shown or not.
    fn cursor(&self, motion: &Motion) -> [Vector; 2] {
        self.field.cursor(&self.movement, motion.hand, motion.hand_rate)
    }

    /// The present state, as it will be sensed.
    fn moment(&self, arm: &Arm) -> Moment {
        let (cursor, shown) = (self.cursor(&arm.motion), self.cursor_shown());
        let own = &self.controller;
        let (torques, efference) = (arm.torques, own.efference);
        Moment { motion: arm.motion, torques, efference, shown, cursor, plan: own.plan }
    }

    /// Lets the controller compare the hand with its desired state: by the felt arm if it has a plan for the hand,
    /// otherwise by sight if the cursor is shown.
    fn compare(&mut self) {
        let motion = self.senses.estimate();
        let seen = !self.spec.plans() && self.cursor_shown();
        let [place, rate] = if seen { self.cursor(&motion) } else { [motion.hand, motion.hand_rate] };
        self.controller.compare(&self.movement, self.time(), &motion, place, rate);
    }

    /// Draws the noise of the next action. Without noise, no random number is drawn.
    fn draw_noise(&mut self, torques: [f32; 2]) {
        let arm = &self.spec.arm;
        if arm.constant_noise > 0.0 || arm.signal_noise > 0.0 {
            self.noise = torques.map(|torque| {
                let drawn: f32 = self.noises.sample(StandardNormal);
                drawn * (arm.constant_noise + arm.signal_noise * torque.abs())
            });
        }
    }

    /// Displaces the seen cursor by the blur. Without blur, no random number is drawn.
    fn blur(&mut self, moment: &mut Moment) {
        moment.cursor[0] += self.misplaced;
        let blur = self.conditions().blur;
        if blur > 0.0 {
            let [x, y]: [f32; 2] = std::array::from_fn(|_| self.noises.sample(StandardNormal));
            let off = Vector::new(x, y) * blur;
            moment.cursor = [moment.cursor[0] + off, moment.cursor[1] + off / SEEN_IN];
        }
    }

    fn reward(&self, cursor: Vector, action: &[f32]) -> f32 {
        let reward = &self.spec.reward;
        if self.conditions().reward_only {
            let missed = (self.movement.target - cursor).length();
            let last = self.steps >= self.task.step_limit;
            return if last { tolerance(missed, 0.0, reward.end_bound, reward.end_margin) } else { 0.0 };
        }
        let off = (self.controller.desired.place - cursor).length();
        let effort = action.iter().map(|value| value * value).sum::<f32>() / action.len() as f32;
        tolerance(off, 0.0, reward.bound, reward.margin) - reward.effort * effort
    }
}

impl Task for Reaching {
    fn spec(&self) -> &Arc<TaskSpec> {
        &self.task
    }

    fn build(&mut self, world: &mut World<'_>) {
        self.arm = Some(Arm::build(world, &self.spec.arm));
    }

    fn trial(&mut self, seed: Seed, index: u64) {
        self.trial = trial(&self.spec, seed, self.course.unwrap_or(seed), index);
    }

    fn perturbation(&self) -> Option<&'static str> {
        let Conditions { field, strength, .. } = self.trial.conditions;
        let (kind, none) = match field {
            FieldKind::None => return None,
            FieldKind::Curl => ("curl", 0.0),
            FieldKind::Saddle => ("saddle", 0.0),
            FieldKind::Rotation => ("rotation", 0.0),
            FieldKind::ErrorClamp => ("error-clamp", 0.0),
            FieldKind::Gain => ("gain", 1.0),
            FieldKind::Linear => return Some("linear"),
        };
        (strength != none).then_some(kind)
    }

    fn block(&self) -> u32 {
        self.trial.block
    }

    fn only_measures(&self) -> bool {
        self.trial.conditions.catch + self.trial.conditions.clamp >= 1.0
    }

    fn follow(&mut self, course: Seed) {
        self.course = Some(course);
    }

    fn reset(&mut self, world: &mut World<'_>, rng: &mut Rng) {
        let spec = Arc::clone(&self.spec);
        let off = [0, 1].map(|_| spec.episode.start_offset * rng.random_range(-1.0f32..=1.0));
        let (Trial { direction, conditions, .. }, chance) = (self.trial, rng.random::<f32>());
        let (catch, clamp) = (conditions.catch, conditions.clamp);
        let (caught, clamped) = (chance < catch, chance >= catch && chance < catch + clamp);
        let field = Field::of(&conditions);
        self.field = if caught || clamped { field.absent() } else { field };
        (self.caught, self.clamped) = (caught, clamped);
        self.movement = Movement::new(&spec, spec.centre() + Vector::from(off), direction);
        if let Some(arm) = &mut self.arm {
            arm.start(world, &spec.arm, self.controller.links(), self.movement.start);
        }
        (self.physics_step, self.steps, self.commands, self.noise) = (0, 0, [0.0; 2], [0.0; 2]);
        let blurred = conditions.blur > 0.0 || conditions.trial_blur > 0.0;
        if spec.arm.constant_noise > 0.0 || spec.arm.signal_noise > 0.0 || blurred {
            self.noises = Seed(rng.random()).rng();
        }
        self.misplaced = Vector::ZERO;
        if conditions.trial_blur > 0.0 {
            let [x, y]: [f32; 2] = std::array::from_fn(|_| self.noises.sample(StandardNormal));
            self.misplaced = Vector::new(x, y) * conditions.trial_blur;
        }
        self.record = Record::default();
        self.force = Vector::ZERO;
        self.controller.start(&self.movement);
        if let Some(mut moment) = self.arm.as_ref().map(|arm| self.moment(arm)) {
            moment.cursor[0] += self.misplaced;
            self.senses.start(moment);
        }
        self.compare();
    }

    fn actuate(&mut self, world: &mut World<'_>, action: &[f32]) {
        if self.physics_step.is_multiple_of(self.spec.episode.physics_steps) {
            self.commands = self.controller.command(&self.movement, self.time(), action);
            self.draw_noise(self.arm.as_ref().map_or([0.0; 2], |arm| arm.torques));
        }
        self.physics_step += 1;
        let Some(arm) = &mut self.arm else { return };
        let (hand, rate) = arm.hand_now(world);
        let force = if self.clamped {
            let force = field::channel_force(&self.spec.channel, &self.movement, hand, rate);
            let absent = Field::of(&self.trial.conditions).force(rate);
            self.record.channel(force, self.movement.left().dot(absent));
            self.movement.left() * force
        } else {
            self.field.force(rate)
        };
        self.force = force;
        arm.actuate(world, self.commands, self.noise, force);
    }

    fn state_fields(&self) -> Vec<space::Field> {
        description::state_fields()
    }

    fn state(&self, _world: &World<'_>, state: &mut [f32]) {
        self.tell_state(state);
    }

    fn observe(&self, _world: &World<'_>, observation: &mut [f32]) {
        self.show(observation);
    }

    fn judge(&mut self, world: &World<'_>, action: &[f32]) -> Judgement {
        self.steps += 1;
        let Some(arm) = &mut self.arm else { return Judgement::default() };
        arm.feel(world);
        let motion = arm.motion;
        if let Some(mut moment) = self.arm.as_ref().map(|arm| self.moment(arm)) {
            self.blur(&mut moment);
            self.senses.pass(moment);
        }
        self.compare();
        let cursor = self.field.judged(&self.movement, motion.hand);
        let (time, hand) = (self.time(), (motion.hand, motion.hand_rate));
        self.record.step(&self.movement, time, hand, cursor, &self.controller);
        Judgement { reward: self.reward(cursor, action), terminated: false, truncated: false }
    }

    fn score(&self) -> f32 {
        self.record.score()
    }

    fn metrics(&self, metrics: &mut [f32]) {
        let flag = |is: bool| f32::from(u8::from(is));
        let Trial { block, target, .. } = self.trial;
        let target = measured(target.map(|target| target as f32));
        let absent = (self.caught || self.clamped).then(|| Field::of(&self.trial.conditions).strength);
        let place: [f32; PLACE.len()] =
            [block as f32, target, self.field.strength, flag(self.caught), flag(self.clamped), measured(absent)];
        let (first, rest) = metrics.split_at_mut(PLACE.len());
        first.copy_from_slice(&place);
        rest.copy_from_slice(&self.record.metrics());
    }

    fn scheduled(&self) -> bool {
        self.spec.round().is_some()
    }

    fn round(&self) -> Option<Round> {
        self.spec.round()
    }

    fn rest(&self) -> f32 {
        self.conditions().rest
    }

    fn reward_formula(&self) -> Option<Formula> {
        Some(reward::formula(&self.spec))
    }

    fn draw(&self, _world: &World<'_>, scene: &mut Scene) {
        if let Some(arm) = &self.arm {
            self.picture(arm, scene);
        }
    }
}
