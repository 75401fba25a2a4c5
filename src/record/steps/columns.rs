//! The columns of a task's trajectories, and what they hold.

use crate::record::column::{Column, SUBJECT};
use etude_envs::space::Field;
use etude_envs::task::Blueprint;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Whole,
    Number,
    Flag,
}

/// The columns of a task's trajectories; without a task, those that stand for its fields have the names in capitals.
pub fn columns(task: Option<&Blueprint>) -> Vec<Column> {
    layout(task).into_iter().map(|(column, _)| column).collect()
}

/// The columns of a task's trajectories, with what they hold.
pub(super) fn layout(task: Option<&Blueprint>) -> Vec<(Column, Content)> {
    let fields = |space: &'static str, of: &dyn Fn(&Blueprint) -> Vec<Field>| -> Vec<(Column, Content)> {
        let columns = match task {
            Some(task) => of(task).iter().map(|field| Column::of_field(space, field)).collect(),
            None => vec![Column {
                name: format!("{space}_FIELD").into(),
                unit: "its own".into(),
                meaning: format!(
                    "one column for each field of the task's {space}; `describe --columns TASK` lists them"
                )
                .into(),
            }],
        };
        columns.into_iter().map(|column| (column, Content::Number)).collect()
    };
    let mut all = vec![
        (SUBJECT, Content::Whole),
        (Column::new("episode", "1", "index of the episode, from 0"), Content::Whole),
        (Column::new("step", "env steps", "env step of the episode, from 0"), Content::Whole),
        (Column::new("time", "s", "time in the episode at which was observed and acted"), Content::Number),
    ];
    all.extend(fields("observation", &|task| task.spec().observation.fields().to_vec()));
    all.extend(fields("action", &|task| task.spec().action.fields().to_vec()));
    all.extend([
        (Column::new("reward", "1", "reward of the step"), Content::Number),
        (Column::new("terminated", "1", "whether the episode ended in a state without a future"), Content::Flag),
        (Column::new("truncated", "1", "whether the episode was cut short"), Content::Flag),
    ]);
    // What is there after the step.
    all.extend(fields("state", &|task| task.make().state_fields()));
    all
}
