//! Reads the `episodes.csv` of a run folder.

use anyhow::{Context, Result, bail};
use csv::StringRecord;
use etude_envs::document::{nearest, shown};
use std::path::Path;

/// Columns of every episode of every subject: `[subject][episode][column]`, NaN where a cell is empty because the
/// measure does not apply to the episode.
pub type Episodes = Vec<Vec<Vec<f64>>>;

/// Names of the table's columns.
///
/// # Errors
/// An unfinished run, or a table that cannot be read.
pub fn columns(folder: &Path) -> Result<Vec<String>> {
    let mut reader = open(folder)?;
    let header = reader.headers().with_context(|| format!("{}:1", path(folder)))?;
    Ok(header.iter().map(String::from).collect())
}

/// Reads some columns of the table for the given number of subjects.
///
/// # Errors
/// An unfinished run, a missing or non-numeric column, or a table with missing or repeated rows.
pub fn read(folder: &Path, subjects: u64, wanted: &[&str]) -> Result<Episodes> {
    let path = path(folder);
    let mut reader = open(folder)?;
    let header = reader.headers().with_context(|| format!("{path}:1"))?.clone();
    let find = |name: &str| {
        header.iter().position(|column| column == name).with_context(|| {
            let near = nearest(name, header.iter()).map(|near| format!("; did you mean `{}`?", shown(near)));
            format!(
                "{path} has no column `{}`{} (there are {})",
                shown(name),
                near.unwrap_or_default(),
                header.iter().map(shown).collect::<Vec<_>>().join(", ")
            )
        })
    };
    let (subject, episode) = (find("subject")?, find("episode")?);
    let places = wanted.iter().map(|name| find(name)).collect::<Result<Vec<_>>>()?;
    let mut episodes: Episodes = vec![Vec::new(); usize::try_from(subjects)?];
    let mut row = StringRecord::new();
    for line in 2.. {
        if !reader.read_record(&mut row).with_context(|| format!("{path}:{line}"))? {
            break;
        }
        let wrong = |place: usize| {
            format!("{path}:{line}: expected a number in `{}`, found `{}`", shown(&header[place]), shown(&row[place]))
        };
        let own = row[subject].parse::<usize>().ok().and_then(|subject| episodes.get_mut(subject));
        let own = own.with_context(|| format!("{path}:{line}: expected a subject below {subjects}"))?;
        if row[episode].parse() != Ok(own.len()) {
            bail!("{path}:{line}: expected episode {}, found `{}`", own.len(), shown(&row[episode]));
        }
        let number = |&place: &usize| match &row[place] {
            "" => Ok(f64::NAN),
            cell => cell.parse::<f64>().ok().filter(|value| value.is_finite()).with_context(|| wrong(place)),
        };
        own.push(places.iter().map(number).collect::<Result<_>>()?);
    }
    if let Some(subject) = episodes.iter().position(Vec::is_empty) {
        bail!("{path} has no rows of subject {subject}");
    }
    Ok(episodes)
}

fn path(folder: &Path) -> String {
    folder.join("episodes.csv").display().to_string()
}

fn open(folder: &Path) -> Result<csv::Reader<std::fs::File>> {
    let table = folder.join("episodes.csv");
    if !table.exists() {
        bail!("{} is not finished: it has no episodes.csv; resume it with `etude train --resume`", folder.display());
    }
    csv::Reader::from_path(&table).with_context(|| format!("cannot read {}", table.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(table: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("episodes.csv"), table).unwrap();
        folder
    }

    #[test]
    fn columns_are_found_by_name_and_empty_cells_are_no_numbers() {
        let folder = folder("subject,episode,score,pd\n0,0,0.5,\n0,1,0.75,-2\n1,0,1,3\n");
        let found = read(folder.path(), 2, &["pd", "score"]).unwrap();
        assert!(found[0][0][0].is_nan() && found[0][0][1] == 0.5);
        assert_eq!((&found[0][1], &found[1]), (&vec![-2.0, 0.75], &vec![vec![3.0, 1.0]]));
    }

    #[test]
    fn damaged_tables_are_errors_that_say_where() {
        let header = "subject,episode,score";
        for (rows, expected) in [
            ("0,0,a", ":2: expected a number in `score`, found `a`"),
            ("0,0,inf", ":2: expected a number"),
            ("0,0,1\n0,2,1", ":3: expected episode 1"),
            ("7,0,1", ":2: expected a subject below 1"),
            ("0,0", ":2"),
            ("", "no rows of subject 0"),
        ] {
            let folder = folder(&format!("{header}\n{rows}\n"));
            let error = format!("{:#}", read(folder.path(), 1, &["score"]).unwrap_err());
            assert!(error.contains(expected), "{rows}: {error}");
        }
        let folder = folder(&format!("{header}\n0,0,1\n"));
        let error = read(folder.path(), 1, &["scores"]).unwrap_err().to_string();
        assert!(error.contains("did you mean `score`?"), "{error}");
    }
}
