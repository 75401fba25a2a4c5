//! The formula of a reward, with the numbers that stand in it, gives the reward that is earned.

mod common;

use common::{task, with, yaml};
use etude_envs::lane::SoloLane;
use etude_envs::task::Blueprint;
use etude_envs::{Registry, Seed, tolerance};
use rand::RngExt;

/// A step: what was observed before and after it, and what was done.
struct Taken<'a> {
    task: &'a Blueprint,
    before: &'a [f32],
    after: &'a [f32],
    action: &'a [f32],
    terminated: bool,
}

impl Taken<'_> {
    fn field(&self, observation: &[f32], name: &str) -> f32 {
        observation[self.task.spec().observation.index(name).unwrap_or_else(|| panic!("no field `{name}`"))]
    }

    fn before(&self, name: &str) -> f32 {
        self.field(self.before, name)
    }

    fn after(&self, name: &str) -> f32 {
        self.field(self.after, name)
    }

    /// The way from one place to another, both after the step.
    fn distance(&self, from: &str, to: &str) -> f32 {
        let along = |axis: &str| self.after(&format!("{to}_{axis}")) - self.after(&format!("{from}_{axis}"));
        along("x").hypot(along("y"))
    }

    fn summed_square(&self) -> f32 {
        self.action.iter().map(|value| value * value).sum()
    }

    fn mean_square(&self) -> f32 {
        self.summed_square() / self.action.len() as f32
    }
}

/// Closeness, as the formulas have it.
fn near(x: f32, bound: f32, margin: f32) -> f32 {
    tolerance(x, -bound, bound, margin)
}

/// The numbers that stand in the first line of a task's formula, from left to right.
fn numbers(task: &Blueprint) -> Vec<f32> {
    let formula = task.make().reward_formula().expect("a formula");
    let words = formula.lines[0].split(|letter: char| !(letter.is_ascii_digit() || letter == '.'));
    words.filter_map(|word| word.parse().ok()).collect()
}

