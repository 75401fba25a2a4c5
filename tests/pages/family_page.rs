//! The page of a family: the index of its tasks.

use super::FAMILIES;
use super::markdown::{list, table, text};
use serde_json::Value;

/// The tasks of a family by body: agents can move between those whose spaces are the same.
pub fn bodies(tasks: &[Value]) -> Vec<Vec<&Value>> {
    let body = |task: &Value| (task["observation"].clone(), task["action"].clone());
    let mut bodies: Vec<Vec<&Value>> = Vec::new();
    for task in tasks {
        match bodies.iter_mut().find(|known| body(known[0]) == body(task)) {
            Some(known) => known.push(task),
            None => bodies.push(vec![task]),
        }
    }
    bodies
}

/// The page, from what `describe` says of its tasks.
pub fn page(family: &str, tasks: &[Value]) -> String {
    let (_, film, caption) = FAMILIES.iter().find(|(name, ..)| *name == family).unwrap();
    let mut page = format!(
        "# The tasks of `{family}`\n\n![{caption}](../{film})\n\nThis page is generated from the registry. Each task has a page of its own, with its \
         picture, spaces, reward, parameters and baselines. [Tasks and agents](../tasks.md) has the scores of trained agents.\n"
    );
    for same in bodies(tasks) {
        let count = |key: &str| list(same[0], key).len();
        page += &format!(
            "\n## {} observations, {} actions\n\nTasks with the same numbers: an agent can move between them.\n\n",
            count("observation"),
            count("action")
        );
        let row = |task: &&Value| {
            let id = text(task, "task");
            [format!("[{id}]({id}.md)"), text(task, "summary").to_string()]
        };
        page += &table(["task", "what one does"], same.iter().map(row));
    }
    page
}
