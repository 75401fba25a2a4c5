//! Motor cortex of a body that is moved by commands: the whole command passes through a population of units, and a
//! fixed readout turns their activity into the action.
//!
//! ```text
//! r_i = max(−1, w_i·(a_i g m + b_i p + c_i u_fast + d_i u_slow) + s ξ)      action = D r
//! m   = R x_d       feedback ≈ R x_d + B x + c      by recursive least squares
//! ```
//!
//! Every unit prefers a direction w_i among the actions. It receives the intended movement m, the basal ganglia's
//! command p and the cerebellum's commands from both sites, with its own gains a, b, c and d, drawn from 1 ± spread. m
//! is the desired state x_d in the coordinates of the actions: the map R is learned from the response of the body's own
//! feedback to the desired and the actual state x of the body. The readout D has the smallest weights that reproduce p,
//! u_fast and u_slow and cancel m, which the body's own controller executes (Kaufman et al. 2014, Nature Neuroscience
//! 17:440).

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::{AgentShape, Role};
use crate::brain::clock::Clock;
use crate::brain::config::{ConfigError, above, within};
use crate::brain::least_squares::{LeastSquares, dot, padded, solve};
use crate::generator;
use crate::state::{StateError, StateReader, StateWriter};

/// A population of units that carries commands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CommandConfig {
    /// Number of units; at least 8 per action and at most 4096, default 90.
    pub units: usize,
    /// g: gain of the intended movement in the units' activity; 0 to 100, default 1.5 (own measurement: preferred
    /// directions then shift in a curl field by about as much as in Li, Padoa-Schioppa & Bizzi 2001).
    pub movement: f32,
    /// Spread of the units' gains for each part of the command; above 0 and at most 1, default 1.
    pub spread: f32,
    /// Standard deviation of each unit's private noise, in units of the action; 0 to 10, default 0.3.
    pub noise: f32,
    /// Time of practice in which R is learned, in s; 0 to 1e9, default 120: later, the body's feedback also responds to
    /// disturbances.
    pub childhood: f64,
}

impl Default for CommandConfig {
    fn default() -> Self {
        CommandConfig { units: 90, movement: 1.5, spread: 1.0, noise: 0.3, childhood: 120.0 }
    }
}

/// Least number of units per action: twice the number of parts of a command.
const FEWEST: usize = 8;

impl CommandConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        within("motor_cortex.command.units", self.units, FEWEST..=4096)?;
        within("motor_cortex.command.movement", self.movement, 0.0..=100.0)?;
        above("motor_cortex.command.spread", self.spread.into(), 0.0, 1.0)?;
        within("motor_cortex.command.noise", self.noise, 0.0..=10.0)?;
        within("motor_cortex.command.childhood", self.childhood, 0.0..=1e9)
    }

    /// Checks what depends on the number of actions.
    pub(crate) fn validate_for(&self, actions: usize) -> Result<(), ConfigError> {
        within("motor_cortex.command.units", self.units, FEWEST * actions..=4096)
    }
}

/// The parts of a command, with one number per action each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    /// Command of the basal ganglia.
    pub(crate) policy: &'a [f32],
    /// Commands of the cerebellum from its fast and slow sites.
    pub(crate) fast: &'a [f32],
    pub(crate) slow: &'a [f32],
}

/// Number of parts that the units receive: movement, policy, fast, slow.
const PARTS: usize = 4;
/// Index of the first part that the readout reproduces.
const READ: usize = 1;
/// Prior variance of the weights of R, divided by the variance of the noise.
const PRIOR: f64 = 1.0;
/// Largest observed number from which R is learned, in typical magnitudes.
const LARGEST: f64 = 10.0;
/// Stream of the generator, used by no other part of the brain.
const STREAM: u64 = 0x636f_6d6d;

