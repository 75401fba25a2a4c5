//! The bicycle as bodies and joints: a sagittal plane (wheels, frame, rider) and a frontal plane (roll) in one world.
//!
//! Sagittal plane: x forward, y up, pitch positive nose up. A wheel that rolls forward therefore turns clockwise
//! (negative).
//! Frontal plane: an inverted pendulum hinged at the contact line. The two planes interact only through the forces
//! exchanged here.

use super::parts::{GROUND, TYRE, axle_joint, insert_wheel, rigid_part};
use super::profile::Profile;
use super::spec::{CyclingSpec, MassSpec};
use crate::scene::Scene;
use crate::task::Push;
use crate::world::World;
use bevy_rapier2d::rapier::prelude::*;

/// Standard gravity in m/s².
pub const GRAVITY: f32 = 9.81;
/// Density of air in kg/m³.
const AIR: f32 = 1.2;
/// Speed in m/s below which rolling resistance fades out, to avoid chatter at rest.
const RESISTANCE_ONSET: f32 = 0.1;
/// Damping, in N·m·s/rad, of a brake below its torque limit: stiff enough to lock a wheel.
const BRAKE_GRIP: f32 = 2000.0;

/// Handles of everything in the world, and the few states that are not Rapier's.
#[derive(Clone)]
pub struct Bike {
    rear_wheel: RigidBodyHandle,
    front_wheel: RigidBodyHandle,
    frame: RigidBodyHandle,
    rider: RigidBodyHandle,
    roll: RigidBodyHandle,
    rear_axle: ImpulseJointHandle,
    front_axle: ImpulseJointHandle,
    hip: ImpulseJointHandle,
    rear_tyre: ColliderHandle,
    front_tyre: ColliderHandle,
    ground: ColliderHandle,
    /// Mass of bicycle and rider, in kg.
    mass: f32,
    /// Position of the centre of mass ahead of the rear contact point, in m.
    ahead: f32,
    /// Height of the centre of mass above the ground, in m.
    height: f32,
    /// Fraction of the remaining way to its command that the handlebar moves in a physics step.
    handlebar_share: f32,
    time_step: f32,
    /// Angle of the handlebar, in rad.
    pub handlebar: f32,
    /// Angular velocity of the handlebar, in rad/s.
    pub handlebar_rate: f32,
    /// The motion at the end of the last env step.
    pub motion: Motion,
}

/// What is sensed of the bicycle's motion.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Motion {
    /// Forward speed of the frame, in m/s.
    pub speed: f32,
    /// Vertical speed of the frame, upward positive, in m/s.
    pub rise: f32,
    /// Pitch, nose up positive, in rad.
    pub pitch: f32,
    /// Angular velocity in pitch, in rad/s.
    pub pitch_rate: f32,
    /// Roll, positive to the right, in rad.
    pub roll: f32,
    /// Angular velocity in roll, in rad/s.
    pub roll_rate: f32,
    /// Lean of the rider relative to the frame, forward positive, in rad.
    pub lean: f32,
    /// Angular velocity of the lean, in rad/s.
    pub lean_rate: f32,
    /// Whether the rear and the front tyre press on the ground.
    pub grounded: [bool; 2],
}

/// A rider's command to the bicycle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Command {
    /// Handlebar angle as a fraction of its limit, in [-1, 1].
    pub steer: f32,
    /// Pedal torque as a fraction of the largest possible, in [0, 1].
    pub pedal: f32,
    /// Rear brake torque as a fraction of its limit, in [0, 1].
    pub rear_brake: f32,
    /// Front brake torque as a fraction of its limit, in [0, 1].
    pub front_brake: f32,
    /// Lean as a fraction of its limit, in [-1, 1], forward positive.
    pub lean: f32,
}

