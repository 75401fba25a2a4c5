//! `etude compare`: runs on one task, side by side.

use super::flags::Common;
use super::stdout::{print, print_json};
use super::table::table;
use crate::compare::compare;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Compare {
    /// Folders written by `etude train` or `etude transfer`, all on the same task (in an experiment, each group's test); the
    /// others are compared with the first
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Score at which the task counts as learned
    #[arg(long, default_value = "0.8", value_parser = score)]
    criterion: f64,
    /// Folder for a report and a figure [default: none is written]
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

impl Compare {
    pub fn run(&self) -> Result<ExitCode> {
        let comparison = compare(&self.folders, self.criterion)?;
        if let Some(out) = &self.out {
            comparison.write(out)?;
        }
        if self.common.json {
            print_json(&serde_json::to_value(&comparison)?)?;
        } else {
            let rows = table(&crate::compare::Comparison::header(), &comparison.rows());
            print(&format!("Agents on {}\n\n{rows}\n{}\n", comparison.task, comparison.legend()))?;
            if let Some(out) = &self.out {
                print(&format!("Report {}\n", out.join("report.html").display()))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn score(text: &str) -> Result<f64, String> {
    let expected = || "expected a score from 0 to 1".to_string();
    text.parse::<f64>().ok().filter(|score| (0.0..=1.0).contains(score)).ok_or_else(expected)
}
