//! The measures of an experiment: groups against the reference and against one another, and repeated learning.

use crate::experiment::{Block, ExperimentSpec, Interaction};
use crate::stats::comparison::{paired_probability_of_improvement, probability_of_improvement};
use crate::stats::curve::mean_curve;
use crate::stats::family::holm;
use crate::stats::interval::{paired_p, pseudo_values};
use crate::stats::transfer::{
    JUMPSTART_EVALUATIONS, bounded_transfer, forward_transfer, percent_transfer, transfer_effectiveness, transfer_ratio,
};
use crate::stats::{Curve, Estimate, mean_estimate, paired_estimate, ratio_estimate, retention};
use crate::transfer::measures::Measure;
use crate::transfer::results::{GroupResult, Results};

/// All measures of an experiment, and the number of tests their p-values are adjusted for.
pub fn measures(experiment: &ExperimentSpec, results: &Results) -> (Vec<(String, Measure)>, u64) {
    let mut list = List::default();
    let Some(reference) = results.group(&experiment.reference) else { return (Vec::new(), 0) };
    for (group, (name, blocks)) in results.groups.iter().zip(&experiment.groups.0) {
        if *name != experiment.reference {
            compare(&mut list, name, experiment, group, reference, Some(&blocks.practice));
        }
    }
    let contrasts = experiment.contrasts.iter();
    for (name, other) in contrasts.flat_map(|(name, others)| others.0.iter().map(move |other| (name, other))) {
        if let (Some(group), Some(against)) = (results.group(name), results.group(other)) {
            compare(&mut list, &format!("{name}_against_{other}"), experiment, group, against, None);
        }
    }
    if let Some(design) = &experiment.interaction {
        interaction(&mut list, design, results);
    }
    for (group, (name, blocks)) in results.groups.iter().zip(&experiment.groups.0) {
        remembered(&mut list, name, experiment, results, group, &blocks.practice);
    }
    list.adjusted(reference.subjects.len() as u64)
}

/// Index of a test among those that can be computed.
type Test = Option<usize>;

/// Measures in the order of addition, and their tests.
#[derive(Default)]
struct List {
    measures: Vec<Entry>,
    tests: Vec<f64>,
}

struct Entry {
    name: String,
    estimate: Option<Estimate>,
    /// The value without an effect.
    null: f64,
    test: Test,
}

impl List {
    /// Adds a measure with value `null` without an effect.
    fn add(&mut self, group: &str, name: &str, null: f64, estimate: Option<Estimate>, test: Test) {
        self.measures.push(Entry { name: format!("{group}.{name}"), estimate, null, test });
    }

    /// Adds a test, if it can be computed.
    fn test(&mut self, p: Option<f64>) -> Test {
        self.tests.push(p?);
        Some(self.tests.len() - 1)
    }

    /// The measures with p-values adjusted for all tests, and the number of tests.
    fn adjusted(self, subjects: u64) -> (Vec<(String, Measure)>, u64) {
        let adjusted = holm(&self.tests);
        let measure = |entry: Entry| {
            let test = entry.test.filter(|_| entry.estimate.is_some());
            let [p, p_adjusted] = [&self.tests, &adjusted].map(|all| test.map(|test| all[test]));
            let measure = Measure::of(entry.estimate, entry.null, p, p_adjusted, subjects);
            (entry.name, measure)
        };
        (self.measures.into_iter().map(measure).collect(), self.tests.len() as u64)
    }
}

