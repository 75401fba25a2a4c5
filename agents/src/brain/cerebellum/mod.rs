//! Cerebellum: learning from error, and a command of its own beside that of the basal ganglia.
//!
//! | file | part |
//! |---|---|
//! | `feedback_error.rs` | feedback-error learning, where the body has a desired trajectory and a feedback controller |
//! | `granule.rs` | its sparse random expansion |
//! | `sensitivity.rs` | its memory of errors, which sets how much is learnt from them |
//! | `model_reference.rs` | model-reference correction, elsewhere |
//! | `contexts.rs`, `context.rs`, `least_squares.rs` | its bank of forward models, one of them, and how it learns |
//! | `climbing_fibre.rs` | the error signal of both |
//!
//! Which of the two it is follows from the shape: with a desired trajectory and a feedback command for every action the
//! first, else with proprioceptors the second, else there is nothing for a cerebellum to do.

mod climbing_fibre;
mod context;
mod contexts;
mod feedback_error;
mod granule;
mod least_squares;
mod model_reference;
mod sensitivity;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

pub use climbing_fibre::{ClimbingFibreConfig, FibreDefect};
pub use feedback_error::{FeedbackErrorConfig, SiteConfig};
pub use granule::GranuleConfig;
pub use model_reference::ModelReferenceConfig;
pub use sensitivity::SensitivityConfig;

use super::config::{ConfigError, within};
use crate::agent::{AgentShape, Transition};
use crate::generator;
use crate::state::{StateError, StateReader, StateWriter};
use feedback_error::FeedbackError;
use model_reference::ModelReference;

/// The cerebellum's parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CerebellumConfig {
    /// The error signal.
    pub climbing_fibre: ClimbingFibreConfig,
    /// The expansion that feedback-error learning reads.
    pub granule: GranuleConfig,
    /// Learning from a feedback controller.
    pub feedback_error: FeedbackErrorConfig,
    /// Learning from how the practised body behaves.
    pub model_reference: ModelReferenceConfig,
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
            feedback_error: FeedbackErrorConfig::default(),
            model_reference: ModelReferenceConfig::default(),
            action_gradient: 0.25,
            random_sign: false,
        }
    }
}

impl CerebellumConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        self.climbing_fibre.validate()?;
        self.granule.validate()?;
        self.feedback_error.validate()?;
        self.model_reference.validate()?;
        within("cerebellum.action_gradient", self.action_gradient, -10.0..=10.0)
    }
}

/// Streams of the one seed; the basal ganglia have the first three.
const WIRING: u64 = 3;
const NOISE: u64 = 4;
const GUESSES: u64 = 5;

/// Which of the two ways of learning from error the body allows.
#[derive(Clone, Debug)]
enum Learner {
    FeedbackError(Box<FeedbackError>),
    ModelReference(Box<ModelReference>),
}

/// What was last added to an exploring action.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    /// |own command| / (|other command| + |own command|).
    share: f32,
    trust: f32,
}

