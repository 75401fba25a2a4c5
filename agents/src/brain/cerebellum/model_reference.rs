//! Model-reference correction: what makes the present body behave like the one on which the skill was practised.
//!
//! Where nobody says what the movement should have been, there is still what the body used to do. Forward models of the next
//! change of proprioception, linear in z = [1, proprioception, executed action], are kept for the practised body and for what
//! it has turned into, see [`Contexts`]. With the difference b of their predictions at the intended action, the present
//! model's gain G of the action, W the inverse usual squared errors times the trust in the present model,
//!
//! ```text
//! u = − (Gᵀ W G + ridge)⁻¹ Gᵀ W b      executed = clip(clip(intended) + clip(u))
//! ```
//!
//! so that a policy that was learnt on the one body goes on working on the other: adaptive control by reference to a model,
//! done to the plant and not to the policy. Proprioceptors that behave as ever are not counted: they may well have to move
//! otherwise (the handlebar, to bring the roll back). In the practised body nothing is added.
//!
//! As a changed body becomes one's own, b shrinks to what the two bodies make of the action: what a command means goes on being
//! translated, which leaves the policy its skill, while how the body moves by itself is left to the policy to learn (own
//! measurement: rough ground is not learnt after a bicycle that steers the other way as long as the correction holds on to how
//! that one moved).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::climbing_fibre::ClimbingFibreConfig;
use super::context::Settings;
use super::contexts::Contexts;
use crate::agent::{AgentShape, Role};
use crate::brain::clock::Clock;
use crate::brain::config::{ConfigError, above, within};
use crate::brain::least_squares::{dot, padded, solve};
use crate::state::{StateError, StateReader, StateWriter};

/// Model-reference correction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModelReferenceConfig {
    /// Time over which the practised body's model forgets, in s; 0.1 to 1e9, default 1700: it must go on knowing how falling
    /// was when nobody falls any more (own measurement: with 170 it takes the start of an episode for a change once cycling
    /// is mastered).
    pub reference_memory: f64,
    /// Time over which other bodies' models forget at first, in s; 0.1 to 1e9, default 17 (own measurement). The time spent in
    /// a body is added to it, up to `reference_memory`.
    pub memory: f64,
    /// Variance of the weights of a fresh model, over that of the noise; above 0 and at most 1000, default 1 (own
    /// measurement: with 0.1 a reversed handlebar takes longer to be learnt once the ride has become calm).
    pub prior: f64,
    /// Time of practice before a change can be noticed, in s; 1 to 1e9, default 330: a model that has not seen a skill's whole
    /// range takes its growth for a change.
    pub arming: f64,
    /// Recent squared error over the usual one that starts an inquiry; 1.5 to 1000, default 4 (own measurement).
    pub surprise: f64,
    /// Time over which the recent error is averaged, in s; 0.1 to 1000, default 3.3: longer than the start of an episode.
    pub window: f64,
    /// Bodies that are remembered, the practised one included; 2 to 16, default 4.
    pub contexts: usize,
    /// Largest correction, in the action's unit; 0 to 2, default 2: enough to turn an action into its opposite (own
    /// measurement: half of it fails when the body is reversed).
    pub authority: f64,
    /// Weight of the correction's own size; above 0 and at most 1e6, default 1: corrections of order 1 are to be expected.
    pub ridge: f64,
    /// Time in which a changed body becomes one's own, in s: the actor is spared at first, and in the end learns as ever; 0.1
    /// to 1e9, default 170 (own measurement: without it learning on a re-geared handlebar undoes the skill before the body
    /// is known, with no end to it the skill never comes to fit the body).
    pub adoption: f64,
    /// Proprioceptors that are predicted, the first ones of the observation; 1 to 256, default 64. The cost of a step grows
    /// with the square of their number.
    pub proprioceptors: usize,
}

impl Default for ModelReferenceConfig {
    fn default() -> Self {
        ModelReferenceConfig {
            reference_memory: 1700.0,
            memory: 17.0,
            prior: 1.0,
            arming: 330.0,
            surprise: 4.0,
            window: 3.3,
            contexts: 4,
            authority: 2.0,
            ridge: 1.0,
            adoption: 170.0,
            proprioceptors: 64,
        }
    }
}

