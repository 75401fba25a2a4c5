//! Pitches as numbers and names.

use crate::document::shown;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A pitch as MIDI counts it: 60 is middle C, 69 is A4 at 440 Hz. In YAML, a number or a name such as `A2` or `F#3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pitch(pub i32);

/// Highest MIDI number of a pitch.
const HIGHEST: i32 = 127;

impl fmt::Display for Pitch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&name_of(self.0))
    }
}

/// Name of a pitch, with sharps: `F#3`.
pub fn name_of(pitch: i32) -> String {
    const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
    format!("{}{}", NAMES[pitch.rem_euclid(12) as usize], pitch.div_euclid(12) - 1)
}

impl Serialize for Pitch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Pitch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrName;
        impl Visitor<'_> for NumberOrName {
            type Value = Pitch;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a pitch: a MIDI number from 0 to 127, or a name such as `A2` or `F#3`")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Pitch, E> {
                let pitch = i32::try_from(number).ok().filter(|pitch| (0..=HIGHEST).contains(pitch));
                pitch.map(Pitch).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(number), &self))
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Pitch, E> {
                let found = pitch(name).filter(|pitch| (0..=HIGHEST).contains(pitch));
                found.map(Pitch).ok_or_else(|| E::invalid_value(de::Unexpected::Str(&shown(name)), &self))
            }
        }
        deserializer.deserialize_any(NumberOrName)
    }
}

/// MIDI number of a pitch such as `E2`, `F#3` or `Bb1`; `None` if the name is not a pitch.
pub fn pitch(name: &str) -> Option<i32> {
    let mut letters = name.chars();
    let step = match letters.next()? {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let rest = letters.as_str();
    let (change, octave) = match rest.chars().next()? {
        '#' => (1, &rest[1..]),
        'b' => (-1, &rest[1..]),
        _ => (0, rest),
    };
    let octave: i32 = octave.parse().ok().filter(|octave| (-1..=9).contains(octave))?;
    Some(12 * (octave + 1) + step + change)
}
