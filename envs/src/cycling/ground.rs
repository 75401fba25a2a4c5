//! The ground as a Rapier shape: a line of heights that a wheel touches only at the nearest point.
//!
//! Rapier's own height field and polyline make one contact per segment under the wheel. At riding speed, contacts with
//! the end points of the next segments act as small steps: on perfectly flat ground, a bicycle coasting at 4.5 m/s lost
//! 2 m/s within 3 s, and a physics step took two to three times as long.

use bevy_rapier2d::rapier::parry::bounding_volume::{Aabb, BoundingSphere};
use bevy_rapier2d::rapier::parry::query::{PointProjection, PointQuery, Ray, RayCast, RayIntersection};
use bevy_rapier2d::rapier::parry::shape::{FeatureId, Segment, Shape, ShapeType, TypedShape};
use bevy_rapier2d::rapier::prelude::{MassProperties, Vector};
use std::sync::Arc;

/// Depth of the ground's bounding box below its lowest point, so that a wheel that sinks in is still detected.
const DEPTH: f32 = 1.0;

/// Evenly spaced heights joined by straight lines, solid below.
#[derive(Clone, Debug)]
pub struct Ground {
    start: f32,
    spacing: f32,
    heights: Arc<[f32]>,
    bounds: Aabb,
}

impl Ground {
    /// Ground whose first height is at `x = start`, with the others every `spacing` metres. It needs at least two
    /// heights; missing ones are filled with flat ground.
    pub fn new(start: f32, spacing: f32, heights: Arc<[f32]>) -> Self {
        let heights = if heights.len() < 2 { Arc::from([0.0, 0.0]) } else { heights };
        let lowest = heights.iter().copied().fold(f32::MAX, f32::min);
        let highest = heights.iter().copied().fold(f32::MIN, f32::max);
        let end = start + spacing * (heights.len() - 1) as f32;
        let bounds = Aabb::new(Vector::new(start, lowest - DEPTH), Vector::new(end, highest));
        Self { start, spacing, heights, bounds }
    }

    /// All heights, in m.
    pub fn heights(&self) -> &[f32] {
        &self.heights
    }

    /// Where the ground begins and ends, in m.
    pub fn extent(&self) -> (f32, f32) {
        (self.bounds.mins.x, self.bounds.maxs.x)
    }

    /// Height at `x`, in m; beyond the ends the last slope continues.
    pub fn height(&self, x: f32) -> f32 {
        let (index, share) = self.find(x);
        self.heights[index] + (self.heights[index + 1] - self.heights[index]) * share
    }

    /// The vertices between two positions, for drawing.
    pub fn points(&self, from: f32, to: f32) -> impl Iterator<Item = Vector> + '_ {
        let (first, last) = (self.find(from).0, self.find(to).0 + 1);
        (first..=last).map(|index| Vector::new(self.start + index as f32 * self.spacing, self.heights[index]))
    }

    /// Index of the segment under `x`, and the position of `x` along it: 0 to 1 within the ground.
    fn find(&self, x: f32) -> (usize, f32) {
        let place = (x - self.start) / self.spacing;
        let index = (place.max(0.0) as usize).min(self.heights.len() - 2);
        (index, place - index as f32)
    }

    /// The segment nearest to `point`, the nearest position on it, and the height of `point` above the ground.
    fn nearest(&self, point: Vector) -> (usize, Vector, f32) {
        let (under, share) = self.find(point.x);
        let above = point.y - (self.heights[under] + (self.heights[under + 1] - self.heights[under]) * share);
        // Nothing further to the side than the ground below can be nearer.
        let reach = (above.abs() / self.spacing) as usize + 1;
        let first = under.saturating_sub(reach);
        let last = (under + reach).min(self.heights.len() - 2);
        let mut best = (under, Vector::new(point.x, point.y - above), f32::MAX);
        let inverse_squared = |rise: f32| 1.0 / (self.spacing * self.spacing + rise * rise);
        for (offset, pair) in self.heights[first..=last + 1].windows(2).enumerate() {
            let left = Vector::new(self.start + (first + offset) as f32 * self.spacing, pair[0]);
            let along = Vector::new(self.spacing, pair[1] - pair[0]);
            let share = ((point - left).dot(along) * inverse_squared(along.y)).clamp(0.0, 1.0);
            let place = left + along * share;
            let distance = (point - place).length_squared();
            if distance < best.2 {
                best = (first + offset, place, distance);
            }
        }
        (best.0, best.1, above)
    }
}

