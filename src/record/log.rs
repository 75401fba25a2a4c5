//! The kinds of rows, their columns, rows that wait, and how far each log has come.

use super::column::{Column, SEED, SUBJECT, header};
use super::events::first_event;
use etude_envs::task::Metric;

/// The kinds of rows, in the order of [`Rows`].
pub const LOGS: [Log; 6] = [Log::Episodes, Log::Evaluations, Log::Signals, Log::Units, Log::Steps, Log::Events];

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
    /// One row per env step, as bytes; see [`step_row`](super::step_row).
    Steps,
    /// What TensorBoard shows: a record for every number of an episode, an evaluation and of the signals; see [`scalar_event`](super::scalar_event).
    Events,
}

/// Columns of an episode's row, before the task's metrics.
pub static EPISODE_COLUMNS: [Column; 10] = [
    SUBJECT,
    SEED,
    Column::new("episode", "1", "index of the episode, from 0"),
    Column::new("steps", "env steps", "steps of the subject from the beginning to the end of this episode"),
    Column::new("length", "env steps", "steps of the episode"),
    Column::new("return", "1", "sum of the episode's rewards"),
    Column::new(
        "score",
        "1",
        "how well the episode went by the task's own measure, from 0 to 1, independent of the reward",
    ),
    Column::new("terminated", "1", "whether the episode ended in a state without a future: 1 or 0"),
    Column::new("truncated", "1", "whether the episode was cut short: 1 or 0"),
    Column::new("fault", "1", "whether the episode ended because a state was no longer finite: 1 or 0"),
];
/// Columns of an evaluation's row.
pub static EVALUATION_COLUMNS: [Column; 8] = [
    SUBJECT,
    SEED,
    Column::new("steps", "env steps", "steps of practice before the evaluation"),
    Column::new("episodes", "1", "number of episodes of the evaluation, learning disabled"),
    Column::new("score", "1", "mean score of its episodes, from 0 to 1"),
    Column::new("return", "1", "mean over its episodes of the sum of rewards"),
    Column::new("length", "env steps", "mean length of its episodes"),
    Column::new(
        "trial",
        "1",
        "trial of the schedule that was evaluated, from 0; empty for a task that is no schedule, whose evaluations are always of the \
         same episodes",
    ),
];
/// Columns of a signal's row.
pub static SIGNAL_COLUMNS: [Column; 4] = [
    SUBJECT,
    Column::new("steps", "env steps", "steps of practice after which the signal was recorded"),
    Column::new("signal", "1", "name of the signal"),
    Column::new("value", "its own", "value of the signal in the last step, in the signal's unit"),
];
/// Columns of a recorded population's row.
pub static UNITS_COLUMNS: [Column; 5] = [
    Column::new("steps", "env steps", "steps of practice after which the units were recorded"),
    Column::new("episode", "1", "index of the episode, from 0"),
    Column::new("population", "1", "name of the population"),
    Column::new(
        "aim",
        "m/s",
        "wanted velocity along the task's two axes, with a space between; empty where nothing is aimed at",
    ),
    Column::new("activity", "1", "activity of each unit, with spaces between"),
];

impl Log {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Log::Episodes => "episodes",
            Log::Evaluations => "evaluations",
            Log::Signals => "signals",
            Log::Units => "units",
            Log::Steps => "steps",
            Log::Events => "events",
        }
    }

    /// Whether a run has it only if it is asked for.
    pub fn optional(self) -> bool {
        matches!(self, Log::Units | Log::Steps | Log::Events)
    }

    /// Where that of a subject lies in a run folder.
    pub(super) fn place(self, name: &str) -> String {
        match self {
            // TensorBoard takes every folder for a run, and looks for this in the names of files.
            Log::Events => format!("tensorboard/{name}/events.out.tfevents"),
            Log::Steps => format!("logs/{name}.steps.bin"),
            Log::Episodes | Log::Evaluations | Log::Signals | Log::Units => format!("logs/{name}.{}.csv", self.name()),
        }
    }

    /// What its files begin with, for a task with these metrics.
    pub(super) fn beginning(self, metrics: &[Metric]) -> Vec<u8> {
        match self {
            Log::Events => first_event(),
            Log::Steps => Vec::new(),
            Log::Episodes | Log::Evaluations | Log::Signals | Log::Units => {
                format!("{}\n", self.header(metrics)).into_bytes()
            }
        }
    }

    /// The first line of its files, for a task with these metrics; those that are not text have none.
    pub fn header(self, metrics: &[Metric]) -> String {
        header(&self.columns(metrics.iter().map(Column::from)))
    }

    /// The columns of its files, for a task with these metrics.
    pub fn columns(self, metrics: impl Iterator<Item = Column>) -> Vec<Column> {
        match self {
            Log::Episodes => EPISODE_COLUMNS.iter().cloned().chain(metrics).collect(),
            Log::Evaluations => EVALUATION_COLUMNS.to_vec(),
            Log::Signals => SIGNAL_COLUMNS.to_vec(),
            Log::Units => UNITS_COLUMNS.to_vec(),
            Log::Steps | Log::Events => Vec::new(),
        }
    }
}

/// Rows that wait to be written, by log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows([Vec<u8>; LOGS.len()]);

impl Rows {
    /// The rows of one log.
    pub fn of(&mut self, log: Log) -> &mut Vec<u8> {
        &mut self.0[log as usize]
    }

    /// Bytes that wait.
    pub fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all that waits, and keeps the room for what comes.
    pub fn clear(&mut self) {
        self.0.iter_mut().for_each(Vec::clear);
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

impl Mark {
    /// The mark of a log that holds these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::default().after(bytes)
    }

    /// The mark when more has been appended.
    pub(super) fn after(self, more: &[u8]) -> Self {
        let mut hash = crc32fast::Hasher::new_with_initial_len(self.crc, self.bytes);
        hash.update(more);
        Self { bytes: self.bytes + more.len() as u64, crc: hash.finalize() }
    }
}
