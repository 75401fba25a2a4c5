//! What is recorded of a step and of an episode.

use crate::error::Fault;
use serde::{Deserialize, Serialize};

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
    /// The spec's metrics, [`NOT_MEASURED`](crate::task::NOT_MEASURED) where the episode does not have one.
    pub metrics: Vec<f32>,
}
