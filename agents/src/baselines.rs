//! The agents that every learner has to beat: one that does nothing and one that acts at random.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::agent::{Agent, Transition};
use crate::generator;
use crate::state::{State, StateError};

/// Every action is 0, and nothing is learned.
#[derive(Clone, Debug, Default)]
pub struct Idle;

impl Agent for Idle {
    fn act(&mut self, _observation: &[f32], _explore: bool, action: &mut [f32]) {
        action.fill(0.0);
    }

    fn learn(&mut self, _transition: &Transition<'_>) {}

    fn save(&self, _state: &mut State) {}

    fn load(&mut self, state: &State) -> Result<(), StateError> {
        state.reader().finish()
    }

    fn clone_agent(&self) -> Box<dyn Agent> {
        Box::new(self.clone())
    }
}

/// Every action is drawn independently and uniformly from [-1, 1), and nothing is learned. Without exploring, its
/// actions are drawn from a separate generator, so that they do not affect what it explores.
#[derive(Clone, Debug)]
pub struct Random {
    generator: ChaCha8Rng,
    guesses: ChaCha8Rng,
}

impl Random {
    /// An agent with its own generator.
    pub fn new(seed: u64) -> Random {
        let mut guesses = ChaCha8Rng::seed_from_u64(seed);
        guesses.set_stream(1);
        Random { generator: ChaCha8Rng::seed_from_u64(seed), guesses }
    }
}

impl Agent for Random {
    fn act(&mut self, _observation: &[f32], explore: bool, action: &mut [f32]) {
        let generator = if explore { &mut self.generator } else { &mut self.guesses };
        action.fill_with(|| generator.random_range(-1.0..1.0));
    }

    fn learn(&mut self, _transition: &Transition<'_>) {}

    fn repeatable(&self) -> bool {
        false
    }

    fn save(&self, state: &mut State) {
        generator::save(&self.generator, &mut state.writer());
    }

    fn load(&mut self, state: &State) -> Result<(), StateError> {
        let mut reader = state.reader();
        self.generator = generator::load(&mut reader)?;
        reader.finish()
    }

    fn clone_agent(&self) -> Box<dyn Agent> {
        Box::new(self.clone())
    }
}
