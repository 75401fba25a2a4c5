//! Recordings: the sheet is drawn in software and written to a film. The simulation takes as many steps between two frames as
//! the time between them holds, so that a film is the same each time. An MP4 film of a task with strings has what is heard of the
//! subject in focus as its sound track.

use super::film::Film;
use super::messages::{Frame, Sample, Speed};
use super::theatre::Theatre;
use super::view::View;
use crate::sound::{SoundTrack, wav};
use anyhow::Result;
use etude_draw::{Canvas, Renderer, Vec2};
use std::path::PathBuf;

/// What is recorded.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Where to: `.gif`, `.mp4`, or a folder for PNG files.
    pub path: PathBuf,
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// Frames per second.
    pub frames_per_second: u32,
    /// Length in s.
    pub seconds: f32,
    /// Length of what goes before and is not recorded, in s of the simulation.
    pub skip: f32,
    /// How fast the simulation runs.
    pub speed: Speed,
    /// Whether all subjects are shown in a grid.
    pub grid: bool,
}

/// Env steps between two frames at full speed.
const STEPS_AT_MOST_SPEED: u64 = 200;

/// Records what is on stage, and tells how many frames there are.
///
/// # Errors
/// A film that cannot be written, or a subject that cannot go on.
pub fn record(mut theatre: Theatre, recording: &Recording) -> Result<u32> {
    let mut film = Film::begin(&recording.path, recording.size, recording.frames_per_second)?;
    let frames = (recording.seconds * recording.frames_per_second as f32).round().max(1.0) as u32;
    let size = Vec2::new(recording.size[0] as f32, recording.size[1] as f32);
    let (mut view, mut canvas, mut renderer) = (View::new(recording.grid), Canvas::default(), Renderer::default());
    let interval = theatre.interval();
    let mut heard = Heard::of(&theatre, &film, recording.speed);
    theatre.advance((f64::from(recording.skip) / interval).round() as u64, true)?;
    let mut done = 0;
    for frame in 0..frames {
        let due = match recording.speed {
            Speed::Most => u64::from(frame) * STEPS_AT_MOST_SPEED,
            Speed::Times(times) => {
                let time = f64::from(frame) * f64::from(times) / f64::from(recording.frames_per_second);
                (time / interval).round() as u64
            }
        };
        theatre.advance(due - done, true)?;
        done = due;
        let seen = Frame { has_keys: false, ..theatre.frame(recording.speed, false, 0.0) };
        if let Some(heard) = &mut heard {
            heard.listen(&seen.samples, due);
        }
        view.absorb(seen);
        view.paint(&mut canvas, size);
        film.add(renderer.render(&canvas))?;
    }
    let length = f64::from(frames) / f64::from(recording.frames_per_second);
    let sound = heard.map(|heard| wav(&heard.track.finish(length))).transpose()?;
    film.end(sound.as_deref())?;
    Ok(frames)
}

/// What is heard while a film goes on.
struct Heard {
    track: SoundTrack,
    /// Time that an env step takes in the film, in s.
    step: f64,
    /// Env steps heard.
    done: u64,
}

impl Heard {
    /// None of what has no strings, of films that are silent, and at full speed, at which frames keep no time.
    fn of(theatre: &Theatre, film: &Film, speed: Speed) -> Option<Self> {
        match (theatre.strings(), speed) {
            (strings @ 1.., Speed::Times(times)) if film.sounds() => {
                Some(Self { track: SoundTrack::new(strings), step: theatre.interval() / f64::from(times), done: 0 })
            }
            _ => None,
        }
    }

    /// Listens until `done` env steps of the film have been taken; the last of them are in the samples.
    fn listen(&mut self, samples: &[Sample], done: u64) {
        let new = samples.len().min((done - self.done) as usize);
        let first = done - new as u64 + 1;
        for (step, sample) in (first..).zip(&samples[samples.len() - new..]) {
            self.track.step(&sample.tones, step as f64 * self.step);
        }
        self.done = done;
    }
}
