//! The required movement: straight from start to target with minimum jerk.

use super::spec::ReachingSpec;
use bevy_rapier2d::rapier::prelude::Vector;

/// Desired state of the hand at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Desired {
    /// Position relative to the shoulder, in m.
    pub place: Vector,
    /// Velocity in m/s.
    pub rate: Vector,
    /// Acceleration in m/s².
    pub acceleration: Vector,
}

/// A minimum-jerk movement after a hold (Flash & Hogan 1985, J. Neurosci. 5:1688).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Movement {
    /// Start relative to the shoulder, in m.
    pub start: Vector,
    /// Target relative to the shoulder, in m.
    pub target: Vector,
    /// Direction of the movement, a unit vector.
    pub along: Vector,
    hold: f32,
    duration: f32,
}

impl Movement {
    /// The movement from a start (m from the shoulder) to the target in a direction from the centre (degrees).
    pub fn new(spec: &ReachingSpec, start: Vector, direction: f32) -> Self {
        let target = spec.centre() + Vector::from_angle(direction.to_radians()) * spec.movement.distance;
        Self {
            start,
            target,
            along: (target - start).normalize_or_zero(),
            hold: spec.episode.hold,
            duration: spec.movement.duration,
        }
    }

    /// Direction to the left of the movement, a unit vector.
    pub fn left(&self) -> Vector {
        self.along.perp()
    }

    /// Whether the movement is under way at a time in the trial (s).
    pub fn runs(&self, time: f32) -> bool {
        (self.hold..self.hold + self.duration).contains(&time)
    }

    /// Desired state of the hand at a time in the trial (s).
    pub fn at(&self, time: f32) -> Desired {
        let way = self.target - self.start;
        let share = ((time - self.hold) / self.duration).clamp(0.0, 1.0);
        let (square, rest) = (share * share, 1.0 - share);
        Desired {
            place: self.start + way * (square * share * (10.0 - 15.0 * share + 6.0 * square)),
            rate: way * (30.0 * square * rest * rest / self.duration),
            acceleration: way * (60.0 * share * rest * (1.0 - 2.0 * share) / (self.duration * self.duration)),
        }
    }
}
