//! The model against numbers computed apart from it, and the fit against models that are known.

use super::*;
use proptest::prelude::*;

const SETS: [TwoState; 3] = [TwoState::SMITH_2006, TwoState::JOINER_2008, TwoState::SMITH_2006_FIGURE_1];

fn trials(blocks: &[(Trial, usize)]) -> Vec<Trial> {
    blocks.iter().flat_map(|&(trial, count)| vec![trial; count]).collect()
}

fn near(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() < 6e-4, "{what}: expected {expected}, found {found}");
}

fn peak(curve: &[f64]) -> (f64, usize) {
    let (trial, &value) = curve.iter().enumerate().max_by(|left, right| left.1.total_cmp(right.1)).unwrap();
    (value, trial + 1)
}

/// The numbers were computed apart from this code, from the model's equations.
#[test]
fn learning_comes_to_its_published_level_in_the_computed_time() {
    let expected = [(0.751, 0.750, 18), (0.918, 0.911, 21), (0.579, 0.542, 34)];
    for (set, (asymptote, late, time)) in SETS.iter().zip(expected) {
        let curve = set.simulate(&[Trial::Perturbed(1.0); 300]);
        near(set.asymptote(), asymptote, "asymptote");
        near(curve[299], late, "after 300 trials");
        let reached = (1.0 - (-1.0_f64).exp()) * curve[299];
        assert_eq!(1 + curve.iter().position(|&x| x >= reached).unwrap(), time);
        near(set.simulate(&[Trial::Perturbed(1.0); 20_000])[19_999], set.asymptote(), "in the long run");
    }
}

#[test]
fn what_was_learnt_is_kept_in_the_clamp_as_computed() {
    let expected = [(0.652, 0.512), (0.874, 0.823), (0.630, 0.537)];
    for (set, (after_30, after_60)) in SETS.iter().zip(expected) {
        let curve = set.simulate(&trials(&[(Trial::Perturbed(1.0), 300), (Trial::Clamped, 60)]));
        near(curve[329] / curve[299], after_30, "after 30");
        near(curve[359] / curve[299], after_60, "after 60");
    }
}

#[test]
fn after_exact_extinction_it_rebounds_as_computed() {
    let expected = [(0.462, 8, 4), (0.574, 27, 8), (0.221, 38, 16)];
    for (set, (height, trial, counter_trials)) in SETS.iter().zip(expected) {
        let mut schedule = trials(&[(Trial::Perturbed(1.0), 300)]);
        while set.simulate(&schedule).last().is_none_or(|&x| x > 0.0) {
            schedule.push(Trial::Perturbed(-1.0));
        }
        assert_eq!(schedule.len(), 300 + counter_trials);
        // The last counter-trial is made just large enough that x comes to 0.
        let last = schedule.len() - 1;
        let at = |size: f64| {
            let mut schedule = schedule.clone();
            schedule[last] = Trial::Perturbed(size);
            (set.simulate(&schedule)[last], schedule)
        };
        let (zero, one) = (at(0.0).0, at(1.0).0);
        let (extinguished, mut schedule) = at(zero / (zero - one));
        near(extinguished, 0.0, "extinguished");
        schedule.extend([Trial::Clamped; 200]);
        let found = peak(&set.simulate(&schedule)[last + 1..]);
        near(found.0, height, "height");
        assert_eq!(found.1, trial);
    }
}

#[test]
fn the_schedule_of_spontaneous_recovery_gives_the_computed_curve() {
    let expected = [(0.723, -0.193, 0.215, 9), (0.836, -0.236, 0.335, 31), (0.456, -0.067, 0.133, 43)];
    for (set, (learnt, countered, height, trial)) in SETS.iter().zip(expected) {
        let curve = set.simulate(&trials(&[
            (Trial::Perturbed(0.0), 50),
            (Trial::Perturbed(1.0), 125),
            (Trial::Perturbed(-1.0), 15),
            (Trial::Clamped, 150),
        ]));
        near(curve[174], learnt, "at the end of A");
        near(curve[189], countered, "at the end of B");
        let found = peak(&curve[190..]);
        near(found.0, height, "rebound");
        assert_eq!(found.1, trial);
    }
}

