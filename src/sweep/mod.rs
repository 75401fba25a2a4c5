//! Sweeps: the best settings of an agent or a task, selected on some subjects and confirmed on others.
//!
//! The best of many settings looks better on the subjects that selected it than it is. The best settings are therefore
//! tried again on other subjects, and the difference is reported.
//!
//! ```text
//! run.yaml              the settings: complete sweep, agent and tasks, version, machine
//! checkpoints/, logs/   of each subject, phase, setting and task
//! evaluations.csv       one row per evaluation
//! settings.csv          one row per setting and phase: its values and the measure
//! summary.json          the same, in the order of the selection
//! report.html           the report; its figure is in figures/settings.svg
//! ```

#[cfg(test)]
mod example;
mod page;
mod phases;
mod search;
mod spec;
mod summary;
mod tables;

pub use page::{in_words, short_values, told_in_words};
pub use phases::{Phase, SweepRun};
pub use search::{Axis, MOST_SETTINGS, Random, Range, Scale};
pub use spec::{Cohort, Confirmation, Measure, SweepSpec};
pub use summary::{Entry, Summary, Told};
pub use tables::{evaluation_columns, setting_columns};

use crate::catalog::{AgentBlueprint, Catalog};
use crate::run::folder::RunFolder;
use crate::run::interrupt;
use crate::run::subject::Plan;
use crate::settings::{self, Setting};
use crate::transfer::Shard;
use crate::transfer::parts::{Parted, join, reopen};
use crate::transfer::workers::Workplace;
use anyhow::{Context, Result, bail};
use etude_envs::Seed;
use etude_envs::document::Document;
use etude_envs::task::Blueprint;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use summary::Found;

/// A sweep with its agents and tasks.
pub struct Sweep {
    run: SweepRun,
    settings: Vec<Variant>,
}

/// The agent and the tasks of a setting.
struct Variant {
    agent: AgentBlueprint,
    tasks: Vec<Blueprint>,
}

impl Sweep {
    /// Reads a sweep, or a part of one.
    ///
    /// # Errors
    /// Fields, numbers or names that are invalid, and settings that are unknown or impossible.
    pub fn read(catalog: &Catalog, document: &Document, shard: Option<Shard>) -> Result<Self> {
        let sweep: SweepSpec = document.read()?;
        sweep.validate().map_err(|wrong| document.invalid(&wrong))?;
        let source = || document.source_name().to_string();
        let agent = catalog.agent_beside(&sweep.agent, document.folder_of("agent")).with_context(source)?;
        let beside = |task: &String| catalog.tasks.task_beside(task, document.folder_of("tasks"));
        let tasks = sweep.tasks.0.iter().map(beside).collect::<Result<Vec<_>, _>>().with_context(source)?;
        let mut settings = Vec::new();
        for (index, values) in sweep.settings().map_err(|wrong| document.invalid(&wrong))?.iter().enumerate() {
            let pairs = sweep.paths().into_iter().zip(values);
            let set: Vec<Setting> = pairs.map(|(path, value)| Setting::new(path, &search::text_of(value))).collect();
            let told = || {
                let all: Vec<String> = set.iter().map(Setting::to_string).collect();
                format!("{}: setting {index} ({})", source(), all.join(", "))
            };
            let agent = settings::agent(catalog, agent.clone(), &set).with_context(told)?;
            let changed = tasks.iter().map(|task| settings::task(catalog, task.clone(), &set));
            let tasks = changed.collect::<Result<Vec<_>, _>>().with_context(told)?;
            // What cannot be created is detected before anything runs.
            for task in &tasks {
                agent.make(task.spec(), Seed(0)).with_context(told)?;
            }
            settings.push(Variant { agent, tasks });
        }
        let tasks_yaml = sweep.tasks.0.iter().cloned().zip(tasks.iter().map(Blueprint::yaml)).collect();
        let run = SweepRun { agent_yaml: agent.yaml().into(), tasks_yaml, shard, sweep };
        let dealt = run.dealt().len();
        if let Some(shard) = shard.filter(|_| dealt == 0) {
            bail!("part {shard} has none of the {} settings; expected fewer parts", settings.len());
        }
        Ok(Self { run, settings })
    }

    /// Name of the sweep.
    pub fn name(&self) -> &str {
        &self.run.sweep.sweep
    }

