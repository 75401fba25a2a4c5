//! Physics of the arm against its equations of motion.

use super::*;
use crate::world::Physics;
use bevy_rapier2d::rapier::prelude::RigidBodyHandle;
use std::f64::consts::TAU;

/// Joint angles (rad) and rates (rad/s).
type State = [f64; 4];

/// The equations of motion of the arm, from the energies of two rods, in double precision.
struct Analysis {
    arm: ArmSpec,
}

impl Analysis {
    /// Inertia matrix at an elbow angle.
    fn inertia(&self, elbow: f64) -> [[f64; 2]; 2] {
        let (upper, fore) = (&self.arm.upper, &self.arm.fore);
        let [m1, i1, c1, l1] = [upper.mass, upper.inertia, upper.centre, upper.length].map(f64::from);
        let [m2, i2, c2] = [fore.mass, fore.inertia, fore.centre].map(f64::from);
        // Squared speeds of the centres of mass in terms of the joint rates.
        let cross = i2 + m2 * (c2 * c2 + l1 * c2 * elbow.cos());
        let whole = i1 + m1 * c1 * c1 + i2 + m2 * (l1 * l1 + c2 * c2 + 2.0 * l1 * c2 * elbow.cos());
        [[whole, cross], [cross, i2 + m2 * c2 * c2]]
    }

    fn energy(&self, [_, elbow, first, second]: State) -> f64 {
        let [[a, b], [_, d]] = self.inertia(elbow);
        0.5 * (a * first * first + 2.0 * b * first * second + d * second * second)
    }

    /// Rate of change of the state under joint torques: Lagrange's equations of the kinetic energy above.
    fn derivative(&self, [_, elbow, first, second]: State, torques: [f64; 2]) -> State {
        let [[a, b], [_, d]] = self.inertia(elbow);
        let [m2, c2, l1] = [self.arm.fore.mass, self.arm.fore.centre, self.arm.upper.length].map(f64::from);
        let slope = -m2 * l1 * c2 * elbow.sin();
        let viscosity = f64::from(self.arm.viscosity);
        // d/dt ∂T/∂q' - ∂T/∂q, where the inertias of the first row change by 2 and 1 times the slope.
        let right = [
            torques[0] - viscosity * first - slope * second * (2.0 * first + second),
            torques[1] - viscosity * second + slope * first * first,
        ];
        let determinant = a * d - b * b;
        [first, second, (d * right[0] - b * right[1]) / determinant, (a * right[1] - b * right[0]) / determinant]
    }

    /// One step of the classical Runge-Kutta method.
    fn step(&self, state: State, time: f64, torques: impl Fn(f64) -> [f64; 2], length: f64) -> State {
        let add = |slope: State, share: f64| std::array::from_fn(|at| state[at] + share * length * slope[at]);
        let first = self.derivative(state, torques(time));
        let second = self.derivative(add(first, 0.5), torques(time + 0.5 * length));
        let third = self.derivative(add(second, 0.5), torques(time + 0.5 * length));
        let fourth = self.derivative(add(third, 1.0), torques(time + length));
        std::array::from_fn(|at| {
            state[at] + length / 6.0 * (first[at] + 2.0 * second[at] + 2.0 * third[at] + fourth[at])
        })
    }
}

/// Lets the joints turn freely.
fn without_stops(spec: &mut ReachingSpec) {
    (spec.arm.shoulder_lowest, spec.arm.shoulder_highest) = (-3.0, 3.0);
    (spec.arm.elbow_lowest, spec.arm.elbow_highest) = (-3.0, 3.0);
}

/// An arm in a world of its own.
struct Bench {
    spec: ReachingSpec,
    physics: Physics,
    arm: Arm,
    time_step: f32,
}

impl Bench {
    fn new(spec: ReachingSpec) -> Self {
        let settings = description::task_spec(&spec).physics;
        let mut physics = Physics::new(&settings);
        let mut arm = Arm::build(&mut physics.world(), &spec.arm);
        let links = Links::new(&spec.arm);
        arm.start(&mut physics.world(), &spec.arm, &links, spec.centre());
        Self { spec, physics, arm, time_step: settings.time_step }
    }

