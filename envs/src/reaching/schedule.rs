//! Which trial comes when.

use super::spec::ReachingSpec;
use crate::schedule::{Place, block, target};
use crate::seed::Seed;

/// The place of trial `index` of the lane with this seed: a pure function of the three.
pub fn place(spec: &ReachingSpec, seed: Seed, index: u64) -> Place {
    let trials = spec.schedule.iter().map(|block| block.trials);
    let (block, trial) = block(trials, spec.after_schedule, index);
    let count = spec.schedule[block].targets(&spec.movement).len();
    Place { block, target: target(seed, index, trial, count) }
}
