//! A population that steers a cursor through decoders it does not know.

use super::vectors::lengths;
use super::*;
use crate::agent::{Input, Transition};
use crate::state::State;

const UNITS: usize = 40;

fn shape() -> AgentShape {
    let input = |name: &str, role| Input { name: name.into(), typical: 1.0, role };
    AgentShape {
        observations: vec![
            input("aim x", Role::Aim { axis: 0 }),
            input("aim y", Role::Aim { axis: 1 }),
            input("error x", Role::Error { axis: 0 }),
            input("error y", Role::Error { axis: 1 }),
        ],
        actions: UNITS,
        control_interval: 0.045,
        percepts: Vec::new(),
    }
}

const BOTH: Teachers = Teachers { error: 1.0, reward: 1.0 };

fn cortex(config: &MotorCortexConfig, teachers: Teachers) -> MotorCortex {
    MotorCortex::new(config, &shape(), teachers, 7).unwrap()
}

/// A world in which a decoder turns activity into velocity at once, and the aim goes round eight directions, each for a trial.
struct World {
    decoder: [Vec<f32>; 2],
    trial: usize,
}

impl World {
    /// A decoder that suits a cortex, turned by some degrees.
    fn of(cortex: &MotorCortex, degrees: f32) -> World {
        let mut cortex = cortex.clone();
        let mut action = vec![0.0; UNITS];
        let mut decoder = [vec![0.0; UNITS], vec![0.0; UNITS]];
        for index in 0..64 {
            let d = aim(index);
            cortex.act(&[d[0], d[1], 0.0, 0.0], false, &mut action);
            for (unit, action) in action.iter().enumerate() {
                decoder[0][unit] += d[0] * (action - cortex.baselines[unit]) / 64.0;
                decoder[1][unit] += d[1] * (action - cortex.baselines[unit]) / 64.0;
            }
        }
        let mut gain = 0.0;
        for index in 0..64 {
            let d = aim(index);
            cortex.act(&[d[0], d[1], 0.0, 0.0], false, &mut action);
            let v = decode(&decoder, &action, &cortex.baselines);
            gain += (v[0] * d[0] + v[1] * d[1]) / 64.0;
        }
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let turned = |unit: usize| {
            let (x, y) = (decoder[0][unit] / gain, decoder[1][unit] / gain);
            (cosine * x - sine * y, sine * x + cosine * y)
        };
        let rows: Vec<(f32, f32)> = (0..UNITS).map(turned).collect();
        World { decoder: [rows.iter().map(|row| row.0).collect(), rows.iter().map(|row| row.1).collect()], trial: 0 }
    }

    /// One trial of twenty steps; gives the mean error.
    fn trial(&mut self, cortex: &mut MotorCortex, learning: bool) -> f32 {
        let d = aim(8 * self.trial);
        self.trial += 1;
        let (mut action, mut e, mut missed) = (vec![0.0; UNITS], [0.0; 2], 0.0);
        for step in 0..20 {
            let observation = [d[0], d[1], e[0], e[1]];
            cortex.act(&observation, learning, &mut action);
            let v = decode(&self.decoder, &action, &cortex.baselines);
            e = [d[0] - v[0], d[1] - v[1]];
            missed += (e[0] * e[0] + e[1] * e[1]).sqrt() / 20.0;
            if learning {
                cortex.learn(&Transition {
                    observation: &observation,
                    action: &action,
                    reward: v[0] * d[0] + v[1] * d[1],
                    next_observation: &[d[0], d[1], e[0], e[1]],
                    terminated: step == 19,
                    truncated: false,
                });
            }
        }
        missed
    }

    /// Mean error without noise and learning, over eight directions.
    fn missed(&mut self, cortex: &MotorCortex) -> f32 {
        let mut cortex = cortex.clone();
        (0..8).map(|_| self.trial(&mut cortex, false) / 8.0).sum()
    }
}

fn aim(index: usize) -> [f32; 2] {
    let angle = std::f32::consts::TAU * index as f32 / 64.0;
    [angle.cos(), angle.sin()]
}

fn decode(decoder: &[Vec<f32>; 2], action: &[f32], baselines: &[f32]) -> [f32; 2] {
    [0, 1].map(|axis| {
        let rates = action.iter().zip(baselines).zip(&decoder[axis]);
        rates.map(|((action, baseline), weight)| weight * (action - baseline)).sum()
    })
}

fn state(cortex: &MotorCortex) -> State {
    let mut state = State::new();
    cortex.save(&mut state.writer());
    state
}

