//! Senses: observations and rewards, normalised by running statistics.
//!
//! Both follow stream-x (Elsayed, Vasan & Mahmood 2024, arXiv 2410.14606): Welford's running mean and variance, here
//! with a cap on the count. Up to the cap they are exact averages over everything seen; beyond it they are exponential
//! averages, which can follow a new body or instrument.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::config::{ConfigError, above};
use crate::agent::Input;
use crate::state::{StateError, StateReader, StateWriter};

/// Normalisation of observations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SensesConfig {
    /// Time constant over which mean and variance are averaged, in s; above 0 and at most 1e7, default 2000. It is
    /// longer than most skills take to learn, so that the scale hardly drifts under a learned policy.
    pub memory: f64,
    /// Lower limit of the standard deviation used as divisor, as a fraction of the input's typical magnitude; above 0
    /// and at most 10, default 0.3 (own measurement: inputs at rest are not amplified when they first move).
    pub sd_floor: f64,
    /// Largest magnitude of a normalised input, in standard deviations; above 0 and at most 100, default 5 (like
    /// observation clipping in common normalising wrappers).
    pub clip: f64,
}

impl Default for SensesConfig {
    fn default() -> Self {
        SensesConfig { memory: 2000.0, sd_floor: 0.3, clip: 5.0 }
    }
}

impl SensesConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        above("senses.memory", self.memory, 0.0, 1e7)?;
        above("senses.sd_floor", self.sd_floor, 0.0, 10.0)?;
        above("senses.clip", self.clip, 0.0, 100.0)
    }
}

/// Running normalisation of the observations.
#[derive(Clone, Debug)]
pub(super) struct Senses {
    memory: u64,
    clip: f64,
    floors: Vec<f64>,
    count: u64,
    means: Vec<f64>,
    variances: Vec<f64>,
    /// What deviations are divided by: the standard deviations, or their floors. They follow from the variances.
    spreads: Vec<f64>,
}

impl Senses {
    pub(super) fn new(config: &SensesConfig, inputs: &[Input], clock: Clock) -> Senses {
        let typical = || inputs.iter().map(|input| f64::from(input.typical));
        let mut senses = Senses {
            memory: clock.steps(config.memory).max(2),
            clip: config.clip,
            floors: typical().map(|typical| config.sd_floor * typical).collect(),
            count: 0,
            means: vec![0.0; inputs.len()],
            variances: typical().map(|typical| typical * typical).collect(),
            spreads: vec![0.0; inputs.len()],
        };
        senses.spread();
        senses
    }

    fn spread(&mut self) {
        for ((spread, variance), floor) in self.spreads.iter_mut().zip(&self.variances).zip(&self.floors) {
            *spread = variance.sqrt().max(*floor);
        }
    }

    /// Updates the statistics with one observation. A non-finite value leaves its own mean and variance unchanged.
    pub(super) fn learn(&mut self, observation: &[f32]) {
        self.count = (self.count + 1).min(self.memory);
        let rate = 1.0 / self.count as f64;
        for ((mean, variance), &value) in self.means.iter_mut().zip(&mut self.variances).zip(observation) {
            if value.is_finite() {
                welford(mean, variance, rate, f64::from(value));
            }
        }
        self.spread();
    }

    /// Writes the normalised observation. A missing or non-finite value counts as its mean.
    pub(super) fn sense(&self, observation: &[f32], sensed: &mut [f32]) {
        sensed.fill(0.0);
        let statistics = self.means.iter().zip(&self.spreads);
        for ((sensed, &value), (mean, spread)) in sensed.iter_mut().zip(observation).zip(statistics) {
            if value.is_finite() {
                let deviation = (f64::from(value) - mean) / spread;
                *sensed = deviation.clamp(-self.clip, self.clip) as f32;
            }
        }
    }

