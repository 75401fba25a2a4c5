//! Transfer experiments: what practice of one skill is worth for another.
//!
//! Subjects are paired across groups: subject i has the same seed, and so the same naive agent, test lane and evaluation
//! episodes, in every group. Evaluations are on a lane of their own, learning disabled, from test step 0 on. Subjects whose
//! practice failed stay in.
//!
//! ```text
//! run.yaml              what was run: experiment, agent and tasks in full, version, machine
//! checkpoints/          one safetensors file per subject and leg
//! logs/                 rows of each subject and leg: episodes, evaluations, and the agent's signals, if asked for
//! evaluations.csv       one row per evaluation, in practice and test
//! blocks.csv            one row per subject and block: how it began and ended, when the criterion was reached
//! summary.json          groups and measures
//! report.html           what was asked, found and done, for a reader; its figures are in figures/*.svg
//! ```

mod comparisons;
pub mod measures;
pub mod outsider;
pub mod results;
pub mod schedule;
pub mod workers;

use crate::experiment::{Experiment, ExperimentSpec};
use crate::files::write_whole_by;
use crate::record::{LOGS, LogBook};
use crate::report;
use crate::run::folder::{RunFolder, Spec, checkpoint_path, difference, read_record};
use crate::run::interrupt;
use crate::run::limits::{MOST_STEPS, whole};
use crate::run::subject::Plan;
use anyhow::{Context, Result, anyhow, bail};
use etude_envs::Seed;
use etude_envs::document::Invalid;
use measures::Summary;
use results::Results;
use schedule::Schedule;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use workers::{Workplace, checkpoint_name};

/// Parts that an experiment may be run in.
const MOST_SHARDS: u64 = 1_000_000;
/// Env steps that a subject practises before its thread looks up.
const BURST: u64 = 1_000;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferSpec {
    /// The experiment, with all that was altered on the command line.
    pub experiment: ExperimentSpec,
    /// Env steps between records of the agent's signals; 0 for none.
    pub signals_every: u64,
    /// The part of the subjects that was run, if not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Resolved YAML of all agents, by their keys.
    pub agents_yaml: BTreeMap<String, String>,
    /// Resolved YAML of all tasks, by the names that blocks give them.
    pub tasks_yaml: BTreeMap<String, String>,
}

impl Spec for TransferSpec {
    const FORMAT: &'static str = "etude-transfer 2";

    fn validate(&self) -> Result<(), Invalid> {
        whole("signals_every", self.signals_every, 0, MOST_STEPS)?;
        if let Some(shard) = self.shard {
            whole("shard", shard.of, shard.index.max(1), MOST_SHARDS)?;
        }
        let of_experiment = |wrong: Invalid| Invalid { field: format!("experiment.{}", wrong.field), ..wrong };
        self.experiment.validate().map_err(of_experiment)
    }
}

impl TransferSpec {
    /// The spec of an experiment.
    pub fn new(experiment: &Experiment, signals_every: u64, shard: Option<Shard>) -> Self {
        Self {
            experiment: experiment.spec.clone(),
            signals_every,
            shard,
            agents_yaml: experiment.agent_yamls(),
            tasks_yaml: experiment.task_yamls(),
        }
    }

    /// Indices of the subjects that are run.
    pub fn subjects(&self) -> Vec<u64> {
        let mine = |subject: &u64| self.shard.is_none_or(|shard| shard.has(*subject));
        (0..self.experiment.subjects).filter(mine).collect()
    }

    fn whole(&self) -> Self {
        Self { shard: None, ..self.clone() }
    }
}

/// One of several parts of an experiment: every so many-th subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    /// Which part, from 1.
    pub index: u64,
    /// How many parts there are.
    pub of: u64,
}

