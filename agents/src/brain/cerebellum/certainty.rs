//! How certain an error is that is shown: one that trembles from step to step is hard to tell, and less is learned from it.
//!
//! The variance v that the feedback commands have from step to step of an episode, in typical ones, is that of noise in what is
//! seen: movements change slowly. The weight of an error is what a Kalman filter would give it (Wei & Körding 2010),
//!
//! ```text
//! certainty = 1 / (1 + v / uncertain²)
//! ```

use crate::brain::clock::Clock;
use crate::state::{StateError, StateReader, StateWriter};

/// Time over which the scatter is averaged, in s.
const MEMORY: f64 = 10.0;
/// Standard deviation from step to step, in typical feedback commands, at which an error is half certain.
const UNCERTAIN: f32 = 10.0;
/// Largest feedback command that is counted, in typical ones.
const LARGEST: f32 = 1e3;

/// The scatter of feedback commands.
#[derive(Clone, Debug)]
pub(super) struct Certainty {
    kept: f32,
    /// What each was at the last step, and the variance that it has from step to step, in typical ones.
    last: Vec<f32>,
    variances: Vec<f32>,
}

impl Certainty {
    pub(super) fn new(feedbacks: usize, clock: Clock) -> Certainty {
        Certainty { kept: clock.kept(MEMORY) as f32, last: vec![0.0; feedbacks], variances: vec![0.0; feedbacks] }
    }

    /// Takes in the feedback commands of a step, in typical ones. The first of an episode follows no other.
    pub(super) fn watch(&mut self, feedback: impl Iterator<Item = f32>, first: bool) {
        for ((now, last), variance) in feedback.zip(&mut self.last).zip(&mut self.variances) {
            if !now.is_finite() {
                continue;
            }
            let now = now.clamp(-LARGEST, LARGEST);
            let change = now - std::mem::replace(last, now);
            if !first {
                *variance += (1.0 - self.kept) * (0.5 * change * change - *variance);
            }
        }
    }

    /// From 0 to 1, by the least certain of them.
    pub(super) fn of_shown(&self) -> f32 {
        let worst = self.variances.iter().copied().fold(0.0, f32::max);
        1.0 / (1.0 + worst / (UNCERTAIN * UNCERTAIN))
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_f32("last", &self.last);
        writer.put_f32("variances", &self.variances);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.get_f32("last", &mut self.last)?;
        reader.get_f32("variances", &mut self.variances)?;
        reader.check("variances", &self.variances, "a number that is not negative", |variance| variance >= 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::State;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use rand_distr::StandardNormal;

    #[test]
    fn what_trembles_by_the_stated_standard_deviation_is_half_certain() {
        let mut certainty = Certainty::new(2, Clock::new(0.01));
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..20_000 {
            let drawn: f32 = generator.sample(StandardNormal);
            certainty.watch([0.3, UNCERTAIN * drawn].into_iter(), false);
        }
        assert!((certainty.of_shown() - 0.5).abs() < 0.03, "{}", certainty.of_shown());
    }

    #[test]
    fn a_slow_change_is_certain_and_so_is_a_jump_between_episodes() {
        let mut certainty = Certainty::new(1, Clock::new(0.01));
        for step in 0..10_000 {
            let place = step % 100;
            certainty.watch([0.2 * place as f32].into_iter(), place == 0);
        }
        assert!(certainty.of_shown() > 0.999, "{}", certainty.of_shown());
        certainty.watch([f32::NAN].into_iter(), false);
        certainty.watch([f32::INFINITY].into_iter(), false);
        assert!(certainty.of_shown() > 0.999);
    }

    #[test]
    fn it_is_the_same_after_saving() {
        let mut certainty = Certainty::new(1, Clock::new(0.01));
        (0..10).for_each(|step| certainty.watch([30.0 * (step % 2) as f32].into_iter(), false));
        let mut state = State::new();
        certainty.save(&mut state.writer());
        let mut again = Certainty::new(1, Clock::new(0.01));
        again.load(&mut state.reader()).unwrap();
        certainty.watch([5.0].into_iter(), false);
        again.watch([5.0].into_iter(), false);
        assert!(again.of_shown() == certainty.of_shown() && again.of_shown() < 1.0);
    }
}
