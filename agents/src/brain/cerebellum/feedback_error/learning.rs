//! What is learnt from feedback: the error is blamed on past commands step by step, and brought into the weights at the end of
//! an episode.

use super::{FeedbackError, Sensed};
use crate::brain::lanes::{ZEROS, add_scaled, dot, flat, flat_mut};

/// Keeps the normalisation defined where no granule cell is active: |φ|² per granule cell that is as good as none.
const EPSILON: f32 = 0.002;
/// Far beyond any weight of use; keeps a learner whose body runs away finite.
const LARGEST_WEIGHT: f32 = 1e6;

impl FeedbackError {
    /// Lets time pass (s) between two episodes.
    pub(crate) fn rest(&mut self, seconds: f64) {
        let kept = libm::exp(-seconds.max(0.0) / self.volatility) as f32;
        flat_mut(&mut self.fast.weights).iter_mut().for_each(|weight| *weight *= kept);
    }

    /// Learns from the feedback commands that followed the last command, as far as they are relied upon (0 to 1), and from
    /// whether reward was told beside them.
    pub(crate) fn learn(&mut self, next_observation: &[f32], relied: f32, told: bool, ended: bool) {
        if self.error_shown(next_observation) {
            let value =
                |sensed: &Sensed| next_observation.get(sensed.index).map_or(f32::NAN, |value| value / sensed.typical);
            self.certainty.watch(self.feedback.iter().map(value), self.remembered <= 1);
        }
        self.lived += 1;
        self.rewarded += u64::from(told);
        if std::mem::take(&mut self.awaiting) && self.remembered == self.slots() {
            self.blame(next_observation, relied);
        }
        if ended {
            self.consolidate();
            self.remembered = 0;
        }
    }

    /// Adds the present error to what the episode's end will change.
    fn blame(&mut self, next_observation: &[f32], relied: f32) {
        let certainty = self.certainty(next_observation);
        let units = self.features.len();
        let oldest = (self.newest + 1) % self.slots();
        let features = &self.past[oldest * units..][..units];
        self.steps += 1;
        add_scaled(&mut self.visited, 1.0, features);
        self.fibre = 0.0;
        let error = |sensed: &Sensed| {
            let error = certainty
                * next_observation.get(sensed.index).copied().filter(|error| error.is_finite()).unwrap_or(0.0);
            f64::from(error).clamp(-1e6 * f64::from(sensed.typical), 1e6 * f64::from(sensed.typical))
        };
        let square: f64 = self.feedback.iter().map(|sensed| (error(sensed) / f64::from(sensed.typical)).powi(2)).sum();
        self.size += square;
        let actions = self.feedback.iter().zip(&mut self.fibres);
        for ((sensed, fibre), eligible) in actions.zip(self.eligible.chunks_exact_mut(units)) {
            let typical = f64::from(sensed.typical);
            let signal = fibre.signal(error(sensed), typical);
            self.fibre += (signal.abs() / typical) as f32 / self.feedback.len() as f32;
            let signal = relied * signal as f32;
            add_scaled(eligible, signal, features);
        }
    }

    /// Brings what the episode taught into the weights.
    fn consolidate(&mut self) {
        let square = dot(&self.visited, &self.visited);
        let (steps, least) = (self.steps.max(1) as f32, self.least_square());
        let scale = 1.0 / (least + square / steps);
        let told = self.rewarded as f32 / self.lived.max(1) as f32;
        let kept = self.unrewarded + (1.0 - self.unrewarded) * told;
        let relevant = 1.0 / (1.0 + self.size / (f64::from(steps) * self.relevance.powi(2)));
        let (units, synapses_of_zone) = (self.visited.len(), flat(&self.visited).len());
        for (action, sensed) in self.feedback.iter().enumerate() {
            let own = action * units..(action + 1) * units;
            let weights = flat_mut(&mut self.fast.weights[own.clone()]).iter_mut();
            let weights = weights.zip(flat_mut(&mut self.slow.weights[own.clone()]));
            let inputs = flat(&self.eligible[own]).iter().zip(flat(&self.visited));
            for (synapse, ((fast, slow), (eligible, &visited))) in weights.zip(inputs).enumerate() {
                if visited <= 0.0 {
                    continue;
                }
                let error = relevant as f32 * scale * eligible;
                // What a typical error that lasts would come to.
                let typical = sensed.typical * visited * scale;
                if let Some(synapses) = &mut self.synapses
                    && !synapses.meet(action * synapses_of_zone + synapse, error / typical, (*fast + *slow) / typical)
                {
                    continue;
                }
                let sensitivity =
                    self.sensitivity.meet(action * synapses_of_zone + synapse, error / typical, *fast / typical);
                for (weight, site) in [
                    (fast, [self.fast.retention, self.fast.rate * sensitivity]),
                    (slow, [self.slow.retention, self.slow.rate * kept]),
                ] {
                    let changed = site[0] * *weight + site[1] * error;
                    *weight = changed.clamp(-LARGEST_WEIGHT, LARGEST_WEIGHT);
                }
            }
        }
        self.sensitivity.end();
        if let Some(synapses) = &mut self.synapses {
            let (fast, slow) = (flat_mut(&mut self.fast.weights), flat_mut(&mut self.slow.weights));
            synapses.end(|synapse| (fast[synapse], slow[synapse]) = (0.0, 0.0));
        }
        self.eligible.fill(ZEROS);
        self.visited.fill(ZEROS);
        (self.steps, self.size) = (0, 0.0);
        (self.lived, self.rewarded) = (0, 0);
    }

    pub(super) fn least_square(&self) -> f32 {
        EPSILON * flat(&self.features).len() as f32
    }
}
