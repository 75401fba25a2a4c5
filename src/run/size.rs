//! Checks in advance that a cohort fits into memory.

use crate::run::subject::Subject;
use anyhow::{Result, bail};
use etude_agents::{State, Tensor};

/// Memory of a lane's physics and bookkeeping, in bytes (own measurement: 73 KB in cycling).
const LANE_BYTES: u64 = 80 << 10;
/// Memory of an agent relative to its saved state: activities, and a copy during evaluations.
const OVERHEAD: f64 = 1.3;

/// Refuses more subjects than fit into this machine's memory. Where the system does not report its memory, none are
/// refused.
///
/// # Errors
/// The memory that would be needed and the memory available.
pub fn refuse_too_many(subjects: u64, one: &Subject) -> Result<()> {
    let each = (bytes(&one.state()) as f64 * OVERHEAD) as u64 + LANE_BYTES;
    let needed = each.saturating_mul(subjects);
    match available() {
        Some(available) if needed > available => bail!(
            "{subjects} subjects need about {} of memory, {} each; this machine has {} available; expected at most {} subjects, \
             or smaller agents",
            in_words(needed),
            in_words(each),
            in_words(available),
            available / each
        ),
        _ => Ok(()),
    }
}

fn bytes(state: &State) -> u64 {
    let of = |tensor: &Tensor| match tensor {
        Tensor::F32(values) => 4 * values.len(),
        Tensor::F64(values) => 8 * values.len(),
        Tensor::U64(values) => 8 * values.len(),
    };
    state.iter().map(|(_, tensor)| of(tensor) as u64).sum()
}

/// Available memory in bytes, on Linux.
fn available() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

fn in_words(bytes: u64) -> String {
    let mib = bytes as f64 / f64::from(1 << 20);
    if mib >= 1024.0 { format!("{:.1} GiB", mib / 1024.0) } else { format!("{mib:.1} MiB") }
}