    /// Runs the sweep, or what is left of it, and writes its folder. A part only selects; it does not confirm.
    ///
    /// # Errors
    /// An unusable folder, or an agent with non-finite actions.
    pub fn run(&self, threads: usize, out: &Path, resume: bool, quiet: bool) -> Result<Summary> {
        interrupt::listen()?;
        let folder = RunFolder::open(out, &self.run, resume)?;
        let dealt = self.run.dealt();
        self.practise(&folder, Phase::Selection, &dealt, threads, quiet)?;
        if self.run.shard.is_none() {
            let selection = self.run.read(folder.path(), Phase::Selection, &dealt)?;
            let best = best(&self.run, &dealt, &selection)?;
            self.practise(&folder, Phase::Confirmation, &best, threads, quiet)?;
        }
        conclude(&folder, &self.run)
    }

    /// Lets the subjects of a phase practise with these settings.
    fn practise(&self, folder: &RunFolder, phase: Phase, settings: &[u64], threads: usize, quiet: bool) -> Result<()> {
        let spec = &self.run.sweep;
        let schedule = self.run.schedule_of(phase, settings);
        let variants = settings.iter().filter_map(|&setting| self.settings.get(setting as usize));
        let own = variants.flat_map(|variant| variant.tasks.iter().map(move |task| (task, &variant.agent)));
        let plan =
            |(leg, (task, agent)): (&crate::transfer::schedule::Leg, (&Blueprint, &AgentBlueprint))| -> Arc<Plan> {
                Arc::new(leg.plan(task.clone(), agent.clone(), spec.evaluate_every, spec.evaluation_episodes))
            };
        let plans = schedule.legs.iter().zip(own).map(plan).collect();
        let (seed, subjects) = self.run.cohort(phase);
        Workplace {
            schedule: &schedule,
            plans,
            groups: Vec::new(),
            seed: Seed(seed),
            subjects: (0..subjects).collect(),
            folder,
        }
        .run(threads, quiet)
    }
}

/// Joins parts of a sweep into its complete selection. Resuming it adds the confirmation.
///
/// # Errors
/// Folders that are not parts of one sweep or are incomplete, and folders that cannot be read or written.
pub fn merge(parts: &[PathBuf], out: &Path, resume: bool) -> Result<Summary> {
    let (folder, run) = join::<SweepRun>(parts, out, resume)?;
    conclude(&folder, &run)
}

/// Rewrites tables, figure and report of a sweep from its checkpoints and logs.
///
/// # Errors
/// A folder without a sweep, or with an unfinished selection.
pub fn rebuild(folder: &Path) -> Result<Summary> {
    let (folder, run) = reopen::<SweepRun>(folder)?;
    conclude(&folder, &run)
}

/// The settings that did best in the selection, best first.
fn best(
    run: &SweepRun,
    settings: &[u64],
    selection: &[Vec<Vec<crate::transfer::results::LegResult>>],
) -> Result<Vec<u64>> {
    let told = selection.iter().map(|results| summary::told(&run.sweep, results)).collect::<Result<Vec<_>>>()?;
    let ranked = summary::ranking(run.sweep.measure, &told).into_iter().map(|position| settings[position]);
    Ok(ranked.take(run.sweep.confirmation.best as usize).collect())
}

/// Writes everything that follows from checkpoints and logs.
fn conclude(folder: &RunFolder, run: &SweepRun) -> Result<Summary> {
    let dealt = run.dealt();
    let selection = run.read(folder.path(), Phase::Selection, &dealt)?;
    let best = best(run, &dealt, &selection)?;
    let confirmed = run.shard.is_none() && run.begun(folder.path(), Phase::Confirmation, &best);
    let confirmation = confirmed.then(|| run.read(folder.path(), Phase::Confirmation, &best)).transpose()?;
    tables::write_evaluations(
        folder,
        run,
        (&dealt, &selection),
        confirmation.as_ref().map(|found| (&best[..], &found[..])),
    )?;
    let selection = Found { settings: &dealt, results: &selection };
    let confirmation = confirmation.as_ref().map(|results| Found { settings: &best, results });
    let summary = Summary::new(run, selection, confirmation)?;
    folder.write("settings.csv", &tables::settings(&summary)?)?;
    folder.write("summary.json", summary.to_json()?.as_bytes())?;
    let page = page::page(&summary);
    for (path, figure) in &page.figures {
        folder.write(path, figure.as_bytes())?;
    }
    folder.write("report.html", page.html().as_bytes())?;
    Ok(summary)
}
