//! The gym's rules, shown on a task small enough to see through: a ball that is pushed along a line.

use etude_envs::check::check;
use etude_envs::error::ActionError;
use etude_envs::gym::{Gym, Occupant};
use etude_envs::lane::{LaneAccess, SoloLane, Step};
use etude_envs::rapier::prelude::*;
use etude_envs::space::{Field, Space};
use etude_envs::task::{Blueprint, Judgement, Metric, Task, TaskSpec};
use etude_envs::world::{PhysicsSettings, World};
use etude_envs::{Rng, Seed};
use rand::RngExt;
use std::sync::Arc;

/// Ways in which a task can break the contract.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Defect {
    None,
    Id,
    TwoFieldsOfOneName,
    EndlessBounds,
    NoTypicalSize,
    NoMeaning,
    SeedUnused,
    SeedIgnoredInPart,
    ResetForgetsAField,
    NanObserved,
    NanReward,
    ScoreAboveOne,
    ActionsIgnored,
    AlwaysAtABound,
    SharedBetweenLanes,
}

/// A ball of 1 kg on a line without gravity; the action is a force of up to 1 N.
#[derive(Clone)]
struct Ball {
    spec: Arc<TaskSpec>,
    defect: Defect,
    ball: RigidBodyHandle,
    pushes: u32,
    steps: u32,
    shared: Arc<std::sync::atomic::AtomicU32>,
}

impl Ball {
    fn blueprint(defect: Defect) -> Blueprint {
        let mut fields = vec![
            Field::body("place", "m", -100.0, 100.0, 1.0, "place"),
            Field::body("speed", "m/s", -100.0, 100.0, 1.0, "speed"),
            Field::body("memory", "1", -1e9, 1e9, 1.0, "memory"),
        ];
        match defect {
            Defect::TwoFieldsOfOneName => fields[1].name = "place".into(),
            Defect::EndlessBounds => fields[1].high = f32::INFINITY,
            Defect::NoTypicalSize => fields[0].typical = 0.0,
            Defect::AlwaysAtABound => fields[2].high = 0.0,
            _ => {}
        }
        let spec = TaskSpec {
            id: if defect == Defect::Id { "Ball" } else { "toy/ball-v0" }.into(),
            summary: String::new(),
            score: String::new(),
            reward: String::new(),
            start: String::new(),
            end: String::new(),
            percepts: Vec::new(),
            observation: Space::new(fields),
            action: Space::new(vec![Field::action("push", "force in N")]),
            metrics: vec![Metric::new("steps", "1", if defect == Defect::NoMeaning { "" } else { "env steps" })],
            physics: PhysicsSettings {
                time_step: 0.01,
                steps_per_action: 2,
                solver_iterations: 2,
                gravity: [0.0, 0.0],
            },
            step_limit: 40,
        };
        let task = Ball {
            spec: Arc::new(spec),
            defect,
            ball: RigidBodyHandle::invalid(),
            pushes: 0,
            steps: 0,
            shared: Default::default(),
        };
        Blueprint::new(move || task.clone())
    }
}

impl Task for Ball {
    fn spec(&self) -> &Arc<TaskSpec> {
        &self.spec
    }

    fn build(&mut self, world: &mut World<'_>) {
        let mass = MassProperties::new(Vector::ZERO, 1.0, 1.0);
        self.ball = world.insert_body(RigidBodyBuilder::dynamic().additional_mass_properties(mass));
    }

    fn reset(&mut self, world: &mut World<'_>, rng: &mut Rng) {
        self.steps = 0;
        if self.defect != Defect::ResetForgetsAField {
            self.pushes = 0;
        }
        let mut place = rng.random_range(-1.0..=1.0);
        match self.defect {
            Defect::SeedUnused => place = 0.5,
            Defect::SeedIgnoredInPart => {
                place = self.shared.fetch_add(1, std::sync::atomic::Ordering::Relaxed) as f32 * 0.01;
            }
            _ => {}
        }
        world.bodies[self.ball].set_translation(Vector::new(place, 0.0), true);
    }

