//! The conformance checker: requirements of every task, built-in or third-party.
//!
//! Every message says what was expected, what was found, and how to fix it.

use crate::family::is_task_id;
use crate::gym::Gym;
use crate::lane::{Episode, SoloLane, Step};
use crate::seed::Seed;
use crate::space::Space;
use crate::task::Blueprint;
use rand::RngExt;

/// Number of env steps in each check.
const STEPS: usize = 1_500;
/// Fraction of values at a bound above which an observation counts as saturated.
const SATURATION: f64 = 0.5;

/// Runs all checks on a task; the result is empty if it passed.
pub fn check(blueprint: &Blueprint) -> Vec<String> {
    let mut failures = Vec::new();
    spec(blueprint, &mut failures);
    if !failures.is_empty() {
        // With invalid spaces, the other checks are meaningless.
        return failures;
    }
    policies(blueprint, &mut failures);
    seeding(blueprint, &mut failures);
    reset_purity(blueprint, &mut failures);
    hosting(blueprint, &mut failures);
    actions(blueprint, &mut failures);
    faults(blueprint, &mut failures);
    failures
}

/// Everything that one step reveals, as bits.
type Trace = Vec<u32>;

fn spec(blueprint: &Blueprint, failures: &mut Vec<String>) {
    let spec = blueprint.spec();
    if !is_task_id(&spec.id) {
        failures.push(format!("id: expected `family/name-vN` in lower case, found `{}`; rename the task", spec.id));
    }
    for (name, space) in [("observation", &spec.observation), ("action", &spec.action)] {
        if space.is_empty() {
            failures.push(format!(
                "{name} space: expected at least one field, found none; list what is sensed or commanded"
            ));
        }
        for (index, field) in space.fields().iter().enumerate() {
            let at = format!("{name} field `{}`", field.name);
            if space.fields()[..index].iter().any(|earlier| earlier.name == field.name) {
                failures.push(format!("{at}: expected a name used once, found it twice; rename one"));
            }
            let bounded = field.low < field.high && field.low.is_finite() && field.high.is_finite();
            if !bounded {
                failures.push(format!(
                    "{at}: expected finite bounds with low < high, found [{}, {}]; give the sensor's range",
                    field.low, field.high
                ));
            }
            if !(field.typical > 0.0 && field.typical.is_finite()) {
                failures.push(format!(
                    "{at}: expected a typical magnitude above 0, found {}; give its order of magnitude",
                    field.typical
                ));
            }
            if name == "action" && (field.low, field.high) != (-1.0, 1.0) {
                failures.push(format!(
                    "{at}: expected [-1, 1], found [{}, {}]; scale inside the task",
                    field.low, field.high
                ));
            }
        }
    }
    for (index, metric) in spec.metrics.iter().enumerate() {
        let at = format!("metric `{}`", metric.name);
        if spec.metrics[..index].iter().any(|earlier| earlier.name == metric.name) {
            failures.push(format!("{at}: expected a name used once, found it twice; rename one"));
        }
        if metric.unit.is_empty() || metric.meaning.is_empty() {
            failures.push(format!("{at}: expected a unit (or 1) and a meaning, found none; state what is measured"));
        }
    }
    for (index, percept) in spec.percepts.iter().enumerate() {
        let at = format!("percept `{}`", percept.name);
        if spec.percepts[..index].iter().any(|earlier| earlier.name == percept.name) {
            failures.push(format!("{at}: expected a name used once, found it twice; rename one"));
        }
        failures.extend(percept.faults(&spec.observation).into_iter().map(|fault| format!("{at}: {fault}")));
    }
    let physics = &spec.physics;
    if !(physics.time_step > 0.0 && physics.time_step.is_finite()) || physics.steps_per_action == 0 {
        failures.push(format!(
            "physics: expected a time step above 0 and at least one step per action, found {} s and {}",
            physics.time_step, physics.steps_per_action
        ));
    }
    if spec.step_limit == 0 {
        failures.push("step limit: expected at least 1, found 0; episodes must be able to begin".into());
    }
}

/// Idle, random and extreme policies run without faults, and all observations and scores are finite and in range.
fn policies(blueprint: &Blueprint, failures: &mut Vec<String>) {
    let width = blueprint.spec().action.len();
    let policies: [(&str, Policy); 3] = [
        ("idle", Box::new(|_, action| action.fill(0.0))),
        ("random", Box::new(random)),
        (
            "bang-bang",
            Box::new(|rng, action| {
                action.iter_mut().for_each(|value| *value = f32::from(rng.random::<bool>()) * 2.0 - 1.0)
            }),
        ),
    ];
    for (name, mut policy) in policies {
        let mut solo = SoloLane::new(blueprint, Seed(11));
        let mut rng = Seed(12).rng();
        let mut action = vec![0.0; width];
        let mut watch = Watch::new(&blueprint.spec().observation);
        for _ in 0..STEPS {
            policy(&mut rng, &mut action);
            let Ok(step) = solo.access().step(&action) else { continue };
            watch.step(name, &step, solo.lane().observation(), failures);
            if step.ended() {
                watch.episode(name, solo.lane().last_episode(), failures);
            }
            if failures.len() > 20 {
                return;
            }
        }
        watch.saturation(name, failures);
    }
}

