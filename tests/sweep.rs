//! Sweeps, through the binary.

mod common;

use common::{Row, contents, etude, failure, json, kill_and_resume, rows, same_files};
use serde_json::Value;
use std::fs;
use std::path::Path;

const TINY: &str = "\
sweep: tiny
question: Which rate?
tasks: cycling/flat-v0
agent: dopamine
steps: 900
evaluate_every: 300
evaluation_episodes: 1
measure: area
grid:
  brain.basal_ganglia.policy_rate: [0.5, 2.4]
  episode.time_limit: [5, 10]
selection: {seed: 3, subjects: 2}
confirmation: {seed: 5000, subjects: 3, best: 2}
";

fn write(folder: &Path, text: &str) {
    fs::write(folder.join("sweep.yaml"), text).unwrap();
}

fn run(folder: &Path, out: &str, more: &[&str]) -> Value {
    json(folder, &[&["sweep", "sweep.yaml", "--out", out][..], more].concat())
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

#[test]
fn a_setting_that_matters_is_found_and_confirmed_on_other_subjects() {
    let folder = tempfile::tempdir().unwrap();
    // A policy that hardly moves learns nothing.
    let text =
        TINY.replace("[0.5, 2.4]\n  episode.time_limit: [5, 10]", "[1e-6, 2.4]").replace("steps: 900", "steps: 30_000");
    let text = text.replace("evaluate_every: 300", "evaluate_every: 5_000").replace("best: 2", "best: 1");
    for (measure, higher) in [("area", true), ("steps-to-criterion\ncriterion: 0.3", false)] {
        write(folder.path(), &text.replace("measure: area", &format!("measure: {measure}")));
        let out = measure.split('\n').next().unwrap();
        let document = run(folder.path(), out, &[]);
        let [first, second] = &document["settings"].as_array().unwrap()[..] else { panic!("{document:#}") };
        assert_eq!(first["values"]["brain.basal_ganglia.policy_rate"], 2.4, "{document:#}");
        assert_eq!((&first["rank"], &second["rank"]), (&1.into(), &2.into()));
        let [best, worst] = [first, second].map(|entry| entry["selection"]["value"].as_f64().unwrap());
        assert!(if higher { best > worst + 0.2 } else { best < worst - 3000.0 }, "{measure}: {best} and {worst}");
        // Only the best is asked again, and is as good there.
        assert!(second["confirmation"].is_null() && second["optimism"].is_null());
        let confirmed = first["confirmation"]["value"].as_f64().unwrap();
        assert!(if higher { confirmed > worst + 0.2 } else { confirmed < worst - 3000.0 }, "{measure}: {confirmed}");
        assert_eq!((&first["selection"]["n"], &first["confirmation"]["n"]), (&2.into(), &3.into()));
        let sign = if higher { 1.0 } else { -1.0 };
        let optimism = first["optimism"]["value"].as_f64().unwrap();
        assert!((optimism - sign * (best - confirmed)).abs() < 1e-9, "{optimism} for {best} and {confirmed}");
    }
}

#[test]
fn a_setting_is_what_train_makes_of_it_and_the_measure_is_what_the_table_says() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), TINY);
    let document = run(folder.path(), "out", &[]);
    let evaluations = rows(&folder.path().join("out/evaluations.csv"));
    let settings = rows(&folder.path().join("out/settings.csv"));
    assert_eq!(settings.iter().filter(|row| row["phase"] == "selection").count(), 4);
    assert_eq!(settings.iter().filter(|row| row["phase"] == "confirmation").count(), 2);
    // The last path's values change first: setting 1 is the first rate with the second limit.
    let of = |phase: &str, setting: &str| {
        settings
            .iter()
            .find(|row| row["phase"] == phase && row["setting"] == setting)
            .unwrap_or_else(|| panic!("{setting}"))
    };
    let second = of("selection", "1");
    assert_eq!(
        (second["brain.basal_ganglia.policy_rate"].as_str(), second["episode.time_limit"].as_str()),
        ("0.5", "10")
    );
    // The first two of the selection are the confirmed ones, and the best of all.
    let ranked: Vec<&Row> = settings.iter().filter(|row| row["phase"] == "selection").collect();
    assert!(ranked.windows(2).all(|pair| number(pair[0], "value") >= number(pair[1], "value")));
    let confirmed: Vec<&str> =
        settings.iter().filter(|row| row["phase"] == "confirmation").map(|row| row["setting"].as_str()).collect();
    assert_eq!(confirmed, [ranked[0]["setting"].as_str(), ranked[1]["setting"].as_str()]);
    for (phase, seed, subjects, setting) in [("selection", "3", "2", "1"), ("confirmation", "5000", "3", confirmed[0])]
    {
        let row = of(phase, setting);
        let set = ["brain.basal_ganglia.policy_rate", "episode.time_limit"].map(|path| format!("{path}={}", row[path]));
        let out = format!("train-{phase}");
        let plan = ["train", "cycling/flat-v0", "--agent", "dopamine", "--steps", "900", "--evaluate-every", "300"];
        let more = ["--evaluation-episodes", "1", "--seed", seed, "--subjects", subjects, "--out", &out];
        json(folder.path(), &[&plan[..], &more, &["--set", &set[0], "--set", &set[1]]].concat());
        let trained = rows(&folder.path().join(&out).join("evaluations.csv"));
        let mine: Vec<Row> = evaluations
            .iter()
            .filter(|row| row["phase"] == phase && row["setting"] == setting)
            .map(|row| row.iter().filter(|(key, _)| !["phase", "setting", "task"].contains(&key.as_str())))
            .map(|row| row.map(|(key, value)| (key.clone(), value.clone())).collect())
            .collect();
        assert_eq!(mine, trained, "{phase}");
        // Means of areas by the trapezoidal rule.
        let area = |subject: &str| {
            let scores: Vec<f64> =
                trained.iter().filter(|row| row["subject"] == subject).map(|row| number(row, "score")).collect();
            assert_eq!(scores.len(), 4);
            (scores[0] / 2.0 + scores[1] + scores[2] + scores[3] / 2.0) / 3.0
        };
        let all: Vec<f64> = (0..subjects.parse::<u64>().unwrap()).map(|subject| area(&subject.to_string())).collect();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        assert!((number(row, "value") - mean).abs() < 1e-12);
        assert_eq!((row["n"].as_str(), row["seed"].as_str(), row["measure"].as_str()), (subjects, seed, "area"));
        assert!(number(row, "low") <= mean && mean <= number(row, "high"));
    }
    let text = etude(folder.path()).args(["sweep", "sweep.yaml", "--out", "out", "--resume"]).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    for part in [
        "Which rate?",
        "selected on seed 3",
        "confirmed on seed 5000",
        "optimism",
        "2 subjects of seed 3",
        "3 subjects of seed 5000",
    ] {
        assert!(text.contains(part), "`{part}` is missing from\n{text}");
    }
    let figure = fs::read_to_string(folder.path().join("out/figures/settings.svg")).unwrap();
    assert!(figure.contains("policy_rate 0.5, time_limit 10: selection"), "{figure}");
    assert_eq!(document["settings"][0]["setting"].to_string(), ranked[0]["setting"]);
}

