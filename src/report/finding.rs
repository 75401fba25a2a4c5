//! What was found, in sentences made from the measures: with intervals, and saying so where nothing is clear.

use crate::experiment::{ExperimentSpec, Group};
use crate::figure::text::{Quantity, interval_in_words, number, steps};
use crate::report::design;
use crate::transfer::measures::{FEWEST_SUBJECTS, Measure};
use crate::transfer::summary::Summary;

/// What was found.
pub struct Finding {
    /// The main comparison, in two or three sentences.
    pub lead: String,
    /// What each other group shows: its name, what it is for, and how it did.
    pub others: Vec<(String, String)>,
}

/// What the measures of an experiment say.
pub fn finding(spec: &ExperimentSpec, summary: &Summary) -> Finding {
    let story = Story { spec, summary };
    let compared = || spec.groups.0.iter().filter(|(name, _)| *name != spec.reference);
    let Some((name, group)) = main(spec) else {
        let lead = format!("There is only one group, {}: nothing is compared.", spec.reference);
        return Finding { lead, others: Vec::new() };
    };
    let others = compared().filter(|(other, _)| other != name);
    let mut others: Vec<(String, String)> =
        others.map(|(name, group)| (name.clone(), story.other(name, group))).collect();
    let contrasts = spec.contrasts.iter();
    for (group, against) in contrasts.flat_map(|(group, others)| others.0.iter().map(move |other| (group, other))) {
        let name = format!("{group} against {against}");
        let text = story.area(&format!("{group}_against_{against}"), against);
        others.push((name, format!("Group {group} {text}.")));
    }
    Finding { lead: story.lead(name, group), others }
}

/// The group that the main comparison is about: the first that practised with reward and learns in the test, or else the first
/// other than the reference.
pub fn main(spec: &ExperimentSpec) -> Option<&(String, Group)> {
    let compared = || spec.groups.0.iter().filter(|(name, _)| *name != spec.reference);
    compared().find(|(_, group)| kind(spec, group) == Kind::Practised).or_else(|| compared().next())
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Practised with reward, and learns in the test.
    Practised,
    /// Practised without any reward.
    Sham,
    /// Learns nothing in the test.
    Frozen,
    /// Practised nothing.
    Naive,
}

fn kind(spec: &ExperimentSpec, group: &Group) -> Kind {
    match group {
        _ if !spec.test_of(group).learning => Kind::Frozen,
        _ if group.practice.is_empty() => Kind::Naive,
        _ if group.practice.iter().all(|block| !block.reward) => Kind::Sham,
        _ => Kind::Practised,
    }
}

struct Story<'a> {
    spec: &'a ExperimentSpec,
    summary: &'a Summary,
}

