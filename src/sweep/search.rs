//! The settings of a sweep: all combinations of a grid, or random draws.

use crate::experiment::Named;
use crate::run::limits::{LARGEST_SEED, whole};
use etude_envs::Seed;
use etude_envs::document::{Invalid, shown};
use rand::RngExt;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_yaml::Value;
use std::collections::BTreeSet;
use std::fmt;

/// Largest number of settings in a sweep: each leaves a checkpoint for every subject and task.
pub const MOST_SETTINGS: u64 = 1_000;
/// Number of draws per requested setting, since some draws may coincide.
const DRAWS: u64 = 100;
/// Number of significant digits of a drawn number after the first.
const DIGITS: usize = 3;

/// Settings drawn at random, each independently of the others (Bergstra & Bengio 2012).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Random {
    /// Number of settings.
    pub count: u64,
    /// Seed of the draws.
    #[serde(default)]
    pub seed: u64,
    /// Possible values, by the path of a setting.
    pub settings: Named<Axis>,
}

/// Possible values of a setting.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Axis {
    /// One of these values.
    Choice(Vec<Value>),
    /// A number from a range.
    Range(Range),
}

/// A range of numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Smallest number.
    pub from: f64,
    /// Largest number.
    pub to: f64,
    /// Whether the numbers or their logarithms are drawn uniformly.
    #[serde(default)]
    pub scale: Scale,
    /// Whether only whole numbers are drawn.
    #[serde(default)]
    pub whole: bool,
}

/// The scale on which draws are uniform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// The numbers themselves.
    #[default]
    Linear,
    /// Their logarithms.
    Log,
}

