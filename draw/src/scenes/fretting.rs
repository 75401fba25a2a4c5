//! A fretboard under four fingers, and the notes on their way to it.

use super::hand::Hand;
use super::legend::{Key, Symbol};
use super::look::{Grip, Look, Map};
use super::parts::scale_bar;
use crate::canvas::{Align, Canvas, LETTER};
use crate::colour::{Colour, ink};
use bevy::math::{Rect, Vec2};
use etude_envs::scene::Scene;
use std::f32::consts::{FRAC_PI_2, TAU};

const WOOD: [Colour; 2] = [Colour::of(0x5B3F2E), Colour::of(0x432D20)];
const METAL: Colour = Colour::of(0xC9CDD1);
const STRING: Colour = Colour::of(0xE9E2CF);
const NUT: Colour = Colour::of(0xB3A68B);
const INLAY: Colour = Colour::of(0xEFE7D2);
/// Colours of the fingers, from the index finger; green and red are for hits and misses.
const FINGERS: [Colour; 4] = [ink::BLUE, ink::SKY, ink::GOLD, ink::PURPLE];
/// Frets that are marked on the neck; the twelfth twice.
const MARKED: [usize; 8] = [3, 5, 7, 9, 15, 17, 19, 21];
/// Frets that are seen at least.
const SEEN: usize = 12;
/// Time in s after which a note comes into sight on the fretboard, and between the now line and the right edge.
const SOON: f32 = 1.2;
const AHEAD: f32 = 3.2;
/// Height in pixels that the notes are to have, within shares of the whole, and pixels between them, or the upper edge, and the
/// neck.
const NOTES: f32 = 150.0;
const NOTES_SHARE: [f32; 2] = [0.36, 0.46];
const MARGINS: [f32; 2] = [36.0, 14.0];

const HIT: Colour = ink::GREEN;
const MISSED: Colour = ink::RED;
const SOUNDING: Colour = ink::GOLD;
const RIM: Colour = ink::INK;

pub(super) const KEYS: [Key; 10] = [
    Key::new(Symbol::Disc, FINGERS[0], "finger 1"),
    Key::new(Symbol::Disc, FINGERS[1], "2"),
    Key::new(Symbol::Disc, FINGERS[2], "3"),
    Key::new(Symbol::Disc, FINGERS[3], "4"),
    Key::new(Symbol::Bar, HIT, "hit"),
    Key::new(Symbol::Bar, MISSED, "missed"),
    Key::new(Symbol::Line, SOUNDING, "sounding string"),
    Key::new(Symbol::Ring, RIM, "rim: force, closed when it suffices"),
    Key::new(Symbol::Ring, FINGERS[0], "shrinking: next note"),
    Key::new(Symbol::Cross, FINGERS[0], "predicted fingertip").only(|scene| scene.told("belief").next().is_some()),
];

pub(super) fn draw(canvas: &mut Canvas, area: Rect, scene: &Scene, look: &Look, compact: bool) -> Vec<Grip> {
    let Some(neck) = Neck::of(scene) else { return Vec::new() };
    let share = (NOTES / area.height().max(1.0)).clamp(NOTES_SHARE[0], NOTES_SHARE[1]);
    let split = area.min.y + area.height() * if compact { 0.0 } else { share };
    let board = Rect::new(area.min.x, split, area.max.x, area.max.y);
    let (low, high) = neck.across();
    let scale = (board.width() / (neck.seen() + 0.05)).min(0.62 * board.height() / (high - low).max(1e-3));
    // The neck is near the top: the hand comes from below.
    let above = 0.5 * board.height() - MARGINS[usize::from(compact)];
    let map = Map::new(board, Vec2::new(0.5 * neck.seen() + 0.005, high - above / scale), scale, look);
    let hand = Hand::of(scene);
    canvas.clip(Some(board));
    if let Some(hand) = &hand {
        hand.draw_thumb(canvas, &map, neck.upper_edge(hand.thumb_place()));
    }
    neck.draw(canvas, board, &map, compact);
    notes_to_come(canvas, scene, &map);
    if let Some(hand) = &hand {
        hand.draw(canvas, &map);
    }
    fingertips(canvas, scene, &map);
    beliefs(canvas, scene, &neck, &map);
    canvas.clip(Some(area));
    if !compact {
        // On the side of the high frets, where the hand seldom is.
        let left = Vec2::new(board.max.x - 16.0 - 0.25 * board.width(), board.max.y - 14.0);
        scale_bar(canvas, left, 0.25 * board.width(), map.scale);
        tablature(
            canvas,
            Rect::new(area.min.x + 14.0, area.min.y + 14.0, area.max.x - 14.0, split - 4.0),
            scene,
            &neck,
        );
    }
    vec![Grip { area: board, map, aside: false }]
}

