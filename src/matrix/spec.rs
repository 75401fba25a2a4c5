//! The settings of a transfer matrix, and its legs.

use crate::experiment::Block;
use crate::run::folder::Spec;
use crate::run::limits::{LARGEST_SEED, MOST_EPISODES, MOST_STEPS, MOST_SUBJECTS, whole};
use crate::transfer::Shard;
use crate::transfer::parts::Parted;
use crate::transfer::schedule::{Leg, Schedule};
use etude_envs::document::Invalid;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Largest number of tasks in a matrix or in a sequence.
pub const MOST_TASKS: usize = 50;

/// The requested matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatrixSpec {
    /// Ids of the tasks, each of which is practised before every other one.
    pub tasks: Vec<String>,
    /// Ids of the tasks practised in sequence; empty without a sequence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sequence: Vec<String>,
    /// Name of the agent.
    pub agent: String,
    /// Number of subjects.
    pub subjects: u64,
    /// Seed of all randomness.
    pub seed: u64,
    /// Env steps of practice before each test.
    pub practice_steps: u64,
    /// Env steps of each test, and of each task of the sequence.
    pub steps: u64,
    /// Env steps between evaluations.
    pub evaluate_every: u64,
    /// Number of episodes in an evaluation.
    pub evaluation_episodes: u64,
    /// The part of the subjects that was run; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Resolved YAML of the agent.
    pub agent_yaml: String,
    /// Resolved YAML of all tasks, by id.
    pub tasks_yaml: BTreeMap<String, String>,
}

impl Spec for MatrixSpec {
    const FORMAT: &'static str = "etude-transfer-matrix 1";

    fn validate(&self) -> Result<(), Invalid> {
        for (field, tasks) in [("tasks", &self.tasks), ("sequence", &self.sequence)] {
            whole(field, tasks.len() as u64, 0, MOST_TASKS as u64)?;
        }
        whole("subjects", self.subjects, 1, MOST_SUBJECTS)?;
        whole("seed", self.seed, 0, LARGEST_SEED)?;
        whole("practice_steps", self.practice_steps, 1, MOST_STEPS)?;
        whole("steps", self.steps, 1, MOST_STEPS)?;
        whole("evaluate_every", self.evaluate_every, 1, MOST_STEPS)?;
        whole("evaluation_episodes", self.evaluation_episodes, 1, MOST_EPISODES)?;
        Shard::validate(self.shard)
    }
}

impl Parted for MatrixSpec {
    fn whole(&self) -> Self {
        Self { shard: None, ..self.clone() }
    }

    fn dealt(&self) -> Vec<u64> {
        Shard::deal(self.shard, self.subjects)
    }

    fn schedule(&self) -> Schedule {
        Legs::new(self).schedule
    }

    fn evaluate_every(&self) -> u64 {
        self.evaluate_every
    }
}

/// The legs of a matrix, by index in its schedule.
pub struct Legs {
    /// All legs.
    pub schedule: Schedule,
    /// For each task of the matrix, the leg of novices on it.
    pub scratch: Vec<usize>,
    /// All pairs of different tasks, ordered by the practised task and then by the tested one.
    pub pairs: Vec<Pair>,
    /// The sequence, in order.
    pub sequence: Vec<Station>,
}

/// Practice of one task, then a test of another.
pub struct Pair {
    /// Index of the task that is practised.
    pub practised: usize,
    /// Index of the task that is tested.
    pub tested: usize,
    /// Leg of the test.
    pub test: usize,
}

/// One task of a sequence.
pub struct Station {
    /// Leg of its practice in the sequence.
    pub practice: usize,
    /// Leg of novices on it.
    pub reference: usize,
    /// Leg of its test after the last task; `None` for the last task itself.
    pub kept: Option<usize>,
}

