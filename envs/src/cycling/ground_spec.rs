//! What can be said about the ground in YAML: drawn by chance, measured, and with things placed on it.

use super::placed::{FeatureSpec, SurfaceSpec, validate_features, validate_surfaces};
use super::profile::{POINTS, SPACING, START};
use super::survey::{ProfileSource, Survey};
use super::way::Way;
use crate::document::Invalid;
use serde::{Deserialize, Serialize};

/// Longest course on drawn ground, in m.
const LONGEST_DRAWN_COURSE: f32 = 90.0;
/// Longest course on a measured profile, in m: places are single-precision numbers to the physics.
const LONGEST_MEASURED_COURSE: f32 = 2_000.0;
/// Longest stretch of a profile, in m.
const LONGEST_STRETCH: f64 = 20_000.0;
/// Shortest stretch of a profile, in m.
const SHORTEST_STRETCH: f64 = 1.0;

/// The ground: ISO 8608 roughness; for trails grades, logs and drops; a measured profile; surfaces and features placed by hand.
///
/// Distances along the way are those of the profile where there is one, and else those from the start of the ride.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroundSpec {
    /// Displacement spectral density at 0.1 cycles/m, in m³: the mean of class A is 16e-6, each class four times more. On a
    /// measured profile only waves that are too short for it are drawn.
    pub roughness: f32,
    /// Longest waves, in cycles/m.
    pub lowest_wavenumber: f32,
    /// Shortest waves, in cycles/m.
    pub highest_wavenumber: f32,
    /// Level ground at the start, in m.
    pub level_start: f32,
    /// Length over which the roughness, and the slopes of a measured profile, fade in, in m.
    pub ramp: f32,
    /// Steepest grade up or down, in rad. A measured profile has its own grades instead.
    #[serde(default)]
    pub steepest_grade: f32,
    /// Length of a stretch of one grade, in m.
    #[serde(default = "twelve")]
    pub grade_length: f32,
    /// Highest log, in m.
    #[serde(default)]
    pub highest_log: f32,
    /// Highest drop, in m.
    #[serde(default)]
    pub highest_drop: f32,
    /// Length of a stretch with one log or drop in it, in m.
    #[serde(default = "twelve")]
    pub feature_length: f32,
    /// A measured profile: the path of a file (.csv, .gpx or .erd), in whose place its contents are put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileSource>,
    /// Which of the file's profiles, from 1: the column of heights of a table, the track of a GPX file, the channel of an ERD file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<u32>,
    /// How the profile is smoothed. Tracks (.gpx) are if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smoothing: Option<SmoothingSpec>,
    /// The part of the profile that is ridden; all of it if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stretch: Option<StretchSpec>,
    /// Surfaces along the way, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub surfaces: Vec<SurfaceSpec>,
    /// Logs, drops and grades placed by hand, on top of all else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<FeatureSpec>,
}

/// A filter, and how much it smooths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmoothingSpec {
    /// The filter.
    #[serde(default)]
    pub filter: Filter,
    /// Length in m of waves that are left with half their height; 0 smooths nothing.
    pub cutoff: f32,
}

/// A filter of heights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Filter {
    /// The Gaussian filter of ISO 16610-21.
    #[default]
    Gaussian,
}

