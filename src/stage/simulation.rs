//! The simulation under the window: a theatre in a thread of its own, which paces itself, obeys commands and tells what is to be
//! seen. It never waits for whoever watches.

use crate::show::{BURST, Command, Frame, Programme, SAMPLES, Speed, Theatre};
use anyhow::{Result, anyhow, bail};
use crossbeam_channel::{Receiver, Sender, TryRecvError, TrySendError};
use std::time::{Duration, Instant};

/// Least time between two frames, and at full speed, where the simulation would rather have the processor.
const FRAME: Duration = Duration::from_millis(16);
const FRAME_AT_MOST_SPEED: Duration = Duration::from_millis(33);
/// How long the thread sleeps at most before it looks for commands.
const NAP: Duration = Duration::from_millis(10);
/// Time over which the speed is measured.
const MEASURED: Duration = Duration::from_millis(500);
/// Lag in s that is caught up with; what lies further behind is let go.
const LAG: f64 = 0.25;

/// Lets the theatre play until nobody watches any more, from the first [`Command::Pause`] on if it begins `paused`. Frames that
/// nobody takes are dropped.
///
/// # Errors
/// A subject that cannot go on, or a run folder that cannot be written to.
pub fn perform(
    mut theatre: Theatre,
    mut speed: Speed,
    mut paused: bool,
    frames: &Sender<Frame>,
    commands: &Receiver<Command>,
) -> Result<()> {
    let (mut single, mut unseen) = (false, true);
    let (mut last, mut owed, mut shown) = (Instant::now(), 0.0f64, Instant::now() - FRAME_AT_MOST_SPEED);
    let mut meter = Meter::new();
    let mut waiting: Option<Frame> = None;
    loop {
        let mut changed = false;
        loop {
            match commands.try_recv() {
                Ok(command) => {
                    changed = true;
                    match command {
                        Command::Pause => paused = !paused,
                        Command::Step => (paused, single) = (true, true),
                        Command::Speed(wanted) => (speed, owed) = (wanted, 0.0),
                        ref other => theatre.obey(other)?,
                    }
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return Ok(()),
            }
        }
        let now = Instant::now();
        let interval = theatre.interval();
        let steps = match speed {
            _ if theatre.finished() => 0,
            _ if single => 1,
            _ if paused => 0,
            Speed::Most => (BURST / theatre.subjects().max(1)).max(1),
            Speed::Times(times) => {
                owed = (owed + (now - last).as_secs_f64() * f64::from(times)).min(LAG * f64::from(times).max(1.0));
                let due = (owed / interval).floor();
                owed -= due * interval;
                due as u64
            }
        };
        last = now;
        let most = speed == Speed::Most && !single;
        let frame_due = shown.elapsed() >= if most { FRAME_AT_MOST_SPEED } else { FRAME };
        if steps > 0 {
            // At full speed one step a frame is looked at closely, the others are not.
            let close = if most { u64::from(frame_due) } else { steps };
            theatre.advance(steps - close, false)?;
            theatre.advance(close, true)?;
            meter.count(steps * theatre.subjects());
        }
        (changed, single) = (changed || single, false);
        unseen |= changed || steps > 0;
        if unseen && (frame_due || changed) {
            let fresh = theatre.frame(speed, paused, meter.rate());
            let frame = match waiting.take() {
                Some(missed) => merge(missed, fresh),
                None => fresh,
            };
            shown = now;
            waiting = match frames.try_send(frame) {
                Ok(()) => None,
                Err(TrySendError::Full(frame)) => Some(frame),
                Err(TrySendError::Disconnected(_)) => return Ok(()),
            };
            unseen = waiting.is_some();
        }
        if steps == 0 || !most {
            let wait = if steps == 0 && (paused || theatre.finished()) { NAP } else { Duration::from_millis(1) };
            std::thread::sleep(wait);
        }
    }
}

/// A frame that was not taken and the next one, as one.
fn merge(missed: Frame, mut fresh: Frame) -> Frame {
    if missed.task.id != fresh.task.id || missed.focus != fresh.focus {
        return fresh;
    }
    let mut samples = missed.samples;
    samples.append(&mut fresh.samples);
    let excess = samples.len().saturating_sub(SAMPLES);
    samples.drain(..excess);
    fresh.samples = samples;
    for (shot, missed) in fresh.shots.iter_mut().zip(missed.shots) {
        let mut ended = missed.ended;
        ended.append(&mut shot.ended);
        let excess = ended.len().saturating_sub(SAMPLES);
        ended.drain(..excess);
        shot.ended = ended;
    }
    fresh
}

/// Measures how many steps are taken in a second.
struct Meter {
    since: Instant,
    counted: u64,
    rate: f32,
}

impl Meter {
    fn new() -> Self {
        Self { since: Instant::now(), counted: 0, rate: 0.0 }
    }

    fn count(&mut self, steps: u64) {
        self.counted += steps;
        let elapsed = self.since.elapsed();
        if elapsed >= MEASURED {
            self.rate = self.counted as f32 / elapsed.as_secs_f32();
            (self.since, self.counted) = (Instant::now(), 0);
        }
    }

    fn rate(&self) -> f32 {
        self.rate
    }
}

/// A simulation that runs in its own thread.
pub struct Simulation {
    /// What is to be seen.
    pub frames: Receiver<Frame>,
    /// What is asked of it.
    pub commands: Sender<Command>,
    thread: std::thread::JoinHandle<Result<()>>,
}

impl Simulation {
    /// Puts everyone on stage and starts, or waits `paused`.
    ///
    /// # Errors
    /// A programme that cannot be performed, or a system that gives no more threads.
    pub fn start(programme: Programme, speed: Speed, paused: bool) -> Result<Self> {
        let (frame_sender, frames) = crossbeam_channel::bounded(2);
        let (commands, command_receiver) = crossbeam_channel::bounded(256);
        let (ready_sender, ready) = crossbeam_channel::bounded(1);
        // A gym lives and dies in the thread that it was made in.
        let thread = std::thread::Builder::new().name("simulation".into()).spawn(move || {
            let theatre = Theatre::open(programme)?;
            let _ = ready_sender.send(());
            perform(theatre, speed, paused, &frame_sender, &command_receiver)
        })?;
        if ready.recv().is_err() {
            Self { frames, commands, thread }.end()?;
            bail!("the simulation ended before it began");
        }
        Ok(Self { frames, commands, thread })
    }

    /// Whether it has stopped by itself.
    pub fn stopped(&self) -> bool {
        self.thread.is_finished()
    }

    /// Lets go of it and waits for its end.
    ///
    /// # Errors
    /// What made it stop.
    pub fn end(self) -> Result<()> {
        drop((self.commands, self.frames));
        match self.thread.join() {
            Ok(result) => result,
            Err(panic) => {
                let said = panic.downcast_ref::<String>().map(String::as_str);
                let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
                Err(anyhow!("the simulation broke down: {said}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::run::lesions::Lesions;
    use etude_envs::Seed;

    fn programme() -> Programme {
        let catalog = Catalog::default();
        let task = catalog.tasks.task("cycling/flat-v0").unwrap();
        let siblings = ["cycling/flat-v0", "cycling/tall-v0"].map(|id| catalog.tasks.task(id).unwrap()).into();
        Programme {
            task,
            siblings,
            agent: catalog.agent("brain").unwrap(),
            seed: Seed(1),
            subjects: 2,
            cast: Vec::new(),
            learning: true,
            lesions: Lesions::new(),
            run: None,
            threads: 1,
        }
    }

    #[test]
    fn a_simulation_that_breaks_down_says_why() {
        let nobody = Programme { lesions: [("foot".to_string(), 1.0)].into(), ..programme() };
        let error = Simulation::start(nobody, Speed::Most, false).err().unwrap().to_string();
        assert!(error.contains("no part `foot`"), "{error}");
        let simulation = Simulation::start(programme(), Speed::Most, false).unwrap();
        assert!(simulation.frames.recv().is_ok() && !simulation.stopped());
        simulation.end().unwrap();
    }

    #[test]
    fn a_simulation_that_waits_takes_no_step_before_it_is_started() {
        let simulation = Simulation::start(programme(), Speed::Most, true).unwrap();
        let steps = |frame: Frame| frame.shots.iter().map(|shot| shot.steps).collect::<Vec<_>>();
        assert_eq!(steps(simulation.frames.recv().unwrap()), [0, 0]);
        std::thread::sleep(Duration::from_millis(100));
        // Looking elsewhere is no start.
        simulation.commands.send(Command::Focus(1)).unwrap();
        let frame = simulation.frames.recv().unwrap();
        assert!(frame.paused && frame.focus == 1);
        assert_eq!(steps(frame), [0, 0]);
        simulation.commands.send(Command::Pause).unwrap();
        let started = std::iter::from_fn(|| simulation.frames.recv().ok()).find(|frame| !frame.paused);
        assert!(started.is_some() && simulation.frames.recv().is_ok_and(|frame| steps(frame) != [0, 0]));
        simulation.end().unwrap();
    }
}
