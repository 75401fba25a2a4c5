//! `etude evaluate`: how well a trained subject does, learning disabled.

use super::filming::{Filming, size};
use super::{Common, Lesioning, Settings, print, print_json, table::table, whole_number};
use crate::calibration::suited;
use crate::catalog::{AgentBlueprint, Catalog, body_differences};
use crate::run::checkpoint::Checkpoint;
use crate::run::evaluate::{evaluate, in_words};
use crate::run::picture::write_picture;
use crate::run::subject::lesion;
use crate::settings;
use crate::show::{Programme, Speed, png, poses};
use crate::stats::{mean, mean_estimate};
use anyhow::{Context, Result, bail};
use clap::Args;
use etude_envs::Seed;
use etude_envs::document::Document;
use etude_envs::lane::SoloLane;
use etude_envs::task::Blueprint;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Evaluate {
    /// Checkpoint of a subject, such as runs/NAME/checkpoints/subject-000.safetensors
    checkpoint: PathBuf,
    /// Task to evaluate on [default: the one it was trained on]
    #[arg(long)]
    task: Option<String>,
    /// Episodes
    #[arg(long, default_value = "20", value_parser = whole_number::<1, 1_000_000>)]
    episodes: u64,
    /// Trial to evaluate on, from 0, of a task that is a schedule [default: where practice stood; 0 on another task]
    #[arg(long, value_parser = whole_number::<0, 1_000_000_000_000>)]
    trial: Option<u64>,
    /// Seed of the episodes
    #[arg(long, default_value = "0", value_parser = super::seed)]
    seed: u64,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    lesions: Lesioning,
    /// Draw some moments of the first episode side by side into this PNG file
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    #[command(flatten)]
    filming: Filming,
    /// Width and height of the recording in pixels
    #[arg(long, default_value = "640x360", value_parser = size, requires = "record")]
    size: [u32; 2],
    #[command(flatten)]
    common: Common,
}

/// Env steps before the first pose of a picture and between two of them, and poses in it.
const POSES: (u32, u32, usize) = (150, 32, 5);

