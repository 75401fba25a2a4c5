//! The YAML format of scores.

use super::pitch::Pitch;
use crate::document::AnyForm;
use crate::document::Invalid;
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// The field of a task that gives its score.
pub(super) const FIELD: &str = "music.score";
/// Largest number of notes in a score.
pub(super) const MOST_NOTES: usize = 10_000;
/// Slowest and fastest tempo, in beats per minute.
pub(super) const TEMPO: std::ops::RangeInclusive<f32> = 10.0..=400.0;

/// A written score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreSpec {
    /// Name of the score.
    pub score: String,
    /// A sentence about the score.
    pub summary: String,
    /// Beats per minute.
    pub tempo: f32,
    /// Changes of tempo at later beats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tempo_changes: Vec<TempoChange>,
    /// Beats per bar, by which bars are counted; 4 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beats_per_bar: Option<f32>,
    /// The notes in the order of their beats.
    pub notes: Vec<ScoreNote>,
}

/// A tempo that begins at a beat.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TempoChange {
    /// Beat at which it begins, counted from 0.
    pub beat: f32,
    /// Beats per minute from then on.
    pub tempo: f32,
}

/// A note of a written score. It gives its pitch, or string and fret. Missing strings, frets and fingers are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreNote {
    /// Onset in beats, counted from 0.
    pub beat: f32,
    /// Written duration in beats; by default until the next note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<f32>,
    /// Its pitch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AnyForm")]
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
    /// Whether string, fret and finger are all given.
    pub fn is_fingered(&self) -> bool {
        self.string.is_some() && self.fret.is_some() && self.finger.is_some()
    }
}

impl ScoreSpec {
    /// Checks tempos, bars and the number of notes.
    ///
    /// # Errors
    /// The first invalid field, as a field of the task.
    pub(super) fn validate_time(&self) -> Result<(), Invalid> {
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

    /// The end of its last note, in s from the first beat.
    pub fn length(&self) -> f32 {
        self.notes.last().map_or(0.0, |note| self.seconds(note.beat + note.duration.unwrap_or(1.0)))
    }

    /// Time that an episode needs for its last note to count, in s from the first beat: at least one more beat.
    pub fn time_needed(&self) -> f32 {
        self.notes.last().map_or(0.0, |note| self.seconds(note.beat + note.duration.unwrap_or(1.0).max(1.0)))
    }

    /// Time of a beat in s from the first.
    pub(super) fn seconds(&self, beat: f32) -> f32 {
        let mut sum = 0.0;
        let (mut from, mut tempo) = (0.0, self.tempo);
        for change in self.tempo_changes.iter().take_while(|change| change.beat <= beat) {
            sum += (change.beat - from) * (60.0 / tempo);
            (from, tempo) = (change.beat, change.tempo);
        }
        sum + (beat - from) * (60.0 / tempo)
    }

    /// Time from one beat to a later one, in s.
    pub(super) fn between(&self, beat: f32, later: f32) -> f32 {
        // A difference of two times would have rounding errors that a single product does not have.
        let changes = self.tempo_changes.iter().any(|change| change.beat <= later);
        if changes { self.seconds(later) - self.seconds(beat) } else { (later - beat) * (60.0 / self.tempo) }
    }

    /// The beat at a time (s) from the first.
    pub(super) fn beat_at(&self, time: f32) -> f32 {
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

/// The score of a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ScoreSource {
    /// The name of a built-in score, or in a file the path of a score; the resolved YAML contains the score itself.
    Named(String),
    /// The score itself.
    Written(ScoreSpec),
}

impl<'de> Deserialize<'de> for ScoreSource {
    /// Unlike serde's derived untagged enums, this keeps the field paths of errors.
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

impl ScoreSource {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Written(score) => &score.score,
        }
    }
}
