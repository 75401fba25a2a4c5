//! A lane: one independent physics world with one task in it.
//!
//! A lane does all its work while its data is in cache: act, all physics steps, judge, sense. An episode that ends is
//! followed by the next one in the same step, with the final observation kept.

use crate::error::{ActionError, Fault};
use crate::seed::Seed;
use crate::task::{Blueprint, NOT_MEASURED, Push, Task, TaskSpec};
use crate::tone::Tone;
use crate::world::{Physics, World, WorldState};
use bevy::prelude::Component;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What became of one env step of a lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Reward of the step.
    pub reward: f32,
    /// The MDP reached a terminal state.
    pub terminated: bool,
    /// The episode was cut short from outside the MDP, by the step limit or the task.
    pub truncated: bool,
}

impl Step {
    /// Whether the episode has ended, for either reason.
    pub fn ended(&self) -> bool {
        self.terminated || self.truncated
    }
}

/// The record of an episode that has ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Episode {
    /// Index of the episode in its lane, from 0.
    pub index: u64,
    /// Length in env steps.
    pub length: u32,
    /// Sum of rewards, undiscounted.
    pub total_reward: f64,
    /// The task's success measure, in [0, 1].
    pub score: f32,
    /// Whether it ended in a terminal state.
    pub terminated: bool,
    /// Whether it was cut short.
    pub truncated: bool,
    /// Set if it ended because the state was no longer finite.
    pub fault: Option<Fault>,
    /// The spec's metrics, [`NOT_MEASURED`] where the episode does not have one.
    pub metrics: Vec<f32>,
}

/// One task in one world, with the bookkeeping of its episodes.
#[derive(Component)]
pub struct Lane {
    index: usize,
    spec: Arc<TaskSpec>,
    built: Arc<WorldState>,
    now: Now,
    history: History,
}

/// What changes as a lane goes on, beside its world and the history of the episode.
#[derive(Clone)]
pub(crate) struct Now {
    seed: Seed,
    task: Box<dyn Task>,
    episode_index: u64,
    length: u32,
    total_reward: f64,
    action: Vec<f32>,
    observation: Vec<f32>,
    final_observation: Vec<f32>,
    final_state: Vec<f32>,
    final_tones: Vec<Tone>,
    last_step: Step,
    last_episode: Episode,
    night: bool,
    rest: f32,
    course: Option<Seed>,
}

impl Now {
    /// Becomes the same as another, in the room that is there.
    pub(crate) fn copy(&mut self, other: &Now) {
        let Now { seed, task, episode_index, length, total_reward, last_step, night, rest, course, .. } = other;
        let Now { action, observation, final_observation, final_state, final_tones, last_episode, .. } = other;
        (self.seed, self.task, self.course) = (*seed, task.clone(), *course);
        (self.episode_index, self.length, self.total_reward) = (*episode_index, *length, *total_reward);
        (self.last_step, self.night, self.rest) = (*last_step, *night, *rest);
        self.action.clone_from(action);
        self.observation.clone_from(observation);
        self.final_observation.clone_from(final_observation);
        self.final_state.clone_from(final_state);
        self.final_tones.clone_from(final_tones);
        self.last_episode.clone_from(last_episode);
    }
}

/// What the running episode follows from.
#[derive(Default)]
pub(crate) struct History {
    /// The seed under which it began.
    pub(crate) seed: Seed,
    /// Actions taken in it, one after the other.
    pub(crate) actions: Vec<f32>,
    /// Pushes from outside, each before the env step of that index.
    pub(crate) pushes: Vec<(u32, Push)>,
}

impl History {
    /// Becomes the same as another, in the room that is there.
    pub(crate) fn copy(&mut self, other: &History) {
        self.seed = other.seed;
        self.actions.clone_from(&other.actions);
        self.pushes.clone_from(&other.pushes);
    }
}

/// Numbers of actions for which there is room from the start, so that steps need no memory.
const ROOM: usize = 1 << 16;

impl Lane {
    /// Builds a lane and its world, at the start of episode 0.
    pub fn new(blueprint: &Blueprint, index: usize, seed: Seed) -> (Lane, Physics) {
        let spec = Arc::clone(blueprint.spec());
        let mut physics = Physics::new(&spec.physics);
        let mut task = blueprint.make();
        let mut world = physics.world();
        task.build(&mut world);
        let now = Now {
            seed,
            episode_index: 0,
            length: 0,
            total_reward: 0.0,
            action: vec![0.0; spec.action.len()],
            observation: vec![0.0; spec.observation.len()],
            final_observation: vec![0.0; spec.observation.len()],
            final_state: vec![0.0; task.state_fields().len()],
            final_tones: vec![Tone::default(); task.strings()],
            last_step: Step::default(),
            last_episode: Episode { metrics: vec![NOT_MEASURED; spec.metrics.len()], ..Episode::default() },
            night: false,
            rest: 0.0,
            course: None,
            task,
        };
        let history = History {
            actions: Vec::with_capacity(ROOM.min(spec.action.len() * spec.step_limit as usize)),
            ..History::default()
        };
        let mut lane = Lane { index, built: blueprint.built(&world), now, history, spec };
        lane.begin(&mut world, 0);
        (lane, physics)
    }

