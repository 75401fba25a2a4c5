//! Runs an agent through reaching trials.

use super::setting::Setting;
use crate::catalog::AgentBlueprint;
use crate::crew::crew;
use crate::stats::mean;
use anyhow::{Context, Result, anyhow};
use etude_agents::{Agent, Transition};
use etude_envs::Seed;
use etude_envs::document::Document;
use etude_envs::lane::{Lane, SoloLane, Step};
use etude_envs::task::Blueprint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Number of targets in a cycle of the built-in tasks.
pub const CYCLE: usize = 8;
/// Direction of the first target, in degrees: straight ahead.
const TARGET: f64 = 90.0;
/// Strength of the built-in curl fields, in N·s/m, which counts as 1.
pub const CURL: f64 = 13.0;

/// Measures of a completed trial.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trial {
    /// Index of its block in the schedule.
    pub block: usize,
    /// Whether it was an error-clamp trial.
    pub clamped: bool,
    /// Strength of its field, as applied.
    pub strength: f64,
    /// Largest deviation of the hand from the straight path, positive to the left, in mm.
    pub deviation: f64,
    /// Launch direction of the cursor and direction of its end, relative to the target, in degrees.
    pub launch_angle: f64,
    pub end_angle: f64,
    /// Adaptation index, in an error-clamp trial.
    pub index: f64,
    /// Reward of the trial.
    pub reward: f64,
    /// Predicted direction of the cursor's end relative to the hand, in degrees; `None` if the agent does not predict
    /// the cursor.
    pub predicted_turn: Option<f64>,
}

/// What the agent does in a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lesson {
    /// The agent explores and learns.
    Learnt,
    /// The agent explores and learns, but receives no reward.
    Untold,
    /// The agent neither explores nor learns.
    Shown,
}

impl Lesson {
    /// Lets an agent learn from a step that a lane has taken, if it is to learn.
    pub fn teach(self, agent: &mut dyn Agent, observation: &[f32], action: &[f32], lane: &Lane, step: Step) {
        if self == Lesson::Shown {
            return;
        }
        agent.learn(&Transition {
            observation,
            action,
            // A reward that is no number is one that was not told.
            reward: if self == Lesson::Learnt { step.reward } else { f32::NAN },
            next_observation: if step.ended() { lane.final_observation() } else { lane.observation() },
            terminated: step.terminated,
            truncated: step.truncated,
        });
    }
}

/// A step of a trial, after the agent has acted.
pub struct Moment<'a> {
    /// Number of trials before this one.
    pub trial: usize,
    /// Direction of its target, in degrees.
    pub target: f64,
    /// Whether the hand should be moving.
    pub moving: bool,
    /// The agent.
    pub agent: &'a dyn Agent,
}

/// An agent in the lane of a task.
pub struct Session {
    /// The agent.
    pub agent: Box<dyn Agent>,
    lane: SoloLane,
    columns: [usize; 7],
    /// Indices of the hand's position in the observation.
    hand: [usize; 2],
    target: [usize; 2],
    /// Indices of the hand's desired velocity in the observation.
    desired_rate: [usize; 2],
    observation: Vec<f32>,
    action: Vec<f32>,
}

impl Session {
    /// A naive agent at the start of a task. The lane's trials depend only on the subject's seed, so that all agents
    /// get the same trials.
    ///
    /// # Errors
    /// An agent that does not fit the task, or a task of another family.
    pub fn new(agent: &AgentBlueprint, task: &Blueprint, subject: Seed) -> Result<Session> {
        let spec = task.spec();
        let column = |name: &str| {
            let found = spec.metric(name);
            found.with_context(|| format!("{} has no `{name}`", spec.id))
        };
        let field = |name: &str| spec.observation.index(name).with_context(|| format!("{} has no `{name}`", spec.id));
        Ok(Session {
            agent: agent.make(spec, subject.fan("agent", 0))?,
            lane: SoloLane::new(task, subject.fan("lane", 0)),
            columns: [
                column("block")?,
                column("clamped")?,
                column("field_strength")?,
                column("hand_deviation_mm")?,
                column("launch_angle_deg")?,
                column("end_angle_deg")?,
                column("adaptation_index")?,
            ],
            hand: [field("hand_x")?, field("hand_y")?],
            target: [field("target_x")?, field("target_y")?],
            desired_rate: [field("desired_rate_x")?, field("desired_rate_y")?],
            observation: vec![0.0; spec.observation.len()],
            action: vec![0.0; spec.action.len()],
        })
    }

    /// Runs the next trials.
    ///
    /// # Errors
    /// An agent with non-finite actions, or a fault of physics.
    pub fn trials(&mut self, count: usize, lesson: Lesson) -> Result<Vec<Trial>> {
        self.watched(count, lesson, &mut |_| {})
    }

