//! Evaluations: episodes of an agent that neither explores nor learns, on separate lanes.

use etude_agents::Agent;
use etude_envs::Seed;
use etude_envs::error::ActionError;
use etude_envs::lane::{Episode, LaneAccess, SoloLane, Step};
use etude_envs::task::Blueprint;

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
    let mut observation = vec![0.0; task.spec().observation.len()];
    let mut action = vec![0.0; task.spec().action.len()];
    let mut done = Vec::with_capacity(episodes.min(MOST_RESERVED) as usize);
    let mut lane = SoloLane::new(task, lanes.0.fan(lanes.1, 0));
    while (done.len() as u64) < episodes {
        if task.scheduled() {
            let (course, trial) = place;
            lane = SoloLane::new(task, lanes.0.fan(lanes.1, done.len() as u64)).following(course);
            lane.access().begin(trial);
        }
        for step in 0.. {
            observation.copy_from_slice(lane.lane().observation());
            agent.act(&observation, false, &mut action);
            let mut access = lane.access();
            let outcome = access.step(&action)?;
            let episode = done.len() as u64;
            watch(&Seen { episode, step, observation: &observation, action: &action, outcome, lane: &access });
            if outcome.ended() {
                break;
            }
        }
        done.push(lane.lane().last_episode().clone());
    }
    Ok(done)
}
