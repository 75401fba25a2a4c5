//! One independent physics world: Rapier's own context components without their wall clock.
//!
//! [`Physics`] owns a world. [`World`] is a task's view of a world, which may belong to a Bevy entity or stand alone. A
//! force or torque lasts for exactly one physics step.

use crate::push::Push;
use bevy_rapier2d::prelude::{
    RapierContextColliders, RapierContextJoints, RapierContextSimulation, RapierRigidBodySet,
};
use bevy_rapier2d::rapier::prelude::*;
use std::cell::RefCell;

/// Time steps of a task's physics. All are fixed; no wall clock is involved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhysicsSettings {
    /// Length of one physics step in s.
    pub time_step: f32,
    /// Physics steps per env step.
    pub steps_per_action: u32,
    /// Rapier's solver iterations: substeps of each physics step.
    pub solver_iterations: u32,
    /// Gravity in m/s², x then y.
    pub gravity: [f32; 2],
}

impl PhysicsSettings {
    /// Time between two actions in s.
    pub fn control_interval(&self) -> f32 {
        self.time_step * self.steps_per_action as f32
    }
}

thread_local! {
    /// A world with a single body, which floats.
    static BLANK: RefCell<Physics> = RefCell::new({
        let settings = PhysicsSettings { time_step: 1.0, steps_per_action: 1, solver_iterations: 1, gravity: [0.0; 2] };
        let mut physics = Physics::new(&settings);
        physics.world().insert_body(RigidBodyBuilder::dynamic());
        physics
    });
}

/// A standalone physics world.
pub struct Physics {
    simulation: RapierContextSimulation,
    bodies: RapierRigidBodySet,
    colliders: RapierContextColliders,
    joints: RapierContextJoints,
}

impl Physics {
    /// An empty world with these settings.
    pub fn new(settings: &PhysicsSettings) -> Self {
        let mut simulation = RapierContextSimulation::default();
        // Rapier's stage timers read the clock a dozen times per step.
        simulation.pipeline.counters.disable();
        let parameters = &mut simulation.integration_parameters;
        parameters.dt = settings.time_step;
        parameters.num_solver_iterations = settings.solver_iterations as usize;
        // The relaxation pass takes the work of springs back out of the velocities: joint motors and soft contacts come
        // out weaker than specified, and bodies at rest seem to sink.
        parameters.num_internal_stabilization_iterations = 0;
        // Joint chains converge in fewer iterations when the last step's impulses start the next.
        parameters.warmstart_joints = true;
        // Bodies of the size and speed of these tasks move far less than their own size in a step.
        parameters.max_ccd_substeps = 0;
        // Recycling keeps contacts while a body moves less than 5 cm: too coarse for a wheel on rough ground.
        parameters.contact_recycling = false;
        Self { simulation, bodies: Default::default(), colliders: Default::default(), joints: Default::default() }
    }

    /// The view for tasks.
    pub fn world(&mut self) -> World<'_> {
        World {
            simulation: &mut self.simulation,
            bodies: &mut self.bodies.bodies,
            colliders: &mut self.colliders.colliders,
            joints: &mut self.joints,
        }
    }

    /// The four context components, to be spawned on an entity.
    pub fn into_components(
        self,
    ) -> (RapierContextSimulation, RapierRigidBodySet, RapierContextColliders, RapierContextJoints) {
        (self.simulation, self.bodies, self.colliders, self.joints)
    }
}

/// A mutable view of one physics world.
pub struct World<'a> {
    /// Pipeline, broad and narrow phase, islands, parameters.
    pub simulation: &'a mut RapierContextSimulation,
    /// All rigid bodies.
    pub bodies: &'a mut RigidBodySet,
    /// All colliders.
    pub colliders: &'a mut ColliderSet,
    /// Impulse and multibody joints.
    pub joints: &'a mut RapierContextJoints,
}

