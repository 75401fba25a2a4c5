//! A task of one's own in the whole program: `cargo run --release --example own_task -- train balance/pole-v0`.
//!
//! A pole on a hinge is to be held upright by a weak motor. Everything else (lanes, seeding, checks, training,
//! evaluation) comes with the program; `check balance/pole-v0` says whether the task keeps the gym's contract.

use etude::envs::rapier::prelude::*;
use etude::envs::space::{Field, Space};
use etude::envs::task::{Judgement, Task, TaskSpec};
use etude::envs::world::{PhysicsSettings, World};
use etude::envs::{Family, Rng, tolerance};
use rand::RngExt;
use std::sync::Arc;

/// Largest torque of the motor, in N·m: too weak to lift the pole from hanging.
const TORQUE: f32 = 4.0;
/// Angle at which the pole has fallen, in rad.
const FALLEN: f32 = 1.0;
const SECONDS: u32 = 10;

#[derive(Clone)]
struct Pole {
    spec: Arc<TaskSpec>,
    pole: RigidBodyHandle,
    upright_steps: u32,
}

impl Pole {
    fn new() -> Self {
        let gravity = [0.0, -9.81];
        let spec = TaskSpec {
            id: "balance/pole-v0".into(),
            summary: "Hold a pole upright on a motorised hinge.".into(),
            score: format!("Fraction of {SECONDS} s before the pole falls, from 0 to 1."),
            reward: format!("r = T(φ) - 0.05 a²: torque a, angle φ; T is 1 up to 0.05 rad, 0.1 at {FALLEN} rad more."),
            start: "Nearly upright and at rest.".into(),
            end: format!("Terminated when the pole leans by {FALLEN} rad; truncated after {SECONDS} s."),
            percepts: Vec::new(),
            observation: Space::new(vec![
                Field::body("angle", "rad", -2.0, 2.0, 0.3, "lean, counter-clockwise positive"),
                Field::body("rate", "rad/s", -20.0, 20.0, 1.0, "angular velocity"),
            ]),
            action: Space::new(vec![Field::action("torque", "torque of the motor as a fraction of its limit")]),
            metrics: vec![],
            physics: PhysicsSettings { time_step: 1.0 / 120.0, steps_per_action: 2, solver_iterations: 2, gravity },
            step_limit: 60 * SECONDS,
        };
        Self { spec: Arc::new(spec), pole: RigidBodyHandle::invalid(), upright_steps: 0 }
    }

    fn angle(&self, world: &World<'_>) -> f32 {
        world.bodies[self.pole].rotation().angle()
    }
}

impl Task for Pole {
    fn spec(&self) -> &Arc<TaskSpec> {
        &self.spec
    }

    fn build(&mut self, world: &mut World<'_>) {
        let floor = world.bodies.insert(RigidBodyBuilder::fixed());
        self.pole = world.insert_body(RigidBodyBuilder::dynamic().translation(Vector::new(0.0, 0.5)));
        world.insert_collider(ColliderBuilder::cuboid(0.05, 0.5).density(10.0), self.pole);
        world.insert_joint(floor, self.pole, RevoluteJointBuilder::new().local_anchor2(Vector::new(0.0, -0.5)));
    }

    fn reset(&mut self, world: &mut World<'_>, rng: &mut Rng) {
        self.upright_steps = 0;
        let angle: f32 = rng.random_range(-0.1..=0.1);
        let middle = Vector::new(-0.5 * angle.sin(), 0.5 * angle.cos());
        world.bodies[self.pole].set_position(Pose::new(middle, angle), true);
    }

    fn actuate(&mut self, world: &mut World<'_>, action: &[f32]) {
        world.twist(self.pole, TORQUE * action[0]);
    }

    fn observe(&self, world: &World<'_>, observation: &mut [f32]) {
        observation.copy_from_slice(&[self.angle(world), world.bodies[self.pole].angvel()]);
    }

    fn judge(&mut self, world: &World<'_>, action: &[f32]) -> Judgement {
        let angle = self.angle(world);
        let terminated = angle.abs() > FALLEN;
        self.upright_steps += u32::from(!terminated);
        let reward = tolerance(angle, -0.05, 0.05, FALLEN) - 0.05 * action[0] * action[0];
        Judgement { reward, terminated, truncated: false }
    }

    fn score(&self) -> f32 {
        self.upright_steps as f32 / self.spec.step_limit as f32
    }
}

fn main() -> std::process::ExitCode {
    etude::Program::new().task(Family::from_task(Pole::new)).run()
}
