//! The spec of a task as Python data.

use crate::error;
use etude_envs::Registry;
use etude_envs::document::Document;
use etude_envs::error::TaskError;
use etude_envs::space::{self, Space};
use etude_envs::task::{Blueprint, TaskSpec};
use pyo3::prelude::*;

/// The task of that id, in the YAML file at that path, or in a YAML text, which has more than one line.
pub fn blueprint(task: &str) -> PyResult<Blueprint> {
    let registry = Registry::default();
    let found = if task.contains('\n') {
        Document::parse("task", task).map_err(TaskError::from).and_then(|document| registry.task_from(&document))
    } else {
        registry.task(task)
    };
    found.map_err(|why| error::TaskError::new_err(why.to_string()))
}

/// One number of an observation or an action.
#[pyclass(frozen, get_all, module = "etude")]
#[derive(Clone)]
pub struct Field {
    /// Unique name within its space.
    name: String,
    /// Unit, or `1` where there is none.
    unit: String,
    /// Lowest and highest value; observations and actions are clipped to them.
    low: f32,
    high: f32,
    /// A typical magnitude, above 0.
    typical: f32,
    /// Role: `world`, `body`, `desired`, `feedback`, `error-shown`, `aim` or `error`.
    role: &'static str,
    /// Meaning, in one line.
    meaning: String,
}

impl From<&space::Field> for Field {
    fn from(field: &space::Field) -> Self {
        Field {
            name: field.name.clone(),
            unit: field.unit.clone(),
            low: field.low,
            high: field.high,
            typical: field.typical,
            role: field.role.name(),
            meaning: field.meaning.clone(),
        }
    }
}

#[pymethods]
impl Field {
    fn __repr__(&self) -> String {
        format!("Field({}, {}, {} to {}: {})", self.name, self.unit, self.low, self.high, self.meaning)
    }
}

/// Everything about a task that does not change while it runs.
#[pyclass(frozen, get_all, module = "etude")]
#[derive(Clone)]
pub struct Spec {
    /// `family/name-vN`.
    id: String,
    /// Texts: what the agent does, the score, the reward, and how an episode starts and ends.
    summary: String,
    score: String,
    reward: String,
    start: String,
    end: String,
    /// Fields of the two spaces.
    observation_fields: Vec<Field>,
    action_fields: Vec<Field>,
    /// Names of the metrics of an episode.
    metrics: Vec<String>,
    /// Env steps after which an episode is truncated.
    step_limit: u32,
    /// Time between two actions, in s.
    control_interval: f32,
}

impl From<&TaskSpec> for Spec {
    fn from(spec: &TaskSpec) -> Self {
        let fields = |space: &Space| space.fields().iter().map(Field::from).collect();
        Spec {
            id: spec.id.clone(),
            summary: spec.summary.clone(),
            score: spec.score.clone(),
            reward: spec.reward.clone(),
            start: spec.start.clone(),
            end: spec.end.clone(),
            observation_fields: fields(&spec.observation),
            action_fields: fields(&spec.action),
            metrics: spec.metrics.iter().map(|metric| metric.name.to_string()).collect(),
            step_limit: spec.step_limit,
            control_interval: spec.physics.control_interval(),
        }
    }
}
