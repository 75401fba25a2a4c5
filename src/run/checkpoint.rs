//! Checkpoints: a subject's agent and progress in one safetensors file.
//!
//! The header describes the file (format, version, task, agent, subject, progress) and contains a checksum of
//! everything, so that a truncated, foreign or altered file is reported as such.

use crate::files::write_whole;
use crate::record::{LOGS, Log, Mark, Marks};
use anyhow::{Context, Result, anyhow, bail};
use etude_agents::{State, Tensor};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

const FORMAT: &str = "etude-checkpoint";
const VERSION: &str = "2";
/// The previous version, whose files also contained the subject's logs; its agents can still be used.
const WITH_LOGS: &str = "1";
/// Largest file that is read into memory.
const LARGEST_BYTES: u64 = 1 << 30;
/// Prefixes that separate agent tensors from the logs in files of the previous version.
const AGENT: &str = "agent.";
const LOG: &str = "log.";
/// The tensor of the lane.
const LANE: &str = "lane";

/// The contents of a checkpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Resolved YAML of the task; empty for a task made in code.
    pub task_yaml: String,
    /// Task id.
    pub task: String,
    /// Agent name.
    pub agent: String,
    /// Resolved YAML of the agent.
    pub agent_yaml: String,
    /// Subject index.
    pub subject: u64,
    /// The subject's seed.
    pub seed: u64,
    /// Env steps practised.
    pub steps: u64,
    /// Index of the episode to continue with.
    pub episode: u64,
    /// Index of the episode of the last step: the position of practice in a schedule.
    pub trial: u64,
    /// Mean score of the last evaluation; 0 before the first.
    pub score: f64,
    /// Number of episodes so far that ended in a fault.
    pub faults: u64,
    /// Whether practice is complete.
    pub complete: bool,
    /// The agent's state.
    pub state: State,
    /// The lane in the middle of an episode, as the bytes of a [snapshot](etude_envs::snapshot::Snapshot); empty
    /// between episodes.
    pub lane: Vec<u8>,
    /// Length of the last evaluation in its log if it was made because practice had ended, which a longer run does not
    /// have.
    pub closing: u64,
    /// State of the subject's logs at that time.
    pub logs: Marks,
}

/// How a checkpoint is kept beside the one that is gone on from: as if practice went on, even where it is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kept {
    /// Env steps by which it is named: the episode in which they were taken has ended with it.
    pub at: u64,
    /// Mean score of the last evaluation that longer practice has, too.
    pub score: f64,
}

impl Checkpoint {
    /// Writes the checkpoint atomically.
    ///
    /// # Errors
    /// A path that cannot be written to, or a full disk.
    pub fn save(&self, path: &Path) -> Result<()> {
        write_whole(path, &self.to_bytes()?)
    }

    /// Reads a checkpoint.
    ///
    /// # Errors
    /// A missing, oversized, truncated, foreign or altered file.
    pub fn open(path: &Path) -> Result<Self> {
        let size = std::fs::metadata(path).with_context(|| format!("cannot read checkpoint {}", path.display()))?.len();
        if size > LARGEST_BYTES {
            bail!("checkpoint {} is {size} bytes long; expected at most {LARGEST_BYTES}", path.display());
        }
        let bytes = std::fs::read(path).with_context(|| format!("cannot read checkpoint {}", path.display()))?;
        Self::from_bytes(&bytes).with_context(|| format!("checkpoint {} cannot be used", path.display()))
    }

    fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut buffers: Vec<(String, Dtype, Vec<u8>)> = Vec::new();
        for (name, tensor) in self.state.iter() {
            let (kind, bytes) = match tensor {
                Tensor::F32(values) => (Dtype::F32, values.iter().flat_map(|value| value.to_le_bytes()).collect()),
                Tensor::F64(values) => (Dtype::F64, values.iter().flat_map(|value| value.to_le_bytes()).collect()),
                Tensor::U64(values) => (Dtype::U64, values.iter().flat_map(|value| value.to_le_bytes()).collect()),
            };
            buffers.push((format!("{AGENT}{name}"), kind, bytes));
        }
        if !self.lane.is_empty() {
            buffers.push((LANE.into(), Dtype::U8, self.lane.clone()));
        }
        let mut header = self.header();
        header.insert(
            "checksum".into(),
            checksum(&header, buffers.iter().map(|(name, _, bytes)| (name.as_str(), &bytes[..]))),
        );
        let views = buffers
            .iter()
            .map(|(name, kind, bytes)| {
                let length = bytes.len() * 8 / kind.bitsize();
                Ok((name.as_str(), TensorView::new(*kind, vec![length], bytes)?))
            })
            .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
        // A hash map's order would change the header's bytes from run to run.
        let bytes = safetensors::serialize(views, Some(header.into_iter().collect()))?;
        canonical_header(&bytes)
    }

    /// Reads a checkpoint from memory.
    ///
    /// # Errors
    /// Truncated, foreign or altered bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let foreign =
            "it is not a checkpoint of etude: expected a safetensors file with `etude-checkpoint` in its header";
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| anyhow!("{foreign} ({error})"))?;
        let header: BTreeMap<String, String> =
            metadata.metadata().as_ref().map(|map| map.clone().into_iter().collect()).unwrap_or_default();
        if header.get("format").map(String::as_str) != Some(FORMAT) {
            bail!(foreign);
        }
        let version = header.get("version").map(String::as_str).unwrap_or("none");
        if ![VERSION, WITH_LOGS].contains(&version) {
            bail!("its format version is {version}; this program reads versions {WITH_LOGS} and {VERSION}");
        }
        let tensors = SafeTensors::deserialize(bytes)
            .map_err(|error| anyhow!("it is damaged: expected whole tensors, found {error}"))?;
        let mut names: Vec<&str> = tensors.names();
        names.sort_unstable();
        let mut views = Vec::new();
        for name in names {
            views.push((name, tensors.tensor(name).map_err(|error| anyhow!("it is damaged: {error}"))?));
        }
        let mut unsigned = header.clone();
        let expected = unsigned.remove("checksum").unwrap_or_default();
        if checksum(&unsigned, views.iter().map(|(name, view)| (*name, view.data()))) != expected {
            bail!("it has been altered: its checksum does not match its contents");
        }
        // Padding of the header is not covered by the checksum.
        if canonical_header(bytes)? != bytes {
            bail!("it has been altered: its header is not as it was written");
        }
        let text = |key: &str| header.get(key).cloned().ok_or_else(|| anyhow!("its header lacks `{key}`"));
        let number = |key: &str| {
            let text = text(key)?;
            text.parse::<u64>().map_err(|_| anyhow!("its header says `{key}` is `{text}`; expected a whole number"))
        };
        let wrong = |key: &str| anyhow!("its header has an invalid `{key}`");
        let mut state = State::new();
        let mut lane = Vec::new();
        for (name, view) in &views {
            if *name == LANE && view.dtype() == Dtype::U8 {
                lane = view.data().to_vec();
            } else if let Some(name) = name.strip_prefix(AGENT) {
                state.insert(name, tensor_of(name, view)?);
            } else if version != WITH_LOGS || !name.starts_with(LOG) {
                bail!("it holds an unknown tensor `{name}`");
            }
        }
        let episode = number("episode")?;
        let (trial, score, faults, logs) = if version == WITH_LOGS {
            (episode.saturating_sub(1), 0.0, 0, Marks::default())
        } else {
            let score = text("score")?.parse().ok().filter(|score| (0.0..=1.0).contains(score));
            let score =
                score.ok_or_else(|| anyhow!("its header's `score` is invalid; expected a number from 0 to 1"))?;
            let mut logs = Marks::default();
            for log in LOGS {
                let key = mark_key(log);
                // Checkpoints from before units were recorded have no mark for them.
                if log.optional() && !header.contains_key(&key) {
                    continue;
                }
                let (bytes, crc) = text(&key)?
                    .split_once(' ')
                    .map(|(bytes, crc)| (bytes.parse(), crc.parse()))
                    .ok_or_else(|| wrong(&key))?;
                logs[log as usize] =
                    Mark { bytes: bytes.map_err(|_| wrong(&key))?, crc: crc.map_err(|_| wrong(&key))? };
            }
            (number("trial")?, score, number("faults")?, logs)
        };
        Ok(Self {
            task_yaml: text("task_yaml")?,
            task: text("task")?,
            agent: text("agent")?,
            agent_yaml: text("agent_yaml")?,
            subject: number("subject")?,
            seed: number("seed")?,
            steps: number("steps")?,
            episode,
            trial,
            score,
            faults,
            complete: text("complete")? == "true",
            state,
            lane,
            closing: if header.contains_key(CLOSING) { number(CLOSING)? } else { 0 },
            logs,
        })
    }

    fn header(&self) -> BTreeMap<String, String> {
        [
            ("format", FORMAT.to_string()),
            ("version", VERSION.to_string()),
            ("task", self.task.clone()),
            ("task_yaml", self.task_yaml.clone()),
            ("agent", self.agent.clone()),
            ("agent_yaml", self.agent_yaml.clone()),
            ("subject", self.subject.to_string()),
            ("seed", self.seed.to_string()),
            ("steps", self.steps.to_string()),
            ("episode", self.episode.to_string()),
            ("trial", self.trial.to_string()),
            ("score", self.score.to_string()),
            ("faults", self.faults.to_string()),
            ("complete", self.complete.to_string()),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_string(), value))
        .chain((self.closing > 0).then(|| (CLOSING.to_string(), self.closing.to_string())))
        .chain(LOGS.into_iter().filter(|&log| !log.optional() || self.logs[log as usize].bytes > 0).map(|log| {
            let Mark { bytes, crc } = self.logs[log as usize];
            (mark_key(log), format!("{bytes} {crc}"))
        }))
        .collect()
    }
}

/// The header's key for the length of an evaluation that ended practice.
const CLOSING: &str = "closing";

/// The header's key for the state of a log: its length and checksum.
fn mark_key(log: Log) -> String {
    format!("{}_log", log.name())
}

