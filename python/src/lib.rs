//! The native half of the Python package `etude`: lanes of a task, stepped with NumPy arrays.
//!
//! | file | contents |
//! |---|---|
//! | `lane.rs` | the class `Lane`: one lane, one action at a time |
//! | `lanes.rs` | the class `Lanes`: many lanes in batches |
//! | `saved.rs` | the class `SavedState`: a lane's state in memory |
//! | `run.rs` | `train`, `transfer` and `merge` in this process |
//! | `agent.rs` | a Python object as an agent in any run |
//! | `study.rs` | the class `Study`: an experiment whose subjects learn in Python |
//! | `stats.rs` | measures and intervals |
//! | `spec.rs` | the spec of a task as Python data |
//! | `error.rs` | the package's exceptions |
//!
//! The Gymnasium interface is in `python/etude/`, in Python.

mod agent;
mod error;
mod lane;
mod lanes;
mod run;
mod saved;
mod spec;
mod stats;
mod study;

use etude_envs::Registry;
use pyo3::prelude::*;

/// Ids of all built-in tasks, in the order of `etude list tasks`.
#[pyfunction]
fn task_ids() -> Vec<String> {
    Registry::default().task_ids()
}

#[pymodule]
fn _etude(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<lane::Lane>()?;
    module.add_class::<lanes::Lanes>()?;
    module.add_class::<saved::SavedState>()?;
    module.add_class::<study::Assignment>()?;
    module.add_class::<study::Episode>()?;
    module.add_class::<study::Study>()?;
    module.add_class::<spec::Field>()?;
    module.add_class::<spec::Spec>()?;
    module.add_class::<agent::Shape>()?;
    module.add_class::<study::Experiment>()?;
    module.add_function(wrap_pyfunction!(study::experiment_names, module)?)?;
    module.add_function(wrap_pyfunction!(study::experiment, module)?)?;
    module.add_function(wrap_pyfunction!(run::train, module)?)?;
    module.add_function(wrap_pyfunction!(run::transfer, module)?)?;
    module.add_function(wrap_pyfunction!(run::merge, module)?)?;
    module.add_function(wrap_pyfunction!(task_ids, module)?)?;
    module.add_class::<stats::Estimate>()?;
    module.add("stats_mean", wrap_pyfunction!(stats::mean, module)?)?;
    module.add("stats_interquartile_mean", wrap_pyfunction!(stats::interquartile_mean, module)?)?;
    module.add("stats_difference", wrap_pyfunction!(stats::difference, module)?)?;
    module.add("stats_transfer_ratio", wrap_pyfunction!(stats::transfer_ratio, module)?)?;
    module.add("stats_forward_transfer", wrap_pyfunction!(stats::forward_transfer, module)?)?;
    module.add("stats_probability_of_improvement", wrap_pyfunction!(stats::probability_of_improvement, module)?)?;
    module.add("stats_area", wrap_pyfunction!(stats::area, module)?)?;
    module.add("stats_steps_to_criterion", wrap_pyfunction!(stats::steps_to_criterion, module)?)?;
    module.add("stats_holm", wrap_pyfunction!(stats::holm, module)?)?;
    module.add("EtudeError", module.py().get_type::<error::EtudeError>())?;
    module.add("TaskError", module.py().get_type::<error::TaskError>())?;
    module.add("StateError", module.py().get_type::<error::StateError>())?;
    module.add("ActionError", module.py().get_type::<error::ActionError>())
}
