//! How a task gives its profile.

use super::measured::Survey;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// A profile as a task gives it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ProfileSource {
    /// The path of a file; the resolved YAML holds its contents instead.
    Named(String),
    /// The profile itself.
    Surveyed(Survey),
}

impl<'de> Deserialize<'de> for ProfileSource {
    /// Unlike serde's derived untagged enums, this keeps the field paths of errors.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrSurvey;
        impl<'de> Visitor<'de> for NameOrSurvey {
            type Value = ProfileSource;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the path of a profile (.csv, .gpx or .erd), or the profile itself")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<ProfileSource, E> {
                Ok(ProfileSource::Named(name.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ProfileSource, A::Error> {
                Survey::deserialize(MapAccessDeserializer::new(map)).map(ProfileSource::Surveyed)
            }
        }
        deserializer.deserialize_any(NameOrSurvey)
    }
}