impl World<'_> {
    /// Adds a body. Bodies never sleep: a sleeping body would ignore the forces of the next step.
    pub fn insert_body(&mut self, body: RigidBodyBuilder) -> RigidBodyHandle {
        self.bodies.insert(body.can_sleep(false))
    }

    /// Adds a fixed collider.
    pub fn insert_ground(&mut self, collider: impl Into<Collider>) -> ColliderHandle {
        self.colliders.insert(collider)
    }

    /// Adds a collider to a body.
    pub fn insert_collider(&mut self, collider: impl Into<Collider>, body: RigidBodyHandle) -> ColliderHandle {
        self.colliders.insert_with_parent(collider, body, self.bodies)
    }

    /// Joins two bodies.
    pub fn insert_joint(
        &mut self,
        first: RigidBodyHandle,
        second: RigidBodyHandle,
        joint: impl Into<GenericJoint>,
    ) -> ImpulseJointHandle {
        self.joints.impulse_joints.insert(first, second, joint, true)
    }

    /// Applies `force` (N) to a body's centre of mass during the next physics step only.
    pub fn push(&mut self, body: RigidBodyHandle, force: Vector) {
        self.bodies[body].add_force(force, false);
    }

    /// Applies an external push at once, as the impulse that its force gives in `duration` (s), to the nearest movable
    /// body. `units` is the number of physics length units per metre.
    pub fn push_nearest(&mut self, push: &Push, duration: f32, units: f32) {
        let place = Vector::from(push.place) * units;
        let distance = |body: &RigidBody| (body.translation() - place).length();
        let movable = self.bodies.iter().filter(|(_, body)| body.is_dynamic());
        let nearest = movable.min_by(|one, other| distance(one.1).total_cmp(&distance(other.1)));
        let Some(handle) = nearest.map(|(handle, _)| handle) else { return };
        let [x, y, _] = push.force;
        self.bodies[handle].apply_impulse(Vector::new(x, y) * (units * duration), true);
    }

    /// Applies `torque` (N·m) to a body during the next physics step only.
    pub fn twist(&mut self, body: RigidBodyHandle, torque: f32) {
        self.bodies[body].add_torque(torque, false);
    }

    /// Whether two colliders pressed on each other in the last physics step.
    pub fn touching(&self, first: ColliderHandle, second: ColliderHandle) -> bool {
        self.simulation.narrow_phase.contact_pair(first, second).is_some_and(|pair| {
            pair.manifolds.iter().flat_map(|manifold| &manifold.points).any(|point| point.data.impulse > 0.0)
        })
    }

    /// Takes one physics step. Call [`World::clear_forces`] afterwards.
    pub fn step(&mut self, gravity: [f32; 2]) {
        let simulation = &mut *self.simulation;
        simulation.pipeline.step(
            Vector::new(gravity[0], gravity[1]),
            &simulation.integration_parameters,
            &mut simulation.islands,
            &mut simulation.broad_phase,
            &mut simulation.narrow_phase,
            self.bodies,
            self.colliders,
            &mut self.joints.impulse_joints,
            &mut self.joints.multibody_joints,
            &mut simulation.ccd_solver,
            &(),
            &(),
        );
    }

    /// Removes all forces and torques. Rapier itself would keep applying them, and add to them.
    pub fn clear_forces(&mut self) {
        let mut pushed = [RigidBodyHandle::invalid(); 16];
        loop {
            let forced = self
                .bodies
                .iter()
                .filter(|(_, body)| body.user_force() != Vector::ZERO || body.user_torque() != 0.0)
                .map(|(handle, _)| handle);
            let count = pushed.iter_mut().zip(forced).map(|(slot, handle)| *slot = handle).count();
            // Only pushed bodies are borrowed mutably, because a mutable borrow marks a body as changed.
            for &handle in &pushed[..count] {
                let body = &mut self.bodies[handle];
                body.reset_forces(false);
                body.reset_torques(false);
            }
            if count < pushed.len() {
                return;
            }
        }
    }

    /// Makes the pipeline prepare all joints anew in the next step. It keeps what it has prepared for as long as a count of
    /// changes is the same, and that count goes back where a world is restored: joints that were changed as often as before, but
    /// to something else, would be taken for the old ones. (Joints that have never been stepped are prepared anew in any case.)
    pub(crate) fn forget_joints(&mut self) {
        BLANK.with_borrow_mut(|blank| {
            blank.world().count_change();
            let Physics { simulation, bodies, colliders, joints } = blank;
            self.simulation.pipeline.step(
                Vector::ZERO,
                &simulation.integration_parameters,
                &mut simulation.islands,
                &mut simulation.broad_phase,
                &mut simulation.narrow_phase,
                &mut bodies.bodies,
                &mut colliders.colliders,
                &mut joints.impulse_joints,
                &mut joints.multibody_joints,
                &mut simulation.ccd_solver,
                &(),
                &(),
            );
        });
        self.count_change();
    }

    /// Counts a change of the joints that is none: asking for a joint that does not exist is enough.
    fn count_change(&mut self) {
        _ = self.joints.impulse_joints.get_mut(ImpulseJointHandle::invalid(), false);
    }

    /// Whether a body or collider was in a non-finite state in the last step (Rapier then freezes it).
    pub fn quarantined(&self) -> bool {
        !self.simulation.pipeline.quarantine().is_empty()
    }
}