/// Strings and frets as the scene draws them, in m.
pub(super) struct Neck {
    strings: Vec<[Vec2; 2]>,
    frets: Vec<[Vec2; 2]>,
    furthest: f32,
    sounds: Vec<(f32, bool)>,
}

impl Neck {
    pub fn of(scene: &Scene) -> Option<Self> {
        let pair = |points: &[[f32; 2]]| Some([Vec2::from(*points.first()?), Vec2::from(*points.last()?)]);
        let strings: Vec<_> = scene.lines("string").filter_map(pair).collect();
        let frets: Vec<_> = scene.lines("fret").filter_map(pair).collect();
        let furthest = scene.told("tip").filter_map(|tip| tip.first().copied()).fold(0.0, f32::max);
        let sounds = scene.told("sound").filter_map(|sound| Some((*sound.get(1)?, *sound.get(2)? > 0.5))).collect();
        (!strings.is_empty() && frets.len() > 1).then_some(Self { strings, frets, furthest, sounds })
    }

    /// Length of the neck that is seen, in m.
    fn seen(&self) -> f32 {
        let last = self.frets[self.frets.len() - 1][0].x;
        let usual = self.frets[SEEN.min(self.frets.len() - 1)][0].x;
        usual.max((self.furthest + 0.02).min(last))
    }

    /// The place of a point in strings, from 1, and frets, as far as the neck goes.
    fn place(&self, string: f32, fret: f32) -> Option<Vec2> {
        // Beyond the outer ones it goes on as between the last two.
        let between = |count: usize, at: f32| {
            let first = (at.max(0.0) as usize).min(count.saturating_sub(2));
            (first, at - first as f32)
        };
        if self.strings.len() < 2 || !string.is_finite() || !fret.is_finite() {
            return None;
        }
        let (first, share) = between(self.frets.len(), fret.clamp(-1.0, self.frets.len() as f32));
        let x = self.frets[first][0].lerp(*self.frets.get(first + 1)?.first()?, share).x;
        let (first, share) = between(self.strings.len(), (string - 1.0).clamp(-9.0, 20.0));
        let y = |string: &[Vec2; 2]| {
            let along = (x - string[0].x) / (string[1].x - string[0].x).max(1e-6);
            string[0].lerp(string[1], along).y
        };
        Some(Vec2::new(x, y(&self.strings[first]) + share * (y(&self.strings[first + 1]) - y(&self.strings[first]))))
    }

    /// The upper edge of the neck at a place along it, in m.
    pub fn upper_edge(&self, x: f32) -> f32 {
        let fret = self.frets.iter().find(|fret| fret[0].x >= x).unwrap_or(&self.frets[self.frets.len() - 1]);
        fret[0].y.max(fret[1].y)
    }

    fn across(&self) -> (f32, f32) {
        let edges = self.frets.iter().flatten().map(|point| point.y);
        edges.fold((f32::MAX, f32::MIN), |(low, high), y| (low.min(y), high.max(y)))
    }

