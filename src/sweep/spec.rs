//! YAML fields of a sweep.

use crate::experiment::{Named, Others};
use crate::run::limits::{LARGEST_SEED, MOST_EPISODES, MOST_STEPS, MOST_SUBJECTS, whole};
use crate::sweep::search::{self, Random};
use etude_envs::document::Invalid;
use serde::{Deserialize, Serialize};
use serde_yaml::Value;

/// Largest number of tasks in a sweep.
const MOST_TASKS: usize = 50;

/// A sweep as described in YAML.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepSpec {
    /// Name.
    pub sweep: String,
    /// The question that it answers, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub question: String,
    /// The task, or the tasks over which the measure is averaged: names, or paths relative to the file that names them.
    pub tasks: Others,
    /// The agent: a name, or the path of a YAML file relative to the file that names it.
    pub agent: String,
    /// Env steps of practice on each task.
    pub steps: u64,
    /// Env steps between evaluations.
    pub evaluate_every: u64,
    /// Number of episodes in an evaluation.
    #[serde(default = "five")]
    pub evaluation_episodes: u64,
    /// The measure by which settings are ranked.
    pub measure: Measure,
    /// Score, from 0 to 1, at which a task counts as learned; for `steps-to-criterion`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criterion: Option<f64>,
    /// Values by the path of a setting; all combinations are tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<Named<Vec<Value>>>,
    /// Alternatively, settings drawn at random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random: Option<Random>,
    /// The subjects on which all settings are tried.
    pub selection: Cohort,
    /// The subjects on which the best settings are tried again.
    pub confirmation: Confirmation,
}

/// Subjects of one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohort {
    /// Seed of all their randomness.
    pub seed: u64,
    /// Number of subjects.
    pub subjects: u64,
}

/// Subjects with another seed, for the best settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// Seed of all their randomness.
    pub seed: u64,
    /// Number of subjects.
    pub subjects: u64,
    /// Number of settings to confirm.
    #[serde(default = "one")]
    pub best: u64,
}

/// The measure by which settings are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Interquartile mean over subjects of the last evaluation's score.
    FinalScore,
    /// Mean over subjects of the mean score over practice, the area under the learning curve.
    Area,
    /// Restricted mean over subjects of the env steps to the criterion.
    StepsToCriterion,
}

impl SweepSpec {
    /// Checks everything that does not require tasks and agents.
    ///
    /// # Errors
    /// The first value out of range, an empty or too large search, or subjects that would be in both selection and
    /// confirmation.
    pub fn validate(&self) -> Result<(), Invalid> {
        let invalid = |field: &str, found: String, expected: &str| Invalid {
            field: field.into(),
            found,
            expected: expected.into(),
        };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !self.sweep.starts_with(|c: char| c.is_ascii_lowercase()) || !self.sweep.chars().all(plain) {
            let expected = "lower-case letters, digits and hyphens, a letter first";
            return Err(invalid("sweep", format!("`{}`", self.sweep), expected));
        }
        let tasks = &self.tasks.0;
        if tasks.is_empty() || tasks.len() > MOST_TASKS {
            return Err(invalid("tasks", format!("{} tasks", tasks.len()), &format!("from 1 to {MOST_TASKS}")));
        }
        if let Some((_, twice)) = tasks.iter().enumerate().find(|(index, task)| tasks[..*index].contains(task)) {
            return Err(invalid("tasks", format!("`{twice}` twice"), "each task once"));
        }
        whole("steps", self.steps, 1, MOST_STEPS)?;
        whole("evaluate_every", self.evaluate_every, 1, MOST_STEPS)?;
        whole("evaluation_episodes", self.evaluation_episodes, 1, MOST_EPISODES)?;
        match (self.measure, self.criterion) {
            (Measure::StepsToCriterion, None) => {
                return Err(invalid(
                    "criterion",
                    "none".into(),
                    "a score from 0 to 1 for the measure `steps-to-criterion`",
                ));
            }
            (Measure::StepsToCriterion, Some(criterion)) if !(0.0..=1.0).contains(&criterion) => {
                return Err(invalid("criterion", criterion.to_string(), "a score from 0 to 1"));
            }
            (Measure::FinalScore | Measure::Area, Some(criterion)) => {
                return Err(invalid(
                    "criterion",
                    criterion.to_string(),
                    "none, but for the measure `steps-to-criterion`",
                ));
            }
            _ => {}
        }
        match (&self.grid, &self.random) {
            (Some(grid), None) => search::validate_grid(grid)?,
            (None, Some(random)) => random.validate()?,
            (Some(_), Some(_)) => return Err(invalid("random", "a grid as well".into(), "either `grid` or `random`")),
            (None, None) => return Err(invalid("grid", "none".into(), "values to be tried in `grid` or `random`")),
        }
        for (phase, seed, subjects) in [
            ("selection", self.selection.seed, self.selection.subjects),
            ("confirmation", self.confirmation.seed, self.confirmation.subjects),
        ] {
            whole(&format!("{phase}.seed"), seed, 0, LARGEST_SEED)?;
            whole(&format!("{phase}.subjects"), subjects, 1, MOST_SUBJECTS)?;
        }
        if self.selection.seed == self.confirmation.seed {
            let found = format!("{}, the seed of the selection: the same subjects", self.confirmation.seed);
            let expected = "another seed, so that nobody who had a part in the selection is asked again";
            return Err(invalid("confirmation.seed", found, expected));
        }
        whole("confirmation.best", self.confirmation.best, 1, self.settings()?.len() as u64)
    }

