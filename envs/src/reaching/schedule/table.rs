//! Tables of trials: CSV with one row per trial, for protocols that are given trial by trial.
//!
//! The first line names the columns; the names contain the units. Where a cell is empty or a column is missing, the
//! block in the task applies. Columns are separated by commas.

use super::conditions::{Conditions, CursorShown, FieldKind, LONGEST_BREAK};
use crate::document::{Document, DocumentError, nearest, shown};
use csv::{ReaderBuilder, StringRecord, Trim};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeStruct};
use std::fmt;

/// Largest total size of all tables of a task, in bytes.
pub const LARGEST_TABLE_BYTES: u64 = 1 << 20;
/// Largest number of rows in a table.
const MOST_ROWS: usize = 10_000;
/// Largest block number.
const LARGEST_BLOCK: u32 = 999_999;

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Index of the trial, from 0; must count the rows.
    Trial,
    /// Block number to record instead of the index of the block in the task. Each new number restarts the cycle of
    /// targets.
    Block,
    /// Index of the target among those of the block. Without this and `target_deg`, targets come in cycles.
    Target,
    /// Direction of the target, in degrees.
    TargetDeg,
    /// Strength of a curl field, in N·s/m.
    Curl,
    /// Strength of a saddle field, as a factor.
    Saddle,
    /// Rotation of the cursor, in degrees.
    Rotation,
    /// Direction of an error-clamped cursor relative to the target, in degrees.
    ErrorClamp,
    /// Gain on the cursor's displacement.
    Gain,
    /// Probability of leaving out the field, usually 0 or 1.
    Catch,
    /// Probability of a trial in the channel, which replaces the field.
    Clamp,
    /// When the cursor is shown.
    Cursor,
    /// Whether the only reward is for the end point.
    RewardOnly,
    /// Standard deviation of the cursor's blur in each step, in m.
    Blur,
    /// Standard deviation of the cursor's displacement in the whole trial, in m.
    TrialBlur,
    /// Rewarded direction relative to the target, in degrees.
    Payoff,
    /// The cue that is shown; 0 for none.
    Cue,
    /// Time after the trial until the next one, in s.
    Break,
}

const COLUMNS: [(&str, Column); 18] = [
    ("trial", Column::Trial),
    ("block", Column::Block),
    ("target", Column::Target),
    ("target_deg", Column::TargetDeg),
    ("curl_n_s_per_m", Column::Curl),
    ("saddle", Column::Saddle),
    ("rotation_deg", Column::Rotation),
    ("error_clamp_deg", Column::ErrorClamp),
    ("gain", Column::Gain),
    ("catch", Column::Catch),
    ("clamp", Column::Clamp),
    ("cursor", Column::Cursor),
    ("reward_only", Column::RewardOnly),
    ("blur_m", Column::Blur),
    ("trial_blur_m", Column::TrialBlur),
    ("payoff_deg", Column::Payoff),
    ("cue", Column::Cue),
    ("break_s", Column::Break),
];

impl Column {
    /// Its name in the first line.
    pub fn name(self) -> &'static str {
        COLUMNS.iter().find(|(_, column)| *column == self).map_or("", |(name, _)| name)
    }
}

/// One row: the conditions that it sets for its trial.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Row {
    /// Line number, from 1.
    pub line: u64,
    /// Number of trials directly before it with the same block number.
    pub turn: u32,
    /// See [`Column`], also for the fields that follow.
    pub block: Option<u32>,
    /// Index of a target.
    pub target: Option<u32>,
    /// Direction of the target, in degrees.
    pub target_deg: Option<f32>,
    /// A field and its strength.
    pub field: Option<(FieldKind, f32)>,
    /// Probability of a catch trial.
    pub catch: Option<f32>,
    /// Probability of a trial in the channel.
    pub clamp: Option<f32>,
    /// When the cursor is shown.
    pub cursor: Option<CursorShown>,
    /// Whether the only reward is for the end point.
    pub reward_only: Option<bool>,
    /// In m.
    pub blur: Option<f32>,
    /// In m.
    pub trial_blur: Option<f32>,
    /// In degrees.
    pub payoff: Option<f32>,
    /// The cue.
    pub cue: Option<u32>,
    /// In s.
    pub rest: Option<f32>,
}

impl Row {
    /// Replaces the conditions of the block by those that the row sets.
    pub(crate) fn apply(&self, conditions: &mut Conditions) {
        if let Some((field, strength)) = self.field {
            (conditions.field, conditions.strength) = (field, strength);
        }
        conditions.catch = self.catch.unwrap_or(conditions.catch);
        conditions.clamp = self.clamp.unwrap_or(conditions.clamp);
        conditions.cursor = self.cursor.unwrap_or(conditions.cursor);
        conditions.reward_only = self.reward_only.unwrap_or(conditions.reward_only);
        conditions.blur = self.blur.unwrap_or(conditions.blur);
        conditions.trial_blur = self.trial_blur.unwrap_or(conditions.trial_blur);
        conditions.payoff = self.payoff.unwrap_or(conditions.payoff);
        conditions.cue = self.cue.unwrap_or(conditions.cue);
        conditions.rest = self.rest.unwrap_or(conditions.rest);
    }

