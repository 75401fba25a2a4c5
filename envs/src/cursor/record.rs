//! Measures of a trial.

use crate::task::{Metric, measured};
use bevy_rapier2d::rapier::prelude::Vector;

/// The metrics of a trial, in the order of [`Record::metrics`]; `PLACE` comes before them.
pub static METRICS: [Metric; 4] = [
    Metric::new("acquired", "1", "whether the target was acquired in time: 1 or 0"),
    Metric::new(
        "acquisition_time_s",
        "s",
        "time from the start of the trial until the target was acquired; empty if it was not",
    ),
    Metric::new(
        "half_deviation_mm",
        "mm",
        "distance of the cursor from the straight line to the target, halfway along it, positive to the left; empty if the \
         cursor never got that far",
    ),
    Metric::new(
        "launch_angle_deg",
        "deg",
        "direction of the cursor from the start after 0.3 s minus direction of the target, positive to the left; \
         empty if the cursor has not moved",
    ),
];
/// The metrics that identify the trial.
pub static PLACE: [Metric; 4] = [
    Metric::new("block", "1", "index of the trial's block in the schedule, from 0"),
    Metric::new("target", "1", "index of the trial's target, from 0"),
    Metric::new("direction_deg", "deg", "direction of the target: 0 to the right, counter-clockwise positive"),
    Metric::new("mix", "1", "fraction of the perturbation mixed into the intuitive decoder, from 0 to 1"),
];
/// Time at which the launch angle is measured, in s.
const LAUNCHED: f32 = 0.3;

/// Measures of a trial so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Record {
    acquired: Option<f32>,
    half: Option<f32>,
    launch: Option<Vector>,
}

impl Record {
    /// Records a step at a time (s): the cursor's position relative to the start, along the direction of the target and
    /// to its left, in m; the target is at `distance` (m).
    pub fn step(&mut self, time: f32, way: Vector, distance: f32) {
        if self.half.is_none() && way.length() >= 0.5 * distance {
            self.half = Some(way.y);
        }
        if time <= LAUNCHED {
            self.launch = Some(way);
        }
    }

    /// Records that the target was acquired at a time (s).
    pub fn acquire(&mut self, time: f32) {
        self.acquired = Some(time);
    }

    /// Time at which the target was acquired, in s; `None` if it was not.
    pub fn acquired(&self) -> Option<f32> {
        self.acquired
    }

    /// The metrics, in the order of `METRICS`.
    pub fn metrics(&self) -> [f32; METRICS.len()] {
        let launch = self.launch.filter(|way| *way != Vector::ZERO);
        [
            f32::from(u8::from(self.acquired.is_some())),
            measured(self.acquired),
            measured(self.half.map(|deviation| 1000.0 * deviation)),
            measured(launch.map(|way| way.y.atan2(way.x).to_degrees())),
        ]
    }
}
