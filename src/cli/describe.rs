//! `etude describe`: a task, an agent or an experiment, described from the data that drives it.

use super::columns::{self, sentence};
use super::flags::{Common, Settings};
use super::stdout::{print, print_json};
use super::table::table;
use crate::catalog::{AgentBlueprint, Catalog, agent_schema};
use crate::experiment::{Experiment, ExperimentSpec};
use crate::fields::{DocumentField, document_fields};
use crate::figure::steps;
use crate::report::{agent_in_words, block_in_words};
use crate::run::evaluate::in_words;
use crate::settings;
use anyhow::{Result, bail};
use clap::Args;
use etude_envs::document::{Document, find, nearest, shown, to_yaml};
use etude_envs::error::TaskError;
use etude_envs::formula::{Formula, Term};
use etude_envs::percept::{Goal, Percept};
use etude_envs::space::{Field, Space};
use etude_envs::task::{Blueprint, Fact, FactValue, Metric};
use schemars::{Schema, schema_for};
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(Args)]
pub struct Describe {
    /// Name of a task, an agent or an experiment, or path of its YAML file
    #[arg(required_unless_present = "columns")]
    name: Option<String>,
    /// Print its complete YAML instead, as a starting point for a file of your own
    #[arg(long)]
    yaml: bool,
    /// Explain every field of its YAML instead: value, unit, range, default, source and meaning
    #[arg(long, conflicts_with_all = ["yaml", "columns"])]
    fields: bool,
    /// Print file, name, unit and meaning of every column of all tables, including the metrics and fields of a task if one is named
    #[arg(long, conflicts_with = "yaml")]
    columns: bool,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    common: Common,
}

/// Refuses settings that do not belong to an agent, or to a task: no setting is silently ignored.
fn refuse(settings: &[settings::Setting], agent: bool) -> Result<()> {
    match settings.iter().find(|setting| setting.of_agent() != agent) {
        Some(setting) if agent => {
            bail!("--set {setting}: expected a setting of an agent, whose path begins with `brain`")
        }
        Some(setting) => bail!("--set {setting}: expected a setting of a task, whose path does not begin with `brain`"),
        None => Ok(()),
    }
}

/// A description as a JSON document, as YAML, and as text.
struct Told {
    json: Value,
    yaml: String,
    text: String,
    fields: Vec<DocumentField>,
}

impl Told {
    /// Adds all fields that its YAML may have; tasks of families made in code have none.
    fn explained(mut self, schema: Option<&Schema>) -> Result<Self> {
        if let Some(schema) = schema {
            self.fields = document_fields(schema, &serde_yaml::from_str(&self.yaml)?);
            self.json["fields"] = serde_json::to_value(&self.fields)?;
        }
        Ok(self)
    }
}

