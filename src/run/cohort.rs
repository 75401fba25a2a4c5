//! A cohort: all subjects of a run, practising in parallel.

use crate::figure::{self, Stretch};
use crate::files::create_folder;
use crate::record::{Arrays, Log, LogBook, Steps, write_npz};
use crate::run::evaluate::in_words;
use crate::run::evaluations;
use crate::run::folder::{RunFolder, RunSpec, read_record, subject_name};
use crate::run::interrupt::{self, Interrupted};
use crate::run::lesions::Lesions;
use crate::run::origin::Origin;
use crate::run::progress::Progress;
use crate::run::size;
use crate::run::spare::Spare;
use crate::run::subject::{Plan, Subject};
use crate::stats::{interquartile_estimate, interquartile_mean};
use anyhow::{Context, Result};
use etude_envs::Seed;
use etude_envs::gym::Gym;
use etude_envs::task::Blueprint;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Task id.
    pub task: String,
    /// Agent name.
    pub agent: String,
    /// Description of the evaluations.
    pub evaluation: String,
    /// Interquartile mean over subjects of the last evaluation's score.
    pub score_iqm: f64,
    /// Its 95 % interval; `None` for a single subject.
    pub score_interval: Option<(f64, f64)>,
    /// One entry per subject.
    pub subjects: Vec<SubjectSummary>,
    /// Number of episodes that ended in a fault.
    pub faults: u64,
}

/// The result of a subject.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SubjectSummary {
    /// Index in the cohort.
    pub subject: u64,
    /// The seed of all its randomness, as text: not all readers of JSON represent numbers above 2^53 exactly.
    pub seed: String,
    /// Env steps practised.
    pub steps: u64,
    /// Episodes completed.
    pub episodes: u64,
    /// Mean score of the last evaluation.
    pub score: f64,
}

/// The subjects that practise.
#[derive(Clone, Copy)]
pub struct Members<'a> {
    /// Number of subjects.
    pub subjects: u64,
    /// Seed of all their randomness.
    pub seed: Seed,
    /// Checkpoint with which they start; `None` for naive subjects.
    pub from: Option<&'a Origin>,
}

/// A training run in progress: the subjects' plan and the folder to which it is written.
pub struct Run {
    plan: Arc<Plan>,
    folder: RunFolder,
    /// The subjects' logs, by index.
    books: Vec<LogBook>,
}

/// Number of buffered bytes of rows at which they are written, unless a checkpoint requires it earlier.
const WAITING: usize = 1 << 16;

impl Run {
    /// Opens the folder of a run, new or with `resume` an existing one, and returns the run with its subjects, which
    /// are naive or start with the agent of a checkpoint.
    ///
    /// # Errors
    /// An unusable folder, an agent that does not fit the task, or more subjects than fit into memory.
    pub fn open(plan: Plan, members: Members<'_>, out: &Path, resume: bool) -> Result<(Self, Vec<Subject>)> {
        let Members { subjects, seed, from } = members;
        let spec = RunSpec { from: from.map(Origin::checksum), ..RunSpec::new(&plan, subjects, seed) };
        let plan = Arc::new(plan);
        let first = Subject::new(&plan, seed, 0)?;
        size::refuse_too_many(subjects, &first)?;
        let others = (1..subjects).map(|index| Subject::new(&plan, seed, index));
        let mut cohort = std::iter::once(Ok(first)).chain(others).collect::<Result<Vec<_>>>()?;
        if let Some(from) = from {
            for subject in &mut cohort {
                subject.inherit(&from.checkpoint.state, &Lesions::new())?;
                subject.suit()?;
            }
        }
        let folder = RunFolder::open(out, &spec, resume)?;
        if let Some(from) = from {
            folder.write(Origin::FILE, from.bytes())?;
        }
        let mut books = Vec::with_capacity(cohort.len());
        for subject in &mut cohort {
            let index = subject.index();
            let (name, metrics) = (subject_name(index), &plan.task.spec().metrics);
            let mut checkpoint = folder.checkpoint(index)?;
            if let Some(over) = checkpoint.as_mut().filter(|over| over.steps < plan.steps) {
                folder.reopen(&name, over)?;
            }
            if let Some(checkpoint) = &checkpoint {
                subject
                    .restore(checkpoint)
                    .with_context(|| format!("the checkpoint of subject {index} cannot be used"))?;
            }
            books.push(folder.log_book(&name, metrics, checkpoint.as_ref())?);
        }
        Ok((Self { plan, folder, books }, cohort))
    }

