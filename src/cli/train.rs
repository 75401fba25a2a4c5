//! `etude train`: practice of a cohort on one task.

use super::evaluate::{agent_of, refuse_other_bodies, task_of};
use super::flags::{Common, Lesioning, Settings, Threads};
use super::numbers::{seed, whole_number};
use super::runs::{first_free, last_taken};
use super::stdout::{print, print_json};
use super::table::table;
use crate::catalog::{AgentBlueprint, Catalog};
use crate::run::cohort::{Members, Summary, train};
use crate::run::folder::{RunSpec, read_record};
use crate::run::origin::Origin;
use crate::run::subject::{Conditions, Plan};
use crate::settings;
use crate::tell::tell;
use anyhow::{Result, bail};
use clap::Args;
use etude_envs::Seed;
use etude_envs::document::Document;
use etude_envs::schedule::After;
use etude_envs::task::Blueprint;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Train {
    /// Task name, or path of its YAML file; with --from the checkpoint's own unless another is given, with --resume FOLDER the run's
    #[arg(required_unless_present_any = ["from", "resume"])]
    task: Option<String>,
    /// Agent name, or path of its YAML file
    #[arg(long, default_value = "brain", conflicts_with = "from")]
    agent: String,
    /// Checkpoint of an agent that all subjects begin with, instead of a naive one
    #[arg(long, value_name = "CHECKPOINT")]
    from: Option<PathBuf>,
    /// Subjects in the cohort [default: 10]; more than before, together with --resume, are added to the run
    #[arg(long, value_parser = whole_number::<1, 10_000>)]
    subjects: Option<u64>,
    /// Env steps of practice per subject [default: 150_000]; more than before, together with --resume, make the run longer
    #[arg(long, value_parser = whole_number::<1, 1_000_000_000_000>)]
    steps: Option<u64>,
    /// Seed that all randomness comes from [default: 0]
    #[arg(long, value_parser = seed)]
    seed: Option<u64>,
    /// Run folder [default: a new one in runs/, named after task and agent]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Go on with the run in the folder of --out, to the same bits as if it had never stopped; or with the one in this folder, as
    /// it was asked for
    #[arg(long, value_name = "FOLDER", num_args = 0..=1)]
    resume: Option<Option<PathBuf>>,
    /// Env steps between evaluations [default: 10_000]
    #[arg(long, value_parser = whole_number::<1, 1_000_000_000_000>)]
    evaluate_every: Option<u64>,
    /// Episodes in an evaluation [default: 5]
    #[arg(long, value_parser = whole_number::<1, 10_000>)]
    evaluation_episodes: Option<u64>,
    /// Record the agent's signals every so many env steps [default: 0, not at all]
    #[arg(long, value_parser = whole_number::<0, 1_000_000_000>)]
    signals_every: Option<u64>,
    /// Record the activity of the agent's units every so many env steps, 50 000 times at most, into units/*.npz
    /// [default: 0, not at all]
    #[arg(long, value_name = "EVERY", value_parser = whole_number::<0, 1_000_000_000>)]
    record_units: Option<u64>,
    /// Record every env step of practice (what was observed, done and earned, and where body and world then were) into
    /// steps/*.parquet
    #[arg(long)]
    record_steps: bool,
    /// Write episodes, evaluations and signals for TensorBoard as well, as they come, into tensorboard/
    #[arg(long)]
    tensorboard: bool,
    /// Keep the checkpoint at the end of the episode in which every so many env steps are reached, in checkpoints/kept/; a multiple of
    /// --evaluate-every [default: 0, none is kept]
    #[arg(long, value_name = "STEPS", value_parser = whole_number::<0, 1_000_000_000_000>)]
    keep_checkpoints_every: Option<u64>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    lesions: Lesioning,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    common: Common,
}

/// What is done where nothing else is asked for: subjects, env steps of each, env steps between evaluations, and episodes in one.
const SUBJECTS: u64 = 10;
const STEPS: u64 = 150_000;
const EVALUATE_EVERY: u64 = 10_000;
const EVALUATION_EPISODES: u64 = 5;
/// Env steps that a subject practises before its thread turns to the next one.
const BURST: u64 = 1_000;

