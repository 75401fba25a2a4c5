//! Ground profiles of episodes: ISO 8608 roughness drawn at random, the logs, drops and grades of trails, and the
//! course that is the same in all episodes.

use super::grid::{SPACING, START};
use super::ground::Ground;
use super::ground_spec::GroundSpec;
use super::placed::SurfaceSpec;
use super::way::Way;
use crate::seed::Rng;
use rand::RngExt;
use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner};
use std::f32::consts::{PI, TAU};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The reference wavenumber of ISO 8608, in cycles/m.
const REFERENCE_WAVENUMBER: f32 = 0.1;
/// Half-width of the window over which tyre and wheel feel the ground's curvature, in samples.
const CURVATURE_REACH: usize = 6;
/// Distance between two independent draws of the side of the track on which a bump lies, in m.
const SIDE_LENGTH: f32 = 2.5;

/// The ground of one episode, and what the rider feels of it.
#[derive(Clone)]
pub struct Profile {
    /// The surface.
    pub ground: Ground,
    /// Sides of the track on which the ground lies, from -1 (left) to 1 (right), at both ends of every [`SIDE_LENGTH`].
    sides: Arc<[f32]>,
    /// Surfaces along the course, and the distance along it at which the ride began.
    surfaces: Arc<[SurfaceSpec]>,
    begin: f32,
}

impl Profile {
    /// Curvature of the ground at `x` times the side on which it lies, in 1/m. It follows from the heights: kept for all
    /// places it would take as much memory as they do.
    pub fn sided_curvature(&self, x: f32) -> f32 {
        let heights = self.ground.heights();
        let place = ((x - START) / SPACING).clamp(0.0, (heights.len() - 1) as f32) as usize;
        let (Some(first), Some(&right)) = (place.checked_sub(CURVATURE_REACH), heights.get(place + CURVATURE_REACH))
        else {
            return 0.0;
        };
        let stretch = side_stretch();
        let Some(&[before, after]) = self.sides.get(first / stretch..).and_then(|sides| sides.first_chunk()) else {
            return 0.0;
        };
        let base = CURVATURE_REACH as f32 * SPACING;
        let side = before + (after - before) * (first % stretch) as f32 / stretch as f32;
        (heights[first] - 2.0 * heights[place] + right) / (base * base) * side
    }

    /// The surface at `x`; `None` where the ground has only its own.
    pub fn surface(&self, x: f32) -> Option<&SurfaceSpec> {
        let place = f64::from(self.begin + x);
        let before = self.surfaces.partition_point(|surface| surface.from <= place);
        self.surfaces.get(before.checked_sub(1)?).filter(|surface| place < surface.to)
    }

    /// Where surfaces begin and end, in m of the ride.
    pub fn surfaces(&self) -> impl Iterator<Item = ([f32; 2], &SurfaceSpec)> {
        let place = |distance: f64| distance as f32 - self.begin;
        self.surfaces.iter().map(move |surface| ([place(surface.from), place(surface.to)], surface))
    }
}

/// Makes profiles. Clones share the transform's plan, and the room in which a profile is worked out.
#[derive(Clone)]
pub struct Road {
    spec: GroundSpec,
    way: Way,
    level: Arc<[f32]>,
    workshop: Arc<Mutex<Workshop>>,
}

/// A profile in the making.
struct Workshop {
    inverse: Arc<dyn ComplexToReal<f32>>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    heights: Vec<f32>,
}

impl Road {
    /// Draws grounds of one episode each, with a course of that length (m).
    pub fn new(spec: &GroundSpec, course: f32) -> Self {
        let way = Way::of(spec, course);
        let mut road = Self::with_points(spec, way.points(course));
        if let Some(longest) = way.unmeasured() {
            // Waves that the profile contains are not drawn as well.
            let coarse = 1.0 / longest as f32;
            road.spec.lowest_wavenumber = road.spec.lowest_wavenumber.max(coarse);
            road.spec.steepest_grade = 0.0;
            if coarse >= road.spec.highest_wavenumber {
                road.spec.roughness = 0.0;
            }
        }
        Self { way, ..road }
    }

    /// Draws profiles with that number of points, a multiple of 2.
    pub fn with_points(spec: &GroundSpec, points: usize) -> Self {
        let inverse = RealFftPlanner::new().plan_fft_inverse(points);
        let workshop = Workshop {
            spectrum: inverse.make_input_vec(),
            scratch: inverse.make_scratch_vec(),
            heights: inverse.make_output_vec(),
            inverse,
        };
        Self {
            // Every lane has a road: the sources of its course are not kept in each.
            spec: GroundSpec { profile: None, surfaces: Vec::new(), features: Vec::new(), ..spec.clone() },
            way: Way::default(),
            level: vec![0.0; points].into(),
            workshop: Arc::new(Mutex::new(workshop)),
        }
    }

    /// Level ground.
    pub fn level(&self) -> Profile {
        Profile {
            ground: Ground::new(START, SPACING, Arc::clone(&self.level)),
            sides: Arc::default(),
            surfaces: Arc::clone(self.way.surfaces()),
            begin: 0.0,
        }
    }

