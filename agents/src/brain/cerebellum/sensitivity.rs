//! Sensitivity to error: how much is learnt from an error of a given size, as errors of that size have turned out so far.
//!
//! It grows while errors are of the sign that they have lately had, and shrinks when they change it. What has been met is
//! kept by the size of the error, so that a long time of small errors does not wipe out what large ones have taught: the
//! memory of errors that Herzfeld, Vaswani, Marko & Shadmehr 2014 found to be what is saved between learning and relearning.

use serde::{Deserialize, Serialize};

use crate::brain::config::{ConfigError, within};
use crate::state::{StateError, StateReader, StateWriter};

/// How errors that go on change the rate at which they are learnt from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SensitivityConfig {
    /// Largest sensitivity, that of the naive being 1; 1 to 10, default 1.5, where 1 is an ablation.
    pub largest: f64,
    /// Change per episode whose error agrees wholly with the ones before; 0 to 1, default 0.02.
    pub rate: f64,
}

impl Default for SensitivityConfig {
    fn default() -> Self {
        SensitivityConfig { largest: 1.5, rate: 0.02 }
    }
}

impl SensitivityConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        within("cerebellum.feedback_error.sensitivity.largest", self.largest, 1.0..=10.0)?;
        within("cerebellum.feedback_error.sensitivity.rate", self.rate, 0.0..=1.0)
    }
}

/// Sizes of error that are told apart, in typical feedback commands; between them sensitivity is interpolated.
const SIZES: [f32; 4] = [0.03, 0.12, 0.48, 1.92];
/// Errors of this share of a typical feedback command count half: smaller ones are hardly noticed.
const NOTICED: f32 = 0.1;

/// The memory of errors, and what of the running episode it will be changed by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sensitivity {
    /// By size of error.
    values: [f32; SIZES.len()],
    /// To the errors of the last episode.
    last: f32,
    largest: f32,
    rate: f32,
    /// Σ c m, Σ c² and Σ m² of errors c and their memory m, in typical feedback commands.
    product: f32,
    errors: f32,
    memories: f32,
}

impl Sensitivity {
    pub(super) fn new(config: &SensitivityConfig) -> Sensitivity {
        let (largest, rate) = (config.largest as f32, config.rate as f32);
        Sensitivity { values: [1.0; SIZES.len()], last: 1.0, largest, rate, product: 0.0, errors: 0.0, memories: 0.0 }
    }

    /// How sensitive it was to the errors of the last episode.
    pub(super) fn last(&self) -> f32 {
        self.last
    }

    /// Takes in an error and what the fast site holds of earlier ones in its place.
    pub(super) fn compare(&mut self, error: f32, memory: f32) {
        self.product += error * memory;
        self.errors += error * error;
        self.memories += memory * memory;
    }

    /// Gives the sensitivity to the errors of an episode of so many steps, and then changes it by how far they agreed with
    /// their memory, from -1 to 1.
    pub(super) fn adapt(&mut self, steps: f32) -> f32 {
        let agreement = self.product / ((self.errors * self.memories).sqrt() + steps * NOTICED * NOTICED);
        let (below, share) = place((self.errors / steps).sqrt());
        self.last = (1.0 - share) * self.values[below] + share * self.values[below + 1];
        if agreement.is_finite() {
            for (size, share) in [(below, 1.0 - share), (below + 1, share)] {
                let value = &mut self.values[size];
                *value = (*value + share * self.rate * agreement).clamp(1.0, self.largest);
            }
        }
        (self.product, self.errors, self.memories) = (0.0, 0.0, 0.0);
        self.last
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_f32("values", &self.values);
        writer.put_f32("last", &[self.last]);
        writer.put_f32("episode", &[self.product, self.errors, self.memories]);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let largest = self.largest;
        let possible = |value: f32| (1.0..=largest).contains(&value);
        reader.get_f32("values", &mut self.values)?;
        reader.check("values", &self.values, "from 1 to the largest", possible)?;
        reader.get_f32("last", std::slice::from_mut(&mut self.last))?;
        reader.check("last", &[self.last], "from 1 to the largest", possible)?;
        let mut episode = [0.0; 3];
        reader.get_f32("episode", &mut episode)?;
        [self.product, self.errors, self.memories] = episode;
        Ok(())
    }
}

/// The size of error next below one, and the share of the next above it, from 0 to 1.
fn place(size: f32) -> (usize, f32) {
    let below = SIZES[1..SIZES.len() - 1].iter().take_while(|&&edge| edge <= size).count();
    let share = (size - SIZES[below]) / (SIZES[below + 1] - SIZES[below]);
    // An error that is no number is as good as none.
    (below, if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Episodes of one step whose errors are remembered with the same or the opposite sign; gives what sensitivity to the
    /// same error has become.
    fn meet(sensitivity: &mut Sensitivity, error: f32, memory: f32, episodes: usize) -> f32 {
        for _ in 0..episodes {
            sensitivity.compare(error, memory);
            sensitivity.adapt(1.0);
        }
        to(sensitivity, error)
    }

    fn to(sensitivity: &Sensitivity, error: f32) -> f32 {
        let mut asked = *sensitivity;
        asked.compare(error, 0.0);
        asked.adapt(1.0)
    }

    #[test]
    fn what_large_errors_taught_outlasts_many_small_ones() {
        let mut sensitivity = Sensitivity::new(&SensitivityConfig { largest: 1.5, rate: 0.02 });
        let taught = meet(&mut sensitivity, 0.5, 1.0, 20);
        assert!((1.3..1.45).contains(&taught), "20 episodes of nearly whole agreement: {taught}");
        assert_eq!(meet(&mut sensitivity, 0.03, -1.0, 1000), 1.0);
        assert_eq!(to(&sensitivity, 0.5), taught);
        assert!(meet(&mut sensitivity, 0.5, -1.0, 10) < taught);
        assert_eq!(meet(&mut sensitivity, 0.5, -1.0, 1000), 1.0);
        assert_eq!(meet(&mut sensitivity, 0.5, 1.0, 10_000), 1.5);
    }

    #[test]
    fn any_size_of_error_has_its_place() {
        assert_eq!(place(0.0), (0, 0.0));
        assert_eq!(place(SIZES[0]), (0, 0.0));
        let (below, share) = place(0.3);
        assert_eq!(below, 1);
        assert!((share - 0.5).abs() < 1e-6, "{share}");
        assert_eq!(place(SIZES[2]), (2, 0.0));
        assert_eq!(place(1e30), (2, 1.0));
        assert_eq!(place(f32::INFINITY), (2, 1.0));
        assert_eq!(place(f32::NAN), (0, 0.0));
    }
}
