//! Standard MIDI files.

use super::piece::{Bar, DRUM, MOST_BARS, Piece, PieceNote, Track, USUAL_TEMPO};
use midly::{Format, MetaMessage, MidiMessage, Timing, TrackEventKind};
use std::collections::{BTreeMap, VecDeque};

/// The channel of drums, from 0.
const DRUMS: u8 = 9;

/// Position of the time division in a file; its highest bit is set for SMPTE frames.
const TIMING: usize = 12;
const FRAMES: &str = "is a MIDI file timed by SMPTE frames; expected ticks per beat";

/// A note in ticks.
struct Raw {
    channel: u8,
    key: u8,
    from: u64,
    until: u64,
}

/// Tempos and time signatures of all tracks, in ticks.
#[derive(Default)]
struct Times {
    /// Beats per minute from a tick onwards.
    tempos: Vec<(u64, f64)>,
    /// Beats per bar from a tick onwards.
    bars: Vec<(u64, f64)>,
    end: u64,
}

/// Reads a file. Its tracks are numbered as in the file; in a file with a single track (format 0), the channels are the
/// tracks.
///
/// # Errors
/// A sentence about what is wrong with the file.
pub fn read(bytes: &[u8]) -> Result<Piece, String> {
    let damaged = |error: midly::Error| format!("is a damaged MIDI file: {error}");
    // Checked before the reader sees it, which panics at one of these rates in a build with overflow checks.
    if bytes.get(TIMING).is_some_and(|byte| byte & 0x80 != 0) {
        return Err(FRAMES.into());
    }
    let (header, tracks) = midly::parse(bytes).map_err(damaged)?;
    let Timing::Metrical(ticks) = header.timing else {
        return Err(FRAMES.into());
    };
    if header.format == Format::Sequential {
        return Err("is a MIDI file of several songs (format 2); expected format 0 or 1".into());
    }
    let ticks = f64::from(ticks.as_int());
    if ticks == 0.0 {
        return Err("is a damaged MIDI file: no ticks in a beat".into());
    }
    let mut times = Times::default();
    let mut read = Vec::new();
    let announced = tracks.size_hint().0;
    for track in tracks {
        read.push(read_track(track.map_err(damaged)?, &mut times).map_err(damaged)?);
    }
    if read.is_empty() {
        return Err("is a MIDI file without a track".into());
    }
    if read.len() < announced {
        return Err(format!("is a damaged MIDI file: it breaks off after {} of {announced} tracks", read.len()));
    }
    let starts = bars(&mut times, ticks)?;
    let mut piece = Piece { bars: lengths(&starts, &times, ticks), ..Piece::default() };
    piece.order = (0..piece.bars.len()).collect();
    let in_bars = |raw: &Raw| {
        let beat = raw.from as f64 / ticks;
        let bar = starts.partition_point(|start| *start <= beat + 1e-9).saturating_sub(1);
        PieceNote {
            bar,
            beat: beat - starts.get(bar).copied().unwrap_or(0.0),
            duration: (raw.until - raw.from) as f64 / ticks,
            pitch: i32::from(raw.key),
            cannot: (raw.channel == DRUMS).then_some(DRUM),
            ..PieceNote::default()
        }
    };
    let sorted = |mut notes: Vec<Raw>| {
        notes.sort_by_key(|note| note.from);
        notes.iter().map(in_bars).collect()
    };
    if header.format == Format::SingleTrack {
        let mut channels: BTreeMap<u8, Vec<Raw>> = BTreeMap::new();
        for (name, notes) in read {
            piece.title = name;
            notes.into_iter().for_each(|note| channels.entry(note.channel).or_default().push(note));
        }
        let tracks = channels.into_iter().map(|(channel, notes)| Track {
            number: usize::from(channel) + 1,
            name: format!("channel {}", channel + 1),
            notes: sorted(notes),
        });
        piece.tracks = tracks.collect();
    } else {
        let tracks = read.into_iter().enumerate();
        piece.tracks =
            tracks.map(|(index, (name, notes))| Track { number: index + 1, name, notes: sorted(notes) }).collect();
    }
    Ok(piece)
}

