//! Pictures and sounds that a person asks for by name: they replace others of their kind, and nothing else.

use crate::files::write_whole;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Bytes by which a kind of picture is known, and how far in they stand.
pub type Sign = (usize, &'static [u8]);

/// PNG.
const PNG: [Sign; 1] = [(0, b"\x89PNG")];

/// Endings of the names of pictures and sounds.
const ENDINGS: [&str; 4] = ["gif", "mp4", "png", "wav"];

/// Refuses names that do not end as those of PNG pictures do, and places where there is something other than a picture.
///
/// # Errors
/// Says what was expected, or what is in the way.
pub fn refuse_other_pictures(path: &Path) -> Result<()> {
    match path.extension() {
        Some(ending) if ending.eq_ignore_ascii_case("png") => refuse_others(path, "picture", &PNG),
        _ => bail!("cannot draw {}: expected a name that ends in .png", path.display()),
    }
}

/// Writes a PNG picture.
///
/// # Errors
/// A place that cannot be written to, and one where there is something other than a picture.
pub fn write_picture(path: &Path, png: &[u8]) -> Result<()> {
    refuse_others(path, "picture", &PNG)?;
    write_whole(path, png)
}

/// Refuses to replace what is there, unless it is a file of the `kind` that has one of these signs, or an empty one with such a
/// name, and does not belong to a run.
///
/// # Errors
/// Says what is in the way.
pub fn refuse_others(path: &Path, kind: &str, signs: &[Sign]) -> Result<()> {
    // What a link points to stays, too.
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let name = path.display();
    if !found.is_file() {
        bail!("{name} is not a file; expected the name of a new file, or of a {kind} to replace");
    }
    if let Some(run) =
        path.parent().into_iter().flat_map(|folder| folder.ancestors().take(2)).find(|folder| of_a_run(folder))
    {
        bail!("{name} belongs to the run in {}; expected the name of a new file", run.display());
    }
    let longest = signs.iter().map(|(at, sign)| at + sign.len()).max().unwrap_or(0);
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(longest as u64).read_to_end(&mut start))
        .with_context(|| format!("cannot read {name}"))?;
    let known = |(at, sign): &Sign| start.get(*at..).is_some_and(|rest| rest.starts_with(sign));
    // Whoever made an empty file for it gave it such a name.
    let made_for_it =
        start.is_empty() && path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
    if !made_for_it && !signs.iter().any(known) {
        bail!("{name} is not a {kind}; expected the name of a new file, or of a {kind} to replace");
    }
    Ok(())
}

/// Refuses a folder that is that of a run, or within one.
///
/// # Errors
/// Says which run it is.
pub fn refuse_run(folder: &Path) -> Result<()> {
    match folder.ancestors().take(2).find(|folder| of_a_run(folder)) {
        Some(run) => bail!("{} belongs to the run in {}; expected another folder", folder.display(), run.display()),
        None => Ok(()),
    }
}

/// Whether a folder is that of a run.
fn of_a_run(folder: &Path) -> bool {
    folder.join("run.yaml").exists() || folder.join(".lock").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_replaces_a_picture_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write_picture(&at("new.png"), b"\x89PNG 1").unwrap();
        write_picture(&at("new.png"), b"\x89PNG 2").unwrap();
        assert_eq!(fs::read(at("new.png")).unwrap(), b"\x89PNG 2");
        fs::write(at("notes.txt"), "task: x").unwrap();
        assert!(write_picture(&at("notes.txt"), b"\x89PNG").unwrap_err().to_string().contains("not a picture"));
        assert_eq!(fs::read(at("notes.txt")).unwrap(), b"task: x");
        for (name, made_for_it) in [("empty.png", true), ("empty.csv", false), ("empty", false)] {
            fs::write(at(name), "").unwrap();
            assert_eq!(write_picture(&at(name), b"\x89PNG").is_ok(), made_for_it, "{name}");
        }
        fs::create_dir_all(at("run/figures")).unwrap();
        for own in ["run/.lock", "run/figures/learning.png"] {
            fs::write(at(own), if own.ends_with("png") { &b"\x89PNG"[..] } else { b"" }).unwrap();
            assert!(
                write_picture(&at(own), b"\x89PNG").unwrap_err().to_string().contains("belongs to the run"),
                "{own}"
            );
        }
        write_picture(&at("run/ride.png"), b"\x89PNG").unwrap();
        fs::create_dir(at("folder")).unwrap();
        assert!(write_picture(&at("folder"), b"\x89PNG").unwrap_err().to_string().contains("not a file"));
        assert!(write_picture(&at("none/a.png"), b"\x89PNG").unwrap_err().to_string().contains("cannot write"));
    }
}
