//! `etude train`: practice of a cohort on one task.

use super::evaluate::{agent_of, refuse_other_bodies, task_of};
use super::flags::{Common, Lesioning, Settings, Threads};
use super::kinds::{Kind, refuse_other_kinds};
use super::numbers::{seed, whole_number};
use super::runs::folder;
use super::stdout::{print, print_json};
use super::table::table;
use crate::catalog::{AgentBlueprint, Catalog};
use crate::run::cohort::{Members, Summary, train};
use crate::run::folder::{RunSpec, read_record};
use crate::run::limits::{MOST_EPISODES, MOST_STEPS, MOST_SUBJECTS};
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
    /// Task name, or path of its YAML file [default: with --from, the checkpoint's; with --resume FOLDER, the run's]
    #[arg(required_unless_present_any = ["from", "resume"])]
    task: Option<String>,
    /// Agent name, or path of its YAML file
    #[arg(long, default_value = "brain", conflicts_with = "from")]
    agent: String,
    /// Checkpoint of an agent that all subjects start with instead of a naive one
    #[arg(long, value_name = "CHECKPOINT")]
    from: Option<PathBuf>,
    /// Subjects in the cohort; with --resume, a larger number adds subjects to the run [default: 10]
    #[arg(long, value_parser = whole_number::<1, MOST_SUBJECTS>)]
    subjects: Option<u64>,
    /// Env steps of practice per subject; with --resume, a larger number extends the run [default: 150_000]
    #[arg(long, value_parser = whole_number::<1, MOST_STEPS>)]
    steps: Option<u64>,
    /// Seed of all randomness [default: 0]
    #[arg(long, value_parser = seed)]
    seed: Option<u64>,
    /// Run folder [default: a new one in runs/, named after task and agent]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Resume the run in the folder of --out; or, with FOLDER, the run in that folder, with the settings it was started with. The
    /// result is bit-identical to an uninterrupted run
    #[arg(long, value_name = "FOLDER", num_args = 0..=1)]
    resume: Option<Option<PathBuf>>,
    /// Env steps between evaluations [default: 10_000]
    #[arg(long, value_parser = whole_number::<1, MOST_STEPS>)]
    evaluate_every: Option<u64>,
    /// Episodes in an evaluation [default: 5]
    #[arg(long, value_parser = whole_number::<1, MOST_EPISODES>)]
    evaluation_episodes: Option<u64>,
    /// Env steps between records of the agent's signals; 0 for none [default: 0]
    #[arg(long, value_parser = whole_number::<0, 1_000_000_000>)]
    signals_every: Option<u64>,
    /// Env steps between records of the activity of the agent's units, in units/*.npz (at most 50 000 records); 0 for none
    /// [default: 0]
    #[arg(long, value_name = "EVERY", value_parser = whole_number::<0, 1_000_000_000>)]
    record_units: Option<u64>,
    /// Record every env step of practice in steps/*.parquet: observation, action, reward, and the state of body and world
    /// after it
    #[arg(long)]
    record_steps: bool,
    /// Also write episodes, evaluations and signals for TensorBoard to tensorboard/ while the run is in progress
    #[arg(long)]
    tensorboard: bool,
    /// Env steps between checkpoints kept in checkpoints/kept/, each from the end of the episode in which that step falls; a
    /// multiple of --evaluate-every; 0 for none [default: 0]
    #[arg(long, value_name = "STEPS", value_parser = whole_number::<0, MOST_STEPS>)]
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