    fn actuate(&mut self, world: &mut World<'_>, action: &[f32]) {
        self.pushes += 1;
        if self.defect != Defect::ActionsIgnored {
            world.push(self.ball, Vector::new(action[0], 0.0));
        }
    }

    fn observe(&self, world: &World<'_>, observation: &mut [f32]) {
        let ball = &world.bodies[self.ball];
        let memory = match self.defect {
            Defect::NanObserved if self.steps == 30 => f32::NAN,
            Defect::SharedBetweenLanes => self.shared.fetch_add(1, std::sync::atomic::Ordering::Relaxed) as f32,
            _ => self.pushes as f32,
        };
        observation.copy_from_slice(&[ball.translation().x, ball.linvel().x, memory]);
    }

    fn judge(&mut self, world: &World<'_>, _: &[f32]) -> Judgement {
        self.steps += 1;
        let place = world.bodies[self.ball].translation().x;
        let reward = if self.defect == Defect::NanReward && self.steps == 7 { f32::NAN } else { -place.abs() };
        Judgement { reward, terminated: place > 0.8, truncated: false }
    }

    fn score(&self) -> f32 {
        if self.defect == Defect::ScoreAboveOne { 1.5 } else { self.steps as f32 / 40.0 }
    }

    fn metrics(&self, metrics: &mut [f32]) {
        metrics[0] = self.steps as f32;
    }
}

#[test]
fn the_checker_passes_a_sound_task_and_finds_every_defect() {
    let expected = [
        (Defect::None, ""),
        (Defect::Id, "family/name-vN"),
        (Defect::TwoFieldsOfOneName, "a name used once"),
        (Defect::EndlessBounds, "finite bounds"),
        (Defect::NoTypicalSize, "typical magnitude above 0"),
        (Defect::NoMeaning, "metric `steps`: expected a unit (or 1) and a meaning"),
        (Defect::SeedUnused, "different episodes from different seeds"),
        (Defect::SeedIgnoredInPart, "the same bits from the same seed"),
        (Defect::ResetForgetsAField, "whatever came before"),
        (Defect::NanObserved, "found a fault"),
        (Defect::NanReward, "found a fault"),
        (Defect::ScoreAboveOne, "a score in [0, 1]"),
        (Defect::ActionsIgnored, "make actions matter"),
        (Defect::AlwaysAtABound, "widen the bounds"),
        (Defect::SharedBetweenLanes, "share nothing between lanes"),
    ];
    for (defect, message) in expected {
        let failures = check(&Ball::blueprint(defect));
        if defect == Defect::None {
            assert_eq!(failures, Vec::<String>::new());
        } else {
            assert!(failures.iter().any(|failure| failure.contains(message)), "{defect:?}: {failures:?}");
        }
    }
}

#[test]
fn a_force_lives_for_one_physics_step() {
    // F = m a: 1 N on 1 kg for 0.02 s is 0.02 m/s, whatever was pushed before.
    let mut lane = SoloLane::new(&Ball::blueprint(Defect::None), Seed(1));
    for step in 1..=10 {
        lane.access().step(&[1.0]).unwrap();
        assert!((lane.lane().observation()[1] - 0.02 * step as f32).abs() < 1e-5);
    }
    for _ in 0..5 {
        lane.access().step(&[0.0]).unwrap();
        assert!((lane.lane().observation()[1] - 0.2).abs() < 1e-5);
    }
}

#[test]
fn an_episode_that_ends_keeps_its_final_observation_and_starts_the_next_one() {
    let mut gym = Gym::new(&Ball::blueprint(Defect::None), 3, Seed(2), 1);
    let width = gym.spec().observation.len();
    let mut ends = [0, 0];
    for step in 0..400 {
        let before: Vec<u64> = (0..3).map(|lane| gym.lane(lane).unwrap().progress().0).collect();
        let batch = gym.step(&[1.0, -1.0, 0.3]).unwrap().clone();
        for (lane, &episode) in before.iter().enumerate() {
            let (terminated, truncated) = (batch.terminated[lane], batch.truncated[lane]);
            assert!(!(terminated && truncated));
            if !(terminated || truncated) {
                continue;
            }
            ends[usize::from(truncated)] += 1;
            let now = gym.lane(lane).unwrap();
            assert_eq!(now.progress(), (episode + 1, 0), "step {step}");
            let last = &batch.final_observations[lane * width..(lane + 1) * width];
            let first = &batch.observations[lane * width..(lane + 1) * width];
            assert_eq!(first[1], 0.0, "the next episode starts at rest");
            assert_ne!(last, first);
            assert_eq!(terminated, last[0] > 0.8);
            assert_eq!(now.last_episode().length == 40, truncated);
            assert_eq!(now.last_episode().metrics, [now.last_episode().length as f32]);
        }
    }
    assert!(ends[0] > 0 && ends[1] > 0, "both kinds of end must occur: {ends:?}");
}

