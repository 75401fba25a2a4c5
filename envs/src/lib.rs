//! The gym of etude: motor tasks on Bevy and Rapier.
//!
//! A [`task::Task`] is one MDP. A [`lane::Lane`] is one independent physics world with a task in it. A [`gym::Gym`] hosts
//! any number of lanes and steps them from outside (batches) or inside (bursts). Tasks belong to a [`Family`] and are found
//! by name or YAML file in a [`Registry`]. [`check::check`] tests whether a task keeps the gym's contract.
//!
//! ```
//! use etude_envs::{Registry, Seed, gym::Gym};
//!
//! let task = Registry::default().task("cycling/flat-v0")?;
//! let mut gym = Gym::new(&task, 4, Seed(0), 2);
//! let actions = vec![0.0; 4 * task.spec().action.len()];
//! let batch = gym.step(&actions)?;
//! assert_eq!(batch.observations.len(), 4 * task.spec().observation.len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod check;
pub mod cursor;
pub mod cycling;
pub mod document;
pub mod error;
mod family;
pub mod formula;
pub mod fretting;
pub mod gym;
pub mod lane;
pub mod percept;
mod push;
pub mod reaching;
mod registry;
pub mod saved;
pub mod scene;
pub mod schedule;
mod seed;
pub mod snapshot;
pub mod space;
mod stepping;
pub mod task;
mod tolerance;
pub mod tone;
pub mod world;

pub use bevy_rapier2d::rapier;
pub use family::{Family, is_task_id};
pub use registry::Registry;
pub use seed::{Rng, Seed};
pub use tolerance::tolerance;
