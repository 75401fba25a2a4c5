//! A bicycle and its rider from the side, on the ground as it is, and from behind.

use super::legend::{Key, Symbol};
use super::look::{Grip, Look, Map};
use super::parts::{inset, joint};
use crate::canvas::{Align, Canvas};
use crate::colour::{Colour, ink};
use bevy::math::{Rect, Vec2};
use etude_envs::scene::Scene;
use std::f32::consts::{FRAC_PI_2, PI, TAU};

const SKY: [Colour; 2] = [Colour::of(0xC9DFEE), Colour::of(0xF4F1EA)];
const HILLS: [Colour; 2] = [Colour::of(0xBCD0D3), Colour::of(0xA5BFB4)];
const GRASS: [Colour; 2] = [Colour::of(0x7F9C6B), Colour::of(0x4F6A4A)];
const ROAD: Colour = Colour::of(0x3B4248);
/// Other surfaces: slippery, and hard to roll on.
const SLIPPERY: Colour = Colour::of(0x7FB6D6);
const SOFT: Colour = Colour::of(0xB08A57);
/// Coefficient of friction below which a surface is slippery.
const GRIP: f32 = 0.4;
const FRAME: Colour = ink::BLUE;
const TYRE: Colour = Colour::of(0x23282D);
const RIM: Colour = Colour::of(0xAEB7BF);
const JERSEY: Colour = Colour::of(0xD5521A);
const SHORTS: Colour = Colour::of(0x2B3440);

/// Metres that are seen at least, across and up.
const SEEN: [f32; 2] = [4.3, 2.75];
/// Turns of the wheel to one of the cranks.
const GEAR: f32 = 2.6;
/// Lengths of body and bicycle parts in m: torso, upper arm and forearm, thigh and shank, crank.
const TORSO: f32 = 0.53;
const ARM: [f32; 2] = [0.29, 0.28];
const LEG: [f32; 2] = [0.43, 0.46];
const CRANK: f32 = 0.17;
/// Distance in m between the marks beside the road.
const POSTS: f32 = 5.0;

/// A wheel that is braked, and the chainring of one that is driven.
const BRAKED: Colour = ink::RED;
const DRIVEN: Colour = ink::GOLD;

pub(super) const KEYS: [Key; 5] = [
    Key::new(Symbol::Ring, BRAKED, "braked wheel"),
    Key::new(Symbol::Ring, DRIVEN, "chainring: pedal torque"),
    Key::new(Symbol::Line, ROAD, "firm ground"),
    Key::new(Symbol::Line, SLIPPERY, "slippery").only(|scene| has_stretch(scene, SLIPPERY)),
    Key::new(Symbol::Line, SOFT, "soft: rolls badly").only(|scene| has_stretch(scene, SOFT)),
];

pub(super) fn draw(canvas: &mut Canvas, area: Rect, scene: &Scene, look: &Look, compact: bool) -> Vec<Grip> {
    let (Some(mut ride), true) = (Ride::of(scene), area.width() > 8.0) else { return Vec::new() };
    let scale = (area.width() / SEEN[0]).min(area.height() / SEEN[1]);
    let up = if compact { 0.62 } else { 0.80 };
    let centre = Vec2::new(ride.rear.x + 0.5 * ride.wheelbase + 0.15, ride.under + up);
    let map = Map::new(area, centre, scale, look);
    let seen = (map.back(area.min).x - 1.0)..(map.back(area.max).x + 1.0);
    ride.surface.retain(|point| seen.contains(&point.x));
    landscape(canvas, area, &map, &ride);
    bicycle(canvas, &map, &ride);
    if compact {
        return vec![Grip { area, map, aside: false }];
    }
    let side = (0.27 * area.height()).clamp(110.0, 190.0);
    let view =
        Rect::new(area.max.x - side - 14.0, area.min.y + 14.0, area.max.x - 14.0, area.min.y + 14.0 + side * 1.12);
    from_behind(canvas, view, &ride);
    dashboard(canvas, area, &ride);
    vec![Grip { area: view, map, aside: true }, Grip { area, map, aside: false }]
}

