//! What anyone may rely on who puts a brain into a gym: determinism, exact continuation, and errors in place of surprises.

mod common;

use common::{Body, ROLES, brain, brain_for, saved};
use etude_agents::{Agent, Brain, Idle, Random, Role, State, StateError, Tensor, Transition};
use proptest::prelude::*;

#[test]
fn the_same_seed_gives_the_same_numbers_and_another_seed_others() {
    let run = |seed| {
        let mut brain = brain(seed);
        let actions = Body::new(3).practise(&mut brain, 300);
        (actions, saved(&brain))
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1).0, run(2).0);
}

#[test]
fn acting_without_exploring_leaves_no_mark() {
    for roles in &ROLES {
        let (mut watched, mut alone) = (brain_for(roles, 1), brain_for(roles, 1));
        if roles != &ROLES[0] {
            watched.lesion("cerebellum-noise", 0.1).unwrap();
            alone.lesion("cerebellum-noise", 0.1).unwrap();
        }
        let (mut body, mut same_body) = (Body::new(3), Body::new(3));
        for _ in 0..400 {
            let mut guess = [0.0; 2];
            watched.act(&[0.3, -2.0, 1.0], false, &mut guess);
            // Also between an action and learning from it.
            body.act(&mut watched);
            watched.act(&[-9.0, 2.0, f32::NAN], false, &mut guess);
            body.learn(&mut watched);
            same_body.act(&mut alone);
            same_body.learn(&mut alone);
            assert_eq!(body.action, same_body.action);
        }
        assert_eq!(saved(&watched), saved(&alone));
    }
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut original = brain(1);
    Body::new(3).practise(&mut original, 50);
    let before = saved(&original);
    let mut clone = original.clone_agent();
    assert_eq!(saved(clone.as_ref()), before);
    Body::new(3).practise(clone.as_mut(), 50);
    assert_eq!(saved(&original), before);
    assert_ne!(saved(clone.as_ref()), before);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_interrupted_run_continues_bit_by_bit(
        seed in 0..1000_u64,
        steps in 0..320_usize,
        half: bool,
        lesioned: bool,
        roles in 0..3_usize,
    ) {
        let mut whole = brain_for(&ROLES[roles], seed);
        let mut body = Body::new(seed);
        if lesioned {
            whole.lesion("basal-ganglia", 0.2).unwrap();
            whole.lesion("cortex-plasticity", 1.0).unwrap();
            for (part, share) in [("cerebellum", 0.3), ("cerebellum-noise", 0.1)] {
                prop_assert_eq!(whole.lesion(part, share).is_ok(), roles > 0);
            }
        }
        body.practise(&mut whole, steps);
        if half {
            body.act(&mut whole);
        }
        let mut resumed = brain_for(&ROLES[roles], seed + 1);
        resumed.load(&saved(&whole)).unwrap();
        let signals = |brain: &Brain| {
            let mut all = Vec::new();
            brain.signals(&mut |name, value| all.push((name, value)));
            all
        };
        prop_assert_eq!(signals(&whole), signals(&resumed));
        let mut same_body = body.clone();
        if half {
            body.learn(&mut whole);
            same_body.learn(&mut resumed);
        }
        prop_assert_eq!(body.practise(&mut whole, 60), same_body.practise(&mut resumed, 60));
        prop_assert_eq!(saved(&whole), saved(&resumed));
        prop_assert_eq!(signals(&whole), signals(&resumed));
    }

    #[test]
    fn random_continues_bit_by_bit(seed: u64, steps in 0..50_usize, actions in 1..6_usize) {
        let (mut whole, mut resumed) = (Random::new(seed), Random::new(!seed));
        let (mut action, mut same) = (vec![0.0; actions], vec![0.0; actions]);
        for _ in 0..steps {
            whole.act(&[], true, &mut action);
            prop_assert!(action.iter().all(|value| (-1.0..=1.0).contains(value)));
        }
        resumed.load(&saved(&whole)).unwrap();
        for _ in 0..20 {
            whole.act(&[], true, &mut action);
            resumed.act(&[], true, &mut same);
            prop_assert_eq!(&action, &same);
        }
    }
}

#[test]
fn a_damaged_state_is_an_error_that_names_the_tensor() {
    for roles in &ROLES {
        for steps in [50, 150] {
            damage(roles, steps);
        }
    }
}

