//! Measurements of speed: medians of short interleaved stretches, so that a noisy machine affects both sides of a ratio
//! equally.

use crate::catalog::AgentBlueprint;
use crate::run::lesions::Lesions;
use crate::run::subject::{Conditions, Plan, Subject};
use anyhow::Result;
use etude_agents::Transition;
use etude_envs::Seed;
use etude_envs::gym::Gym;
use etude_envs::lane::SoloLane;
use etude_envs::rapier::prelude::{GenericJoint, ImpulseJointHandle, RigidBodyHandle, Vector};
use etude_envs::task::{Blueprint, TaskSpec};
use etude_envs::world::{Physics, World};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

/// Number of env steps from the start of an episode that are timed: few enough that no episode ends within them.
const STRETCH: usize = 30;
/// Number of lanes built to measure the memory of one.
const WEIGHED: usize = 128;
/// Number of transitions over which a learner's time is measured.
const TRANSITIONS: usize = 2_000;

/// Measurements for one task with one number of lanes and threads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Task id.
    pub task: String,
    /// Lanes hosted.
    pub lanes: usize,
    /// Threads used.
    pub threads: usize,
    /// The Rapier steps within one env step, under the same forces, in a plain loop over as many worlds on one thread,
    /// in µs.
    pub bare_physics_us: f64,
    /// One env step in the gym, stepped from outside, in µs of one thread.
    pub env_step_us: f64,
    /// `env_step_us`/`bare_physics_us`, median over pairs of consecutive stretches.
    pub overhead: f64,
    /// Env steps per second, all threads together.
    pub env_steps_per_s: f64,
    /// Speed of env steps relative to one thread, measured consecutively.
    pub env_speedup: f64,
    /// Speed of training relative to one thread, measured consecutively.
    pub train_speedup: f64,
    /// One `act` and `learn` of the agent, in µs.
    pub learner_us: f64,
    /// Env steps per second while agents learn, all threads together.
    pub train_steps_per_s: f64,
    /// One reset with new surroundings, in µs.
    pub reset_us: f64,
    /// Memory of a lane without its agent, in bytes; `None` where the system does not report it.
    pub bytes_per_lane: Option<u64>,
}

/// Times of one row relative to an earlier one; below 1 is faster. Each is divided by the ratio of bare physics, which
/// is the same work in both, to correct for a slower or busier machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ratios {
    /// Task id.
    pub task: String,
    /// Lanes hosted.
    pub lanes: usize,
    /// Threads used.
    pub threads: usize,
    /// Ratio of bare physics: how much slower the machine was.
    pub machine: f64,
    /// An env step.
    pub env_step: f64,
    /// One act and learn.
    pub learner: f64,
    /// A step of training.
    pub training: f64,
    /// A reset.
    pub reset: f64,
    /// Ratio of the memory of a lane, uncorrected.
    pub memory: Option<f64>,
}

impl Row {
    /// Compares this row with an earlier one.
    pub fn against(&self, earlier: &Row) -> Ratios {
        let machine = self.bare_physics_us / earlier.bare_physics_us;
        Ratios {
            task: self.task.clone(),
            lanes: self.lanes,
            threads: self.threads,
            machine,
            env_step: self.env_step_us / earlier.env_step_us / machine,
            learner: self.learner_us / earlier.learner_us / machine,
            training: earlier.train_steps_per_s / self.train_steps_per_s / machine,
            reset: self.reset_us / earlier.reset_us / machine,
            memory: self.bytes_per_lane.zip(earlier.bytes_per_lane).map(|(now, before)| now as f64 / before as f64),
        }
    }
}

/// Measures tasks.
pub struct Bencher {
    seconds: f64,
    weights: Vec<Option<u64>>,
}

impl Bencher {
    /// Measures the memory of lanes of all tasks, and prepares to time them for `seconds` per figure.
    pub fn new(tasks: &[Blueprint], seconds: f64) -> Self {
        // Memory freed by one task would hide what the next one takes. All tasks are therefore kept until all are
        // measured.
        let mut kept = Vec::new();
        let weights = tasks
            .iter()
            .map(|task| {
                kept.push(Gym::new(task, 1, Seed(1), 1));
                let before = resident_bytes()?;
                kept.push(Gym::new(task, WEIGHED, Seed(2), 1));
                Some(resident_bytes()?.saturating_sub(before) / WEIGHED as u64)
            })
            .collect();
        Self { seconds, weights }
    }