    fn draw(&self, canvas: &mut Canvas, area: Rect, map: &Map, compact: bool) {
        let (nut, end) = (self.frets[0], self.frets[self.frets.len() - 1]);
        let corners = [nut[0], nut[1], end[1], end[0]].map(|place| map.at(place));
        canvas.shaded([corners[0], corners[1], corners[2]], [WOOD[0], WOOD[1], WOOD[1]]);
        canvas.shaded([corners[0], corners[2], corners[3]], [WOOD[0], WOOD[1], WOOD[0]]);
        for (index, fret) in self.frets.iter().enumerate() {
            let (one, two) = (map.at(fret[0]), map.at(fret[1]));
            let (width, colour) = if index == 0 { (8.0, NUT) } else { (2.6, METAL) };
            canvas.segment(one, two, width, colour);
            let Some(before) = index.checked_sub(1).map(|before| self.frets[before]) else { continue };
            let middle = map.at((fret[0] + fret[1] + before[0] + before[1]) * 0.25);
            let size = (0.0032 * map.scale).max(2.0);
            if MARKED.contains(&index) {
                canvas.disc(middle, size, INLAY.at(0.55));
            } else if index == 12 {
                let aside = (one - two) * 0.25;
                canvas.disc(middle + aside, size, INLAY.at(0.55));
                canvas.disc(middle - aside, size, INLAY.at(0.55));
            }
            let above = one.y.min(two.y) - 13.0;
            if !compact && middle.x < area.max.x - 12.0 {
                canvas.words(Vec2::new(middle.x, above), index.to_string(), 12.0, ink::FAINT, Align::Middle);
            }
        }
        let count = self.strings.len();
        for (index, string) in self.strings.iter().enumerate() {
            let (one, two) = (map.at(string[0]), map.at(string[1]));
            let (fret, rings) = self.sounds.get(index).copied().unwrap_or_default();
            let width = 1.2 + 2.2 * (count - 1 - index) as f32 / (count.max(2) - 1) as f32;
            canvas.segment(one, two, width, STRING);
            if rings && fret > 0.0 {
                let from = self.frets.get(fret as usize).map_or(one, |line| Vec2::new(map.at(line[0]).x, one.y));
                let start = one.lerp(two, ((from.x - one.x) / (two.x - one.x).max(1.0)).clamp(0.0, 1.0));
                canvas.segment(start, two, width + 4.0, SOUNDING.at(0.35));
                canvas.segment(start, two, width + 0.8, SOUNDING);
            }
        }
    }
}

/// Rings that close in on the places of the next notes.
fn notes_to_come(canvas: &mut Canvas, scene: &Scene, map: &Map) {
    for note in scene.told("note") {
        let &[_, _, finger, until, length, outcome, x, y] = note else { continue };
        if until > SOON || until < -0.5 * length {
            continue;
        }
        let (middle, size) = (map.at(Vec2::new(x, y)), (0.0045 * map.scale).max(5.0));
        let near = 1.0 - (until / SOON).clamp(0.0, 1.0);
        let colour = if outcome < 0.0 { MISSED } else { colour_of(finger) };
        canvas.disc(middle, size, colour.at(0.25 + 0.55 * near));
        canvas.ring(middle, size * (1.25 + 2.2 * (1.0 - near)), 2.5, colour.at(0.3 + 0.7 * near));
    }
}

/// What each fingertip does: its number, and as a rim how much of the force it takes it exerts.
fn fingertips(canvas: &mut Canvas, scene: &Scene, map: &Map) {
    for tip in scene.told("tip") {
        let &[x, y, force, needed, finger, radius] = tip else { continue };
        let (middle, size) = (map.at(Vec2::new(x, y)), (radius * map.scale).max(6.0));
        let share = (force / needed.max(1e-3)).clamp(0.0, 1.0);
        let colour = colour_of(finger);
        canvas.disc(middle, size * (0.85 + 0.15 * share), ink::SKIN.towards(colour, 0.25 + 0.75 * share));
        // The ring is full when the string is pressed hard enough.
        canvas.ring(middle, size * 1.3, 3.0, RIM.at(0.25));
        let ring = if share >= 1.0 { ink::CARD } else { colour };
        canvas.arc(middle, size * 1.3, 3.0, [-FRAC_PI_2, -FRAC_PI_2 + TAU * share], ring);
        let digit = if share > 0.5 { ink::CARD } else { ink::INK };
        canvas.words(middle, format!("{}", finger as i32 + 1), (1.1 * size).clamp(9.0, 16.0), digit, Align::Middle);
    }
}

