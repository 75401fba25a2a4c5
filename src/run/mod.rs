//! Runs: practice of a cohort, and its folder.

pub mod checkpoint;
pub mod cohort;
pub mod course;
pub mod evaluate;
pub mod evaluations;
pub mod folder;
pub mod interrupt;
pub mod lesions;
pub mod limits;
pub mod moments;
pub mod origin;
pub mod picture;
pub mod progress;
pub mod size;
pub mod spare;
pub mod subject;