/// Defaults: subjects, env steps of each, env steps between evaluations, and episodes in one.
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
        let Asked { mut plan, seed, mut subjects, from } = asked;
        if resume {
            keep_length(&mut plan.steps, &mut subjects, (self.steps, self.subjects), &out);
        }
        if let Some(note) = beyond(&plan.task, plan.steps).filter(|_| !quiet) {
            tell(&note);
        }
        let task = plan.task.clone();
        let members = Members { subjects, seed, from: from.as_ref() };
        let (summary, steps_per_second) = train(plan, members, self.threads.count(), &out, resume, quiet)?;
        if summary.faults > 0 {
            tell(&format!(
                "warning: {} episodes ended in a fault; see the column `fault` of episodes.csv",
                summary.faults
            ));
        }
        // Trials are counted from 0: as many as are complete is the next one.
        let measures = |episodes: u64| task.scheduled() && task.only_measures(task.telling_trial(episodes));
        if !quiet && summary.subjects.iter().all(|subject| measures(subject.episodes)) {
            tell(
                "note: practice ended in a block of catch or channel trials: the last scores say nothing about the skill",
            );
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

/// What is not asked for is as long and as large as the run in the folder, if there is one.
fn keep_length(steps: &mut u64, subjects: &mut u64, asked: (Option<u64>, Option<u64>), out: &Path) {
    // What is wrong with the folder is found when it is opened.
    let Ok(found) = read_record::<RunSpec>(out) else { return };
    *steps = asked.0.unwrap_or(found.run.steps);
    *subjects = asked.1.unwrap_or(found.run.subjects);
}

/// A note for runs that are longer than the task's schedule.
fn beyond(task: &Blueprint, steps: u64) -> Option<String> {
    let (round, id) = (task.round()?, &task.spec().id);
    let (trials, most) = (round.trials, round.steps(task.spec().step_limit));
    if steps <= most {
        return None;
    }
    let what = match round.after {
        After::Continue => round.after.in_words().into(),
        After::Repeat => format!("the schedule is completed {:.1} times", steps as f64 / most as f64),
    };
    Some(format!("note: {steps} steps exceed the schedule of {id} ({trials} trials, at most {most} steps): {what}"))
}

/// The run that was requested.
struct Asked {
    plan: Plan,
    seed: Seed,
    subjects: u64,
    from: Option<Origin>,
}

impl Train {
    /// The run that the arguments specify.
    fn asked(&self, catalog: &Catalog) -> Result<Asked> {
        let from = self.from.as_deref().map(Origin::open).transpose()?;
        let name = self.from.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        let trained_on = from.as_ref().map(|from| task_of(catalog, &from.checkpoint, &name)).transpose()?;
        let task = match (&self.task, &trained_on) {
            (Some(task), _) => {
                refuse_other_kinds(catalog, task, Kind::Task)?;
                catalog.tasks.task(task)?
            }
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
            bail!("--keep-checkpoints-every {kept}: expected a multiple of --evaluate-every ({every}), such as {near}");
        }
        Ok(kept)
    }

    /// The run recorded in a folder, extended if --steps or --subjects say so.
    fn again(&self, catalog: &Catalog, folder: &Path) -> Result<Asked> {
        if !folder.join("run.yaml").exists() {
            bail!(
                "{0} holds no run; expected a run folder after --resume (to resume the run of a task, name the task first)",
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
                "--resume {folder} resumes {} with the settings it was started with; expected only --steps and --subjects, found {what}",
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

/// `runs/TASK_AGENT`, numbered if it exists already; with `resume`, the last one.
fn default_folder(plan: &Plan, resume: bool) -> PathBuf {
    folder(None, &format!("{}_{}", plan.task.spec().id, plan.agent.name()), resume)
}

fn report(summary: &Summary, steps_per_second: f64, out: &Path) -> String {
    let rows: Vec<Vec<String>> = summary
        .subjects
        .iter()
        .map(|subject| {
            vec![
                subject.subject.to_string(),
                subject.steps.to_string(),
                subject.episodes.to_string(),
                format!("{:.3}", subject.score),
            ]
        })
        .collect();
    let interval = match summary.score_interval {
        Some((low, high)) => format!("95 % interval {low:.3} to {high:.3}"),
        None => "no interval for a single subject".into(),
    };
    format!(
        "{} practising {}\n\n{}\nScore {:.3} (interquartile mean over subjects, {interval})\n\
         Speed {steps_per_second:.0} steps/s\nFolder {}\n",
        summary.agent,
        summary.task,
        table(&["subject", "steps", "episodes", "score"], &rows),
        summary.score_iqm,
        out.display(),
    )
}
