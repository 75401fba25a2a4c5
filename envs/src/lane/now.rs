//! What a lane keeps of itself from step to step, beside its world.

use super::record::{Episode, Step};
use crate::seed::Seed;
use crate::task::{Push, Task};
use crate::tone::Tone;

/// What changes as a lane goes on, beside its world and the history of the episode.
#[derive(Clone)]
pub(crate) struct Now {
    pub(super) seed: Seed,
    pub(super) task: Box<dyn Task>,
    pub(super) episode_index: u64,
    pub(super) length: u32,
    pub(super) total_reward: f64,
    pub(super) action: Vec<f32>,
    pub(super) observation: Vec<f32>,
    pub(super) final_observation: Vec<f32>,
    pub(super) final_state: Vec<f32>,
    pub(super) final_tones: Vec<Tone>,
    pub(super) last_step: Step,
    pub(super) last_episode: Episode,
    pub(super) night: bool,
    pub(super) rest: f32,
    pub(super) course: Option<Seed>,
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
