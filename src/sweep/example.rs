//! A sweep for tests.

use super::spec::SweepSpec;
use etude_envs::document::Document;

pub const GRID: &str = "sweep: rates\ntasks: cycling/flat-v0\nagent: brain\nsteps: 400\nevaluate_every: 200\nmeasure: area\n\
                        grid:\n  brain.basal_ganglia.policy_rate: [0.1, 1]\n  episode.time_limit: [3, 5, 8]\n\
                        selection: {seed: 0, subjects: 2}\nconfirmation: {seed: 5000, subjects: 3, best: 2}\n";

pub fn read(text: &str) -> Result<SweepSpec, String> {
    let document = Document::parse("sweep.yaml", text).map_err(|error| error.to_string())?;
    let spec: SweepSpec = document.read().map_err(|error| error.to_string())?;
    spec.validate().map_err(|wrong| document.invalid(&wrong).to_string())?;
    Ok(spec)
}
