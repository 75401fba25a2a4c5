//! The part of a piece that is played: one note at a time, with pitches of the instrument.

use super::choice::{Choice, Voice};
use super::pitch::{Pitch, name_of};
use super::written::{FIELD, ScoreNote, ScoreSpec};
use crate::document::Invalid;
use crate::fretting::instrument::Instrument;
use serde::Serialize;
use std::fmt;

/// Fraction of its length by which a note may overlap the next, as in legato playing, and still count as one after the
/// other.
const LEGATO: f64 = 0.25;
/// Tolerance within which two beats count as the same.
const SAME: f64 = 1e-3;
/// One line of notes, before its fingering.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Name, tempos and bars; its own notes are unused.
    pub(super) head: ScoreSpec,
    pub(super) notes: Vec<LineNote>,
}

/// A note of a line. Beats are counted from the first bar that is played.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LineNote {
    /// Onset in beats.
    pub beat: f64,
    /// Duration in beats; by default until the next note.
    pub duration: Option<f64>,
    /// MIDI number of its pitch; by default the pitch of its place.
    pub pitch: Option<i32>,
    /// Whether it is a grace note.
    pub grace: bool,
    /// Why it cannot be played on any instrument, if so.
    pub cannot: Option<&'static str>,
    /// String and fret of a tablature, with strings counted from the highest.
    pub place: Option<(u32, u32)>,
    /// String, from 1, the lowest, if given.
    pub string: Option<u32>,
    /// Fret, if given.
    pub fret: Option<u32>,
    /// Finger, from 1, if given; 0 for none.
    pub finger: Option<u32>,
}

/// A note that cannot be played, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unplayable {
    /// Its number among the notes that are played, from 1.
    pub note: usize,
    /// Onset in beats.
    pub beat: f64,
    /// Name of its pitch; `None` if it has none.
    pub pitch: Option<String>,
    /// The reason.
    pub reason: String,
}

impl fmt::Display for Unplayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pitch = self.pitch.as_ref().map(|pitch| format!("{pitch} ")).unwrap_or_default();
        write!(f, "note {} ({pitch}at beat {:.4}) {}", self.note, Plain(self.beat), self.reason)
    }
}

/// A number without trailing zeros.
struct Plain(f64);

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(3);
        let text = format!("{:.digits$}", self.0);
        f.write_str(if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text })
    }
}

/// A note that `voice: highest` leaves out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftOut {
    /// Onset in beats.
    pub beat: f64,
    /// Name of its pitch.
    pub pitch: String,
    /// The reason.
    pub reason: &'static str,
}

/// Checks a range of bars against the number of bars.
pub(super) fn check_bars([first, last]: [u32; 2], bars: u32) -> Result<(), Invalid> {
    if 1 <= first && first <= last && last <= bars {
        return Ok(());
    }
    Err(Invalid {
        field: "music.bars".into(),
        found: format!("[{first}, {last}]"),
        expected: format!("the first and the last bar, from 1 to {bars}"),
    })
}

impl Line {
    /// Notes in the order of their beats.
    pub fn notes(&self) -> &[LineNote] {
        &self.notes
    }

    /// Tempos: beats from which they apply, and beats per minute.
    pub fn tempos(&self) -> Vec<(f32, f32)> {
        let later = self.head.tempo_changes.iter().map(|change| (change.beat, change.tempo));
        std::iter::once((0.0, self.head.tempo)).chain(later).collect()
    }

