//! Roughness of a profile by ISO 8608.

use realfft::RealFftPlanner;
use std::f64::consts::TAU;

/// The reference wavenumber of ISO 8608, in cycles/m.
const REFERENCE: f64 = 0.1;
/// Range of wavenumbers over which ISO 8608 fits its line, in cycles/m.
const FITTED: [f64; 2] = [0.011, 2.83];
/// Most samples in one segment of the profile: 204.8 m.
const PIECE: usize = 4096;
/// Least length of the profile in segments. Seven segments are then averaged and the density is found within 6 %
/// (standard deviation, own simulation of 250 m); a single segment would be 11 % too low and scatter by 15 %.
const PIECES: usize = 4;
/// Least number of periods of a wave in a segment: a Hann window spreads each spectral line over both neighbours.
const PERIODS: f64 = 3.0;
/// Octaves of waves needed for a fit.
const OCTAVES: f64 = 2.0;
/// Density in m³ below which only rounding errors are left: waves of a nanometre.
const SMOOTHEST: f64 = 1e-15;
/// Bounds of the classes A to G in m³: geometric means of the means of neighbouring classes, 16e-6, 64e-6, … (ISO 8608,
/// table C.1).
const BOUND_OF_A: f64 = 32e-6;

/// A profile's displacement spectral density as ISO 8608 summarises it: G(n) = G(n0) (n/n0)^-w with n0 = 0.1 cycles/m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Roughness {
    /// G(n0) in m³ of the fitted line with w = 2, which determines the class.
    pub density: f64,
    /// The exponent w of the best-fitting line.
    pub waviness: f64,
    /// Range of wavenumbers of the fit, in cycles/m.
    pub fitted: [f64; 2],
}

impl Roughness {
    /// Roughness of evenly spaced heights, `spacing` m apart. Waves shorter than `shortest` m are ignored, because they
    /// are not as they were measured. `None` if less than two octaves of waves remain.
    ///
    /// The spectrum is estimated by Welch's method (1967): overlapping by half, detrended segments with a Hann window.
    /// It is averaged in bands of a third of an octave and fitted by least squares in logarithms from 0.011 to 2.83
    /// cycles/m, or in the part of this range that was measured (ISO 8608, annex).
    pub fn of(heights: &[f64], spacing: f64, shortest: f64) -> Option<Self> {
        let piece = (heights.len() / PIECES).min(PIECE) & !1;
        let low = FITTED[0].max(PERIODS / (piece as f64 * spacing));
        let high = FITTED[1].min(1.0 / shortest).min(0.5 / spacing);
        if piece < 16 || high / low < OCTAVES.exp2() {
            return None;
        }
        let density = welch(heights, piece, spacing);
        let band = 1.0 / (piece as f64 * spacing);
        let mut bands = Vec::new();
        let mut from = low;
        while from < high {
            let to = (from * (1.0f64 / 3.0).exp2()).min(high);
            let lines = (from / band).ceil() as usize..((to / band).ceil() as usize).min(density.len());
            let (count, sum) = (lines.len() as f64, density[lines.clone()].iter().sum::<f64>());
            if sum > 0.0 {
                let middle = 0.5 * (lines.start + lines.end - 1) as f64 * band;
                bands.push([(middle / REFERENCE).ln(), (sum / count).ln()]);
            }
            from = to;
        }
        if bands.len() < 3 {
            return None;
        }
        let mean = |value: &dyn Fn(&[f64; 2]) -> f64| bands.iter().map(value).sum::<f64>() / bands.len() as f64;
        let [middle, level] = [mean(&|band| band[0]), mean(&|band| band[1])];
        let covariance = mean(&|band| (band[0] - middle) * (band[1] - level));
        let variance = mean(&|band| (band[0] - middle).powi(2));
        let density = mean(&|band| band[1] + 2.0 * band[0]).exp();
        (density > SMOOTHEST).then_some(Self { density, waviness: -covariance / variance, fitted: [low, high] })
    }

    /// The class, from A (smoothest) to H.
    pub fn class(&self) -> char {
        class_of(self.density)
    }
}

/// The class for a spectral density at 0.1 cycles/m, in m³.
pub fn class_of(density: f64) -> char {
    ('A'..'H').zip(0i32..).find(|(_, steps)| density < BOUND_OF_A * 4f64.powi(*steps)).map_or('H', |(class, _)| class)
}