    /// The course that is the same in all episodes.
    pub fn way(&self) -> &Way {
        &self.way
    }

    /// Draws a new ground: level run-in, then roughness, features and the course.
    pub fn draw(&self, rng: &mut Rng, profile: &mut Profile) {
        let (spec, mut shop) = (&self.spec, self.workshop());
        shop.roughness(spec, rng);
        shop.run_in(spec);
        shop.grades(spec, rng);
        shop.logs_and_drops(spec, rng);
        let (begin, index) = self.way.begin(rng);
        profile.begin = begin;
        self.way.lay(index, |x| fade(spec, x), &mut shop.heights);
        profile.sides = shop.sides(rng);
        // Lanes share ground that is level to the last bit.
        let level = shop.heights.iter().all(|height| height.to_bits() == 0);
        let heights = if level { Arc::clone(&self.level) } else { Arc::from(&shop.heights[..]) };
        profile.ground = Ground::new(START, SPACING, heights);
    }

    /// Heights with displacement spectral density G(n) = G(n0) (n/n0)^-2 between the spec's wavenumbers and with random
    /// phases (ISO 8608; a sum of cosines with amplitude sqrt(2 G dn), here with G integrated over each band of width
    /// dn).
    pub fn roughness(&self, rng: &mut Rng) -> Vec<f32> {
        let mut shop = self.workshop();
        shop.roughness(&self.spec, rng);
        shop.heights.clone()
    }

