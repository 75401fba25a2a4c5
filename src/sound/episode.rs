//! The sound of one episode of an evaluation.

use super::track::SoundTrack;
use crate::run::evaluate::Seen;
use anyhow::{Result, bail};
use etude_envs::task::Blueprint;
use etude_envs::tone::Tone;

/// A sound track made from an episode, step by step.
pub struct EpisodeSound {
    track: SoundTrack,
    tones: Vec<Tone>,
    /// Duration of an env step, in s.
    step: f64,
    steps: u64,
}

impl EpisodeSound {
    /// A sound track for an episode of a task.
    ///
    /// # Errors
    /// A task without sound.
    pub fn of(task: &Blueprint) -> Result<Self> {
        let strings = task.make().strings();
        if strings == 0 {
            bail!("{} makes no sound: expected a task whose strings can be heard, one of fretting", task.spec().id);
        }
        let step = f64::from(task.spec().physics.control_interval());
        Ok(Self { track: SoundTrack::new(strings), tones: vec![Tone::default(); strings], step, steps: 0 })
    }

    /// Adds the next step of the episode.
    pub fn hear(&mut self, seen: &Seen<'_>) {
        seen.lane.sound(&mut self.tones);
        self.steps += 1;
        self.track.step(&self.tones, self.steps as f64 * self.step);
    }

    /// The samples, which end with the episode.
    pub fn finish(self) -> Vec<i16> {
        self.track.finish(self.steps as f64 * self.step)
    }
}
