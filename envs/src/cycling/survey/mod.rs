//! Measured profiles: heights along a course, read from users' files.
//!
//! A file is read into a [`Survey`] by the reader for its ending. The survey takes the place of the file's name in a
//! task's document. `way.rs` turns it into ground.

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
