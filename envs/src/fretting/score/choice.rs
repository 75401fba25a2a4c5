//! What of a score is played, and how.

use super::written::TEMPO;
use crate::document::Invalid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Furthest that a piece may be transposed, in semitones.
const FURTHEST: f32 = 60.0;

/// What of a score is played, and how; see [`MusicSpec`](super::super::MusicSpec).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Choice {
    /// The track, from 1.
    pub track: Option<u32>,
    /// The first and the last bar, from 1.
    pub bars: Option<[u32; 2]>,
    /// Beats per minute.
    pub tempo: Option<f32>,
    /// Semitones by which all is moved.
    pub transpose: Option<i32>,
    /// What is played where notes sound together.
    pub voice: Option<Voice>,
}

/// What is played where notes sound together.
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
    /// The first one out of its range.
    pub fn validate(&self) -> Result<(), Invalid> {
        if let Some(tempo) = self.tempo {
            Invalid::check("music.tempo", tempo, TEMPO, "beats per minute")?;
        }
        let transpose = self.transpose.unwrap_or(0) as f32;
        Invalid::check("music.transpose", transpose, -FURTHEST..=FURTHEST, "semitones")
    }
}
