//! A finger that two actions move, blindly, to what it wants to feel; a third one presses and moves nothing.

use super::super::climbing_fibre::ClimbingFibreConfig;
use super::super::sensory_prediction::SensoryPredictionConfig;
use super::super::sensory_prediction::tests::{seen, shape, touch};
use super::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How far the two moving actions move the limb in a step, in typical magnitudes.
const GAINS: [f64; 2] = [0.15, -0.2];

/// Share of the way to its rest that the limb goes by itself in a step.
const SPRING: f64 = 0.1;

struct Finger {
    prediction: SensoryPrediction,
    reach: GoalReach,
    at: [f64; 2],
    generator: ChaCha8Rng,
}

impl Finger {
    fn new(config: &GoalReachConfig) -> Finger {
        let fibre = ClimbingFibreConfig::default();
        let prediction = SensoryPrediction::new(&SensoryPredictionConfig::default(), &fibre, &shape()).unwrap();
        let reach = GoalReach::new(config, &prediction, 3, Clock::new(1.0 / 30.0));
        Finger { prediction, reach, at: [1.0, 0.0], generator: ChaCha8Rng::seed_from_u64(6) }
    }

    /// One step with an action of others, of which the reach takes over its part; returns what is left of the others' third.
    fn step(&mut self, others: [f32; 3], touching: bool, wanted: [f64; 2]) -> f32 {
        let before = seen(1.0, self.at, touching, wanted);
        self.prediction.predict(1.0, &before, &mut [0.0; 2]);
        let (mut action, mut command) = (others, [0.0; 3]);
        self.reach.act(&self.prediction, &before, &mut action, &mut command);
        let left = action[2];
        action.iter_mut().zip(command).for_each(|(action, own)| *action = (*action + own).clamp(-1.0, 1.0));
        for (place, (&action, gain)) in self.at.iter_mut().zip(action.iter().zip(GAINS)) {
            *place += f64::from(action) * gain;
        }
        for (place, rest) in self.at.iter_mut().zip([1.0, 0.0]) {
            // By itself it goes back to its rest, which a command that is to hold it has to make up for.
            *place = (*place + SPRING * (rest - *place)).clamp(-2.0, 2.0);
        }
        let after = seen(1.0, self.at, touching, wanted);
        self.reach.learn(&self.prediction, &before, &action, &after);
        self.prediction.learn(&after);
        left
    }

    fn babble(&mut self, steps: usize) {
        for _ in 0..steps {
            let others = std::array::from_fn(|_| self.generator.random_range(-1.0..1.0));
            let touching = self.generator.random::<f64>() < 0.3;
            self.step(others, touching, [1.0, 0.0]);
            self.at = [self.generator.random_range(0.5..1.5), self.generator.random_range(-1.0..1.0)];
        }
    }
}

#[test]
fn a_finger_comes_to_where_it_would_feel_what_is_wanted_and_pressing_is_left_alone() {
    let mut finger = Finger::new(&GoalReachConfig::default());
    finger.babble(500);
    for wanted in [[0.6, 0.8], [1.4, -0.7], [1.0, 0.0]] {
        let mut left = 0.0;
        for _ in 0..25 {
            left = finger.step([0.5, -0.5, 0.8], false, wanted);
        }
        let (felt, goal) = (touch(1.0, finger.at[0], finger.at[1]), touch(1.0, wanted[0], wanted[1]));
        let off = (felt[0] - goal[0]).abs().max((felt[1] - goal[1]).abs());
        assert!(off < 0.05, "{off} off for {wanted:?}");
        assert!((left - 0.8).abs() < 0.05, "pressing: {left}");
    }
}

#[test]
fn a_naive_one_does_next_to_nothing() {
    let mut finger = Finger::new(&GoalReachConfig::default());
    let observation = seen(1.0, [1.0, 0.0], false, [0.5, 0.5]);
    finger.prediction.predict(1.0, &observation, &mut [0.0; 2]);
    let (mut action, mut command) = ([0.5, -0.5, 0.8], [0.0; 3]);
    finger.reach.act(&finger.prediction, &observation, &mut action, &mut command);
    assert_eq!((action, command), ([0.5, -0.5, 0.8], [0.0; 3]));
}

#[test]
fn it_reaches_for_what_is_due_only_and_survives_strange_numbers() {
    let mut finger = Finger::new(&GoalReachConfig::default());
    finger.babble(300);
    let mut observation = seen(1.0, [1.0, 0.0], false, [0.5, 0.5]);
    for strange in [f32::NAN, f32::INFINITY] {
        for index in 0..observation.len() {
            let mut broken = observation.clone();
            broken[index] = strange;
            finger.prediction.predict(1.0, &broken, &mut [0.0; 2]);
            let (mut action, mut command) = ([0.5, -0.5, 0.8], [0.0; 3]);
            finger.reach.act(&finger.prediction, &broken, &mut action, &mut command);
            assert!(action.iter().chain(&command).all(|value| value.is_finite()));
            finger.reach.learn(&finger.prediction, &broken, &[0.1, strange, 0.2], &broken);
            finger.reach.learn(&finger.prediction, &broken, &[0.1, 0.1, 0.2], &observation);
        }
    }
    observation[7] = 0.0;
    finger.prediction.predict(1.0, &observation, &mut [0.0; 2]);
    let (mut action, mut command) = ([0.5, -0.5, 0.8], [0.0; 3]);
    assert!(!finger.reach.act(&finger.prediction, &observation, &mut action, &mut command));
    assert_eq!((action, command), ([0.5, -0.5, 0.8], [0.0; 3]));
}

