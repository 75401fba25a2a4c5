//! Checks of a reaching task's fields.

use super::dynamics::Links;
use super::movement::Movement;
use super::schedule::{BlockSpec, Column, TableFault, TrialTable, Trials};
use super::spec::{ArmSpec, ReachingSpec};
use crate::document::Invalid;
use crate::schedule::{MOST_TARGETS, validate_blocks, validate_targets};
use bevy_rapier2d::rapier::prelude::Vector;

/// Least distance of elbow and hand from positions with the arm stretched or folded, in m.
const MARGIN: f32 = 0.02;
/// Largest number of cues.
const MOST_CUES: u32 = 16;

impl ReachingSpec {
    /// Checks that every value is in range.
    ///
    /// # Errors
    /// The first field that is not.
    pub fn validate(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let (episode, movement, reward) = (&self.episode, &self.movement, &self.reward);
        episode.stepping().validate(20.0)?;
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
        validate_blocks(self.schedule.len())?;
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

    /// Checks the rows of tables, once all other fields are valid.
    ///
    /// # Errors
    /// The index of a block, and the first invalid cell of its table.
    pub fn validate_tables(&self) -> Result<(), (usize, TableFault)> {
        self.schedule.iter().enumerate().try_for_each(|(index, block)| match &block.trials {
            Trials::Table(table) => self.validate_table(block, table).map_err(|fault| (index, fault)),
            Trials::Count(_) | Trials::File(_) => Ok(()),
        })
    }

    fn validate_table(&self, block: &BlockSpec, table: &TrialTable) -> Result<(), TableFault> {
        let targets = block.targets(&self.movement).len();
        // Directions recur, and checking whether a path is within reach takes a while.
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

    /// Targets must lie in directions along which the whole path is within the arm's reach and its joint limits.
    fn validate_targets(&self, field: &str, targets: &[f32]) -> Result<(), Invalid> {
        validate_targets(field, targets)?;
        targets.iter().try_for_each(|&target| {
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

    /// Whether the whole path to a target in this direction (degrees) is within reach from any start.
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