    /// Handles a subject after some practice: appends its rows, and saves its checkpoint if it has taken one.
    ///
    /// # Errors
    /// A full disk, or a subject that cannot continue.
    pub fn see_to(&mut self, subject: &mut Subject) -> Result<()> {
        let name = subject_name(subject.index());
        let Some(book) = self.books.get_mut(subject.index() as usize) else { return subject.check() };
        keep(&self.folder, &name, book, subject)?;
        subject.check()
    }

    /// The error of a run that was asked to stop.
    fn interrupted(&self, signal: u8) -> anyhow::Error {
        Interrupted { signal, folder: self.folder.path().into() }.into()
    }

    /// Writes tables, figure and summary once all subjects are complete.
    ///
    /// # Errors
    /// A full disk or a folder that cannot be written to.
    pub fn finish(&self, subjects: &[&Subject]) -> Result<Summary> {
        let summary = summarise(&self.plan, subjects);
        let metrics = &self.plan.task.spec().metrics;
        for log in [Log::Episodes, Log::Evaluations] {
            self.folder.write_table(log, metrics, subjects.iter().map(|subject| subject_name(subject.index())))?;
        }
        let spec = read_record::<RunSpec>(self.folder.path())?.run;
        if spec.units_every > 0 {
            create_folder(&self.folder.path().join("units"))?;
            for subject in subjects {
                let name = subject_name(subject.index());
                let arrays = Arrays::from_log(&LogBook::path(self.folder.path(), &name, Log::Units))?;
                self.folder.write(&format!("units/{name}.npz"), &write_npz(&arrays)?)?;
            }
        }
        if spec.record_steps {
            create_folder(&self.folder.path().join("steps"))?;
            for subject in subjects {
                let name = subject_name(subject.index());
                let log = LogBook::path(self.folder.path(), &name, Log::Steps);
                let path = self.folder.path().join(format!("steps/{name}.parquet"));
                let mut steps = Steps::create(&path, subject.task())?;
                steps.take_logged(&log, subject.index())?;
                steps.finish()?;
            }
        }
        let curves = evaluations::curves(self.folder.path(), &spec)?;
        let title = format!("{} practises {}", self.plan.agent.name(), self.plan.task.spec().id);
        let perturbed = perturbed(&self.plan.task, &curves.trials);
        let stretches: Vec<Stretch<'_>> =
            perturbed.iter().map(|&ends| Stretch { name: "perturbed trials", ends }).collect();
        let figure = figure::practice(&title, &curves.curves, &stretches);
        self.folder.write("figures/learning.svg", figure.file().as_bytes())?;
        let mut json = serde_json::to_vec_pretty(&summary)?;
        json.push(b'\n');
        self.folder.write("summary.json", &json)?;
        Ok(summary)
    }
}

