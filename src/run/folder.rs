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
use crate::run::subject::{LOGS, Plan};
use anyhow::{Context, Result, anyhow, bail};
use etude_envs::Seed;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Version of the folder's layout.
const FORMAT: &str = "etude-run 1";

/// What `run.yaml` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// Layout of the folder.
    pub format: String,
    /// Program version.
    pub version: String,
    /// Operating system and processor family.
    pub machine: String,
    /// What was asked for; a run is resumed only with the same.
    pub run: RunSpec,
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
    pub fn open(path: &Path, spec: &RunSpec, resume: bool) -> Result<Self> {
        let record_path = path.join("run.yaml");
        if record_path.exists() {
            if !resume {
                bail!(
                    "{} holds a run already; give --resume to go on with it, or another folder by --out",
                    path.display()
                );
            }
            let found = read_record(&record_path)?;
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
                format: FORMAT.into(),
                version: env!("CARGO_PKG_VERSION").into(),
                machine: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
                run: spec.clone(),
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
        let path = self.checkpoint_path(subject);
        path.exists().then(|| Checkpoint::open(&path)).transpose()
    }

    /// Saves a checkpoint in place of the subject's last one.
    ///
    /// # Errors
    /// A full disk or a folder that cannot be written to.
    pub fn save_checkpoint(&self, checkpoint: &Checkpoint) -> Result<()> {
        checkpoint.save(&self.checkpoint_path(checkpoint.subject))
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

    fn checkpoint_path(&self, subject: u64) -> PathBuf {
        self.path.join("checkpoints").join(format!("subject-{subject:03}.safetensors"))
    }
}

fn read_record(path: &Path) -> Result<RunRecord> {
    let document = etude_envs::document::Document::open(path)?;
    let record: RunRecord = document.read()?;
    if record.format != FORMAT {
        return Err(anyhow!("{}: expected the format `{FORMAT}`, found `{}`", path.display(), record.format));
    }
    Ok(record)
}

/// The first field in which two specs differ, in words.
fn difference(found: &RunSpec, wanted: &RunSpec) -> Option<String> {
    let fields = |spec: &RunSpec| match serde_json::to_value(spec) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => Default::default(),
    };
    let (found, wanted) = (fields(found), fields(wanted));
    let (name, value) = found.iter().find(|(name, value)| wanted.get(*name) != Some(value))?;
    let wanted = wanted.get(name).unwrap_or(&serde_json::Value::Null);
    Some(if name.ends_with("_yaml") {
        format!("its `{}` file says something else now", name.trim_end_matches("_yaml"))
    } else {
        format!("its `{name}` is {value}, not {wanted}")
    })
}
