//! Cerebellum: learning from error, and what is predicted with it.
//!
//! One error signal, the climbing fibre, teaches models for three uses. Which of them a body has follows from its shape:
//!
//! | file | what is learnt, and what for | where |
//! |---|---|---|
//! | `feedback_error.rs` | an inverse model: a command that leaves the body's own feedback nothing to do | a desired trajectory, and a feedback command for every action |
//! | `model_reference.rs` | forward models of the body: what makes the present one behave like the practised one | proprioceptors, elsewhere |
//! | `sensory_prediction.rs` | forward models of senses that are not always there, which stand in for them | percepts |
//!
//! | file | part of them |
//! |---|---|
//! | `climbing_fibre.rs` | the error signal of all |
//! | `granule.rs`, `synapses.rs` | of feedback-error learning: the sparse random expansion, and which of it is read |
//! | `sensitivity.rs`, `certainty.rs` | likewise: the memory of errors, and how certain an error is |
//! | `contexts.rs`, `context.rs` | the bank of bodies that model reference knows |
//! | `reliability.rs` | what decides between error and reward where an error can be hidden |
//! | `goal_reach.rs` | the command that brings a limb to where a percept would be as it is wanted |

mod certainty;
mod climbing_fibre;
mod context;
mod contexts;
mod feedback_error;
mod goal_reach;
mod granule;
mod model_reference;
mod reliability;
mod sensitivity;
mod sensory_prediction;
mod synapses;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use climbing_fibre::{ClimbingFibreConfig, FibreDefect};
pub use feedback_error::{FeedbackErrorConfig, SiteConfig};
pub use goal_reach::GoalReachConfig;
pub use granule::GranuleConfig;
pub use model_reference::ModelReferenceConfig;
pub use sensitivity::SensitivityConfig;
pub use sensory_prediction::SensoryPredictionConfig;
pub use synapses::SynapsesConfig;

