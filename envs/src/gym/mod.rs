//! The gym: an ECS world that hosts lanes and steps them in one system, in parallel over lanes.
//!
//! It is driven in one of two ways. From outside, [`Gym::step`] takes one action per lane and returns contiguous
//! buffers, for people who bring their own learner; single lanes can be left resting ([`Gym::step_some`]), begun
//! ([`Gym::begin_lane`]), or worked on ([`Gym::access`]). From inside, an [`Occupant`] lives on each lane's entity and
//! practises in bursts of many steps per call, so that nothing synchronises per step. Lanes share nothing, so results
//! are the same to the last bit for any number of lanes and threads. A gym can be sent to another thread.

mod occupant;
mod system;
mod workers;

pub use occupant::Occupant;

use crate::error::ActionError;
use crate::lane::{Lane, LaneAccess, Step};
use crate::saved::{ForeignState, SavedState};
use crate::seed::Seed;
use crate::snapshot::{Snapshot, SnapshotError};
use crate::task::{Blueprint, TaskSpec};
use bevy::ecs::schedule::SingleThreadedExecutor;
use bevy::ecs::world::World as Ecs;
use bevy::prelude::*;
use std::sync::Arc;
use system::{LaneParts, Occupancy, Order, access, drive};
use workers::Workers;

/// All lanes' data after a step: row-major, one row per lane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// `[lanes × observation fields]`: what each lane's agent sees now. After an episode has ended this is the first
    /// observation of the next one.
    pub observations: Vec<f32>,
    /// `[lanes × observation fields]`: the last observation of the episode each lane ended last.
    pub final_observations: Vec<f32>,
    /// `[lanes]`: reward of the step.
    pub rewards: Vec<f32>,
    /// `[lanes]`: the MDP reached a terminal state.
    pub terminated: Vec<bool>,
    /// `[lanes]`: the episode was cut short from outside the MDP.
    pub truncated: Vec<bool>,
}

/// A host of lanes.
pub struct Gym<O: Occupant = ()> {
    ecs: Ecs,
    /// Kept outside the world: taking it from there and back costs a tenth of a small lane's step.
    schedule: Schedule,
    entities: Vec<Entity>,
    spec: Arc<TaskSpec>,
    batch: Batch,
    /// Finds the parts of a single lane.
    parts: QueryState<LaneParts<O>>,
}

impl Gym<()> {
    /// `lanes` lanes of a task under one seed, for stepping from outside on `threads` threads.
    pub fn new(blueprint: &Blueprint, lanes: usize, seed: Seed, threads: usize) -> Self {
        Self::occupied(blueprint, (0..lanes as u64).map(|index| (seed.fan("lane", index), ())), threads)
    }
}

impl<O: Occupant> Gym<O> {
    /// One lane for each seed and occupant, on `threads` threads.
    pub fn occupied(blueprint: &Blueprint, occupants: impl IntoIterator<Item = (Seed, O)>, threads: usize) -> Self {
        Self::with_own_tasks(
            blueprint,
            occupants.into_iter().map(|(seed, own)| (blueprint.clone(), seed, own)),
            threads,
        )
    }

    /// The same where each lane has a variant of the task of its own, with the same spaces.
    pub fn with_own_tasks(
        blueprint: &Blueprint,
        occupants: impl IntoIterator<Item = (Blueprint, Seed, O)>,
        threads: usize,
    ) -> Self {
        let mut ecs = Ecs::new();
        let mut schedule = Schedule::default();
        schedule.set_executor(SingleThreadedExecutor::new());
        schedule.add_systems(drive::<O>);
        let threads = threads.max(1);
        ecs.insert_resource(Order::Burst);
        ecs.insert_resource(Workers::new(threads));
        let mut entities = Vec::new();
        for (index, (own, seed, occupant)) in occupants.into_iter().enumerate() {
            let (lane, physics) = Lane::new(&own, index, seed);
            entities.push(ecs.spawn((lane, Occupancy(occupant), physics.into_components())).id());
        }
        let (lanes, width) = (entities.len(), blueprint.spec().observation.len());
        let batch = Batch {
            observations: vec![0.0; lanes * width],
            final_observations: vec![0.0; lanes * width],
            rewards: vec![0.0; lanes],
            terminated: vec![false; lanes],
            truncated: vec![false; lanes],
        };
        let parts = QueryState::new(&mut ecs);
        let mut gym = Self { ecs, schedule, entities, spec: Arc::clone(blueprint.spec()), batch, parts };
        gym.gather();
        gym
    }

    /// The task's spec.
    pub fn spec(&self) -> &Arc<TaskSpec> {
        &self.spec
    }

    /// How many lanes it hosts.
    pub fn lanes(&self) -> usize {
        self.entities.len()
    }

    /// A lane by index.
    pub fn lane(&self, index: usize) -> Option<&Lane> {
        self.entities.get(index).and_then(|&entity| self.ecs.get(entity))
    }

    /// An occupant by lane index.
    pub fn occupant(&self, index: usize) -> Option<&O> {
        let entity = *self.entities.get(index)?;
        self.ecs.get::<Occupancy<O>>(entity).map(|occupancy| &occupancy.0)
    }

    /// An occupant by lane index, mutably.
    pub fn occupant_mut(&mut self, index: usize) -> Option<&mut O> {
        let entity = *self.entities.get(index)?;
        self.ecs.get_mut::<Occupancy<O>>(entity).map(|occupancy| &mut occupancy.into_inner().0)
    }

    /// The data of the last step or reset.
    pub fn batch(&self) -> &Batch {
        &self.batch
    }

