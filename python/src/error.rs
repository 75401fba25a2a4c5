//! Errors that Python sees.

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

create_exception!(etude, EtudeError, PyValueError, "What etude cannot do, and why.");
create_exception!(etude, TaskError, EtudeError, "A task that there is not, or whose document makes no sense.");
create_exception!(etude, ActionError, EtudeError, "Actions of the wrong shape, or with a number that is not finite.");
create_exception!(etude, StateError, EtudeError, "A saved state of something else, or a damaged one.");

/// Gymnasium's own error for a step outside of an episode.
pub fn reset_needed(py: Python<'_>, why: &str) -> PyErr {
    let kind = py.import("gymnasium.error").and_then(|module| module.getattr("ResetNeeded"));
    match kind.and_then(|kind| kind.call1((why,))) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}
