//! `etude transfer`: what practice of one skill is worth for another.

use super::flags::{Common, Settings, Threads};
use super::kinds::{Kind, refuse_other_kinds};
use super::numbers::{seed, whole_number};
use super::runs::folder;
use super::stdout::print_summary;
use super::table::table;
use crate::catalog::Catalog;
use crate::report::{UNDEFINED, definitions};
use crate::run::limits::MOST_SUBJECTS;
use crate::transfer::measures::FEWEST_SUBJECTS;
use crate::transfer::summary::Summary;
use crate::transfer::{Shard, TransferSpec, transfer};
use anyhow::Result;
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Transfer {
    /// Experiment name, or path of its YAML file
    experiment: String,
    /// Output folder [default: a new one in runs/, named after the experiment]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Agent name, or path of its YAML file [default: the experiment's]
    #[arg(long)]
    agent: Option<String>,
    /// Subjects in each group [default: the experiment's]
    #[arg(long, value_parser = whole_number::<1, MOST_SUBJECTS>)]
    subjects: Option<u64>,
    /// Seed of all randomness [default: the experiment's]
    #[arg(long, value_parser = seed)]
    seed: Option<u64>,
    /// Resume the experiment in the output folder; the result is bit-identical to an uninterrupted run
    #[arg(long)]
    resume: bool,
    /// Run only a part of the subjects, e.g. 3/16; `etude merge` joins the parts
    #[arg(long, value_name = "PART/PARTS")]
    shard: Option<Shard>,
    /// Multiply all numbers of steps, e.g. by 0.01 for a rehearsal
    #[arg(long, value_name = "FACTOR", value_parser = factor)]
    scale_steps: Option<f64>,
    /// Env steps between records of the agent's signals; 0 for none
    #[arg(long, value_name = "STEPS", default_value = "0", value_parser = whole_number::<0, 1_000_000_000>)]
    signals_every: u64,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    common: Common,
}

impl Transfer {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        refuse_other_kinds(catalog, &self.experiment, Kind::Experiment)?;
        let mut experiment = catalog.experiment_set(&self.experiment, self.agent.as_deref(), &self.settings.set)?;
        let spec = &mut experiment.spec;
        spec.subjects = self.subjects.unwrap_or(spec.subjects);
        spec.seed = self.seed.unwrap_or(spec.seed);
        if let Some(factor) = self.scale_steps {
            *spec = spec.clone().scaled(factor);
        }
        let spec = TransferSpec::new(&experiment, self.signals_every, self.shard);
        let quiet = self.common.quiet || self.common.json;
        let part = self.shard.map(|Shard { index, of }| format!("_part-{index}-of-{of}")).unwrap_or_default();
        let out = folder(self.out.as_deref(), &format!("{}{part}", spec.experiment.experiment), self.resume);
        let summary = transfer(catalog, &experiment, &spec, self.threads.count(), &out, self.resume, quiet)?;
        show(&summary, &out, &self.common)
    }
}

/// A p-value: one below 0.00005 is not 0.
fn p_value(p: f64) -> String {
    if p < 0.000_05 { "<0.0001".into() } else { format!("{p:.4}") }
}

/// The name of a measure, as the report has it.
fn name_of(measure: &str) -> String {
    let known = definitions::ALL.iter().find(|definition| definition.measure == measure);
    known.map_or_else(|| measure.replace('_', " "), |definition| definition.name.to_lowercase())
}

/// Prints a summary as the flags specify.
pub fn show(summary: &Summary, out: &Path, common: &Common) -> Result<ExitCode> {
    print_summary(summary.faults, common.json, || summary.to_json(), || report(summary, out))
}

fn report(summary: &Summary, out: &Path) -> String {
    let thousands = |steps: f64| format!("{:.1}", steps / 1000.0);
    let groups = summary.groups.0.iter().map(|(name, group)| {
        vec![
            name.clone(),
            thousands(group.practice_steps as f64),
            group
                .practice
                .last()
                .map(|block| format!("{}/{}", block.reached_criterion, group.subjects))
                .unwrap_or_default(),
            format!("{:.3}", group.score_first_iqm),
            format!("{:.3}", group.score_final_iqm),
            group
                .score_final_low
                .zip(group.score_final_high)
                .map_or("none".into(), |(low, high)| format!("{low:.3} to {high:.3}")),
            format!("{:.3}", group.area),
            group.steps_to_criterion.map_or("not reached".into(), thousands),
            format!("{}/{}", group.reached_criterion, group.subjects),
        ]
    });
    let number = |value: Option<f64>| match value {
        Some(value) if value.abs() >= 100.0 => format!("{value:.0}"),
        Some(value) => format!("{value:.3}"),
        None => "-".into(),
    };
    let measures = summary.measures.0.iter().map(|(name, measure)| {
        let (group, what) = name.rsplit_once('.').unwrap_or((name, ""));
        let star = if measure.significant { "*" } else { "" };
        vec![
            group.replace('_', " "),
            name_of(what),
            measure.value.map_or("undefined".into(), |value| number(Some(value))),
            number(measure.low),
            number(measure.high),
            measure.p_adjusted.map_or("-".into(), p_value),
            star.into(),
        ]
    });
    let group_header = [
        "group",
        "practice k",
        "learned it",
        "first score",
        "last score",
        "95 % interval",
        "mean score",
        "k steps to criterion",
        "reached",
    ];
    let subjects = summary.groups.0.first().map_or(0, |(_, group)| group.subjects);
    let measures: Vec<Vec<String>> = measures.collect();
    // A single group is compared with none.
    let measured = match measures.is_empty() {
        true => String::new(),
        false => format!(
            "\nMeasures against {} with 95 % intervals ({subjects} subjects, paired; p is adjusted for the {} tests of the experiment \
             by Holm's method; * p is below 0.05 and the interval excludes the value of no effect)\n\n{}\n",
            summary.reference,
            summary.tests,
            table(&["group", "measure", "value", "low", "high", "p", ""], &measures)
        ),
    };
    let mut notes = String::new();
    if subjects < FEWEST_SUBJECTS {
        notes += &format!("With fewer than {FEWEST_SUBJECTS} subjects nothing is called significant.\n");
    }
    if summary.measures.0.iter().any(|(_, measure)| measure.value.is_none()) {
        notes += &format!("{UNDEFINED}\n");
    }
    format!(
        "{}: {}\n{} is tested on {} for {} k steps; the criterion is a score of {} in two evaluations in a row\n\n\
         {}\n{measured}{notes}\
         Evaluations: {}. Steps to criterion are restricted means: a subject that never reached it counts with all {} k; not \
         reached if no subject did. Only transfer effectiveness takes the cost of practice into account.\nReport {}\n",
        summary.experiment,
        summary.question,
        summary.agent,
        summary.test,
        thousands(summary.test_steps as f64),
        summary.criterion,
        table(&group_header, &groups.collect::<Vec<_>>()),
        summary.evaluation,
        thousands(summary.test_steps as f64),
        out.join("report.html").display(),
    )
}

/// Parses the factor by which numbers of steps are multiplied.
pub fn factor(text: &str) -> Result<f64, String> {
    let expected = || "expected a number above 0 and at most 1000".to_string();
    text.parse::<f64>().ok().filter(|factor| *factor > 0.0 && *factor <= 1000.0).ok_or_else(expected)
}