/// The stretches of practice, in env steps, whose trials have a perturbation, where only some have. `trials` has the trial
/// that was reached at some env steps; it is taken to have gone on evenly between them.
fn perturbed(task: &Blueprint, trials: &[(u64, u64)]) -> Vec<[f64; 2]> {
    let last = trials.last().map_or(0, |&(_, trial)| trial);
    let stretches = task.perturbed(last);
    if matches!(&stretches[..], [all] if *all == (0..last)) {
        return Vec::new();
    }
    let step_of = |trial: u64| {
        let after = trials.iter().position(|&(_, reached)| reached >= trial).unwrap_or(trials.len().saturating_sub(1));
        let (steps, reached) = trials[after];
        let (steps_before, reached_before) = trials[after.saturating_sub(1)];
        let share = (trial - reached_before.min(trial)) as f64 / (reached - reached_before).max(1) as f64;
        steps_before as f64 + share * (steps - steps_before) as f64
    };
    stretches.into_iter().map(|stretch| [stretch.start, stretch.end].map(step_of)).collect()
}

/// Appends the buffered rows if there are many or a checkpoint was taken, and then saves the checkpoint, so that a
/// checkpoint records no row that is not on disk.
///
/// # Errors
/// A full disk or a folder that cannot be written to.
pub fn keep(folder: &RunFolder, name: &str, book: &mut LogBook, subject: &mut Subject) -> Result<()> {
    let checkpoint = subject.take_checkpoint();
    if checkpoint.is_some() || subject.rows().len() >= WAITING {
        book.append(subject.rows())?;
    }
    if let Some(mut checkpoint) = checkpoint {
        checkpoint.logs = book.sync()?;
        // First, so that nothing is lost if the process is killed in between.
        if let Some(kept) = subject.take_kept() {
            folder.keep_checkpoint(name, kept, &checkpoint)?;
        }
        folder.save_checkpoint_as(name, &checkpoint)?;
    }
    Ok(())
}

/// Lets subjects practise according to their plan and writes the run folder. Returns the summary and the mean speed in
/// env steps per second.
///
/// # Errors
/// An unusable folder, an agent that does not fit the task, or an agent with non-finite actions.
pub fn train(
    plan: Plan,
    members: Members<'_>,
    threads: usize,
    out: &Path,
    resume: bool,
    quiet: bool,
) -> Result<(Summary, f64)> {
    let (task, steps) = (plan.task.clone(), plan.steps);
    interrupt::listen()?;
    let (mut run, mut cohort) = Run::open(plan, members, out, resume)?;
    let spare = Arc::new(Spare::new(threads.saturating_sub(cohort.len())));
    cohort.iter_mut().for_each(|subject| subject.use_spare(&spare));
    let lanes = cohort.into_iter().map(|subject| (subject.task().clone(), subject.lane_seed(), subject));
    let mut gym = Gym::with_own_tasks(&task, lanes, threads);
    let done = |gym: &Gym<Subject>| subjects_of(gym).map(Subject::steps).sum::<u64>();
    let mut progress = Progress::new(steps * members.subjects, done(&gym), quiet);
    while subjects_of(&gym).any(|subject| !subject.complete()) {
        gym.burst();
        for index in 0..gym.lanes() {
            let Some(subject) = gym.occupant_mut(index) else { continue };
            run.see_to(subject)?;
        }
        if let Some(signal) = interrupt::requested() {
            let at_rest = |subject: &Subject| subject.settled() || subject.complete();
            if interrupt::overdue() || subjects_of(&gym).all(at_rest) {
                return Err(run.interrupted(signal));
            }
        }
        let score = subjects_of(&gym).map(Subject::score).sum::<f64>() / members.subjects.max(1) as f64;
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
            seed: subject.seed().0.to_string(),
            steps: subject.steps(),
            episodes: subject.episodes(),
            score: subject.score(),
        })
        .collect();
    let scores: Vec<f64> = subjects.iter().map(|subject| subject.score).collect();
    Summary {
        task: plan.task.spec().id.clone(),
        agent: plan.agent.name().into(),
        evaluation: in_words(plan.task.scheduled()).into(),
        score_iqm: interquartile_mean(&scores),
        score_interval: interquartile_estimate(&scores).and_then(|score| score.within(0.0, 1.0).interval()),
        faults: cohort.iter().map(|subject| subject.faults()).sum(),
        subjects,
    }
}
