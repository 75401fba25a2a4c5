//! What the learning curves of an experiment say: its groups, and the measures of transfer, retention and interference.
//!
//! Scores of groups are interquartile means over subjects. Measures are means of paired differences, or ratios of means,
//! with intervals by resampling whole subjects; they are named `GROUP.measure` against the reference group and
//! `GROUP_against_OTHER.measure` for contrasts.

use crate::experiment::{Block, ExperimentSpec, Named};
use crate::stats::comparison::{paired_probability_of_improvement, probability_of_improvement};
use crate::stats::curve::mean_curve;
use crate::stats::transfer::{
    JUMPSTART_EVALUATIONS, bounded_transfer, forward_transfer, percent_transfer, transfer_effectiveness, transfer_ratio,
};
use crate::stats::{
    Curve, Estimate, interquartile_mean, mean, paired_estimate, restricted_mean, retention, stratified_estimate,
};
use crate::transfer::TransferSpec;
use crate::transfer::results::{GroupResult, Results};
use anyhow::Result;
use serde::Serialize;

/// Fewer subjects than this show nothing, whatever their interval says.
pub const FEWEST_SUBJECTS: u64 = 5;

/// What came of an experiment: `summary.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Name of the experiment.
    pub experiment: String,
    /// What it was to find out.
    pub question: String,
    /// Name of the agent.
    pub agent: String,
    /// Seed that all randomness came from.
    pub seed: u64,
    /// Task of the test.
    pub test: String,
    /// Env steps of the test.
    pub test_steps: u64,
    /// The score that counts as having learned the task of the test.
    pub criterion: f64,
    /// The group that all others are compared with.
    pub reference: String,
    /// What each group did, in the order of the experiment.
    pub groups: Named<GroupSummary>,
    /// The measures.
    pub measures: Named<Measure>,
    /// Episodes that ended because a state was no longer finite.
    #[serde(skip)]
    pub faults: u64,
}

/// What a group did in the test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupSummary {
    /// Subjects.
    pub subjects: u64,
    /// Env steps of practice before the test.
    pub practice_steps: u64,
    /// Interquartile mean of the first evaluation's score.
    pub score_first_iqm: f64,
    /// Interquartile mean of the last evaluation's score.
    pub score_final_iqm: f64,
    /// Lower end of its 95% interval.
    pub score_final_low: f64,
    /// Upper end of its 95% interval.
    pub score_final_high: f64,
    /// Mean over subjects of the mean score over the test.
    pub area: f64,
    /// Restricted mean of env steps to the criterion.
    pub steps_to_criterion: f64,
    /// Subjects that reached the criterion.
    pub reached_criterion: u64,
    /// Its blocks of practice.
    pub practice: Vec<PracticeSummary>,
}

/// What a group did in a block of practice.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PracticeSummary {
    /// The task.
    pub task: String,
    /// Env steps.
    pub steps: u64,
    /// Interquartile mean of the last evaluation's score.
    pub score_final_iqm: f64,
    /// Subjects that reached the block's criterion.
    pub reached_criterion: u64,
}

/// A measure with its interval; all three are absent where it is not defined.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// The measure.
    pub value: Option<f64>,
    /// Lower end of its 95% interval.
    pub low: Option<f64>,
    /// Upper end of its 95% interval.
    pub high: Option<f64>,
    /// Whether its interval leaves out the value that means no effect.
    pub significant: bool,
}

impl Summary {
    /// Works out all that the results say.
    pub fn new(spec: &TransferSpec, results: &Results) -> Self {
        let experiment = &spec.experiment;
        let groups = results.groups.iter().zip(&experiment.groups.0);
        Self {
            experiment: experiment.experiment.clone(),
            question: experiment.question.clone(),
            agent: experiment.agent.clone(),
            seed: experiment.seed,
            test: experiment.test.task.clone(),
            test_steps: experiment.test.steps,
            criterion: experiment.criterion_of(&experiment.test),
            reference: experiment.reference.clone(),
            groups: Named(
                groups
                    .map(|(group, (name, blocks))| (name.clone(), summarise(experiment, group, &blocks.practice)))
                    .collect(),
            ),
            measures: Named(measures(experiment, results)),
            faults: 0,
        }
    }

    /// A measure of all comparisons that have it: `GROUP` against the reference, or `GROUP against OTHER`.
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
    let interval = stratified_estimate(&[&last], |strata| interquartile_mean(&strata[0]));
    let score = interval.unwrap_or(Estimate { value: 0.0, low: 0.0, high: 0.0 });
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
    GroupSummary {
        subjects: tests.len() as u64,
        practice_steps: practice.iter().map(|block| block.steps).sum(),
        score_first_iqm: interquartile_mean(&first),
        score_final_iqm: score.value,
        score_final_low: score.low,
        score_final_high: score.high,
        area: mean(&tests.iter().map(Curve::area).collect::<Vec<_>>()),
        steps_to_criterion: steps_to(&tests, criterion, experiment.test.steps, &everyone(tests.len())),
        reached_criterion: reached(&tests, criterion),
        practice: practice.iter().enumerate().map(block).collect(),
    }
}

