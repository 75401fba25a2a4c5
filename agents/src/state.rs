//! The state of an agent as named tensors: the form in which it is saved, sent and compared.
//!
//! Saving goes through a [`StateWriter`], loading through a [`StateReader`]. Both keep the prefix of the current part,
//! so that parts nest (`actor.weights`). Loading is strict: a missing, damaged or superfluous tensor is an error that
//! names it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A flat array of numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Tensor {
    /// 32-bit floats: weights, traces, actions.
    F32(Vec<f32>),
    /// 64-bit floats: running statistics.
    F64(Vec<f64>),
    /// Unsigned integers: counts, flags (0 or 1), generator states.
    U64(Vec<u64>),
}

impl Tensor {
    /// Number of elements.
    pub fn len(&self) -> usize {
        match self {
            Tensor::F32(values) => values.len(),
            Tensor::F64(values) => values.len(),
            Tensor::U64(values) => values.len(),
        }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kind of element, in words: `f32`, `f64` or `u64`.
    pub fn kind(&self) -> &'static str {
        match self {
            Tensor::F32(_) => "f32",
            Tensor::F64(_) => "f64",
            Tensor::U64(_) => "u64",
        }
    }
}

/// Why a [`State`] could not be loaded.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// A tensor that the agent needs is missing.
    #[error("tensor `{name}`: expected {length} {kind} numbers, found no such tensor")]
    Missing {
        /// Full name of the tensor.
        name: String,
        /// Expected number of elements.
        length: usize,
        /// Expected kind of element.
        kind: &'static str,
    },
    /// The tensor holds another kind of number.
    #[error("tensor `{name}`: expected {expected} numbers, found {found} numbers")]
    WrongKind {
        /// Full name of the tensor.
        name: String,
        /// Expected kind of element.
        expected: &'static str,
        /// Kind of element found.
        found: &'static str,
    },
    /// The tensor has another length, for example from an agent of another shape.
    #[error("tensor `{name}`: expected {expected} numbers, found {found}")]
    WrongLength {
        /// Full name of the tensor.
        name: String,
        /// Expected number of elements.
        expected: usize,
        /// Number of elements found.
        found: usize,
    },
    /// A number is not one that an agent writes.
    #[error("tensor `{name}`, element {index}: expected {expected}, found {found}")]
    BadNumber {
        /// Full name of the tensor.
        name: String,
        /// Position of the number, from 0.
        index: usize,
        /// Description of the allowed values.
        expected: &'static str,
        /// The number found.
        found: String,
    },
    /// A tensor that the agent does not know.
    #[error("tensor `{name}`: expected no such tensor, found {length} {kind} numbers")]
    Unexpected {
        /// Full name of the tensor.
        name: String,
        /// Number of elements found.
        length: usize,
        /// Kind of element found.
        kind: &'static str,
    },
}

/// Named tensors, ordered by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    tensors: BTreeMap<String, Tensor>,
}

impl State {
    /// An empty state.
    pub fn new() -> State {
        State::default()
    }

    /// Inserts a tensor under its full name and returns the one it replaces.
    pub fn insert(&mut self, name: impl Into<String>, tensor: Tensor) -> Option<Tensor> {
        self.tensors.insert(name.into(), tensor)
    }

    /// Removes a tensor and returns it.
    pub fn remove(&mut self, name: &str) -> Option<Tensor> {
        self.tensors.remove(name)
    }

    /// The tensor with that full name.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// All tensors, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// Number of tensors.
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    /// Whether there are no tensors.
    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }

    /// Starts writing.
    pub fn writer(&mut self) -> StateWriter<'_> {
        StateWriter { state: self, prefix: String::new() }
    }

    /// Starts reading.
    pub fn reader(&self) -> StateReader<'_> {
        StateReader { state: self, prefix: String::new(), read: BTreeSet::new() }
    }
}

/// Writes tensors into a [`State`], under the prefix of the part that is being saved.
pub struct StateWriter<'a> {
    state: &'a mut State,
    prefix: String,
}

impl StateWriter<'_> {
    /// Writes one part: within `body` every name is preceded by `part.`.
    pub fn scope(&mut self, part: &str, body: impl FnOnce(&mut StateWriter<'_>)) {
        body(&mut StateWriter { prefix: format!("{}{part}.", self.prefix), state: self.state });
    }

    /// Writes 32-bit floats.
    pub fn put_f32(&mut self, name: &str, values: &[f32]) {
        self.put(name, Tensor::F32(values.to_vec()));
    }

    /// Writes 64-bit floats.
    pub fn put_f64(&mut self, name: &str, values: &[f64]) {
        self.put(name, Tensor::F64(values.to_vec()));
    }

    /// Writes unsigned integers.
    pub fn put_u64(&mut self, name: &str, values: &[u64]) {
        self.put(name, Tensor::U64(values.to_vec()));
    }

    fn put(&mut self, name: &str, tensor: Tensor) {
        self.state.insert(format!("{}{name}", self.prefix), tensor);
    }
}

/// Reads tensors from a [`State`] and tracks which were read.
pub struct StateReader<'a> {
    state: &'a State,
    prefix: String,
    read: BTreeSet<String>,
}