#[test]
fn lanes_under_one_seed_differ_and_replay() {
    let run = |seed| {
        let gym = Gym::new(&Ball::blueprint(Defect::None), 50, Seed(seed), 2);
        gym.batch().observations.clone()
    };
    assert_eq!(run(3), run(3));
    let first = run(3);
    let mut places: Vec<f32> = first.chunks(3).map(|row| row[0]).collect();
    places.sort_by(f32::total_cmp);
    places.dedup();
    assert_eq!(places.len(), 50);
    assert_ne!(first, run(4));
}

#[test]
fn bad_actions_are_errors_that_name_the_field_and_move_nothing() {
    let mut gym = Gym::new(&Ball::blueprint(Defect::None), 2, Seed(5), 1);
    let before = gym.batch().clone();
    let error = gym.step(&[0.0, f32::NAN]).unwrap_err();
    assert!(matches!(&error, ActionError::NotFinite { lane: 1, field, .. } if field == "push"), "{error}");
    let error = gym.step(&[0.0, 0.0, 0.0]).unwrap_err();
    assert_eq!(error.to_string(), "3 numbers for 2 lanes; expected 2, 1 for each lane");
    let error = gym.step_some(&[0.0, 0.0], &[true]).unwrap_err();
    assert_eq!(error.to_string(), "1 marks of resting lanes; expected 2, one for each lane, or none");
    let error = gym.access(1).unwrap().step(&[0.0, 0.0]).unwrap_err();
    assert!(matches!(error, ActionError::Length { lane: 1, found: 2, expected: 1 }), "{error}");
    assert_eq!(gym.batch(), &before);
    assert_eq!(gym.lane(0).unwrap().progress(), (0, 0));
}

#[test]
fn a_lane_that_rests_is_as_it_was_and_the_others_go_on_as_ever() {
    let blueprint = Ball::blueprint(Defect::None);
    let mut some = Gym::new(&blueprint, 3, Seed(8), 1);
    let mut all = Gym::new(&blueprint, 3, Seed(8), 1);
    let mut alone = SoloLane::new(&blueprint, some.lane(1).unwrap().seed());
    let width = some.spec().observation.len();
    for step in 0..100 {
        let rests = step % 3 == 0;
        let before = some.batch().clone();
        // What a lane that rests is told is not looked at.
        let batch = some.step_some(&[1.0, if rests { f32::NAN } else { -1.0 }, 0.3], &[false, rests, false]).unwrap();
        if rests {
            assert_eq!(batch.observations[width..2 * width], before.observations[width..2 * width]);
            assert_eq!((batch.rewards[1], batch.terminated[1], batch.truncated[1]), (0.0, false, false));
        } else {
            let Step { reward, terminated, truncated } = alone.access().step(&[-1.0]).unwrap();
            assert_eq!(batch.observations[width..2 * width], *alone.lane().observation());
            assert_eq!((batch.rewards[1], batch.terminated[1], batch.truncated[1]), (reward, terminated, truncated));
        }
        let batch = batch.clone();
        let whole = all.step(&[1.0, -1.0, 0.3]).unwrap();
        for lane in [0, 2] {
            assert_eq!(batch.observations[lane * width..][..width], whole.observations[lane * width..][..width]);
            assert_eq!(batch.rewards[lane], whole.rewards[lane]);
        }
    }
}