fn measures(experiment: &ExperimentSpec, results: &Results) -> Vec<(String, Measure)> {
    let mut list = List::default();
    let Some(reference) = results.group(&experiment.reference) else { return Vec::new() };
    for (group, (name, blocks)) in results.groups.iter().zip(&experiment.groups.0) {
        if *name != experiment.reference {
            compare(&mut list, name, experiment, group, reference);
            ratios(&mut list, name, experiment, group, reference, &blocks.practice);
        }
    }
    for (name, other) in &experiment.contrasts {
        if let (Some(group), Some(against)) = (results.group(name), results.group(other)) {
            compare(&mut list, &format!("{name}_against_{other}"), experiment, group, against);
        }
    }
    for (group, (name, blocks)) in results.groups.iter().zip(&experiment.groups.0) {
        remembered(&mut list, name, experiment, results, group, &blocks.practice);
    }
    list.0
}

/// Measures in the order in which they are added.
#[derive(Default)]
struct List(Vec<(String, Measure)>);

impl List {
    /// Adds a measure whose value is `null` where there is no effect.
    fn add(&mut self, group: &str, name: &str, subjects: usize, null: f64, estimate: Option<Estimate>) {
        let enough = subjects as u64 >= FEWEST_SUBJECTS;
        let measure = Measure {
            value: estimate.map(|estimate| estimate.value),
            low: estimate.map(|estimate| estimate.low),
            high: estimate.map(|estimate| estimate.high),
            significant: enough && estimate.is_some_and(|estimate| estimate.excludes(null)),
        };
        self.0.push((format!("{group}.{name}"), measure));
    }
}

/// Differences between two groups whose subjects are paired.
fn compare(list: &mut List, name: &str, experiment: &ExperimentSpec, group: &GroupResult, other: &GroupResult) {
    let (ours, theirs) = (group.tests(), other.tests());
    let (subjects, criterion) = (ours.len(), experiment.criterion_of(&experiment.test));
    let mut difference = |measure: &str, of: &dyn Fn(&Curve) -> f64| {
        let pairs: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| of(ours) - of(theirs)).collect();
        let estimate = paired_estimate(subjects, |sample| Some(mean_of(&pairs, sample)));
        list.add(name, measure, subjects, 0.0, estimate);
    };
    difference("jumpstart", &|curve| curve.start(JUMPSTART_EVALUATIONS));
    difference("asymptotic_gain", &Curve::asymptote);
    difference("area_difference", &Curve::area);
    let steps = |curves: &[Curve], sample: &[usize]| steps_to(curves, criterion, experiment.test.steps, sample);
    let saved = paired_estimate(subjects, |sample| Some(steps(&theirs, sample) - steps(&ours, sample)));
    list.add(name, "steps_saved", subjects, 0.0, saved);
    let areas = |curves: &[Curve]| curves.iter().map(Curve::area).collect::<Vec<_>>();
    let (ours, theirs) = (areas(&ours), areas(&theirs));
    let better = |strata: &[Vec<f64>]| probability_of_improvement(&strata[0], &strata[1]).unwrap_or(0.5);
    list.add(name, "probability_of_improvement", subjects, 0.5, stratified_estimate(&[&ours, &theirs], better));
    let paired = paired_estimate(subjects, |sample| {
        paired_probability_of_improvement(&chosen(&ours, sample), &chosen(&theirs, sample))
    });
    list.add(name, "probability_of_improvement_paired", subjects, 0.5, paired);
}

/// Ratios of a group to the reference group.
fn ratios(
    list: &mut List,
    name: &str,
    experiment: &ExperimentSpec,
    group: &GroupResult,
    reference: &GroupResult,
    practice: &[Block],
) {
    let (ours, theirs) = (group.tests(), reference.tests());
    let (subjects, criterion) = (ours.len(), experiment.criterion_of(&experiment.test));
    let areas = |curves: &[Curve]| curves.iter().map(Curve::area).collect::<Vec<_>>();
    let (our_areas, their_areas) = (areas(&ours), areas(&theirs));
    let mut of_areas = |measure: &str, ratio: fn(f64, f64) -> Option<f64>| {
        let estimate =
            paired_estimate(subjects, |sample| ratio(mean_of(&our_areas, sample), mean_of(&their_areas, sample)));
        list.add(name, measure, subjects, 0.0, estimate);
    };
    of_areas("transfer_ratio", transfer_ratio);
    of_areas("forward_transfer", forward_transfer);
    let steps = |curves: &[Curve], sample: &[usize]| steps_to(curves, criterion, experiment.test.steps, sample);
    let mut of_steps = |measure: &str, ratio: &dyn Fn(f64, f64) -> Option<f64>| {
        let estimate = paired_estimate(subjects, |sample| ratio(steps(&ours, sample), steps(&theirs, sample)));
        list.add(name, measure, subjects, 0.0, estimate);
    };
    of_steps("percent_transfer", &percent_transfer);
    of_steps("bounded_transfer", &bounded_transfer);
    let charged = practice.iter().map(|block| block.steps).sum::<u64>() as f64;
    of_steps("transfer_effectiveness", &|ours, theirs| transfer_effectiveness(ours, theirs, charged));
}

