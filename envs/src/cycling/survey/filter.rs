//! Resampling of profiles to evenly spaced heights, and the filter that smooths them.

use realfft::RealFftPlanner;
use std::f64::consts::LN_2;

/// `count` heights every `spacing` m from `from` on, linear between points and constant beyond the first and last. If
/// points lie clearly closer than `spacing` (`resolution` is their distance), each height is the mean over `spacing`.
pub fn resample(points: &[[f64; 2]], resolution: f64, from: f64, spacing: f64, count: usize) -> Vec<f64> {
    let places = (0..count).map(|index| from + index as f64 * spacing);
    if resolution > 0.9 * spacing {
        return places.map(|place| interpolate(points, place).0).collect();
    }
    // The area below the profile up to each point.
    let mut areas = vec![0.0];
    for pair in points.windows(2) {
        let before = areas[areas.len() - 1];
        areas.push(before + 0.5 * (pair[0][1] + pair[1][1]) * (pair[1][0] - pair[0][0]));
    }
    let area = |place: f64| {
        let (height, index) = interpolate(points, place);
        areas[index] + 0.5 * (points[index][1] + height) * (place - points[index][0])
    };
    places.map(|place| (area(place + 0.5 * spacing) - area(place - 0.5 * spacing)) / spacing).collect()
}

/// The height at a distance, and the index of the last point before it.
fn interpolate(points: &[[f64; 2]], place: f64) -> (f64, usize) {
    let after = points.partition_point(|point| point[0] <= place);
    let before = after.saturating_sub(1);
    let [left, low] = points[before];
    match points.get(after) {
        Some(&[right, high]) if place > left => (low + (high - low) * (place - left) / (right - left), before),
        _ => (low, before),
    }
}

/// Smooths heights by the Gaussian filter of ISO 16610-21 with a cut-off wavelength in m. Half the height remains of a
/// wave of that length, and exp(-ln 2 (cutoff n)²) of a wave of wavenumber n. Ends and steady grades are kept: beyond
/// an end the profile is continued by point reflection.
pub fn gaussian(heights: &mut [f64], spacing: f64, cutoff: f64) {
    let gaps = heights.len().saturating_sub(1);
    if cutoff <= 0.0 || gaps < 2 {
        return;
    }
    let (first, last) = (heights[0], heights[gaps]);
    let line = |index: usize| first + (last - first) * index as f64 / gaps as f64;
    // Without the line between its ends, such a profile is odd and periodic.
    let period = 2 * gaps;
    let mut planner = RealFftPlanner::new();
    let (forward, inverse) = (planner.plan_fft_forward(period), planner.plan_fft_inverse(period));
    let mut wave = forward.make_input_vec();
    for (index, height) in heights.iter().enumerate().take(gaps).skip(1) {
        wave[index] = height - line(index);
        wave[period - index] = -wave[index];
    }
    let mut spectrum = forward.make_output_vec();
    // Lengths are those of the plans, so the transforms cannot fail.
    let _ = forward.process(&mut wave, &mut spectrum);
    for (index, value) in spectrum.iter_mut().enumerate() {
        let wavenumber = index as f64 / (period as f64 * spacing);
        *value *= (-LN_2 * (cutoff * wavenumber).powi(2)).exp() / period as f64;
    }
    spectrum[0].im = 0.0;
    spectrum[gaps].im = 0.0;
    let _ = inverse.process(&mut spectrum, &mut wave);
    for (index, height) in heights.iter_mut().enumerate().take(gaps).skip(1) {
        *height = line(index) + wave[index];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn heights_are_those_of_the_lines_between_the_points() {
        let points = [[1.0, 0.0], [2.0, 1.0], [4.0, 0.0]];
        let heights = resample(&points, 1.0, 0.5, 0.5, 9);
        for (found, wanted) in heights.iter().zip([0.0, 0.0, 0.5, 1.0, 0.75, 0.5, 0.25, 0.0, 0.0]) {
            assert!((found - wanted).abs() < 1e-12, "{heights:?}");
        }
    }

    #[test]
    fn closer_points_are_averaged_and_not_picked() {
        // A comb of 1 cm teeth, 2.5 cm apart, is flat to what is 5 cm apart.
        let points: Vec<[f64; 2]> =
            (0..1000).map(|index| [f64::from(index) * 0.0125, f64::from(index % 2) * 0.01]).collect();
        for height in resample(&points, 0.0125, 1.0, 0.05, 100) {
            assert!((height - 0.005).abs() < 1e-6, "{height}");
        }
    }

    #[test]
    fn a_wave_as_long_as_the_cutoff_is_halved() {
        let (spacing, cutoff) = (0.05, 8.0);
        for (length, share) in [(8.0, 0.5), (16.0, 0.5f64.powf(0.25)), (4.0, 0.0625)] {
            let wave = |index: usize| (TAU * index as f64 * spacing / length).cos();
            let mut heights: Vec<f64> = (0..8001).map(wave).collect();
            gaussian(&mut heights, spacing, cutoff);
            for index in (2000..6000).step_by(37) {
                let wanted = share * wave(index);
                assert!((heights[index] - wanted).abs() < 1e-6, "{length} m: {} for {wanted}", heights[index]);
            }
        }
    }

    #[test]
    fn a_steady_grade_stays_as_it_is_up_to_the_ends() {
        let mut heights: Vec<f64> = (0..400).map(|index| 3.0 + 0.004 * f64::from(index)).collect();
        let before = heights.clone();
        gaussian(&mut heights, 0.05, 50.0);
        for (before, after) in before.iter().zip(&heights) {
            assert!((before - after).abs() < 1e-9);
        }
    }
}