    /// Starts episode `index` in every lane.
    pub fn begin(&mut self, index: u64) -> &Batch {
        self.order(Order::Begin(index));
        self.gather();
        &self.batch
    }

    /// Starts episode `index` in one lane, under another seed if one is given; the rest of the batch stays. `None` if there is
    /// no such lane.
    pub fn begin_lane(&mut self, lane: usize, seed: Option<Seed>, index: u64) -> Option<&Batch> {
        let mut access = self.access(lane)?;
        if let Some(seed) = seed {
            access.reseed(seed);
        }
        access.begin(index);
        self.gather_lane(lane);
        Some(&self.batch)
    }

    /// Brings one lane to the state of a snapshot; see [`LaneAccess::restore`]. `None` if there is no such lane.
    pub fn restore_lane(&mut self, lane: usize, snapshot: &Snapshot) -> Option<Result<(), SnapshotError>> {
        let restored = self.access(lane)?.restore(snapshot);
        self.gather_all_of(lane);
        Some(restored)
    }

    /// Lets one lane go on from a state that was saved in one of these lanes; see [`LaneAccess::recall`]. `None` if there is no
    /// such lane.
    pub fn recall_lane(&mut self, lane: usize, saved: &SavedState) -> Option<Result<(), ForeignState>> {
        let recalled = self.access(lane)?.recall(saved);
        self.gather_all_of(lane);
        Some(recalled)
    }

    /// Gathers what a lane shows, with the final observation of its last episode.
    fn gather_all_of(&mut self, lane: usize) {
        self.gather_lane(lane);
        let width = self.spec.observation.len();
        if let Some(lane) = self.ecs.get::<Lane>(self.entities[lane]) {
            let row = lane.index() * width..(lane.index() + 1) * width;
            self.batch.final_observations[row].copy_from_slice(lane.final_observation());
        }
    }

    /// A lane with its world, to begin, step, push, draw or reseed it by itself. The batch knows nothing of that until the
    /// lane is begun or stepped by the gym.
    pub fn access(&mut self, lane: usize) -> Option<LaneAccess<'_>> {
        let entity = *self.entities.get(lane)?;
        self.parts.get_mut(&mut self.ecs, entity).ok().map(access)
    }

    /// Takes one env step in every lane. `actions` is `[lanes × action fields]`, row-major; values outside [-1, 1] are
    /// clipped. A lane whose episode ends starts the next one in the same step.
    ///
    /// # Errors
    /// A buffer of the wrong length or with a non-finite number; no lane has moved then.
    pub fn step(&mut self, actions: &[f32]) -> Result<&Batch, ActionError> {
        self.step_some(actions, &[])
    }

    /// The same in the lanes that do not rest. `resting` is `[lanes]`, or empty if none does. A lane that rests keeps its
    /// observation, has a reward of 0, and has not ended; its part of `actions` is not looked at.
    ///
    /// # Errors
    /// A buffer of the wrong length or with a non-finite number; no lane has moved then.
    pub fn step_some(&mut self, actions: &[f32], resting: &[bool]) -> Result<&Batch, ActionError> {
        let (lanes, width) = (self.lanes(), self.spec.action.len());
        if actions.len() != lanes * width {
            return Err(ActionError::Batch { found: actions.len(), lanes, fields: width });
        }
        if !resting.is_empty() && resting.len() != lanes {
            return Err(ActionError::Resting { found: resting.len(), lanes });
        }
        let rests = |lane: usize| resting.get(lane).is_some_and(|&rests| rests);
        let unsound = |(at, value): (usize, &f32)| !value.is_finite() && !rests(at / width);
        if let Some(at) = actions.iter().enumerate().position(unsound) {
            let field = self.spec.action.fields()[at % width].name.clone();
            return Err(ActionError::NotFinite { lane: at / width, field, found: actions[at] });
        }
        let mut order = self.ecs.resource_mut::<Order>();
        match &mut *order {
            Order::Step(given, rest) if given.len() == actions.len() => {
                given.copy_from_slice(actions);
                rest.clear();
                rest.extend_from_slice(resting);
            }
            other => *other = Order::Step(actions.to_vec(), resting.to_vec()),
        }
        self.schedule.run(&mut self.ecs);
        self.gather();
        for lane in (0..lanes).filter(|&lane| rests(lane)) {
            self.batch.rewards[lane] = 0.0;
            (self.batch.terminated[lane], self.batch.truncated[lane]) = (false, false);
        }
        Ok(&self.batch)
    }

    /// Lets every occupant work on its lane once.
    pub fn burst(&mut self) {
        self.order(Order::Burst);
    }

    fn order(&mut self, order: Order) {
        self.ecs.insert_resource(order);
        self.schedule.run(&mut self.ecs);
    }

    fn gather(&mut self) {
        (0..self.entities.len()).for_each(|lane| self.gather_lane(lane));
    }

    fn gather_lane(&mut self, index: usize) {
        let width = self.spec.observation.len();
        let batch = &mut self.batch;
        let Some(lane) = self.ecs.get::<Lane>(self.entities[index]) else { return };
        let row = index * width..(index + 1) * width;
        let Step { reward, terminated, truncated } = lane.last_step();
        batch.observations[row.clone()].copy_from_slice(lane.observation());
        if terminated || truncated {
            batch.final_observations[row].copy_from_slice(lane.final_observation());
        }
        batch.rewards[index] = reward;
        batch.terminated[index] = terminated;
        batch.truncated[index] = truncated;
    }
}
