//! What can be said about a reaching task in YAML. SI units, but angles of targets and rotations are in degrees.

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
    /// What one does in it, in a sentence.
    pub summary: String,
    /// Course of a trial, and how time is stepped.
    pub episode: EpisodeSpec,
    /// The movement that is asked for.
    pub movement: MovementSpec,
    /// What is rewarded.
    pub reward: RewardSpec,
    /// The arm.
    pub arm: ArmSpec,
    /// The body's own controller.
    pub controller: ControllerSpec,
    /// What is sensed of it.
    #[serde(default)]
    pub senses: SensesSpec,
    /// The channel of error-clamp trials.
    pub channel: ChannelSpec,
    /// Cues that can be seen, one observed number each: what tells contexts apart.
    #[serde(default, skip_serializing_if = "none")]
    pub cues: u32,
    /// The blocks of trials, one after the other.
    pub schedule: Vec<BlockSpec>,
    /// What follows the last block.
    #[serde(default)]
    pub after_schedule: After,
}

/// Course of a trial, which is one episode: hold, go, move, settle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EpisodeSpec {
    /// Actions per second.
    pub control_rate: f32,
    /// Physics steps per action.
    pub physics_steps: u32,
    /// Rapier's solver iterations, which are substeps of each physics step.
    pub solver_iterations: u32,
    /// Time at the start before the go, in s.
    pub hold: f32,
    /// Time after the movement until the trial is truncated, in s.
    pub settle: f32,
    /// Largest distance of the hand from the centre at the start, along each axis, in m.
    pub start_offset: f32,
}

/// What is rewarded: the cursor where it should be by now, at low effort.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardSpec {
    /// Distance of the cursor from its desired place within which the reward is full, in m.
    pub bound: f32,
    /// Distance beyond the bound at which it has fallen to a tenth, in m.
    pub margin: f32,
    /// Cost of effort per mean squared action.
    pub effort: f32,
    /// In reward-only trials, distance of the end point from the target within which the reward is full, in m.
    pub end_bound: f32,
    /// Distance beyond that bound at which it has fallen to a tenth, in m.
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
    /// Centre of mass from the link's upper joint, in m.
    pub centre: f32,
}

/// A planar arm of two links seen from above, its shoulder fixed at the origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArmSpec {
    /// The upper arm.
    pub upper: LinkSpec,
    /// The forearm with the hand.
    pub fore: LinkSpec,
    /// Viscosity of the muscles of each joint, which acts without lag, in N·m·s/rad.
    pub viscosity: f32,
    /// Time constant with which a muscle's torque follows its command, in s.
    pub muscle_lag: f32,
    /// Largest torque of a joint's muscles, their viscosity included, in N·m.
    pub torque_limit: f32,
    /// Torque that an action of 1 adds to the command, in N·m.
    pub torque_scale: f32,
    /// Standard deviation of the noise in a joint's torque, drawn anew with every action, in N·m.
    #[serde(default)]
    pub constant_noise: f32,
    /// The same as a share of the torque: noise that grows with the command (Harris & Wolpert 1998, Nature 394).
    #[serde(default)]
    pub signal_noise: f32,
    /// Smallest angle of the shoulder, in rad.
    pub shoulder_lowest: f32,
    /// Largest angle of the shoulder, in rad.
    pub shoulder_highest: f32,
    /// Smallest angle of the elbow, which is 0 when the arm is stretched, in rad.
    pub elbow_lowest: f32,
    /// Largest angle of the elbow, in rad.
    pub elbow_highest: f32,
    /// Place of the centre to the right of the shoulder, in m.
    pub centre_x: f32,
    /// Place of the centre ahead of the shoulder, in m.
    pub centre_y: f32,
}

/// The body's own controller, to whose command the actions are added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControllerSpec {
    /// Whether there is one.
    pub kind: ControllerKind,
    /// Stiffness of the feedback in hand space, in N/m.
    pub stiffness: f32,
    /// Damping of the feedback in hand space, in N·s/m.
    pub damping: f32,
    /// Velocity that an action of 1 adds to the planned movement of the hand, in m/s. Where it is above 0 there are two actions
    /// more, which change the plan, and the controller follows the plan by what is felt of the arm; without them it brings the
    /// cursor to where the cursor should be.
    #[serde(default)]
    pub plan_scale: f32,
    /// Share of the velocity by which the cursor was seen to miss its plan that counts as the plan's feedback.
    #[serde(default)]
    pub plan_gain: f32,
}

/// What is sensed of arm and cursor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SensesSpec {
    /// Time by which all senses lag behind, in s. The controller acts on an estimate of the present, which follows from what was
    /// sensed and what was commanded since.
    pub delay: f32,
}

/// Whether the body has a controller of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ControllerKind {
    /// It follows the desired movement by nominal inverse dynamics and feedback.
    Desired,
    /// The actions are all there is. The feedback is still shown, but not applied.
    None,
}

/// Walls of the channel: a spring and a damper across the line from start to target.
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

    /// Actions by which the senses lag behind.
    pub fn delay_steps(&self) -> usize {
        self.episode.stepping().actions_in(self.senses.delay) as usize
    }

    /// Whether the plan of the hand can be changed by actions.
    pub fn plans(&self) -> bool {
        self.controller.plan_scale > 0.0
    }

    /// Actions from the start of a trial until its movement should be over.
    pub fn movement_end(&self) -> u32 {
        self.episode.stepping().actions_in(self.episode.hold + self.movement.duration)
    }

    /// One round of the schedule; none where all trials are alike.
    pub fn round(&self) -> Option<Round> {
        let trials = self.schedule.iter().map(|block| u64::from(block.trials.count())).sum();
        let alike = self.schedule.len() == 1 && !self.schedule[0].varies();
        (!alike).then_some(Round { trials, after: self.after_schedule })
    }

    /// The centre of the targets, from the shoulder, in m.
    pub fn centre(&self) -> Vector {
        Vector::new(self.arm.centre_x, self.arm.centre_y)
    }
}
