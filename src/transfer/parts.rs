//! Studies run in parts, on one or several machines, and the joining of parts.

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

/// The settings of a study that may be run in parts.
pub trait Parted: Spec + Clone {
    /// What is distributed over the parts.
    const DEALT: &'static str = "subject";

    /// The same settings, not in parts.
    fn whole(&self) -> Self;

    /// Indices distributed to this part.
    fn dealt(&self) -> Vec<u64>;

    /// All legs.
    fn schedule(&self) -> Schedule;

    /// Env steps between evaluations.
    fn evaluate_every(&self) -> u64;

    /// The work for one distributed index: subjects, each with the index of a leg.
    fn units(&self, schedule: &Schedule, dealt: u64) -> Vec<(u64, usize)> {
        (0..schedule.legs.len()).map(|leg| (dealt, leg)).collect()
    }
}

/// Joins parts into the folder of a single run, except for what follows from checkpoints and logs.
///
/// # Errors
/// Folders that are not parts of one study or are incomplete, and folders that cannot be read or written.
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
    // Everything is checked before anything is written.
    for &(part, subject, leg) in &units {
        results::check(part, spec.evaluate_every(), subject, leg)?;
    }
    let folder = RunFolder::open(out, &spec, resume)?;
    for (part, subject, leg) in units {
        let name = checkpoint_name(subject, &leg.name);
        // The checkpoint last, because it vouches for the logs.
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

/// Opens the folder of a finished study, with its settings.
///
/// # Errors
/// A folder without such a study, or one that is in use.
pub fn reopen<S: Parted>(path: &Path) -> Result<(RunFolder, S)> {
    let spec = read_record::<S>(path)?.run;
    Ok((RunFolder::open(path, &spec, true)?, spec))
}

/// Copies a file completely or not at all.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut source = File::open(from).with_context(|| format!("cannot read {}", from.display()))?;
    write_whole_by(to, |out| std::io::copy(&mut source, out).map(|_| ()))
}
