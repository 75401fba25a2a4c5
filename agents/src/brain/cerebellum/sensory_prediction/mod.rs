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

mod config;
mod predictor;

pub use config::SensoryPredictionConfig;
pub(super) use predictor::Predictor;

use super::climbing_fibre::ClimbingFibreConfig;
use crate::agent::{AgentShape, Belief, Percept};
use crate::state::{StateError, StateReader, StateWriter};

/// A limb with more proprioceptors is not predicted from: the covariance grows with the fourth power of their number.
const MOST_OF_A_LIMB: usize = 8;

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
        self.predictors.iter().map(|predictor| predictor.ways().len()).sum()
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
            for (slot, &way) in rest.by_ref().zip(predictor.ways()) {
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
            (sum, weights) = (sum + weight * predictor.trust(), weights + weight);
        }
        (sum / weights) as f32
    }

    /// Tells what it predicts to be sensed.
    pub(super) fn beliefs(&self, report: &mut dyn FnMut(Belief<'_>)) {
        self.predictors.iter().for_each(|predictor| predictor.belief(report));
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
pub(super) mod tests;