    /// Measures one row; `index` is the index of the task in the list given to [`Bencher::new`].
    ///
    /// # Errors
    /// An agent that does not fit the task.
    pub fn row(
        &self,
        index: usize,
        task: &Blueprint,
        agent: &AgentBlueprint,
        lanes: usize,
        threads: usize,
    ) -> Result<Row> {
        let (bare_physics_us, env_step_us, overhead, env_speedup) = self.env_step(task, lanes, threads);
        let (train_steps_per_s, train_speedup) = self.training(task, agent, lanes, threads)?;
        Ok(Row {
            task: task.spec().id.clone(),
            lanes,
            threads,
            bare_physics_us,
            env_step_us,
            overhead,
            env_steps_per_s: 1e6 / env_step_us * threads as f64,
            env_speedup,
            train_speedup,
            learner_us: self.learner(task, agent)?,
            train_steps_per_s,
            reset_us: self.reset(task),
            bytes_per_lane: self.weights[index],
        })
    }

    /// Medians of bare physics, hosted env step, their ratio, and speed relative to one thread.
    fn env_step(&self, task: &Blueprint, lanes: usize, threads: usize) -> (f64, f64, f64, f64) {
        let spec = task.spec();
        let actions = actions(lanes * spec.action.len());
        let mut gym = Gym::new(task, lanes, Seed(3), threads);
        let mut one_thread = (threads > 1).then(|| Gym::new(task, lanes, Seed(3), 1));
        let mut bare_lanes: Vec<BareLane> = (0..lanes)
            .map(|lane| {
                let mine = |step: &Vec<f32>| step[lane * spec.action.len()..][..spec.action.len()].to_vec();
                let actions: Vec<Vec<f32>> = actions.iter().map(mine).collect();
                BareLane::new(task, Seed(3).fan("lane", lane as u64), &actions)
            })
            .collect();
        let stretch_us = |gym: &mut Gym| {
            gym.begin(0);
            let started = Instant::now();
            for actions in &actions {
                let _ = black_box(gym.step(actions));
            }
            started.elapsed().as_secs_f64() * 1e6 / (STRETCH * lanes) as f64
        };
        let (mut bare, mut hosted, mut ratios, mut speedups) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        self.repeat(|| {
            let wall_us = stretch_us(&mut gym);
            let hosted_us = wall_us * threads as f64;
            bare_lanes.iter_mut().for_each(BareLane::begin);
            let started = Instant::now();
            for step in 0..STRETCH {
                bare_lanes.iter_mut().for_each(|lane| lane.step(step));
            }
            let bare_us = started.elapsed().as_secs_f64() * 1e6 / (STRETCH * lanes) as f64;
            bare.push(bare_us);
            hosted.push(hosted_us);
            ratios.push(hosted_us / bare_us);
            speedups.push(one_thread.as_mut().map_or(1.0, |gym| stretch_us(gym) / wall_us));
        });
        (median(bare), median(hosted), median(ratios), median(speedups))
    }

    fn learner(&self, task: &Blueprint, agent: &AgentBlueprint) -> Result<f64> {
        let spec = task.spec();
        let mut lane = SoloLane::new(task, Seed(4));
        let mut agent = agent.make(spec, Seed(5))?;
        let mut action = vec![0.0; spec.action.len()];
        let mut experience = Vec::with_capacity(TRANSITIONS);
        for _ in 0..TRANSITIONS {
            let before = lane.lane().observation().to_vec();
            agent.act(&before, true, &mut action);
            let step = lane.access().step(&action)?;
            let now = lane.lane();
            let after = if step.ended() { now.final_observation() } else { now.observation() };
            experience.push((before, step, after.to_vec()));
        }
        let mut times = Vec::new();
        self.repeat(|| {
            let started = Instant::now();
            for (before, step, after) in &experience {
                agent.act(before, true, &mut action);
                agent.learn(&Transition {
                    observation: before,
                    action: &action,
                    reward: step.reward,
                    next_observation: after,
                    terminated: step.terminated,
                    truncated: step.truncated,
                });
            }
            times.push(started.elapsed().as_secs_f64() * 1e6 / TRANSITIONS as f64);
        });
        Ok(median(times))
    }

    /// Median speed of training in env steps per second, and its ratio to the speed of one thread.
    fn training(&self, task: &Blueprint, agent: &AgentBlueprint, lanes: usize, threads: usize) -> Result<(f64, f64)> {
        // More subjects would only take memory.
        let subjects = lanes.min(16 * threads);
        let burst = 500;
        let plan = Arc::new(Plan {
            task: task.clone(),
            agent: agent.clone(),
            steps: u64::MAX,
            evaluate_every: u64::MAX,
            evaluate_at: Vec::new(),
            evaluation_episodes: 0,
            signals_every: 0,
            units_every: 0,
            record_steps: false,
            tensorboard: false,
            keep_checkpoints_every: 0,
            burst,
            conditions: Conditions::default(),
            lesions: Lesions::new(),
        });
        let cohort = |threads| -> Result<Gym<Subject>> {
            let subjects =
                (0..subjects as u64).map(|index| Subject::new(&plan, Seed(6), index)).collect::<Result<Vec<_>>>()?;
            let lanes = subjects.into_iter().map(|subject| (subject.task().clone(), subject.lane_seed(), subject));
            Ok(Gym::with_own_tasks(task, lanes, threads))
        };
        let mut gym = cohort(threads)?;
        let mut one_thread = (threads > 1).then(|| cohort(1)).transpose()?;
        let speed = |gym: &mut Gym<Subject>| {
            let started = Instant::now();
            gym.burst();
            (subjects as u64 * burst) as f64 / started.elapsed().as_secs_f64()
        };
        let (mut speeds, mut speedups) = (Vec::new(), Vec::new());
        self.repeat(|| {
            let fast = speed(&mut gym);
            speeds.push(fast);
            speedups.push(one_thread.as_mut().map_or(1.0, |gym| fast / speed(gym)));
        });
        Ok((median(speeds), median(speedups)))
    }

