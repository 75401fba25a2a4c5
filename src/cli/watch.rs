//! `etude watch`: a window in which subjects are seen, or a recording of it.

use super::evaluate::{agent_of, refuse_other_bodies, task_of};
use super::{Lesioning, Threads, whole_number};
use crate::catalog::{Catalog, body_differences};
use crate::run::checkpoint::Checkpoint;
use crate::stage::{Opening, Programme, Recording, Simulation, Speed, Theatre, Training, open, record};
use crate::tell::tell;
use anyhow::{Context, Result, bail};
use clap::Args;
use etude_envs::Seed;
use etude_envs::task::Blueprint;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Trained subjects that come with the program, by name; the first is the one that a newcomer sees.
const SHIPPED: [(&str, &[u8]); 3] = [
    ("cycling", include_bytes!("../../assets/subjects/cycling.safetensors")),
    ("fretting", include_bytes!("../../assets/subjects/fretting.safetensors")),
    ("reaching", include_bytes!("../../assets/subjects/reaching.safetensors")),
];
/// Subjects of a run folder that are shown unless more or fewer are asked for.
const MOST_FROM_FOLDER: usize = 16;

#[derive(Args)]
pub struct Watch {
    /// Checkpoint, run folder, or one of the subjects that come with the program: cycling (the one that is shown if nothing
    /// is given), fretting, reaching
    subject: Option<PathBuf>,
    /// Task to watch on; without a subject, one that naive subjects learn live
    #[arg(long)]
    task: Option<String>,
    /// Agent that learns the task live
    #[arg(long, default_value = "brain", conflicts_with = "subject")]
    agent: String,
    /// Subjects side by side [default: 1, or those of the run folder]
    #[arg(long, value_parser = whole_number::<1, 64>)]
    subjects: Option<u64>,
    /// Let a trained subject go on learning
    #[arg(long)]
    learn: bool,
    /// Times real time, such as 0.5 or 4, or max
    #[arg(long, default_value = "1")]
    speed: Speed,
    /// Seed of the episodes, and of naive subjects
    #[arg(long, default_value = "0", value_parser = super::seed)]
    seed: u64,
    #[command(flatten)]
    lesions: Lesioning,
    #[command(flatten)]
    picture: PictureSize,
    /// Write the live practice into this run folder, as `etude train` does; it can be watched then, not interfered with
    #[arg(long, requires = "task", conflicts_with = "subject")]
    out: Option<PathBuf>,
    /// Go on with the run in the folder
    #[arg(long, requires = "out")]
    resume: bool,
    /// Env steps of practice per subject in that run
    #[arg(long, default_value = "150_000", value_parser = whole_number::<1, 1_000_000_000_000>, requires = "out")]
    steps: u64,
    /// Env steps between evaluations in that run
    #[arg(long, default_value = "10_000", value_parser = whole_number::<1, 1_000_000_000_000>, requires = "out")]
    evaluate_every: u64,
    /// Episodes in an evaluation of that run
    #[arg(long, default_value = "5", value_parser = whole_number::<1, 10_000>, requires = "out")]
    evaluation_episodes: u64,
    /// Env steps between records of the agent's signals in that run
    #[arg(long, default_value = "0", value_parser = whole_number::<0, 1_000_000_000>, requires = "out")]
    signals_every: u64,
    /// Record to this file instead, without a display: .gif, .mp4 (by ffmpeg), or a folder for PNG files
    #[arg(long)]
    record: Option<PathBuf>,
    /// Length of the recording in s
    #[arg(long, default_value = "6", value_parser = seconds, requires = "record")]
    seconds: f32,
    /// Simulated time in s that goes before the recording
    #[arg(long, default_value = "0", value_parser = seconds, requires = "record")]
    skip: f32,
    /// Frames per second of the recording
    #[arg(long, default_value = "25", value_parser = whole_number::<1, 100>, requires = "record")]
    frame_rate: u64,
    /// Tell frames and steps per second on stderr
    #[arg(long)]
    tell_speed: bool,
    #[command(flatten)]
    threads: Threads,
}

