//! The results of a transfer matrix: the effect of practice of each task on every other one, and the measures of a
//! sequence.

use crate::matrix::spec::{Legs, MatrixSpec};
use crate::run::evaluate::in_words;
use crate::stats::continual::{average_performance, forgetting, forward_transfer};
use crate::stats::family::holm;
use crate::stats::interval::paired_p;
use crate::stats::transfer::JUMPSTART_EVALUATIONS;
use crate::stats::{Curve, Estimate, interquartile_estimate, mean, mean_estimate, paired_estimate};
use crate::transfer::measures::Measure;
use crate::transfer::results::LegResult;
use anyhow::{Result, anyhow};
use serde::Serialize;

/// `summary.json`. With one subject, ends of intervals are absent or `null`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Name of the agent.
    pub agent: String,
    /// Seed of all randomness.
    pub seed: u64,
    /// Number of subjects, the same in each cell.
    pub subjects: u64,
    /// Env steps of practice before each test.
    pub practice_steps: u64,
    /// Env steps of each test, and of each task of the sequence.
    pub steps: u64,
    /// Description of the evaluations.
    pub evaluation: String,
    /// Novices on each task of the matrix.
    pub scratch: Vec<Scratch>,
    /// Number of tests for which p-values are adjusted: two per cell.
    pub tests: u64,
    /// All pairs of different tasks.
    pub cells: Vec<Cell>,
    /// The sequence, if there is one.
    pub sequence: Option<Sequence>,
    /// Number of episodes that ended in a fault.
    #[serde(skip)]
    pub faults: u64,
}

/// Novices on a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scratch {
    /// The task.
    pub task: String,
    /// Mean score over the test.
    pub area: Estimate,
    /// Interquartile mean of the last evaluation's score.
    pub score_final: Estimate,
}

/// The effect of practice of one task on another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// The task that is practised.
    pub practised: String,
    /// The task that is tested.
    pub tested: String,
    /// Interquartile mean of the score on the tested task before any step of it.
    pub zero_shot: Estimate,
    /// Mean difference of that score from a novice's: the jumpstart of `transfer`.
    pub zero_shot_gain: Measure,
    /// Mean score over the test.
    pub area: Estimate,
    /// Mean score over the test minus the mean score from scratch: the area difference of `transfer`.
    pub area_difference: Measure,
}

/// Continual World's measures of a sequence ([`continual`](crate::stats::continual)).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sequence {
    /// Mean score on all tasks after the last.
    pub average_performance: Estimate,
    /// Forward transfer from earlier tasks, as a fraction of what a novice leaves to gain; `None` if a novice leaves
    /// nothing.
    pub forward_transfer: Option<Estimate>,
    /// Score lost from the end of a task's practice to the end of the sequence.
    pub forgetting: Estimate,
    /// The tasks of the sequence.
    pub tasks: Vec<StationSummary>,
}

/// One task of a sequence, as means over subjects.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StationSummary {
    /// The task.
    pub task: String,
    /// Mean score over its practice in the sequence.
    pub area: f64,
    /// Mean score of novices over the same number of steps.
    pub reference_area: f64,
    /// Forward transfer to it.
    pub forward_transfer: Option<Estimate>,
    /// Score at the end of its practice.
    pub learned: f64,
    /// Score at the end of the sequence.
    pub end: f64,
    /// Score lost between the two.
    pub forgetting: Estimate,
}

/// Learning curves of all subjects, by leg.
pub struct Curves<'a>(pub &'a [Vec<LegResult>]);

impl Curves<'_> {
    fn each(&self, leg: usize, of: impl Fn(&Curve) -> f64) -> Vec<f64> {
        self.0[leg].iter().map(|result| of(&result.curve)).collect()
    }
}

