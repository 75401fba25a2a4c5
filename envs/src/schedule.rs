//! Schedules: blocks of trials in order, with targets in cycles that contain each target once.

use crate::document::Invalid;
use crate::seed::Seed;
use rand::RngExt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Largest number of targets of a block.
pub const MOST_TARGETS: usize = 64;
/// Largest number of blocks of a schedule.
pub const MOST_BLOCKS: usize = 1000;

/// What happens after the last block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum After {
    /// The last block continues.
    #[default]
    Continue,
    /// The schedule starts again with the first block.
    Repeat,
}

impl After {
    /// As a phrase about a schedule.
    pub fn in_words(self) -> &'static str {
        match self {
            After::Continue => "its last block continues",
            After::Repeat => "it starts again",
        }
    }
}

/// One pass through a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Number of trials; each trial is an episode.
    pub trials: u64,
    /// What happens after them.
    pub after: After,
}

impl Round {
    /// Largest number of env steps of the round, with at most `step_limit` steps per trial.
    pub fn steps(&self, step_limit: u32) -> u64 {
        self.trials * u64::from(step_limit)
    }
}

/// Position of a trial in the schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Index of the block.
    pub block: usize,
    /// Index of the target among those of the block.
    pub target: usize,
}

/// Checks how many blocks a schedule has.
///
/// # Errors
/// None, or too many.
pub(crate) fn validate_blocks(count: usize) -> Result<(), Invalid> {
    Invalid::check("schedule", count as f32, 1.0..=MOST_BLOCKS as f32, "blocks")
}

/// Checks directions of targets in degrees.
///
/// # Errors
/// None, too many, or the first that is no direction.
pub(crate) fn validate_targets(field: &str, targets: &[f32]) -> Result<(), Invalid> {
    Invalid::check(field, targets.len() as f32, 1.0..=MOST_TARGETS as f32, "targets")?;
    targets.iter().try_for_each(|&target| Invalid::check(field, target, -360.0..=360.0, "degrees"))
}

/// The block of trial `index`, and the trial's index within it; `trials` are those of each block.
pub fn block(trials: impl ExactSizeIterator<Item = u32> + Clone, after: After, index: u64) -> (usize, u64) {
    let total: u64 = trials.clone().map(u64::from).sum();
    let mut trial = if after == After::Repeat { index % total.max(1) } else { index };
    let last = trials.len().saturating_sub(1);
    for (block, count) in trials.map(u64::from).enumerate() {
        if trial < count || block == last {
            return (block, trial);
        }
        trial -= count;
    }
    (0, trial)
}

/// The target, of `count`, in trial `index` of the lane with this seed, which is trial `trial` of its block. Every
/// cycle contains each target once, in its own random order.
pub fn target(seed: Seed, index: u64, trial: u64, count: usize) -> usize {
    let count = count.clamp(1, MOST_TARGETS);
    let turn = (trial % count as u64) as usize;
    // All trials of a cycle shuffle the same targets in the same way, and each takes its own.
    let mut rng = seed.fan("targets", index - turn as u64).rng();
    let mut order: [usize; MOST_TARGETS] = std::array::from_fn(|target| target);
    for last in (1..count).rev() {
        order.swap(last, rng.random_range(0..=last));
    }
    order[turn]
}

/// Number of blocks that a description names individually.
const NAMED: usize = 6;

/// A schedule in a sentence: number of trials and kind of each block.
pub fn in_words(blocks: impl ExactSizeIterator<Item = (u32, String)>, after: After) -> String {
    let count = blocks.len();
    let named: Vec<(u32, String)> = blocks.take(NAMED).collect();
    if let ([(_, block)], 1) = (&named[..], count) {
        return format!("All trials: {block}.");
    }
    let mut words: Vec<String> = named.into_iter().map(|(trials, block)| format!("{trials} trials: {block}")).collect();
    if count > NAMED {
        words.push(format!("and {} blocks more", count - NAMED));
    }
    let after = match after {
        After::Continue => "the last continues",
        After::Repeat => "then from the start",
    };
    format!("{}; {after}.", words.join("; "))
}
