//! The schedule: blocks of trials one after the other, and what each trial of them is.
//!
//! | file | |
//! |---|---|
//! | `block.rs` | what a block says of its trials |
//! | `course.rs` | strengths that change from trial to trial: ramps, random walks, sinusoids, draws |
//! | `table.rs` | trials spelled out one by one, as a file says them |
//! | `inline.rs` | which puts what is in such files into the task's document |

mod block;
mod course;
mod inline;
mod table;
#[cfg(test)]
mod tests;

pub use block::{BlockSpec, CursorShown, FieldKind, Trials};
pub use course::{Course, Normal, Ramp, RandomWalk, Sinusoid, Strength};
pub use inline::inline;
pub use table::{Column, Row, TableFault, TrialTable};

use super::spec::ReachingSpec;
use crate::schedule::{block, target};
use crate::seed::Seed;

/// What is said of one trial: that of its block, unless a table says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Conditions {
    /// What acts on hand or cursor.
    pub field: FieldKind,
    /// How strongly; see [`FieldKind`].
    pub strength: f32,
    /// See [`BlockSpec::map`].
    pub map: Option<[[f32; 2]; 2]>,
    /// Probability that it is without the field.
    pub catch: f32,
    /// Probability that it is in the channel.
    pub clamp: f32,
    /// When the cursor is shown.
    pub cursor: CursorShown,
    /// Whether the only reward is for the end point, of a cursor that is hidden.
    pub reward_only: bool,
    /// See [`BlockSpec::blur`], in m.
    pub blur: f32,
    /// See [`BlockSpec::trial_blur`], in m.
    pub trial_blur: f32,
    /// See [`BlockSpec::payoff`], in degrees.
    pub payoff: f32,
    /// The cue that is seen, from 1; 0 for none.
    pub cue: u32,
    /// Time that passes after it until the next one, in s.
    pub rest: f32,
}

/// One trial.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trial {
    /// Index of its block, or the number that its table says instead.
    pub block: u32,
    /// Index of its target among those of the block; none for a direction that a table says and that is not among them.
    pub target: Option<usize>,
    /// Direction of its target, in degrees.
    pub direction: f32,
    /// All else that is said of it.
    pub conditions: Conditions,
}

/// Trial `index` of the lane with this seed, whose random courses follow from the seed `course`: a pure function of the four.
pub fn trial(spec: &ReachingSpec, seed: Seed, course: Seed, index: u64) -> Trial {
    let counts = spec.schedule.iter().map(|block| block.trials.count());
    let (number, turn) = block(counts, spec.after_schedule, index);
    let own = &spec.schedule[number];
    let targets = own.targets(&spec.movement);
    let mut conditions = own.conditions(course, index, turn);
    let row = match &own.trials {
        Trials::Table(table) => table.row(turn),
        Trials::Count(_) | Trials::File(_) => None,
    };
    let Some((row, turn)) = row else {
        let target = target(seed, index, turn, targets.len());
        return Trial { block: number as u32, target: Some(target), direction: targets[target], conditions };
    };
    row.apply(&mut conditions);
    let target = match (row.target, row.target_deg) {
        (Some(target), _) => Some(target as usize),
        (None, Some(direction)) => targets.iter().position(|&target| target == direction),
        (None, None) => Some(target(seed, index, turn, targets.len())),
    };
    let direction = row.target_deg.or_else(|| targets.get(target?).copied()).unwrap_or_default();
    Trial { block: row.block.unwrap_or(number as u32), target, direction, conditions }
}
