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
