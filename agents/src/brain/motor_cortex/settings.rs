//! Settings of the motor cortex and the learning rates of its processes.

use super::command::CommandConfig;
use crate::brain::config::{ConfigError, above, within};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of the motor cortex, with activity in units of the action. Symbols refer to the equations in the docs of
/// the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MotorCortexConfig {
    /// Number of latents between intent and units, the dimension of the intrinsic manifold; 1 to 100, default 10
    /// (Sadtler et al. 2014).
    pub latents: usize,
    /// Number of directions u_p that represent the intent; 3 to 360, default 16.
    pub directions: usize,
    /// Concentration κ of the tuning to these directions; 0 to 1000, default 2.
    pub tuning: f32,
    /// Largest activity Z of a latent; above 0 and at most 1e6, default 2.2.
    pub bound: f32,
    /// Standard deviation s_z of the noise of each latent, which is shared by all units; 0 to 100, default 0.35.
    pub latent_noise: f32,
    /// Standard deviation s_p of each unit's private noise; 0 to 10, default 0.32.
    pub unit_noise: f32,
    /// Norm of each unit's row of weights, which is its modulation by latents of size 1; above 0 and at most 1e6,
    /// default 0.32.
    pub modulation: f32,
    /// Largest distance of a unit's baseline b from an action of 0; 0 to 1, default 0.4.
    pub baseline: f32,
    /// Number of latents over which the weights fall to 1/e; above 0 and at most 1e6, default 5.
    pub spectrum: f32,
    /// Time constant of the averages of intent and latents, which bridge the delay between activity and its seen
    /// effect, in s; 0 to 100, default 0.1.
    pub memory: f64,
    /// Learning rate e_J of the forward model, per step of normalised least mean squares; 0 to 1, default 0.02.
    pub forward_rate: f32,
    /// Learning from error.
    pub error: ErrorTeacher,
    /// Learning from reward.
    pub reward: RewardTeacher,
    /// Consolidation at night.
    pub night: Night,
    /// The population that carries commands in a body moved by commands; null for none, the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandConfig>,
    /// Weights of a decoder for velocity along two axes, in the aim's units per action. With them, all weights learn by
    /// the exact gradient of the squared error, an ablation that no built-in brain uses; null by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<[Vec<f32>; 2]>,
}

/// Learning from error: the map A from intent to latents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorTeacher {
    /// Learning rate e_A, per trial; 0 to 100, default 0.09.
    pub rate: f32,
    /// Error s_e at which the climbing fibre saturates, in units of the aim; above 0 and at most 1e6, default 0.3.
    pub saturation: f32,
    /// Retention r_A: share of the learned change kept per trial; 0 to 1, default 0.98.
    pub retention: f32,
}

/// Learning from reward: the map from latents to units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RewardTeacher {
    /// Learning rate e_L, per trial, for a modulation of 1; 0 to 100, default 0.015.
    pub rate: f32,
    /// Learning rate e_c of the expected reward, per step; 0 to 1, default 0.02.
    pub value_rate: f32,
    /// Time constant of the eligibility traces, in s; 0 to 100, default 0.13.
    pub trace: f64,
    /// Retention r_L: share of the learned change kept per trial; 0 to 1, default 0.97.
    pub retention: f32,
}

/// Consolidation at night.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Night {
    /// Learning rate e_T, for a modulation of 1; 0 to 100, default 0.05; 0 for nights that change nothing.
    pub rate: f32,
    /// Threshold th: distance of the sum of a day's changes from 0 that consolidates them, in standard deviations; 0 to
    /// 1000, default 4.
    pub threshold: f32,
    /// Retention n_A: share of what was learned from error that is left in the morning; 0 to 1, default 0.2.
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