    /// Reads a record, which is row `number`, from 0.
    fn read(&mut self, record: &StringRecord, columns: &[Column], number: usize) -> Result<(), TableFault> {
        if record.len() != columns.len() {
            let (expected, found) = (columns.len(), record.len());
            let message = format!("expected as many cells as there are columns, {expected}, found {found}");
            return Err(fault(self.line, expected.min(found), "", message));
        }
        for (index, (&column, cell)) in columns.iter().zip(record).enumerate() {
            if !cell.is_empty() {
                let taken = self.take(number, column, cell);
                taken.map_err(|message| fault(self.line, index + 1, column.name(), message))?;
            }
        }
        Ok(())
    }

    /// Reads a cell that is not empty, of row `number`.
    fn take(&mut self, number: usize, column: Column, cell: &str) -> Result<(), String> {
        match column {
            Column::Trial if whole(cell, u32::MAX)? as usize == number => {}
            Column::Trial => {
                return Err(format!("expected {number}, as trials are counted from 0, found {}", shown(cell)));
            }
            Column::Block => self.block = Some(whole(cell, LARGEST_BLOCK)?),
            Column::Target => self.target = Some(whole(cell, u32::MAX)?),
            Column::TargetDeg => self.target_deg = Some(real(cell, -360.0, 360.0, "degrees")?),
            Column::Curl => self.act(FieldKind::Curl, cell)?,
            Column::Saddle => self.act(FieldKind::Saddle, cell)?,
            Column::Rotation => self.act(FieldKind::Rotation, cell)?,
            Column::ErrorClamp => self.act(FieldKind::ErrorClamp, cell)?,
            Column::Gain => self.act(FieldKind::Gain, cell)?,
            Column::Catch => self.catch = Some(real(cell, 0.0, 1.0, "")?),
            Column::Clamp => self.clamp = Some(real(cell, 0.0, 1.0, "")?),
            Column::Cursor => {
                let known = [("on", CursorShown::On), ("off", CursorShown::Off), ("end", CursorShown::End)];
                self.cursor = Some(named(cell, &known)?);
            }
            Column::RewardOnly => self.reward_only = Some(named(cell, &[("true", true), ("false", false)])?),
            Column::Blur => self.blur = Some(real(cell, 0.0, 0.2, "m")?),
            Column::TrialBlur => self.trial_blur = Some(real(cell, 0.0, 0.2, "m")?),
            Column::Payoff => self.payoff = Some(real(cell, -180.0, 180.0, "degrees")?),
            Column::Cue => self.cue = Some(whole(cell, u32::MAX)?),
            Column::Break => self.rest = Some(real(cell, 0.0, LONGEST_BREAK, "s")?),
        }
        Ok(())
    }

    fn act(&mut self, field: FieldKind, cell: &str) -> Result<(), String> {
        if self.field.is_some() {
            return Err("expected one field in a row, found a second one".into());
        }
        let (range, unit) = field.strengths();
        self.field = Some((field, real(cell, *range.start(), *range.end(), unit)?));
        Ok(())
    }
}

fn whole(cell: &str, most: u32) -> Result<u32, String> {
    let number = cell.parse::<u32>().ok().filter(|number| *number <= most);
    number.ok_or_else(|| format!("expected a whole number from 0 to {most}, found {}", quoted(cell)))
}

fn real(cell: &str, low: f32, high: f32, unit: &str) -> Result<f32, String> {
    let space = if unit.is_empty() { "" } else { " " };
    let number = cell.parse::<f32>().ok().filter(|number| (low..=high).contains(number));
    number.ok_or_else(|| format!("expected a number from {low} to {high}{space}{unit}, found {}", quoted(cell)))
}

fn named<T: Copy>(cell: &str, known: &[(&'static str, T)]) -> Result<T, String> {
    let found = known.iter().find(|(name, _)| cell.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
    found.ok_or_else(|| unknown(cell, "expected", known.iter().map(|(name, _)| *name)))
}

/// Message about an unknown name, with the known ones.
fn unknown(found: &str, expected: &str, known: impl Iterator<Item = &'static str> + Clone) -> String {
    let near = nearest(found, known.clone()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let all: Vec<&str> = known.collect();
    format!("{expected} one of {}, found {}{near}", all.join(", "), quoted(found))
}

fn quoted(text: &str) -> String {
    format!("`{}`", shown(text))
}

/// A fault in a table, and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFault {
    /// Line, from 1.
    line: u64,
    /// Column, from 1, and its name if known.
    column: usize,
    name: String,
    /// What was expected and what was found.
    message: String,
}

impl fmt::Display for TableFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)?;
        if !self.name.is_empty() {
            write!(f, " (`{}`)", self.name)?;
        }
        write!(f, " of the table: {}", self.message)
    }
}