    /// Like [`Session::trials`], with a callback in every step.
    ///
    /// # Errors
    /// The errors of [`Session::trials`].
    pub fn watched(&mut self, count: usize, lesson: Lesson, watch: &mut dyn FnMut(&Moment<'_>)) -> Result<Vec<Trial>> {
        let mut done = Vec::with_capacity(count);
        while done.len() < count {
            self.observation.copy_from_slice(self.lane.lane().observation());
            self.agent.act(&self.observation, lesson != Lesson::Shown, &mut self.action);
            let [x, y] = self.target.map(|index| f64::from(self.observation[index]));
            let target = y.atan2(x).to_degrees();
            let moving = self.desired_rate.iter().any(|&index| self.observation[index] != 0.0);
            watch(&Moment { trial: done.len(), target, moving, agent: &*self.agent });
            let step = self.lane.access().step(&self.action)?;
            let now = self.lane.lane();
            lesson.teach(&mut *self.agent, &self.observation, &self.action, now, step);
            if step.ended() {
                let episode = now.last_episode();
                if let Some(fault) = &episode.fault {
                    return Err(anyhow!("{fault}"));
                }
                let [block, clamped, strength, deviation, launch_angle, end_angle, index] =
                    self.columns.map(|column| f64::from(episode.metrics[column]));
                let (block, clamped) = (block as usize, clamped > 0.5);
                let reward = episode.total_reward;
                let predicted_turn = self.predicted_turn();
                done.push(Trial {
                    block,
                    clamped,
                    strength,
                    deviation,
                    launch_angle,
                    end_angle,
                    index,
                    reward,
                    predicted_turn,
                });
            }
        }
        Ok(done)
    }
}

impl Session {
    /// Asks the agent for its prediction of the cursor at the end of a trial, without changing the agent.
    fn predicted_turn(&mut self) -> Option<f64> {
        self.observation.copy_from_slice(self.lane.lane().final_observation());
        self.agent.act(&self.observation, false, &mut self.action);
        let mut cursor = None;
        self.agent.beliefs(&mut |belief| {
            if let (0, &[x, y]) = (belief.percept, belief.values) {
                cursor = Some([x, y]);
            }
        });
        let angle = |[x, y]: [f32; 2]| f64::from(y).atan2(f64::from(x)).to_degrees();
        let turn = angle(cursor?) - angle(self.hand.map(|index| self.observation[index]));
        Some((turn + 180.0).rem_euclid(360.0) - 180.0)
    }
}

/// A variant of `reaching/null-v1` with another schedule, written in YAML's flow style.
///
/// # Errors
/// An invalid schedule.
pub fn scheduled(setting: &Setting<'_>, schedule: &str) -> Result<Blueprint> {
    derived(setting, "reaching/null-v1", &format!("schedule: {schedule}\n"))
}

/// A reaching task with other settings, and with the requested number of targets.
fn derived(setting: &Setting<'_>, base: &str, settings: &str) -> Result<Blueprint> {
    let base = Document::parse(base, &setting.catalog.tasks.task(base)?.yaml())?;
    let movement = setting.targets.map_or_else(String::new, |count| {
        let targets: Vec<f64> = (0..count).map(|target| TARGET + 360.0 * target as f64 / count as f64).collect();
        format!("movement: {{targets: {targets:?}}}\n")
    });
    let text = format!("task: reaching/validation-v1\n{movement}{settings}");
    Ok(setting.catalog.tasks.task_from(&Document::parse("validation.yaml", &text)?.extending(&base))?)
}

/// The first trials of a task, for every subject.
///
/// # Errors
/// An unknown task, and the errors of [`run_on`].
pub fn run(setting: &Setting<'_>, agent: &AgentBlueprint, task: &str, trials: usize) -> Result<Vec<Vec<Trial>>> {
    run_on(setting, agent, &derived(setting, task, "")?, trials)
}

/// The first trials of a task, for every subject, exploring and learning.
///
/// # Errors
/// An agent that does not fit the task.
pub fn run_on(
    setting: &Setting<'_>,
    agent: &AgentBlueprint,
    task: &Blueprint,
    trials: usize,
) -> Result<Vec<Vec<Trial>>> {
    cohort(setting, |subject| Session::new(agent, task, subject)?.trials(trials, Lesson::Learnt))
}

/// Runs a function for every subject, on several threads; results are in the order of the subjects.
///
/// # Errors
/// The error of the first subject that failed.
pub fn cohort<T: Send>(setting: &Setting<'_>, each: impl Fn(Seed) -> Result<T> + Sync) -> Result<Vec<T>> {
    let results: Vec<Mutex<Option<Result<T>>>> = (0..setting.subjects).map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let work = || loop {
        let subject = next.fetch_add(1, Ordering::Relaxed);
        let Some(slot) = results.get(subject) else { return };
        let done = each(setting.seed.fan("subject", subject as u64));
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
    };
    crew(setting.threads, work, || {});
    let finished = |slot: Mutex<Option<Result<T>>>| {
        let done = slot.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.unwrap_or_else(|| Err(anyhow!("a subject was not gone through")))
    };
    results.into_iter().map(finished).collect()
}

/// Means of consecutive bins of `size` values; an incomplete last bin is left out.
pub fn binned(values: &[f64], size: usize) -> Vec<f64> {
    values.chunks_exact(size).map(crate::stats::mean).collect()
}

/// Centres of these bins, counting trials from 1.
pub fn middles(count: usize, size: usize) -> Vec<f64> {
    (0..count / size).map(|bin| (bin * size) as f64 + (size as f64 + 1.0) / 2.0).collect()
}

/// Standard deviation over trials.
pub fn scatter(values: &[f64]) -> f64 {
    let centre = mean(values);
    mean(&values.iter().map(|value| (value - centre).powi(2)).collect::<Vec<_>>()).sqrt()
}