    /// Position in the gym.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The seed that all its episodes come from.
    pub fn seed(&self) -> Seed {
        self.now.seed
    }

    /// The task.
    pub fn task(&self) -> &dyn Task {
        &*self.now.task
    }

    /// The task's spec.
    pub fn spec(&self) -> &Arc<TaskSpec> {
        &self.spec
    }

    /// What the agent sees now: after an episode has ended, the first observation of the next one.
    pub fn observation(&self) -> &[f32] {
        &self.now.observation
    }

    /// The last observation of the episode that ended last.
    pub fn final_observation(&self) -> &[f32] {
        &self.now.final_observation
    }

    /// What the last step brought; nothing yet where an episode was begun from outside since.
    pub fn last_step(&self) -> Step {
        self.now.last_step
    }

    /// The episode that ended last.
    pub fn last_episode(&self) -> &Episode {
        &self.now.last_episode
    }

    /// Whether a night followed the episode that ended last; see [`Task::night`].
    pub fn night(&self) -> bool {
        self.now.night
    }

    /// Time that passed after the episode that ended last, in s; see [`Task::rest`].
    pub fn rest(&self) -> f32 {
        self.now.rest
    }

    /// Index of the running episode, and env steps taken in it.
    pub fn progress(&self) -> (u64, u32) {
        (self.now.episode_index, self.now.length)
    }

    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// The world as all lanes of the blueprint are built.
    pub(crate) fn built(&self) -> &Arc<WorldState> {
        &self.built
    }

    pub(crate) fn now(&self) -> &Now {
        &self.now
    }

    /// Goes on from where a lane of the same blueprint was.
    pub(crate) fn go_on_from(&mut self, now: &Now, history: &History) {
        self.now.copy(now);
        self.history.copy(history);
    }

    /// Changes the seed that episodes come from, those that begin from now on.
    pub fn reseed(&mut self, seed: Seed) {
        self.now.seed = seed;
    }

    /// Starts episode `index`. It is the same to the last bit whatever has happened in the lane before.
    pub fn begin(&mut self, world: &mut World<'_>, index: u64) {
        self.now.episode_index = index;
        self.now.length = 0;
        self.now.total_reward = 0.0;
        self.now.last_step = Step::default();
        self.history.seed = self.now.seed;
        self.history.actions.clear();
        self.history.pushes.clear();
        self.built.restore(world);
        self.now.task.follow(self.now.course.unwrap_or(self.now.seed));
        self.now.task.trial(self.now.seed, index);
        self.now.task.reset(world, &mut self.now.seed.fan("episode", index).rng());
        self.sense(world);
    }

    /// Takes one env step. An action outside [-1, 1] is clipped.
    ///
    /// # Errors
    /// An action of the wrong length or with a non-finite number; nothing has happened then.
    pub fn step(&mut self, world: &mut World<'_>, action: &[f32]) -> Result<Step, ActionError> {
        self.accept(action)?;
        self.history.actions.extend_from_slice(&self.now.action);
        let mut sound = true;
        for _ in 0..self.spec.physics.steps_per_action {
            self.now.task.actuate(world, &self.now.action);
            world.step(self.spec.physics.gravity);
            world.clear_forces();
            sound &= !world.quarantined();
        }
        let judgement = self.now.task.judge(world, &self.now.action);
        self.now.length += 1;
        let finite = self.sense(world) && judgement.reward.is_finite() && sound;
        let mut step = Step {
            reward: judgement.reward,
            terminated: judgement.terminated,
            truncated: (judgement.truncated || self.now.length >= self.spec.step_limit) && !judgement.terminated,
        };
        if !finite {
            step = Step { reward: 0.0, terminated: true, truncated: false };
            self.replace_non_finite();
        }
        self.now.total_reward += f64::from(step.reward);
        if step.ended() {
            self.close(step, finite);
            self.now.task.state(world, &mut self.now.final_state);
            self.now.task.sound(&mut self.now.final_tones);
            self.begin(world, self.now.episode_index + 1);
        }
        self.now.last_step = step;
        Ok(step)
    }

    fn accept(&mut self, action: &[f32]) -> Result<(), ActionError> {
        if action.len() != self.now.action.len() {
            return Err(ActionError::Length { lane: self.index, found: action.len(), expected: self.now.action.len() });
        }
        if let Some(at) = action.iter().position(|value| !value.is_finite()) {
            let field = self.spec.action.fields()[at].name.clone();
            return Err(ActionError::NotFinite { lane: self.index, field, found: action[at] });
        }
        for (slot, &value) in self.now.action.iter_mut().zip(action) {
            *slot = value.clamp(-1.0, 1.0);
        }
        Ok(())
    }

    /// Fills the observation and says whether all of it is finite.
    fn sense(&mut self, world: &World<'_>) -> bool {
        self.now.task.observe(world, &mut self.now.observation);
        // A sum is NaN or infinite if any of its terms is.
        let finite = self.now.observation.iter().sum::<f32>().is_finite();
        self.spec.observation.clip(&mut self.now.observation);
        finite
    }

