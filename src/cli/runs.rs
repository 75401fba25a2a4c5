//! Default names of output folders, in `runs/`.

use std::path::{Path, PathBuf};

/// The folder that was asked for; without one the first numbered folder in `runs/` of that name that does not exist, or with
/// `resume` the last that does.
pub(super) fn folder(out: Option<&Path>, name: &str, resume: bool) -> PathBuf {
    let Some(out) = out else {
        let plain = name.replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-' && letter != '_', "-");
        let free = (1..u32::MAX).find(|&number| !numbered(&plain, number).exists()).unwrap_or(1);
        return numbered(&plain, if resume { (free - 1).max(1) } else { free });
    };
    out.into()
}

fn numbered(name: &str, number: u32) -> PathBuf {
    let runs = Path::new("runs");
    if number == 1 { runs.join(name) } else { runs.join(format!("{name}_{number}")) }
}
