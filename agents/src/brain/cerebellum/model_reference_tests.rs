use super::*;
use crate::agent::Input;
use crate::state::State;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// A cart that falls over if left alone, pushed by one action; a second action moves something else. The skill is a fixed
/// linear controller with some exploration.
struct Cart {
    gain: f32,
    push: f32,
    position: f32,
    speed: f32,
    other: f32,
    generator: ChaCha8Rng,
    /// Largest distance of an episode.
    worst: f32,
    steps: usize,
}

const ARMING: u64 = 2000;
const FALLEN: f32 = 3.0;

impl Cart {
    fn new(seed: u64) -> Cart {
        let generator = ChaCha8Rng::seed_from_u64(seed);
        let mut cart =
            Cart { gain: 1.0, push: 0.0, position: 0.0, speed: 0.0, other: 0.0, generator, worst: 0.0, steps: 0 };
        cart.reset();
        cart
    }

    fn reset(&mut self) {
        self.position = self.generator.random_range(-0.5..0.5);
        (self.speed, self.other, self.worst, self.steps) = (0.0, 0.0, 0.0, 0);
    }

    fn observation(&self) -> [f32; 4] {
        [self.position, self.speed, self.other, 1.0]
    }

    fn noise(&mut self, sd: f32) -> f32 {
        let drawn: f32 = self.generator.sample(StandardNormal);
        sd * drawn
    }

    fn intend(&mut self) -> [f32; 2] {
        let skill = -0.9 * self.position - 0.9 * self.speed;
        [skill + self.noise(0.1), 0.3 - 0.5 * self.other + self.noise(0.1)]
    }

    /// One step; true if it fell, or came to the episode's end.
    fn step(&mut self, action: [f32; 2]) -> bool {
        let [force, other] = action.map(|value| value.clamp(-1.0, 1.0));
        let noise = self.noise(0.01);
        self.speed += 0.05 * self.position + 0.2 * self.gain * force + self.push + noise;
        self.position += 0.2 * self.speed;
        self.other += 0.2 * other - 0.1 * self.other;
        self.worst = self.worst.max(self.position.abs());
        self.steps += 1;
        self.position.abs() > FALLEN || self.steps == 200
    }
}

/// Time of a step, in s.
const INTERVAL: f64 = 1.0 / 60.0;

fn corrector() -> ModelReference {
    let input = |role| Input { name: "number".into(), typical: 1.0, role };
    let shape = AgentShape {
        observations: vec![input(Role::Body), input(Role::Body), input(Role::Body), input(Role::World)],
        actions: 2,
        control_interval: INTERVAL,
        percepts: Vec::new(),
    };
    let config = ModelReferenceConfig {
        arming: ARMING as f64 * INTERVAL,
        // The numbers of steps that this body's mastery was tried with.
        reference_memory: 100_000.0 * INTERVAL,
        memory: 1000.0 * INTERVAL,
        window: 200.0 * INTERVAL,
        adoption: 10_000.0 * INTERVAL,
        ..ModelReferenceConfig::default()
    };
    ModelReference::new(&config, &ClimbingFibreConfig::default(), &shape).unwrap()
}

/// What a stretch of practice was like.
#[derive(Debug, Default)]
struct Practice {
    /// Steps before the last fall; 0 without any.
    last_fall: usize,
    falls: usize,
    /// Mean magnitude of the corrections over that of the intended actions.
    share: f32,
    /// Step at which a change was first noticed.
    noticed: Option<usize>,
}

fn practise(
    cart: &mut Cart,
    corrector: &mut ModelReference,
    steps: usize,
    mut alter: impl FnMut(f32) -> f32,
) -> Practice {
    let mut practice = Practice::default();
    let (mut own, mut all) = (0.0, 0.0);
    for step in 0..steps {
        let before = cart.observation();
        let mut action = cart.intend();
        let mut correction = [0.0; 2];
        all += action[0].abs() + action[1].abs();
        if corrector.correct(&before, &action, &mut correction) {
            for (action, correction) in action.iter_mut().zip(correction) {
                let correction = alter(correction);
                own += correction.abs();
                *action = (action.clamp(-1.0, 1.0) + correction).clamp(-1.0, 1.0);
            }
        }
        let ended = cart.step(action);
        corrector.learn(&before, &action, &cart.observation(), true);
        if corrector.contexts().changed() && practice.noticed.is_none() {
            practice.noticed = Some(step);
        }
        if ended {
            if cart.position.abs() > FALLEN {
                (practice.last_fall, practice.falls) = (step, practice.falls + 1);
            }
            cart.reset();
        }
    }
    practice.share = own / all;
    practice
}

fn skilled(seed: u64) -> (Cart, ModelReference) {
    let (mut cart, mut corrector) = (Cart::new(seed), corrector());
    let practice = practise(&mut cart, &mut corrector, 4000, |correction| correction);
    assert_eq!(practice.falls, 0, "the skill works on the practised body");
    (cart, corrector)
}

