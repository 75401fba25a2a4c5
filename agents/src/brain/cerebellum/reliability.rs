//! How far learning from error may be relied upon: what decides between it and the search for reward.
//!
//! Todorov et al. 2019 let a switch decide; here it is weighed. An error that is shown is reliable. One that is hidden is as
//! reliable as the prediction that stands in for it, as long as it does not fail: if reward stays below what it was while the
//! error was shown, something is wrong that no error tells of, and what is to be done has to be found out by reward.
//!
//! ```text
//! r = shown + (1 − shown) · trust · (1 − failure)      failure = clip(2 · (usual − lately) / |usual|, 0, 1)
//! ```
//!
//! `usual` is the mean reward while the error is shown, `lately` that since it was hidden.

use crate::brain::average::Average;
use crate::brain::clock::Clock;
use crate::state::{StateError, StateReader, StateWriter};

/// Times over which reward is averaged while the error is shown and while it is hidden, in s.
const USUAL: f64 = 100.0;
const LATELY: f64 = 10.0;

/// What reward has to say of it.
#[derive(Clone, Debug)]
pub(super) struct Reliability {
    usual: Average,
    lately: f64,
    kept: f64,
}

impl Reliability {
    pub(super) fn new(clock: Clock) -> Reliability {
        Reliability { usual: Average::new(clock.kept(USUAL)), lately: 0.0, kept: clock.kept(LATELY) }
    }

    /// Takes in a reward, and whether the error was shown; one that was not told changes nothing.
    pub(super) fn learn(&mut self, shown: bool, reward: f32) {
        if !reward.is_finite() {
            return;
        }
        let reward = f64::from(reward).clamp(-1e6, 1e6);
        if shown {
            self.lately = self.usual.update(reward);
        } else {
            self.lately += (1.0 - self.kept) * (reward - self.lately);
        }
    }

    /// How far reward falls short of what it was while the error was shown, from 0 to 1.
    pub(super) fn failure(&self) -> f32 {
        let usual = self.usual.value();
        let missing = 2.0 * (usual - self.lately) / usual.abs();
        if missing > 0.0 && usual != 0.0 { missing.min(1.0) as f32 } else { 0.0 }
    }

    /// r, from 0 to 1.
    pub(super) fn of(&self, shown: f32, trust: f32) -> f32 {
        shown + (1.0 - shown) * trust * (1.0 - self.failure())
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        self.usual.save("usual", writer);
        writer.put_f64("lately", &[self.lately]);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.usual.load_signed("usual", reader)?;
        reader.get_f64("lately", std::slice::from_mut(&mut self.lately))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::State;

    fn practised(reward: f32) -> Reliability {
        let mut reliability = Reliability::new(Clock::new(0.01));
        (0..1000).for_each(|_| reliability.learn(true, reward));
        reliability
    }

    #[test]
    fn a_hidden_error_is_as_reliable_as_its_prediction_until_reward_falls_short() {
        for reward in [0.8, -0.5] {
            let mut reliability = practised(reward);
            assert_eq!((reliability.of(1.0, 0.0), reliability.of(0.0, 0.7), reliability.of(0.0, 0.0)), (1.0, 0.7, 0.0));
            (0..1000).for_each(|_| reliability.learn(false, f32::NAN));
            (0..1000).for_each(|_| reliability.learn(false, reward + 0.1));
            assert_eq!(reliability.of(0.0, 0.7), 0.7, "nothing is told, or all is well");
            // Four tenths less: after ten seconds 0.63 of that.
            let mut reliability = practised(reward);
            (0..1000).for_each(|_| reliability.learn(false, reward - 0.4 * reward.abs()));
            assert!((reliability.failure() - 0.8 * 0.632).abs() < 0.01, "{}", reliability.failure());
            (0..10_000).for_each(|_| reliability.learn(false, reward - reward.abs()));
            assert_eq!((reliability.of(0.0, 1.0), reliability.of(1.0, 1.0)), (0.0, 1.0));
            reliability.learn(true, reward);
            assert_eq!(reliability.failure(), 0.0, "what is shown again is relied upon");
        }
    }

    #[test]
    fn who_has_never_been_shown_an_error_has_nothing_to_fall_short_of() {
        let mut reliability = Reliability::new(Clock::new(0.01));
        reliability.learn(false, -1.0);
        assert_eq!((reliability.failure(), reliability.of(0.0, 0.5)), (0.0, 0.5));
    }

    #[test]
    fn it_is_the_same_after_saving() {
        let mut reliability = practised(0.3);
        reliability.learn(false, 0.1);
        let mut state = State::new();
        reliability.save(&mut state.writer());
        let mut again = Reliability::new(Clock::new(0.01));
        again.load(&mut state.reader()).unwrap();
        assert!(again.failure() == reliability.failure() && again.failure() > 0.0);
    }
}
