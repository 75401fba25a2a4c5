//! Dopamine in conditioning: cues and rewards that are independent of the agent's actions.
//!
//! The agent observes the time since the cue as a tapped delay line, with one input per step and cue (complete serial
//! compound, Schultz, Dayan & Montague 1997). A trial is an episode: a pause of random length, the cue, a delay, the
//! outcome. All numbers are the agent's own signals, in units of reward; an agent without these signals shows no
//! response.

use super::setting::Setting;
use crate::stats::mean;
use anyhow::{Result, anyhow};
use etude_agents::{Agent, AgentShape, BasalGangliaConfig, Input, Role, Transition};
use etude_envs::{Rng, Seed};
use rand::RngExt;

/// Number of steps from cue to outcome.
pub const DELAY: usize = 10;
/// Duration of a step, in s.
const INTERVAL: f64 = 0.05;
/// Probability per step that the pause ends.
const PAUSE_ENDS: f64 = 0.01;

/// Discount γ of an agent; that of the default brain if it has none.
pub fn discount(setting: &Setting<'_>) -> f64 {
    let config = setting.agent.brain().and_then(|brain| brain.basal_ganglia.as_ref());
    let horizon = config.map_or(BasalGangliaConfig::default().horizon, |own| own.horizon);
    (-INTERVAL / horizon).exp()
}

/// An agent in conditioning.
pub struct Conditioning {
    agent: Box<dyn Agent>,
    /// Generator of pauses, cues and rewards.
    pub rng: Rng,
    cues: usize,
    seen: Vec<f32>,
    next: Vec<f32>,
    /// Scaled reward per reward in the last trial.
    scale: f64,
}

/// Dopamine in a trial: δ on the step of the cue, and on those that follow.
pub struct Response {
    /// δ at the cue, then at each step after it; the outcome is at [`DELAY`].
    pub raw: Vec<f64>,
    /// The gain-adapted δ at the outcome.
    pub adapted: f64,
}

impl Response {
    /// δ at the cue.
    pub fn cue(&self) -> f64 {
        self.raw[0]
    }

    /// δ at the outcome.
    pub fn outcome(&self) -> f64 {
        self.raw[DELAY]
    }
}

impl Conditioning {
    /// A naive agent, with that number of cues.
    ///
    /// # Errors
    /// An agent that does not fit the observations.
    pub fn new(setting: &Setting<'_>, cues: usize, subject: Seed) -> Result<Conditioning> {
        let observations = cues * (DELAY + 2);
        let input = |index| Input { name: format!("tap {index}"), typical: 1.0, role: Role::World };
        let shape = AgentShape {
            observations: (0..observations).map(input).collect(),
            actions: 1,
            control_interval: INTERVAL,
            percepts: Vec::new(),
        };
        let made = setting.agent.make_for(&shape, subject.fan("agent", 0));
        let agent = made.map_err(|error| anyhow!("agent `{}` cannot be conditioned: {error}", setting.agent.name()))?;
        Ok(Conditioning {
            agent,
            rng: subject.fan("conditioning", 0).rng(),
            cues,
            seen: vec![0.0; observations],
            next: vec![0.0; observations],
            scale: 1.0,
        })
    }

    /// A copy in the same state, to test what would happen next.
    pub fn copy(&self) -> Conditioning {
        Conditioning {
            agent: self.agent.clone_agent(),
            rng: self.rng.clone(),
            seen: self.seen.clone(),
            next: self.next.clone(),
            ..*self
        }
    }

    /// One trial: a cue, and its outcome `DELAY` steps later.
    pub fn trial(&mut self, cue: usize, reward: f32) -> Response {
        let mut pause: usize = 1;
        while self.rng.random::<f64>() >= PAUSE_ENDS {
            pause += 1;
        }
        let mut response = Response { raw: Vec::new(), adapted: 0.0 };
        self.seen.fill(0.0);
        // The last step follows the outcome, to show late responses.
        let last = pause + DELAY + 1;
        for step in 0..=last {
            self.next.fill(0.0);
            // Tap 0 is the cue itself.
            if let Some(tap) = (step + 1).checked_sub(pause).filter(|&tap| tap <= DELAY + 1) {
                self.next[cue * (DELAY + 2) + tap] = 1.0;
            }
            let earned = if step + 1 == pause + DELAY { reward } else { 0.0 };
            let mut action = [0.0];
            self.agent.act(&self.seen, true, &mut action);
            self.agent.learn(&Transition {
                observation: &self.seen,
                action: &action,
                reward: earned,
                next_observation: &self.next,
                terminated: step == last,
                truncated: false,
            });
            let (mut raw, mut adapted) = (0.0, 0.0);
            self.agent.signals(&mut |name, value| match name {
                "dopamine" => raw = f64::from(value),
                "dopamine_adapted" => adapted = f64::from(value),
                "reward_scale" => self.scale = f64::from(value),
                _ => {}
            });
            if step + 1 >= pause {
                response.raw.push(if self.scale > 0.0 { raw / self.scale } else { 0.0 });
            }
            if step + 1 == pause + DELAY {
                response.adapted = adapted;
            }
            std::mem::swap(&mut self.seen, &mut self.next);
        }
        response
    }

    /// True with this probability.
    pub fn draw(&mut self, chance: f64) -> bool {
        self.rng.random::<f64>() < chance
    }

    /// One of the cues, with equal probabilities.
    pub fn any_cue(&mut self) -> usize {
        self.rng.random_range(0..self.cues)
    }
}

/// Pearson's correlation.
pub fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let (centre_x, centre_y) = (mean(x), mean(y));
    let (mut product, mut square_x, mut square_y) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        product += (x - centre_x) * (y - centre_y);
        square_x += (x - centre_x).powi(2);
        square_y += (y - centre_y).powi(2);
    }
    product / (square_x * square_y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_are_those_worked_out_by_hand() {
        assert!((correlation(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]) - 1.0).abs() < 1e-12);
        // Deviations -1, 0, 1 and -1, 2, -1.
        assert!(correlation(&[1.0, 2.0, 3.0], &[0.0, 3.0, 0.0]).abs() < 1e-12);
        assert!((correlation(&[0.0, 1.0, 2.0], &[0.0, 2.0, 1.0]) - 0.5).abs() < 1e-12);
    }
}