impl Shard {
    /// Whether a subject is in this part.
    pub fn has(self, subject: u64) -> bool {
        subject % self.of == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((index, of)) if 1 <= index && index <= of && of <= MOST_SHARDS => Ok(Self { index, of }),
            _ => Err(format!("expected a part such as 3/16, from 1/16 to 16/16, found `{text}`")),
        }
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> String {
        shard.to_string()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// Runs an experiment, or what is left of it, and writes its folder.
///
/// # Errors
/// A folder that cannot be used, an agent that does not fit a task, or one that acts in numbers that are not finite.
pub fn transfer(
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
        Arc::new(Plan {
            task: experiment.task(&leg.block).clone(),
            agent: experiment.agent(&leg.agent).clone(),
            steps: leg.block.steps,
            evaluate_every: spec.experiment.evaluate_every,
            evaluate_at: leg.block.evaluate_at.clone(),
            evaluation_episodes: spec.experiment.evaluation_episodes,
            signals_every: spec.signals_every,
            units_every: 0,
            burst: BURST,
            conditions: leg.conditions(),
            lesions: leg.block.lesions.clone(),
        })
    });
    // An agent that cannot be made for the task is found before anything is written.
    for (_, _, variant) in spec.experiment.agents() {
        let (name, task) = (variant.key(), experiment.task(&spec.experiment.test).spec());
        let made = experiment.agent(&name).make(task, Seed(spec.experiment.seed));
        made.map_err(|error| anyhow!("agent `{name}` cannot practise {}: {error}", task.id))?;
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
    conclude(&folder, spec, &schedule)
}

/// Joins parts of an experiment into the folder that one run of all subjects would have left.
///
/// # Errors
/// Folders that are no parts of one experiment or do not make up the whole, and folders that cannot be read or written.
pub fn merge(parts: &[PathBuf], out: &Path, resume: bool) -> Result<Summary> {
    let mut whole: Option<TransferSpec> = None;
    let mut sources: BTreeMap<u64, &Path> = BTreeMap::new();
    for part in parts {
        let record = read_record::<TransferSpec>(part)?;
        if record.version != env!("CARGO_PKG_VERSION") {
            bail!("{} was run by version {}, not {}", part.display(), record.version, env!("CARGO_PKG_VERSION"));
        }
        let spec = whole.get_or_insert_with(|| record.run.whole());
        if let Some(difference) = difference(&record.run.whole(), spec) {
            bail!("{} is part of a different run than {}: {difference}", part.display(), parts[0].display());
        }
        for subject in record.run.subjects() {
            if let Some(other) = sources.insert(subject, part) {
                bail!("subject {subject} is in {} and in {}", other.display(), part.display());
            }
        }
    }
    let spec = whole.ok_or_else(|| anyhow!("expected at least one folder to merge"))?;
    let missing: BTreeSet<u64> = spec.subjects().into_iter().filter(|subject| !sources.contains_key(subject)).collect();
    if let Some(first) = missing.first() {
        bail!(
            "{} of {} subjects are in none of the folders, such as subject {first}",
            missing.len(),
            spec.subjects().len()
        );
    }
    let schedule = Schedule::new(&spec.experiment);
    // All is looked at before anything is written.
    for (&subject, part) in &sources {
        for leg in &schedule.legs {
            results::check(part, &spec, subject, leg)?;
        }
    }
    let folder = RunFolder::open(out, &spec, resume)?;
    for (&subject, part) in &sources {
        for leg in &schedule.legs {
            let name = checkpoint_name(subject, &leg.name);
            // The checkpoint last: it vouches for the logs.
            for log in LOGS {
                let from = LogBook::path(part, &name, log);
                if from.exists() {
                    copy(&from, &LogBook::path(out, &name, log))?;
                }
            }
            copy(&checkpoint_path(part, &name), &checkpoint_path(out, &name))?;
        }
    }
    conclude(&folder, &spec, &schedule)
}

/// Copies a file, so that the copy is whole or not there.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut source = File::open(from).with_context(|| format!("cannot read {}", from.display()))?;
    write_whole_by(to, |out| std::io::copy(&mut source, out).map(|_| ()))
}

/// Writes all that follows from checkpoints and logs.
fn conclude(folder: &RunFolder, spec: &TransferSpec, schedule: &Schedule) -> Result<Summary> {
    let faults = results::write_evaluations(folder, spec, schedule)?;
    let results =
        Results::read(&spec.experiment, &spec.subjects(), File::open(folder.path().join("evaluations.csv"))?)?;
    folder.write("blocks.csv", results.blocks_csv(&spec.experiment).as_bytes())?;
    let summary = Summary::new(spec, &results);
    folder.write("summary.json", summary.to_json()?.as_bytes())?;
    report::write(folder, &results, &summary)?;
    Ok(Summary { faults, ..summary })
}
