//! `etude transfer-matrix`: what practice of each task is worth for each of the others.

use super::flags::{Common, Settings, Threads};
use super::numbers::{seed, whole_number};
use super::runs::folder;
use super::stdout::print_summary;
use super::table::table;
use crate::catalog::{Catalog, body_differences};
use crate::figure::{Quantity, interval_in_words, number, steps};
use crate::matrix::{self, MOST_TASKS, MatrixSpec, STATION, Summary, estimate, in_files, short_names, station};
use crate::run::limits::{MOST_EPISODES, MOST_STEPS, MOST_SUBJECTS};
use crate::transfer::Shard;
use crate::transfer::measures::{FEWEST_SUBJECTS, Measure};
use anyhow::{Result, bail};
use clap::Args;
use etude_envs::document::{nearest, shown};
use etude_envs::task::Blueprint;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct TransferMatrix {
    /// Tasks (names or paths of YAML files), or a family for all its tasks; each is practised before each of the others
    #[arg(required_unless_present = "sequence", value_delimiter = ',')]
    tasks: Vec<String>,
    /// Tasks to practise one after another, for the measures of Continual World: average performance, forward transfer and
    /// forgetting
    #[arg(long, value_name = "TASK,TASK,…", value_delimiter = ',')]
    sequence: Vec<String>,
    /// Agent name, or path of its YAML file
    #[arg(long, default_value = "brain")]
    agent: String,
    /// Subjects in each cell
    #[arg(long, default_value = "10", value_parser = whole_number::<1, MOST_SUBJECTS>)]
    subjects: u64,
    /// Env steps of each test, and of each task in a sequence
    #[arg(long, default_value = "150_000", value_parser = whole_number::<1, MOST_STEPS>)]
    steps: u64,
    /// Env steps of practice before each test [default: as many as in the test]
    #[arg(long, value_parser = whole_number::<1, MOST_STEPS>)]
    practice_steps: Option<u64>,
    /// Env steps between evaluations
    #[arg(long, default_value = "10_000", value_parser = whole_number::<1, MOST_STEPS>)]
    evaluate_every: u64,
    /// Episodes in an evaluation
    #[arg(long, default_value = "5", value_parser = whole_number::<1, MOST_EPISODES>)]
    evaluation_episodes: u64,
    /// Seed of all randomness
    #[arg(long, default_value = "0", value_parser = seed)]
    seed: u64,
    /// Output folder [default: a new one in runs/, named after the agent]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Resume the matrix in the output folder; the result is bit-identical to an uninterrupted run
    #[arg(long)]
    resume: bool,
    /// Run only a part of the subjects, e.g. 3/16; `etude merge` joins the parts
    #[arg(long, value_name = "PART/PARTS")]
    shard: Option<Shard>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    common: Common,
}

impl TransferMatrix {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let agent = catalog.agent_set(&self.agent, &self.settings.set)?;
        let mut tasks = BTreeMap::new();
        let mut ids_of = |names: &[String]| -> Result<Vec<String>> {
            let names = named(catalog, names)?;
            let ids = names.iter().map(|name| self.task(catalog, name, &mut tasks));
            ids.collect()
        };
        let (ids, sequence) = (ids_of(&self.tasks)?, ids_of(&self.sequence)?);
        for (index, id) in ids.iter().enumerate() {
            if ids[..index].contains(id) {
                bail!("{id} is named twice; expected each task once");
            }
        }
        for (what, named, ids) in [("a matrix", &self.tasks, &ids), ("a sequence", &self.sequence, &sequence)] {
            if !named.is_empty() && !(2..=MOST_TASKS).contains(&ids.len()) {
                bail!("expected from 2 to {MOST_TASKS} tasks in {what}, found {}", ids.len());
            }
        }
        refuse_pairs(&tasks)?;
        if let Some(task) = sequence.iter().find(|id| tasks[*id].scheduled()) {
            bail!(
                "{task} is a schedule of trials, evaluated at the trial that practice has reached, so its retention after other \
                 tasks cannot be measured; expected tasks in --sequence whose episodes are all alike"
            );
        }
        let spec = MatrixSpec {
            tasks: ids,
            sequence,
            agent: agent.name().into(),
            subjects: self.subjects,
            seed: self.seed,
            practice_steps: self.practice_steps.unwrap_or(self.steps),
            steps: self.steps,
            evaluate_every: self.evaluate_every,
            evaluation_episodes: self.evaluation_episodes,
            shard: self.shard,
            agent_yaml: agent.yaml().into(),
            tasks_yaml: tasks.iter().map(|(id, task)| (id.clone(), task.yaml())).collect(),
        };
        let name = format!("matrix_{}", in_files(agent.name()));
        let out = folder(self.out.as_deref(), &name, self.resume);
        let quiet = self.common.quiet || self.common.json;
        let summary = matrix::run(&spec, &tasks, &agent, self.threads.count(), &out, self.resume, quiet)?;
        show(&summary, &out, &self.common)
    }

    /// The id of a task, which is added to `tasks`.
    fn task(&self, catalog: &Catalog, name: &str, tasks: &mut BTreeMap<String, Blueprint>) -> Result<String> {
        let task = catalog.task_set(name, &self.settings.set)?;
        let id = task.spec().id.clone();
        if let Some(other) = tasks.keys().find(|known| **known != id && in_files(known) == in_files(&id)) {
            bail!("the files of {id} and {other} would have the same names; expected another id for one of them");
        }
        if tasks.get(&id).is_some_and(|known| known.yaml() != task.yaml()) {
            bail!("two different tasks are called {id}; expected a distinct id for each");
        }
        tasks.insert(id.clone(), task);
        Ok(id)
    }
}

