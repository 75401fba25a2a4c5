//! Beats, notes and their effects.

use super::bytes::Bytes;
use super::format::{Instrument, Version, sound_size};
use crate::fretting::score::piece::{Bar, DEAD, DRUM, HARMONIC, PieceNote};

/// Reads the voices of a track, bar by bar.
pub struct Voices<'a> {
    instrument: &'a Instrument,
    notes: Vec<PieceNote>,
    /// Last fret on each string, in each voice, for ties.
    last: [[Option<i32>; 7]; 2],
}

impl<'a> Voices<'a> {
    pub fn new(instrument: &'a Instrument) -> Self {
        Self { instrument, notes: Vec::new(), last: [[None; 7]; 2] }
    }

    /// The notes of all voices in order.
    pub fn into_notes(mut self) -> Vec<PieceNote> {
        self.notes.sort_by(|one, other| one.bar.cmp(&other.bar).then(one.beat.total_cmp(&other.beat)));
        self.notes
    }

    pub fn bar(&mut self, bytes: &mut Bytes<'_>, version: Version, index: usize, bar: &mut Bar) -> Result<(), String> {
        let voices = if version >= Version::Five { 2 } else { 1 };
        for voice in 0..voices {
            let mut now = 0.0;
            for _ in 0..bytes.count("beats", 0..=100_000)? {
                now += self.beat(bytes, version, voice, index, now, bar)?;
            }
        }
        // A line break, which may be missing after the last bar.
        if version >= Version::Five && !bytes.is_empty() {
            bytes.skip(1)?;
        }
        Ok(())
    }

    /// Reads a beat that begins at `now`, and returns its length.
    fn beat(
        &mut self,
        bytes: &mut Bytes<'_>,
        version: Version,
        voice: usize,
        bar: usize,
        now: f64,
        tempos: &mut Bar,
    ) -> Result<f64, String> {
        let flags = bytes.u8()?;
        let empty = flags & 0x40 != 0 && bytes.u8()? == 0;
        let duration = duration(bytes, flags)?;
        if flags & 0x02 != 0 {
            chord(bytes, version)?;
        }
        if flags & 0x04 != 0 {
            bytes.long_text()?;
        }
        let harmonic = flags & 0x08 != 0 && effects(bytes, version)?;
        if flags & 0x10 != 0
            && let Some(tempo) = mix(bytes, version)?
        {
            tempos.tempos.push((now, f64::from(tempo)));
        }
        let strings = bytes.u8()?;
        for string in 1..=self.instrument.tuning.len() {
            if strings & (1 << (7 - string)) != 0 {
                let note = PieceNote { bar, beat: now, duration, ..PieceNote::default() };
                self.note(bytes, version, voice, string, note, harmonic)?;
            }
        }
        if version >= Version::Five {
            let display = bytes.i16()?;
            bytes.skip(if display & 0x0800 != 0 { 1 } else { 0 })?;
        }
        Ok(if empty { 0.0 } else { duration })
    }

    fn note(
        &mut self,
        bytes: &mut Bytes<'_>,
        version: Version,
        voice: usize,
        string: usize,
        mut note: PieceNote,
        harmonic: bool,
    ) -> Result<(), String> {
        let five = version >= Version::Five;
        let flags = bytes.u8()?;
        let kind = if flags & 0x20 != 0 { bytes.u8()? } else { 0 };
        bytes.skip(if flags & 0x01 != 0 && !five { 2 } else { 0 })?;
        bytes.skip(if flags & 0x10 != 0 { 1 } else { 0 })?;
        let written = if flags & 0x20 != 0 { i32::from(bytes.i8()?) } else { 0 };
        bytes.skip(if flags & 0x80 != 0 { 2 } else { 0 })?;
        if five {
            bytes.skip(if flags & 0x01 != 0 { 8 } else { 0 } + 1)?;
        }
        let effects = if flags & 0x08 != 0 { note_effects(bytes, version)? } else { NoteEffects::default() };
        if kind == 0 {
            return Ok(());
        }
        let (Some(open), Some(last)) = (self.instrument.tuning.get(string - 1), self.last[voice].get_mut(string - 1))
        else {
            return Ok(());
        };
        let tied = kind == 2 && last.is_some();
        let fret = if tied { last.unwrap_or(0) } else { written }.clamp(0, 99);
        *last = Some(fret);
        let pitch = |fret: i32| open + fret + self.instrument.capo;
        note.pitch = pitch(fret);
        note.tied = tied;
        note.cannot = match kind {
            _ if self.instrument.drums => Some(DRUM),
            3 => Some(DEAD),
            _ if harmonic || effects.harmonic => Some(HARMONIC),
            _ => None,
        };
        if self.instrument.capo == 0 {
            note.place = Some((string as u32, fret as u32));
        }
        if note.cannot.is_none() && !(0..=127).contains(&note.pitch) {
            return Err(format!("the pitch {} is out of range; expected 0 to 127", note.pitch));
        }
        if let Some(fret) = effects.grace {
            let pitch = pitch(fret).clamp(0, 127);
            self.notes.push(PieceNote { duration: 0.0, pitch, tied: false, grace: true, place: None, ..note });
        }
        self.notes.push(note);
        Ok(())
    }
}

