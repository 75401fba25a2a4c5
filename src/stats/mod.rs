//! Statistics of learning curves over subjects.
//!
//! One file per theme: what a [`curve`] tells of one subject, how two groups are compared ([`transfer`]), what is left of
//! a skill after another one was practised ([`retention`]), what a sequence of tasks comes to ([`continual`]), who is better ([`comparison`]), robust means ([`robust`]),
//! intervals ([`interval`]), rank correlation ([`rank`]) and many tests at once ([`family`]). A measure that is not defined, such as a ratio to 0, is
//! `None`.

mod arithmetic;
pub mod comparison;
pub mod continual;
#[cfg(test)]
mod coverage;
pub mod curve;
pub mod family;
pub mod interval;
pub mod rank;
pub mod retention;
pub mod robust;
pub mod student;
pub mod transfer;

pub use arithmetic::mean;
pub use curve::{Curve, TimeToCriterion, restricted_mean};
pub use interval::{
    Estimate, interquartile_estimate, mean_estimate, paired_estimate, ratio_estimate, stratified_estimate,
};
pub use robust::interquartile_mean;
