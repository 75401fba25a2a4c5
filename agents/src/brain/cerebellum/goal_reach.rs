//! Reaching for a goal that is not seen: the limb is brought to where the sense would tell what is wanted.
//!
//! [`SensoryPrediction`](super::sensory_prediction::SensoryPrediction) tells by how much g the percept that is due would
//! have to change, and its Jacobian J how it changes with the limb b. A motor model of the limb's change in a step, linear in
//! the action a and in where the limb is, learnt by recursive least squares while that goal is the first that is due, tells how
//! an action changes it, and what it would do by itself:
//!
//! ```text
//! Δb ≈ G a + d      d = D [1, b]      M = J G      c_k = trust |M_k|² / (|M_k|² + ρ)
//! left_k = (1 − c_k (1 − leeway)) policy_k      u = Mᵀ (M Mᵀ + ρ)⁻¹ (η g − trust J (d + G left))
//! action = left + u
//! ```
//!
//! The share c_k of an action that the command takes over is large where the action moves what is sensed, and nothing where
//! it does not, as for pressing: that is left to the basal ganglia, without anything being named. What has no part in that
//! either gets ready for a later goal: a finger goes to its string while another one plays, the palm stays.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sensory_prediction::{Predictor, SensoryPrediction};
use crate::brain::clock::Clock;
use crate::brain::config::{ConfigError, above, within};
use crate::brain::least_squares::{LeastSquares, dot, padded, solve};
use crate::state::{StateError, StateReader, StateWriter};

/// A command of its own towards what is to be sensed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GoalReachConfig {
    /// Time in which most of the way is to be gone, in s; above 0 and at most 100, default 0.03 (own measurement on a blind guitar: 0.015 and 0.05 are slower).
    pub time: f64,
    /// ρ: how far an action's effect must stand out to be used, in typical magnitudes; above 0 and at most 100, default 0.001.
    pub ridge: f64,
    /// Share of the basal ganglia's command that is left to them where the command takes over; 0 to 1, default 0.
    pub leeway: f64,
    /// Time over which the motor model forgets, in s; 0.1 to 1e9, default 1700.
    pub memory: f64,
}

impl Default for GoalReachConfig {
    fn default() -> Self {
        GoalReachConfig { time: 0.03, ridge: 0.001, leeway: 0.0, memory: 1700.0 }
    }
}

impl GoalReachConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        above("cerebellum.goal_reach.time", self.time, 0.0, 100.0)?;
        above("cerebellum.goal_reach.ridge", self.ridge, 0.0, 100.0)?;
        within("cerebellum.goal_reach.leeway", self.leeway, 0.0..=1.0)?;
        within("cerebellum.goal_reach.memory", self.memory, 0.1..=1e9)
    }
}

/// Variance of the weights of a naive motor model, over that of the noise.
const PRIOR: f64 = 100.0;
/// A percept that is less due than this is not reached for.
const DUE: f64 = 0.5;

/// ρ for whether an action has a part in reaching a goal at all, over that for whether it is used: what the goal that is due
/// has the least use for is not used for a later one.
const PART: f64 = 0.03;

/// A change in a step larger than this, in typical magnitudes, is no movement; NaN is none either.
const LARGEST_CHANGE: f64 = 10.0;

/// The motor model of one limb while one of its goals is the first that is due: what moves a limb may depend on whose turn it
/// is.
#[derive(Clone, Debug)]
struct Motor {
    /// Indices of the limb's proprioceptors, and 1 / their typical magnitudes.
    limb: Vec<(usize, f64)>,
    model: LeastSquares,
    innovations: Vec<f64>,
    changes: Vec<f64>,
}

impl Motor {
    /// Fills [1, action, limb]; false if a number is none.
    fn fill(&self, observation: &[f32], action: &[f32], regressors: &mut [f64]) -> bool {
        regressors.fill(0.0);
        regressors[0] = 1.0;
        let (command, limb) = regressors[1..].split_at_mut(action.len());
        command.iter_mut().zip(action).for_each(|(slot, &action)| *slot = f64::from(action.clamp(-1.0, 1.0)));
        for (slot, &(index, scale)) in limb.iter_mut().zip(&self.limb) {
            *slot = observation.get(index).map_or(f64::NAN, |&value| f64::from(value)) * scale;
        }
        regressors.iter().all(|value| value.is_finite())
    }
}