impl ModelReferenceConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        within("cerebellum.model_reference.reference_memory", self.reference_memory, 0.1..=1e9)?;
        within("cerebellum.model_reference.memory", self.memory, 0.1..=1e9)?;
        above("cerebellum.model_reference.prior", self.prior, 0.0, 1000.0)?;
        within("cerebellum.model_reference.adoption", self.adoption, 0.1..=1e9)?;
        within("cerebellum.model_reference.arming", self.arming, 1.0..=1e9)?;
        within("cerebellum.model_reference.surprise", self.surprise, 1.5..=1000.0)?;
        within("cerebellum.model_reference.window", self.window, 0.1..=1000.0)?;
        within("cerebellum.model_reference.contexts", self.contexts, 2..=16)?;
        within("cerebellum.model_reference.authority", self.authority, 0.0..=2.0)?;
        above("cerebellum.model_reference.ridge", self.ridge, 0.0, 1e6)?;
        within("cerebellum.model_reference.proprioceptors", self.proprioceptors, 1..=256)
    }
}

/// Bodies with more actions have no models: their covariance would be too large.
const MOST_ACTIONS: usize = 64;
/// Fewest steps of practice and of an average of recent errors, whatever the control rate.
const FEWEST_ARMING: u64 = 100;
const FEWEST_WINDOW: u64 = 5;
/// Largest magnitude of a proprioceptor that a model sees, in typical magnitudes.
const LARGEST_INPUT: f64 = 10.0;

/// The corrector.
#[derive(Clone, Debug)]
pub(super) struct ModelReference {
    authority: f64,
    ridge: f64,
    observations: usize,
    actions: usize,
    /// Index of every proprioceptor and 1 / its typical magnitude.
    proprioceptors: Vec<(usize, f64)>,
    contexts: Contexts,
    /// z of the step to correct and of the step to learn from, padded.
    intended: Vec<f64>,
    executed: Vec<f64>,
    changes: Vec<f64>,
    /// Gᵀ W G + ridge, turned into its Cholesky factor, and the right side, turned into u.
    normal: Vec<f64>,
    solution: Vec<f64>,
}

impl ModelReference {
    /// A naive corrector, if the shape has proprioceptors and not too many actions.
    pub(super) fn new(
        config: &ModelReferenceConfig,
        fibre: &ClimbingFibreConfig,
        shape: &AgentShape,
    ) -> Option<ModelReference> {
        let body = shape.observations.iter().enumerate().filter(|(_, input)| input.role == Role::Body);
        let proprioceptors: Vec<(usize, f64)> =
            body.map(|(index, input)| (index, 1.0 / f64::from(input.typical))).take(config.proprioceptors).collect();
        if proprioceptors.is_empty() || shape.actions > MOST_ACTIONS {
            return None;
        }
        let clock = Clock::new(shape.control_interval);
        let regressors = 1 + proprioceptors.len() + shape.actions;
        let settings = Settings {
            regressors,
            targets: proprioceptors.len(),
            capacity: config.contexts,
            prior: config.prior,
            reference_forgetting: clock.kept(config.reference_memory),
            forgetting: clock.kept(config.memory),
            arming: clock.steps(config.arming).max(FEWEST_ARMING),
            adoption: clock.steps(config.adoption).max(1),
            threshold: config.surprise,
            window: clock.steps(config.window).max(FEWEST_WINDOW),
        };
        Some(ModelReference {
            authority: config.authority,
            ridge: config.ridge,
            observations: shape.observations.len(),
            actions: shape.actions,
            contexts: Contexts::new(settings, fibre),
            intended: vec![0.0; padded(regressors)],
            executed: vec![0.0; padded(regressors)],
            changes: vec![0.0; proprioceptors.len()],
            normal: vec![0.0; shape.actions * shape.actions],
            solution: vec![0.0; shape.actions],
            proprioceptors,
        })
    }

    pub(super) fn contexts(&self) -> &Contexts {
        &self.contexts
    }

