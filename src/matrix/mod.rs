//! Transfer matrices: practice of every task before a test of every other one, and sequences of tasks.
//!
//! Each cell is a transfer experiment run by the same code. Subjects are paired across all cells, and practice of a
//! task, as well as novices on it, are run once.
//!
//! ```text
//! run.yaml              the settings: complete tasks and agent, version, machine
//! checkpoints/, logs/   of each subject and leg
//! evaluations.csv       one row per evaluation, by leg
//! matrix.csv            one row per pair of tasks
//! sequence.csv          one row per task of the sequence, if there is one
//! summary.json          all measures
//! report.html           the report; its figures are in figures/*.svg
//! ```

mod page;
mod spec;
mod summary;
mod tables;

pub use page::{STATION, estimate, short_names, station};
pub use spec::{MOST_TASKS, MatrixSpec, in_files};
pub use summary::{Cell, Scratch, Sequence, StationSummary, Summary};
pub use tables::{cell_columns, evaluation_columns, sequence_columns};

use crate::catalog::AgentBlueprint;
use crate::record::header;
use crate::run::folder::RunFolder;
use crate::run::interrupt;
use crate::transfer::parts::{Parted, join, reopen};
use crate::transfer::results::{LegResult, read_leg};
use crate::transfer::workers::Workplace;
use anyhow::{Result, anyhow, bail};
use etude_envs::Seed;
use etude_envs::task::Blueprint;
use spec::Legs;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use summary::Curves;

/// Runs a transfer matrix, or what is left of it, and writes its folder. `tasks` are all tasks of the spec, by id.
///
/// # Errors
/// An unusable folder, an agent that does not fit a task, or an agent with non-finite actions.
pub fn run(
    spec: &MatrixSpec,
    tasks: &BTreeMap<String, Blueprint>,
    agent: &AgentBlueprint,
    threads: usize,
    out: &Path,
    resume: bool,
    quiet: bool,
) -> Result<Summary> {
    interrupt::listen()?;
    let subjects = spec.dealt();
    if let Some(shard) = spec.shard.filter(|_| subjects.is_empty()) {
        bail!("part {shard} has none of the {} subjects; expected fewer parts", spec.subjects);
    }
    let legs = Legs::new(spec);
    let mut plans = Vec::new();
    for leg in &legs.schedule.legs {
        let id = &leg.block.task;
        let task = tasks.get(id).ok_or_else(|| anyhow!("task `{id}` is not at hand"))?;
        // An agent that cannot be made for a task is found before anything is written.
        agent.make(task.spec(), Seed(spec.seed))?;
        let plan = leg.plan(task.clone(), agent.clone(), spec.evaluate_every, spec.evaluation_episodes);
        plans.push(Arc::new(plan));
    }
    let folder = RunFolder::open(out, spec, resume)?;
    let seed = Seed(spec.seed);
    Workplace { schedule: &legs.schedule, plans, groups: Vec::new(), seed, subjects, folder: &folder }
        .run(threads, quiet)?;
    conclude(&folder, spec, &legs)
}

/// Joins parts of a transfer matrix into the folder that a single run of all subjects would have written.
///
/// # Errors
/// Folders that are not parts of one matrix or are incomplete, and folders that cannot be read or written.
pub fn merge(parts: &[PathBuf], out: &Path, resume: bool) -> Result<Summary> {
    let (folder, spec) = join::<MatrixSpec>(parts, out, resume)?;
    conclude(&folder, &spec, &Legs::new(&spec))
}

/// Rewrites tables, figures and report of a matrix from its checkpoints and logs.
///
/// # Errors
/// A folder without a matrix, or with an unfinished one.
pub fn rebuild(folder: &Path) -> Result<Summary> {
    let (folder, spec) = reopen::<MatrixSpec>(folder)?;
    conclude(&folder, &spec, &Legs::new(&spec))
}

/// Writes everything that follows from checkpoints and logs.
fn conclude(folder: &RunFolder, spec: &MatrixSpec, legs: &Legs) -> Result<Summary> {
    let mut results: Vec<Vec<LegResult>> = Vec::new();
    for leg in &legs.schedule.legs {
        let of_subject = |subject| read_leg(folder.path(), spec.evaluate_every, subject, leg);
        results.push(spec.dealt().into_iter().map(of_subject).collect::<Result<_>>()?);
    }
    folder.write_by("evaluations.csv", |out| {
        writeln!(out, "{}", header(evaluation_columns()))?;
        for (leg, subjects) in legs.schedule.legs.iter().zip(&results) {
            for row in subjects.iter().flat_map(|result| result.rows.lines()) {
                writeln!(out, "{},{},{row}", leg.name, leg.block.task)?;
            }
        }
        Ok(())
    })?;
    let summary = Summary::new(spec, legs, &Curves(&results))?;
    folder.write("matrix.csv", &tables::cells(&summary)?)?;
    if let Some(sequence) = &summary.sequence {
        folder.write("sequence.csv", &tables::sequence(sequence)?)?;
    }
    folder.write("summary.json", summary.to_json()?.as_bytes())?;
    let page = page::page(&summary);
    for (path, figure) in &page.figures {
        folder.write(path, figure.as_bytes())?;
    }
    folder.write("report.html", page.html().as_bytes())?;
    Ok(summary)
}
