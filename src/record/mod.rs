//! What leaves a run step by step: rows of episodes, evaluations and signals.
//!
//! A subject gathers rows in memory for the length of a burst; they are then appended to files of its own, apart from its
//! checkpoints, so that writing grows with practice and not with its square. A checkpoint remembers how long the files were
//! when it was taken, and a checksum of them: on resuming, what was appended later is cut off and written again.

mod book;
mod rows;
mod steps;
mod units;

pub use book::{LogBook, copy_rows, verify, without_end};
pub use rows::{Whose, episode_row, evaluation_row, units_row};
pub use steps::{Column, StepRow, Steps, columns};
pub use units::{Array, Arrays, read_npz, write_npz};

/// The kinds of rows, in the order of [`Rows`].
pub const LOGS: [Log; 4] = [Log::Episodes, Log::Evaluations, Log::Signals, Log::Units];

/// One kind of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// One row per episode of practice.
    Episodes,
    /// One row per evaluation.
    Evaluations,
    /// One row per recorded step and signal of the agent.
    Signals,
    /// One row per recorded step and population of units.
    Units,
}

/// Columns of an evaluation's row. `trial` is the trial of the schedule that was evaluated, from 0; it is empty for a task
/// that is no schedule, whose evaluations are always of the same episodes.
pub const EVALUATION_COLUMNS: &str = "subject,seed,steps,episodes,score,return,length,trial";
/// Columns of a signal's row.
pub const SIGNAL_COLUMNS: &str = "subject,steps,signal,value";
/// Columns of a recorded population's row: what was aimed at and the units' activity are numbers with spaces between them.
pub const UNITS_COLUMNS: &str = "steps,episode,population,aim,activity";
const EPISODE_COLUMNS: &str = "subject,seed,episode,steps,length,return,score,terminated,truncated,fault";

impl Log {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Log::Episodes => "episodes",
            Log::Evaluations => "evaluations",
            Log::Signals => "signals",
            Log::Units => "units",
        }
    }

    /// The first line of its files, for a task with these metrics.
    pub fn header(self, metrics: &[String]) -> String {
        match self {
            Log::Episodes => {
                std::iter::once(EPISODE_COLUMNS).chain(metrics.iter().map(String::as_str)).collect::<Vec<_>>().join(",")
            }
            Log::Evaluations => EVALUATION_COLUMNS.into(),
            Log::Signals => SIGNAL_COLUMNS.into(),
            Log::Units => UNITS_COLUMNS.into(),
        }
    }
}

/// Rows of CSV text that wait to be written, by log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows([String; LOGS.len()]);

impl Rows {
    /// The text of one log, each row with its line break.
    pub fn of(&mut self, log: Log) -> &mut String {
        &mut self.0[log as usize]
    }

    /// Bytes that wait.
    pub fn len(&self) -> usize {
        self.0.iter().map(String::len).sum()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all that waits, and keeps the room for what comes.
    pub fn clear(&mut self) {
        self.0.iter_mut().for_each(String::clear);
    }
}

/// What of each log is on disk, in the order of [`LOGS`].
pub type Marks = [Mark; LOGS.len()];

/// How far a log has come: how many bytes, and the CRC-32 of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Bytes.
    pub bytes: u64,
    /// Their checksum.
    pub crc: u32,
}
