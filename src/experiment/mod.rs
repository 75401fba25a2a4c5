//! Experiments: groups of subjects that practise in different ways and are then tested on the same task.
//!
//! An experiment is a YAML document, read as an [`ExperimentSpec`], checked, and joined with its agent and tasks into an
//! [`Experiment`] that can be run.

mod checks;
mod error;
mod joined;
mod listed;
mod lookup;
mod named;
mod others;
mod spec;

pub use error::ExperimentError;
pub use joined::Experiment;
pub use named::Named;
pub use others::Others;
pub use spec::{Block, ExperimentSpec, Group, Interaction, Variant};
