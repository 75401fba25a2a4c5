//! Users' files: looked up beside the file that names them, read once, within size limits, as UTF-8.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest size of users' files.
pub const LARGEST_FILE_BYTES: u64 = 4 << 20;

/// The file of that name: beside the file that names it, in `folder`, or else in the working directory. It may be a
/// pipe. `None` if nothing has that name; what exists may still be unreadable. A name that ends as a YAML file does is always that of a
/// file.
pub fn find(name: &str, folder: Option<&Path>) -> Option<PathBuf> {
    if name.is_empty() {
        return None;
    }
    let beside = folder.map(|folder| folder.join(name));
    // For a path that cannot be examined, reading it gives the reason.
    let found = beside.into_iter().chain([PathBuf::from(name)]).find(|path| path.try_exists().unwrap_or(true));
    let own = PathBuf::from(name);
    found.or_else(|| own.extension().is_some_and(|ending| ending == "yaml" || ending == "yml").then_some(own))
}

/// Reads a text file of at most `most` bytes, or a pipe.
///
/// # Errors
/// A sentence about a folder, a file that cannot be read or is too large, or text that is not UTF-8.
pub fn read_text(path: &Path, most: u64) -> Result<String, String> {
    text_of(read_bytes(path, most, "a file")?)
}

/// Reads `what` from a file of at most `most` bytes, or from a pipe.
///
/// # Errors
/// A sentence about a folder, or a file that cannot be read or is too large.
pub fn read_bytes(path: &Path, most: u64, what: &str) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(format!("is a folder; expected {what}"));
    }
    let mut bytes = Vec::new();
    // The length of a pipe is unknown in advance.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > most {
        return Err(format!("is more than {most} bytes long; expected at most {most}"));
    }
    Ok(bytes)
}

/// Bytes as text.
///
/// # Errors
/// A sentence about bytes that are not UTF-8.
pub fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("is UTF-16 text; expected UTF-8".into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].iter().filter(|&&byte| byte == b'\n').count() + 1;
        format!("is not UTF-8 text: line {line} has the byte 0x{:02x}", error.as_bytes()[valid])
    })
}
