//! Measured profiles: heights along a way, read from files that people bring along.
//!
//! A file is read by its ending into a [`Survey`], which is put in place of its name in a task's document. What the ground
//! makes of it is in `way.rs`.

mod csv;
mod erd;
mod filter;
mod gpx;
pub(super) mod inline;
mod measured;
mod read;
mod reader;
mod roughness;
mod source;

pub use filter::{gaussian, resample};
pub use measured::Survey;
pub use roughness::Roughness;
pub use source::ProfileSource;