type Policy = Box<dyn FnMut(&mut crate::seed::Rng, &mut [f32])>;

fn random(rng: &mut crate::seed::Rng, action: &mut [f32]) {
    action.iter_mut().for_each(|value| *value = rng.random_range(-1.0..=1.0));
}

struct Watch<'a> {
    space: &'a Space,
    at_bound: Vec<usize>,
    seen: usize,
}

impl<'a> Watch<'a> {
    fn new(space: &'a Space) -> Self {
        Self { space, at_bound: vec![0; space.len()], seen: 0 }
    }

    fn step(&mut self, policy: &str, step: &Step, observation: &[f32], failures: &mut Vec<String>) {
        self.seen += 1;
        if !step.reward.is_finite() {
            failures.push(format!("{policy} policy: expected a finite reward, found {}; fix `judge`", step.reward));
        }
        if step.terminated && step.truncated {
            failures.push(format!("{policy} policy: a step both terminated and truncated; an end has one reason"));
        }
        for ((value, field), count) in observation.iter().zip(self.space.fields()).zip(&mut self.at_bound) {
            if !value.is_finite() || *value < field.low || *value > field.high {
                failures.push(format!(
                    "{policy} policy: expected `{}` within [{}, {}], found {value}; fix `observe`",
                    field.name, field.low, field.high
                ));
            }
            // Two-valued sensors are always at a bound.
            let switch = (field.low, field.high) == (0.0, 1.0);
            *count += usize::from(!switch && (*value == field.low || *value == field.high));
        }
    }

    fn episode(&self, policy: &str, episode: &Episode, failures: &mut Vec<String>) {
        if let Some(fault) = &episode.fault {
            failures.push(format!("{policy} policy: expected every state to be finite, found a fault: {fault}"));
        }
        if !(0.0..=1.0).contains(&episode.score) {
            failures.push(format!("{policy} policy: expected a score in [0, 1], found {}; fix `score`", episode.score));
        }
        // NaN stands for metrics that were not measured.
        if let Some(metric) = episode.metrics.iter().find(|metric| metric.is_infinite()) {
            failures.push(format!("{policy} policy: expected finite metrics, found {metric}; fix `metrics`"));
        }
    }

    fn saturation(&self, policy: &str, failures: &mut Vec<String>) {
        for (field, &count) in self.space.fields().iter().zip(&self.at_bound) {
            if count as f64 > SATURATION * self.seen as f64 {
                failures.push(format!(
                    "{policy} policy: `{}` is at a bound of [{}, {}] in {count} of {} steps; widen the bounds",
                    field.name, field.low, field.high, self.seen
                ));
            }
        }
    }
}

/// Everything visible over a stretch of random practice, as bits.
fn trace(blueprint: &Blueprint, lane_seed: Seed, policy_seed: Seed, first_episode: u64) -> Trace {
    let mut solo = SoloLane::new(blueprint, lane_seed);
    solo.access().begin(first_episode);
    trace_of(&mut solo, policy_seed)
}

fn trace_of(solo: &mut SoloLane, policy_seed: Seed) -> Trace {
    let mut rng = policy_seed.rng();
    let mut action = vec![0.0; solo.lane().spec().action.len()];
    let mut trace = Trace::new();
    for _ in 0..STEPS / 3 {
        random(&mut rng, &mut action);
        let step = solo.access().step(&action).unwrap_or_default();
        trace.extend(solo.lane().observation().iter().map(|value| value.to_bits()));
        trace.extend([step.reward.to_bits(), u32::from(step.terminated), u32::from(step.truncated)]);
        if step.ended() {
            trace.push(solo.lane().last_episode().score.to_bits());
            trace.extend(solo.lane().final_observation().iter().map(|value| value.to_bits()));
        }
    }
    trace
}

fn seeding(blueprint: &Blueprint, failures: &mut Vec<String>) {
    let first = trace(blueprint, Seed(21), Seed(22), 0);
    if first != trace(blueprint, Seed(21), Seed(22), 0) {
        failures.push(
            "seeding: expected the same bits from the same seed, found a difference; draw only from the given generator, \
             and never depend on a hash map's order"
                .into(),
        );
    }
    if first == trace(blueprint, Seed(23), Seed(22), 0) {
        failures.push(
            "seeding: expected different episodes from different seeds, found the same; draw the start from the generator"
                .into(),
        );
    }
}