/// The name and the notes of a track, in the order of their ends.
fn read_track(events: midly::EventIter<'_>, times: &mut Times) -> Result<(String, Vec<Raw>), midly::Error> {
    let (mut name, mut notes, mut now) = (String::new(), Vec::new(), 0u64);
    // A key that is struck again before its release sounds twice; the first stroke ends first.
    let mut down: BTreeMap<(u8, u8), VecDeque<u64>> = BTreeMap::new();
    for event in events {
        let event = event?;
        now += u64::from(event.delta.as_int());
        match event.kind {
            TrackEventKind::Midi { channel, message } => {
                let at = |key: midly::num::u7| (channel.as_int(), key.as_int());
                match message {
                    MidiMessage::NoteOn { key, vel } if vel.as_int() > 0 => {
                        down.entry(at(key)).or_default().push_back(now);
                    }
                    MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                        if let Some(from) = down.get_mut(&at(key)).and_then(VecDeque::pop_front) {
                            let (channel, key) = at(key);
                            notes.push(Raw { channel, key, from, until: now });
                        }
                    }
                    _ => {}
                }
            }
            TrackEventKind::Meta(MetaMessage::TrackName(text)) if name.is_empty() => {
                name = String::from_utf8_lossy(text).trim().to_string();
            }
            TrackEventKind::Meta(MetaMessage::Tempo(microseconds)) if microseconds.as_int() > 0 => {
                times.tempos.push((now, 60e6 / f64::from(microseconds.as_int())));
            }
            TrackEventKind::Meta(MetaMessage::TimeSignature(beats, power, ..)) if beats > 0 && power < 8 => {
                times.bars.push((now, 4.0 * f64::from(beats) / f64::from(1u32 << power)));
            }
            _ => {}
        }
    }
    // A key that is never released sounds until the end of the track.
    for ((channel, key), from) in down {
        notes.extend(from.into_iter().map(|from| Raw { channel, key, from, until: now }));
    }
    times.end = times.end.max(now);
    Ok((name, notes))
}

/// Starts of the bars, in beats.
fn bars(times: &mut Times, ticks: f64) -> Result<Vec<f64>, String> {
    times.bars.sort_by_key(|(tick, _)| *tick);
    times.tempos.sort_by_key(|(tick, _)| *tick);
    let mut starts = Vec::new();
    let mut length = 4.0;
    let mut changes = times.bars.iter().map(|(tick, length)| (*tick as f64 / ticks, *length)).peekable();
    let (mut at, end) = (0.0, times.end as f64 / ticks);
    while at < end || starts.is_empty() {
        while let Some((_, to)) = changes.next_if(|(beat, _)| *beat <= at + 1e-9) {
            length = to;
        }
        starts.push(at);
        if starts.len() > MOST_BARS {
            return Err(format!("has more than {MOST_BARS} bars"));
        }
        // A new time signature begins a bar.
        let next = at + length;
        at = changes.peek().map_or(next, |(beat, _)| next.min(*beat));
    }
    Ok(starts)
}

/// The bars with their tempos.
fn lengths(starts: &[f64], times: &Times, ticks: f64) -> Vec<Bar> {
    let end = times.end as f64 / ticks;
    let mut tempos = times.tempos.iter().map(|(tick, tempo)| (*tick as f64 / ticks, *tempo)).peekable();
    let bar = |(index, &start): (usize, &f64)| {
        let next = starts.get(index + 1).copied();
        let mut bar = Bar { length: next.unwrap_or(end.max(start)) - start, tempos: Vec::new() };
        if index == 0 {
            bar.tempos.push((0.0, USUAL_TEMPO));
        }
        while let Some((beat, tempo)) = tempos.next_if(|(beat, _)| next.is_none_or(|next| *beat < next - 1e-9)) {
            bar.tempos.push(((beat - start).max(0.0), tempo));
        }
        bar
    };
    starts.iter().enumerate().map(bar).collect()
}
