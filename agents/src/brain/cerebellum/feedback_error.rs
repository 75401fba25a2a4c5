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

use rand_chacha::ChaCha8Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::certainty::Certainty;
use super::climbing_fibre::{ClimbingFibre, ClimbingFibreConfig};
use super::granule::{Granule, GranuleConfig};
use super::sensitivity::{Sensitivity, SensitivityConfig};
use super::synapses::{Synapses, SynapsesConfig};
use crate::agent::{AgentShape, Role};
use crate::brain::clock::Clock;
use crate::brain::config::{ConfigError, above, within};
use crate::brain::lanes::{Lanes, ZEROS, add_scaled, chunks, dot, flat, flat_mut, total};
use crate::state::{StateError, StateReader, StateWriter};

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
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
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

/// Keeps the normalisation defined where no granule cell is active: |φ|² per granule cell that is as good as none.
const EPSILON: f32 = 0.002;
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

    /// Silences a share of the granule cells.
    pub(super) fn silence(&mut self, share: f32) {
        self.granule.silence(share);
    }

    /// Lets time pass (s) between two episodes.
    pub(super) fn rest(&mut self, seconds: f64) {
        let kept = libm::exp(-seconds.max(0.0) / self.volatility) as f32;
        flat_mut(&mut self.fast.weights).iter_mut().for_each(|weight| *weight *= kept);
    }

    /// Writes y, one per action; remembers what it came from only if `explore`.
    pub(super) fn command(&mut self, observation: &[f32], explore: bool, command: &mut [f32]) {
        for (input, sensed) in self.inputs.iter_mut().zip(&self.desired) {
            let value = observation.get(sensed.index).copied().unwrap_or(0.0);
            *input = Lanes::splat(if value.is_finite() { (value / sensed.typical).clamp(-10.0, 10.0) } else { 0.0 });
        }
        self.granule.expand(&self.inputs, &mut self.features);
        let units = self.features.len();
        let weights = self.fast.weights.chunks_exact(units).zip(self.slow.weights.chunks_exact(units));
        for (command, (fast, slow)) in command.iter_mut().zip(weights) {
            let sites = fast.iter().zip(slow).zip(&self.features);
            *command = total(sites.fold(ZEROS, |sum, ((&fast, &slow), &feature)| sum + (fast + slow) * feature));
        }
        if explore {
            self.remember();
        }
    }

    /// Writes the slow site's part of the command that was written last.
    pub(super) fn slow_command(&self, slow: &mut [f32]) {
        for (slow, weights) in slow.iter_mut().zip(self.slow.weights.chunks_exact(self.features.len())) {
            *slow = total(
                weights.iter().zip(&self.features).fold(ZEROS, |sum, (&weight, &feature)| sum + weight * feature),
            );
        }
    }

    fn remember(&mut self) {
        let slots = self.slots();
        if !self.awaiting {
            self.newest = (self.newest + 1) % slots;
            self.remembered = (self.remembered + 1).min(slots);
        }
        let units = self.features.len();
        self.past[self.newest * units..][..units].copy_from_slice(&self.features);
        self.awaiting = true;
    }

    /// Learns from the feedback commands that followed the last command, as far as they are relied upon (0 to 1), and from
    /// whether reward was told beside them.
    pub(super) fn learn(&mut self, next_observation: &[f32], relied: f32, told: bool, ended: bool) {
        if self.error_shown(next_observation) {
            let value =
                |sensed: &Sensed| next_observation.get(sensed.index).map_or(f32::NAN, |value| value / sensed.typical);
            self.certainty.watch(self.feedback.iter().map(value), self.remembered <= 1);
        }
        self.lived += 1;
        self.rewarded += u64::from(told);
        if std::mem::take(&mut self.awaiting) && self.remembered == self.slots() {
            self.blame(next_observation, relied);
        }
        if ended {
            self.consolidate();
            self.remembered = 0;
        }
    }

    /// Adds the present error to what the episode's end will change.
    fn blame(&mut self, next_observation: &[f32], relied: f32) {
        let certainty = self.certainty(next_observation);
        let units = self.features.len();
        let oldest = (self.newest + 1) % self.slots();
        let features = &self.past[oldest * units..][..units];
        self.steps += 1;
        add_scaled(&mut self.visited, 1.0, features);
        self.fibre = 0.0;
        let error = |sensed: &Sensed| {
            let error = certainty
                * next_observation.get(sensed.index).copied().filter(|error| error.is_finite()).unwrap_or(0.0);
            f64::from(error).clamp(-1e6 * f64::from(sensed.typical), 1e6 * f64::from(sensed.typical))
        };
        let square: f64 = self.feedback.iter().map(|sensed| (error(sensed) / f64::from(sensed.typical)).powi(2)).sum();
        self.size += square;
        let actions = self.feedback.iter().zip(&mut self.fibres);
        for ((sensed, fibre), eligible) in actions.zip(self.eligible.chunks_exact_mut(units)) {
            let typical = f64::from(sensed.typical);
            let signal = fibre.signal(error(sensed), typical);
            self.fibre += (signal.abs() / typical) as f32 / self.feedback.len() as f32;
            let signal = relied * signal as f32;
            add_scaled(eligible, signal, features);
        }
    }

    /// Brings what the episode taught into the weights.
    fn consolidate(&mut self) {
        let square = dot(&self.visited, &self.visited);
        let (steps, least) = (self.steps.max(1) as f32, self.least_square());
        let scale = 1.0 / (least + square / steps);
        let told = self.rewarded as f32 / self.lived.max(1) as f32;
        let kept = self.unrewarded + (1.0 - self.unrewarded) * told;
        let relevant = 1.0 / (1.0 + self.size / (f64::from(steps) * self.relevance.powi(2)));
        let (units, synapses_of_zone) = (self.visited.len(), flat(&self.visited).len());
        for (action, sensed) in self.feedback.iter().enumerate() {
            let own = action * units..(action + 1) * units;
            let weights = flat_mut(&mut self.fast.weights[own.clone()]).iter_mut();
            let weights = weights.zip(flat_mut(&mut self.slow.weights[own.clone()]));
            let inputs = flat(&self.eligible[own]).iter().zip(flat(&self.visited));
            for (synapse, ((fast, slow), (eligible, &visited))) in weights.zip(inputs).enumerate() {
                if visited <= 0.0 {
                    continue;
                }
                let error = relevant as f32 * scale * eligible;
                // What a typical error that lasts would come to.
                let typical = sensed.typical * visited * scale;
                if let Some(synapses) = &mut self.synapses
                    && !synapses.meet(action * synapses_of_zone + synapse, error / typical, (*fast + *slow) / typical)
                {
                    continue;
                }
                let sensitivity =
                    self.sensitivity.meet(action * synapses_of_zone + synapse, error / typical, *fast / typical);
                for (weight, site) in [
                    (fast, [self.fast.retention, self.fast.rate * sensitivity]),
                    (slow, [self.slow.retention, self.slow.rate * kept]),
                ] {
                    let changed = site[0] * *weight + site[1] * error;
                    *weight = changed.clamp(-LARGEST_WEIGHT, LARGEST_WEIGHT);
                }
            }
        }
        self.sensitivity.end();
        if let Some(synapses) = &mut self.synapses {
            let (fast, slow) = (flat_mut(&mut self.fast.weights), flat_mut(&mut self.slow.weights));
            synapses.end(|synapse| (fast[synapse], slow[synapse]) = (0.0, 0.0));
        }
        self.eligible.fill(ZEROS);
        self.visited.fill(ZEROS);
        (self.steps, self.size) = (0, 0.0);
        (self.lived, self.rewarded) = (0, 0);
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

    fn least_square(&self) -> f32 {
        EPSILON * flat(&self.features).len() as f32
    }

    /// How many commands are remembered.
    fn slots(&self) -> usize {
        self.past.len() / self.features.len()
    }

    /// Mean magnitude of the climbing-fibre signals of the last step, in typical feedback commands.
    pub(super) fn climbing_fibre(&self) -> f32 {
        self.fibre
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.scope("granule", |writer| self.granule.save(writer));
        writer.put_f32("fast", flat(&self.fast.weights));
        writer.put_f32("slow", flat(&self.slow.weights));
        writer.put_f32("eligible", flat(&self.eligible));
        writer.put_f32("visited", flat(&self.visited));
        writer.put_f32("past", flat(&self.past));
        let place = [self.newest as u64, self.remembered as u64, u64::from(self.awaiting), self.steps];
        writer.put_u64("place", &place);
        writer.put_f64("size", &[self.size]);
        writer.put_u64("told", &[self.lived, self.rewarded]);
        writer.put_f32("fibre", &[self.fibre]);
        writer.scope("certainty", |writer| self.certainty.save(writer));
        writer.scope("sensitivity", |writer| self.sensitivity.save(writer));
        if let Some(synapses) = &self.synapses {
            writer.scope("synapses", |writer| synapses.save(writer));
        }
        for (action, fibre) in self.fibres.iter().enumerate() {
            fibre.save(&format!("rate_{action}"), writer);
        }
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.scope("granule", |reader| self.granule.load(reader))?;
        reader.get_f32("fast", flat_mut(&mut self.fast.weights))?;
        reader.get_f32("slow", flat_mut(&mut self.slow.weights))?;
        reader.get_f32("eligible", flat_mut(&mut self.eligible))?;
        reader.get_f32("visited", flat_mut(&mut self.visited))?;
        reader.check("visited", flat(&self.visited), "a number that is not negative", |visited| visited >= 0.0)?;
        reader.get_f32("past", flat_mut(&mut self.past))?;
        let (mut place, slots) = ([0; 4], self.slots() as u64);
        reader.get_u64("place", &mut place)?;
        reader.check("place", &place[..1], "the index of a past command", |index| index < slots)?;
        reader.check("place", &place[1..2], "a count of past commands", |count| count <= slots)?;
        reader.check("place", &place[2..3], "0 or 1", |flag| flag <= 1)?;
        reader.check("place", &place[3..], "a count of steps below 2^62", |steps| steps < 1 << 62)?;
        (self.newest, self.remembered) = (place[0] as usize, place[1] as usize);
        (self.awaiting, self.steps) = (place[2] == 1, place[3]);
        let mut told = [0; 2];
        reader.get_u64("told", &mut told)?;
        reader.check("told", &told, "a count of steps below 2^62", |steps| steps < 1 << 62)?;
        [self.lived, self.rewarded] = told;
        reader.get_f64("size", std::slice::from_mut(&mut self.size))?;
        reader.check("size", &[self.size], "a number that is not negative", |size| size >= 0.0)?;
        reader.get_f32("fibre", std::slice::from_mut(&mut self.fibre))?;
        reader.scope("certainty", |reader| self.certainty.load(reader))?;
        reader.scope("sensitivity", |reader| self.sensitivity.load(reader))?;
        if let Some(synapses) = &mut self.synapses {
            reader.scope("synapses", |reader| synapses.load(reader))?;
        }
        for (action, fibre) in self.fibres.iter_mut().enumerate() {
            fibre.load(&format!("rate_{action}"), reader)?;
        }
        Ok(())
    }
}

/// Far beyond any weight of use; keeps a learner whose body runs away finite.
const LARGEST_WEIGHT: f32 = 1e6;

#[cfg(test)]
#[path = "feedback_error_tests.rs"]
mod tests;