impl Bike {
    /// Builds bicycle, rider and ground, at rest on level ground.
    pub fn build(world: &mut World<'_>, spec: &CyclingSpec, profile: &Profile) -> Self {
        let time_step = world.simulation.integration_parameters.dt;
        let bike = &spec.bike;
        // The tyre's spring is Rapier's softness of contacts with fixed bodies, relative to the mass of the wheel.
        world.simulation.integration_parameters.static_contact_softness =
            SpringCoefficients::new(bike.tyre_frequency, bike.tyre_damping);
        let (mass, ahead, height) = bike.centre_of_mass(&spec.rider);
        // If surfaces differ, each tyre takes the friction of the surface below it.
        let surfaces = !spec.ground.surfaces.is_empty();
        let ground = world.insert_ground(
            ColliderBuilder::new(SharedShape::new(profile.ground.clone()))
                .friction(if surfaces { 1.0 } else { bike.friction })
                .collision_groups(InteractionGroups::new(GROUND, TYRE, InteractionTestMode::And)),
        );
        let rule = if surfaces { CoefficientCombineRule::Multiply } else { CoefficientCombineRule::Average };
        let (rear_wheel, rear_tyre) = insert_wheel(world, &bike.rear_wheel, 0.0, bike.friction, rule);
        let (front_wheel, front_tyre) = insert_wheel(world, &bike.front_wheel, bike.wheelbase, bike.friction, rule);
        let frame = world.insert_body(rigid_part(&bike.frame));
        let rider = world.insert_body(rigid_part(&spec.rider.body));

        let suspension = bike.suspension.as_ref();
        let sprung = (mass - bike.rear_wheel.mass - bike.front_wheel.mass) * GRAVITY;
        let front_share = ahead / bike.wheelbase;
        let mut axle = |wheel, x, radius, load, tilt| {
            let anchor = Vector::new(x - bike.frame.x, radius - bike.frame.y);
            world.insert_joint(frame, wheel, axle_joint(anchor, suspension, load, tilt))
        };
        let fork_tilt = suspension.map_or(0.0, |suspension| suspension.fork_tilt);
        let rear_axle = axle(rear_wheel, 0.0, bike.rear_wheel.radius, sprung * (1.0 - front_share), 0.0);
        let front_axle = axle(front_wheel, bike.wheelbase, bike.front_wheel.radius, sprung * front_share, fork_tilt);
        let hip_from = |part: &MassSpec| Vector::new(spec.rider.hip_x - part.x, spec.rider.hip_y - part.y);
        let hip = world.insert_joint(
            frame,
            rider,
            RevoluteJointBuilder::new()
                .local_anchor1(hip_from(&bike.frame))
                .local_anchor2(hip_from(&spec.rider.body))
                // A force-based motor keeps its stiffness whatever the joined masses.
                .motor_model(MotorModel::ForceBased)
                .motor_position(posture(spec), spec.rider.hip_stiffness, spec.rider.hip_damping),
        );

        let contact_line = world.bodies.insert(RigidBodyBuilder::fixed());
        let roll = world.insert_body(rigid_part(&MassSpec { x: 0.0, y: height, mass, inertia: bike.roll_inertia }));
        let hinge = RevoluteJointBuilder::new().local_anchor2(Vector::new(0.0, -height));
        world.insert_joint(contact_line, roll, hinge);
        Self {
            rear_wheel,
            front_wheel,
            frame,
            rider,
            roll,
            rear_axle,
            front_axle,
            hip,
            rear_tyre,
            front_tyre,
            ground,
            mass,
            ahead,
            height,
            handlebar_share: 1.0 - (-time_step / bike.handlebar_lag).exp(),
            time_step,
            handlebar: 0.0,
            handlebar_rate: 0.0,
            motion: Motion::default(),
        }
    }

    /// Sets the bicycle rolling at `speed` (m/s) with a roll angle (rad), on fresh ground.
    pub fn start(&mut self, world: &mut World<'_>, spec: &CyclingSpec, profile: &Profile, speed: f32, roll: f32) {
        self.handlebar = 0.0;
        self.handlebar_rate = 0.0;
        if let Some(ground) = world.colliders.get_mut(self.ground) {
            ground.set_shape(SharedShape::new(profile.ground.clone()));
        }
        for body in [self.rear_wheel, self.front_wheel, self.frame, self.rider] {
            world.bodies[body].set_linvel(Vector::new(speed, 0.0), false);
        }
        world.bodies[self.rear_wheel].set_angvel(-speed / spec.bike.rear_wheel.radius, false);
        world.bodies[self.front_wheel].set_angvel(-speed / spec.bike.front_wheel.radius, false);
        let (sine, cosine) = roll.sin_cos();
        let upright = Vector::new(-sine * self.height, cosine * self.height);
        world.bodies[self.roll].set_position(Pose::new(upright, roll), false);
        self.feel(world);
    }

