//! Which body it is: what is noticed, what is trusted, and what is remembered of a stay.

use super::*;
use crate::state::{State, Tensor};

#[test]
fn trust_is_a_share_and_damage_is_an_error() {
    let settings = Settings {
        regressors: 2,
        targets: 1,
        capacity: 2,
        prior: 0.1,
        reference_forgetting: 1.0,
        forgetting: 0.99,
        arming: 100,
        adoption: 2000,
        threshold: 4.0,
        window: 20,
    };
    let fibre = ClimbingFibreConfig::default();
    let mut contexts = Contexts::new(settings, &fibre);
    let mut content = Contexts::new(settings, &fibre);
    // y = a z with a steady disturbance, then −a z, then y = a z again.
    let mut seen = Vec::new();
    for step in 0..3000_i32 {
        let z = f64::from(step * 37 % 101 - 50) / 50.0;
        let wobble = f64::from(step * 61 % 97 - 48) / 480.0;
        let sign = if (1000..2000).contains(&step) { -1.0 } else { 1.0 };
        contexts.learn(&[1.0, z, 0.0, 0.0], &[sign * z + wobble], true);
        content.learn(&[1.0, z, 0.0, 0.0], &[sign * z + wobble], false);
        assert_eq!(
            (content.active, content.trust()),
            (contexts.active, 0.0),
            "noticed, but left alone while all is well"
        );
        assert!((0.0..=1.0).contains(&contexts.trust()));
        if seen.last() != Some(&contexts.active) {
            seen.push(contexts.active);
        }
        match step {
            999 => assert_eq!((contexts.active, contexts.trust(), contexts.novelty()), (0, 0.0, 0.0)),
            1999 => {
                assert_eq!((contexts.active, contexts.trust()), (1, 1.0));
                // Noticed some time after step 1000, half of the time until it is adopted is over.
                assert!((0.5..0.7).contains(&contexts.novelty()), "{}", contexts.novelty());
            }
            _ => {}
        }
    }
    assert_eq!(seen, [0, 1, 0], "noticed once, and taken back once");
    let mut state = State::new();
    contexts.save(&mut state.writer());
    for damaged in [[0, 0, 1, 1], [3, 0, 1, 1], [2, 2, 1, 1], [2, 1, u64::MAX, 1], [2, 1, 1, u64::MAX]] {
        let mut state = state.clone();
        state.insert("which", Tensor::U64(damaged.to_vec()));
        assert!(matches!(contexts.clone().load(&mut state.reader()), Err(StateError::BadNumber { .. })), "{damaged:?}");
    }
}

fn bank() -> Contexts {
    let settings = Settings {
        regressors: 2,
        targets: 1,
        capacity: 3,
        prior: 0.1,
        reference_forgetting: 1.0,
        forgetting: 0.999,
        arming: 100,
        adoption: 2000,
        threshold: 4.0,
        window: 20,
    };
    Contexts::new(settings, &ClimbingFibreConfig::default())
}

/// Lives through so many steps of a body that answers z with gain · z.
fn live(contexts: &mut Contexts, steps: i32, gain: f64, size: f64, worse: bool) {
    for step in 0..steps {
        let z = size * f64::from(step * 37 % 101 - 50) / 50.0;
        let wobble = f64::from(step * 61 % 97 - 48) / 480.0;
        contexts.learn(&[1.0, z, 0.0, 0.0], &[gain * z + wobble], worse);
    }
}

#[test]
fn a_body_that_is_corrected_well_is_not_taken_for_the_practised_one_for_want_of_evidence() {
    let mut contexts = bank();
    live(&mut contexts, 1000, 1.0, 1.0, false);
    live(&mut contexts, 500, -1.0, 1.0, true);
    let trust = contexts.trust();
    assert!(contexts.changed() && trust > 0.9, "{trust}");
    // So little is done for ten seconds that the two bodies differ by a small part of what cannot be known.
    live(&mut contexts, 600, -1.0, 0.05, true);
    assert!(contexts.changed() && contexts.trust() >= trust, "{} after {trust}", contexts.trust());
    // It becomes one's own, and stays another than the practised one.
    let new = contexts.newness();
    live(&mut contexts, 2000, -1.0, 0.05, true);
    assert!(new > 0.4 && contexts.newness() == 0.0 && contexts.novelty() == 0.0, "{new}");
    assert!(contexts.correcting() && contexts.trust() >= trust, "{} after {trust}", contexts.trust());
}

#[test]
fn a_body_that_calls_for_correction_does_so_until_the_practised_one_is_back_for_good() {
    let mut contexts = bank();
    live(&mut contexts, 1000, 1.0, 1.0, false);
    live(&mut contexts, 300, -1.0, 1.0, true);
    assert!(contexts.correcting());
    // What is expected has become worse, too, so that nothing is a disappointment any more.
    live(&mut contexts, 500, -1.0, 1.0, false);
    assert!(contexts.correcting());
    live(&mut contexts, 800, -3.0, 1.0, false);
    assert!(contexts.correcting(), "it is a third body now, and no better");
    let away = contexts.away;
    live(&mut contexts, 800, 1.0, 1.0, false);
    assert!(!contexts.changed());
    live(&mut contexts, 300, -1.0, 1.0, false);
    assert!(contexts.correcting() && contexts.away > away, "back for too short a time to count");
    live(&mut contexts, 2000, 1.0, 1.0, false);
    live(&mut contexts, 300, -1.0, 1.0, false);
    assert!(contexts.changed() && !contexts.correcting(), "all is well in it by now");
    assert!(contexts.away < 400, "{}", contexts.away);
}

#[test]
fn what_is_known_of_a_body_for_long_is_remembered_for_long() {
    let settings = bank().settings;
    assert!((settings.kept_of(0) - 0.999).abs() < 1e-12);
    assert!((settings.kept_of(9000) - (1.0 - 1.0 / 10_000.0)).abs() < 1e-12);
    let shorter = Settings { reference_forgetting: 0.9995, ..settings };
    assert_eq!(shorter.kept_of(1_000_000), 0.9995, "never for longer than the practised one");
}
