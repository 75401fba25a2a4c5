//! What a spectator sees of a lane: plain shapes in metres, independent of any renderer.

use crate::world::World;
use bevy_rapier2d::rapier::prelude::*;

/// One shape of a scene, in metres, x to the right and y up.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A circle with a spoke at `angle` (rad), such as a wheel.
    Circle {
        /// Centre.
        centre: [f32; 2],
        /// Radius.
        radius: f32,
        /// Angle of the spoke, counter-clockwise from the x axis.
        angle: f32,
    },
    /// Straight lines from point to point.
    Line {
        /// The points.
        points: Vec<[f32; 2]>,
    },
}

/// A list of named marks, and named numbers that shapes cannot show. Marks with the same name keep their identity from
/// step to step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    marks: Vec<(&'static str, Mark)>,
    numbers: Vec<(&'static str, Vec<f32>)>,
}

impl Scene {
    /// The marks in the order of their addition.
    pub fn marks(&self) -> &[(&'static str, Mark)] {
        &self.marks
    }

    /// Empties the scene for the next step.
    pub fn clear(&mut self) {
        self.marks.clear();
        self.numbers.clear();
    }

    /// Adds numbers for the drawing of this family, such as a speed. A name may be used several times.
    pub fn tell(&mut self, name: &'static str, numbers: impl Into<Vec<f32>>) {
        self.numbers.push((name, numbers.into()));
    }

    /// All numbers of that name, in the order of their addition.
    pub fn told<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [f32]> {
        self.numbers.iter().filter(move |(known, _)| *known == name).map(|(_, numbers)| &numbers[..])
    }

    /// The first number of that name; 0 if there is none.
    pub fn number(&self, name: &str) -> f32 {
        self.told(name).next().and_then(|numbers| numbers.first()).copied().unwrap_or(0.0)
    }

    /// The points of all lines of that name.
    pub fn lines<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [[f32; 2]]> {
        self.marks.iter().filter_map(move |(known, mark)| match mark {
            Mark::Line { points } if *known == name => Some(&points[..]),
            _ => None,
        })
    }

    /// Centre, radius and angle of all circles of that name.
    pub fn circles<'a>(&'a self, name: &'a str) -> impl Iterator<Item = ([f32; 2], f32, f32)> {
        self.marks.iter().filter_map(move |(known, mark)| match *mark {
            Mark::Circle { centre, radius, angle } if *known == name => Some((centre, radius, angle)),
            _ => None,
        })
    }

    /// Adds a circle.
    pub fn circle(&mut self, name: &'static str, centre: Vector, radius: f32, angle: f32) {
        self.marks.push((name, Mark::Circle { centre: [centre.x, centre.y], radius, angle }));
    }

    /// Adds a line.
    pub fn line(&mut self, name: &'static str, points: impl IntoIterator<Item = Vector>) {
        let points = points.into_iter().map(|point| [point.x, point.y]).collect();
        self.marks.push((name, Mark::Line { points }));
    }

    /// Adds the outlines of all balls, boxes and capsules of a world: the default drawing of a task.
    pub fn add_colliders(&mut self, world: &World<'_>) {
        for (_, collider) in world.colliders.iter() {
            let pose = collider.position();
            let outline = |corners: &[Vector]| corners.iter().map(|&corner| pose * corner).collect::<Vec<_>>();
            match collider.shape().as_typed_shape() {
                TypedShape::Ball(ball) => self.circle("ball", pose.translation, ball.radius, pose.rotation.angle()),
                TypedShape::Cuboid(cuboid) => {
                    let Vector { x, y } = cuboid.half_extents;
                    let corners = [(x, y), (-x, y), (-x, -y), (x, -y), (x, y)].map(|(x, y)| Vector::new(x, y));
                    self.line("box", outline(&corners));
                }
                TypedShape::Capsule(capsule) => {
                    self.line("capsule", outline(&[capsule.segment.a, capsule.segment.b]));
                }
                TypedShape::Segment(segment) => self.line("segment", outline(&[segment.a, segment.b])),
                TypedShape::Polyline(polyline) => self.line("polyline", outline(polyline.vertices())),
                _ => {}
            }
        }
    }
}