#[test]
fn a_published_set_is_recovered_from_its_curve() {
    let schedule = trials(&[
        (Trial::Perturbed(1.0), 125),
        (Trial::Perturbed(-1.0), 15),
        (Trial::Clamped, 60),
        (Trial::Perturbed(0.0), 30),
    ]);
    for set in SETS {
        let fit = fit(&schedule, &set.simulate(&schedule)).unwrap();
        assert!(fit.r_squared > 1.0 - 1e-9, "{fit:?}");
        let distance =
            |found: Process, of: Process| (found.retention - of.retention).abs().max((found.rate - of.rate).abs());
        assert!(distance(fit.model.fast, set.fast) < 1e-4, "{set:?} {fit:?}");
        assert!(distance(fit.model.slow, set.slow) < 1e-4, "{set:?} {fit:?}");
    }
}

#[test]
fn a_published_set_is_recovered_from_a_few_probes_of_learners_with_schedules_of_their_own() {
    let courses: Vec<Course> = (0..4)
        .map(|learner| {
            let probed = |trial: usize| (trial * 7 + learner * 3).is_multiple_of(5);
            let trial = |trial| if probed(trial) { Trial::Clamped } else { Trial::Perturbed(1.0) };
            let schedule: Vec<Trial> = (0..200).map(trial).collect();
            let after = TwoState::SMITH_2006.simulate(&schedule);
            let before = |trial: usize| if trial == 0 { 0.0 } else { after[trial - 1] };
            let probes = (0..200).filter(|&trial| probed(trial)).map(|trial| (trial, before(trial))).collect();
            Course { schedule, probes }
        })
        .collect();
    let fit = fit_probes(&courses).unwrap();
    assert!(fit.r_squared > 1.0 - 1e-9, "{fit:?}");
    assert!((fit.model.fast.rate - 0.21).abs() < 1e-4 && (fit.model.slow.rate - 0.02).abs() < 1e-4, "{fit:?}");
    let beyond = Course { schedule: vec![Trial::Clamped; 9], probes: vec![(9, 0.0)] };
    assert_eq!(fit_probes(&[beyond]), Err(FitError::Lengths { trials: 9, values: 10 }));
    assert_eq!(fit_probes(&[]), Err(FitError::TooShort(0)));
}

#[test]
fn what_cannot_be_fitted_is_an_error() {
    let schedule = [Trial::Perturbed(1.0); 10];
    assert_eq!(fit(&schedule, &[0.0; 9]), Err(FitError::Lengths { trials: 10, values: 9 }));
    assert_eq!(fit(&schedule[..7], &[0.0; 7]), Err(FitError::TooShort(7)));
    let mut curve = [0.0; 10];
    curve[4] = f64::NAN;
    assert_eq!(fit(&schedule, &curve), Err(FitError::NotFinite(4)));
    let mut broken = schedule;
    broken[2] = Trial::Perturbed(f64::INFINITY);
    assert_eq!(fit(&broken, &[0.0; 10]), Err(FitError::NotFinite(2)));
    assert_eq!(fit(&schedule, &[0.0; 10]).unwrap().r_squared, 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_fit_explains_what_a_model_within_the_bands_does(
        fast_retention in 0.4..0.95, fast_rate in 0.05..0.35, slow_retention in 0.97..0.999, slow_rate in 0.005..0.06,
    ) {
        let model = TwoState::new(fast_retention, fast_rate, slow_retention, slow_rate);
        let schedule = trials(&[(Trial::Perturbed(1.0), 125), (Trial::Perturbed(-1.0), 15), (Trial::Clamped, 80)]);
        let fit = fit(&schedule, &model.simulate(&schedule)).unwrap();
        prop_assert!(fit.r_squared > 0.9999, "{:?} {:?}", model, fit);
        prop_assert!((fit.model.slow.retention - slow_retention).abs() < 0.005, "{:?} {:?}", model, fit);
    }
}
