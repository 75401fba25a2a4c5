//! Which trial comes when: blocks one after the other, targets in cycles that hold each of them once.

use super::spec::{After, BlockSpec, MOST_TARGETS, ReachingSpec};
use crate::seed::Seed;
use rand::RngExt;

/// Where a trial stands in the schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Index of its block.
    pub block: usize,
    /// Index of its target among those of the block.
    pub target: usize,
}

/// The place of trial `index` of the lane with this seed: a pure function of the three.
pub fn place(spec: &ReachingSpec, seed: Seed, index: u64) -> Place {
    let (block, trial) = block(&spec.schedule, spec.after_schedule, index);
    let count = spec.schedule[block].targets(&spec.movement).len().clamp(1, MOST_TARGETS);
    let turn = (trial % count as u64) as usize;
    // All trials of a cycle shuffle the same targets in the same way, and each takes its own.
    let mut rng = seed.fan("targets", index - turn as u64).rng();
    let mut order: [usize; MOST_TARGETS] = std::array::from_fn(|target| target);
    for last in (1..count).rev() {
        order.swap(last, rng.random_range(0..=last));
    }
    Place { block, target: order[turn] }
}

/// The block of a trial, and the trial's index within it.
fn block(schedule: &[BlockSpec], after: After, index: u64) -> (usize, u64) {
    let total: u64 = schedule.iter().map(|block| u64::from(block.trials)).sum();
    let mut trial = if after == After::Repeat { index % total.max(1) } else { index };
    for (block, spec) in schedule.iter().enumerate() {
        if trial < u64::from(spec.trials) || block + 1 == schedule.len() {
            return (block, trial);
        }
        trial -= u64::from(spec.trials);
    }
    (0, trial)
}