#[test]
fn a_sweep_does_not_depend_on_threads_or_parts() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &TINY.replace("tasks: cycling/flat-v0", "tasks: [cycling/flat-v0, cycling/rough-v0]"));
    let whole = run(folder.path(), "whole", &["--threads", "1"]);
    run(folder.path(), "wide", &["--threads", "3"]);
    same_files(folder.path(), "whole", "wide");
    // A report made anew has the same bytes.
    for file in ["report.html", "summary.json", "evaluations.csv"] {
        fs::remove_file(folder.path().join("wide").join(file)).unwrap();
    }
    assert_eq!(json(folder.path(), &["report", "wide"]), whole);
    same_files(folder.path(), "whole", "wide");
    let parts = [("one", "1/3"), ("two", "2/3"), ("three", "3/3")];
    for (out, shard) in parts {
        let part = run(folder.path(), out, &["--shard", shard]);
        assert_eq!((&part["part"], &part["confirmed"]), (&shard.into(), &false.into()));
        assert_eq!(part["settings"].as_array().unwrap().len(), if out == "one" { 2 } else { 1 });
    }
    let merged = json(folder.path(), &["merge", "three", "one", "two", "--out", "merged"]);
    assert_eq!((&merged["confirmed"], &merged["part"]), (&false.into(), &Value::Null));
    assert_eq!(run(folder.path(), "merged", &["--resume"]), whole);
    same_files(folder.path(), "whole", "merged");
    for (parts, says) in [
        (&["one", "two"][..], "1 of 4 settings are in none of the folders, such as setting 2"),
        (&["one", "two", "two"], "setting 1 is in two and in two"),
    ] {
        let (code, text) = failure(folder.path(), &[&["merge", "--out", "bad"][..], parts].concat());
        assert!(code == 1 && text.contains(says), "{text}");
        assert!(!folder.path().join("bad").exists());
    }
}

