//! How far learning from error may be relied upon: what decides between it and the search for reward.
//!
//! Todorov et al. 2019 let a switch decide; here it is weighed. An error that is hidden is as reliable as the prediction that
//! stands in for it. No error is relied upon where learning from it fails: if reward has long been less than it can be, something
//! is wrong that no error tells of or that learning from it does not reach, and what is to be done has to be found out by reward.
//!
//! ```text
//! r = shown (1 − failure(best, usual)) + (1 − shown) trust (1 − failure(usual, lately))
//! failure(possible, now) = m⁴ / (m⁴ + half⁴)      m = max(0, possible − now) / |possible|
//! ```
//!
//! `best` is the reward of good moments, `usual` the reward that there has been for long while the error was shown, `lately` that
//! since it was hidden. What goes better is to the credit of learning from error as far as that was relied upon: `usual` rises
//! by (1 − failure)⁴ of the speed at which it falls. Otherwise error would undo what was found by reward.

use crate::brain::clock::Clock;
use crate::state::{StateError, StateReader, StateWriter};

/// Time over which reward is averaged within and between movements, in s.
const LATELY: f64 = 10.0;
/// Time in which the usual reward follows what there has been of late, in s (own measurement: with 300 s a turned cursor is learned
/// half as well).
const USUAL: f64 = 100.0;
/// Share of that speed at which it follows a higher one, at least: reliance on error comes back in hours (own measurement: in a
/// quarter of that time, what was found by reward is lost again).
const LEAST_CREDIT: f64 = 0.025;
/// Times in which the best reward follows a higher one, and a lower one, in s.
const BETTER: f64 = 1.0;
const WORSE: f64 = 1000.0;

/// What reward has to say of it.
#[derive(Clone, Debug)]
pub(super) struct Reliability {
    /// Share of the possible reward that is missing where error and reward have an equal say.
    half: f64,
    /// Whether any reward has been told while the error was shown.
    known: bool,
    best: f64,
    usual: f64,
    /// Of late, while the error is shown and since it was hidden.
    shown: f64,
    hidden: f64,
    /// Shares of an average that are kept in a step.
    lately: f64,
    kept: f64,
    better: f64,
    worse: f64,
}

impl Reliability {
    /// Error is relied upon until it fails; `half` is the share of the possible reward that is missing where both have an equal say.
    pub(super) fn new(half: f64, clock: Clock) -> Reliability {
        let [lately, kept, better, worse] = [LATELY, USUAL, BETTER, WORSE].map(|time| clock.kept(time));
        let [best, usual, shown, hidden] = [0.0; 4];
        Reliability { half, known: false, best, usual, shown, hidden, lately, kept, better, worse }
    }

    /// Takes in a reward, and whether the error was shown; one that was not told changes nothing.
    pub(super) fn learn(&mut self, shown: bool, reward: f32) {
        if !reward.is_finite() {
            return;
        }
        let reward = f64::from(reward).clamp(-1e6, 1e6);
        if !shown {
            follow(&mut self.hidden, reward, self.lately);
            return;
        }
        if !std::mem::replace(&mut self.known, true) {
            (self.best, self.usual, self.shown) = (reward, reward, reward);
        }
        let kept = if reward > self.best { self.better } else { self.worse };
        follow(&mut self.best, reward, kept);
        follow(&mut self.shown, reward, self.lately);
        let credit =
            if self.shown > self.usual { f64::from(1.0 - self.failure(1.0)).powi(4).max(LEAST_CREDIT) } else { 1.0 };
        follow(&mut self.usual, self.shown, 1.0 - credit * (1.0 - self.kept));
        self.hidden = self.usual;
    }

    /// How far learning from error fails to bring the reward that is possible, from 0 to 1.
    pub(super) fn failure(&self, shown: f32) -> f32 {
        if !self.known {
            return 0.0;
        }
        let of = |possible: f64, now: f64| {
            let missing = ((possible - now).max(0.0) / possible.abs().max(f64::MIN_POSITIVE)).min(1e6);
            let power = (missing / self.half).powi(4);
            (power / (power + 1.0)) as f32
        };
        shown * of(self.best, self.usual) + (1.0 - shown) * of(self.usual, self.hidden)
    }