impl Legs {
    /// The legs of a matrix; identical practice is run once.
    pub fn new(spec: &MatrixSpec) -> Self {
        let mut schedule = Schedule::default();
        let leg = |name: String, block: Block, parent: Option<usize>, practice: Option<usize>| Leg {
            name,
            block,
            agent: spec.agent.clone(),
            parent,
            practice,
        };
        let test = |name: String, task: &str, parent| leg(name, Block::plain(task, spec.steps), parent, None);
        let novices = |task: &String| test(format!("scratch.{}", in_files(task)), task, None);
        let scratch: Vec<usize> = spec.tasks.iter().map(|task| schedule.shared(novices(task))).collect();
        let mut pairs = Vec::new();
        for (practised, source) in spec.tasks.iter().enumerate() {
            let name = format!("{}.practice", in_files(source));
            let practice = schedule.shared(leg(name, Block::plain(source, spec.practice_steps), None, Some(0)));
            for (tested, target) in spec.tasks.iter().enumerate().filter(|(tested, _)| *tested != practised) {
                let name = format!("{}.then.{}", in_files(source), in_files(target));
                pairs.push(Pair { practised, tested, test: schedule.shared(test(name, target, Some(practice))) });
            }
        }
        let mut sequence: Vec<Station> = Vec::new();
        for (index, task) in spec.sequence.iter().enumerate() {
            let parent = sequence.last().map(|station| station.practice);
            let name = format!("sequence-{}.{}", index + 1, in_files(task));
            let practice = schedule.shared(leg(name, Block::plain(task, spec.steps), parent, Some(index)));
            sequence.push(Station { practice, reference: schedule.shared(novices(task)), kept: None });
        }
        if let Some(last) = sequence.last().map(|station| station.practice) {
            let before_last = sequence.len() - 1;
            for (station, task) in sequence.iter_mut().zip(&spec.sequence).take(before_last) {
                // Nothing is learned in this leg: only its first evaluation is used.
                let block = Block { learning: false, ..Block::plain(task, 1) };
                station.kept =
                    Some(schedule.shared(leg(format!("sequence-end.{}", in_files(task)), block, Some(last), None)));
            }
        }
        schedule.groups = (0..schedule.legs.len()).map(|leg| vec![leg]).collect();
        Self { schedule, scratch, pairs, sequence }
    }
}

/// A task's id as part of a file name.
pub fn in_files(task: &str) -> String {
    task.replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(tasks: &[&str], sequence: &[&str], practice_steps: u64) -> MatrixSpec {
        MatrixSpec {
            tasks: tasks.iter().map(|task| task.to_string()).collect(),
            sequence: sequence.iter().map(|task| task.to_string()).collect(),
            agent: "idle".into(),
            subjects: 2,
            seed: 0,
            practice_steps,
            steps: 100,
            evaluate_every: 50,
            evaluation_episodes: 1,
            shard: None,
            agent_yaml: String::new(),
            tasks_yaml: BTreeMap::new(),
        }
    }

    #[test]
    fn every_task_is_practised_once_and_tested_after_every_other() {
        let legs = Legs::new(&spec(&["a", "b", "c"], &[], 70));
        // Three novices, three practices, six tests.
        assert_eq!((legs.schedule.legs.len(), legs.pairs.len()), (12, 6));
        for pair in &legs.pairs {
            let leg = &legs.schedule.legs[pair.test];
            let before = &legs.schedule.legs[leg.parent.unwrap()];
            assert_eq!((leg.block.task.as_str(), leg.block.steps), (["a", "b", "c"][pair.tested], 100));
            assert_eq!((before.block.task.as_str(), before.block.steps), (["a", "b", "c"][pair.practised], 70));
            assert_ne!(pair.practised, pair.tested);
        }
    }

    #[test]
    fn a_sequence_shares_novices_and_its_first_practice_with_the_matrix_and_comes_back_to_all_tasks_but_the_last() {
        let legs = Legs::new(&spec(&["a", "b"], &["a", "b", "a", "c"], 100));
        let names: Vec<&str> = legs.schedule.legs.iter().map(|leg| leg.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "scratch.a",
                "scratch.b",
                "a.practice",
                "a.then.b",
                "b.practice",
                "b.then.a",
                "sequence-2.b",
                "sequence-3.a",
                "sequence-4.c",
                "scratch.c",
                "sequence-end.a",
                "sequence-end.b"
            ]
        );
        let kept: Vec<Option<usize>> = legs.sequence.iter().map(|station| station.kept).collect();
        assert_eq!(kept, [Some(10), Some(11), Some(10), None]);
        assert!(!legs.schedule.legs[10].block.learning);
        // With another length of practice nothing but novices is shared.
        assert_eq!(Legs::new(&spec(&["a", "b"], &["a", "b"], 70)).schedule.legs.len(), 6 + 3);
    }
}
