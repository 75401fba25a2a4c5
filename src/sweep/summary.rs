//! The results of a sweep: settings in the order of the selection, confirmations of the best, and the optimism of the
//! selection.

use crate::experiment::Named;
use crate::run::evaluate::in_words;
use crate::stats::{
    Curve, Estimate, interquartile_estimate, interquartile_mean, mean, mean_estimate, stratified_estimate,
};
use crate::sweep::phases::{Phase, SweepRun};
use crate::sweep::spec::{Measure, SweepSpec};
use crate::transfer::results::LegResult;
use anyhow::{Result, anyhow};
use serde::Serialize;
use serde_yaml::Value;

/// `summary.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Name of the sweep.
    pub sweep: String,
    /// The question of the sweep.
    pub question: String,
    /// Name of the agent.
    pub agent: String,
    /// The tasks.
    pub tasks: Vec<String>,
    /// Env steps of practice on each task.
    pub steps: u64,
    /// The measure by which settings are ranked.
    pub measure: Measure,
    /// Score at which a task counts as learned, for steps to criterion.
    pub criterion: Option<f64>,
    /// Whether larger values are better.
    pub higher_is_better: bool,
    /// Description of the evaluations.
    pub evaluation: String,
    /// The part of the settings that this summary covers, for example `1/2`; `None` for all.
    pub part: Option<String>,
    /// Seed of the selection.
    pub selection_seed: u64,
    /// Seed of the confirmation.
    pub confirmation_seed: u64,
    /// Number of settings to confirm.
    pub best: u64,
    /// Whether they have been confirmed.
    pub confirmed: bool,
    /// All settings, in the order of the selection.
    pub settings: Vec<Entry>,
    /// Number of episodes that ended in a fault.
    #[serde(skip)]
    pub faults: u64,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Rank in the selection, from 1.
    pub rank: u64,
    /// Index, from 0, in the order of the grid or of the draws.
    pub setting: u64,
    /// Values by path.
    pub values: Named<Value>,
    /// Result on the subjects of the selection.
    pub selection: Told,
    /// Result on the subjects of the confirmation; `None` if it was not among the best.
    pub confirmation: Option<Told>,
    /// How much better it was on the subjects that selected it than on others: positive values mean that the selection
    /// was too optimistic.
    pub optimism: Option<Estimate>,
}

/// The result of a setting in a phase.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// The measure.
    #[serde(flatten)]
    pub measure: Estimate,
    /// Number of subjects.
    pub n: u64,
    /// Number of subjects that reached the criterion on all tasks, if there is one.
    pub reached: Option<u64>,
    /// The measure of each subject, averaged over tasks.
    #[serde(skip)]
    pub each: Vec<f64>,
}

impl Measure {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Measure::FinalScore => "final-score",
            Measure::Area => "area",
            Measure::StepsToCriterion => "steps-to-criterion",
        }
    }

    /// Its description.
    pub fn in_words(self) -> &'static str {
        match self {
            Measure::FinalScore => "last score, interquartile mean over subjects",
            Measure::Area => "mean score over practice",
            Measure::StepsToCriterion => "env steps to the criterion, restricted mean over subjects",
        }
    }

    /// Whether larger values are better.
    pub fn higher_is_better(self) -> bool {
        self != Measure::StepsToCriterion
    }

    fn of(self, curve: &Curve, spec: &SweepSpec) -> f64 {
        match self {
            Measure::FinalScore => curve.last(),
            Measure::Area => curve.area(),
            Measure::StepsToCriterion => curve.time_to_criterion(spec.criterion.unwrap_or(1.0)).within(spec.steps),
        }
    }

    /// The statistic over subjects.
    fn centre(self, each: &[f64]) -> f64 {
        if self == Measure::FinalScore { interquartile_mean(each) } else { mean(each) }
    }

    fn estimate(self, each: &[f64], most: f64) -> Option<Estimate> {
        let estimate = if self == Measure::FinalScore { interquartile_estimate(each) } else { mean_estimate(each) };
        estimate.map(|estimate| estimate.within(0.0, most))
    }

    fn most(self, spec: &SweepSpec) -> f64 {
        if self == Measure::StepsToCriterion { spec.steps as f64 } else { 1.0 }
    }
}

