//! `etude evaluate`: how well a trained subject does, learning disabled.

use super::cast;
use super::filming::{Filming, size};
use super::flags::{Common, Lesioning, Settings};
use super::numbers::{seed, whole_number};
use super::stdout::{print, print_json};
use super::table::table;
use crate::calibration::suited;
use crate::catalog::{AgentBlueprint, Catalog, body_differences};
use crate::files::write_whole;
use crate::record::{Log, StepRow, Steps, Whose, episode_row};
use crate::run::checkpoint::Checkpoint;
use crate::run::evaluate::{Seen, evaluate_watched, in_words};
use crate::run::lesions::lesion;
use crate::run::moments::EpisodeMoments;
use crate::run::picture::{refuse_other_pictures, write_picture};
use crate::run::subject::Conditions;
use crate::settings;
use crate::show::{Programme, Speed, Trained, png, refuse_other_films};
use crate::sound::{EpisodeSound, refuse_other_sounds, write_wav};
use crate::stats::{interquartile_estimate, interquartile_mean, mean, mean_estimate};
use anyhow::{Context, Result, bail};
use clap::Args;
use etude_draw::Pixels;
use etude_envs::Seed;
use etude_envs::document::{Document, shown};
use etude_envs::lane::Episode;
use etude_envs::schedule::Round;
use etude_envs::task::Blueprint;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Evaluate {
    /// Checkpoint of a subject, e.g. runs/NAME/checkpoints/subject-000.safetensors, a run folder for all its subjects, or a
    /// built-in subject: cycling, fretting, reaching, cursor
    #[arg(value_name = "CHECKPOINT|RUN|NAME")]
    checkpoint: PathBuf,
    /// Task to evaluate on [default: the one it was trained on]
    #[arg(long)]
    task: Option<String>,
    /// Number of episodes
    #[arg(long, default_value = "20", value_parser = whole_number::<1, 1_000_000>)]
    episodes: u64,
    /// Trial to evaluate on, counted from 0, if the task is a schedule of trials [default: the one that practice had reached,
    /// or the next that is not certain to be a catch or channel trial; 0 on another task]
    #[arg(long, value_parser = whole_number::<0, 1_000_000_000_000>)]
    trial: Option<u64>,
    /// Seed of the episodes
    #[arg(long, default_value = "0", value_parser = seed)]
    seed: u64,
    /// Write one row per episode to this CSV file: length, return, score, how it ended, and the task's metrics
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// Write every env step to this file (.parquet or .csv): observation, action, reward, and the state of body and world after it
    #[arg(long, value_name = "FILE")]
    record_steps: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    lesions: Lesioning,
    /// Draw moments of the first episode, from its start to its end, to this PNG file
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Write the sound of the first episode to this WAV file (only tasks with audible strings: fretting)
    #[arg(long, value_name = "FILE")]
    sound: Option<PathBuf>,
    #[command(flatten)]
    filming: Filming,
    /// Width and height of the recording in pixels
    #[arg(long, default_value = "640x360", value_parser = size, requires = "record")]
    size: [u32; 2],
    #[command(flatten)]
    common: Common,
}

/// Moments of a picture, and width and height in pixels of each: as much as the stage needs for all that it shows.
const MOMENTS: (usize, [f32; 2]) = (4, [640.0, 360.0]);

