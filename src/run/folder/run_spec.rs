//! What a training run was asked for by: task, agent, seed and plan.

use super::run_yaml::Spec;
use crate::run::lesions::Lesions;
use crate::run::limits;
use crate::run::subject::Plan;
use etude_envs::Seed;
use etude_envs::document::{Document, Invalid};
use serde::{Deserialize, Serialize};

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSpec {
    /// Task id.
    pub task: String,
    /// Agent name.
    pub agent: String,
    /// Subjects in the cohort.
    pub subjects: u64,
    /// Env steps of practice per subject.
    pub steps: u64,
    /// Experiment seed.
    pub seed: u64,
    /// Env steps between evaluations.
    pub evaluate_every: u64,
    /// Episodes in an evaluation.
    pub evaluation_episodes: u64,
    /// Env steps between records of signals; 0 for none.
    pub signals_every: u64,
    /// Env steps between records of units; 0 for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub units_every: u64,
    /// Whether every env step is recorded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub record_steps: bool,
    /// Whether what is recorded is also written as TensorBoard reads it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tensorboard: bool,
    /// Env steps between checkpoints that are kept; 0 for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub keep_checkpoints_every: u64,
    /// Checksum of the checkpoint that all subjects began with; none where they were naive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Parts of the agent that were switched off.
    #[serde(default, skip_serializing_if = "Lesions::is_empty")]
    pub lesions: Lesions,
    /// Resolved YAML of the task.
    pub task_yaml: String,
    /// Resolved YAML of the agent.
    pub agent_yaml: String,
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

impl RunSpec {
    /// The spec of a plan.
    pub fn new(plan: &Plan, subjects: u64, seed: Seed) -> Self {
        Self {
            task: plan.task.spec().id.clone(),
            agent: plan.agent.name().into(),
            subjects,
            steps: plan.steps,
            seed: seed.0,
            evaluate_every: plan.evaluate_every,
            evaluation_episodes: plan.evaluation_episodes,
            signals_every: plan.signals_every,
            units_every: plan.units_every,
            record_steps: plan.record_steps,
            tensorboard: plan.tensorboard,
            keep_checkpoints_every: plan.keep_checkpoints_every,
            from: None,
            lesions: plan.lesions.clone(),
            task_yaml: plan.task.yaml(),
            agent_yaml: plan.agent.yaml().into(),
        }
    }
}

impl Spec for RunSpec {
    const FORMAT: &'static str = "etude-run 2";

    fn validate(&self) -> Result<(), Invalid> {
        use limits::{MOST_EPISODES, MOST_STEPS, MOST_SUBJECTS, whole};
        whole("subjects", self.subjects, 1, MOST_SUBJECTS)?;
        whole("steps", self.steps, 1, MOST_STEPS)?;
        whole("seed", self.seed, 0, limits::LARGEST_SEED)?;
        whole("evaluate_every", self.evaluate_every, 1, MOST_STEPS)?;
        whole("evaluation_episodes", self.evaluation_episodes, 1, MOST_EPISODES)?;
        whole("signals_every", self.signals_every, 0, MOST_STEPS)?;
        whole("units_every", self.units_every, 0, MOST_STEPS)?;
        whole("keep_checkpoints_every", self.keep_checkpoints_every, 0, MOST_STEPS)?;
        if !self.keep_checkpoints_every.is_multiple_of(self.evaluate_every) {
            let (field, found) = ("keep_checkpoints_every".into(), self.keep_checkpoints_every.to_string());
            return Err(Invalid {
                field,
                found,
                expected: format!("a multiple of {}, `evaluate_every`", self.evaluate_every),
            });
        }
        says("task", &self.task, "task_yaml", &self.task_yaml)?;
        says("agent", &self.agent, "agent_yaml", &self.agent_yaml)
    }

    /// A run may be made longer, and may get more subjects.
    fn grown(&self, found: &Self) -> Option<Self> {
        let larger = self.steps >= found.steps && self.subjects >= found.subjects;
        larger.then(|| Self { steps: self.steps, subjects: self.subjects, ..found.clone() })
    }
}

/// Checks that a name is the one that its document says; a task made in code has none.
fn says(field: &str, name: &str, yaml_field: &str, yaml: &str) -> Result<(), Invalid> {
    if yaml.is_empty() {
        return Ok(());
    }
    let invalid =
        |found: String| Invalid { field: field.into(), found, expected: format!("the name in `{yaml_field}`") };
    let document = Document::parse(yaml_field, yaml).map_err(|error| invalid(error.to_string()))?;
    if document.text_field(field) == Some(name) { Ok(()) } else { Err(invalid(format!("`{name}`"))) }
}
