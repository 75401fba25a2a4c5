//! How large the numbers of a run may be: the same on the command line, in files, and in what is read back.

use etude_envs::document::Invalid;

/// Env steps of practice per subject.
pub const MOST_STEPS: u64 = 1_000_000_000_000;
/// Subjects in a cohort or a group.
pub const MOST_SUBJECTS: u64 = 10_000;
/// Episodes in an evaluation.
pub const MOST_EPISODES: u64 = 10_000;
/// The largest seed that a run may have: R, JavaScript and pandas read whole numbers up to here for what they are.
pub const LARGEST_SEED: u64 = (1 << 53) - 1;

/// Checks a whole number.
///
/// # Errors
/// A number out of its range, bounds included.
pub fn whole(field: &str, value: u64, least: u64, most: u64) -> Result<(), Invalid> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let expected = format!("a whole number from {least} to {most}");
    Err(Invalid { field: field.into(), found: value.to_string(), expected })
}
