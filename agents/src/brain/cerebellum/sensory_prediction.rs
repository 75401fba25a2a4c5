//! Sensory prediction: what a sense that is not always there would tell, from where the limb is.
//!
//! A forward model from proprioception to touch, or to the sight of a cursor, is learnt while the sense is there, and stands
//! in for it while it is not (Doya 2000: cerebellar modules as internal models for state estimation). For each percept, with
//! b the limb's proprioceptors and all numbers in their typical magnitudes,
//!
//! ```text
//! z = [1, b, b ⊗ b]      ŷ = W z      e = y − ŷ, what the climbing fibre tells
//! s = |e|² / (m σ² (1 + zᵀ P z))                        how surprising e is, for m values
//! P ← κ P + (1 − κ) P₀   with κ = clamp(1 − s / N, 0.8, 1)      surprise brings doubt back
//! k = P z / (1 + zᵀ P z)      W ← W + e kᵀ      P ← P − k (P z)ᵀ
//! trust = 1 / (1 + σ² zᵀ P z / τ²)
//! ```
//!
//! which is recursive least squares whose covariance P stays positive and bounded by P₀, however long it is learnt in one
//! place: with exponential forgetting it would not. What is wanted of a percept is told apart from what is predicted, in the
//! sense's own units and, by the forward model's Jacobian J = ∂ŷ/∂b, as the way that the limb would have to go:
//!
//! ```text
//! g = trust · due · (goal − ŷ)      Δb = Jᵀ (J Jᵀ + ε)⁻¹ g
//! ```
//!
//! Δb is what the cortex gets to see beside its senses, and what [`GoalReach`](super::goal_reach::GoalReach) commands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::climbing_fibre::{ClimbingFibre, ClimbingFibreConfig};
use crate::agent::{AgentShape, Belief, Goal, Percept};
use crate::brain::config::{ConfigError, above, within};
use crate::brain::least_squares::{LeastSquares, dot, padded, solve};
use crate::state::{StateError, StateReader, StateWriter};

/// Sensory prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SensoryPredictionConfig {
    /// σ: standard deviation of what the forward model cannot know of a sense, in typical magnitudes; 0.001 to 10, default
    /// 0.03.
    pub noise: f64,
    /// Standard deviation of the weights of a naive model, in typical magnitudes; 0.01 to 100, default 1. Those of products
    /// are ten times less likely to be far from 0.
    pub prior: f64,
    /// N: steps with the sense over which doubt comes back where nothing surprises; 5 to 1e9, default 1000.
    pub memory: f64,
    /// τ: standard deviation of a prediction, in typical magnitudes, at which it is trusted by half; 0.001 to 100, default
    /// 0.1 (own measurement: 0.02 costs most of what it is worth).
    pub tolerance: f64,
    /// ε: how far J J′ must stand out to be inverted, in typical magnitudes; above 0 and at most 100, default 0.01.
    pub ridge: f64,
    /// Share of what could be learnt that is; 0 to 1, default 1. At 0 it is a predictor that stays as it is.
    pub plasticity: f64,
}

impl Default for SensoryPredictionConfig {
    fn default() -> Self {
        SensoryPredictionConfig {
            noise: 0.03,
            prior: 1.0,
            memory: 1000.0,
            tolerance: 0.1,
            ridge: 0.01,
            plasticity: 1.0,
        }
    }
}

impl SensoryPredictionConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        within("cerebellum.sensory_prediction.noise", self.noise, 0.001..=10.0)?;
        within("cerebellum.sensory_prediction.prior", self.prior, 0.01..=100.0)?;
        within("cerebellum.sensory_prediction.memory", self.memory, 5.0..=1e9)?;
        within("cerebellum.sensory_prediction.tolerance", self.tolerance, 0.001..=100.0)?;
        above("cerebellum.sensory_prediction.ridge", self.ridge, 0.0, 100.0)?;
        within("cerebellum.sensory_prediction.plasticity", self.plasticity, 0.0..=1.0)
    }
}

/// A limb with more proprioceptors is not predicted from: the covariance grows with the fourth power of their number.
const MOST_OF_A_LIMB: usize = 8;
/// Prior variance of the weights of products, as a share of that of the others.
const PRODUCTS: f64 = 0.1;
/// Least that is left of the covariance after a surprise.
const LEAST_KEPT: f64 = 0.8;
/// Largest magnitude of an input or a sense, in typical magnitudes.
const LARGEST: f64 = 10.0;

/// An observed number, and 1 / its typical magnitude.
#[derive(Clone, Copy, Debug)]
struct Sensed {
    index: usize,
    scale: f64,
}

