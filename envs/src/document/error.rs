//! Errors in documents, on one line.

use std::fmt;

/// Largest length of a value that a message repeats in full, in characters.
const LONGEST_VALUE: usize = 120;
/// Largest length of a description of what was found that a message gives in full, in characters.
const LONGEST_ACCOUNT: usize = 800;
/// Largest length of a name compared with candidates, in bytes: no name is longer, and the comparison takes quadratic
/// time.
const LONGEST_NAME: usize = 200;

/// An error in a document, and its position.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct DocumentError {
    /// File path or built-in name.
    pub source_name: String,
    /// Line and column, from 1, if known.
    pub place: Option<(usize, usize)>,
    /// Dotted path of the field; empty for the whole document.
    pub field: String,
    /// What was found and what was expected.
    pub message: String,
}

impl DocumentError {
    /// An error in a file as a whole.
    pub fn of_file(path: &std::path::Path, message: String) -> Self {
        Self { source_name: path.display().to_string(), place: None, field: String::new(), message }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", one_line(&self.source_name))?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        if !self.field.is_empty() {
            write!(f, ": field `{}`", shown(&self.field))?;
        }
        write!(f, ": {}", one_line(&self.message))
    }
}

/// A value out of range, before its position in a file is known.
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

/// The text on one line: line breaks, escapes and other invisible characters are written as `\n` or `\u{1b}`.
pub fn one_line(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut line, c| {
        if hidden(c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
        line
    })
}

/// A value as messages repeat it: on one line, with the middle of very long values left out.
pub fn shown(value: &str) -> String {
    shortened(value, LONGEST_VALUE)
}

/// A description of what was found, which may contain several values, treated in the same way.
pub(super) fn account(found: &str) -> String {
    shortened(found, LONGEST_ACCOUNT)
}

fn shortened(text: &str, longest: usize) -> String {
    let length = text.chars().count();
    if length <= longest {
        return one_line(text);
    }
    let ends = longest / 3;
    let head: String = text.chars().take(ends).collect();
    let tail: String = text.chars().skip(length - ends).collect();
    format!("{}…{} ({length} characters)", one_line(&head), one_line(&tail))
}

/// Control characters, line separators, and marks that change the direction of text.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The candidate with the closest spelling to `name`, if it is close enough.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(name, candidate), candidate))
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .filter(|(likeness, _)| *likeness > 0.4)
        .map(|(_, candidate)| candidate)
}
