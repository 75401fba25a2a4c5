//! A Python object as an agent in any run.

use etude::agents::{Agent, AgentShape, State, StateError, Tensor, Transition};
use numpy::ToPyArray;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::{Arc, Mutex, PoisonError};

/// The first error raised by an agent of a run. A trait method cannot return it: from then on all actions are NaN,
/// which ends the run, and the caller finds the error here.
pub type Raised = Arc<Mutex<Option<PyErr>>>;

/// A Python object with `act`, `learn`, `save` and `load`.
pub struct PythonAgent {
    object: Py<PyAny>,
    raised: Raised,
}

/// The part of a task that an agent receives: names and typical sizes of observations, number of actions, and time
/// between two actions in s.
#[pyclass(frozen, get_all, module = "etude")]
pub struct Shape {
    observations: Vec<(String, f32)>,
    actions: usize,
    control_interval: f64,
}

impl PythonAgent {
    /// Calls a class with the shape of a task and a seed.
    pub fn make(class: &Py<PyAny>, shape: &AgentShape, seed: u64, raised: &Raised) -> Self {
        let raised = Arc::clone(raised);
        let object = Python::attach(|py| {
            let observations = shape.observations.iter().map(|input| (input.name.clone(), input.typical)).collect();
            let shape = Shape { observations, actions: shape.actions, control_interval: shape.control_interval };
            class.call1(py, (shape, seed)).unwrap_or_else(|error| {
                note(&raised, error);
                py.None()
            })
        });
        Self { object, raised }
    }

    fn noted<T>(&self, result: PyResult<T>) -> Option<T> {
        result.map_err(|error| note(&self.raised, error)).ok()
    }
}

fn note(raised: &Raised, error: PyErr) {
    raised.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
}

impl Agent for PythonAgent {
    fn act(&mut self, observation: &[f32], explore: bool, action: &mut [f32]) {
        if self.raised.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            return action.fill(f32::NAN);
        }
        let given = Python::attach(|py| {
            let given = self.object.call_method1(py, "act", (observation.to_pyarray(py), explore));
            self.noted(given.and_then(|given| {
                let numbers = given.bind(py).extract::<Vec<f32>>()?;
                match numbers.len() == action.len() {
                    true => Ok(numbers),
                    false => Err(crate::error::ActionError::new_err(format!(
                        "act() gave {} numbers; expected {}",
                        numbers.len(),
                        action.len()
                    ))),
                }
            }))
        });
        match given {
            Some(given) => action.copy_from_slice(&given),
            None => action.fill(f32::NAN),
        }
    }

    fn learn(&mut self, transition: &Transition<'_>) {
        Python::attach(|py| {
            let Transition { observation, action, reward, next_observation, terminated, truncated } = *transition;
            let told = (
                observation.to_pyarray(py),
                action.to_pyarray(py),
                reward,
                next_observation.to_pyarray(py),
                terminated,
                truncated,
            );
            self.noted(self.object.call_method1(py, "learn", told));
        });
    }

    fn save(&self, state: &mut State) {
        let saved = Python::attach(|py| {
            self.noted(self.object.call_method0(py, "save").and_then(|saved| {
                let kind = saved.bind(py).get_type().name()?;
                saved
                    .extract::<Vec<u8>>(py)
                    .map_err(|_| PyTypeError::new_err(format!("save() gave an object of type {kind}; expected bytes")))
            }))
        });
        // A state without bytes cannot be loaded.
        let Some(bytes) = saved else { return };
        let words = bytes.chunks(8).map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        });
        state.insert("bytes", Tensor::U64(std::iter::once(bytes.len() as u64).chain(words).collect()));
    }

    fn load(&mut self, state: &State) -> Result<(), StateError> {
        let mut reader = state.reader();
        let length = state.get("bytes").map_or(0, Tensor::len);
        let mut words = vec![0; length];
        reader.get_u64("bytes", &mut words)?;
        reader.finish()?;
        let count = words.first().copied().unwrap_or(0) as usize;
        let bytes: Vec<u8> = words.iter().skip(1).flat_map(|word| word.to_le_bytes()).take(count).collect();
        Python::attach(|py| self.noted(self.object.call_method1(py, "load", (PyBytes::new(py, &bytes),))));
        Ok(())
    }

    /// Nothing holds an object of Python to acting alike, and its copies would wait for one another.
    fn repeatable(&self) -> bool {
        false
    }

    fn clone_agent(&self) -> Box<dyn Agent> {
        let copied = Python::attach(|py| {
            let copied = py.import("copy").and_then(|copy| copy.call_method1("deepcopy", (&self.object,)));
            self.noted(copied.map(Bound::unbind)).unwrap_or_else(|| py.None())
        });
        Box::new(Self { object: copied, raised: Arc::clone(&self.raised) })
    }
}
