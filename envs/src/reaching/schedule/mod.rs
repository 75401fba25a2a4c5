//! The schedule: blocks of trials one after the other.
//!
//! | file | |
//! |---|---|
//! | `block.rs` | what a block says of its trials |
//! | `conditions.rs` | what is said of one trial |
//! | `course.rs` | strengths that change from trial to trial: ramps, random walks, sinusoids, draws |
//! | `table.rs` | trials spelled out one by one, as a file says them |
//! | `inline.rs` | which puts what is in such files into the task's document |

mod block;
mod conditions;
mod course;
mod inline;
mod table;
#[cfg(test)]
mod tests;

pub use block::{BlockSpec, Trials};
pub use conditions::{Conditions, CursorShown, FieldKind};
pub use course::{Course, Normal, Ramp, RandomWalk, Sinusoid, Strength};
pub use inline::inline;
pub use table::{Column, Row, TableFault, TrialTable};
