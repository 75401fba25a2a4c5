//! Threads that share the work, as many as the system gives.

use std::thread;

/// Runs `work` on up to so many threads at once, each of which takes what is left until nothing is, while the calling thread
/// looks on. Where the system gives fewer threads there are fewer at work; where it gives none, the calling thread works.
pub fn crew(threads: usize, work: impl Fn() + Sync, look_on: impl FnOnce()) {
    thread::scope(|scope| {
        let hired = (0..threads.max(1)).map_while(|_| thread::Builder::new().spawn_scoped(scope, &work).ok()).count();
        if hired == 0 {
            work();
        }
        look_on();
    });
}
