//! Trajectories: one row per env step, as a Parquet or CSV table written on the fly.

mod columns;
mod parquet_file;
mod row;

pub use columns::columns;
pub use row::{StepRow, step_row};

use super::column::{Column, header};
use crate::files::{partial_name, put_in_place};
use anyhow::{Context, Result, bail};
use etude_envs::task::Blueprint;
use parquet::data_type::{BoolType, FloatType, Int64Type};
use parquet::file::writer::SerializedFileWriter;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use columns::{Content, layout};
use parquet_file::{properties, schema};
use row::read_steps;

/// Rows that are written at once: what a recording needs of memory is that of so many.
const ROWS: usize = 1 << 15;

/// A file that is being written.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        // A file in its final place no longer exists here.
        let _ = fs::remove_file(&self.0);
    }
}

/// A recording under way. Its file is there once it is [finished](Steps::finish).
pub struct Steps {
    path: PathBuf,
    /// Removed with the recording, unless that is finished.
    _partial: Partial,
    /// Lengths of observation, action and state.
    widths: [usize; 3],
    /// Type of each column.
    contents: Vec<Content>,
    interval: f32,
    out: Out,
}

enum Out {
    Csv(BufWriter<File>),
    Parquet {
        writer: Box<SerializedFileWriter<File>>,
        wholes: [Vec<i64>; 3],
        numbers: Vec<Vec<f32>>,
        flags: [Vec<bool>; 2],
    },
}

