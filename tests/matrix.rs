//! Transfer matrices, through the binary.

mod common;

use common::{Row, contents, etude, failure, json, kill_and_resume, rows, same_files};
use serde_json::Value;
use std::fs;
use std::path::Path;

const SMALL: [&str; 10] =
    ["--agent", "dopamine", "--subjects", "3", "--seed", "5", "--evaluate-every", "300", "--evaluation-episodes", "1"];
const FLAT: &str = "cycling/flat-v0";
const ROUGH: &str = "cycling/rough-v0";

fn run(folder: &Path, out: &str, more: &[&str]) -> Value {
    json(folder, &[&["transfer-matrix", "--out", out, "--steps", "900"][..], &SMALL, more].concat())
}

/// Scores of a leg by subject, at the steps of its evaluations.
fn scores(rows: &[Row], leg: &str) -> Vec<Vec<f64>> {
    let of = |subject: &str| -> Vec<f64> {
        let mine = rows.iter().filter(|row| row["leg"] == leg && row["subject"] == subject);
        mine.map(|row| row["score"].parse().unwrap()).collect()
    };
    ["0", "1", "2"].map(of).into()
}

/// Mean score over steps that are evenly evaluated, by the trapezoidal rule.
fn area(scores: &[f64]) -> f64 {
    scores.windows(2).map(|ends| (ends[0] + ends[1]) / 2.0).sum::<f64>() / (scores.len() - 1) as f64
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

fn close(found: &Value, expected: f64) {
    assert!((found.as_f64().unwrap() - expected).abs() < 1e-12, "{found} against {expected}");
}

#[test]
fn a_cell_is_what_transfer_measures_between_the_two_tasks() {
    let folder = tempfile::tempdir().unwrap();
    let document = run(folder.path(), "matrix", &[FLAT, ROUGH, "--practice-steps", "600"]);
    fs::write(
        folder.path().join("pair.yaml"),
        "experiment: pair\nquestion: q\nagent: dopamine\nsubjects: 3\nseed: 5\nevaluate_every: 300\nevaluation_episodes: 1\n\
         criterion: 0.5\nreference: scratch\ntest: {task: cycling/rough-v0, steps: 900}\ngroups:\n  scratch: {}\n  transfer:\n    \
         practice:\n    - {task: cycling/flat-v0, steps: 600}\n",
    )
    .unwrap();
    let pair = json(folder.path(), &["transfer", "pair.yaml", "--out", "pair"]);
    let [cell, back] = &document["cells"].as_array().unwrap()[..] else { panic!("{document:#}") };
    assert_eq!((cell["practised"].as_str(), cell["tested"].as_str()), (Some(FLAT), Some(ROUGH)));
    assert_eq!((back["practised"].as_str(), back["tested"].as_str()), (Some(ROUGH), Some(FLAT)));
    for (ours, theirs) in [("zero_shot_gain", "jumpstart"), ("area_difference", "area_difference")] {
        for key in ["value", "low", "high", "p"] {
            assert_eq!(cell[ours][key], pair["measures"][format!("transfer.{theirs}")][key], "{ours}.{key}");
        }
    }
    assert_eq!(cell["zero_shot"]["value"], pair["groups"]["transfer"]["score_first_iqm"]);
    assert_eq!(cell["area"]["value"], pair["groups"]["transfer"]["area"]);
    assert_eq!(document["scratch"][1]["area"]["value"], pair["groups"]["scratch"]["area"]);
    // Something was learned at all, so that these are not two nothings.
    assert_ne!(cell["area_difference"]["value"], 0.0);
    assert_ne!(cell["area_difference"]["value"], back["area_difference"]["value"]);
    // Each is told in the table and in the text.
    let table = rows(&folder.path().join("matrix/matrix.csv"));
    assert_eq!(table.len(), 2);
    assert_eq!(
        (table[0]["practised"].as_str(), table[0]["tested"].as_str(), table[0]["n"].as_str()),
        (FLAT, ROUGH, "3")
    );
    close(&cell["area_difference"]["value"], table[0]["area_difference"].parse().unwrap());
    close(&cell["zero_shot_gain"]["high"], table[0]["zero_shot_gain_high"].parse().unwrap());
    let arguments =
        ["transfer-matrix", "--out", "matrix", "--steps", "900", "--resume", FLAT, ROUGH, "--practice-steps", "600"];
    let text = etude(folder.path()).args([&arguments[..], &SMALL].concat()).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    for part in ["practised \\ tested", "flat", ROUGH, "zero-shot", "Holm", "Fewer than 5", "matrix/report.html"] {
        assert!(text.to_lowercase().contains(&part.to_lowercase()), "`{part}` is missing from\n{text}");
    }
    let figure = fs::read_to_string(folder.path().join("matrix/figures/with-learning.svg")).unwrap();
    assert!(figure.contains("flat, rough: ") && figure.contains("rough, flat: "), "{figure}");
}

#[test]
fn a_family_is_all_of_its_tasks_and_each_is_practised_once() {
    let folder = tempfile::tempdir().unwrap();
    let small = ["--agent", "idle", "--subjects", "1", "--steps", "20", "--evaluation-episodes", "1", "--out", "out"];
    let document = json(folder.path(), &[&["transfer-matrix", "cycling"][..], &small].concat());
    let listed = json(folder.path(), &["list", "tasks"]);
    let tasks = listed["tasks"].as_array().unwrap().iter().filter_map(|task| task["task"].as_str());
    let count = tasks.filter(|task| task.starts_with("cycling/")).count();
    assert!(count >= 6);
    assert_eq!(document["scratch"].as_array().unwrap().len(), count);
    assert_eq!(document["cells"].as_array().unwrap().len(), count * (count - 1));
    // Novices, practice, and all pairs.
    let files = contents(&folder.path().join("out"));
    let checkpoints = files.keys().filter(|name| name.starts_with("checkpoints/")).count();
    assert_eq!(checkpoints, 2 * count + count * (count - 1));
    // Who does nothing is worth nothing to anybody.
    for cell in document["cells"].as_array().unwrap() {
        assert_eq!((&cell["area_difference"]["value"], &cell["zero_shot_gain"]["value"]), (&0.0.into(), &0.0.into()));
    }
}

#[test]
fn a_sequence_is_measured_as_its_evaluations_say() {
    let folder = tempfile::tempdir().unwrap();
    let order = "cycling/flat-v0,cycling/rough-v0,cycling/flat-v0";
    let document = run(folder.path(), "out", &[FLAT, ROUGH, "--sequence", order]);
    let all = rows(&folder.path().join("out/evaluations.csv"));
    // The first practice of the sequence is that of the matrix.
    let practised = ["cycling-flat-v0.practice", "sequence-2.cycling-rough-v0", "sequence-3.cycling-flat-v0"];
    let novices = ["scratch.cycling-flat-v0", "scratch.cycling-rough-v0", "scratch.cycling-flat-v0"];
    let [practised, novices] = [practised, novices].map(|legs| legs.map(|leg| scores(&all, leg)));
    // What is left at the end: the last task was flat ground, too.
    let last = |leg: &Vec<Vec<f64>>| mean(leg.iter().map(|scores| *scores.last().unwrap()));
    let rough_left = mean(scores(&all, "sequence-end.cycling-rough-v0").iter().map(|scores| scores[0]));
    let ends = [last(&practised[2]), rough_left, last(&practised[2])];
    close(&document["sequence"]["average_performance"]["value"], ends.iter().sum::<f64>() / 3.0);
    let learned = practised.each_ref().map(last);
    let lost = (0..3).map(|place| learned[place] - ends[place]);
    close(&document["sequence"]["forgetting"]["value"], lost.sum::<f64>() / 3.0);
    let areas = |legs: &[Vec<Vec<f64>>; 3]| legs.each_ref().map(|leg| mean(leg.iter().map(|scores| area(scores))));
    let (ours, theirs) = (areas(&practised), areas(&novices));
    let transferred = (0..3).map(|place| (ours[place] - theirs[place]) / (1.0 - theirs[place]));
    close(&document["sequence"]["forward_transfer"]["value"], transferred.sum::<f64>() / 3.0);
    assert_eq!(document["sequence"]["tasks"][2]["forgetting"]["value"], 0.0);
    assert_eq!(rows(&folder.path().join("out/sequence.csv")).len(), 3);
    // What comes first in a sequence cannot have been of use to it, but for the lane it is on.
    let alone = run(folder.path(), "alone", &["--sequence", order]);
    assert_eq!(alone["sequence"], document["sequence"]);
    assert!(alone["cells"].as_array().unwrap().is_empty());
    let text = fs::read_to_string(folder.path().join("alone/report.html")).unwrap();
    assert!(text.contains("average performance") && !text.contains("All pairs"), "{text}");
}

#[test]
fn a_matrix_does_not_depend_on_threads_kills_or_parts() {
    let folder = tempfile::tempdir().unwrap();
    let tasks = [FLAT, ROUGH, "--sequence", "cycling/rough-v0,cycling/flat-v0"];
    let with = |more: &[&'static str]| [&tasks[..], more].concat();
    let whole = run(folder.path(), "whole", &with(&["--threads", "1"]));
    run(folder.path(), "wide", &with(&["--threads", "3"]));
    same_files(folder.path(), "whole", "wide");
    // A report made anew has the same bytes.
    for file in ["report.html", "summary.json", "evaluations.csv"] {
        fs::remove_file(folder.path().join("wide").join(file)).unwrap();
    }
    assert_eq!(json(folder.path(), &["report", "wide"]), whole);
    same_files(folder.path(), "whole", "wide");
    let first = run(folder.path(), "first", &with(&["--shard", "1/2"]));
    assert_eq!(first["subjects"], 2);
    run(folder.path(), "second", &with(&["--shard", "2/2"]));
    assert_eq!(json(folder.path(), &["merge", "second", "first", "--out", "merged"]), whole);
    same_files(folder.path(), "whole", "merged");
    let (_, message) = failure(folder.path(), &["merge", "first", "--out", "bad"]);
    assert!(message.contains("1 of 3 subjects are in none of the folders, such as subject 1"), "{message}");
    assert!(!folder.path().join("bad").exists());
    let small = SMALL.map(|argument| if argument == "5" { "6" } else { argument });
    let other = ["transfer-matrix", "--out", "other", "--steps", "900"];
    let other = json(folder.path(), &[&other[..], &small, &tasks].concat());
    assert_ne!(other["cells"], whole["cells"], "the seed is not used");
}

#[test]
fn a_killed_matrix_goes_on_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = |out| {
        let own = ["transfer-matrix", FLAT, ROUGH, "--quiet", "--resume", "--steps", "4500", "--out", out];
        [&own[..], &SMALL].concat()
    };
    etude(folder.path()).args(arguments("whole")).assert().success();
    kill_and_resume(folder.path(), &arguments("killed"), [80, 250, 400, 150, 600, 320]);
    same_files(folder.path(), "whole", "killed");
}

#[test]
fn a_setting_holds_for_the_agent_and_for_all_tasks() {
    let folder = tempfile::tempdir().unwrap();
    let set = ["--set", "brain.basal_ganglia.policy_rate=0.5", "--set", "episode.time_limit=3"];
    run(folder.path(), "out", &[&[FLAT, ROUGH][..], &set].concat());
    let record = fs::read_to_string(folder.path().join("out/run.yaml")).unwrap();
    assert!(record.contains("policy_rate: 0.5") && record.matches("time_limit: 3").count() == 2, "{record}");
}

#[test]
fn what_cannot_be_paired_is_refused_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str], parts: &[&str]| {
        let (code, message) = failure(folder.path(), &[&["transfer-matrix", "--out", "out"][..], arguments].concat());
        assert_eq!(code, 1, "{message}");
        for part in parts {
            assert!(message.contains(part), "`{part}` is missing from: {message}");
        }
        assert!(message.starts_with("error: ") && message.trim_end().lines().count() == 1, "one message: {message}");
        assert!(!folder.path().join("out").exists(), "half-written after {message}");
    };
    refused(
        &[FLAT, ROUGH, "fretting/guitar-v0"],
        &[
            "fretting/guitar-v0 cannot be paired with cycling/flat-v0",
            "observation field 0",
            "cycling/flat-v0, cycling/rough-v0; or",
        ],
    );
    // Arms with motor noise have two actions more.
    refused(&["reaching"], &["cannot be paired", "reaching/curl-v0", "; or", "reaching/curl-v1"]);
    refused(&["cyclin"], &["unknown family `cyclin`", "did you mean `cycling`", "fretting"]);
    refused(&["cycling/falt-v0", ROUGH], &["unknown task", "cycling/flat-v0"]);
    refused(&[FLAT], &["from 2 to 50 tasks in a matrix, found 1"]);
    refused(&[FLAT, ROUGH, "--sequence", FLAT], &["in a sequence, found 1"]);
    refused(&[FLAT, ROUGH, FLAT], &["cycling/flat-v0 is named twice"]);
    refused(&[FLAT, ROUGH, "--sequence", "cycling/flat-v0,fretting/bass-v0"], &["cannot be paired"]);
    refused(&["--sequence", "reaching/curl-v0,reaching/adaptation-v0"], &["reaching/adaptation-v0 is a schedule"]);
    refused(&[FLAT, ROUGH, "--agent", "brian"], &["did you mean `brain`"]);
    refused(&[FLAT, ROUGH, "--set", "brain.cortex.unts=3"], &["unts", "units"]);
    refused(&[FLAT, ROUGH, "--subjects", "2", "--shard", "3/3"], &["part 3/3 has none of the 2 subjects"]);
    fs::write(folder.path().join("mine.yaml"), "task: cycling/flat-v0\nextends: cycling/rough-v0\n").unwrap();
    refused(&[FLAT, "mine.yaml"], &["two different tasks are called cycling/flat-v0"]);
    assert_eq!(failure(folder.path(), &["transfer-matrix"]).0, 2);
    // Nor is a finished one overwritten or gone on with as another.
    let small = ["--agent", "idle", "--subjects", "1", "--steps", "20", "--out", "done"];
    json(folder.path(), &[&["transfer-matrix", FLAT, ROUGH][..], &small].concat());
    let again = |more: &[&'static str]| {
        failure(folder.path(), &[&["transfer-matrix", FLAT, ROUGH][..], &small, more].concat()).1
    };
    assert!(again(&[]).contains("already holds a run"));
    let other = again(&["--resume", "--practice-steps", "30"]);
    assert!(other.contains("its `practice_steps` is 20, not 30"), "{other}");
}