#[test]
fn a_lane_is_begun_and_reseeded_by_itself_and_is_then_like_any_other_of_that_seed() {
    let blueprint = Ball::blueprint(Defect::None);
    let mut gym = Gym::new(&blueprint, 2, Seed(9), 1);
    let mut other = SoloLane::new(&blueprint, Seed(77));
    let width = gym.spec().observation.len();
    for _ in 0..7 {
        gym.step(&[0.5, 0.5]).unwrap();
    }
    let before = gym.batch().clone();
    assert_ne!(before.rewards[1], 0.0);
    let batch = gym.begin_lane(1, Some(Seed(77)), 3).unwrap();
    other.access().begin(3);
    assert_eq!(batch.observations[width..], *other.lane().observation());
    assert_eq!(batch.observations[..width], before.observations[..width], "the rest of the batch stays");
    assert_eq!(
        (batch.rewards[0], batch.rewards[1]),
        (before.rewards[0], 0.0),
        "nothing has come of the new episode yet"
    );
    for _ in 0..60 {
        gym.step(&[0.5, -0.7]).unwrap();
        other.access().step(&[-0.7]).unwrap();
        assert_eq!(
            gym.lane(1).unwrap().observation(),
            other.lane().observation(),
            "the next episodes are of that seed, too"
        );
    }
    assert!(gym.begin_lane(2, None, 0).is_none() && gym.access(2).is_none(), "there is no such lane");
}

#[test]
fn a_gym_is_stepped_by_whichever_thread_has_it() {
    let blueprint = Ball::blueprint(Defect::None);
    let mut here = Gym::new(&blueprint, 4, Seed(10), 2);
    let mut there = Gym::new(&blueprint, 4, Seed(10), 2);
    for _ in 0..5 {
        let batch = here.step(&[0.1, 0.2, 0.3, 0.4]).unwrap().clone();
        there = std::thread::spawn(move || {
            there.step(&[0.1, 0.2, 0.3, 0.4]).unwrap();
            there
        })
        .join()
        .unwrap();
        assert_eq!(there.batch(), &batch);
    }
}

#[test]
fn a_world_that_leaves_the_finite_numbers_is_reported_with_its_seed_and_step() {
    let mut lane = SoloLane::new(&Ball::blueprint(Defect::None), Seed(6));
    for _ in 0..4 {
        lane.access().step(&[0.5]).unwrap();
    }
    let handle = lane.access().world().bodies.iter().next().unwrap().0;
    lane.access().world().bodies[handle].set_linvel(Vector::new(f32::NAN, 0.0), true);
    let step = lane.access().step(&[0.5]).unwrap();
    assert!(step.terminated && step.reward == 0.0);
    let fault = lane.lane().last_episode().fault.clone().unwrap();
    assert_eq!((fault.seed, fault.episode, fault.step), (6, 0, 5));
    assert!(lane.lane().observation().iter().chain(lane.lane().final_observation()).all(|value| value.is_finite()));
    assert_eq!(lane.lane().progress(), (1, 0));
}

/// Counts the env steps it takes, five per burst.
struct Counter(u32);

impl Occupant for Counter {
    fn burst(&mut self, lane: &mut LaneAccess<'_>) {
        for _ in 0..5 {
            lane.step(&[0.1]).unwrap();
            self.0 += 1;
        }
    }
}

#[test]
fn occupants_practise_in_bursts_and_do_as_stepping_from_outside_does() {
    for threads in [1, 2, 3] {
        let blueprint = Ball::blueprint(Defect::None);
        let mut outside = Gym::new(&blueprint, 7, Seed(7), 1);
        let seeds = (0..7).map(|lane| (Seed(7).fan("lane", lane), Counter(0)));
        let mut inside = Gym::occupied(&blueprint, seeds, threads);
        for _ in 0..30 {
            inside.burst();
        }
        for _ in 0..150 {
            outside.step(&[0.1; 7]).unwrap();
        }
        for lane in 0..7 {
            assert_eq!(inside.occupant(lane).unwrap().0, 150);
            assert_eq!(inside.lane(lane).unwrap().observation(), outside.lane(lane).unwrap().observation());
        }
    }
}
