//! The native half of the Python package `etude`: lanes of a task, stepped in batches of NumPy arrays.
//!
//! | file | what it has |
//! |---|---|
//! | `lanes.rs` | the class `Lanes` |
//! | `spec.rs` | what a task's spec says, as Python data |
//! | `error.rs` | Python errors of the package's own kind |
//!
//! What Gymnasium asks for is in `python/etude/`, in Python.

mod error;
mod lanes;
mod spec;

use etude_envs::Registry;
use pyo3::prelude::*;

/// Ids of all built-in tasks, in the order of `etude list tasks`.
#[pyfunction]
fn task_ids() -> Vec<String> {
    Registry::default().task_ids()
}

#[pymodule]
fn _etude(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<lanes::Lanes>()?;
    module.add_class::<spec::Field>()?;
    module.add_class::<spec::Spec>()?;
    module.add_function(wrap_pyfunction!(task_ids, module)?)?;
    module.add("EtudeError", module.py().get_type::<error::EtudeError>())?;
    module.add("TaskError", module.py().get_type::<error::TaskError>())?;
    module.add("ActionError", module.py().get_type::<error::ActionError>())
}
