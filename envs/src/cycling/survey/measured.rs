//! Measured profiles.

use super::read::{Fault, Read};
use super::reader::reader;
use crate::document::{DocumentError, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Largest number of points that a task uses of a file.
pub(super) const MOST_POINTS: usize = 40_000;
/// Largest height above or below 0, in m.
const HIGHEST: f64 = 10_000.0;
/// Largest distance from 0, in m.
const LONGEST: f64 = 10_000_000.0;
/// Shortest distance between points, in m.
const CLOSEST: f64 = 1e-4;
/// A measured profile: heights at distances along a course.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Survey {
    /// Name of the file from which it was read.
    pub file: String,
    /// Which profile of the file it is, from 1, ...
    pub channel: u32,
    /// ... and how many there are.
    pub channels: u32,
    /// Distance between points in m if they are evenly spaced; the first point is at `start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spacing: Option<f64>,
    /// Distance along the course of the first of evenly spaced points, in m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<f64>,
    /// Distances of the points along the course in m, ascending, if they are not evenly spaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub distances: Vec<f64>,
    /// Heights of the points, in m.
    pub heights: Vec<f64>,
}

impl Survey {
    /// Reads a profile. `text` holds the contents of the file `name`, whose ending gives its kind; `channel`, from 1,
    /// says which of its profiles is read.
    ///
    /// # Errors
    /// What is wrong with the file, and where.
    pub fn parse(name: &str, text: &str, channel: u32) -> Result<Self, DocumentError> {
        let error = |fault: Fault| DocumentError {
            source_name: name.into(),
            place: fault.line.map(|line| (line, 1)),
            field: String::new(),
            message: fault.message,
        };
        let read = reader(name).map_err(|message| error(Fault::of(message)))?;
        let read = read(text.strip_prefix('\u{feff}').unwrap_or(text), channel as usize).map_err(error)?;
        check_points(&read).map_err(error)?;
        let file = name.rsplit(['/', '\\']).next().unwrap_or(name).to_string();
        Ok(Self::of_points(file, channel, read.channels as u32, &read.points))
    }

    fn of_points(file: String, channel: u32, channels: u32, points: &[[f64; 2]]) -> Self {
        let rounded = |value: f64| (value * 1e6).round() / 1e6;
        let heights = points.iter().map(|point| rounded(point[1])).collect();
        let all = Self { file, channel, channels, spacing: None, start: None, distances: Vec::new(), heights };
        let (first, last) = (points[0][0], points[points.len() - 1][0]);
        let spacing = (last - first) / (points.len() - 1) as f64;
        let even =
            points.iter().enumerate().all(|(index, point)| (point[0] - first - index as f64 * spacing).abs() < 1e-6);
        if even {
            let spacing = (spacing * 1e9).round() / 1e9;
            return Self { spacing: Some(spacing), start: Some(rounded(first)), ..all };
        }
        Self { distances: points.iter().map(|point| rounded(point[0])).collect(), ..all }
    }

    /// Distances and heights of all points, in m.
    pub fn points(&self) -> Vec<[f64; 2]> {
        let distance = |index: usize| match self.spacing {
            Some(spacing) => self.start.unwrap_or(0.0) + index as f64 * spacing,
            None => self.distances.get(index).copied().unwrap_or(0.0),
        };
        self.heights.iter().enumerate().map(|(index, &height)| [distance(index), height]).collect()
    }

    /// Median distance between neighbouring points, in m.
    pub fn resolution(&self) -> f64 {
        let mut gaps: Vec<f64> = self.points().windows(2).map(|pair| pair[1][0] - pair[0][0]).collect();
        gaps.sort_by(f64::total_cmp);
        gaps.get(gaps.len() / 2).copied().unwrap_or(0.0)
    }