fn tensor_of(name: &str, view: &TensorView<'_>) -> Result<Tensor> {
    fn numbers<const WIDTH: usize, T>(bytes: &[u8], read: impl Fn([u8; WIDTH]) -> T) -> Vec<T> {
        bytes.as_chunks::<WIDTH>().0.iter().map(|&chunk| read(chunk)).collect()
    }
    match view.dtype() {
        Dtype::F32 => Ok(Tensor::F32(numbers(view.data(), f32::from_le_bytes))),
        Dtype::F64 => Ok(Tensor::F64(numbers(view.data(), f64::from_le_bytes))),
        Dtype::U64 => Ok(Tensor::U64(numbers(view.data(), u64::from_le_bytes))),
        other => bail!("its tensor `{name}` holds {other:?}; expected F32, F64 or U64"),
    }
}

fn checksum<'a>(header: &BTreeMap<String, String>, tensors: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut hash = Sha256::new();
    let mut feed = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    for (key, value) in header {
        feed(key.as_bytes());
        feed(value.as_bytes());
    }
    let mut tensors: Vec<_> = tensors.collect();
    tensors.sort_unstable_by_key(|(name, _)| *name);
    for (name, bytes) in tensors {
        feed(name.as_bytes());
        feed(bytes);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Rewrites the JSON header of a safetensors file with sorted keys.
fn canonical_header(bytes: &[u8]) -> Result<Vec<u8>> {
    let damaged = || anyhow!("the checkpoint could not be assembled");
    let length = bytes.first_chunk::<8>().map(|length| u64::from_le_bytes(*length) as usize).ok_or_else(damaged)?;
    let header = bytes.get(8..8 + length).ok_or_else(damaged)?;
    // `serde_json::Value` keeps the keys of its objects sorted.
    let mut text = serde_json::to_vec(&serde_json::from_slice::<serde_json::Value>(header)?)?;
    text.resize(text.len().next_multiple_of(8), b' ');
    let mut whole = (text.len() as u64).to_le_bytes().to_vec();
    whole.extend_from_slice(&text);
    whole.extend_from_slice(&bytes[8 + length..]);
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example() -> Checkpoint {
        let mut state = State::new();
        state.insert("weights", Tensor::F32(vec![1.0, -2.5, 3.25]));
        state.insert("counts", Tensor::U64(vec![7]));
        state.insert("means", Tensor::F64(vec![0.1, 0.2]));
        Checkpoint {
            task_yaml: "task: cycling/flat-v0\n".into(),
            task: "cycling/flat-v0".into(),
            agent: "dopamine".into(),
            agent_yaml: "agent: dopamine\nkind: brain\n".into(),
            subject: 3,
            seed: 99,
            steps: 10_000,
            episode: 42,
            trial: 41,
            score: 0.1 + 0.2,
            faults: 1,
            complete: false,
            state,
            lane: vec![1, 2, 3],
            closing: 5,
            logs: [
                Mark { bytes: 120, crc: 77 },
                Mark { bytes: 7, crc: 1 },
                Mark::default(),
                Mark { bytes: 9, crc: 2 },
                Mark { bytes: 8, crc: 3 },
                Mark::default(),
            ],
        }
    }

    #[test]
    fn what_is_saved_is_what_is_opened_and_the_bytes_are_always_the_same() {
        let bytes = example().to_bytes().unwrap();
        assert_eq!(Checkpoint::from_bytes(&bytes).unwrap(), example());
        assert!((0..20).all(|_| example().to_bytes().unwrap() == bytes));
    }

    #[test]
    fn the_subjects_that_come_with_the_program_can_be_opened() {
        for name in ["cycling", "fretting", "reaching"] {
            let path = format!("{}/assets/subjects/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
            assert!(Checkpoint::open(Path::new(&path)).unwrap().steps > 0, "{name}");
        }
    }

    #[test]
    fn a_foreign_file_is_refused() {
        for bytes in [&b""[..], b"PNG", &[0xff; 64], b"\x02\0\0\0\0\0\0\0{}"] {
            let error = format!("{:#}", Checkpoint::from_bytes(bytes).unwrap_err());
            assert!(error.contains("not a checkpoint of etude"), "{error}");
        }
    }

    #[test]
    fn a_tab_for_a_space_in_what_pads_the_header_is_damage() {
        // The length of the name decides how much there is to pad.
        let of_length = |length| Checkpoint { agent: "a".repeat(length), ..example() }.to_bytes().unwrap();
        let end = |bytes: &[u8]| 8 + u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
        let mut bytes = (1..9).map(of_length).find(|bytes| bytes[end(bytes) - 1] == b' ').unwrap();
        let end = end(&bytes);
        bytes[end - 1] = b'\t';
        assert!(Checkpoint::from_bytes(&bytes).unwrap_err().to_string().contains("altered"));
    }

    proptest! {
        #[test]
        fn no_damage_goes_unnoticed_or_panics(at in 0usize..2_000, flip in 1u8..=255, cut in any::<bool>()) {
            let mut bytes = example().to_bytes().unwrap();
            let at = at % bytes.len();
            if cut { bytes.truncate(at) } else { bytes[at] ^= flip }
            prop_assert!(Checkpoint::from_bytes(&bytes).is_err());
        }
    }
}
