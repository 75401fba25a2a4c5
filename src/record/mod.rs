//! Step-by-step records of a run: rows of episodes, evaluations, signals, units and steps.
//!
//! A subject collects rows in memory during a burst. They are then appended to files of their own, apart from its
//! checkpoints, so that writing grows linearly with practice. A checkpoint records length and checksum of the files: on
//! resuming, later rows are cut off and written again.

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