impl Describe {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        if self.columns {
            let set = &self.settings.set[..];
            refuse(set, false)?;
            let task = self.name.as_ref().map(|name| catalog.task_set(name, set)).transpose()?;
            columns::tell(task.as_ref(), &self.common)?;
            return Ok(ExitCode::SUCCESS);
        }
        let name = self.name.as_deref().unwrap_or_default();
        let (agents, experiments, tasks) =
            (catalog.agent_names(), catalog.experiment_names(), catalog.tasks.task_ids());
        let known = |names: &[String]| names.iter().any(|known| known == name);
        let built_in = [&tasks, &agents, &experiments].iter().any(|names| known(names));
        // A pipe can be read only once.
        let is_family = || matches!(catalog.tasks.task(name), Err(TaskError::Family { .. }));
        let document = match find(name, None).filter(|path| !(built_in || path.is_dir() && is_family())) {
            Some(path) => Some(Document::open(&path)?),
            None => None,
        };
        let set = &self.settings.set[..];
        let told = match &document {
            Some(document) if document.text_field("experiment").is_some() => {
                of_experiment(&catalog.experiment_set_from(document, None, set)?)?
            }
            Some(document) if document.text_field("agent").is_some() => {
                refuse(set, true)?;
                of_agent(&settings::agent(catalog, catalog.agent_from(document)?, set)?)?
            }
            Some(document) => {
                refuse(set, false)?;
                of_task(catalog, &settings::task(catalog, catalog.tasks.task_from(document)?, set)?)?
            }
            None if known(&experiments) => of_experiment(&catalog.experiment_set(name, None, set)?)?,
            None if known(&agents) => {
                refuse(set, true)?;
                of_agent(&catalog.agent_set(name, set)?)?
            }
            None if known(&tasks) => {
                refuse(set, false)?;
                of_task(catalog, &catalog.task_set(name, set)?)?
            }
            None => {
                if let Err(error @ TaskError::Family { .. }) = catalog.tasks.task(name) {
                    return Err(error.into());
                }
                let names = [tasks, agents, experiments].concat();
                let near = nearest(name, names.iter().map(String::as_str));
                bail!(
                    "no task, agent or experiment is called `{}`{} (`etude list` shows all)",
                    shown(name),
                    near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
                );
            }
        };
        match (self.common.json, self.yaml) {
            (true, _) => print_json(&told.json)?,
            (_, true) => print(&told.yaml)?,
            _ if self.fields => print(&explain(&told.fields, name)?)?,
            _ => print(&told.text)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn of_task(catalog: &Catalog, blueprint: &Blueprint) -> Result<Told> {
    let (spec, task) = (blueprint.spec(), blueprint.make());
    let (told, reward_formula) = (task.facts(), task.reward_formula());
    let mut json = json!({
        "task": spec.id, "summary": spec.summary, "score": spec.score, "reward": spec.reward,
        "reward_formula": reward_formula.as_ref().map(formula), "start": spec.start, "end": spec.end, "metrics": metrics(&spec.metrics), "step_limit": spec.step_limit,
        "control_interval_s": spec.physics.control_interval(),
        "physics_steps_per_action": spec.physics.steps_per_action,
        "observation": fields(&spec.observation), "percepts": percepts(&spec.percepts), "action": fields(&spec.action),
        "evaluation": in_words(blueprint.scheduled()), "schedule": schedule(blueprint), "yaml": blueprint.yaml(),
    });
    if !told.is_empty() {
        json["facts"] = facts(&told);
    }
    let text = format!(
        "{}\n\n{}\n\nScore   {}\nTested  {}\nReward  {}\nStart   {}\nEnd     {}\nTime    {:.0} actions per second, {} \
         each; at most {} actions\n{}\n{}{}Observation ({})\n{}\n{}Action ({})\n{}{}",
        spec.id,
        spec.summary,
        spec.score,
        in_words(blueprint.scheduled()),
        spec.reward,
        spec.start,
        spec.end,
        1.0 / spec.physics.control_interval(),
        match spec.physics.steps_per_action {
            1 => "1 physics step".to_string(),
            steps => format!("{steps} physics steps"),
        },
        spec.step_limit,
        describe_schedule(blueprint),
        reward_formula.as_ref().map(describe_formula).unwrap_or_default(),
        describe_facts(&told),
        spec.observation.len(),
        describe(&spec.observation),
        describe_percepts(&spec.percepts),
        spec.action.len(),
        describe(&spec.action),
        describe_metrics(&spec.metrics),
    );
    let told = Told { json, yaml: blueprint.yaml(), text, fields: Vec::new() };
    told.explained(catalog.tasks.schema(spec))
}

/// A table of the fields of a document.
fn explain(fields: &[DocumentField], name: &str) -> Result<String> {
    if fields.is_empty() {
        bail!("{} is made in code: it has no YAML", shown(name));
    }
    let row = |field: &DocumentField| {
        vec![field.path.clone(), field.value.clone().unwrap_or_default(), field.meaning.clone()]
    };
    Ok(table(&["field", "value", "meaning"], &fields.iter().map(row).collect::<Vec<_>>()))
}

/// The length of a schedule; empty for a task without one.
fn describe_schedule(blueprint: &Blueprint) -> String {
    let Some(round) = blueprint.round() else { return String::new() };
    let (trials, steps, then) = (round.trials, round.steps(blueprint.spec().step_limit), round.after.in_words());
    format!(
        "Trials  {trials} in the schedule, at most {steps} actions (`train --steps {steps}` completes it once); then {then}\n"
    )
}

fn schedule(blueprint: &Blueprint) -> Value {
    let Some(round) = blueprint.round() else { return Value::Null };
    json!({ "trials": round.trials, "steps": round.steps(blueprint.spec().step_limit), "after": round.after })
}

fn of_agent(agent: &AgentBlueprint) -> Result<Told> {
    let (name, summary, yaml) = (agent.name(), agent.summary(), agent.yaml());
    let told = Told {
        json: json!({ "agent": name, "summary": summary, "yaml": yaml }),
        yaml: yaml.into(),
        text: format!("{name}\n\n{summary}\n\n{yaml}"),
        fields: Vec::new(),
    };
    told.explained(Some(&agent_schema()))
}

fn of_experiment(experiment: &Experiment) -> Result<Told> {
    let spec = &experiment.spec;
    let rows = spec.groups.0.iter().map(|(name, group)| {
        let practice: Vec<String> = group.practice.iter().map(block_in_words).collect();
        let practice = if practice.is_empty() { "nothing".into() } else { practice.join("; then ") };
        vec![name.clone(), practice, agent_in_words(spec, group).unwrap_or_else(|| format!("the agent {}", spec.agent))]
    });
    let text = format!(
        "{}\n\n{}\n\nTest       {}\nSubjects   {} in each group, seed {}\nEvaluated  every {} steps, {} episodes each\n\
         Criterion  a score of {} in two evaluations in a row\nReference  {}\n\n{}",
        spec.experiment,
        spec.question,
        block_in_words(&spec.test),
        spec.subjects,
        spec.seed,
        steps(spec.evaluate_every as f64),
        spec.evaluation_episodes,
        spec.criterion,
        spec.reference,
        table(&["group", "practice", "agent"], &rows.collect::<Vec<_>>()),
    );
    let yaml = to_yaml(spec)?;
    let mut json = serde_json::to_value(spec)?;
    json["yaml"] = yaml.clone().into();
    Told { json, yaml, text, fields: Vec::new() }.explained(Some(&schema_for!(ExperimentSpec)))
}

/// A table of fields, with consecutive similar fields (e.g. the units of a population) in a single row.
fn describe(space: &Space) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for like in space.fields().chunk_by(are_like) {
        let name = match like {
            [first, _, .., last] => format!("{} ... {}", first.name, last.name),
            _ => like.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", "),
        };
        let Some(field) = like.first() else { continue };
        rows.push(vec![
            name,
            field.unit.clone(),
            field.low.to_string(),
            field.high.to_string(),
            field.role.name().into(),
            field.meaning.clone(),
        ]);
    }
    table(&["field", "unit", "low", "high", "role", "meaning"], &rows)
}

