//! Fitting a decoder to a subject, as in the laboratory: its activity is recorded while the cursor goes to the targets by
//! itself, and weights are fitted to what was recorded.
//!
//! | file | contents |
//! |---|---|
//! | `task.rs` | tasks with decoders, and their blocks |
//! | `fit.rs` | the decoder of a task, fitted to an agent |
//! | `recording.rs` | activity with what was aimed at |
//! | `tuning.rs` | preferred directions and depths of modulation, and the population vector made of them |
//! | `factors.rs` | factor analysis, and the decoder made of it |
//! | `analysis.rs` | what a recording says of a population |
//! | `choice.rs` | permutations that impair control as much as is wanted |
//!
//! A fit follows from the task, the agent as it is, and a seed, to the last bit.

mod analysis;
mod choice;
mod factors;
mod fit;
mod recording;
mod task;
mod tuning;

pub use analysis::{Difference, Findings, difference, findings};
pub use choice::{Candidates, Control, control};
pub use factors::Factors;
pub use fit::{Fit, IMPAIRED, fit, suited};
pub use recording::{Recording, Steps};
pub use task::{intuitive, spec_of, with_blocks};
pub use tuning::{Tuning, tunings};
