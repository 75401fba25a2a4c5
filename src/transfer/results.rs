//! The results of an experiment: the tables of its folder, and the learning curves in them.

use crate::experiment::{Block, ExperimentSpec};
use crate::record::{Column, EVALUATION_COLUMNS, Log, LogBook, SEED, SUBJECT, TASK, copy_rows, header, verify};
use crate::run::checkpoint::Checkpoint;
use crate::run::evaluations::are_due;
use crate::run::folder::{RunFolder, checkpoint_path};
use crate::stats::Curve;
use crate::transfer::schedule::{Leg, Schedule};
use crate::transfer::spec::TransferSpec;
use crate::transfer::workers::checkpoint_name;
use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, Read};
use std::path::Path;

/// The part of an experiment to which a row belongs.
static PLACE: [Column; 3] = [
    Column::new("group", "1", "name of the group"),
    Column::new("block", "1", "`test`, or `practice-N` for the group's N-th block of practice, from 1"),
    TASK,
];
/// The result of a subject in a block.
static OUTCOME: [Column; 8] = [
    SUBJECT,
    SEED,
    Column::new("steps", "env steps", "env steps of the block"),
    Column::new("score_first", "1", "score of the block's first evaluation"),
    Column::new("score_last", "1", "score of the block's last evaluation"),
    Column::new("score_mean", "1", "mean score over the block: the area under the learning curve over its steps"),
    Column::new("criterion", "1", "score at which the task counts as learned"),
    Column::new(
        "steps_to_criterion",
        "env steps",
        "env steps of the block until the criterion was reached in two evaluations in a row; empty if it was not",
    ),
];

/// The columns of `evaluations.csv`.
pub fn evaluation_columns() -> impl Iterator<Item = &'static Column> {
    PLACE.iter().chain(&EVALUATION_COLUMNS)
}

/// The columns of `blocks.csv`.
pub fn block_columns() -> impl Iterator<Item = &'static Column> {
    PLACE.iter().chain(&OUTCOME)
}

/// Learning curves of all subjects of all groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// Groups in the order of the experiment.
    pub groups: Vec<GroupResult>,
    /// Whether the test is evaluated on trials of a schedule.
    pub scheduled: bool,
}

/// Learning curves of the subjects of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupResult {
    /// Its name.
    pub name: String,
    /// Its subjects in the order of their indices, the same in each group.
    pub subjects: Vec<SubjectResult>,
}

/// Learning curves of a subject.
#[derive(Clone, Debug, PartialEq)]
pub struct SubjectResult {
    /// Index in the group.
    pub subject: u64,
    /// The seed of all its randomness.
    pub seed: u64,
    /// One curve per block of practice, followed by the test's.
    pub curves: Vec<Curve>,
}

/// Reads a checkpoint that must be the last of its leg.
///
/// # Errors
/// A missing, damaged or unfinished checkpoint.
pub fn complete(path: &Path) -> Result<Checkpoint> {
    let checkpoint = Checkpoint::open(path)?;
    if !checkpoint.complete {
        bail!("{} is not finished: its run has to be resumed first", path.display());
    }
    Ok(checkpoint)
}

/// The results of a subject in a leg.
pub struct LegResult {
    /// Its learning curve.
    pub curve: Curve,
    /// Its rows of evaluations.
    pub rows: String,
    /// Number of episodes that ended in a fault.
    pub faults: u64,
    /// Whether it was evaluated on trials of a schedule.
    pub scheduled: bool,
}

/// Reads the results of a subject in a leg from its checkpoint and logs, which must be complete, undamaged, and
/// evaluated when due.
///
/// # Errors
/// What is missing or damaged, and in which file.
pub fn read_leg(folder: &Path, evaluate_every: u64, subject: u64, leg: &Leg) -> Result<LegResult> {
    let name = checkpoint_name(subject, &leg.name);
    let checkpoint = complete(&checkpoint_path(folder, &name))?;
    verify(folder, &name, &checkpoint.logs)?;
    let path = LogBook::path(folder, &name, Log::Evaluations);
    let mut rows = Vec::new();
    copy_rows(&path, &mut rows).with_context(|| format!("cannot read {}", path.display()))?;
    let rows = String::from_utf8_lossy(&rows).into_owned();
    let point = |row: &str| {
        let mut fields = row.split(',').skip(2);
        let steps = fields.next()?.parse::<u64>().ok()?;
        let score = fields.nth(1)?.parse::<f64>().ok().filter(|score| (0.0..=1.0).contains(score))?;
        Some((steps, score))
    };
    let points: Option<Vec<(u64, f64)>> = rows.lines().map(point).collect();
    let due = |points: &Vec<(u64, f64)>| {
        are_due(points.iter().map(|point| point.0), evaluate_every, &leg.block.evaluate_at, leg.block.steps)
    };
    let Some(points) = points.filter(due) else {
        bail!(
            "{}: expected an evaluation at step 0, one every {evaluate_every} steps, and one at step {}",
            path.display(),
            leg.block.steps
        )
    };
    let scheduled = rows.lines().any(|row| !row.ends_with(','));
    Ok(LegResult { curve: Curve::new(points), rows, faults: checkpoint.faults, scheduled })
}

/// Checks that a leg of a subject is complete, and that its logs are undamaged and belong to this study.
///
/// # Errors
/// What is missing or damaged, and in which file.
pub fn check(folder: &Path, evaluate_every: u64, subject: u64, leg: &Leg) -> Result<()> {
    read_leg(folder, evaluate_every, subject, leg).map(drop)
}

