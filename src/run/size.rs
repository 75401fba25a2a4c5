//! Whether a cohort can be held in memory, before anything runs.

use crate::run::subject::Subject;
use anyhow::{Result, bail};
use etude_agents::{State, Tensor};

/// Bytes of a lane's physics and bookkeeping (own measurement: 73 KB in cycling).
const LANE_BYTES: u64 = 80 << 10;
/// What an agent takes beside what it saves: activities, and a copy while it is evaluated.
const OVERHEAD: f64 = 1.3;

/// Refuses more subjects than this machine has memory for. Where the system does not tell how much it has, none are refused.
///
/// # Errors
/// Says how much would be needed and how much there is.
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

/// Bytes that a process can still have, as Linux tells.
fn available() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

fn in_words(bytes: u64) -> String {
    let mib = bytes as f64 / f64::from(1 << 20);
    if mib >= 1024.0 { format!("{:.1} GiB", mib / 1024.0) } else { format!("{mib:.1} MiB") }
}
