//! Comparison of groups: the probability that a subject of one group does better than a subject of another.

use crate::stats::interval::Estimate;
use crate::stats::student::{critical, two_sided_p};

/// The probability without a difference.
const EVEN: f64 = 0.5;

/// A share of subjects or of pairs, with the quantities needed for its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The share, in [0, 1].
    pub value: f64,
    /// Effective number of independent observations.
    observations: f64,
    /// Degrees of freedom of its standard error; 0 if unknown.
    degrees: f64,
}

impl Share {
    /// The mean of `shares` in [0, 1], one from each subject. `None` for no values.
    pub fn of(shares: &[f64]) -> Option<Self> {
        let n = shares.len() as f64;
        let value = shares.iter().sum::<f64>() / n;
        let variance = shares.iter().map(|share| (share - value).powi(2)).sum::<f64>() / (n * (n - 1.0));
        (n > 0.0).then(|| Self::new(value, variance, n, n, n - 1.0))
    }

    /// A share with the variance of its error. Without variance it counts as `subjects` observations; it never counts
    /// as more than `pairs`.
    fn new(value: f64, variance: f64, subjects: f64, pairs: f64, degrees: f64) -> Self {
        let observations = value * (1.0 - value) / variance;
        let told = variance > 0.0 && observations > 0.0;
        Self { value, observations: if told { observations.clamp(1.0, pairs) } else { subjects }, degrees }
    }

    /// The share with its interval (Wilson 1927, with the quantile of Student's t), which stays within [0, 1] and does
    /// not shrink to a point if all agree. A single subject has no interval.
    pub fn estimate(&self) -> Estimate {
        if self.degrees < 1.0 {
            return Estimate::alone(self.value);
        }
        let part = critical(self.degrees).powi(2) / self.observations;
        let centre = (self.value + part / 2.0) / (1.0 + part);
        let half = (part * self.value * (1.0 - self.value) + part * part / 4.0).sqrt() / (1.0 + part);
        let (low, high) = ((centre - half).clamp(0.0, self.value), (centre + half).clamp(self.value, 1.0));
        Estimate { value: self.value, low, high }
    }

    /// The p-value for a share of one half, by the test that corresponds to the interval. `None` for a single subject.
    pub fn p(&self) -> Option<f64> {
        let t = (self.value - EVEN) / (EVEN * (1.0 - EVEN) / self.observations).sqrt();
        (self.degrees >= 1.0).then(|| two_sided_p(t, self.degrees))
    }
}

/// Probability that a subject drawn from `ours` does better than one drawn from `theirs`, with ties counting half: the
/// Mann–Whitney statistic U / (n m), which is rliable's probability of improvement on one task (Agarwal et al. 2021,
/// section 4.3). 0.5 without a difference; `None` for no values.
///
/// Its variance is the variance of the subjects' placements among those of the other group (DeLong, DeLong &
/// Clarke-Pearson 1988). With `twins`, subjects of the same index have the same seed, and their placements are combined
/// (Munzel 1999). This requires equal group sizes; otherwise the groups are treated as independent.
pub fn probability_of_improvement(ours: &[f64], theirs: &[f64], twins: bool) -> Option<Share> {
    let (n, m) = (ours.len() as f64, theirs.len() as f64);
    if ours.is_empty() || theirs.is_empty() {
        return None;
    }
    let ours_placed: Vec<f64> =
        ours.iter().map(|&our| theirs.iter().map(|&their| win(our, their)).sum::<f64>() / m).collect();
    let theirs_placed: Vec<f64> =
        theirs.iter().map(|&their| ours.iter().map(|&our| win(our, their)).sum::<f64>() / n).collect();
    let value = ours_placed.iter().sum::<f64>() / n;
    if twins && n == m {
        let together = ours_placed.iter().zip(&theirs_placed).map(|(our, their)| our + their - 2.0 * value);
        let variance = together.map(|deviation| deviation.powi(2)).sum::<f64>() / (n * (n - 1.0));
        // Both groups contribute to the spread: coverage would be 1 to 2 points higher with n − 1 degrees.
        return Some(Share::new(value, variance, n, n * m, 2.0 * (n - 1.0)));
    }
    let variance = |placed: &[f64], n: f64| {
        placed.iter().map(|placement| (placement - value).powi(2)).sum::<f64>() / (n * (n - 1.0))
    };
    let (one, other) = (variance(&ours_placed, n), variance(&theirs_placed, m));
    let welch = (one + other).powi(2) / (one.powi(2) / (n - 1.0) + other.powi(2) / (m - 1.0));
    let least = n.min(m) - 1.0;
    let degrees = if least >= 1.0 && welch.is_finite() { welch } else { least };
    Some(Share::new(value, one + other, n.min(m), n * m, degrees))
}

