//! Replaces the name of a profile's file in a task's document by its contents.

use super::measured::{MOST_POINTS, Survey};
use super::reader::{ENDINGS, is_track, reader};
use crate::cycling::spec::CyclingSpec;
use crate::document::{Document, DocumentError, Invalid, find, nearest, read_text, shown, to_yaml};
use std::path::Path;

/// Files are refused above this size.
const LARGEST_FILE_BYTES: u64 = 8 << 20;
/// The field of a task that gives its profile.
const FIELD: &str = "ground.profile";
/// The default filter of tracks. With heights in whole metres every 5 m, it leaves an error of the grade of 0.8 %
/// (standard deviation): 0.29 m √(5 m / (4 √π s³)), where s = 9.4 m is the standard deviation of the filter's weights.
const TRACK_FILTER: &str = "{filter: gaussian, cutoff: 50.0}";
/// Largest number of files in a folder that are searched for a misspelt name.
const MOST_FILES: usize = 1_000;

/// The document of a task with the contents of its profile's file in place of the path, and with the filter of a track.
///
/// # Errors
/// A path that does not exist, or a file that is not a valid profile.
pub fn inline(task: Document) -> Result<Document, DocumentError> {
    let Some(name) = task.text_field(FIELD) else { return Ok(task) };
    let ground = task.read::<CyclingSpec>()?.ground;
    let folder = task.folder_of(FIELD);
    let Some(path) = find(name, folder) else { return Err(unknown(name, folder, &task)) };
    let source_name = path.display().to_string();
    let error = |message: String| DocumentError {
        source_name: source_name.clone(),
        place: None,
        field: String::new(),
        message,
    };
    // Files of other kinds are not opened.
    reader(&source_name).map_err(error)?;
    let text = read_text(&path, LARGEST_FILE_BYTES).map_err(error)?;
    let mut survey = Survey::parse(&source_name, &text, ground.channel.unwrap_or(1))?;
    if survey.heights.len() > MOST_POINTS {
        let (points, [from, to]) = (survey.heights.len(), ground.bounds(survey.extent()));
        let reach = ground.cutoff();
        survey = survey.cut(from - reach, to + reach);
        if survey.heights.len() > MOST_POINTS {
            let kept = survey.heights.len();
            return Err(error(format!(
                "has {points} points, {kept} of them between {from} and {to} m; expected at most {MOST_POINTS}: choose a \
                 shorter `ground.stretch`, such as {{from: {from}, to: {}}}",
                (from + (to - from) * MOST_POINTS as f64 / (kept as f64 * 1.1)).floor()
            )));
        }
    }
    let part = to_yaml(&survey).map_err(|cause| error(cause.to_string()))?;
    let part = Document::parse(&source_name, &part)?.unplaced();
    let track = is_track(name) && ground.smoothing.is_none();
    let task = task.with_part(FIELD, &part).without("ground.channel");
    if track { task.with_value("ground.smoothing", TRACK_FILTER, &source_name) } else { Ok(task) }
}

fn unknown(name: &str, folder: Option<&Path>, task: &Document) -> DocumentError {
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).into_iter().flatten().take(MOST_FILES).flatten();
    let mut files: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    files.retain(|file| file.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending)));
    files.sort();
    let near = nearest(name, files.iter().map(String::as_str));
    let near = near.map(|near| format!(", such as `{}`", shown(near))).unwrap_or_default();
    let expected = format!("the path of a profile (.csv, .gpx or .erd) that exists{near}");
    task.invalid(&Invalid { field: FIELD.into(), found: format!("`{}`", shown(name)), expected })
}
