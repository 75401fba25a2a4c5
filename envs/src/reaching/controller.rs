//! The body's own controller: the law of Shadmehr & Mussa-Ivaldi 1994 (J. Neurosci. 14:3208) without its learned part.
//!
//! It commands the torques that the desired movement takes without any field, plus a spring and a damper that pull the
//! hand towards where it should be. What a field does to the arm it does not know: that is left to the agent.

use super::arm::{Motion, muscle_share};
use super::dynamics::{Links, torques_of_force};
use super::movement::{Desired, Movement};
use super::spec::{ControllerKind, ReachingSpec};
use crate::rapier::prelude::Vector;

/// The controller and what it wants.
#[derive(Clone, Debug)]
pub struct Controller {
    links: Links,
    applied: bool,
    stiffness: f32,
    damping: f32,
    torque_scale: f32,
    interval: f32,
    /// Share of the way to its command that a muscle goes until the next one.
    share: f32,
    /// Torques that the desired movement takes now and at the next command, in N·m.
    nominal: [[f32; 2]; 2],
    /// Where the hand should be now.
    pub desired: Desired,
    /// The feedback at shoulder and elbow, in units of the action.
    pub feedback: [f32; 2],
}

impl Controller {
    /// The controller of an arm.
    pub fn new(spec: &ReachingSpec) -> Self {
        let interval = spec.episode.control_interval();
        Self {
            links: Links::new(&spec.arm),
            applied: spec.controller.kind == ControllerKind::Desired,
            stiffness: spec.controller.stiffness,
            damping: spec.controller.damping,
            torque_scale: spec.arm.torque_scale,
            interval,
            share: muscle_share(&spec.arm, interval),
            nominal: [[0.0; 2]; 2],
            desired: Desired::default(),
            feedback: [0.0; 2],
        }
    }

    /// Geometry and inertia of the arm.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// Prepares a trial.
    pub fn start(&mut self, movement: &Movement) {
        self.nominal[1] = self.torques_at(movement, 0.0);
    }

    /// Compares the hand, seen or felt at a place (m) with a velocity (m/s), with where it should be at a time (s).
    pub fn compare(&mut self, movement: &Movement, time: f32, motion: &Motion, place: Vector, rate: Vector) {
        self.desired = movement.at(time);
        self.nominal = [self.nominal[1], self.torques_at(movement, time + self.interval)];
        let pull = (self.desired.place - place) * self.stiffness + (self.desired.rate - rate) * self.damping;
        self.feedback = torques_of_force(motion.elbow, motion.hand, pull).map(|torque| torque / self.torque_scale);
    }

    /// Torques in N·m that are commanded to the muscles, those of the action included.
    pub fn command(&self, action: [f32; 2]) -> [f32; 2] {
        std::array::from_fn(|joint| {
            let [now, next] = self.nominal.map(|torques| torques[joint]);
            // A lagging muscle must be told more than is wanted to be there in time.
            let nominal = now + (next - now) / self.share;
            let own = if self.applied { nominal + self.feedback[joint] * self.torque_scale } else { 0.0 };
            own + action[joint] * self.torque_scale
        })
    }

    fn torques_at(&self, movement: &Movement, time: f32) -> [f32; 2] {
        let Desired { place, rate, acceleration } = movement.at(time);
        self.links.torques_of_hand(place, rate, acceleration)
    }
}