impl Evaluate {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let checkpoint = Checkpoint::open(&self.checkpoint)?;
        let name = self.checkpoint.display().to_string();
        self.settings.refuse_of_agent()?;
        let trained_on = task_of(catalog, &checkpoint, &name)?;
        let task = match &self.task {
            Some(name) => catalog.tasks.task(name)?,
            None => trained_on.clone(),
        };
        let task = settings::task(catalog, task, &self.settings.set)?;
        refuse_other_bodies(&trained_on, &task)?;
        let blueprint = agent_of(catalog, &checkpoint, &name)?;
        let mut agent = blueprint.make(task.spec(), Seed(checkpoint.seed))?;
        agent
            .load(&checkpoint.state)
            .with_context(|| format!("checkpoint {} does not fit its agent", self.checkpoint.display()))?;
        // The task it was trained on has a decoder that suits it already.
        let task = suited(&task, &*agent, Seed(checkpoint.seed).fan("calibration", 0))?;
        lesion(&mut *agent, &self.lesions.lesions())?;
        let trial = self.trial_of(&checkpoint, &trained_on, &task)?;
        let lanes = (Seed(self.seed), "evaluate");
        let episodes = evaluate(&mut *agent, &task, lanes, trial.unwrap_or(0), self.episodes)?;
        let scores: Vec<f64> = episodes.iter().map(|episode| f64::from(episode.score)).collect();
        let interval = mean_estimate(&scores).and_then(|score| score.within(0.0, 1.0).interval());
        let lowest = scores.iter().copied().fold(f64::MAX, f64::min);
        let highest = scores.iter().copied().fold(f64::MIN, f64::max);
        let metrics = task.spec().metrics.iter().enumerate().map(|(index, name)| {
            let values = episodes.iter().map(|episode| f64::from(episode.metrics[index]));
            let known: Vec<f64> = values.filter(|value| value.is_finite()).collect();
            (name.as_str(), (!known.is_empty()).then(|| mean(&known)))
        });
        if self.common.json {
            let metrics: BTreeMap<&str, Option<f64>> = metrics.collect();
            print_json(&json!({
                "task": task.spec().id, "agent": checkpoint.agent, "episodes": episodes.len(),
                "score_mean": mean(&scores), "score_interval": interval, "score_range": [lowest, highest],
                "scores": scores, "metrics": metrics,
                "steps_practised": checkpoint.steps, "trained_on": checkpoint.task, "lesions": self.lesions.lesions(),
                "evaluation": in_words(trial.is_some()), "trial": trial,
            }))?;
        } else {
            let steps = checkpoint.steps;
            let rows: Vec<Vec<String>> = metrics
                .map(|(name, value)| vec![name.into(), value.map_or("none".into(), |value| format!("{value:.3}"))])
                .collect();
            let metrics = if rows.is_empty() { String::new() } else { table(&["metric", "mean"], &rows) };
            let place = trial.map(|trial| format!(", trial {trial} of its schedule (from 0)")).unwrap_or_default();
            let mean = mean(&scores);
            let score = match interval {
                Some((low, high)) => format!(
                    "score {mean:.3} (95% interval {low:.3} to {high:.3}) over {} episodes, range {lowest:.3} to {highest:.3}",
                    episodes.len()
                ),
                None => format!("score {mean:.3} in one episode, which has no interval"),
            };
            print(&format!(
                "{} after {steps} steps of {}, on {}{place}: {score}\n{metrics}",
                checkpoint.agent,
                checkpoint.task,
                task.spec().id,
            ))?;
        }
        // Last, so that a picture that cannot be had does not cost the scores.
        if let Some(path) = &self.picture {
            let mut lane = SoloLane::new(&task, Seed(self.seed).fan("evaluate", 0));
            // In short episodes sooner and more often, so that all poses are within.
            let limit = task.spec().step_limit;
            let (first, every) = (POSES.0.min(limit / 4), POSES.1.min(limit / 8).max(1));
            let poses = poses(&mut *agent, &mut lane, trial.unwrap_or(0), (first, every), POSES.2)?;
            write_picture(path, &png(&poses)?)?;
        }
        if let Some(path) = &self.filming.record {
            let told =
                self.filming.film(path, self.programme(checkpoint, task, blueprint), self.size, Speed::Times(1.0))?;
            if !self.common.json {
                print(&told)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What is recorded: the subject on the task, learning disabled, in episodes of a lane of its own.
    fn programme(&self, checkpoint: Checkpoint, task: Blueprint, agent: AgentBlueprint) -> Programme {
        let trial = self.trial.unwrap_or(checkpoint.trial);
        // A trial that was asked for is one of this task.
        let of = if self.trial.is_some() { task.yaml().to_string() } else { checkpoint.task_yaml.clone() };
        Programme {
            siblings: vec![task.clone()],
            task,
            agent,
            seed: Seed(self.seed),
            subjects: 1,
            cast: vec![Checkpoint { trial, task_yaml: of, ..checkpoint }],
            learning: false,
            lesions: self.lesions.lesions(),
            run: None,
            threads: 1,
        }
    }

    /// The trial to evaluate on, if the task is a schedule.
    fn trial_of(&self, checkpoint: &Checkpoint, trained_on: &Blueprint, task: &Blueprint) -> Result<Option<u64>> {
        if !task.scheduled() {
            if self.trial.is_some() {
                bail!("{} is no schedule of trials: expected no --trial", task.spec().id);
            }
            return Ok(None);
        }
        let stands = if trained_on.yaml() == task.yaml() { checkpoint.trial } else { 0 };
        Ok(Some(self.trial.unwrap_or(stands)))
    }
}

/// The task that the subject of a checkpoint was trained on; `name` is that of the checkpoint in messages.
pub(super) fn task_of(catalog: &Catalog, checkpoint: &Checkpoint, name: &str) -> Result<Blueprint> {
    if checkpoint.task_yaml.is_empty() {
        return Ok(catalog.tasks.task(&checkpoint.task)?);
    }
    Ok(catalog.tasks.task_from(&Document::parse(&format!("{name} (task)"), &checkpoint.task_yaml)?)?)
}

/// The kind of agent that the subject of a checkpoint has; `name` is that of the checkpoint in messages.
pub(super) fn agent_of(catalog: &Catalog, checkpoint: &Checkpoint, name: &str) -> Result<AgentBlueprint> {
    Ok(catalog.agent_from(&Document::parse(&format!("{name} (agent)"), &checkpoint.agent_yaml)?)?)
}

/// A brain can only move between tasks with the same spaces.
pub(super) fn refuse_other_bodies(from: &Blueprint, to: &Blueprint) -> Result<()> {
    let (from, to) = (from.spec(), to.spec());
    let differences = body_differences(from, to);
    if !differences.is_empty() {
        bail!("{} and {} have different bodies: {}", from.id, to.id, differences.join("; "));
    }
    Ok(())
}
