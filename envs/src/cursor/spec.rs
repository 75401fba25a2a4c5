//! YAML fields of a cursor task, in SI units; directions and rotations are in degrees, rates in Hz.

use crate::document::Invalid;
use crate::schedule::{After, MOST_BLOCKS, MOST_TARGETS};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many units a population may have.
const MOST_UNITS: u32 = 1000;

/// How far the hand stays from where an arm is stretched or folded, in m.
const REACH_MARGIN: f32 = 0.02;

/// A cursor task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CursorSpec {
    /// Task id, `cursor/name-vN`.
    pub task: String,
    /// What the agent does in it, in a sentence.
    pub summary: String,
    /// Course of a trial, and its time steps.
    pub episode: EpisodeSpec,
    /// The required movement.
    pub movement: MovementSpec,
    /// The units whose activity is the action.
    pub population: PopulationSpec,
    /// The decoder, which turns activity into velocity.
    pub decoder: DecoderSpec,
    /// The arm whose hand is the cursor; absent for a cursor without an arm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<ArmSpec>,
    /// Terms of the reward.
    pub reward: RewardSpec,
    /// What the agent senses.
    #[serde(default)]
    pub senses: SensesSpec,
    /// The blocks of trials, in order.
    pub schedule: Vec<BlockSpec>,
    /// What happens after the last block.
    #[serde(default)]
    pub after_schedule: After,
}

/// Course of a trial. A trial is one episode: it ends when the target is acquired or the time limit is reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EpisodeSpec {
    /// Actions per second.
    pub control_rate: f32,
    /// Physics steps per action.
    pub physics_steps: u32,
    /// Time after which the trial is truncated, in s.
    pub time_limit: f32,
}

/// Centre-out movements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MovementSpec {
    /// Distance of the targets from the centre, in m.
    pub distance: f32,
    /// Distance between the centres of cursor and target within which the target is acquired, in m.
    pub acceptance: f32,
    /// Desired speed of the cursor, in m/s.
    pub speed: f32,
    /// Largest distance of the cursor from the centre along each axis, in m.
    pub workspace: f32,
    /// Directions of the targets in degrees, counter-clockwise from the x axis.
    pub targets: Vec<f32>,
}

/// Units whose activity is the action: each fires at baseline + depth · action, at least 0 Hz.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PopulationSpec {
    /// Number of units.
    pub units: u32,
    /// Firing rate at an action of 0, in Hz.
    pub baseline: f32,
    /// Firing rate added by an action of 1, in Hz.
    pub depth: f32,
}

/// The decoder: v ← smoothing · v + (1 − smoothing) · W (f − means), averaged over the last `boxcar` steps, with firing
/// rates f in Hz and weights W in m/s per Hz.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecoderSpec {
    /// Origin of the weights.
    pub method: Method,
    /// Share of the previous step's velocity that is kept, as in a steady-state Kalman filter.
    #[serde(default)]
    pub smoothing: f32,
    /// Number of steps over which the velocity is averaged.
    #[serde(default = "one")]
    pub boxcar: u32,
    /// Modulation depth in Hz at which a whole population tuned to one direction moves the cursor at the desired speed,
    /// for weights drawn from the seed.
    pub modulation: f32,
    /// Number of decoded factors of the activity, for methods with factors.
    pub factors: u32,
    /// Seed of everything random about the decoder: weights that are not fitted, the units that are turned, and
    /// permutations.
    pub seed: u64,
    /// Whether the weights are fitted to each subject with units of its own. Otherwise all subjects have the weights
    /// drawn from the seed, like muscles from birth.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub fitted: bool,
    /// The weights as numbers; only for the method `linear`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linear: Option<LinearSpec>,
}

/// A two-link arm in the plane, seen from above. The decoded velocity turns its joints as it would at the centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArmSpec {
    /// Length from shoulder to elbow, in m.
    pub upper: f32,
    /// Length from elbow to hand, in m.
    pub fore: f32,
    /// Position of the centre to the right of the shoulder, in m.
    pub centre_x: f32,
    /// Position of the centre ahead of the shoulder, in m.
    pub centre_y: f32,
}

/// Origin of a decoder's weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Each unit votes for its preferred direction (Georgopoulos et al. 1986; Jarosiewicz et al. 2008).
    PopulationVector,
    /// Factors of the activity move the cursor (Sadtler et al. 2014).
    Factors,
    /// Given by `linear`.
    Linear,
}

/// A linear map from firing rates to velocity, and its perturbed versions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinearSpec {
    /// Mean rate of each unit, at which it contributes nothing, in Hz.
    pub means: Vec<f32>,
    /// Weights for velocity along x, then along y, one per unit, in m/s per Hz.
    pub intuitive: [Vec<f32>; 2],
    /// The weights with factors permuted, in m/s per Hz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<[Vec<f32>; 2]>,
    /// The weights with units permuted, in m/s per Hz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<[Vec<f32>; 2]>,
}

