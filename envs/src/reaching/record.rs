//! Measures of a trial.

use super::controller::Controller;
use super::movement::Movement;
use crate::task::{Metric, measured};
use bevy_rapier2d::rapier::prelude::Vector;

/// The metrics of a trial, in the order of `Record::metrics`; `PLACE` comes before them.
pub static METRICS: [Metric; 10] = [
    Metric::new(
        "hand_deviation_mm",
        "mm",
        "largest distance of the hand from the straight line between start and target, positive to the left of the movement",
    ),
    Metric::new(
        "cursor_deviation_mm",
        "mm",
        "largest distance of the cursor, or of the hand while the cursor is clamped to a direction, from the straight line between start and \
         target, positive to the left of the movement",
    ),
    Metric::new(
        "launch_angle_deg",
        "deg",
        "direction of the cursor, or of the hand while the cursor is clamped to a direction, from the start at a quarter of the distance to \
         the target, minus direction of the target, positive to the left; empty if it never got that far",
    ),
    Metric::new(
        "end_angle_deg",
        "deg",
        "direction of the cursor, or of the hand while the cursor is clamped to a direction, from the start at the end of the trial, minus \
         direction of the target, positive to the left",
    ),
    Metric::new(
        "end_error_mm",
        "mm",
        "distance of the cursor, or of the hand while the cursor is clamped to a direction, from the target at the end of the trial",
    ),
    Metric::new(
        "movement_time_s",
        "s",
        "time between the first and last steps in which the hand moves faster than 0.03 m/s; empty if it never does",
    ),
    Metric::new("peak_speed_m_per_s", "m/s", "largest speed of the hand"),
    Metric::new(
        "mean_feedback",
        "1",
        "mean absolute feedback command of the body's own controller over joints and steps, as a fraction of the largest action",
    ),
    Metric::new(
        "channel_force_n",
        "N",
        "largest force of the hand against the walls of the channel, positive to the left of the movement; empty outside a channel",
    ),
    Metric::new(
        "adaptation_index",
        "1",
        "slope of the regression through the origin of the hand's force on the channel on the force that would cancel the \
         field (Smith, Ghazizadeh & Shadmehr 2006): 0 without adaptation, 1 with complete adaptation; empty unless a \
         channel takes the place of a field",
    ),
];
/// The metrics that identify the trial.
pub static PLACE: [Metric; 6] = [
    Metric::new("block", "1", "index of the trial's block in the schedule, from 0"),
    Metric::new(
        "target",
        "1",
        "index of the trial's target, from 0; empty for a direction from a table that is not among the targets",
    ),
    Metric::new(
        "field_strength",
        "N·s/m, deg or 1",
        "strength of the trial's field in the unit of its kind: N·s/m for a curl field, degrees for a rotation or an error clamp, and a \
         factor for the others; 0 without a field",
    ),
    Metric::new("caught", "1", "whether it was a catch trial, in which the field was left out: 1 or 0"),
    Metric::new(
        "clamped",
        "1",
        "whether it was an error-clamp trial, in which a channel kept the hand on the straight line: 1 or 0",
    ),
    Metric::new(
        "replaced_field_strength",
        "N·s/m, deg or 1",
        "strength of the field that a catch trial left out or a channel took the place of, in the unit of its kind; empty in all \
         other trials",
    ),
];
/// Fraction of the distance to the target at which the launch angle is measured: too early for much feedback.
const LAUNCHED: f32 = 0.25;
/// Speed above which the hand counts as moving, in m/s.
const MOVING: f32 = 0.03;
/// Deviation in mm up to which a path is straight.
pub const STRAIGHT: f32 = 3.0;
/// Deviation in mm from which straightness is 0: less than the effect of a field before adaptation.
pub const CROOKED: f32 = 15.0;
/// Distance in mm between end point and target up to which the target is reached.
pub const REACHED: f32 = 10.0;
/// Distance in mm from which end-point accuracy is 0.
pub const MISSED: f32 = 50.0;

