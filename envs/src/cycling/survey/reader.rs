//! Choice of a reader by a file's ending.

use super::read::{Fault, Read};
use super::{csv, erd, gpx};
use crate::document::{nearest, shown};

/// Endings of files that can be read.
pub(super) const ENDINGS: [&str; 3] = ["csv", "gpx", "erd"];

/// A function that reads a file.
pub(super) type Reader = fn(&str, usize) -> Result<Read, Fault>;

/// The reader for files of that name.
pub(super) fn reader(name: &str) -> Result<Reader, String> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "csv" | "tsv" | "txt" => Ok(csv::read),
        "gpx" => Ok(gpx::read),
        "erd" => Ok(erd::read),
        other => {
            let near = nearest(other, ENDINGS).map(|near| format!("; did you mean `.{near}`?")).unwrap_or_default();
            Err(format!(
                "is not a profile by its ending `{}`{near} Expected a table (.csv), a track (.gpx) or a road profile (.erd)",
                shown(other)
            ))
        }
    }
}

/// Whether files of that name are tracks of satellite receivers, whose heights need smoothing.
pub(super) fn is_track(name: &str) -> bool {
    name.to_lowercase().ends_with(".gpx")
}