    /// Converts a gradient with respect to the normalised observation to one with respect to the observation.
    pub(super) fn pull_back(&self, gradient: &mut [f32]) {
        for (gradient, &spread) in gradient.iter_mut().zip(&self.spreads) {
            *gradient /= spread as f32;
        }
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_u64("count", &[self.count]);
        writer.put_f64("means", &self.means);
        writer.put_f64("variances", &self.variances);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.count = load_count(self.memory, reader)?;
        reader.get_f64("means", &mut self.means)?;
        reader.get_f64("variances", &mut self.variances)?;
        reader.check("variances", &self.variances, "a number that is not negative", |value| value >= 0.0)?;
        self.spread();
        Ok(())
    }
}

/// Divides rewards by the standard deviation of their discounted sum, so that values are of order 1 in all tasks.
#[derive(Clone, Debug)]
pub(super) struct RewardScaler {
    memory: u64,
    count: u64,
    /// Discounted sum of the episode's rewards so far.
    trace: f64,
    mean: f64,
    variance: f64,
}

/// Lower limit of the divisor, as a fraction of the mean, for sums of rewards that hardly vary.
const REWARD_SD_FLOOR: f64 = 0.01;

impl RewardScaler {
    pub(super) fn new(memory: u64) -> RewardScaler {
        RewardScaler { memory, count: 0, trace: 0.0, mean: 0.0, variance: 0.0 }
    }

    /// Scales one finite reward; the running sum is discounted first. The first non-zero reward is scaled to magnitude
    /// 1.
    pub(super) fn scale(&mut self, reward: f32, discount: f64) -> f32 {
        let reward = f64::from(reward);
        if reward == 0.0 && self.silent() {
            // Zero rewards at the beginning are not counted: they would make the first rewards look enormous for as
            // long as they lasted.
            return 0.0;
        }
        self.trace = discount * self.trace + reward;
        self.count = (self.count + 1).min(self.memory);
        welford(&mut self.mean, &mut self.variance, 1.0 / self.count as f64, self.trace);
        let sd = self.sd();
        if sd > 0.0 { (reward / sd) as f32 } else { 0.0 }
    }

    /// Whether all rewards so far were 0.
    pub(super) fn silent(&self) -> bool {
        self.mean == 0.0 && self.variance == 0.0
    }

    /// Scaled size of a reward of 1; 0 before any reward.
    pub(super) fn unit(&self) -> f32 {
        let sd = self.sd();
        if sd > 0.0 { (1.0 / sd) as f32 } else { 0.0 }
    }

    fn sd(&self) -> f64 {
        let floor = if self.count == 1 { 1.0 } else { REWARD_SD_FLOOR };
        self.variance.sqrt().max(floor * self.mean.abs())
    }

    /// Restarts the discounted sum at the end of an episode.
    pub(super) fn end_episode(&mut self) {
        self.trace = 0.0;
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_u64("count", &[self.count]);
        writer.put_f64("trace", &[self.trace]);
        writer.put_f64("mean", &[self.mean]);
        writer.put_f64("variance", &[self.variance]);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.count = load_count(self.memory, reader)?;
        reader.get_f64("trace", std::slice::from_mut(&mut self.trace))?;
        reader.get_f64("mean", std::slice::from_mut(&mut self.mean))?;
        reader.get_f64("variance", std::slice::from_mut(&mut self.variance))?;
        reader.check("variance", &[self.variance], "a number that is not negative", |value| value >= 0.0)
    }
}

/// One step of Welford's running mean and population variance, with 1/count as the rate.
fn welford(mean: &mut f64, variance: &mut f64, rate: f64, value: f64) {
    let before = value - *mean;
    *mean += rate * before;
    *variance += rate * (before * (value - *mean) - *variance);
}

fn load_count(memory: u64, reader: &mut StateReader<'_>) -> Result<u64, StateError> {
    let mut count = [0];
    reader.get_u64("count", &mut count)?;
    reader.check("count", &count, "a count within the memory", |count| count <= memory)?;
    Ok(count[0])
}

#[cfg(test)]
#[path = "senses_tests.rs"]
mod tests;
