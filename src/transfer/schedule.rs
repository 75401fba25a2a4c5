//! The legs of an experiment and their order.
//!
//! Groups that begin alike share legs. A leg is one block after certain other blocks, and is run once per subject,
//! whatever number of groups continue from it.

use crate::catalog::AgentBlueprint;
use crate::experiment::{Block, ExperimentSpec};
use crate::run::subject::{Conditions, Plan};
use etude_envs::task::Blueprint;

/// Env steps that a subject practises before its thread checks for other work.
const BURST: u64 = 1_000;

/// One block after certain other blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    /// The first group with this leg, and the leg's position in it, for example `transfer.practice-1`.
    pub name: String,
    /// The block.
    pub block: Block,
    /// Key of its agent.
    pub agent: String,
    /// The previous leg, whose agent continues.
    pub parent: Option<usize>,
    /// Index among the blocks of practice, from 0; `None` for the test.
    pub practice: Option<usize>,
}

/// All legs of an experiment, parents before children.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schedule {
    /// The legs.
    pub legs: Vec<Leg>,
    /// For each group, in the order of the experiment, its legs from first practice to test.
    pub groups: Vec<Vec<usize>>,
}

impl Leg {
    /// Its position in a group: `practice-1`, …, `test`.
    pub fn place(&self) -> String {
        self.practice.map_or("test".into(), |index| format!("practice-{}", index + 1))
    }

    /// The conditions of the leg. The test lane is the one of plain training, so that a group without practice is a
    /// training run; practice lanes differ from it and from one another.
    pub fn conditions(&self) -> Conditions {
        Conditions {
            learning: self.block.learning,
            reward: self.block.reward,
            evaluate_first: true,
            ends_with_cut: self.practice.is_some(),
            lane: self.practice.map_or(("lane", 0), |index| ("practice", index as u64)),
        }
    }

    /// The plan of every subject in it, with an evaluation of `episodes` episodes every `evaluate_every` env steps;
    /// neither signals nor units are recorded.
    pub fn plan(&self, task: Blueprint, agent: AgentBlueprint, evaluate_every: u64, episodes: u64) -> Plan {
        Plan {
            task,
            agent,
            steps: self.block.steps,
            evaluate_every,
            evaluate_at: self.block.evaluate_at.clone(),
            evaluation_episodes: episodes,
            signals_every: 0,
            units_every: 0,
            record_steps: false,
            tensorboard: false,
            keep_checkpoints_every: 0,
            burst: BURST,
            conditions: self.conditions(),
            lesions: self.block.lesions.clone(),
        }
    }
}

impl Schedule {
    /// The legs of an experiment.
    pub fn new(spec: &ExperimentSpec) -> Self {
        let mut schedule = Schedule::default();
        for (group, blocks) in &spec.groups.0 {
            let (mut path, agent) = (Vec::new(), spec.agent_of(blocks).key());
            for (index, block) in blocks.practice.iter().enumerate() {
                let (parent, practice) = (path.last().copied(), Some(index));
                let leg = Leg { name: String::new(), block: block.clone(), agent: agent.clone(), parent, practice };
                let name = format!("{group}.{}", leg.place());
                path.push(schedule.shared(Leg { name, ..leg }));
            }
            let (block, agent) = (spec.test_of(blocks), spec.test_agent_of(blocks).key());
            let name = format!("{group}.test");
            path.push(schedule.add(Leg { name, block, agent, parent: path.last().copied(), practice: None }));
            schedule.groups.push(path);
        }
        schedule
    }

    /// For each leg, the env steps from its start to the end of the longest path that follows.
    pub fn steps_ahead(&self) -> Vec<u64> {
        let mut ahead: Vec<u64> = self.legs.iter().map(|leg| leg.block.steps).collect();
        for (index, leg) in self.legs.iter().enumerate().rev() {
            if let Some(parent) = leg.parent {
                ahead[parent] = ahead[parent].max(self.legs[parent].block.steps.saturating_add(ahead[index]));
            }
        }
        ahead
    }

    /// Adds a leg and returns its index.
    pub fn add(&mut self, leg: Leg) -> usize {
        self.legs.push(leg);
        self.legs.len() - 1
    }

    /// The index of a leg that is equal except for its name; otherwise adds this one.
    pub fn shared(&mut self, leg: Leg) -> usize {
        let alike = |known: &Leg| {
            (known.parent, known.practice, &known.agent, &known.block)
                == (leg.parent, leg.practice, &leg.agent, &leg.block)
        };
        self.legs.iter().position(alike).unwrap_or_else(|| self.add(leg))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn practice_that_groups_share_is_gone_through_once() {
        let spec = Catalog::default().experiment("flat-to-rough", None).unwrap().spec;
        let schedule = Schedule::new(&spec);
        let names: Vec<&str> = schedule.legs.iter().map(|leg| leg.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "scratch.test",
                "transfer.practice-1",
                "transfer.test",
                "frozen.test",
                "sham.practice-1",
                "sham.test",
                "incompatible.practice-1",
                "incompatible.test"
            ]
        );
        assert_eq!(schedule.groups, [vec![0], vec![1, 2], vec![1, 3], vec![4, 5], vec![6, 7]]);
        assert_eq!(schedule.steps_ahead()[1], spec.groups.0[1].1.practice[0].steps + spec.test.steps);
        assert!(!schedule.legs[3].conditions().learning && schedule.legs[2].conditions().learning);
        assert!(!schedule.legs[4].conditions().reward);
    }

    #[test]
    fn the_same_block_after_another_one_is_another_leg() {
        let spec = Catalog::default().experiment("flat-reversed-flat", None).unwrap().spec;
        let schedule = Schedule::new(&spec);
        // Scratch; A, B, A; A shared by the rest group, A; B to a novice, A.
        assert_eq!(schedule.groups, [vec![0], vec![1, 2, 3], vec![1, 4], vec![5, 6]]);
    }
}
