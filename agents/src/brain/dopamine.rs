//! Dopamine: how the temporal-difference error is bounded and brought to the range of errors that are usual at the time.
//!
//! Midbrain neurons code outcomes relative to the spread that is to be expected (Tobler, Fiorillo & Schultz 2005); the same
//! division keeps the actor's steps stable (Sharifnassab et al. 2026, arXiv 2604.19033). The spread that is expected is the
//! average over all states or, as the cues of that experiment set it, a linear guess from the present observation.

use serde::{Deserialize, Serialize};

use super::average::Average;
use crate::state::{StateError, StateReader, StateWriter};

/// The running size of the errors, and the limits that follow from it.
#[derive(Clone, Debug)]
pub(super) struct Dopamine {
    cap: f64,
    floor: f64,
    square: Average,
    magnitude: Average,
    /// Weights of the guess at |δ| from what is sensed, the last that of a constant; empty if it is the average.
    guess: Vec<f32>,
}

/// Share of its error that the guess at |δ| corrects at a time.
const GUESS_RATE: f32 = 0.05;
/// Smallest guess, as a share of the average of |δ|: errors where none are expected are not blown up.
const LEAST_GUESS: f64 = 0.1;

/// A fault that is put into dopamine on purpose, to see which experiments notice it. All but the last distort only the
/// adapted error, which the actor is told; the critic goes on learning from the sound one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DopamineDefect {
    /// The size of the error without its sign.
    Unsigned,
    /// The error with the opposite sign.
    Flipped,
    /// The sign of the error without its size.
    SignOnly,
    /// The error as it is, not brought to the range of usual errors.
    Unadapted,
    /// The future is left out of the error: δ = r − V(s).
    NoBootstrapping,
}

/// One error in its three forms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Burst {
    /// δ as computed.
    pub(super) raw: f32,
    /// δ within ± cap · sqrt(average of δ²): what drives the critic.
    pub(super) clipped: f32,
    /// The clipped δ over the average of its magnitude: what drives the actor.
    pub(super) adapted: f32,
}

impl Burst {
    /// What a faulty dopamine makes of it.
    pub(super) fn distorted(self, defect: Option<DopamineDefect>) -> Burst {
        let adapted = match defect {
            None | Some(DopamineDefect::NoBootstrapping) => return self,
            Some(DopamineDefect::Unsigned) => self.adapted.abs(),
            Some(DopamineDefect::Flipped) => -self.adapted,
            // Not signum, which calls zero positive.
            Some(DopamineDefect::SignOnly) => f32::from(self.adapted > 0.0) - f32::from(self.adapted < 0.0),
            Some(DopamineDefect::Unadapted) => self.clipped,
        };
        Burst { adapted, ..self }
    }

    /// What is left of it where dopamine is short.
    pub(super) fn weakened(self, share: f32) -> Burst {
        Burst { raw: share * self.raw, clipped: share * self.clipped, adapted: share * self.adapted }
    }
}

impl Dopamine {
    /// `cap` in root mean squares, `memory` in steps; averages of the magnitude below `floor` count as `floor`. Guesses are
    /// made from `inputs` numbers, none if it is 0.
    pub(super) fn new(cap: f64, floor: f64, memory: f64, inputs: usize) -> Dopamine {
        let decay = 1.0 - 1.0 / memory;
        let guess = vec![0.0; if inputs > 0 { inputs + 1 } else { 0 }];
        Dopamine { cap, floor, square: Average::new(decay), magnitude: Average::new(decay), guess }
    }

    /// Takes in one finite error, made where `sensed` was sensed. It counts towards the averages that it is measured by.
    pub(super) fn adapt(&mut self, raw: f32, sensed: &[f32]) -> Burst {
        let error = f64::from(raw);
        let expected = self.expect(raw, sensed);
        let bound = self.cap * self.square.update(error * error).sqrt().max(expected.unwrap_or(0.0));
        let clipped = error.clamp(-bound, bound);
        let average = self.magnitude.update(clipped.abs());
        let usual = expected.map_or(average, |expected| expected.max(LEAST_GUESS * average)).max(self.floor);
        let adapted = if usual > 0.0 { clipped / usual } else { 0.0 };
        let adapted = if expected.is_some() { adapted.clamp(-self.cap, self.cap) } else { adapted };
        Burst { raw, clipped: clipped as f32, adapted: adapted as f32 }
    }