    /// Paths of the varied settings, in the order of the document.
    pub fn paths(&self) -> Vec<&str> {
        let grid = self.grid.iter().flat_map(Named::names);
        grid.chain(self.random.iter().flat_map(|random| random.settings.names())).collect()
    }

    /// All settings, each with one value per path.
    ///
    /// # Errors
    /// More random settings than there are.
    pub fn settings(&self) -> Result<Vec<Vec<Value>>, Invalid> {
        match (&self.grid, &self.random) {
            (Some(grid), _) => Ok(search::combinations(grid)),
            (None, Some(random)) => random.draw(),
            (None, None) => Ok(Vec::new()),
        }
    }
}

fn five() -> u64 {
    5
}

fn one() -> u64 {
    1
}

#[cfg(test)]
mod tests {
    use crate::sweep::example::{GRID, read};

    #[test]
    fn mistakes_are_told() {
        assert!(read(GRID).is_ok());
        let random = |settings: &str| {
            let (before, after) = (GRID.split_once("grid:").unwrap().0, GRID.split_once("8]\n").unwrap().1);
            format!("{before}random: {{count: 4, seed: 1, settings: {{{settings}}}}}\n{after}")
        };
        assert!(read(&random("a: {from: 1, to: 2}, b: [1, 2]")).is_ok());
        let many: String = (0..11).map(|value| format!("{value}, ")).collect();
        let large = format!("grid:\n  a: [{many}]\n  b: [{many}]\n  c: [{many}]\n  d: [");
        for (wrong, parts) in [
            (
                GRID.replace("seed: 5000", "seed: 0"),
                &["confirmation.seed", "the seed of the selection", "another seed"][..],
            ),
            (GRID.replace("[0.1, 1]", "[]"), &["grid.brain.basal_ganglia.policy_rate", "no values"]),
            (GRID.replace("[0.1, 1]", "[1, 1]"), &["`1` twice"]),
            (GRID.replace("[0.1, 1]", "[.nan]"), &["finite"]),
            (GRID.replace("[0.1, 1]", "0.1"), &["sweep.yaml:8"]),
            (
                GRID.replace("grid:\n", &large.replace(", ]", "]").replace("d: [", "d: [1]\n")),
                &["grid", "7986 settings", "at most 1000"],
            ),
            (GRID.replace("best: 2", "best: 7"), &["confirmation.best", "from 1 to 6", "found 7"]),
            (GRID.replace("measure: area", "measure: area\ncriterion: 0.5"), &["`criterion`", "steps-to-criterion"]),
            (GRID.replace("measure: area", "measure: steps-to-criterion"), &["`criterion`", "a score from 0 to 1"]),
            (GRID.replace("measure: area", "measure: aera"), &["sweep.yaml:6:1", "`measure`", "area"]),
            (GRID.replace("subjects: 2", "subjects: 0"), &["selection.subjects", "found 0"]),
            (GRID.replace("evaluate_every", "evaluate_evry"), &["did you mean `evaluate_every`"]),
            (GRID.replace("tasks: cycling/flat-v0", "tasks: [a, b, a]"), &["`a` twice"]),
            (random(""), &["random.settings", "nothing"]),
            (random("a: {from: 2, to: 1}"), &["random.settings.a", "from 2 to 1"]),
            (random("a: {from: 0, to: 1, scale: log}"), &["random.settings.a", "above 0"]),
            (random("a: {from: 0.5, to: 3, whole: true}"), &["random.settings.a", "whole"]),
            (random("a: {from: 0, to: .inf}"), &["random.settings.a"]),
            (random("a: {frm: 0, to: 1}"), &["did you mean `from`"]),
            (random("a: [1, 2, 3]"), &["random.count", "found 4", "3"]),
            (random("a: [1]").replace("count: 4", "count: 1e9"), &["random.count", "at most 1000"]),
        ] {
            let message = read(&wrong).err().unwrap_or_else(|| panic!("accepted:\n{wrong}"));
            for part in parts {
                assert!(message.contains(part), "`{part}` is missing from: {message}");
            }
        }
    }
}