/// The cerebellum.
#[derive(Clone, Debug)]
pub(super) struct Cerebellum {
    learner: Learner,
    /// Share that is lesioned, and the standard deviation of the noise in the command.
    lesioned: f32,
    noise: f32,
    random_sign: bool,
    generator: ChaCha8Rng,
    /// Noise for guesses, which leave no mark.
    guesses: ChaCha8Rng,
    command: Vec<f32>,
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
        let learner = FeedbackError::new(&config.feedback_error, granule, fibre, shape, &mut stream(WIRING))
            .map(|learner| Learner::FeedbackError(Box::new(learner)))
            .or_else(|| {
                let learner = ModelReference::new(&config.model_reference, fibre, shape)?;
                Some(Learner::ModelReference(Box::new(learner)))
            })?;
        Some(Cerebellum {
            learner,
            lesioned: 0.0,
            noise: 0.0,
            random_sign: config.random_sign,
            generator: stream(NOISE),
            guesses: stream(GUESSES),
            command: vec![0.0; shape.actions],
            last: Last::default(),
        })
    }

    /// Silences that share of the granule cells (feedback-error learning) or of the command (model reference).
    pub(super) fn lesion(&mut self, share: f32) {
        self.lesioned = share;
        if let Learner::FeedbackError(learner) = &mut self.learner {
            learner.silence(share);
        }
    }

    /// Sets the standard deviation of the noise that is added to the command.
    pub(super) fn disturb(&mut self, sd: f32) {
        self.noise = sd;
    }

    /// The share of the command that it leaves to the basal ganglia. Learning from error and exploring for reward get into
    /// one another's way; where the error is shown, the former is in charge (Todorov et al. 2019, who let a switch decide).
    /// Correction by model reference serves the basal ganglia's command, and takes nothing from it.
    pub(super) fn leaves_to_others(&self, observation: &[f32]) -> f32 {
        match &self.learner {
            Learner::FeedbackError(learner) => {
                let trust = (1.0 - self.lesioned) * learner.error_shown(observation);
                1.0 - trust * (1.0 - learner.leeway())
            }
            Learner::ModelReference(_) => 1.0,
        }
    }

    /// Adds its command to an action, whose range is [-1, 1]. An action to which nothing is added is left as it is.
    pub(super) fn act(&mut self, observation: &[f32], explore: bool, action: &mut [f32]) {
        if action.len() != self.command.len() {
            return;
        }
        self.command.fill(0.0);
        let (mut adds, mut trust) = (false, 0.0);
        match &mut self.learner {
            Learner::FeedbackError(learner) => {
                learner.command(observation, explore, &mut self.command);
                (adds, trust) = (true, (1.0 - self.lesioned) * learner.error_shown(observation));
            }
            Learner::ModelReference(learner) => {
                if learner.correct(observation, action, &mut self.command) {
                    let authority = 1.0 - self.lesioned;
                    self.command.iter_mut().for_each(|command| *command *= authority);
                    (adds, trust) = (true, authority * learner.contexts().trust() as f32);
                }
            }
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
            self.last = Last { share: if own > 0.0 { own / (own + other) } else { 0.0 }, trust };
        }
        if adds {
            for (action, command) in action.iter_mut().zip(&self.command) {
                *action = (action.clamp(-1.0, 1.0) + command).clamp(-1.0, 1.0);
            }
        }
    }

    /// The share of what comes of the actions that is due to a changed body and not to the policy, which is to be left as it
    /// is meanwhile: what one learns from error the other need not learn from reward (Todorov et al. 2019 let only one of
    /// them learn at a time).
    pub(super) fn blame(&self) -> f32 {
        match &self.learner {
            Learner::FeedbackError(_) => 0.0,
            Learner::ModelReference(learner) => (1.0 - self.lesioned) * learner.contexts().novelty() as f32,
        }
    }

    /// Turns a gradient with respect to the next observation into that with respect to the action, by its forward model;
    /// false, with nothing written, if it has none, or one of another body than that for which the policy is made.
    pub(super) fn pull_back(&self, by_observation: &[f32], by_action: &mut [f32]) -> bool {
        match &self.learner {
            Learner::ModelReference(learner) if !learner.contexts().correcting() => {
                learner.pull_back(by_observation, by_action);
                true
            }
            _ => false,
        }
    }

    /// Learns from what followed, and from whether things go worse than expected.
    pub(super) fn learn(&mut self, transition: &Transition<'_>, worse: bool) {
        match &mut self.learner {
            Learner::FeedbackError(learner) => {
                learner.learn(transition.next_observation, transition.terminated || transition.truncated);
            }
            Learner::ModelReference(learner) => {
                learner.learn(transition.observation, transition.action, transition.next_observation, worse);
            }
        }
    }

    pub(super) fn signals(&self, report: &mut dyn FnMut(&'static str, f32)) {
        report("cerebellar_share", self.last.share);
        report("trust", self.last.trust);
        match &self.learner {
            Learner::FeedbackError(learner) => {
                report("climbing_fibre", learner.climbing_fibre());
                report("error_sensitivity", learner.sensitivity());
            }
            Learner::ModelReference(learner) => {
                let contexts = learner.contexts();
                report("climbing_fibre", contexts.climbing_fibre() as f32);
                report("surprise", contexts.surprise() as f32);
                report("change_noticed", f32::from(u8::from(contexts.changed())));
            }
        }
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_f32("lesion", &[self.lesioned, self.noise]);
        writer.put_f32("last", &[self.last.share, self.last.trust]);
        generator::save(&self.generator, writer);
        match &self.learner {
            Learner::FeedbackError(learner) => writer.scope("feedback_error", |writer| learner.save(writer)),
            Learner::ModelReference(learner) => writer.scope("model_reference", |writer| learner.save(writer)),
        }
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let mut lesion = [0.0; 2];
        reader.get_f32("lesion", &mut lesion)?;
        reader.check("lesion", &lesion[..1], "a share from 0 to 1", |share| (0.0..=1.0).contains(&share))?;
        reader.check("lesion", &lesion[1..], "a number that is not negative", |noise| noise >= 0.0)?;
        self.lesion(lesion[0]);
        self.disturb(lesion[1]);
        let mut last = [0.0; 2];
        reader.get_f32("last", &mut last)?;
        self.last = Last { share: last[0], trust: last[1] };
        self.generator = generator::load(reader)?;
        match &mut self.learner {
            Learner::FeedbackError(learner) => reader.scope("feedback_error", |reader| learner.load(reader)),
            Learner::ModelReference(learner) => reader.scope("model_reference", |reader| learner.load(reader)),
        }
    }
}
