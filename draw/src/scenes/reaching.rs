//! An arm seen from above, the way of its hand close up, and the field it moves in.

use super::history::History;
use super::legend::{Key, Symbol};
use super::look::{Grip, Look, Map};
use super::parts::{inset, scale_bar};
use crate::canvas::{Align, Canvas, LETTER};
use crate::colour::{Colour, ink};
use bevy::math::{Rect, Vec2};
use etude_envs::scene::Scene;

const TABLE: [Colour; 2] = [Colour::of(0xE6ECEB), Colour::of(0xD8E0DF)];
/// Metres that are seen of the arm, across and up, and the middle of it from the shoulder.
const ARM_SEEN: [f32; 2] = [0.86, 0.84];
const ARM_MIDDLE: Vec2 = Vec2::new(-0.02, 0.31);
/// Metres that are seen close up.
const CLOSE: f32 = 0.27;
/// Pixels that a field's force of 1 N, and its longest arrow, are drawn with.
const NEWTON: f32 = 9.0;

const HAND: Colour = Colour::of(0xBC987F);
const TARGET: Colour = ink::GREEN;
const START: Colour = ink::FAINT;
const CURSOR: Colour = ink::BLUE;
const FORCE: Colour = ink::RED;
/// What the subject takes to be so: the state that its body estimates, and the cursor that its cerebellum predicts.
const ESTIMATE: Colour = ink::GOLD;
const PREDICTED: Colour = ink::SKY;
/// Ways of the hand, or of the cursor where it is shown: the present one and earlier ones.
const WAY: Colour = ink::BLUE;
const EARLIER: Colour = ink::PURPLE;

pub(super) const KEYS: [Key; 9] = [
    Key::new(Symbol::Ring, TARGET, "target"),
    Key::new(Symbol::Ring, START, "start"),
    Key::new(Symbol::Disc, HAND, "hand"),
    Key::new(Symbol::Disc, CURSOR, "cursor").only(|scene| scene.circles("cursor").next().is_some()),
    Key::new(Symbol::Line, WAY, "this reach"),
    Key::new(Symbol::Line, EARLIER, "earlier reaches"),
    Key::new(Symbol::Arrow, FORCE, "force on the hand, 1 cm per N").only(forced),
    Key::new(Symbol::Ring, ESTIMATE, "estimated hand").only(|scene| scene.circles("estimate").next().is_some()),
    Key::new(Symbol::Ring, PREDICTED, "predicted cursor").only(|scene| scene.told("belief").next().is_some()),
];

pub(super) fn draw(
    canvas: &mut Canvas,
    area: Rect,
    scene: &Scene,
    history: &History,
    look: &Look,
    compact: bool,
) -> Vec<Grip> {
    canvas.gradient(area, TABLE[0], TABLE[1]);
    if compact {
        let map = close_up(canvas, area, scene, history, look);
        return vec![Grip { area, map, aside: false }];
    }
    let split = area.min.x + 0.5 * area.width();
    let left = Rect::new(area.min.x, area.min.y, split, area.max.y);
    let scale = (left.width() / ARM_SEEN[0]).min(left.height() / ARM_SEEN[1]);
    let map = Map::new(left, ARM_MIDDLE, scale, look);
    canvas.clip(Some(left));
    arm(canvas, scene, &map);
    scale_bar(canvas, Vec2::new(left.min.x + 16.0, left.max.y - 14.0), 0.25 * left.width(), map.scale);
    canvas.clip(Some(area));
    let view = Rect::new(split + 14.0, area.min.y + 14.0, area.max.x - 14.0, area.max.y - 14.0);
    inset(canvas, view, "hand path, close up");
    let inner = Rect { min: view.min + Vec2::new(2.0, 26.0), max: view.max - 2.0 };
    canvas.clip(Some(inner));
    let close = close_up(canvas, inner, scene, history, &Look::default());
    scale_bar(canvas, Vec2::new(inner.min.x + 14.0, inner.max.y - 14.0), 0.3 * inner.width(), close.scale);
    canvas.clip(Some(area));
    if left.width() > 300.0 {
        // Not so large that it hides the hand.
        let wide = (0.33 * left.width()).min(156.0);
        let corner = Vec2::new(area.min.x + 14.0, area.min.y + 14.0);
        field(canvas, Rect::from_corners(corner, corner + Vec2::new(wide, wide + 18.0)), scene);
    }
    vec![Grip { area: view, map: close, aside: false }, Grip { area: left, map, aside: false }]
}