impl StateReader<'_> {
    /// Reads one part: within `body` every name is preceded by `part.`.
    ///
    /// # Errors
    ///
    /// The errors of `body`.
    pub fn scope<T>(
        &mut self,
        part: &str,
        body: impl FnOnce(&mut Self) -> Result<T, StateError>,
    ) -> Result<T, StateError> {
        let outer = self.prefix.len();
        self.prefix.push_str(part);
        self.prefix.push('.');
        let result = body(self);
        self.prefix.truncate(outer);
        result
    }

    /// Fills `values` with 32-bit floats, which must be finite.
    ///
    /// # Errors
    ///
    /// If the tensor is missing, of another kind or length, or holds a number that is not finite.
    pub fn get_f32(&mut self, name: &str, values: &mut [f32]) -> Result<(), StateError> {
        self.read(name, "f32", values, |tensor| if let Tensor::F32(found) = tensor { Some(found) } else { None })?;
        self.check(name, values, "a finite number", |value| value.is_finite())
    }

    /// Fills `values` with 64-bit floats, which must be finite.
    ///
    /// # Errors
    ///
    /// If the tensor is missing, of another kind or length, or holds a number that is not finite.
    pub fn get_f64(&mut self, name: &str, values: &mut [f64]) -> Result<(), StateError> {
        self.read(name, "f64", values, |tensor| if let Tensor::F64(found) = tensor { Some(found) } else { None })?;
        self.check(name, values, "a finite number", |value| value.is_finite())
    }

    /// Fills `values` with unsigned integers.
    ///
    /// # Errors
    ///
    /// If the tensor is missing or of another kind or length.
    pub fn get_u64(&mut self, name: &str, values: &mut [u64]) -> Result<(), StateError> {
        self.read(name, "u64", values, |tensor| if let Tensor::U64(found) = tensor { Some(found) } else { None })
    }

    /// Checks numbers read under `name`.
    ///
    /// # Errors
    ///
    /// If a number does not satisfy `allowed`, which `expected` describes.
    pub fn check<T: Copy + fmt::Display>(
        &self,
        name: &str,
        values: &[T],
        expected: &'static str,
        allowed: impl Fn(T) -> bool,
    ) -> Result<(), StateError> {
        match values.iter().position(|&value| !allowed(value)) {
            None => Ok(()),
            Some(index) => {
                Err(StateError::BadNumber { name: self.full(name), index, expected, found: values[index].to_string() })
            }
        }
    }

    /// Ends reading.
    ///
    /// # Errors
    ///
    /// If the state holds a tensor that was not read.
    pub fn finish(self) -> Result<(), StateError> {
        match self.state.iter().find(|(name, _)| !self.read.contains(*name)) {
            None => Ok(()),
            Some((name, tensor)) => {
                Err(StateError::Unexpected { name: name.into(), length: tensor.len(), kind: tensor.kind() })
            }
        }
    }

    fn read<T: Copy>(
        &mut self,
        name: &str,
        kind: &'static str,
        values: &mut [T],
        of_kind: impl FnOnce(&Tensor) -> Option<&Vec<T>>,
    ) -> Result<(), StateError> {
        let name = self.full(name);
        let length = values.len();
        let Some(tensor) = self.state.get(&name) else {
            return Err(StateError::Missing { name, length, kind });
        };
        let Some(found) = of_kind(tensor) else {
            return Err(StateError::WrongKind { name, expected: kind, found: tensor.kind() });
        };
        if found.len() != length {
            return Err(StateError::WrongLength { name, expected: length, found: found.len() });
        }
        values.copy_from_slice(found);
        self.read.insert(name);
        Ok(())
    }

    fn full(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> State {
        let mut state = State::new();
        let mut writer = state.writer();
        writer.scope("actor", |writer| writer.put_f32("weights", &[1.0, 2.0]));
        writer.put_u64("count", &[3]);
        state
    }

    #[test]
    fn what_was_written_in_a_scope_is_read_in_that_scope() {
        let state = written();
        assert_eq!(state.get("actor.weights"), Some(&Tensor::F32(vec![1.0, 2.0])));
        let (mut weights, mut count) = ([0.0; 2], [0]);
        let mut reader = state.reader();
        reader.scope("actor", |reader| reader.get_f32("weights", &mut weights)).unwrap();
        reader.get_u64("count", &mut count).unwrap();
        assert_eq!((weights, count), ([1.0, 2.0], [3]));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn errors_name_the_tensor_and_say_what_was_expected_and_found() {
        let mut state = written();
        let message = |result: Result<(), StateError>| result.unwrap_err().to_string();
        let mut reader = state.reader();
        assert_eq!(
            message(reader.get_f64("gain", &mut [0.0; 4])),
            "tensor `gain`: expected 4 f64 numbers, found no such tensor"
        );
        assert_eq!(
            message(reader.get_f64("count", &mut [0.0])),
            "tensor `count`: expected f64 numbers, found u64 numbers"
        );
        assert_eq!(message(reader.get_u64("count", &mut [0; 2])), "tensor `count`: expected 2 numbers, found 1");
        assert_eq!(message(reader.finish()), "tensor `actor.weights`: expected no such tensor, found 2 f32 numbers");
        state.insert("actor.weights", Tensor::F32(vec![1.0, f32::NAN]));
        let mut reader = state.reader();
        assert_eq!(
            message(reader.scope("actor", |reader| reader.get_f32("weights", &mut [0.0; 2]))),
            "tensor `actor.weights`, element 1: expected a finite number, found NaN"
        );
    }
}
