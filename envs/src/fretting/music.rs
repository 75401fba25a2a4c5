//! What is played: notes, études drawn from a generator, and written scores.

use super::instrument::Instrument;
use super::spec::{FINGERS, MusicSpec, SHORTEST_INTERVAL};
use crate::document::{Document, DocumentError, Invalid, find, nearest, shown};
use crate::seed::Rng;
use include_dir::{Dir, include_dir};
use rand::RngExt;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// The scores compiled into the program.
static SCORES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../assets/scores");
/// The field of a task that says its score.
const FIELD: &str = "music.score";
/// Most notes that a score may have.
const MOST_NOTES: usize = 10_000;

/// A note to be played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// When it begins, in s.
    pub onset: f32,
    /// How long it lasts, in s.
    pub length: f32,
    /// Its string, from 1, the lowest.
    pub string: usize,
    /// Its fret, from 1.
    pub fret: usize,
    /// The finger that plays it, from 0, the index finger.
    pub finger: usize,
}

impl Note {
    /// Until when it has to be held at least, in s.
    pub fn held_until(&self) -> f32 {
        self.onset + 0.5 * self.length
    }

    /// The fret under the index finger while it is played, with one finger per fret.
    pub fn position(&self) -> i32 {
        self.fret as i32 - self.finger as i32
    }
}

/// A written score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreSpec {
    /// Its name.
    pub score: String,
    /// What it is, in a sentence.
    pub summary: String,
    /// Beats per minute.
    pub tempo: f32,
    /// The notes in the order of their beats.
    pub notes: Vec<ScoreNote>,
}

/// A note of a written score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreNote {
    /// When it begins, in beats from the first.
    pub beat: f32,
    /// Its string, from 1, the lowest.
    pub string: u32,
    /// Its fret, from 1.
    pub fret: u32,
    /// The finger that plays it, from 1, the index finger.
    pub finger: u32,
}

/// What a task says that is to be played.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ScoreSource {
    /// The name of a built-in score. In a file it may also be the path of a score, whose contents are then put in its place.
    Named(String),
    /// The score itself.
    Written(ScoreSpec),
}

impl<'de> Deserialize<'de> for ScoreSource {
    /// Unlike serde's own way with untagged enums, this keeps the fields that errors are about.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrScore;
        impl<'de> Visitor<'de> for NameOrScore {
            type Value = ScoreSource;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a score, a path to one, or the score itself")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<ScoreSource, E> {
                Ok(ScoreSource::Named(name.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ScoreSource, A::Error> {
                ScoreSpec::deserialize(MapAccessDeserializer::new(map)).map(ScoreSource::Written)
            }
        }
        deserializer.deserialize_any(NameOrScore)
    }
}

/// The document of a task with the score of a file in place of its path. Names of built-in scores stay.
///
/// # Errors
/// An unknown name, or a file that makes no sense.
pub fn inline(task: Document) -> Result<Document, DocumentError> {
    let Some(name) = task.text_field(FIELD).filter(|name| built_in(name).is_none()) else { return Ok(task) };
    let Some(path) = find(name, task.folder_of(FIELD)) else { return Err(unknown(name, &task)) };
    let score = Document::open(&path)?;
    score.read::<ScoreSpec>()?;
    Ok(task.with_part(FIELD, &score))
}

fn built_in(name: &str) -> Option<&'static str> {
    SCORES.get_file(format!("{name}.yaml")).and_then(|file| file.contents_utf8())
}

fn unknown(name: &str, task: &Document) -> DocumentError {
    let names: Vec<&str> = SCORES.files().filter_map(|file| file.path().to_str()?.strip_suffix(".yaml")).collect();
    let hint = nearest(name, names.iter().copied()).unwrap_or("a path");
    let expected = format!("the name of a score, a path to one, such as `{hint}`, or the score itself");
    task.invalid(&Invalid { field: FIELD.into(), found: format!("`{}`", shown(name)), expected })
}

