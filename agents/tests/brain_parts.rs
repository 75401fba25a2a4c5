//! The parts of a brain: what each reports, what a brain is without it, and what a lesion takes away.

mod common;

use common::{Body, ROLES, brain, brain_for, config_for, percept, saved, shape_of, signal};
use etude_agents::{Agent, Brain, BrainConfig, CerebellumConfig, Idle, LesionError, Percept, Tensor};
use std::collections::BTreeSet;

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
