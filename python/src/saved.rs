//! The whole state of a lane, kept in memory.

use crate::error;
use etude_envs::saved::ForeignState;
use pyo3::prelude::*;

/// The whole state of a lane, in memory: made by `remember` of a lane, for lanes made together with it.
#[pyclass(module = "etude", frozen)]
pub struct SavedState {
    pub(crate) state: etude_envs::saved::SavedState,
    /// Whether an episode was running.
    pub(crate) running: bool,
}

impl SavedState {
    pub(crate) fn refused(why: &ForeignState) -> PyErr {
        error::StateError::new_err(why.to_string())
    }
}
