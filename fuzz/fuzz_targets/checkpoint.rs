//! Checkpoints: any bytes are one or an error, and any numbers in one are those of an agent that can go on, or an error.
#![no_main]

use etude::agents::{Agent, AgentShape, Brain, BrainConfig, Input, Percept, Role, State, Tensor, Transition};
use etude::run::checkpoint::Checkpoint;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// A small brain with all its parts, and what it saves.
static BRAIN: LazyLock<(Brain, State)> = LazyLock::new(|| {
    let roles = [Role::World, Role::Body, Role::Desired, Role::Feedback { action: 0 }, Role::ErrorShown];
    let input = |role| Input { name: "x".into(), typical: 1.0, role };
    let shape = AgentShape {
        observations: roles.into_iter().map(input).collect(),
        actions: 1,
        control_interval: 0.01,
        percepts: vec![Percept { values: vec![0], present: 1, limb: vec![1], goals: Vec::new() }],
    };
    let mut config = BrainConfig::default();
    config.cortex.units = 4;
    let brain = Brain::new(&config, &shape, 0).expect("it makes sense");
    let mut state = State::new();
    brain.save(&mut state);
    (brain, state)
});

fuzz_target!(|bytes: &[u8]| {
    let _ = Checkpoint::from_bytes(bytes);
    // A checksum keeps most of the above out; this goes on behind it.
    let (brain, saved) = &*BRAIN;
    let mut altered = State::new();
    let mut edits = bytes.chunks_exact(12);
    let edit = edits.next().unwrap_or(&[0; 12]);
    let chosen = edit[0] as usize % saved.len();
    for (index, (name, tensor)) in saved.iter().enumerate() {
        let mut tensor = tensor.clone();
        if index == chosen {
            alter(&mut tensor, edit);
        }
        altered.insert(name, tensor);
    }
    let mut brain = brain.clone();
    if brain.load(&altered).is_err() {
        return;
    }
    let (seen, mut action) = ([0.1; 5], [0.0]);
    for ended in [false, true, false] {
        brain.act(&seen, true, &mut action);
        brain.learn(&Transition {
            observation: &seen,
            action: &action,
            reward: 1.0,
            next_observation: &seen,
            terminated: ended,
            truncated: false,
        });
    }
    brain.act(&seen, false, &mut action);
});

/// Another number somewhere, or another length.
fn alter(tensor: &mut Tensor, edit: &[u8]) {
    let at = u16::from_le_bytes([edit[1], edit[2]]) as usize;
    let number = u64::from_le_bytes([edit[4], edit[5], edit[6], edit[7], edit[8], edit[9], edit[10], edit[11]]);
    match tensor {
        Tensor::F32(values) => put(values, at, f32::from_bits(number as u32), edit[3]),
        Tensor::F64(values) => put(values, at, f64::from_bits(number), edit[3]),
        Tensor::U64(values) => put(values, at, number, edit[3]),
    }
}

fn put<T>(values: &mut Vec<T>, at: usize, value: T, how: u8) {
    match how {
        0 => values.push(value),
        1 => drop(values.pop()),
        _ if values.is_empty() => {}
        _ => {
            let at = at % values.len();
            values[at] = value;
        }
    }
}
