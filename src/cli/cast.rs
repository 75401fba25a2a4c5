//! The subjects to show: from checkpoints, run folders, and those built in.

use crate::catalog::{Catalog, body_differences};
use crate::run::checkpoint::Checkpoint;
use anyhow::{Context, Result, bail};
use etude_envs::task::Blueprint;
use std::path::{Path, PathBuf};

/// Built-in trained subjects, by name; the first is shown by default.
const SHIPPED: [(&str, &[u8]); 4] = [
    ("cycling", include_bytes!("../../assets/subjects/cycling.safetensors")),
    ("fretting", include_bytes!("../../assets/subjects/fretting.safetensors")),
    ("reaching", include_bytes!("../../assets/subjects/reaching.safetensors")),
    ("cursor", include_bytes!("../../assets/subjects/cursor.safetensors")),
];
/// Default number of subjects shown from a run folder.
const MOST_FROM_FOLDER: usize = 16;

/// The subjects to show, with their names in messages.
pub type Cast = Vec<(String, Checkpoint)>;

/// The checkpoints of `subject`, at most `subjects` of them; without a subject, the first built-in one.
///
/// # Errors
/// A path without a checkpoint.
pub fn cast(subject: Option<&Path>, subjects: Option<u64>) -> Result<Cast> {
    let Some(path) = subject else { return shipped(SHIPPED[0].0).map(|own| vec![own]) };
    let name = path.to_string_lossy();
    if SHIPPED.iter().any(|(known, _)| *known == name) {
        return shipped(&name).map(|own| vec![own]);
    }
    if path.is_dir() {
        return from_folder(path, subjects.map_or(MOST_FROM_FOLDER, |subjects| subjects as usize));
    }
    if !path.exists() {
        let known: Vec<&str> = SHIPPED.iter().map(|(known, _)| *known).collect();
        bail!("{name} does not exist; expected a checkpoint, a run folder, or one of {}", known.join(", "));
    }
    Ok(vec![(name.into_owned(), Checkpoint::open(path)?)])
}

fn shipped(name: &str) -> Result<(String, Checkpoint)> {
    let bytes = SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes).unwrap_or_default();
    let checkpoint = Checkpoint::from_bytes(bytes).with_context(|| format!("the subject `{name}` cannot be used"))?;
    Ok((format!("{name} (built in)"), checkpoint))
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
        let checkpoint = Checkpoint::open(&path)?;
        let same = |(_, first): &(String, Checkpoint)| {
            (&first.task_yaml, &first.agent_yaml) == (&checkpoint.task_yaml, &checkpoint.agent_yaml)
        };
        if cast.first().is_none_or(same) && cast.len() < most {
            cast.push((path.display().to_string(), checkpoint));
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
        for (name, _) in SHIPPED {
            let (name, checkpoint) = shipped(name).unwrap();
            let task = task_of(&catalog, &checkpoint, &name).unwrap();
            assert_eq!(task.spec().id, checkpoint.task);
            let mut agent = agent_of(&catalog, &checkpoint, &name).unwrap().make(task.spec(), Seed(0)).unwrap();
            assert_eq!(agent.load(&checkpoint.state), Ok(()), "{name}");
        }
    }
}
