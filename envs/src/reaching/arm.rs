//! The arm as bodies and joints, seen from above, and its muscles.

use super::dynamics::{Links, Motion};
use super::spec::{ArmSpec, LinkSpec};
use crate::world::World;
use bevy_rapier2d::rapier::prelude::*;
use std::f32::consts::{PI, TAU};

/// Handles of everything in the world, and the few states that Rapier does not hold.
#[derive(Clone)]
pub struct Arm {
    upper: RigidBodyHandle,
    fore: RigidBodyHandle,
    /// Distance of the hand from the forearm's centre of mass along the forearm, in m.
    hand: f32,
    /// Distance of the elbow from the upper arm's centre of mass along the upper arm, in m.
    elbow: f32,
    /// Fraction of the remaining way to its command that a muscle's torque moves in a physics step.
    muscle_share: f32,
    viscosity: f32,
    torque_limit: f32,
    /// Muscle torques at shoulder and elbow, without viscosity, in N·m.
    pub torques: [f32; 2],
    /// The motion at the end of the last env step.
    pub motion: Motion,
}

impl Arm {
    /// Builds an arm at rest.
    pub fn build(world: &mut World<'_>, spec: &ArmSpec) -> Self {
        let time_step = world.simulation.integration_parameters.dt;
        let trunk = world.bodies.insert(RigidBodyBuilder::fixed());
        let [upper, fore] = [&spec.upper, &spec.fore].map(|link| world.insert_body(rigid_link(link)));
        let joint = |from: f32, link: &LinkSpec, lowest: f32, highest: f32| {
            RevoluteJointBuilder::new()
                .local_anchor1(Vector::new(from, 0.0))
                .local_anchor2(Vector::new(-link.centre, 0.0))
                .limits([lowest, highest])
        };
        let elbow = spec.upper.length - spec.upper.centre;
        world.insert_joint(trunk, upper, joint(0.0, &spec.upper, spec.shoulder_lowest, spec.shoulder_highest));
        world.insert_joint(upper, fore, joint(elbow, &spec.fore, spec.elbow_lowest, spec.elbow_highest));
        Self {
            upper,
            fore,
            hand: spec.fore.length - spec.fore.centre,
            elbow,
            muscle_share: muscle_share(spec, time_step),
            viscosity: spec.viscosity,
            torque_limit: spec.torque_limit,
            torques: [0.0; 2],
            motion: Motion::default(),
        }
    }

    /// Puts the arm at rest with the hand at a position (m from the shoulder).
    pub fn start(&mut self, world: &mut World<'_>, spec: &ArmSpec, links: &Links, hand: Vector) {
        let [shoulder, elbow] = links.angles(hand);
        let mut put = |body: RigidBodyHandle, joint: Vector, angle: f32, centre: f32| {
            let place = joint + Vector::from_angle(angle) * centre;
            world.bodies[body].set_position(Pose::new(place, angle), false);
        };
        put(self.upper, Vector::ZERO, shoulder, spec.upper.centre);
        put(self.fore, links.elbow(shoulder), shoulder + elbow, spec.fore.centre);
        self.torques = [0.0; 2];
        self.feel(world);
    }

    /// Drives the muscles for one physics step with commanded torques (N·m), noise (N·m) in the resulting torques, and a
    /// force (N) on the hand.
    pub fn actuate(&mut self, world: &mut World<'_>, commands: [f32; 2], noise: [f32; 2], force: Vector) {
        let [upper, fore] = [self.upper, self.fore].map(|body| &world.bodies[body]);
        let rates = [upper.angvel(), fore.angvel() - upper.angvel()];
        let lever = along(fore.rotation()) * self.hand;
        let [shoulder, elbow] = [0, 1].map(|joint| {
            self.torques[joint] += (commands[joint] - self.torques[joint]) * self.muscle_share;
            // A damped Rapier motor would lose most of the joint's accuracy.
            let torque = self.torques[joint] + noise[joint];
            (torque - self.viscosity * rates[joint]).clamp(-self.torque_limit, self.torque_limit)
        });
        // The elbow's muscles turn the upper arm the opposite way.
        world.twist(self.upper, shoulder - elbow);
        world.twist(self.fore, elbow + lever.perp_dot(force));
        if force != Vector::ZERO {
            world.push(self.fore, force);
        }
    }

    /// Current position (m) and velocity (m/s) of the hand.
    pub fn hand_now(&self, world: &World<'_>) -> (Vector, Vector) {
        let fore = &world.bodies[self.fore];
        let lever = along(fore.rotation()) * self.hand;
        (fore.translation() + lever, fore.linvel() + lever.perp() * fore.angvel())
    }

    /// Updates the sensed motion.
    pub fn feel(&mut self, world: &World<'_>) {
        let (hand, hand_rate) = self.hand_now(world);
        let [upper, fore] = [self.upper, self.fore].map(|body| &world.bodies[body]);
        let shoulder = upper.rotation().angle();
        let elbow = fore.rotation().angle() - shoulder;
        self.motion = Motion {
            angles: [shoulder, elbow - TAU * ((elbow + PI) / TAU).floor()],
            rates: [upper.angvel(), fore.angvel() - upper.angvel()],
            elbow: upper.translation() + along(upper.rotation()) * self.elbow,
            hand,
            hand_rate,
        };
    }

    /// Kinetic energy of the arm, in J.
    pub fn energy(&self, world: &World<'_>) -> f32 {
        [self.upper, self.fore].map(|body| world.bodies[body].kinetic_energy()).iter().sum()
    }

    /// Upper arm and forearm, for external pushes.
    pub fn bodies(&self) -> [RigidBodyHandle; 2] {
        [self.upper, self.fore]
    }
}

/// Fraction of the remaining way to its command that a muscle's torque moves within `time` (s).
pub fn muscle_share(spec: &ArmSpec, time: f32) -> f32 {
    1.0 - (-time / spec.muscle_lag).exp()
}

fn rigid_link(link: &LinkSpec) -> RigidBodyBuilder {
    RigidBodyBuilder::dynamic().additional_mass_properties(MassProperties::new(Vector::ZERO, link.mass, link.inertia))
}

/// The direction of a link.
fn along(rotation: &Rotation) -> Vector {
    Vector::new(rotation.re, rotation.im)
}
