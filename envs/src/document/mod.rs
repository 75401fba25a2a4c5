//! Strict YAML: every mistake in a user's file is one message that says where it is and what was expected.
//!
//! A [`Document`] is parsed once, may extend another one (`extends: NAME`), and is read into a typed spec. Unknown
//! fields, wrong types and values out of range are reported with file, line, column, field, what was found, what was
//! expected, and the nearest valid name.
//!
//! The format is YAML 1.2 with merge keys (`<<`). Numbers may be written as on the command line: 4_000, and 4e3 for a
//! whole number. Lists and mappings may be nested at most 64 deep.

mod error;
mod file;
mod forms;
mod load;
mod node;
mod read;
mod scalar;
#[cfg(test)]
mod tests;

pub use error::{DocumentError, Invalid, nearest, one_line, shown};
pub use file::{LARGEST_FILE_BYTES, find, read_bytes, read_text, text_of};
pub use forms::AnyForm;

use node::{Content, Node, Place, Source};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_yaml::Value;
use std::path::Path;
use std::sync::Arc;

/// Largest number of documents that extend one another in a chain.
const DEEPEST: usize = 8;

/// A parsed YAML document with its origin.
#[derive(Clone, Debug)]
pub struct Document {
    source: Arc<Source>,
    root: Node,
}

impl Document {
    /// Parses `text`; `source_name` is the path or name shown in errors.
    ///
    /// # Errors
    /// Malformed YAML, or a document that is not a mapping.
    pub fn parse(source_name: &str, text: &str) -> Result<Self, DocumentError> {
        Self::parse_from(Source { name: source_name.into(), folder: None }, text)
    }

    fn parse_from(source: Source, text: &str) -> Result<Self, DocumentError> {
        let source = Arc::new(source);
        match load::load(&source, text)? {
            Some(root) if matches!(root.content, Content::Map(_)) => {
                let place = Place { source: Arc::clone(&source), at: None };
                Ok(Self { root: Node { place, ..root }, source })
            }
            _ => Err(DocumentError {
                source_name: source.name.clone(),
                place: Some((1, 1)),
                field: String::new(),
                message: no_mapping(),
            }),
        }
    }

    /// Reads and parses a user's file of at most 4 MiB. It may be a pipe, which is read once.
    ///
    /// # Errors
    /// A missing, unreadable, oversized or malformed file.
    pub fn open(path: &Path) -> Result<Self, DocumentError> {
        Self::open_up_to(path, LARGEST_FILE_BYTES)
    }

    /// Like [`Document::open`], for a file of at most `bytes`.
    ///
    /// # Errors
    /// A missing, unreadable, oversized or malformed file.
    pub fn open_up_to(path: &Path, bytes: u64) -> Result<Self, DocumentError> {
        let text = file::read_text(path, bytes).map_err(|message| DocumentError::of_file(path, message))?;
        Self::parse_at(path, &text)
    }

    /// Like [`Document::open`], for a file whose text has already been read.
    ///
    /// # Errors
    /// A malformed file.
    pub fn parse_at(path: &Path, text: &str) -> Result<Self, DocumentError> {
        let name = path.display().to_string();
        Self::parse_from(Source { name, folder: path.parent().map(Path::to_path_buf) }, text)
    }

    /// The file path or name shown in errors.
    pub fn source_name(&self) -> &str {
        &self.source.name
    }

    /// The value of a text field at a dotted path, if present.
    pub fn text_field(&self, field: &str) -> Option<&str> {
        self.root.at(field)?.text()
    }

    /// Whether there is a value at a dotted path.
    pub fn has(&self, field: &str) -> bool {
        self.root.at(field).is_some()
    }

    /// The folder of the file that contains a field, to which the field's paths are relative; `None` if it was not a
    /// file.
    pub fn folder_of(&self, field: &str) -> Option<&Path> {
        self.root.at(field)?.place.source.folder.as_deref()
    }

    /// The mapping in a field as a separate document, whose errors refer to `what`.
    ///
    /// # Errors
    /// A field that is missing or not a mapping.
    pub fn part(&self, field: &str, what: &str) -> Result<Self, DocumentError> {
        let named = |name: &str| format!("{name} ({what})");
        let Some(node) = self.root.at(field).filter(|node| matches!(node.content, Content::Map(_))) else {
            let error = self.error_at("", no_mapping());
            let place = self.error_at(field, String::new()).place;
            return Err(DocumentError { source_name: named(&error.source_name), place, ..error });
        };
        let Source { name, folder } = &*node.place.source;
        let source = Arc::new(Source { name: named(name), folder: folder.clone() });
        let mut root = node.clone();
        root.say_from(&source);
        Ok(Self { source, root })
    }

    /// This document with all of `other` as the value of one of its fields, which must exist.
    pub fn with_part(mut self, field: &str, other: &Document) -> Self {
        if let Some(node) = self.root.at_mut(field) {
            *node = other.root.clone();
        }
        self
    }

