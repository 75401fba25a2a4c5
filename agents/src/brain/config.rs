//! What can be wrong with a configuration, and the checks that every part's configuration is made of.

use std::fmt::Display;
use std::ops::RangeInclusive;

/// A setting that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: expected {expected}, found {found}")]
pub struct ConfigError {
    /// Where: the path of the setting, like `basal_ganglia.discount`.
    pub field: String,
    /// The value found there.
    pub found: String,
    /// What is allowed there.
    pub expected: String,
}

/// Demands a value within a range, both ends included.
pub(crate) fn within<T: PartialOrd + Display>(
    field: &str,
    found: T,
    range: RangeInclusive<T>,
) -> Result<(), ConfigError> {
    let expected = || format!("a value from {} to {}", range.start(), range.end());
    demand(field, &found, range.contains(&found), expected)
}

/// Demands a value within a range whose upper end is not included.
pub(crate) fn below(field: &str, found: f64, low: f64, high: f64) -> Result<(), ConfigError> {
    demand(field, &found, low <= found && found < high, || format!("a value from {low} to below {high}"))
}

/// Demands a value above one bound and at most at another.
pub(crate) fn above(field: &str, found: f64, low: f64, high: f64) -> Result<(), ConfigError> {
    demand(field, &found, low < found && found <= high, || format!("a value above {low} and at most {high}"))
}

fn demand(
    field: &str,
    found: &dyn Display,
    allowed: bool,
    expected: impl FnOnce() -> String,
) -> Result<(), ConfigError> {
    if allowed {
        return Ok(());
    }
    Err(ConfigError { field: field.into(), found: found.to_string(), expected: expected() })
}