/// Names of tasks, with each family replaced by its tasks.
fn named(catalog: &Catalog, names: &[String]) -> Result<Vec<String>> {
    let ids = catalog.tasks.task_ids();
    let mut families: Vec<&str> = ids.iter().filter_map(|id| id.split('/').next()).collect();
    families.dedup();
    let mut all = Vec::new();
    for name in names {
        if families.contains(&name.as_str()) {
            all.extend(ids.iter().filter(|id| id.split('/').next() == Some(name)).cloned());
        } else if name.contains(['/', '.']) {
            all.push(name.clone());
        } else {
            let near = nearest(name, families.iter().copied())
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            bail!(
                "unknown family `{}`{near} (expected a family: {}; a task; or the path of its YAML file)",
                shown(name),
                families.join(", ")
            );
        }
    }
    Ok(all)
}

/// Refuses tasks between which no agent can move.
fn refuse_pairs(tasks: &BTreeMap<String, Blueprint>) -> Result<()> {
    let mut bodies: Vec<Vec<&Blueprint>> = Vec::new();
    for task in tasks.values() {
        match bodies.iter_mut().find(|body| body_differences(task.spec(), body[0].spec()).is_empty()) {
            Some(body) => body.push(task),
            None => bodies.push(vec![task]),
        }
    }
    let [first, second, ..] = &bodies[..] else { return Ok(()) };
    let differences = body_differences(second[0].spec(), first[0].spec());
    let ids = |body: &Vec<&Blueprint>| body.iter().map(|task| task.spec().id.as_str()).collect::<Vec<_>>().join(", ");
    bail!(
        "{} cannot be paired with {} ({}); expected tasks of one body: {}",
        second[0].spec().id,
        first[0].spec().id,
        differences.join("; "),
        bodies.iter().map(ids).collect::<Vec<_>>().join("; or ")
    )
}

/// Prints a summary as the flags specify.
pub fn show(summary: &Summary, out: &Path, common: &Common) -> Result<ExitCode> {
    print_summary(summary.faults, common.json, || summary.to_json(), || report(summary, out))
}

fn report(summary: &Summary, out: &Path) -> String {
    let mut text = format!("{}, {} subjects, seed {}\n\n", summary.agent, summary.subjects, summary.seed);
    if !summary.cells.is_empty() {
        text += &cells(summary);
    }
    if let Some(sequence) = &summary.sequence {
        let rows: Vec<Vec<String>> = sequence.tasks.iter().map(station).collect();
        text += &format!(
            "In sequence, {} steps of each task (Wołczyk et al. 2021):\n\n{}\n\
             Average performance {}, forward transfer {}, forgetting {}\n",
            steps(summary.steps as f64),
            table(&STATION, &rows),
            estimate(&sequence.average_performance),
            sequence.forward_transfer.as_ref().map_or("undefined".into(), estimate),
            estimate(&sequence.forgetting),
        );
    }
    if summary.subjects < FEWEST_SUBJECTS {
        text += &format!("With fewer than {FEWEST_SUBJECTS} subjects nothing is called significant.\n");
    }
    text + &format!("Evaluations: {}.\nReport {}\n", summary.evaluation, out.join("report.html").display())
}

fn cells(summary: &Summary) -> String {
    let tasks: Vec<String> = summary.scratch.iter().map(|scratch| scratch.task.clone()).collect();
    let names = short_names(&tasks);
    let row = |(practised, name): (&String, &String)| {
        let cell = |tested: &String| {
            let found = summary.cells.iter().find(|cell| cell.practised == *practised && cell.tested == *tested);
            let measure = found
                .map(|cell| (cell.area_difference.value.map_or("undefined".into(), number), &cell.area_difference));
            measure.map_or(String::new(), |(value, measure)| value + star(measure))
        };
        std::iter::once(name.clone()).chain(tasks.iter().map(cell)).collect()
    };
    let grid: Vec<Vec<String>> = tasks.iter().zip(&names).map(row).collect();
    let header: Vec<&str> = std::iter::once("practised \\ tested").chain(names.iter().map(String::as_str)).collect();
    let pairs: Vec<Vec<String>> = summary
        .cells
        .iter()
        .map(|cell| {
            vec![
                cell.practised.clone(),
                cell.tested.clone(),
                estimate(&cell.zero_shot),
                told(&cell.zero_shot_gain),
                told(&cell.area_difference),
            ]
        })
        .collect();
    format!(
        "Mean score over {} steps of a test after {} steps of practice, minus that from scratch:\n\n{}\n\
         With 95 % intervals; * p, adjusted for all {} tests by Holm's method, is below 0.05 and the interval excludes 0:\n\n{}\n",
        steps(summary.steps as f64),
        steps(summary.practice_steps as f64),
        table(&header, &grid),
        summary.tests,
        table(
            &["practised", "tested", "zero-shot score", "minus novices'", "mean score minus that from scratch"],
            &pairs
        ),
    )
}

fn told(measure: &Measure) -> String {
    let ends = interval_in_words(measure.low.zip(measure.high), Quantity::Number);
    measure.value.map_or("undefined".into(), |value| format!("{} ({ends}){}", number(value), star(measure)))
}

fn star(measure: &Measure) -> &'static str {
    if measure.significant { " *" } else { "" }
}