/// Length of a beat, in quarter notes.
fn duration(bytes: &mut Bytes<'_>, flags: u8) -> Result<f64, String> {
    let value = bytes.i8()?;
    if !(-2..=6).contains(&value) {
        return Err(format!("expected a duration from -2 to 6, found {value}"));
    }
    let plain = 2f64.powi(-i32::from(value));
    let dotted = if flags & 0x01 != 0 { 1.5 * plain } else { plain };
    if flags & 0x20 == 0 {
        return Ok(dotted);
    }
    let enters = bytes.i32()?;
    let times = match enters {
        3 => 2,
        5..=7 => 4,
        9..=13 => 8,
        _ => enters.max(1),
    };
    Ok(dotted * f64::from(times) / f64::from(enters.max(1)))
}

fn chord(bytes: &mut Bytes<'_>, version: Version) -> Result<(), String> {
    if bytes.u8()? != 0 {
        return bytes.skip(if version == Version::Three { 124 } else { 106 });
    }
    bytes.long_text()?;
    if bytes.i32()? != 0 { bytes.skip(6 * 4) } else { Ok(()) }
}

/// Reads the effects of a beat; returns whether its notes are harmonics.
fn effects(bytes: &mut Bytes<'_>, version: Version) -> Result<bool, String> {
    let flags = bytes.u8()?;
    if version == Version::Three {
        bytes.skip(if flags & 0x20 != 0 { 5 } else { 0 } + if flags & 0x40 != 0 { 2 } else { 0 })?;
        return Ok(flags & 0x0c != 0);
    }
    let more = bytes.u8()?;
    bytes.skip(if flags & 0x20 != 0 { 1 } else { 0 })?;
    if more & 0x04 != 0 {
        bend(bytes)?;
    }
    bytes.skip(if flags & 0x40 != 0 { 2 } else { 0 } + if more & 0x02 != 0 { 1 } else { 0 })?;
    Ok(false)
}

fn bend(bytes: &mut Bytes<'_>) -> Result<(), String> {
    bytes.skip(5)?;
    let points = bytes.count("points of a bend", 0..=10_000)?;
    bytes.skip(9 * points)
}

/// Reads a change of sounds; returns the tempo that it sets.
fn mix(bytes: &mut Bytes<'_>, version: Version) -> Result<Option<i32>, String> {
    let five = version >= Version::Five;
    bytes.skip(1)?;
    if five {
        bytes.skip(sound_size(version) + if version == Version::Five { 1 } else { 0 })?;
    }
    let mut changes = 0;
    for _ in 0..6 {
        changes += usize::from(bytes.i8()? >= 0);
    }
    if five {
        bytes.long_text()?;
    }
    let tempo = bytes.i32()?;
    bytes.skip(changes)?;
    if tempo >= 0 {
        bytes.skip(if version > Version::Five { 2 } else { 1 })?;
    }
    bytes.skip(match version {
        Version::Three => 0,
        Version::Four => 1,
        _ => 2,
    })?;
    if version > Version::Five {
        bytes.long_text()?;
        bytes.long_text()?;
    }
    match tempo {
        0 | 10_001.. => Err(format!("expected a tempo from 1 to 10000 beats per minute, found {tempo}")),
        _ => Ok(Some(tempo).filter(|tempo| *tempo > 0)),
    }
}

/// The effects of a note that are kept.
#[derive(Default)]
struct NoteEffects {
    harmonic: bool,
    /// The fret of a grace note before it.
    grace: Option<i32>,
}

fn note_effects(bytes: &mut Bytes<'_>, version: Version) -> Result<NoteEffects, String> {
    let flags = bytes.u8()?;
    let more = if version == Version::Three { 0 } else { bytes.u8()? };
    let mut effects = NoteEffects { harmonic: more & 0x10 != 0, grace: None };
    if flags & 0x01 != 0 {
        bend(bytes)?;
    }
    if flags & 0x10 != 0 {
        effects.grace = Some(i32::from(bytes.i8()?).max(0));
        bytes.skip(if version >= Version::Five { 4 } else { 3 })?;
    }
    // Tremolo picking and slides.
    bytes.skip(if more & 0x04 != 0 { 1 } else { 0 } + if more & 0x08 != 0 { 1 } else { 0 })?;
    if effects.harmonic {
        let kind = bytes.u8()?;
        bytes.skip(match kind {
            2 if version >= Version::Five => 3,
            3 if version >= Version::Five => 1,
            _ => 0,
        })?;
    }
    bytes.skip(if more & 0x20 != 0 { 2 } else { 0 })?;
    Ok(effects)
}
