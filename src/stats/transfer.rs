//! Transfer: the benefit of practice on a source task for the test task, relative to a control group without it.
//!
//! Areas are mean scores over the test ([`Curve::area`](crate::stats::Curve::area)), in [0, 1]; steps to criterion are
//! restricted means ([`restricted_mean`](crate::stats::restricted_mean)). Differences are `experimental − control` for
//! scores and `control − experimental` for steps, so that positive values are always a benefit.

use crate::stats::arithmetic::ratio;

/// Number of evaluations from the start of the test whose mean is the initial performance: only the first, at test step
/// 0, because later ones follow practice on the test task.
pub const JUMPSTART_EVALUATIONS: usize = 1;

/// Transfer ratio: (area − area of the control) / area of the control (Taylor & Stone 2009, section 2.2).
pub fn transfer_ratio(area: f64, control: f64) -> Option<f64> {
    ratio(area - control, control)
}

/// Normalised forward transfer: (area − area of the control) / (1 − area of the control), the gain as a fraction of the
/// largest possible (Wołczyk et al. 2021, "Continual World").
pub fn forward_transfer(area: f64, control: f64) -> Option<f64> {
    ratio(area - control, 1.0 - control)
}

/// Percent transfer, savings form: 100 (C − E) / C for the steps to criterion of control and experimental groups
/// (Gagné, Foster & Crowley 1948). It does not count practice. At most 100, without a lower bound.
pub fn percent_transfer(steps: f64, control: f64) -> Option<f64> {
    ratio(100.0 * (control - steps), control)
}

/// Percent transfer, bounded form: 100 (C − E) / (C + E) for steps to criterion, from −100 to 100 (Murdock 1957).
pub fn bounded_transfer(steps: f64, control: f64) -> Option<f64> {
    ratio(100.0 * (control - steps), control + steps)
}

/// Transfer effectiveness ratio: (C − E) / X, test steps saved per step of practice (Roscoe 1971). Above 1, practice
/// saved more steps than it took.
pub fn transfer_effectiveness(steps: f64, control: f64, practice: f64) -> Option<f64> {
    ratio(control - steps, practice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Option<f64>, expected: f64) {
        assert!(found.is_some_and(|found| (found - expected).abs() < 1e-12), "{found:?} against {expected}");
    }

    #[test]
    fn measures_are_those_worked_out_by_hand() {
        close(transfer_ratio(0.6, 0.4), 0.5);
        close(forward_transfer(0.6, 0.4), 1.0 / 3.0);
        close(percent_transfer(25_000.0, 50_000.0), 50.0);
        close(bounded_transfer(25_000.0, 50_000.0), 100.0 / 3.0);
        close(transfer_effectiveness(25_000.0, 50_000.0, 100_000.0), 0.25);
    }

    #[test]
    fn harm_is_negative() {
        close(transfer_ratio(0.2, 0.4), -0.5);
        close(forward_transfer(0.2, 0.4), -1.0 / 3.0);
        close(percent_transfer(100_000.0, 50_000.0), -100.0);
        close(bounded_transfer(150_000.0, 50_000.0), -50.0);
        close(transfer_effectiveness(100_000.0, 50_000.0, 50_000.0), -1.0);
    }

    #[test]
    fn what_is_not_defined_is_none() {
        assert_eq!(transfer_ratio(0.5, 0.0), None);
        assert_eq!(forward_transfer(0.5, 1.0), None);
        assert_eq!(percent_transfer(1.0, 0.0), None);
        assert_eq!(bounded_transfer(0.0, 0.0), None);
        assert_eq!(transfer_effectiveness(1.0, 2.0, 0.0), None);
    }
}
