//! Transfer experiments, through the binary.

mod common;

use common::{Row, contents, etude, failure, json, kill_and_resume, rows, same_files};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// All kinds of groups, a few hundred steps long.
const TINY: &str = "\
experiment: tiny
question: Does it help?
agent: dopamine
subjects: 3
seed: 5
evaluate_every: 300
evaluation_episodes: 1
criterion: 0.05
reference: scratch
contrasts: {transfer: incompatible}
test: {task: cycling/rough-v0, steps: 900}
groups:
  scratch: {}
  transfer:
    practice:
      - {task: cycling/flat-v0, steps: 600}
  frozen:
    practice:
      - {task: cycling/flat-v0, steps: 600}
    test_learning: false
  sham:
    practice:
      - {task: cycling/flat-v0, steps: 600, reward: false}
  incompatible:
    practice:
      - {task: cycling/flat-v0, steps: 600, parameters: {bike: {steering_gain: -1.0}}}
";

fn write(folder: &Path, text: &str) {
    fs::write(folder.join("tiny.yaml"), text).unwrap();
}

fn run(folder: &Path, out: &str, more: &[&str]) -> Value {
    json(folder, &[&["transfer", "tiny.yaml", "--out", out][..], more].concat())
}

/// The rows of a group's block without its name.
fn block(rows: &[Row], group: &str, block: &str) -> Vec<Row> {
    let mine = rows.iter().filter(|row| row["group"] == group && row["block"] == block).cloned();
    mine.map(|row| row.into_iter().filter(|(column, _)| column != "group").collect()).collect()
}

fn scores(rows: &[Row], subject: &str) -> Vec<(u64, f64)> {
    let mine = rows.iter().filter(|row| row["subject"] == subject);
    mine.map(|row| (row["steps"].parse().unwrap(), row["score"].parse().unwrap())).collect()
}

#[test]
fn a_single_group_is_compared_with_none() {
    let folder = tempfile::tempdir().unwrap();
    let text = "experiment: alone\nquestion: How soon?\nagent: idle\nsubjects: 2\nevaluate_every: 100\nevaluation_episodes: 1\n\
                criterion: 0.5\nreference: scratch\ntest: {task: reaching/null-v0, steps: 200}\ngroups:\n  scratch: {}\n";
    write(folder.path(), text);
    let told = etude(folder.path()).args(["transfer", "tiny.yaml", "--out", "out"]).assert().success();
    let text = String::from_utf8(told.get_output().stdout.clone()).unwrap();
    assert!(text.contains("scratch") && !text.contains("Measures against"), "{text}");
}

#[test]
fn without_a_name_each_run_has_a_folder_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), TINY);
    let alone = |more: &[&str]| {
        let arguments = [&["transfer", "tiny.yaml", "--subjects", "1", "--quiet"][..], more].concat();
        etude(folder.path()).args(arguments).assert().success();
    };
    let there = |name: &str| folder.path().join("runs").join(name).join("summary.json").exists();
    alone(&[]);
    assert!(there("tiny") && !there("tiny_2"));
    alone(&["--resume"]);
    assert!(!there("tiny_2"), "the last one is resumed");
    alone(&[]);
    assert!(there("tiny_2"));
    for part in ["1/2", "2/2"] {
        let arguments = ["transfer", "tiny.yaml", "--subjects", "2", "--quiet", "--shard", part];
        etude(folder.path()).args(arguments).assert().success();
    }
    let parts = ["1", "2"].map(|part| format!("runs/tiny_part-{part}-of-2"));
    etude(folder.path()).arg("merge").args(parts).assert().success();
    assert!(there("merged"));
}

