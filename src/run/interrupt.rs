//! Being asked to stop: SIGINT (Ctrl-C) and SIGTERM end a run in order, with its state saved.
//!
//! Subjects practise on to the end of their running episode, where a lane holds nothing that its seed does not give back, and
//! leave a checkpoint there. Who takes longer than [`PATIENCE`] is left with its last checkpoint. A second signal ends the
//! program at once, which loses no more than being killed does.

use anyhow::{Context, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How long subjects may take to come to the end of an episode.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// The signal that has come, or 0.
static SIGNAL: OnceLock<Arc<AtomicUsize>> = OnceLock::new();
/// When it was first noticed.
static NOTICED: OnceLock<Instant> = OnceLock::new();

/// A run was ended by a signal.
#[derive(Debug, thiserror::Error)]
#[error("stopped by {}; what was practised is saved in {}: the same command with --resume goes on", name(*.signal), .folder.display())]
pub struct Interrupted {
    /// Number of the signal.
    pub signal: u8,
    /// The run's folder.
    pub folder: PathBuf,
}

impl Interrupted {
    /// 128 and the signal's number, as shells have it.
    pub fn exit_code(&self) -> u8 {
        self.signal.saturating_add(128)
    }
}

/// From now on SIGINT and SIGTERM are noted instead of ending the program.
///
/// # Errors
/// A system that does not allow it.
pub fn listen() -> Result<()> {
    if SIGNAL.get().is_some() {
        return Ok(());
    }
    let (signal, second) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    for number in [SIGINT, SIGTERM] {
        let register = || {
            flag::register_conditional_shutdown(number, 128 + number, Arc::clone(&second))?;
            flag::register(number, Arc::clone(&second))?;
            flag::register_usize(number, Arc::clone(&signal), number as usize)
        };
        register().context("cannot listen to signals")?;
    }
    let _ = SIGNAL.set(signal);
    Ok(())
}

/// Number of the signal that has come, if one has.
pub fn requested() -> Option<u8> {
    let signal = SIGNAL.get()?.load(Ordering::Relaxed);
    (signal != 0).then(|| {
        NOTICED.get_or_init(Instant::now);
        signal as u8
    })
}

/// Whether a signal came so long ago that nothing more is waited for.
pub fn overdue() -> bool {
    NOTICED.get().is_some_and(|noticed| noticed.elapsed() > PATIENCE)
}

fn name(signal: u8) -> &'static str {
    if i32::from(signal) == SIGTERM { "SIGTERM" } else { "SIGINT" }
}
