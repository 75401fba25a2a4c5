//! What is measured of a trial.

use super::controller::Controller;
use super::movement::Movement;
use crate::task::{Metric, measured};
use bevy_rapier2d::rapier::prelude::Vector;

/// The metrics of a trial, in the order of `Record::metrics`; those of `PLACE` go before.
pub static METRICS: [Metric; 10] = [
    Metric::new(
        "hand_deviation_mm",
        "mm",
        "the hand's largest distance from the straight line between start and target, positive to the left of the movement",
    ),
    Metric::new("cursor_deviation_mm", "mm", "the same of the cursor that shows the hand"),
    Metric::new(
        "launch_angle_deg",
        "deg",
        "angle between the directions to the cursor and to the target, as seen from the start, once a quarter of the way is gone, \
         positive to the left; empty if the cursor never came so far",
    ),
    Metric::new("end_angle_deg", "deg", "the same at the end of the trial"),
    Metric::new("end_error_mm", "mm", "distance between cursor and target at the end of the trial"),
    Metric::new(
        "movement_time_s",
        "s",
        "time between the first and the last step in which the hand is faster than 0.03 m/s; empty if it never is",
    ),
    Metric::new("peak_speed_m_per_s", "m/s", "largest speed of the hand"),
    Metric::new(
        "mean_feedback",
        "1",
        "mean magnitude of the body's own feedback commands over joints and steps, as a share of the largest action",
    ),
    Metric::new(
        "channel_force_n",
        "N",
        "largest force of the hand against the walls of the channel, positive to the left of the movement; empty in a trial without \
         a channel in place of a field",
    ),
    Metric::new(
        "adaptation_index",
        "1",
        "slope of the regression through 0 of the hand's force on the channel on that which would cancel the field: 0 in the naive, \
         1 in full adaptation; empty in a trial without a channel in place of a field",
    ),
];
/// The metrics that say which trial it was.
pub static PLACE: [Metric; 5] = [
    Metric::new("block", "1", "index of the trial's block in the schedule, from 0"),
    Metric::new("target", "1", "index of the trial's target, from 0; empty where the target has no index"),
    Metric::new(
        "field_strength",
        "N·s/m, deg or 1",
        "strength of the trial's field in the unit of its kind: N·s/m of a curl field, degrees of a rotation or an error clamp, and a \
         factor of the others; 0 without a field",
    ),
    Metric::new("caught", "1", "whether the field was left out to catch what is expected: 1 or 0"),
    Metric::new("clamped", "1", "whether a channel kept the hand to the straight line: 1 or 0"),
];
/// Share of the way to the target after which the launch is over: too early for feedback to have changed much.
const LAUNCHED: f32 = 0.25;
/// Speed of the hand above which it moves, in m/s.
const MOVING: f32 = 0.03;
/// Deviation in mm up to which a way is straight.
pub const STRAIGHT: f32 = 3.0;
/// Deviation in mm from which it is not straight at all: less than what a field does to the unpractised.
pub const CROOKED: f32 = 15.0;
/// Distance in mm of the end point from the target up to which it is reached.
pub const REACHED: f32 = 10.0;
/// Distance in mm from which it is missed altogether.
pub const MISSED: f32 = 50.0;

/// What has been measured of a trial so far.
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
    channel_force: f32,
    force_by_ideal: f32,
    ideal_squared: f32,
}

impl Record {
    /// Takes down an env step: place (m) and velocity (m/s) of the hand, place of the cursor, at a time (s).
    pub fn step(&mut self, movement: &Movement, time: f32, hand: (Vector, Vector), cursor: Vector, own: &Controller) {
        let speed = hand.1.length();
        let way = cursor - movement.start;
        self.steps += 1;
        keep_larger(&mut self.hand_deviation, movement.left().dot(hand.0 - movement.start));
        keep_larger(&mut self.cursor_deviation, movement.left().dot(way));
        // The cursor's way as seen along the movement.
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

    /// Takes down a physics step in the channel: its force on the hand, and that of the field whose place it takes,
    /// both in N to the left of the movement.
    pub fn channel(&mut self, force: f32, field: f32) {
        keep_larger(&mut self.channel_force, -force);
        // The hand pushes against the channel as it would have to push against the field.
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
            measured(self.adaptation_index().map(|_| self.channel_force)),
            measured(self.adaptation_index()),
        ]
    }

    /// Slope of the regression through 0 of the hand's force on the channel on that which would cancel the field
    /// (Smith, Ghazizadeh & Shadmehr 2006); none without a channel or a field whose place it takes.
    pub fn adaptation_index(&self) -> Option<f32> {
        (self.ideal_squared > 0.0).then(|| self.force_by_ideal / self.ideal_squared)
    }

    /// Sums over the physics steps so far, in N²: of the force of the channel times that of the field whose place it takes, and of that
    /// squared; their ratio is the adaptation index.
    pub fn channel_sums(&self) -> [f32; 2] {
        [self.force_by_ideal, self.ideal_squared]
    }

    /// How well it went, in [0, 1]: straightness of the cursor's way times closeness of its end to the target.
    pub fn score(&self) -> f32 {
        let fall = |value: f32, full: f32, none: f32| ((none - value) / (none - full)).clamp(0.0, 1.0);
        fall(1000.0 * self.cursor_deviation.abs(), STRAIGHT, CROOKED) * fall(1000.0 * self.end_error, REACHED, MISSED)
    }
}

/// Keeps the one further from 0.
fn keep_larger(kept: &mut f32, value: f32) {
    if value.abs() > kept.abs() {
        *kept = value;
    }
}
