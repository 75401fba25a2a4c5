//! `etude analyse RUN`: learning over the trials of a training run.

use super::columns::sentence;
use super::stdout::{print, print_json};
use super::table::table;
use crate::analysis::episodes::{self, read};
use crate::analysis::phases::{Perturbation, Phase};
use crate::analysis::trials::{Columns, Findings, findings};
use crate::catalog::Catalog;
use crate::record::{Column, Log};
use crate::run::folder::{RunSpec, read_record};
use crate::stats::Estimate;
use anyhow::{Result, bail};
use etude_envs::document::{Document, shown};
use etude_envs::task::Blueprint;
use serde_json::{Value, json};
use std::path::Path;

/// Columns that say which episode or trial a row is about, or what was done to it: nothing is learned in them.
const PLACES: [&str; 9] =
    ["subject", "seed", "episode", "steps", "block", "target", "field_strength", "caught", "clamped"];
/// Columns with the perturbation of a trial; the first that a table has is used.
const PERTURBATIONS: [&str; 2] = ["field_strength", "block"];

/// Analyses a measure of the trials of a run folder and prints what is found.
///
/// # Errors
/// A folder that holds no finished training run, or a column that it does not have or that measures nothing.
pub fn analyse(catalog: &Catalog, folder: &Path, measure: &str, as_json: bool) -> Result<()> {
    let run = read_record::<RunSpec>(folder)?.run;
    let known = episodes::columns(folder)?;
    if PLACES.contains(&measure) {
        let others: Vec<&str> = known.iter().map(String::as_str).filter(|name| !PLACES.contains(name)).collect();
        let others = others.into_iter().map(shown).collect::<Vec<_>>().join(", ");
        bail!("`{measure}` says which episode or trial a row is about; expected a measure: {others}");
    }
    let has = |name: &&str| known.iter().any(|column| column == name);
    let mut names = vec![measure];
    let mut place = |name: Option<&'static str>| {
        name.map(|name| {
            names.push(name);
            names.len() - 1
        })
    };
    let mut columns = Columns {
        measure: 0,
        block: place(Some("block").filter(has)),
        perturbation: place(PERTURBATIONS.into_iter().find(has)),
        clamped: place(Some("clamped").filter(has)),
        replaced: place(Some("replaced_field_strength").filter(|_| has(&"clamped"))),
        index: place(Some("adaptation_index").filter(has)),
        target: place(Some("target").filter(has)),
    };
    if measure == "adaptation_index" {
        columns.index = Some(columns.measure);
    }
    let episodes = read(folder, run.subjects, &names)?;
    let task = task_of(catalog, &run);
    let most = episodes.iter().map(Vec::len).max().unwrap_or(0);
    let kinds = task.as_ref().map(|task| task.perturbations(most as u64)).unwrap_or_default();
    let mut found = findings(&episodes, &columns, &kinds);
    if measure == "score" {
        let ends = found.phases.iter_mut().flat_map(|learned| {
            let [start, asymptote, _] = &mut learned.curve;
            [&mut learned.first, &mut learned.last, start, asymptote]
        });
        let all = ends.chain(found.targets.values_mut()).filter_map(Option::as_mut);
        all.for_each(|estimate| *estimate = estimate.within(0.0, 1.0));
    }
    if as_json {
        print_json(&document(&found, measure))
    } else {
        let perturbation = columns.perturbation.map(|column| names[column]);
        let legend = legend(task.as_ref(), &[Some(measure), perturbation.filter(|name| *name != measure)]);
        print(&(text(&found, measure, perturbation, run.subjects) + &legend))
    }
}

/// Units and meanings of columns.
fn legend(task: Option<&Blueprint>, names: &[Option<&str>]) -> String {
    let known = Log::Episodes.columns(task.iter().flat_map(|task| &task.spec().metrics).map(Column::from));
    let row = |name: &&str| {
        known
            .iter()
            .find(|column| column.name == *name)
            .map(|column| vec![column.name.to_string(), column.unit.to_string(), sentence(&column.meaning)])
    };
    let rows: Vec<Vec<String>> = names.iter().flatten().filter_map(row).collect();
    let head = ["column", "unit", "meaning"];
    if rows.is_empty() { String::new() } else { format!("\n{}", table(&head, &rows)) }
}

/// The task of a run, unless this program cannot make it.
fn task_of(catalog: &Catalog, run: &RunSpec) -> Option<Blueprint> {
    match run.task_yaml.is_empty() {
        true => catalog.tasks.task(&run.task).ok(),
        false => catalog.tasks.task_from(&Document::parse("task_yaml", &run.task_yaml).ok()?).ok(),
    }
}

