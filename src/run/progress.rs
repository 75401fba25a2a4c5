//! Progress of long work on stderr: a bar on a terminal, plain lines elsewhere.

use crate::tell::tell;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Time between two plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows the progress of a cohort.
pub struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
    started: Instant,
    last_line: Instant,
    at_start: u64,
    total: u64,
}

impl Progress {
    /// Progress of `total` env steps, of which `done` were done earlier.
    pub fn new(total: u64, done: u64, quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(total);
            if let Ok(style) = ProgressStyle::with_template("{bar:32} {percent:>3}%  {msg}  {eta} left") {
                bar.set_style(style.progress_chars("━╸─"));
            }
            bar.set_position(done);
            bar.reset_eta();
            bar
        });
        let now = Instant::now();
        Self { bar, quiet, started: now, last_line: now, at_start: done, total }
    }

    /// Shows `done` env steps, and a remark on the results.
    pub fn update(&mut self, done: u64, how: &str) {
        let speed = self.steps_per_second(done);
        let message = format!("{speed:.0} steps/s  {how}");
        match &self.bar {
            Some(bar) => {
                bar.set_position(done);
                bar.set_message(message);
            }
            None if !self.quiet && self.last_line.elapsed() >= LINE_EVERY => {
                self.last_line = Instant::now();
                let left = self.total.saturating_sub(done) as f64 / speed.max(1.0);
                tell(&format!("{:3.0}%  {message}  {left:.0} s left", 100.0 * done as f64 / self.total.max(1) as f64));
            }
            None => {}
        }
    }

    /// Removes the bar and returns the mean speed in env steps per second.
    pub fn finish(self, done: u64) -> f64 {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.steps_per_second(done)
    }

    fn steps_per_second(&self, done: u64) -> f64 {
        done.saturating_sub(self.at_start) as f64 / self.started.elapsed().as_secs_f64().max(1e-9)
    }
}