    fn replace_non_finite(&mut self) {
        for value in self.now.observation.iter_mut().filter(|value| !value.is_finite()) {
            *value = 0.0;
        }
    }

    fn close(&mut self, step: Step, finite: bool) {
        self.now.final_observation.copy_from_slice(&self.now.observation);
        let score = self.now.task.score();
        (self.now.night, self.now.rest) = (self.now.task.night(), self.now.task.rest());
        self.now.task.metrics(&mut self.now.last_episode.metrics);
        if !finite {
            self.now.last_episode.metrics.fill(NOT_MEASURED);
        }
        let fault = (!finite).then(|| Fault {
            task: self.spec.id.clone(),
            lane: self.index,
            seed: self.now.seed.0,
            episode: self.now.episode_index,
            step: self.now.length,
        });
        self.now.last_episode.index = self.now.episode_index;
        self.now.last_episode.length = self.now.length;
        self.now.last_episode.total_reward = self.now.total_reward;
        self.now.last_episode.score = if score.is_finite() { score } else { 0.0 };
        self.now.last_episode.terminated = step.terminated;
        self.now.last_episode.truncated = step.truncated;
        self.now.last_episode.fault = fault;
    }
}

/// A lane with its world, as an occupant or an evaluation works on it.
pub struct LaneAccess<'a> {
    lane: &'a mut Lane,
    world: World<'a>,
}

impl<'a> LaneAccess<'a> {
    /// Writes the task's [state](Task::state) after the last env step, also if that ended the episode.
    pub fn state(&self, state: &mut [f32]) {
        if self.lane.now.last_step.ended() {
            state.copy_from_slice(&self.lane.now.final_state);
        } else {
            self.lane.now.task.state(&self.world, state);
        }
    }

    /// Writes what the task's strings [sound](Task::sound) like in the last env step, also if that ended the episode.
    pub fn sound(&self, tones: &mut [Tone]) {
        if self.lane.now.last_step.ended() {
            tones.copy_from_slice(&self.lane.now.final_tones);
        } else {
            self.lane.now.task.sound(tones);
        }
    }

    /// Joins a lane with its world.
    pub fn new(lane: &'a mut Lane, world: World<'a>) -> Self {
        Self { lane, world }
    }

    /// The lane's state.
    pub fn lane(&self) -> &Lane {
        self.lane
    }

    /// The world, for instruments that look in or push from outside.
    pub fn world(&mut self) -> &mut World<'a> {
        &mut self.world
    }

    /// See [`Lane::reseed`].
    pub fn reseed(&mut self, seed: Seed) {
        self.lane.reseed(seed);
    }

    /// Starts episode `index`; see [`Lane::begin`].
    pub fn begin(&mut self, index: u64) {
        self.lane.begin(&mut self.world, index);
    }

    /// Takes one env step; see [`Lane::step`].
    ///
    /// # Errors
    /// An action of the wrong length or with a non-finite number.
    pub fn step(&mut self, action: &[f32]) -> Result<Step, ActionError> {
        self.lane.step(&mut self.world, action)
    }

    /// Lets a spectator push during the next env step.
    pub fn push(&mut self, push: &Push) {
        let duration = self.lane.spec.physics.control_interval();
        self.lane.now.task.push(&mut self.world, push, duration);
        self.lane.history.pushes.push((self.lane.now.length, *push));
    }

    /// See [`Lane::go_on_from`].
    pub(crate) fn go_on_from(&mut self, now: &Now, history: &History) {
        self.lane.go_on_from(now, history);
    }

    /// Takes over what was before: the last step, the episode that ended last, and its last observation.
    pub(crate) fn remember(&mut self, last_step: Step, last_episode: &Episode, final_observation: &Vec<f32>) {
        self.lane.now.last_step = last_step;
        self.lane.now.last_episode.clone_from(last_episode);
        self.lane.now.final_observation.clone_from(final_observation);
    }

    /// Reward so far and score so far of the running episode.
    pub fn so_far(&self) -> (f64, f32) {
        (self.lane.now.total_reward, self.lane.now.task.score())
    }

    /// Draws what a spectator should see now.
    pub fn draw(&self, scene: &mut crate::scene::Scene) {
        self.lane.now.task.draw(&self.world, scene);
    }
}

/// A lane that stands on its own, outside any gym: for evaluation, inspection and tests.
pub struct SoloLane {
    lane: Lane,
    physics: Physics,
}

impl SoloLane {
    /// Builds it, at the start of episode 0.
    pub fn new(blueprint: &Blueprint, seed: Seed) -> Self {
        let (lane, physics) = Lane::new(blueprint, 0, seed);
        Self { lane, physics }
    }

    /// The same lane at the start of its first episode, with perturbations that are random over trials as the lane with the seed
    /// `course` has them.
    pub fn following(mut self, course: Seed) -> Self {
        self.lane.now.course = Some(course);
        self.access().begin(0);
        self
    }

    /// The lane's state.
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// The lane with its world.
    pub fn access(&mut self) -> LaneAccess<'_> {
        LaneAccess::new(&mut self.lane, self.physics.world())
    }
}