impl Sensed {
    /// Its value in typical magnitudes, if it is told.
    fn of(self, observation: &[f32]) -> Option<f64> {
        let value = f64::from(*observation.get(self.index)?) * self.scale;
        value.is_finite().then(|| value.clamp(-LARGEST, LARGEST))
    }
}

/// What is wanted of a percept.
#[derive(Clone, Debug)]
struct Wanted {
    /// Indices and what is added to the numbers there.
    values: Vec<(usize, f64)>,
    due: Option<usize>,
}

impl Wanted {
    fn new(goal: &Goal) -> Wanted {
        let values = goal.values.iter().zip(&goal.offsets).map(|(&index, &offset)| (index, f64::from(offset)));
        Wanted { values: values.collect(), due: goal.due }
    }

    /// How far it is due, from 0 to 1.
    fn due(&self, observation: &[f32]) -> f64 {
        let due = self.due.map_or(1.0, |index| observation.get(index).map_or(0.0, |&due| f64::from(due)));
        if due.is_finite() { due.clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// The forward model of one percept.
#[derive(Clone, Debug)]
pub(super) struct Predictor {
    /// Index of the percept in the shape.
    percept: usize,
    values: Vec<Sensed>,
    present: usize,
    limb: Vec<Sensed>,
    goals: Vec<Wanted>,
    model: LeastSquares,
    fibres: Vec<ClimbingFibre>,
    /// Diagonal of P₀.
    prior: Vec<f64>,
    /// z, padded, and ŷ of the observation at hand.
    basis: Vec<f64>,
    predicted: Vec<f64>,
    /// J of the observation at hand, one row per value.
    jacobian: Vec<f64>,
    trust: f64,
    /// g and Δb of every goal.
    gaps: Vec<f64>,
    ways: Vec<f64>,
    innovations: Vec<f64>,
    /// J Jᵀ + ε, and room for its factor.
    normal: Vec<f64>,
    factor: Vec<f64>,
    solution: Vec<f64>,
}

impl Predictor {
    fn new(
        config: &SensoryPredictionConfig,
        fibre: &ClimbingFibreConfig,
        shape: &AgentShape,
        index: usize,
        percept: &Percept,
    ) -> Self {
        let sensed = |&index: &usize| Sensed { index, scale: 1.0 / f64::from(shape.observations[index].typical) };
        let values: Vec<Sensed> = percept.values.iter().map(sensed).collect();
        let limb: Vec<Sensed> = percept.limb.iter().map(sensed).collect();
        let (m, n) = (values.len(), limb.len());
        let regressors = 1 + n + n * (n + 1) / 2;
        let variance = (config.prior / config.noise).powi(2);
        let prior = (0..regressors).map(|index| if index > n { PRODUCTS * variance } else { variance }).collect();
        let mut predictor = Predictor {
            percept: index,
            model: LeastSquares::new(regressors, m, variance),
            fibres: vec![ClimbingFibre::new(fibre); m],
            basis: vec![0.0; padded(regressors)],
            predicted: vec![0.0; m],
            jacobian: vec![0.0; m * n],
            trust: 0.0,
            gaps: vec![0.0; percept.goals.len() * m],
            ways: vec![0.0; percept.goals.len() * n],
            innovations: vec![0.0; m],
            normal: vec![0.0; m * m],
            factor: vec![0.0; m * m],
            solution: vec![0.0; m],
            goals: percept.goals.iter().map(Wanted::new).collect(),
            present: percept.present,
            prior,
            values,
            limb,
        };
        predictor.model.restore(0.0, &predictor.prior);
        predictor
    }

    /// Fills z; false if any of the limb is not told.
    fn feel(&mut self, observation: &[f32]) -> bool {
        let n = self.limb.len();
        self.basis[0] = 1.0;
        for (place, sensed) in self.limb.iter().enumerate() {
            let Some(value) = sensed.of(observation) else { return false };
            self.basis[1 + place] = value;
        }
        let mut next = 1 + n;
        for first in 0..n {
            for second in first..n {
                self.basis[next] = self.basis[1 + first] * self.basis[1 + second];
                next += 1;
            }
        }
        true
    }

    /// Predicts what would be sensed where the limb is, and how far that is from what is wanted.
    fn predict(&mut self, config: &SensoryPredictionConfig, authority: f64, observation: &[f32]) {
        self.gaps.fill(0.0);
        self.ways.fill(0.0);
        self.trust = 0.0;
        if authority == 0.0 || !self.feel(observation) {
            return;
        }
        let (m, n) = (self.values.len(), self.limb.len());
        for (target, predicted) in self.predicted.iter_mut().enumerate() {
            *predicted = dot(self.model.row(target), &self.basis);
        }
        let doubt = self.model.doubt_at(&self.basis) * (config.noise / config.tolerance).powi(2);
        self.trust = authority / (1.0 + doubt);
        for (target, row) in self.jacobian.chunks_exact_mut(n).enumerate() {
            let weights = self.model.row(target);
            row.copy_from_slice(&weights[1..1 + n]);
            let mut next = 1 + n;
            for first in 0..n {
                for second in first..n {
                    row[first] += weights[next] * self.basis[1 + second];
                    row[second] += weights[next] * self.basis[1 + first];
                    next += 1;
                }
            }
        }
        for (row, normal) in self.normal.chunks_exact_mut(m).enumerate() {
            for (column, normal) in normal.iter_mut().enumerate() {
                let own = &self.jacobian[row * n..][..n];
                let other = &self.jacobian[column * n..][..n];
                *normal = own.iter().zip(other).map(|(own, other)| own * other).sum();
            }
            normal[row] += config.ridge;
        }
        for (goal, (gaps, ways)) in
            self.goals.iter().zip(self.gaps.chunks_exact_mut(m).zip(self.ways.chunks_exact_mut(n)))
        {
            let weight = self.trust * goal.due(observation);
            if weight == 0.0 {
                continue;
            }
            let wanted = goal.values.iter().zip(&self.values).zip(&self.predicted);
            for (gap, ((&(index, offset), sensed), predicted)) in gaps.iter_mut().zip(wanted) {
                let value = observation.get(index).map_or(f64::NAN, |&value| f64::from(value));
                *gap = weight * ((value + offset) * sensed.scale - predicted).clamp(-LARGEST, LARGEST);
            }
            if gaps.iter().any(|gap| !gap.is_finite()) {
                gaps.fill(0.0);
                continue;
            }
            self.solution.copy_from_slice(gaps);
            self.factor.copy_from_slice(&self.normal);
            solve(&mut self.factor, &mut self.solution);
            for (part, way) in ways.iter_mut().enumerate() {
                let along: f64 = (0..m).map(|target| self.jacobian[target * n + part] * self.solution[target]).sum();
                *way = along.clamp(-LARGEST, LARGEST);
            }
        }
    }

    /// Learns from what is sensed, if it is; returns the mean magnitude of what the climbing fibres tell, in σ.
    fn learn(&mut self, config: &SensoryPredictionConfig, observation: &[f32]) -> Option<f64> {
        let present = observation.get(self.present).is_some_and(|&present| present > 0.0);
        if !present || !self.feel(observation) {
            return None;
        }
        for (target, (innovation, sensed)) in self.innovations.iter_mut().zip(&self.values).enumerate() {
            *innovation = sensed.of(observation)? - dot(self.model.row(target), &self.basis);
        }
        let m = self.innovations.len() as f64;
        let square: f64 = self.innovations.iter().map(|innovation| innovation * innovation).sum();
        let expected = |doubt: f64| config.noise * config.noise * (1.0 + doubt);
        let surprise = square / (m * expected(self.model.doubt_at(&self.basis)));
        if config.plasticity > 0.0 {
            let kept = (1.0 - surprise / config.memory).clamp(LEAST_KEPT, 1.0);
            self.model.restore(1.0 - config.plasticity * (1.0 - kept), &self.prior);
        }
        let sd = expected(self.model.doubt_at(&self.basis)).sqrt();
        let mut magnitude = 0.0;
        for (innovation, fibre) in self.innovations.iter_mut().zip(&mut self.fibres) {
            let signal = fibre.signal(*innovation, sd);
            magnitude += signal.abs() / (config.noise * m);
            *innovation = config.plasticity * signal;
        }
        if config.plasticity > 0.0 {
            self.model.learn(&self.basis, &self.innovations, 1.0);
        }
        Some(magnitude)
    }

    /// How far the first goal is due, what is predicted to be missing, and by which way of the limb it changes.
    pub(super) fn due(&self, observation: &[f32]) -> f64 {
        self.goals.first().map_or(0.0, |goal| goal.due(observation))
    }

    /// Trust in the prediction at hand, in [0, 1].
    pub(super) fn trust(&self) -> f64 {
        self.trust
    }

    /// How many goals it has.
    pub(super) fn goals(&self) -> usize {
        self.goals.len()
    }

    /// The first goal that is due by at least so much.
    pub(super) fn first_due(&self, observation: &[f32], least: f64) -> Option<usize> {
        self.goals.iter().position(|goal| goal.due(observation) >= least)
    }

    /// g of a goal.
    pub(super) fn gap(&self, goal: usize) -> &[f64] {
        let values = self.values.len();
        self.gaps.get(goal * values..(goal + 1) * values).unwrap_or(&[])
    }

    /// J, one row per value.
    pub(super) fn jacobian(&self) -> &[f64] {
        &self.jacobian
    }

    /// The limb's proprioceptors: indices, and 1 / their typical magnitudes.
    pub(super) fn limb(&self) -> impl Iterator<Item = (usize, f64)> {
        self.limb.iter().map(|sensed| (sensed.index, sensed.scale))
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        self.model.save(writer);
        for (target, fibre) in self.fibres.iter().enumerate() {
            fibre.save(&format!("rate_{target}"), writer);
        }
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.model.load(reader)?;
        for (target, fibre) in self.fibres.iter_mut().enumerate() {
            fibre.load(&format!("rate_{target}"), reader)?;
        }
        Ok(())
    }
}

/// The forward models of all percepts.
#[derive(Clone, Debug)]
pub(super) struct SensoryPrediction {
    config: SensoryPredictionConfig,
    predictors: Vec<Predictor>,
    /// Mean magnitude of the last climbing-fibre signals, in σ.
    fibre: f32,
}

impl SensoryPrediction {
    /// Naive models, if the shape has percepts.
    pub(super) fn new(
        config: &SensoryPredictionConfig,
        fibre: &ClimbingFibreConfig,
        shape: &AgentShape,
    ) -> Option<SensoryPrediction> {
        let simple = |(_, percept): &(usize, &Percept)| (1..=MOST_OF_A_LIMB).contains(&percept.limb.len());
        let percepts = shape.percepts.iter().enumerate().filter(simple);
        let predictors: Vec<Predictor> =
            percepts.map(|(index, percept)| Predictor::new(config, fibre, shape, index, percept)).collect();
        (!predictors.is_empty()).then(|| SensoryPrediction { config: config.clone(), predictors, fibre: 0.0 })
    }

    /// How many numbers it tells the cortex: a way of the limb for every percept and goal.
    pub(super) fn outputs(&self) -> usize {
        self.predictors.iter().map(|predictor| predictor.ways.len()).sum()
    }

    /// The forward models.
    pub(super) fn predictors(&self) -> &[Predictor] {
        &self.predictors
    }

    /// Predicts from an observation, as far as it has the authority to, and writes the ways of the limbs, in typical
    /// magnitudes.
    pub(super) fn predict(&mut self, authority: f32, observation: &[f32], ways: &mut [f32]) {
        let mut rest = ways.iter_mut();
        for predictor in &mut self.predictors {
            predictor.predict(&self.config, f64::from(authority), observation);
            for (slot, &way) in rest.by_ref().zip(&predictor.ways) {
                *slot = way as f32;
            }
        }
    }

    /// Learns from the senses that are there.
    pub(super) fn learn(&mut self, observation: &[f32]) {
        let (mut sum, mut count) = (0.0, 0);
        for predictor in &mut self.predictors {
            if let Some(magnitude) = predictor.learn(&self.config, observation) {
                (sum, count) = (sum + magnitude, count + 1);
            }
        }
        self.fibre = if count > 0 { (sum / f64::from(count)) as f32 } else { 0.0 };
    }

    /// Mean magnitude of the climbing-fibre signals of the last step, in σ; 0 where nothing was sensed.
    pub(super) fn climbing_fibre(&self) -> f32 {
        self.fibre
    }

    /// Trust in the predictions at hand where something is due, else over all of them.
    pub(super) fn trust(&self, observation: &[f32]) -> f32 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for predictor in &self.predictors {
            let weight = predictor.due(observation) + 1e-6;
            (sum, weights) = (sum + weight * predictor.trust, weights + weight);
        }
        (sum / weights) as f32
    }

    /// Tells what it predicts to be sensed.
    pub(super) fn beliefs(&self, report: &mut dyn FnMut(Belief<'_>)) {
        for predictor in &self.predictors {
            let values = predictor.predicted.iter().zip(&predictor.values);
            let values: Vec<f32> = values.map(|(predicted, sensed)| (predicted / sensed.scale) as f32).collect();
            report(Belief { percept: predictor.percept, values: &values, trust: predictor.trust as f32 });
        }
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_f32("fibre", &[self.fibre]);
        for (index, predictor) in self.predictors.iter().enumerate() {
            writer.scope(&format!("percept_{index}"), |writer| predictor.save(writer));
        }
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.get_f32("fibre", std::slice::from_mut(&mut self.fibre))?;
        for (index, predictor) in self.predictors.iter_mut().enumerate() {
            reader.scope(&format!("percept_{index}"), |reader| predictor.load(reader))?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "sensory_prediction_tests.rs"]
pub(super) mod tests;
