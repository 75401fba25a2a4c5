//! Lanes of a task, stepped from Python.

use crate::error;
use crate::saved::SavedState;
use crate::spec::Spec;
use crate::study::Episode;
use etude_draw::Painter;
use etude_envs::Seed;
use etude_envs::gym::Gym;
use etude_envs::scene::Scene;
use etude_envs::snapshot::{Snapshot, SnapshotError};
use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyArray4, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2,
    PyUntypedArrayMethods, ToPyArray,
};
use pyo3::exceptions::{PyIndexError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Result of a step: observations, rewards, terminated, truncated, each a new array with one row per lane.
type Stepped<'py> =
    (Bound<'py, PyArray2<f32>>, Bound<'py, PyArray1<f32>>, Bound<'py, PyArray1<bool>>, Bound<'py, PyArray1<bool>>);

/// Numbers, and whether they were measured, each with one row per name and one column per lane.
type Told<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray2<bool>>);

/// Lanes of one task: independent worlds that are stepped together. `task` is an id, the path of a YAML file, or the
/// text of one. Until lane i is started with another seed, its seed is derived from `seed` and i.
#[pyclass(module = "etude")]
pub struct Lanes {
    gym: Gym,
    fields: usize,
    /// Process id: a forked child does not have the threads.
    process: u32,
    threads: usize,
    painter: Painter,
}

impl Lanes {
    fn own(&mut self) -> PyResult<&mut Gym> {
        if self.threads > 1 && std::process::id() != self.process {
            let found = "lanes with threads do not outlive a fork; make them in the child, or with threads=1";
            return Err(PyRuntimeError::new_err(found));
        }
        Ok(&mut self.gym)
    }

    fn no_lane(&self, lane: usize) -> PyErr {
        PyIndexError::new_err(format!("lane {lane}: expected one below {}", self.gym.lanes()))
    }
}

fn rows<'py>(py: Python<'py>, values: &[f32], lanes: usize) -> PyResult<Bound<'py, PyArray2<f32>>> {
    values.to_pyarray(py).reshape([lanes, values.len() / lanes.max(1)])
}

#[pymethods]
impl Lanes {
    #[new]
    #[pyo3(signature = (task, lanes=1, seed=0, threads=1))]
    fn new(py: Python<'_>, task: &str, lanes: usize, seed: u64, threads: usize) -> PyResult<Self> {
        if !(1..=1_000_000).contains(&lanes) {
            return Err(error::EtudeError::new_err(format!("{lanes} lanes; expected 1 to 1000000")));
        }
        if !(1..=1024).contains(&threads) {
            return Err(error::EtudeError::new_err(format!("{threads} threads; expected 1 to 1024")));
        }
        let blueprint = crate::spec::blueprint(task)?;
        let fields = blueprint.spec().action.len();
        let gym = py.detach(|| Gym::new(&blueprint, lanes, Seed(seed), threads));
        Ok(Lanes { gym, fields, process: std::process::id(), threads, painter: Painter::default() })
    }

    /// The task's spec.
    #[getter]
    fn spec(&self) -> Spec {
        Spec::from(&**self.gym.spec())
    }

    fn __len__(&self) -> usize {
        self.gym.lanes()
    }

