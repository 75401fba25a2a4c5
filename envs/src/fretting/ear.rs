//! Which notes sound, and how they compare with the written ones.
//!
//! The string of each written note is plucked at its onset. A string sounds the highest fret that is pressed on it. A
//! finger that lands makes the string sound without a pluck (a hammer-on); a finger that slides does not. Everything
//! that sounds within 50 ms of an onset is one note.
//!
//! A written open string sounds by itself, which takes no skill: it counts only if a finger keeps it from sounding. A
//! hand that does nothing plays nothing.

use super::hand::{Fingertip, LIGHTEST_TOUCH};
use super::instrument::Instrument;
use super::music::Note;
use super::spec::{FINGERS, MOST_STRINGS};

/// Largest onset error of a correct note, in s.
pub const ONSET_WINDOW: f32 = 0.05;
/// Fraction of the least force for a clean note above which a note buzzes instead of being mute.
const BUZZ: f32 = 0.7;
/// Largest number of logged notes of an episode; later notes are counted but not logged.
const LONGEST_LOG: usize = 1024;

/// What a string would sound if it were plucked now.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Sound {
    /// Its open pitch.
    #[default]
    Open,
    /// Nothing: it is touched, but not pressed firmly enough.
    Muted,
    /// The pitch of a fret.
    Fretted {
        /// The fret, from 1.
        fret: usize,
        /// The finger that presses it, from 0.
        finger: usize,
        /// Whether it is pressed hard enough not to buzz.
        clean: bool,
    },
}

/// A note that has sounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sounded {
    /// Time in s from the start of the episode.
    pub time: f32,
    /// Its string, from 1, the lowest.
    pub string: usize,
    /// Its fret; 0 is the open string.
    pub fret: usize,
    /// MIDI number of its pitch.
    pub pitch: i32,
    /// Time after the written onset, in s; `None` for notes that are not written.
    pub onset_error: Option<f32>,
    /// Force of the finger that frets it, in N.
    pub force: f32,
    /// Whether it sounded clean, without buzzing.
    pub clean: bool,
}

/// Counts of one finger's notes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Notes played as written; a note released early counts half.
    pub correct: f32,
    /// Notes that sounded.
    pub sounded: f32,
    /// Notes that were written.
    pub written: f32,
}

impl Tally {
    /// Fraction of the sounded notes that were written; `None` if nothing sounded.
    pub fn precision(&self) -> Option<f32> {
        (self.sounded > 0.0).then(|| self.correct / self.sounded)
    }

    /// Fraction of the written notes that were played; `None` if nothing was written.
    pub fn recall(&self) -> Option<f32> {
        (self.written > 0.0).then(|| self.correct / self.written)
    }

    /// Harmonic mean of precision and recall; `None` if nothing was written and nothing sounded.
    pub fn f1(&self) -> Option<f32> {
        let all = self.sounded + self.written;
        (all > 0.0).then(|| 2.0 * self.correct / all)
    }
}

/// Tracks the notes of an episode.
#[derive(Clone, Debug, Default)]
pub struct Ear {
    sounds: [Sound; MOST_STRINGS],
    /// Fingers that have made a note sound cleanly and have not been lifted since.
    landed: [bool; FINGERS],
    /// Index of the next note to be plucked.
    next: usize,
    /// The note that was plucked and may still be hit late.
    pending: Option<usize>,
    /// How well its finger stood when the note was plucked; see [`Ear::listen`].
    stood: f32,
    /// The note that was hit and has to be held.
    held: Option<usize>,
    /// Counts by finger.
    pub tallies: [Tally; FINGERS],
    /// Written open strings that a finger kept from sounding.
    pub spoilt: Tally,
    /// All notes that sounded, in order.
    pub log: Vec<Sounded>,
    /// Sum of the absolute onset errors of correct notes, in s, and their number.
    pub onset_errors: (f32, u32),
    /// Position shifts after which a note was played as written.
    pub shifts: u32,
    /// Largest force of a finger so far, in N.
    pub peak_force: f32,
    /// The string plucked at the last call of [`Ear::listen`], and the time since then, in s.
    pub plucked: Option<(usize, f32)>,
    /// Strings that a finger has just hammered on, from the lowest.
    pub hammered: [bool; MOST_STRINGS],
}

impl Ear {
    /// Reserves memory for the log, once.
    pub fn reserve(&mut self) {
        self.log.reserve(LONGEST_LOG);
    }

    /// Starts an episode.
    pub fn start(&mut self) {
        let mut log = std::mem::take(&mut self.log);
        log.clear();
        *self = Self { log, ..Self::default() };
    }