#[test]
fn a_gradient_is_pulled_back_through_the_body_as_it_is_known() {
    let (_, corrector) = skilled(0);
    let mut by_action = [f32::NAN; 2];
    // Force moves the speed by 0.2 and the position by 0.2 of that; the other action moves the other number by 0.2. What
    // is no proprioceptor is not foreseen.
    let trust = |target| corrector.contexts().foresight(target) as f32;
    for (by_observation, expected) in [
        ([0.0, 1.0, 0.0, 5.0], [0.2 * trust(1), 0.0]),
        ([1.0, 0.0, 0.0, 0.0], [0.04 * trust(0), 0.0]),
        ([0.0, 0.0, -2.0, 0.0], [0.0, -0.4 * trust(2)]),
    ] {
        corrector.pull_back(&by_observation, &mut by_action);
        for (found, expected) in by_action.iter().zip(expected) {
            assert!((found - expected).abs() < 0.05 * expected.abs() + 0.003, "{by_action:?}");
        }
    }
    // The other number moves as it is told, but for exploration; the speed is disturbed.
    assert!(trust(2) > 0.8 && (0.2..0.9).contains(&trust(1)), "{} {}", trust(1), trust(2));
}

#[test]
fn a_reversed_body_is_noticed_and_corrected_within_a_few_hundred_steps() {
    for seed in 0..6 {
        let (mut cart, mut corrector) = skilled(seed);
        cart.gain = -1.0;
        let practice = practise(&mut cart, &mut corrector, 3000, |correction| correction);
        println!("subject {seed}: {practice:?}");
        assert!(practice.falls > 0, "it hurts at first");
        assert!(practice.last_fall < 500, "{practice:?}");
        // The same corrector, asked to undo nothing, would leave the cart falling.
        let (mut cart, mut corrector) = skilled(seed);
        cart.gain = -1.0;
        assert!(practise(&mut cart, &mut corrector, 3000, |_| 0.0).falls > 100);
    }
}

#[test]
fn a_correction_of_random_sign_does_not_help() {
    for seed in 0..3 {
        let (mut cart, mut corrector) = skilled(seed);
        cart.gain = -1.0;
        let mut signs = ChaCha8Rng::seed_from_u64(seed);
        let random = |correction: f32| if signs.random_bool(0.5) { correction } else { -correction };
        let practice = practise(&mut cart, &mut corrector, 3000, random);
        assert!(practice.falls > 20 && practice.last_fall > 2500, "{practice:?}");
    }
}

#[test]
fn a_weaker_and_pushed_body_is_corrected_too() {
    for seed in 0..6 {
        let (mut cart, mut corrector) = skilled(seed);
        (cart.gain, cart.push) = (0.5, 0.05);
        let changed = |cart: &mut Cart, corrector: &mut ModelReference| {
            practise(cart, corrector, 1000, |correction| correction);
            let mean = |cart: &mut Cart, corrector: &mut ModelReference| {
                let mut sum = 0.0;
                for _ in 0..1000 {
                    practise(cart, corrector, 1, |correction| correction);
                    sum += cart.position.abs() / 1000.0;
                }
                sum
            };
            mean(cart, corrector)
        };
        let corrected = changed(&mut cart, &mut corrector);
        let (mut cart, mut corrector) = skilled(seed);
        (cart.gain, cart.push) = (0.5, 0.05);
        corrector.authority = 0.0;
        let uncorrected = changed(&mut cart, &mut corrector);
        println!("subject {seed}: {corrected} with, {uncorrected} without");
        assert!(corrected < 0.5 * uncorrected, "{corrected} with, {uncorrected} without");
    }
}

#[test]
fn of_a_body_that_has_become_ones_own_only_the_command_is_translated() {
    for seed in 0..3 {
        let (mut cart, mut corrector) = skilled(seed);
        (cart.gain, cart.push) = (-0.7, 0.05);
        practise(&mut cart, &mut corrector, 1500, |correction| correction);
        let of = |corrector: &mut ModelReference, force: f32| {
            let mut correction = [0.0; 2];
            assert!(corrector.correct(&[0.0; 4], &[force, 0.0], &mut correction));
            correction[0]
        };
        // At rest, without a command, the push is what there is to correct: with force / gain = push / (0.2 · 0.7).
        let new = of(&mut corrector, 0.0);
        assert!((0.2..0.5).contains(&new), "{new}");
        practise(&mut cart, &mut corrector, 10_000, |correction| correction);
        let old = of(&mut corrector, 0.0);
        assert!(old.abs() < 1e-6, "the push is left to the policy: {old}");
        // A force of 0.5 has to become −0.5 / 0.7.
        let turned = of(&mut corrector, 0.5);
        assert!((turned + 0.5 + 0.5 / 0.7).abs() < 0.15, "{turned}");
    }
}

#[test]
fn without_a_change_nothing_is_corrected() {
    for seed in 0..6 {
        let (mut cart, mut corrector) = skilled(seed);
        let practice = practise(&mut cart, &mut corrector, 40_000, |correction| correction);
        assert!(practice.share < 0.01 && practice.falls == 0, "subject {seed}: {practice:?}");
    }
}

