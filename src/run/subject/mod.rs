//! A subject: one agent in one lane, with its own seeds, practising and being evaluated.

mod plan;
mod recorder;
mod resuming;

pub use crate::run::lesions::Lesions;
pub use plan::{Conditions, Plan};

use crate::calibration::suited;
use crate::record::{Log, Rows, Whose};
use crate::run::checkpoint::{Checkpoint, Kept};
use crate::run::evaluate::{Seen, evaluate_by, evaluate_watched};
use crate::run::interrupt;
use crate::run::lesions::lesion;
use crate::run::spare::Spare;
use anyhow::{Result, anyhow};
use etude_agents::{Agent, State, Transition};
use etude_envs::Seed;
use etude_envs::error::ActionError;
use etude_envs::gym::Occupant;
use etude_envs::lane::{Episode, LaneAccess};
use etude_envs::snapshot::{Snapshot, SnapshotError};
use etude_envs::task::Blueprint;
use std::sync::Arc;

use recorder::Recorder;

/// One agent in one lane.
pub struct Subject {
    plan: Arc<Plan>,
    /// The task as it suits the agent.
    task: Blueprint,
    index: u64,
    seed: Seed,
    agent: Box<dyn Agent>,
    steps: u64,
    episodes: u64,
    /// The trial that the last step belonged to.
    trial: u64,
    score: f64,
    /// Episodes that ended because a state was no longer finite.
    faults: u64,
    /// Steps at the last checkpoint that was taken.
    saved_at: u64,
    observation: Vec<f32>,
    action: Vec<f32>,
    recorder: Recorder,
    checkpoint_due: bool,
    checkpoint: Option<Checkpoint>,
    /// How the checkpoint that waits is to be kept beside, if it is.
    kept: Option<Kept>,
    failure: Option<Failure>,
    /// The running episode is to end with the next step.
    cut_due: bool,
    /// How long the evaluation in the log is that was made because practice was over, and nothing else.
    closing: u64,
    /// The lane in the middle of an episode, to go on with.
    lane: Option<Snapshot>,
    /// Threads that help with evaluations.
    spare: Arc<Spare>,
}

/// Why a subject cannot go on.
#[derive(Debug)]
enum Failure {
    Action(ActionError),
    Lane(SnapshotError),
}

impl Subject {
    /// A naive subject. All its randomness comes from `cohort` and `index`.
    ///
    /// # Errors
    /// An agent that cannot be made for the task.
    pub fn new(plan: &Arc<Plan>, cohort: Seed, index: u64) -> Result<Self> {
        let seed = cohort.fan("subject", index);
        let spec = plan.task.spec();
        let mut agent = plan.agent.make(spec, seed.fan("agent", 0))?;
        let task = suited(&plan.task, &*agent, seed.fan("calibration", 0))?;
        lesion(&mut *agent, &plan.lesions)?;
        // Rows name the run by its own seed.
        let recorder = Recorder::new(plan, &task, Whose { subject: index, seed: cohort.0 });
        Ok(Self {
            plan: Arc::clone(plan),
            task,
            index,
            seed,
            agent,
            steps: 0,
            episodes: 0,
            trial: 0,
            score: 0.0,
            faults: 0,
            saved_at: 0,
            observation: vec![0.0; spec.observation.len()],
            action: vec![0.0; spec.action.len()],
            recorder,
            checkpoint_due: false,
            checkpoint: None,
            kept: None,
            failure: None,
            cut_due: false,
            closing: 0,
            lane: None,
            spare: Arc::default(),
        })
    }

    /// Lets evaluations use threads that have nothing to do.
    pub fn use_spare(&mut self, spare: &Arc<Spare>) {
        self.spare = Arc::clone(spare);
    }

    /// Gives the subject's agent what it has learned before, lifts the lesions it had then and makes its own.
    ///
    /// # Errors
    /// The state of another agent.
    pub fn inherit(&mut self, state: &State, before: &Lesions) -> Result<()> {
        self.agent.load(state)?;
        lesion(&mut *self.agent, &before.keys().map(|part| (part.clone(), 0.0)).collect())?;
        lesion(&mut *self.agent, &self.plan.lesions)
    }

    /// Fits the task to the agent as it is now, where a task is fitted to agents at all.
    ///
    /// # Errors
    /// An agent whose actions are not finite.
    pub fn suit(&mut self) -> Result<()> {
        self.task = suited(&self.plan.task, &*self.agent, self.seed.fan("calibration", 0))?;
        Ok(())
    }

    /// The task that it practises: the plan's, as it suits the agent.
    pub fn task(&self) -> &Blueprint {
        &self.task
    }

