//! Settings of a brain: its parts, and which of them can be left out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::basal_ganglia::BasalGangliaConfig;
use super::cerebellum::CerebellumConfig;
use super::config::ConfigError;
use super::cortex_settings::{CortexConfig, StructureConfig};
use super::motor_cortex::MotorCortexConfig;
use super::senses::SensesConfig;

/// The parts of a brain.
///
/// `BrainConfig::default()` is the complete brain. In a file, `senses` and `cortex` have defaults, while an optional
/// part that is missing or null is absent; `basal_ganglia: {}` has default settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrainConfig {
    /// Normalisation of the observations.
    #[serde(default)]
    pub senses: SensesConfig,
    /// The hidden layers.
    #[serde(default)]
    pub cortex: CortexConfig,
    /// Learning from reward. Without it, the brain learns nothing from reward, and no part of the action depends on it.
    #[serde(default)]
    pub basal_ganglia: Option<BasalGangliaConfig>,
    /// Learning from error. It has no effect in a body without an error signal, that is, with neither proprioceptors nor a
    /// desired trajectory.
    #[serde(default)]
    pub cerebellum: Option<CerebellumConfig>,
    /// From intent to the activity of units, in a body with an aim and an error in the task's own axes. There, basal ganglia
    /// and cerebellum teach it and give no commands of their own. In other bodies, their command passes through its command
    /// population, if it has one.
    #[serde(default)]
    pub motor_cortex: Option<MotorCortexConfig>,
}

impl Default for BrainConfig {
    fn default() -> Self {
        BrainConfig {
            senses: SensesConfig::default(),
            cortex: CortexConfig { structure: Some(StructureConfig::default()), ..CortexConfig::default() },
            basal_ganglia: Some(BasalGangliaConfig::default()),
            cerebellum: Some(CerebellumConfig::default()),
            motor_cortex: Some(MotorCortexConfig::default()),
        }
    }
}

impl BrainConfig {
    /// Checks every setting.
    ///
    /// # Errors
    ///
    /// Names the first invalid setting, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.senses.validate()?;
        self.cortex.validate()?;
        self.basal_ganglia.as_ref().map_or(Ok(()), BasalGangliaConfig::validate)?;
        self.cerebellum.as_ref().map_or(Ok(()), CerebellumConfig::validate)?;
        self.motor_cortex.as_ref().map_or(Ok(()), MotorCortexConfig::validate)
    }
}
