//! The formats of rows.

use etude_envs::lane::Episode;
use std::io::Write;

/// Owner of a row: index of the subject, and the run's seed. With the index, the run's seed identifies everything;
/// unlike the subject's seed it is below 2^53, which every reader of tables represents exactly.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    /// Index of the subject.
    pub subject: u64,
    /// The run's seed.
    pub seed: u64,
}

/// An episode of practice that ended after that many env steps in total.
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
        // Unmeasured values are empty cells.
        let _ = if metric.is_finite() { write!(out, ",{metric}") } else { write!(out, ",") };
    }
    out.push(b'\n');
}

/// An evaluation after that many env steps, with the trial of the task's schedule, if any; returns the mean score.
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

/// The activity of a population in a step, and the aim, if any.
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
