//! What is recorded of a subject: rows of its episodes, evaluations, steps, signals and units.

use super::plan::Plan;
use crate::record::{Log, Rows, StepRow, Whose, episode_row, evaluation_row, scalar_event, step_row, units_row};
use etude_agents::Agent;
use etude_envs::lane::{Episode, LaneAccess, Step};
use etude_envs::space::Role;
use etude_envs::task::{Blueprint, TaskSpec};
use std::io::Write;
use std::sync::Arc;

/// Most steps of which a subject's units are recorded: a recording of a hundred units stays below some tens of megabytes.
const MOST_RECORDED: u64 = 50_000;

/// Records what a plan wants recorded of a subject.
pub(super) struct Recorder {
    whose: Whose,
    task: Arc<TaskSpec>,
    signals_every: u64,
    units_every: u64,
    record_steps: bool,
    tensorboard: bool,
    /// The task's state after a step, if steps are recorded.
    task_state: Vec<f32>,
    /// Where it is observed what is aimed at, if anything is.
    aims: Option<[usize; 2]>,
    rows: Rows,
}

impl Recorder {
    /// A recorder without rows, for a subject that practises a task.
    pub(super) fn new(plan: &Plan, task: &Blueprint, whose: Whose) -> Self {
        let state = if plan.record_steps { task.make().state_fields().len() } else { 0 };
        Self {
            whose,
            task: Arc::clone(task.spec()),
            signals_every: plan.signals_every,
            units_every: plan.units_every,
            record_steps: plan.record_steps,
            tensorboard: plan.tensorboard,
            task_state: vec![0.0; state],
            aims: aims(task.spec()),
            rows: Rows::default(),
        }
    }

    /// Rows since they were last taken.
    pub(super) fn rows(&mut self) -> &mut Rows {
        &mut self.rows
    }

    /// An episode of practice that ended after so many env steps of all.
    pub(super) fn episode(&mut self, steps: u64, episode: &Episode) {
        episode_row(self.rows.of(Log::Episodes), self.whose, steps, episode);
        if self.tensorboard {
            self.event(steps, "episode/score", episode.score);
            self.event(steps, "episode/return", episode.total_reward as f32);
            self.event(steps, "episode/length", episode.length as f32);
            let task = Arc::clone(&self.task);
            for (metric, &value) in task.metrics.iter().zip(&episode.metrics) {
                self.event(steps, &format!("episode/{}", metric.name), value);
            }
        }
    }

    /// An evaluation after so many env steps, of a trial of the task's schedule if it is one; returns the mean score. TensorBoard
    /// gets those that were planned.
    pub(super) fn evaluation(&mut self, steps: u64, trial: Option<u64>, episodes: &[Episode], planned: bool) -> f64 {
        let score = evaluation_row(self.rows.of(Log::Evaluations), self.whose, steps, trial, episodes);
        if self.tensorboard && planned {
            let mean =
                |of: fn(&Episode) -> f64| (episodes.iter().map(of).sum::<f64>() / episodes.len().max(1) as f64) as f32;
            self.event(steps, "evaluation/score", score as f32);
            self.event(steps, "evaluation/return", mean(|episode| episode.total_reward));
            self.event(steps, "evaluation/length", mean(|episode| f64::from(episode.length)));
        }
        score
    }

    /// The step that has just been taken, of the episode and with the index in it that `progress` tells.
    pub(super) fn step(
        &mut self,
        lane: &LaneAccess<'_>,
        (episode, index): (u64, u32),
        observation: &[f32],
        action: &[f32],
        outcome: Step,
    ) {
        if !self.record_steps {
            return;
        }
        lane.state(&mut self.task_state);
        let row = StepRow {
            subject: self.whose.subject,
            episode,
            step: u64::from(index),
            observation,
            action,
            outcome,
            state: &self.task_state,
        };
        step_row(self.rows.of(Log::Steps), &row);
    }

    /// The agent's signals, if they are due after so many env steps.
    pub(super) fn signals(&mut self, steps: u64, agent: &dyn Agent) {
        if !due(steps, self.signals_every) {
            return;
        }
        let (subject, time, tensorboard) = (self.whose.subject, self.time(steps), self.tensorboard);
        let rows = &mut self.rows;
        agent.signals(&mut |name, value| {
            let _ = writeln!(rows.of(Log::Signals), "{subject},{steps},{name},{value}");
            if tensorboard && value.is_finite() {
                scalar_event(rows.of(Log::Events), steps, time, &format!("signal/{name}"), value);
            }
        });
    }

    /// What the agent's units did in this step of an episode, if they are due, the first [`MOST_RECORDED`] times.
    pub(super) fn units(&mut self, steps: u64, episode: u64, observation: &[f32], agent: &dyn Agent) {
        if !due(steps, self.units_every) || steps / self.units_every > MOST_RECORDED {
            return;
        }
        let aim = self.aims.map(|aims| aims.map(|index| observation[index]));
        let rows = self.rows.of(Log::Units);
        agent.activity(&mut |population, activity| units_row(rows, steps, episode, population, aim, activity));
    }

    /// A number for TensorBoard; one that was not measured is left out.
    fn event(&mut self, steps: u64, tag: &str, value: f32) {
        if value.is_finite() {
            let time = self.time(steps);
            scalar_event(self.rows.of(Log::Events), steps, time, tag, value);
        }
    }

    /// Simulated time of so many env steps, in s.
    fn time(&self, steps: u64) -> f64 {
        steps as f64 * f64::from(self.task.physics.control_interval())
    }
}

/// Whether something that happens every so many env steps does after these; never if that is 0.
fn due(steps: u64, every: u64) -> bool {
    every > 0 && steps.is_multiple_of(every)
}

/// Where the aim is observed along two axes.
fn aims(spec: &TaskSpec) -> Option<[usize; 2]> {
    let find = |axis| spec.observation.fields().iter().position(|field| field.role == Role::Aim { axis });
    Some([find(0)?, find(1)?])
}
