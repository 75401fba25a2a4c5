//! What a task is: one trait, a spec that says everything about it in data, and a blueprint that makes instances.

use crate::document::Document;
use crate::formula::Formula;
use crate::percept::Percept;
use crate::scene::Scene;
use crate::schedule::Round;
use crate::seed::{Rng, Seed};
use crate::space::{Field, Space};
use crate::tone::Tone;
use crate::world::{PhysicsSettings, World};
use std::borrow::Cow;
use std::sync::Arc;

pub use crate::push::Push;

/// Everything about a task that does not change while it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskSpec {
    /// `family/name-vN`; a released version is never changed in place.
    pub id: String,
    /// What one does in it, in a sentence.
    pub summary: String,
    /// What the score measures.
    pub score: String,
    /// What the reward is made of.
    pub reward: String,
    /// How an episode starts.
    pub start: String,
    /// What ends an episode.
    pub end: String,
    /// What an agent sees.
    pub observation: Space,
    /// Senses among it that are not always there, and what could stand in for them.
    pub percepts: Vec<Percept>,
    /// What an agent does; every field in [-1, 1].
    pub action: Space,
    /// What is logged per episode beside return and score.
    pub metrics: Vec<Metric>,
    /// How physics is stepped.
    pub physics: PhysicsSettings,
    /// Env steps after which an episode is truncated.
    pub step_limit: u32,
}

impl TaskSpec {
    /// The part of the id before the slash.
    pub fn family(&self) -> &str {
        self.id.split('/').next().unwrap_or(&self.id)
    }

    /// The place of a metric among the others.
    pub fn metric(&self, name: &str) -> Option<usize> {
        self.metrics.iter().position(|metric| metric.name == name)
    }
}

/// What is measured of an episode beside its return and score: a column of the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name, in lower case with underscores; it ends in the unit, if there is one.
    pub name: Cow<'static, str>,
    /// Unit, or `1` where there is none.
    pub unit: Cow<'static, str>,
    /// What it means, in one line.
    pub meaning: Cow<'static, str>,
}

impl Metric {
    /// A metric of that name, unit and meaning.
    pub const fn new(name: &'static str, unit: &'static str, meaning: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), unit: Cow::Borrowed(unit), meaning: Cow::Borrowed(meaning) }
    }
}

/// What became of one env step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Judgement {
    /// Reward of the step.
    pub reward: f32,
    /// Whether the MDP has reached a terminal state: nothing can be earned from here on.
    pub terminated: bool,
    /// Whether the episode is cut short for a reason outside the MDP (the step limit is seen to by the lane).
    pub truncated: bool,
}

/// The value of a metric that an episode does not have, such as a force on a channel where there was none. It is an empty
/// cell in tables, `null` in JSON, and counts in no mean.
pub const NOT_MEASURED: f32 = f32::NAN;

/// A metric's value, or [`NOT_MEASURED`].
pub fn measured(value: Option<f32>) -> f32 {
    value.unwrap_or(NOT_MEASURED)
}

/// Something that can be told of a task besides its spec, such as the length of a measured road.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Its name, in lower case with underscores.
    pub name: String,
    /// What it is.
    pub value: FactValue,
    /// Unit, SI; empty for text, `1` for a plain number.
    pub unit: String,
    /// What it means, in a few words.
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