/// The result of one setting in a phase, from its results by task and subject.
///
/// # Errors
/// No subjects.
pub fn told(spec: &SweepSpec, results: &[Vec<LegResult>]) -> Result<Told> {
    let subjects = results.first().map_or(0, Vec::len);
    let of_subject = |subject: usize| -> Vec<f64> {
        results.iter().map(|task| spec.measure.of(&task[subject].curve, spec)).collect()
    };
    let each: Vec<f64> = (0..subjects).map(|subject| mean(&of_subject(subject))).collect();
    let reached = |criterion| {
        let has = |task: &Vec<LegResult>, subject: usize| {
            task[subject].curve.time_to_criterion(criterion).reached().is_some()
        };
        (0..subjects).filter(|&subject| results.iter().all(|task| has(task, subject))).count() as u64
    };
    let measure =
        spec.measure.estimate(&each, spec.measure.most(spec)).ok_or_else(|| anyhow!("a setting has no subjects"))?;
    Ok(Told { measure, n: subjects as u64, reached: spec.criterion.map(reached), each })
}

/// Indices of settings, best first; ties keep their order.
pub fn ranking(measure: Measure, told: &[Told]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..told.len()).collect();
    let value = |index: usize| told[index].measure.value;
    order.sort_by(|&one, &other| {
        let rising = value(one).total_cmp(&value(other));
        if measure.higher_is_better() { rising.reverse() } else { rising }
    });
    order
}

/// How much better the subjects of the selection did than those of the confirmation, in the direction of improvement.
pub fn optimism(measure: Measure, selection: &Told, confirmation: &Told) -> Option<Estimate> {
    let sign = if measure.higher_is_better() { 1.0 } else { -1.0 };
    stratified_estimate(&[&selection.each, &confirmation.each], |phases| {
        sign * (measure.centre(&phases[0]) - measure.centre(&phases[1]))
    })
}

/// The settings of a phase and their results.
pub struct Found<'a> {
    /// Indices of settings.
    pub settings: &'a [u64],
    /// By setting, then by task, then by subject.
    pub results: &'a [Vec<Vec<LegResult>>],
}

