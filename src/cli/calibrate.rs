//! `etude calibrate`: a decoder fitted to a subject, written as a task.

use super::cast;
use super::evaluate::agent_of;
use super::flags::{Common, Settings};
use super::numbers::seed;
use super::stdout::{print, print_json};
use crate::calibration::{IMPAIRED, fit, spec_of};
use crate::catalog::Catalog;
use crate::files::write_whole;
use crate::show::Trained;
use anyhow::{Context, Result, bail};
use clap::Args;
use etude_envs::Seed;
use etude_envs::cursor;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Calibrate {
    /// Name of a task of the cursor family, or path of its YAML file
    task: String,
    /// Checkpoint of the subject to fit the decoder to, or a built-in subject: cursor [default: a naive subject]
    #[arg(long)]
    subject: Option<PathBuf>,
    /// Name of the agent of a naive subject, or path of its YAML file
    #[arg(long, default_value = "brain", conflicts_with = "subject")]
    agent: String,
    /// Seed of the naive subject and of the passive block
    #[arg(long, default_value = "0", value_parser = seed)]
    seed: u64,
    /// Write the task with its decoder to this YAML file [default: print it to stdout]
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    common: Common,
}

impl Calibrate {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let task = catalog.task_set(&self.task, &self.settings.set)?;
        let spec = spec_of(&task)?;
        let agent = match &self.subject {
            Some(path) => {
                self.settings.refuse_of_agent()?;
                let (name, Trained { checkpoint, .. }) = cast::one(path)?;
                let mut agent = agent_of(catalog, &checkpoint, &name)?.make(task.spec(), Seed(checkpoint.seed))?;
                agent.load(&checkpoint.state).with_context(|| format!("checkpoint {name} does not fit its agent"))?;
                agent
            }
            None => catalog
                .agent_set(&self.agent, &self.settings.set)?
                .make(task.spec(), Seed(self.seed).fan("agent", 0))?,
        };
        if agent.units() != task.spec().action.len() {
            bail!(
                "in {}, the agent has no units of its own to fit a decoder to; expected a brain with a motor cortex",
                task.spec().id
            );
        }
        let fitted = fit(&spec, &*agent, Seed(self.seed).fan("calibration", 0), Some(IMPAIRED))?;
        let yaml = cursor::task(&fitted.spec)?.yaml();
        if let Some(path) = &self.out {
            if path.exists() {
                bail!("{} already exists; expected the name of a new file", path.display());
            }
            write_whole(path, yaml.as_bytes())?;
        }
        if self.common.json {
            print_json(&json!({
                "task": spec.task, "decoder": fitted.spec.decoder,
                "out": self.out.as_ref().map(|path| path.display().to_string()),
            }))?;
        } else {
            match &self.out {
                Some(path) => print(&format!("Decoder of {} units in {}\n", spec.population.units, path.display()))?,
                None => print(&yaml)?,
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
