//! How the motor cortex is set up and how fast each of its processes learns.

use super::command::CommandConfig;
use crate::brain::config::{ConfigError, above, within};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of the motor cortex. Activity is in units of the action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MotorCortexConfig {
    /// Latents between intent and units: the dimension of the intrinsic manifold (10 in Sadtler et al. 2014).
    pub latents: usize,
    /// Directions that the intent is made of.
    pub directions: usize,
    /// Concentration κ of their tuning.
    pub tuning: f32,
    /// Largest activity of a latent.
    pub bound: f32,
    /// Standard deviation of the noise of each latent, which all units share.
    pub latent_noise: f32,
    /// Standard deviation of each unit's private noise.
    pub unit_noise: f32,
    /// Length of each unit's row of weights: how much it is modulated by latents of 1.
    pub modulation: f32,
    /// Largest distance of a unit's baseline from an action of 0.
    pub baseline: f32,
    /// Number of latents after which the weights have fallen to 1/e.
    pub spectrum: f32,
    /// Time by which what was seen lags behind what caused it, in s.
    pub memory: f64,
    /// Learning rate of the forward model, per step of normalised least mean squares.
    pub forward_rate: f32,
    /// What is learned from error.
    pub error: ErrorTeacher,
    /// What is learned from reward.
    pub reward: RewardTeacher,
    /// What becomes of it at night.
    pub night: Night,
    /// The population through which commands go in a body that is moved by commands; null for none, the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandConfig>,
    /// Weights of a decoder on velocity along two axes, in the aim's units per action: the ablation in which all weights learn by the
    /// exact gradient of the squared error. No brain has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<[Vec<f32>; 2]>,
}

/// Learning from error: of the map from intent to latents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorTeacher {
    /// Learning rate, per trial.
    pub rate: f32,
    /// Error at which the climbing fibre saturates, in units of the aim.
    pub saturation: f32,
    /// What is left of what was learned after a trial.
    pub retention: f32,
}

/// Learning from reward: of the map from latents to units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RewardTeacher {
    /// Learning rate, per trial, for a modulation of 1.
    pub rate: f32,
    /// Learning rate of the expected reward, per step.
    pub value_rate: f32,
    /// Time constant of the eligibility traces, in s.
    pub trace: f64,
    /// What is left of what was learned after a trial.
    pub retention: f32,
}

/// Consolidation at night.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Night {
    /// Learning rate, for a modulation of 1; 0 for a brain whose nights change nothing.
    pub rate: f32,
    /// How many standard deviations the sum of a day's changes has to lie from 0.
    pub threshold: f32,
    /// What is left in the morning of what was learned from error.
    pub retention: f32,
}

impl Default for MotorCortexConfig {
    fn default() -> Self {
        Self {
            latents: 10,
            directions: 16,
            tuning: 2.0,
            bound: 2.2,
            latent_noise: 0.35,
            unit_noise: 0.32,
            modulation: 0.32,
            baseline: 0.4,
            spectrum: 5.0,
            memory: 0.1,
            forward_rate: 0.02,
            error: ErrorTeacher::default(),
            reward: RewardTeacher::default(),
            night: Night::default(),
            command: None,
            exact: None,
        }
    }
}

impl Default for ErrorTeacher {
    fn default() -> Self {
        Self { rate: 0.09, saturation: 0.3, retention: 0.98 }
    }
}

impl Default for RewardTeacher {
    fn default() -> Self {
        Self { rate: 0.015, value_rate: 0.02, trace: 0.13, retention: 0.97 }
    }
}

impl Default for Night {
    fn default() -> Self {
        Self { rate: 0.05, threshold: 4.0, retention: 0.2 }
    }
}

impl MotorCortexConfig {
    /// Checks what depends on the number of units.
    pub(crate) fn validate_for(&self, units: usize) -> Result<(), ConfigError> {
        let rows = self.exact.iter().flatten();
        rows.map(Vec::len).try_for_each(|found| within("motor_cortex.exact", found, units..=units))
    }

    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        self.command.as_ref().map_or(Ok(()), CommandConfig::validate)?;
        within("motor_cortex.latents", self.latents, 1..=100)?;
        within("motor_cortex.directions", self.directions, 3..=360)?;
        let numbers = [
            ("tuning", self.tuning, 0.0, 1000.0),
            ("latent_noise", self.latent_noise, 0.0, 100.0),
            ("unit_noise", self.unit_noise, 0.0, 10.0),
            ("baseline", self.baseline, 0.0, 1.0),
            ("forward_rate", self.forward_rate, 0.0, 1.0),
            ("error.rate", self.error.rate, 0.0, 100.0),
            ("error.retention", self.error.retention, 0.0, 1.0),
            ("reward.rate", self.reward.rate, 0.0, 100.0),
            ("reward.value_rate", self.reward.value_rate, 0.0, 1.0),
            ("reward.retention", self.reward.retention, 0.0, 1.0),
            ("night.rate", self.night.rate, 0.0, 100.0),
            ("night.threshold", self.night.threshold, 0.0, 1000.0),
            ("night.retention", self.night.retention, 0.0, 1.0),
        ];
        for (name, value, low, high) in numbers {
            within(&format!("motor_cortex.{name}"), value, low..=high)?;
        }
        for (name, value) in [
            ("bound", self.bound),
            ("modulation", self.modulation),
            ("spectrum", self.spectrum),
            ("error.saturation", self.error.saturation),
        ] {
            above(&format!("motor_cortex.{name}"), f64::from(value), 0.0, 1e6)?;
        }
        within("motor_cortex.memory", self.memory, 0.0..=100.0)?;
        within("motor_cortex.reward.trace", self.reward.trace, 0.0..=100.0)
    }
}