#[test]
fn an_experiment_leaves_a_folder_a_document_and_a_table() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), TINY);
    let document = run(folder.path(), "out", &["--signals-every", "200"]);
    let out = folder.path().join("out");
    let files = contents(&out);
    for name in [
        "run.yaml",
        "evaluations.csv",
        "blocks.csv",
        "logs/subject-001.sham.test.signals.csv",
        "summary.json",
        "figures/test.svg",
    ] {
        assert!(files.contains_key(name), "{name} is missing");
    }
    // Three subjects; the practice that transfer and frozen share is done once.
    assert_eq!(files.keys().filter(|name| name.starts_with("checkpoints/")).count(), 3 * 8);
    assert_eq!(serde_json::from_slice::<Value>(&files["summary.json"]).unwrap(), document);
    assert_eq!(document["experiment"], "tiny");
    for group in ["scratch", "transfer", "frozen", "sham", "incompatible"] {
        let summary = &document["groups"][group];
        assert_eq!(summary["subjects"], 3, "{group}");
        assert_eq!(summary["practice_steps"], if group == "scratch" { 0 } else { 600 }, "{group}");
        assert!(summary["score_final_iqm"].is_f64() && summary["area"].is_f64(), "{summary}");
    }
    let of_groups = [
        "jumpstart",
        "area_difference",
        "transfer_ratio",
        "forward_transfer",
        "percent_transfer",
        "asymptotic_gain",
        "probability_of_improvement",
        "transfer_effectiveness",
    ];
    let groups = ["transfer", "frozen", "sham", "incompatible"];
    let names = groups.iter().flat_map(|group| of_groups.iter().map(move |measure| format!("{group}.{measure}")));
    let contrasts = ["area_difference", "steps_saved"].map(|name| format!("transfer_against_incompatible.{name}"));
    for name in names.chain(contrasts) {
        let measure = &document["measures"][&name];
        let keys: Vec<&str> =
            measure.as_object().unwrap_or_else(|| panic!("{name}")).keys().map(String::as_str).collect();
        assert_eq!(keys, ["high", "low", "p", "p_adjusted", "significant", "value"], "{name}");
        if let (Some(low), Some(value), Some(high)) =
            (measure["low"].as_f64(), measure["value"].as_f64(), measure["high"].as_f64())
        {
            assert!(low <= value && value <= high, "{name}: {measure}");
        }
    }
    // A measure is what the table of evaluations says it is.
    let evaluations = rows(&out.join("evaluations.csv"));
    let area = |group: &str| {
        let test = block(&evaluations, group, "test");
        let of = |subject: u64| {
            let scores = scores(&test, &subject.to_string());
            assert_eq!(scores.iter().map(|point| point.0).collect::<Vec<_>>(), [0, 300, 600, 900]);
            (scores[0].1 / 2.0 + scores[1].1 + scores[2].1 + scores[3].1 / 2.0) / 3.0
        };
        (0..3).map(of).sum::<f64>() / 3.0
    };
    let difference = document["measures"]["sham.area_difference"]["value"].as_f64().unwrap();
    assert!((difference - (area("sham") - area("scratch"))).abs() < 1e-12);
    let text = etude(folder.path())
        .args(["transfer", "tiny.yaml", "--out", "out", "--resume", "--signals-every", "200"])
        .output();
    let text = String::from_utf8(text.unwrap().stdout).unwrap();
    for part in ["Does it help?", "incompatible", "transfer against incompatible", "steps saved", "criterion"] {
        assert!(text.contains(part), "`{part}` is missing from\n{text}");
    }
}

#[test]
fn groups_are_paired_and_share_what_they_have_in_common() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), TINY);
    run(folder.path(), "out", &[]);
    let all = rows(&folder.path().join("out/evaluations.csv"));
    let of = |group: &str, name: &str| block(&all, group, name);
    // The same practice, then the same agent at the start of the test.
    assert_eq!(of("transfer", "practice-1"), of("frozen", "practice-1"));
    for subject in ["0", "1", "2"] {
        let (learning, frozen) = (scores(&of("transfer", "test"), subject), scores(&of("frozen", "test"), subject));
        assert_eq!(learning[0], frozen[0]);
        assert!(frozen.iter().all(|point| point.1 == frozen[0].1), "frozen moves: {frozen:?}");
        assert_ne!(learning, frozen, "nothing is learned in the test");
        // All are the same novices before they practise.
        let novice = |group| scores(&of(group, "practice-1"), subject)[0];
        assert_eq!(novice("transfer"), novice("sham"));
        assert_ne!(of("transfer", "practice-1"), of("sham", "practice-1"), "the reward is not used");
    }
    let seeds = |group| of(group, "test").iter().map(|row| row["seed"].clone()).collect::<Vec<_>>();
    assert_eq!(seeds("scratch"), seeds("incompatible"));
    // A group without practice is a training run.
    let small = ["--subjects", "3", "--seed", "5", "--steps", "900", "--evaluate-every", "300"];
    let arguments = [
        &["train", "cycling/rough-v0", "--agent", "dopamine", "--out", "train", "--evaluation-episodes", "1"][..],
        &small,
    ]
    .concat();
    json(folder.path(), &arguments);
    let trained = rows(&folder.path().join("train/evaluations.csv"));
    for subject in ["0", "1", "2"] {
        assert_eq!(scores(&of("scratch", "test"), subject)[1..], scores(&trained, subject)[1..]);
    }
}

