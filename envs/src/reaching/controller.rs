//! The body's own controller: the law of Shadmehr & Mussa-Ivaldi 1994 (J. Neurosci. 14:3208) without its learned part.
//!
//! It commands the torques that the planned movement takes without any field, plus a spring and a damper that pull the
//! hand towards where it should be. What a field does to the arm it does not know: that is left to the agent. The plan is the
//! desired movement, and what the agent adds to it where it can.

use super::arm::muscle_share;
use super::dynamics::{Links, Motion, torques_of_force};
use super::movement::{Desired, Movement};
use super::spec::{ControllerKind, ReachingSpec};
use bevy_rapier2d::rapier::prelude::Vector;

/// Time constant with which the plan follows what is commanded of it, in s: its acceleration has to be finite.
const PLAN_LAG: f32 = 0.05;
/// How far a plan stays from where the arm is stretched or folded, in m.
const MARGIN: f32 = 0.02;

/// The controller and what it wants.
#[derive(Clone, Debug)]
pub struct Controller {
    links: Links,
    applied: bool,
    stiffness: f32,
    damping: f32,
    torque_scale: f32,
    plan_scale: f32,
    interval: f32,
    /// Share of the way to its command that a muscle, and the plan, goes until the next one.
    share: f32,
    plan_share: f32,
    /// Torques that the planned movement takes now, in N·m.
    nominal: [f32; 2],
    /// Where the cursor should be now.
    pub desired: Desired,
    /// What is added to place (m) and velocity (m/s) of the hand.
    pub plan: [Vector; 2],
    /// The feedback at shoulder and elbow, in units of the action.
    pub feedback: [f32; 2],
    /// Torques of the muscles that its own commands have led to, in N·m: what the agent adds is not among them.
    pub efference: [f32; 2],
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
            plan_scale: spec.controller.plan_scale,
            interval,
            share: muscle_share(&spec.arm, interval),
            plan_share: 1.0 - (-interval / PLAN_LAG).exp(),
            nominal: [0.0; 2],
            desired: Desired::default(),
            plan: [Vector::ZERO; 2],
            feedback: [0.0; 2],
            efference: [0.0; 2],
        }
    }

    /// Geometry and inertia of the arm.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// Prepares a trial.
    pub fn start(&mut self, movement: &Movement) {
        (self.plan, self.efference) = ([Vector::ZERO; 2], [0.0; 2]);
        self.nominal = self.torques_of(movement.at(0.0));
    }

    /// Compares the hand, seen or felt at a place (m) with a velocity (m/s), with where it should be at a time (s).
    pub fn compare(&mut self, movement: &Movement, time: f32, motion: &Motion, place: Vector, rate: Vector) {
        self.desired = movement.at(time);
        let [planned, planned_rate] = [self.desired.place + self.plan[0], self.desired.rate + self.plan[1]];
        let pull = (planned - place) * self.stiffness + (planned_rate - rate) * self.damping;
        self.feedback = torques_of_force(motion.elbow, motion.hand, pull).map(|torque| torque / self.torque_scale);
    }

    /// Torques in N·m that are commanded to the muscles at a time (s), those of the action included. An action that changes the
    /// plan has two numbers more than one that does not, and changes it while the movement runs.
    pub fn command(&mut self, movement: &Movement, time: f32, action: &[f32]) -> [f32; 2] {
        let mut next = movement.at(time + self.interval);
        if let &[_, _, x, y] = action {
            // A plan is of the movement: where the hand is to rest it rests.
            let moving = if movement.runs(time) { self.plan_scale } else { 0.0 };
            self.change_plan(&mut next, Vector::new(x, y) * moving);
        }
        let next = self.torques_of(next);
        let now = std::mem::replace(&mut self.nominal, next);
        std::array::from_fn(|joint| {
            let (now, next) = (now[joint], next[joint]);
            // A lagging muscle must be told more than is wanted to be there in time.
            let nominal = now + (next - now) / self.share;
            let own = if self.applied { nominal + self.feedback[joint] * self.torque_scale } else { 0.0 };
            self.efference[joint] += (own - self.efference[joint]) * self.share;
            own + action.get(joint).copied().unwrap_or(0.0) * self.torque_scale
        })
    }

    /// Lets the plan follow a velocity (m/s) that is commanded, and adds it to what is desired next.
    fn change_plan(&mut self, next: &mut Desired, commanded: Vector) {
        let [place, rate] = self.plan;
        let changed = rate + (commanded - rate) * self.plan_share;
        let planned = self.links.within_reach(next.place + place + (rate + changed) * (0.5 * self.interval), MARGIN);
        self.plan = [planned - next.place, changed];
        next.place = planned;
        next.rate += changed;
        next.acceleration += (changed - rate) / self.interval;
    }

    fn torques_of(&self, Desired { place, rate, acceleration }: Desired) -> [f32; 2] {
        self.links.torques_of_hand(place, rate, acceleration)
    }
}
