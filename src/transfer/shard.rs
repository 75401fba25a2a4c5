//! Parts of a study, and their subjects.

use crate::run::limits::whole;
use etude_envs::document::Invalid;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Largest number of parts of a study.
const MOST_SHARDS: u64 = 1_000_000;

/// One of several parts of a study, which contains every `of`-th subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    /// Number of the part, from 1.
    pub index: u64,
    /// Number of parts.
    pub of: u64,
}

impl Shard {
    /// Whether an index is in this part.
    pub fn has(self, index: u64) -> bool {
        index % self.of == self.index - 1
    }

    /// The indices below `count` in this part, or all without parts.
    pub fn deal(shard: Option<Self>, count: u64) -> Vec<u64> {
        (0..count).filter(|&index| shard.is_none_or(|shard| shard.has(index))).collect()
    }

    /// Checks a part that was read from a file.
    ///
    /// # Errors
    /// More parts than allowed.
    pub fn validate(shard: Option<Self>) -> Result<(), Invalid> {
        shard.map_or(Ok(()), |shard| whole("shard", shard.of, shard.index.max(1), MOST_SHARDS))
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((index, of)) if 1 <= index && index <= of && of <= MOST_SHARDS => Ok(Self { index, of }),
            _ => Err(format!("expected a part such as 3/16, from 1/16 to 16/16, found `{text}`")),
        }
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> String {
        shard.to_string()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}
