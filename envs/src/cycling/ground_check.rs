//! Checks of a ground's fields.

use super::grid::{POINTS, SPACING, START};
use super::ground_spec::GroundSpec;
use super::placed::{validate_features, validate_surfaces};
use super::survey::{ProfileSource, Survey};
use super::way::Way;
use crate::document::Invalid;

/// Longest stretch of a profile, in m.
const LONGEST_STRETCH: f64 = 20_000.0;
/// Shortest stretch of a profile, in m.
const SHORTEST_STRETCH: f64 = 1.0;

impl GroundSpec {
    /// Checks that every value is valid for a course of that length (m).
    ///
    /// # Errors
    /// The first field that is not.
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

    /// Checks profile and stretch, and returns the bounds of the stretch.
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