    /// The part of a YAML score that is played.
    ///
    /// # Errors
    /// The first invalid field of the score or of the choice.
    pub(super) fn of(score: &ScoreSpec, choice: &Choice) -> Result<Self, Invalid> {
        score.validate_time()?;
        let mut earliest = 0.0;
        for (index, note) in score.notes.iter().enumerate() {
            let at = |field: &str| format!("{}.notes[{index}].{field}", FIELD);
            Invalid::check(&at("beat"), note.beat, earliest..=1e7, "beats")?;
            Invalid::check(&at("duration"), note.duration.unwrap_or(0.0), 0.0..=1e6, "beats")?;
            earliest = note.beat;
        }
        if let Some(track) = choice.track.filter(|&track| track != 1) {
            let (field, found) = ("music.track".into(), track.to_string());
            return Err(Invalid { field, found, expected: "1, the only track of a YAML score".into() });
        }
        let mut head = ScoreSpec { notes: Vec::new(), ..score.clone() };
        let per_bar = score.beats_per_bar.unwrap_or(4.0);
        let mut range = 0.0..f32::INFINITY;
        if let Some(bars) = choice.bars {
            check_bars(bars, (earliest / per_bar).floor() as u32 + 1)?;
            range = (bars[0] - 1) as f32 * per_bar..bars[1] as f32 * per_bar;
            let before = score.tempo_changes.iter().rfind(|change| change.beat <= range.start);
            head.tempo = before.map_or(head.tempo, |change| change.tempo);
            head.tempo_changes.retain(|change| change.beat > range.start && change.beat < range.end);
            head.tempo_changes.iter_mut().for_each(|change| change.beat -= range.start);
        }
        let notes = score.notes.iter().filter(|note| range.contains(&note.beat)).map(|note| LineNote {
            beat: f64::from(note.beat) - f64::from(range.start),
            duration: note.duration.map(f64::from),
            pitch: note.pitch.map(|pitch| pitch.0),
            string: note.string,
            fret: note.fret,
            finger: note.finger,
            ..LineNote::default()
        });
        Ok(Self { notes: notes.collect(), head })
    }

    /// The line at the chosen tempo and transposition, one note at a time, as a score whose notes may still lack
    /// fingers; and the notes left out.
    ///
    /// # Errors
    /// All notes that do not fit into one line on that instrument.
    pub(super) fn arranged(
        mut self,
        choice: &Choice,
        instrument: &Instrument,
    ) -> Result<(ScoreSpec, Vec<LeftOut>), Vec<Unplayable>> {
        if let Some(tempo) = choice.tempo {
            self.head.tempo = tempo;
            self.head.tempo_changes.clear();
        }
        let mut wrong = self.settle(choice.transpose.unwrap_or(0), instrument);
        self.notes.sort_by(|one, other| one.beat.total_cmp(&other.beat).then(other.pitch.cmp(&one.pitch)));
        let left_out = match choice.voice {
            Some(Voice::Highest) => self.keep_highest(),
            None => Vec::new(),
        };
        wrong.extend(self.together());
        let (notes, pitches): (Vec<ScoreNote>, Vec<Option<i32>>) = self.trimmed().into_iter().unzip();
        let score = ScoreSpec { notes, ..self.head };
        for (index, pair) in score.notes.windows(2).enumerate() {
            // Notes that begin at the same time have been reported already.
            let gap = pair[1].beat - pair[0].beat;
            if pair[1].beat < score.earliest_after(pair[0].beat) - 1e-4 && f64::from(gap) > SAME {
                let late = score.between(pair[0].beat, pair[1].beat);
                let reason = format!(
                    "begins {late:.3} s after the one before it; expected at least 0.1 s: choose a slower `tempo`"
                );
                wrong.push(unplayable(index + 1, f64::from(pair[1].beat), pitches[index + 1], reason));
            }
        }
        wrong.sort_by_key(|unplayable| unplayable.note);
        if wrong.is_empty() { Ok((score, left_out)) } else { Err(wrong) }
    }

    /// Fills in pitches, transposes them, and keeps string and fret of a tablature that fit this instrument.
    fn settle(&mut self, transpose: i32, instrument: &Instrument) -> Vec<Unplayable> {
        let mut wrong = Vec::new();
        for (index, note) in self.notes.iter_mut().enumerate() {
            let mut refuse = |pitch, reason: String| wrong.push(unplayable(index, note.beat, pitch, reason));
            if let Some(reason) = note.cannot {
                refuse(None, reason.into());
                continue;
            }
            let strings = instrument.strings() as u32;
            if let Some(string) = note.string.filter(|string| !(1..=strings).contains(string)) {
                refuse(note.pitch, format!("is on string {string}; expected one from 1 to {strings}"));
                continue;
            }
            if let Some(fret) = note.fret.filter(|&fret| fret as usize > instrument.frets()) {
                refuse(note.pitch, format!("is at fret {fret}; expected one up to {}", instrument.frets()));
                continue;
            }
            let there =
                note.string.zip(note.fret).map(|(string, fret)| instrument.pitch(string as usize, fret as usize));
            match (note.pitch, there) {
                (None, None) => {
                    refuse(None, "has no pitch; expected `pitch`, or `string` and `fret`".into());
                    continue;
                }
                (Some(pitch), Some(there)) if pitch != there => {
                    refuse(Some(pitch), format!("has another pitch than its string and fret, {}", name_of(there)));
                    continue;
                }
                (pitch, there) => note.pitch = pitch.or(there),
            }
            let pitch = note.pitch.map(|pitch| pitch + transpose);
            note.pitch = pitch;
            if transpose != 0 {
                (note.string, note.fret, note.finger, note.place) = (None, None, None, None);
            }
            // A tablature is for its own instrument; on another one the places are found anew.
            if let Some((from_top, fret)) = note.place
                && let Some(string) = (strings + 1).checked_sub(from_top).filter(|&string| string > 0)
                && fret as usize <= instrument.frets()
                && Some(instrument.pitch(string as usize, fret as usize)) == pitch
            {
                (note.string, note.fret) = (Some(string), Some(fret));
            }
        }
        wrong
    }