impl TableFault {
    /// The error for a table in a file of that name.
    pub(super) fn in_file(self, file: &str) -> DocumentError {
        let place = Some((self.line as usize, self.column));
        DocumentError { source_name: file.into(), place, field: self.name, message: self.message }
    }

    /// The error for the table of a block of a task.
    pub(crate) fn in_task(self, task: &Document, block: usize) -> DocumentError {
        let error = task.error_at(&format!("schedule[{block}].trials"), self.to_string());
        // A table from a file has no position in the task's document.
        if error.place.is_none() { self.in_file(&error.source_name) } else { error }
    }
}

/// A table of trials.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialTable {
    text: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
}

impl TrialTable {
    /// Reads a table.
    ///
    /// # Errors
    /// The first position that no task could accept.
    pub fn parse(text: &str) -> Result<Self, TableFault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .comment(Some(b'#'))
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let (first, header) = match records.next() {
            Some(record) => read(record).map(|record| (line(&text, &record), record))?,
            None => return Err(fault(1, 1, "", "expected a first line that names the columns, found nothing".into())),
        };
        let columns = columns(first, &header)?;
        let mut rows: Vec<Row> = Vec::new();
        for record in records {
            let record = read(record)?;
            let mut row = Row { line: line(&text, &record), ..Row::default() };
            row.read(&record, &columns, rows.len())?;
            row.turn = rows.last().filter(|before| before.block == row.block).map_or(0, |before| before.turn + 1);
            if rows.len() == MOST_ROWS {
                return Err(fault(row.line, 1, "", format!("expected at most {MOST_ROWS} trials, found more")));
            }
            rows.push(row);
        }
        if rows.is_empty() {
            return Err(fault(2, 1, "", "expected a row for each trial, found none".into()));
        }
        // White space around cells is equivalent; YAML can show spaces.
        let text = text.replace(|c: char| c.is_whitespace() && c != '\n', " ");
        Ok(Self { text, columns, rows })
    }

    /// Its rows; there is at least one.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row of trial `turn` of the block, and the trial's index in the cycle of targets; the last row continues.
    pub(crate) fn row(&self, turn: u64) -> Option<(&Row, u64)> {
        let number = turn.min(self.rows.len().saturating_sub(1) as u64);
        let row = self.rows.get(number as usize)?;
        Some((row, u64::from(row.turn) + (turn - number)))
    }

    /// A fault in a cell.
    pub(crate) fn fault(&self, row: &Row, column: Column, expected: &str, found: &str) -> TableFault {
        let number = self.columns.iter().position(|&known| known == column).map_or(1, |number| number + 1);
        fault(row.line, number, column.name(), format!("expected {expected}, found {}", shown(found)))
    }
}

fn fault(line: u64, column: usize, name: &str, message: String) -> TableFault {
    TableFault { line, column, name: name.into(), message }
}

/// The line in which a record begins. The reader counts from the end of the previous record and skips empty lines and
/// comments.
fn line(text: &str, record: &StringRecord) -> u64 {
    let Some(position) = record.position() else { return 1 };
    let rest = text.as_bytes().get(position.byte() as usize..).unwrap_or_default();
    let passed_over = |line: &&[u8]| line.is_empty() || line == b"\r" || line.starts_with(b"#");
    position.line() + rest.split(|&byte| byte == b'\n').take_while(passed_over).count() as u64
}

fn read(record: Result<StringRecord, csv::Error>) -> Result<StringRecord, TableFault> {
    record.map_err(|error| {
        let line = error.position().map_or(1, csv::Position::line);
        fault(line, 1, "", format!("expected columns that are separated by commas: {error}"))
    })
}

/// The columns named by the first line.
fn columns(line: u64, header: &StringRecord) -> Result<Vec<Column>, TableFault> {
    let mut columns = Vec::new();
    for (index, name) in header.iter().enumerate() {
        let wrong = |message: String| Err(fault(line, index + 1, "", message));
        if let (1, Some(found)) = (header.len(), name.chars().find(|found| matches!(found, ';' | '\t'))) {
            return wrong(format!("expected commas between the names of columns, found `{}`", found.escape_default()));
        }
        let Some((_, column)) = COLUMNS.iter().find(|(known, _)| *known == name) else {
            let names = COLUMNS.iter().map(|(name, _)| *name);
            return wrong(unknown(name, "the first line names the columns: expected", names));
        };
        if columns.contains(column) {
            return wrong(format!("expected each column once, found `{name}` again"));
        }
        columns.push(*column);
        if columns.contains(&Column::Target) && columns.contains(&Column::TargetDeg) {
            return wrong("expected either `target` or `target_deg`, found both".into());
        }
    }
    Ok(columns)
}

impl Serialize for TrialTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut written = serializer.serialize_struct("TrialTable", 1)?;
        written.serialize_field("table", &self.text)?;
        written.end()
    }
}

impl<'de> Deserialize<'de> for TrialTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        struct Written {
            /// The table as CSV.
            table: String,
        }
        let Written { table } = Written::deserialize(deserializer)?;
        TrialTable::parse(&table).map_err(de::Error::custom)
    }
}
