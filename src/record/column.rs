//! Columns of the tables: one list gives a table its header line, and `etude describe --columns` its descriptions.

use etude_envs::space::Field;
use etude_envs::task::Metric;
use std::borrow::Cow;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its unit, or `1` for a dimensionless number.
    pub unit: Cow<'static, str>,
    /// Its meaning, in one line.
    pub meaning: Cow<'static, str>,
}

/// The subject of a row.
pub const SUBJECT: Column = Column::new("subject", "1", "index of the subject in its cohort, from 0");
/// The seed of the run.
pub const SEED: Column =
    Column::new("seed", "1", "seed of the run; with the subject's index it determines all randomness");
/// The practised task.
pub const TASK: Column = Column::new("task", "1", "id of the task, or its name in the experiment");

impl Column {
    /// A column with this name, unit and meaning.
    pub const fn new(name: &'static str, unit: &'static str, meaning: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), unit: Cow::Borrowed(unit), meaning: Cow::Borrowed(meaning) }
    }

    /// The column of a field, named after its space and the field.
    pub fn of_field(space: &str, field: &Field) -> Self {
        let (unit, meaning) = (field.unit.clone().into(), field.meaning.clone().into());
        Self { name: format!("{space}_{}", field.name).into(), unit, meaning }
    }

    /// The column, and columns for both ends of its 95 % interval.
    pub fn with_interval(self) -> [Self; 3] {
        let end = |end: &str| Self {
            name: format!("{}_{end}", self.name).into(),
            unit: self.unit.clone(),
            meaning: format!("{end} end of the 95 % interval of {}; empty if there is none", self.name).into(),
        };
        let ends = [end("low"), end("high")];
        let [low, high] = ends;
        [self, low, high]
    }
}

impl From<&Metric> for Column {
    fn from(metric: &Metric) -> Self {
        Self { name: metric.name.clone(), unit: metric.unit.clone(), meaning: metric.meaning.clone() }
    }
}

/// The header line of a CSV table with these columns, without its line break.
pub fn header<'a>(columns: impl IntoIterator<Item = &'a Column>) -> String {
    columns.into_iter().map(|column| &*column.name).collect::<Vec<_>>().join(",")
}