/// Compares a group with another one whose subjects are paired with its own; with ratios if the other one is the
/// reference and the group's practice is given.
fn compare(
    list: &mut List,
    name: &str,
    experiment: &ExperimentSpec,
    group: &GroupResult,
    other: &GroupResult,
    practice: Option<&[Block]>,
) {
    let (ours, theirs) = (group.tests(), other.tests());
    let mut difference = |measure: &str, of: &dyn Fn(&Curve) -> f64| {
        let differences = differences(&each(&ours, of), &each(&theirs, of));
        let test = list.test(paired_p(&differences));
        let estimate = mean_estimate(&differences).map(|estimate| estimate.within(-1.0, 1.0));
        list.add(name, measure, 0.0, estimate, test);
        test
    };
    difference("jumpstart", &|curve| curve.start(JUMPSTART_EVALUATIONS));
    difference("asymptotic_gain", &Curve::asymptote);
    let area_test = difference("area_difference", &Curve::area);
    // If no subject reached the criterion, all count as the whole test, and nothing is known of their steps.
    let horizon = experiment.test.steps;
    let steps = Steps::of(&ours, &theirs, experiment.criterion_of(&experiment.test), horizon);
    let saved = steps.as_ref().map(|steps| differences(&steps.theirs, &steps.ours));
    let steps_test = saved.as_ref().and_then(|saved| list.test(paired_p(saved)));
    let saved = saved.and_then(|saved| mean_estimate(&saved));
    let saved = saved.map(|saved| saved.within(-(horizon as f64), horizon as f64));
    list.add(name, "steps_saved", 0.0, saved, steps_test);
    let (our_areas, their_areas) = (each(&ours, &Curve::area), each(&theirs, &Curve::area));
    for (measure, share) in [
        ("probability_of_improvement", probability_of_improvement(&our_areas, &their_areas, true)),
        ("probability_of_improvement_paired", paired_probability_of_improvement(&our_areas, &their_areas)),
    ] {
        let test = list.test(share.and_then(|share| share.p()));
        list.add(name, measure, 0.5, share.map(|share| share.estimate()), test);
    }
    let Some(practice) = practice else { return };
    let ratio = |above: &[f64], below: &[f64]| Some(ratio_estimate(above, below)?.within(0.0, f64::INFINITY));
    let of_areas = ratio(&our_areas, &their_areas).and_then(|ratio| ratio.map(|ratio| transfer_ratio(ratio, 1.0)));
    list.add(name, "transfer_ratio", 0.0, of_areas, area_test);
    let left = |areas: &[f64]| areas.iter().map(|area| 1.0 - area).collect::<Vec<f64>>();
    let of_rest = ratio(&left(&our_areas), &left(&their_areas));
    let of_rest = of_rest.and_then(|ratio| ratio.map(|ratio| forward_transfer(1.0 - ratio, 0.0)));
    list.add(name, "forward_transfer", 0.0, of_rest, area_test);
    let of_steps = steps.as_ref().and_then(|steps| ratio(&steps.ours, &steps.theirs));
    let percent = of_steps.and_then(|ratio| ratio.map(|ratio| percent_transfer(ratio, 1.0)));
    list.add(name, "percent_transfer", 0.0, percent, steps_test);
    // The same ratio converted to another measure, so that it is defined even if the control needed no steps.
    let bounded = steps.as_ref().and_then(|steps| {
        let sums: Vec<f64> = steps.ours.iter().zip(&steps.theirs).map(|(ours, theirs)| ours + theirs).collect();
        let share = ratio_estimate(&steps.ours, &sums)?.within(0.0, 1.0);
        share.map(|share| bounded_transfer(share, 1.0 - share))
    });
    list.add(name, "bounded_transfer", 0.0, bounded, steps_test);
    let charged = practice.iter().map(|block| block.steps).sum::<u64>() as f64;
    let paid = saved.and_then(|saved| saved.map(|saved| transfer_effectiveness(0.0, saved, charged)));
    list.add(name, "transfer_effectiveness", 0.0, paid, steps_test);
}

/// Effect of two factors together beyond the sum of their separate effects.
fn interaction(list: &mut List, design: &Interaction, results: &Results) {
    let areas = |name: &String| results.group(name).map(|group| each(&group.tests(), &Curve::area));
    let Some([both, one]) = areas(&design.both).zip(areas(&design.one)).map(|(both, one)| [both, one]) else { return };
    let Some([other, neither]) = areas(&design.other).zip(areas(&design.neither)).map(|(a, b)| [a, b]) else { return };
    let beyond = differences(&differences(&both, &one), &differences(&other, &neither));
    let test = list.test(paired_p(&beyond));
    let estimate = mean_estimate(&beyond).map(|estimate| estimate.within(-2.0, 2.0));
    list.add(&design.both, "interaction", 0.0, estimate, test);
}

