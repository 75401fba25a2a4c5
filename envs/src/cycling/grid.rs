//! Where the heights of the ground stand.

/// Distance between two heights, in m.
pub const SPACING: f32 = 0.05;
/// The same in double precision, in which the way is worked out.
pub const WAY_SPACING: f64 = 0.05;
/// Where the ground begins, in m; the rear wheel starts at 0.
pub const START: f32 = -10.0;
/// Heights in one episode's ground, unless its course is a longer one: 115.2 m.
pub const POINTS: usize = 2304;
