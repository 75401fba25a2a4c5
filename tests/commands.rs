//! Every command, through the binary.

mod common;

use common::{contents, etude, failure, json, kill_and_resume, same_files};
use std::fs;

const SMALL: [&str; 10] =
    ["--subjects", "3", "--steps", "2000", "--evaluate-every", "1000", "--evaluation-episodes", "2", "--seed", "7"];

fn scores_of(table: &std::path::Path) -> Vec<(String, String)> {
    let mut reader = csv::Reader::from_path(table).unwrap();
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|found| found == name).unwrap();
    let (subject, score) = (column("subject"), column("score"));
    reader.records().map(Result::unwrap).map(|row| (row[subject].into(), row[score].into())).collect()
}

#[test]
fn a_run_folder_is_evaluated_as_its_subjects_are_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), "run", &[]);
    let same = ["--episodes", "3", "--seed", "5", "--task", "cycling/rough-v0"];
    let evaluated =
        |what: &str, table: &str| json(folder.path(), &[&["evaluate", what, "--table", table][..], &same].concat());
    let whole = evaluated("run", "all.csv");
    assert_eq!(
        (whole["task"].as_str(), whole["subjects"].as_array().map(Vec::len)),
        (Some("cycling/rough-v0"), Some(3))
    );
    let all = scores_of(&folder.path().join("all.csv"));
    assert_eq!(all.len(), 9);
    for subject in 0..3 {
        let one = evaluated(&format!("run/checkpoints/subject-00{subject}.safetensors"), "one.csv");
        assert_eq!(one["scores"], whole["subjects"][subject]["scores"]);
        assert_eq!(scores_of(&folder.path().join("one.csv")), all[3 * subject..3 * subject + 3]);
    }
    let (_, message) = failure(folder.path(), &["evaluate", "run", "--picture", "ride.png"]);
    assert!(message.contains("--picture, --record and --sound take a single subject"), "{message}");
    fs::create_dir(folder.path().join("empty")).unwrap();
    let (_, message) = failure(folder.path(), &["evaluate", "empty"]);
    assert!(message.contains("holds no checkpoint"), "{message}");
}

fn train(folder: &std::path::Path, out: &str, more: &[&str]) -> serde_json::Value {
    let mut arguments = vec!["train", "cycling/flat-v0", "--out", out];
    arguments.extend(SMALL);
    arguments.extend(more);
    json(folder, &arguments)
}

#[test]
fn training_leaves_a_run_folder_and_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let document = train(folder.path(), "run", &["--signals-every", "500"]);
    assert_eq!(document["task"], "cycling/flat-v0");
    assert_eq!(document["agent"], "brain");
    assert!(document["steps_per_s"].as_f64().unwrap() > 0.0);
    let subjects = document["subjects"].as_array().unwrap();
    assert_eq!(subjects.len(), 3);
    let files = contents(&folder.path().join("run"));
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let of_subjects: Vec<String> = ["episodes", "evaluations", "signals"]
        .iter()
        .flat_map(|log| (0..3).map(move |subject| format!("logs/subject-00{subject}.{log}.csv")))
        .chain((0..3).map(|subject| format!("checkpoints/subject-00{subject}.safetensors")))
        .collect();
    let of_all = [".lock", "episodes.csv", "evaluations.csv", "figures/learning.svg", "run.yaml", "summary.json"];
    let mut expected: Vec<&str> = of_subjects.iter().map(String::as_str).chain(of_all).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
    // The score of each subject is the mean of its last evaluation.
    let mut reader = csv::Reader::from_reader(&files["evaluations.csv"][..]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    // Each at step 0, 1000 and 2000.
    assert_eq!(rows.len(), 9);
    for subject in subjects {
        let index = subject["subject"].to_string();
        let last = rows.iter().rfind(|row| row[0] == index).unwrap();
        assert_eq!(last[2].parse::<u64>().unwrap(), 2000);
        // Reading JSON may miss the last bit.
        assert!((last[4].parse::<f64>().unwrap() - subject["score"].as_f64().unwrap()).abs() < 1e-15);
        assert_eq!(subject["steps"], 2000);
    }
    // The lengths of a subject's episodes add up to the steps at the end of its last one.
    let mut reader = csv::Reader::from_reader(&files["episodes.csv"][..]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    for subject in ["0", "1", "2"] {
        let mine: Vec<_> = rows.iter().filter(|row| &row[0] == subject).collect();
        let steps: u64 = mine.iter().map(|row| row[4].parse::<u64>().unwrap()).sum();
        assert_eq!(mine.last().unwrap()[3].parse::<u64>().unwrap(), steps);
        assert!(mine.iter().all(|row| (row[7] == *"1") != (row[8] == *"1")), "an end has one reason");
    }
    assert!(String::from_utf8_lossy(&files["logs/subject-001.signals.csv"]).contains("1,500,dopamine_adapted,"));
}

#[test]
fn results_depend_on_the_seed_and_on_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), "one", &["--threads", "1"]);
    train(folder.path(), "two", &["--threads", "2"]);
    let (one, two) = (contents(&folder.path().join("one")), contents(&folder.path().join("two")));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(&two[name] == bytes, "{name} differs between one thread and two");
    }
    // A subject is the same alone as among others.
    let mut arguments = vec!["train", "cycling/flat-v0", "--out", "alone"];
    arguments.extend(SMALL.map(|argument| if argument == "3" { "1" } else { argument }));
    json(folder.path(), &arguments);
    let alone = contents(&folder.path().join("alone"));
    let name = "checkpoints/subject-000.safetensors";
    assert!(alone[name] == one[name], "subject 0 differs alone");
    let mut other = vec!["train", "cycling/flat-v0", "--out", "other"];
    other.extend(SMALL.map(|argument| if argument == "7" { "8" } else { argument }));
    json(folder.path(), &other);
    assert!(contents(&folder.path().join("other"))[name] != one[name], "the seed is not used");
}