    /// Writes the correction of an intended action, within the authority; false, with nothing written, if there is none to
    /// make. Changes nothing that is remembered.
    pub(super) fn correct(&mut self, observation: &[f32], action: &[f32], correction: &mut [f32]) -> bool {
        if !self.contexts.correcting() || !self.sense(observation, action, Which::Intended) {
            return false;
        }
        let (present, reference) = self.contexts.models();
        let newness = self.contexts.newness();
        let first = 1 + self.proprioceptors.len();
        let actions = self.actions;
        self.normal.fill(0.0);
        self.solution.fill(0.0);
        for (target, &gate) in self.contexts.gates().iter().enumerate() {
            if gate == 0.0 {
                continue;
            }
            let weight = gate / self.contexts.usual(target);
            let gains = &present.row(target)[first..first + actions];
            let usual_gains = &reference.row(target)[first..first + actions];
            let difference = dot(present.row(target), &self.intended) - dot(reference.row(target), &self.intended);
            let pairs = gains.iter().zip(usual_gains).zip(&self.intended[first..first + actions]);
            let by_action: f64 = pairs.map(|((gain, usual), action)| (gain - usual) * action).sum();
            let difference = by_action + newness * (difference - by_action);
            for (index, gain) in gains.iter().enumerate() {
                let scaled = weight * gain;
                self.solution[index] -= scaled * difference;
                for (normal, other) in self.normal[index * actions..][..index + 1].iter_mut().zip(gains) {
                    *normal += scaled * other;
                }
            }
        }
        for index in 0..actions {
            self.normal[index * actions + index] += self.ridge;
        }
        solve(&mut self.normal, &mut self.solution);
        for (correction, &value) in correction.iter_mut().zip(&self.solution) {
            *correction = if value.is_finite() { value.clamp(-self.authority, self.authority) as f32 } else { 0.0 };
        }
        true
    }

    /// Turns a gradient with respect to the next observation into that with respect to the action, by the present forward
    /// model, as far as it is to be trusted.
    pub(super) fn pull_back(&self, by_observation: &[f32], by_action: &mut [f32]) {
        let (present, _) = self.contexts.models();
        let first = 1 + self.proprioceptors.len();
        by_action.fill(0.0);
        for (target, &(index, scale)) in self.proprioceptors.iter().enumerate() {
            let weight = self.contexts.foresight(target) * f64::from(by_observation[index]) / scale;
            for (by_action, gain) in by_action.iter_mut().zip(&present.row(target)[first..]) {
                *by_action += (weight * gain) as f32;
            }
        }
    }

    /// Learns from what followed the executed action, and from whether things go worse than expected.
    pub(super) fn learn(&mut self, observation: &[f32], action: &[f32], next_observation: &[f32], worse: bool) {
        if next_observation.len() != self.observations || !self.sense(observation, action, Which::Executed) {
            return;
        }
        for (change, &(index, scale)) in self.changes.iter_mut().zip(&self.proprioceptors) {
            let difference = (f64::from(next_observation[index]) - f64::from(observation[index])) * scale;
            if !difference.is_finite() {
                return;
            }
            *change = difference.clamp(-LARGEST_INPUT, LARGEST_INPUT);
        }
        self.contexts.learn(&self.executed, &self.changes, worse);
    }

    /// Fills one of the two z; false if the observation or the action is not what it should be.
    fn sense(&mut self, observation: &[f32], action: &[f32], which: Which) -> bool {
        let regressors = match which {
            Which::Intended => &mut self.intended,
            Which::Executed => &mut self.executed,
        };
        if observation.len() != self.observations || action.len() != self.actions {
            return false;
        }
        regressors[0] = 1.0;
        let (body, command) = regressors[1..].split_at_mut(self.proprioceptors.len());
        let mut sound = true;
        for (regressor, &(index, scale)) in body.iter_mut().zip(&self.proprioceptors) {
            *regressor = (f64::from(observation[index]) * scale).clamp(-LARGEST_INPUT, LARGEST_INPUT);
            sound &= regressor.is_finite();
        }
        for (regressor, &action) in command.iter_mut().zip(action) {
            *regressor = f64::from(action.clamp(-1.0, 1.0));
            sound &= regressor.is_finite();
        }
        sound
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        self.contexts.save(writer);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.contexts.load(reader)
    }
}

#[derive(Clone, Copy)]
enum Which {
    Intended,
    Executed,
}

#[cfg(test)]
#[path = "model_reference_tests.rs"]
mod tests;
