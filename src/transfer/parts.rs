//! Studies that are run in parts, on one machine or on many: how parts become the whole.

use crate::files::write_whole_by;
use crate::record::{LOGS, LogBook};
use crate::run::folder::{RunFolder, Spec, checkpoint_path, difference, read_record};
use crate::transfer::results;
use crate::transfer::schedule::Schedule;
use crate::transfer::workers::checkpoint_name;
use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// What a folder is asked for by that may be run in parts.
pub trait Parted: Spec + Clone {
    /// What is dealt out to the parts.
    const DEALT: &'static str = "subject";

    /// The same, not in parts.
    fn whole(&self) -> Self;

    /// Indices of those that are dealt to this part.
    fn dealt(&self) -> Vec<u64>;

    /// All that is gone through.
    fn schedule(&self) -> Schedule;

    /// Env steps between evaluations.
    fn evaluate_every(&self) -> u64;

    /// What has to be done for one of those that are dealt: subjects, each with the position of a leg.
    fn units(&self, schedule: &Schedule, dealt: u64) -> Vec<(u64, usize)> {
        (0..schedule.legs.len()).map(|leg| (dealt, leg)).collect()
    }
}

/// Joins parts into the folder that one run would have left, up to what follows from checkpoints and logs.
///
/// # Errors
/// Folders that are no parts of one study or do not make up the whole, and folders that cannot be read or written.
pub fn join<S: Parted>(parts: &[PathBuf], out: &Path, resume: bool) -> Result<(RunFolder, S)> {
    let mut whole: Option<S> = None;
    let mut sources: BTreeMap<u64, &Path> = BTreeMap::new();
    for part in parts {
        let record = read_record::<S>(part)?;
        if record.version != env!("CARGO_PKG_VERSION") {
            bail!("{} was run by version {}, not {}", part.display(), record.version, env!("CARGO_PKG_VERSION"));
        }
        let spec = whole.get_or_insert_with(|| record.run.whole());
        if let Some(difference) = difference(&record.run.whole(), spec) {
            bail!("{} is part of a different run than {}: {difference}", part.display(), parts[0].display());
        }
        for dealt in record.run.dealt() {
            if let Some(other) = sources.insert(dealt, part) {
                bail!("{} {dealt} is in {} and in {}", S::DEALT, other.display(), part.display());
            }
        }
    }
    let spec = whole.ok_or_else(|| anyhow!("expected at least one folder to merge"))?;
    let wanted = spec.dealt();
    let missing: Vec<&u64> = wanted.iter().filter(|dealt| !sources.contains_key(dealt)).collect();
    if let Some(first) = missing.first() {
        let (count, of, what) = (missing.len(), wanted.len(), S::DEALT);
        bail!("{count} of {of} {what}s are in none of the folders, such as {what} {first}");
    }
    let schedule = spec.schedule();
    let mut units = Vec::new();
    for (&dealt, &part) in &sources {
        units.extend(
            spec.units(&schedule, dealt).into_iter().map(|(subject, leg)| (part, subject, &schedule.legs[leg])),
        );
    }
    // All is looked at before anything is written.
    for &(part, subject, leg) in &units {
        results::check(part, spec.evaluate_every(), subject, leg)?;
    }
    let folder = RunFolder::open(out, &spec, resume)?;
    for (part, subject, leg) in units {
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
    Ok((folder, spec))
}

/// Opens the folder of a study that was run, with what it was asked for by.
///
/// # Errors
/// A folder that holds no such study, or is in use.
pub fn reopen<S: Parted>(path: &Path) -> Result<(RunFolder, S)> {
    let spec = read_record::<S>(path)?.run;
    Ok((RunFolder::open(path, &spec, true)?, spec))
}

/// Copies a file, so that the copy is whole or not there.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut source = File::open(from).with_context(|| format!("cannot read {}", from.display()))?;
    write_whole_by(to, |out| std::io::copy(&mut source, out).map(|_| ()))
}
