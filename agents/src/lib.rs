//! Agents that learn motor skills, one transition at a time.
//!
//! An [`Agent`] receives plain numbers: observations in, actions out, rewards to learn from. It knows an [`AgentShape`]
//! (the role and typical size of each observation, the number of actions) and never the task. The project's own agent
//! is the [`Brain`]; [`Idle`] and [`Random`] are the baselines that every learner has to beat.
//!
//! # Examples
//!
//! A brain learns to answer a cue with the right force. Every trial is an episode of one step.
//!
//! ```
//! use etude_agents::{Agent, AgentShape, Brain, BrainConfig, Input, Role, Transition};
//!
//! let shape = AgentShape {
//!     observations: vec![Input { name: "cue".into(), typical: 1.0, role: Role::World }],
//!     actions: 1,
//!     control_interval: 0.02,
//!     percepts: Vec::new(),
//! };
//! let mut brain = Brain::new(&BrainConfig::default(), &shape, 7)?;
//! let mut action = [0.0];
//! for trial in 0..4000 {
//!     let cue = [if trial % 2 == 0 { 1.0 } else { -1.0 }];
//!     brain.act(&cue, true, &mut action);
//!     let reward = -(action[0] - 0.5 * cue[0]).powi(2);
//!     brain.learn(&Transition {
//!         observation: &cue,
//!         action: &action,
//!         reward,
//!         next_observation: &cue,
//!         terminated: true,
//!         truncated: false,
//!     });
//! }
//! brain.act(&[1.0], false, &mut action);
//! assert!((action[0] - 0.5).abs() < 0.25, "{action:?}");
//! # Ok::<(), etude_agents::ConfigError>(())
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod agent;
mod baselines;
mod brain;
mod generator;
mod lesion;
mod signal;
mod state;
pub mod two_state;

pub use agent::{Agent, AgentShape, Belief, Goal, Input, Percept, Role, Transition};
pub use baselines::{Idle, Random};
pub use brain::{
    BasalGangliaConfig, Brain, BrainConfig, CerebellumConfig, ClimbingFibreConfig, CommandConfig, ConfigError,
    CortexConfig, DopamineDefect, ErrorTeacher, FeedbackErrorConfig, FibreDefect, GoalReachConfig, GranuleConfig,
    ModelReferenceConfig, MotorCortexConfig, Night, RewardTeacher, SensesConfig, SensitivityConfig,
    SensoryPredictionConfig, SiteConfig, StructureConfig, SynapsesConfig,
};
pub use lesion::LesionError;
pub use signal::Signal;
pub use state::{State, StateError, StateReader, StateWriter, Tensor};
