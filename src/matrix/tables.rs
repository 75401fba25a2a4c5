//! The tables of a transfer matrix.

use super::summary::{Sequence, Summary};
use crate::stats::Estimate;
use crate::transfer::measures::Measure;
use anyhow::{Result, anyhow};

/// What the columns of a measure add to its name.
const OF_MEASURE: [&str; 5] = ["", "_low", "_high", "_p_adjusted", "_significant"];

/// `matrix.csv`: one row per pair of tasks. What is not there is left empty.
///
/// # Errors
/// Never in memory.
pub fn cells(summary: &Summary) -> Result<Vec<u8>> {
    let mut header: Vec<String> =
        ["practised", "tested", "n", "zero_shot", "zero_shot_low", "zero_shot_high"].map(String::from).into();
    header.extend(OF_MEASURE.map(|end| format!("zero_shot_gain{end}")));
    header.extend(["area", "area_low", "area_high"].map(String::from));
    header.extend(OF_MEASURE.map(|end| format!("area_difference{end}")));
    let rows = summary.cells.iter().map(|cell| {
        let mut row = vec![cell.practised.clone(), cell.tested.clone(), summary.subjects.to_string()];
        row.extend(estimate(&cell.zero_shot));
        row.extend(measure(&cell.zero_shot_gain));
        row.extend(estimate(&cell.area));
        row.extend(measure(&cell.area_difference));
        row
    });
    csv(header, rows)
}

/// `sequence.csv`: one row per task of a sequence, in its order.
///
/// # Errors
/// Never in memory.
pub fn sequence(sequence: &Sequence) -> Result<Vec<u8>> {
    let header = [
        "place",
        "task",
        "area",
        "reference_area",
        "forward_transfer",
        "forward_transfer_low",
        "forward_transfer_high",
        "score_learned",
        "score_end",
        "forgetting",
        "forgetting_low",
        "forgetting_high",
    ];
    let rows = sequence.tasks.iter().zip(1..).map(|(station, place)| {
        let mut row = vec![format!("{place}"), station.task.clone()];
        row.extend([station.area, station.reference_area].map(|area| area.to_string()));
        row.extend(station.forward_transfer.as_ref().map_or_else(Default::default, estimate));
        row.extend([station.learned, station.end].map(|score| score.to_string()));
        row.extend(estimate(&station.forgetting));
        row
    });
    csv(header.map(String::from).into(), rows)
}

fn csv(header: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header)?;
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