impl Evaluate {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        self.settings.refuse_of_agent()?;
        if self.checkpoint.is_dir() && !cast::is_shipped(&self.checkpoint) {
            return self.cohort(catalog);
        }
        // Before anything is computed.
        self.sound.as_deref().map_or(Ok(()), refuse_other_sounds)?;
        self.picture.as_deref().map_or(Ok(()), refuse_other_pictures)?;
        self.filming.record.as_deref().map_or(Ok(()), refuse_other_films)?;
        let mut recording = Recording { path: self.record_steps.as_deref(), steps: None };
        let Judged { trained: Trained { checkpoint, course }, task, blueprint, trial, episodes, sound, picture } =
            self.judge(catalog, &self.checkpoint, &mut recording)?;
        recording.finish()?;
        if let (Some(path), Some(sound)) = (&self.sound, sound) {
            write_wav(path, &sound)?;
        }
        self.write_table(&task, &[(&checkpoint, &episodes)])?;
        let scores: Vec<f64> = episodes.iter().map(|episode| f64::from(episode.score)).collect();
        let interval = mean_estimate(&scores).and_then(|score| score.within(0.0, 1.0).interval());
        let lowest = scores.iter().copied().fold(f64::MAX, f64::min);
        let highest = scores.iter().copied().fold(f64::MIN, f64::max);
        let metrics = task.spec().metrics.iter().enumerate().map(|(index, metric)| {
            let values = episodes.iter().map(|episode| f64::from(episode.metrics[index]));
            let known: Vec<f64> = values.filter(|value| value.is_finite()).collect();
            (metric, (!known.is_empty()).then(|| mean(&known)))
        });
        if self.common.json {
            let metrics: BTreeMap<&str, Option<f64>> = metrics.map(|(metric, mean)| (&*metric.name, mean)).collect();
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
                .map(|(metric, value)| {
                    let value = value.map_or("none".into(), |value| format!("{value:.3}"));
                    vec![metric.name.to_string(), metric.unit.to_string(), value]
                })
                .collect();
            let metrics = if rows.is_empty() { String::new() } else { table(&["metric", "unit", "mean"], &rows) };
            let place = trial.map(|trial| in_schedule(&task, trial)).unwrap_or_default();
            let mean = mean(&scores);
            let score = match interval {
                Some((low, high)) => format!(
                    "score {mean:.3} (95 % interval {low:.3} to {high:.3}) over {} episodes, range {lowest:.3} to {highest:.3}",
                    episodes.len()
                ),
                None => format!("score {mean:.3} in one episode (no interval)"),
            };
            print(&format!(
                "{} after {steps} steps of {}, on {}{place}: {score}\n{metrics}",
                checkpoint.agent,
                checkpoint.task,
                task.spec().id,
            ))?;
        }
        // Last, so that a picture that cannot be had does not cost the scores.
        if let (Some(path), Some(picture)) = (&self.picture, picture) {
            write_picture(path, &png(&picture)?)?;
        }
        if let Some(path) = &self.filming.record {
            let told = self.filming.film(
                path,
                self.programme(Trained { checkpoint, course }, trial, task, blueprint),
                self.size,
                Speed::Times(1.0),
            )?;
            if !self.common.json {
                print(&told)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Evaluates the subject of a checkpoint.
    fn judge(&self, catalog: &Catalog, path: &Path, recording: &mut Recording<'_>) -> Result<Judged> {
        let (name, Trained { checkpoint, course }) = cast::one(path)?;
        let trained_on = task_of(catalog, &checkpoint, &name)?;
        let task = match &self.task {
            Some(name) => catalog.tasks.task(name)?,
            None => trained_on.clone(),
        };
        let task = settings::task(catalog, task, &self.settings.set)?;
        refuse_other_bodies(&trained_on, &task)?;
        let blueprint = agent_of(catalog, &checkpoint, &name)?;
        let mut agent = blueprint.make(task.spec(), Seed(checkpoint.seed))?;
        agent.load(&checkpoint.state).with_context(|| format!("checkpoint {name} does not fit its agent"))?;
        // The task on which it was trained already has a suitable decoder.
        let task = suited(&task, &*agent, Seed(checkpoint.seed).fan("calibration", 0))?;
        lesion(&mut *agent, &self.lesions.lesions())?;
        let trial = self.trial_of(&checkpoint, &trained_on, &task)?;
        let lanes = (Seed(self.seed), "evaluate");
        let mut state = vec![0.0; task.make().state_fields().len()];
        let mut recorded = Ok(());
        let mut sound = self.sound.as_ref().map(|_| EpisodeSound::of(&task)).transpose()?;
        let mut moments = self.picture.as_ref().map(|_| EpisodeMoments::of(&task));
        let place = (practice_lane(&checkpoint), trial.unwrap_or(0));
        let episodes = evaluate_watched(&mut *agent, &task, lanes, place, self.episodes, &mut |seen| {
            if recording.path.is_some() && recorded.is_ok() {
                seen.lane.state(&mut state);
                recorded = recording.take(&task, checkpoint.subject, seen, &state);
            }
            if let Some(sound) = sound.as_mut().filter(|_| seen.episode == 0) {
                sound.hear(seen);
            }
            if let Some(moments) = moments.as_mut().filter(|_| seen.episode == 0) {
                moments.see(seen);
            }
        })?;
        recorded?;
        let sound = sound.map(EpisodeSound::finish);
        let lesions: Vec<String> =
            self.lesions.lesions().iter().map(|(part, share)| format!("{part}={share}")).collect();
        let lesioned = if lesions.is_empty() { String::new() } else { format!("; lesion {}", lesions.join(", ")) };
        let Checkpoint { agent: name, steps, task: practised, .. } = &checkpoint;
        let title = format!("{}: {name}, {steps} steps of {practised}{lesioned}", task.spec().id);
        let picture = moments.map(|moments| moments.picture(&title, MOMENTS.0, MOMENTS.1));
        Ok(Judged { trained: Trained { checkpoint, course }, task, blueprint, trial, episodes, sound, picture })
    }

    /// Evaluates all subjects of a run folder, on the same episodes.
    fn cohort(&self, catalog: &Catalog) -> Result<ExitCode> {
        let folder = self.checkpoint.display();
        if self.picture.is_some() || self.filming.record.is_some() || self.sound.is_some() {
            bail!(
                "--picture, --record and --sound take a single subject; expected one of the checkpoints in {folder}/checkpoints"
            );
        }
        let (mut all, mut recording) = (Vec::new(), Recording { path: self.record_steps.as_deref(), steps: None });
        for path in subjects_in(&self.checkpoint)? {
            all.push(self.judge(catalog, &path, &mut recording)?);
        }
        recording.finish()?;
        let Some(first) = all.first() else { bail!("{folder} holds no checkpoint of a subject") };
        let rows: Vec<_> = all.iter().map(|judged| (&judged.trained.checkpoint, &judged.episodes)).collect();
        self.write_table(&first.task, &rows)?;
        let means: Vec<f64> = all.iter().map(Judged::score).collect();
        let (iqm, estimate) = (interquartile_mean(&means), interquartile_estimate(&means));
        let interval = estimate.and_then(|score| score.within(0.0, 1.0).interval());
        let task = &first.task.spec().id;
        if self.common.json {
            let subjects: Vec<_> = all.iter().map(Judged::to_json).collect();
            print_json(&json!({
                "task": task, "agent": first.trained.checkpoint.agent, "episodes": self.episodes, "subjects": subjects,
                "score_iqm": iqm, "score_interval": interval, "lesions": self.lesions.lesions(),
                "evaluation": in_words(first.trial.is_some()), "trial": first.trial,
            }))?;
            return Ok(ExitCode::SUCCESS);
        }
        let row = |judged: &Judged| {
            let scores = || judged.episodes.iter().map(|episode| episode.score);
            let (lowest, highest) = (scores().fold(f32::MAX, f32::min), scores().fold(f32::MIN, f32::max));
            let Checkpoint { subject, steps, .. } = &judged.trained.checkpoint;
            let score = judged.score();
            vec![
                subject.to_string(),
                steps.to_string(),
                format!("{score:.3}"),
                format!("{lowest:.3}"),
                format!("{highest:.3}"),
            ]
        };
        let rows: Vec<Vec<String>> = all.iter().map(row).collect();
        // Subjects may have come to trials of their own.
        let same = all.iter().all(|judged| judged.trial == first.trial);
        let place = first.trial.filter(|_| same).map(|trial| in_schedule(&first.task, trial)).unwrap_or_default();
        let interval = match interval {
            Some((low, high)) => format!("95 % interval {low:.3} to {high:.3}"),
            None => "no interval for a single subject".into(),
        };
        print(&format!(
            "{} trained on {}, on {task}{place}, {} episodes each\n{}Score {iqm:.3} (interquartile mean over subjects, {interval})\n",
            first.trained.checkpoint.agent,
            first.trained.checkpoint.task,
            self.episodes,
            table(&["subject", "steps", "mean score", "lowest", "highest"], &rows)
        ))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Writes the episodes of the subjects, if --table is given.
    fn write_table(&self, task: &Blueprint, subjects: &[(&Checkpoint, &Vec<Episode>)]) -> Result<()> {
        let Some(path) = &self.table else { return Ok(()) };
        let mut text = format!("{}\n", Log::Episodes.header(&task.spec().metrics)).into_bytes();
        for (checkpoint, episodes) in subjects {
            let whose = Whose { subject: checkpoint.subject, seed: self.seed };
            let mut steps = 0;
            for (index, episode) in (0..).zip(*episodes) {
                steps += u64::from(episode.length);
                episode_row(&mut text, whose, steps, &Episode { index, ..episode.clone() });
            }
        }
        write_whole(path, &text)
    }

    /// The programme to record: the subject on the task, learning disabled, in its own lane, on the trial that was scored.
    fn programme(&self, trained: Trained, trial: Option<u64>, task: Blueprint, agent: AgentBlueprint) -> Programme {
        let Trained { checkpoint, course } = trained;
        let trial = trial.unwrap_or(checkpoint.trial);
        // A given trial belongs to this task.
        let of = if self.trial.is_some() { task.yaml().to_string() } else { checkpoint.task_yaml.clone() };
        Programme {
            siblings: vec![task.clone()],
            task,
            agent,
            seed: Seed(self.seed),
            subjects: 1,
            cast: vec![Trained { course, checkpoint: Checkpoint { trial, task_yaml: of, ..checkpoint } }],
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
                bail!("{} is not a schedule of trials; expected no --trial", task.spec().id);
            }
            return Ok(None);
        }
        let stands = if trained_on.yaml() == task.yaml() { checkpoint.trial } else { 0 };
        Ok(Some(self.trial.unwrap_or_else(|| task.telling_trial(stands))))
    }
}

/// Where a trial is in a task's schedule, in words.
fn in_schedule(task: &Blueprint, trial: u64) -> String {
    let past = |round: &Round| trial >= round.trials;
    let past = task
        .round()
        .filter(past)
        .map(|Round { trials, after }| format!(", past its {trials} trials: {}", after.in_words()));
    let measures = if task.only_measures(trial) {
        "; a catch or channel trial, whose score says nothing about the skill"
    } else {
        ""
    };
    format!(", trial {trial} of its schedule (from 0{}{measures})", past.unwrap_or_default())
}

/// Seed of the lane in which the subject of a checkpoint practised.
fn practice_lane(checkpoint: &Checkpoint) -> Seed {
    let (purpose, index) = Conditions::default().lane;
    Seed(checkpoint.seed).fan(purpose, index)
}

/// The file for --record-steps, if it is given.
struct Recording<'a> {
    path: Option<&'a Path>,
    steps: Option<Steps>,
}

impl Recording<'_> {
    fn take(&mut self, task: &Blueprint, subject: u64, seen: &Seen<'_>, state: &[f32]) -> Result<()> {
        let Some(path) = self.path else { return Ok(()) };
        if self.steps.is_none() {
            self.steps = Some(Steps::create(path, task)?);
        }
        let &Seen { episode, step, observation, action, outcome, .. } = seen;
        let row = StepRow { subject, episode, step, observation, action, outcome, state };
        self.steps.as_mut().map_or(Ok(()), |steps| steps.take(&row))
    }