/// The population.
#[derive(Clone, Debug)]
pub(crate) struct CommandUnits {
    movement: f32,
    noise: f32,
    /// Remaining steps in which R is learned.
    learning: u64,
    actions: usize,
    /// Index of every desired number and every proprioceptor with 1 / its typical magnitude; index of every action's
    /// feedback.
    desired: Vec<(usize, f64)>,
    body: Vec<(usize, f64)>,
    feedback: Vec<usize>,
    /// For every unit, its input weights from every action, part by part.
    inputs: Vec<f32>,
    /// D, one row of units for each action.
    readout: Vec<f32>,
    /// R and B, over [1, desired, body], padded.
    map: LeastSquares,
    regressors: Vec<f64>,
    told: Vec<f64>,
    innovations: Vec<f64>,
    /// Number of silent units, the first by index.
    silent: usize,
    generator: ChaCha8Rng,
    taken: Vec<f32>,
    activity: Vec<f32>,
}

impl CommandUnits {
    /// A population for a body.
    pub(crate) fn new(config: &CommandConfig, shape: &AgentShape, seed: u64) -> CommandUnits {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(STREAM);
        let (units, actions) = (config.units, shape.actions);
        let width = PARTS * actions;
        let mut inputs = Vec::with_capacity(units * width);
        for _ in 0..units {
            let direction: Vec<f32> = (0..actions).map(|_| generator.sample(StandardNormal)).collect();
            let length = direction.iter().map(|part| part * part).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
            for _ in 0..PARTS {
                let share = 1.0 + config.spread * (2.0 * generator.random::<f32>() - 1.0);
                inputs.extend(direction.iter().map(|part| share * part / length));
            }
        }
        let of = |wanted: Role| {
            let sensed = shape.observations.iter().enumerate().filter(move |(_, input)| input.role == wanted);
            sensed.map(|(index, input)| (index, 1.0 / f64::from(input.typical)))
        };
        let desired: Vec<(usize, f64)> = of(Role::Desired).collect();
        let body: Vec<(usize, f64)> = of(Role::Body).collect();
        let feedback: Vec<usize> =
            (0..actions).map_while(|action| of(Role::Feedback { action }).next()).map(|(index, _)| index).collect();
        let complete = feedback.len() == actions && !desired.is_empty();
        let (desired, body, feedback) =
            if complete { (desired, body, feedback) } else { (Vec::new(), Vec::new(), Vec::new()) };
        let count = 1 + desired.len() + body.len();
        CommandUnits {
            movement: config.movement,
            noise: config.noise,
            learning: Clock::new(shape.control_interval).steps(config.childhood),
            actions,
            readout: readout(&inputs, actions),
            inputs,
            map: LeastSquares::new(count, feedback.len(), PRIOR),
            regressors: vec![0.0; padded(count)],
            told: vec![0.0; feedback.len()],
            innovations: vec![0.0; feedback.len()],
            desired,
            body,
            feedback,
            silent: 0,
            generator,
            taken: vec![0.0; width],
            activity: vec![0.0; units],
        }
    }

    /// Silences a share of the units.
    pub(crate) fn lesion(&mut self, share: f32) {
        self.silent = (share * self.activity.len() as f32).round() as usize;
    }

    /// The activity of the units, in units of the action.
    pub(crate) fn activity(&self) -> &[f32] {
        &self.activity
    }

    /// Writes the action that the units produce for a command; with their noise if exploring.
    pub(crate) fn act(&mut self, observation: &[f32], parts: Parts<'_>, explore: bool, action: &mut [f32]) {
        let (movement, commands) = self.taken.split_at_mut(self.actions);
        self.regressors.fill(0.0);
        let wanted = self.regressors[1..].iter_mut().zip(&self.desired);
        wanted.for_each(|(slot, &sensed)| *slot = value(observation, sensed).unwrap_or(0.0));
        movement.fill(0.0);
        for (target, movement) in movement.iter_mut().enumerate().take(self.feedback.len()) {
            *movement = self.movement * dot(self.map.row(target), &self.regressors) as f32;
        }
        let told = [parts.policy, parts.fast, parts.slow].into_iter().flatten();
        commands.iter_mut().zip(told).for_each(|(slot, &told)| *slot = if told.is_finite() { told } else { 0.0 });
        for (unit, inputs) in self.activity.iter_mut().zip(self.inputs.chunks_exact(self.taken.len())) {
            *unit = inputs.iter().zip(&self.taken).map(|(weight, taken)| weight * taken).sum();
        }
        if explore && self.noise > 0.0 {
            for unit in &mut self.activity {
                let drawn: f32 = self.generator.sample(StandardNormal);
                *unit += self.noise * drawn;
            }
        }
        self.activity.iter_mut().for_each(|unit| *unit = unit.max(-1.0));
        // A silent unit contributes nothing.
        self.activity[..self.silent].fill(0.0);
        for (action, row) in action.iter_mut().zip(self.readout.chunks_exact(self.activity.len())) {
            let read: f32 = row.iter().zip(&self.activity).map(|(weight, unit)| weight * unit).sum();
            *action = read.clamp(-1.0, 1.0);
        }
    }