/// Start, target, the way that is asked for and those that were gone.
fn close_up(canvas: &mut Canvas, area: Rect, scene: &Scene, history: &History, look: &Look) -> Map {
    let way = scene.lines("desired way").next().unwrap_or(&[]);
    let start = scene.circles("start").next().map_or(Vec2::ZERO, |(centre, ..)| centre.into());
    // The scene does not say where the centre of all targets is; every reach starts there, to a millimetre.
    let scale = area.width().min(area.height()) / CLOSE;
    let map = Map::new(area, start, scale, look);
    canvas.ring(map.at(start), 0.1 * map.scale, 1.0, ink::RULE);
    let ends: Vec<Vec2> = way.iter().map(|&place| map.at(place)).collect();
    canvas.line(&ends, 2.0, ink::FAINT.at(0.45));
    let trails = &history.trails;
    let count = trails.len();
    for (index, (_, trail)) in trails.iter().enumerate() {
        let age = (count - 1 - index) as f32;
        let points: Vec<Vec2> = trail.iter().map(|&place| map.at(place)).collect();
        let (width, colour) = if age == 0.0 { (3.0, WAY) } else { (1.6, EARLIER.at((0.9 - 0.06 * age).max(0.12))) };
        canvas.line(&points, width, colour);
    }
    for (centre, radius, _) in scene.circles("start") {
        canvas.ring(map.at(centre), radius * map.scale, 2.5, START);
    }
    for (centre, radius, _) in scene.circles("target") {
        canvas.disc(map.at(centre), radius * map.scale, TARGET.at(0.22));
        canvas.ring(map.at(centre), radius * map.scale, 3.0, TARGET);
    }
    for line in scene.lines("force") {
        if let [from, to] = *line {
            force(canvas, map.at(from), map.at(to));
        }
    }
    for (centre, radius, _) in scene.circles("hand") {
        canvas.disc(map.at(centre), radius * map.scale, HAND);
    }
    for (centre, radius, _) in scene.circles("cursor") {
        canvas.disc(map.at(centre), 0.8 * radius * map.scale, CURSOR);
    }
    // Where the body takes its hand to be while its senses lag behind.
    for (centre, radius, _) in scene.circles("estimate") {
        canvas.ring(map.at(centre), 1.5 * radius * map.scale, 2.0, ESTIMATE);
    }
    // Where the cerebellum takes the cursor to be, shown or hidden; the fainter the less it is trusted.
    let middle =
        scene.told("centre").next().and_then(|place| place.try_into().ok()).map_or(Vec2::ZERO, Vec2::from_array);
    for belief in scene.told("belief") {
        if let &[_, trust, x, y] = belief {
            let (place, colour) = (map.at(middle + Vec2::new(x, y)), PREDICTED.at(0.9 * trust.clamp(0.0, 1.0)));
            canvas.ring(place, 0.008 * map.scale, 2.0, colour);
        }
    }
    map
}

/// The arrow of a force, unless it is too short to be seen as one.
fn force(canvas: &mut Canvas, from: Vec2, to: Vec2) {
    if (to - from).length() > 3.0 {
        canvas.arrow(from, to, 4.0, FORCE);
    }
}

