//! Folders of runs that nobody has named.

use std::path::{Path, PathBuf};

/// The first folder in `runs/` of that name, numbered, that is not there yet.
pub(super) fn first_free(name: &str) -> PathBuf {
    numbered(name, free_number(name))
}

/// The last folder in `runs/` of that name that is there; the first one if none is.
pub(super) fn last_taken(name: &str) -> PathBuf {
    numbered(name, free_number(name).saturating_sub(1).max(1))
}

fn free_number(name: &str) -> u32 {
    (1..u32::MAX).find(|&number| !numbered(name, number).exists()).unwrap_or(1)
}

fn numbered(name: &str, number: u32) -> PathBuf {
    let runs = Path::new("runs");
    if number == 1 { runs.join(name) } else { runs.join(format!("{name}_{number}")) }
}