    /// Sets the joints turning.
    fn spin(&mut self, rates: [f32; 2]) {
        let [upper, fore] = self.arm.bodies();
        let (motion, arm) = (self.arm.motion, &self.spec.arm);
        let along = motion.elbow.normalize();
        let forearm = (motion.hand - motion.elbow).normalize();
        let world = self.physics.world();
        let turning = rates[0] + rates[1];
        let elbow_rate = motion.elbow.perp() * rates[0];
        let mut set = |body: RigidBodyHandle, rate: Vector, turning: f32| {
            world.bodies[body].set_linvel(rate, false);
            world.bodies[body].set_angvel(turning, false);
        };
        set(upper, along.perp() * (arm.upper.centre * rates[0]), rates[0]);
        set(fore, elbow_rate + forearm.perp() * (arm.fore.centre * turning), turning);
        self.arm.feel(&self.physics.world());
    }

    fn step(&mut self, commands: [f32; 2], force: Vector) {
        let mut world = self.physics.world();
        self.arm.actuate(&mut world, commands, [0.0; 2], force);
        world.step([0.0, 0.0]);
        world.clear_forces();
        self.arm.feel(&world);
    }

    fn state(&self) -> State {
        let Motion { angles, rates, .. } = self.arm.motion;
        [angles[0], angles[1], rates[0], rates[1]].map(f64::from)
    }
}

/// Largest distance in m of the hand from the analytic one within a second, from rest or spinning, driven or not.
fn distance_from_analysis(spec: ReachingSpec, rates: [f32; 2], amplitude: f32) -> f32 {
    let mut bench = Bench::new(spec.clone());
    bench.spin(rates);
    let analysis = Analysis { arm: spec.arm.clone() };
    let links = Links::new(&spec.arm);
    let mut exact = bench.state();
    let mut furthest = 0.0f32;
    let length = f64::from(bench.time_step);
    for step in 0..(1.0 / bench.time_step) as usize {
        let time = step as f64 * length;
        let wave =
            |time: f64| [(TAU * time).sin(), -(1.4 * TAU * time).sin()].map(|value| value * f64::from(amplitude));
        let commands = wave(time + 0.5 * length).map(|value| value as f32);
        bench.step(commands, Vector::ZERO);
        // The torque that the muscles have made of it is held for the step.
        let torques = bench.arm.torques.map(f64::from);
        for part in 0..4 {
            exact = analysis.step(exact, time + part as f64 * 0.25 * length, |_| torques, 0.25 * length);
        }
        let expected = links.hand([exact[0] as f32, exact[1] as f32]);
        furthest = furthest.max((bench.arm.motion.hand - expected).length());
    }
    furthest
}

#[test]
fn the_arm_moves_as_its_equations_of_motion_say() {
    for (rates, amplitude) in [([1.5, -2.0], 0.0), ([0.0, 0.0], 0.3), ([-1.0, 1.0], 0.3)] {
        for viscosity in [0.0, 0.5] {
            let mut spec = spec("reaching/null-v0");
            spec.arm.viscosity = viscosity;
            without_stops(&mut spec);
            let usual = distance_from_analysis(spec.clone(), rates, amplitude);
            spec.episode.physics_steps *= 8;
            let fine = distance_from_analysis(spec, rates, amplitude);
            println!("viscosity {viscosity}: {usual} m, with eight times the steps {fine} m");
            assert!(usual < 0.001, "{usual} m off after swings of decimetres");
            // The error is that of the steps alone: next to nothing is left when they shrink.
            assert!(fine < (0.2 * usual).max(2e-5), "{usual} m became {fine} m with eight times the steps");
        }
    }
}

#[test]
fn a_free_arm_keeps_its_energy_and_its_angular_momentum() {
    let mut spec = spec("reaching/null-v0");
    spec.arm.viscosity = 0.0;
    without_stops(&mut spec);
    let momentum = |bench: &Bench, analysis: &Analysis| {
        let [_, elbow, first, second] = bench.state();
        let [[whole, cross], _] = analysis.inertia(elbow);
        whole * first + cross * second
    };
    let analysis = Analysis { arm: spec.arm.clone() };
    let mut bench = Bench::new(spec.clone());
    bench.spin([1.0, -1.5]);
    let (energy, before) = (analysis.energy(bench.state()), momentum(&bench, &analysis));
    for _ in 0..(1.0 / bench.time_step) as usize {
        bench.step([0.0; 2], Vector::ZERO);
        let now = f64::from(bench.arm.energy(&bench.physics.world()));
        assert!((now / energy - 1.0).abs() < 0.01, "{energy} J became {now} J");
    }
    assert!((momentum(&bench, &analysis) - before).abs() < 0.005 * before.abs());
    // What the elbow's muscles give the forearm they take from the upper arm.
    let mut bench = Bench::new(spec);
    for _ in 0..(0.3 / bench.time_step) as usize {
        bench.step([0.0, 1.0], Vector::ZERO);
    }
    let [_, _, shoulder, elbow] = bench.state();
    assert!(shoulder < -0.5 && elbow > 1.0, "{shoulder} and {elbow} rad/s");
    let (sum, part) = (momentum(&bench, &analysis), analysis.inertia(bench.state()[1])[0][1] * elbow);
    assert!(sum.abs() < 0.01 * part, "angular momentum of {sum}, of which the forearm's turning is {part}");
}

