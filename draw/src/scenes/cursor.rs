//! A cursor on its way to a target, and the units that steer it: a ring of preferred directions with their rates.

use super::history::History;
use super::legend::{Key, Symbol};
use super::look::{Grip, Look, Map};
use super::parts::{inset, scale_bar};
use crate::canvas::{Align, Canvas, LETTER};
use crate::colour::{Colour, ink};
use bevy::math::{Rect, Vec2};
use etude_envs::scene::Scene;

const SCREEN: [Colour; 2] = [Colour::of(0xE9ECF2), Colour::of(0xDBE0EA)];
/// How much of the distance of the targets is seen around the centre.
const SEEN: f32 = 2.9;
/// Places that are marked on the circle of the targets.
const TARGETS: usize = 8;
/// Seconds for which the arrow of the velocity goes on, as its key says.
const AHEAD: f32 = 0.3;

const TARGET: Colour = ink::GREEN;
const CURSOR: Colour = ink::BLUE;
const VELOCITY: Colour = ink::RED;
/// Ways of the cursor: the present one and earlier ones.
const WAY: Colour = ink::BLUE;
const EARLIER: Colour = ink::PURPLE;
/// Units, and those whose decoding direction is turned.
const UNIT: Colour = ink::BLUE;
const TURNED: Colour = ink::GOLD;

pub(super) const KEYS: [Key; 7] = [
    Key::new(Symbol::Ring, TARGET, "target"),
    Key::new(Symbol::Disc, CURSOR, "cursor"),
    Key::new(Symbol::Line, WAY, "this trial"),
    Key::new(Symbol::Line, EARLIER, "earlier trials"),
    Key::new(Symbol::Arrow, VELOCITY, "velocity, for 0.3 s"),
    Key::new(Symbol::Line, UNIT, "unit: bar outward, rate above baseline; inward, below"),
    Key::new(Symbol::Line, TURNED, "unit turned by the decoder")
        .only(|scene| scene.told("unit").filter_map(Unit::new).any(|unit| unit.turned())),
];

pub(super) fn draw(
    canvas: &mut Canvas,
    area: Rect,
    scene: &Scene,
    history: &History,
    look: &Look,
    compact: bool,
) -> Vec<Grip> {
    canvas.gradient(area, SCREEN[0], SCREEN[1]);
    let units: Vec<Unit> = scene.told("unit").filter_map(Unit::new).collect();
    if compact {
        return vec![Grip { area, map: screen(canvas, area, scene, history, look), aside: false }];
    }
    let split = area.min.x + 0.56 * area.width();
    let left = Rect::new(area.min.x, area.min.y, split, area.max.y);
    canvas.clip(Some(left));
    let map = screen(canvas, left, scene, history, look);
    scale_bar(canvas, Vec2::new(left.min.x + 16.0, left.max.y - 14.0), 0.25 * left.width(), map.scale);
    canvas.clip(Some(area));
    let right = Rect::new(split + 8.0, area.min.y + 14.0, area.max.x - 14.0, area.max.y - 14.0);
    let middle = right.min.y + 0.66 * right.height();
    ring(canvas, Rect { max: Vec2::new(right.max.x, middle - 5.0), ..right }, &units);
    let lower = Rect { min: Vec2::new(right.min.x, middle + 5.0), ..right };
    let half = 0.5 * lower.width();
    decoded(canvas, Rect { max: Vec2::new(lower.min.x + half - 5.0, lower.max.y), ..lower }, &units);
    patterns(canvas, Rect { min: Vec2::new(lower.min.x + half + 5.0, lower.min.y), ..lower }, scene, history);
    canvas.clip(Some(area));
    vec![Grip { area: left, map, aside: false }]
}

/// A unit as the scene tells of it.
struct Unit {
    /// Where it pushes the cursor, without and with the perturbation, in m/s per Hz.
    own: Vec2,
    now: Vec2,
    /// How much it fires above its baseline, as a share of the depth.
    rate: f32,
}