#[derive(Args, Clone)]
pub(super) struct PictureSize {
    /// Width and height in pixels
    #[arg(long, default_value = "1280x720", value_parser = size)]
    pub size: [u32; 2],
}

/// Who is to be seen, with their names in messages.
type Cast = Vec<(String, Checkpoint)>;

impl Watch {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        let programme = match (&self.subject, &self.task) {
            (None, Some(task)) => self.live(catalog, task)?,
            (subject, _) => self.trained(catalog, self.cast(subject.as_deref())?)?,
        };
        let grid = programme.subjects > 1;
        if let Some(path) = &self.record {
            let recording = Recording {
                path: path.clone(),
                size: self.picture.size,
                frames_per_second: self.frame_rate as u32,
                seconds: self.seconds,
                skip: self.skip,
                speed: self.speed,
                grid,
            };
            let frames = record(Theatre::open(programme)?, &recording)?;
            super::print(&format!("{frames} frames in {}\n", path.display()))?;
            return Ok(ExitCode::SUCCESS);
        }
        let opening = Opening { size: self.picture.size, tell_frames: self.tell_speed, grid, desk: None };
        open(Simulation::start(programme, self.speed)?, opening)?;
        if let Some(out) = self.out.as_ref().filter(|out| !out.join("summary.json").exists()) {
            let out = out.display();
            tell(&format!(
                "The run in {out} is not finished; go on with it by --out {out} --resume, here or in `etude train`"
            ));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Naive subjects that learn live.
    fn live(&self, catalog: &Catalog, task: &str) -> Result<Programme> {
        let task = catalog.tasks.task(task)?;
        let run = self.out.as_ref().map(|out| Training {
            out: out.clone(),
            resume: self.resume,
            steps: self.steps,
            evaluate_every: self.evaluate_every,
            evaluation_episodes: self.evaluation_episodes,
            signals_every: self.signals_every,
        });
        Ok(Programme {
            siblings: siblings(catalog, &task),
            task,
            agent: catalog.agent(&self.agent)?,
            seed: Seed(self.seed),
            subjects: self.subjects.unwrap_or(1),
            cast: Vec::new(),
            learning: true,
            lesions: self.lesions.lesions(),
            run,
            threads: self.threads.count(),
        })
    }

    /// Trained subjects.
    fn trained(&self, catalog: &Catalog, cast: Cast) -> Result<Programme> {
        let (name, first) = cast.first().context("there is nobody to watch")?;
        let trained_on = task_of(catalog, first, name)?;
        let task = match &self.task {
            Some(task) => catalog.tasks.task(task)?,
            None => trained_on.clone(),
        };
        refuse_other_bodies(&trained_on, &task)?;
        let agent = agent_of(catalog, first, name)?;
        Ok(Programme {
            siblings: siblings(catalog, &task),
            task,
            agent,
            seed: Seed(self.seed),
            subjects: self.subjects.unwrap_or(cast.len() as u64),
            cast: cast.into_iter().map(|(_, checkpoint)| checkpoint).collect(),
            learning: self.learn,
            lesions: self.lesions.lesions(),
            run: None,
            threads: self.threads.count(),
        })
    }

    /// The checkpoints that are meant.
    fn cast(&self, subject: Option<&Path>) -> Result<Cast> {
        let Some(path) = subject else { return shipped(SHIPPED[0].0).map(|own| vec![own]) };
        let name = path.to_string_lossy();
        if SHIPPED.iter().any(|(known, _)| *known == name) {
            return shipped(&name).map(|own| vec![own]);
        }
        if path.is_dir() {
            return from_folder(path);
        }
        if !path.exists() {
            let known: Vec<&str> = SHIPPED.iter().map(|(known, _)| *known).collect();
            bail!("there is no {name}: expected a checkpoint, a run folder, or one of {}", known.join(", "));
        }
        Ok(vec![(name.into_owned(), Checkpoint::open(path)?)])
    }
}

fn shipped(name: &str) -> Result<(String, Checkpoint)> {
    let bytes = SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes).unwrap_or_default();
    let checkpoint = Checkpoint::from_bytes(bytes).with_context(|| format!("the subject `{name}` cannot be used"))?;
    Ok((format!("{name} (built in)"), checkpoint))
}

