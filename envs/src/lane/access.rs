//! A lane with its world: as its gym lends it, or on its own.

use super::episodes::Lane;
use super::now::{History, Now};
use super::record::{Episode, Step};
use crate::error::ActionError;
use crate::seed::Seed;
use crate::task::{Blueprint, Push};
use crate::tone::Tone;
use crate::world::{Physics, World};

/// A lane with its world, as an occupant or an evaluation works on it.
pub struct LaneAccess<'a> {
    lane: &'a mut Lane,
    world: World<'a>,
}

impl<'a> LaneAccess<'a> {
    /// Writes the task's [state](crate::task::Task::state) after the last env step, also if that ended the episode.
    pub fn state(&self, state: &mut [f32]) {
        if self.lane.now.last_step.ended() {
            state.copy_from_slice(&self.lane.now.final_state);
        } else {
            self.lane.now.task.state(&self.world, state);
        }
    }

    /// Writes what the task's strings [sound](crate::task::Task::sound) like in the last env step, also if that ended the episode.
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
