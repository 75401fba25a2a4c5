//! A subject: one agent in one lane, with its own seeds, practising and being evaluated.

use crate::calibration::suited;
use crate::catalog::AgentBlueprint;
use crate::record::{Log, Marks, Rows, StepRow, Whose, episode_row, evaluation_row, scalar_event, step_row, units_row};
use crate::run::checkpoint::Checkpoint;
use crate::run::evaluate::{Seen, evaluate, evaluate_watched};
use crate::run::interrupt;
use crate::run::lesions::lesion;
use anyhow::{Result, anyhow};
use etude_agents::{Agent, State, Transition};
use etude_envs::Seed;
use etude_envs::error::ActionError;
use etude_envs::gym::Occupant;
use etude_envs::lane::{Episode, LaneAccess, Step};
use etude_envs::snapshot::{Snapshot, SnapshotError};
use etude_envs::space::Role;
use etude_envs::task::{Blueprint, TaskSpec};
use std::io::Write;
use std::sync::Arc;

pub use crate::run::lesions::Lesions;

/// What every subject of a cohort does.
#[derive(Clone)]
pub struct Plan {
    /// The task that is practised.
    pub task: Blueprint,
    /// The agent that practises.
    pub agent: AgentBlueprint,
    /// Env steps of practice.
    pub steps: u64,
    /// Env steps between evaluations.
    pub evaluate_every: u64,
    /// Env steps at which it is evaluated besides.
    pub evaluate_at: Vec<u64>,
    /// Episodes in an evaluation.
    pub evaluation_episodes: u64,
    /// Env steps between records of the agent's signals; none are recorded at 0.
    pub signals_every: u64,
    /// Env steps between records of the activity of the agent's units; none is recorded at 0.
    pub units_every: u64,
    /// Whether every env step is recorded.
    pub record_steps: bool,
    /// Whether what is recorded is also written as TensorBoard reads it.
    pub tensorboard: bool,
    /// Env steps between checkpoints that are kept, a multiple of those between evaluations; none is kept at 0.
    pub keep_checkpoints_every: u64,
    /// Env steps in one burst.
    pub burst: u64,
    /// Under what conditions the steps are practised.
    pub conditions: Conditions,
    /// Parts of the agent that are switched off.
    pub lesions: Lesions,
}

impl Plan {
    /// Whether there is an evaluation after so many steps, other than the last one.
    fn evaluates_at(&self, steps: u64) -> bool {
        steps.is_multiple_of(self.evaluate_every) || self.evaluate_at.binary_search(&steps).is_ok()
    }

    /// The last of the times to keep a checkpoint that lies within an episode which ended after so many steps of all, if there is
    /// one. It follows from the episode alone, whatever was killed or taken up again before.
    fn kept_in(&self, length: u64, steps: u64) -> Option<u64> {
        let last = steps.checked_div(self.keep_checkpoints_every)? * self.keep_checkpoints_every;
        (last > 0 && last > steps.saturating_sub(length)).then_some(last)
    }
}

/// Under what conditions a block is practised. The default is plain practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// Whether the agent explores and learns.
    pub learning: bool,
    /// Whether it gets the task's reward, or 0 in its place.
    pub reward: bool,
    /// Whether it is evaluated before the first step, too.
    pub evaluate_first: bool,
    /// Whether the last episode is cut short at the end, so that nothing of it reaches into what is practised next.
    pub ends_with_cut: bool,
    /// The purpose and index by which the lane's seed is fanned out from the subject's.
    pub lane: (&'static str, u64),
}

impl Default for Conditions {
    fn default() -> Self {
        Self { learning: true, reward: true, evaluate_first: true, ends_with_cut: false, lane: ("lane", 0) }
    }
}

/// One agent in one lane.
pub struct Subject {
    plan: Arc<Plan>,
    /// The task as it suits the agent.
    task: Blueprint,
    index: u64,
    /// The run's own seed, by which rows name what was run.
    run_seed: Seed,
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
    /// The task's state after a step, if steps are recorded.
    task_state: Vec<f32>,
    rows: Rows,
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
    /// Where it is observed what is aimed at, if anything is.
    aims: Option<[usize; 2]>,
}

/// How a checkpoint is kept beside the one that is gone on from: as if practice went on, even where it is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kept {
    /// Env steps by which it is named: the episode in which they were taken has ended with it.
    pub at: u64,
    /// Mean score of the last evaluation that longer practice has, too.
    pub score: f64,
}