#[test]
fn results_do_not_depend_on_threads_or_on_being_run_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), TINY);
    let one = run(folder.path(), "one", &["--threads", "1"]);
    let three = run(folder.path(), "three", &["--threads", "3"]);
    assert_eq!(one, three);
    same_files(folder.path(), "one", "three");
    let first = run(folder.path(), "first", &["--shard", "1/2"]);
    assert_eq!(first["groups"]["scratch"]["subjects"], 2);
    run(folder.path(), "second", &["--shard", "2/2"]);
    assert_eq!(json(folder.path(), &["merge", "second", "first", "--out", "merged"]), one);
    same_files(folder.path(), "one", "merged");
    let other = run(folder.path(), "other", &["--seed", "6"]);
    assert_ne!(one["measures"], other["measures"], "the seed is not used");
    // Parts that do not make a whole are refused, and nothing is written.
    for (parts, says) in [
        (&["first"][..], "1 of 3 subjects are in none of the folders, such as subject 1"),
        (&["first", "first"], "subject 0 is in first and in first"),
        (&["first", "other"], "`experiment.seed` is 6, not 5"),
    ] {
        let (code, text) = failure(folder.path(), &[&["merge", "--out", "bad"][..], parts].concat());
        assert!(code == 1 && text.contains(says), "{text}");
        assert!(!folder.path().join("bad").exists());
    }
}

#[test]
fn a_killed_experiment_goes_on_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &TINY.replace("steps: 900", "steps: 4500").replace("steps: 600", "steps: 2400"));
    let arguments = |out| ["transfer", "tiny.yaml", "--quiet", "--resume", "--out", out];
    etude(folder.path()).args(arguments("whole")).assert().success();
    kill_and_resume(folder.path(), &arguments("killed"), [80, 250, 400, 150, 600, 320]);
    same_files(folder.path(), "whole", "killed");
}

#[test]
fn what_was_learned_twice_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let document = json(
        folder.path(),
        &["transfer", "flat-reversed-flat", "--scale-steps", "0.02", "--subjects", "2", "--out", "out"],
    );
    for name in [
        "relearning.forgetting",
        "relearning.retention",
        "relearning.savings_in_steps",
        "relearning.early_savings",
        "relearning.savings_in_rate",
        "relearning.retrograde_interference",
        "relearning.anterograde_interference",
        "rest.retention",
    ] {
        assert!(document["measures"][name].is_object(), "{name} is missing");
    }
    // After rest the test begins with the agent that practice ended with, on the same episodes.
    assert_eq!(document["measures"]["rest.forgetting"]["value"], 0.0);
    assert_eq!(document["groups"]["relearning"]["practice_steps"], 2400);
}

#[test]
fn a_lesion_holds_for_its_block_and_is_lifted_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let text = TINY.replace("contrasts: {transfer: incompatible}\n", "");
    let (head, _) = text.split_once("  transfer:").unwrap();
    let practice = "    practice:\n      - {task: cycling/flat-v0, steps: 600, learning: false";
    let groups = format!(
        "  intact:\n{practice}}}\n  lesioned:\n{practice}, lesions: {{basal-ganglia: 1}}}}\n  \
         half:\n{practice}, lesions: {{basal-ganglia: 0.5}}}}\n"
    );
    write(folder.path(), &format!("{head}{groups}"));
    run(folder.path(), "out", &[]);
    let all = rows(&folder.path().join("out/evaluations.csv"));
    let of = |group: &str, name: &str| block(&all, group, name);
    // Nothing is learned in practice, so that the subjects come to the test as novices if they are whole again.
    for group in ["intact", "lesioned", "half"] {
        assert_eq!(of(group, "test"), of("scratch", "test"), "{group}");
    }
    assert_ne!(of("intact", "practice-1"), of("lesioned", "practice-1"));
    assert_ne!(of("half", "practice-1"), of("lesioned", "practice-1"));
    let report = fs::read_to_string(folder.path().join("out/report.html")).unwrap();
    assert!(report.contains("lesion of basal-ganglia (0.5)"));
}

