//! The subjects to show: from checkpoints, run folders, and those built in.

use crate::catalog::{Catalog, body_differences};
use crate::run::checkpoint::Checkpoint;
use crate::run::course::Course;
use crate::show::Trained;
use anyhow::{Context, Result, bail};
use etude_envs::task::Blueprint;
use std::path::{Path, PathBuf};

/// The checkpoint of a built-in subject and the log of its evaluations.
macro_rules! shipped {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!("../../assets/subjects/", $name, ".safetensors")),
            include_bytes!(concat!("../../assets/subjects/", $name, ".evaluations.csv")),
        )
    };
}

/// Built-in trained subjects, by name; the first is shown by default.
const SHIPPED: [(&str, &[u8], &[u8]); 4] =
    [shipped!("cycling"), shipped!("fretting"), shipped!("reaching"), shipped!("cursor")];
/// Default number of subjects shown from a run folder.
const MOST_FROM_FOLDER: usize = 16;

/// The subjects to show, with their names in messages.
pub type Cast = Vec<(String, Trained)>;

/// The checkpoints of `subject`, at most `subjects` of them; without a subject, the first built-in one.
///
/// # Errors
/// A path without a checkpoint.
pub fn cast(subject: Option<&Path>, subjects: Option<u64>) -> Result<Cast> {
    let Some(path) = subject else { return shipped(SHIPPED[0].0).map(|own| vec![own]) };
    if path.is_dir() && !is_shipped(path) {
        return from_folder(path, subjects.map_or(MOST_FROM_FOLDER, |subjects| subjects as usize));
    }
    one(path).map(|own| vec![own])
}

/// The subject of a checkpoint, or a built-in one by its name.
///
/// # Errors
/// A path without a checkpoint.
pub fn one(path: &Path) -> Result<(String, Trained)> {
    let name = path.to_string_lossy();
    if is_shipped(path) {
        return shipped(&name);
    }
    if !path.exists() {
        let known: Vec<&str> = SHIPPED.iter().map(|(known, ..)| *known).collect();
        bail!("{name} does not exist; expected a checkpoint, a run folder, or one of {}", known.join(", "));
    }
    Ok((name.into_owned(), trained(path)?))
}

/// Whether this is the name of a built-in subject.
pub fn is_shipped(path: &Path) -> bool {
    SHIPPED.iter().any(|(known, ..)| Path::new(known) == path)
}

fn trained(path: &Path) -> Result<Trained> {
    let checkpoint = Checkpoint::open(path)?;
    Ok(Trained { course: Course::beside(&checkpoint, path), checkpoint })
}

fn shipped(name: &str) -> Result<(String, Trained)> {
    let found = SHIPPED.iter().find(|(known, ..)| *known == name);
    let (bytes, log) = found.map(|&(_, bytes, log)| (bytes, log)).unwrap_or_default();
    let checkpoint = Checkpoint::from_bytes(bytes).with_context(|| format!("the subject `{name}` cannot be used"))?;
    Ok((format!("{name} (built in)"), Trained { course: Course::of(&checkpoint, log), checkpoint }))
}

/// The subjects of a run folder with the same task and agent as the first.
fn from_folder(folder: &Path, most: usize) -> Result<Cast> {
    let inner = folder.join("checkpoints");
    let place = if inner.is_dir() { &inner } else { folder };
    let entries = std::fs::read_dir(place).with_context(|| format!("cannot read {}", place.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "safetensors"));
    paths.sort();
    let mut cast = Cast::new();
    for path in paths {
        let own = trained(&path)?;
        let same = |(_, first): &(String, Trained)| {
            let [first, own] = [first, &own].map(|trained| &trained.checkpoint);
            (&first.task_yaml, &first.agent_yaml) == (&own.task_yaml, &own.agent_yaml)
        };
        if cast.first().is_none_or(same) && cast.len() < most {
            cast.push((path.display().to_string(), own));
        }
    }
    if cast.is_empty() {
        bail!("{} holds no checkpoints; expected the folder of a run that has saved at least one", folder.display());
    }
    Ok(cast)
}

/// All tasks of the family with the same body, including the given one.
pub fn siblings(catalog: &Catalog, task: &Blueprint) -> Vec<Blueprint> {
    let own = task.spec();
    let ids = catalog.tasks.task_ids();
    let mut siblings: Vec<Blueprint> = ids
        .iter()
        .filter(|id| id.split('/').next() == Some(own.family()))
        .filter_map(|id| if *id == own.id { Some(task.clone()) } else { catalog.tasks.task(id).ok() })
        .filter(|other| body_differences(own, other.spec()).is_empty())
        .collect();
    if !ids.contains(&own.id) {
        siblings.insert(0, task.clone());
    }
    siblings
}

#[cfg(test)]
mod tests {
    use super::super::evaluate::{agent_of, task_of};
    use super::*;
    use etude_envs::Seed;

    #[test]
    fn the_shipped_subjects_are_whole_and_can_be_put_on_stage() {
        let catalog = Catalog::default();
        for (name, ..) in SHIPPED {
            let (name, Trained { checkpoint, course }) = shipped(name).unwrap();
            // With the history of their practice, from the first evaluation to the last.
            let ends = [course.evaluations.first(), course.evaluations.last()].map(|evaluated| evaluated.unwrap());
            assert_eq!((ends[0].steps, ends[1].steps), (0, checkpoint.steps), "{name}");
            assert!((f64::from(ends[1].score) - checkpoint.score).abs() < 1e-6, "{name}");
            let task = task_of(&catalog, &checkpoint, &name).unwrap();
            assert_eq!(task.spec().id, checkpoint.task);
            let mut agent = agent_of(&catalog, &checkpoint, &name).unwrap().make(task.spec(), Seed(0)).unwrap();
            assert_eq!(agent.load(&checkpoint.state), Ok(()), "{name}");
        }
    }
}
