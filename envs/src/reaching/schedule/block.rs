//! Blocks of trials of one kind.

use super::conditions::{Conditions, CursorShown, FieldKind, LONGEST_BREAK};
use super::course::{LONGEST_WALK, Strength};
use super::table::TrialTable;
use crate::document::AnyForm;
use crate::document::Invalid;
use crate::reaching::movement_spec::MovementSpec;
use crate::seed::Seed;
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Largest number of trials in a block.
const MOST_TRIALS: u32 = 1_000_000;

/// A block of trials of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockSpec {
    /// Number of trials, or a table with a row for each trial. Unless the schedule repeats, the last block continues
    /// indefinitely.
    #[serde(default)]
    #[schemars(with = "AnyForm")]
    pub trials: Trials,
    /// What acts on the hand or the cursor.
    #[serde(default)]
    pub field: FieldKind,
    /// Strength of the field in all trials, or a course over trials, in the unit of its kind: N·s/m for a curl field, degrees for a
    /// rotation or an error clamp, a factor for the others.
    #[serde(default)]
    #[schemars(with = "AnyForm")]
    pub strength: Strength,
    /// Probability of a catch trial, in which the field is left out.
    #[serde(default)]
    pub catch: f32,
    /// Probability of an error-clamp trial, in which the channel replaces the field.
    #[serde(default)]
    pub clamp: f32,
    /// When the cursor is shown.
    #[serde(default)]
    pub cursor: CursorShown,
    /// Whether the cursor is hidden and the only reward is for the end point, in the last step.
    #[serde(default)]
    pub reward_only: bool,
    /// Standard deviation of the noise in the seen position of the cursor, drawn in each step along both axes, in m.
    /// The noise in its seen velocity is the same displacement per 0.1 s.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub blur: f32,
    /// Standard deviation of a displacement of the seen cursor, drawn once per trial along both axes, in m. Its seen
    /// velocity is unchanged.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub trial_blur: f32,
    /// Matrix that maps the cursor's displacement from the start, row by row; the identity unless the field is
    /// `linear`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<[[f32; 2]; 2]>,
    /// Rewarded direction relative to the target that is shown, in degrees, counter-clockwise positive. Reward and
    /// score are for movements in that direction; only the reward reveals it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub payoff: f32,
    /// Directions of the targets in degrees, if they differ from `movement.targets`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<f32>>,
    /// The cue that is shown, from 1 to the task's `cues`; 0 for none.
    #[serde(default, skip_serializing_if = "no_cue")]
    pub cue: u32,
    /// A break after the block: time until the next trial, in s, in which an agent may forget.
    #[serde(default, rename = "break", skip_serializing_if = "is_zero")]
    pub rest: f32,
    /// Number of trials after which such a break follows, repeatedly; by default the length of the block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_every: Option<u32>,
}

/// The trials of a block.
#[derive(Clone, Debug, PartialEq)]
pub enum Trials {
    /// That many trials of one kind.
    Count(u32),
    /// One trial for each row of the table, with the conditions of the row.
    Table(TrialTable),
    /// A table in a file of this name; its contents replace the name before the task is made.
    File(String),
}

fn is_zero(value: &f32) -> bool {
    *value == 0.0
}

fn no_cue(cue: &u32) -> bool {
    *cue == 0
}

impl Trials {
    /// Number of trials.
    pub fn count(&self) -> u32 {
        match self {
            Trials::Count(count) => *count,
            Trials::Table(table) => table.rows().len() as u32,
            Trials::File(_) => 1,
        }
    }
}

impl Default for Trials {
    fn default() -> Self {
        Trials::Count(1)
    }
}

impl Serialize for Trials {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Trials::Count(count) => serializer.serialize_u32(*count),
            Trials::Table(table) => table.serialize(serializer),
            Trials::File(name) => serializer.serialize_str(name),
        }
    }
}

impl<'de> Deserialize<'de> for Trials {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CountOrTable;
        impl<'de> Visitor<'de> for CountOrTable {
            type Value = Trials;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or the path of a table of trials (CSV)")
            }

