//! Configurations: what is read, what is refused, and what the refusal says.

use etude_agents::{AgentShape, BasalGangliaConfig, Brain, BrainConfig, CerebellumConfig, CortexConfig, Input, Role};

fn refused(change: impl FnOnce(&mut BrainConfig, &mut BasalGangliaConfig)) -> String {
    let mut config = BrainConfig::default();
    let mut own = BasalGangliaConfig::default();
    change(&mut config, &mut own);
    config.basal_ganglia = Some(own);
    config.validate().unwrap_err().to_string()
}

#[test]
fn defaults_are_valid_and_survive_writing_and_reading() {
    let config = BrainConfig::default();
    assert_eq!(config.validate(), Ok(()));
    let text = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<BrainConfig>(&text).unwrap(), config);
}

#[test]
fn an_absent_part_is_absent_and_an_unknown_one_an_error() {
    let read = serde_json::from_str::<BrainConfig>;
    let bare = BrainConfig {
        cortex: CortexConfig::default(),
        basal_ganglia: None,
        cerebellum: None,
        motor_cortex: None,
        ..BrainConfig::default()
    };
    assert_eq!(read("{}").unwrap(), bare);
    let whole = r#"{"cortex": {"structure": {}}, "basal_ganglia": {}, "cerebellum": {}, "motor_cortex": {}}"#;
    assert_eq!(read(whole).unwrap(), BrainConfig::default());
    let config = read(r#"{"basal_ganglia": {"horizon": 0.9}, "cortex": {"units": 32}}"#).unwrap();
    assert_eq!((config.basal_ganglia.unwrap().horizon, config.cortex.units, config.cortex.layers), (0.9, 32, 2));
    for text in [
        r#"{"amygdala": {}}"#,
        r#"{"basal_ganglia": {"discont": 0.9}}"#,
        r#"{"cortex": {"unit": 3}}"#,
        r#"{"cerebellum": {"granules": {}}}"#,
    ] {
        assert!(read(text).unwrap_err().to_string().contains("unknown field"), "{text}");
    }
}

#[test]
fn nonsense_is_refused_by_name() {
    assert_eq!(
        refused(|_, own| own.horizon = -1.0),
        "basal_ganglia.horizon: expected a value from 0 to 1000000, found -1"
    );
    assert_eq!(
        refused(|config, _| config.cortex.units = 5000),
        "cortex.units: expected a value from 2 to 4096, found 5000"
    );
    assert_eq!(
        refused(|_, own| own.value_rate = f64::NAN),
        "basal_ganglia.value_rate: expected a value above 0 and at most 1, found NaN"
    );
    assert_eq!(refused(|_, own| own.sd_min = 2.0), "basal_ganglia.sd_min: expected a value from 0.001 to 1, found 2");
}

#[test]
fn every_setting_refuses_what_is_not_a_number_or_out_of_range() {
    type Setting = fn(&mut BrainConfig, &mut BasalGangliaConfig, f64);
    let settings: [(&str, Setting); 18] = [
        ("senses.sd_floor", |config, _, value| config.senses.sd_floor = value),
        ("senses.clip", |config, _, value| config.senses.clip = value),
        ("cortex.initial_sparsity", |config, _, value| config.cortex.initial_sparsity = value),
        ("cortex.leak", |config, _, value| config.cortex.leak = value),
        ("senses.memory", |config, _, value| config.senses.memory = value),
        ("basal_ganglia.horizon", |_, own, value| own.horizon = value),
        ("basal_ganglia.trace", |_, own, value| own.trace = value),
        ("basal_ganglia.error_memory", |_, own, value| own.error_memory = value),
        ("basal_ganglia.error_context", |_, own, value| own.error_context = value),
        ("basal_ganglia.reward_memory", |_, own, value| own.reward_memory = value),
        ("basal_ganglia.hold", |_, own, value| own.hold = value),
        ("basal_ganglia.policy_rate", |_, own, value| own.policy_rate = value),
        ("basal_ganglia.value_rate", |_, own, value| own.value_rate = value),
        ("basal_ganglia.entropy", |_, own, value| own.entropy = value),
        ("basal_ganglia.sd_min", |_, own, value| own.sd_min = value),
        ("basal_ganglia.sd_max", |_, own, value| own.sd_max = value),
        ("basal_ganglia.error_cap", |_, own, value| own.error_cap = value),
        ("basal_ganglia.error_floor", |_, own, value| own.error_floor = value),
    ];
    for (name, set) in settings {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.5, 1e12] {
            let message = refused(|config, own| set(config, own, value));
            assert!(message.starts_with(name), "{name} = {value}: {message}");
        }
    }
    for (name, zero) in [
        ("cortex.units", (|config, _| config.cortex.units = 0) as fn(&mut BrainConfig, &mut BasalGangliaConfig)),
        ("cortex.layers", |config, _| config.cortex.layers = 0),
        ("cortex.layers", |config, _| config.cortex.layers = 1_000_000),
        ("senses.memory", |config, _| config.senses.memory = 0.0),
        ("basal_ganglia.policy_rate", |_, own| own.policy_rate = 0.0),
        ("basal_ganglia.error_memory", |_, own| own.error_memory = 0.0),
        ("basal_ganglia.reward_memory", |_, own| own.reward_memory = 0.0),
    ] {
        let message = refused(zero);
        assert!(message.starts_with(name), "{name}: {message}");
    }
}

