//! The trial at an index of the schedule.

use super::schedule::{Conditions, Trials};
use super::spec::ReachingSpec;
use crate::schedule::{block, target};
use crate::seed::Seed;

/// One trial.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trial {
    /// Index of its block, or the number given by its table.
    pub block: u32,
    /// Index of its target among those of the block; `None` for a direction from a table that is not among them.
    pub target: Option<usize>,
    /// Direction of its target, in degrees.
    pub direction: f32,
    /// All other conditions.
    pub conditions: Conditions,
}

/// Trial `index` of the lane with this seed; random courses follow from the seed `course`. A pure function of the four
/// arguments.
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
