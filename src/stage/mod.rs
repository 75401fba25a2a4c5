//! The stage: a window in which subjects are watched while they practise.
//!
//! The window only draws. The simulation runs in a thread of its own, sends what is to be seen over a bounded channel and
//! takes commands over another; a frame that nobody takes is dropped.

mod input;
mod person;
mod photograph;
mod picture;
mod renderer;
mod simulation;
mod window;

pub use person::{Controls, Desk, Person};
pub use simulation::{Simulation, perform};
pub use window::{Opening, open};
