//! Statistics of learning curves over subjects.
//!
//! One file per theme: measures of one subject's [`curve`], comparisons of groups ([`transfer`]), what is left of a
//! skill after practice of another ([`retention`]), sequences of tasks ([`continual`]), the probability of improvement
//! ([`comparison`]), robust means ([`robust`]), intervals ([`interval`]), rank correlation ([`rank`]) and multiple
//! testing ([`family`]). An undefined measure, such as a ratio to 0, is `None`.

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
