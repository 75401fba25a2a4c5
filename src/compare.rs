//! Comparison of agents: training runs on one task, and tests of experiments, compared by score, area, speed and the
//! probability of improvement.

use crate::experiment::Group;
use crate::figure::{Quantity, Series, learning, steps, with_interval};
use crate::record::Column;
use crate::report::page::Page;
use crate::run::evaluate::in_words;
use crate::run::evaluations;
use crate::run::folder::{RunFolder, RunSpec, Spec, format_among, read_record};
use crate::stats::comparison::probability_of_improvement;
use crate::stats::{Curve, Estimate, interquartile_estimate, mean_estimate};
use crate::transfer::TransferSpec;
use crate::transfer::results::{GroupResult, Results};
use anyhow::{Context, Result, anyhow, bail};
use etude_envs::document::Invalid;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Settings of a comparison, as recorded in its folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompareSpec {
    /// Folders of the runs.
    folders: Vec<String>,
    /// Score at which the task counts as learned.
    criterion: f64,
}

impl Spec for CompareSpec {
    const FORMAT: &'static str = "etude-comparison 1";
    const FOLDERS: &'static [&'static str] = &["figures"];

    fn validate(&self) -> Result<(), Invalid> {
        if (0.0..=1.0).contains(&self.criterion) {
            return Ok(());
        }
        let (found, expected) = (self.criterion.to_string(), "a score from 0 to 1".into());
        Err(Invalid { field: "criterion".into(), found, expected })
    }
}

/// Columns of the table of a comparison.
pub static COLUMNS: [Column; 7] = [
    Column::new("agent", "1", "name of the agent, with its lesions or its group in an experiment"),
    Column::new("subjects", "1", "number of subjects"),
    Column::new("last score", "1", "interquartile mean over subjects of the last evaluation's score"),
    Column::new("mean score", "1", "mean over subjects of the mean score over practice"),
    Column::new(
        "steps to criterion",
        "env steps",
        "restricted mean of steps to the criterion, met in two evaluations in a row; not reached if no subject met it",
    ),
    Column::new("reached", "1", "number of subjects that reached the criterion"),
    Column::new(
        "beats the first",
        "1",
        "probability that a subject's mean score exceeds that of a subject of the first run",
    ),
];

/// Compared runs, in the order in which they were named.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Task id.
    pub task: String,
    /// Env steps of practice of each subject.
    pub steps: u64,
    /// Score at which the task counts as learned.
    pub criterion: f64,
    /// Description of the evaluations.
    pub evaluation: String,
    /// One entry per run.
    pub runs: Vec<Entry>,
}

/// One of the compared runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Agent name, with its lesions or its group in an experiment; with the folder if two names are the same.
    pub name: String,
    /// The run's folder.
    pub folder: String,
    /// Number of subjects.
    pub subjects: u64,
    /// Interquartile mean of the last evaluation's score.
    pub score_final: Estimate,
    /// Mean over subjects of the mean score over practice.
    pub area: Estimate,
    /// Restricted mean of env steps to the criterion; `None` if no subject reached it.
    pub steps_to_criterion: Option<Estimate>,
    /// Number of subjects that reached it.
    pub reached_criterion: u64,
    /// Probability that a subject's area exceeds that of a subject of the first run; `None` for the first run itself.
    pub probability_of_improvement: Option<Estimate>,
    /// Whether subject i has the same seed as in the first run, so that the two are paired; `None` for the first run
    /// itself.
    pub paired: Option<bool>,
    /// Learning curves of the subjects.
    #[serde(skip)]
    pub curves: Vec<Curve>,
}

/// A training run, or the test of one group in an experiment.
struct Contender<'a> {
    folder: &'a Path,
    name: String,
    task: String,
    task_yaml: String,
    steps: u64,
    evaluate_every: u64,
    evaluate_at: Vec<u64>,
    evaluation_episodes: u64,
    seed: u64,
    /// Indices of the subjects, in the order of the curves.
    subjects: Vec<u64>,
    scheduled: bool,
    curves: Vec<Curve>,
}

