//! etude: a gym for motor skills and their transfer.
//!
//! The library is the whole program. Other crates can add their own agents and tasks:
//!
//! ```no_run
//! use etude::agents::{Agent, AgentShape, Random};
//!
//! fn mine(_shape: &AgentShape, seed: u64) -> Random {
//!     Random::new(seed)
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     etude::Program::new().agent("mine", mine).run()
//! }
//! ```
//!
//! `examples/own_agent.rs` and `examples/own_task.rs` are complete programs of this kind.

pub mod analysis;
mod bench;
pub mod calibration;
pub mod catalog;
mod cli;
pub mod compare;
mod crew;
mod dictionary;
pub mod experiment;
mod fields;
mod figure;
mod files;
pub mod matrix;
mod program;
pub mod record;
mod report;
pub mod run;
pub mod settings;
pub mod show;
pub mod sound;
#[cfg(feature = "stage")]
pub mod stage;
pub mod stats;
pub mod sweep;
mod tell;
pub mod transfer;
pub mod validate;

pub use etude_agents as agents;
pub use etude_envs as envs;
pub use program::Program;
