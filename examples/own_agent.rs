//! An agent of one's own in the whole program:
//! `cargo run --release --example own_agent -- train cycling/flat-v0 --agent climber`.
//!
//! It climbs hills: a linear policy is changed at random for an episode, and the change is kept if the episode went at
//! least as well as the best so far.

use etude::agents::{Agent, AgentShape, State, StateError, Transition};
use etude::envs::{Rng, Seed};
use rand::RngExt;

#[derive(Clone)]
struct Climber {
    /// Typical magnitude of each observation.
    typical: Vec<f32>,
    /// One row of weights per action.
    best: Vec<f32>,
    tried: Vec<f32>,
    best_return: f32,
    running_return: f32,
    seed: u64,
    episode: u64,
}

impl Climber {
    fn new(shape: &AgentShape, seed: u64) -> Self {
        let weights = vec![0.0; shape.observations.len() * shape.actions];
        Self {
            typical: shape.observations.iter().map(|input| input.typical).collect(),
            best: weights.clone(),
            tried: weights,
            best_return: f32::MIN,
            running_return: 0.0,
            seed,
            episode: 0,
        }
    }
}

impl Agent for Climber {
    fn act(&mut self, observation: &[f32], explore: bool, action: &mut [f32]) {
        let weights = if explore { &self.tried } else { &self.best };
        for (value, row) in action.iter_mut().zip(weights.chunks(observation.len())) {
            let terms = row.iter().zip(observation).zip(&self.typical);
            *value = terms.map(|((weight, seen), typical)| weight * seen / typical).sum();
        }
    }

    fn learn(&mut self, transition: &Transition<'_>) {
        self.running_return += transition.reward;
        if transition.terminated || transition.truncated {
            if self.running_return >= self.best_return {
                self.best_return = self.running_return;
                self.best.copy_from_slice(&self.tried);
            }
            self.running_return = 0.0;
            self.episode += 1;
            let mut rng: Rng = Seed(self.seed).fan("episode", self.episode).rng();
            for (tried, best) in self.tried.iter_mut().zip(&self.best) {
                *tried = best + rng.random_range(-0.3..=0.3);
            }
        }
    }

    fn save(&self, state: &mut State) {
        let mut writer = state.writer();
        writer.put_f32("best", &self.best);
        writer.put_f32("tried", &self.tried);
        writer.put_f32("returns", &[self.best_return, self.running_return]);
        writer.put_u64("episode", &[self.episode]);
    }

    fn load(&mut self, state: &State) -> Result<(), StateError> {
        let (mut returns, mut episode) = ([0.0; 2], [0]);
        let mut reader = state.reader();
        reader.get_f32("best", &mut self.best)?;
        reader.get_f32("tried", &mut self.tried)?;
        reader.get_f32("returns", &mut returns)?;
        reader.get_u64("episode", &mut episode)?;
        [self.best_return, self.running_return] = returns;
        [self.episode] = episode;
        reader.finish()
    }

    fn clone_agent(&self) -> Box<dyn Agent> {
        Box::new(self.clone())
    }
}

fn main() -> std::process::ExitCode {
    etude::Program::new().agent("climber", Climber::new).run()
}
