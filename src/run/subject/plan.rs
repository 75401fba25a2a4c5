//! What a subject does: task and agent, for how long, under what conditions, and what is recorded of it.

use crate::catalog::AgentBlueprint;
use crate::run::lesions::Lesions;
use etude_envs::task::Blueprint;

/// What every subject of a cohort does.
#[derive(Clone)]
pub struct Plan {
    /// The task that is practised.
    pub task: Blueprint,
    /// The agent that practises.
    pub agent: AgentBlueprint,
    /// Env steps of practice.
    pub steps: u64,
    /// Env steps between evaluations.
    pub evaluate_every: u64,
    /// Env steps at which it is evaluated besides.
    pub evaluate_at: Vec<u64>,
    /// Episodes in an evaluation.
    pub evaluation_episodes: u64,
    /// Env steps between records of the agent's signals; none are recorded at 0.
    pub signals_every: u64,
    /// Env steps between records of the activity of the agent's units; none is recorded at 0.
    pub units_every: u64,
    /// Whether every env step is recorded.
    pub record_steps: bool,
    /// Whether what is recorded is also written as TensorBoard reads it.
    pub tensorboard: bool,
    /// Env steps between checkpoints that are kept, a multiple of those between evaluations; none is kept at 0.
    pub keep_checkpoints_every: u64,
    /// Env steps in one burst.
    pub burst: u64,
    /// Under what conditions the steps are practised.
    pub conditions: Conditions,
    /// Parts of the agent that are switched off.
    pub lesions: Lesions,
}

impl Plan {
    /// Whether there is an evaluation after so many steps, other than the last one.
    pub(super) fn evaluates_at(&self, steps: u64) -> bool {
        steps.is_multiple_of(self.evaluate_every) || self.evaluate_at.binary_search(&steps).is_ok()
    }

    /// The last of the times to keep a checkpoint that lies within an episode which ended after so many steps of all, if there is
    /// one. It follows from the episode alone, whatever was killed or taken up again before.
    pub(super) fn kept_in(&self, length: u64, steps: u64) -> Option<u64> {
        let last = steps.checked_div(self.keep_checkpoints_every)? * self.keep_checkpoints_every;
        (last > 0 && last > steps.saturating_sub(length)).then_some(last)
    }
}

/// Under what conditions a block is practised. The default is plain practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// Whether the agent explores and learns.
    pub learning: bool,
    /// Whether it gets the task's reward, or 0 in its place.
    pub reward: bool,
    /// Whether it is evaluated before the first step, too.
    pub evaluate_first: bool,
    /// Whether the last episode is cut short at the end, so that nothing of it reaches into what is practised next.
    pub ends_with_cut: bool,
    /// The purpose and index by which the lane's seed is fanned out from the subject's.
    pub lane: (&'static str, u64),
}

impl Default for Conditions {
    fn default() -> Self {
        Self { learning: true, reward: true, evaluate_first: true, ends_with_cut: false, lane: ("lane", 0) }
    }
}