/// Where the cerebellum takes the fingertips to be: ghosts beside those that the scene knows, the fainter the less it is
/// trusted.
fn beliefs(canvas: &mut Canvas, scene: &Scene, neck: &Neck, map: &Map) {
    for belief in scene.told("belief") {
        let &[finger, trust, string, fret] = belief else { continue };
        let Some(place) = neck.place(string, fret) else { continue };
        let (middle, size) = (map.at(place), (0.006 * map.scale).max(6.0));
        let colour = colour_of(finger).at(0.9 * trust.clamp(0.0, 1.0));
        canvas.ring(middle, 1.7 * size, 2.0, colour);
        canvas.segment(middle - Vec2::X * 0.8 * size, middle + Vec2::X * 0.8 * size, 2.0, colour);
        canvas.segment(middle - Vec2::Y * 0.8 * size, middle + Vec2::Y * 0.8 * size, 2.0, colour);
    }
}

/// What is written, on its way from the right to now.
fn tablature(canvas: &mut Canvas, area: Rect, scene: &Scene, neck: &Neck) {
    canvas.card(area);
    canvas.words(area.min + Vec2::new(12.0, 15.0), "notes", 12.0, ink::FAINT, Align::Left);
    let staff = Rect::new(area.min.x + 14.0, area.min.y + 34.0, area.max.x - 14.0, area.max.y - 12.0);
    let count = neck.strings.len();
    let row = staff.height() / count as f32;
    // As in tablature, the lowest string is at the bottom.
    let y = |string: f32| staff.max.y - (string - 0.5) * row;
    let now = staff.min.x + 0.24 * staff.width();
    let x = |until: f32| now + until / AHEAD * (staff.max.x - now);
    for string in 1..=count {
        let line = y(string as f32);
        canvas.segment(Vec2::new(staff.min.x, line), Vec2::new(staff.max.x, line), 1.2, ink::RULE);
    }
    canvas.segment(Vec2::new(now, staff.min.y - 6.0), Vec2::new(now, staff.max.y + 4.0), 3.0, ink::INK);
    canvas.clip(Some(staff.inflate(2.0)));
    for note in scene.told("note") {
        let &[string, fret, finger, until, length, outcome, _, _] = note else { continue };
        let tall = (0.38 * row).min(15.0);
        let body =
            Rect::new(x(until), y(string) - tall, x(until + length).max(x(until) + 2.2 * tall) - 4.0, y(string) + tall);
        let (fill, words) = match outcome {
            outcome if outcome > 0.0 => (HIT, ink::CARD),
            outcome if outcome < 0.0 => (MISSED.at(0.18), MISSED),
            _ => (colour_of(finger), ink::CARD),
        };
        canvas.rounded(body, 6.0, fill);
        let verdict = match outcome {
            outcome if outcome > 0.0 => " hit",
            outcome if outcome < 0.0 => " miss",
            _ => "",
        };
        let place = Vec2::new(body.min.x + 7.0, y(string));
        let (size, whole) = ((1.3 * tall).min(15.0), format!("{fret}{verdict}"));
        let fits = (whole.chars().count() as f32 * LETTER * size) + 10.0 < body.width();
        canvas.words(place, if fits { whole } else { fret.to_string() }, size, words, Align::Left);
    }
    canvas.clip(Some(area));
    canvas.words(Vec2::new(now, area.min.y + 15.0), "now", 12.0, ink::INK, Align::Middle);
    for seconds in 1..=AHEAD as i32 {
        let place = Vec2::new(x(seconds as f32), area.min.y + 15.0);
        canvas.segment(Vec2::new(place.x, staff.min.y - 6.0), Vec2::new(place.x, staff.min.y), 1.0, ink::FAINT);
        canvas.words(place, format!("{seconds} s"), 11.0, ink::FAINT, Align::Middle);
    }
}

/// The colour of a finger; open strings, which no finger plays, are grey.
fn colour_of(finger: f32) -> Colour {
    if finger < 0.0 {
        return ink::FAINT;
    }
    FINGERS[(finger as usize).min(FINGERS.len() - 1)]
}
