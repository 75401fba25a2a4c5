//! A piece of music as read from a file of any kind: tracks of notes in bars.

use super::choice::Choice;
use super::line::{Line, LineNote, check_bars};
use super::written::{MOST_NOTES, ScoreSpec, TempoChange};
use crate::document::{Invalid, shown};

/// Largest number of bars in a piece, with repeats.
pub const MOST_BARS: usize = 20_000;
/// Tempo by default, in beats per minute, as in MIDI.
pub const USUAL_TEMPO: f64 = 120.0;
/// Reasons why a note cannot be played on any instrument.
pub const DRUM: &str = "is a drum's, which has no pitch";
pub const DEAD: &str = "is a dead note, which has no pitch";
pub const HARMONIC: &str = "is a harmonic, for which a finger would have to touch the string without pressing it";

/// A piece of music. A beat is a quarter note, whatever the time signature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Piece {
    /// Title; empty if there is none.
    pub title: String,
    /// Its tracks, or parts.
    pub tracks: Vec<Track>,
    /// Bars as written.
    pub bars: Vec<Bar>,
    /// Indices of the bars in the order of playing, with repeats.
    pub order: Vec<usize>,
    /// Whether it has a da capo or dal segno, which is not followed.
    pub jumps: bool,
}

/// A bar as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    /// Length in beats.
    pub length: f64,
    /// Tempos that begin in the bar: beat from its start, and beats per minute.
    pub tempos: Vec<(f64, f64)>,
}

/// A track, or part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// Its number in the file, from 1.
    pub number: usize,
    /// Name; empty if there is none.
    pub name: String,
    /// Notes in the order of their bars.
    pub notes: Vec<PieceNote>,
}

/// A note as written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PieceNote {
    /// Its bar, from 0.
    pub bar: usize,
    /// Onset in beats from the start of the bar.
    pub beat: f64,
    /// Duration in beats.
    pub duration: f64,
    /// MIDI number of the sounding pitch.
    pub pitch: i32,
    /// Whether it continues the note of the same pitch before it.
    pub tied: bool,
    /// Whether it is a grace note, which has no duration of its own.
    pub grace: bool,
    /// Why it cannot be played on any instrument, if so.
    pub cannot: Option<&'static str>,
    /// Written string and fret, with strings counted from 1, the highest, as in tablature.
    pub place: Option<(u32, u32)>,
}

impl Piece {
    /// The part of one track that is played.
    ///
    /// # Errors
    /// An invalid field of the choice; a piece with several tracks needs a choice.
    pub(super) fn line(&self, name: &str, choice: &Choice) -> Result<Line, Invalid> {
        let track = self.track(choice)?;
        let order: Vec<usize> = match choice.bars {
            None if self.jumps => {
                return Err(Invalid {
                    field: "music.bars".into(),
                    found: "a da capo or dal segno, which is not followed".into(),
                    expected: format!("the first and the last bar that are played, such as [1, {}]", self.bars.len()),
                });
            }
            None => self.order.clone(),
            Some(bars) => {
                let last = self.bars.len() as u32;
                check_bars(bars, last)?;
                (bars[0] as usize - 1..bars[1] as usize).collect()
            }
        };
        let mut head = ScoreSpec {
            score: name.into(),
            summary: self.summary(name, track, choice),
            tempo: 0.0,
            tempo_changes: Vec::new(),
            beats_per_bar: self.beats_per_bar(&order),
            notes: Vec::new(),
        };
        head.tempo = tempo_before(&self.bars, order.first().copied().unwrap_or(0)) as f32;
        let notes = self.unrolled(track, &order, &mut head)?;
        Ok(Line { head, notes })
    }

    fn track(&self, choice: &Choice) -> Result<&Track, Invalid> {
        let with_notes = || self.tracks.iter().filter(|track| !track.notes.is_empty());
        let found = match choice.track {
            Some(number) => with_notes().find(|track| track.number == number as usize),
            None => {
                let mut tuned = with_notes().filter(|track| !track.is_drums());
                tuned.next().filter(|_| tuned.next().is_none())
            }
        };
        found.ok_or_else(|| {
            let names: Vec<String> = with_notes().take(12).map(Track::told).collect();
            let more = with_notes().count().saturating_sub(names.len());
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            Invalid {
                field: "music.track".into(),
                found: choice.track.map_or("none".into(), |number| number.to_string()),
                expected: match names.is_empty() {
                    true => "a file with notes".into(),
                    false => format!("the number of a track with notes: {}{more}", names.join(", ")),
                },
            }
        })
    }

