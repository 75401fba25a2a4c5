//! The data dictionary: every column of every table that the program writes, from the lists used for writing.

use crate::compare;
use crate::matrix;
use crate::record::{ARRAYS, Column, Log, columns};
use crate::report::definitions::{self, Definition};
use crate::sweep;
use crate::transfer::results::{block_columns, evaluation_columns};
use crate::validate::FIGURE_COLUMNS;
use etude_agents::{Brain, Signal};
use etude_envs::task::Blueprint;

/// A kind of table: its files and its columns.
pub struct Table {
    /// For each command that writes it, the file in its folder, or the flag that gives the file.
    pub files: Vec<(&'static str, &'static str)>,
    /// Its columns, in order. A name in capitals stands for several columns.
    pub columns: Vec<Column>,
}

/// Commands whose folders contain `logs/`.
const LOGGED: [&str; 4] = ["train", "transfer", "transfer-matrix", "sweep"];

/// All tables for runs on this task; without a task, one column stands for the task's own columns.
pub fn tables(task: Option<&Blueprint>) -> Vec<Table> {
    let logged = |file: &'static str| LOGGED.map(|command| (command, file));
    let all = |files: &[&[(&'static str, &'static str)]], columns| Table { files: files.concat(), columns };
    let of = |list: &mut dyn Iterator<Item = &Column>| list.cloned().collect::<Vec<_>>();
    let of_log = |log: Log| log.columns(metrics(task).into_iter());
    let settings = Column::new(
        "SETTING",
        "its own",
        "one column per varied setting, named by its path, for example brain.basal_ganglia.policy_rate",
    );
    vec![
        all(
            &[&[("train", "episodes.csv"), ("evaluate", "--table FILE")], &logged("logs/*.episodes.csv")],
            of_log(Log::Episodes),
        ),
        all(&[&[("train", "evaluations.csv")], &logged("logs/*.evaluations.csv")], of_log(Log::Evaluations)),
        all(&[&logged("logs/*.signals.csv")], of_log(Log::Signals)),
        all(&[&[("train", "logs/*.units.csv")]], of_log(Log::Units)),
        all(&[&[("train", "units/*.npz")]], ARRAYS.iter().cloned().chain(populations()).collect()),
        all(&[&[("evaluate", "--record-steps FILE"), ("train", "steps/*.parquet")]], columns(task)),
        all(&[&[("transfer", "evaluations.csv")]], of(&mut evaluation_columns())),
        all(&[&[("transfer", "blocks.csv")]], of(&mut block_columns())),
        all(&[&[("transfer-matrix", "evaluations.csv")]], of(&mut matrix::evaluation_columns())),
        all(&[&[("transfer-matrix", "matrix.csv")]], matrix::cell_columns()),
        all(&[&[("transfer-matrix", "sequence.csv")]], matrix::sequence_columns()),
        all(&[&[("sweep", "evaluations.csv")]], of(&mut sweep::evaluation_columns())),
        all(&[&[("sweep", "settings.csv")]], sweep::setting_columns().into_iter().chain([settings]).collect()),
        all(&[&[("compare", "report.html")]], compare::COLUMNS.to_vec()),
        all(&[&[("validate", "v*.csv")]], FIGURE_COLUMNS.to_vec()),
    ]
}

/// Measures of transfer in `summary.json`.
pub fn measures() -> Vec<Column> {
    let column = |definition: &Definition| Column::new(definition.measure, definition.unit, definition.meaning);
    definitions::ALL.iter().map(column).collect()
}

/// Possible values of `signal` in `logs/*.signals.csv`.
pub fn signals() -> Vec<Column> {
    Brain::known_signals().into_iter().map(of_signal).collect()
}

fn metrics(task: Option<&Blueprint>) -> Vec<Column> {
    match task {
        Some(task) => task.spec().metrics.iter().map(Column::from).collect(),
        None => {
            vec![Column::new(
                "METRIC",
                "its own",
                "one column per metric of the task; `describe --columns TASK` lists them",
            )]
        }
    }
}

fn populations() -> impl Iterator<Item = Column> {
    Brain::known_populations().into_iter().map(of_signal)
}

fn of_signal(signal: Signal) -> Column {
    Column::new(signal.name, signal.unit, signal.meaning)
}