#[test]
fn a_killed_run_goes_on_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let plan = ["--subjects", "3", "--steps", "12000", "--evaluate-every", "1500", "--evaluation-episodes", "1"];
    let arguments = |out| [&["train", "cycling/flat-v0", "--quiet", "--resume", "--out", out], &plan[..]].concat();
    etude(folder.path()).args(arguments("whole")).assert().success();
    kill_and_resume(folder.path(), &arguments("killed"), [60, 150, 260, 400, 90, 320]);
    same_files(folder.path(), "whole", "killed");
}

#[test]
fn a_checkpoint_is_evaluated_on_its_own_and_on_other_tasks() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), "run", &[]);
    let checkpoint = "run/checkpoints/subject-001.safetensors";
    let own = json(folder.path(), &["evaluate", checkpoint, "--episodes", "3"]);
    assert_eq!(own["task"], "cycling/flat-v0");
    assert_eq!(own["episodes"], 3);
    let scores: Vec<f64> = own["scores"].as_array().unwrap().iter().map(|score| score.as_f64().unwrap()).collect();
    assert_eq!(scores.len(), 3);
    assert!((own["score_mean"].as_f64().unwrap() - scores.iter().sum::<f64>() / 3.0).abs() < 1e-9);
    // The score is the share of 60 m, which is told beside it as a metric.
    let ridden = own["metrics"]["distance_m"].as_f64().unwrap();
    assert!((ridden / 60.0 - own["score_mean"].as_f64().unwrap()).abs() < 1e-3, "{ridden} m");
    assert_eq!(own, json(folder.path(), &["evaluate", checkpoint, "--episodes", "3"]));
    // The range is one of episodes, the interval one of their mean, which a single episode does not have.
    let ends =
        |what: &str| -> Vec<f64> { own[what].as_array().unwrap().iter().map(|end| end.as_f64().unwrap()).collect() };
    let mean = own["score_mean"].as_f64().unwrap();
    let sorted = |by: fn(f64, f64) -> f64| scores.iter().copied().reduce(by).unwrap();
    assert_eq!(ends("score_range"), [sorted(f64::min), sorted(f64::max)]);
    assert!(ends("score_interval")[0] <= mean && mean <= ends("score_interval")[1], "{own}");
    let text = |episodes| {
        let output = etude(folder.path()).args(["evaluate", checkpoint, "--episodes", episodes]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let [interval, range] =
        ["score_interval", "score_range"].map(ends).map(|ends| format!("{:.3} to {:.3}", ends[0], ends[1]));
    let expected = format!("score {mean:.3} (95 % interval {interval}) over 3 episodes, range {range}");
    assert!(text("3").contains(&expected), "`{expected}` is missing from\n{}", text("3"));
    assert!(text("1").contains("in one episode (no interval)"), "{}", text("1"));
    assert!(json(folder.path(), &["evaluate", checkpoint, "--episodes", "1"])["score_interval"].is_null());
    let other = json(folder.path(), &["evaluate", checkpoint, "--task", "cycling/mountain-v0", "--episodes", "2"]);
    assert_eq!(other["task"], "cycling/mountain-v0");
}

#[test]
fn baselines_score_next_to_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for agent in ["idle", "random"] {
        for task in ["cycling/flat-v0", "cycling/rough-v0", "cycling/mountain-v0", "cycling/reversed-v0"] {
            let out = format!("{agent}-{}", task.replace('/', "-"));
            let small = ["--steps", "500", "--subjects", "3", "--evaluate-every", "500"];
            let arguments = [&["train", task, "--agent", agent, "--out", &out][..], &small].concat();
            let document = json(folder.path(), &arguments);
            let score = document["score_iqm"].as_f64().unwrap();
            assert!(score <= 0.1, "{agent} scores {score} on {task}");
        }
    }
}