/// Spectral density in m³ at wavenumbers above 0, one value for each spectral line.
fn welch(heights: &[f64], piece: usize, spacing: f64) -> Vec<f64> {
    let window: Vec<f64> =
        (0..piece).map(|index| 0.5 - 0.5 * (TAU * (index as f64 + 0.5) / piece as f64).cos()).collect();
    let power: f64 = window.iter().map(|weight| weight * weight).sum();
    let forward = RealFftPlanner::new().plan_fft_forward(piece);
    let (mut wave, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
    let mut density = vec![0.0; spectrum.len()];
    let starts: Vec<usize> = (0..=heights.len() - piece).step_by(piece / 2).collect();
    for &start in &starts {
        let heights = &heights[start..start + piece];
        let [slope, middle] = line(heights);
        for (index, ((wave, height), weight)) in wave.iter_mut().zip(heights).zip(&window).enumerate() {
            *wave = (height - middle - slope * (index as f64 - 0.5 * (piece - 1) as f64)) * weight;
        }
        // Lengths are those of the plan, so the transform cannot fail.
        let _ = forward.process(&mut wave, &mut spectrum);
        for (density, line) in density.iter_mut().zip(&spectrum) {
            *density += 2.0 * line.norm_sqr() * spacing / power / starts.len() as f64;
        }
    }
    density
}

/// Slope per sample, and height in the middle, of the best-fitting line.
fn line(heights: &[f64]) -> [f64; 2] {
    let count = heights.len() as f64;
    let middle = heights.iter().sum::<f64>() / count;
    let place = |index: usize| index as f64 - 0.5 * (count - 1.0);
    let along: f64 = heights.iter().enumerate().map(|(index, height)| place(index) * (height - middle)).sum();
    let across: f64 = (0..heights.len()).map(|index| place(index).powi(2)).sum();
    [along / across, middle]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use rand::RngExt;

    /// A profile as a sum of cosines (ISO 8608; Cebon 1999): waves every `band` cycles/m, random in phase.
    fn profile(density: f64, waviness: f64, length: f64, spacing: f64, seed: u64) -> Vec<f64> {
        let mut rng = Seed(seed).rng();
        let band = 0.5 / length;
        let waves: Vec<[f64; 3]> = (1..)
            .map(|index| f64::from(index) * band)
            .take_while(|wavenumber| *wavenumber < 0.5 / spacing.max(0.1))
            .map(|wavenumber| {
                let height = (2.0 * density * (wavenumber / REFERENCE).powf(-waviness) * band).sqrt();
                [height, TAU * wavenumber, rng.random::<f64>() * TAU]
            })
            .collect();
        (0..(length / spacing) as usize)
            .map(|index| {
                let place = index as f64 * spacing;
                waves.iter().map(|[height, number, phase]| height * (number * place + phase).cos()).sum()
            })
            .collect()
    }

    #[test]
    fn the_class_of_a_profile_made_for_a_class_is_that_class() {
        for (index, class) in ('A'..='E').enumerate() {
            let density = 16e-6 * 4f64.powi(index as i32);
            for seed in 0..4 {
                let heights = profile(density, 2.0, 250.0, 0.1, seed);
                let found = Roughness::of(&heights, 0.1, 0.2).unwrap();
                assert_eq!(found.class(), class, "seed {seed}: {found:?}");
                assert!((found.density / density).ln().abs() < 0.25, "seed {seed}: {found:?} for {density}");
                assert!((found.waviness - 2.0).abs() < 0.15, "seed {seed}: {found:?}");
            }
        }
    }

    #[test]
    fn a_grade_adds_nothing_and_a_steeper_spectrum_shows() {
        let heights = profile(64e-6, 2.0, 400.0, 0.1, 1);
        let level = Roughness::of(&heights, 0.1, 0.2).unwrap();
        let uphill: Vec<f64> =
            heights.iter().enumerate().map(|(index, height)| height + 0.008 * index as f64).collect();
        let uphill = Roughness::of(&uphill, 0.1, 0.2).unwrap();
        assert!((uphill.density / level.density - 1.0).abs() < 1e-6);
        let steeper = Roughness::of(&profile(64e-6, 2.5, 400.0, 0.1, 1), 0.1, 0.2).unwrap();
        assert!((steeper.waviness - 2.5).abs() < 0.15, "{steeper:?}");
    }

    #[test]
    fn what_is_too_short_too_coarse_or_level_has_no_class() {
        let heights = profile(64e-6, 2.0, 400.0, 0.1, 1);
        assert_eq!(Roughness::of(&heights[..10], 0.1, 0.2), None);
        assert_eq!(Roughness::of(&heights, 0.1, 30.0), None);
        let slope: Vec<f64> = (0..4000).map(|index| 500.0 + 0.003 * f64::from(index)).collect();
        assert_eq!(Roughness::of(&slope, 0.1, 0.2), None);
        assert_eq!(Roughness::of(&vec![1.0; 4000], 0.1, 0.2), None);
        assert_eq!([31e-6, 33e-6, 127e-6, 0.13, 1.0].map(class_of), ['A', 'B', 'B', 'G', 'H']);
    }
}
