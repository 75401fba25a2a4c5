//! The results of an experiment: its groups and its measures.
//!
//! Scores of groups are interquartile means over subjects. Measures are named `GROUP.measure` against the reference group and
//! `GROUP_against_OTHER.measure` for contrasts.

use super::comparisons::measures;
use super::measures::Measure;
use super::results::{GroupResult, Results};
use super::spec::TransferSpec;
use crate::experiment::{Block, ExperimentSpec, Named};
use crate::run::evaluate::in_words;
use crate::stats::{Curve, interquartile_estimate, interquartile_mean, mean, restricted_mean};
use anyhow::Result;
use serde::Serialize;

/// The results of an experiment: `summary.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Name of the experiment.
    pub experiment: String,
    /// The question of the experiment.
    pub question: String,
    /// Name of the agent.
    pub agent: String,
    /// Seed of all randomness.
    pub seed: u64,
    /// Task of the test.
    pub test: String,
    /// Env steps of the test.
    pub test_steps: u64,
    /// Score at which the task of the test counts as learned.
    pub criterion: f64,
    /// Description of the evaluations in the test.
    pub evaluation: String,
    /// The group with which all others are compared.
    pub reference: String,
    /// Results of each group, in the order of the experiment.
    pub groups: Named<GroupSummary>,
    /// Number of tests for which p-values are adjusted: all tests of the experiment, with shared tests counted once.
    pub tests: u64,
    /// The measures.
    pub measures: Named<Measure>,
    /// Number of episodes that ended in a fault.
    #[serde(skip)]
    pub faults: u64,
}

/// The results of a group in the test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupSummary {
    /// Number of subjects.
    pub subjects: u64,
    /// Env steps of practice before the test.
    pub practice_steps: u64,
    /// Interquartile mean of the first evaluation's score.
    pub score_first_iqm: f64,
    /// Interquartile mean of the last evaluation's score.
    pub score_final_iqm: f64,
    /// Lower end of its 95 % interval; `None` with one subject.
    pub score_final_low: Option<f64>,
    /// Upper end of its 95 % interval; `None` with one subject.
    pub score_final_high: Option<f64>,
    /// Mean over subjects of the mean score over the test.
    pub area: f64,
    /// Restricted mean of env steps to the criterion; `None` if no subject reached it.
    pub steps_to_criterion: Option<f64>,
    /// Number of subjects that reached the criterion.
    pub reached_criterion: u64,
    /// Its blocks of practice.
    pub practice: Vec<PracticeSummary>,
}

/// The results of a group in a block of practice.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PracticeSummary {
    /// The task.
    pub task: String,
    /// Env steps.
    pub steps: u64,
    /// Interquartile mean of the last evaluation's score.
    pub score_final_iqm: f64,
    /// Number of subjects that reached the block's criterion.
    pub reached_criterion: u64,
}

impl Summary {
    /// Computes everything from the results.
    pub fn new(spec: &TransferSpec, results: &Results) -> Self {
        let experiment = &spec.experiment;
        let groups = results.groups.iter().zip(&experiment.groups.0);
        let (measures, tests) = measures(experiment, results);
        Self {
            experiment: experiment.experiment.clone(),
            question: experiment.question.clone(),
            agent: experiment.agent.clone(),
            seed: experiment.seed,
            test: experiment.test.task.clone(),
            test_steps: experiment.test.steps,
            criterion: experiment.criterion_of(&experiment.test),
            evaluation: in_words(results.scheduled).into(),
            reference: experiment.reference.clone(),
            groups: Named(
                groups
                    .map(|(group, (name, blocks))| (name.clone(), summarise(experiment, group, &blocks.practice)))
                    .collect(),
            ),
            tests,
            measures: Named(measures),
            faults: 0,
        }
    }

    /// A measure in all comparisons that have it: `GROUP` against the reference, or `GROUP against OTHER`.
    pub fn of<'a>(&'a self, measure: &'a str) -> impl Iterator<Item = (String, &'a Measure)> {
        self.measures.0.iter().filter_map(move |(name, value)| {
            let (comparison, what) = name.rsplit_once('.')?;
            (what == measure).then(|| (comparison.replace('_', " "), value))
        })
    }

    /// The document of `summary.json` and of `--json`.
    ///
    /// # Errors
    /// Never for finite numbers.
    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

fn summarise(experiment: &ExperimentSpec, group: &GroupResult, practice: &[Block]) -> GroupSummary {
    let tests = group.tests();
    let last: Vec<f64> = tests.iter().map(Curve::last).collect();
    let first: Vec<f64> = tests.iter().map(|curve| curve.start(1)).collect();
    let score = interquartile_estimate(&last).map(|score| score.within(0.0, 1.0));
    let interval = score.and_then(|score| score.interval());
    let reached = |curves: &[Curve], criterion| {
        curves.iter().filter(|curve| curve.time_to_criterion(criterion).reached().is_some()).count() as u64
    };
    let block = |(index, block): (usize, &Block)| {
        let curves = group.practice(index);
        PracticeSummary {
            task: block.task.clone(),
            steps: block.steps,
            score_final_iqm: interquartile_mean(&curves.iter().map(Curve::last).collect::<Vec<_>>()),
            reached_criterion: reached(&curves, experiment.criterion_of(block)),
        }
    };
    let criterion = experiment.criterion_of(&experiment.test);
    let times: Vec<_> = tests.iter().map(|curve| curve.time_to_criterion(criterion)).collect();
    GroupSummary {
        subjects: tests.len() as u64,
        practice_steps: practice.iter().map(|block| block.steps).sum(),
        score_first_iqm: interquartile_mean(&first),
        score_final_iqm: interquartile_mean(&last),
        score_final_low: interval.map(|(low, _)| low),
        score_final_high: interval.map(|(_, high)| high),
        area: mean(&tests.iter().map(Curve::area).collect::<Vec<_>>()),
        steps_to_criterion: (reached(&tests, criterion) > 0).then(|| restricted_mean(&times, experiment.test.steps)),
        reached_criterion: reached(&tests, criterion),
        practice: practice.iter().enumerate().map(block).collect(),
    }
}
