//! `etude train` and `etude transfer` in this process, with built-in agents or Python agents.

use crate::agent::{PythonAgent, Raised};
use crate::error;
use etude::catalog::Catalog;
use etude::run::cohort;
use etude::run::folder::{RunSpec, Spec};
use etude::run::interrupt::{self, Interrupted};
use etude::run::subject::{Conditions, Lesions, Plan};
use etude::transfer::{Shard, TransferSpec, outsider};
use etude_envs::Seed;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Env steps that a subject practises before its thread turns to the next one.
const BURST: u64 = 1_000;

/// A catalog with the agent, and the agent's name in it.
fn catalog_with(agent: &Bound<'_, PyAny>, raised: &Raised) -> PyResult<(Catalog, String, bool)> {
    let mut catalog = Catalog::default();
    if let Ok(name) = agent.extract::<String>() {
        return Ok((catalog, name, false));
    }
    let name = agent.getattr("__name__").and_then(|name| name.extract::<String>()).map_err(|_| {
        error::EtudeError::new_err("an agent; expected its name, the path of its YAML file, or a Python class")
    })?;
    for method in ["act", "learn", "save", "load"] {
        if !agent.hasattr(method)? {
            return Err(error::EtudeError::new_err(format!(
                "{name} has no `{method}`; expected act, learn, save and load"
            )));
        }
    }
    let (class, raised) = (agent.clone().unbind(), Arc::clone(raised));
    catalog.register_agent(&name, move |shape, seed| PythonAgent::make(&class, shape, seed, &raised));
    Ok((catalog, name, true))
}

/// Runs long work, and returns the first error raised in Python.
fn run<T: Send>(py: Python<'_>, raised: &Raised, work: impl FnOnce() -> anyhow::Result<T> + Send) -> PyResult<T> {
    let by_default = py.import("signal").and_then(|signal| {
        let now = signal.call_method1("getsignal", (signal.getattr("SIGTERM")?,))?;
        now.eq(signal.getattr("SIG_DFL")?)
    })?;
    if by_default {
        interrupt::end_by_sigterm_when_idle().map_err(|why| error::EtudeError::new_err(format!("{why:#}")))?;
    }
    let done = py.detach(|| {
        let done = work();
        interrupt::forget();
        done
    });
    if let Some(error) = raised.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(error);
    }
    done.map_err(|why| match why.downcast_ref::<Interrupted>() {
        Some(interrupted) => {
            // Python's own handler has recorded the signal, too: one error is enough.
            let _ = py.check_signals();
            let folder = interrupted.folder.display();
            PyKeyboardInterrupt::new_err(format!("all practice so far is saved in {folder}: the same call resumes it"))
        }
        None => error::EtudeError::new_err(format!("{why:#}")),
    })
}

/// See `etude.transfer`.
#[pyfunction]
#[pyo3(signature = (experiment, out, agent=None, subjects=None, seed=None, scale_steps=None, shard=None, threads=1))]
#[expect(clippy::too_many_arguments, reason = "they are the flags of the command")]
pub fn transfer(
    py: Python<'_>,
    experiment: &str,
    out: PathBuf,
    agent: Option<Bound<'_, PyAny>>,
    subjects: Option<u64>,
    seed: Option<u64>,
    scale_steps: Option<f64>,
    shard: Option<&str>,
    threads: usize,
) -> PyResult<String> {
    let raised: Raised = Arc::new(Mutex::new(None));
    let refused = |why: anyhow::Error| error::EtudeError::new_err(format!("{why:#}"));
    let read = match &agent {
        None => Catalog::default().experiment(experiment, None).map_err(Into::into),
        Some(agent) => match catalog_with(agent, &raised)? {
            (catalog, name, true) => outsider::experiment(&catalog, experiment, &name),
            (catalog, name, false) => catalog.experiment(experiment, Some(&name)).map_err(Into::into),
        },
    };
    let mut experiment = read.map_err(refused)?;
    outsider::altered(&mut experiment.spec, subjects, seed, scale_steps).map_err(refused)?;
    let shard = shard.map(str::parse::<Shard>).transpose().map_err(error::EtudeError::new_err)?;
    let spec = TransferSpec::new(&experiment, 0, shard);
    let threads = threads.max(1);
    // The report shows this program's own agents only: whoever merges or rebuilds it has no others.
    let own = Catalog::default();
    let summary = run(py, &raised, || etude::transfer::transfer(&own, &experiment, &spec, threads, &out, true, true))?;
    summary.to_json().map_err(refused)
}

/// See `etude.train`.
#[pyfunction]
#[pyo3(signature = (task, out, agent=None, subjects=10, steps=150_000, seed=0, evaluate_every=10_000, evaluation_episodes=5, threads=1, record_steps=false))]
#[expect(clippy::too_many_arguments, reason = "they are the flags of the command")]
pub fn train(
    py: Python<'_>,
    task: &str,
    out: PathBuf,
    agent: Option<Bound<'_, PyAny>>,
    subjects: u64,
    steps: u64,
    seed: u64,
    evaluate_every: u64,
    evaluation_episodes: u64,
    threads: usize,
    record_steps: bool,
) -> PyResult<()> {
    let raised: Raised = Arc::new(Mutex::new(None));
    let refused = |why: anyhow::Error| error::EtudeError::new_err(format!("{why:#}"));
    let (catalog, name) = match &agent {
        None => (Catalog::default(), "brain".to_string()),
        Some(agent) => catalog_with(agent, &raised).map(|(catalog, name, _)| (catalog, name))?,
    };
    let plan = Plan {
        task: crate::spec::blueprint(task)?,
        agent: catalog.agent(&name).map_err(|why| refused(why.into()))?,
        steps,
        evaluate_every,
        evaluate_at: Vec::new(),
        evaluation_episodes,
        signals_every: 0,
        units_every: 0,
        record_steps,
        tensorboard: false,
        keep_checkpoints_every: 0,
        burst: BURST,
        conditions: Conditions::default(),
        lesions: Lesions::new(),
    };
    let invalid = |why: etude_envs::document::Invalid| {
        error::EtudeError::new_err(format!("{} is {}; expected {}", why.field, why.found, why.expected))
    };
    RunSpec::new(&plan, subjects, Seed(seed)).validate().map_err(invalid)?;
    let members = cohort::Members { subjects, seed: Seed(seed), from: None };
    run(py, &raised, || cohort::train(plan, members, threads.max(1), &out, true, true))?;
    Ok(())
}

/// See `etude.merge`.
#[pyfunction]
pub fn merge(py: Python<'_>, parts: Vec<PathBuf>, out: PathBuf) -> PyResult<String> {
    let raised: Raised = Arc::new(Mutex::new(None));
    let own = Catalog::default();
    let summary = run(py, &raised, || etude::transfer::merge(&own, &parts, &out, true))?;
    summary.to_json().map_err(|why| error::EtudeError::new_err(format!("{why:#}")))
}