    fn finish(self) -> Result<()> {
        self.steps.map_or(Ok(()), Steps::finish)
    }
}

/// A subject that was evaluated.
struct Judged {
    trained: Trained,
    task: Blueprint,
    blueprint: AgentBlueprint,
    trial: Option<u64>,
    episodes: Vec<Episode>,
    /// Samples of the first episode, if --sound is given.
    sound: Option<Vec<i16>>,
    /// Moments of the first episode, if --picture is given.
    picture: Option<Pixels>,
}

impl Judged {
    fn score(&self) -> f64 {
        mean(&self.episodes.iter().map(|episode| f64::from(episode.score)).collect::<Vec<_>>())
    }

    fn to_json(&self) -> Value {
        json!({
            "subject": self.trained.checkpoint.subject, "steps_practised": self.trained.checkpoint.steps, "score_mean": self.score(),
            "scores": self.episodes.iter().map(|episode| episode.score).collect::<Vec<_>>(),
        })
    }
}

/// Checkpoints of the subjects of a run folder, in order.
fn subjects_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let inner = folder.join("checkpoints");
    let place = if inner.is_dir() { inner } else { folder.to_path_buf() };
    let entries = std::fs::read_dir(&place).with_context(|| format!("cannot read {}", place.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let own = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("subject-") && name.ends_with(".safetensors")
    };
    paths.retain(own);
    paths.sort();
    Ok(paths)
}

