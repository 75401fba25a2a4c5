//! Dopamine: the temporal-difference error, clipped and adapted to the usual range of errors.
//!
//! Midbrain neurons code outcomes relative to the expected spread (Tobler, Fiorillo & Schultz 2005). The same division
//! keeps the actor's steps stable (Sharifnassab et al. 2026, arXiv 2604.19033). The expected spread is the average over
//! all errors or, for cues as in that experiment, a linear estimate from recent senses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::average::Average;
use crate::state::{StateError, StateReader, StateWriter};

/// The running size of the errors, and the limits derived from it.
#[derive(Clone, Debug)]
pub(super) struct Dopamine {
    cap: f64,
    floor: f64,
    square: Average,
    magnitude: Average,
    /// Average size of the adapted error.
    adapted: Average,
    /// Estimate of |δ| from recent senses; `None` if the average is used.
    guess: Option<Guess>,
}

/// Learning rate of the estimate of |δ|.
const GUESS_RATE: f32 = 0.1;
/// Least root mean square of δ that an estimate of 1 stands for: errors usual in a context are not clipped.
const EXPECTED: f64 = 0.5;
/// Smallest estimate, as a fraction of the average of |δ|: errors where none are expected are not amplified.
const LEAST_GUESS: f64 = 0.1;

/// Largest magnitude of the standardised context used for the estimate.
const LARGEST_CONTEXT: f32 = 5.0;
/// Variance below which the context counts as constant: the square of a thousandth of a normalised input.
const LEAST_VARIANCE: f32 = 1e-6;

/// A linear estimate of the size of errors in a context.
///
/// The context is the running average of the senses over the last seconds, standardised. It identifies the cue that was
/// shown, not whether a reward is due right now. The estimate learns in proportion to the squared error, so that it
/// follows the size of the errors that matter, however rare they are.
#[derive(Clone, Debug)]
struct Guess {
    /// Share of the context, and of its statistics, kept per step.
    kept: f32,
    remembered: f32,
    lately: Vec<f32>,
    means: Vec<f32>,
    variances: Vec<f32>,
    context: Vec<f32>,
    weights: Vec<f32>,
    constant: f32,
    count: u64,
}

impl Guess {
    fn new(inputs: usize, kept: f64, remembered: f64) -> Guess {
        let zeros = || vec![0.0; inputs];
        Guess {
            kept: kept as f32,
            remembered: remembered as f32,
            lately: zeros(),
            means: zeros(),
            variances: zeros(),
            context: zeros(),
            weights: zeros(),
            constant: 0.0,
            count: 0,
        }
    }

    /// Updates with the senses and the size of the error made there; returns the estimate before the update.
    fn update(&mut self, size: f32, sensed: &[f32]) -> f32 {
        self.count = self.count.saturating_add(1);
        let rate = (1.0 / self.count as f32).max(1.0 - self.remembered);
        let mut guess = self.constant;
        let mut norm = 1.0;
        let senses = self.lately.iter_mut().zip(sensed).zip(&mut self.means).zip(&mut self.variances);
        for ((((lately, &sensed), mean), variance), (context, weight)) in
            senses.zip(self.context.iter_mut().zip(&self.weights))
        {
            *lately = sensed + self.kept * (*lately - sensed);
            let off = *lately - *mean;
            *mean += rate * off;
            *variance += rate * (off * (*lately - *mean) - *variance);
            *context = (off / (*variance + LEAST_VARIANCE).sqrt()).clamp(-LARGEST_CONTEXT, LARGEST_CONTEXT);
            guess += weight * *context;
            norm += *context * *context;
        }
        let share = if size > guess { 1.0 } else { (size / guess).powi(2) };
        let step = GUESS_RATE * share * (size - guess) / norm;
        self.weights.iter_mut().zip(&self.context).for_each(|(weight, context)| *weight += step * context);
        self.constant += step;
        guess.max(0.0)
    }
}
/// A deliberate fault of dopamine, to test which experiments notice it. All but the last distort only the adapted error
/// that drives the actor; the critic keeps learning from the intact one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DopamineDefect {
    /// The size of the error without its sign.
    Unsigned,
    /// The error with the opposite sign.
    Flipped,
    /// The sign of the error without its size.
    SignOnly,
    /// The error without adaptation to the range of usual errors.
    Unadapted,
    /// The error without the value of the next state: δ = r − V(s).
    NoBootstrapping,
}

/// One error in its three forms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Burst {
    /// δ as computed.
    pub(super) raw: f32,
    /// δ within ± cap · sqrt(average of δ²): what drives the critic.
    pub(super) clipped: f32,
    /// The clipped δ divided by the usual size in the context: the dopamine signal.
    pub(super) adapted: f32,
    /// Factor on the adapted δ when it drives the actor, so that it has the same mean size in every task: 1 over the
    /// average of its magnitude.
    pub(super) step: f32,
}

impl Burst {
    /// The burst with a defect.
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

