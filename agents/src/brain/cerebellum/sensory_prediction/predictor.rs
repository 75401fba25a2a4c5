//! The forward model of one percept: what would be sensed where the limb is, and how far that is from what is wanted.

use super::config::SensoryPredictionConfig;
use crate::agent::{AgentShape, Belief, Goal, Percept};
use crate::brain::cerebellum::climbing_fibre::{ClimbingFibre, ClimbingFibreConfig};
use crate::brain::least_squares::{LeastSquares, dot, padded, solve};
use crate::state::{StateError, StateReader, StateWriter};

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
pub(crate) struct Predictor {
    /// Index of the percept in the shape.
    percept: usize,
    values: Vec<Sensed>,
    present: usize,
    limb: Vec<Sensed>,
    goals: Vec<Wanted>,
    pub(super) model: LeastSquares,
    fibres: Vec<ClimbingFibre>,
    /// Diagonal of P₀.
    prior: Vec<f64>,
    /// z, padded, and ŷ of the observation at hand.
    basis: Vec<f64>,
    pub(super) predicted: Vec<f64>,
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
    pub(super) fn new(
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
    pub(super) fn predict(&mut self, config: &SensoryPredictionConfig, authority: f64, observation: &[f32]) {
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
    pub(super) fn learn(&mut self, config: &SensoryPredictionConfig, observation: &[f32]) -> Option<f64> {
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
    pub(crate) fn due(&self, observation: &[f32]) -> f64 {
        self.goals.first().map_or(0.0, |goal| goal.due(observation))
    }

    /// Trust in the prediction at hand, in [0, 1].
    pub(crate) fn trust(&self) -> f64 {
        self.trust
    }

    /// Δb of every goal.
    pub(super) fn ways(&self) -> &[f64] {
        &self.ways
    }

    /// Tells what it predicts to be sensed.
    pub(super) fn belief(&self, report: &mut dyn FnMut(Belief<'_>)) {
        let values = self.predicted.iter().zip(&self.values);
        let values: Vec<f32> = values.map(|(predicted, sensed)| (predicted / sensed.scale) as f32).collect();
        report(Belief { percept: self.percept, values: &values, trust: self.trust as f32 });
    }

    /// How many goals it has.
    pub(crate) fn goals(&self) -> usize {
        self.goals.len()
    }

    /// The first goal that is due by at least so much.
    pub(crate) fn first_due(&self, observation: &[f32], least: f64) -> Option<usize> {
        self.goals.iter().position(|goal| goal.due(observation) >= least)
    }

    /// g of a goal.
    pub(crate) fn gap(&self, goal: usize) -> &[f64] {
        let values = self.values.len();
        self.gaps.get(goal * values..(goal + 1) * values).unwrap_or(&[])
    }

    /// J, one row per value.
    pub(crate) fn jacobian(&self) -> &[f64] {
        &self.jacobian
    }

    /// The limb's proprioceptors: indices, and 1 / their typical magnitudes.
    pub(crate) fn limb(&self) -> impl Iterator<Item = (usize, f64)> {
        self.limb.iter().map(|sensed| (sensed.index, sensed.scale))
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        self.model.save(writer);
        for (target, fibre) in self.fibres.iter().enumerate() {
            fibre.save(&format!("rate_{target}"), writer);
        }
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.model.load(reader)?;
        for (target, fibre) in self.fibres.iter_mut().enumerate() {
            fibre.load(&format!("rate_{target}"), reader)?;
        }
        Ok(())
    }
}