    /// Learns how the body's feedback responds to the desired state.
    pub(crate) fn learn(&mut self, observation: &[f32]) {
        if self.feedback.is_empty() || self.learning == 0 {
            return;
        }
        self.regressors.fill(0.0);
        self.regressors[0] = 1.0;
        for (slot, &sensed) in self.regressors[1..].iter_mut().zip(self.desired.iter().chain(&self.body)) {
            let Some(value) = value(observation, sensed) else { return };
            *slot = value;
        }
        for (slot, &index) in self.told.iter_mut().zip(&self.feedback) {
            let Some(told) = value(observation, (index, 1.0)) else { return };
            *slot = told;
        }
        self.map.innovations(&self.regressors, &self.told, &mut self.innovations);
        self.map.learn(&self.regressors, &self.innovations, 1.0);
        self.learning -= 1;
    }

    pub(crate) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_f32("inputs", &self.inputs);
        writer.put_u64("silent", &[self.silent as u64, self.learning]);
        generator::save(&self.generator, writer);
        writer.scope("map", |writer| self.map.save(writer));
    }

    pub(crate) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.get_f32("inputs", &mut self.inputs)?;
        reader.check("inputs", &self.inputs, "a number from -10 to 10", |weight| weight.abs() <= 10.0)?;
        self.readout = readout(&self.inputs, self.actions);
        let (mut silent, units) = ([0; 2], self.activity.len() as u64);
        reader.get_u64("silent", &mut silent)?;
        reader.check("silent", &silent[..1], "at most the number of units", |silent| silent <= units)?;
        (self.silent, self.learning) = (silent[0] as usize, silent[1]);
        self.generator = generator::load(reader)?;
        reader.scope("map", |reader| self.map.load(reader))
    }
}

/// An observed number in typical magnitudes; `None` if it is missing or not finite.
fn value(observation: &[f32], (index, scale): (usize, f64)) -> Option<f64> {
    let value = f64::from(*observation.get(index)?) * scale;
    value.is_finite().then(|| value.clamp(-LARGEST, LARGEST))
}

/// D = S (EᵀE)⁻¹ Eᵀ, with E the units' inputs and S the parts to reproduce.
fn readout(inputs: &[f32], actions: usize) -> Vec<f32> {
    let width = PARTS * actions;
    let rows = || inputs.chunks_exact(width);
    let mut all = Vec::new();
    for action in 0..actions {
        let mut normal = vec![0.0; width * width];
        for row in rows() {
            for (sums, &left) in normal.chunks_exact_mut(width).zip(row) {
                sums.iter_mut().zip(row).for_each(|(sum, &right)| *sum += f64::from(left) * f64::from(right));
            }
        }
        // If units are too similar, the readout is a compromise.
        (0..width).for_each(|index| normal[index * width + index] += RIDGE);
        let mut wanted = vec![0.0; width];
        (READ..PARTS).for_each(|part| wanted[part * actions + action] = 1.0);
        solve(&mut normal, &mut wanted);
        all.extend(rows().map(|row| row.iter().zip(&wanted).map(|(&e, x)| f64::from(e) * x).sum::<f64>() as f32));
    }
    all
}