    /// This document without one of its fields.
    pub fn without(mut self, field: &str) -> Self {
        let (parent, key) = field.rsplit_once('.').unwrap_or(("", field));
        if let Some(Node { content: Content::Map(entries), .. }) = self.root.at_mut(parent) {
            entries.retain(|(known, _)| known != key);
        }
        self
    }

    /// This document without positions in a text, so that errors do not name a line.
    pub fn unplaced(mut self) -> Self {
        self.root.unplace();
        self
    }

    /// This document with another value at a dotted path such as `schedule[0].trials` or `schedule.0.trials`: `text` as
    /// written in YAML, given by `what`. The last key of the path may be new.
    ///
    /// # Errors
    /// Text that is not a value, or an unknown path.
    pub fn with_value(mut self, path: &str, text: &str, what: &str) -> Result<Self, DocumentError> {
        let wrong =
            |message: String| DocumentError { source_name: what.into(), place: None, field: path.into(), message };
        if text.contains(['\n', '\r']) {
            return Err(wrong("expected a value on one line".into()));
        }
        // The position in this text is useless to a person at the command line.
        let parsed = Document::parse(what, &format!("value: {text}")).map_err(|error| wrong(error.message))?;
        let Some(mut value) = parsed.root.get("value").cloned() else { return Err(wrong("expected a value".into())) };
        value.unplace();
        let slot = self.root.slot(path).map_err(wrong)?;
        *slot = value;
        if self.root.depth() > load::DEEPEST {
            return Err(wrong(format!("lists and mappings stand more than {} deep in one another", load::DEEPEST)));
        }
        Ok(self)
    }

    /// This document overlaid on `base`: mappings are merged, anything else is replaced. The key `extends` is dropped.
    pub fn extending(mut self, base: &Document) -> Self {
        let mut merged = base.root.clone();
        merged.merge(&self.root);
        if let Content::Map(entries) = &mut merged.content {
            entries.retain(|(key, _)| key != "extends");
        }
        self.root = merged;
        self
    }

    /// This document including everything it extends; `open` returns the document of a name, for the document that
    /// contains the name.
    ///
    /// # Errors
    /// The errors of `open`, and documents that extend one another in a circle or in a chain of more than 8.
    pub fn completed<E: From<DocumentError>>(
        self,
        open: &dyn Fn(&str, &Document) -> Result<Document, E>,
    ) -> Result<Self, E> {
        self.completed_from(open, 0)
    }

    fn completed_from<E: From<DocumentError>>(
        self,
        open: &dyn Fn(&str, &Document) -> Result<Document, E>,
        depth: usize,
    ) -> Result<Self, E> {
        let Some(extends) = self.root.get("extends") else { return Ok(self) };
        let Some(base) = extends.text() else {
            return Err(self.error_at("extends", "expected the name or the path of a document".into()).into());
        };
        if depth == DEEPEST {
            return Err(self
                .error_at("extends", format!("goes round in a circle or is nested more than {DEEPEST} deep"))
                .into());
        }
        let base = open(base, &self)?.completed_from(open, depth + 1)?;
        Ok(self.extending(&base))
    }

    /// Reads the document into a spec; every field must be known to `T`, and present unless `T` has a default for it.
    ///
    /// # Errors
    /// The first field that does not fit.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, DocumentError> {
        T::deserialize(&self.root).map_err(|error| self.error_at(&error.field, error.message))
    }

    /// The error for a value that was parsed but is invalid.
    pub fn invalid(&self, invalid: &Invalid) -> DocumentError {
        self.error_at(
            &invalid.field,
            format!("expected {}, found {}", invalid.expected, error::account(&invalid.found)),
        )
    }

    /// The error with that message for a field.
    pub fn error_at(&self, field: &str, message: String) -> DocumentError {
        let place = self.root.at(field).map(|node| &node.place);
        let source = place.map_or(&self.source, |place| &place.source);
        let number = |(line, column)| (line as usize, column as usize);
        DocumentError {
            source_name: source.name.clone(),
            place: place.and_then(|place| place.at).map(number),
            field: field.into(),
            message,
        }
    }

    /// The document as YAML text, including everything it extends.
    pub fn resolved(&self) -> String {
        serde_yaml::to_string(&self.root.value()).unwrap_or_default()
    }
}

fn no_mapping() -> String {
    "expected a mapping of `field: value` lines".into()
}

/// Serialises a resolved spec as YAML text.
///
/// # Errors
/// None for the specs of this project; the errors of other types.
pub fn to_yaml<T: Serialize>(value: &T) -> Result<String, serde_yaml::Error> {
    serde_yaml::to_string(value)
}

/// Overlays `over` on `base`: mappings are merged, anything else is replaced.
pub fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Mapping(base), Value::Mapping(over)) => {
            for (key, value) in over {
                match base.get_mut(key) {
                    Some(slot) => merge(slot, value),
                    None => {
                        base.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (base, over) => *base = over.clone(),
    }
}