#[test]
fn without_exploring_nothing_of_it_changes_and_activity_is_that_of_the_aim() {
    let mut cortex = cortex(&MotorCortexConfig::default(), BOTH);
    let (mut one, mut again, mut other) = (vec![0.0; UNITS], vec![0.0; UNITS], vec![0.0; UNITS]);
    cortex.act(&[1.0, 0.0, 0.3, 0.1], false, &mut one);
    let generator = cortex.generator.clone();
    cortex.act(&[0.0, 1.0, 0.0, 0.0], false, &mut other);
    // Neither the length of the aim nor the error has a say.
    cortex.act(&[2.0, 0.0, 0.0, 0.0], false, &mut again);
    assert_eq!(one, again);
    assert_ne!(one, other);
    assert_eq!(cortex.generator, generator);
}

#[test]
fn a_guess_between_trying_and_learning_leaves_no_mark() {
    let mut one = cortex(&MotorCortexConfig::default(), BOTH);
    let mut other = one.clone();
    let (mut action, mut guess) = (vec![0.0; UNITS], vec![0.0; UNITS]);
    for step in 0..60 {
        let d = aim(step);
        let observation = [d[0], d[1], 0.2, -0.1];
        one.act(&observation, true, &mut action);
        other.act(&observation, true, &mut action);
        other.act(&[-d[1], d[0], 0.0, 0.0], false, &mut guess);
        let transition = Transition {
            observation: &observation,
            action: &action,
            reward: (step as f32).sin(),
            next_observation: &observation,
            terminated: step % 20 == 19,
            truncated: false,
        };
        one.learn(&transition);
        other.learn(&transition);
    }
    assert!(state(&one) == state(&other));
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let text = serde_json::to_value(MotorCortexConfig::default()).unwrap();
    let numbers = text.as_object().unwrap().iter().flat_map(|(name, value)| match value.as_object() {
        Some(inner) => inner.keys().map(|key| (name.clone(), Some(key.clone()))).collect::<Vec<_>>(),
        None => vec![(name.clone(), None)],
    });
    for (name, inner) in numbers {
        for bad in [-1.0, 1e9] {
            let mut altered = text.clone();
            let slot = match &inner {
                Some(inner) => &mut altered[&name][inner],
                None => &mut altered[&name],
            };
            *slot = if slot.is_u64() { if bad < 0.0 { 0.into() } else { 1_000_000_000.into() } } else { bad.into() };
            let config: MotorCortexConfig = serde_json::from_value(altered).unwrap();
            assert!(config.validate().is_err(), "{name} {inner:?}: {bad}");
        }
    }
    // A decoder for other units than there are.
    let exact = Some([vec![0.1; UNITS - 1], vec![0.1; UNITS]]);
    let config = MotorCortexConfig { exact, ..MotorCortexConfig::default() };
    let error = config.validate_for(UNITS).unwrap_err().to_string();
    assert_eq!(error, "motor_cortex.exact: expected a value from 40 to 40, found 39");
    let whole = crate::BrainConfig { motor_cortex: Some(config), ..crate::BrainConfig::default() };
    assert!(crate::Brain::new(&whole, &shape(), 7).is_err());
}

#[test]
fn rates_are_by_hand_what_the_equations_say() {
    let config = MotorCortexConfig { latents: 2, directions: 4, ..MotorCortexConfig::default() };
    let mut cortex = cortex(&config, BOTH);
    let mut action = vec![0.0; UNITS];
    cortex.act(&[0.6, 0.8, 0.0, 0.0], false, &mut action);
    let code: Vec<f64> = [0.6, 0.8, -0.6, -0.8].map(|cosine: f64| (2.0 * (cosine - 1.0)).exp()).to_vec();
    for unit in [0, 17, 39] {
        let mut rate = f64::from(cortex.baselines[unit]);
        for latent in 0..2 {
            let driven: f64 = (0..4).map(|p| f64::from(cortex.association[4 * latent + p]) * code[p]).sum();
            rate += f64::from(cortex.weights[UNITS * latent + unit]) * 2.2 * (driven / 2.2).tanh();
        }
        assert!((f64::from(action[unit]) - rate.max(-1.0)).abs() < 1e-5, "{unit}");
    }
    let lengths = lengths(&cortex.weights, UNITS);
    assert!(lengths.iter().all(|length| (length - 0.32).abs() < 1e-5));
}

#[test]
fn the_forward_model_finds_the_velocity_that_latents_cause() {
    // At once, and with nothing but shared noise: what the latents cause is the decoder times the weights.
    let config = MotorCortexConfig { memory: 0.0, unit_noise: 0.0, baseline: 0.0, ..MotorCortexConfig::default() };
    let mut cortex = cortex(&config, Teachers { error: 1.0, reward: 0.0 });
    cortex.config.error.rate = 0.0;
    let mut world = World::of(&cortex, 0.0);
    for _ in 0..400 {
        world.trial(&mut cortex, true);
    }
    let (mut off, mut whole) = (0.0, 0.0);
    for axis in 0..2 {
        for latent in 0..10 {
            let row = &cortex.weights[UNITS * latent..][..UNITS];
            let caused: f32 = row.iter().zip(&world.decoder[axis]).map(|(weight, decoder)| weight * decoder).sum();
            off += (caused - cortex.forward[10 * axis + latent]).powi(2);
            whole += caused * caused;
        }
    }
    assert!((off / whole).sqrt() < 0.05, "{}", (off / whole).sqrt());
}

