//! Sources of scores: built-in ones, files of several kinds, and scores within tasks.

use super::choice::Choice;
use super::fingering::finger;
use super::line::{LeftOut, Line, Unplayable};
use super::piece::Piece;
use super::written::{FIELD, ScoreNote, ScoreSource, ScoreSpec};
use super::{guitar_pro, midi, musicxml};
use crate::document::{
    Document, DocumentError, Invalid, LARGEST_FILE_BYTES, find, nearest, read_bytes, shown, text_of, to_yaml,
};
use crate::fretting::instrument::Instrument;
use crate::fretting::spec::FrettingSpec;
use include_dir::{Dir, include_dir};
use std::fmt;
use std::path::Path;

/// Scores compiled into the program.
static SCORES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/scores");
/// Fields of a task that choose what is played of its score; in the resolved YAML they are part of the score.
const CHOICES: [&str; 5] = ["music.track", "music.bars", "music.tempo", "music.transpose", "music.voice"];
/// Expected kinds of scores, for messages.
const KINDS: &str = "a score: YAML, MIDI (.mid), MusicXML (.musicxml) or Guitar Pro 3 to 5 (.gp5)";
/// Largest number of unplayable notes that one message names.
const MOST_NAMED: usize = 5;

impl ScoreSource {
    /// The score of a task whose document has its files inlined.
    ///
    /// # Errors
    /// A name that is not the name of a built-in score.
    pub fn score(&self, task: &Document) -> Result<ScoreSpec, DocumentError> {
        match self {
            Self::Written(score) => Ok(score.clone()),
            Self::Named(name) => built_in(name)?.ok_or_else(|| unknown(name, task))?.read(),
        }
    }
}

/// The contents of a file.
#[derive(Clone, Debug)]
pub enum Material {
    /// A score in YAML, and the document that contains it.
    Written(ScoreSpec, Document),
    /// A piece of another kind, and the path of its file.
    Piece(Piece, String),
}

impl Material {
    /// The chosen part of it.
    ///
    /// # Errors
    /// The first invalid field of the score or of the choice.
    pub fn line(&self, choice: &Choice) -> Result<Line, Invalid> {
        let line = match self {
            Self::Written(score, _) => Line::of(score, choice)?,
            Self::Piece(piece, path) => {
                let stem = Path::new(path).file_stem();
                let name = stem.map_or_else(|| path.clone(), |stem| stem.to_string_lossy().into_owned());
                piece.line(&shown(&name), choice)?
            }
        };
        // A chosen tempo replaces the missing ones.
        if choice.tempo.is_none() {
            ScoreSpec { notes: vec![ScoreNote::default()], ..line.head.clone() }.validate_time()?;
        }
        Ok(line)
    }
}

/// A playable score and the cost of its fingering.
#[derive(Clone, Debug)]
pub struct Performance {
    /// The score with all its strings, frets and fingers.
    pub score: ScoreSpec,
    /// Cost of the fingering, in units of one shift of the hand.
    pub cost: f64,
    /// Notes left out, as requested.
    pub left_out: Vec<LeftOut>,
}

/// Why a score cannot be played.
#[derive(Clone, Debug, PartialEq)]
pub enum ScoreError {
    /// An invalid field of the score or of the choice.
    Invalid(Invalid),
    /// Notes that cannot be played.
    Unplayable {
        /// All of these notes.
        notes: Vec<Unplayable>,
        /// A transposition, in semitones, that makes all of them playable.
        remedy: Option<i32>,
    },
}

impl fmt::Display for ScoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(MOST_NAMED))
    }
}

impl ScoreError {
    /// The message on one line, naming at most `most` notes.
    pub fn told(&self, most: usize) -> String {
        match self {
            Self::Invalid(Invalid { field, found, expected }) => {
                format!("`{field}`: expected {expected}, found {}", shown(found))
            }
            Self::Unplayable { notes, remedy } => {
                let named: Vec<String> = notes.iter().take(most).map(Unplayable::to_string).collect();
                let mut text = format!("cannot be played: {}", named.join("; "));
                if notes.len() > most {
                    text += &format!("; and {} more notes", notes.len() - most);
                }
                if let Some(semitones) = remedy {
                    text += &format!("; with `transpose: {semitones}` all of it can");
                }
                text
            }
        }
    }
}

/// The score of that name: a built-in one, or a file beside the file in `folder` that names it, or else in the working
/// directory. `None` if there is neither.
///
/// # Errors
/// A file that is not a valid score.
pub fn open(name: &str, folder: Option<&Path>) -> Result<Option<Material>, DocumentError> {
    if let Some(document) = built_in(name)? {
        return Ok(Some(Material::Written(document.read()?, document)));
    }
    let Some(path) = find(name, folder) else { return Ok(None) };
    let bytes =
        read_bytes(&path, LARGEST_FILE_BYTES, "a score").map_err(|message| DocumentError::of_file(&path, message))?;
    read(&path, bytes).map(Some)
}