    fn reset(&self, task: &Blueprint) -> f64 {
        let mut lane = SoloLane::new(task, Seed(7));
        let (mut times, mut episode) = (Vec::new(), 0);
        self.repeat(|| {
            let started = Instant::now();
            for _ in 0..20 {
                episode += 1;
                lane.access().begin(episode);
            }
            times.push(started.elapsed().as_secs_f64() * 1e6 / 20.0);
        });
        median(times)
    }

    /// Calls `measure` at least five times and until the time is over; medians ignore the cold start.
    fn repeat(&self, mut measure: impl FnMut()) {
        let started = Instant::now();
        let mut count = 0;
        while count < 5 || started.elapsed().as_secs_f64() < self.seconds {
            measure();
            count += 1;
        }
    }
}

/// The worlds of one lane without gym and task: the same forces, recorded beforehand, and the same Rapier steps.
struct BareLane {
    lane: SoloLane,
    spec: Arc<TaskSpec>,
    /// Forces and torques before each physics step.
    forces: Vec<Vec<(RigidBodyHandle, Vector, f32)>>,
    /// Joints whose motors were set before each physics step.
    joints: Vec<Vec<(ImpulseJointHandle, GenericJoint)>>,
}

impl BareLane {
    fn new(task: &Blueprint, seed: Seed, actions: &[Vec<f32>]) -> Self {
        let spec = Arc::clone(task.spec());
        let mut player = task.make();
        let mut physics = Physics::new(&spec.physics);
        player.build(&mut physics.world());
        player.trial(seed, 0);
        player.reset(&mut physics.world(), &mut seed.fan("episode", 0).rng());
        let (mut forces, mut joints) = (Vec::new(), Vec::new());
        for action in actions {
            for _ in 0..spec.physics.steps_per_action {
                let mut world = physics.world();
                let before: Vec<GenericJoint> = joints_of(&world).map(|(_, joint)| joint).collect();
                player.actuate(&mut world, action);
                let set = joints_of(&world).zip(before).filter(|((_, now), before)| now != before);
                joints.push(set.map(|(now, _)| now).collect());
                let pushed = world.bodies.iter().map(|(body, state)| (body, state.user_force(), state.user_torque()));
                forces.push(pushed.filter(|(_, force, torque)| *force != Vector::ZERO || *torque != 0.0).collect());
                world.step(spec.physics.gravity);
                world.clear_forces();
            }
        }
        Self { lane: SoloLane::new(task, seed), spec, forces, joints }
    }

    fn begin(&mut self) {
        self.lane.access().begin(0);
    }

    fn step(&mut self, step: usize) {
        let physics = &self.spec.physics;
        let mut access = self.lane.access();
        let world = access.world();
        for index in 0..physics.steps_per_action as usize {
            let at = step * physics.steps_per_action as usize + index;
            for &(handle, data) in &self.joints[at] {
                if let Some(joint) = world.joints.impulse_joints.get_mut(handle, false) {
                    joint.data = data;
                }
            }
            let forces = &self.forces[at];
            for &(body, force, torque) in forces {
                let body = &mut world.bodies[body];
                body.add_force(force, false);
                body.add_torque(torque, false);
            }
            world.step(physics.gravity);
            for &(body, ..) in forces {
                let body = &mut world.bodies[body];
                body.reset_forces(false);
                body.reset_torques(false);
            }
        }
    }
}

fn joints_of<'a>(world: &'a World<'_>) -> impl Iterator<Item = (ImpulseJointHandle, GenericJoint)> + 'a {
    world.joints.impulse_joints.iter().map(|(handle, joint)| (handle, joint.data))
}

/// Actions for a stretch: varied, but not enough to fall within it.
fn actions(width: usize) -> Vec<Vec<f32>> {
    let mut rng = Seed(8).rng();
    (0..STRETCH).map(|_| (0..width).map(|_| rng.random_range(-0.3..=0.3)).collect()).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Resident memory of this process in bytes, on Linux.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}