#[test]
fn experiments_that_make_no_sense_are_refused_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |text: &str, more: &[&str], parts: &[&str]| {
        write(folder.path(), text);
        let (code, message) = failure(folder.path(), &[&["transfer", "tiny.yaml", "--out", "out"][..], more].concat());
        assert_eq!(code, 1, "{message}");
        for part in parts {
            assert!(message.contains(part), "`{part}` is missing from: {message}");
        }
        assert!(message.starts_with("error: ") && message.trim_end().lines().count() == 1, "one message: {message}");
        assert!(!folder.path().join("out").exists(), "half-written after {message}");
    };
    let bodies = TINY.replacen("cycling/flat-v0", "fretting/guitar-v0", 1);
    refused(
        &bodies,
        &[],
        &["tiny.yaml:16:10", "groups.transfer.practice[0].task", "fretting/guitar-v0", "action field 0"],
    );
    refused(&TINY.replace("criterion: 0.05", "criterion: high"), &[], &["tiny.yaml:8:1", "`criterion`"]);
    refused(&TINY.replace("reward: false", "rewards: false"), &[], &["tiny.yaml:23", "did you mean `reward`"]);
    refused(&TINY.replace("steering_gain", "steering"), &[], &["parameters of groups.incompatible", "did you mean"]);
    let lesion = |text| TINY.replace("reward: false", &format!("lesions: {text}"));
    refused(&lesion("{basal-ganglia: 2}"), &[], &["practice[0].lesions.basal-ganglia", "found 2", "from 0 to 1"]);
    refused(&lesion("{basal-gangli: 1}"), &[], &["lesions.basal-gangli", "did you mean `basal-ganglia`"]);
    refused(&lesion("{basal-ganglia: much}"), &[], &["tiny.yaml:23", "lesions"]);
    refused(&lesion("{basal-ganglia: 1}"), &["--agent", "idle"], &["agent `idle`", "no parts"]);
    refused(TINY, &["--agent", "dopamin"], &["did you mean `dopamine`"]);
    refused(TINY, &["--shard", "4/4"], &["part 4/4 has none of the 3 subjects"]);
    let (code, message) = failure(folder.path(), &["transfer", "flat-to-rugh", "--out", "out"]);
    assert!(code == 1 && message.contains("did you mean `flat-to-rough`"), "{message}");
    for wrong in ["0/2", "3/2", "1", "a/b"] {
        let (code, message) = failure(folder.path(), &["transfer", "tiny.yaml", "--out", "out", "--shard", wrong]);
        assert!(code == 2 && message.contains("a part such as 3/16"), "{message}");
    }
}

#[test]
fn an_experiment_is_neither_overwritten_nor_resumed_as_another() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &TINY.replace("agent: dopamine", "agent: idle"));
    run(folder.path(), "out", &[]);
    let before = contents(&folder.path().join("out"));
    let refused = |more: &[&str], says: &str| {
        let (code, message) = failure(folder.path(), &[&["transfer", "tiny.yaml", "--out", "out"][..], more].concat());
        assert!(code == 1 && message.contains(says), "{message}");
    };
    refused(&[], "already holds a run");
    refused(&["--resume", "--seed", "6"], "`experiment.seed` is 5, not 6");
    refused(&["--resume", "--agent", "random"], "a different run");
    let checkpoint = folder.path().join("out/checkpoints/subject-001.sham.test.safetensors");
    let whole = fs::read(&checkpoint).unwrap();
    fs::write(&checkpoint, &whole[..whole.len() / 2]).unwrap();
    refused(&["--resume"], "subject-001.sham.test.safetensors");
    fs::write(&checkpoint, &whole).unwrap();
    // A run of another kind.
    json(
        folder.path(),
        &["train", "cycling/flat-v0", "--agent", "idle", "--steps", "300", "--subjects", "1", "--out", "train"],
    );
    let (code, message) = failure(folder.path(), &["transfer", "tiny.yaml", "--resume", "--out", "train"]);
    assert!(
        code == 1 && message.contains("train is a folder of `etude train`; expected one of `etude transfer`"),
        "{message}"
    );
    assert_eq!(contents(&folder.path().join("out")), before);
}

#[test]
fn a_test_that_is_a_schedule_is_evaluated_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let text = "experiment: tiny\nquestion: q\nagent: brain\nsubjects: 1\nevaluate_every: 3500\nevaluation_episodes: 2\n\
                criterion: 0.5\nreference: scratch\ntest: {task: reaching/adaptation-v0, steps: 7000}\ngroups:\n  scratch: {}\n  \
                idle: {agent: idle}\n";
    write(folder.path(), text);
    let document = run(folder.path(), "out", &[]);
    assert!(document["evaluation"].as_str().unwrap().contains("the trial that practice has reached"), "{document}");
    let all = rows(&folder.path().join("out/evaluations.csv"));
    let trials: Vec<&str> = all.iter().map(|row| row["trial"].as_str()).collect();
    assert_eq!(trials, ["0", "34", "69", "0", "34", "69"]);
    // Trial 69 is in the field: who does nothing is pushed aside.
    assert!(scores(&block(&all, "idle", "test"), "0")[2].1 < 0.1);
    assert!(scores(&block(&all, "scratch", "test"), "0")[2].1 > 0.1);
}

