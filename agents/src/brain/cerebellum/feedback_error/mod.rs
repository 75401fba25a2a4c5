//! Feedback-error learning: the body's own feedback controller teaches the cerebellum to make it unnecessary.
//!
//! Where a desired trajectory exists, the feedback command is the motor error in motor coordinates (Kawato & Gomi 1992). The
//! Purkinje cells read a command y = (w_fast + w_slow) · φ(desired state) from the granule cells, which is added to the
//! action. What is desired, and not what happens, is what they see: the command is a feedforward one, and cannot become a
//! second feedback loop. At the end of an episode of T steps, on the granule cells that were active in it, with c the
//! climbing fibre's version of the feedback command that followed each step,
//!
//! ```text
//! w_fast ← A_fast w_fast + B_fast s Δ      w_slow ← A_slow w_slow + B_slow Δ      Δ = Σ c φ / (ε + |Σ φ|² / T)
//! ```
//!
//! with s the [sensitivity](super::sensitivity) of the fast site's synapse.
//!
//! The normaliser is, but for a small ε, the mean over the steps of what a step's features have in common with those of the
//! whole episode: an error that lasts is answered by the share B, however many steps the episode is cut into. For an episode
//! of one step this is normalised least mean squares, and the [two-state model](crate::two_state) of Smith, Ghazizadeh &
//! Shadmehr 2006.

mod command;
mod learning;
mod saved;
mod settings;

pub use settings::{FeedbackErrorConfig, SiteConfig};

use rand_chacha::ChaCha8Rng;

use super::certainty::Certainty;
use super::climbing_fibre::{ClimbingFibre, ClimbingFibreConfig};
use super::granule::{Granule, GranuleConfig};
use super::sensitivity::Sensitivity;
use super::synapses::Synapses;
use crate::agent::{AgentShape, Role};
use crate::brain::clock::Clock;
use crate::brain::lanes::{Lanes, ZEROS, chunks, flat};

/// Most commands that are remembered until feedback comes.
const MOST_DELAYED: u64 = 1024;

/// An observed number and its typical magnitude.
#[derive(Clone, Copy, Debug)]
struct Sensed {
    index: usize,
    typical: f32,
}

/// Weights of all actions at one site, and their constants.
#[derive(Clone, Debug)]
struct Site {
    retention: f32,
    rate: f32,
    weights: Vec<Lanes>,
}

impl Site {
    fn new(config: &SiteConfig, weights: usize) -> Site {
        Site { retention: config.retention as f32, rate: config.rate as f32, weights: vec![ZEROS; weights] }
    }
}

/// The learner.
#[derive(Clone, Debug)]
pub(super) struct FeedbackError {
    desired: Vec<Sensed>,
    /// One per action.
    feedback: Vec<Sensed>,
    /// Index of the number that tells whether the error is shown, if there is one.
    shown: Option<usize>,
    relevance: f64,
    volatility: f64,
    unrewarded: f32,
    /// Steps of this episode, and those in which reward was told.
    lived: u64,
    rewarded: u64,
    certainty: Certainty,
    granule: Granule,
    fast: Site,
    slow: Site,
    fibres: Vec<ClimbingFibre>,
    /// φ of the last commands, the newest at `newest`.
    past: Vec<Lanes>,
    newest: usize,
    /// How many of them are of this episode.
    remembered: usize,
    /// Whether a command was given whose consequence has not been learnt from.
    awaiting: bool,
    /// Σ c φ and Σ φ of this episode, and its steps.
    eligible: Vec<Lanes>,
    visited: Vec<Lanes>,
    steps: u64,
    /// Σ |feedback|² of this episode, in typical ones.
    size: f64,
    sensitivity: Sensitivity,
    synapses: Option<Synapses>,
    /// Mean magnitude of the last climbing-fibre signals, in typical feedback commands.
    fibre: f32,
    inputs: Vec<Lanes>,
    features: Vec<Lanes>,
}