#[test]
fn error_teaches_a_turned_decoder_and_without_its_teacher_it_does_not() {
    let learned = |teachers: Teachers| {
        let mut cortex = cortex(&MotorCortexConfig::default(), teachers);
        World::of(&cortex, 0.0).trial(&mut cortex, true);
        let mut world = World::of(&cortex, 40.0);
        let before = world.missed(&cortex);
        for _ in 0..400 {
            world.trial(&mut cortex, true);
        }
        world.missed(&cortex) / before
    };
    let (both, no_error) = (learned(BOTH), learned(Teachers { error: 0.0, ..BOTH }));
    // The leak holds it from going all the way.
    assert!(both < 0.85, "{both}");
    assert!(no_error > 0.95, "{no_error}");
}

#[test]
fn reward_and_own_noise_change_units_and_without_dopamine_they_stay() {
    let changed = |teachers: Teachers| {
        let mut cortex = cortex(&MotorCortexConfig::default(), teachers);
        let mut world = World::of(&cortex, 0.0);
        for _ in 0..50 {
            world.trial(&mut cortex, true);
        }
        // Along the decoder's own weights, turned as the aim is: more of what moves the cursor towards it.
        cortex.fast.iter().map(|weight| weight * weight).sum::<f32>()
    };
    assert!(changed(BOTH) > 0.0);
    assert_eq!(changed(Teachers { reward: 0.0, ..BOTH }), 0.0);
}

#[test]
fn a_night_after_error_that_remained_changes_units_and_keeps_their_lengths() {
    let mut config = MotorCortexConfig::default();
    config.night.threshold = 2.0;
    let mut cortex = cortex(&config, BOTH);
    let mut world = World::of(&cortex, 0.0);
    for _ in 0..100 {
        world.trial(&mut cortex, true);
    }
    cortex.sleep();
    let before = cortex.weights.clone();
    let mut turned = World::of(&cortex, 70.0);
    for _ in 0..200 {
        turned.trial(&mut cortex, true);
    }
    let associated = cortex.association.clone();
    assert!(cortex.weights == before, "weights change only at night");
    cortex.sleep();
    assert!(cortex.weights != before, "a night after error changes weights");
    let lengths = lengths(&cortex.weights, UNITS);
    assert!(lengths.iter().all(|length| (length - 0.32).abs() < 1e-4));
    for ((now, evening), native) in cortex.association.iter().zip(&associated).zip(&cortex.native) {
        assert!((now - native - 0.2 * (evening - native)).abs() < 1e-6);
    }
    assert!(cortex.fast.iter().chain(&cortex.tagged).all(|weight| *weight == 0.0));
    // A night after a day without trials changes nothing.
    let rested = cortex.weights.clone();
    cortex.sleep();
    let off = cortex.weights.iter().zip(&rested).map(|(now, before)| (now - before).abs()).fold(0.0, f32::max);
    assert!(off < 1e-6, "{off}");
}

#[test]
fn saved_and_loaded_it_goes_on_as_if_never_interrupted() {
    let mut one = cortex(&MotorCortexConfig::default(), BOTH);
    let mut world = World::of(&one, 30.0);
    for _ in 0..30 {
        world.trial(&mut one, true);
    }
    one.lesion("cerebellum", 0.25);
    let mut other = MotorCortex::new(&MotorCortexConfig::default(), &shape(), BOTH, 8).unwrap();
    other.load(&mut state(&one).reader()).unwrap();
    let mut again = World { decoder: world.decoder.clone(), trial: world.trial };
    for _ in 0..10 {
        assert_eq!(world.trial(&mut one, true).to_bits(), again.trial(&mut other, true).to_bits());
    }
    assert_eq!(state(&one), state(&other));
}

#[test]
fn observations_that_are_no_numbers_do_no_damage() {
    let mut cortex = cortex(&MotorCortexConfig::default(), BOTH);
    let mut action = vec![0.0; UNITS];
    for value in [f32::NAN, f32::INFINITY, 1e30, -1e30] {
        let observation = [value; 4];
        cortex.act(&observation, true, &mut action);
        assert!(action.iter().all(|action| action.is_finite()));
        cortex.learn(&Transition {
            observation: &observation,
            action: &action,
            reward: value,
            next_observation: &observation,
            terminated: false,
            truncated: true,
        });
    }
    cortex.sleep();
    cortex.act(&[1.0, 0.0, 0.0, 0.0], true, &mut action);
    assert!(action.iter().all(|action| action.is_finite()), "{action:?}");
    assert!(cortex.arrays().iter().all(|(_, array)| array.iter().all(|value| value.is_finite())));
}
