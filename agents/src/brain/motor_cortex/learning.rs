//! What a motor cortex learns: per step from error and reward, at the end of a trial, and at night.

use super::MotorCortex;
use super::vectors::{average, finite, lengths, rescale};
use crate::agent::Transition;

/// Trials over which recent progress is averaged.
const RECENT: f32 = 20.0;
/// Trials over which what is usual falls.
const USUAL: f32 = 5000.0;
/// Largest dopamine, in usual ones.
const CAP: f32 = 3.0;
/// Share of the last dopamine in what is usual of it.
const USUAL_RATE: f32 = 0.001;

impl MotorCortex {
    /// Learns from what followed the last exploring action.
    pub(crate) fn learn(&mut self, transition: &Transition<'_>) {
        average(&mut self.code_average, &self.code, self.kept);
        average(&mut self.latent_average, &self.latents, self.kept);
        self.learn_from_error(transition.next_observation);
        self.learn_from_reward(transition.reward);
        self.steps += 1.0;
        if transition.terminated || transition.truncated {
            self.end_trial();
        }
    }

    fn learn_from_error(&mut self, observation: &[f32]) {
        let aim = self.aim.map(|index| finite(observation, index) / self.speed);
        let e = self.error.map(|index| finite(observation, index) / self.speed);
        let v = [aim[0] - e[0], aim[1] - e[1]];
        let count = self.latents.len();
        let size = 1.0 + self.latent_average.iter().map(|latent| latent * latent).sum::<f32>();
        for (row, v) in self.forward.chunks_exact_mut(count).zip(v) {
            let told: f32 = row.iter().zip(&self.latent_average).map(|(weight, latent)| weight * latent).sum();
            let step = self.teachers.error * self.config.forward_rate * (v - told) / size;
            row.iter_mut().zip(&self.latent_average).for_each(|(weight, latent)| *weight += step * latent);
        }
        let length = (e[0] * e[0] + e[1] * e[1]).sqrt();
        let saturation = self.config.error.saturation;
        let fibre = if length > 0.0 { saturation * libm::tanhf(length / saturation) / length } else { 0.0 };
        self.climbing_fibre = fibre * length;
        self.error_sum += length;
        if let Some(decoder) = self.config.exact.take() {
            self.follow_exactly(&decoder, e);
            self.config.exact = Some(decoder);
            return;
        }
        for (latent, sums) in self.association_sum.chunks_exact_mut(self.code.len()).enumerate() {
            let taught = fibre * (self.forward[latent] * e[0] + self.forward[count + latent] * e[1]);
            sums.iter_mut().zip(&self.code_average).for_each(|(sum, code)| *sum += taught * code);
        }
    }

    /// The ablation: the gradient of the squared error by all weights, through the decoder itself.
    fn follow_exactly(&mut self, decoder: &[Vec<f32>; 2], e: [f32; 2]) {
        let by_unit = |unit: usize| decoder[0][unit] * e[0] + decoder[1][unit] * e[1];
        let rows = self.weights.chunks_exact(self.units).zip(self.fast.chunks_exact_mut(self.units));
        let (code, sums) = (self.code.len(), &mut self.association_sum);
        for (latent, (weights, fast)) in rows.enumerate() {
            let mut taught = 0.0;
            for (unit, (weight, fast)) in weights.iter().zip(fast).enumerate() {
                taught += (weight + *fast) * by_unit(unit);
            }
            let row = &mut sums[latent * code..][..code];
            row.iter_mut().zip(&self.code_average).for_each(|(sum, code)| *sum += taught * code);
        }
        for (latent, sums) in self.latent_average.iter().zip(self.fast_sum.chunks_exact_mut(self.units)) {
            sums.iter_mut().enumerate().for_each(|(unit, sum)| *sum += by_unit(unit) * latent);
        }
    }

