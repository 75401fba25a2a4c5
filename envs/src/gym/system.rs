//! The one system of a gym's world: what it is asked to do, and how it goes through the lanes.

use super::occupant::Occupant;
use super::workers::{Workers, wait_awake};
use crate::lane::{Lane, LaneAccess};
use crate::world::World;
use bevy::ecs::query::QueryData;
use bevy::prelude::*;
use bevy_rapier2d::prelude::{
    RapierContextColliders, RapierContextJoints, RapierContextSimulation, RapierRigidBodySet,
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Fewer lanes than this per thread are stepped faster by one thread than a second one is woken.
const FEWEST_LANES_PER_THREAD: usize = 8;

/// What every lane is to do in the next run of the system.
#[derive(Resource)]
pub(super) enum Order {
    Begin(u64),
    /// Actions of all lanes, and which of them rest; none does if there is no such list.
    Step(Vec<f32>, Vec<bool>),
    Burst,
}

#[derive(Component)]
pub(super) struct Occupancy<O: Occupant>(pub(super) O);

#[derive(QueryData)]
#[query_data(mutable)]
pub(super) struct LaneParts<O: Occupant> {
    pub(super) lane: &'static mut Lane,
    pub(super) occupancy: &'static mut Occupancy<O>,
    pub(super) simulation: &'static mut RapierContextSimulation,
    pub(super) bodies: &'static mut RapierRigidBodySet,
    pub(super) colliders: &'static mut RapierContextColliders,
    pub(super) joints: &'static mut RapierContextJoints,
}

/// The one system: every lane does all its work before the next one is touched.
pub(super) fn drive<O: Occupant>(mut lanes: Query<LaneParts<O>>, order: Res<Order>, workers: Res<Workers>) {
    let order = &*order;
    let count = lanes.iter().len();
    let enough = match order {
        Order::Burst => 2,
        _ => FEWEST_LANES_PER_THREAD * workers.threads,
    };
    let Some(helpers) = workers.helpers.as_ref().filter(|_| count >= enough) else {
        for mut parts in &mut lanes {
            obey(&mut parts, order);
        }
        return;
    };
    // Each thread begins with lanes of its own, which stay in its cache from step to step, a few at a time; once they are done
    // it helps the others. Bursts are long enough to go one by one.
    let own = count.div_ceil(workers.threads);
    let handful = match order {
        Order::Burst => 1,
        _ => own.div_ceil(16),
    };
    let mut parts: Vec<_> = lanes.iter_mut().collect();
    let waiting: Vec<_> = parts.chunks_mut(own).map(|lanes| Mutex::new(lanes.chunks_mut(handful))).collect();
    let work = |thread: usize| {
        let (others, own) = waiting.split_at(thread.min(waiting.len()));
        for lanes in own.iter().chain(others) {
            while let Some(mine) = lanes.lock().ok().and_then(|mut chunks| chunks.next()) {
                mine.iter_mut().for_each(|parts| obey(parts, order));
            }
        }
    };
    let finished = AtomicUsize::new(0);
    helpers.in_place_scope(|scope| {
        scope.spawn_broadcast(|_, helper| {
            work(helper.index() + 1);
            finished.fetch_add(1, Ordering::Release);
        });
        workers.call();
        work(0);
        wait_awake(|| finished.load(Ordering::Acquire) == workers.threads - 1);
    });
    if !matches!(order, Order::Burst) {
        workers.stand_by();
    }
}

pub(super) fn access<'a, O: Occupant>(parts: LanePartsItem<'a, '_, O>) -> LaneAccess<'a> {
    let bodies = parts.bodies.into_inner();
    let world = World {
        simulation: parts.simulation.into_inner(),
        bodies: &mut bodies.bodies,
        colliders: &mut parts.colliders.into_inner().colliders,
        joints: parts.joints.into_inner(),
    };
    LaneAccess::new(parts.lane.into_inner(), world)
}

pub(super) fn obey<O: Occupant>(parts: &mut LanePartsItem<'_, '_, O>, order: &Order) {
    let world = World {
        simulation: &mut parts.simulation,
        bodies: &mut parts.bodies.bodies,
        colliders: &mut parts.colliders.colliders,
        joints: &mut parts.joints,
    };
    let mut lane = LaneAccess::new(&mut parts.lane, world);
    match order {
        Order::Begin(index) => lane.begin(*index),
        Order::Burst => parts.occupancy.0.burst(&mut lane),
        Order::Step(actions, resting) => {
            let width = lane.lane().spec().action.len();
            let index = lane.lane().index();
            if resting.get(index).is_none_or(|&rests| !rests) {
                // The buffers have been checked.
                let _ = lane.step(&actions[index * width..(index + 1) * width]);
            }
        }
    }
}
