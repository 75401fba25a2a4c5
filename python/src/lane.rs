//! One lane of a task, stepped from Python one action at a time.

use crate::error;
use crate::saved::SavedState;
use crate::spec::Spec;
use etude_draw::Painter;
use etude_envs::Seed;
use etude_envs::lane::{SoloLane, Step};
use etude_envs::scene::Scene;
use etude_envs::snapshot::Snapshot;
use numpy::{
    PyArray1, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods, ToPyArray,
};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

/// Result of a step: observation, reward, terminated, truncated, info.
type Stepped<'py> = (Bound<'py, PyArray1<f32>>, f64, bool, bool, Bound<'py, PyDict>);

/// Result of a rollout: observations, rewards, terminated, truncated.
type Rollout<'py> = (Bound<'py, PyArray2<f32>>, Bound<'py, PyArray1<f32>>, bool, bool);

/// One lane of a task: `task` is an id, the path of a YAML file, or the text of one.
#[pyclass(module = "etude")]
pub struct Lane {
    lane: SoloLane,
    painter: Painter,
    scene: Scene,
    /// Keys of `info`: the score and the metrics.
    names: Vec<Py<PyString>>,
    told: Vec<f32>,
    action: Vec<f32>,
    /// Whether an episode started by `begin` is running.
    running: bool,
}

impl Lane {
    fn observation<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f32>> {
        self.lane.lane().observation().to_pyarray(py)
    }

    /// Score and metrics by name, of the episode that has just ended or of the running one so far; None for metrics
    /// that were not measured.
    fn info<'py>(&mut self, py: Python<'py>, ended: bool) -> PyResult<Bound<'py, PyDict>> {
        let access = self.lane.access();
        if ended {
            let last = access.lane().last_episode();
            self.told[0] = last.score;
            self.told[1..].copy_from_slice(&last.metrics);
        } else {
            self.told[0] = access.so_far().1;
            access.lane().task().metrics(&mut self.told[1..]);
        }
        let info = PyDict::new(py);
        for (name, &value) in self.names.iter().zip(&self.told) {
            info.set_item(name, (!value.is_nan()).then_some(value))?;
        }
        Ok(info)
    }

    /// Reads an action: usually a float32 array, otherwise any sequence of numbers.
    fn accept(&mut self, action: &Bound<'_, PyAny>) -> PyResult<()> {
        self.action.clear();
        if let Ok(array) = action.extract::<PyReadonlyArray1<'_, f32>>() {
            match array.as_slice() {
                Ok(values) => self.action.extend_from_slice(values),
                Err(_) => self.action.extend(array.as_array().iter()),
            }
            return Ok(());
        }
        let fields = self.lane.lane().spec().action.len();
        let values = action.extract::<Vec<f32>>().map_err(|_| {
            error::ActionError::new_err(format!("an action that is not a sequence of {fields} numbers"))
        })?;
        self.action.extend(values);
        Ok(())
    }
}

#[pymethods]
impl Lane {
    #[new]
    fn new(py: Python<'_>, task: &str) -> PyResult<Self> {
        let blueprint = crate::spec::blueprint(task)?;
        let metrics = &blueprint.spec().metrics;
        let names = std::iter::once("score").chain(metrics.iter().map(|metric| &*metric.name));
        Ok(Lane {
            names: names.map(|name| PyString::intern(py, name).unbind()).collect(),
            told: vec![0.0; 1 + metrics.len()],
            action: Vec::with_capacity(blueprint.spec().action.len()),
            lane: SoloLane::new(&blueprint, Seed(0)),
            painter: Painter::default(),
            scene: Scene::default(),
            running: false,
        })
    }

    /// The task's spec.
    #[getter]
    fn spec(&self) -> Spec {
        Spec::from(&**self.lane.lane().spec())
    }

    /// Index of the running episode, or of the one that the next `begin` without an index would start.
    #[getter]
    fn episode(&self) -> u64 {
        self.lane.lane().progress().0
    }

    /// Whether an episode is running.
    #[getter]
    fn running(&self) -> bool {
        self.running
    }

