//! The reward as a formula.

use super::schedule::Trials;
use super::spec::ReachingSpec;
use crate::formula::Formula;

/// What [`judge`](crate::task::Task::judge) computes.
pub(super) fn formula(spec: &ReachingSpec) -> Formula {
    let reward = &spec.reward;
    let usual = format!("r = near(d, {}, {}) − {} · mean aᵢ²", reward.bound, reward.margin, reward.effort);
    let rewarded_at_the_end = format!("r = near(e, {}, {})", reward.end_bound, reward.end_margin);
    // Each row of a table may say which of the two it is.
    let tables = spec.schedule.iter().any(|block| matches!(block.trials, Trials::Table(_)));
    let (all, some) = (
        !tables && spec.schedule.iter().all(|block| block.reward_only),
        tables || spec.schedule.iter().any(|block| block.reward_only),
    );
    let usual_terms = |formula: Formula| {
        formula.with("d", "m", "distance of the cursor from where it should be by now").with(
            "aᵢ",
            "1",
            "action i, clipped to −1 to 1",
        )
    };
    let end_terms = |formula: Formula| formula.with("e", "m", "distance of the cursor from the target");
    let last = "in the last step of a reward-only trial, and r = 0 before";
    match (all, some) {
        (true, _) => end_terms(Formula::of(format!("{rewarded_at_the_end}   {last}"))).with_near(),
        (_, true) => {
            let mut formula = end_terms(usual_terms(Formula::of(usual))).with_near();
            formula.lines.push(format!("{rewarded_at_the_end}   {last}"));
            formula
        }
        _ => usual_terms(Formula::of(usual)).with_near(),
    }
}
