//! Being asked to stop: SIGINT (Ctrl-C) and SIGTERM end a run in order, with its state saved.
//!
//! Subjects practise on to the end of their running episode, where a lane holds nothing that its seed does not give back, and
//! leave a checkpoint there. Who takes longer than [`PATIENCE`] is left with its last checkpoint. A second signal ends the
//! program at once, which loses no more than being killed does.

use anyhow::{Context, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::unregister;
use signal_hook::{SigId, flag};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long subjects may take to come to the end of an episode.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// What signals set.
struct Flags {
    /// The signal that has come, or 0.
    signal: Arc<AtomicUsize>,
    /// Set by the first signal: the second ends the program.
    second: Arc<AtomicBool>,
}

/// Set while nothing is listened to, if SIGTERM then has to end the program.
static IDLE: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

static FLAGS: LazyLock<Flags> = LazyLock::new(|| Flags { signal: Arc::default(), second: Arc::default() });
/// What is listened with; empty while nothing is.
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

/// For programs that go on after a run, and in which SIGTERM has its default action: it has it again once that run is forgotten.
/// A handler that was once installed stays, and would take the signal and do nothing.
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

/// Listens no more, and forgets the signals that have come: for programs that go on after a run.
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

/// Number of the signal that has come, if one has.
pub fn requested() -> Option<u8> {
    let signal = FLAGS.signal.load(Ordering::Relaxed);
    (signal != 0).then(|| {
        NOTICED.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
        signal as u8
    })
}

/// Whether a signal came so long ago that nothing more is waited for.
pub fn overdue() -> bool {
    let noticed = *NOTICED.lock().unwrap_or_else(PoisonError::into_inner);
    noticed.is_some_and(|noticed| noticed.elapsed() > PATIENCE)
}

fn name(signal: u8) -> &'static str {
    if i32::from(signal) == SIGTERM { "SIGTERM" } else { "SIGINT" }
}