#[test]
fn every_setting_of_the_cerebellum_refuses_what_is_not_a_number_or_out_of_range() {
    type Setting = fn(&mut CerebellumConfig, f64);
    let settings: [(&str, Setting); 29] = [
        ("climbing_fibre.saturation", |own, value| own.climbing_fibre.saturation = value),
        ("granule.coding_level", |own, value| own.granule.coding_level = value),
        ("feedback_error.fast.retention", |own, value| own.feedback_error.as_mut().unwrap().fast.retention = value),
        ("feedback_error.fast.rate", |own, value| own.feedback_error.as_mut().unwrap().fast.rate = value),
        ("feedback_error.slow.retention", |own, value| own.feedback_error.as_mut().unwrap().slow.retention = value),
        ("feedback_error.failure", |own, value| own.feedback_error.as_mut().unwrap().failure = value),
        ("feedback_error.sensitivity.largest", |own, value| {
            own.feedback_error.as_mut().unwrap().sensitivity.largest = value
        }),
        ("feedback_error.sensitivity.rate", |own, value| own.feedback_error.as_mut().unwrap().sensitivity.rate = value),
        ("feedback_error.slow.rate", |own, value| own.feedback_error.as_mut().unwrap().slow.rate = value),
        ("feedback_error.delay", |own, value| own.feedback_error.as_mut().unwrap().delay = value),
        ("model_reference.reference_memory", |own, value| {
            own.model_reference.as_mut().unwrap().reference_memory = value
        }),
        ("model_reference.memory", |own, value| own.model_reference.as_mut().unwrap().memory = value),
        ("model_reference.arming", |own, value| own.model_reference.as_mut().unwrap().arming = value),
        ("model_reference.window", |own, value| own.model_reference.as_mut().unwrap().window = value),
        ("model_reference.adoption", |own, value| own.model_reference.as_mut().unwrap().adoption = value),
        ("sensory_prediction.noise", |own, value| own.sensory_prediction.as_mut().unwrap().noise = value),
        ("sensory_prediction.prior", |own, value| own.sensory_prediction.as_mut().unwrap().prior = value),
        ("sensory_prediction.memory", |own, value| own.sensory_prediction.as_mut().unwrap().memory = value),
        ("sensory_prediction.tolerance", |own, value| own.sensory_prediction.as_mut().unwrap().tolerance = value),
        ("sensory_prediction.ridge", |own, value| own.sensory_prediction.as_mut().unwrap().ridge = value),
        ("sensory_prediction.plasticity", |own, value| own.sensory_prediction.as_mut().unwrap().plasticity = value),
        ("goal_reach.time", |own, value| own.goal_reach.as_mut().unwrap().time = value),
        ("goal_reach.ridge", |own, value| own.goal_reach.as_mut().unwrap().ridge = value),
        ("goal_reach.leeway", |own, value| own.goal_reach.as_mut().unwrap().leeway = value),
        ("goal_reach.memory", |own, value| own.goal_reach.as_mut().unwrap().memory = value),
        ("model_reference.prior", |own, value| own.model_reference.as_mut().unwrap().prior = value),
        ("model_reference.surprise", |own, value| own.model_reference.as_mut().unwrap().surprise = value),
        ("model_reference.authority", |own, value| own.model_reference.as_mut().unwrap().authority = value),
        ("model_reference.ridge", |own, value| own.model_reference.as_mut().unwrap().ridge = value),
    ];
    let refused = |change: &dyn Fn(&mut CerebellumConfig)| {
        let mut own = CerebellumConfig::default();
        change(&mut own);
        BrainConfig { cerebellum: Some(own), ..BrainConfig::default() }.validate().unwrap_err().field
    };
    for (name, set) in settings {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.5, 1e12] {
            assert_eq!(refused(&|own| set(own, value)), format!("cerebellum.{name}"), "{value}");
        }
    }
    type Change = fn(&mut CerebellumConfig);
    let counts: [(&str, Change); 7] = [
        ("action_gradient", |own| own.action_gradient = f64::NAN),
        ("action_gradient", |own| own.action_gradient = -10.5),
        ("granule.units", |own| own.granule.units = usize::MAX),
        ("granule.inputs", |own| own.granule.inputs = 0),
        ("model_reference.contexts", |own| own.model_reference.as_mut().unwrap().contexts = 1),
        ("model_reference.proprioceptors", |own| own.model_reference.as_mut().unwrap().proprioceptors = 0),
        ("model_reference.proprioceptors", |own| own.model_reference.as_mut().unwrap().proprioceptors = usize::MAX),
    ];
    for (name, change) in counts {
        assert_eq!(refused(&change), format!("cerebellum.{name}"));
    }
}

#[test]
fn a_shape_that_no_body_has_is_refused() {
    let input = |typical| Input { name: "angle".into(), typical, role: Role::Body };
    let refused = |observations: Vec<Input>, actions| {
        let shape = AgentShape { observations, actions, control_interval: 0.01, percepts: Vec::new() };
        Brain::new(&BrainConfig::default(), &shape, 0).unwrap_err().field
    };
    assert_eq!(refused(vec![], 1), "shape.observations");
    assert_eq!(refused(vec![input(1.0)], 0), "shape.actions");
    assert_eq!(refused(vec![input(1.0)], 5000), "shape.actions");
    for typical in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert_eq!(refused(vec![input(1.0), input(typical)], 1), "shape.observations[1].typical");
    }
}