    fn summary(&self, name: &str, track: &Track, choice: &Choice) -> String {
        let title = if self.title.is_empty() { name } else { &self.title };
        let mut text = shown(title);
        if self.tracks.iter().filter(|track| !track.notes.is_empty()).count() > 1 {
            text += &format!(", track {}", track.number);
        }
        match choice.bars {
            Some([first, last]) => text += &format!(", bars {first} to {last}."),
            None => text += ".",
        }
        text
    }

    /// Length of the bars in beats if all have the same length; the last may be shorter.
    fn beats_per_bar(&self, order: &[usize]) -> Option<f32> {
        let (&last, before) = order.split_last()?;
        let length = |bar: usize| self.bars.get(bar).map_or(0.0, |bar| bar.length);
        let first = before.first().map_or(length(last), |&bar| length(bar));
        let same = before.iter().all(|&bar| (length(bar) - first).abs() < 1e-6) && length(last) <= first + 1e-6;
        (same && (0.125..=128.0).contains(&first)).then_some(first as f32)
    }

    /// The notes of a track with all repeats and ties written out.
    fn unrolled(&self, track: &Track, order: &[usize], head: &mut ScoreSpec) -> Result<Vec<LineNote>, Invalid> {
        let mut notes: Vec<LineNote> = Vec::new();
        // For every pitch, the index of its last note, to which another may be tied.
        let mut last = [usize::MAX; 128];
        let (mut start, mut expected, mut tempo) = (0.0, order.first().copied().unwrap_or(0), f64::from(head.tempo));
        for &index in order {
            let Some(bar) = self.bars.get(index) else { continue };
            if index != expected {
                tempo = change(head, start, tempo_before(&self.bars, index), tempo);
            }
            expected = index + 1;
            for &(beat, to) in &bar.tempos {
                tempo = change(head, start + beat, to, tempo);
            }
            let first = track.notes.partition_point(|note| note.bar < index);
            for note in track.notes[first..].iter().take_while(|note| note.bar == index) {
                let beat = start + note.beat;
                let before = last.get_mut(note.pitch.clamp(0, 127) as usize);
                let tied_to = before.as_ref().and_then(|before| notes.get_mut(**before)).filter(|before| {
                    note.tied && !note.grace && (before.beat + before.duration.unwrap_or(0.0) - beat).abs() < 1e-3
                });
                if let Some(before) = tied_to {
                    before.duration = before.duration.map(|duration| duration + note.duration);
                    continue;
                }
                if notes.len() == MOST_NOTES {
                    return Err(Invalid {
                        field: "music.bars".into(),
                        found: format!("more than {MOST_NOTES} notes"),
                        expected: "bars with fewer, such as [1, 8]".into(),
                    });
                }
                if let Some(before) = before.filter(|_| !note.grace) {
                    *before = notes.len();
                }
                notes.push(LineNote {
                    beat,
                    duration: Some(note.duration),
                    pitch: Some(note.pitch),
                    grace: note.grace,
                    cannot: note.cannot,
                    place: note.place,
                    ..LineNote::default()
                });
            }
            start += bar.length;
        }
        Ok(notes)
    }
}

/// The tempo at the start of a bar.
fn tempo_before(bars: &[Bar], index: usize) -> f64 {
    let at_start = bars.get(index).and_then(|bar| bar.tempos.iter().rfind(|(beat, _)| *beat <= 0.0));
    let before = || bars[..index.min(bars.len())].iter().rev().find_map(|bar| bar.tempos.last());
    at_start.or_else(before).map_or(USUAL_TEMPO, |&(_, tempo)| tempo)
}

/// Records a change of tempo, unless the tempo stays the same.
fn change(head: &mut ScoreSpec, beat: f64, to: f64, tempo: f64) -> f64 {
    if (to - tempo).abs() > 1e-9 {
        if beat <= 0.0 {
            head.tempo = to as f32;
        } else {
            head.tempo_changes.push(TempoChange { beat: beat as f32, tempo: to as f32 });
        }
    }
    to
}

impl Track {
    fn is_drums(&self) -> bool {
        self.notes.iter().all(|note| note.cannot == Some(DRUM))
    }

    fn told(&self) -> String {
        let name = if self.name.is_empty() { String::new() } else { format!(" `{}`", shown(&self.name)) };
        let drums = if self.is_drums() { ", drums" } else { "" };
        format!("{}{name} ({} notes{drums})", self.number, self.notes.len())
    }
}