/// What a group that has practised the test task before has kept of it, and what it has cost.
fn remembered(
    list: &mut List,
    name: &str,
    experiment: &ExperimentSpec,
    results: &Results,
    group: &GroupResult,
    practice: &[Block],
) {
    let plain = |block: &Block| block.learning && block.reward && block.lesions.is_empty();
    let same = |block: &Block| plain(block) && block.task_key() == experiment.test.task_key();
    let subjects = group.subjects.len();
    if let Some(learned) = practice.iter().rposition(same) {
        let (first, again) = (group.practice(learned), group.tests());
        let difference = |of: &dyn Fn(&Curve, &Curve) -> f64| {
            let pairs: Vec<f64> = first.iter().zip(&again).map(|(first, again)| of(first, again)).collect();
            paired_estimate(subjects, |sample| Some(mean_of(&pairs, sample)))
        };
        let forgotten = difference(&|first, again| retention::forgetting(first.last(), again.start(1)));
        list.add(name, "forgetting", subjects, 0.0, forgotten);
        let backward = difference(&|first, again| -retention::forgetting(first.last(), again.start(1)));
        list.add(name, "backward_transfer", subjects, 0.0, backward);
        let kept = paired_estimate(subjects, |sample| {
            let mean_by = |curves: &[Curve], of: &dyn Fn(&Curve) -> f64| {
                mean_of(&curves.iter().map(of).collect::<Vec<_>>(), sample)
            };
            retention::retention(mean_by(&first, &Curve::last), mean_by(&again, &|curve| curve.start(1)))
        });
        list.add(name, "retention", subjects, 1.0, kept);
        let (criterion, horizon) =
            (experiment.criterion_of(&practice[learned]), practice[learned].steps.min(experiment.test.steps));
        let in_steps = paired_estimate(subjects, |sample| {
            let steps = |curves: &[Curve]| steps_to(curves, criterion, horizon, sample);
            retention::savings_in_steps(steps(&first), steps(&again))
        });
        list.add(name, "savings_in_steps", subjects, 0.0, in_steps);
        list.add(name, "early_savings", subjects, 0.0, difference(&retention::early_savings));
        let in_rate = paired_estimate(subjects, |sample| {
            retention::savings_in_rate(&mean_curve_of(&first, sample), &mean_curve_of(&again, sample))
        });
        list.add(name, "savings_in_rate", subjects, 0.0, in_rate);
        // The group that did the same, without what came between.
        let rested = experiment.groups.0.iter().find(|(_, other)| other.practice == practice[..=learned]);
        let rested = rested.and_then(|(rest, _)| results.group(rest)).filter(|rest| rest.name != name);
        if let Some(rest) = rested.map(GroupResult::tests) {
            let interference = paired_estimate(subjects, |sample| {
                let at = |curves: &[Curve]| mean_curve_of(curves, sample);
                retention::retrograde_interference(&at(&first), &at(&again), &at(&rest))
            });
            list.add(name, "retrograde_interference", subjects, 0.0, interference);
        }
    }
    // Its last block of practice, where another group has learned the same as novices.
    let Some((index, last)) =
        practice.iter().enumerate().next_back().filter(|(index, block)| *index > 0 && plain(block))
    else {
        return;
    };
    let novices = experiment.groups.0.iter().find(|(_, other)| other.practice.first() == Some(last));
    if let Some(novices) = novices.and_then(|(novices, _)| results.group(novices)) {
        let (after, naive) = (group.practice(index), novices.practice(0));
        let interference = paired_estimate(subjects, |sample| {
            retention::anterograde_interference(&mean_curve_of(&after, sample), &mean_curve_of(&naive, sample))
        });
        list.add(name, "anterograde_interference", subjects, 0.0, interference);
    }
}

fn everyone(subjects: usize) -> Vec<usize> {
    (0..subjects).collect()
}

fn chosen(values: &[f64], sample: &[usize]) -> Vec<f64> {
    sample.iter().map(|&index| values[index]).collect()
}

fn mean_of(values: &[f64], sample: &[usize]) -> f64 {
    mean(&chosen(values, sample))
}

fn mean_curve_of(curves: &[Curve], sample: &[usize]) -> Curve {
    mean_curve(sample.iter().map(|&index| &curves[index]))
}

/// Restricted mean of the steps to a criterion.
fn steps_to(curves: &[Curve], criterion: f64, horizon: u64, sample: &[usize]) -> f64 {
    let times: Vec<_> = sample.iter().map(|&index| curves[index].time_to_criterion(criterion)).collect();
    restricted_mean(&times, horizon)
}
