//! Scores to compare with: of doing nothing, of acting at random, and of the subject that comes with the program.

use etude::agents::Agent;
use etude::calibration::suited;
use etude::catalog::{Catalog, body_differences};
use etude::envs::Seed;
use etude::envs::document::Document;
use etude::envs::task::Blueprint;
use etude::run::checkpoint::Checkpoint;
use etude::run::evaluate::{Seen, evaluate_watched};
use etude::run::subject::Conditions;
use etude::stats::mean_estimate;
use std::path::Path;

/// Seed of the first evaluation, and episodes.
pub const SEED: u64 = 9000;
pub const EPISODES: u64 = 20;
/// How far a score may be from that of the page: another platform may round in its own way.
const ROUNDING: f64 = 0.01;

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// Who it is.
    pub label: String,
    /// Mean score, and its 95 % interval, as written.
    pub mean: String,
    pub interval: String,
}

impl Baseline {
    /// The lower end of the interval, the mean and the upper end, if they make sense.
    fn numbers(&self) -> Option<[f64; 3]> {
        let (low, high) = self.interval.split_once(" to ")?;
        let [low, mean, high] = [low.parse().ok()?, self.mean.parse().ok()?, high.parse().ok()?];
        (0.0 <= low && low <= mean && mean <= high && high <= 1.0).then_some([low, mean, high])
    }

    /// Whether it is of the same agent and of the same score.
    pub fn agrees(&self, other: &Self) -> bool {
        let close =
            |(one, two): ([f64; 3], [f64; 3])| one.iter().zip(two).all(|(one, two)| (one - two).abs() <= ROUNDING);
        self.label == other.label && self.numbers().zip(other.numbers()).is_some_and(close)
    }

    /// Reads a row, which must make sense.
    fn read(row: &str) -> Option<Self> {
        let mut cells = row.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_string());
        let read = Self { label: cells.next()?, mean: cells.next()?, interval: cells.next()? };
        (read.numbers().is_some() && cells.next().is_none()).then_some(read)
    }
}

/// The rows of a page, one for each label.
pub fn read(page: &str, labels: &[String]) -> Result<Vec<Baseline>, String> {
    let part = page.split("\n## Baselines\n").nth(1).unwrap_or_default().split("\n## ").next().unwrap_or_default();
    let rows: Vec<&str> = part.lines().filter(|line| line.starts_with("| `")).collect();
    if rows.len() != labels.len() {
        return Err(format!("found {} baselines, expected {}; ETUDE_NEW_PAGES=1 makes them", rows.len(), labels.len()));
    }
    let read = |(row, label): (&&str, &String)| {
        let sensible = Baseline::read(row).filter(|baseline| baseline.label == *label);
        sensible.ok_or_else(|| format!("found `{row}`, expected a mean within its interval of {label}"))
    };
    rows.iter().zip(labels).map(read).collect()
}

/// Someone who plays a task, learning disabled.
pub struct Player {
    /// Who it is.
    pub label: String,
    agent: Box<dyn Agent>,
    task: Blueprint,
    /// Seed of the lane in which it practised.
    course: Seed,
}

impl Player {
    /// Its score.
    pub fn baseline(&mut self) -> Baseline {
        let scores: Vec<f64> = match self.task.round().map(|round| round.trials) {
            None => self.scores(Seed(SEED), 0, EPISODES),
            // A trial of every part of the schedule.
            Some(trials) => (0..EPISODES)
                .flat_map(|part| self.scores(Seed(SEED + part), (2 * part + 1) * trials / (2 * EPISODES), 1))
                .collect(),
        };
        let estimate = mean_estimate(&scores).expect("scores").within(0.0, 1.0);
        let (low, high) = estimate.interval().expect("an interval");
        let label = self.label.clone();
        Baseline { label, mean: format!("{:.3}", estimate.value), interval: format!("{low:.3} to {high:.3}") }
    }

    fn scores(&mut self, seed: Seed, trial: u64, episodes: u64) -> Vec<f64> {
        self.watched(seed, trial, episodes, &mut |_| {})
    }