    fn workshop(&self) -> MutexGuard<'_, Workshop> {
        // Whatever was left there is written over.
        self.workshop.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Workshop {
    /// See [`Road::roughness`].
    fn roughness(&mut self, spec: &GroundSpec, rng: &mut Rng) {
        let band = 1.0 / (self.heights.len() as f32 * SPACING);
        self.spectrum.fill(Complex32::ZERO);
        let (lowest, highest) = (spec.lowest_wavenumber, spec.highest_wavenumber);
        let first = ((lowest / band + 0.5) as usize).max(1);
        let last = ((highest / band + 0.5) as usize).min(self.spectrum.len() - 2);
        for index in first..=last {
            // The integral of n^-2 over the part of [n - dn/2, n + dn/2] that lies within the spec's wavenumbers.
            let from = ((index as f32 - 0.5) * band).max(lowest);
            let to = ((index as f32 + 0.5) * band).min(highest);
            let integral = (1.0 / from - 1.0 / to).max(0.0);
            let variance = spec.roughness * REFERENCE_WAVENUMBER * REFERENCE_WAVENUMBER * integral;
            // A cosine of amplitude A is a spectral line of A/2 in an unnormalised inverse transform.
            self.spectrum[index] = Complex32::from_polar((2.0 * variance).sqrt() * 0.5, rng.random::<f32>() * TAU);
        }
        // Lengths are those of the plan, so the transform cannot fail.
        let _ = self.inverse.process_with_scratch(&mut self.spectrum, &mut self.heights, &mut self.scratch);
    }

    /// Fades the roughness in: level for the first metres, then a smooth ramp.
    fn run_in(&mut self, spec: &GroundSpec) {
        let (level, ramp) = (spec.level_start, spec.ramp);
        let until = (((level + ramp - START) / SPACING) as usize + 1).min(self.heights.len());
        for (index, height) in self.heights[..until].iter_mut().enumerate() {
            *height *= fade(spec, START + index as f32 * SPACING);
        }
    }

    /// Adds grades: one slope drawn for each stretch of the spec's length, with linear transitions between their
    /// middles.
    fn grades(&mut self, spec: &GroundSpec, rng: &mut Rng) {
        if spec.steepest_grade == 0.0 {
            return;
        }
        let stretch = (spec.grade_length / SPACING) as usize;
        let from = self.first_free(spec);
        let draw = |rng: &mut Rng| (rng.random_range(-1.0..=1.0) * spec.steepest_grade).tan();
        let (mut before, mut after, mut height) = (0.0, draw(rng), 0.0);
        for index in from..self.heights.len() {
            let along = (index - from) % stretch;
            if index > from && along == 0 {
                (before, after) = (after, draw(rng));
            }
            height += (before + (after - before) * along as f32 / stretch as f32) * SPACING;
            self.heights[index] += height;
        }
    }

    /// Adds one log (a smooth hump) or drop (a short step down) in each stretch of the spec's length.
    fn logs_and_drops(&mut self, spec: &GroundSpec, rng: &mut Rng) {
        let stretch = (spec.feature_length / SPACING) as usize;
        if spec.highest_log == 0.0 && spec.highest_drop == 0.0 {
            return;
        }
        let mut from = self.first_free(spec);
        while from + stretch < self.heights.len() {
            let at = from + rng.random_range(0..stretch / 2);
            let size = rng.random_range(0.3f32..=1.0);
            if rng.random::<bool>() {
                let high = size * spec.highest_log;
                // A log with earth packed against it: four times as long as high.
                let length = ((4.0 * high / SPACING) as usize).max(2);
                for (offset, height) in self.heights[at..].iter_mut().take(length).enumerate() {
                    *height += high * (PI * offset as f32 / length as f32).sin().powi(2);
                }
            } else {
                let drop = size * spec.highest_drop;
                let length = ((drop / SPACING) as usize).max(1);
                for (offset, height) in self.heights[at..].iter_mut().enumerate() {
                    *height -= drop * (offset as f32 / length as f32).min(1.0);
                }
            }
            from += stretch;
        }
    }

    /// The sides on which the ground lies, at both ends of every stretch.
    fn sides(&self, rng: &mut Rng) -> Arc<[f32]> {
        let felt = self.heights.len().saturating_sub(2 * CURVATURE_REACH);
        let mut sides = (0..felt.div_ceil(side_stretch()) + 2).map(|_| rng.random_range(-1.0f32..=1.0));
        // The first one drawn lies before the ground.
        sides.next();
        sides.collect()
    }

    /// Index of the first height after the run-in.
    fn first_free(&self, spec: &GroundSpec) -> usize {
        (((spec.level_start + spec.ramp - START) / SPACING) as usize).min(self.heights.len())
    }
}

/// Samples between two independent draws of the side.
fn side_stretch() -> usize {
    (SIDE_LENGTH / SPACING) as usize
}

/// Share of what fades in after the level start that is present at `x`, from 0 to 1.
fn fade(spec: &GroundSpec, x: f32) -> f32 {
    let share = ((x - spec.level_start) / spec.ramp).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    /// The means of ISO 8608's classes A to F, in m³.
    const CLASSES: [f32; 6] = [16e-6, 64e-6, 256e-6, 1024e-6, 4096e-6, 16384e-6];
    const SEEDS: u64 = 50;
    const KILOMETRE: usize = 20_480;

    fn road(roughness: f32, lowest_wavenumber: f32) -> Road {
        let spec = GroundSpec { roughness, lowest_wavenumber, highest_wavenumber: 4.0, ..GroundSpec::level() };
        Road::with_points(&spec, KILOMETRE)
    }

    #[test]
    fn root_mean_square_heights_are_those_of_the_standard() {
        // Band 0.05 to 4 cycles/m: G n0² (1/n_low - 1/n_high), i.e. 1.8 mm for class A, doubling from class to class.
        for (class, &roughness) in CLASSES.iter().enumerate() {
            let road = road(roughness, 0.05);
            let expected = 1.78e-3 * 2f64.powi(class as i32);
            for seed in 0..SEEDS {
                let heights = road.roughness(&mut Seed(seed).rng());
                let square: f64 = heights.iter().map(|&height| f64::from(height).powi(2)).sum::<f64>();
                let found = (square / heights.len() as f64).sqrt();
                assert!(
                    (found / expected - 1.0).abs() < 0.1,
                    "class {class}, seed {seed}: {found} m, not {expected} m"
                );
            }
        }
    }

    #[test]
    fn the_spectrum_falls_with_the_square_of_the_wavenumber() {
        let road = road(CLASSES[2], 0.0078);
        let forward = RealFftPlanner::<f32>::new().plan_fft_forward(KILOMETRE);
        let band = 1.0 / (KILOMETRE as f64 * f64::from(SPACING));
        for seed in 0..SEEDS {
            let mut heights = road.roughness(&mut Seed(seed).rng());
            let mut spectrum = forward.make_output_vec();
            forward.process(&mut heights, &mut spectrum).unwrap();
            let points: Vec<(f64, f64)> = spectrum
                .iter()
                .enumerate()
                .filter(|(index, _)| (0.02..3.9).contains(&(*index as f64 * band)))
                .map(|(index, line)| ((index as f64 * band).ln(), f64::from(line.norm_sqr()).ln()))
                .collect();
            let count = points.len() as f64;
            let (mean_x, mean_y) = (
                points.iter().map(|point| point.0).sum::<f64>() / count,
                points.iter().map(|point| point.1).sum::<f64>() / count,
            );
            let covariance: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
            let variance: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
            let slope = covariance / variance;
            assert!((slope + 2.0).abs() < 0.1, "seed {seed}: slope {slope}");
        }
    }

    #[test]
    fn the_run_in_is_level_and_features_stay_within_the_spec() {
        let spec = GroundSpec {
            steepest_grade: 0.1,
            grade_length: 12.0,
            highest_log: 0.15,
            highest_drop: 0.4,
            feature_length: 6.0,
            ..GroundSpec::level()
        };
        let road = Road::new(&spec, 60.0);
        let mut profile = road.level();
        for seed in 0..SEEDS {
            road.draw(&mut Seed(seed).rng(), &mut profile);
            assert!((0..60).all(|step| profile.ground.height(step as f32 * 0.1) == 0.0), "seed {seed}");
            let heights = road.workshop().heights.clone();
            let steps = heights.windows(2).map(|pair| pair[1] - pair[0]);
            let steepest_drop = steps.fold(0.0f32, |most, step| most.max(-step));
            assert!(steepest_drop > 0.03, "seed {seed}: no drop or log in 95 m");
            assert!(steepest_drop <= 0.12, "seed {seed}: a fall of {steepest_drop} m within {SPACING} m");
        }
    }
}
