//! YAML fields of a cursor task, in SI units; directions and rotations are in degrees, rates in Hz.

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
    /// Largest number of actions in a trial.
    pub fn step_limit(&self) -> u32 {
        self.episode.stepping().actions_in(self.episode.time_limit).max(1)
    }

    /// Delay of the observations, in actions.
    pub fn delay_steps(&self) -> usize {
        self.episode.stepping().actions_in(self.senses.delay) as usize
    }

    /// Duration of a straight movement to a target at the desired speed, in s.
    pub fn straight_time(&self) -> f32 {
        (self.movement.distance - self.movement.acceptance) / self.movement.speed
    }
}
