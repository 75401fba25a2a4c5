//! Runs an agent through trials of steering a cursor, with a decoder fitted to it.

use super::session::{Lesson, cohort};
use super::setting::{Part, Setting};
use crate::calibration::{Control, Factors, IMPAIRED, Recording, Steps, fit, spec_of, with_blocks};
use crate::catalog::AgentBlueprint;
use crate::stats::mean;
use anyhow::{Context, Result, anyhow};
use etude_agents::{Agent, State};
use etude_envs::Seed;
use etude_envs::cursor::{self, BlockSpec, CursorSpec, Decoder};
use etude_envs::lane::SoloLane;
use etude_envs::task::Blueprint;
use std::collections::BTreeMap;

/// Measures of a completed trial.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trial {
    /// Whether the target was acquired.
    pub acquired: bool,
    /// Time taken, as a fraction of the limit; 1 if the target was not acquired.
    pub time: f64,
    /// Deviation at half distance, positive to the left, in mm; `None` if the cursor did not get that far.
    pub half_deviation: Option<f64>,
    /// Launch direction of the cursor relative to the target, in degrees.
    pub launch_angle: f64,
    /// Direction of the target, in degrees.
    pub direction: f64,
}

/// Control over some trials.
pub fn control(trials: &[Trial]) -> Control {
    let success = mean(&trials.iter().map(|trial| f64::from(u8::from(trial.acquired))).collect::<Vec<_>>());
    Control { success, time: mean(&trials.iter().map(|trial| trial.time).collect::<Vec<_>>()) }
}

/// An agent with a decoder fitted to it.
pub struct Steering {
    /// The agent.
    pub agent: Box<dyn Agent>,
    /// The task with the fitted decoder.
    pub spec: CursorSpec,
    /// Factors of the agent's activity when the decoder was fitted.
    pub factors: Option<Factors>,
    seed: Seed,
    stretches: u64,
}

/// The decoders of all subjects, by seed: conditions whose subjects start alike share them.
pub struct Decoders(BTreeMap<Seed, (CursorSpec, Option<Factors>)>);

impl Decoders {
    /// Fits decoders to naive agents; perturbations are chosen by their impairment if a decoder has factors. An agent
    /// without its own units gets the decoder drawn from the task's seed.
    ///
    /// # Errors
    /// An agent that does not fit the task.
    pub fn new(setting: &Setting<'_>, task: &str) -> Result<Decoders> {
        let task = setting.catalog.tasks.task(task)?;
        let spec = spec_of(&task)?;
        let fitted = cohort(setting, |subject| {
            let agent = setting.agent.make(task.spec(), subject.fan("agent", 0))?;
            if agent.units() != task.spec().action.len() {
                return Ok((subject, (spec.clone(), None)));
            }
            let fitted = fit(&spec, &*agent, subject.fan("calibration", 0), Some(IMPAIRED))?;
            Ok((subject, (fitted.spec, fitted.factors)))
        })?;
        Ok(Decoders(fitted.into_iter().collect()))
    }
}

impl Steering {
    /// A naive agent with its decoder.
    ///
    /// # Errors
    /// An agent that does not fit the task.
    pub fn new(decoders: &Decoders, agent: &AgentBlueprint, subject: Seed) -> Result<Steering> {
        let (spec, factors) = decoders.0.get(&subject).context("a subject without a decoder")?.clone();
        let made = agent.make(cursor::task(&spec)?.spec(), subject.fan("agent", 0))?;
        Ok(Steering { agent: made, spec, factors, seed: subject, stretches: 0 })
    }

    fn task(&self, block: BlockSpec) -> Result<Blueprint> {
        let block = BlockSpec { trials: 1, ..block };
        Ok(cursor::task(&with_blocks(&self.spec, vec![block]))?)
    }

    /// Runs trials of a block, and records the activity.
    ///
    /// # Errors
    /// An agent with non-finite actions, or a fault of physics.
    pub fn trials(&mut self, block: BlockSpec, count: usize, lesson: Lesson) -> Result<(Vec<Trial>, Recording)> {
        let task = self.task(block)?;
        let spec = task.spec();
        let column = |name: &str| {
            let found = spec.metric(name);
            found.with_context(|| format!("{} has no `{name}`", spec.id))
        };
        let columns = ["acquired", "half_deviation_mm", "launch_angle_deg", "direction_deg"];
        let [acquired, half, launch, direction] = columns.map(column);
        let columns = [acquired?, half?, launch?, direction?];
        let steps = Steps::new(spec, self.spec.population.baseline, self.spec.population.depth);
        let mut lane = SoloLane::new(&task, self.seed.fan("stretch", self.stretches));
        self.stretches += 1;
        let (mut observation, mut action) = (vec![0.0; spec.observation.len()], vec![0.0; spec.action.len()]);
        let (mut done, mut recording) = (Vec::with_capacity(count), Recording::default());
        while done.len() < count {
            observation.copy_from_slice(lane.lane().observation());
            self.agent.act(&observation, lesson != Lesson::Shown, &mut action);
            if let Some(steps) = &steps {
                recording.take(steps, &observation, &action);
            }
            let step = lane.access().step(&action)?;
            let now = lane.lane();
            lesson.teach(&mut *self.agent, &observation, &action, now, step);
            if step.ended() {
                let episode = now.last_episode();
                if let Some(fault) = &episode.fault {
                    return Err(anyhow!("{fault}"));
                }
                let [acquired, half, launch_angle, direction] =
                    columns.map(|column| f64::from(episode.metrics[column]));
                done.push(Trial {
                    acquired: acquired > 0.5,
                    time: f64::from(episode.length) / f64::from(spec.step_limit),
                    half_deviation: Some(half).filter(|half| half.is_finite()),
                    launch_angle,
                    direction,
                });
            }
        }
        Ok((done, recording))
    }

    /// Lets all weights of the agent learn by the exact gradient through the decoder of a block from now on, which no
    /// brain could.
    ///
    /// # Errors
    /// An agent without a motor cortex.
    pub fn follow_exactly(&mut self, setting: &Setting<'_>, block: &BlockSpec) -> Result<()> {
        let spec = with_blocks(&self.spec, vec![block.clone()]);
        // In units of the aim per action.
        let scale = spec.population.depth / spec.movement.speed;
        let weights =
            Decoder::new(&spec).weights(0).clone().map(|row| row.iter().map(|w| scale * w).collect::<Vec<f32>>());
        let blueprint = setting.altered(Part::MotorCortex, &format!("{{exact: {weights:?}}}"))?;
        let mut state = State::new();
        self.agent.save(&mut state);
        let task = cursor::task(&spec)?;
        self.agent = blueprint.make(task.spec(), self.seed.fan("agent", 0))?;
        Ok(self.agent.load(&state)?)
    }

    /// Trials of a copy of the agent without noise and without learning.
    ///
    /// # Errors
    /// The errors of [`Steering::trials`].
    pub fn shown(&self, block: BlockSpec, count: usize) -> Result<(Vec<Trial>, Recording)> {
        let mut copy = Steering {
            agent: self.agent.clone_agent(),
            spec: self.spec.clone(),
            factors: None,
            seed: self.seed.fan("shown", 0),
            stretches: self.stretches,
        };
        copy.trials(block, count, Lesson::Shown)
    }

    /// Control by a copy of the agent with its noise and without learning.
    ///
    /// # Errors
    /// The errors of [`Steering::trials`].
    pub fn control(&self, block: BlockSpec, count: usize) -> Result<Control> {
        crate::calibration::control(
            &self.task(block)?,
            &*self.agent,
            self.seed.fan("control", self.stretches),
            count as u64,
        )
    }
}
