//! Sensitivity to error: how much is learnt from an error, as errors of its sign have turned out so far where it is met.
//!
//! The memory of errors that Herzfeld, Vaswani, Marko & Shadmehr 2014 found to be what is saved between learning and relearning:
//! sensitivity grows while errors are of the sign that they have lately had, and shrinks, below that of the naive, too, when they
//! change it. It is kept by every synapse for either sign, so that what one movement and one field have taught is of no use to
//! another movement or to the opposite field. With x the error that an episode brings to a synapse and m what the fast site
//! remembers there of earlier ones, both in lasting typical errors,
//!
//! ```text
//! s(sign x) ← s(sign x) + rate · 2 x m / (x² + m² + noticed²)
//! ```

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::brain::config::{ConfigError, within};
use crate::state::{StateError, StateReader, StateWriter};

/// How errors that go on change the rate at which they are learnt from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SensitivityConfig {
    /// Largest sensitivity, that of the naive being 1, and the inverse of the smallest; 1 to 10, default 4, where 1 is an ablation.
    pub largest: f64,
    /// Change per episode whose error agrees wholly with the ones before; 0 to 1, default 0.35 (own
    /// measurement: with 0.2 and a largest of 3 too little is saved).
    pub rate: f64,
}

impl Default for SensitivityConfig {
    fn default() -> Self {
        SensitivityConfig { largest: 4.0, rate: 0.35 }
    }
}

impl SensitivityConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        within("cerebellum.feedback_error.sensitivity.largest", self.largest, 1.0..=10.0)?;
        within("cerebellum.feedback_error.sensitivity.rate", self.rate, 0.0..=1.0)
    }
}

/// Errors smaller than this, in lasting typical ones, change little: motor noise makes errors of either sign by turns (own
/// measurement: at 0.3 sensitivity to all errors falls by noise alone).
const NOTICED: f32 = 1.6;

/// The memory of errors.
#[derive(Clone, Debug)]
pub(super) struct Sensitivity {
    /// Of every synapse, to errors above and below 0.
    values: [Vec<f32>; 2],
    largest: f32,
    rate: f32,
    /// Σ |x| s and Σ |x| of the running and of the last episode.
    running: [f32; 2],
    last: [f32; 2],
}

impl Sensitivity {
    pub(super) fn new(config: &SensitivityConfig, synapses: usize) -> Sensitivity {
        Sensitivity {
            values: [vec![1.0; synapses], vec![1.0; synapses]],
            largest: config.largest as f32,
            rate: config.rate as f32,
            running: [0.0; 2],
            last: [0.0; 2],
        }
    }

    /// How sensitive it was to the errors of the last episode; 1 if there were none.
    pub(super) fn last(&self) -> f32 {
        let [weighted, errors] = self.last;
        if errors > 0.0 { weighted / errors } else { 1.0 }
    }

    /// Gives a synapse's sensitivity to an error, and then changes it by how far the error agrees with its memory, both in lasting
    /// typical errors.
    pub(super) fn meet(&mut self, synapse: usize, error: f32, memory: f32) -> f32 {
        let Some(value) = self.values[usize::from(error < 0.0)].get_mut(synapse) else { return 1.0 };
        let sensitivity = *value;
        let agreement = 2.0 * error * memory / (error * error + memory * memory + NOTICED * NOTICED);
        if agreement.is_finite() {
            *value = (*value + self.rate * agreement).clamp(1.0 / self.largest, self.largest);
            self.running[0] += error.abs() * sensitivity;
            self.running[1] += error.abs();
        }
        sensitivity
    }

    /// Ends the episode.
    pub(super) fn end(&mut self) {
        self.last = std::mem::take(&mut self.running);
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_f32("to_positive", &self.values[0]);
        writer.put_f32("to_negative", &self.values[1]);
        writer.put_f32("last", &self.last);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let largest = self.largest;
        for (name, values) in ["to_positive", "to_negative"].into_iter().zip(&mut self.values) {
            reader.get_f32(name, values)?;
            let possible = |value: f32| (1.0 / largest..=largest).contains(&value);
            reader.check(name, values, "from the inverse of the largest to the largest", possible)?;
        }
        reader.get_f32("last", &mut self.last)?;
        reader.check("last", &self.last, "a number that is not negative", |sum| sum >= 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Errors that are remembered as given, one after the other; what sensitivity to the same error has become.
    fn met(sensitivity: &mut Sensitivity, error: f32, memory: f32, episodes: usize) -> f32 {
        (0..episodes).for_each(|_| {
            sensitivity.meet(0, error, memory);
        });
        sensitivity.clone().meet(0, error, 0.0)
    }

    #[test]
    fn errors_that_last_raise_it_and_errors_that_change_their_sign_lower_it_below_the_naives() {
        let mut sensitivity = Sensitivity::new(&SensitivityConfig { largest: 2.0, rate: 0.1 }, 2);
        let raised = met(&mut sensitivity, 10.0, 10.0, 5);
        assert!((1.4..1.5).contains(&raised), "five episodes of nearly whole agreement: {raised}");
        assert_eq!(met(&mut sensitivity, 1.0, 1.0, 1000), 2.0);
        assert_eq!(met(&mut sensitivity, -1.0, 1.0, 1000), 0.5);
        assert_eq!(met(&mut sensitivity, 1.0, 1.0, 0), 2.0, "what is learnt of the one sign is of no use to the other");
        assert_eq!(sensitivity.meet(1, 1.0, 0.0), 1.0, "nor to another synapse");
    }

    #[test]
    fn errors_that_are_hardly_noticed_change_little() {
        let mut sensitivity = Sensitivity::new(&SensitivityConfig::default(), 1);
        assert!(met(&mut sensitivity, 0.02, 0.02, 10) < 1.01);
        assert_eq!(
            met(&mut sensitivity, f32::NAN, 1.0, 10).to_bits(),
            met(&mut sensitivity, f32::NAN, 1.0, 0).to_bits()
        );
        assert_eq!(Sensitivity::new(&SensitivityConfig::default(), 1).meet(7, 1.0, 1.0), 1.0);
    }

    #[test]
    fn what_is_told_is_the_mean_over_the_errors_of_an_episode() {
        let mut sensitivity = Sensitivity::new(&SensitivityConfig { largest: 2.0, rate: 0.1 }, 2);
        assert_eq!(sensitivity.last(), 1.0);
        met(&mut sensitivity, 1.0, 1.0, 1000);
        sensitivity.end();
        sensitivity.meet(0, 1.0, 0.0);
        sensitivity.meet(1, 3.0, 0.0);
        sensitivity.end();
        assert_eq!(sensitivity.last(), (2.0 + 3.0) / 4.0);
    }
}
