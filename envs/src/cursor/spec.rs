//! What can be said about a cursor task in YAML. SI units, but directions and turns are in degrees and rates in Hz.

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
    /// What one does in it, in a sentence.
    pub summary: String,
    /// Course of a trial, and how time is stepped.
    pub episode: EpisodeSpec,
    /// The movement that is asked for.
    pub movement: MovementSpec,
    /// The units whose activity is the action.
    pub population: PopulationSpec,
    /// What makes a velocity of their activity.
    pub decoder: DecoderSpec,
    /// The arm whose hand the cursor is; none where it is a cursor and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<ArmSpec>,
    /// What is rewarded.
    pub reward: RewardSpec,
    /// What is sensed.
    #[serde(default)]
    pub senses: SensesSpec,
    /// The blocks of trials, one after the other.
    pub schedule: Vec<BlockSpec>,
    /// What follows the last block.
    #[serde(default)]
    pub after_schedule: After,
}

/// Course of a trial, which is one episode: it ends when the target is acquired, or when its time is up.
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
    /// Distance of the cursor's centre from the target's at which it is acquired, in m.
    pub acceptance: f32,
    /// Speed with which the cursor should move, in m/s.
    pub speed: f32,
    /// How far the cursor can go from the centre, along each axis, in m.
    pub workspace: f32,
    /// Directions of the targets in degrees, counter-clockwise from the x axis.
    pub targets: Vec<f32>,
}

/// Units whose activity is the action: the rate of each is baseline + depth · action, and never below 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PopulationSpec {
    /// How many there are.
    pub units: u32,
    /// Rate at an action of 0, in Hz.
    pub baseline: f32,
    /// Rate that an action of 1 adds, in Hz.
    pub depth: f32,
}

/// What makes a velocity of the units' activity: v ← smoothing · v + (1 − smoothing) · W (f − means), averaged over the last steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecoderSpec {
    /// How the weights come about.
    pub method: Method,
    /// Share of the last step's velocity that is kept, as a Kalman filter in its steady state does.
    #[serde(default)]
    pub smoothing: f32,
    /// Steps over which the velocity is averaged.
    #[serde(default = "one")]
    pub boxcar: u32,
    /// Depth of modulation, in Hz, at which a whole population tuned to one direction moves the cursor at the wanted speed, where the
    /// weights come from the seed.
    pub modulation: f32,
    /// Factors of the activity that are decoded, where the method has factors.
    pub factors: u32,
    /// What everything random about it comes from: the weights, where they are not fitted, which units are turned, and what is
    /// permuted.
    pub seed: u64,
    /// Whether the weights are fitted to who has units of its own; otherwise they come from the seed for everybody, like the muscles
    /// that one is born with.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub fitted: bool,
    /// The weights as numbers; only where the method is `linear`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linear: Option<LinearSpec>,
}

/// An arm of two links in the plane, seen from above: what is decoded is a velocity that its joints make at the centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArmSpec {
    /// Length from shoulder to elbow, in m.
    pub upper: f32,
    /// Length from elbow to hand, in m.
    pub fore: f32,
    /// Place of the centre to the right of the shoulder, in m.
    pub centre_x: f32,
    /// Place of the centre ahead of the shoulder, in m.
    pub centre_y: f32,
}

/// How the weights of a decoder come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Each unit votes for its preferred direction (Georgopoulos 1986; Jarosiewicz et al. 2008).
    PopulationVector,
    /// The activity's factors move the cursor (Sadtler et al. 2014).
    Factors,
    /// As given by `linear`.
    Linear,
}

/// A linear map from rates to velocity, and what perturbations make of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinearSpec {
    /// Rate of each unit at which it has no say, in Hz.
    pub means: Vec<f32>,
    /// Velocity along x, then along y, for each unit and Hz, in m/s.
    pub intuitive: [Vec<f32>; 2],
    /// The same with factors permuted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<[Vec<f32>; 2]>,
    /// The same with units permuted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<[Vec<f32>; 2]>,
}

/// What is rewarded: coming nearer, and acquiring the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardSpec {
    /// Reward for going at the wanted speed straight at the target, per step; in proportion for less.
    pub progress: f32,
    /// Reward for acquiring the target.
    pub acquisition: f32,
}

/// What is sensed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SensesSpec {
    /// Time by which all that is seen lags behind, in s.
    pub delay: f32,
}

/// A stretch of trials of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockSpec {
    /// How many. The last block goes on anyway unless the schedule repeats.
    #[serde(default = "one")]
    pub trials: u32,
    /// What becomes of the decoder.
    #[serde(default)]
    pub perturbation: Perturbation,
    /// Share of the units whose preferred directions are turned.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub share: f32,
    /// By how much, in degrees, counter-clockwise positive.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub degrees: f32,
    /// How much of the perturbation is mixed into the intuitive decoder, from 0 to 1.
    #[serde(default = "whole")]
    pub mix: f32,
    /// Whether the cursor goes to the target by itself, whatever the units do.
    #[serde(default, skip_serializing_if = "is_false")]
    pub passive: bool,
    /// Whether a night follows the block's last trial, in which an agent may consolidate what it has learned.
    #[serde(default, skip_serializing_if = "is_false")]
    pub night: bool,
    /// Directions of the targets in degrees, where they differ from the movement's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<f32>>,
}

/// What becomes of a decoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Perturbation {
    /// Nothing.
    #[default]
    None,
    /// The preferred directions of a share of the units are turned (Jarosiewicz et al. 2008).
    Turned,
    /// Factors are permuted: within the manifold (Sadtler et al. 2014).
    Within,
    /// Units are permuted: outside the manifold (Sadtler et al. 2014).
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
    /// Most actions in a trial.
    pub fn step_limit(&self) -> u32 {
        (self.episode.time_limit * self.episode.control_rate).round().max(1.0) as u32
    }

    /// Actions by which the senses lag behind.
    pub fn delay_steps(&self) -> usize {
        (self.senses.delay * self.episode.control_rate).round() as usize
    }

    /// Time that the straight way to a target takes at the wanted speed, in s.
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
