//! Settings that are changed for one run, and runs that go on: longer, with more subjects, or from what was learned before.

mod common;

use common::{contents, etude, failure, json, same_files};
use std::path::Path;

fn train(folder: &Path, out: &str, more: &[&str]) -> serde_json::Value {
    let arguments =
        ["train", "cycling/flat-v0", "--out", out, "--evaluate-every", "1000", "--evaluation-episodes", "2"];
    json(folder, &[&arguments[..], &["--seed", "7"], more].concat())
}

#[test]
fn a_lengthened_run_is_a_long_one_and_one_with_more_subjects_a_larger_one_to_the_last_byte() {
    let folder = tempfile::tempdir().unwrap();
    train(
        folder.path(),
        "long",
        &["--subjects", "3", "--steps", "3500", "--signals-every", "500", "--record-steps", "--tensorboard"],
    );
    // 1250 is neither the end of an episode nor a time of evaluation, and 2000 is one.
    for (steps, subjects) in [("1250", "2"), ("1300", "2"), ("2000", "3")] {
        let more = [
            "--subjects",
            subjects,
            "--steps",
            steps,
            "--signals-every",
            "500",
            "--record-steps",
            "--tensorboard",
            "--resume",
        ];
        train(folder.path(), "short", &more[..if steps == "1250" { 8 } else { 9 }]);
    }
    let more =
        ["--subjects", "3", "--steps", "3500", "--signals-every", "500", "--record-steps", "--tensorboard", "--resume"];
    train(folder.path(), "short", &more);
    same_files(folder.path(), "long", "short");
    // Shorter, smaller or other than it is, it is another run.
    for (more, wrong) in [
        (["--subjects", "3", "--steps", "1000"], "its `steps` is 3500, not 1000"),
        (["--subjects", "2", "--steps", "3500"], "its `subjects` is 3, not 2"),
    ] {
        let arguments = ["train", "cycling/flat-v0", "--out", "short", "--resume", "--seed", "7"];
        let (_, message) = failure(folder.path(), &[&arguments[..], &more].concat());
        assert!(message.contains("holds a different run"), "{message}");
        assert!(message.contains(wrong) || message.contains("evaluate_every"), "{message}");
    }
}

#[test]
fn a_run_that_is_killed_while_it_is_lengthened_still_becomes_the_long_one() {
    let folder = tempfile::tempdir().unwrap();
    let size = |steps| ["--subjects", "2", "--steps", steps];
    train(folder.path(), "long", &size("60000"));
    train(folder.path(), "short", &size("1250"));
    let arguments = ["train", "cycling/flat-v0", "--out", "short", "--evaluate-every", "1000", "--evaluation-episodes"];
    let arguments = [&arguments[..], &["2", "--seed", "7", "--resume"], &size("60000")].concat();
    common::kill_and_resume(folder.path(), &arguments, [20, 60, 120, 200, 300, 500]);
    same_files(folder.path(), "long", "short");
}

#[test]
fn a_folder_is_gone_on_with_as_it_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), "long", &["--subjects", "2", "--steps", "3000", "--lesion", "cerebellum=0.5"]);
    train(folder.path(), "short", &["--subjects", "1", "--steps", "1300", "--lesion", "cerebellum=0.5"]);
    json(folder.path(), &["train", "--resume", "short", "--steps", "3000", "--subjects", "2"]);
    same_files(folder.path(), "long", "short");
    json(folder.path(), &["train", "--resume", "short"]);
    same_files(folder.path(), "long", "short");
    let (_, message) = failure(folder.path(), &["train", "--resume", "nowhere"]);
    assert!(message.contains("nowhere holds no run"), "{message}");
    let (_, message) = failure(folder.path(), &["train", "--resume", "short", "--seed", "9"]);
    assert!(message.contains("found --seed"), "{message}");
    let (_, message) = failure(folder.path(), &["train"]);
    assert!(message.contains("TASK"), "{message}");
}

