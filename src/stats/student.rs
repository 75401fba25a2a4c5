//! Student's t distribution for any number of degrees of freedom of at least 1.

/// The probability beyond ±`t`: the p-value of a two-sided test.
pub fn two_sided_p(t: f64, degrees: f64) -> f64 {
    let square = t * t;
    if !square.is_finite() {
        return 0.0;
    }
    let (half, sum) = (degrees / 2.0, degrees + square);
    // Each of the two series is used where it converges quickly.
    if square <= degrees {
        1.0 - incomplete_beta(0.5, half, square / sum, degrees / sum, degrees)
    } else {
        incomplete_beta(half, 0.5, degrees / sum, square / sum, degrees)
    }
}

/// The critical t: 5% of the distribution are beyond ±t. 12.706 for one degree of freedom, 1.960 for many.
pub fn critical(degrees: f64) -> f64 {
    const NORMAL: f64 = 1.959_963_984_540_054;
    // Newton's method from below: the p-value is convex in t, so that no step overshoots.
    let mut t = NORMAL;
    for _ in 0..100 {
        let log_density = -(degrees + 1.0) / 2.0 * (t * t / degrees).ln_1p();
        let density = log_density.exp() / (degrees.sqrt() * beta_half(degrees));
        let step = (two_sided_p(t, degrees) - 0.05) / (2.0 * density);
        t += step;
        if step.abs() < 1e-12 * t {
            break;
        }
    }
    t
}

/// The regularised incomplete beta function I_x(a, b), with one of a and b equal to 1/2 and the other to `degrees / 2`,
/// for x up to 1/2; `rest` is 1 − x. By its power series (DLMF 8.17.8).
fn incomplete_beta(a: f64, b: f64, x: f64, rest: f64, degrees: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0, 1.0, 0.0);
    while term > 1e-17 * sum {
        term *= x * (a + b + k) / (a + 1.0 + k);
        sum += term;
        k += 1.0;
    }
    (a * x.ln() + b * rest.ln()).exp() / (a * beta_half(degrees)) * sum
}

/// B(1/2, n/2) = √π Γ(n/2) / Γ((n + 1)/2).
fn beta_half(degrees: f64) -> f64 {
    // Γ(x + 1/2) / Γ(x), from its asymptotic series (DLMF 5.11.13), shifted to where that is exact to the last digits.
    let (mut x, mut shift) = (degrees / 2.0, 1.0);
    while x < 60.0 {
        shift *= x / (x + 0.5);
        x += 1.0;
    }
    let y = 1.0 / x;
    let series = 1.0 - y / 8.0 + y.powi(2) / 128.0 + 5.0 * y.powi(3) / 1024.0
        - 21.0 * y.powi(4) / 32768.0
        - 399.0 * y.powi(5) / 262_144.0;
    std::f64::consts::PI.sqrt() / (shift * x.sqrt() * series)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn critical_values_are_those_of_the_tables() {
        for (degrees, expected) in [
            (1.0, 12.706_204_736),
            (2.0, 4.302_652_730),
            (2.5, 3.574_654_842),
            (4.0, 2.776_445_105),
            (9.0, 2.262_157_163),
            (13.0, 2.160_368_656),
            (19.0, 2.093_024_054),
            (1e6, 1.959_966_357),
        ] {
            let found = critical(degrees);
            assert!((found - expected).abs() < 2e-9 * expected, "{degrees}: {found}");
        }
    }

    #[test]
    fn p_values_are_exact_far_out_and_at_nothing() {
        // In closed form: 1 − 2 atan(t)/π for one degree, 1 − t/√(2 + t²) for two.
        for t in [0.0, 0.3, 1.0, 5.0, 1e3] {
            let one = 1.0 - 2.0 * f64::atan(t) / std::f64::consts::PI;
            assert!((two_sided_p(t, 1.0) - one).abs() < 1e-12, "{t}");
            let two = 2.0 / ((2.0 + t * t).sqrt() * ((2.0 + t * t).sqrt() + t));
            assert!((two_sided_p(-t, 2.0) / two - 1.0).abs() < 1e-9, "{t}");
        }
        assert_eq!(two_sided_p(f64::INFINITY, 4.0), 0.0);
    }
}
