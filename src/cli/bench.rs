//! `etude bench`: the speed of tasks and of learning on them, as ratios within one run.

use super::flags::{Common, Settings};
use super::numbers::whole_number;
use super::stdout::{print, print_json};
use super::table::table;
use crate::bench::{Bencher, Ratios, Row};
use crate::catalog::Catalog;
use crate::tell::tell;
use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Bench {
    /// Task names or paths of YAML files [default: all tasks]
    tasks: Vec<String>,
    /// Agent whose learning is timed
    #[arg(long, default_value = "dopamine")]
    agent: String,
    /// Numbers of lanes, separated by commas
    #[arg(long, value_delimiter = ',', default_value = "1,64,1024", value_parser = whole_number::<1, 65_536>)]
    lanes: Vec<u64>,
    /// Numbers of threads, separated by commas [default: 1 and all cores]
    #[arg(long, value_delimiter = ',', value_parser = whole_number::<1, 1024>)]
    threads: Vec<u64>,
    /// Seconds of measurement per number
    #[arg(long, default_value = "1", value_parser = whole_number::<1, 600>)]
    seconds: u64,
    /// Output of an earlier `bench --json`: print times as ratios to it, corrected for the machine by its speed of bare physics
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    common: Common,
}

impl Bench {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let names = if self.tasks.is_empty() { catalog.tasks.task_ids() } else { self.tasks.clone() };
        let tasks =
            names.iter().map(|name| catalog.task_set(name, &self.settings.set)).collect::<Result<Vec<_>, _>>()?;
        let agent = catalog.agent_set(&self.agent, &self.settings.set)?;
        let mut threads: Vec<usize> = self.threads.iter().map(|&threads| threads as usize).collect();
        if threads.is_empty() {
            threads.push(1);
            let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
            threads.extend((cores > 1).then_some(cores));
        }
        let earlier = self.against.as_deref().map(earlier_rows).transpose()?;
        let bencher = Bencher::new(&tasks, self.seconds as f64);
        let mut rows = Vec::new();
        for (index, task) in tasks.iter().enumerate() {
            for &lanes in &self.lanes {
                for &threads in &threads {
                    if threads as u64 > lanes {
                        continue;
                    }
                    if !self.common.quiet && !self.common.json {
                        tell(&format!("{}: {lanes} lanes, {threads} threads", task.spec().id));
                    }
                    rows.push(bencher.row(index, task, &agent, lanes as usize, threads)?);
                }
            }
        }
        let ratios = earlier.map(|earlier| compared(&rows, &earlier)).unwrap_or_default();
        if let Some(path) = self.against.as_ref().filter(|_| ratios.is_empty()) {
            bail!("{} lacks these tasks with the same numbers of lanes and threads", path.display());
        }
        if self.common.json {
            let mut document = json!({ "tasks": rows });
            if self.against.is_some() {
                document["ratios"] = json!(ratios);
            }
            print_json(&document)?;
        } else {
            print(&render(&rows))?;
            if self.against.is_some() {
                print(&format!("\nTimes relative to the earlier ones; below 1 is faster\n{}", render_ratios(&ratios)))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The document that `bench --json` prints.
#[derive(Deserialize)]
struct Printed {
    tasks: Vec<Row>,
}

fn earlier_rows(path: &Path) -> Result<Vec<Row>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let printed: Printed = serde_json::from_str(&text)
        .with_context(|| format!("{}: expected the output of `etude bench --json`", path.display()))?;
    Ok(printed.tasks)
}

/// Ratios of rows to earlier rows of the same task, lanes and threads; rows without one are left out.
fn compared(rows: &[Row], earlier: &[Row]) -> Vec<Ratios> {
    let key = |row: &Row| (row.task.clone(), row.lanes, row.threads);
    let pairs = rows.iter().filter_map(|row| Some((row, earlier.iter().find(|before| key(before) == key(row))?)));
    pairs.map(|(row, before)| row.against(before)).collect()
}

fn render_ratios(ratios: &[Ratios]) -> String {
    let number = |value: f64| format!("{value:.3}");
    let cells = |ratio: &Ratios| {
        let memory = ratio.memory.map_or("?".into(), number);
        let times = [ratio.machine, ratio.env_step, ratio.learner, ratio.training, ratio.reset].map(number);
        let names = [ratio.task.clone(), ratio.lanes.to_string(), ratio.threads.to_string()];
        names.into_iter().chain(times).chain([memory]).collect()
    };
    let header = ["task", "lanes", "threads", "machine", "env step", "learner", "training", "reset", "memory"];
    table(&header, &ratios.iter().map(cells).collect::<Vec<_>>())
}

fn render(rows: &[Row]) -> String {
    let cells = |row: &Row| {
        vec![
            row.task.clone(),
            row.lanes.to_string(),
            row.threads.to_string(),
            format!("{:.2}", row.bare_physics_us),
            format!("{:.2}", row.env_step_us),
            format!("{:.3}", row.overhead),
            format!("{:.0}", row.env_steps_per_s),
            format!("{:.2}", row.env_speedup),
            format!("{:.2}", row.learner_us),
            format!("{:.0}", row.train_steps_per_s),
            format!("{:.2}", row.train_speedup),
            format!("{:.1}", row.reset_us),
            row.bytes_per_lane.map_or("?".into(), |bytes| format!("{:.0}", bytes as f64 / 1024.0)),
        ]
    };
    let header = [
        "task",
        "lanes",
        "threads",
        "physics µs",
        "env step µs",
        "overhead",
        "env steps/s",
        "speed-up",
        "learner µs",
        "train steps/s",
        "speed-up",
        "reset µs",
        "KiB/lane",
    ];
    table(&header, &rows.iter().map(cells).collect::<Vec<_>>())
}
