//! A lane is saved as bytes and brought back, here or elsewhere, to the last bit.

use etude_envs::lane::SoloLane;
use etude_envs::snapshot::{Snapshot, SnapshotError};
use etude_envs::task::{Blueprint, Push};
use etude_envs::{Registry, Seed};
use proptest::prelude::*;
use rand::RngExt;

fn task(id: &str) -> Blueprint {
    Registry::default().task(id).unwrap()
}

/// Takes random steps and gives all that was seen and earned, bit by bit.
fn go_on(lane: &mut SoloLane, seed: u64, steps: usize) -> Vec<u32> {
    let mut rng = Seed(seed).rng();
    let mut told = Vec::new();
    for step in 0..steps {
        let action: Vec<f32> = lane.lane().spec().action.fields().iter().map(|_| rng.random_range(-1.0..1.0)).collect();
        if step % 37 == 5 {
            lane.access().push(&Push { place: [0.5, 0.5], force: [3.0, 1.0, 20.0] });
        }
        let taken = lane.access().step(&action).unwrap();
        told.extend([taken.reward.to_bits(), u32::from(taken.terminated), u32::from(taken.truncated)]);
        told.extend(lane.lane().observation().iter().map(|value| value.to_bits()));
        told.push(lane.access().so_far().1.to_bits());
    }
    told
}

#[test]
fn every_task_goes_on_as_if_nothing_had_happened() {
    for id in Registry::default().task_ids() {
        let blueprint = task(&id);
        let mut lane = SoloLane::new(&blueprint, Seed(4));
        lane.access().begin(7);
        for (part, steps) in [0, 1, 60, 250].into_iter().enumerate() {
            go_on(&mut lane, part as u64, steps);
            let saved = lane.access().snapshot().to_bytes();
            let mut other = SoloLane::new(&blueprint, Seed(99));
            go_on(&mut other, 5, 20);
            other.access().restore(&Snapshot::from_bytes(&saved).unwrap()).unwrap();
            assert_eq!(other.access().snapshot().to_bytes(), saved, "{id}");
            // Long enough to reach the next episode in most tasks.
            let branches = [&mut lane, &mut other].map(|lane| go_on(lane, 11, 400));
            assert!(branches[0] == branches[1], "{id} after {steps} more steps");
        }
    }
}

#[test]
fn a_lane_that_was_reseeded_in_the_middle_of_an_episode_is_brought_back_with_both_seeds() {
    let blueprint = task("reaching/adaptation-v0");
    let mut lane = SoloLane::new(&blueprint, Seed(1));
    go_on(&mut lane, 0, 30);
    lane.access().reseed(Seed(2));
    let saved = lane.access().snapshot();
    let mut other = SoloLane::new(&blueprint, Seed(3));
    other.access().restore(&saved).unwrap();
    assert!(go_on(&mut lane, 1, 300) == go_on(&mut other, 1, 300));
    assert_eq!(other.lane().seed(), Seed(2));
}

#[test]
fn what_does_not_fit_is_refused_and_leaves_a_sound_lane() {
    let mut lane = SoloLane::new(&task("cycling/flat-v0"), Seed(1));
    go_on(&mut lane, 0, 40);
    let saved = lane.access().snapshot();
    let mut other = SoloLane::new(&task("cycling/rough-v0"), Seed(1));
    let refused = other.access().restore(&saved).unwrap_err();
    assert!(matches!(&refused, SnapshotError::Task { expected, .. } if expected == "cycling/rough-v0"), "{refused}");
    let mut changed = saved.clone();
    changed.actions[3] = -changed.actions[3];
    assert!(matches!(lane.access().restore(&changed), Err(SnapshotError::Diverged { .. })));
    let mut ragged = saved.clone();
    ragged.actions.pop();
    assert!(lane.access().restore(&ragged).is_err());
    assert_eq!(lane.lane().progress().1, 0, "it stands at the start of an episode");
    assert_eq!(lane.lane().seed(), Seed(1));
    lane.access().restore(&saved).unwrap();
}

proptest! {
    #[test]
    fn damaged_bytes_are_an_error_and_never_a_panic(at in 0usize..2000, flip in 1u8.., cut in 0usize..2000) {
        let mut lane = SoloLane::new(&task("reaching/curl-v0"), Seed(1));
        go_on(&mut lane, 0, 30);
        let saved = lane.access().snapshot().to_bytes();
        let mut damaged = saved.clone();
        damaged[at % saved.len()] ^= flip;
        if let Ok(snapshot) = Snapshot::from_bytes(&damaged) {
            let _ = lane.access().restore(&snapshot);
        }
        prop_assert_eq!(Snapshot::from_bytes(&saved[..cut % saved.len()]), Err(SnapshotError::Bytes));
    }
}
