//! Transfer experiments: the effect of practice of one skill on another.
//!
//! Subjects are paired across groups: subject i has the same seed, and therefore the same naive agent, test lane and
//! evaluation episodes, in every group. Evaluations use a separate lane, learning disabled, from test step 0 on.
//! Subjects with unsuccessful practice are not excluded.
//!
//! ```text
//! run.yaml              the settings: complete experiment, agent and tasks, version, machine
//! checkpoints/          one safetensors file per subject and leg
//! logs/                 rows of each subject and leg: episodes, evaluations, and the agent's signals on request
//! evaluations.csv       one row per evaluation, in practice and test
//! blocks.csv            one row per subject and block: how it began and ended, when the criterion was reached
//! summary.json          groups and measures
//! report.html           the report: question, results and methods; its figures are in figures/*.svg
//! ```

mod comparisons;
pub mod measures;
pub mod outsider;
pub mod parts;
pub mod results;
pub mod schedule;
pub mod shard;
pub mod spec;
pub mod summary;
pub mod workers;

use crate::catalog::Catalog;
use crate::experiment::Experiment;
use crate::report;
use crate::run::folder::RunFolder;
use crate::run::interrupt;
use crate::run::subject::Plan;
use anyhow::{Result, bail};
use etude_envs::Seed;
use parts::{Parted, join};
use results::Results;
use schedule::Schedule;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use summary::Summary;
use workers::Workplace;

pub use shard::Shard;
pub use spec::TransferSpec;

impl Parted for TransferSpec {
    fn whole(&self) -> Self {
        Self { shard: None, ..self.clone() }
    }

    fn dealt(&self) -> Vec<u64> {
        self.subjects()
    }

    fn schedule(&self) -> Schedule {
        Schedule::new(&self.experiment)
    }

    fn evaluate_every(&self) -> u64 {
        self.experiment.evaluate_every
    }
}

/// Runs an experiment, or what is left of it, and writes its folder; the catalog is the one that the experiment is from.
///
/// # Errors
/// An unusable folder, an agent that does not fit a task, or an agent with non-finite actions.
pub fn transfer(
    catalog: &Catalog,
    experiment: &Experiment,
    spec: &TransferSpec,
    threads: usize,
    out: &Path,
    resume: bool,
    quiet: bool,
) -> Result<Summary> {
    interrupt::listen()?;
    let subjects = spec.subjects();
    if let Some(shard) = spec.shard.filter(|_| subjects.is_empty()) {
        bail!("part {shard} has none of the {} subjects; expected fewer parts", spec.experiment.subjects);
    }
    let schedule = Schedule::new(&spec.experiment);
    let plans = schedule.legs.iter().map(|leg| {
        let (task, agent) = (experiment.task(&leg.block).clone(), experiment.agent(&leg.agent).clone());
        let (every, episodes) = (spec.experiment.evaluate_every, spec.experiment.evaluation_episodes);
        Arc::new(Plan { signals_every: spec.signals_every, ..leg.plan(task, agent, every, episodes) })
    });
    // An agent that does not fit a task is detected before anything is written.
    for (_, _, variant) in spec.experiment.agents() {
        let (agent, task) = (variant.key(), experiment.task(&spec.experiment.test).spec());
        let made = experiment.agent(&agent).make(task, Seed(spec.experiment.seed));
        made.map_err(|error| error.of(agent))?;
    }
    let folder = RunFolder::open(out, spec, resume)?;
    let workplace = Workplace {
        schedule: &schedule,
        plans: plans.collect(),
        groups: spec.experiment.groups.names().collect(),
        seed: Seed(spec.experiment.seed),
        subjects,
        folder: &folder,
    };
    workplace.run(threads, quiet)?;
    conclude(catalog, &folder, spec, &schedule)
}

/// Joins parts of an experiment into the folder that a single run of all subjects would have written.
///
/// # Errors
/// Folders that are no parts of one experiment or do not make up the whole, and folders that cannot be read or written.
pub fn merge(catalog: &Catalog, parts: &[PathBuf], out: &Path, resume: bool) -> Result<Summary> {
    let (folder, spec) = join::<TransferSpec>(parts, out, resume)?;
    conclude(catalog, &folder, &spec, &spec.schedule())
}

/// Writes all that follows from checkpoints and logs.
fn conclude(catalog: &Catalog, folder: &RunFolder, spec: &TransferSpec, schedule: &Schedule) -> Result<Summary> {
    let faults = results::write_evaluations(folder, spec, schedule)?;
    let results =
        Results::read(&spec.experiment, &spec.subjects(), File::open(folder.path().join("evaluations.csv"))?)?;
    folder.write("blocks.csv", results.blocks_csv(&spec.experiment).as_bytes())?;
    let summary = Summary::new(spec, &results);
    folder.write("summary.json", summary.to_json()?.as_bytes())?;
    report::write(catalog, folder, &results, &summary)?;
    Ok(Summary { faults, ..summary })
}
