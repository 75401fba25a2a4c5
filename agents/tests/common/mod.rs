//! A small body to practise with, and helpers shared by the tests.
#![allow(dead_code, reason = "every test program uses its own part of it")]

use etude_agents::{
    Agent, AgentShape, Brain, BrainConfig, CommandConfig, Goal, Input, Percept, Role, State, SynapsesConfig, Transition,
};

/// Time of a step, in s.
pub const INTERVAL: f64 = 1.0 / 60.0;

pub fn shape(observations: usize, actions: usize) -> AgentShape {
    shape_of(&vec![Role::World; observations], actions)
}

pub fn shape_of(roles: &[Role], actions: usize) -> AgentShape {
    let input = |(index, &role)| Input { name: format!("input {index}"), typical: 1.0, role };
    AgentShape {
        observations: roles.iter().enumerate().map(input).collect(),
        actions,
        control_interval: INTERVAL,
        percepts: Vec::new(),
    }
}

/// A small brain for the body below.
pub fn brain(seed: u64) -> Brain {
    brain_for(&[Role::World; 3], seed)
}

/// The same, told what the three observed numbers are. Its cerebellum notices changes early and forgets fast; where it is
/// guided by feedback, its synapses come and go and its command goes through units.
pub fn brain_for(roles: &[Role; 3], seed: u64) -> Brain {
    let mut shape = shape_of(roles, 2);
    if roles == &ROLES[1] {
        shape.percepts = vec![percept()];
    }
    Brain::new(&config_for(roles), &shape, seed).unwrap()
}

/// Its settings.
pub fn config_for(roles: &[Role; 3]) -> BrainConfig {
    let mut config = BrainConfig::default();
    config.cortex.units = 10;
    config.senses.memory = 50.0 * INTERVAL;
    let cerebellum = config.cerebellum.as_mut().unwrap();
    cerebellum.granule.units = 16;
    cerebellum.granule.coding_level = 0.3;
    cerebellum.climbing_fibre.binary = true;
    cerebellum.feedback_error.as_mut().unwrap().delay = INTERVAL;
    cerebellum.model_reference.as_mut().unwrap().arming = 100.0 * INTERVAL;
    cerebellum.model_reference.as_mut().unwrap().surprise = 1.5;
    if roles == &ROLES[2] {
        let synapses = SynapsesConfig { native: 0.4, turnover: 0.05, memory: 4.0, ..SynapsesConfig::default() };
        cerebellum.feedback_error.as_mut().unwrap().synapses = Some(synapses);
        let command = CommandConfig { units: 16, noise: 0.02, ..CommandConfig::default() };
        config.motor_cortex.as_mut().unwrap().command = Some(command);
    }
    config
}

/// What the body's numbers can be taken for: nothing to learn error from, proprioceptors, or a desired place with the
/// feedback commands of both actions.
pub const ROLES: [[Role; 3]; 3] =
    [[Role::World; 3], [Role::Body; 3], [Role::Desired, Role::Feedback { action: 0 }, Role::Feedback { action: 1 }]];

/// A sense of the third number, there while the first is above 0, that follows from the other two.
pub fn percept() -> Percept {
    let goals = vec![Goal { values: vec![0], offsets: vec![0.1], due: None }];
    Percept { values: vec![2], present: 0, limb: vec![0, 1], goals }
}

/// All that an agent saves.
pub fn saved(agent: &dyn Agent) -> State {
    let mut state = State::new();
    agent.save(&mut state);
    state
}

pub fn signal(agent: &dyn Agent, wanted: &str) -> f32 {
    let mut found = None;
    agent.signals(&mut |name, value| {
        if name == wanted {
            found = Some(value);
        }
    });
    found.unwrap()
}

/// A point that two forces push about; it ends far out, or after 40 steps.
#[derive(Clone)]
pub struct Body {
    state: [f32; 3],
    pub action: [f32; 2],
    step: usize,
    start: f32,
}

impl Body {
    pub fn new(seed: u64) -> Body {
        let start = (seed % 7) as f32 * 0.1;
        Body { state: [start, -start, 0.0], action: [0.0; 2], step: 0, start }
    }

    pub fn act(&mut self, agent: &mut dyn Agent) {
        agent.act(&self.state, true, &mut self.action);
    }

    pub fn learn(&mut self, agent: &mut dyn Agent) {
        let before = self.state;
        let [x, speed, phase] = before;
        let force = self.action[0].clamp(-1.0, 1.0);
        self.state = [x + 0.3 * speed, 0.9 * speed + 0.3 * force, phase + 0.1 * self.action[1].clamp(-1.0, 1.0)];
        self.step += 1;
        let terminated = self.state[0].abs() > 2.0;
        let truncated = !terminated && self.step.is_multiple_of(40);
        agent.learn(&Transition {
            observation: &before,
            action: &self.action,
            reward: 1.0 - self.state[0].powi(2) - self.state[2].powi(2),
            next_observation: &self.state,
            terminated,
            truncated,
        });
        if terminated || truncated {
            self.state = [self.start, -self.start, 0.0];
        }
    }

    /// Practises and returns all actions.
    pub fn practise(&mut self, agent: &mut dyn Agent, steps: usize) -> Vec<[f32; 2]> {
        let step = |_| {
            self.act(agent);
            self.learn(agent);
            self.action
        };
        (0..steps).map(step).collect()
    }
}