impl<'de> Deserialize<'de> for Axis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Axis;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of values, or a range such as {from: 0.1, to: 10, scale: log}")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Axis, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(value);
                }
                Ok(Axis::Choice(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Axis, A::Error> {
                Range::deserialize(MapAccessDeserializer::new(map)).map(Axis::Range)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A value as written in YAML on one line.
pub fn text_of(value: &Value) -> String {
    match value {
        // Digits with underscores are a number where one is expected.
        Value::String(text)
            if text.contains('_') && text.chars().all(|c| c.is_ascii_digit() || "_.eE+-".contains(c)) =>
        {
            text.clone()
        }
        value => serde_json::to_string(value).unwrap_or_default(),
    }
}

/// Checks a grid before it is expanded.
///
/// # Errors
/// No paths, a path without values or with a repeated value, non-finite values, or too many combinations.
pub fn validate_grid(grid: &Named<Vec<Value>>) -> Result<(), Invalid> {
    if grid.0.is_empty() {
        return Err(invalid("grid", "nothing", "values to be tried, by the path of a setting".into()));
    }
    for (path, values) in &grid.0 {
        validate_values(&format!("grid.{path}"), values)?;
    }
    let count = grid.0.iter().fold(1u64, |count, (_, values)| count.saturating_mul(values.len() as u64));
    if count > MOST_SETTINGS {
        let expected = format!("at most {MOST_SETTINGS}: fewer values, or a `random` search");
        return Err(invalid("grid", &format!("{count} settings"), expected));
    }
    Ok(())
}

/// All combinations of a grid's values; the first path changes slowest.
pub fn combinations(grid: &Named<Vec<Value>>) -> Vec<Vec<Value>> {
    let with = |settings: Vec<Vec<Value>>, (_, values): &(String, Vec<Value>)| {
        let one = |setting: &Vec<Value>| {
            let with = |value: &Value| setting.iter().chain([value]).cloned().collect();
            values.iter().map(with).collect::<Vec<Vec<Value>>>()
        };
        settings.iter().flat_map(one).collect()
    };
    grid.0.iter().fold(vec![Vec::new()], with)
}

impl Random {
    /// Checks everything except the number of distinct settings.
    ///
    /// # Errors
    /// No paths, an invalid range, or too many settings.
    pub fn validate(&self) -> Result<(), Invalid> {
        if !(1..=MOST_SETTINGS).contains(&self.count) {
            let expected = format!("at least 1 and at most {MOST_SETTINGS} settings");
            return Err(invalid("random.count", &self.count.to_string(), expected));
        }
        whole("random.seed", self.seed, 0, LARGEST_SEED)?;
        if self.settings.0.is_empty() {
            return Err(invalid("random.settings", "nothing", "what is drawn, by the path of a setting".into()));
        }
        for (path, axis) in &self.settings.0 {
            let field = format!("random.settings.{path}");
            match axis {
                Axis::Choice(values) => validate_values(&field, values)?,
                Axis::Range(range) => range.validate(&field)?,
            }
        }
        Ok(())
    }

    /// The settings, all distinct: repeated draws are left out.
    ///
    /// # Errors
    /// More settings requested than many draws produce.
    pub fn draw(&self) -> Result<Vec<Vec<Value>>, Invalid> {
        let mut known = BTreeSet::new();
        let mut settings = Vec::new();
        for index in 0..self.count.saturating_mul(DRAWS) {
            let value = |(path, axis): &(String, Axis)| axis.at(Seed(self.seed).fan(path, index).rng().random());
            let setting: Vec<Value> = self.settings.0.iter().map(value).collect();
            if known.insert(setting.iter().map(text_of).collect::<Vec<_>>()) {
                settings.push(setting);
            }
            if settings.len() as u64 == self.count {
                return Ok(settings);
            }
        }
        let expected = format!("no more than the {} different settings that come out", settings.len());
        Err(invalid("random.count", &self.count.to_string(), expected))
    }
}

impl Axis {
    /// The value at a quantile from 0 to 1.
    fn at(&self, place: f64) -> Value {
        match self {
            Axis::Choice(values) => {
                let index = ((place * values.len() as f64) as usize).min(values.len().saturating_sub(1));
                values.get(index).cloned().unwrap_or_default()
            }
            Axis::Range(range) => range.at(place),
        }
    }
}

impl Range {
    fn at(self, place: f64) -> Value {
        // For whole numbers, each has its own interval up to the next.
        let end = if self.whole { self.to + 1.0 } else { self.to };
        let number = match self.scale {
            Scale::Linear => self.from + place * (end - self.from),
            Scale::Log => (self.from.ln() + place * (end.ln() - self.from.ln())).exp(),
        };
        if self.whole {
            return Value::from(number.floor().clamp(self.from, self.to) as i64);
        }
        let short = format!("{number:.DIGITS$e}").parse().unwrap_or(number);
        Value::from(short.clamp(self.from, self.to))
    }

    fn validate(self, field: &str) -> Result<(), Invalid> {
        let Self { from, to, scale, whole } = self;
        let wrong = |expected: &str| Err(invalid(field, &format!("a range from {from} to {to}"), expected.into()));
        // Beyond this, not all whole numbers are represented exactly.
        const LARGEST: f64 = 9e15;
        if !(from < to && from.abs() <= LARGEST && to.abs() <= LARGEST) {
            return wrong("two numbers, the first below the second");
        }
        if scale == Scale::Log && from <= 0.0 {
            return wrong("a range above 0 for a logarithmic scale");
        }
        if whole && (from.fract() != 0.0 || to.fract() != 0.0) {
            return wrong("whole numbers from one to the other");
        }
        Ok(())
    }
}

fn validate_values(field: &str, values: &[Value]) -> Result<(), Invalid> {
    if values.is_empty() {
        return Err(invalid(field, "no values", "at least one".into()));
    }
    if !values.iter().all(finite) {
        return Err(invalid(field, "a number that is not", "finite numbers".into()));
    }
    let texts: Vec<String> = values.iter().map(text_of).collect();
    match texts.iter().enumerate().find(|(index, text)| texts[..*index].contains(text)) {
        Some((_, twice)) => Err(invalid(field, &format!("`{}` twice", shown(twice)), "each value once".into())),
        None => Ok(()),
    }
}

fn finite(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_none_or(f64::is_finite),
        Value::Sequence(values) => values.iter().all(finite),
        Value::Mapping(entries) => entries.values().all(finite),
        _ => true,
    }
}

fn invalid(field: &str, found: &str, expected: String) -> Invalid {
    Invalid { field: field.into(), found: found.into(), expected }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_grid_is_all_combinations() {
        let grid = Named(vec![
            ("a".into(), vec![Value::from(1), Value::from(2)]),
            ("b".into(), vec![Value::from("x"), Value::Null, Value::from(0.5)]),
        ]);
        let texts: Vec<String> = combinations(&grid)
            .iter()
            .map(|setting| setting.iter().map(text_of).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(texts, ["1 \"x\"", "1 null", "1 0.5", "2 \"x\"", "2 null", "2 0.5"]);
    }

    #[test]
    fn what_is_drawn_is_within_its_range_spread_as_it_should_be_and_always_the_same() {
        let random = |count, scale, whole| Random {
            count,
            seed: 3,
            settings: Named(vec![("a".into(), Axis::Range(Range { from: 1.0, to: 100.0, scale, whole }))]),
        };
        let numbers = |random: &Random| -> Vec<f64> {
            random.draw().unwrap().iter().map(|setting| setting[0].as_f64().unwrap()).collect()
        };
        let below_ten =
            |numbers: &[f64]| numbers.iter().filter(|&&number| number < 10.0).count() as f64 / numbers.len() as f64;
        let (linear, log) = (numbers(&random(500, Scale::Linear, false)), numbers(&random(500, Scale::Log, false)));
        assert!(linear.iter().chain(&log).all(|number| (1.0..=100.0).contains(number)));
        // A tenth of the numbers are below ten, and half of the logarithms; four standard errors on either side.
        assert!((below_ten(&linear) - 0.09).abs() < 0.06 && (below_ten(&log) - 0.5).abs() < 0.09);
        assert_eq!(numbers(&random(500, Scale::Log, false)), log);
        // All whole numbers come out in the end, none twice.
        let mut whole = numbers(&random(100, Scale::Linear, true));
        whole.sort_by(f64::total_cmp);
        assert_eq!(whole, (1..=100).map(f64::from).collect::<Vec<_>>());
        assert_eq!(random(101, Scale::Linear, true).draw().unwrap_err().field, "random.count");
    }

    #[test]
    fn digits_kept_apart_are_a_number_and_other_text_is_text() {
        assert_eq!(text_of(&Value::from("4_000")), "4_000");
        assert_eq!(text_of(&Value::from("off")), "\"off\"");
        assert_eq!(text_of(&Value::from("a_b")), "\"a_b\"");
    }

    proptest! {
        #[test]
        fn every_place_is_within_the_range(from in 1e-9..1e9f64, factor in 1.001..1e6f64, place in 0.0..1.0f64) {
            for scale in [Scale::Linear, Scale::Log] {
                let range = Range { from, to: from * factor, scale, whole: false };
                let number = range.at(place).as_f64().unwrap();
                prop_assert!((range.from..=range.to).contains(&number), "{number} of {range:?}");
            }
        }
    }
}
