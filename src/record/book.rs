//! The files that one subject's rows are appended to.

use super::{LOGS, Lengths, Log, Rows};
use crate::files::synced;
use anyhow::{Context, Result, bail};
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Where a run folder keeps these files.
const FOLDER: &str = "logs";

/// The logs of one subject, or of one leg of its way through an experiment. A log without rows has no file.
#[derive(Debug)]
pub struct LogBook {
    paths: [PathBuf; LOGS.len()],
    headers: [String; LOGS.len()],
    lengths: Lengths,
    /// Which files have been written to since they were last synced.
    unsynced: [bool; LOGS.len()],
}

impl LogBook {
    /// The logs called `name` in a run folder, cut back to the lengths that a checkpoint remembers; without one they begin
    /// anew. `metrics` are those of the task.
    ///
    /// # Errors
    /// A log that is shorter than it was, or files that cannot be written to.
    pub fn open(folder: &Path, name: &str, metrics: &[String], kept: Lengths) -> Result<Self> {
        let paths = LOGS.map(|log| Self::path(folder, name, log));
        for (path, &length) in paths.iter().zip(&kept) {
            cut(path, length)?;
        }
        Ok(Self { paths, headers: LOGS.map(|log| log.header(metrics)), lengths: kept, unsynced: [false; LOGS.len()] })
    }

    /// Where a log lies in a run folder.
    pub fn path(folder: &Path, name: &str, log: Log) -> PathBuf {
        folder.join(FOLDER).join(format!("{name}.{}.csv", log.name()))
    }

    /// Appends rows and forgets them.
    ///
    /// # Errors
    /// A full disk or a folder that cannot be written to.
    pub fn append(&mut self, rows: &mut Rows) -> Result<()> {
        for log in LOGS {
            let (at, rows) = (log as usize, rows.of(log));
            if rows.is_empty() {
                continue;
            }
            let path = &self.paths[at];
            let write = || -> std::io::Result<u64> {
                // Opened for every append: a cohort may have more subjects than a process may have open files.
                let mut file = OpenOptions::new().create(true).append(true).open(path)?;
                let mut written = 0;
                if self.lengths[at] == 0 {
                    let header = format!("{}\n", self.headers[at]);
                    file.write_all(header.as_bytes())?;
                    written += header.len() as u64;
                }
                file.write_all(rows.as_bytes())?;
                Ok(written + rows.len() as u64)
            };
            self.lengths[at] += write().with_context(|| format!("cannot write {}", path.display()))?;
            self.unsynced[at] = true;
            rows.clear();
        }
        Ok(())
    }

    /// Makes sure that all of it is on disk, and tells how much that is.
    ///
    /// # Errors
    /// A full disk or a folder that cannot be written to.
    pub fn sync(&mut self) -> Result<Lengths> {
        for (path, unsynced) in self.paths.iter().zip(&mut self.unsynced) {
            if *unsynced {
                let sync = || synced(File::open(path)?.sync_all());
                sync().with_context(|| format!("cannot write {}", path.display()))?;
                *unsynced = false;
            }
        }
        Ok(self.lengths)
    }
}

/// Writes the rows of a log, without its first line, to `out`. A log that is not there has none.
///
/// # Errors
/// A file that cannot be read, or `out` that cannot be written to.
pub fn copy_rows(path: &Path, out: &mut dyn Write) -> std::io::Result<()> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut file = BufReader::new(file);
    file.skip_until(b'\n')?;
    std::io::copy(&mut file, out).map(|_| ())
}

/// Cuts a log back to a length, which is 0 for one that is to begin anew.
fn cut(path: &Path, length: u64) -> Result<()> {
    let found = match fs::metadata(path) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    if found < length {
        bail!("{} is {found} bytes long; expected at least {length}: rows have been lost", path.display());
    }
    let cut = || match (found, length) {
        (0, 0) => Ok(()),
        (_, 0) => fs::remove_file(path),
        _ if found > length => OpenOptions::new().write(true).open(path)?.set_len(length),
        _ => Ok(()),
    };
    cut().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Rows {
        let mut rows = Rows::default();
        rows.of(Log::Evaluations).push_str(text);
        rows
    }

    fn book(folder: &Path, kept: Lengths) -> Result<LogBook> {
        LogBook::open(folder, "subject-000", &[], kept)
    }

    #[test]
    fn what_was_appended_after_a_checkpoint_is_cut_off_and_written_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FOLDER)).unwrap();
        let path = LogBook::path(folder.path(), "subject-000", Log::Evaluations);
        let mut one = book(folder.path(), [0; 3]).unwrap();
        let mut waiting = rows("a\n");
        one.append(&mut waiting).unwrap();
        assert!(waiting.is_empty());
        let kept = one.sync().unwrap();
        one.append(&mut rows("later\n")).unwrap();
        let mut other = book(folder.path(), kept).unwrap();
        other.append(&mut rows("b\n")).unwrap();
        let header = Log::Evaluations.header(&[]);
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{header}\na\nb\n"));
        let mut copied = Vec::new();
        copy_rows(&path, &mut copied).unwrap();
        assert_eq!(copied, b"a\nb\n");
        // Begun anew.
        book(folder.path(), [0; 3]).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_log_that_lost_rows_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FOLDER)).unwrap();
        let path = LogBook::path(folder.path(), "subject-000", Log::Evaluations);
        fs::write(&path, "short").unwrap();
        let error = book(folder.path(), [0, 6, 0]).unwrap_err().to_string();
        assert!(error.contains("5 bytes long; expected at least 6"), "{error}");
    }
}
