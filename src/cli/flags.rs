//! Flags shared by several subcommands.

use super::numbers::whole_number;
use crate::run::lesions::Lesions;
use crate::settings::{Setting, setting};
use anyhow::{Result, bail};
use clap::Args;

/// Flags of all commands.
#[derive(Args, Clone)]
pub(super) struct Common {
    /// Print one JSON document to stdout, and nothing else
    #[arg(long)]
    pub(super) json: bool,
    /// Show no progress
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Args, Clone)]
pub(super) struct Threads {
    /// Number of threads; results do not depend on it [default: all cores]
    #[arg(long, value_parser = whole_number::<1, 1024>)]
    threads: Option<u64>,
}

impl Threads {
    pub(super) fn count(&self) -> usize {
        match self.threads {
            Some(threads) => threads as usize,
            None => std::thread::available_parallelism().map_or(1, |cores| cores.get()),
        }
    }
}

#[derive(Args, Clone)]
pub(super) struct Settings {
    /// Change a setting of the agent (e.g. brain.basal_ganglia.policy_rate=0.1) or of the task (e.g. episode.time_limit=10);
    /// `describe NAME --fields` explains all settings; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = setting)]
    pub(super) set: Vec<Setting>,
}

impl Settings {
    /// Refuses settings of the agent if it is a trained one.
    pub(super) fn refuse_of_agent(&self) -> Result<()> {
        match self.set.iter().find(|setting| setting.of_agent()) {
            Some(setting) => bail!("--set {setting}: a trained agent cannot be changed; expected settings of the task"),
            None => Ok(()),
        }
    }

    /// Refuses settings of the task if there are many tasks.
    pub(super) fn refuse_of_task(&self) -> Result<()> {
        match self.set.iter().find(|setting| !setting.of_agent()) {
            Some(setting) => bail!(
                "--set {setting}: the tasks cannot be changed here; expected settings of the agent, such as \
                 brain.basal_ganglia.policy_rate=0.1"
            ),
            None => Ok(()),
        }
    }
}

#[derive(Args, Clone)]
pub(super) struct Lesioning {
    /// Switch off a part of the agent (e.g. cerebellum), or a share of it (e.g. cerebellum=0.5); may be repeated
    #[arg(long = "lesion", value_name = "PART[=SHARE]", value_parser = lesion)]
    parts: Vec<(String, f32)>,
}

impl Lesioning {
    /// The parts with their shares; for a part named twice, the last share counts.
    pub(super) fn lesions(&self) -> Lesions {
        self.parts.iter().cloned().collect()
    }
}

fn lesion(text: &str) -> Result<(String, f32), String> {
    let (part, share) = text.split_once('=').unwrap_or((text, "1"));
    let expected = || format!("expected a part and a number, such as cerebellum=0.5, found `{text}`");
    let share = share.parse::<f32>().ok().filter(|share| share.is_finite() && !part.is_empty()).ok_or_else(expected)?;
    Ok((part.into(), share))
}