#[test]
fn a_brain_that_predicts_what_it_would_feel_plays_another_instrument_with_closed_eyes() {
    let folder = tempfile::tempdir().unwrap();
    // A tenth of the practice: the guitar is half learned, and a hundred steps a bar of the bass.
    let small = ["--scale-steps", "0.1", "--subjects", "2", "--seed", "3"];
    let document = json(folder.path(), &[&["transfer", "changed-instrument", "--out", "run"][..], &small].concat());
    let rows = rows(&folder.path().join("run/evaluations.csv"));
    let score = |group: &str, steps: &str| {
        let mine = |row: &&Row| {
            (row["group"].as_str(), row["block"].as_str(), row["steps"].as_str()) == (group, "test", steps)
        };
        let scores: Vec<f64> = rows.iter().filter(mine).map(|row| row["score"].parse().unwrap()).collect();
        assert_eq!(scores.len(), 2, "{group} at {steps}");
        scores.iter().sum::<f64>() / 2.0
    };
    for group in ["brain", "policy-frozen"] {
        assert!(score(group, "0") < 0.1, "{group} begins at {}", score(group, "0"));
        assert!(score(group, "1000") > 0.15, "{group} comes to {}", score(group, "1000"));
    }
    for group in ["dopamine", "predictor-frozen", "no-cerebellum"] {
        assert!(score(group, "1000") < 0.1, "{group} comes to {}", score(group, "1000"));
    }
    assert!(document["measures"]["brain_against_predictor-frozen.area_difference"]["value"].as_f64().unwrap() > 0.05);
}

#[test]
fn a_brain_that_knows_its_bicycle_rides_one_that_steers_the_other_way_within_a_minute() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "experiment: reversed\nquestion: q\nagent: brain\nsubjects: 2\nevaluate_every: 3000\nevaluation_episodes: 2\n\
         criterion: 0.8\nreference: no-cerebellum\ntest: {task: cycling/reversed-v0, steps: 3000}\ngroups:\n  \
         no-cerebellum:\n    test_lesions: {cerebellum: 1}\n    practice: &practice\n    - {task: cycling/flat-v0, \
         steps: 50000}\n  brain:\n    practice: *practice\n",
    );
    let document = json(folder.path(), &["transfer", "tiny.yaml", "--out", "run", "--seed", "2"]);
    let last = |group: &str| document["groups"][group]["score_final_iqm"].as_f64().unwrap();
    assert!(last("brain") > 0.5 && last("no-cerebellum") < 0.3, "{} {}", last("brain"), last("no-cerebellum"));
}

#[test]
fn what_two_things_are_worth_together_is_the_difference_of_what_one_is_worth_with_and_without_the_other() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "experiment: two\nquestion: q\nagent: dopamine\nsubjects: 3\nevaluate_every: 400\nevaluation_episodes: 1\n\
         criterion: 0.5\nreference: neither\ncontrasts: {both: [one, other], other: neither}\n\
         interaction: {both: both, one: one, other: other, neither: neither}\n\
         test: {task: cycling/flat-v0, steps: 600, evaluate_at: [50, 200]}\ngroups:\n  both: {}\n  one: {agent: random}\n  \
         other: {test_lesions: {basal-ganglia: 0.5}}\n  neither: {agent: idle}\n",
    );
    let document = run(folder.path(), "run", &[]);
    let value = |name: &str| document["measures"][name]["value"].as_f64().unwrap();
    let expected = value("both_against_one.area_difference") - value("other_against_neither.area_difference");
    assert!(expected.abs() > 1e-6, "nothing differs");
    assert!((value("both.interaction") - expected).abs() < 1e-12, "{} for {expected}", value("both.interaction"));
    assert!(document["measures"]["both_against_other.area_difference"].is_object());
    let rows = rows(&folder.path().join("run/evaluations.csv"));
    let mine = |row: &&Row| (row["group"].as_str(), row["subject"].as_str()) == ("other", "1");
    let steps: Vec<&str> = rows.iter().filter(mine).map(|row| row["steps"].as_str()).collect();
    assert_eq!(steps, ["0", "50", "200", "400", "600"]);
}
