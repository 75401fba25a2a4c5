//! The spectator's view of a scene, and the mapping of positions to the picture.

use bevy::math::{Rect, Vec2};

/// The spectator's view of a scene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Magnification relative to the drawing's own choice.
    pub zoom: f32,
    /// Displacement in m from the drawing's own centre.
    pub offset: Vec2,
}

impl Default for Look {
    fn default() -> Self {
        Self { zoom: 1.0, offset: Vec2::ZERO }
    }
}

/// Mapping between metres and pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Map {
    /// Position of the middle in the picture, in pixels.
    pub middle: Vec2,
    /// Position in the middle of the picture, in m.
    pub centre: Vec2,
    /// Pixels per m.
    pub scale: f32,
}

impl Map {
    /// Shows `centre` (m) in the middle of an area, with `scale` pixels per m before the spectator's zoom.
    pub fn new(area: Rect, centre: Vec2, scale: f32, look: &Look) -> Self {
        Self { middle: area.center(), centre: centre + look.offset, scale: scale * look.zoom }
    }

    /// Pixels of a position in m.
    pub fn at(&self, place: impl Into<Vec2>) -> Vec2 {
        let way = place.into() - self.centre;
        self.middle + Vec2::new(way.x, -way.y) * self.scale
    }

    /// Position in m of a pixel.
    pub fn back(&self, pixel: Vec2) -> Vec2 {
        let way = (pixel - self.middle) / self.scale;
        self.centre + Vec2::new(way.x, -way.y)
    }
}

/// Where a spectator can grab the subject, and the scale of a drag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grip {
    /// Area in the picture.
    pub area: Rect,
    /// Mapping of the drawing there.
    pub map: Map,
    /// Whether a drag to the right pushes out of the plane of the scene.
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
