//! The arm whose hand is the cursor: the decoded velocity turns its joints.
//!
//! The joints turn as they would for the hand to move with the decoded velocity v at the centre. At the centre the hand
//! therefore moves with v; elsewhere the same joint rates give
//!
//! ```text
//! hand velocity = J(hand) J(centre)⁻¹ v
//! ```

use super::spec::ArmSpec;
use bevy_rapier2d::rapier::prelude::Vector;

/// A two-link arm in the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Arm {
    lengths: [f32; 2],
    /// The centre of the targets relative to the shoulder, in m.
    centre: Vector,
}

impl Arm {
    pub(super) fn new(spec: &ArmSpec) -> Arm {
        Arm { lengths: [spec.upper, spec.fore], centre: Vector::new(spec.centre_x, spec.centre_y) }
    }

    /// Positions of shoulder, elbow and hand relative to the centre, in m, for a position of the hand.
    pub(super) fn joints(&self, place: Vector) -> [Vector; 3] {
        let [upper, fore] = self.lengths;
        let hand = self.centre + place;
        let distance = hand.length().clamp((upper - fore).abs() + 1e-4, upper + fore - 1e-4);
        let along = (distance * distance + upper * upper - fore * fore) / (2.0 * distance);
        let aside = (upper * upper - along * along).max(0.0).sqrt();
        let way = hand.normalize_or_zero();
        // The elbow bends counter-clockwise, like that of a right arm.
        let elbow = way * along - way.perp() * aside;
        [-self.centre, elbow - self.centre, place]
    }

    /// Velocity of the hand at a position, with the joints turning as they would for `velocity` at the centre.
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

    /// Velocity of the hand per rad/s of the shoulder, and of the elbow.
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