    /// Takes one env step in every lane that does not rest. `actions` is float32 [lanes, action fields], C-contiguous;
    /// `resting` is bool [lanes]. A lane whose episode ends starts the next one at once, and its row has the first
    /// observation of the new episode.
    #[pyo3(signature = (actions, resting=None))]
    fn step<'py>(
        &mut self,
        py: Python<'py>,
        actions: PyReadonlyArray2<'py, f32>,
        resting: Option<PyReadonlyArray1<'py, bool>>,
    ) -> PyResult<Stepped<'py>> {
        let lanes = self.gym.lanes();
        if actions.shape() != [lanes, self.fields] || !actions.is_c_contiguous() {
            return Err(error::ActionError::new_err(format!(
                "actions of shape {:?}{}; expected [{lanes}, {}], C-contiguous",
                actions.shape(),
                if actions.is_c_contiguous() { "" } else { ", not C-contiguous" },
                self.fields
            )));
        }
        let given = actions.as_slice()?;
        let resting = resting.as_ref().map_or(Ok(&[][..]), |resting| resting.as_slice())?;
        let gym = self.own()?;
        let batch = py.detach(|| gym.step_some(given, resting));
        let batch = batch.map_err(|why| error::ActionError::new_err(why.to_string()))?;
        Ok((
            rows(py, &batch.observations, lanes)?,
            batch.rewards.to_pyarray(py),
            batch.terminated.to_pyarray(py),
            batch.truncated.to_pyarray(py),
        ))
    }

    /// Takes the same step repeatedly and returns nothing, to measure the time of a step without Python.
    fn repeat(&mut self, py: Python<'_>, actions: PyReadonlyArray2<'_, f32>, times: usize) -> PyResult<()> {
        let given = actions.as_slice()?;
        let gym = self.own()?;
        let repeated = py.detach(|| (0..times).try_for_each(|_| gym.step(given).map(|_| ())));
        repeated.map_err(|why| error::ActionError::new_err(why.to_string()))
    }

    /// Starts episode `episode` of a lane, optionally with another seed.
    #[pyo3(signature = (lane, seed=None, episode=0))]
    fn begin(&mut self, lane: usize, seed: Option<u64>, episode: u64) -> PyResult<()> {
        let begun = self.own()?.begin_lane(lane, seed.map(Seed), episode).is_some();
        if begun { Ok(()) } else { Err(self.no_lane(lane)) }
    }

    /// Current observations, [lanes, observation fields].
    fn observations<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        rows(py, &self.gym.batch().observations, self.gym.lanes())
    }

    /// The final observation of each lane's last episode, [lanes, observation fields].
    fn final_observations<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        rows(py, &self.gym.batch().final_observations, self.gym.lanes())
    }

    /// Index of the running episode in a lane, from 0.
    fn episode(&self, lane: usize) -> PyResult<u64> {
        self.gym.lane(lane).map(|lane| lane.progress().0).ok_or_else(|| self.no_lane(lane))
    }

    /// Score and metrics, float64 [1 + metrics, lanes], and whether they were measured, bool of the same shape: of a
    /// lane's last episode where `ended` is true, of the running one so far elsewhere; NaN for metrics that were not
    /// measured.
    #[pyo3(signature = (ended=None))]
    fn told<'py>(&mut self, py: Python<'py>, ended: Option<PyReadonlyArray1<'py, bool>>) -> PyResult<Told<'py>> {
        let lanes = self.gym.lanes();
        let ended = ended.as_ref().map_or(Ok(&[][..]), |ended| ended.as_slice())?;
        let width = 1 + self.gym.spec().metrics.len();
        let mut row = vec![f32::NAN; width];
        let mut told = vec![f64::NAN; width * lanes];
        let gym = self.own()?;
        for lane in 0..lanes {
            let Some(access) = gym.access(lane) else { continue };
            if ended.get(lane).is_some_and(|&ended| ended) {
                let last = access.lane().last_episode();
                row[0] = last.score;
                row[1..].copy_from_slice(&last.metrics);
            } else {
                row[0] = access.so_far().1;
                access.lane().task().metrics(&mut row[1..]);
            }
            for (told, &value) in told[lane..].iter_mut().step_by(lanes).zip(&row) {
                *told = f64::from(value);
            }
        }
        let measured: Vec<bool> = told.iter().map(|value| !value.is_nan()).collect();
        Ok((told.into_pyarray(py).reshape([width, lanes])?, measured.into_pyarray(py).reshape([width, lanes])?))
    }

    /// A lane's last episode, to be recorded by a study.
    fn last_episode(&self, lane: usize) -> PyResult<Episode> {
        let found = self.gym.lane(lane).map(|lane| Episode(lane.last_episode().clone()));
        found.ok_or_else(|| self.no_lane(lane))
    }

    /// Current pictures of all lanes, uint8 [lanes, height, width, 3].
    fn pictures<'py>(&mut self, py: Python<'py>, width: u32, height: u32) -> PyResult<Bound<'py, PyArray4<u8>>> {
        let lanes = self.gym.lanes();
        let (mut scene, mut pixels) = (Scene::default(), Vec::new());
        for lane in 0..lanes {
            scene.clear();
            if let Some(access) = self.own()?.access(lane) {
                access.draw(&mut scene);
            }
            pixels.extend(self.painter.picture(&scene, [width, height]).rgb);
        }
        pixels.to_pyarray(py).reshape([lanes, height as usize, width as usize, 3])
    }

    /// A lane's state, in memory. `running` says whether an episode that was asked for is running in it.
    fn remember(&mut self, lane: usize, running: bool) -> PyResult<SavedState> {
        let state = self.own()?.access(lane).map(|mut access| access.save());
        state.map(|state| SavedState { state, running }).ok_or_else(|| self.no_lane(lane))
    }

    /// Brings a lane to a state that was remembered in one of these lanes; returns whether an episode was running.
    fn recall(&mut self, lane: usize, saved: &SavedState) -> PyResult<bool> {
        match self.own()?.recall_lane(lane, &saved.state) {
            Some(recalled) => recalled.map(|()| saved.running).map_err(|why| SavedState::refused(&why)),
            None => Err(self.no_lane(lane)),
        }
    }

    /// A lane's state as bytes.
    fn save<'py>(&mut self, py: Python<'py>, lane: usize) -> PyResult<Bound<'py, PyBytes>> {
        let state = self.own()?.access(lane).map(|access| access.snapshot().to_bytes());
        state.map(|state| PyBytes::new(py, &state)).ok_or_else(|| self.no_lane(lane))
    }

    /// Restores a lane to a state that was saved in a lane of this task.
    fn restore(&mut self, lane: usize, state: &[u8]) -> PyResult<()> {
        let wrong = |why: SnapshotError| error::StateError::new_err(why.to_string());
        let snapshot = Snapshot::from_bytes(state).map_err(wrong)?;
        match self.own()?.restore_lane(lane, &snapshot) {
            Some(restored) => restored.map_err(wrong),
            None => Err(self.no_lane(lane)),
        }
    }
}
