//! `etude describe --columns`: the data dictionary.

use super::flags::Common;
use super::stdout::{print, print_json};
use super::table::table;
use crate::dictionary::{Table, measures, signals, tables};
use crate::record::Column;
use anyhow::Result;
use etude_envs::task::Blueprint;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Prints the meaning of every column of every table, for runs on this task.
pub fn tell(task: Option<&Blueprint>, common: &Common) -> Result<()> {
    let (tables, signals) = (tables(task), signals());
    if common.json {
        return print_json(&document(task, &tables, &signals));
    }
    let mut text = String::new();
    for Table { files, columns } in &tables {
        text += &format!("{}\n{}\n", heading(files), rows("column", columns));
    }
    text += &format!("Signals in logs/*.signals.csv, if the agent has them\n{}\n", rows("signal", &signals));
    text += &format!("Measures in summary.json (transfer), each with its group\n{}", rows("measure", &measures()));
    print(&text)
}

fn document(task: Option<&Blueprint>, tables: &[Table], signals: &[Column]) -> Value {
    let mut columns = Vec::new();
    for Table { files, columns: own } in tables {
        for (command, file) in files {
            columns.extend(own.iter().map(|column| {
                json!({
                    "command": command, "file": file, "column": column.name, "unit": column.unit,
                    "meaning": sentence(&column.meaning),
                })
            }));
        }
    }
    let signal =
        |signal: &Column| json!({ "signal": signal.name, "unit": signal.unit, "meaning": sentence(&signal.meaning) });
    json!({
        "task": task.map(|task| &task.spec().id), "columns": columns,
        "signals": signals.iter().map(signal).collect::<Value>(),
        "measures": measures().iter().map(|measure| {
            json!({ "measure": measure.name, "unit": measure.unit, "meaning": sentence(&measure.meaning) })
        }).collect::<Value>(),
    })
}

/// The files of a table, each with the commands that write it.
fn heading(files: &[(&str, &str)]) -> String {
    let mut order = Vec::new();
    let mut by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (command, file) in files {
        if !by.contains_key(file) {
            order.push(file);
        }
        by.entry(file).or_default().push(command);
    }
    let told = order.iter().map(|&&file| match file.starts_with("--") {
        true => format!("{} {file}", by[file].join(", ")),
        false => format!("{file} ({})", by[file].join(", ")),
    });
    told.collect::<Vec<_>>().join("; ")
}

fn rows(what: &str, columns: &[Column]) -> String {
    let row = |column: &Column| vec![column.name.to_string(), column.unit.to_string(), sentence(&column.meaning)];
    table(&[what, "unit", "meaning"], &columns.iter().map(row).collect::<Vec<_>>())
}

/// A meaning as a sentence.
pub fn sentence(meaning: &str) -> String {
    let mut letters = meaning.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_envs::Registry;

    #[test]
    fn every_column_has_a_unit_and_a_meaning_in_more_than_a_word_and_is_told_once() {
        let registry = Registry::default();
        let tasks: Vec<Blueprint> = registry.task_ids().iter().map(|id| registry.task(id).unwrap()).collect();
        for task in tasks.iter().map(Some).chain([None]) {
            let signals = Table { files: vec![("any", "signals")], columns: signals() };
            let measures = Table { files: vec![("any", "measures")], columns: measures() };
            for Table { files, columns } in tables(task).iter().chain([&signals, &measures]) {
                let mut names: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
                for Column { name, unit, meaning } in columns {
                    let at = format!("{:?} {files:?} {name}", task.map(|task| &task.spec().id));
                    assert!(!unit.trim().is_empty(), "{at}");
                    assert!(meaning.trim() == meaning && meaning.contains(' '), "{at}: {meaning}");
                    assert!(!meaning.contains('\n') && !meaning.contains("  "), "{at}: {meaning}");
                }
                names.sort_unstable();
                names.dedup();
                assert_eq!(names.len(), columns.len(), "{files:?}");
            }
        }
    }

    #[test]
    fn a_meaning_becomes_a_sentence() {
        assert_eq!(sentence("largest force of a finger"), "Largest force of a finger.");
        assert_eq!(sentence("ärmer"), "Ärmer.");
    }
}
