//! The brain: parts that learn in different ways, and the agent they make up.
//!
//! | file | part |
//! |---|---|
//! | `senses.rs` | brings observations and rewards to a common scale |
//! | `cortex.rs` | the hidden layers whose features the other parts read out |
//! | `basal_ganglia.rs` | actor–critic: learning from reward |
//! | `dopamine.rs`, `policy.rs`, `intentional.rs` | its error signal, its way of exploring, its learning rule |
//! | `lanes.rs`, `average.rs`, `config.rs` | arithmetic, running averages and checks that the parts share |
//!
//! A part that is absent from the configuration is an ablation: the brain works on without it.

mod average;
mod basal_ganglia;
mod config;
mod cortex;
mod dopamine;
mod intentional;
mod lanes;
mod policy;
mod senses;

use serde::{Deserialize, Serialize};

pub use basal_ganglia::BasalGangliaConfig;
pub use config::ConfigError;
pub use cortex::CortexConfig;
pub use senses::SensesConfig;

use crate::agent::{Agent, AgentShape, Transition};
use crate::state::{State, StateError};
use basal_ganglia::BasalGanglia;
use senses::Senses;

/// What a brain is made of.
///
/// `BrainConfig::default()` is the complete brain. When read from a file, `senses` and `cortex` have defaults, while an
/// optional part that is not mentioned, or null, is absent; `basal_ganglia: {}` is one with default settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrainConfig {
    /// Normalisation of the observations.
    #[serde(default)]
    pub senses: SensesConfig,
    /// The hidden layers.
    #[serde(default)]
    pub cortex: CortexConfig,
    /// Learning from reward. Without it every action is 0 and no reward is learnt from.
    #[serde(default)]
    pub basal_ganglia: Option<BasalGangliaConfig>,
}

impl Default for BrainConfig {
    fn default() -> Self {
        BrainConfig {
            senses: SensesConfig::default(),
            cortex: CortexConfig::default(),
            basal_ganglia: Some(BasalGangliaConfig::default()),
        }
    }
}

impl BrainConfig {
    /// Checks every setting.
    ///
    /// # Errors
    ///
    /// Names the first setting that makes no sense, what was found there and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.senses.validate()?;
        self.cortex.validate()?;
        self.basal_ganglia.as_ref().map_or(Ok(()), BasalGangliaConfig::validate)
    }
}

/// The project's own agent.
///
/// The same configuration, shape, seed and experience give the same numbers, bit by bit, on every CPU.
#[derive(Clone, Debug)]
pub struct Brain {
    senses: Senses,
    /// The normalised observation at hand.
    sensed: Vec<f32>,
    basal_ganglia: Option<BasalGanglia>,
}

impl Brain {
    /// A naive brain.
    ///
    /// # Errors
    ///
    /// If a setting makes no sense (see [`BrainConfig::validate`]), if the shape has no observations, no actions or more
    /// than 4096 of either, or if a typical magnitude is not a finite number above 0.
    pub fn new(config: &BrainConfig, shape: &AgentShape, seed: u64) -> Result<Brain, ConfigError> {
        config.validate()?;
        config::within("shape.observations", shape.observations.len(), 1..=4096)?;
        config::within("shape.actions", shape.actions, 1..=4096)?;
        for (index, input) in shape.observations.iter().enumerate() {
            let field = format!("shape.observations[{index}].typical");
            config::above(&field, f64::from(input.typical), 0.0, f64::from(f32::MAX))?;
        }
        let inputs = shape.observations.len();
        let basal_ganglia = config.basal_ganglia.as_ref();
        Ok(Brain {
            senses: Senses::new(&config.senses, &shape.observations),
            sensed: vec![0.0; inputs],
            basal_ganglia: basal_ganglia.map(|own| BasalGanglia::new(own, &config.cortex, inputs, shape.actions, seed)),
        })
    }
}

impl Agent for Brain {
    fn act(&mut self, observation: &[f32], explore: bool, action: &mut [f32]) {
        if explore {
            self.senses.learn(observation);
        }
        self.senses.sense(observation, &mut self.sensed);
        action.fill(0.0);
        if let Some(basal_ganglia) = &mut self.basal_ganglia {
            if explore {
                basal_ganglia.explore(&self.sensed, action);
            } else {
                basal_ganglia.guess(&self.sensed, action);
            }
        }
    }

    /// Learns from the action that the brain itself drew, before any clipping, and from the observation as it sensed it
    /// then: `observation` and `action` of the transition are not looked at.
    fn learn(&mut self, transition: &Transition<'_>) {
        if let Some(basal_ganglia) = &mut self.basal_ganglia {
            self.senses.sense(transition.next_observation, &mut self.sensed);
            basal_ganglia.learn(transition.reward, &self.sensed, transition.terminated, transition.truncated);
        }
    }

    /// With basal ganglia: `dopamine` (δ, in scaled reward), `dopamine_adapted`, `value` (V(s), in scaled reward),
    /// `exploration` (mean standard deviation of the actions), `step_size_actor`, `step_size_critic`.
    fn signals(&self, report: &mut dyn FnMut(&'static str, f32)) {
        if let Some(basal_ganglia) = &self.basal_ganglia {
            basal_ganglia.signals(report);
        }
    }

    fn save(&self, state: &mut State) {
        let mut writer = state.writer();
        writer.scope("senses", |writer| self.senses.save(writer));
        if let Some(basal_ganglia) = &self.basal_ganglia {
            writer.scope("basal_ganglia", |writer| basal_ganglia.save(writer));
        }
    }

    fn load(&mut self, state: &State) -> Result<(), StateError> {
        let mut reader = state.reader();
        reader.scope("senses", |reader| self.senses.load(reader))?;
        if let Some(basal_ganglia) = &mut self.basal_ganglia {
            reader.scope("basal_ganglia", |reader| basal_ganglia.load(reader))?;
        }
        reader.finish()
    }

    fn clone_agent(&self) -> Box<dyn Agent> {
        Box::new(self.clone())
    }
}
