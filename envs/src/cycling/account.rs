//! Facts about a ground: its length, its grades, and its roughness by ISO 8608.

use super::grid::WAY_SPACING;
use super::ground_spec::{Filter, GroundSpec, SmoothingSpec};
use super::spec::CyclingSpec;
use super::survey::{Roughness, Survey};
use super::way::Way;
use crate::task::{Fact, FactValue};

/// Base length over which grades are computed, in m: on shorter ones a grade is roughness.
const BASE: f64 = 10.0;
/// Shortest wavelength whose height is trusted, in units of the resolution or cut-off. The power of shorter waves is 10
/// to 35 % too low, because of the filter or of the straight lines between points.
const FAITHFUL: f64 = 4.0;

/// Facts about a ground with a measured profile or with things placed by hand; empty for others.
pub fn of(spec: &CyclingSpec, way: &Way) -> Vec<Fact> {
    let ground = &spec.ground;
    let mut facts = Vec::new();
    if let Some(survey) = ground.survey() {
        facts.extend(of_profile(ground, survey, way));
    }
    for (name, count) in [("surfaces", ground.surfaces.len()), ("features", ground.features.len())] {
        if count > 0 {
            facts.push(number(name, count as f64, "1", "number placed by hand along the course"));
        }
    }
    facts
}

fn of_profile(ground: &GroundSpec, survey: &Survey, way: &Way) -> Vec<Fact> {
    let ([first, last], resolution, cutoff) = (survey.extent(), survey.resolution(), ground.cutoff());
    let (from, heights) = way.heights();
    let spacing = WAY_SPACING;
    let length = heights.len().saturating_sub(1) as f64 * spacing;
    let step = ((BASE / spacing).round() as usize).min(heights.len().saturating_sub(1)).max(1);
    let grades = || heights.windows(step + 1).map(|part| (part[step] - part[0]) / (step as f64 * spacing));
    let rises =
        || heights.iter().step_by(step).zip(heights.iter().skip(step).step_by(step)).map(|(low, high)| high - low);
    let filter = match ground.smoothing {
        Some(SmoothingSpec { filter: Filter::Gaussian, cutoff }) if cutoff > 0.0 => {
            format!("Gaussian (ISO 16610-21), cut-off {cutoff} m")
        }
        _ => "none".into(),
    };
    let over = format!("over {} m", tidy(step as f64 * spacing, 2));
    let mut facts = vec![
        text("profile", &survey.file, "file from which the profile was read"),
        text(
            "profile_channel",
            &format!("{} of {}", survey.channel, survey.channels),
            "profile used, of all in the file",
        ),
        number("profile_points", survey.heights.len() as f64, "1", "points of the file that are used"),
        number("profile_resolution", tidy(resolution, 4), "m", "median distance between points"),
        number("profile_length", tidy(last - first, 2), "m", "distance from the first to the last point"),
        text("filter", &filter, "filter that smooths the profile"),
        number("stretch_from", tidy(from, 2), "m", "distance at which the ridden stretch begins"),
        number(
            "stretch_length",
            tidy(length, 2),
            "m",
            "length of the ridden stretch; beyond it the ground continues level",
        ),
        number(
            "last_start",
            tidy(way.last_begin(), 2),
            "m",
            "last position along the course at which an episode may begin",
        ),
        number("ascent", tidy(rises().filter(|rise| *rise > 0.0).sum(), 2), "m", &format!("summed rise, {over}")),
        number(
            "descent",
            tidy(rises().filter(|rise| *rise < 0.0).sum::<f64>().abs(), 2),
            "m",
            &format!("summed fall, {over}"),
        ),
        number(
            "steepest_up",
            tidy(100.0 * grades().fold(0.0, f64::max), 2),
            "%",
            &format!("steepest grade up, {over}"),
        ),
        number(
            "steepest_down",
            tidy(100.0 * grades().fold(0.0, f64::min), 2),
            "%",
            &format!("steepest grade down, {over}"),
        ),
    ];
    match Roughness::of(heights, spacing, FAITHFUL * resolution.max(cutoff)) {
        Some(roughness) => {
            let [low, high] = roughness.fitted.map(|wavenumber| tidy(wavenumber, 3));
            let fitted = format!("least-squares fit from {low} to {high} cycles/m with exponent -2");
            facts.push(text(
                "iso_8608_class",
                &roughness.class().to_string(),
                "roughness class by the spectral density",
            ));
            facts.push(number(
                "roughness",
                roughness.density,
                "m³",
                &format!("displacement spectral density at 0.1 cycles/m, {fitted}"),
            ));
            facts.push(number(
                "waviness",
                tidy(roughness.waviness, 2),
                "1",
                "best-fitting negative exponent; 2 in ISO 8608",
            ));
        }
        None => facts.push(text(
            "iso_8608_class",
            "none",
            "not determined: the profile is too coarse, smooth or short (two octaves of waves are needed)",
        )),
    }
    let drawn = match way.unmeasured() {
        Some(longest) if ground.roughness > 0.0 && 1.0 / longest < f64::from(ground.highest_wavenumber) => longest,
        _ => 0.0,
    };
    facts.push(number(
        "drawn_below",
        tidy(drawn, 2),
        "m",
        "waves shorter than this are drawn by `ground.roughness`; 0 if none are",
    ));
    facts
}

/// The ground after the level start, in words.
pub fn ground_in_words(ground: &GroundSpec) -> String {
    match (ground.survey(), ground.stretch.as_ref().is_some_and(|stretch| stretch.random_start)) {
        (None, _) => "fresh ground".into(),
        (Some(survey), false) => format!("the profile of {}", survey.file),
        (Some(survey), true) => format!("the profile of {}, from a random position in each episode", survey.file),
    }
}

fn tidy(value: f64, places: i32) -> f64 {
    let scale = 10f64.powi(places);
    // Adding 0 turns a negative zero into a positive one.
    (value * scale).round() / scale + 0.0
}

fn number(name: &str, value: f64, unit: &str, meaning: &str) -> Fact {
    Fact { name: name.into(), value: FactValue::Number(value), unit: unit.into(), meaning: meaning.into() }
}

fn text(name: &str, value: &str, meaning: &str) -> Fact {
    Fact { name: name.into(), value: FactValue::Text(value.into()), unit: String::new(), meaning: meaning.into() }
}
