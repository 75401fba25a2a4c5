//! What the tables of a training run say of learning: episodes read back, averaged over subjects, and fitted.
//!
//! Data flows from [`episodes`] (the table of a run folder) through [`phases`] (stretches of practice under one perturbation)
//! to [`trials`] (what is told of them). [`exponential`] is the curve that is fitted to a phase.

pub mod episodes;
pub mod exponential;
pub mod phases;
pub mod trials;