impl Steps {
    /// Starts a recording of a task in a file whose name ends in `.parquet` or `.csv`.
    ///
    /// # Errors
    /// Another ending, or a path that cannot be written to.
    pub fn create(path: &Path, task: &Blueprint) -> Result<Steps> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        if ending != "parquet" && ending != "csv" {
            bail!("{}: expected a file that ends in .parquet or .csv", path.display());
        }
        let (columns, contents): (Vec<Column>, Vec<Content>) = layout(Some(task)).into_iter().unzip();
        let partial = partial_name(path);
        let file = File::create(&partial).with_context(|| format!("cannot write {}", path.display()))?;
        let out = if ending == "csv" {
            let mut file = BufWriter::new(file);
            writeln!(file, "{}", header(&columns))?;
            Out::Csv(file)
        } else {
            let numbers = contents.iter().filter(|&&content| content == Content::Number).count();
            Out::Parquet {
                writer: Box::new(SerializedFileWriter::new(
                    file,
                    schema(&columns, &contents)?,
                    Arc::new(properties(task, &columns, &contents)),
                )?),
                wholes: Default::default(),
                numbers: vec![Vec::with_capacity(ROWS); numbers],
                flags: Default::default(),
            }
        };
        let spec = task.spec();
        let widths = [spec.observation.len(), spec.action.len(), task.make().state_fields().len()];
        Ok(Steps {
            path: path.into(),
            _partial: Partial(partial),
            widths,
            contents,
            interval: spec.physics.control_interval(),
            out,
        })
    }

    /// Takes down a step.
    ///
    /// # Errors
    /// A full disk.
    pub fn take(&mut self, row: &StepRow<'_>) -> Result<()> {
        let time = row.step as f32 * self.interval;
        let action = row.action.iter().map(|action| action.clamp(-1.0, 1.0));
        let before = std::iter::once(time).chain(row.observation.iter().copied()).chain(action);
        let numbers = before.chain([row.outcome.reward]).chain(row.state.iter().copied());
        let keys = [row.subject, row.episode, row.step];
        let ended = [row.outcome.terminated, row.outcome.truncated];
        match &mut self.out {
            Out::Csv(file) => {
                let (mut keys, mut numbers, mut ended) = (keys.into_iter(), numbers, ended.into_iter());
                for (index, content) in self.contents.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    match content {
                        Content::Whole => write!(file, "{comma}{}", keys.next().unwrap_or_default())?,
                        Content::Number => write!(file, "{comma}{}", numbers.next().unwrap_or(f32::NAN))?,
                        Content::Flag => write!(file, "{comma}{}", u8::from(ended.next().unwrap_or_default()))?,
                    }
                }
                writeln!(file)?;
            }
            Out::Parquet { wholes, numbers: columns, flags, .. } => {
                wholes.iter_mut().zip(keys).for_each(|(column, key)| column.push(key as i64));
                columns.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
                flags.iter_mut().zip(ended).for_each(|(column, flag)| column.push(flag));
                if wholes[0].len() >= ROWS {
                    self.flush()?;
                }
            }
        }
        Ok(())
    }

    /// Records all steps of a subject's log, one row at a time. An absent log has none.
    ///
    /// # Errors
    /// A log that cannot be read or belongs to another task, or a full disk.
    pub fn take_logged(&mut self, log: &Path, subject: u64) -> Result<()> {
        read_steps(log, subject, self.widths, |row| self.take(row))
    }

    /// Writes the buffered rows.
    fn flush(&mut self) -> Result<()> {
        let Out::Parquet { writer, wholes, numbers, flags } = &mut self.out else { return Ok(()) };
        if wholes[0].is_empty() {
            return Ok(());
        }
        let mut group = writer.next_row_group()?;
        let (mut whole, mut number, mut flag) = (wholes.iter_mut(), numbers.iter_mut(), flags.iter_mut());
        for content in &self.contents {
            let Some(mut out) = group.next_column()? else { break };
            match content {
                Content::Whole => {
                    if let Some(values) = whole.next() {
                        out.typed::<Int64Type>().write_batch(values, None, None)?;
                        values.clear();
                    }
                }
                Content::Number => {
                    if let Some(values) = number.next() {
                        out.typed::<FloatType>().write_batch(values, None, None)?;
                        values.clear();
                    }
                }
                Content::Flag => {
                    if let Some(values) = flag.next() {
                        out.typed::<BoolType>().write_batch(values, None, None)?;
                        values.clear();
                    }
                }
            }
            out.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Completes the recording.
    ///
    /// # Errors
    /// A full disk.
    pub fn finish(mut self) -> Result<()> {
        self.flush()?;
        let file = match self.out {
            Out::Csv(file) => file.into_inner().map_err(std::io::IntoInnerError::into_error)?,
            Out::Parquet { writer, .. } => writer.into_inner()?,
        };
        put_in_place(&file, &self.path).with_context(|| format!("cannot write {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_envs::Registry;
    use etude_envs::lane::Step;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    #[test]
    fn what_is_read_back_is_what_was_taken_down_in_both_formats() {
        let folder = tempfile::tempdir().unwrap();
        let task = Registry::default().task("reaching/curl-v1").unwrap();
        let spec = task.spec();
        let (observed, acted) = (spec.observation.len(), spec.action.len());
        let state = task.make().state_fields().len();
        let rows = ROWS + 7;
        let paths = ["steps.parquet", "steps.csv"].map(|name| folder.path().join(name));
        for path in &paths {
            let mut steps = Steps::create(path, &task).unwrap();
            for row in 0..rows {
                let number = |index: usize| (row * 31 + index) as f32 * 0.125;
                let observation: Vec<f32> = (0..observed).map(number).collect();
                steps
                    .take(&StepRow {
                        subject: 3,
                        episode: row as u64 / 100,
                        step: row as u64 % 100,
                        observation: &observation,
                        action: &vec![2.0; acted],
                        outcome: Step { reward: number(1), terminated: false, truncated: row % 100 == 99 },
                        state: &vec![-0.5; state],
                    })
                    .unwrap();
            }
            steps.finish().unwrap();
        }
        let columns = columns(Some(&task));
        let at = |name: &str| columns.iter().position(|column| column.name == name).unwrap();
        let reader = SerializedFileReader::new(File::open(&paths[0]).unwrap()).unwrap();
        assert_eq!(reader.metadata().num_row_groups(), 2, "rows are written as they come");
        let mut csv = csv::Reader::from_path(&paths[1]).unwrap();
        assert!(csv.headers().unwrap().iter().eq(columns.iter().map(|column| &*column.name)));
        let mut count = 0;
        for (row, (read, line)) in reader.get_row_iter(None).unwrap().zip(csv.records()).enumerate() {
            let (read, line) = (read.unwrap(), line.unwrap());
            assert_eq!((read.get_long(at("subject")).unwrap(), &line[at("subject")]), (3, "3"));
            assert_eq!(read.get_long(at("step")).unwrap(), (row % 100) as i64);
            assert_eq!(read.get_bool(at("truncated")).unwrap(), row % 100 == 99);
            for name in ["observation_shoulder", "reward", "state_force_x", "action_shoulder"] {
                let value = read.get_float(at(name)).unwrap();
                assert_eq!(line[at(name)].parse::<f32>().unwrap(), value);
            }
            assert_eq!(read.get_float(at("action_shoulder")).unwrap(), 1.0, "as it was carried out");
            count += 1;
        }
        assert_eq!(count, rows);
        assert!(Steps::create(&folder.path().join("steps.txt"), &task).is_err());
    }

    #[test]
    fn every_built_in_task_tells_units_and_meanings_once_for_every_column() {
        let registry = Registry::default();
        for id in registry.task_ids() {
            let columns = columns(Some(&registry.task(&id).unwrap()));
            let mut names: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), columns.len(), "{id}");
            assert!(columns.iter().all(|column| !column.unit.is_empty() && !column.meaning.is_empty()), "{id}");
            assert!(columns.iter().any(|column| column.name.starts_with("state_")), "{id}");
        }
    }
}
