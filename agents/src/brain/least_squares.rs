//! A linear forward model learned by recursive least squares.
//!
//! For regressors z and the innovation e = y − W z of every target, with one covariance P for all targets:
//!
//! ```text
//! k = P z / (λ + zᵀ P z)      W ← W + e kᵀ      P ← (P − k zᵀ P) / λ
//! ```
//!
//! λ is 1 whenever the trace of P is as large as at the start, so that directions without excitation are not forgotten
//! without bound (covariance wind-up). In f64: in f32 the covariance loses its positive definiteness within minutes.

use super::lanes::{Work, widest};
use crate::state::{StateError, StateReader, StateWriter};

/// Numbers summed in parallel, always in the same order.
const LANES: usize = 4;

/// The model.
#[derive(Clone, Debug)]
pub(super) struct LeastSquares {
    /// Length of a row, padded with zeros to whole chunks.
    stride: usize,
    /// Initial variance of every weight.
    prior: f64,
    /// One row per target.
    weights: Vec<f64>,
    /// P, `stride` rows; padding holds zeros.
    covariance: Vec<f64>,
    regressors: usize,
    trace: f64,
    /// P z.
    spread: Vec<f64>,
}

/// The padded length of a vector of regressors.
pub(super) fn padded(regressors: usize) -> usize {
    regressors.next_multiple_of(LANES)
}

impl LeastSquares {
    /// A model that predicts 0, with weights of variance `prior` times the variance of the targets' noise.
    pub(super) fn new(regressors: usize, targets: usize, prior: f64) -> LeastSquares {
        let stride = padded(regressors);
        let mut model = LeastSquares {
            stride,
            prior,
            weights: vec![0.0; targets * stride],
            covariance: vec![0.0; regressors * stride],
            regressors,
            trace: 0.0,
            spread: vec![0.0; stride],
        };
        model.doubt();
        model
    }

    /// Keeps the weights but resets their uncertainty to the initial one.
    pub(super) fn doubt(&mut self) {
        self.covariance.fill(0.0);
        for (index, row) in self.covariance.chunks_exact_mut(self.stride).enumerate() {
            row[index] = self.prior;
        }
        self.trace = self.prior * self.regressors as f64;
    }

    /// Variance of a prediction with these regressors, divided by the variance of the targets' noise: zᵀ P z.
    pub(super) fn doubt_at(&mut self, regressors: &[f64]) -> f64 {
        self.multiply(regressors).max(0.0)
    }

    /// Writes P z into `spread`; returns zᵀ P z.
    fn multiply(&mut self, regressors: &[f64]) -> f64 {
        let (covariance, stride) = (&self.covariance, self.stride);
        widest(Multiply { covariance, stride, regressors, product: &mut self.spread });
        dot(&self.spread, regressors)
    }

    /// Moves the covariance towards a diagonal one: P ← κ P + (1 − κ) P₀.
    pub(super) fn restore(&mut self, kept: f64, diagonal: &[f64]) {
        for ((index, row), prior) in self.covariance.chunks_exact_mut(self.stride).enumerate().zip(diagonal) {
            row.iter_mut().for_each(|value| *value *= kept);
            row[index] += (1.0 - kept) * prior;
        }
        self.trace = (0..self.regressors).map(|index| self.covariance[index * self.stride + index]).sum();
    }

    /// Copies another model's weights.
    pub(super) fn copy_weights(&mut self, other: &LeastSquares) {
        self.weights.copy_from_slice(&other.weights);
    }

    /// Copies another model without allocating.
    pub(super) fn copy(&mut self, other: &LeastSquares) {
        self.weights.copy_from_slice(&other.weights);
        self.covariance.copy_from_slice(&other.covariance);
        self.trace = other.trace;
    }

    /// The weights of one target, padded.
    pub(super) fn row(&self, target: usize) -> &[f64] {
        &self.weights[target * self.stride..][..self.stride]
    }

    /// Writes the innovations y − W z.
    pub(super) fn innovations(&self, regressors: &[f64], targets: &[f64], innovations: &mut [f64]) {
        let rows = self.weights.chunks_exact(self.stride);
        for ((innovation, &target), row) in innovations.iter_mut().zip(targets).zip(rows) {
            *innovation = target - dot(row, regressors);
        }
    }

    /// Updates the weights by the innovations. If anything becomes non-finite, the model is reset.
    pub(super) fn learn(&mut self, regressors: &[f64], innovations: &[f64], forgetting: f64) {
        let variance = self.multiply(regressors);
        let full = self.prior * self.regressors as f64;
        let kept = if self.trace < full { forgetting } else { 1.0 };
        let scale = kept + variance;
        for (row, innovation) in self.weights.chunks_exact_mut(self.stride).zip(innovations) {
            let step = innovation / scale;
            for (weight, spread) in row.iter_mut().zip(&self.spread) {
                *weight += step * spread;
            }
        }
        let (root, growth) = (1.0 / scale.sqrt(), 1.0 / kept);
        for spread in &mut self.spread {
            *spread *= root;
        }
        widest(Shrink { covariance: &mut self.covariance, stride: self.stride, spread: &self.spread, growth });
        self.trace = 0.0;
        let mut sound = true;
        for (index, row) in self.covariance.chunks_exact(self.stride).enumerate() {
            sound &= row[index] > 0.0;
            self.trace += row[index];
        }
        if !sound || !self.trace.is_finite() {
            self.doubt();
        }
        if !self.weights.iter().all(|weight| weight.is_finite()) {
            self.weights.fill(0.0);
            self.doubt();
        }
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_f64("weights", &self.weights);
        writer.put_f64("covariance", &self.covariance);
        writer.put_f64("trace", &[self.trace]);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.get_f64("weights", &mut self.weights)?;
        reader.get_f64("covariance", &mut self.covariance)?;
        reader.get_f64("trace", std::slice::from_mut(&mut self.trace))
    }
}

