//! What has to be practised in an experiment, and in which order.
//!
//! Groups that begin alike share legs: a leg is one block as it is gone through after certain others, and is run once
//! for each subject, whatever number of groups go on from it.

use crate::experiment::{Block, ExperimentSpec};
use crate::run::subject::Conditions;

/// One block, gone through after certain others.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    /// The first group that goes through it, and its place there, such as `transfer.practice-1`.
    pub name: String,
    /// What is done.
    pub block: Block,
    /// Key of the agent that does it.
    pub agent: String,
    /// The leg before it, whose agent goes on.
    pub parent: Option<usize>,
    /// Its place among the blocks of practice, from 0; none for the test.
    pub practice: Option<usize>,
}

/// All legs of an experiment, parents before children.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// The legs.
    pub legs: Vec<Leg>,
    /// For each group, in the order of the experiment, its legs from first practice to test.
    pub groups: Vec<Vec<usize>>,
}

impl Leg {
    /// Its place in a group: `practice-1`, …, `test`.
    pub fn place(&self) -> String {
        self.practice.map_or("test".into(), |index| format!("practice-{}", index + 1))
    }

    /// How it is gone through. The test lane is the one that plain training has, so that a group without practice is a
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
}

impl Schedule {
    /// The legs of an experiment.
    pub fn new(spec: &ExperimentSpec) -> Self {
        let mut schedule = Schedule { legs: Vec::new(), groups: Vec::new() };
        for (group, blocks) in &spec.groups.0 {
            let (mut path, agent) = (Vec::new(), spec.agent_of(blocks).key());
            for (index, block) in blocks.practice.iter().enumerate() {
                let (parent, practice) = (path.last().copied(), Some(index));
                let alike = |leg: &Leg| {
                    (leg.parent, leg.practice, &leg.agent) == (parent, practice, &agent) && leg.block == *block
                };
                let known = schedule.legs.iter().position(alike);
                path.push(known.unwrap_or_else(|| schedule.add(group, block.clone(), &agent, parent, practice)));
            }
            let test = spec.test_of(blocks);
            path.push(schedule.add(group, test, &spec.test_agent_of(blocks).key(), path.last().copied(), None));
            schedule.groups.push(path);
        }
        schedule
    }

    /// Env steps from the start of a leg to the end of the longest way on from it.
    pub fn steps_ahead(&self, leg: usize) -> u64 {
        let children = (0..self.legs.len()).filter(|&child| self.legs[child].parent == Some(leg));
        let onwards = children.map(|child| self.steps_ahead(child)).max().unwrap_or(0);
        self.legs[leg].block.steps.saturating_add(onwards)
    }

    fn add(&mut self, group: &str, block: Block, agent: &str, parent: Option<usize>, practice: Option<usize>) -> usize {
        let mut leg = Leg { name: String::new(), block, agent: agent.into(), parent, practice };
        leg.name = format!("{group}.{}", leg.place());
        self.legs.push(leg);
        self.legs.len() - 1
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
        assert_eq!(schedule.steps_ahead(1), spec.groups.0[1].1.practice[0].steps + spec.test.steps);
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
