//! The parts of a bicycle and how they hang together, in Rapier's terms.

use super::spec::{MassSpec, SuspensionSpec, WheelSpec};
use crate::world::World;
use bevy_rapier2d::rapier::prelude::*;

/// What tyres touch.
pub const GROUND: Group = Group::GROUP_1;
/// What touches the ground.
pub const TYRE: Group = Group::GROUP_2;

/// A rigid body of that place, mass and inertia.
pub fn rigid_part(part: &MassSpec) -> RigidBodyBuilder {
    RigidBodyBuilder::dynamic()
        .translation(Vector::new(part.x, part.y))
        .additional_mass_properties(MassProperties::new(Vector::ZERO, part.mass, part.inertia))
}

/// A wheel whose contact point is at `x`, in m: its body and its tyre, with a coefficient of friction and how it is combined with
/// the ground's.
pub fn insert_wheel(
    world: &mut World<'_>,
    wheel: &WheelSpec,
    x: f32,
    friction: f32,
    rule: CoefficientCombineRule,
) -> (RigidBodyHandle, ColliderHandle) {
    let body =
        world.insert_body(rigid_part(&MassSpec { x, y: wheel.radius, mass: wheel.mass, inertia: wheel.inertia }));
    let tyre = ColliderBuilder::ball(wheel.radius)
        .density(0.0)
        .friction(friction)
        .friction_combine_rule(rule)
        .collision_groups(InteractionGroups::new(TYRE, GROUND, InteractionTestMode::And));
    (body, world.insert_collider(tyre, body))
}

/// A hinge, or with suspension a hinge that slides along the fork against a spring preloaded with the static `load`.
pub fn axle_joint(anchor: Vector, suspension: Option<&SuspensionSpec>, load: f32, tilt: f32) -> GenericJoint {
    let Some(suspension) = suspension else {
        return RevoluteJointBuilder::new().local_anchor1(anchor).build().into();
    };
    // The slide's positive direction is up and back along the fork, so a wheel hit by a bump moves positively.
    let slide = Rotation::new(std::f32::consts::FRAC_PI_2 + tilt);
    let rest = -load * tilt.cos() / suspension.stiffness;
    let mut joint = GenericJointBuilder::new(JointAxesMask::LIN_Y)
        .local_frame1(Pose { translation: anchor, rotation: slide })
        .local_frame2(Pose { translation: Vector::ZERO, rotation: slide })
        .motor_model(JointAxis::LinX, MotorModel::ForceBased)
        .motor_position(JointAxis::LinX, rest, suspension.stiffness, suspension.damping)
        .limits(JointAxis::LinX, [-suspension.travel, suspension.travel])
        .build();
    joint.set_contacts_enabled(false);
    joint
}
