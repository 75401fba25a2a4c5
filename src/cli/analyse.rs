//! `etude analyse`: learning over the trials of a run; or the tuning and dimensions of recorded units, and what changed.

use super::flags::Common;
use super::numbers::whole_number;
use super::stdout::{print, print_json};
use super::table::table;
use super::trials;
use crate::calibration::{Difference, Findings, Recording, difference, findings};
use crate::catalog::Catalog;
use crate::record::read_npz;
use crate::stats::{Estimate, mean, mean_estimate};
use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Analyse {
    /// Run folder (its recorded units if there are any, otherwise its trials), or a recording (.npz)
    recording: PathBuf,
    /// Earlier recording or run folder of the same subjects to compare with
    #[arg(long)]
    against: Option<PathBuf>,
    /// Column of episodes.csv to analyse over trials [default: score]
    #[arg(long, conflicts_with_all = ["against", "population", "last"])]
    column: Option<String>,
    /// Population to analyse [default: the first one recorded]
    #[arg(long)]
    population: Option<String>,
    /// Largest number of factors
    #[arg(long, default_value = "10", value_parser = whole_number::<1, 100>)]
    factors: u64,
    /// Use only the last LAST steps [default: all]
    #[arg(long, value_parser = whole_number::<10, 1_000_000_000>)]
    last: Option<u64>,
    #[command(flatten)]
    common: Common,
}

impl Analyse {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let is_run = self.recording.join("run.yaml").exists();
        if self.column.is_some() || is_run && !self.recording.join("units").exists() && self.against.is_none() {
            if let Some(flag) = [("--population", self.population.is_some()), ("--last", self.last.is_some())]
                .iter()
                .find_map(|(flag, given)| given.then_some(flag))
            {
                bail!(
                    "{flag} is for recorded units, and {} has none; `etude train --record-units 1` writes them",
                    self.recording.display()
                );
            }
            let column = self.column.as_deref().unwrap_or("score");
            trials::analyse(catalog, &self.recording, column, self.common.json)?;
            return Ok(ExitCode::SUCCESS);
        }
        let own = self.read(&self.recording)?;
        let earlier = self.against.as_deref().map(|path| self.read(path)).transpose()?;
        let look = |recordings: &[Recording]| -> Vec<Findings> {
            recordings.iter().map(|recording| findings(recording, self.factors as usize)).collect()
        };
        let found = look(&own);
        let mut rows = Vec::new();
        let mut measures = serde_json::Map::new();
        let mut tell = |name: &str, values: Vec<f64>| {
            let estimate = mean_estimate(&values);
            rows.push(vec![name.to_string(), shown(&values, estimate.as_ref())]);
            let interval = estimate.and_then(|estimate| estimate.interval());
            measures.insert(name.into(), json!({"mean": mean(&values), "interval": interval, "subjects": values}));
        };
        let all = |value: fn(&Findings) -> f64| found.iter().map(value).collect::<Vec<f64>>();
        tell("units", all(|found| found.units as f64));
        tell("steps", all(|found| found.steps as f64));
        tell("dimension (factors of 95 % of the shared variance)", all(|found| found.dimension as f64));
        tell("share of variance that is shared", all(|found| found.shared));
        if found.iter().all(|found| found.tunings.is_some()) {
            let tuned = |value: fn(&crate::calibration::Tuning) -> f64| {
                let of = |found: &Findings| {
                    // A unit that never changes its rate has no direction, and no error of it.
                    let known = found.tunings.iter().flatten().map(value).filter(|value| value.is_finite());
                    mean(&known.collect::<Vec<_>>())
                };
                found.iter().map(of).collect::<Vec<f64>>()
            };
            tell("depth of modulation", tuned(|tuning| tuning.depth));
            tell("standard error of preferred directions (deg)", tuned(|tuning| tuning.direction_error));
        }
        if let Some(earlier) = &earlier {
            if earlier.len() != own.len() {
                bail!("found {} recordings; expected {}, as many as in --against", own.len(), earlier.len());
            }
            let before = look(earlier);
            let mut differences: Vec<Difference> = Vec::new();
            for (index, (one, two)) in before.iter().zip(&found).enumerate() {
                if one.units != two.units {
                    bail!("found {} units; expected {}, those of the population in --against", two.units, one.units);
                }
                differences.push(difference((&earlier[index], one), (&own[index], two)));
            }
            let all = |value: fn(&Difference) -> f64| differences.iter().map(value).collect::<Vec<f64>>();
            tell("shift of preferred directions (deg)", all(|found| mean(&found.shifts)));
            tell("share of units with a shift of their own", all(|found| found.significant));
            tell("drop of the depth of modulation", all(|found| found.drop));
            tell("share of variance within the earlier manifold, before", all(|found| found.within[0]));
            tell("share of variance within the earlier manifold, now", all(|found| found.within[1]));
        }
        if self.common.json {
            let tunings: Vec<Value> = found
                .iter()
                .map(|found| {
                    let unit = |tuning: &crate::calibration::Tuning| {
                        json!({
                            "baseline": tuning.baseline, "depth": tuning.depth, "direction_deg": tuning.direction,
                            "direction_error_deg": tuning.direction_error,
                        })
                    };
                    json!(found.tunings.as_ref().map(|tunings| tunings.iter().map(unit).collect::<Vec<_>>()))
                })
                .collect();
            print_json(&json!({"measures": measures, "tunings": tunings}))?;
        } else {
            print(&table(&["measure", "mean (95 % interval over subjects)"], &rows))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The recording in a file, or those of the subjects of a run.
    fn read(&self, path: &Path) -> Result<Vec<Recording>> {
        if !path.is_dir() {
            return Ok(vec![self.recording_of(path)?]);
        }
        let folder = path.join("units");
        let entries = std::fs::read_dir(&folder).with_context(|| {
            format!("{} has no recordings; `etude train --record-units 1` writes them", path.display())
        })?;
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "npz"));
        files.sort();
        if files.is_empty() {
            bail!("{} has no recordings", folder.display());
        }
        files.iter().map(|file| self.recording_of(file)).collect()
    }

    fn recording_of(&self, path: &Path) -> Result<Recording> {
        let last = self.last.map(|last| last as usize);
        Recording::from_arrays(&read_npz(path)?, self.population.as_deref(), last)
            .with_context(|| path.display().to_string())
    }
}

fn shown(values: &[f64], estimate: Option<&Estimate>) -> String {
    let interval = estimate.and_then(|estimate| estimate.interval());
    match interval {
        Some((low, high)) => format!("{:.3} ({low:.3} to {high:.3})", mean(values)),
        None => format!("{:.3}", mean(values)),
    }
}