/// What the scene tells of the ride, in m and rad.
struct Ride {
    rear: Vec2,
    front: Vec2,
    radii: [f32; 2],
    spokes: [f32; 2],
    surface: Vec<Vec2>,
    stretches: Vec<([f32; 2], Colour)>,
    under: f32,
    frame: [f32; 3],
    wheelbase: f32,
    hip: Vec2,
    torso: Vec2,
    speed: f32,
    roll: f32,
    handlebar: f32,
    pedal: f32,
    brakes: [f32; 2],
    travel: f32,
    distance: f32,
    course: f32,
    fallen: bool,
}

impl Ride {
    fn of(scene: &Scene) -> Option<Self> {
        let (rear, rear_radius, rear_spoke) = scene.circles("rear wheel").next()?;
        let (front, front_radius, front_spoke) = scene.circles("front wheel").next()?;
        let &[speed, _, roll, _, handlebar] = scene.told("motion").next()? else { return None };
        let &[distance, course, fallen] = scene.told("ride").next()? else { return None };
        let &[rear_brake, front_brake] = scene.told("brakes").next()? else { return None };
        let frame = scene.told("frame").next()?.try_into().ok()?;
        let &[hip, head] = scene.lines("rider").next()? else { return None };
        let surface: Vec<Vec2> =
            scene.told("surface").next()?.chunks_exact(2).map(|place| Vec2::new(place[0], place[1])).collect();
        let stretches = stretches(scene).collect();
        let under = rear[1].min(front[1]) - rear_radius;
        Some(Self {
            rear: rear.into(),
            front: front.into(),
            radii: [rear_radius, front_radius],
            spokes: [rear_spoke, front_spoke],
            under,
            surface,
            stretches,
            frame,
            wheelbase: scene.number("wheelbase"),
            hip: hip.into(),
            torso: (Vec2::from(head) - Vec2::from(hip)).normalize_or_zero(),
            speed,
            roll,
            handlebar,
            pedal: scene.number("pedal"),
            brakes: [rear_brake, front_brake],
            travel: scene.number("suspension"),
            distance,
            course,
            fallen: fallen > 0.5,
        })
    }

    /// A place on the frame, in m ahead of and above the rear contact at rest.
    fn on_frame(&self, x: f32, y: f32) -> Vec2 {
        let [left, bottom, angle] = self.frame;
        Vec2::new(left, bottom) + Vec2::from_angle(angle).rotate(Vec2::new(x, y))
    }

    /// The lowest and the highest ground in the picture.
    fn heights(&self) -> (f32, f32) {
        let fold = |(low, high): (f32, f32), point: &Vec2| (low.min(point.y), high.max(point.y));
        let (low, high) = self.surface.iter().fold((f32::MAX, f32::MIN), fold);
        if low <= high { (low, high) } else { (self.under, self.under) }
    }

    fn height(&self, x: f32) -> f32 {
        let after = self.surface.partition_point(|point| point.x < x).clamp(1, self.surface.len().max(2) - 1);
        match (self.surface.get(after - 1), self.surface.get(after)) {
            (Some(one), Some(two)) => {
                one.y + (two.y - one.y) * ((x - one.x) / (two.x - one.x).max(1e-6)).clamp(0.0, 1.0)
            }
            _ => self.under,
        }
    }
}

/// Stretches of another surface than the road's: from where to where in m, and their colour.
fn stretches(scene: &Scene) -> impl Iterator<Item = ([f32; 2], Colour)> {
    scene.told("surface stretch").filter_map(|told| match *told {
        [from, to, friction, _] => Some(([from, to], if friction < GRIP { SLIPPERY } else { SOFT })),
        _ => None,
    })
}

fn has_stretch(scene: &Scene, colour: Colour) -> bool {
    stretches(scene).any(|(_, found)| found == colour)
}

