//! A cohort: all subjects of a run, practising in parallel.

use crate::figure;
use crate::run::folder::{RunFolder, RunSpec};
use crate::run::progress::Progress;
use crate::run::subject::{LOGS, Plan, Subject};
use crate::stats::{bootstrap_interval, interquartile_mean};
use anyhow::{Context, Result};
use etude_envs::Seed;
use etude_envs::gym::Gym;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Task id.
    pub task: String,
    /// Agent name.
    pub agent: String,
    /// Interquartile mean over subjects of the last evaluation's score.
    pub score_iqm: f64,
    /// Its 95% bootstrap interval.
    pub score_interval: (f64, f64),
    /// One entry per subject.
    pub subjects: Vec<SubjectSummary>,
    /// Episodes that ended because a state was no longer finite.
    pub faults: u64,
}

/// What became of a subject.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SubjectSummary {
    /// Index in the cohort.
    pub subject: u64,
    /// The seed all its randomness came from.
    pub seed: u64,
    /// Env steps practised.
    pub steps: u64,
    /// Episodes completed.
    pub episodes: u64,
    /// Mean score of the last evaluation.
    pub score: f64,
}

/// A training run under way: what its subjects do and the folder it is written to.
pub struct Run {
    plan: Arc<Plan>,
    folder: RunFolder,
}

impl Run {
    /// Opens the folder of a run, new or with `resume` one to go on with, and gives it with the run's subjects.
    ///
    /// # Errors
    /// A folder that cannot be used, or an agent that does not fit the task.
    pub fn open(plan: Plan, seed: Seed, subjects: u64, out: &Path, resume: bool) -> Result<(Self, Vec<Subject>)> {
        let spec = RunSpec::new(&plan, subjects, seed);
        let plan = Arc::new(plan);
        let mut cohort = (0..subjects).map(|index| Subject::new(&plan, seed, index)).collect::<Result<Vec<_>>>()?;
        let folder = RunFolder::open(out, &spec, resume)?;
        for subject in &mut cohort {
            if let Some(checkpoint) = folder.checkpoint(subject.index())? {
                let index = subject.index();
                subject
                    .restore(checkpoint)
                    .with_context(|| format!("the checkpoint of subject {index} cannot be used"))?;
            }
        }
        Ok((Self { plan, folder }, cohort))
    }

    /// Sees to a subject after some practice: saves its checkpoint, if it has taken one.
    ///
    /// # Errors
    /// A full disk, or a subject that cannot go on.
    pub fn see_to(&self, subject: &mut Subject) -> Result<()> {
        if let Some(checkpoint) = subject.take_checkpoint() {
            self.folder.save_checkpoint(&checkpoint)?;
        }
        subject.check()
    }

    /// Writes tables, figure and summary once all subjects are complete.
    ///
    /// # Errors
    /// A full disk or a folder that cannot be written to.
    pub fn finish(&self, subjects: &[&Subject]) -> Result<Summary> {
        let summary = summarise(&self.plan, subjects);
        for log in 0..LOGS.len() {
            let rows = subjects.iter().map(|subject| subject.log(log));
            self.folder.write_log(log, &self.plan.task.spec().metrics, rows)?;
        }
        self.folder.write("figures/learning.svg", figure::learning(&self.plan, &curves(subjects))?.as_bytes())?;
        let mut json = serde_json::to_vec_pretty(&summary)?;
        json.push(b'\n');
        self.folder.write("summary.json", &json)?;
        Ok(summary)
    }
}

/// Lets `subjects` subjects practise as `plan` says and writes the run folder. Returns the summary and the mean speed
/// in env steps per second.
///
/// # Errors
/// A folder that cannot be used, an agent that does not fit the task, or one that acts in numbers that are not finite.
pub fn train(
    plan: Plan,
    seed: Seed,
    subjects: u64,
    threads: usize,
    out: &Path,
    resume: bool,
    quiet: bool,
) -> Result<(Summary, f64)> {
    let (task, steps) = (plan.task.clone(), plan.steps);
    let (run, cohort) = Run::open(plan, seed, subjects, out, resume)?;
    let mut gym = Gym::occupied(&task, cohort.into_iter().map(|subject| (subject.lane_seed(), subject)), threads);
    let done = |gym: &Gym<Subject>| subjects_of(gym).map(Subject::steps).sum::<u64>();
    let mut progress = Progress::new(steps * subjects, done(&gym), quiet);
    while subjects_of(&gym).any(|subject| !subject.complete()) {
        gym.burst();
        for index in 0..gym.lanes() {
            let Some(subject) = gym.occupant_mut(index) else { continue };
            run.see_to(subject)?;
        }
        let score = subjects_of(&gym).map(Subject::score).sum::<f64>() / subjects.max(1) as f64;
        progress.update(done(&gym), &format!("score {score:.3}"));
    }
    let speed = progress.finish(done(&gym));
    let summary = run.finish(&subjects_of(&gym).collect::<Vec<_>>())?;
    Ok((summary, speed))
}

fn subjects_of(gym: &Gym<Subject>) -> impl Iterator<Item = &Subject> {
    (0..gym.lanes()).filter_map(|index| gym.occupant(index))
}

fn summarise(plan: &Plan, cohort: &[&Subject]) -> Summary {
    let subjects: Vec<SubjectSummary> = cohort
        .iter()
        .map(|subject| SubjectSummary {
            subject: subject.index(),
            seed: subject.seed().0,
            steps: subject.steps(),
            episodes: subject.episodes(),
            score: subject.score(),
        })
        .collect();
    let scores: Vec<f64> = subjects.iter().map(|subject| subject.score).collect();
    let faulty = |row: &&str| row.split(',').nth(9) == Some("1");
    Summary {
        task: plan.task.spec().id.clone(),
        agent: plan.agent.name().into(),
        score_iqm: interquartile_mean(&scores),
        score_interval: bootstrap_interval(&scores, interquartile_mean),
        faults: cohort.iter().map(|subject| subject.log(0).lines().filter(faulty).count() as u64).sum(),
        subjects,
    }
}

/// Each subject's evaluations as (steps, score).
fn curves(subjects: &[&Subject]) -> Vec<Vec<(u64, f64)>> {
    let point = |row: &str| {
        let mut columns = row.split(',').skip(2);
        Some((columns.next()?.parse().ok()?, columns.nth(1)?.parse().ok()?))
    };
    subjects.iter().map(|subject| subject.log(1).lines().filter_map(point).collect()).collect()
}
