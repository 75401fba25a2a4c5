//! What the columns of the tables are: one list gives a table its first line, and `etude describe --columns` its words.

use etude_envs::space::Field;
use etude_envs::task::Metric;
use std::borrow::Cow;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its unit, or `1` where there is none.
    pub unit: Cow<'static, str>,
    /// What it tells, in one line.
    pub meaning: Cow<'static, str>,
}

/// Which subject a row is of.
pub const SUBJECT: Column = Column::new("subject", "1", "index of the subject in its cohort, from 0");
/// The seed of what was run.
pub const SEED: Column =
    Column::new("seed", "1", "seed of the run, from which and from the subject's index all randomness comes");
/// The task that was practised.
pub const TASK: Column = Column::new("task", "1", "id of the task, or its name in the experiment");

impl Column {
    /// A column of that name, unit and meaning.
    pub const fn new(name: &'static str, unit: &'static str, meaning: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), unit: Cow::Borrowed(unit), meaning: Cow::Borrowed(meaning) }
    }

    /// The column of a field, whose name follows that of its space.
    pub fn of_field(space: &str, field: &Field) -> Self {
        let (unit, meaning) = (field.unit.clone().into(), field.meaning.clone().into());
        Self { name: format!("{space}_{}", field.name).into(), unit, meaning }
    }

    /// The column, and those of the ends of its 95% interval.
    pub fn with_interval(self) -> [Self; 3] {
        let end = |end: &str| Self {
            name: format!("{}_{end}", self.name).into(),
            unit: self.unit.clone(),
            meaning: format!("{end} end of the 95% interval of {}; empty if it has none", self.name).into(),
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

/// The first line of a CSV table of these columns, without its line break.
pub fn header<'a>(columns: impl IntoIterator<Item = &'a Column>) -> String {
    columns.into_iter().map(|column| &*column.name).collect::<Vec<_>>().join(",")
}