    /// Distances of the first and the last point, in m.
    pub fn extent(&self) -> [f64; 2] {
        match (self.spacing, self.distances.first(), self.distances.last()) {
            (None, Some(&first), Some(&last)) => [first, last],
            (spacing, ..) => {
                let (start, gaps) = (self.start.unwrap_or(0.0), self.heights.len().saturating_sub(1));
                [start, start + gaps as f64 * spacing.unwrap_or(0.0)]
            }
        }
    }

    /// Only the points that determine the ground from `from` to `to`, and one more on either side.
    pub(super) fn cut(self, from: f64, to: f64) -> Self {
        let points = self.points();
        let first = points.partition_point(|point| point[0] < from).saturating_sub(1);
        let last = (points.partition_point(|point| point[0] <= to) + 1).min(points.len());
        let kept = if first + 1 < last { &points[first..last] } else { &points[..] };
        Self::of_points(self.file, self.channel, self.channels, kept)
    }

    /// Checks that its values are valid, as field `field` of a document.
    ///
    /// # Errors
    /// The first invalid value.
    pub fn validate(&self, field: &str) -> Result<(), Invalid> {
        let invalid =
            |part: &str, found: String, expected: String| Invalid { field: format!("{field}.{part}"), found, expected };
        let count = self.heights.len();
        if !(2..=MOST_POINTS).contains(&count) {
            let expected = format!("2 to {MOST_POINTS} heights");
            return Err(invalid("heights", count.to_string(), expected));
        }
        if let Some(at) = self.heights.iter().position(|height| height.is_nan() || height.abs() > HIGHEST) {
            let expected = format!("a height from -{HIGHEST} to {HIGHEST} m");
            return Err(invalid(&format!("heights[{at}]"), self.heights[at].to_string(), expected));
        }
        match self.spacing {
            Some(spacing) if !(CLOSEST..=LONGEST).contains(&spacing) => {
                return Err(invalid("spacing", spacing.to_string(), format!("{CLOSEST} to {LONGEST} m")));
            }
            Some(_) if !self.distances.is_empty() => {
                return Err(invalid("distances", "both".into(), "either `spacing` or `distances`".into()));
            }
            None if self.distances.len() != count => {
                let expected = format!("`spacing`, or as many distances as there are heights, {count}");
                return Err(invalid("distances", self.distances.len().to_string(), expected));
            }
            _ => {}
        }
        let [first, last] = self.extent();
        let known = first.abs() <= LONGEST && last.abs() <= LONGEST;
        if !known {
            return Err(invalid("start", format!("{first} to {last}"), format!("distances up to {LONGEST} m")));
        }
        let climbs = |pair: &[f64]| pair[1] - pair[0] >= 0.5 * CLOSEST;
        match self.distances.windows(2).position(|pair| !climbs(pair)) {
            Some(at) => Err(invalid(
                &format!("distances[{}]", at + 1),
                self.distances[at + 1].to_string(),
                format!("more than the {} before it", self.distances[at]),
            )),
            None => Ok(()),
        }
    }
}

/// Checks that there are points, that distances increase, and that all values are within bounds.
fn check_points(read: &Read) -> Result<(), Fault> {
    let fault = |index: usize, message: String| Fault { line: read.lines.get(index).copied(), message };
    if read.points.len() < 2 {
        return Err(Fault::of(format!("has {} points; expected 2 or more", read.points.len())));
    }
    for (index, &[distance, height]) in read.points.iter().enumerate() {
        let known = distance.abs() <= LONGEST && height.abs() <= HIGHEST;
        if !known {
            let expected = format!("expected distances up to {LONGEST} m and heights from -{HIGHEST} to {HIGHEST} m");
            return Err(fault(index, format!("point {} is at {distance} m, {height} m high; {expected}", index + 1)));
        }
        if index > 0 && distance - read.points[index - 1][0] < CLOSEST {
            let before = read.points[index - 1][0];
            let expected = "expected distances that grow from point to point, by 0.1 mm or more";
            return Err(fault(index, format!("point {} is at {distance} m after {before} m; {expected}", index + 1)));
        }
    }
    Ok(())
}