/// The task on which the subject of a checkpoint was trained; `name` is the checkpoint's name in messages.
pub(super) fn task_of(catalog: &Catalog, checkpoint: &Checkpoint, name: &str) -> Result<Blueprint> {
    if checkpoint.task_yaml.is_empty() {
        return Ok(catalog.tasks.task(&checkpoint.task)?);
    }
    Ok(catalog.tasks.task_from(&Document::parse(&format!("{name} (task)"), &checkpoint.task_yaml)?)?)
}

/// The agent of the subject of a checkpoint; `name` is the checkpoint's name in messages.
pub(super) fn agent_of(catalog: &Catalog, checkpoint: &Checkpoint, name: &str) -> Result<AgentBlueprint> {
    let document = Document::parse(&format!("{name} (agent)"), &checkpoint.agent_yaml)?;
    catalog.agent_from(&document).with_context(|| {
        let agent = shown(&checkpoint.agent);
        format!("the agent `{agent}` of {name} cannot be made by this program; agents written in Python can be evaluated only from Python")
    })
}

/// Refuses tasks with different spaces, between which no agent can move.
pub(super) fn refuse_other_bodies(from: &Blueprint, to: &Blueprint) -> Result<()> {
    let (from, to) = (from.spec(), to.spec());
    let differences = body_differences(from, to);
    if !differences.is_empty() {
        bail!("{} and {} have different bodies: {}", from.id, to.id, differences.join("; "));
    }
    Ok(())
}
