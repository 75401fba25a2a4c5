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

mod run_spec;
mod run_yaml;

pub use run_spec::RunSpec;
pub use run_yaml::{RunRecord, Spec, difference, format_among, read_record};

use crate::files::{create_folder, is_partial, remove_partials, write_whole, write_whole_by};
use crate::record::{EVALUATION_COLUMNS, Log, LogBook, copy_rows, last_row, without_end};
use crate::run::checkpoint::{Checkpoint, Kept};
use crate::tell::tell;
use anyhow::{Context, Result, bail};
use etude_envs::task::Metric;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use run_yaml::{RECORD, machine, write_record};

/// An open run folder, locked against other processes as long as it lives.
pub struct RunFolder {
    path: PathBuf,
    /// Absent where the file system has no locks.
    _lock: Option<File>,
}

/// The file that is locked.
const LOCK: &str = ".lock";
/// Checkpoints that are kept, apart from those that are gone on from.
const KEPT: &str = "checkpoints/kept";

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
                write_record(path, spec, &found.version, found.machine)?;
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
            write_record(path, spec, env!("CARGO_PKG_VERSION"), machine())?;
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
