//! What an evaluation is: some episodes of an agent that neither explores nor learns, on lanes of its own.

use etude_agents::Agent;
use etude_envs::Seed;
use etude_envs::error::ActionError;
use etude_envs::lane::{Episode, LaneAccess, SoloLane, Step};
use etude_envs::task::Blueprint;

/// Episodes for which room is made beforehand.
const MOST_RESERVED: u64 = 1_000;

/// What an evaluation is, for tables and reports.
pub fn in_words(scheduled: bool) -> &'static str {
    if scheduled {
        "learning disabled, on new draws of the trial that practice has reached in the task's schedule"
    } else {
        "learning disabled, always on the same episodes"
    }
}

/// Lets an agent act without exploring or learning for some episodes, on lanes whose seeds are fanned out from `lanes` by that
/// name. Of a task that is no schedule they are the first episodes of a lane, always the same; of a schedule they are trials
/// in the place of one, each of a lane of its own: the perturbation is that of the trial where practice stands, whatever
/// comes next, and targets and starts are drawn anew. `place` says the seed of the lane that is practised in, which random
/// perturbations follow from, and the trial.
///
/// # Errors
/// An agent that writes actions which are not finite.
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
    /// Episodes before this one, and steps of it before this one.
    pub episode: u64,
    /// See `episode`.
    pub step: u64,
    /// What was observed and done.
    pub observation: &'a [f32],
    /// See `observation`.
    pub action: &'a [f32],
    /// What came of it.
    pub outcome: Step,
    /// The lane.
    pub lane: &'a LaneAccess<'a>,
}

/// The same, watched at every step.
///
/// # Errors
/// Those of [`evaluate()`].
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