/// A part of a measured profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StretchSpec {
    /// Distance along the profile at which it begins, in m; the profile's beginning if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Distance along the profile at which it ends, in m; the profile's end if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// Whether each episode begins at a place of its own, from which the whole course is within the stretch as far as it is long
    /// enough; else all begin where the stretch does.
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

    /// Longest course that may be ridden on it, in m.
    pub fn longest_course(&self) -> f32 {
        if self.profile.is_some() { LONGEST_MEASURED_COURSE } else { LONGEST_DRAWN_COURSE }
    }

    /// The part from where to where, in m, is ridden of a profile of that extent.
    pub fn bounds(&self, [first, last]: [f64; 2]) -> [f64; 2] {
        let (from, to) = self.stretch.as_ref().map_or((None, None), |stretch| (stretch.from, stretch.to));
        [from.unwrap_or(first), to.unwrap_or(last)]
    }

    /// Cut-off wavelength of the filter of the profile, in m; 0 without one.
    pub fn cutoff(&self) -> f64 {
        self.smoothing.as_ref().map_or(0.0, |smoothing| f64::from(smoothing.cutoff))
    }

    /// Checks that every value makes sense, with a course of that length (m).
    ///
    /// # Errors
    /// The first field that does not.
    pub fn validate(&self, course: f32) -> Result<(), Invalid> {
        let check = Invalid::check;
        check("ground.roughness", self.roughness, 0.0..=0.3, "m³")?;
        check("ground.lowest_wavenumber", self.lowest_wavenumber, 0.001..=4.0, "cycles/m")?;
        check("ground.highest_wavenumber", self.highest_wavenumber, self.lowest_wavenumber..=10.0, "cycles/m")?;
        check("ground.level_start", self.level_start, 2.0..=100.0, "m")?;
        check("ground.ramp", self.ramp, 0.1..=100.0, "m")?;
        check("ground.steepest_grade", self.steepest_grade, 0.0..=0.35, "rad")?;
        check("ground.grade_length", self.grade_length, 1.0..=100.0, "m")?;
        check("ground.highest_log", self.highest_log, 0.0..=0.5, "m")?;
        check("ground.highest_drop", self.highest_drop, 0.0..=1.0, "m")?;
        check("ground.feature_length", self.feature_length, 2.0..=100.0, "m")?;
        let extent = match self.survey() {
            Some(survey) => self.validate_profile(survey)?,
            None => {
                self.validate_without_profile()?;
                [0.0, f64::from(START + SPACING * (POINTS - 1) as f32)]
            }
        };
        validate_surfaces(&self.surfaces, extent)?;
        validate_features(&self.features, extent)?;
        Way::of(self, course).check()
    }

    /// Checks profile and stretch, and returns the stretch's bounds.
    fn validate_profile(&self, survey: &Survey) -> Result<[f64; 2], Invalid> {
        survey.validate("ground.profile")?;
        if let Some(channel) = self.channel {
            let expected = "none, as the profile stands in the document; it chooses from a file".into();
            return Err(Invalid { field: "ground.channel".into(), found: channel.to_string(), expected });
        }
        if let Some(smoothing) = &self.smoothing {
            Invalid::check("ground.smoothing.cutoff", smoothing.cutoff, 0.0..=1000.0, "m")?;
        }
        let [first, last] = survey.extent();
        let [from, to] = self.bounds([first, last]);
        let invalid = |end: &str, found: f64, low: f64, high: f64| {
            let field = format!("ground.stretch.{end}");
            let expected = format!("a distance from {low} to {high} m");
            Err(Invalid { field, found: found.to_string(), expected })
        };
        if last - first < SHORTEST_STRETCH {
            let expected = format!("one of {SHORTEST_STRETCH} m or more");
            let found = format!("a profile of {} m", last - first);
            return Err(Invalid { field: "ground.profile".into(), found, expected });
        }
        if !(first..=last - SHORTEST_STRETCH).contains(&from) {
            return invalid("from", from, first, last - SHORTEST_STRETCH);
        }
        if !(from + SHORTEST_STRETCH..=last).contains(&to) {
            return invalid("to", to, from + SHORTEST_STRETCH, last);
        }
        if to - from > LONGEST_STRETCH {
            let expected =
                format!("`stretch: {{from: …, to: …}}` within {first} to {last} m, of {LONGEST_STRETCH} m at most");
            let (field, found) = ("ground.stretch".into(), format!("a stretch of {} m", to - from));
            return Err(Invalid { field, found, expected });
        }
        Ok([from, to])
    }

    fn validate_without_profile(&self) -> Result<(), Invalid> {
        if let Some(ProfileSource::Named(name)) = &self.profile {
            let expected = "a profile in place of its name".into();
            return Err(Invalid { field: "ground.profile".into(), found: format!("`{name}`"), expected });
        }
        let given = [
            ("channel", self.channel.is_some()),
            ("smoothing", self.smoothing.is_some()),
            ("stretch", self.stretch.is_some()),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((field, _)) => Err(Invalid {
                field: format!("ground.{field}"),
                found: "it without a profile".into(),
                expected: "`ground.profile` beside it".into(),
            }),
            None => Ok(()),
        }
    }
}
