//! Measures what one step of the brain costs: `cargo run --release -p etude-agents --example cost [units] [layers]`.

use std::time::Instant;

use etude_agents::{Agent, AgentShape, Brain, BrainConfig, Input, Role, Transition};

const OBSERVATIONS: usize = 23;
const ACTIONS: usize = 5;
const STEPS: usize = 50_000;
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
    let input = |index| Input { name: format!("input {index}"), typical: 1.0, role: Role::World };
    let shape = AgentShape { observations: (0..OBSERVATIONS).map(input).collect(), actions: ACTIONS };
    let mut brain = Brain::new(&config, &shape, 1)?;
    let mut times: Vec<f64> = (0..REPEATS).map(|repeat| practise(&mut brain, repeat * STEPS)).collect();
    times.sort_by(f64::total_cmp);
    println!(
        "{} units x {} layers: act + learn {:.2} µs a step (median of {REPEATS}; {:.2} to {:.2})",
        config.cortex.units,
        config.cortex.layers,
        times[REPEATS / 2],
        times[0],
        times[REPEATS - 1]
    );
    Ok(())
}

/// Practises on a drifting signal and returns microseconds per step.
fn practise(brain: &mut Brain, first: usize) -> f64 {
    let observe = |step: usize, observation: &mut [f32; OBSERVATIONS]| {
        for (index, value) in observation.iter_mut().enumerate() {
            let phase = (step * (index + 3)) % 1009;
            *value = phase as f32 / 504.5 - 1.0;
        }
    };
    let (mut observation, mut next, mut action) = ([0.0; OBSERVATIONS], [0.0; OBSERVATIONS], [0.0; ACTIONS]);
    let start = Instant::now();
    observe(first, &mut observation);
    for step in first..first + STEPS {
        brain.act(&observation, true, &mut action);
        observe(step + 1, &mut next);
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