/// Whether two fields differ only in the number at the end of their names.
fn are_like(one: &Field, other: &Field) -> bool {
    let stem = |field: &Field| field.name.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_string();
    let rest = |field: &Field| (field.unit.clone(), field.low, field.high, field.role.name(), field.meaning.clone());
    one.name != stem(one) && stem(one) == stem(other) && rest(one) == rest(other)
}

/// A table of percepts; empty if there are none.
fn describe_percepts(percepts: &[Percept]) -> String {
    if percepts.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = percepts
        .iter()
        .map(|percept| {
            let goals = percept.goals.iter().map(|goal| {
                let values = goal.values.iter().zip(&goal.offsets).map(|(name, &offset)| match offset {
                    0.0 => name.clone(),
                    _ => format!("{name} {offset:+}"),
                });
                let due = goal.due.as_ref().map(|due| format!(" if {due}")).unwrap_or_default();
                values.collect::<Vec<_>>().join(", ") + &due
            });
            vec![
                percept.name.clone(),
                percept.values.join(", "),
                percept.present.clone(),
                percept.limb.join(", "),
                goals.collect::<Vec<_>>().join("; "),
            ]
        })
        .collect();
    let head = ["percept", "values", "present while above 0", "limb", "goals"];
    format!("Percepts ({}): senses that are not always present\n{}\n", percepts.len(), table(&head, &rows))
}