/// Why a subject cannot go on.
#[derive(Debug)]
enum Failure {
    Action(ActionError),
    Lane(SnapshotError),
}

/// Most steps of which a subject's units are recorded: a recording of a hundred units stays below some tens of megabytes.
pub const MOST_RECORDED: u64 = 50_000;

impl Subject {
    /// A naive subject. All its randomness comes from `cohort` and `index`.
    ///
    /// # Errors
    /// An agent that cannot be made for the task.
    pub fn new(plan: &Arc<Plan>, cohort: Seed, index: u64) -> Result<Self> {
        let seed = cohort.fan("subject", index);
        let spec = plan.task.spec();
        let mut agent = plan
            .agent
            .make(spec, seed.fan("agent", 0))
            .map_err(|error| anyhow!("agent `{}` cannot practise {}: {error}", plan.agent.name(), spec.id))?;
        let task = suited(&plan.task, &*agent, seed.fan("calibration", 0))?;
        lesion(&mut *agent, &plan.lesions)?;
        let state = if plan.record_steps { task.make().state_fields().len() } else { 0 };
        Ok(Self {
            plan: Arc::clone(plan),
            task,
            index,
            run_seed: cohort,
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
            task_state: vec![0.0; state],
            rows: Rows::default(),
            checkpoint_due: false,
            checkpoint: None,
            kept: None,
            failure: None,
            cut_due: false,
            closing: 0,
            lane: None,
            aims: aims(spec),
        })
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

    /// Puts a subject back to where a checkpoint of it was taken.
    ///
    /// # Errors
    /// A checkpoint of another subject, task or agent.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        if (checkpoint.subject, checkpoint.seed) != (self.index, self.seed.0) {
            return Err(anyhow!(
                "it belongs to subject {} with seed {}; expected subject {} with seed {}",
                checkpoint.subject,
                checkpoint.seed,
                self.index,
                self.seed.0
            ));
        }
        if checkpoint.task_yaml != self.task.yaml() {
            return Err(anyhow!("it is for {} with other settings than {}", checkpoint.task, self.plan.task.spec().id));
        }
        self.agent.load(&checkpoint.state)?;
        (self.steps, self.saved_at) = (checkpoint.steps, checkpoint.steps);
        (self.episodes, self.trial) = (checkpoint.episode, checkpoint.trial);
        (self.score, self.faults) = (checkpoint.score, checkpoint.faults);
        self.closing = checkpoint.closing;
        if !checkpoint.lane.is_empty() && !self.complete() {
            self.lane = Some(Snapshot::from_bytes(&checkpoint.lane)?);
        }
        Ok(())
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
        &mut self.rows
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
        if self.plan.record_steps {
            self.record_step(lane, progress, step);
        }
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
        if self.plan.signals_every > 0 && self.steps.is_multiple_of(self.plan.signals_every) {
            self.record_signals();
        }
        if self.plan.units_every > 0 && self.steps.is_multiple_of(self.plan.units_every) {
            self.record_units();
        }
        let kept = step.ended().then(|| self.plan.kept_in(u64::from(now.last_episode().length), self.steps)).flatten();
        if step.ended() {
            self.record_episode(now.last_episode());
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
            let before = self.rows.of(Log::Evaluations).len();
            self.evaluate(planned)?;
            self.closing = if planned { 0 } else { (self.rows.of(Log::Evaluations).len() - before) as u64 };
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
        let place = (self.lane_seed(), self.trial);
        let episodes = evaluate(agent, &self.task, self.evaluation_lanes(), place, self.plan.evaluation_episodes)?;
        let trial = self.task.scheduled().then_some(self.trial);
        let whose = self.whose();
        self.score = evaluation_row(self.rows.of(Log::Evaluations), whose, self.steps, trial, &episodes);
        if self.plan.tensorboard && planned {
            let mean =
                |of: fn(&Episode) -> f64| (episodes.iter().map(of).sum::<f64>() / episodes.len().max(1) as f64) as f32;
            self.record_event("evaluation/score", self.score as f32);
            self.record_event("evaluation/return", mean(|episode| episode.total_reward));
            self.record_event("evaluation/length", mean(|episode| f64::from(episode.length)));
        }
        Ok(())
    }