            fn visit_u64<E: de::Error>(self, count: u64) -> Result<Trials, E> {
                let whole =
                    u32::try_from(count).map_err(|_| E::invalid_type(de::Unexpected::Unsigned(count), &self))?;
                Ok(Trials::Count(whole))
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Trials, E> {
                Ok(Trials::File(name.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Trials, A::Error> {
                TrialTable::deserialize(MapAccessDeserializer::new(map)).map(Trials::Table)
            }
        }
        deserializer.deserialize_u32(CountOrTable)
    }
}

impl BlockSpec {
    /// Directions of the block's targets, in degrees.
    pub fn targets<'a>(&'a self, movement: &'a MovementSpec) -> &'a [f32] {
        self.targets.as_deref().unwrap_or(&movement.targets)
    }

    /// Whether its trials differ in more than their targets.
    pub fn varies(&self) -> bool {
        matches!(self.trials, Trials::Table(_)) || !matches!(self.strength, Strength::Constant(_)) || self.rest > 0.0
    }

    /// Conditions of trial `turn` of the block, which is trial `index` of the lane. Random courses follow from a seed.
    pub(crate) fn conditions(&self, course: Seed, index: u64, turn: u64) -> Conditions {
        let every = u64::from(self.break_every.unwrap_or(self.trials.count()).max(1));
        Conditions {
            field: self.field,
            strength: self.strength.at(course, index, turn, self.field, self.trials.count()),
            map: self.map,
            catch: self.catch,
            clamp: self.clamp,
            cursor: self.cursor,
            reward_only: self.reward_only,
            blur: self.blur,
            trial_blur: self.trial_blur,
            payoff: self.payoff,
            cue: self.cue,
            rest: if (turn + 1).is_multiple_of(every) { self.rest } else { 0.0 },
        }
    }

    /// Checks what can be checked without the rest of the task; `path` is the path of the block.
    ///
    /// # Errors
    /// The first invalid field.
    pub fn validate(&self, path: &str) -> Result<(), Invalid> {
        let at = |name: &str| format!("{path}.{name}");
        let check = |name: &str, value, range, unit| Invalid::check(&at(name), value, range, unit);
        if let Trials::File(name) = &self.trials {
            let expected = "the contents of a table of trials (CSV)".into();
            return Err(Invalid { field: at("trials"), found: format!("the name `{name}`"), expected });
        }
        check("trials", self.trials.count() as f32, 1.0..=MOST_TRIALS as f32, "")?;
        self.strength.validate(&at("strength"), self.field)?;
        if let Strength::Course(course) = &self.strength
            && (course.ramp.is_some() || course.random_walk.is_some())
        {
            let most = if course.ramp.is_some() { MOST_TRIALS } else { LONGEST_WALK };
            check("trials", self.trials.count() as f32, 2.0..=most as f32, "for this course of strengths")?;
        }
        check("catch", self.catch, 0.0..=1.0, "")?;
        check("clamp", self.clamp, 0.0..=1.0, "")?;
        check("blur", self.blur, 0.0..=0.2, "m")?;
        check("trial_blur", self.trial_blur, 0.0..=0.2, "m")?;
        self.validate_map(&at("map"))?;
        check("payoff", self.payoff, -180.0..=180.0, "degrees")?;
        check("break", self.rest, 0.0..=LONGEST_BREAK, "s")?;
        check("break_every", self.break_every.unwrap_or(1) as f32, 1.0..=MOST_TRIALS as f32, "trials")?;
        if self.catch + self.clamp > 1.0 {
            let expected = format!("a probability that leaves room for that of catch trials, {}", self.catch);
            return Err(Invalid { field: at("clamp"), found: self.clamp.to_string(), expected });
        }
        Ok(())
    }

    fn validate_map(&self, field: &str) -> Result<(), Invalid> {
        let field = field.to_string();
        match (self.field, self.map) {
            (FieldKind::Linear, Some(map)) => {
                map.iter().flatten().try_for_each(|&value| Invalid::check(&field, value, -10.0..=10.0, ""))
            }
            (FieldKind::Linear, None) => {
                let expected = "two rows of two numbers for the field `linear`, such as [[1, 0.5], [0, 1]]".into();
                Err(Invalid { field, found: "none".into(), expected })
            }
            (_, Some(_)) => {
                let expected = "none without the field `linear`".into();
                Err(Invalid { field, found: "a map".into(), expected })
            }
            (_, None) => Ok(()),
        }
    }
}
