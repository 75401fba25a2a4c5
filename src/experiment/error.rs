//! Why an experiment cannot be had.

use crate::catalog::AgentError;
use etude_envs::document::{DocumentError, shown};
use etude_envs::error::TaskError;

/// Why an experiment cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// No experiment of that name, and no such file.
    #[error("unknown experiment `{}`{} (`etude list experiments` shows all)", shown(.name), .nearest.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    Unknown {
        /// What was asked for.
        name: String,
        /// The known experiment that is closest in spelling.
        nearest: Option<String>,
    },
    /// Its file says something that does not make sense.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Its agent cannot be had.
    #[error("{experiment}: {error}")]
    Agent {
        /// The experiment.
        experiment: String,
        /// What is wrong with the agent.
        error: AgentError,
    },
    /// A task of it cannot be had.
    #[error("{place}: {error}")]
    Task {
        /// The block that names it.
        place: String,
        /// What is wrong with the task.
        error: TaskError,
    },
}