    fn learn_from_reward(&mut self, reward: f32) {
        if !reward.is_finite() {
            return;
        }
        let expected: f32 = self.values.iter().zip(&self.code).map(|(value, code)| value * code).sum();
        let surprise = reward - expected;
        if self.usual_dopamine == 0.0 {
            self.usual_dopamine = surprise.abs();
        }
        let most = CAP * self.usual_dopamine;
        let capped = surprise.clamp(-most, most);
        (self.dopamine, self.dopamine_adapted) = (surprise, if most > 0.0 { CAP * capped / most } else { 0.0 });
        self.usual_dopamine += USUAL_RATE * (capped.abs() - self.usual_dopamine);
        let rate = self.config.reward.value_rate * capped;
        self.values.iter_mut().zip(&self.code).for_each(|(value, code)| *value += rate * code);
        self.reward_sum += if most > 0.0 { capped + expected } else { reward };
        let (kept, share) = (self.trace_kept, self.teachers.reward * self.gain() * self.dopamine_adapted);
        let exact = self.config.exact.is_some();
        let rows = self.eligibility.chunks_exact_mut(self.units).zip(self.fast_sum.chunks_exact_mut(self.units));
        for (&latent, (traces, sums)) in self.latents.iter().zip(rows) {
            let new = (1.0 - kept) * latent;
            for ((trace, sum), noise) in traces.iter_mut().zip(sums).zip(&self.noise) {
                *trace = kept * *trace + new * noise;
                *sum += if exact { 0.0 } else { share * *trace };
            }
        }
    }

    /// How well control goes, from 0 to 1: recent progress over what is usual, squared.
    pub(super) fn gain(&self) -> f32 {
        let [recent, usual] = self.progress;
        if usual > 0.0 { (recent / usual).clamp(0.0, 1.0).powi(2) } else { 1.0 }
    }

    fn end_trial(&mut self) {
        let per_step = 1.0 / self.steps;
        let (error, reward) = (&self.config.error, &self.config.reward);
        let rate = error.rate * per_step * self.teachers.error;
        for ((weight, native), sum) in self.association.iter_mut().zip(&self.native).zip(&mut self.association_sum) {
            *weight = native + error.retention * (*weight - native) + rate * *sum;
            *sum = 0.0;
        }
        for ((fast, sum), (tagged, squared)) in
            self.fast.iter_mut().zip(&mut self.fast_sum).zip(self.tagged.iter_mut().zip(&mut self.tagged_squared))
        {
            let taught = *sum * per_step;
            *fast = reward.retention * *fast + reward.rate * taught;
            *tagged += taught;
            *squared += taught * taught;
            *sum = 0.0;
        }
        let first = self.trials == 0.0 && self.usual_error == 0.0;
        follow(&mut self.progress, self.reward_sum * per_step);
        let missed = self.error_sum * per_step;
        self.trials += 1.0;
        self.day_error += (missed - self.day_error) / self.trials;
        if first {
            self.usual_error = missed;
        }
        let way = missed - self.usual_error;
        // What is usual is what can be done: it falls at once and rises slowly.
        self.usual_error += way / if way < 0.0 { RECENT } else { USUAL };
        self.eligibility.fill(0.0);
        self.code_average.fill(0.0);
        self.latent_average.fill(0.0);
        (self.reward_sum, self.error_sum, self.steps) = (0.0, 0.0, 0.0);
    }

    /// A night: what the day's reward agreed upon is built into the weights, and what error taught mostly fades.
    pub(crate) fn sleep(&mut self) {
        let night = &self.config.night;
        let missed = if self.usual_error > 0.0 { (self.day_error - self.usual_error) / self.usual_error } else { 0.0 };
        let rate = night.rate * missed.clamp(0.0, 1.0);
        let lengths = lengths(&self.weights, self.units);
        for (weight, (tagged, squared)) in self.weights.iter_mut().zip(self.tagged.iter().zip(&self.tagged_squared)) {
            if tagged.abs() > night.threshold * squared.sqrt() {
                *weight += rate * tagged;
            }
        }
        rescale(&mut self.weights, &lengths);
        for array in [&mut self.tagged, &mut self.tagged_squared, &mut self.fast] {
            array.fill(0.0);
        }
        for (weight, native) in self.association.iter_mut().zip(&self.native) {
            *weight = native + night.retention * (*weight - native);
        }
        (self.day_error, self.trials) = (0.0, 0.0);
    }
}

/// Follows what is recent, and what is usual: that rises as fast and falls slowly.
fn follow([recent, usual]: &mut [f32; 2], value: f32) {
    *recent += (value - *recent) / RECENT;
    let way = *recent - *usual;
    *usual += way / if way > 0.0 { 1.0 } else { USUAL };
}
