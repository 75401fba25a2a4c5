//! YAML fields of a reaching task, in SI units; directions of targets and rotations are in degrees.

use super::movement_spec::MovementSpec;
use super::schedule::BlockSpec;
use crate::schedule::{After, Round};
use crate::stepping::Stepping;
use bevy_rapier2d::rapier::prelude::Vector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A reaching task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReachingSpec {
    /// Task id, `reaching/name-vN`.
    pub task: String,
    /// What the agent does in it, in a sentence.
    pub summary: String,
    /// Course of a trial, and its time steps.
    pub episode: EpisodeSpec,
    /// The required movement.
    pub movement: MovementSpec,
    /// Terms of the reward.
    pub reward: RewardSpec,
    /// The arm.
    pub arm: ArmSpec,
    /// The body's own controller.
    pub controller: ControllerSpec,
    /// Senses of arm and cursor.
    #[serde(default)]
    pub senses: SensesSpec,
    /// The channel of error-clamp trials.
    pub channel: ChannelSpec,
    /// Number of cues that can be shown, one observed field each. Cues distinguish contexts.
    #[serde(default, skip_serializing_if = "none")]
    pub cues: u32,
    /// The blocks of trials, in order.
    pub schedule: Vec<BlockSpec>,
    /// What happens after the last block.
    #[serde(default)]
    pub after_schedule: After,
}

/// Course of a trial. A trial is one episode: hold, go signal, movement, settling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EpisodeSpec {
    /// Actions per second.
    pub control_rate: f32,
    /// Physics steps per action.
    pub physics_steps: u32,
    /// Rapier's solver iterations: substeps of each physics step.
    pub solver_iterations: u32,
    /// Time at the start before the go signal, in s.
    pub hold: f32,
    /// Time after the movement until the trial is truncated, in s.
    pub settle: f32,
    /// Largest distance of the hand from the centre at the start, along each axis, in m.
    pub start_offset: f32,
}

/// Reward for a cursor close to its desired position, with little effort: r = T(d, `bound`, `margin`) - `effort` ·
/// mean(a²), with T(d, b, m) = 10^(-(max(0, d - b)/m)²), distance d from the desired position and action a.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardSpec {
    /// Distance of the cursor from its desired position within which the reward is full, in m.
    pub bound: f32,
    /// Distance beyond the bound at which the reward has fallen to a tenth, in m.
    pub margin: f32,
    /// Cost per unit of the mean squared action.
    pub effort: f32,
    /// In reward-only trials, distance of the end point from the target within which the reward is full, in m.
    pub end_bound: f32,
    /// Distance beyond that bound at which the reward has fallen to a tenth, in m.
    pub end_margin: f32,
}

/// One link of the arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkSpec {
    /// Length from joint to joint, or from elbow to hand, in m.
    pub length: f32,
    /// Mass in kg.
    pub mass: f32,
    /// Moment of inertia about the centre of mass, in kg·m².
    pub inertia: f32,
    /// Distance of the centre of mass from the link's proximal joint, in m.
    pub centre: f32,
}

/// A planar two-link arm seen from above, with its shoulder fixed at the origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArmSpec {
    /// The upper arm.
    pub upper: LinkSpec,
    /// The forearm with the hand.
    pub fore: LinkSpec,
    /// Viscosity of each joint's muscles, which acts without lag, in N·m·s/rad.
    pub viscosity: f32,
    /// Time constant with which a muscle's torque follows its command, in s.
    pub muscle_lag: f32,
    /// Largest torque of a joint's muscles, viscosity included, in N·m.
    pub torque_limit: f32,
    /// Torque that an action of 1 adds to the command, in N·m.
    pub torque_scale: f32,
    /// Standard deviation of the additive noise in a joint's torque, drawn anew with each action, in N·m.
    #[serde(default)]
    pub constant_noise: f32,
    /// Standard deviation of the signal-dependent noise, as a fraction of the torque (Harris & Wolpert 1998, Nature
    /// 394:780).
    #[serde(default)]
    pub signal_noise: f32,
    /// Smallest angle of the shoulder, in rad.
    pub shoulder_lowest: f32,
    /// Largest angle of the shoulder, in rad.
    pub shoulder_highest: f32,
    /// Smallest angle of the elbow, in rad; 0 is the stretched arm.
    pub elbow_lowest: f32,
    /// Largest angle of the elbow, in rad.
    pub elbow_highest: f32,
    /// Position of the centre to the right of the shoulder, in m.
    pub centre_x: f32,
    /// Position of the centre ahead of the shoulder, in m.
    pub centre_y: f32,
}

/// The body's own controller, to whose commands the actions are added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControllerSpec {
    /// Whether there is a controller.
    pub kind: ControllerKind,
    /// Stiffness of the feedback in hand space, in N/m.
    pub stiffness: f32,
    /// Damping of the feedback in hand space, in N·s/m.
    pub damping: f32,
    /// Velocity that an action of 1 adds to the planned movement of the hand, in m/s. Above 0, there are two more
    /// actions, which change the plan, and the controller follows the plan by the felt position of the arm. At 0, the
    /// controller brings the cursor to its desired position.
    #[serde(default)]
    pub plan_scale: f32,
    /// Gain from the error between planned and seen velocity of the cursor to the plan's feedback.
    #[serde(default)]
    pub plan_gain: f32,
}

/// Senses of arm and cursor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SensesSpec {
    /// Delay of all senses, in s. The controller acts on an estimate of the present, made from the delayed senses and
    /// the commands since.
    pub delay: f32,
}

/// Whether the body has its own controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ControllerKind {
    /// It follows the desired movement by inverse dynamics and feedback.
    Desired,
    /// There are only the actions. The feedback is observed but not applied.
    None,
}

/// Walls of the channel: a spring and a damper perpendicular to the line from start to target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelSpec {
    /// Stiffness in N/m.
    pub stiffness: f32,
    /// Damping in N·s/m.
    pub damping: f32,
}

fn none(count: &u32) -> bool {
    *count == 0
}

impl EpisodeSpec {
    /// Time between two actions, in s.
    pub fn control_interval(&self) -> f32 {
        1.0 / self.control_rate
    }

    /// How it is stepped in time.
    pub(crate) fn stepping(&self) -> Stepping {
        let Self { control_rate, physics_steps, solver_iterations, .. } = *self;
        Stepping { control_rate, physics_steps, solver_iterations }
    }
}

impl ReachingSpec {
    /// Length of a trial in actions.
    pub fn step_limit(&self) -> u32 {
        let time = self.episode.hold + self.movement.duration + self.episode.settle;
        self.episode.stepping().actions_in(time)
    }

    /// Delay of the senses, in actions.
    pub fn delay_steps(&self) -> usize {
        self.episode.stepping().actions_in(self.senses.delay) as usize
    }

    /// Whether actions can change the plan of the hand.
    pub fn plans(&self) -> bool {
        self.controller.plan_scale > 0.0
    }

    /// Number of actions from the start of a trial to the end of the desired movement.
    pub fn movement_end(&self) -> u32 {
        self.episode.stepping().actions_in(self.episode.hold + self.movement.duration)
    }

    /// One round of the schedule; `None` if all trials are alike.
    pub fn round(&self) -> Option<Round> {
        let trials = self.schedule.iter().map(|block| u64::from(block.trials.count())).sum();
        let alike = self.schedule.len() == 1 && !self.schedule[0].varies();
        (!alike).then_some(Round { trials, after: self.after_schedule })
    }

    /// Centre of the targets relative to the shoulder, in m.
    pub fn centre(&self) -> Vector {
        Vector::new(self.arm.centre_x, self.arm.centre_y)
    }
}
