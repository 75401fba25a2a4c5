//! Guitar Pro 3, 4 and 5.
//!
//! The format has no official description; this follows the documentation of PyGuitarPro. Only what sounds is kept:
//! articulation (bends, slides, hammer-ons) and swing are ignored. The crate `guitarpro` is not used because it panics
//! on damaged files.

mod beat;
mod bytes;
mod format;

use super::piece::{Bar, MOST_BARS, Piece, Track};
use super::repeats::{Repeats, played};
use beat::Voices;
use bytes::Bytes;
use format::{Instrument, Version, sound_size};

/// The beginning of files, after the length of the version's name.
pub const MAGIC: &[u8] = b"FICHIER GUITAR PRO ";
/// Largest number of tracks in a file.
const MOST_TRACKS: i32 = 256;
/// Channel of the drums, from 1, of each port's 16.
const DRUMS: i32 = 10;

/// Reads a file. Its tracks are numbered as in the file.
///
/// # Errors
/// A sentence about what is wrong with the file.
pub fn read(file: &[u8]) -> Result<Piece, String> {
    song(file).map_err(|message| format!("is a Guitar Pro file that cannot be read: {message}"))
}

fn song(file: &[u8]) -> Result<Piece, String> {
    let mut bytes = Bytes::new(file);
    let name = bytes.text(30)?;
    let version = match name.rsplit(['v', 'L']).next() {
        Some(number) if number.starts_with("3.") => Version::Three,
        Some(number) if number.starts_with("4.") => Version::Four,
        Some("5.00") => Version::Five,
        Some(number) if number.starts_with("5.") => Version::FiveTen,
        _ => return Err(format!("expected version 3, 4 or 5, found `{name}`")),
    };
    let mut piece = Piece { title: bytes.long_text()?, ..Piece::default() };
    let texts = if version >= Version::Five { 8 } else { 7 };
    (0..texts).try_for_each(|_| bytes.long_text().map(drop))?;
    let lines = bytes.count("lines of a notice", 0..=100_000)?;
    (0..lines).try_for_each(|_| bytes.long_text().map(drop))?;
    let tempo = opening(&mut bytes, version)?;
    bytes.skip(64 * 12)?;
    if version >= Version::Five {
        // Musical directions (coda, segno), and the places from which to jump to them.
        bytes.skip(5 * 2)?;
        for _ in 0..14 {
            piece.jumps |= bytes.i16()? > -1;
        }
        bytes.skip(4)?;
    }
    let bars = bytes.count("bars", 1..=MOST_BARS as i32)?;
    let tracks = bytes.count("tracks", 1..=MOST_TRACKS)?;
    let (mut repeats, mut meter): (Vec<Repeats>, _) = (Vec::new(), [4, 4]);
    for index in 0..bars {
        let marks = header(&mut bytes, version, index == 0, &repeats, &mut meter)?;
        if meter.iter().any(|number| *number < 1) {
            return Err("a time signature is invalid".into());
        }
        let length = 4.0 * f64::from(meter[0]) / f64::from(meter[1]);
        piece.bars.push(Bar { length, tempos: Vec::new() });
        repeats.push(marks);
    }
    piece.bars[0].tempos.push((0.0, f64::from(tempo)));
    let instruments = (0..tracks).map(|index| instrument(&mut bytes, version, index == 0));
    let instruments: Vec<Instrument> = instruments.collect::<Result<_, _>>()?;
    if version >= Version::Five {
        bytes.skip(if version == Version::Five { 2 } else { 1 })?;
    }
    let mut voices: Vec<Voices<'_>> = instruments.iter().map(Voices::new).collect();
    for (index, bar) in piece.bars.iter_mut().enumerate() {
        for (number, voices) in voices.iter_mut().enumerate() {
            let at = |message| format!("bar {} of track {}: {message}", index + 1, number + 1);
            voices.bar(&mut bytes, version, index, bar).map_err(at)?;
        }
        bar.tempos.sort_by(|one, other| one.0.total_cmp(&other.0));
    }
    let tracks = voices.into_iter().map(Voices::into_notes).zip(&instruments).enumerate();
    let track = |(index, (notes, instrument)): (usize, (_, &Instrument))| Track {
        number: index + 1,
        name: instrument.name.clone(),
        notes,
    };
    piece.tracks = tracks.map(track).collect();
    piece.order = played(&repeats)?;
    Ok(piece)
}

