//! YAML fields of the ground: drawn at random, measured, and with surfaces and features placed on it.

use super::placed::{FeatureSpec, SurfaceSpec};
use super::survey::{ProfileSource, Survey};
use crate::document::AnyForm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest course on drawn ground, in m.
const LONGEST_DRAWN_COURSE: f32 = 90.0;
/// Longest course on a measured profile, in m: physics uses single-precision positions.
const LONGEST_MEASURED_COURSE: f32 = 2_000.0;

/// The ground: ISO 8608 roughness; grades, logs and drops of trails; a measured profile; surfaces and features placed
/// by hand.
///
/// Distances along the course are those of the profile if there is one; otherwise they are measured from the start of
/// the ride.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroundSpec {
    /// Displacement spectral density at 0.1 cycles/m, in m³ (ISO 8608): the mean of class A is 16e-6, and of each
    /// further class four times more. On a measured profile, only waves too short for its resolution are drawn.
    pub roughness: f32,
    /// Wavenumber of the longest waves, in cycles/m.
    pub lowest_wavenumber: f32,
    /// Wavenumber of the shortest waves, in cycles/m.
    pub highest_wavenumber: f32,
    /// Length of level ground at the start, in m.
    pub level_start: f32,
    /// Length over which the roughness, and the slopes of a measured profile, fade in, in m.
    pub ramp: f32,
    /// Steepest grade up or down, in rad. Unused on a measured profile, which has its own grades.
    #[serde(default)]
    pub steepest_grade: f32,
    /// Length of each stretch with one grade, in m.
    #[serde(default = "twelve")]
    pub grade_length: f32,
    /// Highest log, in m.
    #[serde(default)]
    pub highest_log: f32,
    /// Highest drop, in m.
    #[serde(default)]
    pub highest_drop: f32,
    /// Length of each stretch with one log or drop, in m.
    #[serde(default = "twelve")]
    pub feature_length: f32,
    /// A measured profile: the path of a .csv, .gpx or .erd file. The task's resolved YAML holds the file's contents
    /// instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AnyForm")]
    pub profile: Option<ProfileSource>,
    /// Which profile of the file, from 1: the column of heights of a table, the track of a GPX file, or the channel of
    /// an ERD file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<u32>,
    /// How the profile is smoothed. By default only tracks (.gpx) are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smoothing: Option<SmoothingSpec>,
    /// The part of the profile that is ridden; by default all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stretch: Option<StretchSpec>,
    /// Surfaces along the course, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub surfaces: Vec<SurfaceSpec>,
    /// Logs, drops and grades placed by hand, on top of everything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<FeatureSpec>,
}

/// A filter and its cut-off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SmoothingSpec {
    /// The filter.
    #[serde(default)]
    pub filter: Filter,
    /// Wavelength in m at which half the amplitude remains; 0 for no smoothing.
    pub cutoff: f32,
}

/// A filter of heights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Filter {
    /// The Gaussian filter of ISO 16610-21.
    #[default]
    Gaussian,
}

/// A part of a measured profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StretchSpec {
    /// Distance along the profile at which it begins, in m; by default the beginning of the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Distance along the profile at which it ends, in m; by default the end of the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// Whether each episode starts at its own random position, chosen so that the whole course fits into the stretch if
    /// it is long enough. Otherwise all episodes start at the beginning of the stretch.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub random_start: bool,
}

fn twelve() -> f32 {
    12.0
}

impl GroundSpec {
    /// Perfectly level ground.
    pub fn level() -> Self {
        Self {
            roughness: 0.0,
            lowest_wavenumber: 0.01,
            highest_wavenumber: 4.0,
            level_start: 6.0,
            ramp: 4.0,
            steepest_grade: 0.0,
            grade_length: twelve(),
            highest_log: 0.0,
            highest_drop: 0.0,
            feature_length: twelve(),
            profile: None,
            channel: None,
            smoothing: None,
            stretch: None,
            surfaces: Vec::new(),
            features: Vec::new(),
        }
    }

    /// The measured profile, if there is one.
    pub fn survey(&self) -> Option<&Survey> {
        match &self.profile {
            Some(ProfileSource::Surveyed(survey)) => Some(survey),
            _ => None,
        }
    }

    /// Longest course allowed on it, in m.
    pub fn longest_course(&self) -> f32 {
        if self.profile.is_some() { LONGEST_MEASURED_COURSE } else { LONGEST_DRAWN_COURSE }
    }

    /// The part of a profile of that extent that is ridden, from first to last distance in m.
    pub fn bounds(&self, [first, last]: [f64; 2]) -> [f64; 2] {
        let (from, to) = self.stretch.as_ref().map_or((None, None), |stretch| (stretch.from, stretch.to));
        [from.unwrap_or(first), to.unwrap_or(last)]
    }

    /// Cut-off wavelength of the profile's filter, in m; 0 without one.
    pub fn cutoff(&self) -> f64 {
        self.smoothing.as_ref().map_or(0.0, |smoothing| f64::from(smoothing.cutoff))
    }
}