fn landscape(canvas: &mut Canvas, area: Rect, map: &Map, ride: &Ride) {
    // Nothing is painted far below where it can be seen: large areas are what a software renderer spends its time on.
    let (lowest, highest) = ride.heights();
    let (horizon, level) = (map.at(Vec2::new(0.0, highest)).y, map.at(Vec2::new(0.0, lowest)).y + 4.0);
    canvas.gradient(Rect { max: Vec2::new(area.max.x, level.clamp(area.min.y, area.max.y)), ..area }, SKY[0], SKY[1]);
    // Hills move less than what is near: the eye takes them for far.
    for (layer, (colour, share, height)) in [(HILLS[0], 0.06, 0.30), (HILLS[1], 0.14, 0.17)].into_iter().enumerate() {
        let points: Vec<Vec2> = (0..=60)
            .map(|index| {
                let x = area.min.x + area.width() * index as f32 / 60.0;
                let far = (x - area.min.x) / area.width() * 5.0 + map.centre.x * share + layer as f32 * 7.0;
                let rise = (far.sin() + 0.5 * (2.3 * far + 1.0).sin() + 1.6) / 3.1;
                Vec2::new(x, horizon - area.height() * height * rise)
            })
            .collect();
        canvas.below(&points, level, colour, SKY[1]);
    }
    let surface: Vec<Vec2> = ride.surface.iter().map(|&point| map.at(point)).collect();
    canvas.below(&surface, area.max.y + 40.0, GRASS[0], GRASS[1]);
    tufts(canvas, map, ride);
    let first = ride.surface.first().map_or(0.0, |point| (point.x / POSTS).ceil() as i32 as f32);
    let last = ride.surface.last().map_or(0.0, |point| point.x / POSTS);
    let mut post = first.max(0.0);
    while post <= last {
        let (x, metres) = (post * POSTS, post * POSTS);
        let foot = map.at(Vec2::new(x, ride.height(x)));
        canvas.segment(foot, foot - Vec2::Y * 0.22 * map.scale, 2.5, Colour::of(0xFFFFFF).at(0.9));
        canvas.words(foot + Vec2::new(0.0, 24.0), format!("{metres} m"), 12.0, Colour::of(0xEEF2E6), Align::Middle);
        post += 1.0;
    }
    if ride.course > 0.0 && ride.surface.last().is_some_and(|point| point.x > ride.course) {
        let foot = map.at(Vec2::new(ride.course, ride.height(ride.course)));
        let top = foot - Vec2::Y * 1.7 * map.scale;
        canvas.segment(foot, top, 4.0, ink::INK);
        let cell = 0.13 * map.scale;
        for index in 0..12 {
            let corner = top + Vec2::new((index % 4) as f32 * cell, (index / 4) as f32 * cell);
            let colour = if (index + index / 4) % 2 == 0 { ink::INK } else { ink::CARD };
            canvas.rect(Rect::from_corners(corner, corner + cell), colour);
        }
    }
    canvas.line(&surface, (0.03 * map.scale).max(2.0), ROAD);
    for ([from, to], colour) in &ride.stretches {
        let within = ride.surface.iter().filter(|point| (*from..*to).contains(&point.x));
        let points: Vec<Vec2> = within.map(|&point| map.at(point)).collect();
        canvas.line(&points, (0.03 * map.scale).max(2.0), *colour);
    }
}

/// Grass beside the road, always at the same places: without it nothing shows how fast one goes.
fn tufts(canvas: &mut Canvas, map: &Map, ride: &Ride) {
    let (Some(first), Some(last)) = (ride.surface.first(), ride.surface.last()) else { return };
    for index in (first.x / 0.31).ceil() as i32..(last.x / 0.31) as i32 {
        // Golden ratio: places that look like chance and are not.
        let chance = (index as f32 * 0.618_034).rem_euclid(1.0);
        let x = (index as f32 + chance) * 0.31;
        let root = map.at(Vec2::new(x, ride.height(x) - 0.08 - 0.55 * chance * chance));
        let tall = (0.025 + 0.03 * chance) * map.scale;
        let colour = GRASS[0].towards(Colour::of(0xC4D69B), 0.25 + 0.3 * chance);
        for side in [-0.5, 0.1, 0.6] {
            canvas.segment(root, root + Vec2::new(side * 0.6, -1.0) * tall, 1.5, colour);
        }
    }
}

