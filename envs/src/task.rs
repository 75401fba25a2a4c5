//! Tasks: one trait, a spec that describes the task as data, and a blueprint that makes instances.

use crate::document::Document;
use crate::formula::Formula;
use crate::percept::Percept;
use crate::scene::Scene;
use crate::schedule::Round;
use crate::seed::{Rng, Seed};
use crate::space::{Field, Space};
use crate::tone::Tone;
use crate::world::{PhysicsSettings, World, WorldState};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

pub use crate::push::Push;

/// Everything about a task that does not change while it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskSpec {
    /// `family/name-vN`; a released version is never changed in place.
    pub id: String,
    /// What the agent does in it, in a sentence.
    pub summary: String,
    /// What the score measures.
    pub score: String,
    /// The reward as a formula with its terms.
    pub reward: String,
    /// How an episode starts.
    pub start: String,
    /// What ends an episode.
    pub end: String,
    /// What an agent observes.
    pub observation: Space,
    /// Observed senses that are not always present, and the senses that can predict them.
    pub percepts: Vec<Percept>,
    /// What an agent commands; every field is in [-1, 1].
    pub action: Space,
    /// Measures logged per episode, beside return and score.
    pub metrics: Vec<Metric>,
    /// Time steps of the physics.
    pub physics: PhysicsSettings,
    /// Env steps after which an episode is truncated.
    pub step_limit: u32,
}

impl TaskSpec {
    /// The part of the id before the slash.
    pub fn family(&self) -> &str {
        self.id.split('/').next().unwrap_or(&self.id)
    }

    /// Index of a metric.
    pub fn metric(&self, name: &str) -> Option<usize> {
        self.metrics.iter().position(|metric| metric.name == name)
    }
}

/// A measure of an episode, beside return and score: a column of the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Name in lower case with underscores; ends in the unit if there is one.
    pub name: Cow<'static, str>,
    /// Unit, or `1` for a dimensionless number.
    pub unit: Cow<'static, str>,
    /// Meaning in one line.
    pub meaning: Cow<'static, str>,
}

impl Metric {
    /// A metric with this name, unit and meaning.
    pub const fn new(name: &'static str, unit: &'static str, meaning: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), unit: Cow::Borrowed(unit), meaning: Cow::Borrowed(meaning) }
    }
}

/// The outcome of one env step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Judgement {
    /// Reward of the step.
    pub reward: f32,
    /// Whether the MDP has reached a terminal state, after which no reward can be earned.
    pub terminated: bool,
    /// Whether the episode is cut short for a reason outside the MDP. The lane handles the step limit.
    pub truncated: bool,
}

/// The value of a metric that does not apply to an episode, such as the force on a channel in a trial without one. It
/// is an empty cell in tables and `null` in JSON, and is left out of means.
pub const NOT_MEASURED: f32 = f32::NAN;

/// A metric's value, or [`NOT_MEASURED`].
pub fn measured(value: Option<f32>) -> f32 {
    value.unwrap_or(NOT_MEASURED)
}

/// A fact about a task beyond its spec, such as the length of a measured road.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Name in lower case with underscores.
    pub name: String,
    /// Value.
    pub value: FactValue,
    /// SI unit; empty for text, `1` for a dimensionless number.
    pub unit: String,
    /// Meaning in a few words.
    pub meaning: String,
}

/// A number or text.
#[derive(Clone, Debug, PartialEq)]
pub enum FactValue {
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
}