impl Summary {
    /// Computes everything from the results.
    ///
    /// # Errors
    /// No subjects.
    pub fn new(run: &SweepRun, selection: Found<'_>, confirmation: Option<Found<'_>>) -> Result<Self> {
        let spec = &run.sweep;
        let all = spec.settings().map_err(|wrong| anyhow!("{}: expected {}", wrong.field, wrong.expected))?;
        let selected = selection.results.iter().map(|results| told(spec, results)).collect::<Result<Vec<_>>>()?;
        let mut settings = Vec::new();
        for (position, rank) in ranking(spec.measure, &selected).into_iter().zip(1..) {
            let (setting, selected) = (selection.settings[position], selected[position].clone());
            let values = all.get(setting as usize).cloned().unwrap_or_default();
            let confirmed = confirmation.as_ref().and_then(|found| {
                let position = found.settings.iter().position(|known| *known == setting)?;
                Some(told(spec, &found.results[position]))
            });
            let confirmed = confirmed.transpose()?;
            settings.push(Entry {
                rank,
                setting,
                values: Named(spec.paths().into_iter().map(String::from).zip(values).collect()),
                optimism: confirmed.as_ref().and_then(|confirmed| optimism(spec.measure, &selected, confirmed)),
                selection: selected,
                confirmation: confirmed,
            });
        }
        let of_confirmation = confirmation.as_ref().map_or(&[][..], |found| found.results);
        let results = || selection.results.iter().chain(of_confirmation).flatten().flatten();
        Ok(Self {
            sweep: spec.sweep.clone(),
            question: spec.question.clone(),
            agent: spec.agent.clone(),
            tasks: spec.tasks.0.clone(),
            steps: spec.steps,
            measure: spec.measure,
            criterion: spec.criterion,
            higher_is_better: spec.measure.higher_is_better(),
            evaluation: in_words(results().any(|result| result.scheduled)).into(),
            part: run.shard.map(|shard| shard.to_string()),
            selection_seed: run.cohort(Phase::Selection).0,
            confirmation_seed: run.cohort(Phase::Confirmation).0,
            best: spec.confirmation.best,
            confirmed: confirmation.is_some(),
            settings,
            faults: results().map(|result| result.faults).sum(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::example::{GRID, read};

    fn spec(measure: &str) -> SweepSpec {
        read(&GRID.replace("measure: area", measure)).unwrap()
    }

    /// One task; each subject's scores at steps 0, 200 and 400.
    fn results(subjects: &[[f64; 3]]) -> Vec<Vec<LegResult>> {
        let curve = |scores: &[f64; 3]| Curve::new([0, 200, 400].into_iter().zip(scores.iter().copied()).collect());
        let result = |scores| LegResult { curve: curve(scores), rows: String::new(), faults: 0, scheduled: false };
        vec![subjects.iter().map(result).collect()]
    }

    #[test]
    fn measures_are_those_worked_out_by_hand() {
        let found = results(&[[0.0, 0.6, 0.8], [0.2, 0.2, 0.4]]);
        let value = |measure: &str, found: &[Vec<LegResult>]| told(&spec(measure), found).unwrap().measure.value;
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} against {expected}");
        close(value("measure: final-score", &found), 0.6);
        // (0.3 + 0.7) / 2 and (0.2 + 0.3) / 2.
        close(value("measure: area", &found), (0.5 + 0.25) / 2.0);
        // The first is above 0.5 from step 200 on, the second never: (200 + 400) / 2.
        let steps = "measure: steps-to-criterion\ncriterion: 0.5";
        close(value(steps, &found), 300.0);
        assert_eq!(told(&spec(steps), &found).unwrap().reached, Some(1));
        // Of two tasks the mean for each subject: subjects have 0.5 and 0.25 on the one, 0.0 and 1.0 on the other.
        let both: Vec<Vec<LegResult>> =
            [found, results(&[[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])].into_iter().flatten().collect();
        assert_eq!(told(&spec("measure: area"), &both).unwrap().each, [0.25, 0.625]);
    }

    #[test]
    fn the_best_come_first_whatever_best_is_and_ties_stay_in_order() {
        let told = |value: f64| Told { measure: Estimate::alone(value), n: 1, reached: None, each: vec![value] };
        let all = [0.2, 0.9, 0.2, 0.5].map(told);
        assert_eq!(ranking(Measure::Area, &all), [1, 3, 0, 2]);
        assert_eq!(ranking(Measure::FinalScore, &all), [1, 3, 0, 2]);
        assert_eq!(ranking(Measure::StepsToCriterion, &all), [0, 2, 3, 1]);
    }

    #[test]
    fn optimism_is_the_selection_less_the_confirmation_and_above_0_when_the_selection_was_better() {
        let told =
            |each: &[f64]| Told { measure: Estimate::alone(mean(each)), n: 0, reached: None, each: each.to_vec() };
        // Welch's interval of two means: see `independent_samples_have_the_interval_of_welch`.
        let found = optimism(Measure::Area, &told(&[2.0, 4.0, 6.0]), &told(&[1.0, 2.0, 3.0])).unwrap();
        assert!((found.value - 2.0).abs() < 1e-12 && found.low < 0.0 && found.high > 4.0);
        let steps = optimism(Measure::StepsToCriterion, &told(&[100.0, 120.0]), &told(&[200.0, 240.0])).unwrap();
        assert!((steps.value - 110.0).abs() < 1e-9, "{steps:?}");
    }
}
