//! Analysis of the tables of a training run: episodes are read, averaged over subjects, and fitted.
//!
//! Data flows from [`episodes`] (the table of a run folder) through [`phases`] (stretches of practice under one
//! perturbation) to [`trials`] (the findings). [`exponential`] is the curve fitted to a phase.

pub mod episodes;
pub mod exponential;
pub mod phases;
pub mod trials;
