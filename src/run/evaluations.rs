//! Reads the evaluations of a training run, checked against the run's schedule of evaluations.

use crate::record::{EVALUATION_COLUMNS, header};
use crate::run::folder::RunSpec;
use crate::stats::Curve;
use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeMap;
use std::path::Path;

/// The learning curves of a run.
pub struct Evaluations {
    /// One curve per subject, in order.
    pub curves: Vec<Curve>,
    /// Whether the evaluations are of trials of a schedule.
    pub scheduled: bool,
    /// Env steps of practice and the trial that they had led to, at each evaluation; empty unless it is the same in all
    /// subjects.
    pub trials: Vec<(u64, u64)>,
}

/// Env steps at which a block of `end` steps is evaluated: 0, every `every` steps, those in `besides` (ascending), and
/// the end.
pub fn due(every: u64, besides: &[u64], end: u64) -> impl Iterator<Item = u64> {
    let every = every.max(1);
    std::iter::successors(Some(0), move |&last| {
        (last < end).then(|| {
            let regular = (last - last % every).saturating_add(every).min(end);
            besides.iter().copied().find(|&step| step > last).map_or(regular, |step| step.min(regular))
        })
    })
}

/// Whether the steps of a curve are those of [`due`].
pub fn are_due(steps: impl Iterator<Item = u64>, every: u64, besides: &[u64], end: u64) -> bool {
    steps.eq(due(every, besides, end))
}

/// Reads the `evaluations.csv` of a run folder.
///
/// # Errors
/// An unfinished run, or a table of another kind, with damage, or with missing or repeated rows.
pub fn curves(folder: &Path, run: &RunSpec) -> Result<Evaluations> {
    let path = folder.join("evaluations.csv");
    if !path.exists() {
        bail!(
            "{} is not finished: it has no evaluations.csv; resume it with `etude train … --resume`",
            folder.display()
        );
    }
    let mut points: BTreeMap<u64, Vec<(u64, f64)>> = BTreeMap::new();
    let (mut scheduled, mut trials) = (false, BTreeMap::new());
    let mut alike = true;
    let mut reader = csv::Reader::from_path(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let path = path.display();
    let columns = header(&EVALUATION_COLUMNS);
    if reader.headers().with_context(|| format!("{path}:1"))?.iter().collect::<Vec<_>>().join(",") != columns {
        bail!("{path}:1: expected the columns {columns}");
    }
    for (line, row) in (2..).zip(reader.records()) {
        let row = row.with_context(|| format!("{path}:{line}"))?;
        let wrong = |column: &str| anyhow!("{path}:{line}: its `{column}` makes no sense");
        let subject = row[0].parse().ok().filter(|&subject| subject < run.subjects).ok_or_else(|| wrong("subject"))?;
        let steps = row[2].parse().map_err(|_| wrong("steps"))?;
        let score = row[4].parse().ok().filter(|score| (0.0..=1.0).contains(score)).ok_or_else(|| wrong("score"))?;
        for (column, name, wanted) in [(1, "seed", run.seed), (3, "episodes", run.evaluation_episodes)] {
            if row[column].parse() != Ok(wanted) {
                bail!("{path}:{line}: its `{name}` is {}; run.yaml says {wanted}", &row[column]);
            }
        }
        scheduled |= !row[7].is_empty();
        if let Ok(trial) = row[7].parse::<u64>() {
            alike &= *trials.entry(steps).or_insert(trial) == trial;
        }
        points.entry(subject).or_default().push((steps, score));
    }
    if points.len() as u64 != run.subjects {
        bail!("{path}: found {} subjects; expected {}", points.len(), run.subjects);
    }
    for (subject, points) in &mut points {
        points.sort_by_key(|point| point.0);
        if !are_due(points.iter().map(|point| point.0), run.evaluate_every, &[], run.steps) {
            bail!(
                "{path}: subject {subject} has {} evaluations; expected one at step 0, one every {} steps, and one at step {}: \
                 rows are missing or duplicated",
                points.len(),
                run.evaluate_every,
                run.steps
            );
        }
    }
    let trials = if alike { trials.into_iter().collect() } else { Vec::new() };
    Ok(Evaluations { curves: points.into_values().map(Curve::new).collect(), scheduled, trials })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evaluations_are_due_at_the_start_every_so_often_and_at_the_end() {
        let due = |steps: &[u64]| are_due(steps.iter().copied(), 40, &[], 100);
        assert!(due(&[0, 40, 80, 100]));
        for wrong in
            [&[][..], &[0], &[40, 80, 100], &[0, 40, 100], &[0, 40, 40, 80, 100], &[0, 40, 80], &[0, 40, 80, 100, 100]]
        {
            assert!(!due(wrong), "{wrong:?}");
        }
        assert!(are_due([0, 100].into_iter(), 100, &[], 100));
        assert!(are_due([0, 100].into_iter(), u64::MAX, &[], 100));
        assert!(are_due([0, 3, 10, 40, 80, 90, 100].into_iter(), 40, &[3, 10, 40, 90], 100));
        assert!(!are_due([0, 3, 40, 80, 90, 100].into_iter(), 40, &[3, 10, 40, 90], 100));
    }
}