/// The subjects of a run folder that do the same task as the first.
fn from_folder(folder: &Path) -> Result<Cast> {
    let inner = folder.join("checkpoints");
    let place = if inner.is_dir() { &inner } else { folder };
    let entries = std::fs::read_dir(place).with_context(|| format!("cannot read {}", place.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "safetensors"));
    paths.sort();
    let mut cast = Cast::new();
    for path in paths {
        let checkpoint = Checkpoint::open(&path)?;
        let same = |(_, first): &(String, Checkpoint)| {
            (&first.task_yaml, &first.agent_yaml) == (&checkpoint.task_yaml, &checkpoint.agent_yaml)
        };
        if cast.first().is_none_or(same) && cast.len() < MOST_FROM_FOLDER {
            cast.push((path.display().to_string(), checkpoint));
        }
    }
    if cast.is_empty() {
        bail!(
            "{} holds no checkpoints: expected the folder of a run that has come as far as its first one",
            folder.display()
        );
    }
    Ok(cast)
}

/// All tasks of the family with the same body, the given one among them.
pub(super) fn siblings(catalog: &Catalog, task: &Blueprint) -> Vec<Blueprint> {
    let own = task.spec();
    let ids = catalog.tasks.task_ids();
    let mut siblings: Vec<Blueprint> = ids
        .iter()
        .filter(|id| id.split('/').next() == Some(own.family()))
        .filter_map(|id| if *id == own.id { Some(task.clone()) } else { catalog.tasks.task(id).ok() })
        .filter(|other| body_differences(own, other.spec()).is_empty())
        .collect();
    if !ids.contains(&own.id) {
        siblings.insert(0, task.clone());
    }
    siblings
}

/// Parses `1280x720`.
fn size(text: &str) -> Result<[u32; 2], String> {
    let expected = || format!("expected a width and a height from 64 to 8192, such as 1280x720, found `{text}`");
    let (width, height) = text.split_once('x').ok_or_else(expected)?;
    let side = |text: &str| text.parse::<u32>().ok().filter(|side| (64..=8192).contains(side)).ok_or_else(expected);
    Ok([side(width)?, side(height)?])
}

fn seconds(text: &str) -> Result<f32, String> {
    let seconds = text.parse::<f32>().ok().filter(|seconds| (0.0..=3600.0).contains(seconds));
    seconds.ok_or_else(|| format!("expected a number of seconds from 0 to 3600, found `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_nonsense_is_refused() {
        assert_eq!(size("640x360"), Ok([640, 360]));
        for wrong in ["", "640", "640x", "x360", "0x0", "640x9999999", "-1x5", "1e3x5"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert_eq!(seconds("1.5"), Ok(1.5));
        assert!(["", "-1", "nan", "1e9"].iter().all(|wrong| seconds(wrong).is_err()));
    }

    #[test]
    fn the_shipped_subjects_are_whole_and_can_be_put_on_stage() {
        let catalog = Catalog::default();
        for (name, _) in SHIPPED {
            let (name, checkpoint) = shipped(name).unwrap();
            let task = task_of(&catalog, &checkpoint, &name).unwrap();
            assert_eq!(task.spec().id, checkpoint.task);
            let mut agent = agent_of(&catalog, &checkpoint, &name).unwrap().make(task.spec(), Seed(0)).unwrap();
            assert_eq!(agent.load(&checkpoint.state), Ok(()), "{name}");
        }
    }
}