impl Story<'_> {
    /// Whether the group has practised the same as the reference.
    fn practised_alike(&self, group: &Group) -> bool {
        self.spec.groups.get(&self.spec.reference).is_some_and(|reference| reference.practice == group.practice)
    }

    fn measure(&self, comparison: &str, measure: &str) -> Option<&Measure> {
        self.summary.measures.get(&format!("{comparison}.{measure}"))
    }

    fn subjects(&self) -> u64 {
        self.summary.groups.0.first().map_or(0, |(_, group)| group.subjects)
    }

    fn lead(&self, name: &str, group: &Group) -> String {
        let (reference, test) = (&self.spec.reference, &self.spec.test.task);
        let mut text = String::new();
        if self.subjects() < FEWEST_SUBJECTS {
            text.push_str(&format!(
                "With {} subjects no difference can be called clear (at least {FEWEST_SUBJECTS} are needed); the \
                 numbers below only describe these subjects. ",
                self.subjects()
            ));
        }
        let practised: Vec<String> = group
            .practice
            .iter()
            .map(|block| format!("{} for {} steps", block.task, steps(block.steps as f64)))
            .collect();
        let practised = if practised.is_empty() { "nothing".into() } else { practised.join(", then ") };
        let alike = self.practised_alike(group);
        let who = match design::agent(self.spec, group) {
            Some(agent) if alike => format!("{name} ({agent})"),
            Some(agent) => format!("{name} ({agent}), which had practised {practised},"),
            None => format!("{name}, which had practised {practised},"),
        };
        text.push_str(&format!("Over the test on {test}, group {who} {}. ", self.area(name, reference)));
        text.push_str(&self.start_and_speed(name));
        let paid = self.measure(name, "transfer_effectiveness").filter(|_| !alike);
        if let Some(paid) = paid {
            text.push_str(&self.paid(paid));
        }
        text.trim_end().into()
    }

    /// How the mean score over the test compares, as the rest of a sentence.
    fn area(&self, comparison: &str, other: &str) -> String {
        let Some((measure, value)) = self.measure(comparison, "area_difference").and_then(|m| Some((m, m.value?)))
        else {
            return format!("cannot be compared with {other}");
        };
        let size = difference(value, measure.significant);
        let interval = interval(measure, Quantity::Number);
        if measure.significant {
            format!("scored {size} on average than {other} ({interval})")
        } else {
            format!("showed no clear difference from {other}: it scored {size} on average ({interval})")
        }
    }

    fn start_and_speed(&self, name: &str) -> String {
        let start = self.measure(name, "jumpstart").and_then(|measure| {
            let value = measure.value?;
            let size = difference(value, measure.significant);
            let clear = if measure.significant { "it scored" } else { "there was no clear difference: it scored" };
            Some(format!("Before any step of the test {clear} {size} ({})", interval(measure, Quantity::Number)))
        });
        let speed = self.measure(name, "steps_saved").map(|measure| {
            let criterion = format!("the criterion, a score of {}", self.summary.criterion);
            let Some(value) = measure.value else { return format!("No subject of either group reached {criterion}") };
            let size = format!("{} steps {}", steps(value.abs()), if value < 0.0 { "later" } else { "sooner" });
            let interval = interval(measure, Quantity::Steps);
            match measure.significant {
                true => format!("It reached {criterion}, {size} ({interval})"),
                false => format!("In reaching {criterion}, there is no clear difference: {size} ({interval})"),
            }
        });
        match (start, speed) {
            (Some(start), Some(speed)) => format!("{start}. {speed}. "),
            (Some(one), None) => format!("{one}. "),
            (None, Some(two)) => format!("{two}. "),
            (None, None) => String::new(),
        }
    }

    fn paid(&self, measure: &Measure) -> String {
        let Some(value) = measure.value else { return String::new() };
        let verdict = match (measure.low, measure.high) {
            _ if self.subjects() < FEWEST_SUBJECTS => "too few subjects to tell whether it paid for itself",
            (Some(low), _) if low > 1.0 => "the practice paid for itself",
            (_, Some(high)) if high < 1.0 => "the practice cost more steps than it saved",
            _ => "whether the practice paid for itself is unclear",
        };
        format!(
            "Each step of practice saved {} steps of the test ({}): {verdict}. ",
            number(value),
            interval(measure, Quantity::Number)
        )
    }

    fn other(&self, name: &str, group: &Group) -> String {
        let reference = &self.spec.reference;
        let practice: Vec<&str> = group.practice.iter().map(|block| block.task.as_str()).collect();
        let practice = practice.join(", then ");
        let role = match kind(self.spec, group) {
            Kind::Sham => format!("practised {practice} without reward, which shows what mere movement is worth"),
            Kind::Frozen if group.practice.is_empty() => "learned nothing at any time".into(),
            Kind::Frozen => format!(
                "practised {practice} and learned nothing in the test, which shows what the practice alone is worth there"
            ),
            Kind::Naive => "did not practise".into(),
            Kind::Practised => format!("practised {practice}"),
        };
        let role = match design::agent(self.spec, group) {
            Some(agent) if self.practised_alike(group) => format!("is {agent}"),
            Some(agent) => format!("is {agent}, and {role}"),
            None => role,
        };
        format!("This group {role}. It {}.", self.area(name, reference))
    }
}

/// A difference in score, in words that follow "it scored".
fn difference(value: f64, clear: bool) -> String {
    match number(value.abs()) {
        size if size == number(0.0) && !clear => "the same".into(),
        size => format!("{size} {}", if value < 0.0 { "lower" } else { "higher" }),
    }
}

