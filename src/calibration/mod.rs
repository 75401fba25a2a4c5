//! Fitting a decoder to a subject, as in the laboratory: the subject's activity is recorded while the cursor moves to
//! the targets by itself, and weights are fitted to the recording.
//!
//! | file | contents |
//! |---|---|
//! | `task.rs` | tasks with decoders, and their blocks |
//! | `fit.rs` | fits the decoder of a task to an agent |
//! | `recording.rs` | activity with the momentary aim |
//! | `tuning.rs` | preferred directions and modulation depths, and the population vector made from them |
//! | `factors.rs` | factor analysis, and the decoder made from it |
//! | `analysis.rs` | analysis of a recorded population |
//! | `choice.rs` | permutations that impair control by a given amount |
//!
//! A fit is a deterministic function of the task, the state of the agent and a seed.

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
