//! Fields and maps that act on the hand and on the cursor.

use super::movement::Movement;
use super::schedule::{Conditions, FieldKind};
use super::spec::ChannelSpec;
use bevy_rapier2d::rapier::prelude::Vector;

/// The force field of Shadmehr & Mussa-Ivaldi 1994 (J. Neurosci. 14:3208) in N·s/m, row by row: a saddle that pushes
/// the hand along one diagonal and brakes it along the other.
pub const SADDLE: [[f32; 2]; 2] = [[-10.1, -11.2], [-11.2, 11.1]];
/// Largest force of a field in N: the limit of the motors that produce it.
const STRONGEST_FIELD: f32 = 100.0;
/// Largest force of the channel's walls in N.
const STRONGEST_CHANNEL: f32 = 1000.0;

const IDENTITY: [[f32; 2]; 2] = [[1.0, 0.0], [0.0, 1.0]];

/// The field of one trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Force per velocity of the hand in N·s/m, row by row.
    force: [[f32; 2]; 2],
    /// Linear map of the cursor's displacement from the start, row by row.
    map: [[f32; 2]; 2],
    /// Rotation from the rewarded direction to that of the target.
    paid: Vector,
    /// Whether the cursor moves along a fixed direction relative to the target.
    clamped: bool,
    /// Strength in the unit of its kind; 0 without a field.
    pub strength: f32,
}

impl Field {
    /// No field.
    pub const NONE: Self = Self { force: [[0.0; 2]; 2], map: IDENTITY, paid: Vector::X, clamped: false, strength: 0.0 };

    /// The field of a trial.
    pub fn of(trial: &Conditions) -> Self {
        let strength = trial.strength;
        let paid = if trial.payoff == 0.0 { Vector::X } else { Vector::from_angle(-trial.payoff.to_radians()) };
        let turned = |degrees: f32| {
            let Vector { x: cos, y: sin } = Vector::from_angle(degrees.to_radians());
            [[cos, -sin], [sin, cos]]
        };
        let base = Self { strength, paid, ..Self::NONE };
        match trial.field {
            FieldKind::None => base,
            FieldKind::Curl => Self { force: [[0.0, strength], [-strength, 0.0]], ..base },
            FieldKind::Saddle => Self { force: SADDLE.map(|row| row.map(|value| strength * value)), ..base },
            FieldKind::Rotation => Self { map: turned(strength), ..base },
            FieldKind::ErrorClamp => Self { map: turned(strength), clamped: true, ..base },
            FieldKind::Gain => Self { map: [[strength, 0.0], [0.0, strength]], ..base },
            FieldKind::Linear => Self { map: trial.map.unwrap_or(IDENTITY), ..base },
        }
    }

    /// The same trial without the field.
    pub fn absent(&self) -> Self {
        Self { paid: self.paid, ..Self::NONE }
    }

    /// Force in N on a hand with this velocity in m/s.
    pub fn force(&self, rate: Vector) -> Vector {
        let [[a, b], [c, d]] = self.force;
        Vector::new(a * rate.x + b * rate.y, c * rate.x + d * rate.y).clamp_length_max(STRONGEST_FIELD)
    }

    /// Position (m) and velocity (m/s) of the cursor for a hand with this position and velocity during a movement.
    pub fn cursor(&self, movement: &Movement, hand: Vector, rate: Vector) -> [Vector; 2] {
        let way = hand - movement.start;
        let (way, rate) = if self.clamped {
            let (distance, outwards) = (way.length(), way.normalize_or_zero());
            (movement.along * distance, movement.along * outwards.dot(rate))
        } else {
            (way, rate)
        };
        [movement.start + self.shown(way), self.shown(rate)]
    }

    /// The position used for reward and score: the hand if the cursor is clamped, otherwise the cursor. It is rotated
    /// so that a movement in the rewarded direction counts as a movement to the target.
    pub fn judged(&self, movement: &Movement, hand: Vector) -> Vector {
        let place = if self.clamped { hand } else { self.cursor(movement, hand, Vector::ZERO)[0] };
        if self.paid == Vector::X { place } else { movement.start + self.paid.rotate(place - movement.start) }
    }

    /// Displacement from the start, or velocity, of a rotated, magnified or linearly mapped cursor for that of the
    /// hand.
    pub fn shown(&self, way: Vector) -> Vector {
        let [[a, b], [c, d]] = self.map;
        Vector::new(a * way.x + b * way.y, c * way.x + d * way.y)
    }
}

/// Force of the channel in N on a hand with a position (m) and velocity (m/s): perpendicular to the line from start to
/// target, positive to the left.
pub fn channel_force(spec: &ChannelSpec, movement: &Movement, hand: Vector, rate: Vector) -> f32 {
    let left = movement.left();
    let force = -spec.stiffness * left.dot(hand - movement.start) - spec.damping * left.dot(rate);
    force.clamp(-STRONGEST_CHANNEL, STRONGEST_CHANNEL)
}
