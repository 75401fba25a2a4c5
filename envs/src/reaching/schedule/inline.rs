//! Replaces the names of files with tables of trials in a task's document by their contents.

use super::table::{LARGEST_TABLE_BYTES, TrialTable};
use crate::document::{Document, DocumentError, Invalid, find, read_text, shown, to_yaml};
use crate::schedule::MOST_BLOCKS;
use std::path::Path;

/// The document of a task with the contents of table files in place of their names.
///
/// # Errors
/// A file that does not exist, or that is not a table of trials.
pub fn inline(mut task: Document) -> Result<Document, DocumentError> {
    let mut room = LARGEST_TABLE_BYTES;
    for block in 0..MOST_BLOCKS {
        let field = format!("schedule[{block}].trials");
        // A number with underscores between its digits is text to YAML.
        let number = |name: &str| name.replace('_', "").parse::<f64>().is_ok();
        let Some(name) = task.text_field(&field).filter(|name| !number(name)) else { continue };
        let Some(path) = find(name, task.folder_of(&field)) else {
            let expected = "a whole number, or the path of a table of trials (CSV)".into();
            return Err(task.invalid(&Invalid {
                found: format!("`{}`, which is not a file", shown(name)),
                field,
                expected,
            }));
        };
        let (table, bytes) = open(&path, room)?;
        room -= bytes;
        task = task.with_part(&field, &table);
    }
    Ok(task)
}

/// The table in a file, as a document, and its size in bytes.
fn open(path: &Path, room: u64) -> Result<(Document, u64), DocumentError> {
    let name = path.display().to_string();
    let wrong =
        |message: String| DocumentError { source_name: name.clone(), place: None, field: String::new(), message };
    if path.is_dir() {
        return Err(wrong("is a folder; expected a table of trials (CSV)".into()));
    }
    let text = read_text(path, room).map_err(|message| match room {
        LARGEST_TABLE_BYTES => wrong(message),
        _ => wrong(format!("{message}, as all tables of a task together may have {LARGEST_TABLE_BYTES}")),
    })?;
    let table = TrialTable::parse(&text).map_err(|fault| fault.in_file(&name))?;
    let document = Document::parse(&name, &to_yaml(&table).map_err(|error| wrong(error.to_string()))?)?;
    Ok((document, text.len() as u64))
}
