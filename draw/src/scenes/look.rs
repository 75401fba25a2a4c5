//! How a spectator looks at a scene, and where its places lie in the picture.

use bevy::math::{Rect, Vec2};

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
}
