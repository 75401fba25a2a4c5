//! What several drawings have.

use crate::canvas::{Align, Canvas, LETTER};
use crate::colour::ink;
use bevy::math::{Rect, Vec2};

/// Whether there is no room for words and insets.
pub(super) fn small(area: Rect) -> bool {
    area.height() < 300.0 || area.width() < 420.0
}

/// A card with a title in its upper left corner.
pub(super) fn inset(canvas: &mut Canvas, area: Rect, title: &str) {
    canvas.card(area);
    let size = ((area.width() - 16.0) / (title.chars().count() as f32 * LETTER)).min(12.0);
    canvas.words(Vec2::new(area.min.x + 9.0, area.min.y + 14.0), title, size, ink::FAINT, Align::Left);
}

/// A bar that says how long things are: of the longest round length that takes at most `most` pixels where a metre takes `scale`.
/// `left` is its left end; its words are above it.
pub(super) fn scale_bar(canvas: &mut Canvas, left: Vec2, most: f32, scale: f32) {
    if !(scale.is_finite() && scale > 0.0) {
        return;
    }
    let metres = round_length(most / scale);
    let right = left + Vec2::X * (metres * scale);
    canvas.segment(left, right, 2.0, ink::INK);
    for end in [left, right] {
        canvas.segment(end - Vec2::Y * 4.0, end + Vec2::Y * 4.0, 2.0, ink::INK);
    }
    canvas.words(left - Vec2::Y * 13.0, length_in_words(metres), 11.0, ink::INK, Align::Left);
}

/// The longest of 1, 2 and 5 times a power of ten that is not longer.
fn round_length(longest: f32) -> f32 {
    let power = 10f32.powf(longest.log10().floor());
    [5.0, 2.0].into_iter().map(|round| round * power).find(|&length| length <= longest).unwrap_or(power)
}

fn length_in_words(metres: f32) -> String {
    // Rounded to what a whole number tells: 0.05 m is not quite 5 cm in binary.
    match metres {
        metres if metres >= 0.999 => format!("{:.0} m", metres),
        metres if metres >= 0.00999 => format!("{:.0} cm", 100.0 * metres),
        metres if metres >= 0.000_999 => format!("{:.0} mm", 1000.0 * metres),
        metres => format!("{metres} m"),
    }
}

/// The joint between two limbs of given lengths that reach from one place to another; `side` chooses which way it bends.
pub(super) fn joint(from: Vec2, to: Vec2, [first, second]: [f32; 2], side: f32) -> Vec2 {
    let way = to - from;
    let distance = way.length().clamp(1e-6, 0.999 * (first + second));
    let along = (first * first - second * second + distance * distance) / (2.0 * distance);
    let aside = (first * first - along * along).max(0.0).sqrt();
    let direction = way.normalize_or_zero();
    from + direction * along + direction.perp() * (aside * side)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_bar_is_as_long_as_it_says_and_never_longer_than_its_room() {
        for (scale, most) in
            [(1200.0, 90.0), (900.0, 70.0), (2345.0, 90.0), (410.0, 60.0), (30_000.0, 80.0), (3.0, 50.0)]
        {
            let mut canvas = Canvas::default();
            scale_bar(&mut canvas, Vec2::new(10.0, 40.0), most, scale);
            let layer = &canvas.layers[0];
            let (number, unit) = layer.words[0].text.split_once(' ').unwrap();
            let metres = number.parse::<f32>().unwrap()
                * [("m", 1.0), ("cm", 0.01), ("mm", 0.001)].into_iter().find(|(known, _)| *known == unit).unwrap().1;
            let fold = |(low, high): (f32, f32), corner: &Vec2| (low.min(corner.x), high.max(corner.x));
            let (low, high) = layer.corners.iter().fold((f32::MAX, f32::MIN), fold);
            // Its ends are two pixels wide, with smooth edges.
            let long = high - low - 3.0;
            assert!((long - metres * scale).abs() < 0.1, "{number} {unit} at {scale} px/m takes {long} px");
            assert!(long <= most + 0.1 && long > most / 2.6, "{long} of {most} px");
        }
        let mut canvas = Canvas::default();
        scale_bar(&mut canvas, Vec2::ZERO, 80.0, f32::NAN);
        assert!(canvas.layers[0].words.is_empty());
    }

    #[test]
    fn a_joint_keeps_the_lengths_of_its_limbs() {
        let (from, to) = (Vec2::ZERO, Vec2::new(0.5, 0.1));
        for side in [-1.0, 1.0] {
            let knee = joint(from, to, [0.4, 0.3], side);
            assert!(((knee - from).length() - 0.4).abs() < 1e-5 && ((to - knee).length() - 0.3).abs() < 1e-5);
        }
        assert!(joint(from, Vec2::new(5.0, 0.0), [0.4, 0.3], 1.0).is_finite());
    }
}
