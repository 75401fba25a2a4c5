//! The practice that a checkpoint comes from, as far as it is known: the evaluations in the log of its subject.

use crate::record::{Log, LogBook, Mark};
use crate::run::checkpoint::Checkpoint;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// An evaluation in the course of practice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluated {
    /// Env steps practised by then.
    pub steps: u64,
    /// Mean score of its episodes, from 0 to 1.
    pub score: f32,
}

/// How practice went.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// Id of the task that was practised.
    pub task: String,
    /// Its evaluations in order.
    pub evaluations: Vec<Evaluated>,
}

/// Longer logs are not read.
const LONGEST: u64 = 1 << 24;
/// About so many evaluations are kept of a longer course.
const MOST: usize = 500;

impl Course {
    /// The course of a checkpoint by the log of its subject's evaluations. A log that does not begin with what the checkpoint
    /// remembers of it is not its own: then only the last evaluation is known, which the checkpoint holds itself.
    pub fn of(checkpoint: &Checkpoint, log: &[u8]) -> Self {
        let wanted = checkpoint.logs[Log::Evaluations as usize];
        let own = usize::try_from(wanted.bytes).ok().and_then(|bytes| log.get(..bytes));
        let evaluations = match own.filter(|own| Mark::of(own) == wanted) {
            _ if wanted.bytes == 0 => Vec::new(),
            Some(own) => thinned(evaluations(own)),
            None => vec![Evaluated { steps: checkpoint.steps, score: checkpoint.score as f32 }],
        };
        Self { task: checkpoint.task.clone(), evaluations }
    }

    /// The course of a checkpoint by the log in the run folder that its file lies in.
    pub fn beside(checkpoint: &Checkpoint, path: &Path) -> Self {
        let log = log_beside(path).and_then(|log| File::open(log).ok());
        let mut own = Vec::new();
        let bytes = checkpoint.logs[Log::Evaluations as usize].bytes.min(LONGEST);
        // A log that cannot be read is one that is not there.
        let _ = log.map(|log| log.take(bytes).read_to_end(&mut own));
        Self::of(checkpoint, &own)
    }
}

/// The log of evaluations that belongs to `RUN/checkpoints/NAME.safetensors`, or to `RUN/checkpoints/kept/NAME.at-STEPS.safetensors`.
fn log_beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_stem()?.to_str()?;
    let name = name.split_once(".at-").map_or(name, |(name, _)| name);
    let checkpoints = path.ancestors().find(|part| part.file_name().is_some_and(|name| name == "checkpoints"))?;
    Some(LogBook::path(checkpoints.parent()?, name, Log::Evaluations))
}

fn evaluations(log: &[u8]) -> Vec<Evaluated> {
    let mut reader = csv::Reader::from_reader(log);
    let rows = reader.records().map_while(Result::ok);
    rows.filter_map(|row| {
        let (steps, score) = (row.get(2)?.parse().ok()?, row.get(4)?.parse::<f64>().ok()?);
        (0.0..=1.0).contains(&score).then_some(Evaluated { steps, score: score as f32 })
    })
    .collect()
}

/// Evaluations thinned out evenly, with the first and the last one.
fn thinned(all: Vec<Evaluated>) -> Vec<Evaluated> {
    let (every, last) = (all.len().div_ceil(MOST).max(1), all.last().copied());
    let mut kept: Vec<Evaluated> = all.into_iter().step_by(every).collect();
    kept.extend(last.filter(|last| kept.last() != Some(last)));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = include_str!("../../assets/subjects/reaching.evaluations.csv");

    fn checkpoint() -> Checkpoint {
        Checkpoint::from_bytes(include_bytes!("../../assets/subjects/reaching.safetensors")).unwrap()
    }

    #[test]
    fn a_log_is_believed_only_if_it_is_the_one_that_the_checkpoint_remembers() {
        let checkpoint = checkpoint();
        let last = Evaluated { steps: checkpoint.steps, score: checkpoint.score as f32 };
        let whole = Course::of(&checkpoint, LOG.as_bytes());
        assert_eq!((whole.task.as_str(), whole.evaluations.last()), ("reaching/curl-v0", Some(&last)));
        assert!(whole.evaluations.len() > 2 && whole.evaluations.is_sorted_by_key(|evaluated| evaluated.steps));
        assert!(whole.evaluations[0].score < 0.5 * last.score, "it began as a naive one");
        // What was appended later is not its own.
        assert_eq!(Course::of(&checkpoint, format!("{LOG}0,0,1,5,1,1,1,\n").as_bytes()), whole);
        let altered = LOG.replace("40000", "40001");
        for log in ["", &LOG[..LOG.len() - 1], &altered, "subject,seed\n"] {
            assert_eq!(Course::of(&checkpoint, log.as_bytes()).evaluations, [last], "{log}");
        }
        let unevaluated = Checkpoint { logs: Default::default(), ..checkpoint };
        assert!(Course::of(&unevaluated, LOG.as_bytes()).evaluations.is_empty());
    }

    #[test]
    fn a_long_course_is_thinned_out_and_keeps_its_ends() {
        for count in [0, 1, 499, 500, 501, 123_456] {
            let all: Vec<_> = (0..count).map(|steps| Evaluated { steps, score: 0.5 }).collect();
            let kept = thinned(all.clone());
            assert_eq!((kept.first(), kept.last()), (all.first(), all.last()));
            assert!(kept.len() <= MOST + 1 && kept.len() >= all.len().min(MOST / 2), "{count}: {}", kept.len());
        }
    }

    #[test]
    fn the_log_of_a_run_folder_is_found_for_all_of_its_checkpoints() {
        let (folder, checkpoint) = (tempfile::tempdir().unwrap(), checkpoint());
        std::fs::create_dir_all(folder.path().join("logs")).unwrap();
        std::fs::write(folder.path().join("logs/subject-000.evaluations.csv"), LOG).unwrap();
        let whole = Course::of(&checkpoint, LOG.as_bytes());
        for name in ["checkpoints/subject-000.safetensors", "checkpoints/kept/subject-000.at-000040000.safetensors"] {
            assert_eq!(Course::beside(&checkpoint, &folder.path().join(name)), whole, "{name}");
        }
        for name in ["checkpoints/subject-001.safetensors", "subject-000.safetensors"] {
            assert_eq!(Course::beside(&checkpoint, &folder.path().join(name)).evaluations.len(), 1, "{name}");
        }
    }
}
