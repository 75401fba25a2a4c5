//! Drawings of scenes: one for each family, and one for any task from its plain shapes.

mod cursor;
mod cycling;
mod fretting;
mod history;
mod plain;
mod reaching;

pub use history::{History, Patterns};

use crate::canvas::{Align, Canvas, LETTER};
use crate::colour::ink;
use bevy::math::{Rect, Vec2};
use etude_envs::scene::Scene;

/// How the spectator looks at a scene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Magnification of what the drawing chooses by itself.
    pub zoom: f32,
    /// Way in m from where the drawing would look.
    pub offset: Vec2,
}

impl Default for Look {
    fn default() -> Self {
        Self { zoom: 1.0, offset: Vec2::ZERO }
    }
}

/// From metres to pixels and back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Map {
    /// Where the middle lies in the picture.
    pub middle: Vec2,
    /// What lies in the middle, in m.
    pub centre: Vec2,
    /// Pixels per m.
    pub scale: f32,
}

impl Map {
    /// Shows `centre` (m) in the middle of an area, in so many pixels per m before the spectator's own zoom.
    pub fn new(area: Rect, centre: Vec2, scale: f32, look: &Look) -> Self {
        Self { middle: area.center(), centre: centre + look.offset, scale: scale * look.zoom }
    }

    /// Pixels of a place in m.
    pub fn at(&self, place: impl Into<Vec2>) -> Vec2 {
        let way = place.into() - self.centre;
        self.middle + Vec2::new(way.x, -way.y) * self.scale
    }

    /// Place in m of pixels.
    pub fn back(&self, pixel: Vec2) -> Vec2 {
        let way = (pixel - self.middle) / self.scale;
        self.centre + Vec2::new(way.x, -way.y)
    }
}

/// Where a spectator can take hold of the subject, and how far a drag goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grip {
    /// Where it is.
    pub area: Rect,
    /// What is drawn there.
    pub map: Map,
    /// Whether a drag to the right there pushes out of the plane of the scene.
    pub aside: bool,
}

/// Draws what a subject does into an area and says where it can be taken hold of, the topmost first.
pub fn draw(canvas: &mut Canvas, area: Rect, scene: &Scene, history: &History, look: &Look) -> Vec<Grip> {
    canvas.clip(Some(area));
    // A family is known by what its scenes tell: a task of somebody else may bear any name.
    let grips = if scene.told("frame").next().is_some() && scene.told("surface").next().is_some() {
        cycling::draw(canvas, area, scene, look)
    } else if scene.told("board").next().is_some() {
        fretting::draw(canvas, area, scene, look)
    } else if scene.told("trail").next().is_some() && scene.told("field").next().is_some() {
        reaching::draw(canvas, area, scene, history, look)
    } else if scene.told("unit").next().is_some() && scene.told("distance").next().is_some() {
        cursor::draw(canvas, area, scene, history, look)
    } else {
        plain::draw(canvas, area, scene, look)
    };
    canvas.clip(None);
    grips
}

/// Whether there is no room for words and insets.
fn small(area: Rect) -> bool {
    area.height() < 300.0 || area.width() < 420.0
}

/// A card with a title in the corner of an area.
fn inset(canvas: &mut Canvas, area: Rect, title: &str) {
    canvas.card(area);
    let size = ((area.width() - 16.0) / (title.chars().count() as f32 * LETTER)).min(12.0);
    canvas.words(Vec2::new(area.min.x + 9.0, area.min.y + 14.0), title, size, ink::FAINT, Align::Left);
}

/// The joint between two limbs of given lengths that reach from one place to another; `side` chooses which way it bends.
fn joint(from: Vec2, to: Vec2, [first, second]: [f32; 2], side: f32) -> Vec2 {
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
    fn a_map_leads_back_to_where_it_came_from() {
        let look = Look { zoom: 2.0, offset: Vec2::new(0.5, -0.25) };
        let map = Map::new(Rect::new(10.0, 20.0, 110.0, 220.0), Vec2::new(3.0, 1.0), 50.0, &look);
        assert_eq!(map.at(Vec2::new(3.5, 0.75)), Vec2::new(60.0, 120.0));
        let place = Vec2::new(1.0, 2.0);
        assert!((map.back(map.at(place)) - place).length() < 1e-5);
        assert!(map.at(Vec2::new(0.0, 5.0)).y < map.at(Vec2::ZERO).y, "up is up");
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