/// One MDP: a body in a world with observations, actions, reward and score.
///
/// The lane calls `build` once. In every episode it calls `follow`, `trial`, `reset` and `observe`; in every env step
/// `actuate` before each physics step, then `judge`, then `observe`. A task keeps no state that `reset` does not
/// restore, and a copy of it goes on like itself.
pub trait Task: TaskClone + Send + Sync + 'static {
    /// Everything about the task that does not change.
    fn spec(&self) -> &Arc<TaskSpec>;

    /// Fills an empty world with bodies, joints and colliders: the same ones in the same order for all tasks of a blueprint.
    fn build(&mut self, world: &mut World<'_>);

    /// Announces the episode that `reset` is about to start: the lane's seed and the episode's index in the lane. For
    /// tasks whose episodes are trials of a schedule; the trial must follow from these two alone, whatever was called
    /// before.
    fn trial(&mut self, _lane: Seed, _index: u64) {}

    /// Kind of the perturbation of the trial that was announced last, such as `curl` or `rotation`, even if a catch or channel trial
    /// leaves it out; `None` without a perturbation.
    fn perturbation(&self) -> Option<&'static str> {
        None
    }

    /// Number of the block of the trial that was announced last.
    fn block(&self) -> u32 {
        0
    }

    /// Whether the trial that was announced last is certain to be one of those that measure instead of asking for the skill, such
    /// as catch and error-clamp trials: its score says nothing about the skill.
    fn only_measures(&self) -> bool {
        false
    }

    /// Sets the seed of perturbations that are random over trials, such as random walks, before each `trial`. It is the
    /// lane's own seed, except that evaluations in other lanes use the seed of practice.
    fn follow(&mut self, _course: Seed) {}

    /// Starts an episode in a world that has just been restored to its state after `build`. Everything random about the
    /// episode comes from `rng`.
    fn reset(&mut self, world: &mut World<'_>, rng: &mut Rng);

    /// Applies an action, already clipped to [-1, 1], before one physics step. Forces last for that step only.
    fn actuate(&mut self, world: &mut World<'_>, action: &[f32]);

    /// Writes the current observation; the lane clips it to the bounds of the space.
    fn observe(&self, world: &World<'_>, observation: &mut [f32]);

    /// Judges the last env step.
    fn judge(&mut self, world: &World<'_>, action: &[f32]) -> Judgement;

    /// How well the episode has gone so far, in [0, 1], independent of the reward.
    fn score(&self) -> f32;

    /// Writes the spec's metrics of the episode so far; [`NOT_MEASURED`] for those that do not apply.
    fn metrics(&self, metrics: &mut [f32]) {
        metrics.fill(NOT_MEASURED);
    }

    /// Whether episodes are trials of a schedule with several blocks, so that evaluations must use the block that
    /// practice has reached instead of the first.
    fn scheduled(&self) -> bool {
        false
    }

    /// One round of the schedule; `None` if episodes are not trials of one.
    fn round(&self) -> Option<Round> {
        None
    }

    /// Time between the running episode and the next, in s: a break in which an agent may forget.
    fn rest(&self) -> f32 {
        0.0
    }

    /// Whether a night follows the running episode, in which an agent may consolidate what it has learned.
    fn night(&self) -> bool {
        false
    }

    /// State of body and world that recordings contain beside observations: positions, forces and the like, with units.
    fn state_fields(&self) -> Vec<Field> {
        Vec::new()
    }

    /// Writes this state after the last env step.
    fn state(&self, _world: &World<'_>, _state: &mut [f32]) {}

    /// Number of audible strings; 0 for a task without sound.
    fn strings(&self) -> usize {
        0
    }

    /// Writes the sound of each string in the last env step. Does not change any result.
    fn sound(&self, _tones: &mut [Tone]) {}

    /// Facts about the task beyond its spec, computed on request.
    fn facts(&self) -> Vec<Fact> {
        Vec::new()
    }

    /// The reward of an env step as a formula, with the numbers of this task.
    fn reward_formula(&self) -> Option<Formula> {
        None
    }

    /// Lets a spectator's push act for `duration` (s), by default on the body that is nearest to it.
    fn push(&self, world: &mut World<'_>, push: &Push, duration: f32) {
        world.push_nearest(push, duration, 1.0);
    }

    /// Adds what a spectator should see.
    fn draw(&self, world: &World<'_>, scene: &mut Scene) {
        scene.add_colliders(world);
    }
}

/// Copies of a task whose type is not known. Every task that is [`Clone`] has it.
pub trait TaskClone {
    /// A copy.
    fn boxed(&self) -> Box<dyn Task>;
}

impl<T: Task + Clone> TaskClone for T {
    fn boxed(&self) -> Box<dyn Task> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Task> {
    fn clone(&self) -> Self {
        (**self).boxed()
    }
}

/// A task that can be instantiated any number of times.
#[derive(Clone)]
pub struct Blueprint {
    spec: Arc<TaskSpec>,
    scheduled: bool,
    round: Option<Round>,
    document: Option<Arc<Document>>,
    make: Arc<dyn Fn() -> Box<dyn Task> + Send + Sync>,
    /// The world as tasks build it; all lanes have it in common.
    built: Arc<OnceLock<Arc<WorldState>>>,
}

impl Blueprint {
    /// A blueprint of the tasks that `make` creates.
    pub fn new<T: Task>(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let prototype = make();
        let (spec, scheduled) = (Arc::clone(prototype.spec()), prototype.scheduled());
        let round = prototype.round();
        let make = Arc::new(move || Box::new(make()) as Box<dyn Task>);
        Self { spec, scheduled, round, document: None, make, built: Arc::default() }
    }

    /// The same blueprint with the document from which it was read.
    pub fn with_document(self, document: &Document) -> Self {
        Self { document: Some(Arc::new(document.clone())), ..self }
    }

    /// Everything about the task that does not change.
    pub fn spec(&self) -> &Arc<TaskSpec> {
        &self.spec
    }

    /// The resolved YAML from which it was made; empty if there is none.
    pub fn yaml(&self) -> String {
        self.document.as_ref().map(|document| document.resolved()).unwrap_or_default()
    }

    /// A fresh instance.
    pub fn make(&self) -> Box<dyn Task> {
        (self.make)()
    }

    /// The world as its tasks build it, such as the one given.
    pub(crate) fn built(&self, world: &World<'_>) -> Arc<WorldState> {
        Arc::clone(self.built.get_or_init(|| Arc::new(WorldState::of(world))))
    }

    /// See [`Task::scheduled`].
    pub fn scheduled(&self) -> bool {
        self.scheduled
    }

    /// See [`Task::round`].
    pub fn round(&self) -> Option<Round> {
        self.round
    }

    /// The trial whose score says what a subject that has reached `trial` can do: that one, or if it
    /// [only measures](Task::only_measures), the nearest of the same block that does not, later ones first. That one again if there is
    /// none nearby.
    pub fn telling_trial(&self, trial: u64) -> u64 {
        const NEARBY: u64 = 32;
        if !self.scheduled {
            return trial;
        }
        let mut task = self.make();
        let mut at = |trial: u64| {
            task.trial(Seed(0), trial);
            (task.block(), task.only_measures())
        };
        let (block, measures) = at(trial);
        if !measures {
            return trial;
        }
        let later = (trial + 1..=trial.saturating_add(NEARBY)).map(|other| (other, at(other)));
        let later = later.take_while(|(_, (own, _))| *own == block).find(|(_, (_, measures))| !measures);
        if let Some((other, _)) = later {
            return other;
        }
        let earlier = (trial.saturating_sub(NEARBY)..trial).rev().map(|other| (other, at(other)));
        let earlier = earlier.take_while(|(_, (own, _))| *own == block).find(|(_, (_, measures))| !measures);
        earlier.map_or(trial, |(other, _)| other)
    }

    /// The kind of perturbation of each of the first trials of a schedule, if it has one; empty for a task without a schedule.
    pub fn perturbations(&self, trials: u64) -> Vec<Option<&'static str>> {
        if self.round.is_none() {
            return Vec::new();
        }
        let mut task = self.make();
        let kind = |trial| {
            task.trial(Seed(0), trial);
            task.perturbation()
        };
        (0..trials).map(kind).collect()
    }

    /// The stretches of trials with a perturbation among the first ones of a schedule, in order.
    pub fn perturbed(&self, trials: u64) -> Vec<Range<u64>> {
        let mut stretches: Vec<Range<u64>> = Vec::new();
        for (trial, kind) in (0..).zip(self.perturbations(trials)) {
            match stretches.last_mut().filter(|last| last.end == trial) {
                _ if kind.is_none() => {}
                Some(last) => last.end = trial + 1,
                None => stretches.push(trial..trial + 1),
            }
        }
        stretches
    }

    /// Whether a trial is certain to be one that measures instead of asking for the skill. See [`Task::only_measures`].
    pub fn only_measures(&self, trial: u64) -> bool {
        let mut task = self.make();
        task.trial(Seed(0), trial);
        self.scheduled && task.only_measures()
    }
}

impl std::fmt::Debug for Blueprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blueprint").field("spec", &self.spec).finish_non_exhaustive()
    }
}