#[test]
fn practice_makes_better() {
    // The small version of the learning curves: far above the baselines' 0.1, in all subjects but at most one.
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["train", "cycling/flat-v0", "--subjects", "4", "--steps", "60_000", "--out", "run"];
    let document = json(folder.path(), &arguments);
    let score = document["score_iqm"].as_f64().unwrap();
    assert!(score >= 0.8, "{document:#}");
}

#[test]
fn tasks_and_agents_are_listed_and_described() {
    let folder = tempfile::tempdir().unwrap();
    let all = json(folder.path(), &["list"]);
    let names = |kind: &str, key: &str| {
        let entries = all[kind].as_array().unwrap();
        entries.iter().map(|entry| entry[key].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    for task in ["cycling/flat-v0", "cycling/mountain-v0", "cycling/reversed-v0", "cycling/rough-v0"] {
        assert!(names("tasks", "task").contains(&task.to_string()), "{task}");
    }
    for agent in
        ["brain", "brain-binary", "brain-fixed-rate", "brain-single-rate", "cerebellum", "dopamine", "idle", "random"]
    {
        assert!(names("agents", "agent").contains(&agent.to_string()), "{agent}");
    }
    for experiment in ["flat-reversed-flat", "flat-to-rough", "guitar-to-bass", "rough-to-flat"] {
        assert!(names("experiments", "experiment").contains(&experiment.to_string()), "{experiment}");
    }
    let described = json(folder.path(), &["describe", "cycling/flat-v0"]);
    let fields = |space: &str| {
        let fields = described[space].as_array().unwrap().clone();
        fields.iter().map(|field| field["name"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(fields("action"), ["steer", "pedal", "rear_brake", "front_brake", "lean"]);
    let text = etude(folder.path()).args(["describe", "cycling/flat-v0"]).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    for name in fields("observation").iter().chain(&fields("action")) {
        assert!(text.contains(name.as_str()), "`{name}` is missing from\n{text}");
    }
    // The YAML that is shown is one of its own.
    for (kind, name) in [("task", "cycling/rough-v0"), ("agent", "cerebellum"), ("experiment", "changed-gearing")] {
        let yaml = etude(folder.path()).args(["describe", name, "--yaml"]).output().unwrap();
        fs::write(folder.path().join("mine.yaml"), &yaml.stdout).unwrap();
        let described = json(folder.path(), &["describe", "mine.yaml"]);
        assert_eq!(described[kind], name);
        assert_eq!(described["yaml"].as_str().unwrap().as_bytes(), yaml.stdout);
    }
    let text = etude(folder.path()).args(["describe", "changed-gearing"]).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    for part in ["cycling/geared-v0, 10 k steps", "cycling/flat-v0, 60 k steps", "brain.cerebellum.random_sign true"] {
        assert!(text.contains(part), "`{part}` is missing from\n{text}");
    }
}

#[test]
fn all_tasks_pass_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let document = json(folder.path(), &["check"]);
    let tasks = document["tasks"].as_array().unwrap();
    assert!(tasks.len() >= 4);
    for task in tasks {
        assert_eq!(task["passed"], true, "{task:#}");
        assert_eq!(task["failures"].as_array().unwrap().len(), 0);
    }
}

#[test]
fn bench_measures_every_figure() {
    let folder = tempfile::tempdir().unwrap();
    let document = json(folder.path(), &["bench", "cycling/flat-v0", "--lanes", "1,3", "--threads", "1,2"]);
    let rows = document["tasks"].as_array().unwrap();
    let combinations: Vec<(u64, u64)> =
        rows.iter().map(|row| (row["lanes"].as_u64().unwrap(), row["threads"].as_u64().unwrap())).collect();
    assert_eq!(combinations, [(1, 1), (3, 1), (3, 2)]);
    for row in rows {
        for key in [
            "bare_physics_us",
            "env_step_us",
            "overhead",
            "env_steps_per_s",
            "learner_us",
            "train_steps_per_s",
            "reset_us",
            "bytes_per_lane",
        ] {
            assert!(row[key].as_f64().is_some_and(|value| value > 0.0), "{key} in {row:#}");
        }
    }
    // Against a machine on which all but physics took twice as long, and training half.
    let mut earlier = document.clone();
    for row in earlier["tasks"].as_array_mut().unwrap() {
        let twice = |value: &serde_json::Value| serde_json::json!(value.as_f64().unwrap() * 2.0);
        for key in ["env_step_us", "learner_us", "reset_us", "train_steps_per_s"] {
            row[key] = twice(&row[key]);
        }
    }
    std::fs::write(folder.path().join("earlier.json"), earlier.to_string()).unwrap();
    let bench = ["bench", "cycling/flat-v0", "--lanes", "3", "--threads", "2", "--against"];
    let document = json(folder.path(), &[&bench[..], &["earlier.json"]].concat());
    let (row, ratios) = (&document["tasks"][0], &document["ratios"][0]);
    let before = earlier["tasks"].as_array().unwrap().iter().find(|row| row["threads"] == 2).unwrap();
    let number = |row: &serde_json::Value, key: &str| row[key].as_f64().unwrap();
    let ratio = |key: &str| number(row, key) / number(before, key);
    let machine = ratio("bare_physics_us");
    let close =
        |found: &str, expected: f64| assert!((number(ratios, found) / expected - 1.0).abs() < 1e-9, "{ratios:#}");
    close("machine", machine);
    close("env_step", ratio("env_step_us") / machine);
    close("training", 1.0 / ratio("train_steps_per_s") / machine);
    for (file, text, says) in [
        ("none.json", "{\"tasks\": []}", "none.json lacks these tasks with the same numbers of lanes and threads"),
        ("other.json", "{}", "other.json: expected the output of `etude bench --json`"),
    ] {
        std::fs::write(folder.path().join(file), text).unwrap();
        let (_, message) = common::failure(folder.path(), &[&bench[..], &[file]].concat());
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn help_is_there_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let commands = [
        "list",
        "describe",
        "check",
        "bench",
        "train",
        "evaluate",
        "transfer",
        "transfer-matrix",
        "sweep",
        "merge",
        "report",
        "compare",
        "validate",
        "score",
    ];
    for command in commands {
        etude(folder.path()).args([command, "--help"]).assert().success();
    }
    assert_eq!(failure(folder.path(), &["--json"]).0, 2);
}

#[test]
fn a_lesion_is_kept_in_the_checkpoint_and_can_be_tried_on_a_trained_subject() {
    let folder = tempfile::tempdir().unwrap();
    let score = |arguments: &[&str]| {
        let document = json(folder.path(), &[&["evaluate", "--episodes", "3"][..], arguments].concat());
        document["scores"].as_array().unwrap().clone()
    };
    train(folder.path(), "whole", &[]);
    train(folder.path(), "numb", &["--lesion", "basal-ganglia", "--lesion", "cortex-plasticity=0.5"]);
    train(folder.path(), "idle", &["--agent", "idle"]);
    let record = fs::read_to_string(folder.path().join("numb/run.yaml")).unwrap();
    assert!(record.contains("basal-ganglia: 1.0") && record.contains("cortex-plasticity: 0.5"), "{record}");
    let [whole, numb, idle] = ["whole", "numb", "idle"].map(|run| format!("{run}/checkpoints/subject-000.safetensors"));
    // Who has nothing but basal ganglia, and loses them, does nothing: before, during and after practice.
    assert_eq!(score(&[&numb]), score(&[&idle]));
    assert_eq!(score(&[&whole, "--lesion", "basal-ganglia"]), score(&[&idle]));
    assert_ne!(score(&[&whole]), score(&[&idle]));
    assert_eq!(score(&[&whole, "--lesion", "basal-ganglia=1", "--lesion", "basal-ganglia=0"]), score(&[&whole]));
    let resume = |more: &[&str]| {
        let run = ["train", "cycling/flat-v0", "--out", "numb", "--resume"];
        failure(folder.path(), &[&run[..], &SMALL, more].concat())
    };
    for more in [&[][..], &["--lesion", "basal-ganglia"], &["--lesion", "basal-ganglia=0.9"]] {
        let (code, message) = resume(more);
        assert!(code == 1 && message.contains("a different run: its `lesions"), "{message}");
    }
}
