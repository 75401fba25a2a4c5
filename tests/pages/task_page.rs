//! The page of a task.

use super::baselines::{Baseline, EPISODES, SEED};
use super::family_page::bodies;
use super::markdown::{code, grouped, list, table, text};
use super::neighbours::Neighbours;
use serde_json::Value;

/// What is told of a task.
pub struct Told<'a> {
    /// What `describe` says of it.
    pub task: &'a Value,
    /// Who is to be seen in its picture.
    pub shown_by: String,
    /// Scores to compare with.
    pub baselines: &'a [Baseline],
    /// Whether its episodes are trials of a schedule.
    pub scheduled: bool,
    /// Experiments that it is in.
    pub neighbours: Neighbours,
    /// What `describe` says of all tasks of its family.
    pub siblings: &'a [Value],
}

/// The page.
pub fn page(told: &Told<'_>) -> String {
    let task = told.task;
    let id = text(task, "task");
    let (family, name) = id.split_once('/').unwrap();
    let (summary, shown_by) = (text(task, "summary"), &told.shown_by);
    let head = format!(
        "# `{id}`\n\n{summary}\n\n![{summary}]({name}.png)\n\n*Played by {shown_by}, learning disabled; drawn as by `etude evaluate --picture`.*\n\n\
         A task of the family [{family}](../{family}.md). This page is generated from the registry; `cargo run --release -- describe {id}` prints the same.\n"
    );
    let parts = [
        ("Reward and score", reward(task)),
        ("Course of an episode", course(task)),
        ("Observation", space(task, "observation")),
        ("Action", space(task, "action")),
        ("Metrics of an episode", metrics(task)),
        ("Parameters", parameters(task)),
        ("Baselines", baselines(told)),
        ("Transfer neighbours", neighbours(told)),
    ];
    let parts = parts.into_iter().filter(|(_, part)| !part.is_empty());
    head + &parts.map(|(title, part)| format!("\n## {title}\n\n{}\n", part.trim_end())).collect::<String>()
}

fn reward(task: &Value) -> String {
    let formula = &task["reward_formula"];
    let lines: Vec<&str> = list(formula, "lines").iter().filter_map(Value::as_str).collect();
    let term = |term: &Value| [code(text(term, "symbol")), text(term, "unit").into(), text(term, "meaning").into()];
    format!(
        "{}\n\n```text\n{}\n```\n\n{}\n**Score**, independent of the reward: {}\n",
        text(task, "reward"),
        lines.join("\n"),
        table(["term", "unit", "meaning"], list(formula, "terms").iter().map(term)),
        text(task, "score")
    )
}

fn course(task: &Value) -> String {
    let rate = 1.0 / task["control_interval_s"].as_f64().unwrap();
    let mut lines = vec![
        format!("Start: {}", text(task, "start")),
        format!("End: {}", text(task, "end")),
        format!(
            "Time: {rate:.0} actions per second, {} each, at most {} actions",
            match task["physics_steps_per_action"].as_u64().unwrap() {
                1 => "1 physics step".into(),
                steps => format!("{steps} physics steps"),
            },
            task["step_limit"]
        ),
        format!("Evaluation: {}", text(task, "evaluation")),
    ];
    if let Some(trials) = task["schedule"]["trials"].as_u64() {
        let steps = grouped(task["schedule"]["steps"].as_u64().unwrap());
        lines.push(format!("Schedule: {} trials, at most {steps} actions", grouped(trials)));
    }
    lines.iter().map(|line| format!("- {line}\n")).collect()
}

const ROLES: &str = "The role tells an agent's parts what a number is about: the `body`, the `world` around it, what is `desired` of the \
    body, the `feedback` command of its own controller, whether the error behind that is shown (`error-shown`), the desired velocity (`aim`), \
    or the `error` of the actual one.";

