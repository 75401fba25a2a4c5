//! The page with every column of every table that a run writes.

use super::markdown::{code, list, table, text};
use serde_json::Value;

/// Rows of one table: each command that writes it with the file, and its columns as name, unit and meaning.
struct Table<'a> {
    files: Vec<(&'a str, &'a str)>,
    columns: Vec<[&'a str; 3]>,
}

/// The page, from what `describe --columns` says.
pub fn page(told: &Value) -> String {
    let mut page = "# The data dictionary\n\nEvery column of every table that a run leaves behind, with unit and meaning. Units are SI; `1` is a plain \
        number, and `its own` that of what the column holds. A cell is empty where something was not measured. A name in capitals stands for \
        several columns: a task's metrics and fields are on its own page ([Tasks and agents](tasks.md)), and `describe --columns TASK` prints this \
        dictionary with them. Files that are no tables are in [The run folder](run-folder.md).\n\nThis page is generated from the \
        program.\n"
        .to_string();
    for Table { files, columns } in tables(told) {
        page += &format!("\n## {}\n\nWritten by {}.\n\n", title(&files), writers(&files));
        page += &table(
            ["column", "unit", "meaning"],
            columns.iter().map(|[name, unit, meaning]| [code(name), unit.to_string(), meaning.to_string()]),
        );
    }
    page +=
        "\n## Signals\n\nWhat the column `signal` of `logs/*.signals.csv` may be, if the agent has such a part.\n\n";
    let signal =
        |signal: &Value| [code(text(signal, "signal")), text(signal, "unit").into(), text(signal, "meaning").into()];
    page += &table(["signal", "unit", "meaning"], list(told, "signals").iter().map(signal));
    page += "\n## Measures of transfer\n\nWhat `summary.json` of `transfer` holds for each group, against the reference unless the measure says \
             otherwise; `NAME against OTHER` is a contrast of two groups.\n\n";
    let measure = |measure: &Value| {
        [code(text(measure, "measure")), text(measure, "unit").into(), text(measure, "meaning").into()]
    };
    page + &table(["measure", "unit", "meaning"], list(told, "measures").iter().map(measure))
}

/// The rows by table: those of the same columns are of one.
fn tables(told: &Value) -> Vec<Table<'_>> {
    let rows = list(told, "columns");
    let mut tables: Vec<Table<'_>> = Vec::new();
    for file in rows.chunk_by(|one, other| (&one["command"], &one["file"]) == (&other["command"], &other["file"])) {
        let columns: Vec<[&str; 3]> =
            file.iter().map(|row| ["column", "unit", "meaning"].map(|key| text(row, key))).collect();
        let Some(written) = file.first().map(|row| (text(row, "command"), text(row, "file"))) else { continue };
        match tables.last_mut().filter(|last| last.columns == columns) {
            Some(last) => last.files.push(written),
            None => tables.push(Table { files: vec![written], columns }),
        }
    }
    tables
}

/// The files of a table, each once.
fn title(files: &[(&str, &str)]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (_, file) in files {
        if !names.contains(file) {
            names.push(file);
        }
    }
    names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ")
}

/// The commands that write it, each once, with the files or flags.
fn writers(files: &[(&str, &str)]) -> String {
    let mut commands: Vec<(&str, Vec<String>)> = Vec::new();
    for (command, file) in files {
        match commands.iter_mut().find(|(known, _)| known == command) {
            Some((_, files)) => files.push(code(file)),
            None => commands.push((command, vec![code(file)])),
        }
    }
    commands.iter().map(|(name, files)| format!("`{name}` ({})", files.join(", "))).collect::<Vec<_>>().join(", ")
}

#[test]
fn tables_with_the_same_columns_are_one_and_others_are_not() {
    let row = |command: &str, file: &str, column: &str| serde_json::json!({ "command": command, "file": file, "column": column, "unit": "1", "meaning": "A b." });
    let told = serde_json::json!({
        "columns": [row("train", "a.csv", "x"), row("train", "a.csv", "y"), row("sweep", "b.csv", "x"), row("sweep", "b.csv", "y"), row("train", "c.csv", "x")],
        "signals": [],
    });
    let found: Vec<usize> = tables(&told).iter().map(|table| table.files.len()).collect();
    assert_eq!(found, [2, 1]);
    let page = page(&told);
    assert!(page.contains("## `a.csv`, `b.csv`\n\nWritten by `train` (`a.csv`), `sweep` (`b.csv`).\n"), "{page}");
}