    /// Applies a command for one physics step.
    pub fn actuate(&mut self, world: &mut World<'_>, spec: &CyclingSpec, profile: &Profile, command: &Command) {
        let bike = &spec.bike;
        let speed = world.bodies[self.frame].linvel().x;

        // The reaction of the chain turns the frame and can lift the front wheel.
        let turning = (-world.bodies[self.rear_wheel].angvel()).max(0.1);
        let drive = command.pedal * bike.pedal_torque.min(bike.pedal_power / turning);
        world.twist(self.rear_wheel, -drive);
        world.twist(self.frame, drive);
        let resistance = self.feel_surfaces(world, spec, profile);
        let rolling = resistance * self.mass * GRAVITY * (speed / RESISTANCE_ONSET).clamp(-1.0, 1.0);
        let drag = 0.5 * AIR * bike.drag_area * speed * speed.abs();
        world.push(self.frame, Vector::new(-rolling - drag, 0.0));

        let before = self.handlebar;
        let wanted = command.steer * bike.handlebar_limit;
        self.handlebar += (wanted - before) * self.handlebar_share;
        self.handlebar_rate = (self.handlebar - before) / self.time_step;
        // Contacts are those at the start of the env step. A wheel in the air does not steer.
        if self.motion.grounded != [false, false] {
            let torque = self.steering_torque(spec, speed) + self.bump_torque(world, spec, profile, speed);
            world.twist(self.roll, torque);
        }
        world.twist(self.roll, bike.side_push * self.height);
    }

    /// Sets the friction of the tyres to that of the surfaces below them. Returns the coefficient of rolling resistance
    /// of the whole bicycle: the mean over the wheels, weighted by the load that each carries at rest.
    fn feel_surfaces(&self, world: &mut World<'_>, spec: &CyclingSpec, profile: &Profile) -> f32 {
        let bike = &spec.bike;
        if spec.ground.surfaces.is_empty() {
            return bike.rolling_resistance;
        }
        let front_share = self.ahead / bike.wheelbase;
        let wheels =
            [(self.rear_wheel, self.rear_tyre, 1.0 - front_share), (self.front_wheel, self.front_tyre, front_share)];
        let mut resistance = 0.0;
        for (wheel, tyre, share) in wheels {
            let surface = profile.surface(world.bodies[wheel].translation().x);
            resistance +=
                share * surface.and_then(|surface| surface.rolling_resistance).unwrap_or(bike.rolling_resistance);
            let friction = surface.and_then(|surface| surface.friction).unwrap_or(bike.friction);
            // Borrowing a collider mutably marks it as changed.
            if world.colliders[tyre].friction() != friction
                && let Some(tyre) = world.colliders.get_mut(tyre)
            {
                tyre.set_friction(friction);
            }
        }
        resistance
    }

    /// Sets hip and brakes, which hold their settings until the next call.
    pub fn grip(&self, world: &mut World<'_>, spec: &CyclingSpec, command: &Command) {
        let bike = &spec.bike;
        let brakes = [
            (self.rear_axle, command.rear_brake * bike.rear_brake),
            (self.front_axle, command.front_brake * bike.front_brake),
        ];
        for (axle, torque) in brakes {
            let Some(joint) = world.joints.impulse_joints.get_mut(axle, false) else { continue };
            if torque > 0.0 {
                joint.data.set_motor_velocity(JointAxis::AngX, 0.0, BRAKE_GRIP);
                joint.data.set_motor_max_force(JointAxis::AngX, torque);
            } else {
                joint.data.motor_axes.remove(JointAxesMask::ANG_X);
            }
        }
        if let Some(hip) = world.joints.impulse_joints.get_mut(self.hip, false) {
            // Leaning forward is clockwise. The posture at rest carries the rider's weight.
            let angle = -command.lean * spec.rider.lean_limit + posture(spec);
            hip.data.set_motor_position(JointAxis::AngX, angle, spec.rider.hip_stiffness, spec.rider.hip_damping);
        }
    }

    /// Roll torque of steering, -(m h a v / w) δ' - (m h v² / w) δ (Åström, Klein & Lennartsson 2005, eq. 3), with the
    /// steering angle δ positive towards the side of a positive roll.
    fn steering_torque(&self, spec: &CyclingSpec, speed: f32) -> f32 {
        let leverage = self.mass * self.height * speed / spec.bike.wheelbase * spec.bike.steering_gain;
        -leverage * (self.ahead * self.handlebar_rate + speed * self.handlebar)
    }

    /// Roll torque of bumps, proportional to the ground's vertical acceleration under the wheels, v² z''.
    fn bump_torque(&self, world: &World<'_>, spec: &CyclingSpec, profile: &Profile, speed: f32) -> f32 {
        let felt = |wheel: RigidBodyHandle| profile.sided_curvature(world.bodies[wheel].translation().x);
        let acceleration = speed * speed * 0.5 * (felt(self.rear_wheel) + felt(self.front_wheel));
        self.mass * spec.bike.bump_arm * acceleration
    }

