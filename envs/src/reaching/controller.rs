//! The body's own controller: the control law of Shadmehr & Mussa-Ivaldi 1994 (J. Neurosci. 14:3208) without its
//! adaptive part.
//!
//! It commands the torques that the planned movement needs without a field, plus a spring and a damper that pull the
//! hand towards its desired position. It does not know the field, which is left to the agent. The plan is the desired
//! movement, plus what the agent adds to it if the task lets it.

use super::arm::muscle_share;
use super::dynamics::{Links, Motion, torques_of_force};
use super::movement::{Desired, Movement};
use super::spec::{ControllerKind, ReachingSpec};
use bevy_rapier2d::rapier::prelude::Vector;

/// Time constant with which the plan follows its command, in s; it keeps the plan's acceleration finite.
const PLAN_LAG: f32 = 0.05;
/// Least distance of a plan from positions with the arm stretched or folded, in m.
const MARGIN: f32 = 0.02;

/// The controller and its desired state.
#[derive(Clone, Debug)]
pub struct Controller {
    links: Links,
    applied: bool,
    stiffness: f32,
    damping: f32,
    torque_scale: f32,
    plan_scale: f32,
    interval: f32,
    /// Fraction of the remaining way to its command that a muscle, or the plan, moves until the next command.
    share: f32,
    plan_share: f32,
    /// Torques that the planned movement needs now, in N·m.
    nominal: [f32; 2],
    /// Desired state of the cursor.
    pub desired: Desired,
    /// What the plan adds to position (m) and velocity (m/s) of the hand.
    pub plan: [Vector; 2],
    /// Feedback command at shoulder and elbow, in units of the action.
    pub feedback: [f32; 2],
    /// Muscle torques due to its own commands, in N·m, without what the agent adds.
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

    /// Compares the seen or felt hand, with position (m) and velocity (m/s), to its desired state at a time (s).
    pub fn compare(&mut self, movement: &Movement, time: f32, motion: &Motion, place: Vector, rate: Vector) {
        self.desired = movement.at(time);
        let [planned, planned_rate] = [self.desired.place + self.plan[0], self.desired.rate + self.plan[1]];
        let pull = (planned - place) * self.stiffness + (planned_rate - rate) * self.damping;
        self.feedback = torques_of_force(motion.elbow, motion.hand, pull).map(|torque| torque / self.torque_scale);
    }

    /// Torques in N·m commanded to the muscles at a time (s), the action included. If actions change the plan, there
    /// are two more numbers, which change it during the movement.
    pub fn command(&mut self, movement: &Movement, time: f32, action: &[f32]) -> [f32; 2] {
        let mut next = movement.at(time + self.interval);
        if let &[_, _, x, y] = action {
            // The plan changes only the movement: where the hand should rest, it rests.
            let moving = if movement.runs(time) { self.plan_scale } else { 0.0 };
            self.change_plan(&mut next, Vector::new(x, y) * moving);
        }
        let next = self.torques_of(next);
        let now = std::mem::replace(&mut self.nominal, next);
        std::array::from_fn(|joint| {
            let (now, next) = (now[joint], next[joint]);
            // A lagging muscle needs a command beyond the desired torque to reach it in time.
            let nominal = now + (next - now) / self.share;
            let own = if self.applied { nominal + self.feedback[joint] * self.torque_scale } else { 0.0 };
            self.efference[joint] += (own - self.efference[joint]) * self.share;
            own + action.get(joint).copied().unwrap_or(0.0) * self.torque_scale
        })
    }

    /// Lets the plan follow a commanded velocity (m/s), and adds it to the next desired state.
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
