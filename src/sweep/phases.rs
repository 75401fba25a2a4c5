//! The phases of a sweep: all settings on the subjects of the selection, then the best on those of the confirmation.

use crate::experiment::Block;
use crate::run::folder::{Spec, checkpoint_path};
use crate::sweep::spec::SweepSpec;
use crate::transfer::Shard;
use crate::transfer::parts::Parted;
use crate::transfer::results::{LegResult, read_leg};
use crate::transfer::schedule::{Leg, Schedule};
use crate::transfer::workers::checkpoint_name;
use anyhow::Result;
use etude_envs::document::Invalid;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The requested sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepRun {
    /// The sweep.
    pub sweep: SweepSpec,
    /// The part of the settings that was run; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Resolved YAML of the agent, before settings are changed.
    pub agent_yaml: String,
    /// Resolved YAML of the tasks, before settings are changed, by their names in the sweep.
    pub tasks_yaml: BTreeMap<String, String>,
}

/// A phase and its subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// The subjects by which settings are selected.
    Selection,
    /// The subjects on which the best settings are confirmed.
    Confirmation,
}

impl Phase {
    /// Its name in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Selection => "selection",
            Phase::Confirmation => "confirmation",
        }
    }
}

impl Spec for SweepRun {
    const FORMAT: &'static str = "etude-sweep 1";

    fn validate(&self) -> Result<(), Invalid> {
        Shard::validate(self.shard)?;
        let of_sweep = |wrong: Invalid| Invalid { field: format!("sweep.{}", wrong.field), ..wrong };
        self.sweep.validate().map_err(of_sweep)
    }
}

impl Parted for SweepRun {
    const DEALT: &'static str = "setting";

    fn whole(&self) -> Self {
        Self { shard: None, ..self.clone() }
    }

    fn dealt(&self) -> Vec<u64> {
        Shard::deal(self.shard, self.sweep.settings().map_or(0, |settings| settings.len() as u64))
    }

    /// Parts contain only the selection: the settings to confirm are known only once all parts exist.
    fn schedule(&self) -> Schedule {
        self.schedule_of(Phase::Selection, &self.dealt())
    }

    fn evaluate_every(&self) -> u64 {
        self.sweep.evaluate_every
    }

    fn units(&self, schedule: &Schedule, dealt: u64) -> Vec<(u64, usize)> {
        let own = self.schedule_of(Phase::Selection, &[dealt]).legs;
        let legs = (0..schedule.legs.len()).filter(|&leg| own.iter().any(|own| own.name == schedule.legs[leg].name));
        let legs: Vec<usize> = legs.collect();
        let subjects = 0..self.sweep.selection.subjects;
        subjects.flat_map(|subject| legs.iter().map(move |&leg| (subject, leg)).collect::<Vec<_>>()).collect()
    }
}

impl SweepRun {
    /// The legs of these settings in a phase: for each setting, one per task.
    pub fn schedule_of(&self, phase: Phase, settings: &[u64]) -> Schedule {
        let mut schedule = Schedule::default();
        for setting in settings {
            for (task, index) in self.sweep.tasks.0.iter().zip(1..) {
                let of_task = if self.sweep.tasks.0.len() > 1 { format!(".task-{index}") } else { String::new() };
                let leg = schedule.add(Leg {
                    name: format!("{}.setting-{setting:03}{of_task}", phase.name()),
                    block: Block::plain(task, self.sweep.steps),
                    agent: self.sweep.agent.clone(),
                    parent: None,
                    practice: None,
                });
                schedule.groups.push(vec![leg]);
            }
        }
        schedule
    }

    /// Seed and number of subjects of a phase.
    pub fn cohort(&self, phase: Phase) -> (u64, u64) {
        match phase {
            Phase::Selection => (self.sweep.selection.seed, self.sweep.selection.subjects),
            Phase::Confirmation => (self.sweep.confirmation.seed, self.sweep.confirmation.subjects),
        }
    }

    /// The results of these settings in a phase: by setting, then by task, then by subject.
    ///
    /// # Errors
    /// What is missing or damaged, and in which file.
    pub fn read(&self, folder: &Path, phase: Phase, settings: &[u64]) -> Result<Vec<Vec<Vec<LegResult>>>> {
        let one = |setting: &u64| {
            let legs = self.schedule_of(phase, &[*setting]).legs;
            let of_leg = |leg: &Leg| {
                let of_subject = |subject| read_leg(folder, self.sweep.evaluate_every, subject, leg);
                (0..self.cohort(phase).1).map(of_subject).collect::<Result<Vec<_>>>()
            };
            legs.iter().map(of_leg).collect::<Result<Vec<_>>>()
        };
        settings.iter().map(one).collect()
    }

    /// Whether a phase has been started with all of these settings and subjects.
    pub fn begun(&self, folder: &Path, phase: Phase, settings: &[u64]) -> bool {
        let legs = self.schedule_of(phase, settings).legs;
        let there =
            |subject| legs.iter().all(|leg| checkpoint_path(folder, &checkpoint_name(subject, &leg.name)).exists());
        (0..self.cohort(phase).1).all(there)
    }
}
