//! Practice of all subjects of an experiment, in parallel.
//!
//! A unit of work is one leg of one subject. Units with a finished parent wait on a board; each thread takes the one
//! with the longest path ahead, so that all threads stay busy to the end. A unit depends only on its seeds and its
//! parent's last checkpoint, so that results do not depend on threads, order, or interruptions.

use crate::crew::crew;
use crate::run::checkpoint::Checkpoint;
use crate::run::cohort::keep;
use crate::run::folder::{RunFolder, subject_name};
use crate::run::interrupt::{self, Interrupted};
use crate::run::progress::Progress;
use crate::run::spare::Spare;
use crate::run::subject::{Plan, Subject};
use crate::stats::mean;
use crate::transfer::schedule::Schedule;
use anyhow::{Context, Result, anyhow};
use etude_envs::Seed;
use etude_envs::gym::Occupant;
use etude_envs::lane::SoloLane;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Time between two checks of the progress.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The work to do.
pub struct Workplace<'a> {
    /// The experiment's legs.
    pub schedule: &'a Schedule,
    /// The plan of each leg.
    pub plans: Vec<Arc<Plan>>,
    /// Names of the groups, in the order of the schedule; progress is shown only for groups with names.
    pub groups: Vec<&'a str>,
    /// The seed from which the subjects' seeds are derived.
    pub seed: Seed,
    /// The subjects.
    pub subjects: Vec<u64>,
    /// The folder of the checkpoints.
    pub folder: &'a RunFolder,
}

/// The name of the checkpoint of a subject's leg.
pub fn checkpoint_name(subject: u64, leg: &str) -> String {
    format!("{}.{leg}", subject_name(subject))
}

/// One leg of one subject, by index in the workplace.
type Unit = (usize, usize);

/// State of a unit.
#[derive(Clone, Copy, Default)]
struct Standing {
    steps: u64,
    score: f64,
    done: bool,
}

/// State shared by all threads.
struct Board {
    ready: Vec<Unit>,
    /// By subject, then by leg.
    standings: Vec<Vec<Standing>>,
    /// By leg: env steps from its start to the end of the longest path that follows.
    ahead: Vec<u64>,
    running: usize,
    failure: Option<anyhow::Error>,
}

impl Board {
    fn finished(&self) -> bool {
        // When a signal arrives, running work is finished and no other work is started.
        let stopped = interrupt::requested().is_some() && self.running == 0;
        self.failure.is_some() || stopped || (self.ready.is_empty() && self.running == 0)
    }
}