/// The same for pairs: how often a subject does better in one group than its twin in the other.
pub fn paired_probability_of_improvement(ours: &[f64], theirs: &[f64]) -> Option<Share> {
    Share::of(&ours.iter().zip(theirs).map(|(&our, &their)| win(our, their)).collect::<Vec<_>>())
}

fn win(ours: f64, theirs: f64) -> f64 {
    if ours > theirs {
        1.0
    } else if ours == theirs {
        0.5
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(share: Option<Share>) -> f64 {
        share.unwrap().value
    }

    #[test]
    fn wins_count_one_and_ties_half() {
        for twins in [false, true] {
            // Of the nine pairs, 3 beats 1, 2 and ties with 3; 2 beats 1 and ties with 2; 1 ties with 1.
            assert_eq!(value(probability_of_improvement(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], twins)), 0.5);
            // 5 beats all three, 2 beats 1 and ties with 2: 4.5 of 6.
            assert_eq!(value(probability_of_improvement(&[5.0, 2.0], &[1.0, 2.0, 3.0], twins)), 0.75);
            assert_eq!(probability_of_improvement(&[], &[1.0], twins), None);
        }
    }

    #[test]
    fn pairs_are_compared_with_their_twins_only() {
        // Two wins, one tie, one loss of four.
        assert_eq!(value(paired_probability_of_improvement(&[2.0, 4.0, 6.0, 0.0], &[1.0, 3.0, 6.0, 9.0])), 0.625);
        assert_eq!(paired_probability_of_improvement(&[], &[]), None);
    }

    #[test]
    fn intervals_are_those_worked_out_by_hand() {
        // Ten wins of ten are ten observations: 1/(1 + t²/10) with t = 2.262157, and t = √10.
        let share = Share::of(&[1.0; 10]).unwrap();
        let estimate = share.estimate();
        assert!((estimate.low - 1.0 / (1.0 + 0.511_735_5)).abs() < 1e-6 && estimate.high == 1.0, "{estimate:?}");
        assert!((share.p().unwrap() - two_sided_p(10f64.sqrt(), 9.0)).abs() < 1e-12);
        // One of four: variance (3/16 + 9/16) / 12 = 1/16, three observations.
        let share = Share::of(&[0.0, 0.0, 1.0, 0.0]).unwrap();
        assert!((share.observations - 3.0).abs() < 1e-12);
    }

    #[test]
    fn twins_tell_more_than_strangers_where_they_vary_together() {
        let ours: Vec<f64> = (0..12).map(|index| f64::from(index * index % 11) + 0.4).collect();
        let theirs: Vec<f64> = ours.iter().map(|score| score - 0.9).collect();
        let width = |twins| {
            let estimate = probability_of_improvement(&ours, &theirs, twins).unwrap().estimate();
            estimate.high - estimate.low
        };
        assert!(width(true) < 0.5 * width(false), "{} against {}", width(true), width(false));
    }

    #[test]
    fn few_or_equal_subjects_give_neither_panic_nor_nan() {
        for n in 1..6 {
            for (ours, theirs) in [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0)] {
                for twins in [false, true] {
                    let share = probability_of_improvement(&vec![ours; n], &vec![theirs; n], twins).unwrap();
                    let estimate = share.estimate();
                    assert_eq!(estimate.interval().is_some(), n > 1, "{estimate:?}");
                    assert!(estimate.low <= estimate.value && estimate.value <= estimate.high, "{estimate:?}");
                    assert!(share.p().is_none_or(|p| p > 0.0 && p <= 1.0));
                }
            }
        }
    }
}
