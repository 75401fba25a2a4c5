//! The result of reading a file, and its faults.

/// A profile read from a file.
pub(super) struct Read {
    /// Distances and heights in m, in the order of the file.
    pub(super) points: Vec<[f64; 2]>,
    /// Lines of the file on which the points stand, if it has lines.
    pub(super) lines: Vec<usize>,
    /// Number of profiles in the file.
    pub(super) channels: usize,
}

/// Why a file cannot be read: the line, if known, and what is wrong.
pub(super) struct Fault {
    pub(super) line: Option<usize>,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn at(line: usize, message: String) -> Self {
        Self { line: Some(line), message }
    }

    pub(super) fn of(message: String) -> Self {
        Self { line: None, message }
    }

    /// A channel that the file does not have; `what` is the word for the file's profiles.
    pub(super) fn channel(wanted: usize, channels: usize, what: &str) -> Self {
        Self::of(format!("has no {what} {wanted}; expected `channel` from 1 to {channels}"))
    }
}
