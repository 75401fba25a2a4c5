//! Measures the time of one step of the brain, with and without its cerebellum, in three bodies:
//! `cargo run --release -p etude-agents --example cost [units] [layers]`.

use std::time::Instant;

use etude_agents::{Agent, AgentShape, Brain, BrainConfig, Input, ModelReferenceConfig, Role, Transition};

/// Time of a step, in s.
const INTERVAL: f64 = 1.0 / 60.0;

const STEPS: usize = 20_000;
const REPEATS: usize = 7;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut config = BrainConfig::default();
    let mut arguments = std::env::args().skip(1);
    if let Some(units) = arguments.next() {
        config.cortex.units = units.parse()?;
    }
    if let Some(layers) = arguments.next() {
        config.cortex.layers = layers.parse()?;
    }
    if let Some(cerebellum) = &mut config.cerebellum {
        cerebellum.model_reference = Some(ModelReferenceConfig { arming: 5000.0 * INTERVAL, ..Default::default() });
    }
    println!(
        "{} units x {} layers, microseconds per step, median of {REPEATS}:",
        config.cortex.units, config.cortex.layers
    );
    let without = BrainConfig { cerebellum: None, ..config.clone() };
    let steering: Vec<Role> = (0..23).map(|index| if index < 14 { Role::Body } else { Role::World }).collect();
    let fretting: Vec<Role> = (0..65).map(|index| if index < 48 { Role::Body } else { Role::World }).collect();
    let reaching: Vec<Role> = (0..17)
        .map(|index| match index {
            0..3 => Role::Feedback { action: index },
            3..9 => Role::Desired,
            _ => Role::Body,
        })
        .collect();
    let bodies = [("17 observed, 3 actions, feedback", reaching, 3), ("23, 5", steering, 5), ("65, 10", fretting, 10)];
    for (body, roles, actions) in bodies {
        let input = |(index, &role)| Input { name: format!("input {index}"), typical: 1.0, role };
        let shape = AgentShape {
            observations: roles.iter().enumerate().map(input).collect(),
            actions,
            control_interval: INTERVAL,
            percepts: Vec::new(),
        };
        let alone = measure(&mut Brain::new(&without, &shape, 1)?, &shape, 1.0);
        let mut brain = Brain::new(&config, &shape, 1)?;
        let whole = measure(&mut brain, &shape, 1.0);
        let changed = measure(&mut brain, &shape, -1.0);
        println!(
            "{body}: without cerebellum {alone:.2}, with it {whole:.2} ({:.2} x), after a change of body {changed:.2} ({:.2} x)",
            whole / alone,
            changed / alone
        );
    }
    Ok(())
}

fn measure(brain: &mut Brain, shape: &AgentShape, gain: f32) -> f64 {
    let mut times: Vec<f64> = (0..REPEATS).map(|repeat| practise(brain, shape, gain, repeat * STEPS)).collect();
    times.sort_by(f64::total_cmp);
    times[REPEATS / 2]
}

/// Practises in a body pushed by the actions, and returns microseconds per step.
fn practise(brain: &mut Brain, shape: &AgentShape, gain: f32, first: usize) -> f64 {
    let (inputs, actions) = (shape.observations.len(), shape.actions);
    let (mut observation, mut next, mut action) = (vec![0.0; inputs], vec![0.0; inputs], vec![0.0; actions]);
    let start = Instant::now();
    for step in first..first + STEPS {
        brain.act(&observation, true, &mut action);
        for (index, (next, before)) in next.iter_mut().zip(&observation).enumerate() {
            let phase = (step * (index + 3)) % 1009;
            let noise = phase as f32 / 504.5 - 1.0;
            *next = 0.9 * before + 0.1 * noise + 0.3 * gain * action[index % actions].clamp(-1.0, 1.0);
        }
        let reward = -(action[0] - observation[0]).powi(2);
        let terminated = step % 500 == 499;
        brain.learn(&Transition {
            observation: &observation,
            action: &action,
            reward,
            next_observation: &next,
            terminated,
            truncated: false,
        });
        std::mem::swap(&mut observation, &mut next);
    }
    start.elapsed().as_secs_f64() * 1e6 / STEPS as f64
}
