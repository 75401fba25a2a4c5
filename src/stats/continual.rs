//! Measures for learning a sequence of tasks, from Continual World (Wołczyk et al. 2021, "Continual World: a robotic
//! benchmark for continual reinforcement learning", section on metrics).
//!
//! Task i of N is practised for Δ env steps, from (i − 1) Δ to i Δ, with T = N Δ steps in total. Its performance p_i(t)
//! is its score, in [0, 1], in an evaluation at step t with learning disabled.

use crate::stats::arithmetic::mean;
use crate::stats::transfer;

/// Average performance: P(T) = (1/N) Σ p_i(T), the mean score on all tasks after practice of the last. `ends` holds
/// p_i(T), one for each task; 0 for no tasks.
pub fn average_performance(ends: &[f64]) -> f64 {
    mean(ends)
}

/// Forward transfer: FT = (1/N) Σ FT_i with FT_i = (AUC_i − AUC_i^b) / (1 − AUC_i^b), the effect of earlier learning on
/// each task ([`forward_transfer`](transfer::forward_transfer)). `areas` holds AUC_i, the mean score over the practice
/// of task i in the sequence, `references` AUC_i^b, the mean score of a novice over the same number of steps. Positive
/// values are a benefit; at most 1. `None` for no tasks, for lists of different lengths, and if a novice scores 1
/// throughout.
pub fn forward_transfer(areas: &[f64], references: &[f64]) -> Option<f64> {
    if areas.is_empty() || areas.len() != references.len() {
        return None;
    }
    let each = areas.iter().zip(references).map(|(&area, &reference)| transfer::forward_transfer(area, reference));
    each.collect::<Option<Vec<f64>>>().map(|each| mean(&each))
}

/// Forgetting: F = (1/N) Σ F_i with F_i = p_i(i Δ) − p_i(T), the score lost from the end of a task's practice to the
/// end of the sequence; F_N is 0. `learned` holds p_i(i Δ), `ends` p_i(T). Negative values mean that later tasks
/// helped. 0 for no tasks.
pub fn forgetting(learned: &[f64], ends: &[f64]) -> f64 {
    mean(&learned.iter().zip(ends).map(|(learned, end)| learned - end).collect::<Vec<f64>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} against {expected}");
    }

    #[test]
    fn measures_are_those_worked_out_by_hand() {
        // Three tasks, learned to 0.9, 0.8 and 0.6, of which 0.3, 0.8 and 0.6 are left.
        let (learned, ends) = ([0.9, 0.8, 0.6], [0.3, 0.8, 0.6]);
        close(average_performance(&ends), 1.7 / 3.0);
        close(forgetting(&learned, &ends), 0.2);
        // (0.5 − 0.5) / 0.5, (0.6 − 0.2) / 0.8 and (0.1 − 0.4) / 0.6: 0, 0.5 and −0.5.
        close(forward_transfer(&[0.5, 0.6, 0.1], &[0.5, 0.2, 0.4]).unwrap(), 0.0);
        close(forward_transfer(&[0.5, 0.6], &[0.5, 0.2]).unwrap(), 0.25);
    }

    #[test]
    fn later_practice_that_helps_is_negative_forgetting() {
        close(forgetting(&[0.2, 0.5], &[0.6, 0.5]), -0.2);
    }

    #[test]
    fn what_is_not_defined_is_none() {
        assert_eq!(forward_transfer(&[0.9], &[1.0]), None);
        assert_eq!(forward_transfer(&[0.9, 0.9], &[0.5]), None);
        assert_eq!(forward_transfer(&[], &[]), None);
        assert_eq!((average_performance(&[]), forgetting(&[], &[])), (0.0, 0.0));
    }
}
