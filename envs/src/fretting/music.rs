//! The music: notes, and études drawn from a generator. Written scores are in `score/`.

use super::spec::{FINGERS, MusicSpec};
use crate::seed::Rng;
use rand::RngExt;

/// A note to be played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// Onset in s.
    pub onset: f32,
    /// Duration in s.
    pub length: f32,
    /// Its string, from 1, the lowest.
    pub string: usize,
    /// Its fret, from 1; 0 for the open string.
    pub fret: usize,
    /// The finger that plays it, from 0, the index finger; `None` for an open string.
    pub finger: Option<usize>,
}

impl Note {
    /// Time until which it has to be held at least, in s.
    pub fn held_until(&self) -> f32 {
        self.onset + 0.5 * self.length
    }

    /// The fret under the index finger while it is played, with one finger per fret; `None` for an open string.
    pub fn position(&self) -> Option<i32> {
        Some(self.fret as i32 - self.finger? as i32)
    }
}

/// Largest number of notes in an étude of that length (s).
pub fn most_notes(music: &MusicSpec, time_limit: f32) -> usize {
    (time_limit / (music.interval * (1.0 - music.interval_range))).ceil() as usize + 1
}

/// Draws an étude of that length (s): one finger per fret in a position of the hand, with occasional shifts.
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
        // The same note twice would sound without a movement of a finger.
        while place == before {
            let finger = rng.random_range(0..FINGERS);
            place = (rng.random_range(1..=music.strings as usize), position as usize + finger);
        }
        before = place;
        let (string, fret) = place;
        let finger = Some(fret - position as usize);
        notes.push(Note { onset, length: interval * music.sustain, string, fret, finger });
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