fn text(found: &Findings, measure: &str, perturbation: Option<&str>, subjects: u64) -> String {
    let title = match subjects {
        1 => format!("{measure} of a single subject, without intervals\n\n"),
        _ => format!("{measure}: mean of {subjects} subjects (95 % interval)\n\n"),
    };
    let head = [
        "trials",
        perturbation.unwrap_or("perturbation"),
        "first tenth",
        "last tenth",
        "asymptote",
        "time constant (trials)",
    ];
    let rows: Vec<Vec<String>> = found
        .phases
        .iter()
        .map(|learned| {
            let [_, asymptote, time_constant] = learned.curve;
            let estimates = [learned.first, learned.last, asymptote, time_constant]
                .map(|estimate| estimated(estimate, subjects > 1));
            [vec![trials(&learned.phase), perturbed(&learned.phase)], estimates.to_vec()].concat()
        })
        .collect();
    let mut text = title + &table(&head, &rows);
    if !found.savings.is_empty() {
        let rows: Vec<Vec<String>> = found
            .savings
            .iter()
            .map(|savings| {
                let [before, now] = savings.phases.map(|index| trials(&found.phases[index].phase));
                vec![now, before, estimated(savings.difference, subjects > 1)]
            })
            .collect();
        text += "\nSavings: first tenth of a perturbation that is met again, minus that of the first time\n\n";
        text += &table(&["trials", "first met in", "difference"], &rows);
    }
    if found.targets.values().any(Option::is_some) {
        let rows: Vec<Vec<String>> = found
            .targets
            .iter()
            .map(|(target, value)| vec![target.to_string(), estimated(*value, subjects > 1)])
            .collect();
        text += "\nBy target, in the last phase\n\n";
        text += &table(&["target", measure], &rows);
    }
    if !found.two_state.is_empty() {
        let rows: Vec<Vec<String>> = found
            .two_state
            .iter()
            .map(|(name, value)| vec![name.to_string(), estimated(*value, subjects > 1)])
            .collect();
        text += "\nTwo-state model (Smith, Ghazizadeh & Shadmehr 2006), fitted to adaptation_index in error clamps\n\n";
        text += &table(&["parameter", "value"], &rows);
    }
    text
}

/// The perturbation of a phase: kind and strength.
fn perturbed(phase: &Phase) -> String {
    let Some(Perturbation { kind, strength }) = phase.perturbation else { return "-".into() };
    let kind = kind.map(|kind| format!("{kind} ")).unwrap_or_default();
    // Ramps and sinusoids have strengths with digits of no use.
    let strength = (strength * 1e4).round() / 1e4 + 0.0;
    format!("{kind}{strength}{}", if phase.left_out { ", left out" } else { "" })
}

/// Trials counted from 1.
fn trials(phase: &Phase) -> String {
    format!("{}-{}", phase.trials.start + 1, phase.trials.end)
}

/// An estimate; `several` subjects can have an interval.
fn estimated(estimate: Option<Estimate>, several: bool) -> String {
    let Some(estimate) = estimate else { return "undefined".into() };
    match estimate.interval() {
        Some((low, high)) => format!("{:.3} ({low:.3} to {high:.3})", estimate.value),
        None if several => format!("{:.3} (no interval)", estimate.value),
        None => format!("{:.3}", estimate.value),
    }
}

fn document(found: &Findings, measure: &str) -> Value {
    let span = |phase: &Phase| json!([phase.trials.start, phase.trials.end]);
    let phases: Vec<Value> = found
        .phases
        .iter()
        .map(|learned| {
            let [start, asymptote, time_constant] = learned.curve;
            json!({
                "trials": span(&learned.phase), "perturbation": learned.phase.perturbation.map(|met| met.strength),
                "kind": learned.phase.perturbation.and_then(|met| met.kind), "left_out": learned.phase.left_out,
                "first_tenth": learned.first, "last_tenth": learned.last,
                "start": start, "asymptote": asymptote, "time_constant_trials": time_constant,
            })
        })
        .collect();
    let savings: Vec<Value> = found
        .savings
        .iter()
        .map(|savings| {
            let [before, now] = savings.phases.map(|index| span(&found.phases[index].phase));
            json!({ "trials": now, "first_met_in": before, "difference": savings.difference })
        })
        .collect();
    let two_state: serde_json::Map<String, Value> =
        found.two_state.iter().map(|(name, value)| (name.to_string(), json!(value))).collect();
    json!({
        "measure": measure, "phases": phases, "savings": savings, "two_state": two_state,
        "targets": found.targets.iter().map(|(target, value)| (target.to_string(), json!(value)))
            .collect::<serde_json::Map<String, Value>>(),
    })
}
