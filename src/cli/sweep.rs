//! `etude sweep`: which settings are best, selected on some subjects and confirmed on others.

use super::flags::{Common, Threads};
use super::runs::folder;
use super::stdout::print_summary;
use super::table::table;
use crate::catalog::Catalog;
use crate::sweep::{Entry, Summary, Sweep, in_words, short_values, told_in_words};
use crate::transfer::Shard;
use anyhow::Result;
use clap::Args;
use etude_envs::document::Document;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Number of settings in the report in the terminal.
const SHOWN: usize = 10;

#[derive(Args)]
pub struct SweepArgs {
    /// Path of the sweep's YAML file
    sweep: PathBuf,
    /// Output folder [default: a new one in runs/, named after the sweep]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Resume the sweep in the output folder; the result is bit-identical to an uninterrupted run
    #[arg(long)]
    resume: bool,
    /// Try only a part of the settings, e.g. 3/16; `etude merge` joins the parts, and --resume then confirms the best
    #[arg(long, value_name = "PART/PARTS")]
    shard: Option<Shard>,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    common: Common,
}

impl SweepArgs {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let sweep = Sweep::read(catalog, &Document::open(&self.sweep)?, self.shard)?;
        let name = format!("sweep_{}", sweep.name());
        let out = folder(self.out.as_deref(), &name, self.resume);
        let quiet = self.common.quiet || self.common.json;
        let summary = sweep.run(self.threads.count(), &out, self.resume, quiet)?;
        show(&summary, &out, &self.common)
    }
}

/// Prints a summary as the flags specify.
pub fn show(summary: &Summary, out: &Path, common: &Common) -> Result<ExitCode> {
    print_summary(summary.faults, common.json, || summary.to_json(), || report(summary, out))
}

fn report(summary: &Summary, out: &Path) -> String {
    let row = |entry: &Entry| {
        vec![
            entry.rank.to_string(),
            short_values(entry),
            told_in_words(summary.measure, &entry.selection),
            entry.confirmation.as_ref().map_or("-".into(), |told| told_in_words(summary.measure, told)),
            entry.optimism.as_ref().map_or("-".into(), |optimism| in_words(summary.measure, optimism)),
        ]
    };
    let rows: Vec<Vec<String>> = summary.settings.iter().take(SHOWN.max(summary.best as usize)).map(row).collect();
    let selection = format!("selected on seed {}", summary.selection_seed);
    let confirmation = format!("confirmed on seed {}", summary.confirmation_seed);
    let left_out = summary.settings.len() - rows.len();
    let rest = if left_out > 0 { format!("and {left_out} more, in settings.csv\n") } else { String::new() };
    format!(
        "{}\n{}\n\n{}{rest}\n{}\nReport {}\n",
        summary.title(),
        summary.design(),
        table(&["rank", "setting", &selection, &confirmation, "optimism"], &rows),
        summary.finding(),
        out.join("report.html").display(),
    )
}
