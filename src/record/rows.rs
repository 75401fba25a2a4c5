//! What one row says.

use etude_envs::lane::Episode;
use std::io::Write;

/// Whose row it is: index of the subject, and the run's own seed. With the subject's index it tells all, and unlike the subject's
/// it is below 2^53, which every reader of tables takes for what it is.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    /// Index of the subject.
    pub subject: u64,
    /// The run's seed.
    pub seed: u64,
}

/// An episode of practice that ended after so many env steps of all.
pub fn episode_row(out: &mut Vec<u8>, Whose { subject, seed }: Whose, steps: u64, episode: &Episode) {
    let _ = write!(
        out,
        "{subject},{seed},{},{steps},{},{},{},{},{},{}",
        episode.index,
        episode.length,
        episode.total_reward,
        episode.score,
        u8::from(episode.terminated),
        u8::from(episode.truncated),
        u8::from(episode.fault.is_some())
    );
    for metric in &episode.metrics {
        // What was not measured is an empty cell.
        let _ = if metric.is_finite() { write!(out, ",{metric}") } else { write!(out, ",") };
    }
    out.push(b'\n');
}

/// An evaluation after so many env steps, of a trial of the task's schedule if it is one; tells the mean score.
pub fn evaluation_row(
    out: &mut Vec<u8>,
    Whose { subject, seed }: Whose,
    steps: u64,
    trial: Option<u64>,
    episodes: &[Episode],
) -> f64 {
    let count = episodes.len().max(1) as f64;
    let mean = |value: &dyn Fn(&Episode) -> f64| episodes.iter().map(value).sum::<f64>() / count;
    let score = mean(&|episode| f64::from(episode.score));
    let total_reward = mean(&|episode| episode.total_reward);
    let length = mean(&|episode| f64::from(episode.length));
    let trial = trial.map(|trial| trial.to_string()).unwrap_or_default();
    let _ = writeln!(out, "{subject},{seed},{steps},{},{score},{total_reward},{length},{trial}", episodes.len());
    score
}

/// The activity of a population in a step, and what was aimed at in it, if anything was.
pub fn units_row(
    out: &mut Vec<u8>,
    steps: u64,
    episode: u64,
    population: &str,
    aim: Option<[f32; 2]>,
    activity: &[f32],
) {
    let _ = write!(out, "{steps},{episode},{population},");
    if let Some([x, y]) = aim {
        let _ = write!(out, "{x} {y}");
    }
    for (index, value) in activity.iter().enumerate() {
        let _ = write!(out, "{}{value}", if index == 0 { ',' } else { ' ' });
    }
    out.push(b'\n');
}
