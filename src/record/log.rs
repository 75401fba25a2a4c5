//! The kinds of rows, their columns, buffered rows, and the state of each log.

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
    /// TensorBoard events: a record for every number of an episode, of an evaluation, and for every signal; see
    /// [`scalar_event`](super::scalar_event).
    Events,
}

/// Columns of an episode's row, followed by the task's metrics.
pub static EPISODE_COLUMNS: [Column; 10] = [
    SUBJECT,
    SEED,
    Column::new("episode", "1", "index of the episode, from 0"),
    Column::new("steps", "env steps", "env steps of the subject until the end of this episode"),
    Column::new("length", "env steps", "env steps of the episode"),
    Column::new("return", "1", "sum of the episode's rewards"),
    Column::new(
        "score",
        "1",
        "score of the episode, the task's success measure from 0 to 1, independent of the reward",
    ),
    Column::new("terminated", "1", "whether the episode ended in a terminal state: 1 or 0"),
    Column::new("truncated", "1", "whether the episode was truncated, for example by the time limit: 1 or 0"),
    Column::new("fault", "1", "whether the episode ended in a fault, because a state was no longer finite: 1 or 0"),
];
/// Columns of an evaluation's row.
pub static EVALUATION_COLUMNS: [Column; 8] = [
    SUBJECT,
    SEED,
    Column::new("steps", "env steps", "env steps of practice before the evaluation"),
    Column::new("episodes", "1", "number of episodes in the evaluation, learning disabled"),
    Column::new("score", "1", "mean score of its episodes, from 0 to 1"),
    Column::new("return", "1", "mean return (sum of rewards) of its episodes"),
    Column::new("length", "env steps", "mean length of its episodes"),
    Column::new(
        "trial",
        "1",
        "index of the evaluated trial in the schedule, from 0; empty for a task without a schedule, which is always evaluated on the \
         same episodes",
    ),
];
/// Columns of a signal's row.
pub static SIGNAL_COLUMNS: [Column; 4] = [
    SUBJECT,
    Column::new("steps", "env steps", "env steps of practice before the record"),
    Column::new("signal", "1", "name of the signal"),
    Column::new("value", "its own", "value of the signal in the last step, in the signal's unit"),
];
/// Columns of a recorded population's row.
pub static UNITS_COLUMNS: [Column; 5] = [
    Column::new("steps", "env steps", "env steps of practice before the record"),
    Column::new("episode", "1", "index of the episode, from 0"),
    Column::new("population", "1", "name of the population"),
    Column::new(
        "aim",
        "m/s",
        "desired velocity along the task's two axes, separated by a space; empty for a task without an aim",
    ),
    Column::new("activity", "1", "activity of each unit, separated by spaces"),
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

    /// Whether a run has it only on request.
    pub fn optional(self) -> bool {
        matches!(self, Log::Units | Log::Steps | Log::Events)
    }

    /// Path of a subject's log in a run folder.
    pub(super) fn place(self, name: &str) -> String {
        match self {
            // TensorBoard takes every folder for a run, and looks for this part of file names.
            Log::Events => format!("tensorboard/{name}/events.out.tfevents"),
            Log::Steps => format!("logs/{name}.steps.bin"),
            Log::Episodes | Log::Evaluations | Log::Signals | Log::Units => format!("logs/{name}.{}.csv", self.name()),
        }
    }

    /// First bytes of its files, for a task with these metrics.
    pub(super) fn beginning(self, metrics: &[Metric]) -> Vec<u8> {
        match self {
            Log::Events => first_event(),
            Log::Steps => Vec::new(),
            Log::Episodes | Log::Evaluations | Log::Signals | Log::Units => {
                format!("{}\n", self.header(metrics)).into_bytes()
            }
        }
    }

    /// Header line of its files, for a task with these metrics; empty for binary logs.
    pub fn header(self, metrics: &[Metric]) -> String {
        header(&self.columns(metrics.iter().map(Column::from)))
    }

    /// Columns of its files, for a task with these metrics.
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

/// Buffered rows, by log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows([Vec<u8>; LOGS.len()]);

impl Rows {
    /// The rows of one log.
    pub fn of(&mut self, log: Log) -> &mut Vec<u8> {
        &mut self.0[log as usize]
    }

    /// Number of buffered bytes.
    pub fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// Whether nothing is buffered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Clears the buffer, and keeps its capacity.
    pub fn clear(&mut self) {
        self.0.iter_mut().for_each(Vec::clear);
    }
}

/// State of each log on disk, in the order of [`LOGS`].
pub type Marks = [Mark; LOGS.len()];

/// State of a log: its length in bytes, and their CRC-32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Length in bytes.
    pub bytes: u64,
    /// CRC-32 of these bytes.
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