    /// Lets it go on at a trial of the task's schedule.
    pub fn stand_at(&mut self, trial: u64) {
        (self.episodes, self.trial) = (trial, trial);
    }

    /// The agent, to look into it and to make lesions.
    pub fn agent_mut(&mut self) -> &mut dyn Agent {
        &mut *self.agent
    }

    /// What the agent has learned so far.
    pub fn state(&self) -> State {
        let mut state = State::new();
        self.agent.save(&mut state);
        state
    }

    /// What it did last.
    pub fn action(&self) -> &[f32] {
        &self.action
    }

    /// Whether it explores and learns.
    pub fn learning(&self) -> bool {
        self.plan.conditions.learning
    }

    /// Lets it explore and learn from now on, or not.
    pub fn set_learning(&mut self, learning: bool) {
        Arc::make_mut(&mut self.plan).conditions.learning = learning;
    }

    /// Ends the running episode with the next step; the agent takes it as cut short.
    pub fn cut_episode(&mut self) {
        self.cut_due = true;
    }

    /// Rows of the practice since they were last taken.
    pub fn rows(&mut self) -> &mut Rows {
        self.recorder.rows()
    }

    /// Index in the cohort.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The seed all its randomness comes from.
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// The seed of its practice lane.
    pub fn lane_seed(&self) -> Seed {
        self.seed.fan(self.plan.conditions.lane.0, self.plan.conditions.lane.1)
    }

    /// Env steps practised.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Episodes completed, which is the index of the running one.
    pub fn episodes(&self) -> u64 {
        self.episodes
    }

    /// Mean score of the last evaluation; 0 before the first.
    pub fn score(&self) -> f64 {
        self.score
    }

    /// Episodes so far that ended because a state was no longer finite.
    pub fn faults(&self) -> u64 {
        self.faults
    }

    /// Whether all of its practice is in a checkpoint that was taken.
    pub fn settled(&self) -> bool {
        self.steps == self.saved_at
    }

    /// Whether practice is complete.
    pub fn complete(&self) -> bool {
        self.steps >= self.plan.steps
    }

    /// Whether practice can go on.
    ///
    /// # Errors
    /// What made it impossible, with the subject's name.
    pub fn check(&self) -> Result<()> {
        let Some(failure) = &self.failure else { return Ok(()) };
        let (why, error) = match failure {
            Failure::Action(error) => {
                let agent = self.plan.agent.name();
                (format!("agent `{agent}` gave an action that cannot be carried out"), error.to_string())
            }
            Failure::Lane(error) => ("its episode cannot be resumed".into(), error.to_string()),
        };
        let place = format!("subject {} (seed {}) stopped at step {}", self.index, self.seed.0, self.steps);
        Err(anyhow!(error).context(format!("{place}: {why}")))
    }

    /// The checkpoint taken since the last call, if any.
    pub fn take_checkpoint(&mut self) -> Option<Checkpoint> {
        self.checkpoint.take()
    }

    /// How that checkpoint is to be kept beside, if it is.
    pub fn take_kept(&mut self) -> Option<Kept> {
        self.kept.take()
    }

    fn practise(&mut self, lane: &mut LaneAccess<'_>) -> Result<(), ActionError> {
        let conditions = self.plan.conditions;
        self.observation.copy_from_slice(lane.lane().observation());
        self.agent.act(&self.observation, conditions.learning, &mut self.action);
        let progress = lane.lane().progress();
        let step = lane.step(&self.action)?;
        self.steps += 1;
        self.trial = self.episodes;
        self.recorder.step(lane, progress, &self.observation, &self.action, step);
        let now = lane.lane();
        let abandoned = std::mem::take(&mut self.cut_due) && !step.ended();
        if conditions.learning {
            let last = conditions.ends_with_cut && self.complete();
            let cut = (last || abandoned) && !step.terminated;
            self.agent.learn(&Transition {
                observation: &self.observation,
                action: &self.action,
                reward: if conditions.reward { step.reward } else { 0.0 },
                next_observation: if step.ended() { now.final_observation() } else { now.observation() },
                terminated: step.terminated,
                truncated: step.truncated || cut,
            });
        }
        self.recorder.signals(self.steps, &*self.agent);
        self.recorder.units(self.steps, self.episodes, &self.observation, &*self.agent);
        let kept = step.ended().then(|| self.plan.kept_in(u64::from(now.last_episode().length), self.steps)).flatten();
        if step.ended() {
            self.faults += u64::from(now.last_episode().fault.is_some());
            self.recorder.episode(self.steps, now.last_episode());
            self.episodes += 1;
            if now.rest() > 0.0 && conditions.learning {
                self.agent.rest(f64::from(now.rest()));
            }
            if now.night() && conditions.learning {
                self.agent.sleep();
            }
        }
        if abandoned {
            self.episodes += 1;
            lane.begin(self.episodes);
        }
        let (planned, score) = (self.plan.evaluates_at(self.steps), self.score);
        if planned || self.complete() {
            let before = self.rows().of(Log::Evaluations).len();
            self.evaluate(planned)?;
            self.closing = if planned { 0 } else { (self.rows().of(Log::Evaluations).len() - before) as u64 };
            self.checkpoint_due = true;
        }
        if let Some(at) = kept {
            self.checkpoint_due = true;
            self.kept = Some(Kept { at, score: if self.closing > 0 { score } else { self.score } });
        }
        // Between episodes a lane holds nothing that its seed does not give back.
        let due = self.checkpoint_due || interrupt::requested().is_some();
        if self.complete() || (due && step.ended()) {
            self.save();
            if !step.ended() && !abandoned && !conditions.ends_with_cut {
                // Practice may be made longer later, and then goes on in the middle of this episode.
                let lane = lane.snapshot().to_bytes();
                self.checkpoint.iter_mut().for_each(|checkpoint| checkpoint.lane.clone_from(&lane));
            }
        }
        Ok(())
    }

