//! The brain: an agent made of parts that learn in different ways.
//!
//! | file | part |
//! |---|---|
//! | `senses.rs` | normalises observations and rewards |
//! | `cortex.rs` | the hidden layers, whose features the other parts read |
//! | `cortex_settings.rs` | their sizes and their structural plasticity |
//! | `structure.rs` | pruning and regrowth of their units |
//! | `basal_ganglia.rs` | actor–critic: learning from reward |
//! | `teacher.rs` | the action gradient from a forward model |
//! | `cerebellum/` | learning from error: feedback-error learning or model-reference correction |
//! | `motor_cortex/` | from intent to the activity of units, if that is the action |
//! | `percepts.rs` | checks of percepts |
//! | `dopamine.rs`, `policy.rs`, `intentional.rs` | its error signal, its way of exploring, its learning rule |
//! | `least_squares.rs` | learning of forward models |
//! | `lanes.rs`, `average.rs`, `clock.rs`, `config.rs` | arithmetic, averages, times and checks that the parts share |
//!
//! Leaving a part out of the configuration is an ablation: the brain works without it.

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
mod signals;
mod structure;
mod teacher;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

use crate::agent::{Agent, AgentShape, Belief, Input, Role, Transition};
use crate::lesion::{self, LesionError};
use crate::signal::Signal;
use crate::state::{State, StateError};
use basal_ganglia::{BasalGanglia, Body};
use cerebellum::Cerebellum;
use clock::Clock;
use motor_cortex::{CommandUnits, MotorCortex, Parts, Teachers};
use senses::Senses;
use teacher::Teacher;

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

    /// Reads an observation, and what the cerebellum adds to it. Missing values count as not given.
    fn see(&mut self, observation: &[f32]) {
        let (seen, told) = self.seen.split_at_mut(self.observations);
        let missing = std::iter::repeat(&f32::NAN);
        seen.iter_mut().zip(observation.iter().chain(missing)).for_each(|(slot, &value)| *slot = value);
        if let Some(cerebellum) = &mut self.cerebellum {
            cerebellum.predict(observation, told);
        }
    }
}

impl Agent for Brain {
    fn act(&mut self, observation: &[f32], explore: bool, action: &mut [f32]) {
        if let Some(motor_cortex) = &mut self.motor_cortex {
            return motor_cortex.act(observation, explore, action);
        }
        self.see(observation);
        if explore {
            self.senses.learn(&self.seen);
        }
        self.senses.sense(&self.seen, &mut self.sensed);
        action.fill(0.0);
        let share = self.cerebellum.as_ref().map_or(1.0, |cerebellum| cerebellum.leaves_to_others(observation));
        if let Some(basal_ganglia) = &mut self.basal_ganglia {
            if explore {
                let shown = self.shown.and_then(|index| observation.get(index)).is_none_or(|&shown| shown > 0.5);
                basal_ganglia.explore(&self.sensed, shown, share, action);
            } else {
                basal_ganglia.guess(&self.sensed, action);
            }
        }
        let Some(units) = &mut self.command_units else {
            if let Some(cerebellum) = &mut self.cerebellum {
                cerebellum.act(observation, explore, action);
            }
            return;
        };
        let mut sites = [[].as_slice(); 2];
        if let Some(cerebellum) = &mut self.cerebellum {
            cerebellum.act(observation, explore, action);
            sites = cerebellum.sites();
        }
        let [fast, slow] = sites;
        // Whatever the cerebellum took over of it, or what was cut off, is the policy's part no longer.
        for (index, (policy, whole)) in self.policy.iter_mut().zip(&*action).enumerate() {
            let own = |site: &[f32]| site.get(index).copied().unwrap_or(0.0);
            *policy = whole - own(fast) - own(slow);
        }
        units.act(observation, Parts { policy: &self.policy, fast, slow }, explore, action);
    }

    /// The basal ganglia learn from the action that they drew, before clipping and before the cerebellum's command is
    /// added, and from the observation as it was sensed then. The cerebellum learns from the executed action.
    fn learn(&mut self, transition: &Transition<'_>) {
        if let Some(motor_cortex) = &mut self.motor_cortex {
            return motor_cortex.learn(transition);
        }
        if let Some(units) = &mut self.command_units {
            units.learn(transition.next_observation);
        }
        if self.basal_ganglia.is_some() {
            self.see(transition.next_observation);
            self.senses.sense(&self.seen, &mut self.sensed);
        }
        if let Some(basal_ganglia) = &mut self.basal_ganglia {
            let teacher = self.cerebellum.as_ref().map(|cerebellum| Teacher { senses: &self.senses, cerebellum });
            let (terminated, truncated) = (transition.terminated, transition.truncated);
            basal_ganglia.learn(transition.reward, &self.sensed, terminated, truncated, teacher.as_ref());
        }
        if let Some(cerebellum) = &mut self.cerebellum {
            let worse = self.basal_ganglia.as_ref().is_none_or(BasalGanglia::disappointed);
            cerebellum.learn(transition, worse);
        }
    }

    fn sleep(&mut self) {
        if let Some(motor_cortex) = &mut self.motor_cortex {
            motor_cortex.sleep();
        }
    }

    fn rest(&mut self, seconds: f64) {
        if let Some(cerebellum) = &mut self.cerebellum {
            cerebellum.rest(seconds);
        }
    }

    fn units(&self) -> usize {
        self.motor_cortex.as_ref().map_or(0, MotorCortex::units)
    }

