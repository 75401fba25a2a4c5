//! What anyone may rely on who puts a brain into a gym: determinism, exact continuation, and errors in place of surprises.

mod common;

use common::{Body, ROLES, brain, brain_for, config_for, percept, shape_of, signal};
use etude_agents::{
    Agent, Brain, BrainConfig, CerebellumConfig, Idle, LesionError, Percept, Random, Role, State, StateError, Tensor,
    Transition,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn saved(agent: &dyn Agent) -> State {
    let mut state = State::new();
    agent.save(&mut state);
    state
}

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
fn without_basal_ganglia_and_cerebellum_a_brain_rests() {
    let config = BrainConfig { basal_ganglia: None, cerebellum: None, ..BrainConfig::default() };
    let mut brain = Brain::new(&config, &shape_of(&ROLES[1], 2), 1).unwrap();
    assert!(Body::new(3).practise(&mut brain, 50).iter().flatten().all(|&value| value == 0.0));
    brain.signals(&mut |name, _| panic!("unexpected signal {name}"));
    let state = saved(&brain);
    assert!(state.iter().all(|(name, _)| name.starts_with("senses.")));
}

#[test]
fn what_brains_report_is_told_beforehand_with_unit_and_meaning() {
    let known = Brain::known_signals();
    let mut reported = BTreeSet::new();
    let mut configs: Vec<_> = ROLES.iter().map(|roles| (config_for(roles), shape_of(roles, 2))).collect();
    configs[1].1.percepts = vec![percept()];
    // Where a sense is predicted, and where structure is plastic.
    configs[0].0.cortex.structure = Some(Default::default());
    for (config, shape) in configs {
        let mut brain = Brain::new(&config, &shape, 1).unwrap();
        Body::new(3).practise(&mut brain, 50);
        brain.signals(&mut |name, _| {
            assert!(known.iter().any(|signal| signal.name == name), "{name} is not told");
            reported.insert(name);
        });
        brain.activity(&mut |name, _| {
            assert!(Brain::known_populations().iter().any(|population| population.name == name), "{name} is not told");
        });
    }
    // Those that only the motor cortex of a cursor's units has.
    for signal in known.iter().filter(|signal| !["control", "unit_change", "association_change"].contains(&signal.name))
    {
        assert!(reported.contains(signal.name), "{} is never reported", signal.name);
    }
}

#[test]
fn signals_are_those_of_the_last_step() {
    let mut brain = brain(1);
    Body::new(3).practise(&mut brain, 50);
    let mut names = Vec::new();
    brain.signals(&mut |name, value| {
        assert!(value.is_finite());
        names.push(name);
    });
    assert_eq!(
        names,
        [
            "dopamine",
            "dopamine_adapted",
            "value",
            "reward_scale",
            "exploration",
            "step_size_actor",
            "step_size_critic",
            "capacity_actor",
            "capacity_critic",
            "units_replaced"
        ]
    );
    assert!((0.05..=1.0).contains(&signal(&brain, "exploration")));
    assert!(signal(&brain, "dopamine") != 0.0);
}

#[test]
fn the_cerebellum_reports_what_it_does() {
    let names = |roles| {
        let mut brain = brain_for(roles, 1);
        Body::new(3).practise(&mut brain, 50);
        let mut names = Vec::new();
        brain.signals(&mut |name, value| {
            assert!(value.is_finite());
            names.push(name);
        });
        names.split_off(10)
    };
    assert!(names(&ROLES[0]).is_empty());
    assert_eq!(
        names(&ROLES[1]),
        [
            "cerebellar_share",
            "trust",
            "climbing_fibre",
            "surprise",
            "change_noticed",
            "context",
            "contexts_known",
            "sensory_error"
        ]
    );
    assert_eq!(
        names(&ROLES[2]),
        ["cerebellar_share", "trust", "climbing_fibre", "error_sensitivity", "prediction_reliance", "reward_weight"]
    );
}

#[test]
fn a_cerebellum_that_notices_no_change_leaves_the_basal_ganglia_alone_but_for_its_teaching() {
    let shape = shape_of(&ROLES[1], 2);
    let practise = |cerebellum: Option<CerebellumConfig>| {
        let mut brain = Brain::new(&BrainConfig { cerebellum, ..BrainConfig::default() }, &shape, 5).unwrap();
        let actions = Body::new(3).practise(&mut brain, 500);
        (actions, brain)
    };
    let (ablated, _) = practise(None);
    let (silent, _) = practise(Some(CerebellumConfig { action_gradient: 0.0, ..CerebellumConfig::default() }));
    let (teaching, brain) = practise(Some(CerebellumConfig::default()));
    assert_eq!(silent, ablated, "without the action gradient nothing is changed");
    assert_ne!(teaching, ablated, "with it the actor learns otherwise");
    assert_eq!((signal(&brain, "change_noticed"), signal(&brain, "cerebellar_share")), (0.0, 0.0));
}

#[test]
fn lesions_take_away_their_part_and_can_be_undone() {
    let guess = |brain: &mut Brain| {
        let mut action = [0.0; 2];
        brain.act(&[0.4, 0.2, -0.3], false, &mut action);
        action
    };
    // Here the feedback is the observation itself: there is always something to learn from it.
    let mut through_units = brain_for(&ROLES[2], 1);
    Body::new(3).practise(&mut through_units, 200);
    let whole = guess(&mut through_units);
    through_units.lesion("motor-cortex", 1.0).unwrap();
    assert_eq!(guess(&mut through_units), [0.0; 2]);
    through_units.lesion("motor-cortex", 0.0).unwrap();
    assert_eq!(guess(&mut through_units), whole);
    // Without units between, commands add up to the last bit.
    let mut config = config_for(&ROLES[2]);
    config.motor_cortex.as_mut().unwrap().command = None;
    let mut brain = Brain::new(&config, &shape_of(&ROLES[2], 2), 1).unwrap();
    Body::new(3).practise(&mut brain, 200);
    let whole = guess(&mut brain);
    brain.lesion("basal-ganglia", 1.0).unwrap();
    let cerebellar = guess(&mut brain);
    brain.lesion("cerebellum", 1.0).unwrap();
    assert_eq!(guess(&mut brain), [0.0; 2]);
    brain.lesion("basal-ganglia", 0.0).unwrap();
    let basal = guess(&mut brain);
    brain.lesion("basal-ganglia", 0.5).unwrap();
    assert_eq!(guess(&mut brain), basal.map(|action| 0.5 * action));
    brain.lesion("basal-ganglia", 0.0).unwrap();
    brain.lesion("cerebellum", 0.0).unwrap();
    assert_eq!(guess(&mut brain), whole);
    assert!(cerebellar != [0.0; 2] && basal != whole, "{cerebellar:?} {basal:?} {whole:?}");
    assert!(cerebellar.iter().any(|command| command.abs() < 1.0), "what is cut off is not compared: {cerebellar:?}");
    let commands = whole.iter().zip(basal.iter().zip(cerebellar));
    for (action, (basal, cerebellar)) in commands.filter(|(_, (_, cerebellar))| cerebellar.abs() < 1.0) {
        let sum = (basal.clamp(-1.0, 1.0) + cerebellar).clamp(-1.0, 1.0);
        assert!((action - sum).abs() < 1e-6, "the commands add up: {action}, expected {sum}");
    }
}

#[test]
fn without_plasticity_only_what_reads_the_cortex_learns() {
    let weights = |brain: &Brain| match saved(brain).get("basal_ganglia.actor.weights") {
        Some(Tensor::F32(weights)) => weights.clone(),
        other => panic!("{other:?}"),
    };
    let mut brain = brain(1);
    brain.lesion("cortex-plasticity", 1.0).unwrap();
    let before = weights(&brain);
    Body::new(3).practise(&mut brain, 100);
    let changed: Vec<bool> = before.iter().zip(weights(&brain)).map(|(before, after)| *before != after).collect();
    // Two hidden layers of 12 padded rows: 4 numbers for 3 inputs and a bias, 12 for 10 and a bias; then the head.
    let hidden = 12 * 4 + 12 * 12;
    assert!(!changed[..hidden].contains(&true));
    assert!(changed[hidden..].contains(&true));
}

#[test]
fn noise_in_the_cerebellum_is_as_large_as_stated() {
    let config = BrainConfig { basal_ganglia: None, ..BrainConfig::default() };
    let mut brain = Brain::new(&config, &shape_of(&ROLES[1], 2), 1).unwrap();
    brain.lesion("cerebellum-noise", 0.2).unwrap();
    let mut square = 0.0;
    for _ in 0..5000 {
        let mut action = [0.0; 2];
        brain.act(&[0.0; 3], true, &mut action);
        square += (action[0] * action[0] + action[1] * action[1]) / 10_000.0;
    }
    assert!((square.sqrt() - 0.2).abs() < 0.005, "{}", square.sqrt());
}

#[test]
fn what_cannot_be_lesioned_is_an_error_that_says_what_can() {
    let message = |agent: &mut dyn Agent, part, share| agent.lesion(part, share).unwrap_err().to_string();
    let mut brain = brain_for(&ROLES[1], 1);
    assert_eq!(
        message(&mut brain, "cerebelum", 1.0),
        "no part `cerebelum` to lesion, did you mean `cerebellum`?; \
         there is: basal-ganglia, cortex-plasticity, cerebellum, cerebellum-noise"
    );
    assert_eq!(
        message(&mut brain, "basal-ganglia", 1.5),
        "lesion of `basal-ganglia`: expected a value from 0 to 1, found 1.5"
    );
    assert_eq!(message(&mut Idle, "cerebellum", 1.0), "no part `cerebellum` to lesion; this agent has no parts");
    let absent = common::brain(1).lesion("cerebellum", 1.0);
    assert!(
        matches!(absent, Err(LesionError::Unknown { parts, .. }) if parts == ["basal-ganglia", "cortex-plasticity"])
    );
}

#[test]
fn a_body_without_percepts_is_ridden_bit_by_bit_as_by_a_brain_that_predicts_nothing() {
    for roles in &ROLES {
        let actions = |predicting: bool| {
            let mut config = BrainConfig::default();
            config.cortex.units = 10;
            let cerebellum = config.cerebellum.as_mut().unwrap();
            if !predicting {
                (cerebellum.sensory_prediction, cerebellum.goal_reach) = (None, None);
            }
            let mut brain = Brain::new(&config, &shape_of(roles, 2), 5).unwrap();
            (Body::new(3).practise(&mut brain, 300), saved(&brain))
        };
        assert_eq!(actions(true), actions(false), "{roles:?}");
    }
}

#[test]
fn what_a_brain_takes_its_percepts_for_is_told_and_a_lesion_takes_trust_and_command_away() {
    let mut brain = brain_for(&ROLES[1], 3);
    let mut body = Body::new(3);
    body.practise(&mut brain, 400);
    let told = |brain: &Brain| {
        let mut told = Vec::new();
        brain.beliefs(&mut |belief| told.push((belief.percept, belief.values.len(), belief.trust)));
        told
    };
    let [(0, 1, trust)] = told(&brain)[..] else { panic!("{:?}", told(&brain)) };
    assert!(trust > 0.1, "{trust}");
    brain.lesion("cerebellum", 1.0).unwrap();
    let mut action = [0.0; 2];
    brain.act(&[0.5, 0.1, 0.2], false, &mut action);
    assert_eq!(told(&brain)[0].2, 0.0);
    // What is left is the policy alone, which is told nothing.
    let mut alone = brain.clone();
    alone.lesion("basal-ganglia", 1.0).unwrap();
    alone.act(&[0.5, 0.1, 0.2], false, &mut action);
    assert_eq!(action, [0.0; 2]);
}

#[test]
fn percepts_that_no_body_has_are_refused() {
    let refused = |change: &dyn Fn(&mut Percept)| {
        let mut shape = shape_of(&ROLES[1], 2);
        let mut own = percept();
        change(&mut own);
        shape.percepts = vec![own];
        Brain::new(&BrainConfig::default(), &shape, 0).unwrap_err().field
    };
    assert_eq!(refused(&|own| own.values[0] = 3), "shape.percepts[0].values[0]");
    assert_eq!(refused(&|own| own.values.clear()), "shape.percepts[0].values");
    assert_eq!(refused(&|own| own.limb.clear()), "shape.percepts[0].limb");
    assert_eq!(refused(&|own| own.present = usize::MAX), "shape.percepts[0].present");
    assert_eq!(refused(&|own| own.goals[0].offsets.clear()), "shape.percepts[0].goals[0].offsets");
    assert_eq!(refused(&|own| own.goals[0].offsets[0] = f32::NAN), "shape.percepts[0].goals[0].offsets");
    assert_eq!(refused(&|own| own.goals[0].due = Some(3)), "shape.percepts[0].goals[0]");
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
