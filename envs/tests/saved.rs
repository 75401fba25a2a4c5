//! A lane is saved in memory and brought back, to the last bit, as often as one likes.

use etude_envs::lane::SoloLane;
use etude_envs::task::{Blueprint, Push};
use etude_envs::{Registry, Seed};
use rand::RngExt;

mod common;

/// Takes random steps and gives all that was seen and earned, bit by bit.
fn go_on(lane: &mut SoloLane, seed: u64, steps: usize) -> Vec<u32> {
    let mut rng = Seed(seed).rng();
    let mut told = Vec::new();
    let mut state = vec![0.0; lane.lane().task().state_fields().len()];
    for step in 0..steps {
        let action: Vec<f32> = lane.lane().spec().action.fields().iter().map(|_| rng.random_range(-1.0..1.0)).collect();
        if step % 37 == 5 {
            lane.access().push(&Push { place: [0.5, 0.5], force: [3.0, 1.0, 20.0] });
        }
        let taken = lane.access().step(&action).unwrap();
        told.extend([taken.reward.to_bits(), u32::from(taken.terminated), u32::from(taken.truncated)]);
        told.extend(lane.lane().observation().iter().map(|value| value.to_bits()));
        told.push(lane.access().so_far().1.to_bits());
        lane.access().state(&mut state);
        told.extend(state.iter().map(|value| value.to_bits()));
    }
    told.extend(lane.access().snapshot().to_bytes().into_iter().map(u32::from));
    told
}

#[test]
fn from_a_saved_state_every_branch_is_as_if_there_had_been_no_other() {
    for id in Registry::default().task_ids() {
        let blueprint = Registry::default().task(&id).unwrap();
        let alone = |seed: u64, steps: usize| {
            let mut lane = SoloLane::new(&blueprint, Seed(4));
            lane.access().begin(7);
            go_on(&mut lane, 1, 70);
            go_on(&mut lane, seed, steps)
        };
        let mut lane = SoloLane::new(&blueprint, Seed(4));
        lane.access().begin(7);
        go_on(&mut lane, 1, 70);
        let mut saved = lane.access().save();
        let mut other = SoloLane::new(&blueprint, Seed(99));
        // One step is as many changes of the joints as one step of another branch.
        for (seed, steps) in [(2, 1), (3, 1), (4, 30), (5, 1), (6, 200)] {
            lane.access().recall(&saved).unwrap();
            assert!(go_on(&mut lane, seed, steps) == alone(seed, steps), "{id}: branch {seed}");
            other.access().recall(&saved).unwrap();
            assert!(go_on(&mut other, seed, steps) == alone(seed, steps), "{id}: branch {seed} in another lane");
        }
        lane.access().save_into(&mut saved);
        let on = go_on(&mut lane, 8, 40);
        other.access().recall(&saved).unwrap();
        assert!(go_on(&mut other, 8, 40) == on, "{id}: saved once more");
    }
}

#[test]
fn an_episode_is_the_same_after_one_physics_step_of_another() {
    // As many changes of the joints as in the first step of the next episode.
    for id in ["cycling/flat-v0", "fretting/guitar-v0", "reaching/null-v1", "cursor/intuitive-v0"] {
        let (family, _) = id.split_once('/').unwrap();
        let yaml = format!("extends: {id}\ntask: {family}/one-step-v0\nepisode: {{physics_steps: 1}}\n");
        let blueprint = common::task(&yaml);
        let actions = blueprint.spec().action.len();
        let mut lane = SoloLane::new(&blueprint, Seed(1));
        let mut told = |before: Option<f32>| {
            if let Some(action) = before {
                lane.access().begin(5);
                lane.access().step(&vec![action; actions]).unwrap();
            }
            lane.access().begin(0);
            go_on(&mut lane, 3, 20)
        };
        let first = told(None);
        assert!(told(Some(1.0)) == first, "{id}");
        assert!(told(Some(-1.0)) == first, "{id}");
    }
}

#[test]
fn a_state_of_another_blueprint_is_refused_and_nothing_happens() {
    let task = |id: &str| -> Blueprint { Registry::default().task(id).unwrap() };
    let mut lane = SoloLane::new(&task("cycling/flat-v0"), Seed(1));
    let saved = lane.access().save();
    for id in ["cycling/rough-v0", "cycling/flat-v0"] {
        let mut other = SoloLane::new(&task(id), Seed(1));
        go_on(&mut other, 2, 10);
        let before = other.access().snapshot().to_bytes();
        let refused = other.access().recall(&saved).unwrap_err();
        assert_eq!((refused.found.as_str(), refused.expected.as_str()), ("cycling/flat-v0", id));
        assert_eq!(other.access().snapshot().to_bytes(), before);
    }
}