/// The commands of palm and two fingers without and with a goal of the second one that is due next, while one of the first is
/// due; and whether the second is moved by its action while it is not its turn.
fn with_another_next(moves: bool) -> [[f32; 3]; 2] {
    // Two fingers that feel along = palm and across = their own place; one's goal is due now, the other's next.
    let input = |role| crate::agent::Input { name: "number".into(), typical: 1.0, role };
    let (body, world) = (crate::agent::Role::Body, crate::agent::Role::World);
    let mut observations = vec![input(body), input(body), input(body)];
    observations.extend((0..12).map(|_| input(world)));
    // 0 palm, 1 and 2 the fingers, 3–5 and 6–8 what they feel and whether, 9 10 the goal, 11 12 whose it is now, 13 14 next.
    let percept = |finger: usize| crate::agent::Percept {
        values: vec![3 * finger, 3 * finger + 1],
        present: 3 * finger + 2,
        limb: vec![0, finger],
        goals: [10, 12]
            .map(|due| crate::agent::Goal { values: vec![9, 10], offsets: vec![0.0; 2], due: Some(due + finger) })
            .into(),
    };
    let shape = crate::agent::AgentShape {
        observations,
        actions: 3,
        control_interval: 1.0 / 30.0,
        percepts: vec![percept(1), percept(2)],
    };
    let mut prediction =
        SensoryPrediction::new(&SensoryPredictionConfig::default(), &ClimbingFibreConfig::default(), &shape).unwrap();
    let mut reach = GoalReach::new(&GoalReachConfig::default(), &prediction, 3, Clock::new(1.0 / 30.0));
    let mut generator = ChaCha8Rng::seed_from_u64(3);
    let told = |at: [f32; 3], touching: f32, wanted: [f32; 2], due: [f32; 4]| {
        let [palm, first, second] = at;
        let felt = [palm * touching, first * touching, touching, palm * touching, second * touching, touching];
        [&at[..], &felt, &wanted, &due].concat()
    };
    for step in 0..1200 {
        let turn = step % 2;
        let at: [f32; 3] = std::array::from_fn(|_| generator.random_range(-1.0..1.0));
        let action: [f32; 3] = std::array::from_fn(|_| generator.random_range(-1.0..1.0));
        let mut after = std::array::from_fn(|part| at[part] + 0.15 * action[part]);
        if !moves {
            // One action for both fingers, which moves the one whose turn it is.
            after[1 + turn] = at[1 + turn] + 0.15 * action[1];
            after[2 - turn] = at[2 - turn];
        }
        let due = if turn == 0 { [1.0, 0.0, 0.0, 1.0] } else { [0.0, 1.0, 1.0, 0.0] };
        let [before, after] = [at, after].map(|at| told(at, 1.0, [0.0; 2], due));
        prediction.predict(1.0, &before, &mut [0.0; 8]);
        reach.learn(&prediction, &before, &action, &after);
        prediction.learn(&after);
    }
    let mut command = |next: f32| {
        let seen = told([0.0; 3], 0.0, [0.4, 0.3], [1.0, 0.0, 0.0, next]);
        prediction.predict(1.0, &seen, &mut [0.0; 8]);
        let (mut action, mut command) = ([0.0; 3], [0.0; 3]);
        reach.act(&prediction, &seen, &mut action, &mut command);
        command
    };
    [command(0.0), command(1.0)]
}

#[test]
fn a_finger_gets_ready_for_what_is_due_later_without_moving_the_palm_that_another_needs() {
    let [alone, both] = with_another_next(true);
    assert!(alone[0] > 0.5 && alone[1] > 0.5 && alone[2].abs() < 0.02, "{alone:?}");
    assert!(both[2] > 0.5, "the other one goes to its string: {both:?}");
    assert!((both[0] - alone[0]).abs() < 0.05 && (both[1] - alone[1]).abs() < 0.05, "{both:?} {alone:?}");
}

#[test]
fn what_moves_a_finger_only_when_it_is_its_turn_is_left_to_the_one_whose_turn_it_is() {
    let [alone, both] = with_another_next(false);
    assert!(alone[1] > 0.5, "{alone:?}");
    for (both, alone) in both.iter().zip(alone) {
        assert!((both - alone).abs() < 0.05, "{both} {alone}");
    }
}
