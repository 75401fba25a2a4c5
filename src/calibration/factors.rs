//! Factor analysis of activity by expectation maximisation (Rubin & Thayer 1982; Ghahramani & Hinton 1996), and the
//! decoder made from it (Sadtler et al. 2014).
//!
//! x ~ N(μ, ΛΛᵀ + Ψ), Ψ diagonal. β = Λᵀ(ΛΛᵀ + Ψ)⁻¹;  Λ ← SβᵀE⁻¹ with E = I − βΛ + βSβᵀ;  Ψ ← diag(S − ΛβS).

use super::recording::Recording;
use super::tuning::scaled;
use etude_envs::cursor::{CursorSpec, LinearSpec};
use nalgebra::{DMatrix, DVector};

/// Largest number of iterations of the fit, and the relative change of private variances at which it has converged.
const ITERATIONS: usize = 500;
const REST: f64 = 1e-4;
/// Smallest private variance, as a fraction of a unit's variance.
const LEAST_PRIVATE: f64 = 1e-3;
/// Ridge of the regression of the aim on factors, per step.
const RIDGE: f64 = 1e-3;

/// Factors of a population's activity.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors {
    /// Mean rates, in Hz.
    pub means: DVector<f64>,
    /// Λ, in Hz: one row per unit, one column per factor.
    pub loadings: DMatrix<f64>,
    /// Diagonal of Ψ: private variance of each unit, in Hz².
    pub private: DVector<f64>,
    /// Orthonormal basis of the manifold spanned by the loadings, ordered by explained shared variance.
    pub basis: DMatrix<f64>,
    /// Factors in that order, scaled to a variance of 1, from mean-subtracted rates: one row per factor.
    pub scores: DMatrix<f64>,
}

impl Factors {
    /// Fits that many factors to a recording.
    pub fn fit(recording: &Recording, count: usize) -> Factors {
        let means = DVector::from_vec(recording.means());
        Self::fit_to(&covariance(recording, &means), means, count)
    }

    /// Fits that many factors to a covariance.
    pub fn fit_to(covariance: &DMatrix<f64>, means: DVector<f64>, count: usize) -> Factors {
        let units = covariance.nrows();
        let count = count.min(units);
        let own = covariance.diagonal().map(|variance| variance.max(1e-9));
        // Starts from principal components.
        let eigen = covariance.clone().symmetric_eigen();
        let mut order: Vec<usize> = (0..units).collect();
        order.sort_by(|&left, &right| eigen.eigenvalues[right].total_cmp(&eigen.eigenvalues[left]));
        let mut loadings = DMatrix::from_fn(units, count, |unit, factor| {
            let component = order[factor];
            eigen.eigenvectors[(unit, component)] * (0.5 * eigen.eigenvalues[component].max(0.0)).sqrt()
        });
        let mut private = own.map(|variance| 0.5 * variance);
        for _ in 0..ITERATIONS {
            let beta = posterior(&loadings, &private);
            let seen = covariance * beta.transpose();
            let second = DMatrix::identity(count, count) - &beta * &loadings + &beta * &seen;
            let Some(inverse) = second.try_inverse() else { break };
            loadings = &seen * inverse;
            let mut largest: f64 = 0.0;
            for unit in 0..units {
                let shared = loadings.row(unit).dot(&seen.row(unit));
                let new = (covariance[(unit, unit)] - shared).max(LEAST_PRIVATE * own[unit]);
                largest = largest.max((new / private[unit] - 1.0).abs());
                private[unit] = new;
            }
            if largest < REST {
                break;
            }
        }
        let beta = posterior(&loadings, &private);
        let split = loadings.clone().svd(true, true);
        let (basis, turn) = (split.u.unwrap_or_default(), split.v_t.unwrap_or_default());
        let ordered = DMatrix::from_diagonal(&split.singular_values) * turn * beta;
        let spread =
            (&ordered * covariance * ordered.transpose()).diagonal().map(|variance| variance.max(1e-12).sqrt());
        let scores = DMatrix::from_fn(ordered.nrows(), units, |row, unit| ordered[(row, unit)] / spread[row]);
        Factors { means, loadings, private, basis, scores }
    }

    /// The decoder in which the factors move the cursor as they covaried with the aim.
    pub(super) fn decoder(&self, recording: &Recording, spec: &CursorSpec) -> LinearSpec {
        let readout = self.readout(recording);
        scaled(recording, spec, self.means.as_slice(), self.votes(&readout))
    }

