//! Written scores: from a file to notes for strings, frets and fingers.
//!
//! A file goes through four rooms, each with a type of its own: a reader (`midi`, `musicxml`, `guitar_pro`, or the project's YAML) makes a
//! [`Piece`] of it, with all its tracks and bars; `line` chooses what is played of it, one note at a time; `fingering` finds
//! strings, frets and fingers that the hand can reach (`reach`); and what comes out is a [`ScoreSpec`], which `source` puts
//! into the task's document in place of the file's name.

mod fingering;
mod guitar_pro;
mod line;
mod midi;
mod musicxml;
mod piece;
mod pitch;
mod reach;
mod repeats;
mod source;

pub use fingering::{Fingered, cost, finger};
pub use line::{Choice, LeftOut, Line, LineNote, Unplayable, Voice};
pub use piece::{Bar, Piece, PieceNote, Track};
pub use pitch::{Pitch, name_of};
pub use source::{Material, Performance, ScoreError, ScoreSource, inline, names, open, perform, read};

use super::instrument::Instrument;
use super::music::Note;
use super::spec::{FINGERS, MusicSpec, SHORTEST_INTERVAL};
use crate::document::Invalid;
use serde::{Deserialize, Serialize};

/// The field of a task that says its score.
const FIELD: &str = "music.score";
/// Most notes that a score may have.
const MOST_NOTES: usize = 10_000;
/// Slowest and fastest tempo, in beats per minute.
const TEMPO: std::ops::RangeInclusive<f32> = 10.0..=400.0;

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
    /// Other tempos from later beats on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tempo_changes: Vec<TempoChange>,
    /// Beats in a bar, by which bars are counted; 4 unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beats_per_bar: Option<f32>,
    /// The notes in the order of their beats.
    pub notes: Vec<ScoreNote>,
}

/// A tempo that begins at a beat.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TempoChange {
    /// When it begins, in beats from the first.
    pub beat: f32,
    /// Beats per minute from then on.
    pub tempo: f32,
}

/// A note of a written score. What it does not say of string, fret and finger is found; it says its pitch, or string and fret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreNote {
    /// When it begins, in beats from the first.
    pub beat: f32,
    /// How long it is written, in beats; until the next one unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<f32>,
    /// Its pitch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pitch: Option<Pitch>,
    /// Its string, from 1, the lowest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string: Option<u32>,
    /// Its fret, from 1; 0 for the open string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fret: Option<u32>,
    /// The finger that plays it, from 1, the index finger; 0 for the open string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finger: Option<u32>,
}

impl ScoreNote {
    /// Whether string, fret and finger are all said.
    pub fn is_fingered(&self) -> bool {
        self.string.is_some() && self.fret.is_some() && self.finger.is_some()
    }
}

impl ScoreSpec {
    /// Checks that it can be played on an instrument in that time (s). All its notes must be fingered.
    ///
    /// # Errors
    /// The first field that makes no sense, as a field of the task.
    pub fn validate(&self, instrument: &Instrument, music: &MusicSpec, time_limit: f32) -> Result<(), Invalid> {
        let check =
            |field: &str, value, range, unit: &str| Invalid::check(&format!("{FIELD}.{field}"), value, range, unit);
        self.validate_time()?;
        let last = self.beat_at(time_limit - music.lead_in) - 1.0;
        let mut earliest = 0.0;
        for (index, note) in self.notes.iter().enumerate() {
            let at = |field: &str| format!("notes[{index}].{field}");
            check(&at("beat"), note.beat, earliest..=f32::MAX, "beats")?;
            if note.beat > last.max(earliest) {
                return Err(Invalid {
                    field: format!("{FIELD}.{}", at("beat")),
                    found: note.beat.to_string(),
                    expected: format!(
                        "a number from {earliest} to {last}, so that all is played within `episode.time_limit`, {time_limit} s"
                    ),
                });
            }
            check(&at("duration"), note.duration.unwrap_or(0.0), 0.0..=1e6, "beats")?;
            let number = |number: Option<u32>| number.map_or(f32::NAN, |number| number as f32);
            check(&at("string"), number(note.string), 1.0..=instrument.strings() as f32, "")?;
            check(&at("finger"), number(note.finger), 0.0..=FINGERS as f32, "")?;
            // No finger is on an open string.
            let highest = if note.finger == Some(0) { 0.0 } else { instrument.frets() as f32 };
            check(&at("fret"), number(note.fret), number(note.finger)..=highest, "")?;
            earliest = self.earliest_after(note.beat);
        }
        if self.notes.iter().all(|note| note.finger == Some(0)) {
            let expected = "a note that a finger plays".into();
            return Err(Invalid {
                field: format!("{FIELD}.notes"),
                found: "only open strings, which sound by themselves".into(),
                expected,
            });
        }
        Ok(())
    }

