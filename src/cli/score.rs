//! `etude score`: how a hand plays a piece of music, and with which fingers.

use super::flags::{Common, Settings};
use super::stdout::{print, print_json};
use super::tablature::tablature;
use crate::catalog::Catalog;
use crate::files::write_whole;
use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, ValueEnum};
use etude_envs::document::{Document, Invalid, nearest, shown, to_yaml};
use etude_envs::fretting::score::{self, Choice, Performance, ScoreError, Voice};
use etude_envs::fretting::{FrettingSpec, Instrument};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

/// Largest number of unplayable notes that are named.
const MOST_NAMED: usize = 50;

#[derive(Args)]
pub struct Score {
    /// Score: a file (YAML, MIDI, MusicXML, Guitar Pro 3 to 5), or the name of a built-in score
    score: String,
    /// Fretting task whose instrument and hand play it
    #[arg(long = "for", value_name = "TASK", default_value = "fretting/guitar-v0")]
    task: String,
    /// Number of the track in the file [default: the only one with notes]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    track: Option<u32>,
    /// First and last bar as written, counted from 1, e.g. 1-8 [default: all, with repeats]
    #[arg(long, value_name = "A-B", value_parser = bars)]
    bars: Option<[u32; 2]>,
    /// Beats per minute [default: as written]
    #[arg(long, value_name = "TEMPO")]
    tempo: Option<f32>,
    /// Transpose by this many semitones, e.g. -12 for an octave down
    #[arg(long, value_name = "SEMITONES", allow_negative_numbers = true)]
    transpose: Option<i32>,
    /// Which note to play where several sound together [default: refuse them]
    #[arg(long)]
    voice: Option<VoiceName>,
    /// Write the score with all its strings, frets and fingers to this YAML file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum VoiceName {
    /// The melody: the highest note at each time, without grace notes
    Highest,
}

/// Parses `1-8`, and `3` for one bar.
fn bars(text: &str) -> Result<[u32; 2], String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|&bar| bar > 0);
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => Ok([first, last]),
        _ => Err("expected the first and the last bar, counted from 1, such as 1-8".into()),
    }
}

impl Score {
    pub fn run(&self, catalog: &Catalog) -> Result<ExitCode> {
        self.settings.refuse_of_agent()?;
        let spec = self.spec(catalog)?;
        let Some(material) = score::open(&self.score, None)? else {
            let near = nearest(&self.score, score::names());
            let hint = near.map_or_else(
                || "; expected a file (YAML, MIDI, MusicXML, Guitar Pro) or a built-in score".to_string(),
                |near| format!("; did you mean `{near}`?"),
            );
            bail!("there is no score `{}`{hint}", shown(&self.score));
        };
        let performance = score::perform(&material, &self.choice(), &spec).map_err(|error| match error {
            ScoreError::Invalid(Invalid { field, found, expected }) => {
                // A value chosen here is not a field of a file.
                let flag = field.strip_prefix("music.").filter(|flag| !flag.contains("score"));
                let field = flag.map_or(format!("`{field}`"), |flag| format!("--{flag}"));
                anyhow!("{field}: expected {expected}, found {}", shown(&found))
            }
            ScoreError::Unplayable { .. } => anyhow!("{} {}", shown(&self.score), error.told(MOST_NAMED)),
        })?;
        if let Some(out) = &self.out {
            write_whole(out, to_yaml(&performance.score)?.as_bytes())?;
        }
        if self.common.json {
            print_json(&document(&performance, &spec))?;
        } else {
            print(&told(&performance, &spec))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn choice(&self) -> Choice {
        let voice = self.voice.map(|VoiceName::Highest| Voice::Highest);
        Choice { track: self.track, bars: self.bars, tempo: self.tempo, transpose: self.transpose, voice }
    }

    fn spec(&self, catalog: &Catalog) -> Result<FrettingSpec> {
        let task = catalog.task_set(&self.task, &self.settings.set)?;
        let id = &task.spec().id;
        if task.spec().family() != "fretting" {
            bail!("--for {}: expected a fretting task, such as fretting/guitar-v0", shown(&self.task));
        }
        let document = Document::parse(id, &task.yaml())?;
        document.read().map_err(|error| anyhow!(error)).with_context(|| format!("--for {}", shown(&self.task)))
    }
}

/// The performance as text.
fn told(performance: &Performance, spec: &FrettingSpec) -> String {
    let score = &performance.score;
    let open = score.notes.iter().filter(|note| note.finger == Some(0)).count();
    let mut text = format!(
        "{}: {}\n{} notes in {:.1} s at {} beats per minute, for {}",
        score.score,
        score.summary,
        score.notes.len(),
        score.length(),
        score.tempo,
        spec.task
    );
    if !score.tempo_changes.is_empty() {
        text += &format!("; {} changes of tempo", score.tempo_changes.len());
    }
    if open > 0 {
        text += &format!("; {open} on open strings, which sound by themselves");
    }
    if !performance.left_out.is_empty() {
        text += &format!("; {} notes left out (--json lists them)", performance.left_out.len());
    }
    text += ".\n\n";
    text += &tablature(score, &spec.instrument.tuning);
    let least = least_time(performance, spec);
    if least > spec.episode.time_limit {
        text += &format!(
            "\n{} ends after {} s; to play the whole score, a task needs `episode: {{time_limit: {least}}}`.\n",
            spec.task, spec.episode.time_limit
        );
    }
    text
}

/// Shortest episode in which the whole score can be played, in whole s.
fn least_time(performance: &Performance, spec: &FrettingSpec) -> f32 {
    (spec.music.lead_in + performance.score.time_needed()).ceil()
}

/// A number rounded to the digits of single precision.
fn plain(number: f32) -> f64 {
    (f64::from(number) * 1e5).round() / 1e5
}

fn document(performance: &Performance, spec: &FrettingSpec) -> Value {
    let (score, instrument) = (&performance.score, Instrument::new(&spec.instrument));
    let notes = score.notes.iter().enumerate().map(|(index, note)| {
        let next = score.notes.get(index + 1).map_or(1.0, |next| next.beat - note.beat);
        let pitch = instrument.pitch(note.string.unwrap_or(0) as usize, note.fret.unwrap_or(0) as usize);
        json!({
            "beat": plain(note.beat), "string": note.string, "fret": note.fret, "finger": note.finger,
            "duration": plain(note.duration.unwrap_or(next)), "pitch": pitch,
        })
    });
    json!({
        "score": score.score, "summary": score.summary, "task": spec.task, "tempo": score.tempo,
        "tempo_changes": score.tempo_changes, "seconds": plain(score.length()), "cost": performance.cost,
        "least_time_limit": least_time(performance, spec),
        "notes": notes.collect::<Value>(), "left_out": performance.left_out,
    })
}
