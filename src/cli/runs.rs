//! Default names of run folders.

use std::path::{Path, PathBuf};

/// The first numbered folder in `runs/` of that name that does not exist.
pub(super) fn first_free(name: &str) -> PathBuf {
    numbered(name, free_number(name))
}

/// The last existing folder in `runs/` of that name; the first one if none exists.
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