    /// Checks tempos, bars and the number of notes.
    ///
    /// # Errors
    /// The first field that makes no sense, as a field of the task.
    fn validate_time(&self) -> Result<(), Invalid> {
        let check =
            |field: &str, value, range, unit: &str| Invalid::check(&format!("{FIELD}.{field}"), value, range, unit);
        check("tempo", self.tempo, TEMPO, "beats per minute")?;
        check("notes", self.notes.len() as f32, 1.0..=MOST_NOTES as f32, "notes")?;
        check("tempo_changes", self.tempo_changes.len() as f32, 0.0..=MOST_NOTES as f32, "changes")?;
        check("beats_per_bar", self.beats_per_bar.unwrap_or(4.0), 0.125..=128.0, "beats")?;
        let mut earliest = 0.0;
        for (index, change) in self.tempo_changes.iter().enumerate() {
            check(&format!("tempo_changes[{index}].beat"), change.beat, earliest..=1e7, "beats")?;
            check(&format!("tempo_changes[{index}].tempo"), change.tempo, TEMPO, "beats per minute")?;
            earliest = change.beat;
        }
        Ok(())
    }

    /// The notes in seconds; those that are not fingered are left out.
    pub fn notes(&self, music: &MusicSpec) -> Vec<Note> {
        let note = |(note, (onset, length)): (&ScoreNote, (f32, f32))| {
            Some(Note {
                onset,
                length,
                string: note.string? as usize,
                fret: note.fret? as usize,
                finger: note.finger?.checked_sub(1).map(|finger| finger as usize),
            })
        };
        self.notes.iter().zip(self.timing(music)).filter_map(note).collect()
    }

    /// Onset and length of every note, in s.
    pub fn timing(&self, music: &MusicSpec) -> Vec<(f32, f32)> {
        let next_beat = |index: usize| self.notes.get(index + 1).map(|next| next.beat);
        let timing = |(index, note): (usize, &ScoreNote)| {
            let next = next_beat(index).unwrap_or(note.beat + note.duration.unwrap_or(1.0));
            let end = note.duration.map_or(next, |duration| next.min(note.beat + duration));
            (music.lead_in + self.seconds(note.beat), self.between(note.beat, end) * music.sustain)
        };
        self.notes.iter().enumerate().map(timing).collect()
    }

    /// The end of its last note, in s from the first beat.
    pub fn length(&self) -> f32 {
        self.notes.last().map_or(0.0, |note| self.seconds(note.beat + note.duration.unwrap_or(1.0)))
    }

    /// How long it has to go on for its last note to count, in s from the first beat: a beat more at least.
    pub fn time_needed(&self) -> f32 {
        self.notes.last().map_or(0.0, |note| self.seconds(note.beat + note.duration.unwrap_or(1.0).max(1.0)))
    }

    /// Time of a beat in s from the first.
    fn seconds(&self, beat: f32) -> f32 {
        let mut sum = 0.0;
        let (mut from, mut tempo) = (0.0, self.tempo);
        for change in self.tempo_changes.iter().take_while(|change| change.beat <= beat) {
            sum += (change.beat - from) * (60.0 / tempo);
            (from, tempo) = (change.beat, change.tempo);
        }
        sum + (beat - from) * (60.0 / tempo)
    }

    /// Time from one beat to a later one, in s.
    fn between(&self, beat: f32, later: f32) -> f32 {
        // The difference of two times would have rounding errors that one product has not.
        let changes = self.tempo_changes.iter().any(|change| change.beat <= later);
        if changes { self.seconds(later) - self.seconds(beat) } else { (later - beat) * (60.0 / self.tempo) }
    }

    /// The earliest beat at which a note may begin after one at that beat.
    fn earliest_after(&self, beat: f32) -> f32 {
        match self.tempo_changes.is_empty() {
            true => beat + SHORTEST_INTERVAL * self.tempo / 60.0,
            // Rounding must not refuse what lies on the bound.
            false => self.beat_at(self.seconds(beat) + 0.9999 * SHORTEST_INTERVAL),
        }
    }

    /// The beat at a time (s) from the first.
    fn beat_at(&self, time: f32) -> f32 {
        let mut rest = time;
        let (mut from, mut tempo) = (0.0, self.tempo);
        for change in &self.tempo_changes {
            let stretch = (change.beat - from) * (60.0 / tempo);
            if stretch > rest {
                break;
            }
            rest -= stretch;
            (from, tempo) = (change.beat, change.tempo);
        }
        from + rest * tempo / 60.0
    }
}
