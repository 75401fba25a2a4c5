//! Shapes as drawings ask for them, before they are made of triangles.

use crate::colour::Colour;
use bevy::math::Vec2;

/// Where words are with respect to their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// They begin there.
    Left,
    /// They have their middle there.
    Middle,
    /// They end there.
    Right,
}

/// Words on the sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// What they say.
    pub text: String,
    /// Where; their middle as to height.
    pub place: Vec2,
    /// Their height in pixels.
    pub size: f32,
    /// Their colour.
    pub colour: Colour,
    /// Where they are with respect to their place.
    pub align: Align,
}

/// A shape on a sheet, in pixels, y down.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A filled polygon, from one colour at the height of its highest corner to another at that of its lowest.
    Polygon {
        /// Its corners.
        corners: Vec<Vec2>,
        /// The colour at its highest corner.
        top: Colour,
        /// The colour at its lowest corner.
        bottom: Colour,
    },
    /// A filled circle.
    Disc {
        /// Its middle.
        centre: Vec2,
        /// Its radius.
        radius: f32,
        /// Its colour.
        colour: Colour,
    },
    /// A line from point to point, with round joints and ends.
    Line {
        /// Two points or more.
        points: Vec<Vec2>,
        /// How wide it is.
        width: f32,
        /// Its colour.
        colour: Colour,
    },
    /// A part of a circle's line.
    Arc {
        /// The circle's middle.
        centre: Vec2,
        /// The circle's radius, to the middle of the line.
        radius: f32,
        /// How wide the line is.
        width: f32,
        /// Where it begins and ends (rad, clockwise from the right).
        angles: [f32; 2],
        /// Its colour.
        colour: Colour,
    },
    /// Words.
    Words(Words),
}

impl Shape {
    pub(crate) fn polygon(corners: &[Vec2], colour: Colour) -> Self {
        Self::Polygon { corners: corners.to_vec(), top: colour, bottom: colour }
    }

    /// A triangle whose colours go from top to bottom, if they do not go so exactly.
    pub(crate) fn shaded(corners: [Vec2; 3], colours: [Colour; 3]) -> Self {
        let mut order = [0, 1, 2];
        order.sort_by(|&one, &other| corners[one].y.total_cmp(&corners[other].y));
        Self::Polygon { corners: corners.to_vec(), top: colours[order[0]], bottom: colours[order[2]] }
    }

    pub(crate) fn below(points: &[Vec2], level: f32, top: Colour, bottom: Colour) -> Self {
        let foot = |point: Option<&Vec2>| point.map(|point| Vec2::new(point.x, level));
        let corners = points.iter().copied().chain(foot(points.last())).chain(foot(points.first())).collect();
        Self::Polygon { corners, top, bottom }
    }

    /// An arc by the radius of its outer rim.
    pub(crate) fn arc(centre: Vec2, rim: f32, width: f32, angles: [f32; 2], colour: Colour) -> Self {
        let width = width.min(rim).max(0.0);
        Self::Arc { centre, radius: (rim - 0.5 * width).max(0.0), width, angles, colour }
    }

    /// Whether all its numbers are.
    pub(crate) fn is_finite(&self) -> bool {
        match self {
            Self::Polygon { corners, .. } => corners.iter().all(|corner| corner.is_finite()),
            Self::Disc { centre, radius, .. } => centre.is_finite() && radius.is_finite(),
            Self::Line { points, width, .. } => points.iter().all(|point| point.is_finite()) && width.is_finite(),
            Self::Arc { centre, radius, width, angles, .. } => {
                centre.is_finite() && [*radius, *width, angles[0], angles[1]].iter().all(|number| number.is_finite())
            }
            Self::Words(words) => words.place.is_finite() && words.size.is_finite(),
        }
    }
}