impl Summary {
    /// Computes all measures from the curves.
    ///
    /// # Errors
    /// No subjects.
    pub fn new(spec: &MatrixSpec, legs: &Legs, curves: &Curves<'_>) -> Result<Self> {
        let nobody = || anyhow!("a transfer matrix has no subjects");
        let score = |estimate: Option<Estimate>| Ok::<_, anyhow::Error>(estimate.ok_or_else(nobody)?.within(0.0, 1.0));
        let area = |leg| score(mean_estimate(&curves.each(leg, Curve::area)));
        let scratch = spec.tasks.iter().zip(&legs.scratch).map(|(task, &leg)| {
            let score_final = score(interquartile_estimate(&curves.each(leg, Curve::last)))?;
            Ok(Scratch { task: task.clone(), area: area(leg)?, score_final })
        });
        let first = |curve: &Curve| curve.start(JUMPSTART_EVALUATIONS);
        // Two tests for each pair, in the order of the pairs: zero-shot, then over the test.
        let differences: Vec<[Vec<f64>; 2]> = legs
            .pairs
            .iter()
            .map(|pair| {
                let novice = legs.scratch[pair.tested];
                [
                    less(curves.each(pair.test, first), &curves.each(novice, first)),
                    less(curves.each(pair.test, Curve::area), &curves.each(novice, Curve::area)),
                ]
            })
            .collect();
        let p: Vec<Option<f64>> = differences.iter().flatten().map(|differences| paired_p(differences)).collect();
        let tests: Vec<f64> = p.iter().copied().flatten().collect();
        let mut adjusted = holm(&tests).into_iter();
        let subjects = curves.0.first().map_or(0, Vec::len) as u64;
        let mut measures = differences.iter().flatten().zip(p).map(|(differences, p)| {
            let estimate = mean_estimate(differences).map(|estimate| estimate.within(-1.0, 1.0));
            Measure::of(estimate, 0.0, p, p.and_then(|_| adjusted.next()), subjects)
        });
        let mut cells = Vec::new();
        for pair in &legs.pairs {
            let [zero_shot_gain, area_difference] =
                [measures.next(), measures.next()].map(|measure| measure.ok_or_else(nobody));
            cells.push(Cell {
                practised: spec.tasks[pair.practised].clone(),
                tested: spec.tasks[pair.tested].clone(),
                zero_shot: score(interquartile_estimate(&curves.each(pair.test, first)))?,
                zero_shot_gain: zero_shot_gain?,
                area: area(pair.test)?,
                area_difference: area_difference?,
            });
        }
        let scheduled = curves.0.iter().flatten().any(|result| result.scheduled);
        Ok(Self {
            agent: spec.agent.clone(),
            seed: spec.seed,
            subjects,
            practice_steps: spec.practice_steps,
            steps: spec.steps,
            evaluation: in_words(scheduled).into(),
            scratch: scratch.collect::<Result<_>>()?,
            tests: tests.len() as u64,
            cells,
            sequence: (!legs.sequence.is_empty())
                .then(|| sequence(spec, legs, curves).ok_or_else(nobody))
                .transpose()?,
            faults: curves.0.iter().flatten().map(|result| result.faults).sum(),
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

fn sequence(spec: &MatrixSpec, legs: &Legs, curves: &Curves<'_>) -> Option<Sequence> {
    let of = |leg: fn(&crate::matrix::spec::Station) -> usize, measure: fn(&Curve) -> f64| -> Vec<Vec<f64>> {
        legs.sequence.iter().map(|station| curves.each(leg(station), measure)).collect()
    };
    let areas = of(|station| station.practice, Curve::area);
    let references = of(|station| station.reference, Curve::area);
    let learned = of(|station| station.practice, Curve::last);
    let ends: Vec<Vec<f64>> = legs
        .sequence
        .iter()
        .zip(&learned)
        .map(|(station, learned)| {
            station.kept.map_or_else(|| learned.clone(), |kept| curves.each(kept, |curve| curve.start(1)))
        })
        .collect();
    let subjects = areas.first()?.len();
    // Of some subjects, the mean of each task.
    let means = |values: &[Vec<f64>], sample: &[usize]| -> Vec<f64> {
        values.iter().map(|task| mean(&sample.iter().map(|&subject| task[subject]).collect::<Vec<_>>())).collect()
    };
    let transferred = |range: std::ops::Range<usize>| {
        let estimate = paired_estimate(subjects, |sample| {
            forward_transfer(&means(&areas[range.clone()], sample), &means(&references[range.clone()], sample))
        });
        estimate.map(|estimate| estimate.within(f64::MIN, 1.0))
    };
    let lost = |range: std::ops::Range<usize>| {
        let estimate = paired_estimate(subjects, |sample| {
            Some(forgetting(&means(&learned[range.clone()], sample), &means(&ends[range.clone()], sample)))
        });
        estimate.map(|estimate| estimate.within(-1.0, 1.0))
    };
    let stations = spec.sequence.iter().enumerate().map(|(index, task)| {
        Some(StationSummary {
            task: task.clone(),
            area: mean(&areas[index]),
            reference_area: mean(&references[index]),
            forward_transfer: transferred(index..index + 1),
            learned: mean(&learned[index]),
            end: mean(&ends[index]),
            forgetting: lost(index..index + 1)?,
        })
    });
    let performance = paired_estimate(subjects, |sample| Some(average_performance(&means(&ends, sample))))?;
    Some(Sequence {
        average_performance: performance.within(0.0, 1.0),
        forward_transfer: transferred(0..areas.len()),
        forgetting: lost(0..areas.len())?,
        tasks: stations.collect::<Option<_>>()?,
    })
}

fn less(ours: Vec<f64>, theirs: &[f64]) -> Vec<f64> {
    ours.iter().zip(theirs).map(|(ours, theirs)| ours - theirs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn results(curves: &[&[f64]]) -> Vec<LegResult> {
        let result = |scores: &&[f64]| LegResult {
            curve: Curve::new(scores.iter().enumerate().map(|(index, &score)| (index as u64 * 100, score)).collect()),
            rows: String::new(),
            faults: 0,
            scheduled: false,
        };
        curves.iter().map(result).collect()
    }

    /// Two tasks and a sequence of them; two subjects.
    fn example() -> Summary {
        let spec = MatrixSpec {
            tasks: vec!["a".into(), "b".into()],
            sequence: vec!["a".into(), "b".into()],
            agent: "idle".into(),
            subjects: 2,
            seed: 0,
            practice_steps: 100,
            steps: 100,
            evaluate_every: 100,
            evaluation_episodes: 1,
            shard: None,
            agent_yaml: String::new(),
            tasks_yaml: BTreeMap::new(),
        };
        let legs = Legs::new(&spec);
        let names: Vec<&str> = legs.schedule.legs.iter().map(|leg| leg.name.as_str()).collect();
        let curves: Vec<Vec<LegResult>> = names
            .iter()
            .map(|name| match *name {
                "scratch.a" => results(&[&[0.0, 0.4], &[0.0, 0.8]]),
                "scratch.b" => results(&[&[0.0, 0.2], &[0.2, 0.4]]),
                "a.practice" => results(&[&[0.0, 0.6], &[0.0, 1.0]]),
                "b.practice" => results(&[&[0.0, 0.1], &[0.0, 0.1]]),
                "a.then.b" => results(&[&[0.4, 0.6], &[0.5, 0.9]]),
                "b.then.a" => results(&[&[0.0, 0.2], &[0.0, 0.4]]),
                "sequence-2.b" => results(&[&[0.4, 0.5], &[0.5, 0.7]]),
                "sequence-end.a" => results(&[&[0.1, 0.1], &[0.3, 0.3]]),
                other => panic!("{other}"),
            })
            .collect();
        Summary::new(&spec, &legs, &Curves(&curves)).unwrap()
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} against {expected}");
    }

    #[test]
    fn cells_are_those_worked_out_by_hand() {
        let summary = example();
        let [there, back] = &summary.cells[..] else { panic!("two cells") };
        assert_eq!((there.practised.as_str(), there.tested.as_str()), ("a", "b"));
        // First scores 0.4 and 0.5 against 0.0 and 0.2; areas 0.5 and 0.7 against 0.1 and 0.3.
        close(there.zero_shot.value, 0.45);
        close(there.zero_shot_gain.value.unwrap(), 0.35);
        close(there.area_difference.value.unwrap(), 0.4);
        // Areas 0.1 and 0.2 against 0.2 and 0.4: -0.15, with Student's t of one degree 12.7062 times 0.05 on either side.
        close(back.area_difference.value.unwrap(), -0.15);
        assert!((back.area_difference.low.unwrap() - (-0.15 - 0.635_310)).abs() < 1e-6);
        assert_eq!(summary.tests, 4);
        assert!(!there.area_difference.significant, "two subjects show nothing");
    }

    #[test]
    fn a_sequence_comes_to_what_was_worked_out_by_hand() {
        let sequence = example().sequence.unwrap();
        // On a 0.1 and 0.3 are left, on b 0.5 and 0.7.
        close(sequence.average_performance.value, (0.2 + 0.6) / 2.0);
        // From 0.6 and 1.0 on a; nothing is lost of the last task.
        close(sequence.forgetting.value, 0.3);
        close(sequence.tasks[0].forgetting.value, 0.6);
        assert_eq!(sequence.tasks[1].forgetting.value, 0.0);
        // On a: areas 0.3 and 0.5 against 0.2 and 0.4, (0.4 - 0.3) / 0.7. On b: 0.45 and 0.6 against 0.1 and 0.3,
        // (0.525 - 0.2) / 0.8.
        close(sequence.tasks[0].forward_transfer.unwrap().value, 0.1 / 0.7);
        close(sequence.tasks[1].forward_transfer.unwrap().value, 0.325 / 0.8);
        close(sequence.forward_transfer.unwrap().value, (0.1 / 0.7 + 0.325 / 0.8) / 2.0);
    }
}
