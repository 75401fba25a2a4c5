//! Trajectories: one row per env step, as a Parquet or CSV table written on the fly.

use super::column::{Column, SUBJECT, header};
use crate::files::{partial_name, put_in_place};
use anyhow::{Context, Result, bail};
use etude_envs::lane::Step;
use etude_envs::space::Field;
use etude_envs::task::Blueprint;
use parquet::basic::{Compression, Encoding, Repetition, Type as Kind};
use parquet::data_type::{BoolType, FloatType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type};
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows that are written at once: what a recording needs of memory is that of so many.
const ROWS: usize = 1 << 15;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Whole,
    Number,
    Flag,
}

/// The columns of a task's trajectories; without a task, those that stand for its fields have the names in capitals.
pub fn columns(task: Option<&Blueprint>) -> Vec<Column> {
    layout(task).into_iter().map(|(column, _)| column).collect()
}

/// The columns of a task's trajectories, with what they hold.
fn layout(task: Option<&Blueprint>) -> Vec<(Column, Content)> {
    let fields = |space: &'static str, of: &dyn Fn(&Blueprint) -> Vec<Field>| -> Vec<(Column, Content)> {
        let columns = match task {
            Some(task) => of(task).iter().map(|field| Column::of_field(space, field)).collect(),
            None => vec![Column {
                name: format!("{space}_FIELD").into(),
                unit: "its own".into(),
                meaning: format!("one column for each field of the task's {space}; name a TASK to see them").into(),
            }],
        };
        columns.into_iter().map(|column| (column, Content::Number)).collect()
    };
    let mut all = vec![
        (SUBJECT, Content::Whole),
        (Column::new("episode", "1", "index of the episode, from 0"), Content::Whole),
        (Column::new("step", "env steps", "env step of the episode, from 0"), Content::Whole),
        (Column::new("time", "s", "time in the episode at which was observed and acted"), Content::Number),
    ];
    all.extend(fields("observation", &|task| task.spec().observation.fields().to_vec()));
    all.extend(fields("action", &|task| task.spec().action.fields().to_vec()));
    all.extend([
        (Column::new("reward", "1", "reward of the step"), Content::Number),
        (Column::new("terminated", "1", "whether the episode ended in a state without a future"), Content::Flag),
        (Column::new("truncated", "1", "whether the episode was cut short"), Content::Flag),
    ]);
    // What is there after the step.
    all.extend(fields("state", &|task| task.make().state_fields()));
    all
}

/// What happened in an env step.
#[derive(Clone, Copy, Debug)]
pub struct StepRow<'a> {
    /// Index of the subject.
    pub subject: u64,
    /// Index of the episode.
    pub episode: u64,
    /// Index of the step in it.
    pub step: u64,
    /// What was observed.
    pub observation: &'a [f32],
    /// What was done; beyond [-1, 1] it is cut off, as the environment does.
    pub action: &'a [f32],
    /// What it brought.
    pub outcome: Step,
    /// The task's state after it.
    pub state: &'a [f32],
}

/// A step in a log: of fixed width, to be appended fast and cut back anywhere. All little-endian: episode (u64), step (u32), how it
/// ended (u32: 1 terminated, 2 truncated), then observation, action, reward and state (f32). Whose it is, the file's name tells.
pub fn step_row(out: &mut Vec<u8>, row: &StepRow<'_>) {
    out.extend_from_slice(&row.episode.to_le_bytes());
    out.extend_from_slice(&(row.step as u32).to_le_bytes());
    let ended = u32::from(row.outcome.terminated) + 2 * u32::from(row.outcome.truncated);
    out.extend_from_slice(&ended.to_le_bytes());
    let numbers = row.observation.iter().chain(row.action).chain([&row.outcome.reward]).chain(row.state);
    numbers.for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
}

/// A file that is being written.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        // A file in its final place no longer exists here.
        let _ = fs::remove_file(&self.0);
    }
}

/// Bytes of a [`step_row`] before its numbers.
const KEYS: usize = 16;

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
        let file = match File::open(log) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", log.display())),
        };
        let [observed, acted, state] = self.widths;
        let mut bytes = vec![0; KEYS + 4 * (observed + acted + 1 + state)];
        let mut numbers = vec![0.0; observed + acted + 1 + state];
        let length = file.metadata().with_context(|| format!("cannot read {}", log.display()))?.len();
        if !length.is_multiple_of(bytes.len() as u64) {
            bail!("{} is {length} bytes long; expected steps of {} bytes", log.display(), bytes.len());
        }
        let mut file = BufReader::with_capacity(1 << 18, file);
        for _ in 0..length / bytes.len() as u64 {
            file.read_exact(&mut bytes).with_context(|| format!("cannot read {}", log.display()))?;
            let whole = |range: std::ops::Range<usize>| {
                bytes[range].iter().rev().fold(0_u64, |value, &byte| value << 8 | u64::from(byte))
            };
            let (episode, step, ended) = (whole(0..8), whole(8..12), whole(12..16));
            for (number, bytes) in numbers.iter_mut().zip(bytes[KEYS..].chunks_exact(4)) {
                *number = bytes.try_into().map_or(f32::NAN, f32::from_le_bytes);
            }
            let (observation, rest) = numbers.split_at(observed);
            let (action, rest) = rest.split_at(acted);
            let outcome = Step { reward: rest[0], terminated: ended & 1 != 0, truncated: ended & 2 != 0 };
            self.take(&StepRow { subject, episode, step, observation, action, outcome, state: &rest[1..] })?;
        }
        Ok(())
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

fn schema(columns: &[Column], contents: &[Content]) -> Result<Arc<Type>> {
    let field = |(column, content): (&Column, &Content)| {
        let kind = match content {
            Content::Whole => Kind::INT64,
            Content::Number => Kind::FLOAT,
            Content::Flag => Kind::BOOLEAN,
        };
        let built = Type::primitive_type_builder(&column.name, kind).with_repetition(Repetition::REQUIRED).build();
        built.map(Arc::new)
    };
    let fields = columns.iter().zip(contents).map(field).collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(Type::group_type_builder("steps").with_fields(fields).build()?))
}

/// Compressed, with the task and each column's unit and meaning beside.
fn properties(task: &Blueprint, columns: &[Column], contents: &[Content]) -> WriterProperties {
    let told = |of: fn(&Column) -> &str| {
        let all: serde_json::Map<String, serde_json::Value> =
            columns.iter().map(|column| (column.name.to_string(), of(column).into())).collect();
        Some(serde_json::Value::Object(all).to_string())
    };
    let beside = vec![
        KeyValue::new("etude.task".into(), Some(task.spec().id.clone())),
        KeyValue::new("etude.units".into(), told(|column| &column.unit)),
        KeyValue::new("etude.meanings".into(), told(|column| &column.meaning)),
    ];
    let mut properties =
        WriterProperties::builder().set_compression(Compression::SNAPPY).set_key_value_metadata(Some(beside));
    for (column, _) in columns.iter().zip(contents).filter(|(_, content)| **content == Content::Number) {
        // Numbers that seldom come twice are smaller, and written faster, byte by byte than by a dictionary.
        let path = ColumnPath::from(&*column.name);
        properties = properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT);
    }
    properties.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_envs::Registry;
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
