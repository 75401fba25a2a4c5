//! What leaves a run step by step: rows of episodes, evaluations, signals, units and steps.
//!
//! A subject gathers rows in memory for the length of a burst; they are then appended to files of its own, apart from its
//! checkpoints, so that writing grows with practice and not with its square. A checkpoint remembers how long the files were
//! when it was taken, and a checksum of them: on resuming, what was appended later is cut off and written again.

mod book;
mod column;
mod events;
mod log;
mod rows;
mod steps;
mod units;

pub use book::{LogBook, copy_rows, last_row, verify, without_end};
pub use column::{Column, SEED, SUBJECT, TASK, header};
pub use events::{first_event, scalar_event};
pub use log::{EPISODE_COLUMNS, EVALUATION_COLUMNS, LOGS, Log, Mark, Marks, Rows, SIGNAL_COLUMNS, UNITS_COLUMNS};
pub use rows::{Whose, episode_row, evaluation_row, units_row};
pub use steps::{StepRow, Steps, columns, step_row};
pub use units::{ARRAYS, Array, Arrays, read_npz, write_npz};
