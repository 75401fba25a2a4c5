//! Activity of a population with the momentary aim, step by step.

use super::task::spec_of;
use crate::record::{ARRAYS, Arrays};
use anyhow::{Context, Result, bail};
use etude_agents::Agent;
use etude_envs::Seed;
use etude_envs::document::{nearest, shown};
use etude_envs::lane::SoloLane;
use etude_envs::space::Role;
use etude_envs::task::{Blueprint, TaskSpec};

/// Least number of steps in a recording.
const FEWEST: usize = 10;

/// A recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// Number of units.
    pub units: usize,
    /// Rates in Hz, step by step: all units of one step, then all of the next.
    pub rates: Vec<f64>,
    /// Direction of the momentary aim in each step, a unit vector.
    pub aims: Vec<[f64; 2]>,
}

/// What a recording needs to know of a task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steps {
    aim: [usize; 2],
    baseline: f64,
    depth: f64,
}

impl Steps {
    /// For a task with rates of baseline + depth · action (Hz); `None` if it has no aim.
    pub fn new(spec: &TaskSpec, baseline: f32, depth: f32) -> Option<Steps> {
        let find = |axis: usize| spec.observation.fields().iter().position(|field| field.role == Role::Aim { axis });
        Some(Steps { aim: [find(0)?, find(1)?], baseline: baseline.into(), depth: depth.into() })
    }
}

impl Recording {
    /// Records an agent with its noise and without learning, for that many trials.
    ///
    /// # Errors
    /// An agent whose actions are not finite.
    pub fn new(task: &Blueprint, agent: &dyn Agent, seed: Seed, trials: u64) -> Result<Recording> {
        let population = spec_of(task)?.population;
        let mut recording = Recording { units: task.spec().action.len(), ..Recording::default() };
        let Some(steps) = Steps::new(task.spec(), population.baseline, population.depth) else { return Ok(recording) };
        let mut agent = agent.clone_agent();
        let mut lane = SoloLane::new(task, seed);
        let mut action = vec![0.0; recording.units];
        let mut done = 0;
        while done < trials {
            agent.act(lane.lane().observation(), true, &mut action);
            recording.take(&steps, lane.lane().observation(), &action);
            done += u64::from(lane.access().step(&action)?.ended());
        }
        Ok(recording)
    }

    /// Records a step.
    pub fn take(&mut self, steps: &Steps, observation: &[f32], action: &[f32]) {
        let [x, y] = steps.aim.map(|index| f64::from(observation[index]));
        let length = x.hypot(y);
        if length == 0.0 {
            return;
        }
        self.units = action.len();
        self.aims.push([x / length, y / length]);
        let rate = |action: &f32| (steps.baseline + steps.depth * f64::from(action.clamp(-1.0, 1.0))).max(0.0);
        self.rates.extend(action.iter().map(rate));
    }

    /// Number of steps.
    pub fn steps(&self) -> usize {
        self.aims.len()
    }

    /// Mean rate of each unit, in Hz.
    pub fn means(&self) -> Vec<f64> {
        let mut means = vec![0.0; self.units];
        for row in self.rates.chunks_exact(self.units) {
            means.iter_mut().zip(row).for_each(|(mean, rate)| *mean += rate / self.steps() as f64);
        }
        means
    }
}

impl Recording {
    /// The recording of a population in the arrays of a file, by default the first population and all steps, or the
    /// last `last` steps.
    ///
    /// # Errors
    /// An unknown population, fewer than ten steps, or non-finite numbers.
    pub fn from_arrays(arrays: &Arrays, population: Option<&str>, last: Option<usize>) -> Result<Recording> {
        let Arrays(arrays) = arrays;
        let populations: Vec<&str> =
            arrays.keys().map(String::as_str).filter(|name| ARRAYS.iter().all(|array| array.name != *name)).collect();
        let name = population.or(populations.first().copied()).context("it holds no population")?;
        let Some(array) = arrays.get(name).filter(|_| populations.contains(&name)) else {
            let near =
                nearest(name, populations.iter().copied()).map(|near| format!("; did you mean `{}`?", shown(near)));
            bail!(
                "it has no population `{}`{} (there are {})",
                shown(name),
                near.unwrap_or_default(),
                shown(&populations.join(", "))
            );
        };
        let steps = array.values.len() / array.width.max(1);
        if array.width == 0 || last.unwrap_or(steps).min(steps) < FEWEST {
            bail!("it has {steps} steps of `{}`; expected at least {FEWEST}", shown(name));
        }
        let aims = arrays.get("aim").filter(|aims| aims.width == 2).map(|aims| &aims.values[..]);
        let numbers = [("aim", aims.unwrap_or_default()), (name, &array.values)];
        if let Some((name, _)) = numbers.iter().find(|(_, values)| values.iter().any(|value| !value.is_finite())) {
            bail!("its `{}` holds numbers that are not finite", shown(name));
        }
        let skipped = steps - last.unwrap_or(steps).min(steps);
        let aims = aims.and_then(|aims| aims.get(2 * skipped..));
        Ok(Recording::from_rows(array.width, &array.values[skipped * array.width..], aims))
    }

    /// A recording from rows of activity, and optionally rows of two numbers for the aim.
    pub fn from_rows(units: usize, activity: &[f32], aims: Option<&[f32]>) -> Recording {
        let steps = activity.len() / units.max(1);
        let aim = |step: usize| {
            let [x, y] =
                [0, 1].map(|axis| aims.and_then(|aims| aims.get(2 * step + axis)).map_or(0.0, |&aim| f64::from(aim)));
            let length = x.hypot(y);
            if length > 0.0 { [x / length, y / length] } else { [0.0; 2] }
        };
        Recording {
            units,
            rates: activity.iter().map(|&value| f64::from(value)).collect(),
            aims: (0..steps).map(aim).collect(),
        }
    }
}