/// A copy of a world to which it, or another one built in the same way, can be brought, bit by bit, whatever has happened in
/// between.
#[derive(Clone)]
pub(crate) struct WorldState {
    bodies: RigidBodySet,
    colliders: ColliderSet,
    impulse_joints: ImpulseJointSet,
    multibody_joints: MultibodyJointSet,
    islands: IslandManager,
    broad_phase: BroadPhaseBvh,
    narrow_phase: NarrowPhase,
    ccd_solver: CCDSolver,
}

impl WorldState {
    pub(crate) fn of(world: &World<'_>) -> Self {
        Self {
            bodies: world.bodies.clone(),
            colliders: world.colliders.clone(),
            impulse_joints: world.joints.impulse_joints.clone(),
            multibody_joints: world.joints.multibody_joints.clone(),
            islands: world.simulation.islands.clone(),
            broad_phase: world.simulation.broad_phase.clone(),
            narrow_phase: world.simulation.narrow_phase.clone(),
            ccd_solver: world.simulation.ccd_solver.clone(),
        }
    }

    /// Becomes the state of a world, in the memory that is there.
    pub(crate) fn take(&mut self, world: &World<'_>) {
        self.bodies.clone_from(world.bodies);
        self.colliders.clone_from(world.colliders);
        self.impulse_joints.clone_from(&world.joints.impulse_joints);
        self.multibody_joints.clone_from(&world.joints.multibody_joints);
        self.islands.clone_from(&world.simulation.islands);
        self.broad_phase.clone_from(&world.simulation.broad_phase);
        self.narrow_phase.clone_from(&world.simulation.narrow_phase);
        self.ccd_solver.clone_from(&world.simulation.ccd_solver);
    }

    /// Brings a world to this state. If it is that of a world that has been stepped, [`World::forget_joints`] has to follow.
    pub(crate) fn restore(&self, world: &mut World<'_>) {
        world.bodies.clone_from(&self.bodies);
        world.colliders.clone_from(&self.colliders);
        world.joints.impulse_joints.clone_from(&self.impulse_joints);
        world.joints.multibody_joints.clone_from(&self.multibody_joints);
        world.simulation.islands.clone_from(&self.islands);
        world.simulation.broad_phase.clone_from(&self.broad_phase);
        world.simulation.narrow_phase.clone_from(&self.narrow_phase);
        world.simulation.ccd_solver.clone_from(&self.ccd_solver);
    }
}
