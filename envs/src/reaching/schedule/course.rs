//! Strengths that vary from trial to trial within a block.

use super::conditions::FieldKind;
use crate::document::Invalid;
use crate::seed::Seed;
use rand::RngExt;
use rand_distr::StandardNormal;
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::f64::consts::TAU;
use std::fmt;

/// Largest number of trials of a block with a random walk, which is recomputed from its start in each trial.
pub const LONGEST_WALK: u32 = 10_000;

/// Strength of a block's field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Strength {
    /// The same strength in all trials.
    Constant(f32),
    /// A strength that varies from trial to trial.
    Course(Course),
}

/// A course of strengths over the trials of a block; exactly one of these.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// A linear ramp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp: Option<Ramp>,
    /// A random walk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random_walk: Option<RandomWalk>,
    /// A sinusoid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sinusoid: Option<Sinusoid>,
    /// An independent draw for each trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normal: Option<Normal>,
}

/// A linear ramp from the strength in the first trial to the strength in the last. If the block continues, the last
/// strength stays. All in the field's unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// Strength in the first trial.
    pub from: f32,
    /// Strength in the last trial.
    pub to: f32,
}

/// A random walk with normally distributed steps from the subject's seed, stopped at the bounds of the field's
/// strengths. If the block continues, the last strength stays.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RandomWalk {
    /// Strength in the first trial, in the field's unit.
    #[serde(default)]
    pub from: f32,
    /// Standard deviation of a step from one trial to the next, in the field's unit.
    pub sd: f32,
}

/// strength = mean + amplitude · sin(2π trial / period + phase), with trials counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sinusoid {
    /// Mean strength, in the field's unit.
    #[serde(default)]
    pub mean: f32,
    /// Largest deviation from it, in the field's unit.
    pub amplitude: f32,
    /// Period, in trials.
    pub period: f32,
    /// Phase at trial 0, in degrees.
    #[serde(default)]
    pub phase: f32,
}

/// Independent normal draws from the subject's seed, one per trial, limited to the field's range of strengths.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Normal {
    /// Its mean, in the field's unit.
    #[serde(default)]
    pub mean: f32,
    /// Its standard deviation, in the field's unit.
    pub sd: f32,
}

impl Default for Strength {
    fn default() -> Self {
        Strength::Constant(0.0)
    }
}

impl<'de> Deserialize<'de> for Strength {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrCourse;
        impl<'de> Visitor<'de> for NumberOrCourse {
            type Value = Strength;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a course such as {ramp: {from: 0, to: 13}}")
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Strength, E> {
                Ok(Strength::Constant(number as f32))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Strength, E> {
                Ok(Strength::Constant(number as f32))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Strength, E> {
                Ok(Strength::Constant(number as f32))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Strength, A::Error> {
                Course::deserialize(MapAccessDeserializer::new(map)).map(Strength::Course)
            }
        }
        deserializer.deserialize_f32(NumberOrCourse)
    }
}

impl Strength {
    /// The strength in trial `turn` of a block with that many trials, which is trial `index` of the lane. Random
    /// strengths follow from `seed`.
    pub(super) fn at(&self, seed: Seed, index: u64, turn: u64, field: FieldKind, trials: u32) -> f32 {
        match self {
            Strength::Constant(strength) => *strength,
            Strength::Course(course) => course.at(seed, index, turn, field, trials),
        }
    }

