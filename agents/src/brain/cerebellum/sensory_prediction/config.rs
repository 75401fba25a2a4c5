//! What can be set of sensory prediction.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::brain::config::{ConfigError, above, within};

/// Sensory prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SensoryPredictionConfig {
    /// σ: standard deviation of what the forward model cannot know of a sense, in typical magnitudes; 0.001 to 10, default
    /// 0.03.
    pub noise: f64,
    /// Standard deviation of the weights of a naive model, in typical magnitudes; 0.01 to 100, default 1. Those of products
    /// are ten times less likely to be far from 0.
    pub prior: f64,
    /// N: steps with the sense over which doubt comes back where nothing surprises; 5 to 1e9, default 1000.
    pub memory: f64,
    /// τ: standard deviation of a prediction, in typical magnitudes, at which it is trusted by half; 0.001 to 100, default
    /// 0.1 (own measurement: 0.02 costs most of what it is worth).
    pub tolerance: f64,
    /// ε: how far J J′ must stand out to be inverted, in typical magnitudes; above 0 and at most 100, default 0.01.
    pub ridge: f64,
    /// Share of what could be learnt that is; 0 to 1, default 1. At 0 it is a predictor that stays as it is.
    pub plasticity: f64,
}

impl Default for SensoryPredictionConfig {
    fn default() -> Self {
        SensoryPredictionConfig {
            noise: 0.03,
            prior: 1.0,
            memory: 1000.0,
            tolerance: 0.1,
            ridge: 0.01,
            plasticity: 1.0,
        }
    }
}

impl SensoryPredictionConfig {
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        within("cerebellum.sensory_prediction.noise", self.noise, 0.001..=10.0)?;
        within("cerebellum.sensory_prediction.prior", self.prior, 0.01..=100.0)?;
        within("cerebellum.sensory_prediction.memory", self.memory, 5.0..=1e9)?;
        within("cerebellum.sensory_prediction.tolerance", self.tolerance, 0.001..=100.0)?;
        above("cerebellum.sensory_prediction.ridge", self.ridge, 0.0, 100.0)?;
        within("cerebellum.sensory_prediction.plasticity", self.plasticity, 0.0..=1.0)
    }
}
