//! Limits of the numbers of a run: the same on the command line, in files, and when reading.

use etude_envs::document::Invalid;

/// Env steps of practice per subject.
pub const MOST_STEPS: u64 = 1_000_000_000_000;
/// Subjects in a cohort or a group.
pub const MOST_SUBJECTS: u64 = 10_000;
/// Episodes in an evaluation.
pub const MOST_EPISODES: u64 = 10_000;
/// Largest seed of a run: R, JavaScript and pandas represent whole numbers exactly up to here.
pub const LARGEST_SEED: u64 = (1 << 53) - 1;

/// Checks a whole number.
///
/// # Errors
/// A number out of range, bounds included.
pub fn whole(field: &str, value: u64, least: u64, most: u64) -> Result<(), Invalid> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let expected = format!("a whole number from {least} to {most}");
    Err(Invalid { field: field.into(), found: value.to_string(), expected })
}
