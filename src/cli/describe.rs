//! `etude describe`: the docs of a task, made from the fields that drive it.

use super::{Common, print, print_json, table::table};
use crate::catalog::Catalog;
use anyhow::Result;
use clap::Args;
use etude_envs::space::Space;
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(Args)]
pub struct Describe {
    /// Task name, or path of its YAML file
    task: String,
    /// Show the task's complete YAML instead, to start a file of one's own from
    #[arg(long)]
    yaml: bool,
    #[command(flatten)]
    common: Common,
}

impl Describe {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let blueprint = catalog.tasks.task(&self.task)?;
        let spec = blueprint.spec();
        if self.common.json {
            print_json(&json!({
                "task": spec.id, "summary": spec.summary, "score": spec.score, "reward": spec.reward,
                "start": spec.start, "end": spec.end, "metrics": spec.metrics, "step_limit": spec.step_limit,
                "control_interval_s": spec.physics.control_interval(),
                "physics_steps_per_action": spec.physics.steps_per_action,
                "observation": fields(&spec.observation), "action": fields(&spec.action),
                "yaml": blueprint.yaml(),
            }))?;
        } else if self.yaml {
            print(&blueprint.yaml());
        } else {
            print(&format!(
                "{}\n\n{}\n\nScore   {}\nReward  {}\nStart   {}\nEnd     {}\nTime    {:.0} actions per second, {} \
                 physics steps each; at most {} actions\n\nObservation ({})\n{}\nAction ({})\n{}",
                spec.id,
                spec.summary,
                spec.score,
                spec.reward,
                spec.start,
                spec.end,
                1.0 / spec.physics.control_interval(),
                spec.physics.steps_per_action,
                spec.step_limit,
                spec.observation.len(),
                describe(&spec.observation),
                spec.action.len(),
                describe(&spec.action),
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn describe(space: &Space) -> String {
    let rows: Vec<Vec<String>> = space
        .fields()
        .iter()
        .map(|field| {
            let senses = field.role.name();
            vec![
                field.name.clone(),
                field.unit.clone(),
                field.low.to_string(),
                field.high.to_string(),
                senses.into(),
                field.meaning.clone(),
            ]
        })
        .collect();
    table(&["field", "unit", "low", "high", "of the", "meaning"], &rows)
}

fn fields(space: &Space) -> Value {
    let one = |field: &etude_envs::space::Field| {
        json!({
            "name": field.name, "meaning": field.meaning, "unit": field.unit, "low": field.low, "high": field.high,
            "typical": field.typical, "proprioceptive": field.proprioceptive(), "role": field.role.name(),
        })
    };
    space.fields().iter().map(one).collect()
}
