//! Snapshots of lanes: any bytes are one or an error, and whatever one says, the lane is sound afterwards.
#![no_main]

use etude::envs::lane::SoloLane;
use etude::envs::snapshot::Snapshot;
use etude::envs::task::Blueprint;
use etude::envs::{Registry, Seed};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static TASK: LazyLock<Blueprint> =
    LazyLock::new(|| Registry::default().task("reaching/curl-v0").expect("it is built in"));

fuzz_target!(|bytes: &[u8]| {
    let Ok(snapshot) = Snapshot::from_bytes(bytes) else { return };
    let mut lane = SoloLane::new(&TASK, Seed(1));
    let _ = lane.access().restore(&snapshot);
    assert!(lane.access().step(&[0.0, 0.0]).is_ok());
});