/// A table of an episode's metrics; empty if there are none.
fn describe_metrics(metrics: &[Metric]) -> String {
    if metrics.is_empty() {
        return String::new();
    }
    let row = |metric: &Metric| vec![metric.name.to_string(), metric.unit.to_string(), sentence(&metric.meaning)];
    let rows: Vec<Vec<String>> = metrics.iter().map(row).collect();
    format!("\nMetrics of an episode ({})\n{}", metrics.len(), table(&["metric", "unit", "meaning"], &rows))
}

fn metrics(metrics: &[Metric]) -> Value {
    let one = |metric: &Metric| json!({ "name": metric.name, "unit": metric.unit, "meaning": metric.meaning });
    metrics.iter().map(one).collect()
}

/// The reward as a formula, and a table of its terms.
fn describe_formula(formula: &Formula) -> String {
    let row = |term: &Term| vec![term.symbol.to_string(), term.unit.to_string(), term.meaning.clone()];
    let rows: Vec<Vec<String>> = formula.terms.iter().map(row).collect();
    format!("Reward as a formula\n{}\n\n{}\n", formula.lines.join("\n"), table(&["term", "unit", "meaning"], &rows))
}

fn formula(formula: &Formula) -> Value {
    let one = |term: &Term| json!({ "symbol": term.symbol, "unit": term.unit, "meaning": term.meaning });
    json!({ "lines": formula.lines, "terms": formula.terms.iter().map(one).collect::<Value>() })
}

/// A table of a task's facts; empty if there are none.
fn describe_facts(facts: &[Fact]) -> String {
    if facts.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = facts
        .iter()
        .map(|fact| {
            let value = match &fact.value {
                FactValue::Number(number) => number.to_string(),
                FactValue::Text(text) => shown(text),
            };
            vec![fact.name.clone(), value, fact.unit.clone(), fact.meaning.clone()]
        })
        .collect();
    format!("Facts ({})\n{}\n", facts.len(), table(&["fact", "value", "unit", "meaning"], &rows))
}

fn facts(facts: &[Fact]) -> Value {
    let one = |fact: &Fact| {
        let value = match &fact.value {
            FactValue::Number(number) => json!(number),
            FactValue::Text(text) => json!(text),
        };
        json!({ "name": fact.name, "value": value, "unit": fact.unit, "meaning": fact.meaning })
    };
    facts.iter().map(one).collect()
}

fn percepts(percepts: &[Percept]) -> Value {
    let goal = |goal: &Goal| json!({ "values": goal.values, "offsets": goal.offsets, "due": goal.due });
    let one = |percept: &Percept| {
        json!({
            "name": percept.name, "values": percept.values, "present": percept.present, "limb": percept.limb,
            "goals": percept.goals.iter().map(goal).collect::<Value>(),
        })
    };
    percepts.iter().map(one).collect()
}

fn fields(space: &Space) -> Value {
    let one = |field: &Field| {
        json!({
            "name": field.name, "meaning": field.meaning, "unit": field.unit, "low": field.low, "high": field.high,
            "typical": field.typical, "proprioceptive": field.proprioceptive(), "role": field.role.name(),
        })
    };
    space.fields().iter().map(one).collect()
}
