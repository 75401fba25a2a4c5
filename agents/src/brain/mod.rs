//! The brain: an agent made of parts that learn in different ways.
//!
//! | file or folder | part |
//! |---|---|
//! | `senses.rs` | normalises observations and rewards |
//! | `cortex.rs` | the hidden layers, whose features the other parts read |
//! | `cortex_settings.rs` | their sizes and their structural plasticity |
//! | `structure.rs` | pruning and regrowth of their units |
//! | `basal_ganglia/` | actor–critic: learning from reward |
//! | `teacher.rs` | the action gradient from a forward model |
//! | `cerebellum/` | learning from error: feedback-error learning or model-reference correction |
//! | `motor_cortex/` | from intent to the activity of units, if that is the action |
//! | `percepts.rs` | checks of percepts |
//! | `dopamine.rs`, `policy.rs`, `intentional.rs` | its error signal, its way of exploring, its learning rule |
//! | `least_squares.rs` | learning of forward models |
//! | `lanes.rs`, `average.rs`, `clock.rs`, `config.rs` | arithmetic, averages, times and checks that the parts share |
//! | `settings.rs`, `as_agent.rs` | which parts there are, and how they act and learn together |
//!
//! Leaving a part out of the configuration is an ablation: the brain works without it.

mod as_agent;
mod average;
mod basal_ganglia;
mod cerebellum;
mod clock;
mod config;
mod cortex;
mod cortex_settings;
mod dopamine;
mod intentional;
mod lanes;
mod least_squares;
mod motor_cortex;
mod percepts;
mod policy;
mod senses;
mod settings;
mod signals;
mod structure;
mod teacher;

pub use basal_ganglia::BasalGangliaConfig;
pub use cerebellum::{
    CerebellumConfig, ClimbingFibreConfig, FeedbackErrorConfig, FibreDefect, GoalReachConfig, GranuleConfig,
    ModelReferenceConfig, SensitivityConfig, SensoryPredictionConfig, SiteConfig, SynapsesConfig,
};
pub use config::ConfigError;
pub use cortex_settings::{CortexConfig, StructureConfig};
pub use dopamine::DopamineDefect;
pub use motor_cortex::{CommandConfig, ErrorTeacher, MotorCortexConfig, Night, RewardTeacher};
pub use senses::SensesConfig;
pub use settings::BrainConfig;

use crate::agent::{AgentShape, Input, Role};
use crate::signal::Signal;
use basal_ganglia::{BasalGanglia, Body};
use cerebellum::Cerebellum;
use clock::Clock;
use motor_cortex::{CommandUnits, MotorCortex, Teachers};
use senses::Senses;

/// The project's own agent.
///
/// The same configuration, shape, seed and experience give bit-identical numbers on every CPU.
#[derive(Clone, Debug)]
pub struct Brain {
    senses: Senses,
    /// The current observation, and what the cerebellum adds to it.
    seen: Vec<f32>,
    /// The normalised observation.
    sensed: Vec<f32>,
    observations: usize,
    /// Index of the observed number that says whether the error is shown, if there is one.
    shown: Option<usize>,
    basal_ganglia: Option<BasalGanglia>,
    cerebellum: Option<Cerebellum>,
    motor_cortex: Option<MotorCortex>,
    /// In a body moved by commands, the population that carries them, and the basal ganglia's part of the current
    /// command.
    command_units: Option<Box<CommandUnits>>,
    policy: Vec<f32>,
}

impl Brain {
    /// A naive brain.
    ///
    /// # Errors
    ///
    /// If a setting is invalid (see [`BrainConfig::validate`]), if the hidden layers are too large for a checkpoint, if the
    /// shape has no observations, no actions or more than 4096 of either, or if a typical magnitude is not a finite number
    /// above 0.
    pub fn new(config: &BrainConfig, shape: &AgentShape, seed: u64) -> Result<Brain, ConfigError> {
        config.validate()?;
        config::within("shape.observations", shape.observations.len(), 1..=4096)?;
        config::within("shape.actions", shape.actions, 1..=4096)?;
        for (index, input) in shape.observations.iter().enumerate() {
            let field = format!("shape.observations[{index}].typical");
            config::above(&field, f64::from(input.typical), 0.0, f64::from(f32::MAX))?;
        }
        config::above("shape.control_interval", shape.control_interval, 0.0, 1e6)?;
        let clock = Clock::new(shape.control_interval);
        percepts::validate(shape)?;
        let there = |has: bool| f32::from(u8::from(has));
        let teachers =
            Teachers { error: there(config.cerebellum.is_some()), reward: there(config.basal_ganglia.is_some()) };
        let motor_cortex = config.motor_cortex.as_ref().and_then(|own| MotorCortex::new(own, shape, teachers, seed));
        let commands = motor_cortex.is_none();
        if let Some(own) = config.motor_cortex.as_ref().filter(|_| !commands) {
            own.validate_for(shape.actions)?;
        }
        let population = config.motor_cortex.as_ref().and_then(|own| own.command.as_ref()).filter(|_| commands);
        population.map_or(Ok(()), |own| own.validate_for(shape.actions))?;
        let cerebellum =
            config.cerebellum.as_ref().filter(|_| commands).and_then(|own| Cerebellum::new(own, shape, seed));
        let told = cerebellum.as_ref().map_or(0, Cerebellum::outputs);
        // What is told is in typical magnitudes.
        let told = (0..told).map(|index| Input { name: format!("way {index}"), typical: 1.0, role: Role::World });
        let seen: Vec<Input> = shape.observations.iter().cloned().chain(told).collect();
        let inputs = seen.len();
        let basal_ganglia = config.basal_ganglia.as_ref().filter(|_| commands);
        if basal_ganglia.is_some() {
            config.cortex.refuse_too_large(inputs, shape.actions)?;
        }
        let guided = shape.observations.iter().any(|input| input.role == Role::Desired);
        let body = Body { inputs, actions: shape.actions, guided, clock };
        Ok(Brain {
            senses: Senses::new(&config.senses, &seen, clock),
            seen: vec![0.0; inputs],
            sensed: vec![0.0; inputs],
            observations: shape.observations.len(),
            shown: shape.observations.iter().position(|input| input.role == Role::ErrorShown),
            basal_ganglia: basal_ganglia.map(|own| {
                let gradient = config.cerebellum.as_ref().map_or(0.0, |own| own.action_gradient);
                BasalGanglia::new(own, &config.cortex, body, gradient, seed)
            }),
            cerebellum,
            motor_cortex,
            command_units: population.map(|own| Box::new(CommandUnits::new(own, shape, seed))),
            policy: vec![0.0; shape.actions],
        })
    }

    /// All signals that brains may report, each once; a given brain reports those of its parts.
    pub fn known_signals() -> Vec<Signal> {
        signals::all()
    }

    /// All populations of units that brains may report.
    pub fn known_populations() -> [Signal; 2] {
        [signals::MOTOR_UNITS, signals::CORTEX_UNITS]
    }
}
