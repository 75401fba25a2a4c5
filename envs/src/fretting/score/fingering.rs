//! Choice of strings, frets and fingers by dynamic programming.
//!
//! For every note there are the places at which its pitch can be played: a string, a fret and a finger, and with them a
//! position of the hand. A fingering is a path through these places, and the cheapest path is found note by note, as in
//! the optimum path paradigm of Sayegh (1989, Computer Music Journal 13(3), 76–84). As in Radisavljevic & Driessen
//! (2004, Proceedings of the ICMC, 141), the cost of a path is a sum over its places and its moves, and impossible
//! places and moves are excluded. They fitted the weights to tablatures of one player. Here the weights are chosen by
//! hand, in the order of difficulty that both papers give: shifts along the neck, then fingers that jump, then string
//! crossings, then weak fingers and high positions.

use super::line::{Unplayable, unplayable};
use super::pitch::name_of;
use super::reach::{Place, Reach};
use super::written::{ScoreNote, ScoreSpec};
use crate::fretting::ear::ONSET_WINDOW;
use crate::fretting::instrument::Instrument;
use crate::fretting::spec::{FINGERS, HandSpec, MusicSpec};

/// Cost of a shift of the hand, and of each fret of it.
const SHIFT: f64 = 1.0;
const SHIFT_FRET: f64 = 0.5;
/// Cost of a finger that moves between two places within a position.
const JUMP: f64 = 0.75;
/// Cost of each crossed string.
const CROSSING: f64 = 0.2;
/// Cost of each finger, from the index finger: the little finger is the weakest, and the ring finger the least free.
const FINGER: [f64; FINGERS] = [0.0, 0.02, 0.08, 0.1];
/// Cost of each fret of the position above the first.
const HEIGHT: f64 = 0.02;
/// Cost of an impossible move: more than all others together.
const IMPOSSIBLE: f64 = 1e7;

/// A fully fingered score and its cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Fingered {
    /// The score; every note has its string, fret and finger.
    pub score: ScoreSpec,
    /// Cost of the fingering, in units of one shift.
    pub cost: f64,
}

/// Onset of a note, and the time until which its finger is needed, in s.
#[derive(Clone, Copy)]
struct Span {
    onset: f32,
    held_until: f32,
}