fn reset_purity(blueprint: &Blueprint, failures: &mut Vec<String>) {
    let fresh = trace(blueprint, Seed(31), Seed(32), 5);
    let mut used = SoloLane::new(blueprint, Seed(31));
    trace_of(&mut used, Seed(33));
    used.access().begin(5);
    if fresh != trace_of(&mut used, Seed(32)) {
        failures.push(
            "reset: expected a bit-identical episode after a reset whatever came before, found a \
             difference; set every field of the task in `reset`"
                .into(),
        );
    }
}

/// The same lane gives the same bits alone, among others, and on several threads.
fn hosting(blueprint: &Blueprint, failures: &mut Vec<String>) {
    let width = blueprint.spec().action.len();
    let run = |lanes: usize, threads: usize| {
        let mut gym = Gym::new(blueprint, lanes, Seed(41), threads);
        let mut rngs: Vec<_> = (0..lanes as u64).map(|lane| Seed(42).fan("policy", lane).rng()).collect();
        let mut actions = vec![0.0; lanes * width];
        let mut trace = Trace::new();
        for _ in 0..STEPS / 10 {
            for (rng, action) in rngs.iter_mut().zip(actions.chunks_mut(width)) {
                random(rng, action);
            }
            let Ok(batch) = gym.step(&actions) else { continue };
            let row = blueprint.spec().observation.len();
            trace.extend(batch.observations[..row].iter().map(|value| value.to_bits()));
            trace.push(batch.rewards[0].to_bits());
        }
        trace
    };
    let alone = run(1, 1);
    // Enough lanes for the second thread to take part.
    for (lanes, threads) in [(5, 1), (20, 2)] {
        if run(lanes, threads) != alone {
            failures.push(format!(
                "hosting: expected lane 0 to be the same among {lanes} lanes on {threads} threads as alone, found a \
                 difference; share nothing between lanes"
            ));
        }
    }
}

fn actions(blueprint: &Blueprint, failures: &mut Vec<String>) {
    let width = blueprint.spec().action.len();
    let run = |value: f32| {
        let mut solo = SoloLane::new(blueprint, Seed(51));
        let mut trace = Trace::new();
        for _ in 0..30 {
            let _ = solo.access().step(&vec![value; width]);
            trace.extend(solo.lane().observation().iter().map(|value| value.to_bits()));
        }
        trace
    };
    if run(1.0) != run(7.5) {
        failures.push("actions: expected 7.5 to act as 1 does, found a difference; leave clipping to the lane".into());
    }
    if run(1.0) == run(-1.0) {
        failures.push("actions: expected all 1 to differ from all -1, found the same; make actions matter".into());
    }
    let mut solo = SoloLane::new(blueprint, Seed(52));
    for bad in [f32::NAN, f32::INFINITY] {
        if solo.access().step(&vec![bad; width]).is_ok() {
            failures.push(format!("actions: expected an error for {bad}, found none"));
        }
    }
    if solo.access().step(&vec![0.0; width + 1]).is_ok() {
        failures.push("actions: expected an error for one number too many, found none".into());
    }
}

/// A world whose state becomes non-finite reports a fault, and the next episode is clean.
fn faults(blueprint: &Blueprint, failures: &mut Vec<String>) {
    let width = blueprint.spec().action.len();
    let mut clean = SoloLane::new(blueprint, Seed(61));
    clean.access().begin(1);
    let expected: Vec<f32> = clean.lane().observation().to_vec();

    let mut solo = SoloLane::new(blueprint, Seed(61));
    let mut access = solo.access();
    let bodies: Vec<_> =
        access.world().bodies.iter().filter(|(_, body)| body.is_dynamic()).map(|(handle, _)| handle).collect();
    if bodies.is_empty() {
        return;
    }
    for body in bodies {
        access.world().bodies[body].set_linvel(bevy_rapier2d::rapier::prelude::Vector::new(f32::NAN, 0.0), true);
    }
    let Ok(step) = access.step(&vec![0.0; width]) else { return };
    if !step.terminated || solo.lane().last_episode().fault.is_none() {
        failures.push("faults: expected a NaN velocity to end the episode as a fault, found none reported".into());
    } else if solo.lane().observation() != expected {
        failures.push("faults: expected the next episode to start clean, found a difference; see `reset`".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Registry;

    #[test]
    fn every_built_in_task_passes() {
        let registry = Registry::default();
        for id in registry.task_ids() {
            assert_eq!(check(&registry.task(&id).unwrap()), Vec::<String>::new(), "{id}");
        }
    }
}
