//! What is usual while the error is shown or hidden: how long decisions stand, how large rewards and surprises are.

use super::settings::BasalGangliaConfig;
use crate::brain::average::Average;
use crate::brain::clock::Clock;
use crate::brain::dopamine::Dopamine;
use crate::brain::senses::RewardScaler;

/// Time over which disappointments are averaged, in s (own measurement on cycling: the critic expects less after a few falls,
/// so that over 5 s half the riders never notice what is wrong with a re-geared handlebar).
const MOOD_MEMORY: f64 = 2.0;

/// How time goes by in decisions that stand for some steps.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// Steps for which a decision stands.
    pub(super) hold: usize,
    /// γ and γ λ from one decision to the next.
    pub(super) discount: f64,
    pub(super) trace_decay: f64,
}

impl Pace {
    fn new(config: &BasalGangliaConfig, clock: Clock, hold: f64) -> Pace {
        let hold = clock.steps(hold).max(1);
        let discount = clock.slowed(hold).kept(config.horizon);
        let trace_decay = discount * clock.slowed(hold).kept(config.trace);
        Pace { hold: hold as usize, discount, trace_decay }
    }
}

/// What is usual at a pace: decisions that stand for long earn more at a time than those that do not.
#[derive(Clone, Debug)]
pub(super) struct Regime {
    pub(super) pace: Pace,
    pub(super) reward: RewardScaler,
    pub(super) dopamine: Dopamine,
    /// The recent average of δ.
    pub(super) mood: Average,
}

impl Regime {
    pub(super) fn new(config: &BasalGangliaConfig, inputs: usize, clock: Clock, hold: f64) -> Regime {
        let pace = Pace::new(config, clock, hold);
        let clock = clock.slowed(pace.hold as u64);
        Regime {
            pace,
            reward: RewardScaler::new(clock.steps(config.reward_memory).max(2)),
            dopamine: Dopamine::new(
                config.error_cap,
                config.error_floor,
                clock.kept(config.error_memory),
                (config.error_context > 0.0).then(|| (inputs, clock.kept(config.error_context))),
            ),
            mood: Average::new(clock.kept(MOOD_MEMORY)),
        }
    }
}