/// Reads from the notice to tempo and key; returns the tempo in beats per minute.
fn opening(bytes: &mut Bytes<'_>, version: Version) -> Result<i32, String> {
    if version < Version::Five {
        bytes.skip(1)?;
    }
    if version >= Version::Four {
        // Lyrics: their track, and five lines.
        bytes.skip(4)?;
        for _ in 0..5 {
            bytes.skip(4)?;
            let length = bytes.count("letters of lyrics", 0..=i32::MAX)?;
            bytes.skip(length)?;
        }
    }
    if version >= Version::Five {
        if version > Version::Five {
            bytes.skip(4 + 4 + 11)?;
        }
        // Page layout and printed texts; then the tempo's name.
        bytes.skip(7 * 4 + 2)?;
        (0..10 + 1).try_for_each(|_| bytes.long_text().map(drop))?;
    }
    let tempo = bytes.i32()?;
    if !(1..=10_000).contains(&tempo) {
        return Err(format!("expected a tempo from 1 to 10000 beats per minute, found {tempo}"));
    }
    bytes.skip(match version {
        Version::Three => 4,
        Version::Four => 5,
        Version::Five => 5,
        Version::FiveTen => 6,
    })?;
    Ok(tempo)
}

/// Reads the repeats of a bar, and updates `meter` (beats and their unit) if the bar changes it.
fn header(
    bytes: &mut Bytes<'_>,
    version: Version,
    first: bool,
    before: &[Repeats],
    meter: &mut [i8; 2],
) -> Result<Repeats, String> {
    let five = version >= Version::Five;
    if five && !first {
        bytes.skip(1)?;
    }
    let flags = bytes.u8()?;
    for (number, flag) in meter.iter_mut().zip([0x01, 0x02]) {
        if flags & flag != 0 {
            *number = bytes.i8()?;
        }
    }
    let mut marks = Repeats { begins: flags & 0x04 != 0, ..Repeats::default() };
    if flags & 0x08 != 0 {
        // Number of repeats; version 5 counts the first pass too.
        let again = i32::from(bytes.i8()?) - i32::from(five);
        marks.ends = Some(u32::try_from(again + 1).unwrap_or(1).clamp(1, 100));
    }
    if flags & 0x10 != 0 && !five {
        let highest = u32::from(bytes.u8()?).min(100);
        let section = before.iter().rev().take_while(|marks| !marks.begins);
        let taken: Vec<u32> = section.flat_map(|marks| marks.endings.clone()).collect();
        marks.endings = (1..=highest).filter(|ending| !taken.contains(ending)).collect();
    }
    if flags & 0x20 != 0 {
        bytes.long_text()?;
        bytes.skip(4)?;
    }
    if flags & 0x40 != 0 {
        bytes.skip(2)?;
    }
    if five {
        if flags & 0x10 != 0 {
            let endings = bytes.u8()?;
            marks.endings = (1..=8).filter(|ending| endings & (1 << (ending - 1)) != 0).collect();
        }
        // Beams, a blank, and swing.
        bytes.skip(if flags & 0x03 != 0 { 4 } else { 0 } + if flags & 0x10 == 0 { 1 } else { 0 } + 1)?;
    }
    Ok(marks)
}

fn instrument(bytes: &mut Bytes<'_>, version: Version, first: bool) -> Result<Instrument, String> {
    if version == Version::Five || (version == Version::FiveTen && first) {
        bytes.skip(1)?;
    }
    let flags = bytes.u8()?;
    let name = bytes.text(40)?;
    let strings = bytes.count("strings", 0..=7)?;
    let tuning: Vec<i32> = (0..7).map(|_| bytes.i32()).collect::<Result<_, _>>()?;
    bytes.skip(4)?;
    let channel = bytes.i32()?;
    bytes.skip(4 + 4)?;
    let capo = bytes.i32()?;
    bytes.skip(4)?;
    if version >= Version::Five {
        bytes.skip(2 + 3 + 3 * 4 + 12)?;
        bytes.skip(sound_size(version))?;
        if version > Version::Five {
            bytes.skip(4)?;
            bytes.long_text()?;
            bytes.long_text()?;
        }
    }
    if tuning.iter().take(strings).any(|pitch| !(0..=127).contains(pitch)) || !(0..=36).contains(&capo) {
        return Err("a tuning or a capo is invalid".into());
    }
    let tuning = tuning.into_iter().take(strings).collect();
    Ok(Instrument { name, drums: flags & 0x01 != 0 || channel % 16 == DRUMS, tuning, capo })
}
