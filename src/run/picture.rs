//! Pictures that a person asks for by name: they replace other pictures, and nothing else.

use crate::files::write_whole;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// How files begin that may be replaced: SVG, with or without its declaration.
const BEGINNINGS: [&[u8]; 2] = [b"<svg", b"<?xml"];

/// Writes an SVG picture.
///
/// # Errors
/// A place that cannot be written to, and one where there is something other than a picture.
pub fn write_picture(path: &Path, svg: &[u8]) -> Result<()> {
    refuse_others(path, &BEGINNINGS)?;
    write_whole(path, svg)
}

/// Refuses to replace what is there, unless it is a file that begins in one of these ways, or is empty.
///
/// # Errors
/// Says what is in the way.
pub fn refuse_others(path: &Path, beginnings: &[&[u8]]) -> Result<()> {
    // What a link points to stays, too.
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let name = path.display();
    if !found.is_file() {
        bail!("{name} is no file: expected the name of a new file, or of a picture that may be replaced");
    }
    let longest = beginnings.iter().map(|beginning| beginning.len()).max().unwrap_or(0);
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(longest as u64).read_to_end(&mut start))
        .with_context(|| format!("cannot read {name}"))?;
    if !start.is_empty() && !beginnings.iter().any(|beginning| start.starts_with(beginning)) {
        bail!("{name} is no picture: expected the name of a new file, or of a picture that may be replaced");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_replaces_a_picture_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write_picture(&at("new.svg"), b"<svg>1</svg>").unwrap();
        write_picture(&at("new.svg"), b"<svg>2</svg>").unwrap();
        assert_eq!(fs::read(at("new.svg")).unwrap(), b"<svg>2</svg>");
        fs::write(at("run.yaml"), "task: x").unwrap();
        assert!(write_picture(&at("run.yaml"), b"<svg/>").unwrap_err().to_string().contains("no picture"));
        assert_eq!(fs::read(at("run.yaml")).unwrap(), b"task: x");
        fs::create_dir(at("folder")).unwrap();
        assert!(write_picture(&at("folder"), b"<svg/>").unwrap_err().to_string().contains("no file"));
        assert!(write_picture(&at("none/a.svg"), b"<svg/>").unwrap_err().to_string().contains("cannot write"));
    }
}
