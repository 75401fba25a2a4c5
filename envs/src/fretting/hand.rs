//! The hand as bodies and joints, seen from above: a palm that slides along the neck and four fingers on it.
//!
//! Lengths are decimetres inside the physics engine, whose tolerances suit bodies of about unit size; a force of 1 N is
//! then 10 units. All public quantities are in SI units. All joints leave all axes free: their motors are the muscles
//! and the friction between fingertip and board.

use super::instrument::Instrument;
use super::spec::{FINGERS, HandSpec};
use crate::world::World;
use bevy_rapier2d::rapier::prelude::*;

/// Physics length units per m, and force units per N.
pub const UNITS: f32 = 10.0;
/// Rate at which friction stops a fingertip that it can hold, in 1/s: high enough to prevent creep.
const STICTION: f32 = 1e5;
/// Natural frequency of the contact between two fingers, in Hz: stiff enough that muscles cannot push one through the
/// other.
const CONTACT_FREQUENCY: f32 = 240.0;
/// Damping ratio of that contact.
const CONTACT_DAMPING: f32 = 5.0;
/// Force in N below which a finger has released the string.
pub const LIGHTEST_TOUCH: f32 = 0.2;

/// A command to the hand, every number in [-1, 1].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Command {
    /// Velocity along the neck as a fraction of its limit, positive towards the bridge.
    pub slide: f32,
    /// Distance between the fingers, from closest (-1) to widest (1).
    pub spread: f32,
    /// Velocity of each finger across the strings as a fraction of its limit.
    pub reach: [f32; FINGERS],
    /// Force of each fingertip as a fraction of its limit; 0 below 0.
    pub press: [f32; FINGERS],
}

/// Position of a fingertip and its force.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fingertip {
    /// Position along the neck from the nut, in m.
    pub x: f32,
    /// Position across the neck, from the middle, in m.
    pub y: f32,
    /// Velocity across the neck, in m/s.
    pub y_rate: f32,
    /// Force on the board, in N.
    pub force: f32,
}

/// Handles of everything in the world, and the few states that Rapier does not hold.
#[derive(Clone)]
pub struct Hand {
    palm: RigidBodyHandle,
    fingers: [RigidBodyHandle; FINGERS],
    slide: ImpulseJointHandle,
    muscles: [ImpulseJointHandle; FINGERS],
    frictions: [ImpulseJointHandle; FINGERS],
    spread_share: f32,
    press_share: f32,
    /// Furthest position of the palm, in m.
    furthest: f32,
    /// Last settings of the motors, so that only changes are passed on.
    told: Told,
    /// Commanded distance between the fingers, in m.
    pub spread: f32,
    /// Position of the palm along the neck, in m.
    pub palm_place: f32,
    /// Velocity of the palm along the neck, in m/s.
    pub palm_rate: f32,
    /// The fingertips, from the index finger.
    pub tips: [Fingertip; FINGERS],
}

#[derive(Clone, Copy, PartialEq)]
struct Told {
    slide: f32,
    spread: f32,
    reach: [f32; FINGERS],
    press: [f32; FINGERS],
}

impl Hand {
    /// Builds a hand at the nut; `control_interval` is the time between two commands in s.
    pub fn build(world: &mut World<'_>, spec: &HandSpec, instrument: &Instrument, control_interval: f32) -> Self {
        world.simulation.integration_parameters.contact_softness =
            SpringCoefficients::new(CONTACT_FREQUENCY, CONTACT_DAMPING);
        let board = world.bodies.insert(RigidBodyBuilder::fixed());
        let palm = world.insert_body(
            RigidBodyBuilder::dynamic()
                .locked_axes(LockedAxes::ROTATION_LOCKED | LockedAxes::TRANSLATION_LOCKED_Y)
                .additional_mass(spec.palm_mass),
        );
        let free = || GenericJointBuilder::new(JointAxesMask::empty()).contacts_enabled(false);
        let slide = world.insert_joint(
            board,
            palm,
            free()
                .motor_velocity(JointAxis::LinX, 0.0, spec.slide_gain)
                .motor_max_force(JointAxis::LinX, spec.slide_force * UNITS),
        );
        let fingers = std::array::from_fn(|finger| {
            let body = world.insert_body(
                RigidBodyBuilder::dynamic()
                    .locked_axes(LockedAxes::ROTATION_LOCKED)
                    .translation(Vector::new(place_on_palm(finger, spec.spread) * UNITS, 0.0))
                    .additional_mass(spec.finger_mass),
            );
            let knuckle = Vector::new(0.0, -spec.finger_length * UNITS);
            let flesh = ColliderBuilder::capsule_from_endpoints(Vector::ZERO, knuckle, spec.finger_radius * UNITS);
            world.insert_collider(flesh.density(0.0).friction(0.0), body);
            body
        });
        let reach_limit = spec.reach_limit * UNITS;
        let muscles = std::array::from_fn(|finger| {
            let place = place_on_palm(finger, spec.spread) * UNITS;
            let muscle = free()
                .motor_position(JointAxis::LinX, place, spec.spread_stiffness, spec.spread_damping)
                .motor_max_force(JointAxis::LinX, spec.spread_force * UNITS)
                .motor_velocity(JointAxis::LinY, 0.0, spec.reach_gain)
                .motor_max_force(JointAxis::LinY, spec.reach_force * UNITS)
                .limits(JointAxis::LinY, [-reach_limit, reach_limit]);
            world.insert_joint(palm, fingers[finger], muscle)
        });
        let frictions = fingers.map(|finger| {
            let friction = [JointAxis::LinX, JointAxis::LinY]
                .into_iter()
                .fold(free(), |joint, axis| joint.motor_velocity(axis, 0.0, STICTION).motor_max_force(axis, 0.0));
            world.insert_joint(board, finger, friction)
        });
        let share = |lag: f32| 1.0 - (-control_interval / lag).exp();
        Self {
            palm,
            fingers,
            slide,
            muscles,
            frictions,
            spread_share: share(spec.spread_lag),
            press_share: share(spec.press_lag),
            furthest: instrument.fret_place(instrument.frets() as f32),
            told: Told::at_rest(spec),
            spread: spec.spread,
            palm_place: 0.0,
            palm_rate: 0.0,
            tips: [Fingertip::default(); FINGERS],
        }
    }