    /// The guess at |δ|, which then learns from it; none if none are made.
    fn expect(&mut self, raw: f32, sensed: &[f32]) -> Option<f64> {
        let (constant, weights) = self.guess.split_last_mut()?;
        let guess = *constant + weights.iter().zip(sensed).map(|(weight, input)| weight * input).sum::<f32>();
        let norm = 1.0 + sensed.iter().map(|input| input * input).sum::<f32>();
        let step = GUESS_RATE * (raw.abs() - guess) / norm;
        weights.iter_mut().zip(sensed).for_each(|(weight, input)| *weight += step * input);
        *constant += step;
        Some(f64::from(guess.max(0.0)))
    }

    /// The usual size of errors, which they are divided by; 0 if there is none.
    pub(super) fn usual(&self) -> f32 {
        self.magnitude.value().max(self.floor) as f32
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        self.square.save("square", writer);
        self.magnitude.save("magnitude", writer);
        if !self.guess.is_empty() {
            writer.put_f32("guess", &self.guess);
        }
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.square.load("square", reader)?;
        self.magnitude.load("magnitude", reader)?;
        if self.guess.is_empty() { Ok(()) } else { reader.get_f32("guess", &mut self.guess) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_bounded_and_brought_to_the_usual_size_by_hand() {
        let mut dopamine = Dopamine::new(1.2, 0.0, 2.0, 0);
        // Corrected averages with decay 1/2 weigh the last error twice as much as the one before it.
        assert_eq!(dopamine.adapt(1.0, &[]), Burst { raw: 1.0, clipped: 1.0, adapted: 1.0 });
        let bound = 1.2 * ((1.0 + 2.0 * 16.0) / 3.0_f64).sqrt();
        let adapted = -bound / ((1.0 + 2.0 * bound) / 3.0);
        let burst = dopamine.adapt(-4.0, &[]);
        assert_eq!(burst.raw, -4.0);
        assert!((f64::from(burst.clipped) + bound).abs() < 1e-6, "{burst:?}");
        assert!((f64::from(burst.adapted) - adapted).abs() < 1e-6, "{burst:?}");
    }

    #[test]
    fn the_larger_outcome_of_every_range_comes_to_look_alike() {
        let adapted: Vec<f32> = [0.05, 0.15, 0.5]
            .into_iter()
            .map(|large| {
                let mut dopamine = Dopamine::new(3.0, 0.001, 5000.0, 0);
                (0..200)
                    .map(|trial| dopamine.adapt(if trial % 2 == 0 { -large } else { large }, &[]))
                    .last()
                    .unwrap()
                    .adapted
            })
            .collect();
        assert!(adapted.iter().all(|&value| (value - 1.0).abs() < 1e-3), "{adapted:?}");
    }

    #[test]
    fn what_the_present_lets_expect_is_what_an_error_is_measured_by() {
        let mut dopamine = Dopamine::new(3.0, 0.001, 5000.0, 2);
        let (mut small, mut large) = (Burst::default(), Burst::default());
        for trial in 0..400 {
            let sign = if trial % 2 == 0 { 1.0 } else { -1.0 };
            small = dopamine.adapt(0.1 * sign, &[1.0, 0.0]);
            large = dopamine.adapt(0.5 * sign, &[0.0, 1.0]);
        }
        assert!((small.adapted + 1.0).abs() < 0.02 && (large.adapted + 1.0).abs() < 0.02, "{small:?} {large:?}");
        assert_eq!((small.clipped, large.clipped), (-0.1, -0.5), "the critic's is what it was");
    }

    #[test]
    fn a_defect_distorts_what_the_actor_is_told_and_nothing_else() {
        let burst = Burst { raw: -4.0, clipped: -3.0, adapted: -1.5 };
        for (defect, adapted) in [
            (None, -1.5),
            (Some(DopamineDefect::Unsigned), 1.5),
            (Some(DopamineDefect::Flipped), 1.5),
            (Some(DopamineDefect::SignOnly), -1.0),
            (Some(DopamineDefect::Unadapted), -3.0),
            (Some(DopamineDefect::NoBootstrapping), -1.5),
        ] {
            assert_eq!(burst.distorted(defect), Burst { adapted, ..burst }, "{defect:?}");
        }
        assert_eq!(Burst::default().distorted(Some(DopamineDefect::SignOnly)), Burst::default());
    }

    #[test]
    fn the_floor_keeps_tiny_errors_tiny() {
        let mut dopamine = Dopamine::new(3.0, 0.1, 5000.0, 0);
        assert!((dopamine.adapt(0.001, &[]).adapted - 0.01).abs() < 1e-6);
        assert_eq!(Dopamine::new(3.0, 0.0, 5000.0, 0).adapt(0.0, &[]), Burst::default());
    }
}
