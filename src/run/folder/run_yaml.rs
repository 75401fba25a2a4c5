//! The `run.yaml` of a folder: what was asked for, and by which version of the program on which machine it was begun.

use crate::files::write_whole;
use crate::tell::tell;
use anyhow::{Result, bail};
use etude_envs::document::{Document, Invalid, shown};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Its name.
pub(super) const RECORD: &str = "run.yaml";
/// A record has all tasks and agents in full: it may be larger than what people write.
const LARGEST_RECORD_BYTES: u64 = 1 << 30;

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

impl<S> RunRecord<S> {
    /// Tells if a run is gone on with by another version, or on another kind of machine.
    pub(super) fn tell_where_it_began(&self, path: &Path) {
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
pub(super) fn machine() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

/// The format that the `run.yaml` of a folder names, of those `expected`; another one if it is none that is known.
///
/// # Errors
/// A file that is not there or is damaged, and a folder that another command has written.
pub fn format_among(folder: &Path, expected: &[&str]) -> Result<String> {
    let document = document(folder)?;
    let format = document.text_field("format").unwrap_or_default();
    refuse_others(folder, format, expected)?;
    Ok(format.into())
}

/// The `run.yaml` of a folder.
fn document(folder: &Path) -> Result<Document> {
    if !folder.exists() {
        bail!("{} does not exist; expected the folder of a run", folder.display());
    }
    if folder.is_dir() && !folder.join(RECORD).exists() {
        bail!("{} holds no run: there is no {RECORD} in it", folder.display());
    }
    Ok(Document::open_up_to(&folder.join(RECORD), LARGEST_RECORD_BYTES)?)
}

/// Writes the `run.yaml` of a run folder, for a run that was begun by this version on this machine.
///
/// # Errors
/// A full disk or a folder that cannot be written to.
pub(super) fn write_record<S: Spec>(folder: &Path, run: &S, version: &str, machine: String) -> Result<()> {
    let record = RunRecord { format: S::FORMAT.into(), version: version.into(), machine, run };
    write_whole(&folder.join(RECORD), serde_yaml::to_string(&record)?.as_bytes())
}

/// Reads the `run.yaml` of a run folder.
///
/// # Errors
/// A file that is not there, is damaged, says something that makes no sense, or is of another kind of run.
pub fn read_record<S: Spec>(folder: &Path) -> Result<RunRecord<S>> {
    let document = document(folder)?;
    if let Some(format) = document.text_field("format").filter(|format| *format != S::FORMAT) {
        refuse_others(folder, format, &[S::FORMAT])?;
        bail!("{}: expected the format `{}`, found `{}`", document.source_name(), S::FORMAT, shown(format));
    }
    let record: RunRecord<S> = document.read()?;
    record
        .run
        .validate()
        .map_err(|wrong| document.invalid(&Invalid { field: format!("run.{}", wrong.field), ..wrong }))?;
    Ok(record)
}

/// Refuses a folder that another command has written than those with the expected formats.
fn refuse_others(folder: &Path, format: &str, expected: &[&str]) -> Result<()> {
    let Some(found) = writer(format) else { return Ok(()) };
    let expected: Vec<&str> = expected.iter().filter_map(|format| writer(format)).collect();
    if expected.is_empty() || expected.contains(&found) {
        return Ok(());
    }
    let expected = expected.iter().map(|command| format!("`etude {command}`")).collect::<Vec<_>>().join(", ");
    bail!("{} is a folder of `etude {found}`; expected one of {expected}", folder.display());
}

/// The command that writes folders of a format, of whatever version.
fn writer(format: &str) -> Option<&'static str> {
    let format = format.split(' ').next().unwrap_or_default();
    let written = [
        ("etude-run", "train"),
        ("etude-transfer", "transfer"),
        ("etude-transfer-matrix", "transfer-matrix"),
        ("etude-sweep", "sweep"),
        ("etude-comparison", "compare"),
        ("etude-validation", "validate"),
    ];
    written.iter().find(|(known, _)| *known == format).map(|(_, command)| *command)
}

/// The first field in which two specs differ, in words.
pub fn difference<S: Serialize>(found: &S, wanted: &S) -> Option<String> {
    let (found, wanted) = (serde_json::to_value(found).ok()?, serde_json::to_value(wanted).ok()?);
    let (path, found, wanted) = first_difference("", &found, &wanted)?;
    let is_file = path.contains("_yaml");
    let path = path.replace("_yaml", "");
    Some(match (found, wanted) {
        (Value::String(_), Value::Null) if is_file => format!("it has `{path}`, and what was asked for does not"),
        (Value::Null, Value::String(_)) if is_file => format!("it has no `{path}`, and what was asked for does"),
        _ if is_file => format!("its `{path}` file has changed"),
        _ => format!("its `{path}` is {found}, not {wanted}"),
    })
}

/// Path and both values of the first leaf in which two documents differ.
fn first_difference<'a>(path: &str, found: &'a Value, wanted: &'a Value) -> Option<(String, &'a Value, &'a Value)> {
    let (Value::Object(ours), Value::Object(theirs)) = (found, wanted) else {
        return (found != wanted).then(|| (path.to_string(), found, wanted));
    };
    let mut keys: Vec<&String> = ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>().into_iter().collect();
    // Settings say more than documents that follow from them.
    keys.sort_by_key(|key| key.contains("_yaml"));
    keys.into_iter().find_map(|key| {
        let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let value = |fields: &'a serde_json::Map<String, Value>| fields.get(key).unwrap_or(&Value::Null);
        first_difference(&below, value(ours), value(theirs))
    })
}
