//! Runs: practice of a cohort, and the folder it leaves behind.

pub mod checkpoint;
pub mod cohort;
pub mod files;
pub mod folder;
pub mod progress;
pub mod subject;