    /// r, from 0 to 1.
    pub(super) fn of(&self, shown: f32, trust: f32) -> f32 {
        (shown + (1.0 - shown) * trust) * (1.0 - self.failure(shown))
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_u64("known", &[u64::from(self.known)]);
        writer.put_f64("rewards", &[self.best, self.usual, self.shown, self.hidden]);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let mut known = [0];
        reader.get_u64("known", &mut known)?;
        reader.check("known", &known, "0 or 1", |flag| flag <= 1)?;
        self.known = known[0] == 1;
        let mut rewards = [0.0; 4];
        reader.get_f64("rewards", &mut rewards)?;
        [self.best, self.usual, self.shown, self.hidden] = rewards;
        Ok(())
    }
}

fn follow(average: &mut f64, value: f64, kept: f64) {
    *average += (1.0 - kept) * (value - *average);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::State;

    /// Steps of 0.1 s; so many with the error shown.
    fn practised(reward: f32, steps: usize) -> Reliability {
        let mut reliability = Reliability::new(0.5, Clock::new(0.1));
        (0..steps).for_each(|_| reliability.learn(true, reward));
        reliability
    }

    fn hill(missing: f64) -> f32 {
        (missing.powi(4) / (missing.powi(4) + 0.5f64.powi(4))) as f32
    }

    #[test]
    fn a_hidden_error_is_as_reliable_as_its_prediction_until_reward_falls_short() {
        for reward in [0.8, -0.5] {
            let mut reliability = practised(reward, 1000);
            assert_eq!((reliability.of(1.0, 0.0), reliability.of(0.0, 0.7), reliability.of(0.0, 0.0)), (1.0, 0.7, 0.0));
            (0..1000).for_each(|_| reliability.learn(false, f32::NAN));
            (0..1000).for_each(|_| reliability.learn(false, reward + 0.1));
            assert_eq!(reliability.of(0.0, 0.7), 0.7, "nothing is told, or all is well");
            // Four tenths less: after ten seconds 0.632 of that.
            let mut reliability = practised(reward, 1000);
            (0..100).for_each(|_| reliability.learn(false, reward - 0.4 * reward.abs()));
            assert!((reliability.failure(0.0) - hill(0.4 * 0.632)).abs() < 0.01, "{}", reliability.failure(0.0));
            assert_eq!(reliability.of(1.0, 0.0), 1.0, "what is shown again is relied upon");
            reliability.learn(true, reward);
            assert_eq!(reliability.failure(0.0), 0.0, "and so is its prediction thereafter");
        }
    }

    #[test]
    fn an_error_that_is_shown_is_relied_upon_until_reward_has_long_been_less_than_possible() {
        let mut reliability = practised(1.0, 100);
        // The usual reward follows what there has been of late, which takes 10 s, over 100 s.
        (0..1000).for_each(|_| reliability.learn(true, 0.0));
        let missing = 1.0 - (100.0 * f64::exp(-1.0) - 10.0 * f64::exp(-10.0)) / 90.0;
        // The best reward has hardly been forgotten by then.
        assert!((reliability.failure(1.0) - hill(missing)).abs() < 0.08, "{}", reliability.failure(1.0));
        assert_eq!(reliability.of(1.0, 0.0), 1.0 - reliability.failure(1.0));
        let lost = reliability.failure(1.0);
        (0..500).for_each(|_| reliability.learn(true, 1.0));
        let soon = reliability.failure(1.0);
        assert!(soon > 0.7 * lost, "reliance comes back slowly: {lost}, {soon}");
        (0..100_000).for_each(|_| reliability.learn(true, 1.0));
        assert!(reliability.failure(1.0) < 0.001);
    }

    #[test]
    fn a_reward_that_was_never_better_is_no_failure_and_neither_is_one_that_was_never_told() {
        assert_eq!(practised(-3.0, 10_000).failure(1.0), 0.0);
        let mut reliability = Reliability::new(0.5, Clock::new(0.1));
        reliability.learn(false, -1.0);
        assert_eq!((reliability.failure(0.0), reliability.failure(1.0), reliability.of(0.0, 0.5)), (0.0, 0.0, 0.5));
    }

    #[test]
    fn it_is_the_same_after_saving() {
        let mut reliability = practised(0.3, 100);
        (0..100).for_each(|_| reliability.learn(true, 0.1));
        reliability.learn(false, -0.1);
        let mut state = State::new();
        reliability.save(&mut state.writer());
        let mut again = Reliability::new(0.5, Clock::new(0.1));
        again.load(&mut state.reader()).unwrap();
        assert!(again.failure(1.0) == reliability.failure(1.0) && again.failure(1.0) > 0.0);
        assert!(again.failure(0.0) == reliability.failure(0.0) && again.failure(0.0) > 0.0);
    }
}
