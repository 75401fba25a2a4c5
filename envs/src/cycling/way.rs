//! The course that is the same in all episodes: a measured profile, and what is placed along it.

use super::grid::{POINTS, SPACING, START, WAY_SPACING};
use super::ground_spec::GroundSpec;
use super::placed::SurfaceSpec;
use super::survey::{gaussian, resample};
use crate::document::Invalid;
use crate::seed::Rng;
use rand::RngExt;
use std::sync::Arc;

/// Steepest slope that a wheel can be put on: twice the slope of the drops.
const STEEPEST: f64 = 2.0;
/// Ground beyond a course on a profile, in m.
const BEYOND: f32 = 16.0;

/// A measured profile with features, sampled every 5 cm, and surfaces; level and of one surface by default.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Distance along the course of the first height, in m.
    from: f64,
    /// Heights in m; empty if the course is level.
    heights: Arc<[f64]>,
    surfaces: Arc<[SurfaceSpec]>,
    /// Largest index of a height at which an episode may begin.
    last_begin: u32,
    /// Length in m of the longest waves that the profile's resolution misses.
    unmeasured: Option<f64>,
}

impl Way {
    /// The course of a ground with that length (m).
    pub fn of(spec: &GroundSpec, course: f32) -> Self {
        let spacing = WAY_SPACING;
        let surfaces = spec.surfaces.clone().into();
        let Some(survey) = spec.survey() else {
            if spec.features.is_empty() {
                return Self { surfaces, ..Self::default() };
            }
            let heights = (0..POINTS).map(|index| spec.placed(index as f64 * spacing)).collect();
            return Self { heights, surfaces, ..Self::default() };
        };
        let (extent, resolution, cutoff) = (survey.extent(), survey.resolution(), spec.cutoff());
        let [from, to] = spec.bounds(extent);
        let count = ((to - from) / spacing + 1e-6) as usize + 1;
        // Heights beyond the stretch, as far as the filter reaches.
        let before = ((from - extent[0]).min(cutoff) / spacing) as usize;
        let after = ((extent[1] - to).min(cutoff) / spacing) as usize;
        let start = from - before as f64 * spacing;
        let mut heights = resample(&survey.points(), resolution, start, spacing, before + count + after);
        gaussian(&mut heights, spacing, cutoff);
        let placed = |index: usize| spec.placed(from + index as f64 * spacing);
        let heights: Arc<[f64]> =
            heights[before..before + count].iter().enumerate().map(|(index, height)| height + placed(index)).collect();
        let spare = count.saturating_sub((f64::from(course) / spacing - 1e-6).ceil() as usize + 1);
        let random = spec.stretch.as_ref().is_some_and(|stretch| stretch.random_start);
        Self {
            from,
            heights,
            surfaces,
            last_begin: if random { spare as u32 } else { 0 },
            unmeasured: Some((2.0 * resolution).max(cutoff)),
        }
    }

    /// Checks that no slope is too steep for a wheel.
    ///
    /// # Errors
    /// The position at which it is too steep.
    pub fn check(&self) -> Result<(), Invalid> {
        let spacing = WAY_SPACING;
        let steep = |pair: &[f64]| (pair[1] - pair[0]).abs() > STEEPEST * spacing * 1.001;
        let Some(at) = self.heights.windows(2).position(steep) else { return Ok(()) };
        let slope = (self.heights[at + 1] - self.heights[at]) / spacing;
        Err(Invalid {
            field: "ground".into(),
            found: format!("a slope of {slope:.2} at {:.2} m", self.from + at as f64 * spacing),
            expected: format!(
                "ground that is nowhere steeper than {STEEPEST} to 1; `smoothing: {{cutoff: …}}` smooths it"
            ),
        })
    }

    /// Number of heights in an episode's ground, an even number, for a course of that length (m).
    pub fn points(&self, course: f32) -> usize {
        if self.unmeasured.is_none() {
            return POINTS;
        }
        let needed = ((course + BEYOND - START) / SPACING).ceil() as usize;
        needed.next_multiple_of(128).max(POINTS)
    }

    /// Distance along the course at which an episode begins, in m, and the index of its height. Drawn only if there is
    /// a choice.
    pub fn begin(&self, rng: &mut Rng) -> (f32, usize) {
        let index = if self.last_begin > 0 { rng.random_range(0..=self.last_begin) } else { 0 };
        ((self.from + f64::from(index) * WAY_SPACING) as f32, index as usize)
    }

    /// Adds its slopes to an episode's ground, which begins with the height of that index: level for the first metres,
    /// then faded in over a ramp. Beyond its end the ground continues level.
    pub fn lay(&self, begin: usize, fade: impl Fn(f32) -> f32, ground: &mut [f32]) {
        // Adding 0 would change bits: it turns a negative zero into a positive one.
        if self.heights.is_empty() {
            return;
        }
        let origin = (-START / SPACING).round() as usize;
        let mut height = 0.0;
        for (index, slot) in ground.iter_mut().enumerate().skip(origin + 1) {
            let place = begin + index - origin;
            let Some(pair) = self.heights.get(place - 1..=place) else {
                *slot += height as f32;
                continue;
            };
            height += (pair[1] - pair[0]) * f64::from(fade(START + (index - 1) as f32 * SPACING));
            *slot += height as f32;
        }
    }

    /// Distance along the course of the first height, and all heights, in m.
    pub fn heights(&self) -> (f64, &[f64]) {
        (self.from, &self.heights)
    }

    /// Surfaces along the course, in order.
    pub fn surfaces(&self) -> &Arc<[SurfaceSpec]> {
        &self.surfaces
    }

    /// Length in m of the longest waves that the profile's resolution misses; `None` without a profile.
    pub fn unmeasured(&self) -> Option<f64> {
        self.unmeasured
    }

    /// Last position along the course at which an episode may begin, in m.
    pub fn last_begin(&self) -> f64 {
        self.from + f64::from(self.last_begin) * WAY_SPACING
    }
}

impl GroundSpec {
    /// Height that the features add at a distance along the course, in m.
    fn placed(&self, place: f64) -> f64 {
        self.features.iter().map(|feature| feature.height(place)).sum()
    }
}
