//! The run folder: what was run, what came of it, and what is needed to go on.
//!
//! ```text
//! run.yaml              what was run: task, agent, seeds, plan, version, machine
//! checkpoints/          one safetensors file per subject; in kept/ those of earlier times, if asked for
//! logs/                 each subject's rows, appended as it practises
//! episodes.csv          one row per episode of practice
//! evaluations.csv       one row per evaluation
//! units/, steps/         recordings of units and of every step, if asked for
//! tensorboard/          episodes, evaluations and signals for TensorBoard, appended, if asked for
//! summary.json          the score table
//! figures/learning.svg  score over practice
//! ```
//!
//! It is locked by the file `.lock`, which stays and is empty.

use crate::files::{create_folder, is_partial, remove_partials, write_whole, write_whole_by};
use crate::record::{EVALUATION_COLUMNS, Log, LogBook, copy_rows, last_row, without_end};
use crate::run::checkpoint::Checkpoint;
use crate::run::lesions::Lesions;
use crate::run::limits;
use crate::run::subject::{Kept, Plan};
use crate::tell::tell;
use anyhow::{Context, Result, bail};
use etude_envs::Seed;
use etude_envs::document::{Document, Invalid};
use etude_envs::task::Metric;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What a folder was asked for by, as written into it.
pub trait Spec: Serialize + DeserializeOwned {
    /// Name and version of the folder's layout.
    const FORMAT: &'static str;
    /// Folders within it.
    const FOLDERS: &'static [&'static str] = &["checkpoints", "figures", "logs"];

    /// Checks what was read, before anything is made of it.
    ///
    /// # Errors
    /// The first number out of its range.
    fn validate(&self) -> Result<(), Invalid>;

    /// What of it may have grown since a folder was made, when that is gone on with: that spec with these parts as in this one.
    fn grown(&self, found: &Self) -> Option<Self> {
        let _ = found;
        None
    }
}

impl Spec for RunSpec {
    const FORMAT: &'static str = "etude-run 2";

    fn validate(&self) -> Result<(), Invalid> {
        use limits::{MOST_EPISODES, MOST_STEPS, MOST_SUBJECTS, whole};
        whole("subjects", self.subjects, 1, MOST_SUBJECTS)?;
        whole("steps", self.steps, 1, MOST_STEPS)?;
        whole("seed", self.seed, 0, limits::LARGEST_SEED)?;
        whole("evaluate_every", self.evaluate_every, 1, MOST_STEPS)?;
        whole("evaluation_episodes", self.evaluation_episodes, 1, MOST_EPISODES)?;
        whole("signals_every", self.signals_every, 0, MOST_STEPS)?;
        whole("units_every", self.units_every, 0, MOST_STEPS)?;
        whole("keep_checkpoints_every", self.keep_checkpoints_every, 0, MOST_STEPS)?;
        if !self.keep_checkpoints_every.is_multiple_of(self.evaluate_every) {
            let (field, found) = ("keep_checkpoints_every".into(), self.keep_checkpoints_every.to_string());
            return Err(Invalid {
                field,
                found,
                expected: format!("a multiple of {}, `evaluate_every`", self.evaluate_every),
            });
        }
        says("task", &self.task, "task_yaml", &self.task_yaml)?;
        says("agent", &self.agent, "agent_yaml", &self.agent_yaml)
    }

    /// A run may be made longer, and may get more subjects.
    fn grown(&self, found: &Self) -> Option<Self> {
        let larger = self.steps >= found.steps && self.subjects >= found.subjects;
        larger.then(|| Self { steps: self.steps, subjects: self.subjects, ..found.clone() })
    }
}

