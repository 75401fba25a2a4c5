//! The settings of a transfer experiment.

use super::shard::Shard;
use crate::experiment::{Experiment, ExperimentSpec};
use crate::run::folder::Spec;
use crate::run::limits::{MOST_STEPS, whole};
use etude_envs::document::Invalid;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The requested experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferSpec {
    /// The experiment, with all changes from the command line.
    pub experiment: ExperimentSpec,
    /// Env steps between records of the agent's signals; 0 for none.
    pub signals_every: u64,
    /// The part of the subjects that was run; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Resolved YAML of all agents, by key.
    pub agents_yaml: BTreeMap<String, String>,
    /// Resolved YAML of all tasks, by the names used in blocks.
    pub tasks_yaml: BTreeMap<String, String>,
}

impl Spec for TransferSpec {
    const FORMAT: &'static str = "etude-transfer 2";

    fn validate(&self) -> Result<(), Invalid> {
        whole("signals_every", self.signals_every, 0, MOST_STEPS)?;
        Shard::validate(self.shard)?;
        let of_experiment = |wrong: Invalid| Invalid { field: format!("experiment.{}", wrong.field), ..wrong };
        self.experiment.validate().map_err(of_experiment)
    }
}

impl TransferSpec {
    /// The spec of an experiment.
    pub fn new(experiment: &Experiment, signals_every: u64, shard: Option<Shard>) -> Self {
        Self {
            experiment: experiment.spec.clone(),
            signals_every,
            shard,
            agents_yaml: experiment.agent_yamls(),
            tasks_yaml: experiment.task_yamls(),
        }
    }

    /// Indices of the subjects to run.
    pub fn subjects(&self) -> Vec<u64> {
        Shard::deal(self.shard, self.experiment.subjects)
    }
}