/// Writes `evaluations.csv` from the logs of all legs; legs shared by groups appear for each of them. Returns the
/// number of episodes that ended in a fault.
///
/// # Errors
/// A checkpoint that is missing, damaged or not the last of its leg, or a folder that cannot be written to.
pub fn write_evaluations(folder: &RunFolder, spec: &TransferSpec, schedule: &Schedule) -> Result<u64> {
    let mut tasks = BTreeMap::new();
    let mut faults = 0;
    for subject in spec.subjects() {
        for (index, leg) in schedule.legs.iter().enumerate() {
            let name = checkpoint_name(subject, &leg.name);
            let checkpoint = complete(&checkpoint_path(folder.path(), &name))?;
            verify(folder.path(), &name, &checkpoint.logs)?;
            faults += checkpoint.faults;
            tasks.insert((subject, index), checkpoint.task);
        }
    }
    folder.write_by("evaluations.csv", |out| {
        writeln!(out, "{}", header(evaluation_columns()))?;
        let mut rows = Vec::new();
        for ((group, _), legs) in spec.experiment.groups.0.iter().zip(&schedule.groups) {
            for subject in spec.subjects() {
                for &leg in legs {
                    let Leg { name, .. } = &schedule.legs[leg];
                    let (place, task) = (schedule.legs[leg].place(), &tasks[&(subject, leg)]);
                    rows.clear();
                    copy_rows(
                        &LogBook::path(folder.path(), &checkpoint_name(subject, name), Log::Evaluations),
                        &mut rows,
                    )?;
                    for row in rows.lines() {
                        writeln!(out, "{group},{place},{task},{}", row?)?;
                    }
                }
            }
        }
        Ok(())
    })?;
    Ok(faults)
}

impl Results {
    /// Reads the results of an experiment from its `evaluations.csv`, which must have one row for each evaluation of
    /// these subjects.
    ///
    /// # Errors
    /// A table of another kind, with other groups or subjects, with damage, or with missing or repeated rows.
    pub fn read(spec: &ExperimentSpec, subjects: &[u64], evaluations: impl Read) -> Result<Self> {
        type Points = BTreeMap<usize, Vec<(u64, f64)>>;
        let mut found: BTreeMap<String, BTreeMap<u64, (u64, Points)>> = BTreeMap::new();
        let mut scheduled = false;
        let mut reader = csv::Reader::from_reader(evaluations);
        let columns = header(evaluation_columns());
        let found_columns = reader.headers().context("evaluations.csv:1")?;
        if found_columns.iter().collect::<Vec<_>>().join(",") != columns {
            bail!("evaluations.csv:1: expected the columns {columns}");
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
            let of_group = found.entry(row[0].to_string()).or_default();
            let (_, points) = of_group.entry(number(3, "subject")?).or_insert((number(4, "seed")?, Points::new()));
            scheduled |= row[1] == *"test" && !row[10].is_empty();
            let point = (number(5, "steps")?, score.ok_or_else(|| wrong("score"))?);
            points.entry(block.ok_or_else(|| wrong("block"))?).or_default().push(point);
        }
        let mut groups = Vec::new();
        for (name, group) in &spec.groups.0 {
            let subjects = found.remove(name).ok_or_else(|| anyhow!("evaluations.csv: group `{name}` is missing"))?;
            let blocks = || group.practice.iter().chain(std::iter::once(&spec.test));
            let subject = |(subject, (seed, mut points)): (u64, (u64, Points))| {
                let curve = |(index, block): (usize, &Block)| {
                    let mut points = points.remove(&index).unwrap_or_default();
                    points.sort_by_key(|point| point.0);
                    if are_due(points.iter().map(|point| point.0), spec.evaluate_every, &block.evaluate_at, block.steps)
                    {
                        return Ok(Curve::new(points));
                    }
                    let place =
                        if index < group.practice.len() { format!("practice-{}", index + 1) } else { "test".into() };
                    bail!(
                        "evaluations.csv: {place} of subject {subject} of `{name}` has {} evaluations; expected one at step 0, \
                         one every {} steps, and one at step {}: rows are missing, or are there twice",
                        points.len(),
                        spec.evaluate_every,
                        block.steps
                    )
                };
                let curves = blocks().enumerate().map(curve).collect::<Result<_>>()?;
                Ok(SubjectResult { subject, seed, curves })
            };
            groups.push(GroupResult {
                name: name.clone(),
                subjects: subjects.into_iter().map(subject).collect::<Result<_>>()?,
            });
        }
        for group in &groups {
            let indices: Vec<u64> = group.subjects.iter().map(|subject| subject.subject).collect();
            if indices != subjects {
                bail!(
                    "evaluations.csv: `{}` has {} subjects; expected {}, the same in each group",
                    group.name,
                    indices.len(),
                    subjects.len()
                );
            }
        }
        Ok(Self { groups, scheduled })
    }

    /// The group of that name.
    pub fn group(&self, name: &str) -> Option<&GroupResult> {
        self.groups.iter().find(|group| group.name == name)
    }

    /// One row per subject and block.
    pub fn blocks_csv(&self, spec: &ExperimentSpec) -> String {
        let mut text = format!("{}\n", header(block_columns()));
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

/// A CSV field; a path may contain a comma.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}