fn wheel(canvas: &mut Canvas, map: &Map, centre: Vec2, radius: f32, angle: f32) {
    let (middle, size) = (map.at(centre), radius * map.scale);
    for spoke in 0..14 {
        let ray = Vec2::from_angle(-(angle + spoke as f32 * TAU / 14.0));
        // One spoke stands out, so that the turning can be seen at any speed.
        let (width, colour) = if spoke == 0 { (2.2, ink::RED) } else { (1.0, RIM) };
        canvas.segment(middle, middle + ray * size * 0.9, width, colour);
    }
    canvas.ring(middle, size, 0.09 * size, TYRE);
    canvas.ring(middle, size * 0.915, 0.045 * size, RIM);
    canvas.disc(middle, (0.07 * size).max(2.0), TYRE);
}

fn bicycle(canvas: &mut Canvas, map: &Map, ride: &Ride) {
    let at = |place: Vec2| map.at(place);
    let px = |metres: f32| (metres * map.scale).max(1.2);
    let base = ride.wheelbase;
    let bottom = ride.on_frame(0.42 * base, 0.29);
    let seat = ride.hip - Vec2::from_angle(ride.frame[2]).perp() * 0.07;
    let saddle_post = ride.on_frame(0.255 * base, 0.76);
    let head_top = ride.on_frame(0.83 * base, 0.86);
    let head_bottom = ride.on_frame(0.865 * base, 0.70);
    let stem = ride.on_frame(0.82 * base, 0.94);
    let grip = ride.on_frame(0.80 * base + 0.10, 0.95);
    // The cranks turn with the way that has been ridden.
    let crank = -(ride.rear.x / ride.radii[0] / GEAR);
    let pedals = [0.0, PI].map(|half| bottom + Vec2::from_angle(crank + half) * CRANK);
    let shoulder = ride.hip + ride.torso * TORSO;

    let far = |colour: Colour| colour.towards(ink::INK, 0.35);
    leg(canvas, map, ride.hip, pedals[1], far(SHORTS), far(ink::SKIN));
    canvas.line(&[at(bottom), at(pedals[1])], px(0.022), far(RIM));
    wheel(canvas, map, ride.rear, ride.radii[0], ride.spokes[0]);
    wheel(canvas, map, ride.front, ride.radii[1], ride.spokes[1]);
    arm(canvas, map, shoulder, grip, far(JERSEY), far(ink::SKIN));

    canvas.line(&[at(ride.rear), at(bottom)], px(0.022), FRAME);
    canvas.line(&[at(ride.rear), at(saddle_post)], px(0.020), FRAME);
    if ride.travel > 0.0 {
        // What the springs give way is seen in the shock and in the shiny part of the fork.
        let rocker = saddle_post.lerp(bottom, 0.45);
        spring(canvas, at(rocker), at(rocker.lerp(ride.rear, 0.42)), px(0.035));
    }
    canvas.line(&[at(bottom), at(saddle_post), at(head_top), at(head_bottom), at(bottom)], px(0.036), FRAME);
    let crown = head_bottom.lerp(ride.front, 0.42);
    let polished = if ride.travel > 0.0 { RIM } else { FRAME };
    canvas.line(&[at(head_bottom), at(crown)], px(0.032), polished);
    canvas.line(&[at(crown), at(ride.front)], px(0.034), FRAME.towards(ink::INK, 0.25));
    canvas.line(&[at(head_top), at(stem), at(grip)], px(0.026), TYRE);
    canvas.line(&[at(saddle_post), at(seat)], px(0.026), RIM);
    let along = Vec2::from_angle(ride.frame[2]) * 0.13;
    canvas.limb(at(seat - along), at(seat + along), [px(0.055), px(0.025)], TYRE);
    for (brake, wheel, radius) in
        [(ride.brakes[0], ride.rear, ride.radii[0]), (ride.brakes[1], ride.front, ride.radii[1])]
    {
        if brake > 0.02 {
            canvas.ring(at(wheel), radius * map.scale * 1.06, 2.0 + 4.0 * brake, BRAKED.at(0.3 + 0.7 * brake));
        }
    }

    let ring = at(bottom);
    canvas.ring(ring, px(0.095), px(0.022), TYRE.towards(DRIVEN, ride.pedal.clamp(0.0, 1.0)));
    canvas.line(&[ring, at(pedals[0])], px(0.026), RIM);
    canvas.line(&[at(pedals[0]) - Vec2::X * px(0.05), at(pedals[0]) + Vec2::X * px(0.05)], px(0.025), TYRE);

    let neck = shoulder + ride.torso * 0.10 + Vec2::new(0.04, 0.0);
    canvas.limb(at(shoulder), at(neck), [px(0.11), px(0.09)], ink::SKIN);
    let waist = ride.hip + ride.torso * 0.04;
    canvas.limb(at(waist), at(shoulder), [px(0.21), px(0.19)], JERSEY);
    leg(canvas, map, ride.hip, pedals[0], SHORTS, ink::SKIN);
    arm(canvas, map, shoulder, grip, JERSEY, ink::SKIN);
    let head = neck + (ride.torso * 0.6 + Vec2::new(0.35, 0.6)).normalize_or_zero() * 0.14;
    canvas.disc(at(head), px(0.105), ink::SKIN);
    let tilt = -ride.torso.to_angle() + FRAC_PI_2;
    helmet(canvas, at(head), px(0.128), 0.35 * tilt);
}