/// The contenders in a folder: one for a training run, one per group for an experiment.
fn contenders(folder: &Path) -> Result<Vec<Contender<'_>>> {
    if format_among(folder, &[RunSpec::FORMAT, TransferSpec::FORMAT])? != TransferSpec::FORMAT {
        let run = read_record::<RunSpec>(folder)?.run;
        let found = evaluations::curves(folder, &run)?;
        return Ok(vec![Contender {
            folder,
            name: name(&run),
            task: run.task,
            task_yaml: run.task_yaml,
            steps: run.steps,
            evaluate_every: run.evaluate_every,
            evaluate_at: Vec::new(),
            evaluation_episodes: run.evaluation_episodes,
            seed: run.seed,
            subjects: (0..run.subjects).collect(),
            scheduled: found.scheduled,
            curves: found.curves,
        }]);
    }
    let spec = read_record::<TransferSpec>(folder)?.run;
    let path = folder.join("evaluations.csv");
    let table = File::open(&path)
        .with_context(|| format!("{} is not finished: cannot read {}", folder.display(), path.display()))?;
    let results = Results::read(&spec.experiment, &spec.subjects(), table)
        .with_context(|| format!("cannot compare {}", folder.display()))?;
    let experiment = &spec.experiment;
    let contender = |((group, blocks), found): (&(String, Group), &GroupResult)| Contender {
        folder,
        name: format!("{}, {group}", experiment.test_agent_of(blocks).agent),
        task: experiment.test.task.clone(),
        task_yaml: spec.tasks_yaml.get(&experiment.test.task_key()).cloned().unwrap_or_default(),
        steps: experiment.test.steps,
        evaluate_every: experiment.evaluate_every,
        evaluate_at: experiment.test.evaluate_at.clone(),
        evaluation_episodes: experiment.evaluation_episodes,
        seed: experiment.seed,
        subjects: spec.subjects(),
        scheduled: results.scheduled,
        curves: found.tests(),
    };
    Ok(experiment.groups.0.iter().zip(&results.groups).map(contender).collect())
}

/// Compares finished training runs, and the tests of finished experiments.
///
/// # Errors
/// Folders that hold neither, damaged tables, and runs that cannot be compared because their tasks, lengths or
/// evaluations differ.
pub fn compare(folders: &[PathBuf], criterion: f64) -> Result<Comparison> {
    let mut runs: Vec<Contender<'_>> = Vec::new();
    for folder in folders {
        for contender in contenders(folder)? {
            if let Some(first) = runs.first() {
                refuse_others(&contender, first)?;
            }
            runs.push(contender);
        }
    }
    let Some(first) = runs.first() else { bail!("expected at least one folder to compare") };
    let reference: Vec<f64> = first.curves.iter().map(Curve::area).collect();
    let entry = |(index, run): (usize, &Contender<'_>)| {
        let alone = runs.iter().filter(|other| other.name == run.name).count() == 1;
        let folder = run.folder.display().to_string();
        let name = if alone { run.name.clone() } else { format!("{} in {folder}", run.name) };
        let of = |measure: fn(&Curve) -> f64| run.curves.iter().map(measure).collect::<Vec<f64>>();
        let (lasts, areas) = (of(Curve::last), of(Curve::area));
        let times: Vec<_> = run.curves.iter().map(|curve| curve.time_to_criterion(criterion)).collect();
        // All subjects are observed for the same time, so that their mean is the restricted mean.
        let each: Vec<f64> = times.iter().map(|time| time.within(run.steps)).collect();
        let reached = times.iter().filter(|time| time.reached().is_some()).count() as u64;
        let nobody = || anyhow!("{folder} has no subjects");
        let paired = (index > 0).then_some(run.seed == first.seed && run.subjects == first.subjects);
        let better = paired.and_then(|paired| probability_of_improvement(&areas, &reference, paired));
        Ok(Entry {
            subjects: run.curves.len() as u64,
            score_final: interquartile_estimate(&lasts).ok_or_else(nobody)?.within(0.0, 1.0),
            area: mean_estimate(&areas).ok_or_else(nobody)?.within(0.0, 1.0),
            steps_to_criterion: mean_estimate(&each)
                .map(|steps| steps.within(0.0, run.steps as f64))
                .filter(|_| reached > 0),
            reached_criterion: reached,
            probability_of_improvement: better.map(|better| better.estimate()),
            paired,
            curves: run.curves.clone(),
            name,
            folder,
        })
    };
    Ok(Comparison {
        task: first.task.clone(),
        steps: first.steps,
        criterion,
        evaluation: in_words(runs.iter().any(|run| run.scheduled)).into(),
        runs: runs.iter().enumerate().map(entry).collect::<Result<_>>()?,
    })
}