#[test]
fn a_force_on_the_hand_does_the_work_of_its_joint_torques() {
    for force in [Vector::new(3.0, 0.0), Vector::new(0.0, 3.0), Vector::new(-2.0, 1.0)] {
        let mut spec = spec("reaching/null-v0");
        spec.arm.muscle_lag = 1e-6;
        let (mut pushed, mut driven) = (Bench::new(spec.clone()), Bench::new(spec));
        for _ in 0..50 {
            let Motion { elbow, hand, .. } = driven.arm.motion;
            pushed.step([0.0; 2], force);
            driven.step(torques_of_force(elbow, hand, force), Vector::ZERO);
        }
        let [pushed, driven] = [pushed, driven].map(|bench| bench.arm.motion.hand_rate);
        assert!((pushed - driven).length() < 0.01 * driven.length(), "{force}: {pushed} m/s, {driven} m/s");
    }
}

#[test]
fn hand_and_angles_are_each_others_inverse() {
    let links = Links::new(&spec("reaching/null-v0").arm);
    let mut rng = Seed(1).rng();
    for _ in 0..1000 {
        let angles = [rng.random_range(-3.0f32..3.0), rng.random_range(0.1f32..3.0)];
        let hand = links.hand(angles);
        let back = links.hand(links.angles(hand));
        assert!((back - hand).length() < 1e-5, "{angles:?}: {hand} became {back}");
        assert!((links.angles(hand)[1] - angles[1]).abs() < 1e-3, "{angles:?} became {:?}", links.angles(hand));
    }
}

#[test]
fn the_nominal_torques_are_those_of_the_equations_of_motion() {
    let arm = spec("reaching/curl-v0").arm;
    let (links, analysis) = (Links::new(&arm), Analysis { arm: arm.clone() });
    let mut rng = Seed(2).rng();
    for _ in 0..1000 {
        let [shoulder, elbow] = [rng.random_range(-3.0f32..3.0), rng.random_range(0.2f32..2.9)];
        let rates = [0, 1].map(|_| rng.random_range(-3.0f32..3.0));
        let wanted = [0, 1].map(|_| rng.random_range(-20.0f32..20.0));
        let torques = links.torques(elbow, rates, wanted).map(f64::from);
        let state = [shoulder, elbow, rates[0], rates[1]].map(f64::from);
        let found = analysis.derivative(state, torques);
        for (found, wanted) in found[2..].iter().zip(wanted) {
            assert!((found - f64::from(wanted)).abs() < 1e-2, "{found} rad/s², wanted {wanted}");
        }
        // The same from the hand's motion, by differences of its place along the joints' motion.
        let at = |time: f64| {
            let angle = |start: f32, rate: f32, wanted: f32| {
                f64::from(start) + f64::from(rate) * time + 0.5 * f64::from(wanted) * time * time
            };
            let first = angle(shoulder, rates[0], wanted[0]);
            let second = first + angle(elbow, rates[1], wanted[1]);
            let [upper, fore] = [arm.upper.length, arm.fore.length].map(f64::from);
            [upper * first.cos() + fore * second.cos(), upper * first.sin() + fore * second.sin()]
        };
        let (step, [before, now, after]) = (1e-4, [-1e-4, 0.0, 1e-4].map(at));
        let vector = |of: &dyn Fn(usize) -> f64| Vector::new(of(0) as f32, of(1) as f32);
        let of_hand = links.torques_of_hand(
            vector(&|axis| now[axis]),
            vector(&|axis| (after[axis] - before[axis]) / (2.0 * step)),
            vector(&|axis| (after[axis] - 2.0 * now[axis] + before[axis]) / (step * step)),
        );
        for (found, expected) in of_hand.iter().zip(torques) {
            assert!((f64::from(*found) - expected).abs() < 0.01, "{found} N·m, expected {expected} N·m");
        }
    }
}
