//! What several drawings have.

use crate::canvas::{Align, Canvas, LETTER};
use crate::colour::ink;
use bevy::math::{Rect, Vec2};

/// Whether there is no room for words and insets.
pub(super) fn small(area: Rect) -> bool {
    area.height() < 300.0 || area.width() < 420.0
}

/// A card with a title in the corner of an area.
pub(super) fn inset(canvas: &mut Canvas, area: Rect, title: &str) {
    canvas.card(area);
    let size = ((area.width() - 16.0) / (title.chars().count() as f32 * LETTER)).min(12.0);
    canvas.words(Vec2::new(area.min.x + 9.0, area.min.y + 14.0), title, size, ink::FAINT, Align::Left);
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
    fn a_joint_keeps_the_lengths_of_its_limbs() {
        let (from, to) = (Vec2::ZERO, Vec2::new(0.5, 0.1));
        for side in [-1.0, 1.0] {
            let knee = joint(from, to, [0.4, 0.3], side);
            assert!(((knee - from).length() - 0.4).abs() < 1e-5 && ((to - knee).length() - 0.3).abs() < 1e-5);
        }
        assert!(joint(from, Vec2::new(5.0, 0.0), [0.4, 0.3], 1.0).is_finite());
    }
}
