//! Errors as values that tell a person what, where, what was expected, and the nearest valid thing.

use crate::document::{DocumentError, shown};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a task cannot be had.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TaskError {
    /// No task of that name, and no such file.
    #[error("unknown task `{}`{} (`etude list tasks` shows all)", shown(.name), suggestion(.nearest))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The known task that is closest in spelling.
        nearest: Option<String>,
    },
    /// Its file says something that does not make sense.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// Why an action was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ActionError {
    /// Too few or too many numbers.
    #[error("lane {lane}: an action of {found} numbers; expected {expected}, one for each field of the action space")]
    Length {
        /// The lane it was meant for.
        lane: usize,
        /// Numbers given.
        found: usize,
        /// Numbers expected.
        expected: usize,
    },
    /// Too few or too many numbers for all lanes together.
    #[error("{found} numbers for {lanes} lanes; expected {}, {fields} for each lane", .lanes * .fields)]
    Batch {
        /// Numbers given.
        found: usize,
        /// Lanes of the gym.
        lanes: usize,
        /// Fields of the action space.
        fields: usize,
    },
    /// Too few or too many marks of which lanes rest.
    #[error("{found} marks of which lanes rest; expected {lanes}, one for each lane, or none at all")]
    Resting {
        /// Marks given.
        found: usize,
        /// Lanes of the gym.
        lanes: usize,
    },
    /// A NaN or infinite number.
    #[error("lane {lane}: action field `{field}` is {found}; expected a finite number, clipped to [-1, 1]")]
    NotFinite {
        /// The lane it was meant for.
        lane: usize,
        /// The field of the action space.
        field: String,
        /// The number.
        found: f32,
    },
}

/// A world that has left the finite numbers: its episode has ended, and the next one started clean.
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
