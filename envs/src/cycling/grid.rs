//! Spacing and extent of the ground's heights.

/// Distance between two heights along the ground, in m.
pub const SPACING: f32 = 0.05;
/// The same in double precision, used to compute the course.
pub const WAY_SPACING: f64 = 0.05;
/// Where the ground begins, in m; the rear wheel starts at 0.
pub const START: f32 = -10.0;
/// Number of heights in one episode's ground unless its course is longer: 115.2 m.
pub const POINTS: usize = 2304;