impl Unit {
    fn new(numbers: &[f32]) -> Option<Unit> {
        let &[own_x, own_y, now_x, now_y, rate] = numbers else { return None };
        Some(Unit { own: Vec2::new(own_x, own_y), now: Vec2::new(now_x, now_y), rate })
    }

    fn turned(&self) -> bool {
        (self.own.normalize_or_zero() - self.now.normalize_or_zero()).length() > 0.05
    }
}

/// The circle of the targets, the target, the cursor and the ways of the last trials.
fn screen(canvas: &mut Canvas, area: Rect, scene: &Scene, history: &History, look: &Look) -> Map {
    let distance = scene.number("distance").max(0.01);
    let map = Map::new(area, Vec2::ZERO, area.width().min(area.height()) / (SEEN * distance), look);
    canvas.ring(map.at(Vec2::ZERO), distance * map.scale, 1.0, ink::RULE);
    for (place, radius, _) in scene.circles("target") {
        for index in 0..TARGETS {
            let direction = Vec2::from_angle(std::f32::consts::TAU * index as f32 / TARGETS as f32);
            canvas.ring(map.at(direction * distance), radius * map.scale, 1.5, ink::FAINT.at(0.35));
        }
        canvas.disc(map.at(place), radius * map.scale, TARGET.at(0.3));
        canvas.ring(map.at(place), radius * map.scale, 3.0, TARGET);
    }
    for way in scene.lines("wanted way") {
        let ends: Vec<Vec2> = way.iter().map(|&place| map.at(place)).collect();
        canvas.line(&ends, 1.5, ink::FAINT.at(0.45));
    }
    for arm in scene.lines("arm") {
        let joints: Vec<Vec2> = arm.iter().map(|&place| map.at(place)).collect();
        canvas.line(&joints, 0.03 * map.scale, ink::SKIN.at(0.55));
    }
    let trails = &history.trails;
    let count = trails.len();
    for (index, (_, trail)) in trails.iter().enumerate() {
        let age = (count - 1 - index) as f32;
        let points: Vec<Vec2> = trail.iter().map(|&place| map.at(place)).collect();
        let (width, colour) = if age == 0.0 { (3.0, WAY) } else { (1.6, EARLIER.at((0.8 - 0.06 * age).max(0.1))) };
        canvas.line(&points, width, colour);
    }
    for line in scene.lines("velocity") {
        if let [from, to] = *line {
            let (from, to) = (map.at(from), map.at(Vec2::from(from).lerp(Vec2::from(to), AHEAD)));
            if (to - from).length() > 4.0 {
                canvas.arrow(from, to, 3.0, VELOCITY);
            }
        }
    }
    for (place, radius, _) in scene.circles("cursor") {
        canvas.disc(map.at(place), radius * map.scale, CURSOR);
    }
    map
}

/// Units around a ring, each where the decoder takes it to point, with a bar for its rate: outward above its baseline, inward below.
fn ring(canvas: &mut Canvas, area: Rect, units: &[Unit]) {
    let turned = units.iter().filter(|unit| unit.turned()).count();
    let title = if turned > 0 { format!("units; {turned} are turned") } else { "units".to_string() };
    inset(canvas, area, &title);
    let middle = Vec2::new(area.center().x, area.center().y + 8.0);
    let radius = 0.29 * (area.width().min(area.height() - 24.0));
    canvas.ring(middle, radius, 1.0, ink::RULE);
    let flip = |way: Vec2| Vec2::new(way.x, -way.y).normalize_or_zero();
    let strongest = units.iter().map(|unit| unit.now.length()).fold(1e-9, f32::max);
    for unit in units {
        let way = flip(unit.now);
        if way == Vec2::ZERO {
            continue;
        }
        let colour = if unit.turned() { TURNED } else { UNIT };
        let at = middle + way * radius;
        if unit.turned() {
            canvas.line(&[middle + flip(unit.own) * (0.55 * radius), at], 1.0, TURNED.at(0.25));
        }
        // A unit that hardly pushes is hardly seen.
        let strength = 0.25 + 0.75 * (unit.now.length() / strongest).sqrt();
        let bar = at + way * (unit.rate.clamp(-0.7, 1.0) * 0.6 * radius);
        canvas.line(&[at, bar], 3.0, colour.at(strength));
        canvas.disc(at, 2.5, colour.at(strength));
    }
}