impl Workplace<'_> {
    /// Does all remaining work.
    ///
    /// # Errors
    /// The first failure, upon which all threads stop: a checkpoint that cannot be used or written, or an agent with
    /// non-finite actions.
    pub fn run(&self, threads: usize, quiet: bool) -> Result<()> {
        let board = self.board()?;
        let total: u64 = self.plans.iter().map(|plan| plan.steps * self.subjects.len() as u64).sum();
        let mut progress = Progress::new(total, done(&board), quiet);
        let (board, changed, spare) = (Mutex::new(board), Condvar::new(), Arc::default());
        let look_on = || {
            let mut seen = lock(&board);
            while !seen.finished() {
                progress.update(done(&seen), &self.how_it_goes(&seen));
                seen = changed.wait_timeout(seen, LOOK_EVERY).unwrap_or_else(PoisonError::into_inner).0;
            }
        };
        crew(threads, || self.work(&board, &changed, &spare), look_on);
        let board = board.into_inner().unwrap_or_else(PoisonError::into_inner);
        progress.finish(done(&board));
        match (board.failure, interrupt::requested()) {
            (Some(failure), _) => Err(failure),
            (None, Some(signal)) if !board.standings.iter().flatten().all(|standing| standing.done) => {
                Err(Interrupted { signal, folder: self.folder.path().into() }.into())
            }
            _ => Ok(()),
        }
    }

    /// The finished units, and the units that can be started.
    fn board(&self) -> Result<Board> {
        let mut board = Board {
            ready: Vec::new(),
            standings: Vec::new(),
            ahead: self.schedule.steps_ahead(),
            running: 0,
            failure: None,
        };
        for (position, &subject) in self.subjects.iter().enumerate() {
            let mut standings = Vec::new();
            for (leg, plan) in self.schedule.legs.iter().zip(&self.plans) {
                let checkpoint = self.folder.checkpoint_named(&checkpoint_name(subject, &leg.name))?;
                standings.push(match &checkpoint {
                    Some(checkpoint) => {
                        let mut found = Subject::new(plan, self.seed, subject)?;
                        found.restore(checkpoint).with_context(|| self.unusable(subject, &leg.name))?;
                        Standing { steps: checkpoint.steps, score: checkpoint.score, done: checkpoint.complete }
                    }
                    None => Standing::default(),
                });
            }
            for (leg, standing) in standings.iter().enumerate() {
                let begun = self.schedule.legs[leg].parent.is_none_or(|parent| standings[parent].done);
                if begun && !standing.done {
                    board.ready.push((position, leg));
                }
            }
            board.standings.push(standings);
        }
        Ok(board)
    }

    /// The loop of each thread.
    fn work(&self, board: &Mutex<Board>, changed: &Condvar, spare: &Arc<Spare>) {
        let mut seen = lock(board);
        while !seen.finished() {
            let longest =
                |&(_, &(position, leg)): &(usize, &Unit)| (seen.ahead[leg], std::cmp::Reverse((position, leg)));
            let stopped = interrupt::requested().is_some();
            let next = seen.ready.iter().enumerate().max_by_key(longest).map(|(at, _)| at).filter(|_| !stopped);
            let Some(next) = next else {
                spare.add();
                seen = changed.wait(seen).unwrap_or_else(PoisonError::into_inner);
                spare.remove();
                continue;
            };
            let unit = seen.ready.swap_remove(next);
            seen.running += 1;
            drop(seen);
            let practised = catch_unwind(AssertUnwindSafe(|| self.practise(unit, board, spare)))
                .unwrap_or_else(|_| Err(anyhow!("agent `{}` panicked", self.plans[unit.1].agent.name())));
            seen = lock(board);
            seen.running -= 1;
            match practised {
                Ok(done) if done && seen.failure.is_none() => {
                    seen.standings[unit.0][unit.1].done = true;
                    let children = |leg: &usize| self.schedule.legs[*leg].parent == Some(unit.1);
                    let freed = (0..self.schedule.legs.len()).filter(children).map(|leg| (unit.0, leg));
                    let freed: Vec<Unit> = freed.filter(|&(subject, leg)| !seen.standings[subject][leg].done).collect();
                    seen.ready.extend(freed);
                }
                Ok(_) => {}
                Err(failure) => seen.failure = seen.failure.take().or(Some(failure)),
            }
            changed.notify_all();
        }
        changed.notify_all();
    }

    /// Runs one leg of one subject, unless another one has failed or a signal has arrived; returns whether it was
    /// completed.
    fn practise(&self, unit: Unit, board: &Mutex<Board>, spare: &Arc<Spare>) -> Result<bool> {
        let (subject, leg) = (self.subjects[unit.0], &self.schedule.legs[unit.1]);
        let name = checkpoint_name(subject, &leg.name);
        let mut practising = Subject::new(&self.plans[unit.1], self.seed, subject)?;
        practising.use_spare(spare);
        let checkpoint = self.folder.checkpoint_named(&name)?;
        let metrics = &self.plans[unit.1].task.spec().metrics;
        let mut book = self.folder.log_book(&name, metrics, checkpoint.as_ref())?;
        if let Some(checkpoint) = &checkpoint {
            practising.restore(checkpoint).with_context(|| self.unusable(subject, &leg.name))?;
        } else if let Some(parent) = leg.parent {
            let lesions = &self.plans[parent].lesions;
            let parent = &self.schedule.legs[parent].name;
            let before: Checkpoint = self
                .folder
                .checkpoint_named(&checkpoint_name(subject, parent))?
                .ok_or_else(|| anyhow!("the checkpoint of {parent} of subject {subject} has gone"))?;
            practising.inherit(&before.state, lesions).with_context(|| self.unusable(subject, parent))?;
        }
        let mut lane = SoloLane::new(practising.task(), practising.lane_seed());
        while !practising.complete() {
            practising.burst(&mut lane.access());
            practising.check().with_context(|| leg.name.clone())?;
            keep(self.folder, &name, &mut book, &mut practising)?;
            if interrupt::requested().is_some() && (practising.settled() || interrupt::overdue()) {
                return Ok(practising.complete());
            }
            let mut board = lock(board);
            if board.failure.is_some() {
                return Ok(false);
            }
            let standing = &mut board.standings[unit.0][unit.1];
            (standing.steps, standing.score) = (practising.steps(), practising.score());
        }
        Ok(true)
    }

    /// The number of finished subjects, and the mean score of each group's last evaluations in the test.
    fn how_it_goes(&self, board: &Board) -> String {
        let tests = || self.schedule.groups.iter().filter_map(|legs| legs.last().copied());
        let through = |standings: &&Vec<Standing>| tests().all(|leg| standings[leg].done);
        let count = board.standings.iter().filter(through).count();
        let mut text = format!("{count}/{} subjects", self.subjects.len());
        for (group, leg) in self.groups.iter().zip(tests()) {
            let begun = board.standings.iter().map(|standings| standings[leg]).filter(|standing| standing.steps > 0);
            let scores: Vec<f64> = begun.map(|standing| standing.score).collect();
            if !scores.is_empty() {
                text.push_str(&format!("  {group} {:.2}", mean(&scores)));
            }
        }
        text
    }

    fn unusable(&self, subject: u64, leg: &str) -> String {
        format!("the checkpoint of {leg} of subject {subject} cannot be used")
    }
}

fn done(board: &Board) -> u64 {
    board.standings.iter().flatten().map(|standing| standing.steps).sum()
}

fn lock<'a>(board: &'a Mutex<Board>) -> MutexGuard<'a, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}