fn helmet(canvas: &mut Canvas, middle: Vec2, radius: f32, tilt: f32) {
    canvas.arc(middle, radius, radius, [PI + tilt - 0.12, TAU + tilt + 0.05], ink::INK);
    canvas.arc(middle, radius * 0.78, radius * 0.16, [PI + tilt + 0.35, TAU + tilt - 0.5], ink::GOLD);
}

fn leg(canvas: &mut Canvas, map: &Map, hip: Vec2, pedal: Vec2, shorts: Colour, skin: Colour) {
    let ankle = pedal + Vec2::new(-0.05, 0.09);
    let knee = joint(hip, ankle, LEG, 1.0);
    let px = |metres: f32| metres * map.scale;
    canvas.limb(map.at(knee), map.at(ankle), [px(0.105), px(0.065)], skin);
    canvas.limb(map.at(hip), map.at(knee), [px(0.17), px(0.11)], skin);
    canvas.limb(map.at(hip), map.at(hip.lerp(knee, 0.68)), [px(0.19), px(0.135)], shorts);
    canvas.limb(
        map.at(ankle + Vec2::new(-0.03, -0.05)),
        map.at(pedal + Vec2::new(0.09, 0.02)),
        [px(0.075), px(0.05)],
        TYRE,
    );
}

fn arm(canvas: &mut Canvas, map: &Map, shoulder: Vec2, grip: Vec2, sleeve: Colour, skin: Colour) {
    let elbow = joint(shoulder, grip, ARM, -1.0);
    let px = |metres: f32| metres * map.scale;
    canvas.limb(map.at(elbow), map.at(grip), [px(0.075), px(0.05)], skin);
    canvas.limb(map.at(shoulder), map.at(elbow), [px(0.10), px(0.075)], skin);
    canvas.limb(map.at(shoulder), map.at(shoulder.lerp(elbow, 0.6)), [px(0.125), px(0.095)], sleeve);
    canvas.disc(map.at(grip), px(0.04), TYRE);
}

