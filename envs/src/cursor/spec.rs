//! What can be said about a cursor task in YAML. SI units, but directions and turns are in degrees and rates in Hz.

use crate::schedule::After;
use crate::stepping::Stepping;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

impl EpisodeSpec {
    /// How it is stepped in time; there is nothing for Rapier to solve.
    pub(crate) fn stepping(&self) -> Stepping {
        let Self { control_rate, physics_steps, .. } = *self;
        Stepping { control_rate, physics_steps, solver_iterations: 1 }
    }
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
        self.episode.stepping().actions_in(self.episode.time_limit).max(1)
    }

    /// Actions by which the senses lag behind.
    pub fn delay_steps(&self) -> usize {
        self.episode.stepping().actions_in(self.senses.delay) as usize
    }

    /// Time that the straight way to a target takes at the wanted speed, in s.
    pub fn straight_time(&self) -> f32 {
        (self.movement.distance - self.movement.acceptance) / self.movement.speed
    }
}
