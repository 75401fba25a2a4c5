//! `etude watch`: subjects in a window, or a recording of them.

use super::cast::{Cast, cast, siblings};
use super::evaluate::{agent_of, refuse_other_bodies, task_of};
use super::filming::{Filming, size};
use super::flags::{Lesioning, Settings, Threads};
use super::numbers::{seed, whole_number};
use super::stdout::print;
use crate::catalog::Catalog;
use crate::run::limits::{MOST_EPISODES, MOST_STEPS};
use crate::settings;
use crate::show::{Programme, Speed, Training};
#[cfg(feature = "stage")]
use crate::stage::{Opening, Simulation, open};
#[cfg(feature = "stage")]
use crate::tell::tell;
use anyhow::{Context, Result};
use clap::Args;
use etude_envs::Seed;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Watch {
    /// Checkpoint, run folder, or one of the built-in subjects: cycling (shown if nothing is given), fretting, reaching, cursor
    subject: Option<PathBuf>,
    /// Task to watch the subject on; without a subject, a task that naive subjects learn live
    #[arg(long)]
    task: Option<String>,
    /// Agent that learns the task live
    #[arg(long, default_value = "brain", conflicts_with = "subject", requires = "task")]
    agent: String,
    /// Subjects side by side [default: 1, or those of the run folder]
    #[arg(long, value_parser = whole_number::<1, 64>)]
    subjects: Option<u64>,
    /// Let a trained subject continue to learn
    #[arg(long)]
    learn: bool,
    /// Speed relative to real time, e.g. 0.5 or 4, or max
    #[arg(long, default_value = "1")]
    speed: Speed,
    /// Seed of the episodes and of naive subjects
    #[arg(long, default_value = "0", value_parser = seed)]
    seed: u64,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    lesions: Lesioning,
    #[command(flatten)]
    picture: PictureSize,
    /// Write the live practice to this run folder, as `etude train` does; it can then be watched but not interfered with
    #[arg(long, requires = "task", conflicts_with = "subject")]
    out: Option<PathBuf>,
    /// Resume the run in the folder of --out
    #[arg(long, requires = "out")]
    resume: bool,
    /// Env steps of practice per subject in that run
    #[arg(long, default_value = "150_000", value_parser = whole_number::<1, MOST_STEPS>, requires = "out")]
    steps: u64,
    /// Env steps between evaluations in that run
    #[arg(long, default_value = "10_000", value_parser = whole_number::<1, MOST_STEPS>, requires = "out")]
    evaluate_every: u64,
    /// Episodes in an evaluation of that run
    #[arg(long, default_value = "5", value_parser = whole_number::<1, MOST_EPISODES>, requires = "out")]
    evaluation_episodes: u64,
    /// Env steps between records of the agent's signals in that run
    #[arg(long, default_value = "0", value_parser = whole_number::<0, 1_000_000_000>, requires = "out")]
    signals_every: u64,
    #[command(flatten)]
    filming: Filming,
    /// Print frames and steps per second to stderr
    #[arg(long)]
    tell_speed: bool,
    #[command(flatten)]
    threads: Threads,
}

#[derive(Args, Clone)]
pub(super) struct PictureSize {
    /// Width and height in pixels
    #[arg(long, default_value = "1280x720", value_parser = size)]
    pub size: [u32; 2],
}

impl Watch {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let programme = match (&self.subject, &self.task) {
            (None, Some(task)) => self.live(catalog, task)?,
            (subject, _) => self.trained(catalog, cast(subject.as_deref(), self.subjects)?)?,
        };
        match &self.filming.record {
            Some(path) => print(&self.filming.film(path, programme, self.picture.size, self.speed)?)?,
            None => self.open(programme)?,
        }
        Ok(ExitCode::SUCCESS)
    }

    #[cfg(not(feature = "stage"))]
    fn open(&self, _: Programme) -> Result<()> {
        Err(super::no_stage::refusal("; or record without a window, with --record FILE.gif"))
    }

    #[cfg(feature = "stage")]
    fn open(&self, programme: Programme) -> Result<()> {
        let grid = programme.subjects > 1;
        let opening =
            Opening { size: self.picture.size, tell_frames: self.tell_speed, grid, desk: None, waiting: false };
        open(Simulation::start(programme, self.speed, false)?, opening)?;
        if let Some(out) = self.out.as_ref().filter(|out| !out.join("summary.json").exists()) {
            let out = out.display();
            tell(&format!(
                "The run in {out} is not finished; resume it with --out {out} --resume, here or with `etude train`"
            ));
        }
        Ok(())
    }

    /// Naive subjects that learn live.
    fn live(&self, catalog: &Catalog, task: &str) -> Result<Programme> {
        let task = catalog.task_set(task, &self.settings.set)?;
        let run = self.out.as_ref().map(|out| Training {
            out: out.clone(),
            resume: self.resume,
            steps: self.steps,
            evaluate_every: self.evaluate_every,
            evaluation_episodes: self.evaluation_episodes,
            signals_every: self.signals_every,
        });
        Ok(Programme {
            siblings: siblings(catalog, &task),
            task,
            agent: catalog.agent_set(&self.agent, &self.settings.set)?,
            seed: Seed(self.seed),
            subjects: self.subjects.unwrap_or(1),
            cast: Vec::new(),
            learning: true,
            lesions: self.lesions.lesions(),
            run,
            threads: self.threads.count(),
        })
    }

    /// Trained subjects.
    fn trained(&self, catalog: &Catalog, cast: Cast) -> Result<Programme> {
        let (name, first) = cast.first().context("there is no subject to watch")?;
        self.settings.refuse_of_agent()?;
        let first = &first.checkpoint;
        let trained_on = task_of(catalog, first, name)?;
        let task = match &self.task {
            Some(task) => catalog.tasks.task(task)?,
            None => trained_on.clone(),
        };
        let task = settings::task(catalog, task, &self.settings.set)?;
        refuse_other_bodies(&trained_on, &task)?;
        let agent = agent_of(catalog, first, name)?;
        Ok(Programme {
            siblings: siblings(catalog, &task),
            task,
            agent,
            seed: Seed(self.seed),
            subjects: self.subjects.unwrap_or(cast.len() as u64),
            cast: cast.into_iter().map(|(_, trained)| trained).collect(),
            learning: self.learn,
            lesions: self.lesions.lesions(),
            run: None,
            threads: self.threads.count(),
        })
    }
}
