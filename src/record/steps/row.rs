//! A step: what happened in it, and how it stands in a subject's log.

use anyhow::{Context, Result, bail};
use etude_envs::lane::Step;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

/// What happened in an env step.
#[derive(Clone, Copy, Debug)]
pub struct StepRow<'a> {
    /// Index of the subject.
    pub subject: u64,
    /// Index of the episode.
    pub episode: u64,
    /// Index of the step in it.
    pub step: u64,
    /// What was observed.
    pub observation: &'a [f32],
    /// What was done; beyond [-1, 1] it is cut off, as the environment does.
    pub action: &'a [f32],
    /// What it brought.
    pub outcome: Step,
    /// The task's state after it.
    pub state: &'a [f32],
}

/// A step in a log: of fixed width, to be appended fast and cut back anywhere. All little-endian: episode (u64), step (u32), how it
/// ended (u32: 1 terminated, 2 truncated), then observation, action, reward and state (f32). Whose it is, the file's name tells.
pub fn step_row(out: &mut Vec<u8>, row: &StepRow<'_>) {
    out.extend_from_slice(&row.episode.to_le_bytes());
    out.extend_from_slice(&(row.step as u32).to_le_bytes());
    let ended = u32::from(row.outcome.terminated) + 2 * u32::from(row.outcome.truncated);
    out.extend_from_slice(&ended.to_le_bytes());
    let numbers = row.observation.iter().chain(row.action).chain([&row.outcome.reward]).chain(row.state);
    numbers.for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
}

/// Bytes of a [`step_row`] before its numbers.
const KEYS: usize = 16;

/// Reads the steps of a subject's log, a row at a time; `widths` are the numbers of an observation, an action and a state. A log that
/// is not there has none.
///
/// # Errors
/// A log that cannot be read or is not of such numbers, and what `take` fails with.
pub(super) fn read_steps(
    log: &Path,
    subject: u64,
    [observed, acted, state]: [usize; 3],
    mut take: impl FnMut(&StepRow<'_>) -> Result<()>,
) -> Result<()> {
    let file = match File::open(log) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", log.display())),
    };
    let mut bytes = vec![0; KEYS + 4 * (observed + acted + 1 + state)];
    let mut numbers = vec![0.0; observed + acted + 1 + state];
    let length = file.metadata().with_context(|| format!("cannot read {}", log.display()))?.len();
    if !length.is_multiple_of(bytes.len() as u64) {
        bail!("{} is {length} bytes long; expected steps of {} bytes", log.display(), bytes.len());
    }
    let mut file = BufReader::with_capacity(1 << 18, file);
    for _ in 0..length / bytes.len() as u64 {
        file.read_exact(&mut bytes).with_context(|| format!("cannot read {}", log.display()))?;
        let whole = |range: std::ops::Range<usize>| {
            bytes[range].iter().rev().fold(0_u64, |value, &byte| value << 8 | u64::from(byte))
        };
        let (episode, step, ended) = (whole(0..8), whole(8..12), whole(12..16));
        for (number, bytes) in numbers.iter_mut().zip(bytes[KEYS..].chunks_exact(4)) {
            *number = bytes.try_into().map_or(f32::NAN, f32::from_le_bytes);
        }
        let (observation, rest) = numbers.split_at(observed);
        let (action, rest) = rest.split_at(acted);
        let outcome = Step { reward: rest[0], terminated: ended & 1 != 0, truncated: ended & 2 != 0 };
        take(&StepRow { subject, episode, step, observation, action, outcome, state: &rest[1..] })?;
    }
    Ok(())
}
