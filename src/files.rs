//! Writing files completely or not at all: every write goes to a temporary neighbour, is synced, and then renamed.

use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Ending of partially written files.
const PARTIAL: &str = "partial";

/// Replaces the contents of `path` in one step: a crash at any instant leaves the old file or the new one.
///
/// # Errors
/// A folder that cannot be written to, or a full disk; the old file is then unchanged.
pub fn write_whole(path: &Path, contents: &[u8]) -> Result<()> {
    write_whole_by(path, |file| file.write_all(contents))
}

/// Like [`write_whole`], with contents of any size that are written piece by piece.
///
/// # Errors
/// The errors of [`write_whole`], and those of `contents`.
pub fn write_whole_by(path: &Path, contents: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let partial = partial_name(path);
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(&partial)?);
        contents(&mut file)?;
        put_in_place(&file.into_inner().map_err(std::io::IntoInnerError::into_error)?, path)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&partial);
        anyhow::Error::new(error).context(format!("cannot write {}", path.display()))
    })
}

/// Moves a file written under its [partial name](partial_name) to its final path.
///
/// # Errors
/// A full disk.
pub fn put_in_place(file: &File, path: &Path) -> std::io::Result<()> {
    synced(file.sync_all())?;
    fs::rename(partial_name(path), path)?;
    // The rename is durable only after syncing the folder, where folders can be synced.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).map_or(Ok(()), |folder| synced(folder.sync_all()))
}

/// Like [`put_in_place`] without a sync, for files that can be made again, such as a film.
///
/// # Errors
/// A folder that cannot be written to.
pub fn take_its_place(path: &Path) -> Result<()> {
    fs::rename(partial_name(path), path).with_context(|| format!("cannot write {}", path.display()))
}

/// The outcome of a sync; a file system without syncing of files or folders is not a failure.
pub fn synced(outcome: std::io::Result<()>) -> std::io::Result<()> {
    const BAD_DESCRIPTOR: i32 = 9;
    match outcome {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
            ) || error.raw_os_error() == Some(BAD_DESCRIPTOR) =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Removes files that a killed process left partially written.
///
/// # Errors
/// A folder that cannot be read or written to.
pub fn remove_partials(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if is_partial(&path) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// Whether a file is partially written.
pub fn is_partial(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == PARTIAL)
}

/// Creates a folder and the folders above it.
///
/// # Errors
/// A path that cannot be written to, or a file in the way.
pub fn create_folder(folder: &Path) -> Result<()> {
    if folder.exists() && !folder.is_dir() {
        bail!("cannot create the folder {}: a file is in its place", folder.display());
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create the folder {}", folder.display()))
}

/// The path at which a file is written until it is complete.
pub fn partial_name(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".");
    name.push(PARTIAL);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_replaces_the_whole_file_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_whole(&path, b"long long contents").unwrap();
        write_whole(&path, b"short").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"short");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_write_that_fails_names_the_file() {
        let error = write_whole(Path::new("/no/such/folder/a.csv"), b"").unwrap_err();
        assert!(format!("{error:#}").starts_with("cannot write /no/such/folder/a.csv: "), "{error:#}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_whole(&path, b"old").unwrap();
        // Every write to this device fails as on a full disk.
        std::os::unix::fs::symlink("/dev/full", partial_name(&path)).unwrap();
        let error = write_whole(&path, b"new").unwrap_err();
        assert!(format!("{error:#}").contains("a.csv: No space left on device"), "{error:#}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn partial_files_are_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.csv.partial"), "x").unwrap();
        fs::write(folder.path().join("a.csv"), "y").unwrap();
        remove_partials(folder.path()).unwrap();
        assert!(folder.path().join("a.csv").exists());
        assert!(!folder.path().join("a.csv.partial").exists());
    }
}