    /// Leaves out grace notes and all but the highest note at each time. The notes are in order, the highest first.
    fn keep_highest(&mut self) -> Vec<LeftOut> {
        let mut left_out = Vec::new();
        let mut kept: Vec<LineNote> = Vec::with_capacity(self.notes.len());
        for note in std::mem::take(&mut self.notes) {
            let lower = kept.last().is_some_and(|last| {
                let sounds = last.duration.is_some_and(|duration| runs_on(last.beat, duration, note.beat));
                (note.beat - last.beat).abs() < SAME || (sounds && note.pitch <= last.pitch)
            });
            if note.grace || lower {
                let reason = if note.grace { "a grace note" } else { "below the melody" };
                left_out.push(LeftOut { beat: note.beat, pitch: name_of(note.pitch.unwrap_or(0)), reason });
                continue;
            }
            if let Some(last) = kept.last_mut() {
                last.duration = last.duration.map(|duration| duration.min(note.beat - last.beat));
            }
            kept.push(note);
        }
        self.notes = kept;
        left_out
    }

    /// Notes that sound together with an earlier one, and grace notes.
    fn together(&self) -> Vec<Unplayable> {
        let mut wrong = Vec::new();
        let mut last: Option<&LineNote> = None;
        for (index, note) in self.notes.iter().enumerate() {
            let mut refuse = |reason: String| wrong.push(unplayable(index, note.beat, note.pitch, reason));
            if note.grace {
                refuse("is a grace note, which has no time of its own; `voice: highest` leaves it out".into());
                continue;
            }
            if let Some(last) = last {
                let sounds = last.duration.is_some_and(|duration| runs_on(last.beat, duration, note.beat));
                if (note.beat - last.beat).abs() < SAME || sounds {
                    let with = name_of(last.pitch.unwrap_or(0));
                    refuse(format!(
                        "sounds together with {with} of beat {:.4}; expected one note at a time: `voice: highest` plays the melody",
                        Plain(last.beat)
                    ));
                }
            }
            last = Some(note);
        }
        wrong
    }

    /// The notes, shortened so that none overlaps the next, and their pitches.
    fn trimmed(&self) -> Vec<(ScoreNote, Option<i32>)> {
        let trimmed = |(index, note): (usize, &LineNote)| {
            let room = self.notes.get(index + 1).map_or(f64::INFINITY, |next| next.beat - note.beat);
            let score_note = ScoreNote {
                beat: note.beat as f32,
                duration: note.duration.map(|duration| duration.min(room) as f32),
                pitch: note.pitch.map(Pitch),
                string: note.string,
                fret: note.fret,
                finger: note.finger,
            };
            (score_note, note.pitch)
        };
        self.notes.iter().enumerate().map(trimmed).collect()
    }
}

/// Whether a note still sounds at a later beat, by more than legato allows.
fn runs_on(beat: f64, duration: f64, later: f64) -> bool {
    beat + (1.0 - LEGATO) * duration > later + SAME
}

/// A note that cannot be played; `index` is from 0.
pub(super) fn unplayable(index: usize, beat: f64, pitch: Option<i32>, reason: String) -> Unplayable {
    Unplayable { note: index + 1, beat, pitch: pitch.map(name_of), reason }
}