    /// Starts an episode, optionally with another seed; returns its first observation and its info.
    #[pyo3(signature = (episode, seed=None))]
    fn begin<'py>(
        &mut self,
        py: Python<'py>,
        episode: u64,
        seed: Option<u64>,
    ) -> PyResult<(Bound<'py, PyArray1<f32>>, Bound<'py, PyDict>)> {
        let mut access = self.lane.access();
        if let Some(seed) = seed {
            access.reseed(Seed(seed));
        }
        access.begin(episode);
        self.running = true;
        Ok((self.observation(py), self.info(py, false)?))
    }

    /// Takes one env step. `action` is float32 [action fields].
    fn step<'py>(&mut self, py: Python<'py>, action: &Bound<'py, PyAny>) -> PyResult<Stepped<'py>> {
        if !self.running {
            return Err(error::reset_needed(py, "step() before reset(): an episode must be started first"));
        }
        self.accept(action)?;
        let step = self.lane.access().step(&self.action);
        let step = step.map_err(|why| error::ActionError::new_err(why.to_string()))?;
        // The lane has already started the next episode, which reset() returns.
        self.running = !step.ended();
        let observation =
            if step.ended() { self.lane.lane().final_observation().to_pyarray(py) } else { self.observation(py) };
        Ok((observation, f64::from(step.reward), step.terminated, step.truncated, self.info(py, step.ended())?))
    }

    /// Takes actions one after another until the actions or the episode end. `actions` is float32 [steps, action
    /// fields], C-contiguous. Returns observations [taken, observation fields], rewards [taken], and whether the last
    /// step terminated or truncated the episode.
    fn rollout<'py>(&mut self, py: Python<'py>, actions: PyReadonlyArray2<'py, f32>) -> PyResult<Rollout<'py>> {
        if !self.running {
            return Err(error::reset_needed(py, "rollout() before reset(): an episode must be started first"));
        }
        let spec = self.lane.lane().spec();
        let (fields, width) = (spec.action.len(), spec.observation.len());
        if actions.shape()[1] != fields || !actions.is_c_contiguous() {
            let found = actions.shape();
            let expected = format!("actions of shape {found:?}; expected [steps, {fields}], C-contiguous");
            return Err(error::ActionError::new_err(expected));
        }
        let given = actions.as_slice()?;
        let lane = &mut self.lane;
        let rolled = py.detach(|| {
            let (mut observations, mut rewards, mut last) = (Vec::new(), Vec::new(), Step::default());
            for action in given.chunks_exact(fields) {
                last = lane.access().step(action)?;
                let now = lane.lane();
                observations.extend_from_slice(if last.ended() { now.final_observation() } else { now.observation() });
                rewards.push(last.reward);
                if last.ended() {
                    break;
                }
            }
            Ok((observations, rewards, last))
        });
        let (observations, rewards, last) =
            rolled.map_err(|why: etude_envs::error::ActionError| error::ActionError::new_err(why.to_string()))?;
        self.running = !last.ended();
        let rows = observations.to_pyarray(py).reshape([rewards.len(), width])?;
        Ok((rows, rewards.to_pyarray(py), last.terminated, last.truncated))
    }

    /// The current picture, uint8 [height, width, 3].
    fn picture<'py>(&mut self, py: Python<'py>, width: u32, height: u32) -> PyResult<Bound<'py, PyArray3<u8>>> {
        self.scene.clear();
        self.lane.access().draw(&mut self.scene);
        let (scene, painter) = (&self.scene, &mut self.painter);
        let pixels = py.detach(|| painter.picture(scene, [width, height]));
        pixels.rgb.to_pyarray(py).reshape([height as usize, width as usize, 3])
    }

    /// The lane's state, in memory.
    fn remember(&mut self) -> SavedState {
        SavedState { state: self.lane.access().save(), running: self.running }
    }

    /// Goes back to a state that was remembered in this lane; returns the observation.
    fn recall<'py>(&mut self, py: Python<'py>, saved: &SavedState) -> PyResult<Bound<'py, PyArray1<f32>>> {
        self.lane.access().recall(&saved.state).map_err(|why| SavedState::refused(&why))?;
        self.running = saved.running;
        Ok(self.observation(py))
    }

    /// The lane's state as bytes.
    fn save<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.lane.access().snapshot().to_bytes())
    }

    /// Restores a state that was saved in a lane of this task; `running` says whether an episode was running.
    fn restore(&mut self, state: &[u8], running: bool) -> PyResult<()> {
        let wrong = |why: etude_envs::snapshot::SnapshotError| error::StateError::new_err(why.to_string());
        let snapshot = Snapshot::from_bytes(state).map_err(wrong)?;
        if let Err(why) = self.lane.access().restore(&snapshot) {
            // A state of another task changes nothing.
            self.running &= matches!(why, etude_envs::snapshot::SnapshotError::Task { .. });
            return Err(wrong(why));
        }
        self.running = running;
        Ok(())
    }
}
