//! Evaluations: episodes of an agent that neither explores nor learns, on separate lanes.

use etude_agents::Agent;
use etude_envs::Seed;
use etude_envs::error::ActionError;
use etude_envs::lane::{Episode, LaneAccess, SoloLane, Step};
use etude_envs::task::Blueprint;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Number of episodes for which memory is reserved.
const MOST_RESERVED: u64 = 1_000;

/// Description of evaluations, for tables and reports.
pub fn in_words(scheduled: bool) -> &'static str {
    if scheduled {
        "learning disabled, on new draws of the trial that practice has reached in the task's schedule"
    } else {
        "learning disabled, always on the same episodes"
    }
}

/// Lets an agent act without exploring or learning for some episodes, on lanes whose seeds are derived from `lanes`
/// under that name. For a task without a schedule, these are always the same first episodes of a lane. For a schedule,
/// they are trials with the perturbation of the trial that practice has reached, each on its own lane, with new draws
/// of targets and starts. `place` gives the seed of the practice lane, from which random perturbations follow, and the
/// trial.
///
/// # Errors
/// An agent with non-finite actions.
pub fn evaluate(
    agent: &mut dyn Agent,
    task: &Blueprint,
    lanes: (Seed, &str),
    place: (Seed, u64),
    episodes: u64,
) -> Result<Vec<Episode>, ActionError> {
    evaluate_watched(agent, task, lanes, place, episodes, &mut |_| {})
}

/// Like [`evaluate()`], with the help of so many more threads, or fewer where the system gives no more. The result is the same to
/// the last bit: episodes do not depend on one another, and an agent that is not [repeatable](Agent::repeatable) gets no help.
///
/// # Errors
/// The errors of [`evaluate()`].
pub fn evaluate_by(
    agent: &mut dyn Agent,
    task: &Blueprint,
    lanes: (Seed, &str),
    place: (Seed, u64),
    episodes: u64,
    helpers: usize,
) -> Result<Vec<Episode>, ActionError> {
    if helpers == 0 || episodes < 2 || !agent.repeatable() {
        return evaluate(agent, task, lanes, place, episodes);
    }
    let (next, done) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let work = |agent: &mut dyn Agent| {
        let mut examination = Examination::new(task, lanes, place);
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= episodes {
                return;
            }
            let episode = examination.episode(agent, index, &mut |_| {});
            if episode.is_err() {
                next.store(episodes, Ordering::Relaxed);
            }
            done.lock().unwrap_or_else(PoisonError::into_inner).push((index, episode));
        }
    };
    thread::scope(|scope| {
        for _ in 0..helpers {
            let (mut copy, work) = (agent.clone_agent(), &work);
            if thread::Builder::new().spawn_scoped(scope, move || work(&mut *copy)).is_err() {
                break;
            }
        }
        work(agent);
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, episode)| episode).collect()
}

/// A step of an evaluation, after it was taken.
pub struct Seen<'a> {
    /// Number of episodes before this one, and of steps of the episode before this one.
    pub episode: u64,
    /// See `episode`.
    pub step: u64,
    /// The observation and the action.
    pub observation: &'a [f32],
    /// See `observation`.
    pub action: &'a [f32],
    /// The outcome.
    pub outcome: Step,
    /// The lane.
    pub lane: &'a LaneAccess<'a>,
}

/// Like [`evaluate()`], with a callback after every step.
///
/// # Errors
/// The errors of [`evaluate()`].
pub fn evaluate_watched(
    agent: &mut dyn Agent,
    task: &Blueprint,
    lanes: (Seed, &str),
    place: (Seed, u64),
    episodes: u64,
    watch: &mut dyn FnMut(&Seen<'_>),
) -> Result<Vec<Episode>, ActionError> {
    let mut examination = Examination::new(task, lanes, place);
    let mut done = Vec::with_capacity(episodes.min(MOST_RESERVED) as usize);
    for index in 0..episodes {
        done.push(examination.episode(agent, index, watch)?);
    }
    Ok(done)
}

/// A place where episodes of an evaluation are gone through, in any order.
struct Examination<'a> {
    task: &'a Blueprint,
    lanes: (Seed, &'a str),
    place: (Seed, u64),
    lane: SoloLane,
    observation: Vec<f32>,
    action: Vec<f32>,
}

impl<'a> Examination<'a> {
    fn new(task: &'a Blueprint, lanes: (Seed, &'a str), place: (Seed, u64)) -> Self {
        Self {
            task,
            lanes,
            place,
            lane: SoloLane::new(task, lanes.0.fan(lanes.1, 0)),
            observation: vec![0.0; task.spec().observation.len()],
            action: vec![0.0; task.spec().action.len()],
        }
    }

    fn episode(
        &mut self,
        agent: &mut dyn Agent,
        index: u64,
        watch: &mut dyn FnMut(&Seen<'_>),
    ) -> Result<Episode, ActionError> {
        if self.task.scheduled() {
            let (course, trial) = self.place;
            self.lane = SoloLane::new(self.task, self.lanes.0.fan(self.lanes.1, index)).following(course);
            self.lane.access().begin(trial);
        } else if self.lane.lane().progress() != (index, 0) {
            self.lane.access().begin(index);
        }
        for step in 0.. {
            self.observation.copy_from_slice(self.lane.lane().observation());
            agent.act(&self.observation, false, &mut self.action);
            let mut access = self.lane.access();
            let outcome = access.step(&self.action)?;
            watch(&Seen {
                episode: index,
                step,
                observation: &self.observation,
                action: &self.action,
                outcome,
                lane: &access,
            });
            if outcome.ended() {
                break;
            }
        }
        Ok(self.lane.lane().last_episode().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn with_help_it_is_the_same_to_the_last_bit() {
        let catalog = Catalog::default();
        for id in ["cycling/rough-v0", "fretting/guitar-blind-v0", "reaching/adaptation-v1", "cursor/turned-25-v0"] {
            let task = catalog.tasks.task(id).unwrap();
            // Every agent that comes with the program, also one that draws its guesses.
            for name in catalog.agent_names() {
                let agent = catalog.agent(&name).unwrap().make(task.spec(), Seed(4)).unwrap();
                let task = crate::calibration::suited(&task, &*agent, Seed(5)).unwrap();
                let (lanes, place) = ((Seed(6), "evaluation"), (Seed(7), 30));
                let alone = evaluate(&mut *agent.clone_agent(), &task, lanes, place, 7).unwrap();
                for helpers in [1, 3, 20] {
                    let helped = evaluate_by(&mut *agent.clone_agent(), &task, lanes, place, 7, helpers).unwrap();
                    // Metrics that were not measured are not equal to themselves.
                    assert_eq!(format!("{helped:?}"), format!("{alone:?}"), "{name} in {id} with {helpers}");
                }
            }
        }
    }
}
