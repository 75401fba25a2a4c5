//! One task in one world, and the bookkeeping of its episodes.

use super::now::{History, Now};
use super::record::{Episode, Step};
use crate::error::{ActionError, Fault};
use crate::seed::Seed;
use crate::task::{Blueprint, NOT_MEASURED, Task, TaskSpec};
use crate::tone::Tone;
use crate::world::{Physics, World, WorldState};
use bevy::prelude::Component;
use std::sync::Arc;

/// One task in one world, with the bookkeeping of its episodes.
#[derive(Component)]
pub struct Lane {
    index: usize,
    pub(super) spec: Arc<TaskSpec>,
    built: Arc<WorldState>,
    pub(super) now: Now,
    pub(super) history: History,
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