#[test]
fn practice_may_begin_with_what_was_learned_before_and_goes_on_to_the_last_byte() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), "first", &["--subjects", "1", "--steps", "25000"]);
    let checkpoint = "first/checkpoints/subject-000.safetensors";
    let from = |out: &str, more: &[&str]| {
        let arguments = ["train", "--from", checkpoint, "--out", out, "--seed", "11", "--subjects", "2"];
        json(folder.path(), &[&arguments[..], &["--evaluate-every", "500"], more].concat())
    };
    from("whole", &["--steps", "2000"]);
    from("parts", &["--steps", "700"]);
    json(folder.path(), &["train", "--resume", "parts", "--steps", "2000"]);
    same_files(folder.path(), "whole", "parts");
    let first = |run: &str| -> f64 {
        let mut reader = csv::Reader::from_path(folder.path().join(run).join("evaluations.csv")).unwrap();
        let column = reader.headers().unwrap().iter().position(|name| name == "score").unwrap();
        reader.records().next().unwrap().unwrap()[column].parse().unwrap()
    };
    assert!(first("whole") > first("first") + 0.3, "{} {}", first("whole"), first("first"));
    // Another task of the same body will do, another body will not, and the folder knows what its subjects began with.
    let task =
        ["train", "cycling/rough-v0", "--from", checkpoint, "--steps", "300", "--subjects", "1", "--out", "rough"];
    json(folder.path(), &task);
    let (_, message) = failure(folder.path(), &["train", "reaching/curl-v0", "--from", checkpoint, "--out", "arm"]);
    assert!(message.contains("different bodies"), "{message}");
    let naive = ["train", "cycling/flat-v0", "--out", "whole", "--resume", "--steps", "2000", "--seed", "11"];
    let (_, message) = failure(folder.path(), &[&naive[..], &["--subjects", "2", "--evaluate-every", "500"]].concat());
    assert!(message.contains("its `from` is"), "{message}");
    std::fs::write(folder.path().join("parts/from.safetensors"), "damaged").unwrap();
    let (_, message) = failure(folder.path(), &["train", "--resume", "parts"]);
    assert!(message.contains("not a checkpoint of etude"), "{message}");
}

#[test]
fn what_is_set_is_what_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let told = |what: &str, set: &[&str]| {
        let set: Vec<&str> = set.iter().flat_map(|set| ["--set", set]).collect();
        json(folder.path(), &[&["describe", what][..], &set].concat()).to_string()
    };
    let lists = ["schedule[0].degrees=45", "schedule.0.share=0.5"];
    assert!(told("cursor/turned-25-v0", &lists).contains("50 % of the units turned by 45 degrees"));
    assert!(told("brain", &["brain.cortex.units=32", "brain.cerebellum=null"]).contains("units: 32"));
    assert!(told("flat-to-rough", &["subjects=3", "test.steps=2_000"]).contains("\"subjects\":3"));
    let small = ["--subjects", "1", "--steps", "300", "--set", "brain.basal_ganglia.policy_rate=0.5"];
    train(folder.path(), "set", &[&small[..], &["--set", "episode.time_limit=3"]].concat());
    let record = std::fs::read_to_string(folder.path().join("set/run.yaml")).unwrap();
    assert!(record.contains("policy_rate: 0.5") && record.contains("time_limit: 3"), "{record}");
    let experiment = ["transfer", "flat-to-rough", "--scale-steps", "0.002", "--subjects", "1", "--out", "small"];
    let set = ["--set", "brain.basal_ganglia.sd_max=0.9", "--set", "groups.transfer.practice[0].steps=90_000"];
    json(folder.path(), &[&experiment[..], &set].concat());
    let record = std::fs::read_to_string(folder.path().join("small/run.yaml")).unwrap();
    assert!(record.contains("sd_max: 0.9") && record.contains("steps: 180"), "{record}");
}

#[test]
fn what_cannot_be_set_is_one_message_that_says_where_and_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = |what: &str, set: &str| failure(folder.path(), &["describe", what, "--set", set]).1;
    for (what, set, message) in [
        ("cycling/flat-v0", "episode.time_limt=3", "did you mean `time_limit`?"),
        ("cycling/flat-v0", "epizode.time_limit=3", "there is no `epizode`; did you mean `episode`?"),
        ("cycling/flat-v0", "episode.time_limit=long", "--set: field `episode.time_limit`: expected a number"),
        ("cycling/flat-v0", "episode.time_limit=-1", "episode.time_limit"),
        ("cycling/flat-v0", "episode.time_limit=[", "--set"),
        ("cycling/flat-v0", "episode.time_limit", "expected a path and a value"),
        ("cycling/flat-v0", "=3", "expected a path and a value"),
        ("cycling/flat-v0", "summary.x.y=3", "there is no `x` in a single value"),
        ("cursor/within-v0", "schedule[1].trials=3", "expected a number below 1"),
        ("dopamine", "brain.cerebellum.action_gradient=1", "there is no `cerebellum`; there is: "),
        ("brain", "brain.cortex.unit=3", "did you mean `units`?"),
        ("brain", "episode.time_limit=3", "expected a setting of an agent"),
        ("cycling/flat-v0", "brain.cortex.units=3", "expected a setting of a task"),
        ("flat-to-rough", "test.task=cycling/none-v0", "cycling/none-v0"),
    ] {
        let found = wrong(what, set);
        assert!(found.contains(message) && found.lines().count() <= 4, "{set}: {found}");
    }
    let (_, message) = failure(folder.path(), &["validate", "V1", "--set", "episode.hold=1"]);
    assert!(message.contains("expected settings of the agent"), "{message}");
    etude(folder.path()).args(["list", "tasks"]).assert().success();
}