fn spring(canvas: &mut Canvas, from: Vec2, to: Vec2, width: f32) {
    let aside = (to - from).normalize_or_zero().perp() * width;
    let points: Vec<Vec2> = (0..=8)
        .map(|index| {
            let sign = if index % 2 == 0 { 1.0 } else { -1.0 };
            from.lerp(to, index as f32 / 8.0) + aside * if index == 0 || index == 8 { 0.0 } else { sign }
        })
        .collect();
    canvas.line(&points, 2.4, ink::GOLD);
}

/// The bicycle from behind: how it rolls, and where the handlebar points.
fn from_behind(canvas: &mut Canvas, area: Rect, ride: &Ride) {
    inset(canvas, area, "from behind");
    let foot = Vec2::new(area.center().x, area.max.y - 30.0);
    let tall = area.height() - 66.0;
    let metre = tall / 1.85;
    canvas.segment(foot - Vec2::X * (0.42 * area.width()), foot + Vec2::X * (0.42 * area.width()), 2.0, ROAD);
    canvas.segment(foot, foot - Vec2::Y * tall, 1.0, ink::RULE);
    // A positive roll is one to the right.
    let lean = Vec2::from_angle(ride.roll);
    let at = |x: f32, y: f32| foot + lean.rotate(Vec2::new(x, -y) * metre);
    canvas.limb(at(0.0, 0.05), at(0.0, 0.64), [0.08 * metre; 2], TYRE);
    for side in [-1.0, 1.0] {
        canvas.limb(at(0.09 * side, 0.88), at(0.12 * side, 0.34), [0.15 * metre, 0.09 * metre], SHORTS);
    }
    canvas.limb(at(0.0, 0.92), at(0.0, 1.34), [0.30 * metre, 0.38 * metre], JERSEY);
    let turn = ride.handlebar.sin();
    for side in [-1.0, 1.0] {
        let hand = at(0.28 * side, 1.0 - 0.25 * turn * side);
        canvas.limb(at(0.18 * side, 1.36), hand, [0.10 * metre, 0.07 * metre], JERSEY);
        canvas.disc(hand, 0.045 * metre, TYRE);
    }
    canvas.disc(at(0.0, 1.66), 0.125 * metre, ink::INK);
    // Adding nothing makes a zero of a negative zero.
    let degrees = |name: &str, angle: f32| format!("{name} {:+} deg", angle.to_degrees().round() + 0.0);
    let line = area.max.y - 14.0;
    if area.width() < 150.0 {
        canvas.words(Vec2::new(area.center().x, line), degrees("roll", ride.roll), 11.0, ink::INK, Align::Middle);
        return;
    }
    canvas.words(Vec2::new(area.min.x + 8.0, line), degrees("roll", ride.roll), 11.0, ink::INK, Align::Left);
    canvas.words(Vec2::new(area.max.x - 8.0, line), degrees("bar", ride.handlebar), 11.0, ink::INK, Align::Right);
}

fn dashboard(canvas: &mut Canvas, area: Rect, ride: &Ride) {
    let wide = 250.0f32.min(area.width() - 28.0);
    let card = Rect::new(area.min.x + 14.0, area.max.y - 74.0, area.min.x + 14.0 + wide, area.max.y - 14.0);
    canvas.card(card);
    let (left, right, top) = (card.min.x + 12.0, card.max.x - 12.0, card.min.y);
    canvas.words(Vec2::new(left, top + 19.0), format!("{:.1} m/s", ride.speed), 18.0, ink::INK, Align::Left);
    let far = format!("{:.1} of {} m", ride.distance, ride.course);
    canvas.words(Vec2::new(right, top + 19.0), far, 13.0, ink::FAINT, Align::Right);
    let bar = Rect::new(left, top + 40.0, right, top + 48.0);
    canvas.rounded(bar, 4.0, ink::RULE);
    let share = (ride.distance / ride.course.max(1e-3)).clamp(0.0, 1.0);
    canvas.rounded(Rect { max: Vec2::new(left + share * bar.width(), bar.max.y), ..bar }, 4.0, ink::GREEN);
    if ride.fallen {
        canvas.words(area.center() - Vec2::Y * 60.0, "fallen", 30.0, ink::RED, Align::Middle);
    }
}
