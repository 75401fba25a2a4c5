//! Settings of the cortex.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::config::{ConfigError, above, below, within};

/// Shape of the columns, the same for all parts that have one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CortexConfig {
    /// Hidden units per layer; 2 to 4096, default 64 (stream-x uses 128; 64 did as well in cycling).
    pub units: usize,
    /// Number of hidden layers; 1 to 8, default 2 (stream-x).
    pub layers: usize,
    /// Share of each unit's incoming weights that start at zero; 0 to below 1, default 0.9 (stream-x). At least one
    /// weight of every unit starts at a non-zero value.
    pub initial_sparsity: f64,
    /// Slope of the rectifier below zero; 0 to below 1, default 0.01 (stream-x).
    pub leak: f64,
    /// Pruning and regrowth of units; if absent, all units stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structure: Option<StructureConfig>,
}

impl Default for CortexConfig {
    fn default() -> Self {
        CortexConfig { units: 64, layers: 2, initial_sparsity: 0.9, leak: 0.01, structure: None }
    }
}

impl CortexConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        within("cortex.units", self.units, 2..=4096)?;
        within("cortex.layers", self.layers, 1..=8)?;
        below("cortex.initial_sparsity", self.initial_sparsity, 0.0, 1.0)?;
        below("cortex.leak", self.leak, 0.0, 1.0)?;
        self.structure.as_ref().map_or(Ok(()), StructureConfig::validate)
    }

    /// Refuses hidden layers whose weights, traces and second moments, of actor and critic, exceed the limit of a
    /// checkpoint.
    pub(super) fn refuse_too_large(&self, inputs: usize, actions: usize) -> Result<(), ConfigError> {
        /// Actor and critic have a weight, its trace and its second moment, in four bytes each.
        const BYTES_PER_WEIGHT: f64 = 2.0 * 3.0 * 4.0;
        const MOST_BYTES: f64 = 9e8;
        let units = self.units as f64;
        // The actor has a mean and a spread for every action.
        let ends = (inputs + 1 + 2 * actions) as f64 * units;
        let bytes = BYTES_PER_WEIGHT * (ends + (self.layers - 1) as f64 * units * (units + 1.0));
        if bytes <= MOST_BYTES {
            return Ok(());
        }
        Err(ConfigError {
            field: "cortex.units".into(),
            found: format!("{} in {} layers, about {:.1} GB", self.units, self.layers, bytes / 1e9),
            expected: format!("hidden layers of at most {:.1} GB in one brain", MOST_BYTES / 1e9),
        })
    }
}

/// Pruning and regrowth of units (continual backpropagation, Dohare et al. 2024, Nature 632:768).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StructureConfig {
    /// Share of each layer's units that may be replaced per step; 0 to 0.01, default 1e-5 (Dohare et al. 2024 use 1e-6
    /// to 1e-4).
    pub turnover: f64,
    /// Age in steps from which a unit can be replaced; 1 to 1e9, default 10000 (Dohare et al. 2024).
    pub maturity: u64,
    /// Steps over which recent use is averaged; 100 to 1e9, default 10000.
    pub memory: u64,
    /// Number of steps for which past use still protects a unit; `memory` to 1e12, default 1000000.
    pub protection: u64,
    /// A unit is replaced only if its kept utility is below this share of its layer's mean; above 0 and at most 1,
    /// default 0.1.
    pub useless: f64,
}

impl Default for StructureConfig {
    fn default() -> Self {
        StructureConfig { turnover: 1e-5, maturity: 10_000, memory: 10_000, protection: 1_000_000, useless: 0.1 }
    }
}

impl StructureConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        within("cortex.structure.turnover", self.turnover, 0.0..=0.01)?;
        within("cortex.structure.maturity", self.maturity, 1..=1_000_000_000)?;
        within("cortex.structure.memory", self.memory, 100..=1_000_000_000)?;
        within("cortex.structure.protection", self.protection, self.memory..=1_000_000_000_000)?;
        above("cortex.structure.useless", self.useless, 0.0, 1.0)
    }
}
