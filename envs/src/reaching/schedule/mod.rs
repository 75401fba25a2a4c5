//! The schedule: blocks of trials in order.
//!
//! | file | |
//! |---|---|
//! | `block.rs` | the YAML fields of a block |
//! | `conditions.rs` | the conditions of one trial |
//! | `course.rs` | strengths that change from trial to trial: ramps, random walks, sinusoids, draws |
//! | `table.rs` | tables of trials: one row per trial |
//! | `inline.rs` | puts the contents of table files into the task's document |

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