/// The score in the bytes of a file, whose kind is recognised by their beginning.
///
/// # Errors
/// Bytes that are not a valid score.
pub fn read(path: &Path, bytes: Vec<u8>) -> Result<Material, DocumentError> {
    let wrong = |message| DocumentError::of_file(path, message);
    let piece = |piece| Ok(Material::Piece(piece, path.display().to_string()));
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let markup = first == Some(&b'<') || bytes.starts_with(b"\xef\xbb\xbf<");
    if bytes.starts_with(b"MThd") {
        return piece(midi::read(&bytes).map_err(wrong)?);
    }
    if bytes.get(1..).is_some_and(|bytes| bytes.starts_with(guitar_pro::MAGIC)) {
        return piece(guitar_pro::read(&bytes).map_err(wrong)?);
    }
    if markup {
        let text = text_of(bytes).map_err(wrong)?;
        return piece(musicxml::read(text.trim_start_matches('\u{feff}').trim_start()).map_err(wrong)?);
    }
    let named_yaml = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    if !named_yaml && bytes.contains(&0) {
        return Err(wrong(format!("is not a score that can be read; expected {KINDS}")));
    }
    let document = Document::parse_at(path, &text_of(bytes).map_err(wrong)?)?;
    Ok(Material::Written(document.read()?, document))
}

/// The part of a score that is played on a task's instrument by its hand.
///
/// # Errors
/// An invalid choice, or notes that cannot be played.
pub fn perform(material: &Material, choice: &Choice, spec: &FrettingSpec) -> Result<Performance, ScoreError> {
    choice.validate().map_err(ScoreError::Invalid)?;
    let instrument = Instrument::new(&spec.instrument);
    let line = material.line(choice).map_err(ScoreError::Invalid)?;
    if line.notes().is_empty() {
        return Err(ScoreError::Invalid(Invalid {
            field: if choice.bars.is_some() { "music.bars".into() } else { FIELD.into() },
            found: "no notes".into(),
            expected: "a note to play".into(),
        }));
    }
    fingered(&line, choice, spec, &instrument).map_err(|notes| {
        let moved = |octaves: &i32| choice.transpose.unwrap_or(0) + 12 * octaves;
        let remedy = [1, -1, 2, -2, 3, -3].iter().map(moved).find(|&transpose| {
            let choice = Choice { transpose: Some(transpose), ..*choice };
            choice.validate().is_ok() && fingered(&line, &choice, spec, &instrument).is_ok()
        });
        ScoreError::Unplayable { notes, remedy }
    })
}

fn fingered(
    line: &Line,
    choice: &Choice,
    spec: &FrettingSpec,
    instrument: &Instrument,
) -> Result<Performance, Vec<Unplayable>> {
    let (score, left_out) = line.clone().arranged(choice, instrument)?;
    let fingered = finger(&score, instrument, &spec.hand, &spec.music)?;
    Ok(Performance { score: fingered.score, cost: fingered.cost, left_out })
}

/// The document of a task with its score in place of the score's name or path: the chosen part with all strings, frets
/// and fingers. Names of built-in scores that already contain all of these remain.
///
/// # Errors
/// An unknown name, an invalid file, or notes that cannot be played.
pub fn inline(task: Document) -> Result<Document, DocumentError> {
    let chosen = CHOICES.iter().any(|field| task.has(field));
    let (material, named) = match task.text_field(FIELD) {
        Some(name) => {
            let material = open(name, task.folder_of(FIELD))?.ok_or_else(|| unknown(name, &task))?;
            if let Material::Written(score, document) = &material
                && !chosen
                && score.notes.iter().all(ScoreNote::is_fingered)
            {
                let stays = built_in(name)?.is_some();
                return Ok(if stays { task } else { task.with_part(FIELD, document) });
            }
            (material, true)
        }
        None => {
            let Ok(part) = task.part(FIELD, "the score") else { return Ok(task) };
            // Faults of the score are reported for the task, where it is read.
            let Some(ScoreSource::Written(score)) = task.read::<FrettingSpec>()?.music.score else { return Ok(task) };
            if !chosen && score.notes.iter().all(ScoreNote::is_fingered) {
                return Ok(task);
            }
            (Material::Written(score, part), false)
        }
    };
    let spec: FrettingSpec = task.read()?;
    spec.validate().map_err(|invalid| task.invalid(&invalid))?;
    let performed = perform(&material, &spec.music.choice(), &spec);
    let performance = performed.map_err(|error| match (&error, &material) {
        (ScoreError::Invalid(invalid), Material::Written(_, document)) if named => {
            match invalid.field.strip_prefix(FIELD).and_then(|field| field.strip_prefix('.')) {
                Some(field) => document.invalid(&Invalid { field: field.into(), ..invalid.clone() }),
                None => task.invalid(invalid),
            }
        }
        (ScoreError::Invalid(invalid), _) => task.invalid(invalid),
        (ScoreError::Unplayable { .. }, _) => task.error_at(FIELD, error.to_string()),
    })?;
    let source_name = match &material {
        Material::Written(_, document) => document.source_name(),
        Material::Piece(_, path) => path,
    };
    let text = to_yaml(&performance.score).map_err(|error| task.error_at(FIELD, error.to_string()))?;
    let score = Document::parse(source_name, &text)?.unplaced();
    Ok(CHOICES.iter().fold(task.with_part(FIELD, &score), |task, field| task.without(field)))
}

fn built_in(name: &str) -> Result<Option<Document>, DocumentError> {
    let text = SCORES.get_file(format!("{name}.yaml")).and_then(|file| file.contents_utf8());
    text.map(|text| Document::parse(&format!("scores/{name}.yaml (built in)"), text)).transpose()
}

/// Names of the built-in scores.
pub fn names() -> impl Iterator<Item = &'static str> {
    SCORES.files().filter_map(|file| file.path().to_str()?.strip_suffix(".yaml"))
}

fn unknown(name: &str, task: &Document) -> DocumentError {
    let hint = nearest(name, names()).unwrap_or("a path");
    let expected = format!("the name of a score, a path to one, such as `{hint}`, or the score itself");
    task.invalid(&Invalid { field: FIELD.into(), found: format!("`{}`", shown(name)), expected })
}
