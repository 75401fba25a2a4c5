//! Written scores in time: onsets and ends of notes, and whether they can be played.

use super::written::{FIELD, ScoreNote, ScoreSpec};
use crate::document::Invalid;
use crate::fretting::instrument::Instrument;
use crate::fretting::music::Note;
use crate::fretting::spec::{FINGERS, MusicSpec, SHORTEST_INTERVAL};

impl ScoreSpec {
    /// Checks that the score can be played on an instrument in that time (s). All its notes must be fingered.
    ///
    /// # Errors
    /// The first invalid field, as a field of the task.
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
            // Open strings have no finger.
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

    /// The notes in seconds; notes without fingering are left out.
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

    /// The earliest beat of a note after one at this beat.
    pub(super) fn earliest_after(&self, beat: f32) -> f32 {
        match self.tempo_changes.is_empty() {
            true => beat + SHORTEST_INTERVAL * self.tempo / 60.0,
            // Rounding must not refuse a beat that is exactly on the bound.
            false => self.beat_at(self.seconds(beat) + 0.9999 * SHORTEST_INTERVAL),
        }
    }
}