/// Reward for approaching and for acquiring the target: r = `progress` (v·u)/`movement.speed` + `acquisition` in the
/// step of the acquisition, with the cursor's velocity v and the unit vector u towards the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardSpec {
    /// Reward per step for moving straight at the target at the desired speed; proportional to the speed towards it.
    pub progress: f32,
    /// Reward for acquiring the target.
    pub acquisition: f32,
}

/// What the agent senses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SensesSpec {
    /// Delay of all observations, in s.
    pub delay: f32,
}

/// A block of trials of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockSpec {
    /// Number of trials. Unless the schedule repeats, the last block continues indefinitely.
    #[serde(default = "one")]
    pub trials: u32,
    /// Perturbation of the decoder.
    #[serde(default)]
    pub perturbation: Perturbation,
    /// Share of the units whose preferred directions are turned, from 0 to 1.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub share: f32,
    /// Angle by which they are turned, in degrees, counter-clockwise positive.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub degrees: f32,
    /// Fraction of the perturbation mixed into the intuitive decoder, from 0 to 1.
    #[serde(default = "whole")]
    pub mix: f32,
    /// Whether the cursor moves to the target by itself, whatever the units do.
    #[serde(default, skip_serializing_if = "is_false")]
    pub passive: bool,
    /// Whether a night follows the last trial of the block, in which an agent may consolidate what it has learned.
    #[serde(default, skip_serializing_if = "is_false")]
    pub night: bool,
    /// Directions of the targets in degrees, if they differ from `movement.targets`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<f32>>,
}

/// Perturbation of a decoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Perturbation {
    /// Nothing.
    #[default]
    None,
    /// The preferred directions of a share of the units are turned (Jarosiewicz et al. 2008).
    Turned,
    /// Factors are permuted: a within-manifold perturbation (Sadtler et al. 2014).
    Within,
    /// Units are permuted: an outside-manifold perturbation (Sadtler et al. 2014).
    Outside,
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

fn is_true(value: &bool) -> bool {
    *value
}

fn whole() -> f32 {
    1.0
}

fn is_zero(value: &f32) -> bool {
    *value == 0.0
}

fn is_false(value: &bool) -> bool {
    !value
}

impl BlockSpec {
    /// Directions of the block's targets, in degrees.
    pub fn targets<'a>(&'a self, movement: &'a MovementSpec) -> &'a [f32] {
        self.targets.as_deref().unwrap_or(&movement.targets)
    }
}

impl CursorSpec {
    /// Largest number of actions in a trial.
    pub fn step_limit(&self) -> u32 {
        (self.episode.time_limit * self.episode.control_rate).round().max(1.0) as u32
    }

    /// Delay of the observations, in actions.
    pub fn delay_steps(&self) -> usize {
        (self.senses.delay * self.episode.control_rate).round() as usize
    }

    /// Duration of a straight movement to a target at the desired speed, in s.
    pub fn straight_time(&self) -> f32 {
        (self.movement.distance - self.movement.acceptance) / self.movement.speed
    }

