//! Climbing fibres: the error signal as it reaches the Purkinje cells.
//!
//! The signal is graded: it grows with the error until it saturates (Yang & Lisberger 2014; Zang & De Schutter 2019). The
//! all-or-none fibre of the classical account is kept as an ablation: it tells the error's sign only, at the mean rate that
//! the graded one has had.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::brain::average::Average;
use crate::brain::config::{ConfigError, above};
use crate::state::{StateError, StateReader, StateWriter};

/// How errors are signalled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClimbingFibreConfig {
    /// Largest error told apart from larger ones, in standard deviations of the error, for feedback commands in typical ones;
    /// above 0 and at most 100, default 3.
    pub saturation: f64,
    /// Signal the sign of the error only (an ablation); default false.
    pub binary: bool,
    /// A fault put into the signal on purpose, to see which experiments notice it: `flipped`; default none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defect: Option<FibreDefect>,
}

/// A fault of a climbing fibre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FibreDefect {
    /// The signal has the opposite sign of the error.
    Flipped,
}

impl Default for ClimbingFibreConfig {
    fn default() -> Self {
        ClimbingFibreConfig { saturation: 3.0, binary: false, defect: None }
    }
}

impl ClimbingFibreConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        above("cerebellum.climbing_fibre.saturation", self.saturation, 0.0, 100.0)
    }
}

/// Errors over which the mean rate is averaged.
const RATE_MEMORY: f64 = 10_000.0;

/// One climbing fibre.
#[derive(Clone, Debug)]
pub(super) struct ClimbingFibre {
    saturation: f64,
    binary: bool,
    defect: Option<FibreDefect>,
    /// Mean magnitude of the graded signal, in standard deviations.
    rate: Average,
}

impl ClimbingFibre {
    pub(super) fn new(config: &ClimbingFibreConfig) -> ClimbingFibre {
        let rate = Average::new(1.0 - 1.0 / RATE_MEMORY);
        ClimbingFibre { saturation: config.saturation, binary: config.binary, defect: config.defect, rate }
    }

    /// The signal for a finite error, in the error's own unit, given the standard deviation of such errors.
    pub(super) fn signal(&mut self, error: f64, sd: f64) -> f64 {
        if sd <= 0.0 {
            return 0.0;
        }
        let error = if self.defect == Some(FibreDefect::Flipped) { -error } else { error };
        let graded = (error / sd).clamp(-self.saturation, self.saturation);
        if !self.binary {
            return graded * sd;
        }
        let rate = self.rate.update(graded.abs());
        if error == 0.0 { 0.0 } else { (rate * sd).copysign(error) }
    }

    pub(super) fn save(&self, name: &str, writer: &mut StateWriter<'_>) {
        self.rate.save(name, writer);
    }

    pub(super) fn load(&mut self, name: &str, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.rate.load(name, reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fibre(binary: bool) -> ClimbingFibre {
        ClimbingFibre::new(&ClimbingFibreConfig { binary, ..ClimbingFibreConfig::default() })
    }

    #[test]
    fn the_graded_signal_is_the_error_up_to_three_standard_deviations() {
        let mut graded = fibre(false);
        for (error, signal) in [(0.5, 0.5), (-1.0, -1.0), (6.0, 6.0), (7.0, 6.0), (-1e30, -6.0), (0.0, 0.0)] {
            assert_eq!(graded.signal(error, 2.0), signal);
        }
        assert_eq!(graded.signal(1.0, 0.0), 0.0);
    }

    #[test]
    fn a_flipped_signal_is_the_opposite_of_the_sound_one() {
        for binary in [false, true] {
            let config = ClimbingFibreConfig { binary, ..ClimbingFibreConfig::default() };
            let (mut sound, mut flipped) = (
                ClimbingFibre::new(&config),
                ClimbingFibre::new(&ClimbingFibreConfig { defect: Some(FibreDefect::Flipped), ..config }),
            );
            for error in [0.5, -1.0, 7.0] {
                assert_eq!(flipped.signal(error, 2.0), -sound.signal(error, 2.0));
            }
        }
    }

    #[test]
    fn the_binary_signal_tells_the_sign_at_the_graded_ones_mean_rate() {
        let (mut binary, mut graded) = (fibre(true), fibre(false));
        let errors = || (0..5000).map(|index| f64::from((index * 37) % 200 - 100) / 50.0);
        let mean = errors().map(|error| graded.signal(error, 1.0).abs()).sum::<f64>() / 5000.0;
        let signals: Vec<f64> = errors().map(|error| binary.signal(error, 1.0)).collect();
        assert!(errors().zip(&signals).all(|(error, &signal)| error == 0.0 || error.signum() == signal.signum()));
        let late = &signals[4000..];
        assert!(late.iter().all(|signal| *signal == 0.0 || (signal.abs() - mean).abs() < 0.05 * mean), "{mean}");
    }
}