    pub(super) fn validate(&self, path: &str, field: FieldKind) -> Result<(), Invalid> {
        match self {
            Strength::Constant(strength) => {
                let (range, unit) = field.strengths();
                Invalid::check(path, *strength, range, unit)
            }
            Strength::Course(course) => course.validate(path, field),
        }
    }
}

impl Course {
    fn at(&self, seed: Seed, index: u64, turn: u64, field: FieldKind, trials: u32) -> f32 {
        let range = field.strengths().0;
        let within = |strength: f64| strength.clamp(f64::from(*range.start()), f64::from(*range.end()));
        let last = u64::from(trials).saturating_sub(1);
        let strength = match self {
            Course { ramp: Some(Ramp { from, to }), .. } => {
                let (from, to) = (f64::from(*from), f64::from(*to));
                from + (to - from) * turn.min(last) as f64 / last.max(1) as f64
            }
            Course { random_walk: Some(RandomWalk { from, sd }), .. } => {
                let mut rng = seed.fan("random walk", index - turn).rng();
                (0..turn.min(last)).fold(f64::from(*from), |strength, _| {
                    let step: f64 = rng.sample(StandardNormal);
                    within(strength + f64::from(*sd) * step)
                })
            }
            Course { sinusoid: Some(Sinusoid { mean, amplitude, period, phase }), .. } => {
                let turns = turn as f64 / f64::from(*period) + f64::from(*phase) / 360.0;
                f64::from(*mean) + f64::from(*amplitude) * (TAU * turns).sin()
            }
            Course { normal: Some(Normal { mean, sd }), .. } => {
                let drawn: f64 = seed.fan("strength", index).rng().sample(StandardNormal);
                within(f64::from(*mean) + f64::from(*sd) * drawn)
            }
            Course { .. } => 0.0,
        };
        strength as f32
    }

    fn validate(&self, path: &str, field: FieldKind) -> Result<(), Invalid> {
        let (range, unit) = field.strengths();
        let (low, high) = (*range.start(), *range.end());
        let strength = |name: &str, value| Invalid::check(&format!("{path}.{name}"), value, low..=high, unit);
        let spread = |name: &str, value| Invalid::check(&format!("{path}.{name}"), value, 0.0..=high - low, unit);
        let Course { ramp, random_walk, sinusoid, normal } = self;
        let given = [ramp.is_some(), random_walk.is_some(), sinusoid.is_some(), normal.is_some()];
        let given = given.iter().filter(|&&given| given).count();
        if given != 1 {
            let expected = "one of ramp, random_walk, sinusoid and normal".into();
            return Err(Invalid { field: path.into(), found: given.to_string(), expected });
        }
        if let Some(Ramp { from, to }) = ramp {
            strength("ramp.from", *from)?;
            strength("ramp.to", *to)?;
        }
        if let Some(RandomWalk { from, sd }) = random_walk {
            strength("random_walk.from", *from)?;
            spread("random_walk.sd", *sd)?;
        }
        if let Some(Sinusoid { mean, amplitude, period, phase }) = sinusoid {
            strength("sinusoid.mean", *mean)?;
            let most = (high - mean).min(mean - low);
            Invalid::check(&format!("{path}.sinusoid.amplitude"), *amplitude, -most..=most, unit)?;
            Invalid::check(&format!("{path}.sinusoid.period"), *period, 2.0..=1e6, "trials")?;
            Invalid::check(&format!("{path}.sinusoid.phase"), *phase, -360.0..=360.0, "degrees")?;
        }
        if let Some(Normal { mean, sd }) = normal {
            strength("normal.mean", *mean)?;
            spread("normal.sd", *sd)?;
        }
        Ok(())
    }

    /// The course in words, with the field's unit.
    pub(crate) fn in_words(&self, unit: &str) -> String {
        match self {
            Course { ramp: Some(Ramp { from, to }), .. } => format!("ramp from {from} to {to}{unit}"),
            Course { random_walk: Some(RandomWalk { from, sd }), .. } => {
                format!("random walk from {from}{unit} with an SD of {sd} per trial")
            }
            Course { sinusoid: Some(Sinusoid { mean, amplitude, period, .. }), .. } => {
                format!("sinusoid of {amplitude} about {mean}{unit} with a period of {period} trials")
            }
            Course { normal: Some(Normal { mean, sd }), .. } => {
                format!("drawn for each trial with mean {mean}{unit} and SD {sd}")
            }
            Course { .. } => String::new(),
        }
    }
}
