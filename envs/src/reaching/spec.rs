//! What can be said about a reaching task in YAML. SI units, but angles of targets and rotations are in degrees.

use super::dynamics::Links;
use super::movement::Movement;
use crate::document::Invalid;
use crate::rapier::prelude::Vector;
use crate::schedule::{After, MOST_BLOCKS, MOST_TARGETS};
use serde::{Deserialize, Serialize};

/// How far the elbow and the hand stay from where the arm is stretched or folded, in m.
const MARGIN: f32 = 0.02;

/// A reaching task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// The blocks of trials, one after the other.
    pub schedule: Vec<BlockSpec>,
    /// What follows the last block.
    #[serde(default)]
    pub after_schedule: After,
}

/// Course of a trial, which is one episode: hold, go, move, settle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// A straight movement with the speed of a minimum-jerk one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovementSpec {
    /// Its duration, in s.
    pub duration: f32,
    /// Distance of the targets from the centre, in m.
    pub distance: f32,
    /// Directions of the targets in degrees, counter-clockwise from the x axis.
    pub targets: Vec<f32>,
}

/// What is rewarded: the cursor where it should be by now, at low effort.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensesSpec {
    /// Time by which all senses lag behind, in s. The controller acts on an estimate of the present, which follows from what was
    /// sensed and what was commanded since.
    pub delay: f32,
}

/// Whether the body has a controller of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControllerKind {
    /// It follows the desired movement by nominal inverse dynamics and feedback.
    Desired,
    /// The actions are all there is. The feedback is still shown, but not applied.
    None,
}

/// Walls of the channel: a spring and a damper across the line from start to target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelSpec {
    /// Stiffness in N/m.
    pub stiffness: f32,
    /// Damping in N·s/m.
    pub damping: f32,
}

/// A stretch of trials of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockSpec {
    /// How many. The last block goes on anyway unless the schedule repeats.
    #[serde(default = "one")]
    pub trials: u32,
    /// What acts on hand or cursor.
    #[serde(default)]
    pub field: FieldKind,
    /// How strongly; see [`FieldKind`].
    #[serde(default)]
    pub strength: f32,
    /// Probability of a catch trial: without the field.
    #[serde(default)]
    pub catch: f32,
    /// Probability of an error-clamp trial: in the channel, which takes the field's place.
    #[serde(default)]
    pub clamp: f32,
    /// When the cursor is shown.
    #[serde(default)]
    pub cursor: CursorShown,
    /// Whether the cursor is hidden and the only reward comes at the end, for the end point.
    #[serde(default)]
    pub reward_only: bool,
    /// Standard deviation by which the cursor is seen beside where it is, anew at every step and along both axes, in m; its velocity
    /// is off by as much in 0.1 s.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub blur: f32,
    /// What a linear map makes of the cursor's way from the start, row by row; the identity unless the field is `linear`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<[[f32; 2]; 2]>,
    /// Direction of the place that pays off from that of the target that is shown, in degrees, counter-clockwise positive: reward
    /// and score are for moving there, and nothing but reward tells of it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub payoff: f32,
    /// Directions of the targets in degrees, where they differ from the movement's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<f32>>,
}

/// What acts on the hand, or on the cursor that shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// Nothing.
    #[default]
    None,
    /// A force at right angles to the hand's velocity: strength in N·s/m, positive to its right.
    Curl,
    /// The force field of Shadmehr & Mussa-Ivaldi 1994 times the strength.
    Saddle,
    /// A rotation of the cursor about the start: strength in degrees, counter-clockwise positive.
    Rotation,
    /// A cursor that is as far from the start as the hand, but always in the same direction: strength in degrees from that of the
    /// target, counter-clockwise positive (a visual error clamp, Morehead et al. 2017). It is meant to be ignored: reward, score
    /// and metrics are of the hand.
    ErrorClamp,
    /// A magnification of the cursor's way from the start: strength as a factor, which is 1 without a field.
    Gain,
    /// A linear map of the cursor's way from the start, such as a shear; its strength is 1, the map is given row by row.
    Linear,
}

/// When the cursor is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CursorShown {
    /// Always.
    #[default]
    On,
    /// Never.
    Off,
    /// From the end of the movement.
    End,
}

fn one() -> u32 {
    1
}

fn is_zero(value: &f32) -> bool {
    *value == 0.0
}

impl EpisodeSpec {
    /// Time between two actions, in s.
    pub fn control_interval(&self) -> f32 {
        1.0 / self.control_rate
    }
}

