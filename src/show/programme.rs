//! What is to be on stage.

use crate::catalog::AgentBlueprint;
use crate::run::checkpoint::Checkpoint;
use crate::run::course::Course;
use crate::run::lesions::Lesions;
use etude_envs::Seed;
use etude_envs::task::Blueprint;
use std::path::PathBuf;

/// Who is on stage and what they do.
#[derive(Clone)]
pub struct Programme {
    /// The task.
    pub task: Blueprint,
    /// Tasks of the same body, among which one can change, in order.
    pub siblings: Vec<Blueprint>,
    /// The agent.
    pub agent: AgentBlueprint,
    /// What all randomness comes from.
    pub seed: Seed,
    /// How many subjects.
    pub subjects: u64,
    /// Those who have practised before; subjects beyond the last one begin anew with the first, and all are naive if there
    /// is none.
    pub cast: Vec<Trained>,
    /// Whether they explore and learn.
    pub learning: bool,
    /// Parts that are switched off from the beginning.
    pub lesions: Lesions,
    /// Where the practice is written to, if it is a training run.
    pub run: Option<Training>,
    /// Threads to practise on.
    pub threads: usize,
}

/// One who has practised before.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// What was learned.
    pub checkpoint: Checkpoint,
    /// How that went.
    pub course: Course,
}

/// A training run that is watched.
#[derive(Clone)]
pub struct Training {
    /// Its folder.
    pub out: PathBuf,
    /// Whether to go on with the run in it.
    pub resume: bool,
    /// Env steps of practice per subject.
    pub steps: u64,
    /// Env steps between evaluations.
    pub evaluate_every: u64,
    /// Episodes in an evaluation.
    pub evaluation_episodes: u64,
    /// Env steps between records of signals.
    pub signals_every: u64,
}
