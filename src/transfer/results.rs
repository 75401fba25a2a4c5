//! What came of an experiment: the tables of its folder, and the learning curves in them.

use crate::experiment::ExperimentSpec;
use crate::run::checkpoint::Checkpoint;
use crate::run::folder::{RunFolder, checkpoint_path};
use crate::stats::Curve;
use crate::transfer::TransferSpec;
use crate::transfer::schedule::Schedule;
use crate::transfer::workers::checkpoint_name;
use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

const EVALUATIONS: &str = "group,block,task,subject,seed,steps,episodes,score,return,length";
const SIGNALS: &str = "group,block,subject,steps,signal,value";
const BLOCKS: &str =
    "group,block,task,subject,seed,steps,score_first,score_last,score_mean,criterion,steps_to_criterion";

/// Tables of a folder, as CSV.
pub struct Tables {
    /// One row per evaluation. What groups share is there for each of them.
    pub evaluations: String,
    /// The agents' signals.
    pub signals: String,
    /// Episodes that ended because a state was no longer finite.
    pub faults: u64,
}

/// Learning curves of all subjects of all groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// In the order of the experiment.
    pub groups: Vec<GroupResult>,
}

/// Learning curves of the subjects of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupResult {
    /// Its name.
    pub name: String,
    /// Its subjects, in the order of their indices, the same in each group.
    pub subjects: Vec<SubjectResult>,
}

/// Learning curves of a subject.
#[derive(Clone, Debug, PartialEq)]
pub struct SubjectResult {
    /// Index in the group.
    pub subject: u64,
    /// The seed all its randomness came from.
    pub seed: u64,
    /// One curve for each block of practice, then that of the test.
    pub curves: Vec<Curve>,
}

/// Reads a checkpoint that must be the last one of its leg.
///
/// # Errors
/// A missing, damaged or unfinished one.
pub fn complete(path: &Path) -> Result<Checkpoint> {
    let checkpoint = Checkpoint::open(path)?;
    if !checkpoint.complete {
        bail!("{} is not finished: its run has to be resumed first", path.display());
    }
    Ok(checkpoint)
}

/// Puts the tables together from the last checkpoints of all legs.
///
/// # Errors
/// A checkpoint that is missing, damaged or not the last one of its leg.
pub fn tables(folder: &RunFolder, spec: &TransferSpec, schedule: &Schedule) -> Result<Tables> {
    let mut checkpoints = BTreeMap::new();
    let mut faults = 0;
    for subject in spec.subjects() {
        for (index, leg) in schedule.legs.iter().enumerate() {
            let mut checkpoint = complete(&checkpoint_path(folder.path(), &checkpoint_name(subject, &leg.name)))?;
            let episodes = checkpoint.logs.remove("episodes").unwrap_or_default();
            faults += episodes.lines().filter(|row| row.split(',').nth(9) == Some("1")).count() as u64;
            checkpoints.insert((subject, index), (checkpoint.task, checkpoint.logs));
        }
    }
    let mut tables = Tables { evaluations: format!("{EVALUATIONS}\n"), signals: format!("{SIGNALS}\n"), faults };
    for ((group, _), legs) in spec.experiment.groups.0.iter().zip(&schedule.groups) {
        for subject in spec.subjects() {
            for &leg in legs {
                let (task, logs) = &checkpoints[&(subject, leg)];
                let place = schedule.legs[leg].place();
                let rows = |log: &str| logs.get(log).map(String::as_str).unwrap_or_default().lines();
                for row in rows("evaluations") {
                    let _ = writeln!(tables.evaluations, "{group},{place},{task},{row}");
                }
                for row in rows("signals") {
                    let _ = writeln!(tables.signals, "{group},{place},{row}");
                }
            }
        }
    }
    Ok(tables)
}

