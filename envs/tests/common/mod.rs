//! What the tests of all families share: tasks whose YAML has been changed in one place, and episodes that are played.
#![allow(dead_code, reason = "no test file uses all of it")]

use etude_envs::document::Document;
use etude_envs::lane::{Episode, SoloLane};
use etude_envs::task::Blueprint;
use etude_envs::{Registry, Seed};
use serde_yaml::Value;

/// The YAML of a built-in task, with all that it extends.
pub fn yaml(id: &str) -> String {
    Registry::default().task(id).unwrap().yaml()
}

/// The task that a text describes.
pub fn task(yaml: &str) -> Blueprint {
    let document = Document::parse("mine.yaml", yaml).unwrap();
    Registry::default().task_from(&document).unwrap_or_else(|error| panic!("{error}"))
}

/// Dotted paths of all numbers in a document; an item of a list goes by its index.
pub fn numbers(yaml: &str) -> Vec<String> {
    fn gather(value: &Value, path: &str, found: &mut Vec<String>) {
        let below = |key: &str| if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        match value {
            Value::Mapping(mapping) => {
                mapping.iter().for_each(|(key, value)| gather(value, &below(key.as_str().unwrap()), found));
            }
            Value::Sequence(items) => {
                items.iter().enumerate().for_each(|(index, value)| gather(value, &below(&index.to_string()), found));
            }
            Value::Number(_) => found.push(path.into()),
            _ => {}
        }
    }
    let mut found = Vec::new();
    gather(&serde_yaml::from_str(yaml).unwrap(), "", &mut found);
    found
}

/// The same document with another value at a dotted path.
pub fn with(yaml: &str, path: &str, change: impl Fn(&Value) -> Value) -> String {
    let mut document: Value = serde_yaml::from_str(yaml).unwrap();
    let mut slot = &mut document;
    for key in path.split('.') {
        slot = match key.parse::<usize>() {
            Ok(index) => slot.get_mut(index).unwrap(),
            Err(_) => slot.get_mut(key).unwrap(),
        };
    }
    *slot = change(slot);
    serde_yaml::to_string(&document).unwrap()
}

/// All that an agent sees of one step after it was taken.
pub fn seen(lane: &SoloLane) -> impl Iterator<Item = u32> {
    let (lane, step) = (lane.lane(), lane.lane().last_step());
    let episode = lane.last_episode();
    let ended = step.ended().then(|| std::iter::once(&episode.score).chain(&episode.metrics)).into_iter().flatten();
    let values = lane.observation().iter().chain(lane.final_observation()).chain(ended);
    let told = [step.reward.to_bits(), u32::from(step.terminated), u32::from(step.truncated)];
    values.map(|value| value.to_bits()).chain(told)
}

/// Index of an observed field.
pub fn field(blueprint: &Blueprint, name: &str) -> usize {
    blueprint.spec().observation.index(name).unwrap()
}

/// A metric of an episode.
pub fn metric(blueprint: &Blueprint, episode: &Episode, name: &str) -> f32 {
    episode.metrics[blueprint.spec().metric(name).unwrap()]
}

/// Plays episodes by a policy from what is seen to what is done.
pub fn play(
    blueprint: &Blueprint,
    seed: u64,
    count: usize,
    mut policy: impl FnMut(&[f32], &mut [f32]),
) -> Vec<Episode> {
    let mut lane = SoloLane::new(blueprint, Seed(seed));
    let mut action = vec![0.0; blueprint.spec().action.len()];
    let mut episodes = Vec::new();
    while episodes.len() < count {
        policy(lane.lane().observation(), &mut action);
        if lane.access().step(&action).unwrap().ended() {
            episodes.push(lane.lane().last_episode().clone());
        }
    }
    episodes
}

/// A policy that does nothing.
pub fn idle(_: &[f32], action: &mut [f32]) {
    action.fill(0.0);
}

/// Mean of a metric over episodes.
pub fn mean(blueprint: &Blueprint, episodes: &[Episode], name: &str) -> f32 {
    episodes.iter().map(|episode| metric(blueprint, episode, name)).sum::<f32>() / episodes.len() as f32
}

/// Mean score of episodes.
pub fn score(episodes: &[Episode]) -> f32 {
    episodes.iter().map(|episode| episode.score).sum::<f32>() / episodes.len() as f32
}

/// Paths of the parameters that change nothing in a history, which must be the same each time that it is made. A task has more
/// parameters than `least`.
pub fn without_effect(
    yaml: &str,
    least: usize,
    changed: impl Fn(&str) -> String,
    history: impl Fn(&str) -> Vec<u32>,
) -> Vec<String> {
    let paths = numbers(yaml);
    assert!(paths.len() > least, "{paths:?}");
    let before = history(yaml);
    assert_eq!(before, history(yaml));
    paths.into_iter().filter(|path| history(&changed(path)) == before).collect()
}

/// Gives every number of a task values far from its own: those that are accepted must run without a panic, and stay finite
/// whatever the agent does.
pub fn extremes(yaml: &str, episodes: &[u64]) {
    let mut accepted = 0;
    for path in numbers(yaml) {
        for factor in [0.0, -1.0, 1e-3, 0.03, 30.0, 1e3] {
            let text = with(yaml, &path, |old| {
                let value = old.as_f64().unwrap() * factor;
                if old.is_u64() && value >= 0.0 && value.fract() == 0.0 { (value as u64).into() } else { value.into() }
            });
            let Ok(task) = Registry::default().task_from(&Document::parse("extreme", &text).unwrap()) else { continue };
            accepted += 1;
            let mut lane = SoloLane::new(&task, Seed(5));
            for &episode in episodes {
                lane.access().begin(episode);
                for step in 0..120 {
                    let wild = |field: usize| ((step * 7 + field * 13) as f32).sin() * 2.0;
                    let action: Vec<f32> = (0..task.spec().action.len()).map(wild).collect();
                    let judged = lane.access().step(&action).unwrap();
                    let finite = lane.lane().observation().iter().all(|value| value.is_finite());
                    assert!(finite && judged.reward.is_finite(), "{path} × {factor}");
                    if judged.ended() {
                        assert_eq!(lane.lane().last_episode().fault, None, "{path} × {factor}");
                    }
                }
            }
        }
    }
    assert!(accepted > 60, "{accepted}");
}

/// A value at a path is refused by an error that names a field and where it stands.
pub fn refused(yaml: &str, path: &str, value: &str, field: &str) {
    let text = with(yaml, path, |_| serde_yaml::from_str(value).unwrap());
    let document = Document::parse("bad.yaml", &text).unwrap();
    let error = Registry::default().task_from(&document).err().unwrap_or_else(|| panic!("{path}: {value}")).to_string();
    assert!(error.contains(&format!("field `{field}`")) && error.contains("bad.yaml:"), "{path}: {error}");
}