    /// Regression of the aim on the factors: one row per axis.
    pub(super) fn readout(&self, recording: &Recording) -> DMatrix<f64> {
        let count = self.scores.nrows();
        let mut normal = DMatrix::identity(count, count) * (RIDGE * recording.steps() as f64);
        let mut right = DMatrix::zeros(2, count);
        for (aim, rates) in recording.aims.iter().zip(recording.rates.chunks_exact(recording.units)) {
            let factors = &self.scores * (DVector::from_column_slice(rates) - &self.means);
            normal += &factors * factors.transpose();
            right += DVector::from_column_slice(aim) * factors.transpose();
        }
        normal.try_inverse().map_or_else(|| DMatrix::zeros(2, count), |inverse| right * inverse)
    }

    /// Contribution of each unit's rate to the velocity, for a readout of the factors.
    pub(super) fn votes(&self, readout: &DMatrix<f64>) -> Vec<[f64; 2]> {
        let weights = readout * &self.scores;
        weights.column_iter().map(|column| [column[0], column[1]]).collect()
    }

    /// Fraction of the variance of a recording within the manifold.
    pub fn share_within(&self, recording: &Recording) -> f64 {
        let means = DVector::from_vec(recording.means());
        let own = covariance(recording, &means);
        let inside = (self.basis.transpose() * &own * &self.basis).trace();
        inside / own.trace().max(1e-12)
    }
}

/// β, by the matrix inversion lemma: (I + ΛᵀΨ⁻¹Λ)⁻¹ΛᵀΨ⁻¹.
fn posterior(loadings: &DMatrix<f64>, private: &DVector<f64>) -> DMatrix<f64> {
    let scaled = DMatrix::from_fn(loadings.ncols(), loadings.nrows(), |factor, unit| {
        loadings[(unit, factor)] / private[unit].max(1e-12)
    });
    let inner = DMatrix::identity(loadings.ncols(), loadings.ncols()) + &scaled * loadings;
    inner.try_inverse().map_or_else(|| scaled.clone() * 0.0, |inverse| inverse * &scaled)
}

/// Covariance of a recording, in Hz².
fn covariance(recording: &Recording, means: &DVector<f64>) -> DMatrix<f64> {
    let rates = DMatrix::from_column_slice(recording.units, recording.steps(), &recording.rates);
    let centred = DMatrix::from_fn(rates.nrows(), rates.ncols(), |unit, step| rates[(unit, step)] - means[unit]);
    &centred * centred.transpose() / recording.steps().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Correlations of the marks of 220 boys in Gaelic, English, history, arithmetic, algebra and geometry (Lawley & Maxwell 1971), and
    /// the communalities of their two factors by maximum likelihood (Johnson & Wichern, Applied Multivariate Statistical Analysis,
    /// example 9.8).
    #[test]
    fn two_factors_of_six_school_subjects_are_the_published_ones() {
        let lower = [
            vec![1.0],
            vec![0.439, 1.0],
            vec![0.410, 0.351, 1.0],
            vec![0.288, 0.354, 0.164, 1.0],
            vec![0.329, 0.320, 0.190, 0.595, 1.0],
            vec![0.248, 0.329, 0.181, 0.470, 0.464, 1.0],
        ];
        let correlations = DMatrix::from_fn(6, 6, |row, column| lower[row.max(column)][row.min(column)]);
        let factors = Factors::fit_to(&correlations, DVector::zeros(6), 2);
        for (unit, communality) in [0.490, 0.406, 0.356, 0.623, 0.569, 0.372].into_iter().enumerate() {
            let found = factors.loadings.row(unit).norm_squared();
            assert!((found - communality).abs() < 0.004, "{unit}: {found} {communality}");
            assert!((factors.private[unit] - (1.0 - communality)).abs() < 0.004);
        }
    }

    #[test]
    fn the_scores_have_a_variance_of_one_and_the_basis_is_orthonormal() {
        let rates: Vec<f64> = (0..400)
            .flat_map(|step| {
                let (first, second) = ((0.7 * step as f64).sin(), (1.3 * step as f64).cos());
                (0..8).map(move |unit| {
                    let own = ((step * 31 + unit * 17) as f64 * 12.9898).sin();
                    20.0 + 3.0 * (unit as f64).cos() * first + 2.0 * (unit as f64).sin() * second + own
                })
            })
            .collect();
        let recording = Recording { units: 8, rates, aims: vec![[1.0, 0.0]; 400] };
        let factors = Factors::fit(&recording, 2);
        let own = covariance(&recording, &factors.means);
        let spread = (&factors.scores * &own * factors.scores.transpose()).diagonal();
        assert!(spread.iter().all(|variance| (variance - 1.0).abs() < 1e-9), "{spread}");
        let product = factors.basis.transpose() * &factors.basis;
        assert!((product - DMatrix::identity(2, 2)).norm() < 1e-9);
        let share = factors.share_within(&recording);
        assert!((0.8..1.0).contains(&share), "{share}");
    }
}