    /// Checks that every value makes sense.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn validate(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let (episode, movement, population) = (&self.episode, &self.movement, &self.population);
        check("episode.control_rate", episode.control_rate, 5.0..=1000.0, "Hz")?;
        check("episode.physics_steps", episode.physics_steps as f32, 1.0..=100.0, "")?;
        check("movement.distance", movement.distance, 0.01..=1.0, "m")?;
        check("movement.acceptance", movement.acceptance, 0.001..=0.9 * movement.distance, "m")?;
        check("movement.speed", movement.speed, 0.001..=10.0, "m/s")?;
        check("movement.workspace", movement.workspace, movement.distance..=10.0, "m")?;
        check("episode.time_limit", episode.time_limit, self.straight_time()..=100.0, "s")?;
        check("population.units", population.units as f32, 2.0..=MOST_UNITS as f32, "")?;
        check("population.baseline", population.baseline, 0.0..=1000.0, "Hz")?;
        check("population.depth", population.depth, 0.1..=1000.0, "Hz")?;
        check("reward.progress", self.reward.progress, 0.0..=1000.0, "")?;
        check("reward.acquisition", self.reward.acquisition, 0.0..=1000.0, "")?;
        check("senses.delay", self.senses.delay, 0.0..=1.0, "s")?;
        self.validate_decoder()?;
        self.arm.as_ref().map_or(Ok(()), |arm| self.validate_arm(arm))?;
        check("schedule", self.schedule.len() as f32, 1.0..=MOST_BLOCKS as f32, "blocks")?;
        validate_targets("movement.targets", &movement.targets)?;
        self.schedule.iter().enumerate().try_for_each(|(index, block)| self.validate_block(index, block))
    }

    fn validate_decoder(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let decoder = &self.decoder;
        check("decoder.smoothing", decoder.smoothing, 0.0..=0.99, "")?;
        check("decoder.boxcar", decoder.boxcar as f32, 1.0..=100.0, "steps")?;
        check("decoder.modulation", decoder.modulation, 0.1..=1000.0, "Hz")?;
        check("decoder.factors", decoder.factors as f32, 2.0..=self.population.units as f32, "")?;
        match (decoder.method, &decoder.linear) {
            (Method::Linear, Some(linear)) => self.validate_linear(linear),
            (Method::Linear, None) => Err(Invalid {
                field: "decoder.linear".into(),
                found: "none".into(),
                expected: "means and weights for the method `linear`".into(),
            }),
            (_, Some(_)) => Err(Invalid {
                field: "decoder.linear".into(),
                found: "weights".into(),
                expected: "none unless the method is `linear`".into(),
            }),
            (_, None) => Ok(()),
        }
    }

    fn validate_arm(&self, arm: &ArmSpec) -> Result<(), Invalid> {
        let check = Invalid::check;
        check("arm.upper", arm.upper, 0.05..=2.0, "m")?;
        check("arm.fore", arm.fore, 0.05..=2.0, "m")?;
        check("arm.centre_x", arm.centre_x, -4.0..=4.0, "m")?;
        check("arm.centre_y", arm.centre_y, -4.0..=4.0, "m")?;
        // The corners of the workspace lie farthest out; nearest in is the place next to the shoulder.
        let edge = self.movement.workspace;
        let [far, near] = [arm.centre_x, arm.centre_y]
            .map(|centre: f32| [centre.abs() + edge, (centre.abs() - edge).max(0.0)])
            .into_iter()
            .fold([0.0; 2], |[far, near]: [f32; 2], [most, least]| [far.hypot(most), near.hypot(least)]);
        let (least, most) = ((arm.upper - arm.fore).abs() + REACH_MARGIN, arm.upper + arm.fore - REACH_MARGIN);
        if far > most || near < least {
            return Err(Invalid {
                field: "arm".into(),
                found: format!("a workspace from {near:.2} to {far:.2} m from the shoulder"),
                expected: format!("one within the arm's reach, from {least:.2} to {most:.2} m"),
            });
        }
        Ok(())
    }

    fn validate_linear(&self, linear: &LinearSpec) -> Result<(), Invalid> {
        let units = self.population.units as usize;
        let all = |name: &str, values: &[f32], most: f32, unit: &str| {
            let field = format!("decoder.linear.{name}");
            if values.len() != units {
                let expected = format!("one for each of {units} units");
                return Err(Invalid { field, found: format!("{} numbers", values.len()), expected });
            }
            values.iter().try_for_each(|&value| Invalid::check(&field, value, -most..=most, unit))
        };
        all("means", &linear.means, 1e4, "Hz")?;
        let maps = [("intuitive", Some(&linear.intuitive)), ("within", linear.within.as_ref())];
        let maps = maps.into_iter().chain([("outside", linear.outside.as_ref())]);
        maps.filter_map(|(name, map)| Some((name, map?)))
            .try_for_each(|(name, map)| map.iter().try_for_each(|row| all(name, row, 1e4, "m/s per Hz")))
    }

    fn validate_block(&self, index: usize, block: &BlockSpec) -> Result<(), Invalid> {
        let at = |name: &str| format!("schedule[{index}].{name}");
        let check = |name: &str, value, range, unit| Invalid::check(&at(name), value, range, unit);
        check("trials", block.trials as f32, 1.0..=1e6, "")?;
        let turned = block.perturbation == Perturbation::Turned;
        check(
            "share",
            block.share,
            0.0..=if turned { 1.0 } else { 0.0 },
            if turned { "" } else { "unless units are turned" },
        )?;
        let most = if turned { 180.0 } else { 0.0 };
        check("degrees", block.degrees, -most..=most, if turned { "degrees" } else { "unless units are turned" })?;
        check("mix", block.mix, 0.0..=1.0, "")?;
        let needed = match (&self.decoder.linear, block.perturbation) {
            (Some(linear), Perturbation::Within) => linear.within.is_none().then_some("within"),
            (Some(linear), Perturbation::Outside) => linear.outside.is_none().then_some("outside"),
            _ => None,
        };
        if let Some(needed) = needed {
            return Err(Invalid {
                field: at("perturbation"),
                found: needed.into(),
                expected: format!("one that the decoder has weights for (`decoder.linear.{needed}` has none)"),
            });
        }
        if self.decoder.method == Method::PopulationVector && block.perturbation == Perturbation::Within {
            let expected = "`none`, `turned` or `outside`: a population vector has no factors".into();
            return Err(Invalid { field: at("perturbation"), found: "within".into(), expected });
        }
        block.targets.as_deref().map_or(Ok(()), |targets| validate_targets(&at("targets"), targets))
    }
}

fn validate_targets(field: &str, targets: &[f32]) -> Result<(), Invalid> {
    Invalid::check(field, targets.len() as f32, 1.0..=MOST_TARGETS as f32, "targets")?;
    targets.iter().try_for_each(|&target| Invalid::check(field, target, -360.0..=360.0, "degrees"))
}
