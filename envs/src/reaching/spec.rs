//! What can be said about a reaching task in YAML. SI units, but angles of targets and rotations are in degrees.

use super::dynamics::Links;
use super::movement::Movement;
use super::schedule::{BlockSpec, Column, TableFault, TrialTable, Trials};
use crate::document::Invalid;
use crate::rapier::prelude::Vector;
use crate::schedule::{After, MOST_BLOCKS, MOST_TARGETS, Round};
use serde::{Deserialize, Serialize};

/// How far the elbow and the hand stay from where the arm is stretched or folded, in m.
const MARGIN: f32 = 0.02;
/// How many cues there may be.
const MOST_CUES: u32 = 16;

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

fn none(count: &u32) -> bool {
    *count == 0
}

impl EpisodeSpec {
    /// Time between two actions, in s.
    pub fn control_interval(&self) -> f32 {
        1.0 / self.control_rate
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
        check("cues", self.cues as f32, 0.0..=MOST_CUES as f32, "cues")?;
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
        block.validate(&format!("schedule[{index}]"))?;
        Invalid::check(&at("cue"), block.cue as f32, 0.0..=self.cues as f32, "")?;
        match &block.targets {
            Some(targets) => self.validate_targets(&at("targets"), targets),
            None => Ok(()),
        }
    }

    /// Checks the rows of tables, once all else makes sense.
    ///
    /// # Errors
    /// The index of a block, and the first cell of its table that makes no sense.
    pub fn validate_tables(&self) -> Result<(), (usize, TableFault)> {
        self.schedule.iter().enumerate().try_for_each(|(index, block)| match &block.trials {
            Trials::Table(table) => self.validate_table(block, table).map_err(|fault| (index, fault)),
            Trials::Count(_) | Trials::File(_) => Ok(()),
        })
    }

    fn validate_table(&self, block: &BlockSpec, table: &TrialTable) -> Result<(), TableFault> {
        let targets = block.targets(&self.movement).len();
        // Directions come again and again, and to see whether a way is within reach takes a while.
        let mut reached: Vec<f32> = Vec::new();
        table.rows().iter().try_for_each(|row| {
            let within = |column, value: Option<u32>, most: usize| match value {
                Some(value) if value as usize > most => {
                    let expected = format!("a whole number from 0 to {most}");
                    Err(table.fault(row, column, &expected, &value.to_string()))
                }
                _ => Ok(()),
            };
            within(Column::Target, row.target, targets - 1)?;
            within(Column::Cue, row.cue, self.cues as usize)?;
            let (catch, clamp) = (row.catch.unwrap_or(block.catch), row.clamp.unwrap_or(block.clamp));
            if catch + clamp > 1.0 {
                let column = if row.clamp.is_some() { Column::Clamp } else { Column::Catch };
                let expected = "probabilities of catch and clamp trials that are at most 1 together";
                return Err(table.fault(row, column, expected, &(catch + clamp).to_string()));
            }
            let Some(direction) = row.target_deg.filter(|direction| !reached.contains(direction)) else {
                return Ok(());
            };
            if !self.reaches(direction) {
                let expected = "a direction whose way is within the reach of the arm and the limits of its joints";
                return Err(table.fault(row, Column::TargetDeg, expected, &direction.to_string()));
            }
            if reached.len() == MOST_TARGETS {
                let expected = format!("at most {MOST_TARGETS} directions in a table");
                return Err(table.fault(row, Column::TargetDeg, &expected, "one more"));
            }
            reached.push(direction);
            Ok(())
        })
    }

    /// Targets are directions along which the whole way is within the arm's reach and its joints' limits.
    fn validate_targets(&self, field: &str, targets: &[f32]) -> Result<(), Invalid> {
        Invalid::check(field, targets.len() as f32, 1.0..=MOST_TARGETS as f32, "targets")?;
        targets.iter().try_for_each(|&target| {
            Invalid::check(field, target, -360.0..=360.0, "degrees")?;
            if self.reaches(target) {
                return Ok(());
            }
            Err(Invalid {
                field: field.into(),
                found: format!("a way towards {target} degrees that leaves it"),
                expected: "ways within the reach of the arm and the limits of its joints".into(),
            })
        })
    }

    /// Whether the whole way to a target in this direction (degrees) is within reach, wherever it starts.
    fn reaches(&self, target: f32) -> bool {
        let links = Links::new(&self.arm);
        let off = self.episode.start_offset;
        let corners = [[-off, -off], [-off, off], [off, -off], [off, off]];
        corners.map(|[x, y]| self.centre() + Vector::new(x, y)).into_iter().all(|corner| {
            let movement = Movement::new(self, corner, target);
            (0..=10).all(|tenth| {
                let time = self.episode.hold + self.movement.duration * tenth as f32 / 10.0;
                links.reaches(movement.at(time).place, MARGIN) && self.arm.allows(links.angles(movement.at(time).place))
            })
        })
    }
}

impl ArmSpec {
    fn allows(&self, [shoulder, elbow]: [f32; 2]) -> bool {
        (self.shoulder_lowest..=self.shoulder_highest).contains(&shoulder)
            && (self.elbow_lowest..=self.elbow_highest).contains(&elbow)
    }
}
