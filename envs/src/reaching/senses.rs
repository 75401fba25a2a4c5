//! What is sensed of arm and cursor, which is late, and what follows from it for the present.
//!
//! The body knows what it has commanded since (an efference copy) and how its arm moves when nothing else acts on it, so that it
//! need not act on the past: the state estimate is what was sensed, brought forward by the arm's equations of motion (Miall &
//! Wolpert 1996, Neural Networks 9:1265). Of forces from outside in the meantime it knows nothing, and nothing of what the agent
//! adds to make up for them: where the one cancels the other, the estimate is right.

use super::dynamics::{Links, Motion};
use super::spec::ReachingSpec;
use bevy_rapier2d::rapier::prelude::Vector;
use std::collections::VecDeque;

/// All that there is to sense at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moment {
    /// The arm's motion.
    pub motion: Motion,
    /// Torques of the muscles, without their viscosity and noise, in N·m.
    pub torques: [f32; 2],
    /// Those of them that the controller's own commands have led to.
    pub efference: [f32; 2],
    /// Whether the cursor is shown.
    pub shown: bool,
    /// Place (m from the shoulder) and velocity (m/s) of the cursor, shown or not.
    pub cursor: [Vector; 2],
    /// What the plan adds to place (m) and velocity (m/s) of the hand.
    pub plan: [Vector; 2],
}

/// The last moments of a trial, as far back as the senses lag behind.
#[derive(Clone, Debug)]
pub struct Senses {
    links: Links,
    /// Time between two moments, in s.
    interval: f32,
    delay: usize,
    /// The oldest first; never empty.
    moments: VecDeque<Moment>,
}

impl Senses {
    /// The senses of an arm.
    pub fn new(spec: &ReachingSpec) -> Self {
        let delay = spec.delay_steps();
        let mut moments = VecDeque::with_capacity(delay + 2);
        moments.push_back(Moment::default());
        Self { links: Links::new(&spec.arm), interval: spec.episode.control_interval(), delay, moments }
    }

    /// Begins a trial; it was like this for long.
    pub fn start(&mut self, moment: Moment) {
        self.moments.clear();
        self.moments.push_back(moment);
    }

    /// Takes in the present.
    pub fn pass(&mut self, moment: Moment) {
        self.moments.push_back(moment);
        if self.moments.len() > self.delay + 1 {
            self.moments.pop_front();
        }
    }

    /// What is sensed now: the moment that lies as far back as the senses lag behind, or the start of the trial.
    pub fn sensed(&self) -> &Moment {
        &self.moments[0]
    }

    /// What the arm's motion should be now.
    pub fn estimate(&self) -> Motion {
        let Motion { mut angles, mut rates, .. } = self.moments[0].motion;
        if self.moments.len() == 1 {
            return self.moments[0].motion;
        }
        for (from, to) in self.moments.iter().zip(self.moments.iter().skip(1)) {
            let torques = [0, 1].map(|joint| 0.5 * (from.efference[joint] + to.efference[joint]));
            let accelerations = self.links.accelerations(angles[1], rates, torques);
            for joint in 0..2 {
                let gain = accelerations[joint] * self.interval;
                angles[joint] += (rates[joint] + 0.5 * gain) * self.interval;
                rates[joint] += gain;
            }
        }
        self.links.motion(angles, rates)
    }
}
