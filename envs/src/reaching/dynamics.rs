//! Geometry and equations of motion of a planar two-link arm with its shoulder at the origin.
//!
//! The shoulder angle is measured from the x axis to the upper arm, the elbow angle from the upper arm to the forearm,
//! both counter-clockwise.

use super::spec::ArmSpec;
use bevy_rapier2d::rapier::prelude::Vector;

/// Motion of the arm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Motion {
    /// Angles of shoulder and elbow, in rad.
    pub angles: [f32; 2],
    /// Angular velocities of shoulder and elbow, in rad/s.
    pub rates: [f32; 2],
    /// Position of the elbow relative to the shoulder, in m.
    pub elbow: Vector,
    /// Position of the hand relative to the shoulder, in m.
    pub hand: Vector,
    /// Velocity of the hand, in m/s.
    pub hand_rate: Vector,
}

/// Lengths and inertias of the arm, in the form that its equations of motion need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Links {
    upper: f32,
    fore: f32,
    /// Inertia about the shoulder with the elbow at a right angle, in kg·m².
    whole: f32,
    /// Half the inertia that stretching the elbow adds, in kg·m².
    coupling: f32,
    /// Inertia of the forearm about the elbow, in kg·m².
    outer: f32,
    viscosity: f32,
}

impl Links {
    /// The links of an arm.
    pub fn new(arm: &ArmSpec) -> Self {
        let (upper, fore) = (&arm.upper, &arm.fore);
        let outer = fore.inertia + fore.mass * fore.centre * fore.centre;
        Self {
            upper: upper.length,
            fore: fore.length,
            whole: upper.inertia
                + upper.mass * upper.centre * upper.centre
                + fore.mass * upper.length * upper.length
                + outer,
            coupling: fore.mass * upper.length * fore.centre,
            outer,
            viscosity: arm.viscosity,
        }
    }

    /// Whether the hand can reach a position at least `margin` (m) away from the arm being stretched or folded.
    pub fn reaches(&self, hand: Vector, margin: f32) -> bool {
        let distance = hand.length();
        distance <= self.upper + self.fore - margin && distance >= (self.upper - self.fore).abs() + margin
    }

    /// The nearest position (m) in the same direction from the shoulder that the hand can reach with that margin (m).
    pub fn within_reach(&self, hand: Vector, margin: f32) -> Vector {
        if self.reaches(hand, margin) {
            return hand;
        }
        let nearest = (self.upper - self.fore).abs() + margin;
        let distance = hand.length().clamp(nearest, (self.upper + self.fore - margin).max(nearest));
        hand.try_normalize().unwrap_or(Vector::Y) * distance
    }

    /// Position of the elbow in m at a shoulder angle in rad.
    pub fn elbow(&self, shoulder: f32) -> Vector {
        Vector::from_angle(shoulder) * self.upper
    }

    /// Position of the hand in m at joint angles in rad.
    pub fn hand(&self, [shoulder, elbow]: [f32; 2]) -> Vector {
        self.elbow(shoulder) + Vector::from_angle(shoulder + elbow) * self.fore
    }

    /// Joint angles in rad that bring the hand to a position (m), or as near as the arm gets; the elbow's is in [0, π].
    pub fn angles(&self, hand: Vector) -> [f32; 2] {
        let squares = hand.length_squared() - self.upper * self.upper - self.fore * self.fore;
        let cosine = (squares / (2.0 * self.upper * self.fore)).clamp(-1.0, 1.0);
        let elbow = cosine.acos();
        let aside = (self.fore * (1.0 - cosine * cosine).sqrt()).atan2(self.upper + self.fore * cosine);
        [hand.y.atan2(hand.x) - aside, elbow]
    }

    /// Joint torques in N·m for a motion of the hand (position in m, velocity in m/s, acceleration in m/s²), by the
    /// equations of motion of the two links, viscosity included. The position must be within reach.
    pub fn torques_of_hand(&self, place: Vector, rate: Vector, acceleration: Vector) -> [f32; 2] {
        let angles = self.angles(place);
        let elbow = self.elbow(angles[0]);
        let fore = place - elbow;
        // Hand velocity = shoulder rate × position turned left + elbow rate × forearm turned left.
        let determinant = elbow.perp_dot(fore);
        let rates = joints_of(place, fore, determinant, rate);
        // At constant joint rates, the hand's acceleration points back to the joints.
        let turning = rates[0] + rates[1];
        let centripetal = -elbow * (rates[0] * rates[0]) - fore * (turning * turning);
        self.torques(angles[1], rates, joints_of(place, fore, determinant, acceleration - centripetal))
    }

    /// Joint torques in N·m for a motion: elbow angle in rad, joint rates in rad/s and accelerations in rad/s².
    pub fn torques(&self, elbow: f32, rates: [f32; 2], accelerations: [f32; 2]) -> [f32; 2] {
        let (sine, cosine) = elbow.sin_cos();
        let cross = self.outer + self.coupling * cosine;
        let swing = self.coupling * sine;
        let [shoulder, elbow] = accelerations;
        [
            (self.whole + 2.0 * self.coupling * cosine) * shoulder + cross * elbow
                - swing * rates[1] * (2.0 * rates[0] + rates[1])
                + self.viscosity * rates[0],
            cross * shoulder + self.outer * elbow + swing * rates[0] * rates[0] + self.viscosity * rates[1],
        ]
    }

    /// Joint accelerations in rad/s² under joint torques (N·m): the inverse of [`Links::torques`].
    pub fn accelerations(&self, elbow: f32, rates: [f32; 2], torques: [f32; 2]) -> [f32; 2] {
        let (sine, cosine) = elbow.sin_cos();
        let (own, cross) = (self.whole + 2.0 * self.coupling * cosine, self.outer + self.coupling * cosine);
        let swing = self.coupling * sine;
        let first = torques[0] - self.viscosity * rates[0] + swing * rates[1] * (2.0 * rates[0] + rates[1]);
        let second = torques[1] - self.viscosity * rates[1] - swing * rates[0] * rates[0];
        let determinant = own * self.outer - cross * cross;
        [(self.outer * first - cross * second) / determinant, (own * second - cross * first) / determinant]
    }

    /// Positions (m) and velocity (m/s) for joint angles (rad) and joint rates (rad/s).
    pub fn motion(&self, angles: [f32; 2], rates: [f32; 2]) -> Motion {
        let (elbow, hand) = (self.elbow(angles[0]), self.hand(angles));
        let hand_rate = hand.perp() * rates[0] + (hand - elbow).perp() * rates[1];
        Motion { angles, rates, elbow, hand, hand_rate }
    }
}

/// Joint torques in N·m due to a force (N) on the hand: the transposed Jacobian times the force.
pub fn torques_of_force(elbow: Vector, hand: Vector, force: Vector) -> [f32; 2] {
    [hand.perp_dot(force), (hand - elbow).perp_dot(force)]
}

/// Solves `shoulder × left(hand) + elbow × left(fore) = wanted`; `determinant` is the determinant of `hand` and `fore`.
fn joints_of(hand: Vector, fore: Vector, determinant: f32, wanted: Vector) -> [f32; 2] {
    [fore.dot(wanted) / determinant, -hand.dot(wanted) / determinant]
}
