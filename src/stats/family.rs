//! Multiple testing: the more tests, the more of them look significant by chance.

/// p-values adjusted for their number (Holm 1979): with those below 0.05 called significant, at most 5% of such
/// families contain a false positive, however the tests depend on one another. In the order of `p`.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&one, &other| p[one].total_cmp(&p[other]));
    let mut adjusted = vec![0.0; p.len()];
    let mut least = 0f64;
    for (rank, index) in order.into_iter().enumerate() {
        // No smaller than the p-value of a more significant test.
        least = least.max((p[index] * (p.len() - rank) as f64).min(1.0));
        adjusted[index] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_are_adjusted_as_worked_out_by_hand() {
        // In order 0.01 · 4, 0.02 · 3, 0.03 · 2, raised to the one before, and 0.9.
        let adjusted = holm(&[0.03, 0.01, 0.9, 0.02]);
        for (found, expected) in adjusted.iter().zip([0.06, 0.04, 0.9, 0.06]) {
            assert!((found - expected).abs() < 1e-12, "{adjusted:?}");
        }
        assert_eq!(holm(&[0.4, 0.9]), [0.8, 0.9]);
        assert!(holm(&[]).is_empty());
    }
}