    /// Watches the first episode of an evaluation of the subject as it is; nothing of it is recorded.
    ///
    /// # Errors
    /// An agent that acts in numbers that are not finite.
    pub fn watch_evaluation(&self, watch: &mut dyn FnMut(&Seen<'_>)) -> Result<Episode, ActionError> {
        let agent = &mut *self.agent.clone_agent();
        let place = (self.lane_seed(), self.trial);
        let mut episodes = evaluate_watched(agent, &self.task, self.evaluation_lanes(), place, 1, watch)?;
        Ok(episodes.pop().unwrap_or_default())
    }

    /// Where the seeds of all its evaluations come from.
    fn evaluation_lanes(&self) -> (Seed, &'static str) {
        (self.seed, "evaluation")
    }

    /// Records a number for TensorBoard; one that was not measured is left out.
    fn record_event(&mut self, tag: &str, value: f32) {
        if value.is_finite() {
            let time = self.steps as f64 * f64::from(self.task.spec().physics.control_interval());
            scalar_event(self.rows.of(Log::Events), self.steps, time, tag, value);
        }
    }

    fn whose(&self) -> Whose {
        Whose { subject: self.index, seed: self.run_seed.0 }
    }

    fn record_episode(&mut self, episode: &Episode) {
        self.faults += u64::from(episode.fault.is_some());
        let whose = self.whose();
        episode_row(self.rows.of(Log::Episodes), whose, self.steps, episode);
        if self.plan.tensorboard {
            self.record_event("episode/score", episode.score);
            self.record_event("episode/return", episode.total_reward as f32);
            self.record_event("episode/length", episode.length as f32);
            let spec = Arc::clone(self.task.spec());
            for (metric, &value) in spec.metrics.iter().zip(&episode.metrics) {
                self.record_event(&format!("episode/{}", metric.name), value);
            }
        }
    }

    /// Records the step that has just been taken, of the episode and with the index in it that `progress` tells.
    fn record_step(&mut self, lane: &LaneAccess<'_>, (episode, index): (u64, u32), outcome: Step) {
        lane.state(&mut self.task_state);
        let row = StepRow {
            subject: self.index,
            episode,
            step: u64::from(index),
            observation: &self.observation,
            action: &self.action,
            outcome,
            state: &self.task_state,
        };
        step_row(self.rows.of(Log::Steps), &row);
    }

    fn record_signals(&mut self) {
        let (index, steps, tensorboard) = (self.index, self.steps, self.plan.tensorboard);
        let time = steps as f64 * f64::from(self.task.spec().physics.control_interval());
        let rows = &mut self.rows;
        self.agent.signals(&mut |name, value| {
            let _ = writeln!(rows.of(Log::Signals), "{index},{steps},{name},{value}");
            if tensorboard && value.is_finite() {
                scalar_event(rows.of(Log::Events), steps, time, &format!("signal/{name}"), value);
            }
        });
    }

    /// Records what the units did in this step, the first [`MOST_RECORDED`] times.
    fn record_units(&mut self) {
        if self.steps / self.plan.units_every > MOST_RECORDED {
            return;
        }
        let (steps, episode, aims) = (self.steps, self.episodes, self.aims);
        let aim = aims.map(|aims| aims.map(|index| self.observation[index]));
        let rows = self.rows.of(Log::Units);
        self.agent.activity(&mut |population, activity| units_row(rows, steps, episode, population, aim, activity));
    }

    fn to_checkpoint(&self) -> Checkpoint {
        Checkpoint {
            task_yaml: self.task.yaml(),
            task: self.plan.task.spec().id.clone(),
            agent: self.plan.agent.name().into(),
            agent_yaml: self.plan.agent.yaml().into(),
            subject: self.index,
            seed: self.seed.0,
            steps: self.steps,
            episode: self.episodes,
            trial: self.trial,
            score: self.score,
            faults: self.faults,
            complete: self.complete(),
            state: self.state(),
            lane: Vec::new(),
            closing: self.closing,
            // Whoever writes the rows knows how far they have come then.
            logs: Marks::default(),
        }
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

/// Where the aim is observed along two axes.
fn aims(spec: &TaskSpec) -> Option<[usize; 2]> {
    let find = |axis| spec.observation.fields().iter().position(|field| field.role == Role::Aim { axis });
    Some([find(0)?, find(1)?])
}