/// One MDP: a body in a world, what an agent sees and does, what it is rewarded for, and how well it did.
///
/// The lane calls `build` once, then for every episode `follow`, `trial`, `reset` and `observe`, and for every env step `actuate`
/// before each physics step, then `judge`, then `observe`. A task keeps no state that `reset` does not restore.
pub trait Task: Send + Sync + 'static {
    /// Everything about the task that does not change.
    fn spec(&self) -> &Arc<TaskSpec>;

    /// Fills an empty world with bodies, joints and colliders, always in the same order.
    fn build(&mut self, world: &mut World<'_>);

    /// Says which episode `reset` is going to start: the lane's seed and its index in the lane. For tasks whose episodes
    /// are trials of a schedule; which trial it is must follow from the two alone, whatever has been called before.
    fn trial(&mut self, _lane: Seed, _index: u64) {}

    /// Says from which seed perturbations follow that are random over trials, such as random walks, before each `trial`: the lane's
    /// own, but that of practice where what was practised is evaluated in other lanes.
    fn follow(&mut self, _course: Seed) {}

    /// Starts an episode in a world that was just restored to what `build` made of it. Everything random about the
    /// episode comes from `rng`.
    fn reset(&mut self, world: &mut World<'_>, rng: &mut Rng);

    /// Applies an action, already clipped to [-1, 1], before one physics step. Forces live for that step only.
    fn actuate(&mut self, world: &mut World<'_>, action: &[f32]);

    /// Writes what the agent sees now; the lane clips it to the space's bounds.
    fn observe(&self, world: &World<'_>, observation: &mut [f32]);

    /// Judges the env step that has just been taken.
    fn judge(&mut self, world: &World<'_>, action: &[f32]) -> Judgement;

    /// How well the episode has gone so far, in [0, 1], independent of the reward.
    fn score(&self) -> f32;

    /// Writes the spec's metrics of the episode so far; what was not measured in it is [`NOT_MEASURED`].
    fn metrics(&self, metrics: &mut [f32]) {
        metrics.fill(NOT_MEASURED);
    }

    /// Whether episodes are trials of a schedule with several blocks, so that it matters which one is evaluated: that where
    /// practice stands, and not always the first.
    fn scheduled(&self) -> bool {
        false
    }

    /// One round of that schedule; none where episodes are not trials of one.
    fn round(&self) -> Option<Round> {
        None
    }

    /// Time that passes between the running episode and the next one, in s: a break, in which an agent may forget.
    fn rest(&self) -> f32 {
        0.0
    }

    /// Whether a night follows the running episode: a time in which an agent may consolidate what it has learned.
    fn night(&self) -> bool {
        false
    }

    /// What recordings tell of body and world besides what is observed: places, forces and the like, with units.
    fn state_fields(&self) -> Vec<Field> {
        Vec::new()
    }

    /// Writes those as they are after the env step that has just been taken.
    fn state(&self, _world: &World<'_>, _state: &mut [f32]) {}

    /// How many strings can be heard; 0 for a task that makes no sound.
    fn strings(&self) -> usize {
        0
    }

    /// Writes what each of them sounds like in the env step that has just been taken. Changes no result.
    fn sound(&self, _tones: &mut [Tone]) {}

    /// What is told of the task besides its spec; worked out when it is asked for.
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

/// A task that can be instantiated any number of times.
#[derive(Clone)]
pub struct Blueprint {
    spec: Arc<TaskSpec>,
    scheduled: bool,
    round: Option<Round>,
    document: Option<Arc<Document>>,
    make: Arc<dyn Fn() -> Box<dyn Task> + Send + Sync>,
}

impl Blueprint {
    /// A blueprint of tasks made by `make`.
    pub fn new<T: Task>(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let prototype = make();
        let (spec, scheduled) = (Arc::clone(prototype.spec()), prototype.scheduled());
        let round = prototype.round();
        Self { spec, scheduled, round, document: None, make: Arc::new(move || Box::new(make())) }
    }

    /// The same, remembering the document it was read from.
    pub fn with_document(self, document: &Document) -> Self {
        Self { document: Some(Arc::new(document.clone())), ..self }
    }

    /// Everything about the task that does not change.
    pub fn spec(&self) -> &Arc<TaskSpec> {
        &self.spec
    }

    /// The resolved YAML text it was made from; empty for a task that has none.
    pub fn yaml(&self) -> String {
        self.document.as_ref().map(|document| document.resolved()).unwrap_or_default()
    }

    /// A fresh instance.
    pub fn make(&self) -> Box<dyn Task> {
        (self.make)()
    }

    /// See [`Task::scheduled`].
    pub fn scheduled(&self) -> bool {
        self.scheduled
    }

    /// See [`Task::round`].
    pub fn round(&self) -> Option<Round> {
        self.round
    }
}

impl std::fmt::Debug for Blueprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blueprint").field("spec", &self.spec).finish_non_exhaustive()
    }
}
