//! `etude train`: practice of a cohort on one task.

use super::{Common, Lesioning, Threads, first_free, last_taken, print, print_json, table::table, whole_number};
use crate::catalog::Catalog;
use crate::run::cohort::{Summary, train};
use crate::run::subject::{Conditions, Plan};
use crate::tell::tell;
use anyhow::Result;
use clap::Args;
use etude_envs::Seed;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Train {
    /// Task name, or path of its YAML file
    task: String,
    /// Agent name, or path of its YAML file
    #[arg(long, default_value = "brain")]
    agent: String,
    /// Subjects in the cohort
    #[arg(long, default_value = "10", value_parser = whole_number::<1, 10_000>)]
    subjects: u64,
    /// Env steps of practice per subject
    #[arg(long, default_value = "150_000", value_parser = whole_number::<1, 1_000_000_000_000>)]
    steps: u64,
    /// Seed that all randomness comes from
    #[arg(long, default_value = "0", value_parser = super::seed)]
    seed: u64,
    /// Run folder [default: a new one in runs/, named after task and agent]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Go on with the run in the folder, to the same bits as if it had never stopped
    #[arg(long)]
    resume: bool,
    /// Env steps between evaluations
    #[arg(long, default_value = "10_000", value_parser = whole_number::<1, 1_000_000_000_000>)]
    evaluate_every: u64,
    /// Episodes in an evaluation
    #[arg(long, default_value = "5", value_parser = whole_number::<1, 10_000>)]
    evaluation_episodes: u64,
    /// Record the agent's signals every so many env steps
    #[arg(long, default_value = "0", value_parser = whole_number::<0, 1_000_000_000>)]
    signals_every: u64,
    /// Record the activity of the agent's units every so many env steps, 50 000 times at most, into units/*.npz
    #[arg(long, value_name = "EVERY", default_value = "0", value_parser = whole_number::<0, 1_000_000_000>)]
    record_units: u64,
    #[command(flatten)]
    lesions: Lesioning,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    common: Common,
}

/// Env steps that a subject practises before its thread turns to the next one.
const BURST: u64 = 1_000;

impl Train {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let plan = Plan {
            task: catalog.tasks.task(&self.task)?,
            agent: catalog.agent(&self.agent)?,
            steps: self.steps,
            evaluate_every: self.evaluate_every,
            evaluate_at: Vec::new(),
            evaluation_episodes: self.evaluation_episodes,
            signals_every: self.signals_every,
            units_every: self.record_units,
            burst: BURST,
            conditions: Conditions::default(),
            lesions: self.lesions.lesions(),
        };
        let out = self.out.clone().unwrap_or_else(|| default_folder(&plan, self.resume));
        let quiet = self.common.quiet || self.common.json;
        let (summary, steps_per_second) =
            train(plan, Seed(self.seed), self.subjects, self.threads.count(), &out, self.resume, quiet)?;
        if summary.faults > 0 {
            tell(&format!(
                "warning: {} episodes ended in a fault; see the column `fault` of episodes.csv",
                summary.faults
            ));
        }
        if self.common.json {
            let mut document = serde_json::to_value(&summary)?;
            document["steps_per_s"] = steps_per_second.into();
            document["out"] = out.display().to_string().into();
            print_json(&document)?;
        } else {
            print(&report(&summary, steps_per_second, &out))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// `runs/TASK_AGENT`, numbered if there are some already; with `resume` the last one.
fn default_folder(plan: &Plan, resume: bool) -> PathBuf {
    let plain = |name: &str| name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_', "-");
    let name = format!("{}_{}", plain(&plan.task.spec().id), plain(plan.agent.name()));
    if resume { last_taken(&name) } else { first_free(&name) }
}

fn report(summary: &Summary, steps_per_second: f64, out: &Path) -> String {
    let rows: Vec<Vec<String>> = summary
        .subjects
        .iter()
        .map(|subject| {
            vec![
                subject.subject.to_string(),
                subject.seed.to_string(),
                subject.steps.to_string(),
                subject.episodes.to_string(),
                format!("{:.3}", subject.score),
            ]
        })
        .collect();
    let interval = match summary.score_interval {
        Some((low, high)) => format!("95% interval {low:.3} to {high:.3}"),
        None => "no interval of one subject".into(),
    };
    format!(
        "{} practising {}\n\n{}\nScore {:.3} (interquartile mean over subjects, {interval})\n\
         Speed {steps_per_second:.0} steps/s\nFolder {}\n",
        summary.agent,
        summary.task,
        table(&["subject", "seed", "steps", "episodes", "score"], &rows),
        summary.score_iqm,
        out.display(),
    )
}
