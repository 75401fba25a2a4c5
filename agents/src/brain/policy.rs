//! The policy: one Gaussian per action, with mean and spread read from the actor's outputs.
//!
//! The outputs are the means, followed by the values x that set the standard deviations, SD = low + (high − low) ·
//! sigmoid(x): the actor learns its own exploration within limits. Actions are not clipped here, so that their
//! probability follows the Gaussian.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Conversion of outputs to actions.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) actions: usize,
    pub(super) sd_low: f32,
    pub(super) sd_high: f32,
    /// Weight of the entropy in the gradient.
    pub(super) entropy: f32,
}

impl Policy {
    /// Number of outputs that the policy needs from the actor.
    pub(super) fn outputs(&self) -> usize {
        2 * self.actions
    }

    /// Writes the mean action.
    pub(super) fn mean(&self, outputs: &[f32], action: &mut [f32]) {
        for (action, &mean) in action.iter_mut().zip(&outputs[..self.actions]) {
            *action = mean;
        }
    }

    /// Draws an action; `noise` receives its deviations from the mean, in standard deviations.
    pub(super) fn draw(&self, outputs: &[f32], generator: &mut ChaCha8Rng, noise: &mut [f32], action: &mut [f32]) {
        noise.fill_with(|| generator.sample(StandardNormal));
        let (means, spreads) = outputs.split_at(self.actions);
        for ((action, &noise), (&mean, &spread)) in action.iter_mut().zip(&*noise).zip(means.iter().zip(spreads)) {
            *action = mean + self.sd(spread) * noise;
        }
    }

    /// Writes the gradient of −log π(a) − entropy · sign · H with respect to the outputs, for the action that is
    /// `noise` standard deviations from its mean.
    pub(super) fn gradient(&self, outputs: &[f32], noise: &[f32], sign: f32, gradient: &mut [f32]) {
        let spreads = &outputs[self.actions..];
        let (d_means, d_spreads) = gradient.split_at_mut(self.actions);
        let d_outputs = d_means.iter_mut().zip(d_spreads);
        for ((d_mean, d_spread), (&spread, &noise)) in d_outputs.zip(spreads.iter().zip(noise)) {
            let share = sigmoid(spread);
            let sd = self.sd_low + (self.sd_high - self.sd_low) * share;
            let sd_by_spread = (self.sd_high - self.sd_low) * share * (1.0 - share);
            *d_mean = -noise / sd;
            *d_spread = (1.0 - noise * noise - self.entropy * sign) / sd * sd_by_spread;
        }
    }

    /// Standard deviation, averaged over the actions.
    pub(super) fn exploration(&self, outputs: &[f32]) -> f32 {
        let spreads = &outputs[self.actions..self.outputs()];
        spreads.iter().map(|&spread| self.sd(spread)).sum::<f32>() / self.actions as f32
    }

    fn sd(&self, spread: f32) -> f32 {
        self.sd_low + (self.sd_high - self.sd_low) * sigmoid(spread)
    }
}

fn sigmoid(x: f32) -> f32 {
    // The system's exp may differ between CPUs in the last bit; this one does not.
    1.0 / (1.0 + libm::expf(-x))
}
