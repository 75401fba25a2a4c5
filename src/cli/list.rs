//! `etude list`: lists tasks, agents and experiments.

use super::flags::Common;
use super::stdout::{print, print_json};
use super::table::table;
use crate::catalog::Catalog;
use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::json;
use std::process::ExitCode;

#[derive(Args)]
pub struct List {
    /// What to list [default: everything]
    kind: Option<Kind>,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Tasks,
    Agents,
    Experiments,
}

impl List {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let wanted = |kind| self.kind.is_none_or(|only| only == kind);
        let mut document = serde_json::Map::new();
        let mut tables = Vec::new();
        if wanted(Kind::Tasks) {
            let mut rows = Vec::new();
            for id in catalog.tasks.task_ids() {
                rows.push(vec![id.clone(), catalog.tasks.task(&id)?.spec().summary.clone()]);
            }
            add("task", "tasks", rows, &mut document, &mut tables);
        }
        if wanted(Kind::Agents) {
            let mut rows = Vec::new();
            for name in catalog.agent_names() {
                rows.push(vec![name.clone(), catalog.agent(&name)?.summary().to_string()]);
            }
            add("agent", "agents", rows, &mut document, &mut tables);
        }
        if wanted(Kind::Experiments) {
            let mut rows = Vec::new();
            for name in catalog.experiment_names() {
                let question = catalog.experiment(&name, None)?.spec.question;
                rows.push(vec![name, question]);
            }
            add("experiment", "experiments", rows, &mut document, &mut tables);
        }
        if self.common.json {
            print_json(&document.into())?;
        } else {
            print(&tables.join("\n"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn add(
    one: &str,
    many: &str,
    rows: Vec<Vec<String>>,
    document: &mut serde_json::Map<String, serde_json::Value>,
    tables: &mut Vec<String>,
) {
    tables.push(table(&[one, "description"], &rows));
    let entries = rows.iter().map(|row| json!({ one: row[0], "summary": row[1] })).collect();
    document.insert(many.into(), entries);
}