impl Comparison {
    /// Writes `report.html`, `comparison.json` and the learning curves into a folder. As for run folders, the folder is
    /// locked, records what was compared, and is refused if it holds anything else.
    ///
    /// # Errors
    /// A folder that holds something else or cannot be written to.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let folders = self.runs.iter().map(|run| run.folder.clone()).collect();
        let folder = RunFolder::open(folder, &CompareSpec { folders, criterion: self.criterion }, true)?;
        let page = self.page();
        for (path, figure) in &page.figures {
            folder.write(path, figure.as_bytes())?;
        }
        folder.write("comparison.json", (serde_json::to_string_pretty(self)? + "\n").as_bytes())?;
        folder.write("report.html", page.html().as_bytes())
    }

    /// Names of the columns of [`Comparison::rows`].
    pub fn header() -> [&'static str; COLUMNS.len()] {
        COLUMNS.each_ref().map(|column| &*column.name)
    }

    /// One row of text per run.
    pub fn rows(&self) -> Vec<Vec<String>> {
        let told = |estimate: &Estimate, quantity| with_interval(estimate.value, estimate.interval(), quantity);
        let row = |run: &Entry| {
            let beats = run.probability_of_improvement.as_ref();
            vec![
                run.name.clone(),
                run.subjects.to_string(),
                told(&run.score_final, Quantity::Number),
                told(&run.area, Quantity::Number),
                run.steps_to_criterion.as_ref().map_or("not reached".into(), |needed| told(needed, Quantity::Steps)),
                format!("{}/{}", run.reached_criterion, run.subjects),
                beats.map_or("-".into(), |beats| told(beats, Quantity::Number)),
            ]
        };
        self.runs.iter().map(row).collect()
    }

    /// Meaning of the columns.
    pub fn legend(&self) -> String {
        format!(
            "Evaluations: {}. With 95 % intervals over subjects. Last score: interquartile mean over subjects; mean score: over \
             all {} steps; steps to criterion: restricted mean to a score of {} in two evaluations in a row, not reached if no \
             subject did; beats the first: probability that a subject's mean score exceeds that of a subject of the first run.{}",
            self.evaluation,
            steps(self.steps as f64),
            self.criterion,
            self.pairing()
        )
    }

    /// Which runs share the seeds of the first.
    fn pairing(&self) -> String {
        let names = |paired: bool| {
            let runs = self.runs.iter().filter(|run| run.paired == Some(paired));
            runs.map(|run| run.name.as_str()).collect::<Vec<_>>().join("; ")
        };
        let told = |names: String, what: &str| if names.is_empty() { names } else { format!(" {what}: {names}.") };
        told(names(true), "Paired with the subjects of the first run, which have the same seeds")
            + &told(names(false), "Not paired, because of other seeds or another number of subjects")
    }

    fn page(&self) -> Page {
        let title = format!("Agents on {}", self.task);
        let mut page = Page::new(&title);
        page.paragraph("kind", "A comparison of runs");
        page.markup(format_args!("<h1>{}</h1>", crate::figure::Escaped(&title)));
        let series =
            |(colour, run): (usize, &Entry)| Series { name: run.name.clone(), colour, curves: run.curves.clone() };
        let series: Vec<Series> = self.runs.iter().enumerate().map(series).collect();
        let caption = "Score in evaluations with learning disabled: the interquartile mean over subjects with its 95 % interval. \
                       The thin line is the criterion.";
        let first = self.runs.first().map(|run| run.name.as_str());
        let title = format!("Score in practice of {}", self.task);
        page.figure("learning", &learning(&title, &series, first, Some(self.criterion)), caption);
        page.table(&Self::header(), 1, self.rows().into_iter());
        page.paragraph("quiet", &self.legend());
        page
    }
}

fn name(run: &RunSpec) -> String {
    let lesions: String = run.lesions.iter().map(|(part, share)| format!(", {part} lesioned ({share})")).collect();
    format!("{}{lesions}", run.agent)
}

/// Refuses runs with different settings.
fn refuse_others(run: &Contender<'_>, other: &Contender<'_>) -> Result<()> {
    let (folder, first) = (run.folder.display(), other.folder.display());
    let refuse = |what: &str, found: String, expected: String| {
        Err(anyhow!("{folder} cannot be compared with {first}: its {what} is {found}, not {expected}"))
    };
    if run.task != other.task {
        return refuse("task", run.task.clone(), other.task.clone());
    }
    if run.task_yaml != other.task_yaml {
        return refuse("task", format!("{} with other settings", run.task), "the same".into());
    }
    for (what, found, expected) in [
        ("number of steps", run.steps, other.steps),
        ("number of steps between evaluations", run.evaluate_every, other.evaluate_every),
        ("number of episodes in an evaluation", run.evaluation_episodes, other.evaluation_episodes),
    ] {
        if found != expected {
            return refuse(what, found.to_string(), expected.to_string());
        }
    }
    if run.evaluate_at != other.evaluate_at {
        return refuse(
            "list of further evaluations",
            format!("{:?}", run.evaluate_at),
            format!("{:?}", other.evaluate_at),
        );
    }
    Ok(())
}