/// What `run.yaml` says of a run that was asked for by an `S`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRecord<S> {
    /// Layout of the folder.
    pub format: String,
    /// Program version.
    pub version: String,
    /// Operating system and processor family.
    pub machine: String,
    /// What was asked for; a run is resumed only with the same.
    pub run: S,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSpec {
    /// Task id.
    pub task: String,
    /// Agent name.
    pub agent: String,
    /// Subjects in the cohort.
    pub subjects: u64,
    /// Env steps of practice per subject.
    pub steps: u64,
    /// Experiment seed.
    pub seed: u64,
    /// Env steps between evaluations.
    pub evaluate_every: u64,
    /// Episodes in an evaluation.
    pub evaluation_episodes: u64,
    /// Env steps between records of signals; 0 for none.
    pub signals_every: u64,
    /// Env steps between records of units; 0 for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub units_every: u64,
    /// Whether every env step is recorded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub record_steps: bool,
    /// Whether what is recorded is also written as TensorBoard reads it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tensorboard: bool,
    /// Env steps between checkpoints that are kept; 0 for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub keep_checkpoints_every: u64,
    /// Checksum of the checkpoint that all subjects began with; none where they were naive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Parts of the agent that were switched off.
    #[serde(default, skip_serializing_if = "Lesions::is_empty")]
    pub lesions: Lesions,
    /// Resolved YAML of the task.
    pub task_yaml: String,
    /// Resolved YAML of the agent.
    pub agent_yaml: String,
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

impl RunSpec {
    /// The spec of a plan.
    pub fn new(plan: &Plan, subjects: u64, seed: Seed) -> Self {
        Self {
            task: plan.task.spec().id.clone(),
            agent: plan.agent.name().into(),
            subjects,
            steps: plan.steps,
            seed: seed.0,
            evaluate_every: plan.evaluate_every,
            evaluation_episodes: plan.evaluation_episodes,
            signals_every: plan.signals_every,
            units_every: plan.units_every,
            record_steps: plan.record_steps,
            tensorboard: plan.tensorboard,
            keep_checkpoints_every: plan.keep_checkpoints_every,
            from: None,
            lesions: plan.lesions.clone(),
            task_yaml: plan.task.yaml(),
            agent_yaml: plan.agent.yaml().into(),
        }
    }
}

/// An open run folder, locked against other processes as long as it lives.
pub struct RunFolder {
    path: PathBuf,
    /// Absent where the file system has no locks.
    _lock: Option<File>,
}

/// A record has all tasks and agents in full: it may be larger than what people write.
const LARGEST_RECORD_BYTES: u64 = 1 << 30;
/// The file that is locked.
const LOCK: &str = ".lock";
/// Checkpoints that are kept, apart from those that are gone on from.
const KEPT: &str = "checkpoints/kept";
/// What a folder was asked for by.
const RECORD: &str = "run.yaml";

impl RunFolder {
    /// Creates a run folder, or with `resume` opens one that was made with the same spec. One in which a run was killed before
    /// it was recorded is begun anew.
    ///
    /// # Errors
    /// A folder that holds a run already (without `resume`), holds a different run or something else, is in use, or cannot be
    /// written to.
    pub fn open<S: Spec>(path: &Path, spec: &S, resume: bool) -> Result<Self> {
        // Nothing is written into a folder that is somebody else's, not even a lock.
        refuse_foreign::<S>(path)?;
        create_folder(path)?;
        let lock = lock(path)?;
        // Only now is it known that nobody else is at it.
        refuse_foreign::<S>(path)?;
        let record_path = path.join(RECORD);
        let recorded = record_path.try_exists().with_context(|| format!("cannot read {}", record_path.display()))?;
        let record = |run: &S, version: &str, machine: String| {
            let record = RunRecord { format: S::FORMAT.into(), version: version.into(), machine, run };
            write_whole(&record_path, serde_yaml::to_string(&record)?.as_bytes())
        };
        if recorded {
            if !resume {
                bail!(
                    "{} already holds a run; resume it with --resume, or give another folder with --out",
                    path.display()
                );
            }
            let found: RunRecord<S> = read_record(path)?;
            let grown = spec.grown(&found.run);
            if let Some(difference) = difference(grown.as_ref().unwrap_or(&found.run), spec) {
                bail!("{} holds a different run: {difference}", path.display());
            }
            found.tell_where_it_began(path);
            if grown.is_some() && difference(&found.run, spec).is_some() {
                record(spec, &found.version, found.machine)?;
            }
        }
        remove_partials(path)?;
        for folder in S::FOLDERS {
            let folder = path.join(folder);
            create_folder(&folder)?;
            remove_partials(&folder)?;
        }
        for folder in [KEPT, "units", "steps"].map(|folder| path.join(folder)) {
            if folder.is_dir() {
                remove_partials(&folder)?;
            }
        }
        if !recorded {
            record(spec, env!("CARGO_PKG_VERSION"), machine())?;
        }
        Ok(Self { path: path.into(), _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The checkpoint of a subject, if there is one.
    ///
    /// # Errors
    /// A file that is there and cannot be used.
    pub fn checkpoint(&self, subject: u64) -> Result<Option<Checkpoint>> {
        self.checkpoint_named(&subject_name(subject))
    }

    /// The checkpoint of that name, if there is one.
    ///
    /// # Errors
    /// A file that is there and cannot be used.
    pub fn checkpoint_named(&self, name: &str) -> Result<Option<Checkpoint>> {
        let path = checkpoint_path(&self.path, name);
        path.exists().then(|| Checkpoint::open(&path)).transpose()
    }

    /// Saves a checkpoint in place of the subject's last one.
    ///
    /// # Errors
    /// A full disk or a folder that cannot be written to.
    pub fn save_checkpoint(&self, checkpoint: &Checkpoint) -> Result<()> {
        self.save_checkpoint_as(&subject_name(checkpoint.subject), checkpoint)
    }

    /// Saves a checkpoint in place of the last one of that name.
    ///
    /// # Errors
    /// A full disk or a folder that cannot be written to.
    pub fn save_checkpoint_as(&self, name: &str, checkpoint: &Checkpoint) -> Result<()> {
        checkpoint.save(&checkpoint_path(&self.path, name))
    }

    /// Keeps a checkpoint of that name beside, as longer practice would have it.
    ///
    /// # Errors
    /// A full disk or a folder that cannot be written to.
    pub fn keep_checkpoint(&self, name: &str, kept: Kept, checkpoint: &Checkpoint) -> Result<()> {
        let folder = self.path.join(KEPT);
        create_folder(&folder)?;
        let logs = match checkpoint.closing {
            0 => checkpoint.logs,
            closing => without_end(&self.path, name, Log::Evaluations, checkpoint.logs, closing)?,
        };
        let kept_one = Checkpoint { complete: false, closing: 0, score: kept.score, logs, ..checkpoint.clone() };
        kept_one.save(&folder.join(format!("{name}.at-{:09}.safetensors", kept.at)))
    }

    /// The logs of that name, as a checkpoint of it remembers them, or begun anew.
    ///
    /// # Errors
    /// Logs that have lost rows, or cannot be written to.
    pub fn log_book(&self, name: &str, metrics: &[Metric], checkpoint: Option<&Checkpoint>) -> Result<LogBook> {
        LogBook::open(&self.path, name, metrics, checkpoint.map(|found| found.logs).unwrap_or_default())
    }

    /// Lets practice that was over go on: the evaluation that closed it is no longer remembered, since longer practice has none
    /// there. What is saved says so before anything is taken from the log.
    ///
    /// # Errors
    /// A log that has lost rows, or a full disk.
    pub fn reopen(&self, name: &str, checkpoint: &mut Checkpoint) -> Result<()> {
        if checkpoint.closing > 0 {
            checkpoint.logs = without_end(&self.path, name, Log::Evaluations, checkpoint.logs, checkpoint.closing)?;
            (checkpoint.closing, checkpoint.complete) = (0, false);
            checkpoint.score = self.last_score(name, checkpoint)?;
            self.save_checkpoint_as(name, checkpoint)?;
        }
        Ok(())
    }

    /// Mean score of the last evaluation that a checkpoint remembers; 0 before the first.
    fn last_score(&self, name: &str, checkpoint: &Checkpoint) -> Result<f64> {
        let path = LogBook::path(&self.path, name, Log::Evaluations);
        let row = last_row(&path, checkpoint.logs[Log::Evaluations as usize].bytes)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let column = EVALUATION_COLUMNS.iter().position(|column| column.name == "score").unwrap_or_default();
        let score = |row: String| row.split(',').nth(column).and_then(|score| score.parse().ok());
        row.map_or(Ok(0.0), |row| {
            score(row).with_context(|| format!("{}: its last score makes no sense", path.display()))
        })
    }

    /// Writes the rows of a log, of all these names one after the other, as a table.
    ///
    /// # Errors
    /// A full disk or a folder that cannot be written to.
    pub fn write_table(&self, log: Log, metrics: &[Metric], names: impl Iterator<Item = String>) -> Result<()> {
        self.write_by(&format!("{}.csv", log.name()), |out| {
            writeln!(out, "{}", log.header(metrics))?;
            for name in names {
                copy_rows(&LogBook::path(&self.path, &name, log), out)?;
            }
            Ok(())
        })
    }

    /// Writes a file of the folder bit by bit.
    ///
    /// # Errors
    /// A full disk or a folder that cannot be written to, and what `contents` fails with.
    pub fn write_by(&self, name: &str, contents: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
        write_whole_by(&self.path.join(name), contents)
    }

    /// Writes any other file of the folder.
    ///
    /// # Errors
    /// A full disk or a folder that cannot be written to.
    pub fn write(&self, name: &str, contents: &[u8]) -> Result<()> {
        write_whole(&self.path.join(name), contents)
    }
}

/// The name of a subject, by which its files are known.
pub fn subject_name(subject: u64) -> String {
    format!("subject-{subject:03}")
}

/// Where the checkpoint of that name lies in a run folder.
pub fn checkpoint_path(folder: &Path, name: &str) -> PathBuf {
    folder.join("checkpoints").join(format!("{name}.safetensors"))
}

/// Checks that a name is the one that its document says; a task made in code has none.
fn says(field: &str, name: &str, yaml_field: &str, yaml: &str) -> Result<(), Invalid> {
    if yaml.is_empty() {
        return Ok(());
    }
    let invalid =
        |found: String| Invalid { field: field.into(), found, expected: format!("the name in `{yaml_field}`") };
    let document = Document::parse(yaml_field, yaml).map_err(|error| invalid(error.to_string()))?;
    if document.text_field(field) == Some(name) { Ok(()) } else { Err(invalid(format!("`{name}`"))) }
}

/// Refuses a folder that holds something, but neither a run nor what is left of one that was killed before it was recorded.
fn refuse_foreign<S: Spec>(path: &Path) -> Result<()> {
    if !path.is_dir() || path.join(RECORD).exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))? {
        let entry = entry.with_context(|| format!("cannot read {}", path.display()))?.path();
        let name = entry.file_name().unwrap_or_default();
        let empty = || std::fs::read_dir(&entry).is_ok_and(|mut entries| entries.next().is_none());
        let own = name == LOCK || is_partial(&entry) || (S::FOLDERS.iter().any(|own| name == *own) && empty());
        if !own {
            bail!("{} is not empty and holds no run; give another folder with --out", path.display());
        }
    }
    Ok(())
}

/// Locks a folder; where its file system has no locks, that is told.
fn lock(path: &Path) -> Result<Option<File>> {
    let name = path.join(LOCK);
    // Network disks lock only what may be written to.
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&name);
    let file = file.with_context(|| format!("cannot write {}", name.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => bail!("{} is in use by another process", path.display()),
        Err(TryLockError::Error(error)) => {
            let path = path.display();
            tell(&format!("warning: {path} cannot be locked ({error}): make sure that no other process writes to it"));
            Ok(None)
        }
    }
}

impl<S> RunRecord<S> {
    /// Tells if a run is gone on with by another version, or on another kind of machine.
    fn tell_where_it_began(&self, path: &Path) {
        let (version, machine) = (env!("CARGO_PKG_VERSION"), machine());
        if (self.version.as_str(), self.machine.as_str()) != (version, machine.as_str()) {
            tell(&format!(
                "warning: the run in {} was started by version {} on {} and is resumed by version {version} on {machine}: results \
                 may differ from those of a single program and machine",
                path.display(),
                self.version,
                self.machine
            ));
        }
    }
}

/// Operating system and processor family.
fn machine() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

/// The format that the `run.yaml` of a folder names; empty if it names none.
///
/// # Errors
/// A file that is not there or is damaged.
pub fn format_of(folder: &Path) -> Result<String> {
    let document = Document::open_up_to(&folder.join(RECORD), LARGEST_RECORD_BYTES)?;
    Ok(document.text_field("format").unwrap_or_default().into())
}

/// Reads the `run.yaml` of a run folder.
///
/// # Errors
/// A file that is not there, is damaged, says something that makes no sense, or is of another kind of run.
pub fn read_record<S: Spec>(folder: &Path) -> Result<RunRecord<S>> {
    let document = Document::open_up_to(&folder.join(RECORD), LARGEST_RECORD_BYTES)?;
    if let Some(format) = document.text_field("format").filter(|format| *format != S::FORMAT) {
        bail!("{}: expected the format `{}`, found `{format}`", document.source_name(), S::FORMAT);
    }
    let record: RunRecord<S> = document.read()?;
    record
        .run
        .validate()
        .map_err(|wrong| document.invalid(&Invalid { field: format!("run.{}", wrong.field), ..wrong }))?;
    Ok(record)
}

/// The first field in which two specs differ, in words.
pub fn difference<S: Serialize>(found: &S, wanted: &S) -> Option<String> {
    let (found, wanted) = (serde_json::to_value(found).ok()?, serde_json::to_value(wanted).ok()?);
    let (path, found, wanted) = first_difference("", &found, &wanted)?;
    Some(if path.contains("_yaml") {
        format!("its `{}` file has changed", path.replace("_yaml", ""))
    } else {
        format!("its `{path}` is {found}, not {wanted}")
    })
}

/// Path and both values of the first leaf in which two documents differ.
fn first_difference<'a>(path: &str, found: &'a Value, wanted: &'a Value) -> Option<(String, &'a Value, &'a Value)> {
    let (Value::Object(ours), Value::Object(theirs)) = (found, wanted) else {
        return (found != wanted).then(|| (path.to_string(), found, wanted));
    };
    let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    keys.into_iter().find_map(|key| {
        let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let value = |fields: &'a serde_json::Map<String, Value>| fields.get(key).unwrap_or(&Value::Null);
        first_difference(&below, value(ours), value(theirs))
    })
}
