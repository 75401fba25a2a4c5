//! What the colours and arrows of a drawing mean: rows of words below it, never on it.

use crate::canvas::{Align, Canvas, LETTER};
use crate::colour::{Colour, ink};
use bevy::math::{Rect, Vec2};
use etude_envs::scene::Scene;

/// How something is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    Disc,
    Ring,
    Line,
    Bar,
    Arrow,
    Cross,
}

/// Something in a drawing that has a meaning.
#[derive(Clone, Copy)]
pub(super) struct Key {
    /// How it is drawn.
    pub symbol: Symbol,
    /// Its colour, the same constant that the drawing uses.
    pub colour: Colour,
    /// What it means.
    pub meaning: &'static str,
    /// Whether a scene has it.
    pub shown: fn(&Scene) -> bool,
}

impl Key {
    /// Something that every scene of the family has.
    pub const fn new(symbol: Symbol, colour: Colour, meaning: &'static str) -> Self {
        Self { symbol, colour, meaning, shown: |_| true }
    }

    /// Something that only some scenes have.
    pub const fn only(self, shown: fn(&Scene) -> bool) -> Self {
        Self { shown, ..self }
    }

    /// Width in pixels with the gap to the next one.
    fn width(&self) -> f32 {
        SYMBOL + self.meaning.chars().count() as f32 * SIZE * LETTER + GAP
    }
}

/// Height of the words, of a row, and of the room around all rows, in pixels.
const SIZE: f32 = 11.0;
const ROW: f32 = 18.0;
const MARGIN: f32 = 4.0;
/// Room for a symbol, and between a meaning and the next symbol, in pixels.
const SYMBOL: f32 = 20.0;
const GAP: f32 = 16.0;
/// Distance of the rows from the left edge in pixels.
const INDENT: f32 = 14.0;
/// Share of the height of an area that may go to them.
const SHARE: f32 = 0.1;

/// Divides an area into the one that is drawn in and, if that leaves it large enough, the strip below it, where all keys have
/// room: the drawing keeps its size when one of them is not shown.
pub(super) fn divide(area: Rect, keys: &[Key]) -> (Rect, Option<Rect>) {
    let rows = places(area.width(), keys.iter()).last().map_or(0, |(row, _)| row + 1);
    let tall = rows as f32 * ROW + 2.0 * MARGIN;
    if rows == 0 || tall > SHARE * area.height() {
        return (area, None);
    }
    let edge = area.max.y - tall;
    (Rect { max: Vec2::new(area.max.x, edge), ..area }, Some(Rect { min: Vec2::new(area.min.x, edge), ..area }))
}

/// Draws the keys of what any of some scenes has; returns the height that they take.
pub(super) fn draw(canvas: &mut Canvas, strip: Rect, keys: &[Key], scenes: &[&Scene]) -> f32 {
    let shown: Vec<&Key> = keys.iter().filter(|key| scenes.iter().any(|scene| (key.shown)(scene))).collect();
    let mut rows = 0;
    for ((row, left), key) in places(strip.width(), shown.iter().copied()).zip(&shown) {
        let place = strip.min + Vec2::new(left, MARGIN + (row as f32 + 0.5) * ROW);
        symbol(canvas, place + Vec2::X * 6.0, key);
        canvas.words(place + Vec2::X * SYMBOL, key.meaning, SIZE, ink::INK, Align::Left);
        rows = row + 1;
    }
    if rows == 0 { 0.0 } else { rows as f32 * ROW + 2.0 * MARGIN }
}

/// Row and distance from the left edge of keys one after the other.
fn places<'a>(width: f32, keys: impl Iterator<Item = &'a Key>) -> impl Iterator<Item = (usize, f32)> {
    let (mut row, mut left) = (0, INDENT);
    keys.map(move |key| {
        if left > INDENT && left + key.width() - GAP > width - MARGIN {
            (row, left) = (row + 1, INDENT);
        }
        let place = (row, left);
        left += key.width();
        place
    })
}

fn symbol(canvas: &mut Canvas, middle: Vec2, key: &Key) {
    let half = Vec2::X * 7.0;
    match key.symbol {
        Symbol::Disc => canvas.disc(middle, 5.0, key.colour),
        Symbol::Ring => canvas.ring(middle, 5.5, 2.0, key.colour),
        Symbol::Line => canvas.segment(middle - half, middle + half, 3.0, key.colour),
        Symbol::Bar => canvas.rounded(Rect::from_center_size(middle, Vec2::new(14.0, 9.0)), 3.0, key.colour),
        Symbol::Arrow => canvas.arrow(middle - half, middle + half, 3.0, key.colour),
        Symbol::Cross => {
            canvas.segment(middle - half, middle + half, 2.0, key.colour);
            canvas.segment(middle - half.perp(), middle + half.perp(), 2.0, key.colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_keys_lie_in_the_strip_and_none_on_another() {
        let keys = [
            Key::new(Symbol::Disc, ink::BLUE, "one"),
            Key::new(Symbol::Arrow, ink::RED, "a rather long meaning"),
            Key::new(Symbol::Ring, ink::GREEN, "three"),
            Key::new(Symbol::Line, ink::GOLD, "four").only(|scene| scene.told("four").next().is_some()),
        ];
        for width in [200.0, 320.0, 600.0] {
            let area = Rect::new(10.0, 20.0, 10.0 + width, 820.0);
            let (picture, strip) = divide(area, &keys);
            let strip = strip.expect("there is room");
            assert_eq!((picture.min, picture.max.y, strip.max), (area.min, strip.min.y, area.max));
            let mut canvas = Canvas::default();
            let tall = draw(&mut canvas, strip, &keys, &[&Scene::default()]);
            assert!(tall > 0.0 && tall <= strip.height());
            let layer = &canvas.layers[0];
            assert_eq!(layer.words.len(), 3, "what a scene does not have is not explained");
            assert!(layer.corners.iter().all(|corner| strip.contains(*corner)));
            let mut ends: Vec<(f32, f32, f32)> = Vec::new();
            for words in &layer.words {
                let right = words.place.x + words.text.chars().count() as f32 * words.size * LETTER;
                assert!(strip.contains(words.place) && right <= strip.max.x, "{}", words.text);
                assert!(ends.iter().all(|&(y, left, end)| y != words.place.y || end < words.place.x || right < left));
                ends.push((words.place.y, words.place.x, right));
            }
        }
        for (tall, keys) in [(800.0, &[][..]), (250.0, &keys)] {
            let area = Rect::new(0.0, 0.0, 600.0, tall);
            assert_eq!(divide(area, keys), (area, None), "no keys, or no room");
        }
    }
}