/// The product of the covariance and a vector.
struct Multiply<'a> {
    covariance: &'a [f64],
    stride: usize,
    regressors: &'a [f64],
    product: &'a mut [f64],
}

impl Work for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (product, row) in self.product.iter_mut().zip(self.covariance.chunks_exact(self.stride)) {
            *product = dot(row, self.regressors);
        }
    }
}

/// Takes from the covariance the product of a vector with itself, and multiplies it.
struct Shrink<'a> {
    covariance: &'a mut [f64],
    stride: usize,
    spread: &'a [f64],
    growth: f64,
}

impl Work for Shrink<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Shrink { covariance, stride, spread, growth } = self;
        for (row, own) in covariance.chunks_exact_mut(stride).zip(spread) {
            for (value, spread) in row.iter_mut().zip(spread) {
                // The same product on both sides of the diagonal: P stays symmetric to the last bit.
                *value = (*value - own * spread) * growth;
            }
        }
    }
}

/// Solves N x = r in place (Cholesky) for a positive definite N whose lower triangle is given.
pub(super) fn solve(normal: &mut [f64], right: &mut [f64]) {
    let size = right.len();
    for row in 0..size {
        for column in 0..=row {
            let mut sum = normal[row * size + column];
            for inner in 0..column {
                sum -= normal[row * size + inner] * normal[column * size + inner];
            }
            normal[row * size + column] = if row == column { sum.sqrt() } else { sum / normal[column * size + column] };
        }
        let mut sum = right[row];
        for inner in 0..row {
            sum -= normal[row * size + inner] * right[inner];
        }
        right[row] = sum / normal[row * size + row];
    }
    for row in (0..size).rev() {
        let mut sum = right[row];
        for inner in row + 1..size {
            sum -= normal[inner * size + row] * right[inner];
        }
        right[row] = sum / normal[row * size + row];
    }
}

/// The sum of products, over four lanes; lengths must be whole chunks.
#[inline(always)]
pub(super) fn dot(left: &[f64], right: &[f64]) -> f64 {
    let (left, _) = left.as_chunks::<LANES>();
    let (right, _) = right.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (left, right) in left.iter().zip(right) {
        for lane in 0..LANES {
            sums[lane] += left[lane] * right[lane];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn without_forgetting_it_is_ridge_regression_by_hand() {
        // One regressor, prior variance 0.5: W = Σ z y / (Σ z² + 2).
        let mut model = LeastSquares::new(1, 1, 0.5);
        let (mut products, mut squares) = (0.0, 2.0);
        for (z, y) in [(1.0, 2.0), (-0.5, 0.3), (3.0, -1.0), (0.0, 9.0)] {
            let regressors = [z, 0.0, 0.0, 0.0];
            let mut innovation = [0.0];
            model.innovations(&regressors, &[y], &mut innovation);
            assert!((innovation[0] - (y - products / squares * z)).abs() < 1e-12);
            model.learn(&regressors, &innovation, 1.0);
            products += z * y;
            squares += z * z;
            assert!((model.row(0)[0] - products / squares).abs() < 1e-12);
            assert!((model.trace - 1.0 / squares).abs() < 1e-12);
        }
    }

    #[test]
    fn a_linear_law_is_found_and_followed_when_it_changes() {
        let mut generator = ChaCha8Rng::seed_from_u64(3);
        let mut model = LeastSquares::new(6, 2, 1.0);
        let mut law = [[0.5, -1.0, 0.0, 2.0, 0.1, -0.3], [0.0, 0.3, -0.7, 0.0, 1.0, 0.2]];
        for half in 0..2 {
            for _ in 0..5000 {
                let mut z = [0.0; 8];
                z[..6].fill_with(|| generator.random_range(-1.0..1.0));
                let y = law.map(|row| row.iter().zip(&z).map(|(weight, z)| weight * z).sum::<f64>());
                let mut innovations = [0.0; 2];
                model.innovations(&z, &y, &mut innovations);
                model.learn(&z, &innovations, 0.995);
            }
            for (target, row) in law.iter().enumerate() {
                assert!(model.row(target).iter().zip(row).all(|(found, weight)| (found - weight).abs() < 1e-3));
            }
            law[half][3] = -1.0;
        }
    }

    #[test]
    fn what_is_never_excited_does_not_wind_up_the_covariance() {
        let mut model = LeastSquares::new(5, 1, 1.0);
        for step in 0..200_000 {
            let z = [1.0, f64::from(step % 7) - 3.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
            model.learn(&z, &[0.01], 0.99);
            assert!(model.trace <= 5.0 / 0.99 + 1e-9, "{} at step {step}", model.trace);
        }
        for (row, index) in (0..5).flat_map(|row| (0..5).map(move |index| (row, index))) {
            assert_eq!(model.covariance[row * 8 + index], model.covariance[index * 8 + row]);
        }
    }

    #[test]
    fn a_model_that_broke_starts_anew() {
        let mut model = LeastSquares::new(2, 1, 1.0);
        model.learn(&[1e200, 1e200, 0.0, 0.0], &[f64::MAX], 0.99);
        model.learn(&[1e200, -1e200, 0.0, 0.0], &[f64::MAX], 0.99);
        assert!(model.weights.iter().chain(&model.covariance).all(|value| value.is_finite()));
        assert!(model.trace > 0.0);
    }
}