use super::clock::Clock;
use super::config::{ConfigError, within};
use super::signals;
use crate::agent::{AgentShape, Belief, Transition};
use crate::generator;
use crate::signal::report_all;
use crate::state::{StateError, StateReader, StateWriter};
use feedback_error::FeedbackError;
use goal_reach::GoalReach;
use model_reference::ModelReference;
use reliability::Reliability;
use sensory_prediction::SensoryPrediction;

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
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        self.climbing_fibre.validate()?;
        self.granule.validate()?;
        self.feedback_error.as_ref().map_or(Ok(()), FeedbackErrorConfig::validate)?;
        self.model_reference.as_ref().map_or(Ok(()), ModelReferenceConfig::validate)?;
        self.sensory_prediction.as_ref().map_or(Ok(()), SensoryPredictionConfig::validate)?;
        self.goal_reach.as_ref().map_or(Ok(()), GoalReachConfig::validate)?;
        within("cerebellum.action_gradient", self.action_gradient, -10.0..=10.0)
    }
}

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

    /// The share of the command that it leaves to the basal ganglia. Learning from error and exploring for reward get into
    /// one another's way; where the error is [reliable](reliability), the former is in charge. Correction by model reference
    /// serves the basal ganglia's command, and takes nothing from it.
    pub(super) fn leaves_to_others(&self, observation: &[f32]) -> f32 {
        match &self.learner {
            Some(Learner::FeedbackError(learner)) => 1.0 - self.reliance(learner, observation),
            Some(Learner::ModelReference(_)) | None => 1.0,
        }
    }

    /// How far learning from error is relied upon, from 0 to 1.
    fn reliance(&self, learner: &FeedbackError, observation: &[f32]) -> f32 {
        let foresight = self.foresight.as_ref().map_or(0.0, |foresight| foresight.prediction.trust(observation));
        self.reliability.of(learner.certainty(observation), foresight)
    }

    /// Lets time pass (s), in which what feedback-error learning has learnt fast is forgotten.
    pub(super) fn rest(&mut self, seconds: f64) {
        if let Some(Learner::FeedbackError(learner)) = &mut self.learner {
            learner.rest(seconds);
        }
    }

    /// How many numbers it tells the cortex.
    pub(super) fn outputs(&self) -> usize {
        self.foresight.as_ref().map_or(0, |foresight| foresight.prediction.outputs())
    }

    /// Predicts what is not sensed, and writes what it tells the cortex of it.
    pub(super) fn predict(&mut self, observation: &[f32], told: &mut [f32]) {
        if let Some(foresight) = &mut self.foresight {
            foresight.prediction.predict(1.0 - self.lesioned, observation, told);
        }
    }

    /// Adds its command to an action, whose range is [-1, 1]. An action to which nothing is added is left as it is.
    pub(super) fn act(&mut self, observation: &[f32], explore: bool, action: &mut [f32]) {
        if action.len() != self.command.len() {
            return;
        }
        self.command.fill(0.0);
        let (mut adds, mut trust) = (false, 0.0);
        if let Some(foresight) = &mut self.foresight {
            let Foresight { prediction, reach } = &mut **foresight;
            trust = prediction.trust(observation);
            if let Some(reach) = reach {
                adds = reach.act(prediction, observation, action, &mut self.command);
            }
        }
        match &mut self.learner {
            Some(Learner::FeedbackError(learner)) => {
                learner.command(observation, explore, &mut self.command);
                adds = true;
            }
            Some(Learner::ModelReference(learner)) => {
                // What is intended is what the basal ganglia and the reach make of it together.
                self.intended.iter_mut().zip(action.iter().zip(&self.command)).for_each(|(intended, (action, own))| {
                    *intended = if adds { action.clamp(-1.0, 1.0) + own } else { *action };
                });
                if learner.correct(observation, &self.intended, &mut self.correction) {
                    let authority = 1.0 - self.lesioned;
                    for (command, correction) in self.command.iter_mut().zip(&self.correction) {
                        *command += authority * correction;
                    }
                    (adds, trust) = (true, trust.max(authority * learner.contexts().trust() as f32));
                }
            }
            None => {}
        }
        let mut predicted = 0.0;
        if let Some(Learner::FeedbackError(learner)) = &self.learner {
            predicted = (1.0 - learner.certainty(observation)) * trust;
            trust = self.reliance(learner, observation);
        }
        if self.random_sign {
            let generator = if explore { &mut self.generator } else { &mut self.guesses };
            self.command.iter_mut().filter(|_| generator.random()).for_each(|command| *command = -*command);
        }
        if self.noise > 0.0 {
            let generator = if explore { &mut self.generator } else { &mut self.guesses };
            for command in &mut self.command {
                let drawn: f32 = generator.sample(StandardNormal);
                *command += self.noise * drawn;
            }
            adds = true;
        }
        if explore {
            let size = |command: &[f32]| command.iter().map(|value| value.clamp(-1.0, 1.0).abs()).sum::<f32>();
            let (own, other) = (size(&self.command), size(action));
            self.last = Last { share: if own > 0.0 { own / (own + other) } else { 0.0 }, trust, predicted };
        }
        if adds {
            for (action, command) in action.iter_mut().zip(&self.command) {
                *action = (action.clamp(-1.0, 1.0) + command).clamp(-1.0, 1.0);
            }
        }
    }

    /// The parts that its fast and its slow site have in the command that was added last; a command without sites is all fast.
    pub(super) fn sites(&mut self) -> [&[f32]; 2] {
        let [fast, slow] = &mut self.sites;
        slow.fill(0.0);
        if let Some(Learner::FeedbackError(learner)) = &self.learner {
            learner.slow_command(slow);
        }
        fast.iter_mut().zip(self.command.iter().zip(&*slow)).for_each(|(fast, (whole, slow))| *fast = whole - slow);
        [fast, slow]
    }

    /// The share of what comes of the actions that is due to a changed body and not to the policy, which is to be left as it
    /// is meanwhile: what one learns from error the other need not learn from reward (Todorov et al. 2019 let only one of
    /// them learn at a time).
    pub(super) fn blame(&self) -> f32 {
        match &self.learner {
            Some(Learner::FeedbackError(_)) | None => 0.0,
            Some(Learner::ModelReference(learner)) => (1.0 - self.lesioned) * learner.contexts().novelty() as f32,
        }
    }

    /// Turns a gradient with respect to the next observation into that with respect to the action, by its forward model;
    /// false, with nothing written, if it has none, or one of another body than that for which the policy is made.
    pub(super) fn pull_back(&self, by_observation: &[f32], by_action: &mut [f32]) -> bool {
        match &self.learner {
            Some(Learner::ModelReference(learner)) if !learner.contexts().correcting() => {
                learner.pull_back(by_observation, by_action);
                true
            }
            _ => false,
        }
    }

    /// Learns from what followed, and from whether things go worse than expected.
    pub(super) fn learn(&mut self, transition: &Transition<'_>, worse: bool) {
        match &mut self.learner {
            Some(Learner::FeedbackError(learner)) => {
                let shown = learner.error_shown(transition.next_observation);
                self.reliability.learn(shown, transition.reward);
                let relied = 1.0 - self.reliability.failure(f32::from(u8::from(shown)));
                let (told, ended) = (transition.reward.is_finite(), transition.terminated || transition.truncated);
                learner.learn(transition.next_observation, relied, told, ended);
            }
            Some(Learner::ModelReference(learner)) => {
                learner.learn(transition.observation, transition.action, transition.next_observation, worse);
            }
            None => {}
        }
        if let Some(foresight) = &mut self.foresight {
            let Foresight { prediction, reach } = &mut **foresight;
            if let Some(reach) = reach {
                reach.learn(prediction, transition.observation, transition.action, transition.next_observation);
            }
            prediction.learn(transition.next_observation);
        }
    }

    /// Capacity of the zone of every action, and the synapses that it has, where it learns from feedback.
    pub(super) fn zones(&self, report: &mut dyn FnMut(usize, f32, usize)) {
        if let Some(Learner::FeedbackError(learner)) = &self.learner {
            learner.zones(report);
        }
    }

    pub(super) fn beliefs(&self, report: &mut dyn FnMut(Belief<'_>)) {
        if let Some(foresight) = &self.foresight {
            foresight.prediction.beliefs(report);
        }
    }

    pub(super) fn signals(&self, report: &mut dyn FnMut(&'static str, f32)) {
        let fibre = match &self.learner {
            Some(Learner::FeedbackError(learner)) => learner.climbing_fibre(),
            Some(Learner::ModelReference(learner)) => learner.contexts().climbing_fibre() as f32,
            None => 0.0,
        };
        let felt = self.foresight.as_ref().map_or(0.0, |foresight| foresight.prediction.climbing_fibre());
        report_all(&signals::CEREBELLUM, [self.last.share, self.last.trust, fibre.max(felt)], report);
        match &self.learner {
            Some(Learner::FeedbackError(learner)) => {
                let values = [learner.sensitivity(), self.last.predicted, 1.0 - self.last.trust];
                report_all(&signals::FEEDBACK_ERROR, values, report);
            }
            Some(Learner::ModelReference(learner)) => {
                let changed = f32::from(u8::from(learner.contexts().changed()));
                let [context, known] = learner.contexts().place();
                let values = [learner.contexts().surprise() as f32, changed, context as f32, known as f32];
                report_all(&signals::MODEL_REFERENCE, values, report);
            }
            None => {}
        }
        if self.foresight.is_some() {
            report_all(&signals::SENSORY_PREDICTION, [felt], report);
        }
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_f32("lesion", &[self.lesioned, self.noise]);
        writer.put_f32("last", &[self.last.share, self.last.trust, self.last.predicted]);
        generator::save(&self.generator, writer);
        match &self.learner {
            Some(Learner::FeedbackError(learner)) => {
                writer.scope("feedback_error", |writer| learner.save(writer));
                writer.scope("reliability", |writer| self.reliability.save(writer));
            }
            Some(Learner::ModelReference(learner)) => writer.scope("model_reference", |writer| learner.save(writer)),
            None => {}
        }
        if let Some(foresight) = &self.foresight {
            writer.scope("sensory_prediction", |writer| foresight.prediction.save(writer));
            if let Some(reach) = &foresight.reach {
                writer.scope("goal_reach", |writer| reach.save(writer));
            }
        }
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let mut lesion = [0.0; 2];
        reader.get_f32("lesion", &mut lesion)?;
        reader.check("lesion", &lesion[..1], "a share from 0 to 1", |share| (0.0..=1.0).contains(&share))?;
        reader.check("lesion", &lesion[1..], "a number that is not negative", |noise| noise >= 0.0)?;
        self.lesion(lesion[0]);
        self.disturb(lesion[1]);
        let mut last = [0.0; 3];
        reader.get_f32("last", &mut last)?;
        self.last = Last { share: last[0], trust: last[1], predicted: last[2] };
        self.generator = generator::load(reader)?;
        match &mut self.learner {
            Some(Learner::FeedbackError(learner)) => {
                reader.scope("feedback_error", |reader| learner.load(reader))?;
                reader.scope("reliability", |reader| self.reliability.load(reader))?;
            }
            Some(Learner::ModelReference(learner)) => reader.scope("model_reference", |reader| learner.load(reader))?,
            None => {}
        }
        if let Some(foresight) = &mut self.foresight {
            reader.scope("sensory_prediction", |reader| foresight.prediction.load(reader))?;
            if let Some(reach) = &mut foresight.reach {
                reader.scope("goal_reach", |reader| reach.load(reader))?;
            }
        }
        Ok(())
    }
}
