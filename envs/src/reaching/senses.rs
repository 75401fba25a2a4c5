//! Delayed senses of arm and cursor, and the state estimate made from them.
//!
//! The body knows its commands since the sensed moment (efference copy) and how its arm moves when nothing else acts on
//! it. It therefore does not act on the past: the state estimate is the sensed state integrated forward by the arm's
//! equations of motion (Miall & Wolpert 1996, Neural Networks 9:1265). It includes neither external forces during the
//! delay nor the commands that the agent adds to compensate for them. Where these cancel, the estimate is exact.

use super::dynamics::{Links, Motion};
use super::spec::ReachingSpec;
use bevy_rapier2d::rapier::prelude::Vector;
use std::collections::VecDeque;

/// The complete state that can be sensed at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moment {
    /// The arm's motion.
    pub motion: Motion,
    /// Muscle torques without viscosity and noise, in N·m.
    pub torques: [f32; 2],
    /// The part of these torques due to the controller's own commands, in N·m.
    pub efference: [f32; 2],
    /// Whether the cursor is shown.
    pub shown: bool,
    /// Position (m from the shoulder) and velocity (m/s) of the cursor, shown or not.
    pub cursor: [Vector; 2],
    /// What the plan adds to position (m) and velocity (m/s) of the hand.
    pub plan: [Vector; 2],
}

/// The last moments of a trial, for the length of the sensory delay.
#[derive(Clone, Debug)]
pub struct Senses {
    links: Links,
    /// Time between two moments, in s.
    interval: f32,
    delay: usize,
    /// Moments, oldest first; never empty.
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

    /// Begins a trial in a state that has lasted for at least the delay.
    pub fn start(&mut self, moment: Moment) {
        self.moments.clear();
        self.moments.push_back(moment);
    }

    /// Records the present.
    pub fn pass(&mut self, moment: Moment) {
        self.moments.push_back(moment);
        if self.moments.len() > self.delay + 1 {
            self.moments.pop_front();
        }
    }

    /// What is sensed now: the moment one delay ago, or the start of the trial.
    pub fn sensed(&self) -> &Moment {
        &self.moments[0]
    }

    /// Estimate of the arm's present motion.
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