impl BlockSpec {
    /// Directions of the block's targets, in degrees.
    pub fn targets<'a>(&'a self, movement: &'a MovementSpec) -> &'a [f32] {
        self.targets.as_deref().unwrap_or(&movement.targets)
    }
}

impl ReachingSpec {
    /// Length of a trial in actions.
    pub fn step_limit(&self) -> u32 {
        let time = self.episode.hold + self.movement.duration + self.episode.settle;
        (time * self.episode.control_rate).round() as u32
    }

    /// Actions by which the senses lag behind.
    pub fn delay_steps(&self) -> usize {
        (self.senses.delay * self.episode.control_rate).round() as usize
    }

    /// Whether the plan of the hand can be changed by actions.
    pub fn plans(&self) -> bool {
        self.controller.plan_scale > 0.0
    }

    /// Actions from the start of a trial until its movement should be over.
    pub fn movement_end(&self) -> u32 {
        ((self.episode.hold + self.movement.duration) * self.episode.control_rate).round() as u32
    }

    /// The centre of the targets, from the shoulder, in m.
    pub fn centre(&self) -> Vector {
        Vector::new(self.arm.centre_x, self.arm.centre_y)
    }

    /// Checks that every value makes sense.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn validate(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let (episode, movement, reward) = (&self.episode, &self.movement, &self.reward);
        check("episode.control_rate", episode.control_rate, 20.0..=1000.0, "Hz")?;
        check("episode.physics_steps", episode.physics_steps as f32, 1.0..=100.0, "")?;
        check("episode.solver_iterations", episode.solver_iterations as f32, 1.0..=100.0, "")?;
        check("episode.hold", episode.hold, 0.0..=10.0, "s")?;
        check("episode.settle", episode.settle, 0.0..=10.0, "s")?;
        check("episode.start_offset", episode.start_offset, 0.0..=0.05, "m")?;
        check("movement.duration", movement.duration, 0.1..=10.0, "s")?;
        check("movement.distance", movement.distance, 0.01..=0.5, "m")?;
        check("reward.bound", reward.bound, 0.0..=1.0, "m")?;
        check("reward.margin", reward.margin, 0.001..=1.0, "m")?;
        check("reward.effort", reward.effort, 0.0..=10.0, "")?;
        check("reward.end_bound", reward.end_bound, 0.0..=1.0, "m")?;
        check("reward.end_margin", reward.end_margin, 0.001..=1.0, "m")?;
        self.validate_arm()?;
        check("controller.stiffness", self.controller.stiffness, 0.0..=10_000.0, "N/m")?;
        check("controller.damping", self.controller.damping, 0.0..=1000.0, "N·s/m")?;
        check("controller.plan_scale", self.controller.plan_scale, 0.0..=10.0, "m/s")?;
        check("controller.plan_gain", self.controller.plan_gain, 0.0..=10.0, "")?;
        check("senses.delay", self.senses.delay, 0.0..=0.5, "s")?;
        check("channel.stiffness", self.channel.stiffness, 0.0..=100_000.0, "N/m")?;
        check("channel.damping", self.channel.damping, 0.0..=1000.0, "N·s/m")?;
        check("schedule", self.schedule.len() as f32, 1.0..=MOST_BLOCKS as f32, "blocks")?;
        self.validate_targets("movement.targets", &movement.targets)?;
        self.schedule.iter().enumerate().try_for_each(|(index, block)| self.validate_block(index, block))
    }

    fn validate_arm(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let arm = &self.arm;
        for (name, link) in [("upper", &arm.upper), ("fore", &arm.fore)] {
            check(&format!("arm.{name}.length"), link.length, 0.05..=1.0, "m")?;
            check(&format!("arm.{name}.mass"), link.mass, 0.1..=50.0, "kg")?;
            check(&format!("arm.{name}.inertia"), link.inertia, 0.0005..=10.0, "kg·m²")?;
            check(&format!("arm.{name}.centre"), link.centre, 0.0..=link.length, "m")?;
        }
        check("arm.viscosity", arm.viscosity, 0.0..=20.0, "N·m·s/rad")?;
        check("arm.muscle_lag", arm.muscle_lag, 0.001..=1.0, "s")?;
        check("arm.torque_limit", arm.torque_limit, 0.1..=200.0, "N·m")?;
        check("arm.torque_scale", arm.torque_scale, 0.01..=arm.torque_limit, "N·m")?;
        check("arm.constant_noise", arm.constant_noise, 0.0..=20.0, "N·m")?;
        check("arm.signal_noise", arm.signal_noise, 0.0..=2.0, "")?;
        check("arm.shoulder_lowest", arm.shoulder_lowest, -3.0..=3.0, "rad")?;
        check("arm.shoulder_highest", arm.shoulder_highest, arm.shoulder_lowest..=3.0, "rad")?;
        check("arm.elbow_lowest", arm.elbow_lowest, 0.0..=3.0, "rad")?;
        check("arm.elbow_highest", arm.elbow_highest, arm.elbow_lowest..=3.0, "rad")?;
        check("arm.centre_x", arm.centre_x, -2.0..=2.0, "m")?;
        check("arm.centre_y", arm.centre_y, -2.0..=2.0, "m")
    }

    fn validate_block(&self, index: usize, block: &BlockSpec) -> Result<(), Invalid> {
        let at = |name: &str| format!("schedule[{index}].{name}");
        let check = |name: &str, value, range, unit| Invalid::check(&at(name), value, range, unit);
        check("trials", block.trials as f32, 1.0..=1e6, "")?;
        match block.field {
            FieldKind::None => check("strength", block.strength, 0.0..=0.0, "without a field")?,
            FieldKind::Curl => check("strength", block.strength, -100.0..=100.0, "N·s/m")?,
            FieldKind::Saddle => check("strength", block.strength, -5.0..=5.0, "")?,
            FieldKind::Rotation | FieldKind::ErrorClamp => {
                check("strength", block.strength, -180.0..=180.0, "degrees")?
            }
            FieldKind::Gain => check("strength", block.strength, 0.1..=10.0, "")?,
            FieldKind::Linear => check("strength", block.strength, 1.0..=1.0, "")?,
        }
        check("catch", block.catch, 0.0..=1.0, "")?;
        check("clamp", block.clamp, 0.0..=1.0, "")?;
        check("blur", block.blur, 0.0..=0.2, "m")?;
        self.validate_map(index, block)?;
        check("payoff", block.payoff, -180.0..=180.0, "degrees")?;
        if block.catch + block.clamp > 1.0 {
            let expected = format!("a probability that leaves room for that of catch trials, {}", block.catch);
            return Err(Invalid { field: at("clamp"), found: block.clamp.to_string(), expected });
        }
        match &block.targets {
            Some(targets) => self.validate_targets(&at("targets"), targets),
            None => Ok(()),
        }
    }

    fn validate_map(&self, index: usize, block: &BlockSpec) -> Result<(), Invalid> {
        let field = format!("schedule[{index}].map");
        match (block.field, block.map) {
            (FieldKind::Linear, Some(map)) => {
                map.iter().flatten().try_for_each(|&value| Invalid::check(&field, value, -10.0..=10.0, ""))
            }
            (FieldKind::Linear, None) => {
                let expected = "two rows of two numbers for the field `linear`, such as [[1, 0.5], [0, 1]]".into();
                Err(Invalid { field, found: "none".into(), expected })
            }
            (_, Some(_)) => {
                let expected = "none without the field `linear`".into();
                Err(Invalid { field, found: "a map".into(), expected })
            }
            (_, None) => Ok(()),
        }
    }

    /// Targets are directions along which the whole way is within the arm's reach and its joints' limits.
    fn validate_targets(&self, field: &str, targets: &[f32]) -> Result<(), Invalid> {
        Invalid::check(field, targets.len() as f32, 1.0..=MOST_TARGETS as f32, "targets")?;
        let links = Links::new(&self.arm);
        let off = self.episode.start_offset;
        for &target in targets {
            Invalid::check(field, target, -360.0..=360.0, "degrees")?;
            let corners = [[-off, -off], [-off, off], [off, -off], [off, off]];
            for corner in corners.map(|[x, y]| self.centre() + Vector::new(x, y)) {
                let movement = Movement::new(self, corner, target);
                let reached = (0..=10).all(|tenth| {
                    let time = self.episode.hold + self.movement.duration * tenth as f32 / 10.0;
                    links.reaches(movement.at(time).place, MARGIN)
                        && self.arm.allows(links.angles(movement.at(time).place))
                });
                if !reached {
                    return Err(Invalid {
                        field: field.into(),
                        found: format!("a way towards {target} degrees that leaves it"),
                        expected: "ways within the reach of the arm and the limits of its joints".into(),
                    });
                }
            }
        }
        Ok(())
    }
}

impl ArmSpec {
    fn allows(&self, [shoulder, elbow]: [f32; 2]) -> bool {
        (self.shoulder_lowest..=self.shoulder_highest).contains(&shoulder)
            && (self.elbow_lowest..=self.elbow_highest).contains(&elbow)
    }
}
