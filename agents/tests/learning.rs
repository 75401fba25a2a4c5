//! That the brain learns: a continuous skill, and what a cue means.

mod common;

use common::{INTERVAL, shape, signal};
use etude_agents::{Agent, Brain, BrainConfig, Transition};

/// The force that is right for a cue.
fn wanted(cue: f32) -> f32 {
    0.8 * (2.0 * cue).sin()
}

/// Mean squared error of the best guess, over the cues.
fn error(brain: &mut Brain) -> f32 {
    let mut action = [0.0];
    let square = |index| {
        let cue = index as f32 / 10.0 - 1.0;
        brain.act(&[cue], false, &mut action);
        (action[0] - wanted(cue)).powi(2)
    };
    (0..=20).map(square).sum::<f32>() / 21.0
}

#[test]
fn the_right_force_for_a_cue_is_learnt_by_every_subject() {
    for seed in 0..6 {
        let mut brain = Brain::new(&BrainConfig::default(), &shape(1, 1), seed).unwrap();
        let naive = error(&mut brain);
        let mut action = [0.0];
        for trial in 0..30_000 {
            // Cues in an order without pattern, spread evenly over [-1, 1].
            let cue = (trial as f32 * 0.618_034).fract() * 2.0 - 1.0;
            brain.act(&[cue], true, &mut action);
            brain.learn(&Transition {
                observation: &[cue],
                action: &action,
                reward: -(action[0] - wanted(cue)).powi(2),
                next_observation: &[cue],
                terminated: true,
                truncated: false,
            });
        }
        let practised = error(&mut brain);
        println!("subject {seed}: {naive:.4} naive, {practised:.4} practised");
        assert!(practised < 0.1 * naive, "subject {seed}: {naive} naive, {practised} practised");
    }
}

const DELAY: usize = 8;
const DISCOUNT: f64 = 0.9;

/// One trial of trace conditioning: a pause, the cue, its trace, the reward. Returns δ on going to each next step.
fn trial(brain: &mut Brain, pause: usize, rewarded: bool) -> Vec<f32> {
    let length = pause + DELAY + 1;
    // One input per time since the cue; the pause looks the same throughout.
    let observe = |step: usize| {
        let mut observation = [0.0; DELAY + 1];
        if (pause..length).contains(&step) {
            observation[step - pause] = 1.0;
        }
        observation
    };
    let step = |step| {
        brain.act(&observe(step), true, &mut [0.0]);
        let last = step + 1 == length;
        brain.learn(&Transition {
            observation: &observe(step),
            action: &[0.0],
            reward: if last && rewarded { 1.0 } else { 0.0 },
            next_observation: &observe(step + 1),
            terminated: last,
            truncated: false,
        });
        signal(brain, "dopamine")
    };
    (0..length).map(step).collect()
}

#[test]
fn dopamine_moves_from_the_reward_to_the_cue_and_dips_when_the_reward_is_left_out() {
    for seed in 0..5 {
        let mut config = BrainConfig::default();
        config.basal_ganglia.as_mut().unwrap().horizon = -INTERVAL / DISCOUNT.ln();
        let mut brain = Brain::new(&config, &shape(DELAY + 1, 1), seed).unwrap();
        // Long pauses of unforeseeable length: the cue comes as a surprise however often it comes.
        let pause = |trial: usize| 40 + (trial * 7919 + seed as usize) % 61;
        let at_reward = |errors: &[f32]| errors[errors.len() - 1];
        let early: f32 = (0..3).map(|index| at_reward(&trial(&mut brain, pause(index), true))).sum();
        for index in 3..300 {
            trial(&mut brain, pause(index), true);
        }
        let (mut cue, mut expected) = (0.0, 0.0);
        for index in 300..320 {
            let errors = trial(&mut brain, pause(index), true);
            cue += errors[pause(index) - 1] / 20.0;
            expected += at_reward(&errors) / 20.0;
        }
        let omitted = at_reward(&trial(&mut brain, pause(320), false));
        // Both leave the same state, so that they differ by the reward.
        let reward = expected - omitted;
        let share = cue / (DISCOUNT.powi(DELAY as i32 + 1) as f32 * reward);
        println!(
            "subject {seed}: reward {reward:.2}: early δ {early:.2}, late {expected:.3}, cue {share:.2} of its worth"
        );
        assert!(early > 1.0, "subject {seed}: the first rewards are a surprise, found {early}");
        assert!(expected.abs() < 0.1 * reward, "subject {seed}: none at the reward {reward}, found {expected}");
        assert!(share > 0.7, "subject {seed}: a burst at the cue of what it is worth, found a share of {share}");
        assert!(omitted < -0.8 * reward, "subject {seed}: a dip where {reward} is left out, found {omitted}");
    }
}