/// What is kept of a run, by name.
fn kept(folder: &Path, run: &str) -> Vec<String> {
    let place = folder.join(run).join("checkpoints/kept");
    if place.is_dir() { contents(&place).into_keys().collect() } else { Vec::new() }
}

#[test]
fn checkpoints_are_kept_to_the_same_bytes_however_a_run_came_about_and_are_no_subjects() {
    let folder = tempfile::tempdir().unwrap();
    let keep = |out: &str, steps: u64, more: &[&str]| {
        let steps = steps.to_string();
        let asked = ["--subjects", "2", "--steps", &steps, "--keep-checkpoints-every", "2000"];
        train(folder.path(), out, &[&asked[..], more].concat())
    };
    keep("long", 7000, &[]);
    let names = |subject: &str| [2000, 4000, 6000].map(|at| format!("subject-00{subject}.at-{at:09}.safetensors"));
    assert_eq!(kept(folder.path(), "long"), [names("0"), names("1")].concat());

    // The first subject's episode in which 2000 steps are reached.
    let mut episodes = csv::Reader::from_path(folder.path().join("long/episodes.csv")).unwrap();
    let mut ends =
        episodes.records().map(Result::unwrap).filter(|row| &row[0] == "0").map(|row| row[3].parse().unwrap());
    let end: u64 = ends.find(|&steps: &u64| steps >= 2000).unwrap();
    let one = "long/checkpoints/kept/subject-000.at-000002000.safetensors";
    assert_eq!(json(folder.path(), &["evaluate", one, "--episodes", "1"])["steps_practised"], end);
    json(folder.path(), &["train", "--from", one, "--out", "from", "--steps", "100", "--subjects", "1"]);

    // Stopped before, at, within and after that episode's last steps, and on one thread.
    assert!(end > 2001, "the episode ends at {end}");
    for (out, stops) in [
        ("before", vec![1950]),
        ("at", vec![2000]),
        ("within", vec![2001, end - 1]),
        ("end", vec![end]),
        ("after", vec![end + 1, 3999]),
        ("thread", vec![]),
    ] {
        for (number, &stop) in stops.iter().enumerate() {
            keep(out, stop, if number == 0 { &[] } else { &["--resume"] });
            let reached = if stop >= end { 1 } else { 0 };
            assert!(kept(folder.path(), out).len() >= reached, "{out} {stop}");
        }
        keep(out, 7000, if stops.is_empty() { &["--threads", "1"] } else { &["--resume"] });
        same_files(folder.path(), "long", out);
    }

    let subjects = json(folder.path(), &["evaluate", "long", "--episodes", "1"]);
    assert_eq!(subjects["subjects"].as_array().unwrap().len(), 2);
    json(folder.path(), &["compare", "long", "after"]);
    let other = ["train", "cycling/flat-v0", "--out", "long", "--resume", "--seed", "7", "--evaluate-every", "1000"];
    let other = [&other[..], &["--evaluation-episodes", "2", "--subjects", "2", "--steps", "7000"]].concat();
    let (_, message) = failure(folder.path(), &other);
    assert!(message.contains("its `keep_checkpoints_every` is 2000"), "{message}");
    let odd = ["train", "cycling/flat-v0", "--evaluate-every", "1000", "--keep-checkpoints-every", "1500"];
    let (_, message) = failure(folder.path(), &odd);
    assert!(message.contains("expected a multiple of --evaluate-every (1000), such as 2000"), "{message}");
}

#[test]
fn a_run_that_is_killed_keeps_the_same_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let asked = ["--subjects", "2", "--steps", "40000", "--keep-checkpoints-every", "3000"];
    train(folder.path(), "long", &asked);
    assert!(kept(folder.path(), "long").len() >= 24);
    let arguments = ["train", "cycling/flat-v0", "--out", "short", "--evaluate-every", "1000", "--evaluation-episodes"];
    let arguments = [&arguments[..], &["2", "--seed", "7", "--resume"], &asked].concat();
    common::kill_and_resume(folder.path(), &arguments, [50, 100, 200, 300, 500, 800]);
    same_files(folder.path(), "long", "short");
}
