//! `etude check`: checks that tasks keep the gym's contract.

use super::flags::Common;
use super::stdout::{print, print_json};
use crate::catalog::Catalog;
use anyhow::Result;
use clap::Args;
use serde_json::json;
use std::process::ExitCode;

#[derive(Args)]
pub struct Check {
    /// Task names or paths of YAML files [default: all tasks]
    tasks: Vec<String>,
    #[command(flatten)]
    common: Common,
}

impl Check {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let names = if self.tasks.is_empty() { catalog.tasks.task_ids() } else { self.tasks.clone() };
        let mut results = Vec::new();
        for name in names {
            let blueprint = catalog.tasks.task(&name)?;
            let failures = etude_envs::check::check(&blueprint);
            if !self.common.json {
                let verdict = if failures.is_empty() { "passed" } else { "FAILED" };
                print(&format!("{}  {verdict}\n", blueprint.spec().id))?;
                failures.iter().try_for_each(|failure| print(&format!("  {failure}\n")))?;
            }
            results.push(json!({
                "task": blueprint.spec().id, "passed": failures.is_empty(), "failures": failures,
            }));
        }
        let passed = results.iter().all(|result| result["passed"] == true);
        if self.common.json {
            print_json(&json!({ "tasks": results }))?;
        }
        Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