impl ScoreSource {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Written(score) => &score.score,
        }
    }

    /// The score, of a task whose document has its files inlined.
    ///
    /// # Errors
    /// A name that is not that of a built-in score.
    pub fn score(&self, task: &Document) -> Result<ScoreSpec, DocumentError> {
        match self {
            Self::Written(score) => Ok(score.clone()),
            Self::Named(name) => {
                let text = built_in(name).ok_or_else(|| unknown(name, task))?;
                Document::parse(&format!("scores/{name}.yaml (built in)"), text)?.read()
            }
        }
    }
}

impl ScoreSpec {
    /// Checks that it can be played on an instrument in that time (s).
    ///
    /// # Errors
    /// The first field that makes no sense, as a field of the task.
    pub fn validate(&self, instrument: &Instrument, music: &MusicSpec, time_limit: f32) -> Result<(), Invalid> {
        let check =
            |field: &str, value, range, unit: &str| Invalid::check(&format!("{FIELD}.{field}"), value, range, unit);
        check("tempo", self.tempo, 10.0..=400.0, "beats per minute")?;
        check("notes", self.notes.len() as f32, 1.0..=MOST_NOTES as f32, "notes")?;
        let last_beat = (time_limit - music.lead_in) * self.tempo / 60.0 - 1.0;
        let mut earliest = 0.0;
        for (index, note) in self.notes.iter().enumerate() {
            let at = |field: &str| format!("notes[{index}].{field}");
            check(&at("beat"), note.beat, earliest..=last_beat.max(earliest), "")?;
            check(&at("string"), note.string as f32, 1.0..=instrument.strings() as f32, "")?;
            check(&at("finger"), note.finger as f32, 1.0..=FINGERS as f32, "")?;
            check(&at("fret"), note.fret as f32, note.finger as f32..=instrument.frets() as f32, "")?;
            earliest = note.beat + SHORTEST_INTERVAL * self.tempo / 60.0;
        }
        Ok(())
    }

    /// The notes in seconds.
    pub fn notes(&self, music: &MusicSpec) -> Vec<Note> {
        let beat = 60.0 / self.tempo;
        let next_beat = |index: usize| self.notes.get(index + 1).map(|next| next.beat);
        let note = |(index, note): (usize, &ScoreNote)| Note {
            onset: music.lead_in + note.beat * beat,
            length: (next_beat(index).unwrap_or(note.beat + 1.0) - note.beat) * beat * music.sustain,
            string: note.string as usize,
            fret: note.fret as usize,
            finger: note.finger.saturating_sub(1) as usize,
        };
        self.notes.iter().enumerate().map(note).collect()
    }
}

/// How many notes an étude of that length (s) can have at most.
pub fn most_notes(music: &MusicSpec, time_limit: f32) -> usize {
    (time_limit / (music.interval * (1.0 - music.interval_range))).ceil() as usize + 1
}

/// Draws an étude of that length (s): one finger per fret in a position of the hand, and a shift now and then.
pub fn draw_etude(music: &MusicSpec, time_limit: f32, rng: &mut Rng, notes: &mut Vec<Note>) {
    notes.clear();
    let mut position = rng.random_range(music.lowest_position..=music.highest_position);
    let mut onset = music.lead_in;
    let mut before = (0, 0);
    loop {
        let interval = music.interval * (1.0 + music.interval_range * rng.random_range(-1.0f32..=1.0));
        if onset + interval > time_limit {
            return;
        }
        if !notes.is_empty() && rng.random::<f32>() * music.notes_per_shift < 1.0 {
            position = draw_shift(music, position, rng);
        }
        let mut place = before;
        // The same place twice would sound without a finger being moved.
        while place == before {
            let finger = rng.random_range(0..FINGERS);
            place = (rng.random_range(1..=music.strings as usize), position as usize + finger);
        }
        before = place;
        let (string, fret) = place;
        notes.push(Note { onset, length: interval * music.sustain, string, fret, finger: fret - position as usize });
        onset += interval;
    }
}

fn draw_shift(music: &MusicSpec, position: u32, rng: &mut Rng) -> u32 {
    let low = position.saturating_sub(music.largest_shift).max(music.lowest_position);
    let high = (position + music.largest_shift).min(music.highest_position);
    if low == high {
        return position;
    }
    let drawn = rng.random_range(low..high);
    if drawn >= position { drawn + 1 } else { drawn }
}
