//! Python exceptions.

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

create_exception!(etude, EtudeError, PyValueError, "An invalid argument, or an operation that failed.");
create_exception!(etude, TaskError, EtudeError, "An unknown task, or one with an invalid document.");
create_exception!(etude, ActionError, EtudeError, "Actions of the wrong shape, or with non-finite numbers.");
create_exception!(etude, StateError, EtudeError, "A saved state of another task or version, or a damaged one.");

/// Gymnasium's own error for a step outside of an episode.
pub fn reset_needed(py: Python<'_>, why: &str) -> PyErr {
    let kind = py.import("gymnasium.error").and_then(|module| module.getattr("ResetNeeded"));
    match kind.and_then(|kind| kind.call1((why,))) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}
