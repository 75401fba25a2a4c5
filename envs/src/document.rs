//! Strict YAML: every mistake in a file a user wrote is one message that says where and what was expected.
//!
//! A [`Document`] is parsed once, may extend another one (`extends: NAME`), and is read into a typed spec.
//! Unknown fields, wrong types and values out of range are all reported with file, line, column, field, what was found,
//! what was expected and the nearest valid name.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_yaml::Value;
use std::fmt;
use std::path::Path;

/// Files above this size are refused before they are read into memory.
const LARGEST_FILE_BYTES: u64 = 4 << 20;

/// How many documents may extend one another in a row.
const DEEPEST: usize = 8;

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct DocumentError {
    /// File path or built-in name.
    pub source_name: String,
    /// Line and column, from 1, where known.
    pub place: Option<(usize, usize)>,
    /// Dotted path of the field, empty for the whole document.
    pub field: String,
    /// What was found and what was expected.
    pub message: String,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source_name)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        if !self.field.is_empty() {
            write!(f, ": field `{}`", self.field)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// A value out of its range, before it is known where in which file it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Invalid {
    /// Dotted path of the field.
    pub field: String,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

impl Invalid {
    /// `Ok` if `value` is finite and within `range` (bounds included).
    pub fn check(field: &str, value: f32, range: std::ops::RangeInclusive<f32>, unit: &str) -> Result<(), Invalid> {
        if value.is_finite() && range.contains(&value) {
            return Ok(());
        }
        let space = if unit.is_empty() { "" } else { " " };
        Err(Invalid {
            field: field.into(),
            found: value.to_string(),
            expected: format!("a number from {} to {}{space}{unit}", range.start(), range.end()),
        })
    }
}

/// A parsed YAML document that remembers where it came from.
#[derive(Clone, Debug)]
pub struct Document {
    source_name: String,
    text: String,
    value: Value,
    base: Option<Box<Document>>,
}

impl Document {
    /// Parses `text`; `source_name` is the path or name shown in errors.
    ///
    /// # Errors
    /// Malformed YAML, or a document that is not a mapping.
    pub fn parse(source_name: &str, text: &str) -> Result<Self, DocumentError> {
        let fail = |place, message: String| DocumentError {
            source_name: source_name.into(),
            place,
            field: String::new(),
            message,
        };
        let value: Value = serde_yaml::from_str(text).map_err(|error| {
            let place = error.location().map(|at| (at.line(), at.column()));
            fail(place, format!("not valid YAML: {}", without_place(&error.to_string())))
        })?;
        if !value.is_mapping() {
            return Err(fail(Some((1, 1)), "expected a mapping of `field: value` lines".into()));
        }
        Ok(Self { source_name: source_name.into(), text: text.into(), value, base: None })
    }

    /// Reads and parses a file.
    ///
    /// # Errors
    /// A missing, unreadable, oversized or malformed file.
    pub fn open(path: &Path) -> Result<Self, DocumentError> {
        let name = path.display().to_string();
        let fail =
            |message: String| DocumentError { source_name: name.clone(), place: None, field: String::new(), message };
        let size = std::fs::metadata(path).map_err(|error| fail(format!("cannot be read: {error}")))?.len();
        if size > LARGEST_FILE_BYTES {
            return Err(fail(format!("is {size} bytes long; expected at most {LARGEST_FILE_BYTES}")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| fail(format!("cannot be read: {error}")))?;
        Self::parse(&name, &text)
    }

    /// The file path or name shown in errors.
    pub fn source_name(&self) -> &str {
        &self.source_name
    }

    /// The value of a top-level text field, if present.
    pub fn text_field(&self, key: &str) -> Option<&str> {
        self.value.get(key).and_then(Value::as_str)
    }

    /// This document laid over `base`: mappings merge, anything else replaces. The key `extends` is dropped.
    pub fn extending(mut self, base: &Document) -> Self {
        let mut merged = base.value.clone();
        merge(&mut merged, &self.value);
        if let Some(mapping) = merged.as_mapping_mut() {
            mapping.remove("extends");
        }
        self.value = merged;
        self.base = Some(Box::new(base.clone()));
        self
    }

    /// This document with everything it extends filled in; `open` gives the document of a name.
    ///
    /// # Errors
    /// What `open` fails with, and documents that extend one another in a circle or more than 8 deep.
    pub fn completed<E: From<DocumentError>>(self, open: &dyn Fn(&str) -> Result<Document, E>) -> Result<Self, E> {
        self.completed_from(open, 0)
    }

    fn completed_from<E: From<DocumentError>>(
        self,
        open: &dyn Fn(&str) -> Result<Document, E>,
        depth: usize,
    ) -> Result<Self, E> {
        let Some(base) = self.text_field("extends") else { return Ok(self) };
        if depth == DEEPEST {
            return Err(self
                .error_at("extends", format!("goes round in a circle or is nested more than {DEEPEST} deep"))
                .into());
        }
        let base = open(base)?.completed_from(open, depth + 1)?;
        Ok(self.extending(&base))
    }

    /// Reads the document into a spec; every field must be known to `T` and present unless `T` has a default for it.
    ///
    /// # Errors
    /// The first field that does not fit.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, DocumentError> {
        serde_path_to_error::deserialize(self.value.clone()).map_err(|error| {
            let mut field = error.path().to_string();
            let message = without_place(&error.inner().to_string());
            if field == "." {
                field.clear();
            }
            let message = match unknown_name(&message) {
                Some((unknown, known)) => {
                    if message.starts_with("unknown variant") {
                        // A variant is the field's value, not a field below it.
                        field.truncate(field.strip_suffix(&format!(".{unknown}")).map_or(field.len(), str::len));
                    } else if !field.ends_with(unknown) {
                        field = if field.is_empty() { unknown.into() } else { format!("{field}.{unknown}") };
                    }
                    unknown_field(unknown, &known)
                }
                None => message,
            };
            self.error_at(&field, message)
        })
    }

    /// The error for a value that parsed but makes no sense.
    pub fn invalid(&self, invalid: &Invalid) -> DocumentError {
        self.error_at(&invalid.field, format!("expected {}, found {}", invalid.expected, invalid.found))
    }

    /// The document as YAML text with everything it extends filled in.
    pub fn resolved(&self) -> String {
        serde_yaml::to_string(&self.value).unwrap_or_default()
    }

    fn error_at(&self, field: &str, message: String) -> DocumentError {
        // The innermost file that mentions the field is the one to mend.
        let mut document = self;
        loop {
            let place = locate(&document.text, field);
            match (&place, &document.base) {
                (None, Some(base)) => document = base,
                _ => {
                    let (source_name, place) = match place {
                        Some(_) => (document.source_name.clone(), place),
                        None => (self.source_name.clone(), None),
                    };
                    return DocumentError { source_name, place, field: field.into(), message };
                }
            }
        }
    }
}

/// Serialises a resolved spec as YAML text.
///
/// # Errors
/// Never for the specs of this project; the error is passed on for others.
pub fn to_yaml<T: Serialize>(value: &T) -> Result<String, serde_yaml::Error> {
    serde_yaml::to_string(value)
}

/// The candidate closest to `name` in spelling, if any is close enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(name, candidate), candidate))
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .filter(|(likeness, _)| *likeness > 0.4)
        .map(|(_, candidate)| candidate)
}

fn unknown_field(unknown: &str, known: &[&str]) -> String {
    let known_names = known.join(", ");
    match nearest(unknown, known.iter().copied()) {
        Some(name) => format!("unknown name `{unknown}`; did you mean `{name}`? Expected one of: {known_names}"),
        None => format!("unknown name `{unknown}`; expected one of: {known_names}"),
    }
}

/// Takes serde's "unknown field `x`, expected one of `a`, `b`" apart.
fn unknown_name(message: &str) -> Option<(&str, Vec<&str>)> {
    if !message.starts_with("unknown field") && !message.starts_with("unknown variant") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    Some((unknown, quoted.collect()))
}

fn without_place(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_string()
}

/// Lays `over` over `base`: mappings merge, anything else replaces.
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

/// Line and column (from 1) of the key at a dotted path in block-style YAML; `None` if it does not stand there. Items of
/// lists, such as `blocks[1]`, may be flow mappings `- {a: 1, b: 2}`.
fn locate(text: &str, path: &str) -> Option<(usize, usize)> {
    let mut segments = path.split(['.', '[']).filter(|segment| !segment.is_empty());
    let mut wanted = segments.next()?;
    // How far in the key or item stands that is searched, and whether it is an item.
    let mut outer: Option<(usize, bool)> = None;
    // How far in stand the keys or items among which is searched, and how many items have gone by.
    let (mut level, mut items_before) = (None, 0);
    for (index, line) in text.lines().enumerate() {
        let mut content = line.trim_start();
        let mut indent = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let item = content.starts_with("- ");
        // The list of a key may stand as far left as the key.
        if outer.is_some_and(|(outer, is_item)| indent < outer || (indent == outer && (is_item || !item))) {
            return None;
        }
        if let Some(number) = wanted.strip_suffix(']') {
            if !item || *level.get_or_insert(indent) != indent {
                continue;
            }
            if number.parse() != Ok(items_before) {
                items_before += 1;
                continue;
            }
            let Some(next) = segments.next() else { return Some((index + 1, indent + 1)) };
            (outer, level, wanted) = (Some((indent, true)), None, next);
        }
        if item {
            content = content[2..].trim_start();
            indent = line.len() - content.len();
        }
        if *level.get_or_insert(indent) != indent {
            continue;
        }
        if item && content.starts_with('{') {
            return key_in_flow(content, wanted).map(|at| (index + 1, indent + at + 1));
        }
        let key = content.split(':').next().unwrap_or("").trim().trim_matches(['"', '\'']);
        if key != wanted {
            continue;
        }
        let Some(next) = segments.next() else { return Some((index + 1, indent + 1)) };
        // A flow mapping `{a: 1, b: 2}` keeps its inner keys on one line, and so does a flow list of them.
        if content.contains('{') {
            let Some(number) = next.strip_suffix(']') else {
                return key_in_flow(content, next).map(|at| (index + 1, indent + at + 1));
            };
            let (item, _) = content.match_indices('{').nth(number.parse().ok()?)?;
            let at = segments.next().map_or(Some(0), |within| key_in_flow(&content[item..], within))?;
            return Some((index + 1, indent + item + at + 1));
        }
        // A list of plain values stands where its key does.
        if next.ends_with(']') && content.contains('[') {
            return Some((index + 1, indent + 1));
        }
        (outer, level, items_before, wanted) = (Some((indent, false)), None, 0, next);
    }
    None
}

/// Where in a line a key of its flow mapping stands, in bytes.
fn key_in_flow(content: &str, key: &str) -> Option<usize> {
    content.find(&format!("{key}:"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Bike {
        mass: f32,
        wheel: Wheel,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Wheel {
        radius: f32,
    }

    fn error(text: &str) -> String {
        Document::parse("bike.yaml", text).and_then(|document| document.read::<Bike>()).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_field_is_named_with_its_place_and_the_nearest_name() {
        assert_eq!(
            error("mass: 3\nwheel:\n  radios: 0.3\n"),
            "bike.yaml:3:3: field `wheel.radios`: unknown name `radios`; did you mean `radius`? Expected one of: radius"
        );
    }

    #[test]
    fn a_wrong_type_is_located() {
        let message = error("mass: heavy\nwheel: {radius: 0.3}\n");
        assert!(message.starts_with("bike.yaml:1:1: field `mass`:"), "{message}");
    }

    #[test]
    fn fields_of_list_items_are_located() {
        let text =
            "blocks:\n- {task: a, steps: 1}\n- task: b\n  tags:\n  - steps: 8\n  steps: 2\n- {task: c}\nlast: 1\n";
        for (path, place) in [
            ("blocks[0].steps", Some((2, 13))),
            ("blocks[1].task", Some((3, 3))),
            ("blocks[1].tags[0].steps", Some((5, 5))),
            ("blocks[1].steps", Some((6, 3))),
            ("blocks[2].task", Some((7, 4))),
            ("blocks[2].steps", None),
            ("blocks[3].task", None),
            ("blocks[1]", Some((3, 1))),
            ("last", Some((8, 1))),
        ] {
            assert_eq!(locate(text, path), place, "{path}");
        }
        let indented = text.replace("\n- ", "\n    - ").replace("\n  ", "\n      ");
        assert_eq!(locate(&indented, "blocks[1].task"), Some((3, 11)));
    }

    #[test]
    fn malformed_yaml_is_located() {
        let message = error("mass: [1, 2\nwheel: 3\n");
        assert!(message.starts_with("bike.yaml:"), "{message}");
        assert!(message.contains("not valid YAML"), "{message}");
    }

    #[test]
    fn a_value_out_of_range_points_at_the_file_that_says_it() {
        let base = Document::parse("base.yaml", "mass: 3\nwheel:\n  radius: 0.3\n").unwrap();
        let over = Document::parse("over.yaml", "extends: base\n# heavier\nmass: -1\n").unwrap().extending(&base);
        let bike: Bike = over.read().unwrap();
        let invalid = Invalid::check("mass", bike.mass, 0.1..=200.0, "kg").unwrap_err();
        assert_eq!(
            over.invalid(&invalid).to_string(),
            "over.yaml:3:1: field `mass`: expected a number from 0.1 to 200 kg, found -1"
        );
        let invalid = Invalid::check("wheel.radius", f32::NAN, 0.1..=1.0, "m").unwrap_err();
        assert_eq!(
            over.invalid(&invalid).to_string(),
            "base.yaml:3:3: field `wheel.radius`: expected a number from 0.1 to 1 m, found NaN"
        );
    }

    #[test]
    fn items_of_lists_are_located() {
        let indented = "name: x\nblocks:\n  - trials: 5\n    strength: 1\n  # more\n  - {trials: 2, strength: 3}\n  \
                        - strength: 4\n";
        let level = "blocks:\n- trials: 5\n  strength: 1\n- trials: 2\nrest:\n- strength: 7\n";
        for (text, path, place) in [
            (indented, "blocks[0].trials", Some((3, 5))),
            (indented, "blocks[0].strength", Some((4, 5))),
            (indented, "blocks[1].strength", Some((6, 17))),
            (indented, "blocks[2].strength", Some((7, 5))),
            (indented, "blocks[2].trials", None),
            (indented, "blocks[3]", None),
            (level, "blocks[0].strength", Some((3, 3))),
            (level, "blocks[1]", Some((4, 1))),
            (level, "blocks[1].strength", None),
            (level, "rest[0].strength", Some((6, 3))),
            ("notes: [{beat: 0, string: 7}]\n", "notes[0].string", Some((1, 19))),
            ("notes: [{beat: 0, string: 7}, {beat: 1}]\n", "notes[1].beat", Some((1, 32))),
            ("targets: [0, 90]\n", "targets[1]", Some((1, 1))),
        ] {
            assert_eq!(locate(text, path), place, "{path} in\n{text}");
        }
    }

    #[test]
    fn documents_that_are_no_mapping_are_refused() {
        for text in ["", "3", "- a\n- b\n", "just words"] {
            assert!(error(text).contains("expected a mapping"), "{text:?}");
        }
    }
}
