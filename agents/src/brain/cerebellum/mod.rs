//! Cerebellum: learning from error, and what is predicted with it.
//!
//! One error signal, the climbing fibre, teaches models for three uses. Which of them a body has follows from its shape:
//!
//! | file or folder | what is learnt, and what for | where |
//! |---|---|---|
//! | `feedback_error/` | an inverse model: a command that leaves the body's own feedback nothing to do | a desired trajectory, and a feedback command for every action |
//! | `model_reference.rs` | forward models of the body: what makes the present one behave like the practised one | proprioceptors, elsewhere |
//! | `sensory_prediction/` | forward models of senses that are not always there, which stand in for them | percepts |
//!
//! | file or folder | part of them |
//! |---|---|
//! | `climbing_fibre.rs` | the error signal of all |
//! | `granule.rs`, `synapses.rs` | of feedback-error learning: the sparse random expansion, and which of it is read |
//! | `sensitivity.rs`, `certainty.rs` | likewise: the memory of errors, and how certain an error is |
//! | `contexts/`, `context.rs` | the bank of bodies that model reference knows |
//! | `reliability.rs` | what decides between error and reward where an error can be hidden |
//! | `goal_reach.rs` | the command that brings a limb to where a percept would be as it is wanted |
//!
//! | file | the cerebellum as a whole |
//! |---|---|
//! | `settings.rs` | its settings, and which parts it has |
//! | `acting.rs`, `learning.rs` | what it does in a step, and what it learns from what followed |
//! | `reports.rs`, `saved.rs` | what it reports, and what is saved of it |

mod acting;
mod certainty;
mod climbing_fibre;
mod context;
mod contexts;
mod feedback_error;
mod goal_reach;
mod granule;
mod learning;
mod model_reference;
mod reliability;
mod reports;
mod saved;
mod sensitivity;
mod sensory_prediction;
mod settings;
mod synapses;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub use climbing_fibre::{ClimbingFibreConfig, FibreDefect};
pub use feedback_error::{FeedbackErrorConfig, SiteConfig};
pub use goal_reach::GoalReachConfig;
pub use granule::GranuleConfig;
pub use model_reference::ModelReferenceConfig;
pub use sensitivity::SensitivityConfig;
pub use sensory_prediction::SensoryPredictionConfig;
pub use settings::CerebellumConfig;
pub use synapses::SynapsesConfig;

use super::clock::Clock;
use crate::agent::AgentShape;
use feedback_error::FeedbackError;
use goal_reach::GoalReach;
use model_reference::ModelReference;
use reliability::Reliability;
use sensory_prediction::SensoryPrediction;

/// Streams of the one seed; the basal ganglia have the first three.
const WIRING: u64 = 3;
const NOISE: u64 = 4;
const GUESSES: u64 = 5;

/// What is learnt of the body's commands.
#[derive(Clone, Debug)]
enum Learner {
    FeedbackError(Box<FeedbackError>),
    ModelReference(Box<ModelReference>),
}

/// What is learnt of its senses.
#[derive(Clone, Debug)]
struct Foresight {
    prediction: SensoryPrediction,
    reach: Option<GoalReach>,
}

/// What was last added to an exploring action.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    /// |own command| / (|other command| + |own command|).
    share: f32,
    trust: f32,
    /// How far the prediction stands in for what is shown.
    predicted: f32,
}

/// The cerebellum.
#[derive(Clone, Debug)]
pub(super) struct Cerebellum {
    learner: Option<Learner>,
    foresight: Option<Box<Foresight>>,
    reliability: Reliability,
    /// Share that is lesioned, and the standard deviation of the noise in the command.
    lesioned: f32,
    noise: f32,
    random_sign: bool,
    generator: ChaCha8Rng,
    /// Noise for guesses, which leave no mark.
    guesses: ChaCha8Rng,
    command: Vec<f32>,
    /// Its fast and its slow site's part, for those who ask.
    sites: [Vec<f32>; 2],
    /// What model reference is to correct, and its correction.
    intended: Vec<f32>,
    correction: Vec<f32>,
    last: Last,
}

impl Cerebellum {
    /// A naive cerebellum, if the shape gives it anything to learn from.
    pub(super) fn new(config: &CerebellumConfig, shape: &AgentShape, seed: u64) -> Option<Cerebellum> {
        let stream = |stream| {
            let mut generator = ChaCha8Rng::seed_from_u64(seed);
            generator.set_stream(stream);
            generator
        };
        let (granule, fibre) = (&config.granule, &config.climbing_fibre);
        let own = config.feedback_error.as_ref();
        let feedback_error = own.and_then(|own| FeedbackError::new(own, granule, fibre, shape, &mut stream(WIRING)));
        // Where a desired trajectory says what the movement should be, nothing else has to.
        let guided = feedback_error.is_some();
        let own = config.model_reference.as_ref().filter(|_| !guided);
        let model_reference = own.and_then(|own| ModelReference::new(own, fibre, shape));
        let learner = feedback_error
            .map(|learner| Learner::FeedbackError(Box::new(learner)))
            .or_else(|| Some(Learner::ModelReference(Box::new(model_reference?))));
        let own = config.sensory_prediction.as_ref();
        let foresight = own.and_then(|own| SensoryPrediction::new(own, fibre, shape)).map(|prediction| {
            let clock = Clock::new(shape.control_interval);
            let reach = config.goal_reach.as_ref().filter(|_| !guided);
            let reach = reach.map(|own| GoalReach::new(own, &prediction, shape.actions, clock));
            Box::new(Foresight { prediction, reach })
        });
        if learner.is_none() && foresight.is_none() {
            return None;
        }
        Some(Cerebellum {
            learner,
            foresight,
            reliability: Reliability::new(
                config.feedback_error.as_ref().map_or(1.0, |own| own.failure),
                Clock::new(shape.control_interval),
            ),
            lesioned: 0.0,
            noise: 0.0,
            random_sign: config.random_sign,
            generator: stream(NOISE),
            guesses: stream(GUESSES),
            command: vec![0.0; shape.actions],
            sites: [vec![0.0; shape.actions], vec![0.0; shape.actions]],
            intended: vec![0.0; shape.actions],
            correction: vec![0.0; shape.actions],
            last: Last::default(),
        })
    }

    /// Silences that share of the granule cells (feedback-error learning) or of the command (model reference).
    pub(super) fn lesion(&mut self, share: f32) {
        self.lesioned = share;
        if let Some(Learner::FeedbackError(learner)) = &mut self.learner {
            learner.silence(share);
        }
    }

    /// Sets the standard deviation of the noise that is added to the command.
    pub(super) fn disturb(&mut self, sd: f32) {
        self.noise = sd;
    }
}
