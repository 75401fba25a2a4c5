//! Errors that Python sees.

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;

create_exception!(etude, EtudeError, PyValueError, "What etude cannot do, and why.");
create_exception!(etude, TaskError, EtudeError, "A task that there is not, or whose document makes no sense.");
create_exception!(etude, ActionError, EtudeError, "Actions of the wrong shape, or with a number that is not finite.");