impl PointQuery for Ground {
    fn project_local_point(&self, point: Vector, _solid: bool) -> PointProjection {
        self.project_local_point_and_get_feature(point).0
    }

    fn project_local_point_and_get_feature(&self, point: Vector) -> (PointProjection, FeatureId) {
        let (segment, place, above) = self.nearest(point);
        (PointProjection::new(above < 0.0, place), FeatureId::Face(segment as u32))
    }
}

impl RayCast for Ground {
    fn cast_local_ray_and_get_normal(&self, ray: &Ray, limit: f32, solid: bool) -> Option<RayIntersection> {
        let corner = |index: usize| Vector::new(self.start + index as f32 * self.spacing, self.heights[index]);
        (0..self.heights.len() - 1)
            .filter_map(|index| {
                Segment::new(corner(index), corner(index + 1)).cast_local_ray_and_get_normal(ray, limit, solid)
            })
            .min_by(|one, other| one.time_of_impact.total_cmp(&other.time_of_impact))
    }
}

impl Shape for Ground {
    fn compute_local_aabb(&self) -> Aabb {
        self.bounds
    }

    fn compute_local_bounding_sphere(&self) -> BoundingSphere {
        self.bounds.bounding_sphere()
    }

    fn clone_dyn(&self) -> Box<dyn Shape> {
        Box::new(self.clone())
    }

    fn scale_dyn(&self, scale: Vector, _subdivisions: u32) -> Option<Box<dyn Shape>> {
        let heights = self.heights.iter().map(|height| height * scale.y).collect();
        Some(Box::new(Self::new(self.start * scale.x, self.spacing * scale.x, heights)))
    }

    fn mass_properties(&self, _density: f32) -> MassProperties {
        MassProperties::default()
    }

    fn shape_type(&self) -> ShapeType {
        ShapeType::Custom
    }

    fn as_typed_shape(&self) -> TypedShape<'_> {
        TypedShape::Custom(self)
    }

    fn ccd_thickness(&self) -> f32 {
        0.0
    }

    fn ccd_angular_thickness(&self) -> f32 {
        std::f32::consts::PI
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_nearest_place_is_the_nearest_of_all_segments(
            heights in prop::collection::vec(-0.5f32..0.5, 2..60),
            x in -1.0f32..4.0,
            y in -1.0f32..2.0,
        ) {
            let ground = Ground::new(0.0, 0.05, heights.clone().into());
            let x = x.clamp(0.0, ground.extent().1);
            let point = Vector::new(x, y);
            let found = (ground.nearest(point).1 - point).length();
            let wanted = heights
                .windows(2)
                .enumerate()
                .map(|(index, pair)| {
                    let left = Vector::new(index as f32 * 0.05, pair[0]);
                    let right = Vector::new((index + 1) as f32 * 0.05, pair[1]);
                    Segment::new(left, right).distance_to_local_point(point, true)
                })
                .fold(f32::MAX, f32::min);
            prop_assert!((found - wanted).abs() < 1e-4, "{found} against {wanted}");
        }
    }

    #[test]
    fn rays_from_above_hit_the_surface() {
        let ground = Ground::new(-1.0, 0.5, vec![0.0, 0.0, 1.0, 1.0, 0.0].into());
        let ray = Ray::new(Vector::new(0.25, 5.0), Vector::new(0.0, -1.0));
        let hit = ground.cast_local_ray_and_get_normal(&ray, 100.0, true).unwrap();
        assert!((hit.time_of_impact - (5.0 - ground.height(0.25))).abs() < 1e-5);
    }
}