impl Train {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let quiet = self.common.quiet || self.common.json;
        let (asked, out, resume) = match &self.resume {
            Some(Some(folder)) => (self.again(catalog, folder)?, folder.clone(), true),
            resume => {
                let (asked, resume) = (self.asked(catalog)?, resume.is_some());
                let out = self.out.clone().unwrap_or_else(|| default_folder(&asked.plan, resume));
                (asked, out, resume)
            }
        };
        let Asked { plan, seed, subjects, from } = asked;
        if let Some(note) = beyond(&plan.task, plan.steps).filter(|_| !quiet) {
            tell(&note);
        }
        let members = Members { subjects, seed, from: from.as_ref() };
        let (summary, steps_per_second) = train(plan, members, self.threads.count(), &out, resume, quiet)?;
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

/// What a person should know who practises for longer than a schedule lasts.
fn beyond(task: &Blueprint, steps: u64) -> Option<String> {
    let (round, id) = (task.round()?, &task.spec().id);
    let (trials, most) = (round.trials, round.steps(task.spec().step_limit));
    if steps <= most {
        return None;
    }
    let what = match round.after {
        After::Continue => round.after.in_words().into(),
        After::Repeat => format!("it is gone round {:.1} times", steps as f64 / most as f64),
    };
    Some(format!(
        "note: {steps} steps are more than the {trials} trials of the schedule of {id} take ({most} steps at most): {what}"
    ))
}

/// What is to be run.
struct Asked {
    plan: Plan,
    seed: Seed,
    subjects: u64,
    from: Option<Origin>,
}

impl Train {
    /// What the arguments ask for.
    fn asked(&self, catalog: &Catalog) -> Result<Asked> {
        let from = self.from.as_deref().map(Origin::open).transpose()?;
        let name = self.from.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        let trained_on = from.as_ref().map(|from| task_of(catalog, &from.checkpoint, &name)).transpose()?;
        let task = match (&self.task, &trained_on) {
            (Some(task), _) => catalog.tasks.task(task)?,
            (None, Some(trained_on)) => trained_on.clone(),
            (None, None) => bail!("expected a task, a folder after --resume, or a checkpoint after --from"),
        };
        let task = settings::task(catalog, task, &self.settings.set)?;
        let agent = match (&from, &trained_on) {
            (Some(from), Some(trained_on)) => {
                self.settings.refuse_of_agent()?;
                refuse_other_bodies(trained_on, &task)?;
                agent_of(catalog, &from.checkpoint, &name)?
            }
            _ => catalog.agent_set(&self.agent, &self.settings.set)?,
        };
        let plan = Plan {
            task,
            agent,
            steps: self.steps.unwrap_or(STEPS),
            evaluate_every: self.evaluate_every.unwrap_or(EVALUATE_EVERY),
            evaluate_at: Vec::new(),
            evaluation_episodes: self.evaluation_episodes.unwrap_or(EVALUATION_EPISODES),
            signals_every: self.signals_every.unwrap_or(0),
            units_every: self.record_units.unwrap_or(0),
            record_steps: self.record_steps,
            tensorboard: self.tensorboard,
            keep_checkpoints_every: self.kept()?,
            burst: BURST,
            conditions: Conditions::default(),
            lesions: self.lesions.lesions(),
        };
        let (seed, subjects) = (Seed(self.seed.unwrap_or(0)), self.subjects.unwrap_or(SUBJECTS));
        Ok(Asked { plan, seed, subjects, from })
    }

    /// Env steps between checkpoints that are kept.
    fn kept(&self) -> Result<u64> {
        let (kept, every) = (self.keep_checkpoints_every.unwrap_or(0), self.evaluate_every.unwrap_or(EVALUATE_EVERY));
        if !kept.is_multiple_of(every) {
            let near = (kept.saturating_add(every / 2) / every).max(1) * every;
            bail!(
                "--keep-checkpoints-every {kept}: expected a multiple of --evaluate-every, which is {every}, such as {near}"
            );
        }
        Ok(kept)
    }

    /// What the run in a folder was asked for, longer or with more subjects if that is asked for now.
    fn again(&self, catalog: &Catalog, folder: &Path) -> Result<Asked> {
        if !folder.join("run.yaml").exists() {
            bail!(
                "{0} holds no run; expected the folder of one after --resume (to go on with the run of a task, name the task first)",
                folder.display()
            );
        }
        let run = read_record::<RunSpec>(folder)?.run;
        let given = [
            ("a task", self.task.is_some()),
            ("--from", self.from.is_some()),
            ("--out", self.out.is_some()),
            ("--seed", self.seed.is_some()),
            ("--evaluate-every", self.evaluate_every.is_some()),
            ("--evaluation-episodes", self.evaluation_episodes.is_some()),
            ("--signals-every", self.signals_every.is_some()),
            ("--record-units", self.record_units.is_some()),
            ("--record-steps", self.record_steps),
            ("--tensorboard", self.tensorboard),
            ("--keep-checkpoints-every", self.keep_checkpoints_every.is_some()),
            ("--set", !self.settings.set.is_empty()),
            ("--lesion", !self.lesions.lesions().is_empty()),
        ];
        if let Some((what, _)) = given.iter().find(|(_, given)| *given) {
            let folder = folder.display();
            bail!(
                "--resume {folder} goes on with {} as it was asked for: expected no more than --steps and --subjects, found {what}",
                run.task
            );
        }
        let file = folder.join(Origin::FILE);
        let from = run.from.is_some().then(|| Origin::open(&file)).transpose()?;
        let plan = Plan {
            task: recorded_task(catalog, &run, folder)?,
            agent: recorded_agent(catalog, &run, folder)?,
            steps: self.steps.unwrap_or(run.steps),
            evaluate_every: run.evaluate_every,
            evaluate_at: Vec::new(),
            evaluation_episodes: run.evaluation_episodes,
            signals_every: run.signals_every,
            units_every: run.units_every,
            record_steps: run.record_steps,
            tensorboard: run.tensorboard,
            keep_checkpoints_every: run.keep_checkpoints_every,
            burst: BURST,
            conditions: Conditions::default(),
            lesions: run.lesions,
        };
        Ok(Asked { plan, seed: Seed(run.seed), subjects: self.subjects.unwrap_or(run.subjects), from })
    }
}

fn recorded_task(catalog: &Catalog, run: &RunSpec, folder: &Path) -> Result<Blueprint> {
    if run.task_yaml.is_empty() {
        return Ok(catalog.tasks.task(&run.task)?);
    }
    Ok(catalog.tasks.task_from(&Document::parse(&format!("{} (task)", folder.display()), &run.task_yaml)?)?)
}

fn recorded_agent(catalog: &Catalog, run: &RunSpec, folder: &Path) -> Result<AgentBlueprint> {
    Ok(catalog.agent_from(&Document::parse(&format!("{} (agent)", folder.display()), &run.agent_yaml)?)?)
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
