//! Settings of the cerebellum: its parts, and which of them can be left out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::climbing_fibre::ClimbingFibreConfig;
use super::feedback_error::FeedbackErrorConfig;
use super::goal_reach::GoalReachConfig;
use super::granule::GranuleConfig;
use super::model_reference::ModelReferenceConfig;
use super::sensory_prediction::SensoryPredictionConfig;
use crate::brain::config::{ConfigError, within};

/// The cerebellum's parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CerebellumConfig {
    /// The error signal.
    pub climbing_fibre: ClimbingFibreConfig,
    /// The expansion that feedback-error learning reads.
    pub granule: GranuleConfig,
    /// Learning from a feedback controller; null for none.
    pub feedback_error: Option<FeedbackErrorConfig>,
    /// Learning from how the practised body behaves; null for none.
    pub model_reference: Option<ModelReferenceConfig>,
    /// Learning what a sense would tell while it is not there; null for none.
    pub sensory_prediction: Option<SensoryPredictionConfig>,
    /// A command of its own towards what is to be sensed, by sensory prediction; null for none.
    pub goal_reach: Option<GoalReachConfig>,
    /// Strength of the forward model's action gradient as a second teacher of the actor, beside dopamine; -10 to 10,
    /// default 0.25 (own measurement: 1 keeps rough ground from being learnt; 0.25 adds 0.05 to a novice's mean score there,
    /// no more than larger steps do, and 0.07 after practice on flat ground, where those add 0.01; below 0 it is a control).
    pub action_gradient: f64,
    /// Whether each command gets a sign at random, a control: as much is added, but nothing is corrected; default false.
    pub random_sign: bool,
}

impl Default for CerebellumConfig {
    fn default() -> Self {
        CerebellumConfig {
            climbing_fibre: ClimbingFibreConfig::default(),
            granule: GranuleConfig::default(),
            feedback_error: Some(FeedbackErrorConfig::default()),
            model_reference: Some(ModelReferenceConfig::default()),
            sensory_prediction: Some(SensoryPredictionConfig::default()),
            goal_reach: Some(GoalReachConfig::default()),
            action_gradient: 0.25,
            random_sign: false,
        }
    }
}

impl CerebellumConfig {
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        self.climbing_fibre.validate()?;
        self.granule.validate()?;
        self.feedback_error.as_ref().map_or(Ok(()), FeedbackErrorConfig::validate)?;
        self.model_reference.as_ref().map_or(Ok(()), ModelReferenceConfig::validate)?;
        self.sensory_prediction.as_ref().map_or(Ok(()), SensoryPredictionConfig::validate)?;
        self.goal_reach.as_ref().map_or(Ok(()), GoalReachConfig::validate)?;
        within("cerebellum.action_gradient", self.action_gradient, -10.0..=10.0)
    }
}