impl FeedbackError {
    /// A naive learner, if the shape has a desired trajectory and a feedback command for every action.
    pub(super) fn new(
        config: &FeedbackErrorConfig,
        granule: &GranuleConfig,
        fibre: &ClimbingFibreConfig,
        shape: &AgentShape,
        generator: &mut ChaCha8Rng,
    ) -> Option<FeedbackError> {
        let sensed = |role: Role| {
            let inputs = shape.observations.iter().enumerate();
            inputs
                .filter(move |(_, input)| input.role == role)
                .map(|(index, input)| Sensed { index, typical: input.typical })
        };
        let desired: Vec<Sensed> = sensed(Role::Desired).collect();
        let feedback: Vec<Sensed> =
            (0..shape.actions).map_while(|action| sensed(Role::Feedback { action }).next()).collect();
        if desired.is_empty() || feedback.len() < shape.actions {
            return None;
        }
        let shown = sensed(Role::ErrorShown).next().map(|sensed| sensed.index);
        let delay = Clock::new(shape.control_interval).steps(config.delay).min(MOST_DELAYED) as usize;
        let (actions, units, slots) = (shape.actions, chunks(granule.units), 1 + delay);
        let stride = units * flat(&[ZEROS]).len();
        let wiring = Granule::new(granule, desired.len(), generator);
        let synapses =
            config.synapses.as_ref().map(|own| Synapses::new(own, actions, stride, granule.units, generator));
        Some(FeedbackError {
            granule: wiring,
            synapses,
            fast: Site::new(&config.fast, actions * units),
            slow: Site::new(&config.slow, actions * units),
            fibres: vec![ClimbingFibre::new(fibre); actions],
            past: vec![ZEROS; slots * units],
            newest: 0,
            remembered: 0,
            awaiting: false,
            eligible: vec![ZEROS; actions * units],
            visited: vec![ZEROS; units],
            steps: 0,
            size: 0.0,
            sensitivity: Sensitivity::new(&config.sensitivity, actions * stride),
            shown,
            relevance: config.relevance,
            volatility: config.volatility,
            unrewarded: config.unrewarded as f32,
            lived: 0,
            rewarded: 0,
            certainty: Certainty::new(actions, Clock::new(shape.control_interval)),
            fibre: 0.0,
            inputs: vec![ZEROS; desired.len()],
            features: vec![ZEROS; units],
            desired,
            feedback,
        })
    }

    /// Whether the error that feedback answers is the task's: where it is shown, or where nothing tells.
    pub(super) fn error_shown(&self, observation: &[f32]) -> bool {
        let told = self.shown.and_then(|index| observation.get(index));
        told.is_none_or(|&shown| shown > 0.5)
    }

    /// How [certain](super::certainty) the error is, from 0 to 1; 0 where it is not shown.
    pub(super) fn certainty(&self, observation: &[f32]) -> f32 {
        if self.error_shown(observation) { self.certainty.of_shown() } else { 0.0 }
    }

    /// How sensitive it was to the errors of the last episode.
    pub(super) fn sensitivity(&self) -> f32 {
        self.sensitivity.last()
    }

    /// Mean magnitude of the climbing-fibre signals of the last step, in typical feedback commands.
    pub(super) fn climbing_fibre(&self) -> f32 {
        self.fibre
    }

    /// Silences a share of the granule cells.
    pub(super) fn silence(&mut self, share: f32) {
        self.granule.silence(share);
    }

    /// Capacity of every action's zone: synapses that are there times their mean weight, in typical feedback commands; and how many
    /// there are.
    pub(super) fn zones(&self, report: &mut dyn FnMut(usize, f32, usize)) {
        let stride = flat(&self.visited).len();
        let mut counts = self.synapses.iter().flat_map(|synapses| synapses.counts(stride));
        let weights = flat(&self.fast.weights).chunks_exact(stride).zip(flat(&self.slow.weights).chunks_exact(stride));
        for ((action, (fast, slow)), sensed) in weights.enumerate().zip(&self.feedback) {
            let sum: f32 = fast.iter().zip(slow).map(|(fast, slow)| (fast + slow).abs()).sum();
            report(action, sum / sensed.typical, counts.next().unwrap_or(stride));
        }
    }

    /// How many commands are remembered.
    fn slots(&self) -> usize {
        self.past.len() / self.features.len()
    }
}

#[cfg(test)]
mod tests;
