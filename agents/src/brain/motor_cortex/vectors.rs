//! Arithmetic of vectors and of rows of weights.

/// An observed number; 0 where it is not there or not finite.
pub(super) fn finite(observation: &[f32], index: usize) -> f32 {
    observation.get(index).copied().filter(|value| value.is_finite()).unwrap_or(0.0)
}

/// A vector made as long as 1; one of no length stays.
pub(super) fn direction([x, y]: [f32; 2]) -> [f32; 2] {
    let length = (x * x + y * y).sqrt();
    if length > 0.0 { [x / length, y / length] } else { [0.0; 2] }
}

/// Moves averages, which keep a share of themselves, towards values.
pub(super) fn average(averages: &mut [f32], values: &[f32], kept: f32) {
    averages.iter_mut().zip(values).for_each(|(average, value)| *average = kept * *average + (1.0 - kept) * value);
}

/// Length of each unit's weights, over all latents.
pub(super) fn lengths(weights: &[f32], units: usize) -> Vec<f32> {
    let mut lengths = vec![0.0; units];
    for row in weights.chunks_exact(units) {
        lengths.iter_mut().zip(row).for_each(|(length, weight)| *length += weight * weight);
    }
    lengths.into_iter().map(f32::sqrt).collect()
}

/// Gives each unit's weights a length.
pub(super) fn rescale(weights: &mut [f32], to: &[f32]) {
    let from = lengths(weights, to.len());
    for row in weights.chunks_exact_mut(to.len()) {
        for (weight, (to, from)) in row.iter_mut().zip(to.iter().zip(&from)) {
            *weight *= if *from > 0.0 { to / from } else { 0.0 };
        }
    }
}