/// A table of a space's fields; like ones are one row.
fn space(task: &Value, key: &str) -> String {
    let all = list(task, key);
    let stem = |field: &Value| text(field, "name").trim_end_matches(|letter: char| letter.is_ascii_digit()).to_string();
    let rest = |field: &Value| ["unit", "low", "high", "role", "meaning"].map(|key| field[key].clone());
    let like = |one: &Value, other: &Value| {
        stem(one) != text(one, "name") && stem(one) == stem(other) && rest(one) == rest(other)
    };
    let rows = all.chunk_by(like).map(|same| {
        let (first, last) = (&same[0], &same[same.len() - 1]);
        let name = match same.len() {
            0..=2 => same.iter().map(|field| code(text(field, "name"))).collect::<Vec<_>>().join(", "),
            _ => format!("{} … {}", code(text(first, "name")), code(text(last, "name"))),
        };
        // As the registry has it, which counts in 32 bits.
        let number = |key: &str| first[key].as_f64().unwrap() as f32;
        let range = format!("{} to {}", number("low"), number("high"));
        [name, text(first, "unit").into(), range, text(first, "role").into(), text(first, "meaning").into()]
    });
    format!("{} numbers. {ROLES}\n\n{}", all.len(), table(["field", "unit", "range", "role", "meaning"], rows))
}

fn metrics(task: &Value) -> String {
    let all = list(task, "metrics");
    let metric =
        |metric: &Value| [code(text(metric, "name")), text(metric, "unit").into(), text(metric, "meaning").into()];
    if all.is_empty() { String::new() } else { table(["metric", "unit", "meaning"], all.iter().map(metric)) }
}

/// What the task's YAML says, with what its own docs say of it.
fn parameters(task: &Value) -> String {
    let said = list(task, "fields").iter().filter(|field| field["value"].is_string());
    let numbers = said.filter(|field| !["task", "summary"].contains(&text(field, "path")));
    let row = |field: &Value| [code(text(field, "path")), code(text(field, "value")), text(field, "meaning").into()];
    format!(
        "What the task's YAML says; of a list `[]`, its first entry. Units are in the meanings. `describe {} --fields` lists what it could say \
         besides, and `--set PATH=VALUE` changes a parameter for one run.\n\n{}",
        text(task, "task"),
        table(["parameter", "value", "meaning"], numbers.map(row))
    )
}

fn baselines(told: &Told<'_>) -> String {
    let last = SEED + EPISODES - 1;
    let episodes = match told.scheduled {
        true => format!("{EPISODES} trials spread evenly over the schedule, seeds {SEED} to {last}"),
        false => format!("{EPISODES} episodes, seed {SEED}"),
    };
    let row = |baseline: &Baseline| [&baseline.label, &baseline.mean, &baseline.interval].map(String::clone);
    let subject = match told.baselines.len() {
        3.. => " The last one comes with the program.",
        _ => "",
    };
    format!(
        "Mean score of {episodes}, learning disabled, with its 95 % interval over episodes.{subject}\n\n{}\nTrained agents: [Tasks and \
         agents](../../tasks.md).\n",
        table(["agent", "mean score", "95 % interval"], told.baselines.iter().map(row))
    )
}

fn neighbours(told: &Told<'_>) -> String {
    let id = text(told.task, "task");
    let link = |other: &&Value| {
        let other = text(other, "task");
        format!("[{other}]({}.md)", other.split('/').next_back().unwrap_or(other))
    };
    let bodies = bodies(told.siblings);
    let (own, others): (Vec<_>, Vec<_>) =
        bodies.into_iter().partition(|body| body.iter().any(|task| text(task, "task") == id));
    let links = |bodies: Vec<Vec<&Value>>| {
        let all = bodies.into_iter().flatten().filter(|task| text(task, "task") != id).map(|task| link(&task));
        let all: Vec<String> = all.collect();
        if all.is_empty() { "none".to_string() } else { all.join(", ") }
    };
    let listed = |title: &str, lines: &[String]| match lines {
        [] => String::new(),
        lines => format!("{title}\n\n{}\n", lines.iter().map(|line| format!("- {line}\n")).collect::<String>()),
    };
    let Neighbours { target_of, source_of } = &told.neighbours;
    let none = match (target_of.is_empty(), source_of.is_empty()) {
        (true, true) => "No experiment that comes with the program uses this task.\n\n",
        _ => "",
    };
    format!(
        "{none}{}{}Tasks of the same body, to which an agent can be moved: {}.\n\nTasks of the family with other bodies: {}.\n\nHow experiments are run: \
         [Transfer](../../transfer.md).\n",
        listed("Experiments that test on this task:", target_of),
        listed("Experiments in which it is practised before a test on another task:", source_of),
        links(own),
        links(others)
    )
}
