//! Schedules: blocks of trials one after the other, and targets in cycles that hold each of them once.

use crate::document::Invalid;
use crate::seed::Seed;
use rand::RngExt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many targets a block may have.
pub const MOST_TARGETS: usize = 64;
/// How many blocks a schedule may have.
pub const MOST_BLOCKS: usize = 1000;

/// What follows the last block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum After {
    /// More of it.
    #[default]
    Continue,
    /// The first one.
    Repeat,
}

impl After {
    /// In words, of a schedule.
    pub fn in_words(self) -> &'static str {
        match self {
            After::Continue => "its last block goes on",
            After::Repeat => "it begins again",
        }
    }
}

/// A schedule from its first to its last trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// How many trials it has, of which each is an episode.
    pub trials: u64,
    /// What follows them.
    pub after: After,
}

impl Round {
    /// How many env steps it takes at most, where no trial takes more than `step_limit`.
    pub fn steps(&self, step_limit: u32) -> u64 {
        self.trials * u64::from(step_limit)
    }
}

/// Where a trial stands in the schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Index of its block.
    pub block: usize,
    /// Index of its target among those of the block.
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

/// The target among `count` of trial `index` of the lane with this seed, which is number `trial` of its block: every cycle
/// holds each target once, in an order of its own.
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

/// Blocks that a description names one by one.
const NAMED: usize = 6;

/// A schedule in words: for each block its trials and what it is.
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
        After::Continue => "the last goes on",
        After::Repeat => "then again",
    };
    format!("{}; {after}.", words.join("; "))
}
