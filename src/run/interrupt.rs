//! Stopping: SIGINT (Ctrl-C) and SIGTERM end a run in order, with its state saved.
//!
//! Subjects practise until the end of their running episode, where the state of the lane follows from its seed, and
//! write a checkpoint. Subjects that take longer than [`PATIENCE`] keep their last checkpoint. A second signal ends the
//! program at once, which loses no more than killing it would.

use anyhow::{Context, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::unregister;
use signal_hook::{SigId, flag};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest time that subjects may take to reach the end of an episode.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// Flags set by signals.
struct Flags {
    /// The received signal, or 0.
    signal: Arc<AtomicUsize>,
    /// Set by the first signal: the second ends the program.
    second: Arc<AtomicBool>,
}

/// Set while no run is listening, if SIGTERM should then end the program.
static IDLE: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

static FLAGS: LazyLock<Flags> = LazyLock::new(|| Flags { signal: Arc::default(), second: Arc::default() });
/// Registered handlers; empty while no run is listening.
static LISTENING: Mutex<Vec<SigId>> = Mutex::new(Vec::new());
/// When a signal was first noticed.
static NOTICED: Mutex<Option<Instant>> = Mutex::new(None);

/// A run was ended by a signal.
#[derive(Debug, thiserror::Error)]
#[error("stopped by {}; all practice so far is saved in {}; resume with the same command and --resume", name(*.signal), .folder.display())]
pub struct Interrupted {
    /// Number of the signal.
    pub signal: u8,
    /// The run's folder.
    pub folder: PathBuf,
}

impl Interrupted {
    /// 128 plus the signal's number, as in shells.
    pub fn exit_code(&self) -> u8 {
        self.signal.saturating_add(128)
    }
}

/// From now on, SIGINT and SIGTERM are recorded instead of ending the program.
///
/// # Errors
/// A system that does not allow it.
pub fn listen() -> Result<()> {
    let mut listening = LISTENING.lock().unwrap_or_else(PoisonError::into_inner);
    if !listening.is_empty() {
        return Ok(());
    }
    IDLE.store(false, Ordering::Relaxed);
    let Flags { signal, second } = &*FLAGS;
    for number in [SIGINT, SIGTERM] {
        let mut register = || {
            listening.push(flag::register_conditional_shutdown(number, 128 + number, Arc::clone(second))?);
            listening.push(flag::register(number, Arc::clone(second))?);
            listening.push(flag::register_usize(number, Arc::clone(signal), number as usize)?);
            std::io::Result::Ok(())
        };
        register().context("cannot listen to signals")?;
    }
    Ok(())
}

/// For programs that continue after a run, with the default action of SIGTERM: restores that action when the run is
/// forgotten. An installed handler remains, and would otherwise ignore the signal.
///
/// # Errors
/// A system that does not allow it.
pub fn end_by_sigterm_when_idle() -> Result<()> {
    static ONCE: Mutex<bool> = Mutex::new(false);
    let mut registered = ONCE.lock().unwrap_or_else(PoisonError::into_inner);
    if !*registered {
        flag::register_conditional_default(SIGTERM, Arc::clone(&IDLE)).context("cannot listen to signals")?;
        *registered = true;
    }
    Ok(())
}

/// Stops listening, and forgets received signals: for programs that continue after a run.
pub fn forget() {
    let mut listening = LISTENING.lock().unwrap_or_else(PoisonError::into_inner);
    listening.drain(..).for_each(|id| {
        unregister(id);
    });
    IDLE.store(true, Ordering::Relaxed);
    FLAGS.signal.store(0, Ordering::Relaxed);
    FLAGS.second.store(false, Ordering::Relaxed);
    *NOTICED.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Number of the received signal, if any.
pub fn requested() -> Option<u8> {
    let signal = FLAGS.signal.load(Ordering::Relaxed);
    (signal != 0).then(|| {
        NOTICED.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
        signal as u8
    })
}

/// Whether a signal was received so long ago that the run must end now.
pub fn overdue() -> bool {
    let noticed = *NOTICED.lock().unwrap_or_else(PoisonError::into_inner);
    noticed.is_some_and(|noticed| noticed.elapsed() > PATIENCE)
}

fn name(signal: u8) -> &'static str {
    if i32::from(signal) == SIGTERM { "SIGTERM" } else { "SIGINT" }
}