    /// Kinetic and gravitational energy of the sagittal plane, in J.
    pub fn energy(&self, world: &World<'_>) -> f32 {
        [self.rear_wheel, self.front_wheel, self.frame, self.rider]
            .map(|body| &world.bodies[body])
            .map(|body| body.kinetic_energy() + body.mass() * GRAVITY * body.center_of_mass().y)
            .iter()
            .sum()
    }

    /// Applies a spectator's push: in the sagittal plane to the nearest part, and sideways to the whole bicycle at the
    /// height of its centre of mass.
    pub fn push(&self, world: &mut World<'_>, push: &Push, duration: f32) {
        let [x, y, aside] = push.force;
        let place = Vector::from(push.place);
        let parts = [self.rear_wheel, self.front_wheel, self.frame, self.rider];
        let distance = |part: &RigidBodyHandle| (world.bodies[*part].translation() - place).length();
        let nearest = parts.into_iter().min_by(|one, other| distance(one).total_cmp(&distance(other)));
        if let Some(part) = nearest {
            world.bodies[part].apply_impulse(Vector::new(x, y) * duration, false);
        }
        world.bodies[self.roll].apply_torque_impulse(aside * self.height * duration, false);
    }

    /// Adds the frame's position and motion to the scene.
    pub fn tell(&self, world: &World<'_>, spec: &CyclingSpec, scene: &mut Scene) {
        let frame = world.bodies[self.frame].position();
        let origin = frame * Vector::new(-spec.bike.frame.x, -spec.bike.frame.y);
        scene.tell("frame", [origin.x, origin.y, frame.rotation.angle()]);
        scene.tell("wheelbase", [spec.bike.wheelbase]);
        scene.tell("suspension", [spec.bike.suspension.as_ref().map_or(0.0, |suspension| suspension.travel)]);
        let Motion { speed, pitch, roll, lean, .. } = self.motion;
        scene.tell("motion", [speed, pitch, roll, lean, self.handlebar]);
    }

    /// Updates the sensed motion.
    pub fn feel(&mut self, world: &World<'_>) {
        let [frame, rider, roll] = [self.frame, self.rider, self.roll].map(|body| &world.bodies[body]);
        let (pitch, pitch_rate) = (frame.rotation().angle(), frame.angvel());
        self.motion = Motion {
            speed: frame.linvel().x,
            rise: frame.linvel().y,
            pitch,
            pitch_rate,
            roll: roll.rotation().angle(),
            roll_rate: roll.angvel(),
            lean: pitch - rider.rotation().angle(),
            lean_rate: pitch_rate - rider.angvel(),
            grounded: [self.rear_tyre, self.front_tyre].map(|tyre| world.touching(self.ground, tyre)),
        };
    }

    /// Positions of the rear and front axles, in m.
    pub fn axles(&self, world: &World<'_>) -> [Vector; 2] {
        [self.rear_wheel, self.front_wheel].map(|wheel| world.bodies[wheel].translation())
    }

    /// Angular velocities of the rear and front wheels, forward positive, in rad/s.
    pub fn wheel_rates(&self, world: &World<'_>) -> [f32; 2] {
        [self.rear_wheel, self.front_wheel].map(|wheel| -world.bodies[wheel].angvel())
    }

    /// Angles of the rear and front wheels, in rad.
    pub fn wheel_angles(&self, world: &World<'_>) -> [f32; 2] {
        [self.rear_wheel, self.front_wheel].map(|wheel| world.bodies[wheel].rotation().angle())
    }

    /// Positions of the hip and of the rider's centre of mass, for drawing.
    pub fn rider_line(&self, world: &World<'_>, spec: &CyclingSpec) -> [Vector; 2] {
        let frame = world.bodies[self.frame].position();
        let hip = Vector::new(spec.rider.hip_x - spec.bike.frame.x, spec.rider.hip_y - spec.bike.frame.y);
        [frame * hip, world.bodies[self.rider].translation()]
    }
}

/// Angle at which the hip's spring carries the rider's weight without any lean, in rad.
fn posture(spec: &CyclingSpec) -> f32 {
    let rider = &spec.rider;
    let weight = rider.body.mass * GRAVITY * (rider.body.x - rider.hip_x);
    if rider.hip_stiffness > 0.0 { weight / rider.hip_stiffness } else { 0.0 }
}