/// Measures of a trial so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Record {
    steps: u32,
    hand_deviation: f32,
    cursor_deviation: f32,
    peak_speed: f32,
    launch: Option<Vector>,
    end: Vector,
    end_error: f32,
    moving: Option<[f32; 2]>,
    feedback: f32,
    in_channel: bool,
    channel_force: f32,
    force_by_ideal: f32,
    ideal_squared: f32,
}

impl Record {
    /// Records an env step at a time (s): position (m) and velocity (m/s) of the hand, position of the cursor.
    pub fn step(&mut self, movement: &Movement, time: f32, hand: (Vector, Vector), cursor: Vector, own: &Controller) {
        let speed = hand.1.length();
        let way = cursor - movement.start;
        self.steps += 1;
        keep_larger(&mut self.hand_deviation, movement.left().dot(hand.0 - movement.start));
        keep_larger(&mut self.cursor_deviation, movement.left().dot(way));
        // The cursor's displacement in the coordinates of the movement.
        let ahead = Vector::new(movement.along.dot(way), movement.left().dot(way));
        self.peak_speed = self.peak_speed.max(speed);
        if self.launch.is_none() && way.length() > LAUNCHED * (movement.target - movement.start).length() {
            self.launch = Some(ahead);
        }
        if speed > MOVING {
            self.moving = Some([self.moving.map_or(time, |[first, _]| first), time]);
        }
        self.end = ahead;
        self.end_error = (movement.target - cursor).length();
        self.feedback += 0.5 * (own.feedback[0].abs() + own.feedback[1].abs());
    }

    /// Records a physics step in the channel: the force of the channel on the hand and the force of the field it
    /// replaces, both in N, positive to the left of the movement.
    pub fn channel(&mut self, force: f32, field: f32) {
        self.in_channel = true;
        keep_larger(&mut self.channel_force, -force);
        // The hand pushes against the channel as it would against the field.
        self.force_by_ideal += force * field;
        self.ideal_squared += field * field;
    }

    /// The metrics, in the order of `METRICS`.
    pub fn metrics(&self) -> [f32; METRICS.len()] {
        let degrees = |way: Vector| way.y.atan2(way.x).to_degrees();
        [
            1000.0 * self.hand_deviation,
            1000.0 * self.cursor_deviation,
            measured(self.launch.map(degrees)),
            degrees(self.end),
            1000.0 * self.end_error,
            measured(self.moving.map(|[first, last]| last - first)),
            self.peak_speed,
            self.feedback / self.steps.max(1) as f32,
            measured(self.in_channel.then_some(self.channel_force)),
            measured(self.adaptation_index()),
        ]
    }

    /// Slope of the regression through the origin of the hand's force on the channel on the force that would cancel the
    /// field (Smith, Ghazizadeh & Shadmehr 2006); `None` unless a channel takes the place of a field.
    pub fn adaptation_index(&self) -> Option<f32> {
        (self.ideal_squared > 0.0).then(|| self.force_by_ideal / self.ideal_squared)
    }

    /// Sums over the physics steps so far, in N²: force of the channel times force of the field it replaces, and that
    /// force of the field squared. Their ratio is the adaptation index.
    pub fn channel_sums(&self) -> [f32; 2] {
        [self.force_by_ideal, self.ideal_squared]
    }

    /// Score in [0, 1]: straightness of the cursor's path times end-point accuracy.
    pub fn score(&self) -> f32 {
        let fall = |value: f32, full: f32, none: f32| ((none - value) / (none - full)).clamp(0.0, 1.0);
        fall(1000.0 * self.cursor_deviation.abs(), STRAIGHT, CROOKED) * fall(1000.0 * self.end_error, REACHED, MISSED)
    }
}

/// Keeps the value farther from 0.
fn keep_larger(kept: &mut f32, value: f32) {
    if value.abs() > kept.abs() {
        *kept = value;
    }
}