    /// Parts that can be lesioned, each by a share from 0 to 1:
    ///
    /// - `basal-ganglia`: share of their action and of their dopamine that is removed;
    /// - `cortex-plasticity`: share of the hidden layers' learning that is removed, while the parts that read them keep
    ///   learning;
    /// - `cerebellum`: share of the granule cells that are silenced (feedback-error learning), chosen by the agent's seed, or
    ///   share of its command that is removed (model reference), and of the trust in its sensory predictions;
    /// - `motor-cortex`: share of the units that are silenced. In a body with a motor cortex, lesions of `basal-ganglia` and
    ///   `cerebellum` reduce what they teach it;
    /// - `cerebellum-noise`: standard deviation, from 0 to 10, of noise added to the cerebellum's command.
    fn lesion(&mut self, part: &str, share: f32) -> Result<(), LesionError> {
        let basal = self.basal_ganglia.iter().flat_map(|_| [("basal-ganglia", 1.0), ("cortex-plasticity", 1.0)]);
        let cerebellar = self.cerebellum.iter().flat_map(|_| [("cerebellum", 1.0), ("cerebellum-noise", 10.0)]);
        if let Some(motor_cortex) = &mut self.motor_cortex {
            let part = lesion::find(part, share, motor_cortex.parts().map(|part| (part, 1.0)))?;
            motor_cortex.lesion(part, share);
            return Ok(());
        }
        let units = self.command_units.iter().map(|_| ("motor-cortex", 1.0));
        let part = lesion::find(part, share, basal.chain(cerebellar).chain(units))?;
        if let ("motor-cortex", Some(units)) = (part, &mut self.command_units) {
            units.lesion(share);
            return Ok(());
        }
        match (part, &mut self.basal_ganglia, &mut self.cerebellum) {
            ("basal-ganglia", Some(basal_ganglia), _) => basal_ganglia.lesion(share),
            ("cortex-plasticity", Some(basal_ganglia), _) => basal_ganglia.stiffen(share),
            ("cerebellum", _, Some(cerebellum)) => cerebellum.lesion(share),
            (_, _, Some(cerebellum)) => cerebellum.disturb(share),
            _ => {}
        }
        Ok(())
    }

    /// The signals of its parts, which are among [`Brain::known_signals`].
    fn signals(&self, report: &mut dyn FnMut(&'static str, f32)) {
        if let Some(basal_ganglia) = &self.basal_ganglia {
            basal_ganglia.signals(report);
        }
        if let Some(cerebellum) = &self.cerebellum {
            cerebellum.signals(report);
        }
        if let Some(motor_cortex) = &self.motor_cortex {
            motor_cortex.signals(report);
        }
    }

    /// `motor-cortex`: its units, in units of the action; with a policy also `cortex`: the actor's hidden layer that
    /// the policy reads.
    fn activity(&self, report: &mut dyn FnMut(&'static str, &[f32])) {
        if let Some(motor_cortex) = &self.motor_cortex {
            report(signals::MOTOR_UNITS.name, motor_cortex.activity());
        }
        if let Some(units) = &self.command_units {
            report(signals::MOTOR_UNITS.name, units.activity());
        }
        if let Some(basal_ganglia) = &self.basal_ganglia {
            report(signals::CORTEX_UNITS.name, basal_ganglia.hidden());
        }
    }

    /// The microzone of every action in a cerebellum that learns from feedback, in typical feedback commands.
    fn zones(&self, report: &mut dyn FnMut(usize, f32, usize)) {
        if let Some(cerebellum) = &self.cerebellum {
            cerebellum.zones(report);
        }
    }

    /// The cerebellum's prediction of every percept.
    fn beliefs(&self, report: &mut dyn FnMut(Belief<'_>)) {
        if let Some(cerebellum) = &self.cerebellum {
            cerebellum.beliefs(report);
        }
    }

    fn save(&self, state: &mut State) {
        let mut writer = state.writer();
        writer.scope("senses", |writer| self.senses.save(writer));
        if let Some(basal_ganglia) = &self.basal_ganglia {
            writer.scope("basal_ganglia", |writer| basal_ganglia.save(writer));
        }
        if let Some(cerebellum) = &self.cerebellum {
            writer.scope("cerebellum", |writer| cerebellum.save(writer));
        }
        if let Some(motor_cortex) = &self.motor_cortex {
            writer.scope("motor_cortex", |writer| motor_cortex.save(writer));
        }
        if let Some(units) = &self.command_units {
            writer.scope("command_units", |writer| units.save(writer));
        }
    }

    fn load(&mut self, state: &State) -> Result<(), StateError> {
        let mut reader = state.reader();
        reader.scope("senses", |reader| self.senses.load(reader))?;
        if let Some(basal_ganglia) = &mut self.basal_ganglia {
            reader.scope("basal_ganglia", |reader| basal_ganglia.load(reader))?;
        }
        if let Some(cerebellum) = &mut self.cerebellum {
            reader.scope("cerebellum", |reader| cerebellum.load(reader))?;
        }
        if let Some(motor_cortex) = &mut self.motor_cortex {
            reader.scope("motor_cortex", |reader| motor_cortex.load(reader))?;
        }
        if let Some(units) = &mut self.command_units {
            reader.scope("command_units", |reader| units.load(reader))?;
        }
        reader.finish()
    }

    fn clone_agent(&self) -> Box<dyn Agent> {
        Box::new(self.clone())
    }
}
