//! Settings of the basal ganglia.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::brain::config::{ConfigError, above, within};
use crate::brain::dopamine::DopamineDefect;

/// How the actor–critic learns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BasalGangliaConfig {
    /// Time after which a reward is worth 1/e, in s: γ = exp(−interval / horizon); 0 to 1e6, default 0.5.
    pub horizon: f64,
    /// Time after which 1/e of the eligibility is left, beside γ, in s: λ = exp(−interval / trace); 0 to 1e6, default 0.1.
    pub trace: f64,
    /// Rate of the actor's learning, in 1/s: the share η of the usual error that one of its intentional updates is meant to
    /// make of a change in the action, per second of control; above 0 and at most 1000, default 2.4 (own measurement: 0.04
    /// a step on a bicycle at 60 Hz and 0.08 on a fretboard at 30 Hz; 0.08 on the bicycle leaves some subjects stuck).
    pub policy_rate: f64,
    /// η of the critic's intentional updates, no unit; above 0 and at most 1, default 0.25 (own measurement: the 0.5 of
    /// Sharifnassab et al. 2026 follows the last reward so closely that what dopamine tells of the next one is half noise).
    pub value_rate: f64,
    /// c: weight of the entropy in the actor's gradient; 0 to 1, default 0.003 (own measurement on cycling:
    /// with the 0.01 of stream-x exploration stays wide after mastery).
    pub entropy: f64,
    /// Smallest standard deviation of an action, in the action's unit; 0.001 to `sd_max`, default 0.05 (own
    /// measurement on cycling: a skill kept under wider noise may fail without it).
    pub sd_min: f64,
    /// Largest standard deviation of an action, in the action's unit; `sd_min` to 10, default 1 (own measurement: left
    /// unbounded it reached 21).
    pub sd_max: f64,
    /// Largest δ, in root mean squares of δ; above 0 and at most 1000, default 3 (own measurement; the paper has 20).
    pub error_cap: f64,
    /// Smallest usual |δ| that δ is divided by for the actor, in scaled reward; 0 to 1, default 0.05 (own measurement on
    /// cycling: below it noise is amplified once a skill is mastered, which is then lost).
    pub error_floor: f64,
    /// Time over which the usual size of δ is averaged, in s; above 0 and at most 1e6, default 100 (Sharifnassab et al. 2026:
    /// decay 0.9998 per step).
    pub error_memory: f64,
    /// Time over which what is sensed makes up the context from which the usual |δ| is guessed, in s, as dopamine neurons
    /// adapt to the spread that a cue foretells (Tobler, Fiorillo & Schultz 2005); 0 to 1e6, default 3. At 0 there is none,
    /// and the usual |δ| is the average over everything.
    pub error_context: f64,
    /// Time over which the spread of the discounted reward is averaged, in s; above 0 and at most 1e7, default 2000, as in
    /// the senses.
    pub reward_memory: f64,
    /// Time for which a decision stands in a body that is guided along a desired trajectory, in s; 0 to 10, default 0.02 (own
    /// measurement: with 0.5 reaches for reward alone scatter by 56 degrees, by 11 with 0.02, and nothing of a force field is
    /// learned from reward). Elsewhere every step is decided by itself. Guesses are made at every step.
    pub hold: f64,
    /// A fault put into dopamine on purpose: `unsigned`, `flipped`, `sign-only`, `unadapted` or `no-bootstrapping`; default
    /// none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defect: Option<DopamineDefect>,
}

impl Default for BasalGangliaConfig {
    fn default() -> Self {
        BasalGangliaConfig {
            horizon: 0.5,
            trace: 0.1,
            policy_rate: 2.4,
            value_rate: 0.25,
            entropy: 0.003,
            sd_min: 0.05,
            sd_max: 1.0,
            error_cap: 3.0,
            error_floor: 0.05,
            error_memory: 100.0,
            error_context: 3.0,
            reward_memory: 2000.0,
            hold: 0.02,
            defect: None,
        }
    }
}

impl BasalGangliaConfig {
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        within("basal_ganglia.horizon", self.horizon, 0.0..=1e6)?;
        within("basal_ganglia.trace", self.trace, 0.0..=1e6)?;
        above("basal_ganglia.policy_rate", self.policy_rate, 0.0, 1000.0)?;
        above("basal_ganglia.value_rate", self.value_rate, 0.0, 1.0)?;
        within("basal_ganglia.entropy", self.entropy, 0.0..=1.0)?;
        within("basal_ganglia.sd_max", self.sd_max, 0.001..=10.0)?;
        within("basal_ganglia.sd_min", self.sd_min, 0.001..=self.sd_max)?;
        above("basal_ganglia.error_cap", self.error_cap, 0.0, 1000.0)?;
        within("basal_ganglia.error_floor", self.error_floor, 0.0..=1.0)?;
        above("basal_ganglia.error_memory", self.error_memory, 0.0, 1e6)?;
        within("basal_ganglia.error_context", self.error_context, 0.0..=1e6)?;
        above("basal_ganglia.reward_memory", self.reward_memory, 0.0, 1e7)?;
        within("basal_ganglia.hold", self.hold, 0.0..=10.0)
    }
}
