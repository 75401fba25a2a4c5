//! The measures of transfer, retention and interference.
//!
//! Measures are means of paired differences, or ratios of means, with 95 % intervals over whole subjects
//! ([`interval`](crate::stats::interval)).
//!
//! A measure is called significant if its interval excludes the value without an effect and its p-value, adjusted for
//! the number of tests in the whole experiment ([`holm`](crate::stats::family::holm)), is below 0.05. Measures of the
//! same question, such as the area difference and the transfer ratio, share one test.

use crate::stats::Estimate;
use serde::Serialize;

/// Least number of subjects for significance, whatever the interval.
pub const FEWEST_SUBJECTS: u64 = 5;
/// Largest fraction of studies without any effect in which anything may be called significant.
const LEVEL: f64 = 0.05;

/// A measure with its interval and p-value. All are `None` if undefined: a ratio to 0, or steps to a criterion that no
/// subject of either group reached. Interval and p-values are also `None` with one subject.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// Value of the measure.
    pub value: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end of its 95 % interval.
    pub high: Option<f64>,
    /// p-value of its own test of no effect.
    pub p: Option<f64>,
    /// p-value adjusted for all tests of the experiment (Holm 1979).
    pub p_adjusted: Option<f64>,
    /// Whether there are at least [`FEWEST_SUBJECTS`], the adjusted p-value is below 0.05, and the interval excludes
    /// the value without an effect.
    pub significant: bool,
}

impl Measure {
    /// An estimate over that many subjects with value `null` without an effect, its own p-value, and its p-value
    /// adjusted for all tests.
    pub fn of(estimate: Option<Estimate>, null: f64, p: Option<f64>, p_adjusted: Option<f64>, subjects: u64) -> Self {
        let interval = estimate.and_then(|estimate| estimate.interval());
        let excluded = estimate.is_some_and(|estimate| estimate.excludes(null));
        Self {
            value: estimate.map(|estimate| estimate.value),
            low: interval.map(|(low, _)| low),
            high: interval.map(|(_, high)| high),
            p,
            p_adjusted,
            significant: subjects >= FEWEST_SUBJECTS && excluded && p_adjusted.is_some_and(|p| p < LEVEL),
        }
    }
}
