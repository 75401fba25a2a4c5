//! `etude bench`: the speed of tasks and of learning on them, as ratios within one run.

use super::{Common, Settings, print, print_json, table::table, whole_number};
use crate::bench::{Bencher, Row};
use crate::catalog::Catalog;
use crate::tell::tell;
use anyhow::Result;
use clap::Args;
use serde_json::json;
use std::process::ExitCode;

#[derive(Args)]
pub struct Bench {
    /// Task names or paths of YAML files [default: all tasks]
    tasks: Vec<String>,
    /// Agent whose learning is timed
    #[arg(long, default_value = "dopamine")]
    agent: String,
    /// Numbers of lanes
    #[arg(long, value_delimiter = ',', default_value = "1,64,1024", value_parser = whole_number::<1, 65_536>)]
    lanes: Vec<u64>,
    /// Numbers of threads [default: 1 and all cores]
    #[arg(long, value_delimiter = ',', value_parser = whole_number::<1, 1024>)]
    threads: Vec<u64>,
    /// Seconds of measuring per figure
    #[arg(long, default_value = "1", value_parser = whole_number::<1, 600>)]
    seconds: u64,
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
        if self.common.json {
            print_json(&json!({ "tasks": rows }))?;
        } else {
            print(&render(&rows))?;
        }
        Ok(ExitCode::SUCCESS)
    }
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