    /// Counts of all fingers together.
    pub fn total(&self) -> Tally {
        self.tallies.iter().fold(self.spoilt, |sum, tally| Tally {
            correct: sum.correct + tally.correct,
            sounded: sum.sounded + tally.sounded,
            written: sum.written + tally.written,
        })
    }

    /// Whether a written note has been played as written.
    pub fn heard(&self, note: &Note) -> bool {
        self.log.iter().rev().any(|sounded| {
            let late = sounded.time - note.onset;
            let same = (sounded.string, sounded.fret) == (note.string, note.fret);
            same && sounded.clean && sounded.onset_error.is_some() && (-1e-3..=2.0 * ONSET_WINDOW).contains(&late)
        })
    }

    /// What each string would sound if it were plucked now.
    pub fn sounds(&self) -> &[Sound] {
        &self.sounds
    }

    /// Listens at `time` (s). Returns how much of a written note has just been played, in [0, 1]: 1 when it sounds
    /// clean; if its finger is in place when it is plucked but presses too lightly, the force as a fraction of the
    /// required force. Nothing is counted twice.
    pub fn listen(&mut self, instrument: &Instrument, notes: &[Note], tips: &[Fingertip; FINGERS], time: f32) -> f32 {
        self.peak_force = tips.iter().fold(self.peak_force, |peak, tip| peak.max(tip.force));
        for string in 1..=instrument.strings() {
            self.sounds[string - 1] = sound(instrument, tips, string);
        }
        (self.plucked, self.hammered) = (None, [false; MOST_STRINGS]);
        self.judge_hold(notes, time);
        let played = self.pluck(instrument, notes, tips, time);
        self.hear_hammer_ons(instrument, notes, tips, time);
        played
    }

    fn judge_hold(&mut self, notes: &[Note], time: f32) {
        let Some(note) = self.held.map(|index| notes[index]) else { return };
        if time >= note.held_until() {
            self.held = None;
        } else if !self.sounds_cleanly(&note) {
            match note.finger {
                Some(finger) => self.tallies[finger].correct -= 0.5,
                None => self.spoilt.written += 0.5,
            }
            self.held = None;
        }
    }

    fn pluck(&mut self, instrument: &Instrument, notes: &[Note], tips: &[Fingertip; FINGERS], time: f32) -> f32 {
        // Half a microsecond of tolerance: an onset that falls on a step belongs to it.
        let plucked = notes.get(self.next).is_some_and(|note| time + 5e-7 >= note.onset);
        if plucked && let Some(note) = notes.get(self.next) {
            if let Some(finger) = note.finger {
                self.tallies[finger].written += 1.0;
            }
            self.plucked = Some((note.string, time - note.onset));
            self.pending = Some(self.next);
            self.stood = 0.0;
            self.next += 1;
        }
        let Some((index, note)) = self.pending.map(|index| (index, notes[index])) else { return 0.0 };
        let late = time - note.onset;
        let Some(due) = note.finger else {
            return self.pluck_open(instrument, index, &note, tips, if plucked { 0.0 } else { late });
        };
        let tally = &mut self.tallies[due];
        let sound = self.sounds[note.string - 1];
        if let Sound::Fretted { fret, finger, clean: true } = sound
            && fret == note.fret
            && late <= ONSET_WINDOW
        {
            tally.correct += 1.0;
            tally.sounded += 1.0;
            // A finger that was in place before the pluck is on time.
            let error = if plucked { 0.0 } else { late };
            self.onset_errors = (self.onset_errors.0 + error, self.onset_errors.1 + 1);
            let before = notes[..index].iter().rev().find_map(Note::position);
            self.shifts += u32::from(before.is_some() && before != note.position());
            self.held = Some(index);
            self.pending = None;
            self.write(Sounded {
                time,
                string: note.string,
                fret,
                pitch: instrument.pitch(note.string, fret),
                onset_error: Some(error),
                force: tips[finger].force,
                clean: true,
            });
            return 1.0 - self.stood;
        }
        if late > ONSET_WINDOW {
            self.pending = None;
            let (fret, force, clean) = match sound {
                Sound::Muted => return 0.0,
                Sound::Open => (0, 0.0, true),
                Sound::Fretted { fret, finger, clean } => (fret, tips[finger].force, clean),
            };
            tally.sounded += 1.0;
            let pitch = instrument.pitch(note.string, fret);
            let (time, string, onset_error) = (note.onset, note.string, Some(0.0));
            self.write(Sounded { time, string, fret, pitch, onset_error, force, clean });
        }
        if plucked {
            self.stood = standing(instrument, &tips[due], &note);
        }
        if plucked { self.stood } else { 0.0 }
    }

