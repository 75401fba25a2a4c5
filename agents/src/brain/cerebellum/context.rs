//! One body as it is known: its forward model, and how well that usually predicts.

use super::climbing_fibre::ClimbingFibre;
use crate::brain::least_squares::LeastSquares;
use crate::state::{StateError, StateReader, StateWriter};

/// Steps over which usual errors are averaged: a change must not become usual before it is noticed.
pub(super) const USUAL_MEMORY: u64 = 20_000;
/// Largest squared error taken in, over the usual one: a single impact must not look like a change.
pub(super) const LARGEST_SURPRISE: f64 = 50.0;
/// Squared errors below these are none: (1% of what is typical)², and this share of the mean square of the changes.
const LEAST_ERROR: f64 = 1e-4;
const LEAST_ERROR_SHARE: f64 = 0.0025;

/// What the contexts are made with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) regressors: usize,
    pub(super) targets: usize,
    pub(super) capacity: usize,
    pub(super) prior: f64,
    pub(super) reference_forgetting: f64,
    pub(super) forgetting: f64,
    pub(super) arming: u64,
    pub(super) adoption: u64,
    pub(super) threshold: f64,
    pub(super) window: u64,
}

impl Settings {
    /// Share that a changed body's model keeps per step after that many steps in it: the better it is known, the longer it is
    /// remembered, up to the reference's memory.
    pub(super) fn kept_of(&self, age: u64) -> f64 {
        let steps = 1.0 / (1.0 - self.forgetting).max(f64::MIN_POSITIVE) + age as f64;
        (1.0 - 1.0 / steps).min(self.reference_forgetting.max(self.forgetting))
    }
}

/// One body as it is known.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) model: LeastSquares,
    /// Long and short average of the squared innovation of every target.
    pub(super) usual: Vec<f64>,
    pub(super) recent: Vec<f64>,
    /// Steps for which it was responsible.
    pub(super) age: u64,
    /// When it last was.
    pub(super) last: u64,
}

impl Context {
    pub(super) fn new(settings: &Settings) -> Context {
        Context {
            model: LeastSquares::new(settings.regressors, settings.targets, settings.prior),
            usual: vec![0.0; settings.targets],
            recent: vec![0.0; settings.targets],
            age: 0,
            last: 0,
        }
    }

    /// Becomes a fresh model that starts from another's weights and errors.
    pub(super) fn start_from(&mut self, other: &Context) {
        self.model.copy_weights(&other.model);
        self.model.doubt();
        self.usual.copy_from_slice(&other.recent);
        self.recent.copy_from_slice(&other.recent);
        (self.age, self.last) = (0, 0);
    }

    /// Becomes the same as another, without allocating.
    pub(super) fn copy(&mut self, other: &Context) {
        self.model.copy(&other.model);
        self.usual.copy_from_slice(&other.usual);
        self.recent.copy_from_slice(&other.recent);
        (self.age, self.last) = (other.age, other.last);
    }

    /// Takes innovations into the averages; returns the largest recent error over its usual size.
    pub(super) fn judge(&mut self, innovations: &[f64], spread: &[f64], window: u64) -> f64 {
        self.age += 1;
        let (short, long) = (1.0 / self.age.min(window) as f64, 1.0 / self.age.min(USUAL_MEMORY) as f64);
        let mut surprise = 0.0_f64;
        let averages = self.recent.iter_mut().zip(&mut self.usual);
        for (((recent, usual), innovation), spread) in averages.zip(innovations).zip(spread) {
            let least = least(*spread);
            let cap = if self.age > window { LARGEST_SURPRISE * usual.max(least) } else { f64::MAX };
            let square = (innovation * innovation).min(cap);
            *recent += short * (square - *recent);
            *usual += long * (square - *usual);
            surprise = surprise.max(*recent / usual.max(least));
        }
        surprise
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        self.model.save(writer);
        writer.put_f64("usual", &self.usual);
        writer.put_f64("recent", &self.recent);
        writer.put_u64("age", &[self.age, self.last]);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.model.load(reader)?;
        for (name, errors) in [("usual", &mut self.usual), ("recent", &mut self.recent)] {
            reader.get_f64(name, errors)?;
            reader.check(name, errors, "a number that is not negative", |error| error >= 0.0)?;
        }
        let mut age = [0; 2];
        reader.get_u64("age", &mut age)?;
        reader.check("age", &age, "a count of steps below 2^62", |count| count < 1 << 62)?;
        [self.age, self.last] = age;
        Ok(())
    }
}

/// The squared error that counts as none, for a target of this mean square.
pub(super) fn least(spread: f64) -> f64 {
    LEAST_ERROR.max(LEAST_ERROR_SHARE * spread)
}

/// Lets a context learn from what its climbing fibres make of the innovations; returns their mean magnitude, in standard
/// deviations.
pub(super) fn learn_from(
    context: &mut Context,
    fibres: &mut [ClimbingFibre],
    regressors: &[f64],
    innovations: &[f64],
    signals: &mut [f64],
    forgetting: f64,
) -> f64 {
    let mut magnitude = 0.0;
    let errors = innovations.iter().zip(context.recent.iter().zip(&context.usual));
    for ((signal, fibre), (&innovation, (recent, usual))) in signals.iter_mut().zip(fibres).zip(errors) {
        let sd = recent.max(*usual).max(LEAST_ERROR).sqrt();
        *signal = fibre.signal(innovation, sd);
        magnitude += signal.abs() / sd;
    }
    context.model.learn(regressors, signals, forgetting);
    magnitude / innovations.len() as f64
}