#[test]
fn a_killed_sweep_goes_on_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &TINY.replace("steps: 900", "steps: 4500"));
    let arguments = |out| ["sweep", "sweep.yaml", "--quiet", "--resume", "--out", out];
    etude(folder.path()).args(arguments("whole")).assert().success();
    kill_and_resume(folder.path(), &arguments("killed"), [80, 250, 400, 150, 600, 320]);
    same_files(folder.path(), "whole", "killed");
}

#[test]
fn settings_are_drawn_at_random_within_their_ranges() {
    let folder = tempfile::tempdir().unwrap();
    let (before, rest) = TINY.split_once("grid:").unwrap();
    let (_, after) = rest.split_once("10]\n").unwrap();
    let random = "random:\n  count: 6\n  seed: 4\n  settings:\n    brain.basal_ganglia.policy_rate: {from: 0.1, to: 10, scale: log}\n    \
                  brain.cortex.units: {from: 8, to: 16, whole: true}\n    brain.cerebellum: [null, {}]\n";
    let text = format!("{before}{random}{after}").replace("steps: 900", "steps: 30");
    write(folder.path(), &text.replace("agent: dopamine", "agent: brain"));
    let settings = |out: &str| {
        run(folder.path(), out, &[]);
        let mut rows = rows(&folder.path().join(out).join("settings.csv"));
        rows.retain(|row| row["phase"] == "selection");
        rows
    };
    let drawn = settings("one");
    assert_eq!(drawn.len(), 6);
    for row in &drawn {
        assert!((0.1..=10.0).contains(&number(row, "brain.basal_ganglia.policy_rate")), "{row:?}");
        let units = number(row, "brain.cortex.units");
        assert!((8.0..=16.0).contains(&units) && units.fract() == 0.0, "{row:?}");
        assert!(["null", "{}"].contains(&row["brain.cerebellum"].as_str()), "{row:?}");
    }
    assert_eq!(settings("again"), drawn);
    write(folder.path(), &text.replace("agent: dopamine", "agent: brain").replace("seed: 4", "seed: 5"));
    assert_ne!(settings("other"), drawn, "the seed is not used");
}

#[test]
fn a_criterion_that_nobody_reaches_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = TINY
        .replace("measure: area", "measure: steps-to-criterion\ncriterion: 0.9")
        .replace("steps: 900", "steps: 300");
    write(folder.path(), &text.replace("evaluate_every: 300", "evaluate_every: 100"));
    let document = run(folder.path(), "out", &[]);
    assert_eq!(
        (&document["higher_is_better"], &document["settings"][0]["selection"]["reached"]),
        (&false.into(), &0.into())
    );
    assert_eq!(document["settings"][0]["selection"]["value"], 300.0);
    let text = etude(folder.path()).args(["sweep", "sweep.yaml", "--out", "out", "--resume"]).output().unwrap();
    assert!(String::from_utf8(text.stdout).unwrap().contains("not reached"));
}

