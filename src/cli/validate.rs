//! `etude validate`: whether the brain reproduces published findings, and whether a broken brain would be detected.

use super::flags::{Common, Settings, Threads};
use super::numbers::{seed, whole_number};
use super::runs::folder;
use super::stdout::{print, print_json};
use super::table::table;
use crate::catalog::Catalog;
use crate::run::folder::{RunFolder, Spec};
use crate::run::limits::{LARGEST_SEED, MOST_SUBJECTS, whole};
use crate::tell::tell;
use crate::validate::mutants::{MUTANTS, Mutant, Verdicts, of_subject, touched};
use crate::validate::{Line, Outcome, Setting, VALIDATIONS, Validation};
use anyhow::{Result, anyhow, bail};
use clap::Args;
use etude_envs::Seed;
use etude_envs::document::{Invalid, nearest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Validate {
    /// Findings to reproduce, e.g. V1, or V16 for V16a and V16b [default: all]
    #[arg(value_name = "FINDING")]
    findings: Vec<String>,
    /// Subjects in each group
    #[arg(long, default_value = "20", value_parser = whole_number::<1, MOST_SUBJECTS>)]
    subjects: u64,
    /// Seed of all randomness
    #[arg(long, default_value = "0", value_parser = seed)]
    seed: u64,
    /// Number of consecutive seeds to repeat everything on, starting with --seed
    #[arg(long, default_value = "1", value_parser = whole_number::<1, 1_000>)]
    seeds: u64,
    /// Targets of the reaching tasks, equally spaced from straight ahead [default: the tasks' own, eight]
    #[arg(long, value_parser = whole_number::<1, 16>)]
    targets: Option<u64>,
    /// Break the brain on purpose in many ways, and report which bands detect it
    #[arg(long, conflicts_with = "seeds")]
    mutants: bool,
    /// Agent name, or path of its YAML file
    #[arg(long, default_value = "brain")]
    agent: String,
    /// Folder for figures and tables [default: a new one in runs/, named validation]
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    common: Common,
}

impl Validate {
    /// Exit code 0 whether bands are met or missed: a miss is a finding, too.
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let chosen = self.chosen()?;
        let last = self.seed.saturating_add(self.seeds - 1);
        if last > LARGEST_SEED {
            bail!("--seeds {} goes up to seed {last}; expected seeds up to {LARGEST_SEED}", self.seeds);
        }
        self.settings.refuse_of_task()?;
        let setting = Setting {
            catalog,
            agent: catalog.agent_set(&self.agent, &self.settings.set)?,
            subjects: self.subjects,
            seed: Seed(self.seed),
            targets: self.targets,
            threads: self.threads.count(),
        };
        let asked = Asked {
            findings: chosen.iter().map(|validation| validation.id.to_string()).collect(),
            subjects: self.subjects,
            seed: self.seed,
            seeds: self.seeds,
            targets: self.targets,
            mutants: self.mutants,
            agent_yaml: setting.agent.yaml().into(),
        };
        let out = folder(self.out.as_deref(), "validation", false);
        // The same command rewrites its contents, and any other command refuses the folder.
        let folder = RunFolder::open(&out, &asked, true)?;
        if self.mutants {
            self.matrix(&setting, &chosen, &folder)?
        } else {
            self.reproduce(&setting, &chosen, &folder)?
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Reproduces the findings on every seed; lines and figures are those of the first.
    fn reproduce(&self, setting: &Setting<'_>, chosen: &[&Validation], folder: &RunFolder) -> Result<()> {
        let (mut rows, mut documents, mut seeds) = (Vec::new(), Vec::new(), Vec::new());
        for seed in (0..self.seeds).map(|index| self.seed + index) {
            let setting = Setting { seed: Seed(seed), ..setting.clone() };
            let (mut verdicts, mut not_run) = (Verdicts::default(), 0);
            for validation in chosen {
                self.tell(&format!("seed {seed}  {}  {} ({})", validation.id, validation.claim, validation.source));
                let outcome = validation.run(&setting)?;
                verdicts.count(validation.id, &outcome.lines);
                not_run += outcome.lines.iter().filter(|line| line.verdict == "not run").count();
                if seed == self.seed {
                    write_figure(folder, validation, &outcome)?;
                    rows.extend(outcome.lines.iter().map(|line| row(validation, line)));
                    documents.push(json!({
                        "id": validation.id, "claim": validation.claim, "source": validation.source,
                        "passed": outcome.passed(), "lines": outcome.lines,
                    }));
                }
            }
            seeds.push((seed, verdicts, not_run));
        }
        let by_seed: Vec<Value> = seeds
            .iter()
            .map(|(seed, verdicts, not_run)| {
                json!({
                    "seed": seed, "met": verdicts.met.len(), "bands": verdicts.met.len() + verdicts.missed.len(),
                    "missed": verdicts.missed, "not_run": not_run,
                })
            })
            .collect();
        let document = json!({
            "agent": self.agent, "subjects": self.subjects, "seed": self.seed,
            "out": folder.path().display().to_string(), "findings": documents, "seeds": by_seed,
        });
        folder.write("validation.json", format!("{document:#}\n").as_bytes())?;
        if self.common.json {
            return print_json(&document);
        }
        let header = ["finding", "measure", "value", "band", "verdict", "mechanism"];
        let mut text = format!("{}\n", table(&header, &rows));
        for (seed, verdicts, not_run) in &seeds {
            let bands = verdicts.met.len() + verdicts.missed.len();
            text.push_str(&format!(
                "seed {seed}: {} of {bands} bands met, {} missed, {not_run} not run ({} subjects)\n",
                verdicts.met.len(),
                verdicts.missed.len(),
                self.subjects,
            ));
            for missed in &verdicts.missed {
                text.push_str(&format!("  missed {missed}\n"));
            }
        }
        print(&format!("{text}Folder {}\n", folder.path().display()))
    }

    /// Runs the intact agent and every mutant that the findings are about, and reports which bands detect it.
    fn matrix(&self, setting: &Setting<'_>, chosen: &[&Validation], folder: &RunFolder) -> Result<()> {
        let findings = touched(chosen);
        self.tell("intact");
        let intact = Verdicts::new(setting, &findings)?;
        let (mut rows, mut documents) = (Vec::new(), Vec::new());
        for mutant in MUTANTS.iter().filter(|mutant| concerns(mutant, &findings)) {
            self.tell(mutant.name);
            let touched: Vec<&Validation> =
                findings.iter().filter(|finding| mutant.touches(finding)).copied().collect();
            let verdicts = mutant.run(setting, &touched)?;
            let noticed_by = intact.noticed(&verdicts);
            let own = of_subject(mutant, &noticed_by);
            rows.push(vec![
                mutant.name.into(),
                format!("{}/{}", verdicts.met.len(), verdicts.met.len() + verdicts.missed.len()),
                mutant.subject.join(", "),
                own.len().to_string(),
                if noticed_by.is_empty() { "none".into() } else { noticed_by.join("; ") },
            ]);
            documents.push(json!({
                "mutant": mutant.name, "noticed_by": noticed_by, "subject": mutant.subject, "noticed_by_subject": own,
                "findings": touched.iter().map(|finding| finding.id).collect::<Vec<_>>(),
                "met": verdicts.met.len(), "bands": verdicts.met.len() + verdicts.missed.len(),
            }));
        }
        let bands = intact.met.len() + intact.missed.len();
        let document = json!({
            "agent": self.agent, "subjects": self.subjects, "seed": self.seed,
            "intact": {"met": intact.met.len(), "bands": bands, "missed": intact.missed}, "mutants": documents,
        });
        folder.write("mutants.json", format!("{document:#}\n").as_bytes())?;
        if self.common.json {
            return print_json(&document);
        }
        print(&format!(
            "{}\nThe intact agent meets {} of {bands} bands ({} subjects, seed {})\nFolder {}\n",
            table(&["mutant", "met", "subject", "own bands that detect it", "detected by"], &rows),
            intact.met.len(),
            self.subjects,
            self.seed,
            folder.path().display()
        ))
    }

    fn tell(&self, what: &str) {
        if !self.common.quiet {
            tell(what);
        }
    }

    /// The findings to reproduce: each is named by its id, or by its id without the letter.
    fn chosen(&self) -> Result<Vec<&'static Validation>> {
        if self.findings.is_empty() {
            return Ok(VALIDATIONS.iter().collect());
        }
        let ids = || VALIDATIONS.iter().map(|validation| validation.id);
        let mut chosen = Vec::new();
        for wanted in &self.findings {
            let meant = |validation: &&Validation| {
                let id = validation.id;
                id.eq_ignore_ascii_case(wanted)
                    || id.trim_end_matches(|last: char| last.is_ascii_lowercase()).eq_ignore_ascii_case(wanted)
            };
            let found: Vec<&Validation> = VALIDATIONS.iter().filter(meant).collect();
            if found.is_empty() {
                let near = nearest(&wanted.to_uppercase(), ids());
                let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let all = ids().collect::<Vec<_>>().join(", ");
                return Err(anyhow!("unknown finding `{wanted}`{hint} (the findings are {all})"));
            }
            chosen.extend(found);
        }
        Ok(chosen)
    }
}

/// Whether a mutant's own subject is among the findings.
fn concerns(mutant: &Mutant, findings: &[&Validation]) -> bool {
    findings.iter().any(|finding| mutant.subject.contains(&finding.id))
}

/// The validation that was requested, as recorded in the folder.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    findings: Vec<String>,
    subjects: u64,
    seed: u64,
    seeds: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    targets: Option<u64>,
    mutants: bool,
    agent_yaml: String,
}

impl Spec for Asked {
    const FORMAT: &'static str = "etude-validation 1";
    const FOLDERS: &'static [&'static str] = &[];

    fn validate(&self) -> Result<(), Invalid> {
        whole("subjects", self.subjects, 1, MOST_SUBJECTS)?;
        whole("seed", self.seed, 0, LARGEST_SEED)
    }
}

fn write_figure(folder: &RunFolder, validation: &Validation, outcome: &Outcome) -> Result<()> {
    let Some(figure) = outcome.figure() else { return Ok(()) };
    let name = |ending: &str| format!("{}.{ending}", validation.id.to_lowercase());
    folder.write(&name("svg"), figure.as_bytes())?;
    folder.write(&name("csv"), outcome.csv().as_bytes())
}

fn row(validation: &Validation, line: &Line) -> Vec<String> {
    let value = line.value.map_or("none".into(), |value| format!("{value:.4}"));
    let verdict = line.reason.map_or(line.verdict.into(), |reason| format!("{} ({reason})", line.verdict));
    let (band, mechanism) = (line.band.words(), line.mechanism.name().into());
    vec![validation.id.into(), line.measure.clone(), value, band, verdict, mechanism]
}