/// The circle of a small card with two things to be told apart, which are named below it: its middle and its radius.
fn dial(canvas: &mut Canvas, area: Rect, title: &str, names: [(Colour, &str); 2]) -> (Vec2, f32) {
    inset(canvas, area, title);
    let radius = 0.5 * (area.height() - 74.0).min(area.width() - 24.0);
    let middle = Vec2::new(area.center().x, area.min.y + 26.0 + radius);
    canvas.ring(middle, radius, 1.0, ink::RULE);
    for (index, (colour, name)) in names.into_iter().enumerate() {
        let place = Vec2::new(area.min.x + 14.0, area.max.y - 28.0 + 16.0 * index as f32);
        canvas.disc(place, 4.0, colour);
        let size = ((area.width() - 30.0) / (name.chars().count() as f32 * LETTER)).min(10.0);
        canvas.words(place + Vec2::new(10.0, 0.0), name, size, ink::FAINT, Align::Left);
    }
    (middle, radius)
}

/// The velocity that the same activity stands for, by the intuitive decoder and by the present one.
fn decoded(canvas: &mut Canvas, area: Rect, units: &[Unit]) {
    let names = [(ink::FAINT, "intuitive decoder"), (ink::BLUE, "present decoder")];
    let (middle, radius) = dial(canvas, area, "the same activity, decoded", names);
    let sum = |weight: fn(&Unit) -> Vec2| units.iter().map(|unit| weight(unit) * unit.rate).sum::<Vec2>();
    let ways = [sum(|unit| unit.own), sum(|unit| unit.now)];
    let longest = ways[0].length().max(ways[1].length()).max(1e-9);
    for (way, (colour, _)) in ways.into_iter().zip(names) {
        canvas.arrow(middle, middle + Vec2::new(way.x, -way.y) * (radius / longest), 3.5, colour);
    }
    canvas.disc(middle, 3.0, ink::INK);
}

/// Mean patterns of activity by target in the plane that the intuitive decoder sees: of this block and of the one before it.
fn patterns(canvas: &mut Canvas, area: Rect, scene: &Scene, history: &History) {
    let names = [(ink::FAINT, "block before"), (ink::BLUE, "this block")];
    let (middle, radius) = dial(canvas, area, "mean patterns, by target", names);
    let (now, before) = (&history.patterns.now().collect::<Vec<_>>(), &history.patterns.before().collect::<Vec<_>>());
    let present = scene.told("pattern").find_map(|told| <[f32; 4]>::try_from(told).ok());
    let farthest = now.iter().chain(before).map(|(_, place)| Vec2::from(*place).length()).fold(1e-9, f32::max);
    let at = |[x, y]: [f32; 2]| middle + Vec2::new(x, -y) * (0.9 * radius / farthest);
    for (target, place) in before {
        if let Some((_, moved)) = now.iter().find(|(other, _)| other == target) {
            canvas.line(&[at(*place), at(*moved)], 1.5, ink::BLUE.at(0.35));
        }
        canvas.disc(at(*place), 4.0, ink::FAINT);
    }
    for (target, place) in now {
        canvas.disc(at(*place), 4.0, ink::BLUE);
        if present.is_some_and(|[_, shown, ..]| shown == *target) {
            canvas.ring(at(*place), 8.0, 2.0, ink::GREEN);
        }
    }
    canvas.disc(middle, 2.0, ink::INK);
}