    /// Takes a checkpoint, whose rows are those that wait and all before them.
    fn save(&mut self) {
        self.checkpoint_due = false;
        self.saved_at = self.steps;
        self.checkpoint = Some(self.to_checkpoint());
    }

    /// Evaluates a copy of the agent, learning disabled, on lanes of its own; see [`evaluate()`]. An evaluation that is not planned
    /// is none of a longer run.
    fn evaluate(&mut self, planned: bool) -> Result<(), ActionError> {
        let agent = &mut *self.agent.clone_agent();
        let place = self.examined_at();
        let episodes = self.plan.evaluation_episodes;
        let helpers = self.spare.lend(usize::try_from(episodes.saturating_sub(1)).unwrap_or(usize::MAX));
        let lanes = self.evaluation_lanes();
        let episodes = evaluate_by(agent, &self.task, lanes, place, episodes, helpers.threads())?;
        drop(helpers);
        let trial = self.task.scheduled().then_some(place.1);
        self.score = self.recorder.evaluation(self.steps, trial, &episodes, planned);
        Ok(())
    }

    /// Watches the first episode of an evaluation of the subject as it is; nothing of it is recorded.
    ///
    /// # Errors
    /// An agent that acts in numbers that are not finite.
    pub fn watch_evaluation(&self, watch: &mut dyn FnMut(&Seen<'_>)) -> Result<Episode, ActionError> {
        let agent = &mut *self.agent.clone_agent();
        let mut episodes = evaluate_watched(agent, &self.task, self.evaluation_lanes(), self.examined_at(), 1, watch)?;
        Ok(episodes.pop().unwrap_or_default())
    }

    /// The seed of its practice lane, and the trial on which it is evaluated.
    fn examined_at(&self) -> (Seed, u64) {
        (self.lane_seed(), self.task.telling_trial(self.trial))
    }

    /// Where the seeds of all its evaluations come from.
    fn evaluation_lanes(&self) -> (Seed, &'static str) {
        (self.seed, "evaluation")
    }
}

impl Occupant for Subject {
    fn burst(&mut self, lane: &mut LaneAccess<'_>) {
        self.practise_for(self.plan.burst, lane);
    }
}

impl Subject {
    /// Practises up to so many env steps: fewer if practice is complete, impossible, or a checkpoint waits to be taken.
    pub fn practise_for(&mut self, steps: u64, lane: &mut LaneAccess<'_>) {
        if let Some(snapshot) = self.lane.take()
            && let Err(error) = lane.restore(&snapshot)
        {
            self.failure = Some(Failure::Lane(error));
            return;
        }
        if lane.lane().progress().0 != self.episodes {
            // A subject that was restored goes on with its next episode.
            lane.begin(self.episodes);
        }
        for _ in 0..steps {
            if self.complete() || self.failure.is_some() || self.checkpoint.is_some() {
                return;
            }
            if interrupt::requested().is_some() && (self.settled() || interrupt::overdue()) {
                return;
            }
            let first = self.plan.conditions.evaluate_first && self.steps == 0;
            let evaluated = if first { self.evaluate(true) } else { Ok(()) };
            if let Err(error) = evaluated.and_then(|()| self.practise(lane)) {
                self.failure = Some(Failure::Action(error));
            }
        }
    }
}