/// The reacher.
#[derive(Clone, Debug)]
pub(super) struct GoalReach {
    /// η: share of the way that is to be gone in a step.
    share: f64,
    ridge: f64,
    leeway: f64,
    kept: f64,
    actions: usize,
    /// Of every limb, one for each of its goals.
    motors: Vec<Vec<Motor>>,
    /// [1, action, limb], padded.
    regressors: Vec<f64>,
    /// M, one row per value; M Mᵀ + ρ; η g, turned into what u is made of.
    effect: Vec<f64>,
    normal: Vec<f64>,
    solution: Vec<f64>,
    /// The share of every action that no goal needs yet, and what is to be done with it so far.
    free: Vec<f64>,
    intended: Vec<f32>,
}

impl GoalReach {
    /// Naive motor models of the limbs of all percepts.
    pub(super) fn new(config: &GoalReachConfig, prediction: &SensoryPrediction, actions: usize, clock: Clock) -> Self {
        let motor = |predictor: &Predictor| {
            let limb: Vec<(usize, f64)> = predictor.limb().collect();
            Motor {
                model: LeastSquares::new(1 + actions + limb.len(), limb.len(), PRIOR),
                innovations: vec![0.0; limb.len()],
                changes: vec![0.0; limb.len()],
                limb,
            }
        };
        let motors = |predictor: &Predictor| vec![motor(predictor); predictor.goals()];
        let longest = prediction.predictors().iter().map(|predictor| predictor.limb().count()).max().unwrap_or(0);
        let most = prediction.predictors().iter().map(|predictor| predictor.gap(0).len()).max().unwrap_or(0);
        GoalReach {
            share: 1.0 - clock.kept(config.time),
            ridge: config.ridge,
            leeway: config.leeway,
            kept: clock.kept(config.memory),
            actions,
            motors: prediction.predictors().iter().map(motors).collect(),
            regressors: vec![0.0; padded(1 + actions + longest)],
            effect: vec![0.0; most * actions],
            normal: vec![0.0; most * most],
            solution: vec![0.0; most],
            free: vec![1.0; actions],
            intended: vec![0.0; actions],
        }
    }

    /// Puts the command in the place of what it takes over of an action, and adds the command: first for every percept whose
    /// first goal is due, then, by the actions that have no part in that, for those of later goals. Whether there is one.
    pub(super) fn act(
        &mut self,
        prediction: &SensoryPrediction,
        observation: &[f32],
        action: &mut [f32],
        command: &mut [f32],
    ) -> bool {
        self.free.fill(1.0);
        let mut adds = false;
        let most = prediction.predictors().iter().map(Predictor::goals).max().unwrap_or(0);
        for goal in 0..most {
            for limb in 0..self.motors.len() {
                let predictor = &prediction.predictors()[limb];
                if predictor.trust() > 0.0 && predictor.first_due(observation, DUE) == Some(goal) {
                    adds |= self.reach(limb, predictor, goal, observation, action, command);
                }
            }
        }
        adds
    }