/// An interval, in words.
pub fn interval(measure: &Measure, quantity: Quantity) -> String {
    let ends = interval_in_words(measure.low.zip(measure.high), quantity);
    if measure.low.is_some() { format!("95 % interval {ends}") } else { ends }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::report::definitions;
    use crate::stats::Curve;
    use crate::transfer::TransferSpec;
    use crate::transfer::results::{GroupResult, Results, SubjectResult};

    /// What is found if all subjects of a group have the same score from the middle of the test on, give or take a little.
    fn found(subjects: u64, scores: [f64; 5]) -> (Summary, Finding) {
        let experiment = Catalog::default().experiment("flat-to-rough", None).unwrap();
        let curve = |score: f64, index: u64| {
            let score = score + 0.01 * (index % 3) as f64;
            Curve::new((0..=30).map(|at| (at * 5000, if at < 15 { score / 2.0 } else { score })).collect())
        };
        let groups = experiment.spec.groups.0.iter().zip(scores).enumerate().map(|(group, ((name, blocks), score))| {
            let subject = |index: u64| SubjectResult {
                subject: index,
                seed: index,
                // Each group has its lucky subjects elsewhere.
                curves: vec![curve(score, index + group as u64); blocks.practice.len() + 1],
            };
            GroupResult { name: name.clone(), subjects: (0..subjects).map(subject).collect() }
        });
        let results = Results { groups: groups.collect(), scheduled: false };
        let summary = Summary::new(&TransferSpec::new(&experiment, 0, None), &results);
        let finding = finding(&experiment.spec, &summary);
        (summary, finding)
    }

    fn says(text: &str, parts: &[&str]) {
        for part in parts {
            assert!(text.contains(part), "`{part}` is missing from: {text}");
        }
    }

    #[test]
    fn what_is_clear_is_said_and_practice_is_counted() {
        // Half of 0.9 is above the criterion of 0.4 from the start, and 0.2 never is: 150 k steps for 60 k of practice.
        let (_, finding) = found(9, [0.2, 0.9, 0.2, 0.1, 0.1]);
        says(
            &finding.lead,
            &[
                "test on cycling/rough-v0",
                "had practised cycling/flat-v0 for 60 k steps, scored 0.5",
                "higher on average than scratch",
            ],
        );
        says(&finding.lead, &["150 k steps sooner (95 % interval 150 k to 150 k)"]);
        says(&finding.lead, &["saved 2.50 steps of the test", "the practice paid for itself"]);
        let names: Vec<&str> = finding.others.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["frozen", "sham", "incompatible", "transfer against incompatible"]);
        says(&finding.others[0].1, &["learned nothing in the test", "showed no clear difference from scratch"]);
        says(&finding.others[1].1, &["practised cycling/flat-v0 without reward", "lower on average"]);
        says(&finding.others[3].1, &["Group transfer scored 0.6", "higher on average than incompatible"]);
    }

    #[test]
    fn what_is_not_clear_is_not_claimed() {
        let (summary, finding) = found(9, [0.2; 5]);
        // What nobody reached is undefined, not 0.
        let steps = ["steps_saved", "percent_transfer", "bounded_transfer", "transfer_effectiveness"];
        for measure in steps.map(|measure| summary.measures.get(&format!("transfer.{measure}")).unwrap()) {
            assert_eq!((measure.value, measure.low, measure.p_adjusted), (None, None, None));
        }
        assert!(summary.groups.0.iter().all(|(_, group)| group.steps_to_criterion.is_none()));
        assert!(summary.to_json().unwrap().contains("\"steps_to_criterion\": null"));
        says(
            &finding.lead,
            &["showed no clear difference from scratch", "No subject of either group reached the criterion"],
        );
        assert!(!finding.lead.contains("step of practice"), "{}", finding.lead);
        assert_eq!(
            [(0.0001, false), (0.0001, true), (-0.02, false)].map(|(value, clear)| difference(value, clear)),
            ["the same", "0.000 higher", "0.020 lower"]
        );
        let (_, finding) = found(3, [0.2, 0.9, 0.2, 0.1, 0.1]);
        says(&finding.lead, &["With 3 subjects no difference can be called clear", "showed no clear difference"]);
        says(&finding.lead, &["too few subjects to tell whether it paid for itself"]);
        let (_, finding) = found(9, [0.9, 0.2, 0.2, 0.1, 0.1]);
        says(&finding.lead, &["lower on average than scratch", "150 k steps later", "cost more steps than it saved"]);
    }

    #[test]
    fn groups_that_practised_alike_are_told_apart_by_what_they_are() {
        let experiment = Catalog::default().experiment("changed-handlebar", None).unwrap();
        let results = Results { groups: Vec::new(), scheduled: false };
        let summary = Summary::new(&TransferSpec::new(&experiment, 0, None), &results);
        let finding = finding(&experiment.spec, &summary);
        says(&finding.lead, &["group brain (the agent brain) cannot be compared with dopamine"]);
        assert!(!finding.lead.contains("practised") && !finding.lead.contains("practice"), "{}", finding.lead);
        let other = |name: &str| &finding.others.iter().find(|(other, _)| other == name).unwrap().1;
        let best = "is the agent dopamine with brain.basal_ganglia.sd_min 0.05, in the test with \
                    brain.basal_ganglia.policy_rate 20. It";
        says(other("dopamine-best"), &[best]);
    }

    #[test]
    fn every_measure_is_defined_with_the_value_that_means_no_effect() {
        for scores in [[0.2, 0.9, 0.2, 0.1, 0.1], [0.2; 5], [0.9, 0.2, 0.5, 0.9, 0.91]] {
            let (summary, _) = found(9, scores);
            for (name, measure) in &summary.measures.0 {
                let what = name.rsplit_once('.').unwrap().1;
                let definition = definitions::ALL.iter().find(|definition| definition.measure == what).expect(name);
                let (Some(low), Some(high)) = (measure.low, measure.high) else { continue };
                let excluded = definition.null < low || high < definition.null;
                let clear = measure.p_adjusted.is_some_and(|p| p < 0.05);
                assert_eq!(measure.significant, excluded && clear, "{name}");
            }
        }
    }
}
