//! Surfaces, logs, drops and grades placed along the course.

use crate::document::Invalid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Largest number of surfaces, and of features, of a ground.
const MOST: usize = 200;
/// Half the length over which one grade changes to another, in m.
const HALF_BEND: f64 = 1.0;

/// A stretch of the course with another surface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurfaceSpec {
    /// Distance along the course at which it begins, in m.
    pub from: f64,
    /// Distance along the course at which it ends, in m.
    pub to: f64,
    /// Coefficient of friction between tyre and ground; by default that of the bicycle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub friction: Option<f32>,
    /// Coefficient of rolling resistance; by default that of the bicycle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolling_resistance: Option<f32>,
}

/// A log or a drop at one position, or a grade between two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeatureSpec {
    /// Distance along the course at which a log or drop begins, in m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<f64>,
    /// Distance along the course at which a grade begins, in m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Distance along the course at which the grade ends, in m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// Height in m of a log: a smooth hump four times as long as high.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<f32>,
    /// Height in m of a drop, over the same length of the course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop: Option<f32>,
    /// Slope of a grade, rise over run, added to the ground: 0.05 is 5 % uphill. It sets in and ends over 2 m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<f32>,
}

/// Checks the surfaces of a course between the given first and last distance, in m.
///
/// # Errors
/// The first invalid field.
pub fn validate_surfaces(surfaces: &[SurfaceSpec], [first, last]: [f64; 2]) -> Result<(), Invalid> {
    few("surfaces", surfaces.len())?;
    let mut before = first;
    for (index, surface) in surfaces.iter().enumerate() {
        let field = |name: &str| format!("ground.surfaces[{index}].{name}");
        within(&field("from"), surface.from, before, last)?;
        within(&field("to"), surface.to, surface.from, last)?;
        Invalid::check(&field("friction"), surface.friction.unwrap_or(1.0), 0.0..=10.0, "")?;
        Invalid::check(&field("rolling_resistance"), surface.rolling_resistance.unwrap_or(0.0), 0.0..=0.5, "")?;
        before = surface.to;
    }
    Ok(())
}

/// Checks the features of a course between the given first and last distance, in m.
///
/// # Errors
/// The first invalid field.
pub fn validate_features(features: &[FeatureSpec], [first, last]: [f64; 2]) -> Result<(), Invalid> {
    few("features", features.len())?;
    for (index, feature) in features.iter().enumerate() {
        let field = |name: &str| format!("ground.features[{index}].{name}");
        let place = |name: &str, value: Option<f64>, from: f64| match value {
            Some(value) => within(&field(name), value, from, last),
            None => Err(missing(index, &format!("`{name}` beside it"))),
        };
        let needless = |name: &str, value: Option<f64>, wanted: &str| match value {
            Some(value) => {
                Err(Invalid { field: field(name), found: value.to_string(), expected: format!("{wanted} instead") })
            }
            None => Ok(()),
        };
        match (feature.log, feature.drop, feature.grade) {
            (Some(log), None, None) => Invalid::check(&field("log"), log, 0.001..=0.5, "m")?,
            (None, Some(drop), None) => Invalid::check(&field("drop"), drop, 0.001..=1.0, "m")?,
            (None, None, Some(grade)) => {
                Invalid::check(&field("grade"), grade, -0.35..=0.35, "")?;
                place("from", feature.from, first)?;
                place("to", feature.to, feature.from.unwrap_or(first))?;
                needless("at", feature.at, "`from` and `to`")?;
                continue;
            }
            _ => return Err(missing(index, "one of `log`, `drop` and `grade`, such as {at: 30, log: 0.1}")),
        }
        place("at", feature.at, first)?;
        needless("from", feature.from, "`at`")?;
        needless("to", feature.to, "`at`")?;
    }
    Ok(())
}

fn missing(index: usize, expected: &str) -> Invalid {
    let field = format!("ground.features[{index}]");
    Invalid { field, found: "none, or more than one".into(), expected: expected.into() }
}

