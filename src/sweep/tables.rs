//! The tables of a sweep.

use super::phases::{Phase, SweepRun};
use super::search::text_of;
use super::summary::{Entry, Summary, Told};
use crate::record::{Column, EVALUATION_COLUMNS, TASK, header};
use crate::run::folder::RunFolder;
use crate::stats::Estimate;
use crate::transfer::results::LegResult;
use anyhow::{Result, anyhow};
use serde_yaml::Value;

/// Settings of a phase, and their results by setting, task and subject.
type Of<'a> = (&'a [u64], &'a [Vec<Vec<LegResult>>]);

/// Phase of a row.
static PHASE: Column =
    Column::new("phase", "1", "`selection`, or `confirmation` on subjects that had no part in the choice");
/// Setting of a row.
static SETTING: Column = Column::new("setting", "1", "index of the setting in the sweep, from 0");
/// Task of a row.
static OF_TASK: Column = TASK;

/// The columns of `evaluations.csv`.
pub fn evaluation_columns() -> impl Iterator<Item = &'static Column> {
    [&PHASE, &SETTING, &OF_TASK].into_iter().chain(&EVALUATION_COLUMNS)
}

/// The columns of `settings.csv` before those of the values, which are named by the paths of the settings.
pub fn setting_columns() -> Vec<Column> {
    let column = Column::new;
    let mut all = vec![
        PHASE.clone(),
        column("rank", "1", "rank of the setting in the selection, from 1, the best"),
        SETTING.clone(),
        column("measure", "1", "measure by which settings are ranked: `final-score`, `area` or `steps-to-criterion`"),
    ];
    let [value, low, high] = column("value", "1 or env steps", "value of the measure over subjects").with_interval();
    let bare = |end: Column, name: &'static str| Column { name: name.into(), ..end };
    all.extend([
        value,
        bare(low, "low"),
        bare(high, "high"),
        column("n", "1", "number of subjects"),
        column("seed", "1", "seed of all randomness of the phase"),
        column("reached", "1", "number of subjects that reached the criterion on all tasks; empty for other measures"),
    ]);
    let optimism = "how much better the setting was in the selection than in the confirmation; empty in the selection";
    all.extend(column("optimism", "1 or env steps", optimism).with_interval());
    all
}

/// Writes `evaluations.csv`: one row per evaluation, with phase, setting and task.
///
/// # Errors
/// A folder that cannot be written to.
pub fn write_evaluations(
    folder: &RunFolder,
    run: &SweepRun,
    selection: Of<'_>,
    confirmation: Option<Of<'_>>,
) -> Result<()> {
    let phases =
        std::iter::once((Phase::Selection, selection)).chain(confirmation.map(|found| (Phase::Confirmation, found)));
    folder.write_by("evaluations.csv", |out| {
        writeln!(out, "{}", header(evaluation_columns()))?;
        for (phase, (settings, results)) in phases {
            for (setting, tasks) in settings.iter().zip(results) {
                for (task, subjects) in run.sweep.tasks.0.iter().zip(tasks) {
                    for row in subjects.iter().flat_map(|result| result.rows.lines()) {
                        writeln!(out, "{},{setting},{},{row}", phase.name(), quoted(task))?;
                    }
                }
            }
        }
        Ok(())
    })
}

/// `settings.csv`: one row per setting and phase, the selection first, in its order; missing values are empty.
///
/// # Errors
/// None in memory.
pub fn settings(summary: &Summary) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let columns = setting_columns();
    let paths = summary.settings.first().map_or_else(Vec::new, |entry| entry.values.names().collect());
    writer.write_record(columns.iter().map(|column| &*column.name).chain(paths))?;
    let mut row = |phase: Phase, seed: u64, entry: &Entry, told: &Told, optimism: [String; 3]| {
        let [value, low, high] = estimate(&told.measure);
        let own = [
            phase.name().to_string(),
            entry.rank.to_string(),
            entry.setting.to_string(),
            summary.measure.name().to_string(),
            value,
            low,
            high,
            told.n.to_string(),
            seed.to_string(),
            told.reached.map(|reached| reached.to_string()).unwrap_or_default(),
        ];
        let values = entry.values.0.iter().map(|(_, value)| plain(value));
        writer.write_record(own.into_iter().chain(optimism).chain(values))
    };
    for entry in &summary.settings {
        row(Phase::Selection, summary.selection_seed, entry, &entry.selection, Default::default())?;
    }
    for entry in &summary.settings {
        if let Some(told) = &entry.confirmation {
            let optimism = entry.optimism.as_ref().map_or_else(Default::default, estimate);
            row(Phase::Confirmation, summary.confirmation_seed, entry, told, optimism)?;
        }
    }
    writer.into_inner().map_err(|error| anyhow!("a table cannot be written: {error}"))
}

/// A value for a table: text without quotes.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => text_of(value),
    }
}

fn estimate(estimate: &Estimate) -> [String; 3] {
    let (low, high) =
        estimate.interval().map_or_else(Default::default, |(low, high)| (low.to_string(), high.to_string()));
    [estimate.value.to_string(), low, high]
}

/// A CSV field; a path may contain a comma.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}