/// Finds the strings, frets and fingers that a score does not give, and keeps those that it gives. Its notes must be in
/// order.
///
/// # Errors
/// Every note that the hand cannot play, and why.
pub fn finger(
    score: &ScoreSpec,
    instrument: &Instrument,
    hand: &HandSpec,
    music: &MusicSpec,
) -> Result<Fingered, Vec<Unplayable>> {
    let reach = Reach::new(instrument, hand);
    let spans = spans(score, music);
    let mut choices = Vec::with_capacity(score.notes.len());
    let mut wrong = Vec::new();
    for (index, note) in score.notes.iter().enumerate() {
        match places(note, instrument, &reach) {
            Ok(places) => choices.push(places),
            Err(reason) => {
                let pitch = pitch_of(note, instrument);
                wrong.push(unplayable(index, f64::from(note.beat), pitch, reason));
            }
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let (path, cost) = cheapest(&choices, &spans, &reach);
    let moves = path.windows(2).enumerate();
    let impossible = moves.filter(|(index, pair)| !can_move(&reach, &pair[0], &pair[1], &spans[*index..]));
    wrong.extend(impossible.map(|(index, pair)| {
        let note = &score.notes[index + 1];
        let reason = format!(
            "comes too soon for the hand to get there from string {} fret {}; choose a slower `tempo`",
            pair[0].string, pair[0].fret
        );
        unplayable(index + 1, f64::from(note.beat), pitch_of(note, instrument), reason)
    }));
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let notes = score.notes.iter().zip(&path).map(|(note, place)| ScoreNote {
        pitch: None,
        string: Some(place.string as u32),
        fret: Some(place.fret as u32),
        finger: Some(place.finger.map_or(0, |finger| finger as u32 + 1)),
        ..*note
    });
    Ok(Fingered { score: ScoreSpec { notes: notes.collect(), ..score.clone() }, cost })
}

/// Cost of the fingering of a fully fingered score; `None` for others. On open strings, the hand has the position of
/// the note before, or the cheapest one.
pub fn cost(score: &ScoreSpec, instrument: &Instrument, hand: &HandSpec, music: &MusicSpec) -> Option<f64> {
    let reach = Reach::new(instrument, hand);
    let choices = score.notes.iter().map(|note| {
        let _ = (note.string?, note.fret?, note.finger?);
        places(note, instrument, &reach).ok()
    });
    let choices: Vec<Vec<Place>> = choices.collect::<Option<_>>()?;
    Some(cheapest(&choices, &spans(score, music), &reach).1)
}

fn spans(score: &ScoreSpec, music: &MusicSpec) -> Vec<Span> {
    let timing = score.timing(music).into_iter();
    timing.map(|(onset, length)| Span { onset, held_until: onset + 0.5 * length }).collect()
}

fn pitch_of(note: &ScoreNote, instrument: &Instrument) -> Option<i32> {
    let there = || Some(instrument.pitch(note.string? as usize, note.fret? as usize));
    note.pitch.map(|pitch| pitch.0).or_else(there)
}

/// All places at which a note can be played, in a fixed order.
fn places(note: &ScoreNote, instrument: &Instrument, reach: &Reach<'_>) -> Result<Vec<Place>, String> {
    let Some(pitch) = pitch_of(note, instrument) else { return Err("has no pitch".into()) };
    let mut found = Vec::new();
    let mut refused = None;
    let mut exists = false;
    for string in 1..=instrument.strings() {
        let Ok(fret) = usize::try_from(pitch - instrument.pitch(string, 0)) else { continue };
        let wanted = |said: Option<u32>, is: usize| said.is_none_or(|said| said as usize == is);
        if fret > instrument.frets() || !wanted(note.string, string) || !wanted(note.fret, fret) {
            continue;
        }
        exists = true;
        if fret == 0 {
            if wanted(note.finger, 0) {
                let open = |position| Place { string, fret, finger: None, position };
                found.extend((1..=instrument.frets()).map(open));
            }
            continue;
        }
        for finger in (0..FINGERS.min(fret)).filter(|finger| wanted(note.finger, finger + 1)) {
            let place = Place { string, fret, finger: Some(finger), position: fret - finger };
            match reach.allows(&place) {
                Ok(()) => found.push(place),
                Err(reason) => refused = Some(reason),
            }
        }
    }
    if !found.is_empty() {
        return Ok(found);
    }
    Err(match (exists, refused) {
        (_, Some(reason)) => format!("is beyond the hand: {reason}"),
        (true, None) => "cannot be played with the given string, fret or finger".into(),
        (false, _) if note.string.is_some() || note.fret.is_some() => "is not on the given string or fret".into(),
        (false, _) => {
            let open = || (1..=instrument.strings()).map(|string| instrument.pitch(string, 0));
            let lowest = name_of(open().min().unwrap_or(0));
            let highest = name_of(open().max().unwrap_or(0) + instrument.frets() as i32);
            format!("is not on the instrument, which goes from {lowest} to {highest}")
        }
    })
}

/// The cheapest path through the places, and its cost. Among equals, the first.
fn cheapest(choices: &[Vec<Place>], spans: &[Span], reach: &Reach<'_>) -> (Vec<Place>, f64) {
    let Some(first) = choices.first() else { return (Vec::new(), 0.0) };
    let mut costs: Vec<f64> = first.iter().map(cost_of).collect();
    let mut came_from: Vec<Vec<u16>> = Vec::with_capacity(choices.len());
    for (index, pair) in choices.windows(2).enumerate() {
        let best = pair[1].iter().map(|to| {
            let mut best = (0, f64::INFINITY);
            for (way, (from, cost)) in pair[0].iter().zip(&costs).enumerate() {
                let cost = cost + cost_of_move(from, to);
                // More expensive moves need not be checked.
                if cost < best.1 && can_move(reach, from, to, &spans[index..]) {
                    best = (way as u16, cost);
                } else if cost + IMPOSSIBLE < best.1 {
                    best = (way as u16, cost + IMPOSSIBLE);
                }
            }
            (best.0, best.1 + cost_of(to))
        });
        let (ways, next): (Vec<u16>, Vec<f64>) = best.unzip();
        came_from.push(ways);
        costs = next;
    }
    let end = costs.iter().enumerate().reduce(|best, end| if end.1 < best.1 { end } else { best });
    let (mut at, cost) = end.map_or((0, 0.0), |(at, &cost)| (at, cost));
    let mut path = Vec::with_capacity(choices.len());
    for (index, places) in choices.iter().enumerate().rev() {
        path.push(places[at]);
        at = index.checked_sub(1).map_or(0, |before| usize::from(came_from[before][at]));
    }
    path.reverse();
    (path, cost)
}

/// Cost of playing a note at a place.
fn cost_of(place: &Place) -> f64 {
    HEIGHT * place.position.saturating_sub(1) as f64 + place.finger.map_or(0.0, |finger| FINGER[finger])
}

/// Cost of moving from one place to the next.
fn cost_of_move(from: &Place, to: &Place) -> f64 {
    let frets = from.position.abs_diff(to.position);
    let shift = if frets == 0 { 0.0 } else { SHIFT + SHIFT_FRET * frets as f64 };
    let jumps = frets == 0 && from.finger.is_some() && from.finger == to.finger && from.string != to.string;
    shift + CROSSING * from.string.abs_diff(to.string) as f64 + if jumps { JUMP } else { 0.0 }
}

/// Whether the hand can move from one note to the next: after the first has been held long enough, and before the
/// second is late. No finger holds an open string.
fn can_move(reach: &Reach<'_>, from: &Place, to: &Place, spans: &[Span]) -> bool {
    let [first, second, ..] = spans else { return true };
    let from_when = if from.finger.is_some() { first.held_until } else { first.onset };
    let until_when = if to.finger.is_some() { second.onset + ONSET_WINDOW } else { second.onset };
    reach.allows_move(from, to, (until_when - from_when).max(0.0))
}