impl Results {
    /// Reads the results of an experiment from the text of its `evaluations.csv`.
    ///
    /// # Errors
    /// A table of another kind, of other groups, or that is damaged.
    pub fn read(spec: &ExperimentSpec, evaluations: &str) -> Result<Self> {
        type Points = BTreeMap<usize, Vec<(u64, f64)>>;
        let mut found: BTreeMap<String, BTreeMap<u64, (u64, Points)>> = BTreeMap::new();
        let mut reader = csv::Reader::from_reader(evaluations.as_bytes());
        if reader.headers()?.iter().collect::<Vec<_>>().join(",") != EVALUATIONS {
            bail!("evaluations.csv:1: expected the columns {EVALUATIONS}");
        }
        for (line, row) in (2..).zip(reader.records()) {
            let row = row.with_context(|| format!("evaluations.csv:{line}"))?;
            let wrong = |column: &str| anyhow!("evaluations.csv:{line}: its `{column}` makes no sense");
            let group = spec.groups.get(&row[0]).ok_or_else(|| wrong("group"))?;
            let practice = |text: &str| text.strip_prefix("practice-")?.parse::<usize>().ok()?.checked_sub(1);
            let block = match &row[1] {
                "test" => Some(group.practice.len()),
                text => practice(text).filter(|&index| index < group.practice.len()),
            };
            let number = |column: usize, name| row[column].parse::<u64>().map_err(|_| wrong(name));
            let score = row[7].parse::<f64>().ok().filter(|score| (0.0..=1.0).contains(score));
            let subjects = found.entry(row[0].to_string()).or_default();
            let (_, points) = subjects.entry(number(3, "subject")?).or_insert((number(4, "seed")?, Points::new()));
            let point = (number(5, "steps")?, score.ok_or_else(|| wrong("score"))?);
            points.entry(block.ok_or_else(|| wrong("block"))?).or_default().push(point);
        }
        let mut groups = Vec::new();
        for (name, group) in &spec.groups.0 {
            let subjects = found.remove(name).ok_or_else(|| anyhow!("evaluations.csv: group `{name}` is missing"))?;
            let curves = |mut points: Points| {
                let curve = |index| points.remove(&index).map(Curve::new);
                (0..=group.practice.len()).map(curve).collect::<Option<Vec<_>>>()
            };
            let subject = |(subject, (seed, points))| {
                let curves = curves(points)
                    .ok_or_else(|| anyhow!("evaluations.csv: a block of subject {subject} of `{name}` is missing"))?;
                Ok(SubjectResult { subject, seed, curves })
            };
            groups.push(GroupResult {
                name: name.clone(),
                subjects: subjects.into_iter().map(subject).collect::<Result<_>>()?,
            });
        }
        let indices = |group: &GroupResult| group.subjects.iter().map(|subject| subject.subject).collect::<Vec<_>>();
        if let Some(group) = groups.iter().find(|group| indices(group) != indices(&groups[0])) {
            bail!("evaluations.csv: `{}` has other subjects than `{}`", group.name, groups[0].name);
        }
        Ok(Self { groups })
    }

    /// The group of that name.
    pub fn group(&self, name: &str) -> Option<&GroupResult> {
        self.groups.iter().find(|group| group.name == name)
    }

    /// One row per subject and block.
    pub fn blocks_csv(&self, spec: &ExperimentSpec) -> String {
        let mut text = format!("{BLOCKS}\n");
        for (group, (_, blocks)) in self.groups.iter().zip(&spec.groups.0) {
            for subject in &group.subjects {
                for (index, curve) in subject.curves.iter().enumerate() {
                    let (place, block) = match blocks.practice.get(index) {
                        Some(block) => (format!("practice-{}", index + 1), block),
                        None => ("test".to_string(), &spec.test),
                    };
                    let criterion = spec.criterion_of(block);
                    let reached = curve.time_to_criterion(criterion).reached();
                    let _ = writeln!(
                        text,
                        "{},{place},{},{},{},{},{},{},{},{criterion},{}",
                        group.name,
                        quoted(&block.task),
                        subject.subject,
                        subject.seed,
                        block.steps,
                        curve.start(1),
                        curve.last(),
                        curve.area(),
                        reached.map(|steps| steps.to_string()).unwrap_or_default()
                    );
                }
            }
        }
        text
    }
}

impl GroupResult {
    /// The curves of all subjects in the test.
    pub fn tests(&self) -> Vec<Curve> {
        self.subjects.iter().filter_map(|subject| subject.curves.last().cloned()).collect()
    }

    /// The curves of all subjects in a block of practice, from 0.
    pub fn practice(&self, index: usize) -> Vec<Curve> {
        self.subjects.iter().filter_map(|subject| subject.curves.get(index).cloned()).collect()
    }
}

/// A CSV field: a path may hold a comma.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}