fn few(list: &str, count: usize) -> Result<(), Invalid> {
    if count <= MOST {
        return Ok(());
    }
    Err(Invalid { field: format!("ground.{list}"), found: count.to_string(), expected: format!("{MOST} at most") })
}

fn within(field: &str, value: f64, low: f64, high: f64) -> Result<(), Invalid> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    let expected = format!("a distance from {low} to {high} m along the way");
    Err(Invalid { field: field.into(), found: value.to_string(), expected })
}

impl FeatureSpec {
    /// Height that the feature adds at a distance along the course, in m.
    pub fn height(&self, place: f64) -> f64 {
        let (at, size) = (self.at.unwrap_or(0.0), |size: Option<f32>| size.map(f64::from));
        if let Some(log) = size(self.log) {
            let share = ((place - at) / (4.0 * log)).clamp(0.0, 1.0);
            return log * (PI * share).sin().powi(2);
        }
        if let Some(drop) = size(self.drop) {
            return -drop * ((place - at) / drop).clamp(0.0, 1.0);
        }
        // The integral of a slope that grows linearly over the bend.
        let climbed = |from: f64| match place - from {
            beyond if beyond >= HALF_BEND => beyond,
            before if before <= -HALF_BEND => 0.0,
            within => (within + HALF_BEND).powi(2) / (4.0 * HALF_BEND),
        };
        let run = climbed(self.from.unwrap_or(0.0)) - climbed(self.to.unwrap_or(0.0));
        size(self.grade).unwrap_or(0.0) * run
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(yaml: &str) -> FeatureSpec {
        serde_yaml::from_str(yaml).unwrap()
    }

    #[test]
    fn features_have_the_heights_that_they_say() {
        let log = feature("{at: 30, log: 0.1}");
        for (place, height) in [(29.9, 0.0), (30.0, 0.0), (30.2, 0.1), (30.1, 0.05), (30.4, 0.0), (31.0, 0.0)] {
            assert!((log.height(place) - height).abs() < 1e-6, "log at {place}");
        }
        let drop = feature("{at: 50, drop: 0.3}");
        for (place, height) in [(50.0, 0.0), (50.15, -0.15), (50.3, -0.3), (90.0, -0.3)] {
            assert!((drop.height(place) - height).abs() < 1e-6, "drop at {place}");
        }
        let grade = feature("{from: 60, to: 80, grade: 0.05}");
        for (place, height) in [(59.0, 0.0), (60.0, 0.0125), (61.0, 0.05), (70.0, 0.5), (81.0, 1.0), (200.0, 1.0)] {
            assert!((grade.height(place) - height).abs() < 1e-6, "grade at {place}: {}", grade.height(place));
        }
    }

    #[test]
    fn features_that_make_no_sense_are_refused() {
        for (yaml, field) in [
            ("{at: 30}", "ground.features[0]"),
            ("{at: 30, log: 0.1, drop: 0.1}", "ground.features[0]"),
            ("{log: 0.1}", "ground.features[0]"),
            ("{at: 30, log: 0.6}", "ground.features[0].log"),
            ("{at: 200, log: 0.1}", "ground.features[0].at"),
            ("{at: 30, from: 3, log: 0.1}", "ground.features[0].from"),
            ("{from: 30, grade: 0.1}", "ground.features[0]"),
            ("{from: 30, to: 20, grade: 0.1}", "ground.features[0].to"),
            ("{at: 2, from: 30, to: 40, grade: 0.1}", "ground.features[0].at"),
            ("{from: 30, to: 40, grade: 1}", "ground.features[0].grade"),
            ("{at: .nan, drop: 0.1}", "ground.features[0].at"),
        ] {
            assert_eq!(validate_features(&[feature(yaml)], [0.0, 100.0]).unwrap_err().field, field, "{yaml}");
        }
    }
}
