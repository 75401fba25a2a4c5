//! The run folder: what was run, what came of it, and what is needed to go on.
//!
//! ```text
//! run.yaml              what was run: task, agent, seeds, plan, version, machine
//! checkpoints/          one safetensors file per subject
//! episodes.csv          one row per episode of practice
//! evaluations.csv       one row per evaluation
//! signals.csv           the agent's signals, if asked for
//! summary.json          the score table
//! figures/learning.svg  score over practice
//! ```

use crate::run::checkpoint::Checkpoint;
use crate::run::files::{create_folder, remove_partials, write_whole};
use crate::run::subject::{LOGS, Lesions, Plan};
use anyhow::{Context, Result, bail};
use etude_envs::Seed;
use etude_envs::document::Document;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

/// What a run was asked for by, as written into its folder.
pub trait Spec: Serialize + DeserializeOwned {
    /// Name and version of the folder's layout.
    const FORMAT: &'static str;
}

impl Spec for RunSpec {
    const FORMAT: &'static str = "etude-run 1";
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
    /// Parts of the agent that were switched off.
    #[serde(default, skip_serializing_if = "Lesions::is_empty")]
    pub lesions: Lesions,
    /// Resolved YAML of the task.
    pub task_yaml: String,
    /// Resolved YAML of the agent.
    pub agent_yaml: String,
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
            lesions: plan.lesions.clone(),
            task_yaml: plan.task.yaml(),
            agent_yaml: plan.agent.yaml().into(),
        }
    }
}

/// An open run folder, locked against other processes as long as it lives.
pub struct RunFolder {
    path: PathBuf,
    _lock: File,
}

impl RunFolder {
    /// Creates a run folder, or with `resume` opens one that was made with the same spec.
    ///
    /// # Errors
    /// A folder that holds a run already (without `resume`), holds a different run, is in use, or cannot be written to.
    pub fn open<S: Spec>(path: &Path, spec: &S, resume: bool) -> Result<Self> {
        let record_path = path.join("run.yaml");
        if record_path.exists() {
            if !resume {
                bail!(
                    "{} holds a run already; give --resume to go on with it, or another folder by --out",
                    path.display()
                );
            }
            let found: RunRecord<S> = read_record(path)?;
            if let Some(difference) = difference(&found.run, spec) {
                bail!("{} holds a different run: {difference}", path.display());
            }
        } else {
            if path.is_dir() && std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
                bail!("{} is not empty and holds no run; give another folder by --out", path.display());
            }
            create_folder(&path.join("checkpoints"))?;
            create_folder(&path.join("figures"))?;
            let record = RunRecord {
                format: S::FORMAT.into(),
                version: env!("CARGO_PKG_VERSION").into(),
                machine: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
                run: spec,
            };
            write_whole(&record_path, serde_yaml::to_string(&record)?.as_bytes())?;
        }
        let lock = File::open(&record_path).with_context(|| format!("cannot open {}", record_path.display()))?;
        if lock.try_lock().is_err() {
            bail!("{} is in use by another process", path.display());
        }
        for folder in [path.to_path_buf(), path.join("checkpoints"), path.join("figures")] {
            create_folder(&folder)?;
            remove_partials(&folder)?;
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

    /// Writes one of the subjects' [`LOGS`] as a CSV file; empty optional logs are left out.
    ///
    /// # Errors
    /// A full disk or a folder that cannot be written to.
    pub fn write_log<'a>(&self, log: usize, metrics: &[String], rows: impl Iterator<Item = &'a str>) -> Result<()> {
        let mut text = match LOGS[log] {
            "episodes" => {
                let mut header =
                    "subject,seed,episode,steps,length,return,score,terminated,truncated,fault".to_string();
                for metric in metrics {
                    header.push(',');
                    header.push_str(metric);
                }
                header
            }
            "evaluations" => "subject,seed,steps,episodes,score,return,length".to_string(),
            _ => "subject,steps,signal,value".to_string(),
        };
        text.push('\n');
        let header_only = text.len();
        rows.for_each(|rows| text.push_str(rows));
        if LOGS[log] == "signals" && text.len() == header_only {
            return Ok(());
        }
        write_whole(&self.path.join(format!("{}.csv", LOGS[log])), text.as_bytes())
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

/// Reads the `run.yaml` of a run folder.
///
/// # Errors
/// A file that is not there, is damaged, or is of another kind of run.
pub fn read_record<S: Spec>(folder: &Path) -> Result<RunRecord<S>> {
    let document = Document::open(&folder.join("run.yaml"))?;
    if let Some(format) = document.text_field("format").filter(|format| *format != S::FORMAT) {
        bail!("{}: expected the format `{}`, found `{format}`", document.source_name(), S::FORMAT);
    }
    Ok(document.read()?)
}

/// Tables above this size are refused before they are read into memory.
const LARGEST_BYTES: u64 = 4 << 30;

/// Reads a table of a run folder.
///
/// # Errors
/// A file that is not there, is too large, or is no text.
pub fn read_table(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join(name);
    let size = std::fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?.len();
    if size > LARGEST_BYTES {
        bail!("{} is {size} bytes long; expected at most {LARGEST_BYTES}", path.display());
    }
    std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// The first field in which two specs differ, in words.
pub fn difference<S: Serialize>(found: &S, wanted: &S) -> Option<String> {
    let (found, wanted) = (serde_json::to_value(found).ok()?, serde_json::to_value(wanted).ok()?);
    let (path, found, wanted) = first_difference("", &found, &wanted)?;
    Some(if path.contains("_yaml") {
        format!("its `{}` file says something else now", path.replace("_yaml", ""))
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