    /// Places the hand at a position along the neck, and each fingertip at a position across it, all in m.
    pub fn start(&mut self, world: &mut World<'_>, spec: &HandSpec, place: f32, across: [f32; FINGERS]) {
        self.told = Told::at_rest(spec);
        self.spread = spec.spread;
        world.bodies[self.palm].set_translation(Vector::new(place * UNITS, 0.0), false);
        for (finger, (&body, y)) in self.fingers.iter().zip(across).enumerate() {
            let x = place + place_on_palm(finger, spec.spread);
            world.bodies[body].set_translation(Vector::new(x, y) * UNITS, false);
        }
        self.tips = [Fingertip::default(); FINGERS];
        self.feel(world);
    }

    /// Passes a command to the muscles, which hold it until the next one.
    pub fn actuate(&mut self, world: &mut World<'_>, spec: &HandSpec, command: &Command) {
        let spread = spec.spread + spec.spread_range * command.spread;
        self.spread += (spread - self.spread) * self.spread_share;
        for (tip, press) in self.tips.iter_mut().zip(command.press) {
            tip.force += (spec.press_force * press.max(0.0) - tip.force) * self.press_share;
        }
        // The hand stays on the neck.
        let at_end = if command.slide > 0.0 { self.palm_place >= self.furthest } else { self.palm_place <= 0.0 };
        let tell = Told {
            slide: if at_end { 0.0 } else { command.slide * spec.slide_speed * UNITS },
            spread: self.spread,
            reach: command.reach.map(|reach| reach * spec.reach_speed * UNITS),
            press: self.tips.map(|tip| tip.force),
        };
        // Touching a joint is costly: only changes are passed on.
        let told = std::mem::replace(&mut self.told, tell);
        let joints = &mut world.joints.impulse_joints;
        if tell.slide != told.slide
            && let Some(joint) = joints.get_mut(self.slide, false)
        {
            joint.data.set_motor_velocity(JointAxis::LinX, tell.slide, spec.slide_gain);
        }
        for finger in 0..FINGERS {
            if (tell.spread != told.spread || tell.reach[finger] != told.reach[finger])
                && let Some(joint) = joints.get_mut(self.muscles[finger], false)
            {
                let place = place_on_palm(finger, tell.spread) * UNITS;
                joint.data.set_motor_position(JointAxis::LinX, place, spec.spread_stiffness, spec.spread_damping);
                joint.data.set_motor_velocity(JointAxis::LinY, tell.reach[finger], spec.reach_gain);
            }
            if tell.press[finger] != told.press[finger]
                && let Some(joint) = joints.get_mut(self.frictions[finger], false)
            {
                let grip = spec.friction * tell.press[finger] * UNITS;
                joint.data.set_motor_max_force(JointAxis::LinX, grip);
                joint.data.set_motor_max_force(JointAxis::LinY, grip);
            }
        }
    }

    /// Updates the sensed positions and velocities.
    pub fn feel(&mut self, world: &World<'_>) {
        let palm = &world.bodies[self.palm];
        self.palm_place = palm.translation().x / UNITS;
        self.palm_rate = palm.linvel().x / UNITS;
        for (tip, &body) in self.tips.iter_mut().zip(&self.fingers) {
            let body = &world.bodies[body];
            tip.x = body.translation().x / UNITS;
            tip.y = body.translation().y / UNITS;
            tip.y_rate = body.linvel().y / UNITS;
        }
    }

    /// The finger's body, for external pushes.
    pub fn finger(&self, finger: usize) -> RigidBodyHandle {
        self.fingers[finger]
    }
}

impl Told {
    fn at_rest(spec: &HandSpec) -> Self {
        Self { slide: 0.0, spread: spec.spread, reach: [0.0; FINGERS], press: [0.0; FINGERS] }
    }
}

/// Position of a finger relative to the middle of the palm, in m, with fingers `spread` apart.
pub fn place_on_palm(finger: usize, spread: f32) -> f32 {
    (finger as f32 - 0.5 * (FINGERS as f32 - 1.0)) * spread
}