#[test]
fn more_noise_is_no_change() {
    for seed in 0..3 {
        let (mut cart, mut corrector) = skilled(seed);
        let mut gusts = ChaCha8Rng::seed_from_u64(seed);
        let (mut share, mut surprise) = (0.0_f32, 0.0_f64);
        for _ in 0..10_000 {
            let gust: f32 = gusts.sample(StandardNormal);
            cart.push = 0.05 * gust;
            let practice = practise(&mut cart, &mut corrector, 1, |correction| correction);
            share += practice.share / 10_000.0;
            surprise = surprise.max(corrector.contexts().surprise());
        }
        assert!(surprise > 4.0, "it does surprise: {surprise}");
        assert!(share < 0.01, "subject {seed}: {share}");
    }
}

#[test]
fn back_on_the_practised_body_there_is_an_after_effect_and_a_quick_recovery() {
    for seed in 0..6 {
        let (mut cart, mut corrector) = skilled(seed);
        cart.gain = -1.0;
        practise(&mut cart, &mut corrector, 3000, |correction| correction);
        assert!(corrector.contexts().changed());
        cart.gain = 1.0;
        cart.reset();
        let back = practise(&mut cart, &mut corrector, 2000, |correction| correction);
        println!("subject {seed}: {back:?}");
        assert!(back.share > 0.0 && back.last_fall < 200, "{back:?}");
        assert!(!corrector.contexts().changed());
    }
}

#[test]
fn a_body_met_before_is_recognised_sooner_than_it_was_learnt() {
    for seed in 0..6 {
        let (mut cart, mut corrector) = skilled(seed);
        let mut steps = Vec::new();
        for gain in [-1.0, 1.0, -1.0] {
            cart.gain = gain;
            cart.reset();
            let practice = practise(&mut cart, &mut corrector, 3000, |correction| correction);
            assert!(practice.last_fall < 500, "{practice:?}");
            if gain < 0.0 {
                steps.push(practice.noticed.unwrap());
            }
        }
        println!("subject {seed}: noticed after {steps:?} steps");
        assert!(steps[1] < steps[0], "{steps:?}");
    }
}

#[test]
fn a_corrector_saved_in_the_middle_of_a_change_continues_bit_by_bit() {
    let saved = |corrector: &ModelReference| {
        let mut state = State::new();
        corrector.save(&mut state.writer());
        state
    };
    // Before, while it is asked what has changed, and after.
    for steps in [0, 30, 400] {
        let (mut cart, mut whole) = skilled(1);
        cart.gain = -1.0;
        practise(&mut cart, &mut whole, steps, |correction| correction);
        let state = saved(&whole);
        let mut resumed = corrector();
        let mut reader = state.reader();
        resumed.load(&mut reader).unwrap();
        reader.finish().unwrap();
        for _ in 0..300 {
            let before = cart.observation();
            let action = cart.intend();
            let (mut first, mut second) = ([0.0; 2], [0.0; 2]);
            assert_eq!(whole.correct(&before, &action, &mut first), resumed.correct(&before, &action, &mut second));
            assert_eq!(first, second);
            let ended = cart.step([action[0] + first[0], action[1] + first[1]]);
            whole.learn(&before, &action, &cart.observation(), true);
            resumed.learn(&before, &action, &cart.observation(), true);
            if ended {
                cart.reset();
            }
        }
        assert_eq!(saved(&whole), saved(&resumed), "after {steps} steps");
    }
}

#[test]
fn broken_numbers_are_passed_over() {
    let (_, mut corrector) = skilled(1);
    for broken in [f32::NAN, f32::INFINITY, f32::MAX, f32::MIN] {
        corrector.learn(&[broken, 0.0, 0.0, 0.0], &[0.0; 2], &[0.0; 4], true);
        corrector.learn(&[0.0; 4], &[broken, 0.0], &[0.0; 4], true);
        corrector.learn(&[0.0; 4], &[0.0; 2], &[broken, broken, broken, 0.0], true);
    }
    corrector.learn(&[0.0; 3], &[0.0; 2], &[0.0; 4], true);
    corrector.learn(&[0.0; 4], &[0.0; 1], &[0.0; 4], true);
    corrector.learn(&[0.0; 4], &[0.0; 2], &[], true);
    let mut state = State::new();
    corrector.save(&mut state.writer());
    let mut reader = state.reader();
    assert_eq!(super::tests::corrector().load(&mut reader), Ok(()), "everything is finite");
}

#[test]
fn the_normal_equations_are_solved_by_hand() {
    // [4 2; 2 3] x = [2; 5] has the solution x = [-1/2; 2].
    let (mut normal, mut right) = ([4.0, 0.0, 2.0, 3.0], [2.0, 5.0]);
    solve(&mut normal, &mut right);
    assert!((right[0] + 0.5).abs() < 1e-12 && (right[1] - 2.0).abs() < 1e-12, "{right:?}");
}