    /// The same for an open string that was plucked `late` s ago, 0 in the step of its onset: 1 once it sounds.
    fn pluck_open(
        &mut self,
        instrument: &Instrument,
        index: usize,
        note: &Note,
        tips: &[Fingertip; FINGERS],
        late: f32,
    ) -> f32 {
        let sound = self.sounds[note.string - 1];
        if sound != Sound::Open && late <= ONSET_WINDOW {
            return 0.0;
        }
        self.pending = None;
        let (fret, force, clean) = match sound {
            Sound::Open => {
                self.held = Some(index);
                (0, 0.0, true)
            }
            Sound::Muted => {
                self.spoilt.written += 1.0;
                return 0.0;
            }
            Sound::Fretted { fret, finger, clean } => {
                self.spoilt.written += 1.0;
                self.spoilt.sounded += 1.0;
                (fret, tips[finger].force, clean)
            }
        };
        let pitch = instrument.pitch(note.string, fret);
        let error = if fret == 0 { late } else { 0.0 };
        let (time, string, onset_error) = (note.onset + error, note.string, Some(error));
        self.write(Sounded { time, string, fret, pitch, onset_error, force, clean });
        f32::from(u8::from(fret == 0))
    }

    /// Counts notes that sound without being written as errors.
    fn hear_hammer_ons(&mut self, instrument: &Instrument, notes: &[Note], tips: &[Fingertip; FINGERS], time: f32) {
        for (landed, tip) in self.landed.iter_mut().zip(tips) {
            let fret = instrument.fret_coordinate(tip.x).max(0.0).ceil() as usize;
            *landed &= tip.force >= BUZZ * instrument.least_force(fret);
        }
        for string in 1..=instrument.strings() {
            let Sound::Fretted { fret, finger, clean: true } = self.sounds[string - 1] else { continue };
            let rang = std::mem::replace(&mut self.landed[finger], true);
            self.hammered[string - 1] = !rang;
            // Preparing the next note, or releasing the last one, is part of playing.
            let around = self.next.saturating_sub(2)..(self.next + 2).min(notes.len());
            let written = notes[around].iter().any(|note| (note.string, note.fret) == (string, fret));
            if rang || written {
                continue;
            }
            self.tallies[finger].sounded += 1.0;
            let (pitch, force) = (instrument.pitch(string, fret), tips[finger].force);
            self.write(Sounded { time, string, fret, pitch, onset_error: None, force, clean: true });
        }
    }

    fn sounds_cleanly(&self, note: &Note) -> bool {
        match self.sounds[note.string - 1] {
            Sound::Open => note.fret == 0,
            Sound::Fretted { fret, clean, .. } => clean && fret == note.fret,
            Sound::Muted => false,
        }
    }

    fn write(&mut self, note: Sounded) {
        if self.log.len() < LONGEST_LOG {
            self.log.push(note);
        }
    }
}

/// Force of a finger in its place, as a fraction of the force that a note needs, at most 1; 0 out of place.
fn standing(instrument: &Instrument, tip: &Fingertip, note: &Note) -> f32 {
    let string = instrument.string_touched(instrument.string_coordinate(tip.x, tip.y));
    let fret = instrument.fret_sounded(instrument.fret_coordinate(tip.x));
    let in_place = (string, fret) == (Some(note.string), Some(note.fret));
    if in_place { (tip.force / instrument.least_force(note.fret)).min(1.0) } else { 0.0 }
}

/// What a string sounds: the highest fingertip on it decides.
pub fn sound(instrument: &Instrument, tips: &[Fingertip; FINGERS], string: usize) -> Sound {
    let touching = tips.iter().enumerate().filter(|(_, tip)| {
        tip.force > LIGHTEST_TOUCH
            && instrument.string_touched(instrument.string_coordinate(tip.x, tip.y)) == Some(string)
    });
    let Some((finger, tip)) = touching.max_by(|one, other| one.1.x.total_cmp(&other.1.x)) else {
        return Sound::Open;
    };
    match instrument.fret_sounded(instrument.fret_coordinate(tip.x)) {
        Some(fret) if tip.force >= BUZZ * instrument.least_force(fret) => {
            Sound::Fretted { fret, finger, clean: tip.force >= instrument.least_force(fret) }
        }
        _ => Sound::Muted,
    }
}
