//! Any task, drawn from the plain shapes of its scene: own tasks can be watched without drawing code.

use super::look::{Grip, Look, Map};
use crate::canvas::Canvas;
use crate::colour::{Colour, ink};
use bevy::math::{Rect, Vec2};
use etude_envs::scene::{Mark, Scene};

/// Colours assigned to shapes in turn, by name.
const COLOURS: [Colour; 5] = [ink::BLUE, ink::RED, ink::GREEN, ink::GOLD, ink::PURPLE];
/// Lines longer than this (m), such as grounds, do not affect the extent of the picture.
const LONG: f32 = 12.0;

pub(super) fn draw(canvas: &mut Canvas, area: Rect, scene: &Scene, look: &Look) -> Vec<Grip> {
    canvas.rect(area, Colour::of(0xEDEFF1));
    let (mut low, mut high) = (Vec2::MAX, Vec2::MIN);
    for (_, mark) in scene.marks() {
        let (one, two) = extent(mark);
        if (two - one).max_element() < LONG {
            (low, high) = (low.min(one), high.max(two));
        }
    }
    if !(low.is_finite() && high.is_finite() && low.cmple(high).all()) {
        (low, high) = (Vec2::splat(-1.0), Vec2::splat(1.0));
    }
    // The extent is rounded up to half an octave, so that it stays constant while things move.
    let needed = ((high - low) / area.size()).max_element().max(1e-4) * 1.4;
    let scale = 1.0 / (2.0f32).powf((needed.log2() * 2.0).ceil() / 2.0);
    let map = Map::new(area, 0.5 * (low + high), scale, look);
    for (index, (_, mark)) in scene.marks().iter().enumerate() {
        let colour = COLOURS[index % COLOURS.len()];
        match mark {
            Mark::Circle { centre, radius, angle } => {
                let (middle, size) = (map.at(*centre), radius * map.scale);
                canvas.disc(middle, size, colour.at(0.25));
                canvas.ring(middle, size, 3.0, colour);
                canvas.segment(middle, middle + Vec2::from_angle(-angle) * size, 3.0, colour);
            }
            Mark::Line { points } => {
                let points: Vec<Vec2> = points.iter().map(|&point| map.at(point)).collect();
                if points.len() == 5 && points.first() == points.last() {
                    canvas.polygon(&points, colour.at(0.25));
                }
                canvas.line(&points, 3.0, colour);
            }
        }
    }
    vec![Grip { area, map, aside: false }]
}

fn extent(mark: &Mark) -> (Vec2, Vec2) {
    match mark {
        Mark::Circle { centre, radius, .. } => (Vec2::from(*centre) - *radius, Vec2::from(*centre) + *radius),
        Mark::Line { points } => points.iter().fold((Vec2::MAX, Vec2::MIN), |(low, high), &point| {
            (low.min(Vec2::from(point)), high.max(Vec2::from(point)))
        }),
    }
}
