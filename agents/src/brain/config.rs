//! Errors in a configuration, and the checks used by all parts.

use std::fmt::Display;
use std::ops::RangeInclusive;

/// An invalid setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: expected {expected}, found {found}")]
pub struct ConfigError {
    /// The path of the setting, for example `basal_ganglia.discount`.
    pub field: String,
    /// The value found.
    pub found: String,
    /// The allowed values.
    pub expected: String,
}

/// Requires a value within a range, both ends included.
pub(crate) fn within<T: PartialOrd + Display>(
    field: &str,
    found: T,
    range: RangeInclusive<T>,
) -> Result<(), ConfigError> {
    let expected = || format!("a value from {} to {}", range.start(), range.end());
    demand(field, &found, range.contains(&found), expected)
}

/// Requires a value within a range, the upper end excluded.
pub(crate) fn below(field: &str, found: f64, low: f64, high: f64) -> Result<(), ConfigError> {
    demand(field, &found, low <= found && found < high, || format!("a value from {low} to below {high}"))
}

/// Requires a value above one bound and at most another.
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
