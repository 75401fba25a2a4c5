//! The threads of a gym.

use bevy::prelude::Resource;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Threads that help the calling one. To wake one that sleeps takes as long as stepping dozens of lanes, so after a step they
/// wait for the next one awake, for a while.
#[derive(Resource)]
pub(super) struct Workers {
    /// Absent for one thread, or where the system gives no more.
    pub(super) helpers: Option<ThreadPool>,
    pub(super) threads: usize,
    /// How often they were called to work.
    calls: Arc<AtomicUsize>,
}

/// How long a thread waits awake for another one.
const AWAKE: Duration = Duration::from_micros(200);

impl Workers {
    pub(super) fn new(threads: usize) -> Self {
        let build = || ThreadPoolBuilder::new().num_threads(threads - 1).thread_name(|_| "lane worker".into()).build();
        let helpers = (threads > 1).then(build).and_then(Result::ok);
        Self { helpers, threads, calls: Arc::default() }
    }

    /// Ends the helpers' waiting.
    pub(super) fn call(&self) {
        self.calls.fetch_add(1, Ordering::Release);
    }

    /// Lets the helpers wait awake for the next call.
    pub(super) fn stand_by(&self) {
        let Some(helpers) = &self.helpers else { return };
        let (calls, known) = (Arc::clone(&self.calls), self.calls.load(Ordering::Relaxed));
        helpers.spawn_broadcast(move |_| wait_awake(|| calls.load(Ordering::Acquire) != known));
    }
}

/// Waits without sleeping, but not for long.
pub(super) fn wait_awake(until: impl Fn() -> bool) {
    let start = Instant::now();
    while !until() && start.elapsed() < AWAKE {
        // Between two looks at the clock.
        for _ in 0..16 {
            std::hint::spin_loop();
        }
    }
}
