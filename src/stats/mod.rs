//! Statistics of learning curves over subjects.
//!
//! One file per theme: what a [`curve`] tells of one subject, how two groups are compared ([`transfer`]), what is left of
//! a skill after another one was practised ([`retention`]), who is better ([`comparison`]), robust means ([`robust`]) and
//! intervals ([`bootstrap`]). A measure that is not defined, such as a ratio to 0, is `None`.

pub mod bootstrap;
pub mod comparison;
pub mod curve;
pub mod retention;
pub mod robust;
pub mod transfer;

pub use bootstrap::{Estimate, bootstrap_interval, paired_estimate, stratified_estimate};
pub use curve::{Curve, TimeToCriterion, restricted_mean};
pub use robust::interquartile_mean;

/// The arithmetic mean; 0 of nothing.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// `above / below`, unless that is no finite number.
fn ratio(above: f64, below: f64) -> Option<f64> {
    Some(above / below).filter(|ratio| ratio.is_finite())
}
