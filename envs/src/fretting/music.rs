//! What is played: notes, études drawn from a generator, and written scores.

use super::instrument::Instrument;
use super::spec::{FINGERS, MusicSpec, SHORTEST_INTERVAL};
use crate::document::{Document, DocumentError, Invalid, nearest};
use crate::seed::Rng;
use include_dir::{Dir, include_dir};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The scores compiled into the program.
static SCORES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../assets/scores");
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

impl ScoreSpec {
    /// The score of that built-in name, or in the file at that path.
    ///
    /// # Errors
    /// An unknown name, which is reported as `task`'s field, or a file that makes no sense.
    pub fn load(name: &str, task: &Document) -> Result<(Self, Document), DocumentError> {
        let built_in = SCORES.get_file(format!("{name}.yaml")).and_then(|file| file.contents_utf8());
        let document = match built_in {
            Some(text) => Document::parse(&format!("scores/{name}.yaml (built in)"), text)?,
            None if Path::new(name).is_file() => Document::open(Path::new(name))?,
            None => {
                let names: Vec<&str> =
                    SCORES.files().filter_map(|file| file.path().to_str()?.strip_suffix(".yaml")).collect();
                let hint = nearest(name, names.iter().copied()).unwrap_or("a path");
                let expected = format!("the name of a score or a path to one, such as `{hint}`");
                let invalid = Invalid { field: "music.score".into(), found: format!("`{name}`"), expected };
                return Err(task.invalid(&invalid));
            }
        };
        Ok((document.read()?, document))
    }

    /// Checks that it can be played on an instrument in that time (s).
    ///
    /// # Errors
    /// The first field that makes no sense.
    pub fn validate(&self, instrument: &Instrument, music: &MusicSpec, time_limit: f32) -> Result<(), Invalid> {
        let check = Invalid::check;
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
