//! Settings of feedback-error learning.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::brain::cerebellum::sensitivity::SensitivityConfig;
use crate::brain::cerebellum::synapses::SynapsesConfig;
use crate::brain::config::{ConfigError, above, within};

/// One of the two plastic sites.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteConfig {
    /// A: share of the weights kept per episode in which their granule cell was active; 0 to 1.
    pub retention: f64,
    /// B: share of a lasting error that is learnt per episode; 0 to 4, where 0 is a site that does not exist (an ablation).
    /// It may exceed 1 because a force that is missing shows only in part as feedback.
    pub rate: f64,
}

impl SiteConfig {
    fn validate(&self, site: &str) -> Result<(), ConfigError> {
        within(&format!("cerebellum.feedback_error.{site}.retention"), self.retention, 0.0..=1.0)?;
        within(&format!("cerebellum.feedback_error.{site}.rate"), self.rate, 0.0..=4.0)
    }
}

/// Feedback-error learning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FeedbackErrorConfig {
    /// The site that learns and forgets fast; default retention 0.85, rate 0.55 (own measurement: one target then is learnt by a
    /// third of the error in the first trial; with a retention of 0.7 two trials bring back no more than they teach the naive).
    pub fast: SiteConfig,
    /// The site that learns and forgets slowly; default retention 0.998, rate 0.1 (own measurement: 0.05 leaves 0.46 of a curl field's
    /// error after 25 visits of each target, and 0.12 hinders spontaneous recovery).
    pub slow: SiteConfig,
    /// Time by which the feedback command lags behind the command that it blames, as by the muscles' own lag, in s; 0 to 1,
    /// default 0.12 (own measurement on reaching: feedback then falls mainly to the commands that were short of it, and
    /// rates may be half as high again before learning overshoots); 0 is the command that the feedback followed.
    pub delay: f64,
    /// Share of the possible reward that has to be missing for long until error and reward have an equal
    /// say; above 0 and at most 1000, which is never, default 0.5 (own measurement).
    pub failure: f64,
    /// Root mean square over an episode of its error, in typical feedback commands, of which half counts: of errors that are too
    /// large to be one's own less is learnt (Wei & Körding 2009); above 0 and at most 1e6, default 11 (own measurement on clamped
    /// cursors: with it the hand is drawn about as far by clamps of 7.5 to 45 degrees, and less by 95).
    pub relevance: f64,
    /// Share of what the slow site would learn that it learns in episodes in which no reward is told: reward makes what is learned
    /// last (Shmuelof et al. 2012; Galea et al. 2015); 0 to 1, default 0.5, where 1 is an ablation.
    pub unrewarded: f64,
    /// Time constant with which the fast site forgets while nothing is done, in s; above 0 and at most 1e12, default 20: what is
    /// volatile of a motor memory has decayed away by 60 s (Hadjiosif, Morehead & Smith 2023), when of this a twentieth is left.
    /// The slow site keeps what it has.
    #[serde(skip_serializing_if = "usual_volatility")]
    pub volatility: f64,
    /// How errors that go on change the rate at which they are learnt from.
    pub sensitivity: SensitivityConfig,
    /// Growth and withdrawal of synapses; null, the default, for none: all granule cells reach all Purkinje cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synapses: Option<SynapsesConfig>,
}

impl Default for FeedbackErrorConfig {
    fn default() -> Self {
        FeedbackErrorConfig {
            fast: SiteConfig { retention: 0.85, rate: 0.55 },
            slow: SiteConfig { retention: 0.998, rate: 0.1 },
            delay: 0.12,
            failure: 0.5,
            relevance: 11.0,
            unrewarded: 0.5,
            volatility: VOLATILITY,
            sensitivity: SensitivityConfig::default(),
            synapses: None,
        }
    }
}

impl FeedbackErrorConfig {
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        self.fast.validate("fast")?;
        self.slow.validate("slow")?;
        within("cerebellum.feedback_error.delay", self.delay, 0.0..=1.0)?;
        above("cerebellum.feedback_error.failure", self.failure, 0.0, 1000.0)?;
        above("cerebellum.feedback_error.relevance", self.relevance, 0.0, 1e6)?;
        within("cerebellum.feedback_error.unrewarded", self.unrewarded, 0.0..=1.0)?;
        above("cerebellum.feedback_error.volatility", self.volatility, 0.0, 1e12)?;
        self.synapses.as_ref().map_or(Ok(()), SynapsesConfig::validate)?;
        self.sensitivity.validate()
    }
}

const VOLATILITY: f64 = 20.0;

fn usual_volatility(volatility: &f64) -> bool {
    *volatility == VOLATILITY
}