/// Retention by a group that has practised the test task before, and its cost.
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
    let start = |curve: &Curve| curve.start(retention::EARLY_EVALUATIONS);
    if let Some(learned) = practice.iter().rposition(same) {
        let (first, again) = (group.practice(learned), group.tests());
        let (after, later) = (each(&first, &Curve::last), each(&again, &|curve| curve.start(1)));
        let lost = differences(&after, &later);
        let lost_test = list.test(paired_p(&lost));
        let forgetting = mean_estimate(&lost).map(|estimate| estimate.within(-1.0, 1.0));
        list.add(name, "forgetting", 0.0, forgetting, lost_test);
        let backward = forgetting.and_then(|estimate| estimate.map(|lost| Some(0.0 - lost)));
        list.add(name, "backward_transfer", 0.0, backward, lost_test);
        let kept = ratio_estimate(&later, &after).map(|kept| kept.within(0.0, f64::INFINITY));
        list.add(name, "retention", 1.0, kept, lost_test);
        let (criterion, horizon) =
            (experiment.criterion_of(&practice[learned]), practice[learned].steps.min(experiment.test.steps));
        let steps = Steps::of(&again, &first, criterion, horizon);
        let steps_test = steps.as_ref().and_then(|steps| list.test(paired_p(&differences(&steps.ours, &steps.theirs))));
        let in_steps = steps.and_then(|steps| {
            let needed = ratio_estimate(&steps.ours, &steps.theirs)?.within(0.0, f64::INFINITY);
            needed.map(|needed| retention::savings_in_steps(1.0, needed))
        });
        list.add(name, "savings_in_steps", 0.0, in_steps, steps_test);
        let early = differences(&each(&again, &start), &each(&first, &start));
        let early_test = list.test(paired_p(&early));
        let saved = mean_estimate(&early).map(|estimate| estimate.within(-1.0, 1.0));
        list.add(name, "early_savings", 0.0, saved, early_test);
        let rate = |sample: &[usize]| {
            retention::savings_in_rate(&mean_curve_of(&first, sample), &mean_curve_of(&again, sample))
        };
        let rate_test = list.test(pseudo_values(first.len(), rate).and_then(|pseudo| paired_p(&pseudo)));
        list.add(name, "savings_in_rate", 0.0, paired_estimate(first.len(), rate), rate_test);
        // The group that did the same without the block in between.
        let rested = experiment.groups.0.iter().find(|(_, other)| other.practice == practice[..=learned]);
        let rested = rested.and_then(|(rest, _)| results.group(rest)).filter(|rest| rest.name != name);
        if let Some(rest) = rested.map(GroupResult::tests) {
            let gain = differences(&each(&rest, &start), &each(&first, &start));
            let test = list.test(paired_p(&differences(&gain, &early)));
            let cost = ratio_estimate(&early, &gain).and_then(|share| share.map(|share| Some(1.0 - share)));
            list.add(name, "retrograde_interference", 0.0, cost, test);
        }
    }
    // Its last block of practice, if another group learned the same as novices.
    let Some((index, last)) =
        practice.iter().enumerate().next_back().filter(|(index, block)| *index > 0 && plain(block))
    else {
        return;
    };
    let novices = experiment.groups.0.iter().find(|(_, other)| other.practice.first() == Some(last));
    if let Some(novices) = novices.and_then(|(novices, _)| results.group(novices)) {
        let (after, naive) = (each(&group.practice(index), &start), each(&novices.practice(0), &start));
        let test = list.test(paired_p(&differences(&after, &naive)));
        let share = ratio_estimate(&after, &naive).map(|share| share.within(0.0, f64::INFINITY));
        let cost = share.and_then(|share| share.map(|share| Some(1.0 - share)));
        list.add(name, "anterograde_interference", 0.0, cost, test);
    }
}

/// Env steps to a criterion of the subjects of two groups, up to the horizon.
struct Steps {
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

impl Steps {
    /// `None` if no subject reached the criterion before the horizon.
    fn of(ours: &[Curve], theirs: &[Curve], criterion: f64, horizon: u64) -> Option<Self> {
        let steps = |curves: &[Curve]| each(curves, &|curve| curve.time_to_criterion(criterion).within(horizon));
        let both = Self { ours: steps(ours), theirs: steps(theirs) };
        both.ours.iter().chain(&both.theirs).any(|&steps| steps < horizon as f64).then_some(both)
    }
}

fn each(curves: &[Curve], of: &dyn Fn(&Curve) -> f64) -> Vec<f64> {
    curves.iter().map(of).collect()
}

fn differences(ours: &[f64], theirs: &[f64]) -> Vec<f64> {
    ours.iter().zip(theirs).map(|(ours, theirs)| ours - theirs).collect()
}

fn mean_curve_of(curves: &[Curve], sample: &[usize]) -> Curve {
    mean_curve(sample.iter().map(|&index| &curves[index]))
}
