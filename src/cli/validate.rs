//! `etude validate`: whether the brain learns as has been published.

use super::{Common, Threads, print, print_json, table::table, whole_number};
use crate::catalog::Catalog;
use crate::run::files::{create_folder, write_whole};
use crate::validate::{Line, Setting, VALIDATIONS, Validation};
use anyhow::{Result, anyhow};
use clap::Args;
use etude_envs::Seed;
use etude_envs::document::nearest;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Validate {
    /// Which findings to reproduce, such as V1 [default: all]
    #[arg(value_name = "FINDING")]
    findings: Vec<String>,
    /// Subjects in each group
    #[arg(long, default_value = "20", value_parser = whole_number::<1, 10_000>)]
    subjects: u64,
    /// Seed that all randomness comes from
    #[arg(long, default_value = "0", value_parser = whole_number::<0, { u64::MAX }>)]
    seed: u64,
    /// Agent name, or path of its YAML file; what is found of dopamine alone is found of the agent `dopamine`
    #[arg(long, default_value = "brain")]
    agent: String,
    /// Folder for figures and tables
    #[arg(long, default_value = "runs/validation")]
    out: PathBuf,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    common: Common,
}

impl Validate {
    /// Exit code 0 whether bands are met or missed: a miss is a finding, too.
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let chosen = self.chosen()?;
        let setting = Setting {
            catalog,
            agent: catalog.agent(&self.agent)?,
            subjects: self.subjects,
            seed: Seed(self.seed),
            threads: self.threads.count(),
        };
        create_folder(&self.out)?;
        let (mut rows, mut documents) = (Vec::new(), Vec::new());
        for validation in chosen {
            if !self.common.quiet && !self.common.json {
                eprintln!("{}  {} ({})", validation.id, validation.claim, validation.source);
            }
            let outcome = validation.run(&setting)?;
            let name = |ending: &str| self.out.join(format!("{}.{ending}", validation.id.to_lowercase()));
            write_whole(&name("svg"), outcome.figure()?.as_bytes())?;
            write_whole(&name("csv"), outcome.csv().as_bytes())?;
            rows.extend(outcome.lines.iter().map(|line| row(validation, line)));
            documents.push(json!({
                "id": validation.id, "claim": validation.claim, "source": validation.source,
                "passed": outcome.passed(), "lines": outcome.lines,
            }));
        }
        let document = json!({
            "agent": self.agent, "subjects": self.subjects, "seed": self.seed,
            "out": self.out.display().to_string(), "findings": documents,
        });
        write_whole(&self.out.join("validation.json"), format!("{document:#}\n").as_bytes())?;
        if self.common.json {
            print_json(&document)?;
        } else {
            let misses = rows.iter().filter(|row| row[4] == "miss").count();
            let banded = rows.iter().filter(|row| row[4] != "-").count();
            print(&format!(
                "{}\n{} of {banded} bands met, {misses} missed ({} subjects, seed {})\nFolder {}\n",
                table(&["finding", "measure", "value", "band", "verdict"], &rows),
                banded - misses,
                self.subjects,
                self.seed,
                self.out.display()
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn chosen(&self) -> Result<Vec<&'static Validation>> {
        if self.findings.is_empty() {
            return Ok(VALIDATIONS.iter().collect());
        }
        let ids = || VALIDATIONS.iter().map(|validation| validation.id);
        let find = |wanted: &String| {
            VALIDATIONS.iter().find(|validation| validation.id.eq_ignore_ascii_case(wanted)).ok_or_else(|| {
                let near = nearest(&wanted.to_uppercase(), ids());
                let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                anyhow!("unknown finding `{wanted}`{hint} (there are {})", ids().collect::<Vec<_>>().join(", "))
            })
        };
        self.findings.iter().map(find).collect()
    }
}

fn row(validation: &Validation, line: &Line) -> Vec<String> {
    let value = line.value.map_or("none".into(), |value| format!("{value:.4}"));
    vec![validation.id.into(), line.measure.clone(), value, line.band.words(), line.verdict.into()]
}