/// Acts at random for some steps, and compares every reward with what is worked out from what was seen.
fn compare(task: &Blueprint, steps: usize, reward: impl Fn(&Taken<'_>) -> f32) {
    let (mut lane, mut rng) = (SoloLane::new(task, Seed(9000)), Seed(9001).rng());
    let mut earned = Vec::new();
    for _ in 0..steps {
        let action: Vec<f32> = (0..task.spec().action.len()).map(|_| rng.random_range(-1.0..=1.0)).collect();
        let before = lane.lane().observation().to_vec();
        let step = lane.access().step(&action).unwrap();
        let after = if step.ended() { lane.lane().final_observation() } else { lane.lane().observation() };
        let taken = Taken { task, before: &before, after, action: &action, terminated: step.terminated };
        let expected = reward(&taken);
        assert!(
            (step.reward - expected).abs() < 1e-3 * expected.abs().max(1.0),
            "{}: {} is not {expected}",
            task.spec().id,
            step.reward
        );
        earned.push(step.reward);
    }
    earned.sort_by(f32::total_cmp);
    earned.dedup();
    assert!(earned.len() > steps / 4, "{}: hardly any reward differs", task.spec().id);
}

#[test]
fn every_built_in_task_has_a_formula_whose_terms_stand_in_it() {
    let registry = Registry::default();
    for id in registry.task_ids() {
        let formula =
            registry.task(&id).unwrap().make().reward_formula().unwrap_or_else(|| panic!("{id} has no formula"));
        for term in &formula.terms {
            let symbol = term.symbol.split_inclusive('(').next().unwrap();
            assert!(
                formula.lines.iter().any(|line| line.contains(symbol)),
                "{id}: {symbol} is not in {:?}",
                formula.lines
            );
            assert!(!term.unit.is_empty() && term.meaning.contains(' '), "{id}: {term:?}");
        }
        let explained = formula.terms.iter().any(|term| term.symbol.starts_with("near("));
        assert!(explained == formula.lines[0].contains("near("), "{id}");
    }
}

#[test]
fn the_formula_of_riding_gives_the_reward() {
    let task = Registry::default().task("cycling/flat-v0").unwrap();
    let [speed, none, margin, level, roll, effort] = numbers(&task)[..] else { panic!("{:?}", numbers(&task)) };
    compare(&task, 300, |step| {
        near(step.after("speed") - speed, none, margin) * near(step.after("roll"), level, roll)
            - effort * step.summed_square()
    });
}

#[test]
fn the_formula_of_reaching_gives_the_reward() {
    for id in ["reaching/null-v0", "reaching/curl-v0"] {
        let task = Registry::default().task(id).unwrap();
        let [bound, margin, effort] = numbers(&task)[..] else { panic!("{:?}", numbers(&task)) };
        compare(&task, 300, |step| {
            near(step.distance("cursor", "desired"), bound, margin) - effort * step.mean_square()
        });
    }
}

#[test]
fn the_formula_of_reaching_for_reward_alone_gives_the_reward_at_the_end() {
    let task = Registry::default().task("reaching/reward-rotation-v0").unwrap();
    let [bound, margin] = numbers(&task)[..2] else { panic!("{:?}", numbers(&task)) };
    assert_eq!(task.make().reward_formula().unwrap().lines.len(), 1);
    let mut lane = SoloLane::new(&task, Seed(9000));
    for number in 1..=task.spec().step_limit {
        let step = lane.access().step(&[0.0, 0.0]).unwrap();
        assert!(step.ended() || step.reward == 0.0, "step {number}");
        if step.ended() {
            let error = task.spec().metric("end_error_mm").unwrap();
            let missed = lane.lane().last_episode().metrics[error] / 1000.0;
            assert!((step.reward - near(missed, bound, margin)).abs() < 1e-3, "{} at {missed} m", step.reward);
        }
    }
}

#[test]
fn the_formula_of_fretting_gives_the_reward_until_the_first_note() {
    let task = Registry::default().task("fretting/guitar-v0").unwrap();
    let all = numbers(&task);
    let [closeness, bound, margin, same_bound, same_margin, _, wrong, force, effort] = all[..] else {
        panic!("{all:?}")
    };
    assert_eq!((bound, margin), (same_bound, same_margin));
    // A lead-in of 1 s goes before the first note.
    compare(&task, 25, |step| {
        let plays = |when: &str, finger: usize| step.before(&format!("{when}_finger_{finger}")) > 0.5;
        let close = (1..=4).find(|&finger| plays("now", finger)).map_or(0.0, |finger| {
            let gap = |name: &str| near(step.after(&format!("now_{name}_gap_{finger}")), bound, margin);
            0.5 * (gap("string") + gap("fret"))
        });
        let idle = (1..=4).filter(|&finger| !plays("now", finger) && !plays("next", finger));
        let pressed: f32 = idle.map(|finger| step.after(&format!("force_{finger}")) / force).sum();
        closeness * close - wrong * pressed - effort * step.mean_square()
    });
}

#[test]
fn the_formula_of_the_cursor_gives_the_reward() {
    // What is seen is as it is, so that the way of a step can be told.
    let task = task(&with(&yaml("cursor/intuitive-v0"), "senses.delay", |_| 0.0.into()));
    let all = numbers(&task);
    let [progress, speed, acquisition] = all[..] else { panic!("{all:?}") };
    let interval = task.spec().physics.control_interval();
    compare(&task, 300, |step| {
        let to = ["x", "y"].map(|axis| step.before(&format!("target_{axis}")) - step.before(&format!("cursor_{axis}")));
        let way = ["x", "y"].map(|axis| step.after(&format!("cursor_{axis}")) - step.before(&format!("cursor_{axis}")));
        let ahead = (to[0] * way[0] + to[1] * way[1]) / to[0].hypot(to[1]);
        let acquired = if step.terminated { acquisition } else { 0.0 };
        progress * ahead / (speed * interval) + acquired
    });
}
