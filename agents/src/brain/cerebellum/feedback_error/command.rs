//! The command of feedback-error learning: what the Purkinje cells read from the granule cells.

use super::FeedbackError;
use crate::brain::lanes::{Lanes, ZEROS, total};

impl FeedbackError {
    /// Writes y, one per action; remembers what it came from only if `explore`.
    pub(crate) fn command(&mut self, observation: &[f32], explore: bool, command: &mut [f32]) {
        for (input, sensed) in self.inputs.iter_mut().zip(&self.desired) {
            let value = observation.get(sensed.index).copied().unwrap_or(0.0);
            *input = Lanes::splat(if value.is_finite() { (value / sensed.typical).clamp(-10.0, 10.0) } else { 0.0 });
        }
        self.granule.expand(&self.inputs, &mut self.features);
        let units = self.features.len();
        let weights = self.fast.weights.chunks_exact(units).zip(self.slow.weights.chunks_exact(units));
        for (command, (fast, slow)) in command.iter_mut().zip(weights) {
            let sites = fast.iter().zip(slow).zip(&self.features);
            *command = total(sites.fold(ZEROS, |sum, ((&fast, &slow), &feature)| sum + (fast + slow) * feature));
        }
        if explore {
            self.remember();
        }
    }

    /// Writes the slow site's part of the command that was written last.
    pub(crate) fn slow_command(&self, slow: &mut [f32]) {
        for (slow, weights) in slow.iter_mut().zip(self.slow.weights.chunks_exact(self.features.len())) {
            *slow = total(
                weights.iter().zip(&self.features).fold(ZEROS, |sum, (&weight, &feature)| sum + weight * feature),
            );
        }
    }

    fn remember(&mut self) {
        let slots = self.slots();
        if !self.awaiting {
            self.newest = (self.newest + 1) % slots;
            self.remembered = (self.remembered + 1).min(slots);
        }
        let units = self.features.len();
        self.past[self.newest * units..][..units].copy_from_slice(&self.features);
        self.awaiting = true;
    }
}
