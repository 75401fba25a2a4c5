//! The measures of transfer, retention and interference.
//!
//! They are means of paired differences, or ratios of means, with 95% intervals over whole subjects
//! ([`interval`](crate::stats::interval)).
//!
//! A measure is called significant if its interval leaves no effect out and its p-value, adjusted for the number of tests
//! in the whole experiment ([`holm`](crate::stats::family::holm)), is below 0.05. Measures that ask the same question, as
//! the area difference and the transfer ratio do, share one test.

use crate::stats::Estimate;
use serde::Serialize;

/// Fewer subjects than this show nothing, whatever their interval says.
pub const FEWEST_SUBJECTS: u64 = 5;
/// The share of studies in which anything may be called significant if there is nothing.
const LEVEL: f64 = 0.05;

/// A measure with its interval and p-value. All are absent where it is not defined: a ratio to 0, or steps to a criterion
/// that no subject of either group reached. The interval and the p-values are absent with one subject, too.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// The measure.
    pub value: Option<f64>,
    /// Lower end of its 95% interval.
    pub low: Option<f64>,
    /// Upper end of its 95% interval.
    pub high: Option<f64>,
    /// p-value of its own test that there is no effect.
    pub p: Option<f64>,
    /// The same adjusted for all tests of the experiment (Holm 1979).
    pub p_adjusted: Option<f64>,
    /// Whether there are at least [`FEWEST_SUBJECTS`], the adjusted p-value is below 0.05, and the interval leaves out the
    /// value that means no effect.
    pub significant: bool,
}

impl Measure {
    /// An estimate of so many subjects whose value is `null` where there is no effect, with the p-value of its own test, and the
    /// same adjusted for all tests.
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