    /// The burst with a share of the dopamine removed.
    pub(super) fn weakened(self, share: f32) -> Burst {
        Burst { raw: share * self.raw, clipped: share * self.clipped, adapted: share * self.adapted, ..self }
    }
}

impl Dopamine {
    /// `cap` in root mean squares, `decay` the share of averages kept per step. Averages of the magnitude below `floor`
    /// count as `floor`. `guess` gives the number of inputs of the estimate and the share of them kept per step, if
    /// any.
    pub(super) fn new(cap: f64, floor: f64, decay: f64, guess: Option<(usize, f64)>) -> Dopamine {
        let guess = guess.map(|(inputs, kept)| Guess::new(inputs, kept, decay));
        let average = || Average::new(decay);
        Dopamine { cap, floor, square: average(), magnitude: average(), adapted: average(), guess }
    }

    /// Adapts one finite error, made while `sensed` was sensed. The error counts towards its own averages.
    pub(super) fn adapt(&mut self, raw: f32, sensed: &[f32]) -> Burst {
        let error = f64::from(raw);
        let expected = self.guess.as_mut().map(|guess| f64::from(guess.update(raw.abs(), sensed)));
        let bound = self.cap * self.square.update(error * error).sqrt().max(EXPECTED * expected.unwrap_or(0.0));
        let clipped = error.clamp(-bound, bound);
        let average = self.magnitude.update(clipped.abs());
        let Some(expected) = expected else {
            let usual = average.max(self.floor);
            let adapted = if usual > 0.0 { clipped / usual } else { 0.0 };
            return Burst { raw, clipped: clipped as f32, adapted: adapted as f32, step: 1.0 };
        };
        let usual = expected.max(LEAST_GUESS * average).max(self.floor);
        let adapted = if usual > 0.0 { (clipped / usual).clamp(-self.cap, self.cap) } else { 0.0 };
        // The average of the adapted errors, scaled back to errors, has the same floor.
        let size = self.adapted.update(adapted.abs()).max(if usual > 0.0 { self.floor / usual } else { 0.0 });
        let step = if size > 0.0 { 1.0 / size } else { 0.0 };
        Burst { raw, clipped: clipped as f32, adapted: adapted as f32, step: step as f32 }
    }

    /// Clears the context at the end of an episode.
    pub(super) fn end_episode(&mut self) {
        if let Some(guess) = &mut self.guess {
            guess.lately.fill(0.0);
        }
    }

    /// The usual size of errors, by which they are divided; 0 if there is none.
    pub(super) fn usual(&self) -> f32 {
        self.magnitude.value().max(self.floor) as f32
    }

    /// The average size of errors, without a floor.
    pub(super) fn average(&self) -> f64 {
        self.magnitude.value()
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        self.square.save("square", writer);
        self.magnitude.save("magnitude", writer);
        self.adapted.save("adapted", writer);
        if let Some(guess) = &self.guess {
            writer.put_f32("guess", &guess.weights);
            writer.put_f32("guess_constant", &[guess.constant]);
            writer.put_f32("lately", &guess.lately);
            writer.put_f32("means", &guess.means);
            writer.put_f32("variances", &guess.variances);
            writer.put_u64("count", &[guess.count]);
        }
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.square.load("square", reader)?;
        self.magnitude.load("magnitude", reader)?;
        self.adapted.load("adapted", reader)?;
        let Some(guess) = &mut self.guess else { return Ok(()) };
        reader.get_f32("guess", &mut guess.weights)?;
        reader.get_f32("guess_constant", std::slice::from_mut(&mut guess.constant))?;
        reader.get_f32("lately", &mut guess.lately)?;
        reader.get_f32("means", &mut guess.means)?;
        reader.get_f32("variances", &mut guess.variances)?;
        reader.check("variances", &guess.variances, "a number that is not negative", |value| value >= 0.0)?;
        reader.get_u64("count", std::slice::from_mut(&mut guess.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_bounded_and_brought_to_the_usual_size_by_hand() {
        let mut dopamine = Dopamine::new(1.2, 0.0, 0.5, None);
        // Corrected averages with decay 1/2 weigh the last error twice as much as the one before it.
        assert_eq!(dopamine.adapt(1.0, &[]), Burst { raw: 1.0, clipped: 1.0, adapted: 1.0, step: 1.0 });
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
                let mut dopamine = Dopamine::new(3.0, 0.001, 0.9998, None);
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
        let mut dopamine = Dopamine::new(3.0, 0.001, 0.9998, Some((2, 0.5)));
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
        let burst = Burst { raw: -4.0, clipped: -3.0, adapted: -1.5, step: 2.0 };
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
        let mut dopamine = Dopamine::new(3.0, 0.1, 0.9998, None);
        assert!((dopamine.adapt(0.001, &[]).adapted - 0.01).abs() < 1e-6);
        assert_eq!(Dopamine::new(3.0, 0.0, 0.9998, None).adapt(0.0, &[]).adapted, 0.0);
    }
}