fn arm(canvas: &mut Canvas, scene: &Scene, map: &Map) {
    // A circle for the head and shoulders behind the arm: it says from where one looks.
    let shoulder = map.at(Vec2::ZERO);
    let px = |metres: f32| metres * map.scale;
    let shirt = Colour::of(0x51718C);
    canvas.limb(shoulder, map.at(Vec2::new(-0.34, -0.02)), [px(0.15), px(0.13)], shirt);
    canvas.disc(map.at(Vec2::new(-0.17, 0.0)), px(0.095), Colour::of(0x4A3A30));
    for (name, radius, colour) in [("upper arm", 0.042, shirt), ("forearm", 0.034, ink::SKIN)] {
        for line in scene.lines(name) {
            // The outline of a capsule: nine places around its far end, nine around its near one.
            let mean = |points: &[[f32; 2]]| {
                points.iter().map(|&point| Vec2::from(point)).sum::<Vec2>() / points.len().max(1) as f32
            };
            if line.len() < 18 {
                continue;
            }
            let (far, near) = ((line[0], line[8]), (line[9], line[17]));
            let (far, near) = (mean(&[far.0, far.1]), mean(&[near.0, near.1]));
            let narrow = if name == "forearm" { 0.75 } else { 0.85 };
            canvas.limb(map.at(near), map.at(far), [2.0 * px(radius), 2.0 * px(radius) * narrow], colour);
        }
    }
    for (centre, ..) in scene.circles("hand") {
        canvas.disc(map.at(centre), px(0.032), ink::SKIN);
        canvas.ring(map.at(centre), px(0.032), 2.0, ink::SKIN.towards(ink::INK, 0.3));
    }
    for (centre, radius, _) in scene.circles("start") {
        canvas.ring(map.at(centre), px(0.1), 1.0, ink::FAINT.at(0.5));
        canvas.ring(map.at(centre), px(radius), 2.0, START);
    }
    for (centre, radius, _) in scene.circles("target") {
        canvas.disc(map.at(centre), px(radius), TARGET);
    }
    for (centre, radius, _) in scene.circles("cursor") {
        canvas.disc(map.at(centre), px(radius), CURSOR);
    }
    for line in scene.lines("force") {
        if let [from, to] = *line {
            force(canvas, map.at(from), map.at(to));
        }
    }
}

/// What the field does to a hand that moves in this direction or that: for each velocity the force, or where the cursor
/// goes instead.
fn field(canvas: &mut Canvas, area: Rect, scene: &Scene) {
    let told: Vec<&[f32]> = scene.told("field").filter(|numbers| numbers.len() == 6).collect();
    let forced = forced(scene);
    let turned = told.iter().any(|field| (field[0] - field[4]).abs() + (field[1] - field[5]).abs() > 1e-3);
    let clamped = scene.told("moves").next().is_some_and(|moves| moves.get(1).is_some_and(|&clamped| clamped > 0.5));
    let title = match (forced, turned) {
        _ if clamped => "channel",
        (true, _) => "force by direction",
        (_, true) => "cursor by direction",
        _ => "no field",
    };
    inset(canvas, area, title);
    let middle = Vec2::new(area.center().x, area.center().y + 2.0);
    let reach = 0.36 * area.width();
    let length = |x: f32, y: f32| Vec2::new(x, y).length();
    let rate = told.iter().map(|field| length(field[0], field[1])).fold(0.0, f32::max);
    let force = told.iter().map(|field| length(field[2], field[3])).fold(0.0, f32::max);
    let words = if forced { format!("{force:.1} N at {rate:.1} m/s") } else { format!("hand at {rate:.1} m/s") };
    let size = ((area.width() - 12.0) / (words.chars().count() as f32 * LETTER)).min(11.0);
    canvas.words(Vec2::new(area.center().x, area.max.y - 12.0), words, size, ink::FAINT, Align::Middle);
    canvas.ring(middle, 0.62 * reach, 1.0, ink::RULE);
    for numbers in told {
        let flip = |x: f32, y: f32| Vec2::new(x, -y);
        let rate = flip(numbers[0], numbers[1]);
        let speed = rate.length().max(1e-6);
        let place = middle + rate / speed * (0.62 * reach);
        canvas.disc(place, 2.5, ink::FAINT);
        if forced {
            let newton = NEWTON * area.width() / 156.0;
            let way = (flip(numbers[2], numbers[3]) * newton).clamp_length_max(0.6 * reach);
            canvas.arrow(place, place + way, 2.5, FORCE);
        } else if turned {
            canvas.arrow(middle, middle + flip(numbers[4], numbers[5]) / speed * (0.62 * reach), 2.0, CURSOR);
        }
    }
    canvas.disc(middle, 3.0, ink::INK);
}

/// Whether the field acts on the hand by force.
fn forced(scene: &Scene) -> bool {
    scene.told("field").any(|field| matches!(field, [_, _, x, y, _, _] if x.abs() + y.abs() > 1e-3))
}