#[test]
fn sweeps_that_make_no_sense_are_refused_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |text: &str, more: &[&str], parts: &[&str]| {
        write(folder.path(), text);
        let (code, message) = failure(folder.path(), &[&["sweep", "sweep.yaml", "--out", "out"][..], more].concat());
        assert_eq!(code, 1, "{message}");
        for part in parts {
            assert!(message.contains(part), "`{part}` is missing from: {message}");
        }
        assert!(message.starts_with("error: ") && message.trim_end().lines().count() == 1, "one message: {message}");
        assert!(!folder.path().join("out").exists(), "half-written after {message}");
    };
    refused(
        &TINY.replace("policy_rate", "polcy_rate"),
        &[],
        &["sweep.yaml: setting 0", "polcy_rate", "did you mean `policy_rate`"],
    );
    refused(
        &TINY.replace("episode.time_limit", "episde.time_limit"),
        &[],
        &["sweep.yaml", "episde", "did you mean `episode`"],
    );
    refused(&TINY.replace("[5, 10]", "[5, -10]"), &[], &["setting 1", "episode.time_limit=-10", "time_limit"]);
    refused(
        &TINY.replace("seed: 5000", "seed: 3"),
        &[],
        &["sweep.yaml:13", "confirmation.seed", "the seed of the selection"],
    );
    refused(&TINY.replace("[0.5, 2.4]", "[]"), &[], &["no values"]);
    let (before, rest) = TINY.split_once("grid:").unwrap();
    let after = rest.split_once("10]\n").unwrap().1;
    refused(&format!("{before}grid: {{}}\n{after}"), &[], &["sweep.yaml:9", "`grid`", "found nothing"]);
    refused(&format!("{before}{after}"), &[], &["values to be tried in `grid` or `random`"]);
    let values: String = (1..=40).map(|value| format!("{value}, ")).collect();
    let many = TINY.replace("[0.5, 2.4]", &format!("[{values}41]")).replace("[5, 10]", &format!("[{values}41]"));
    refused(&many, &[], &["1681 settings", "at most 1000"]);
    refused(&TINY.replace("best: 2", "best: 5"), &[], &["confirmation.best", "from 1 to 4", "found 5"]);
    refused(
        &TINY.replace("cycling/flat-v0", "cycling/falt-v0"),
        &[],
        &["sweep.yaml", "did you mean `cycling/flat-v0`"],
    );
    refused(&TINY.replace("agent: dopamine", "agent: dopamin"), &[], &["sweep.yaml", "did you mean `dopamine`"]);
    refused(
        &TINY.replace("measure: area", "measure: speed"),
        &[],
        &["sweep.yaml:8:1", "`measure`", "final-score, area"],
    );
    refused(TINY, &["--shard", "5/5"], &["part 5/5 has none of the 4 settings"]);
    refused("just words", &[], &["sweep.yaml", "expected a mapping"]);
    fs::remove_file(folder.path().join("sweep.yaml")).unwrap();
    let (code, message) = failure(folder.path(), &["sweep", "sweep.yaml", "--out", "out"]);
    assert!(code == 1 && message.contains("sweep.yaml") && message.contains("No such file"), "{message}");
    // Nor is a finished one overwritten or gone on with as another.
    write(folder.path(), &TINY.replace("steps: 900", "steps: 30"));
    run(folder.path(), "out", &[]);
    let before = contents(&folder.path().join("out"));
    let again =
        |more: &[&str]| failure(folder.path(), &[&["sweep", "sweep.yaml", "--out", "out"][..], more].concat()).1;
    assert!(again(&[]).contains("already holds a run"));
    write(folder.path(), &TINY.replace("steps: 900", "steps: 40"));
    let other = again(&["--resume"]);
    assert!(other.contains("its `sweep.steps` is 30, not 40"), "{other}");
    assert_eq!(contents(&folder.path().join("out")), before);
}
