//! The book's pages of tasks are what the registry says. `ETUDE_NEW_PAGES=1 cargo test --test pages` regenerates them.

mod common;

use common::json;
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;

const PICTURES: [(&str, &str, &str); 4] = [
    ("cursor", "watch-cursor.gif", "A cursor on its way to targets, and the units that steer it"),
    ("cycling", "watch-cycling.gif", "A bicycle ridden by a trained brain"),
    ("fretting", "watch-fretting.gif", "Notes on their way to a fretboard"),
    ("reaching", "watch-reaching.gif", "Reaches in a force field"),
];

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A row of a Markdown table.
fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | "))
}

/// A table of a space's fields; a row of like ones is one line.
fn fields(space: &Value) -> String {
    let all = space.as_array().unwrap();
    let stem = |field: &Value| text(field, "name").trim_end_matches(|letter: char| letter.is_ascii_digit()).to_string();
    let rest = |field: &Value| {
        (stem(field), field["unit"].clone(), field["low"].clone(), field["high"].clone(), field["meaning"].clone())
    };
    let mut page = row(&["field", "unit", "range", "role", "meaning"]) + &row(&["---"; 5]);
    for like in all.chunk_by(|one, other| stem(one) != text(one, "name") && rest(one) == rest(other)) {
        let (first, last) = (&like[0], &like[like.len() - 1]);
        let name = if like.len() > 2 {
            format!("`{}` … `{}`", text(first, "name"), text(last, "name"))
        } else {
            like.iter().map(|field| format!("`{}`", text(field, "name"))).collect::<Vec<_>>().join(", ")
        };
        // As the registry has it, which counts in 32 bits.
        let number = |key: &str| first[key].as_f64().unwrap() as f32;
        let range = format!("{} to {}", number("low"), number("high"));
        page += &row(&[&name, text(first, "unit"), &range, text(first, "role"), text(first, "meaning")]);
    }
    page
}

/// The page of a family, from what `describe` says of its tasks.
fn page(family: &str, tasks: &[Value]) -> String {
    let (_, picture, caption) = PICTURES.iter().find(|(name, ..)| *name == family).unwrap();
    let mut page = format!(
        "# The tasks of `{family}`\n\n![{caption}](../{picture})\n\nThis page is generated from the registry. `etude describe TASK` prints the \
         same, `--fields` explains every field of a task's YAML, and [Tasks and agents](../tasks.md) has the scores of the agents.\n\n"
    );
    // Agents can move between tasks whose spaces are the same.
    let body = |task: &Value| (task["observation"].clone(), task["action"].clone());
    let mut bodies: Vec<Vec<&Value>> = Vec::new();
    for task in tasks {
        match bodies.iter_mut().find(|known| body(known[0]) == body(task)) {
            Some(known) => known.push(task),
            None => bodies.push(vec![task]),
        }
    }
    for (index, same) in bodies.iter().enumerate() {
        let names: Vec<String> = same.iter().map(|task| format!("`{}`", text(task, "task"))).collect();
        let _ =
            write!(page, "## Body {}\n\nTasks between which an agent can move: {}.\n\n", index + 1, names.join(", "));
        let first = same[0];
        for (title, key) in [("Observation", "observation"), ("Action", "action")] {
            let count = first[key].as_array().unwrap().len();
            let _ = write!(page, "**{title}** ({count})\n\n{}\n", fields(&first[key]));
        }
        let metrics = first["metrics"].as_array().unwrap();
        if !metrics.is_empty() {
            page +=
                &format!("**Metrics of an episode**\n\n{}{}", row(&["metric", "unit", "meaning"]), row(&["---"; 3]));
            for metric in metrics {
                page += &row(&[&format!("`{}`", text(metric, "name")), text(metric, "unit"), text(metric, "meaning")]);
            }
            page.push('\n');
        }
        for task in same {
            let _ = write!(page, "### `{}`\n\n{}\n\n", text(task, "task"), text(task, "summary"));
            for (title, key) in [("Score", "score"), ("Reward", "reward"), ("Start", "start"), ("End", "end")] {
                let _ = writeln!(page, "- {title}: {}", text(task, key));
            }
            let rate = 1.0 / task["control_interval_s"].as_f64().unwrap();
            let _ =
                writeln!(page, "- Time: {rate:.0} actions per second, at most {} in an episode", task["step_limit"]);
            if let Some(trials) = task["schedule"]["trials"].as_u64() {
                let _ = writeln!(page, "- Schedule: {trials} trials, at most {} actions", task["schedule"]["steps"]);
            }
            page.push('\n');
        }
    }
    page.trim_end().to_string() + "\n"
}

#[test]
fn the_pages_of_tasks_are_what_the_registry_says() {
    let folder = tempfile::tempdir().unwrap();
    let list = json(folder.path(), &["list", "tasks"]);
    let ids: Vec<&str> = list["tasks"].as_array().unwrap().iter().map(|task| text(task, "task")).collect();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tasks");
    for (family, ..) in PICTURES {
        let own = ids.iter().filter(|id| id.starts_with(&format!("{family}/")));
        let tasks: Vec<Value> = own.map(|id| json(folder.path(), &["describe", id])).collect();
        assert!(tasks.len() > 3, "{family}");
        let (path, page) = (docs.join(format!("{family}.md")), page(family, &tasks));
        if std::env::var_os("ETUDE_NEW_PAGES").is_some() {
            fs::create_dir_all(&docs).unwrap();
            fs::write(&path, &page).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == page, "{} is not what the registry says; ETUDE_NEW_PAGES=1 regenerates it", path.display());
    }
    let families: std::collections::BTreeSet<&str> = ids.iter().filter_map(|id| id.split('/').next()).collect();
    assert_eq!(families.len(), PICTURES.len(), "a family has no page");
}