    /// The same for one goal of one percept.
    fn reach(
        &mut self,
        limb: usize,
        predictor: &Predictor,
        goal: usize,
        observation: &[f32],
        action: &mut [f32],
        command: &mut [f32],
    ) -> bool {
        let motor = &self.motors[limb][goal];
        let gap = predictor.gap(goal);
        let (m, n, actions) = (gap.len(), motor.limb.len(), self.actions);
        let effect = &mut self.effect[..m * actions];
        effect.fill(0.0);
        for (row, jacobian) in effect.chunks_exact_mut(actions).zip(predictor.jacobian().chunks_exact(n)) {
            for (part, slope) in jacobian.iter().enumerate() {
                let gains = motor.model.row(part)[1..1 + actions].iter().zip(&self.free);
                row.iter_mut().zip(gains).for_each(|(effect, (gain, free))| *effect += slope * gain * free);
            }
        }
        let normal = &mut self.normal[..m * m];
        for (row, normal) in normal.chunks_exact_mut(m).enumerate() {
            for (column, normal) in normal.iter_mut().enumerate() {
                let rows = effect[row * actions..][..actions].iter().zip(&effect[column * actions..][..actions]);
                *normal = rows.map(|(own, other)| own * other).sum();
            }
            normal[row] += self.ridge;
        }
        for (index, (action, free)) in action.iter_mut().zip(&mut self.free).enumerate() {
            let size: f64 = (0..m).map(|target| effect[target * actions + index].powi(2)).sum();
            let taken = predictor.trust() * size / (size + self.ridge) * (1.0 - self.leeway);
            if taken.is_finite() {
                *action = action.clamp(-1.0, 1.0) * (1.0 - taken.clamp(0.0, 1.0)) as f32;
            }
            let part = size / (size + PART * self.ridge);
            if part.is_finite() {
                *free *= 1.0 - part.clamp(0.0, 1.0);
            }
        }
        let regressors = &mut self.regressors[..padded(1 + actions + n)];
        // What is commanded for other goals is done, too.
        self.intended.iter_mut().zip(action.iter().zip(&*command)).for_each(|(sum, (left, own))| *sum = left + own);
        if !motor.fill(observation, &self.intended, regressors) {
            return false;
        }
        let solution = &mut self.solution[..m];
        for ((slot, gap), jacobian) in solution.iter_mut().zip(gap).zip(predictor.jacobian().chunks_exact(n)) {
            let by_itself =
                jacobian.iter().enumerate().map(|(part, slope)| slope * dot(motor.model.row(part), regressors));
            *slot = self.share * gap - predictor.trust() * by_itself.sum::<f64>();
        }
        solve(normal, solution);
        let mut adds = false;
        for (index, command) in command.iter_mut().enumerate() {
            let own: f64 = (0..m).map(|target| effect[target * actions + index] * solution[target]).sum();
            if own.is_finite() {
                adds = true;
                *command += own.clamp(-1.0, 1.0) as f32;
            }
        }
        adds
    }

    /// Learns from how the limbs of the percepts that were due moved.
    pub(super) fn learn(
        &mut self,
        prediction: &SensoryPrediction,
        observation: &[f32],
        action: &[f32],
        next_observation: &[f32],
    ) {
        if action.len() != self.actions {
            return;
        }
        for (motors, predictor) in self.motors.iter_mut().zip(prediction.predictors()) {
            let Some(goal) = predictor.first_due(observation, DUE) else { continue };
            let motor = &mut motors[goal];
            let regressors = &mut self.regressors[..padded(1 + self.actions + motor.limb.len())];
            let mut sound = motor.fill(observation, action, regressors);
            for (change, &(index, scale)) in motor.changes.iter_mut().zip(&motor.limb) {
                let told = |observation: &[f32]| observation.get(index).map_or(f64::NAN, |&value| f64::from(value));
                *change = (told(next_observation) - told(observation)) * scale;
                sound &= change.abs() < LARGEST_CHANGE;
            }
            if sound {
                motor.model.innovations(regressors, &motor.changes, &mut motor.innovations);
                motor.model.learn(regressors, &motor.innovations, self.kept);
            }
        }
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        for (index, motors) in self.motors.iter().enumerate() {
            for (goal, motor) in motors.iter().enumerate() {
                writer.scope(&format!("limb_{index}_goal_{goal}"), |writer| motor.model.save(writer));
            }
        }
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        for (index, motors) in self.motors.iter_mut().enumerate() {
            for (goal, motor) in motors.iter_mut().enumerate() {
                reader.scope(&format!("limb_{index}_goal_{goal}"), |reader| motor.model.load(reader))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "goal_reach_tests.rs"]
mod tests;
