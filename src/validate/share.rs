//! V17: the cerebellum's share of the command early in practice of a skill, after practice of another.

use super::line::{Band, Mechanism, Outcome};
use super::session::cohort;
use super::setting::Setting;
use crate::stats::interval::paired_p;
use crate::stats::mean;
use anyhow::Result;
use etude_agents::{Agent, Transition};
use etude_envs::Seed;
use etude_envs::lane::SoloLane;
use etude_envs::task::Blueprint;

/// Env steps of practice on the source, and on the target while the share is measured: the first fifth of its practice.
const PRACTICE: u64 = 100_000;
const TARGET: u64 = 100_000;
const EARLY: u64 = TARGET / 5;
/// Env steps between measurements.
const EVERY: u64 = 20;
/// Number of bins of the time course.
const STRETCHES: u64 = 20;

/// Practises for that many env steps; returns the cerebellum's share of the command at each measurement.
fn practise(agent: &mut dyn Agent, task: &Blueprint, seed: Seed, steps: u64) -> Result<Vec<f64>> {
    let spec = task.spec();
    let mut lane = SoloLane::new(task, seed);
    let (mut observation, mut action) = (vec![0.0; spec.observation.len()], vec![0.0; spec.action.len()]);
    let mut shares = Vec::with_capacity((steps / EVERY) as usize);
    for step in 1..=steps {
        observation.copy_from_slice(lane.lane().observation());
        agent.act(&observation, true, &mut action);
        let taken = lane.access().step(&action)?;
        let now = lane.lane();
        agent.learn(&Transition {
            observation: &observation,
            action: &action,
            reward: taken.reward,
            next_observation: if taken.ended() { now.final_observation() } else { now.observation() },
            terminated: taken.terminated,
            truncated: taken.truncated || step == steps,
        });
        if step.is_multiple_of(EVERY) {
            // An agent without a cerebellum reports no share.
            let mut share = 0.0;
            agent.signals(&mut |name, value| {
                if name == "cerebellar_share" {
                    share = f64::from(value);
                }
            });
            shares.push(share);
        }
    }
    Ok(shares)
}

/// V17. The bass, played by touch, after 100 000 env steps of the guitar or from scratch: the cerebellum's share of the
/// command in the first 20 000 of 100 000 steps. The rough road after the flat one is given for comparison.
pub fn early_share(setting: &Setting<'_>) -> Result<Outcome> {
    let axes = ["env steps on the target", "share of the cerebellum's command"];
    let mut outcome = Outcome::titled("The cerebellum's share in transfer", axes, Mechanism::ForwardModel);
    let pairs = [
        ("bass after guitar", "fretting/guitar-blind-v0", "fretting/bass-blind-v0", Band::Above(0.0)),
        ("rough after flat", "cycling/flat-v0", "cycling/rough-v0", Band::Free),
    ];
    for (name, source, target, band) in pairs {
        let [source, target] = [source, target].map(|name| setting.catalog.tasks.task(name));
        let (source, target) = (source?, target?);
        let groups = [true, false].map(|transfer| {
            cohort(setting, |subject| {
                let mut agent = setting.agent.make(target.spec(), subject.fan("agent", 0))?;
                if transfer {
                    practise(&mut *agent, &source, subject.fan("practice", 0), PRACTICE)?;
                }
                practise(&mut *agent, &target, subject.fan("lane", 0), EARLY)
            })
        });
        let [transfer, scratch] = groups;
        let (transfer, scratch) = (transfer?, scratch?);
        let shares = |group: &[Vec<f64>]| group.iter().map(|shares| mean(shares)).collect::<Vec<f64>>();
        let differences: Vec<f64> =
            shares(&transfer).iter().zip(shares(&scratch)).map(|(transfer, scratch)| transfer - scratch).collect();
        let measure = format!("cerebellar share in the first fifth of practice, transfer - scratch, {name}");
        outcome.line(&measure, mean(&differences), band);
        outcome.line(&format!("its p, {name}"), paired_p(&differences), Band::Free);
        for (kind, group) in [("transfer", transfer), ("scratch", scratch)] {
            outcome.line(&format!("cerebellar share, {kind}, {name}"), mean(&shares(&group)), Band::Free);
            let stretch = (EARLY / EVERY / STRETCHES) as usize;
            let at = (0..STRETCHES).map(|index| (index as f64 + 0.5) * (EARLY / STRETCHES) as f64).collect();
            let courses = group.iter().map(|shares| shares.chunks_exact(stretch).map(mean).collect()).collect();
            outcome.course(&format!("{kind}; {name}"), at, courses);
        }
    }
    Ok(outcome)
}
