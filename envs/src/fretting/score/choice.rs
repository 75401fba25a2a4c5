//! The part of a score that is played, and how.

use super::written::TEMPO;
use crate::document::Invalid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Largest transposition of a piece, in semitones.
const FURTHEST: f32 = 60.0;

/// The part of a score that is played, and how; see [`MusicSpec`](super::super::MusicSpec).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Choice {
    /// The track, from 1.
    pub track: Option<u32>,
    /// The first and the last bar, from 1.
    pub bars: Option<[u32; 2]>,
    /// Beats per minute.
    pub tempo: Option<f32>,
    /// Transposition in semitones.
    pub transpose: Option<i32>,
    /// How to choose among notes that sound together.
    pub voice: Option<Voice>,
}

/// How to choose among notes that sound together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Voice {
    /// The melody alone: the highest note at each time, without grace notes.
    Highest,
}

impl Choice {
    /// Whether nothing is chosen.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Checks tempo and transposition.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn validate(&self) -> Result<(), Invalid> {
        if let Some(tempo) = self.tempo {
            Invalid::check("music.tempo", tempo, TEMPO, "beats per minute")?;
        }
        let transpose = self.transpose.unwrap_or(0) as f32;
        Invalid::check("music.transpose", transpose, -FURTHEST..=FURTHEST, "semitones")
    }
}
