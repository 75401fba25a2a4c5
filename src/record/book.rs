//! The files to which one subject's rows are appended.

use super::log::{LOGS, Log, Mark, Marks, Rows};
use crate::files::synced;
use anyhow::{Context, Result, bail};
use etude_envs::task::Metric;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The logs of one subject, or of one leg of its path through an experiment. A log without rows has no file.
#[derive(Debug)]
pub struct LogBook {
    paths: [PathBuf; LOGS.len()],
    beginnings: [Vec<u8>; LOGS.len()],
    marks: Marks,
    /// Files that have been written to since the last sync.
    unsynced: [bool; LOGS.len()],
}

impl LogBook {
    /// The logs called `name` in a run folder, cut back to the state of a checkpoint; without one they start empty.
    /// `metrics` are the metrics of the task.
    ///
    /// # Errors
    /// A log that has lost rows or was altered, or files that cannot be written to.
    pub fn open(folder: &Path, name: &str, metrics: &[Metric], kept: Marks) -> Result<Self> {
        verify(folder, name, &kept)?;
        let paths = LOGS.map(|log| Self::path(folder, name, log));
        for (path, mark) in paths.iter().zip(&kept) {
            cut(path, mark.bytes)?;
        }
        Ok(Self {
            paths,
            beginnings: LOGS.map(|log| log.beginning(metrics)),
            marks: kept,
            unsynced: [false; LOGS.len()],
        })
    }

    /// Path of a log in a run folder.
    pub fn path(folder: &Path, name: &str, log: Log) -> PathBuf {
        folder.join(log.place(name))
    }

    /// Appends rows, and clears them.
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
            let beginning: &[u8] = if self.marks[at].bytes == 0 { &self.beginnings[at] } else { &[] };
            // Opened for every append: a cohort may have more subjects than a process may have open files.
            let write = || -> std::io::Result<()> {
                if let Some(folder) = path.parent().filter(|_| !beginning.is_empty()) {
                    fs::create_dir_all(folder)?;
                }
                let mut file = OpenOptions::new().create(true).append(true).open(path)?;
                file.write_all(beginning)?;
                file.write_all(rows)
            };
            write().with_context(|| format!("cannot write {}", path.display()))?;
            self.marks[at] = self.marks[at].after(beginning).after(rows);
            self.unsynced[at] = true;
            rows.clear();
        }
        Ok(())
    }

    /// Syncs all logs to disk, and returns how far they have come.
    ///
    /// # Errors
    /// A full disk or a folder that cannot be written to.
    pub fn sync(&mut self) -> Result<Marks> {
        for (path, unsynced) in self.paths.iter().zip(&mut self.unsynced) {
            if *unsynced {
                let sync = || synced(File::open(path)?.sync_all());
                sync().with_context(|| format!("cannot write {}", path.display()))?;
                *unsynced = false;
            }
        }
        Ok(self.marks)
    }
}

/// Checks that the logs of that name still begin with what a checkpoint recorded of them.
///
/// # Errors
/// A log that cannot be read, has lost rows, or was altered.
pub fn verify(folder: &Path, name: &str, marks: &Marks) -> Result<()> {
    for (log, &wanted) in LOGS.iter().zip(marks) {
        if wanted.bytes == 0 {
            continue;
        }
        let path = LogBook::path(folder, name, *log);
        let found = mark_of(&path, wanted.bytes).with_context(|| format!("cannot read {}", path.display()))?;
        if found.bytes < wanted.bytes {
            let (path, found, wanted) = (path.display(), found.bytes, wanted.bytes);
            bail!("{path} is {found} bytes long; expected at least {wanted}: rows have been lost");
        }
        if found.crc != wanted.crc {
            bail!("{} has been altered: its checksum is not the one in the checkpoint", path.display());
        }
    }
    Ok(())
}

/// The marks of a checkpoint without the end of one of the logs, which must match them.
///
/// # Errors
/// A log that cannot be read, has lost rows, or was altered.
pub fn without_end(folder: &Path, name: &str, log: Log, marks: Marks, end: u64) -> Result<Marks> {
    verify(folder, name, &marks)?;
    let (path, mut kept) = (LogBook::path(folder, name, log), marks);
    let bytes = marks[log as usize].bytes.saturating_sub(end);
    kept[log as usize] = mark_of(&path, bytes).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(kept)
}

/// The mark of the first `bytes` bytes of a file; an absent file has none.
fn mark_of(path: &Path, bytes: u64) -> std::io::Result<Mark> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Mark::default()),
        Err(error) => return Err(error),
    };
    let mut reader = BufReader::with_capacity(1 << 16, file.take(bytes));
    let mut mark = Mark::default();
    loop {
        let part = reader.fill_buf()?;
        if part.is_empty() {
            return Ok(mark);
        }
        mark = mark.after(part);
        let read = part.len();
        reader.consume(read);
    }
}

/// Writes the rows of a log, without its header line, to `out`. An absent log has none.
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

/// The last row within the first `bytes` bytes of a log; `None` if there is only the header line, or no log.
///
/// # Errors
/// A file that cannot be read.
pub fn last_row(path: &Path, bytes: u64) -> std::io::Result<Option<String>> {
    let mut rows = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(bytes).read_to_end(&mut rows)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(String::from_utf8_lossy(&rows).lines().skip(1).last().map(String::from))
}

/// Cuts a log back to a length that is at most its own; 0 restarts it.
fn cut(path: &Path, length: u64) -> Result<()> {
    let found = match fs::metadata(path) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
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
        rows.of(Log::Evaluations).extend_from_slice(text.as_bytes());
        rows
    }

    fn book(folder: &Path, kept: Marks) -> Result<LogBook> {
        LogBook::open(folder, "subject-000", &[], kept)
    }

    #[test]
    fn what_was_appended_after_a_checkpoint_is_cut_off_and_written_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("logs")).unwrap();
        let path = LogBook::path(folder.path(), "subject-000", Log::Evaluations);
        let mut one = book(folder.path(), Marks::default()).unwrap();
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
        book(folder.path(), Marks::default()).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_log_that_lost_rows_or_was_altered_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("logs")).unwrap();
        let path = LogBook::path(folder.path(), "subject-000", Log::Evaluations);
        let mut whole = book(folder.path(), Marks::default()).unwrap();
        whole.append(&mut rows("1,2\n3,4\n")).unwrap();
        let kept = whole.sync().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        for (wrong, says) in [
            (text.replace("3,4\n", ""), "rows have been lost"),
            (text.replace("1,2\n", "1,2\n1,2\n"), "has been altered"),
            (text.replace("3,4", "3,5"), "has been altered"),
            (text.replace("3,4", "\0\0\0"), "has been altered"),
        ] {
            fs::write(&path, wrong).unwrap();
            let error = book(folder.path(), kept).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        fs::write(&path, text + "5,6\n").unwrap();
        assert!(book(folder.path(), kept).is_ok());
    }
}
