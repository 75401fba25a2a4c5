//! The arm whose hand the cursor is, where there is one: what is decoded turns its joints.
//!
//! Joints turn as they would have to for the hand to move with the decoded velocity v if it were at the centre, and so it does
//! there; elsewhere the same joint rates move it otherwise:
//!
//! ```text
//! hand velocity = J(hand) J(centre)⁻¹ v
//! ```

use super::spec::ArmSpec;
use bevy_rapier2d::rapier::prelude::Vector;

/// An arm of two links in the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Arm {
    lengths: [f32; 2],
    /// The centre of the targets, from the shoulder.
    centre: Vector,
}

impl Arm {
    pub(super) fn new(spec: &ArmSpec) -> Arm {
        Arm { lengths: [spec.upper, spec.fore], centre: Vector::new(spec.centre_x, spec.centre_y) }
    }

    /// Places of shoulder, elbow and hand from the centre, the hand being at such a place.
    pub(super) fn joints(&self, place: Vector) -> [Vector; 3] {
        let [upper, fore] = self.lengths;
        let hand = self.centre + place;
        let distance = hand.length().clamp((upper - fore).abs() + 1e-4, upper + fore - 1e-4);
        let along = (distance * distance + upper * upper - fore * fore) / (2.0 * distance);
        let aside = (upper * upper - along * along).max(0.0).sqrt();
        let way = hand.normalize_or_zero();
        // The elbow bends counter-clockwise, as a right arm's does.
        let elbow = way * along - way.perp() * aside;
        [-self.centre, elbow - self.centre, place]
    }

    /// Velocity of the hand at a place, of which the joints turn as they would for `velocity` at the centre.
    pub(super) fn velocity(&self, place: Vector, velocity: Vector) -> Vector {
        let [from_shoulder, from_elbow] = self.levers(Vector::ZERO);
        // J = [shoulder lever, elbow lever] as columns.
        let determinant = from_shoulder.perp_dot(from_elbow);
        if determinant.abs() < 1e-9 {
            return Vector::ZERO;
        }
        let rates = [velocity.perp_dot(from_elbow) / determinant, from_shoulder.perp_dot(velocity) / determinant];
        let [from_shoulder, from_elbow] = self.levers(place);
        from_shoulder * rates[0] + from_elbow * rates[1]
    }

    /// What a turn of shoulder and of elbow by 1 rad/s does to the hand.
    fn levers(&self, place: Vector) -> [Vector; 2] {
        let [shoulder, elbow, hand] = self.joints(place);
        [(hand - shoulder).perp(), (hand - elbow).perp()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARM: ArmSpec = ArmSpec { upper: 0.3, fore: 0.33, centre_x: 0.0, centre_y: 0.4 };

    #[test]
    fn links_keep_their_lengths_and_the_centre_its_velocities() {
        let arm = Arm::new(&ARM);
        for place in [Vector::ZERO, Vector::new(0.1, 0.1), Vector::new(-0.12, 0.05), Vector::new(0.0, -0.15)] {
            let [shoulder, elbow, hand] = arm.joints(place);
            assert!(((elbow - shoulder).length() - 0.3).abs() < 1e-5);
            assert!(((hand - elbow).length() - 0.33).abs() < 1e-5);
        }
        let velocity = Vector::new(0.3, -0.2);
        assert!((arm.velocity(Vector::ZERO, velocity) - velocity).length() < 1e-6);
        let elsewhere = arm.velocity(Vector::new(0.12, 0.08), velocity);
        assert!((elsewhere - velocity).length() > 0.05, "{elsewhere}");
    }

    #[test]
    fn small_turns_of_the_joints_move_the_hand_as_the_jacobian_says() {
        let arm = Arm::new(&ARM);
        let place = Vector::new(0.1, -0.05);
        let [shoulder, elbow, hand] = arm.joints(place);
        let turn = |point: Vector, about: Vector, angle: f32| about + Vector::from_angle(angle).rotate(point - about);
        // A turn of both joints, by hand.
        let (a, b) = (1e-3, -2e-3);
        let moved = turn(turn(hand, elbow, b), shoulder, a);
        let [from_shoulder, from_elbow] = arm.levers(place);
        assert!((moved - hand - from_shoulder * a - from_elbow * b).length() < 5e-6);
    }
}
