//! Threads that share work.

use std::thread;

/// Runs `work` on up to `threads` threads, each of which takes remaining items until none are left, while the calling
/// thread runs `look_on`. If the system provides fewer threads, fewer work; if it provides none, the calling thread
/// works.
pub fn crew(threads: usize, work: impl Fn() + Sync, look_on: impl FnOnce()) {
    thread::scope(|scope| {
        let hired = (0..threads.max(1)).map_while(|_| thread::Builder::new().spawn_scoped(scope, &work).ok()).count();
        if hired == 0 {
            work();
        }
        look_on();
    });
}
