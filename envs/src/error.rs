//! Errors as values that say what is wrong, where, what was expected, and the nearest valid name.

use crate::document::{DocumentError, shown};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a task cannot be created.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TaskError {
    /// No task of that name, and no such file.
    #[error("unknown task `{}`{} (`etude list tasks` shows all)", shown(.name), suggestion(.nearest))]
    Unknown {
        /// The requested name.
        name: String,
        /// The known task with the closest spelling.
        nearest: Option<String>,
    },
    /// The name of a family instead of that of a task.
    #[error("`{family}` is a family of tasks; expected one of them: {}", .tasks.join(", "))]
    Family {
        /// The family.
        family: String,
        /// The ids of its tasks.
        tasks: Vec<String>,
    },
    /// An invalid document.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// Why an action was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ActionError {
    /// Wrong length of a lane's action.
    #[error("lane {lane}: an action of {found} numbers; expected {expected}, one for each field of the action space")]
    Length {
        /// Lane of the action.
        lane: usize,
        /// Number of values given.
        found: usize,
        /// Number of values expected.
        expected: usize,
    },
    /// Wrong length of the actions of all lanes.
    #[error("{found} numbers for {lanes} lanes; expected {}, {fields} for each lane", .lanes * .fields)]
    Batch {
        /// Number of values given.
        found: usize,
        /// Number of lanes of the gym.
        lanes: usize,
        /// Number of fields of the action space.
        fields: usize,
    },
    /// Wrong number of resting marks.
    #[error("{found} marks of resting lanes; expected {lanes}, one for each lane, or none")]
    Resting {
        /// Number of marks given.
        found: usize,
        /// Number of lanes of the gym.
        lanes: usize,
    },
    /// A NaN or infinite value.
    #[error("lane {lane}: action field `{field}` is {found}; expected a finite number, clipped to [-1, 1]")]
    NotFinite {
        /// Lane of the action.
        lane: usize,
        /// The field of the action space.
        field: String,
        /// The value.
        found: f32,
    },
}

/// A world with a non-finite state: its episode has ended, and the next one starts clean.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Task id.
    pub task: String,
    /// Lane index.
    pub lane: usize,
    /// The lane's seed.
    pub seed: u64,
    /// Episode index in the lane.
    pub episode: u64,
    /// Env step in the episode, from 1.
    pub step: u32,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: lane {} (seed {}), episode {}, step {}: the state was no longer finite",
            self.task, self.lane, self.seed, self.episode, self.step
        )
    }
}