    /// Scores of episodes that are watched.
    pub fn watched(&mut self, seed: Seed, trial: u64, episodes: u64, watch: &mut dyn FnMut(&Seen<'_>)) -> Vec<f64> {
        let place = (self.course, trial);
        let done = evaluate_watched(&mut *self.agent, &self.task, (seed, "evaluate"), place, episodes, watch).unwrap();
        done.iter().map(|episode| f64::from(episode.score)).collect()
    }
}

/// The subject of a family that comes with the program.
fn shipped(family: &str) -> Checkpoint {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/subjects/{family}.safetensors"));
    Checkpoint::open(&path).unwrap()
}

/// The task that it was trained on.
pub fn shipped_task(family: &str) -> String {
    shipped(family).task
}

/// Those whose scores are on the page of a task; the subject of the family only where it has the same body, and last.
pub fn players(catalog: &Catalog, task: &Blueprint) -> Vec<Player> {
    let plain = |name: &str| {
        let agent = catalog.agent(name).unwrap().make(task.spec(), Seed(SEED)).unwrap();
        Player { label: format!("`{name}`"), agent, task: task.clone(), course: Seed(SEED) }
    };
    let mut players = vec![plain("idle"), plain("random")];
    let checkpoint = shipped(task.spec().family());
    let trained_on = catalog.tasks.task(&checkpoint.task).unwrap();
    if body_differences(trained_on.spec(), task.spec()).is_empty() {
        let document = Document::parse("the subject's agent", &checkpoint.agent_yaml).unwrap();
        let mut agent = catalog.agent_from(&document).unwrap().make(task.spec(), Seed(checkpoint.seed)).unwrap();
        agent.load(&checkpoint.state).unwrap();
        let steps = super::markdown::grouped(checkpoint.steps);
        let (purpose, index) = Conditions::default().lane;
        players.push(Player {
            label: format!("`{}`, after {steps} steps of `{}`", checkpoint.agent, checkpoint.task),
            task: suited(task, &*agent, Seed(checkpoint.seed).fan("calibration", 0)).unwrap(),
            agent,
            course: Seed(checkpoint.seed).fan(purpose, index),
        });
    }
    players
}

/// Who is to be seen in the picture of a task: the subject that comes with the program, or else whoever does nothing.
pub fn shown(mut players: Vec<Player>) -> Player {
    if players.len() > 2 { players.swap_remove(2) } else { players.swap_remove(0) }
}

#[test]
fn a_baseline_that_is_off_or_makes_no_sense_is_noticed() {
    let row = |mean: &str| Baseline { label: "`idle`".into(), mean: mean.into(), interval: "0.1 to 0.3".into() };
    assert!(row("0.200").agrees(&row("0.205")) && !row("0.200").agrees(&row("0.250")));
    assert!(
        !row("0.200").agrees(&row("none"))
            && !row("0.200").agrees(&Baseline { label: "`random`".into(), ..row("0.200") })
    );
    assert!(!row("0.200").agrees(&Baseline { interval: "0.1 to 0.4".into(), ..row("0.200") }));
    let page = |row: &str| format!("# A\n\n## Baselines\n\n| agent | mean |\n| --- | --- |\n{row}\n\n## B\n| `x` |\n");
    let read = |row: &str| read(&page(row), &["`idle`".to_string()]);
    assert_eq!(read("| `idle` | 0.2 | 0.1 to 0.3 |"), Ok(vec![row("0.2")]));
    for wrong in [
        "| `idle` | 0.4 | 0.1 to 0.3 |",
        "| `idle` | 0.2 | 0.1 to 1.3 |",
        "| `idle` | 0.2 | |",
        "| `random` | 0.2 | 0.1 to 0.3 |",
        "| `idle` | 0.2 | 0.1 to 0.3 |\n| `random` | 0.2 | 0.1 to 0.3 |",
        "",
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_subject_is_told_from_those_who_do_nothing() {
    let catalog = Catalog::default();
    let task = catalog.tasks.task("cycling/flat-v0").unwrap();
    let mut players_of_it = players(&catalog, &task);
    let means: Vec<f64> = players_of_it.iter_mut().map(|player| player.baseline().numbers().unwrap()[1]).collect();
    assert!(means.len() == 3 && means[0] < 0.3 && means[1] < 0.3 && means[2] > 0.5, "{means:?}");
    let other = catalog.tasks.task("fretting/guitar-routed-v0").unwrap();
    assert_eq!(players(&catalog, &other).len(), 2, "another body");
}