/// Keeps the readout defined.
const RIDGE: f64 = 1e-6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::Input;
    use crate::state::State;

    /// A body with two actions, whose feedback answers a desired vector by a quarter turn, and where it is.
    fn shape() -> AgentShape {
        let input = |role| Input { name: String::new(), typical: 1.0, role };
        let feedback = [0, 1].map(|action| Role::Feedback { action });
        let roles = [Role::Desired, Role::Desired, Role::Body, Role::Body].into_iter().chain(feedback);
        AgentShape {
            observations: roles.map(input).collect(),
            actions: 2,
            control_interval: 0.02,
            percepts: Vec::new(),
        }
    }

    fn observed(desired: [f32; 2], body: [f32; 2]) -> [f32; 6] {
        let [x, y] = [desired[0] - body[0], desired[1] - body[1]];
        [desired[0], desired[1], body[0], body[1], -2.0 * y, 2.0 * x]
    }

    fn taught() -> CommandUnits {
        let mut units = CommandUnits::new(&CommandConfig::default(), &shape(), 3);
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..500 {
            let mut drawn = || [0; 2].map(|_| generator.random_range(-1.0..1.0));
            let (desired, body) = (drawn(), drawn());
            units.learn(&observed(desired, body));
        }
        units
    }

    #[test]
    fn commands_come_out_as_they_went_in_and_the_movement_does_not() {
        let mut units = taught();
        let parts = Parts { policy: &[0.1, -0.2], fast: &[0.3, 0.0], slow: &[-0.2, 0.05] };
        let mut action = [0.0; 2];
        units.act(&observed([0.1, -0.05], [0.0; 2]), parts, false, &mut action);
        assert!((action[0] - 0.2).abs() < 1e-3 && (action[1] + 0.15).abs() < 1e-3, "{action:?}");
        assert!(units.activity().iter().any(|unit| unit.abs() > 0.2));
    }

    #[test]
    fn the_movement_is_in_the_coordinates_of_the_actions() {
        let mut units = taught();
        let still = Parts { policy: &[0.0; 2], fast: &[0.0; 2], slow: &[0.0; 2] };
        units.act(&observed([0.5, 0.0], [0.0; 2]), still, false, &mut [0.0; 2]);
        assert!(units.taken[0].abs() < 0.02 && (units.taken[1] - 1.5).abs() < 0.03, "{:?}", units.taken);
    }

    #[test]
    fn noise_is_for_exploring_and_a_lesion_weakens() {
        let mut units = taught();
        let parts = Parts { policy: &[0.5, 0.5], fast: &[0.0; 2], slow: &[0.0; 2] };
        let told = |units: &mut CommandUnits, explore| {
            let mut action = [0.0; 2];
            units.act(&observed([0.0; 2], [0.0; 2]), parts, explore, &mut action);
            action
        };
        let guess = told(&mut units, false);
        assert_eq!(guess, told(&mut units, false));
        assert_ne!(told(&mut units, true), told(&mut units, true));
        units.lesion(0.5);
        assert!(told(&mut units, false)[0] < 0.8 * guess[0]);
        units.lesion(1.0);
        assert_eq!(told(&mut units, false), [0.0; 2]);
    }

    #[test]
    fn a_restored_population_goes_on_as_if_nothing_had_been() {
        let mut units = taught();
        let mut state = State::new();
        units.save(&mut state.writer());
        let mut other = CommandUnits::new(&CommandConfig::default(), &shape(), 99);
        other.load(&mut state.reader()).unwrap();
        let parts = Parts { policy: &[0.5, 0.5], fast: &[0.1; 2], slow: &[0.0; 2] };
        let (mut one, mut two) = ([0.0; 2], [0.0; 2]);
        for _ in 0..3 {
            units.act(&observed([0.3; 2], [0.1; 2]), parts, true, &mut one);
            other.act(&observed([0.3; 2], [0.1; 2]), parts, true, &mut two);
            assert_eq!(one, two);
        }
    }

    #[test]
    fn what_is_no_number_does_no_damage() {
        let mut units = taught();
        let parts = Parts { policy: &[f32::NAN, 0.5], fast: &[f32::INFINITY; 2], slow: &[0.0; 2] };
        let mut action = [0.0; 2];
        units.learn(&[f32::NAN; 6]);
        units.learn(&[]);
        units.act(&[f32::NAN; 6], parts, true, &mut action);
        assert!(action.iter().all(|value| value.is_finite()));
    }
}