fn damage(roles: &[Role; 3], steps: usize) {
    let mut practised = brain_for(roles, 1);
    Body::new(3).practise(&mut practised, steps);
    let whole = saved(&practised);
    let load = |state: &State| brain_for(roles, 2).load(state);
    assert_eq!(load(&whole), Ok(()));
    for (name, tensor) in whole.iter() {
        let damaged = |replacement: Option<Tensor>| {
            let mut state = whole.clone();
            state.remove(name);
            if let Some(replacement) = replacement {
                state.insert(name, replacement);
            }
            load(&state).unwrap_err()
        };
        let error = damaged(None);
        assert!(matches!(&error, StateError::Missing { name: found, .. } if found == name), "{error}");
        let other = if tensor.kind() == "u64" { Tensor::F32(vec![0.0]) } else { Tensor::U64(vec![0]) };
        let error = damaged(Some(other));
        assert!(matches!(&error, StateError::WrongKind { name: found, .. } if found == name), "{error}");
        let (longer, broken) = match tensor.clone() {
            Tensor::F32(mut values) => {
                values[0] = f32::NAN;
                (Tensor::F32(vec![0.0; values.len() + 1]), Some(Tensor::F32(values)))
            }
            Tensor::F64(mut values) => {
                values[0] = f64::INFINITY;
                (Tensor::F64(vec![0.0; values.len() + 1]), Some(Tensor::F64(values)))
            }
            Tensor::U64(values) => (Tensor::U64(vec![0; values.len() + 1]), None),
        };
        let error = damaged(Some(longer));
        assert!(matches!(&error, StateError::WrongLength { name: found, .. } if found == name), "{error}");
        if broken.is_some() {
            let error = damaged(broken);
            assert!(matches!(&error, StateError::BadNumber { name: found, index: 0, .. } if found == name), "{error}");
        }
    }
    let mut extra = whole.clone();
    extra.insert("amygdala.weights", Tensor::F32(vec![1.0]));
    assert!(matches!(load(&extra), Err(StateError::Unexpected { name, .. }) if name == "amygdala.weights"));
    let mut negative = whole.clone();
    let Some(Tensor::F64(mut variances)) = whole.get("senses.variances").cloned() else { panic!("no variances") };
    variances[1] = -1.0;
    negative.insert("senses.variances", Tensor::F64(variances));
    assert!(matches!(load(&negative), Err(StateError::BadNumber { name, index: 1, .. }) if name == "senses.variances"));
    assert!(matches!(Idle.load(&whole), Err(StateError::Unexpected { .. })));
    assert!(matches!(Random::new(0).load(&whole), Err(StateError::Missing { .. })));
}

#[test]
fn broken_observations_and_wrong_lengths_are_survived() {
    for roles in &ROLES {
        survive(&mut brain_for(roles, 1));
    }
}

fn survive(brain: &mut Brain) {
    let mut body = Body::new(3);
    body.practise(brain, 20);
    let (mut short, mut long) = ([0.0; 1], [9.0; 4]);
    for observation in [&[f32::NAN; 3][..], &[f32::INFINITY, f32::MAX, f32::MIN], &[], &[1.0; 9]] {
        brain.act(observation, true, &mut short);
        brain.act(observation, true, &mut long);
        assert!(short.iter().chain(&long).all(|value| value.is_finite()), "{short:?} {long:?}");
        for reward in [f32::NAN, f32::MAX, 1.0] {
            brain.learn(&Transition {
                observation,
                action: &short,
                reward,
                next_observation: observation,
                terminated: false,
                truncated: true,
            });
            brain.act(observation, true, &mut long);
        }
    }
    assert!(body.practise(brain, 200).iter().flatten().all(|value| value.is_finite()));
}

#[test]
fn baselines_rest_and_babble() {
    let mut action = [5.0; 3];
    Idle.act(&[1.0], true, &mut action);
    assert_eq!(action, [0.0; 3]);
    let mut babbler = Random::new(1);
    let (mut sum, mut square) = (0.0, 0.0);
    for _ in 0..2000 {
        babbler.act(&[1.0], true, &mut action);
        sum += action[0];
        square += action[0] * action[0];
    }
    assert!((sum / 2000.0).abs() < 0.05, "mean 0, found {}", sum / 2000.0);
    assert!((square / 2000.0 - 1.0 / 3.0).abs() < 0.03, "variance 1/3, found {}", square / 2000.0);
    let before = saved(&babbler);
    babbler.act(&[1.0], false, &mut action);
    assert_eq!(saved(&babbler), before);
    assert!(action.iter().all(|value| (-1.0..1.0).contains(value) && *value != 0.0));
}
