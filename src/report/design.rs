//! The design of an experiment as a picture: what each group goes through, from left to right.

use crate::experiment::{Block, ExperimentSpec, Group};
use crate::figure::svg::{Anchor, Svg, WIDTH};
use crate::figure::text::{short_task, shortened, steps};
use serde_yaml::Value;

const NAMES: f64 = 108.0;
const GAP: f64 = 6.0;
const HEIGHT: f64 = 44.0;
/// The least width in which a block's words have room.
const NARROWEST: f64 = 96.0;
/// Mean width of a small letter.
const LETTER: f64 = 6.5;

/// Groups as rows, blocks as boxes; the test is filled and last in every row.
pub fn picture(title: &str, spec: &ExperimentSpec) -> Svg {
    let columns = 1 + spec.groups.0.iter().map(|(_, group)| group.practice.len()).max().unwrap_or(0);
    let width = ((WIDTH - NAMES) / columns as f64).max(NARROWEST);
    let mut svg = Svg::new(title, &words(spec));
    let column = |index: usize| NAMES + width * index as f64;
    svg.text((column(columns - 1) + (width - GAP) / 2.0, 14.0), Anchor::Middle, "small faint", "test");
    if columns > 1 {
        let middle = (column(0) + column(columns - 1) - GAP) / 2.0;
        svg.text((middle, 14.0), Anchor::Middle, "small faint", "practice");
    }
    for (row, (name, group)) in spec.groups.0.iter().enumerate() {
        let y = 24.0 + (HEIGHT + GAP + 2.0) * row as f64;
        svg.coloured(row, |svg| {
            svg.text((0.0, y + HEIGHT / 2.0 + 4.0), Anchor::Start, "strong", &shortened(name, 14));
            let test = spec.test_of(group);
            let first = columns - 1 - group.practice.len();
            for (index, block) in group.practice.iter().chain([&test]).enumerate() {
                let is_test = index == group.practice.len();
                let x = column(first + index);
                let class = if is_test { "full" } else { "box" };
                let dashed = !(block.learning && block.reward);
                svg.rectangle((x, y), (width - GAP, HEIGHT), class, dashed, &describe(block));
                let letters = ((width - GAP - 8.0) / LETTER) as usize;
                let middle = x + (width - GAP) / 2.0;
                let task = shortened(short_task(&block.task), letters);
                svg.text((middle, y + 18.0), Anchor::Middle, "small strong", &task);
                let second = shortened(&[steps(block.steps as f64), marks(block)].concat(), letters);
                svg.text((middle, y + 34.0), Anchor::Middle, "small", &second);
            }
        });
    }
    let rows = spec.groups.0.len() as f64;
    svg.reach(column(columns), 24.0 + (HEIGHT + GAP + 2.0) * rows);
    svg
}

/// What a block is, in words.
pub fn describe(block: &Block) -> String {
    let mut text = format!("{}, {} steps", block.task, steps(block.steps as f64));
    if !block.learning {
        text.push_str(", learning disabled");
    }
    if !block.reward {
        text.push_str(", without reward");
    }
    if let Some(parameters) = &block.parameters {
        text.push_str(&format!(", with {}", fields(parameters)));
    }
    for (part, share) in &block.lesions {
        text.push_str(&format!(", lesion of {part} ({share})"));
    }
    text
}

/// What the groups are that are not simply the experiment's agent: their names, and what they are in words.
pub fn agents(spec: &ExperimentSpec) -> Vec<(String, String)> {
    let groups = spec.groups.0.iter();
    groups.filter_map(|(name, group)| Some((name.clone(), agent(spec, group)?))).collect()
}

/// What a group is that is not simply the experiment's agent, in words.
pub fn agent(spec: &ExperimentSpec, group: &Group) -> Option<String> {
    let differs = group.agent.is_some() || group.settings.is_some() || group.test_settings.is_some();
    let settings = group.settings.as_ref().map(|settings| format!(" with {}", fields(settings)));
    let in_test = group.test_settings.as_ref().map(|settings| format!(", in the test with {}", fields(settings)));
    let parts = [Some(format!("the agent {}", spec.agent_of(group).agent)), settings, in_test];
    differs.then(|| parts.into_iter().flatten().collect())
}

/// Fields and their values in words: `bike.friction 0.5, rider.body.mass 90`.
fn fields(differing: &Value) -> String {
    fn gather(path: &str, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Mapping(mapping) => {
                for (key, value) in mapping {
                    let key = key.as_str().unwrap_or("?");
                    let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                    gather(&path, value, found);
                }
            }
            value => found.push(format!("{path} {}", serde_json::to_string(value).unwrap_or_default())),
        }
    }
    let mut found = Vec::new();
    gather("", differing, &mut found);
    found.join(", ")
}

fn marks(block: &Block) -> String {
    let lesioned = !block.lesions.is_empty();
    let marks = [
        (!block.learning, "fixed"),
        (!block.reward, "no reward"),
        (block.parameters.is_some(), "altered"),
        (lesioned, "lesion"),
    ];
    marks.iter().filter(|(holds, _)| *holds).map(|(_, mark)| format!(", {mark}")).collect()
}

fn words(spec: &ExperimentSpec) -> String {
    let group = |(name, group): &(String, Group)| {
        let blocks: Vec<String> = group.practice.iter().map(describe).collect();
        let practice = if blocks.is_empty() { "no practice".into() } else { blocks.join("; then ") };
        format!("{name}: {practice}; test: {}.", describe(&spec.test_of(group)))
    };
    spec.groups.0.iter().map(group).collect::<Vec<_>>().join(" ")
}
