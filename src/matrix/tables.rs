//! The tables of a transfer matrix.

use super::summary::{Sequence, Summary};
use crate::record::{Column, EVALUATION_COLUMNS, TASK};
use crate::stats::Estimate;
use crate::transfer::measures::Measure;
use anyhow::{Result, anyhow};

/// The leg of an evaluation.
static LEG: [Column; 2] =
    [Column::new("leg", "1", "name of the leg: the practised task, and what came before it"), TASK];

/// The columns of `evaluations.csv`.
pub fn evaluation_columns() -> impl Iterator<Item = &'static Column> {
    LEG.iter().chain(&EVALUATION_COLUMNS)
}

/// The columns of `matrix.csv`.
pub fn cell_columns() -> Vec<Column> {
    let mut all = vec![
        Column::new("practised", "1", "id of the task that was practised"),
        Column::new("tested", "1", "id of the task that was tested"),
        Column::new("n", "1", "number of subjects"),
    ];
    let column = Column::new;
    let zero_shot = "interquartile mean of the score on the tested task before any step of it";
    all.extend(column("zero_shot", "1", zero_shot).with_interval());
    all.extend(of_measure(column(
        "zero_shot_gain",
        "1",
        "mean difference of that score from a novice's: the jumpstart of `transfer`",
    )));
    all.extend(column("area", "1", "mean score over the test").with_interval());
    let difference = "mean score over the test minus the mean score from scratch: the area difference of `transfer`";
    all.extend(of_measure(column("area_difference", "1", difference)));
    all
}

/// The columns of `sequence.csv`.
pub fn sequence_columns() -> Vec<Column> {
    let column = Column::new;
    let mut all = vec![
        column("place", "1", "position of the task in the sequence, from 1"),
        TASK,
        column("area", "1", "mean score over practice of the task in the sequence"),
        column("reference_area", "1", "mean score of novices over the same number of steps"),
    ];
    let forward = "forward transfer from earlier tasks, as a fraction of what a novice leaves to gain; empty if a novice leaves nothing";
    all.extend(column("forward_transfer", "1", forward).with_interval());
    all.push(column("score_learned", "1", "score at the end of practice of the task"));
    all.push(column("score_end", "1", "score on the task at the end of the sequence"));
    all.extend(
        column("forgetting", "1", "score at the end of practice minus score at the end of the sequence")
            .with_interval(),
    );
    all
}

/// The columns of a measure with its test.
fn of_measure(measure: Column) -> [Column; 5] {
    let also = |end: &str, meaning: String| Column {
        name: format!("{}_{end}", measure.name).into(),
        unit: "1".into(),
        meaning: meaning.into(),
    };
    let p =
        also("p_adjusted", format!("p-value of {}, adjusted for the number of tests by Holm's method", measure.name));
    let enough = format!("whether {} differs from 0 by its interval and its adjusted p-value: 1 or 0", measure.name);
    let significant = also("significant", enough);
    let [value, low, high] = measure.with_interval();
    [value, low, high, p, significant]
}

/// `matrix.csv`: one row per pair of tasks; missing values are empty.
///
/// # Errors
/// None in memory.
pub fn cells(summary: &Summary) -> Result<Vec<u8>> {
    let rows = summary.cells.iter().map(|cell| {
        let mut row = vec![cell.practised.clone(), cell.tested.clone(), summary.subjects.to_string()];
        row.extend(estimate(&cell.zero_shot));
        row.extend(measure(&cell.zero_shot_gain));
        row.extend(estimate(&cell.area));
        row.extend(measure(&cell.area_difference));
        row
    });
    csv(&cell_columns(), rows)
}

/// `sequence.csv`: one row per task of a sequence, in order.
///
/// # Errors
/// None in memory.
pub fn sequence(sequence: &Sequence) -> Result<Vec<u8>> {
    let rows = sequence.tasks.iter().zip(1..).map(|(station, place)| {
        let mut row = vec![format!("{place}"), station.task.clone()];
        row.extend([station.area, station.reference_area].map(|area| area.to_string()));
        row.extend(station.forward_transfer.as_ref().map_or_else(Default::default, estimate));
        row.extend([station.learned, station.end].map(|score| score.to_string()));
        row.extend(estimate(&station.forgetting));
        row
    });
    csv(&sequence_columns(), rows)
}

fn csv(columns: &[Column], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|column| &*column.name))?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| anyhow!("a table cannot be written: {error}"))
}

fn estimate(estimate: &Estimate) -> [String; 3] {
    let (low, high) =
        estimate.interval().map_or_else(Default::default, |(low, high)| (low.to_string(), high.to_string()));
    [estimate.value.to_string(), low, high]
}

fn measure(measure: &Measure) -> [String; 5] {
    let told = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let significant = if measure.significant { "1" } else { "0" };
    [told(measure.value), told(measure.low), told(measure.high), told(measure.p_adjusted), significant.into()]
}
