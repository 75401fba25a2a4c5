//! Bad input of every kind: one message that says what, where and what was expected, and nothing half-written.

mod common;

use common::{contents, failure, json};
use std::fs;
use std::path::Path;

fn message(folder: &Path, arguments: &[&str], code: i32, parts: &[&str]) {
    let (found, text) = failure(folder, arguments);
    assert_eq!(found, code, "{text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing from: {text}");
    }
    if code == 1 {
        assert!(text.starts_with("error: ") && text.trim_end().lines().count() == 1, "one message: {text}");
    }
}

#[test]
fn wrong_usage_ends_with_code_two() {
    let folder = tempfile::tempdir().unwrap();
    message(folder.path(), &["fly"], 2, &["unrecognized subcommand"]);
    message(folder.path(), &["train"], 2, &["<TASK>"]);
    message(folder.path(), &["train", "cycling/flat-v0", "--steps", "many"], 2, &["expected a whole number from 1"]);
    message(folder.path(), &["train", "cycling/flat-v0", "--subjects", "0"], 2, &["from 1 to 10000"]);
    message(folder.path(), &["train", "cycling/flat-v0", "--speed"], 2, &["--speed"]);
    assert!(contents(folder.path()).is_empty());
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    message(folder.path(), &["train", "mine.yaml"], 1, &["mine.yaml: cannot be read", "No such file"]);
    message(folder.path(), &["transfer", "mine.yml"], 1, &["mine.yml: cannot be read", "No such file"]);
    message(folder.path(), &["train", "cycling/flat-v0", "--steps", "3.000"], 2, &["expected a whole number"]);
    message(folder.path(), &["train", "cycling/falt-v0"], 1, &["unknown task `cycling/falt-v0`", "`cycling/flat-v0`"]);
    message(
        folder.path(),
        &["train", "cycling/flat-v0", "--agent", "dopamin"],
        1,
        &["unknown agent `dopamin`", "did you mean `dopamine`"],
    );
    message(folder.path(), &["describe", "cycling/none-v0"], 1, &["no task, agent or experiment is called"]);
    for command in [&["describe", "cycling"][..], &["train", "cycling"], &["evaluate", "reaching", "--task", "cycling"]]
    {
        let parts = ["`cycling` is a family of tasks; expected one of them: ", "cycling/flat-v0", "cycling/rough-v0"];
        message(folder.path(), command, 1, &parts);
    }
    // What is of another kind is called so, with the command that takes it.
    let other = |command: &[&str], parts: &[&str]| message(folder.path(), command, 1, parts);
    other(&["transfer", "reaching/curl-v0"], &["`reaching/curl-v0` is a task; expected an experiment (`etude train"]);
    other(&["transfer", "brain"], &["`brain` is an agent; expected an experiment", "--agent brain"]);
    other(
        &["train", "flat-to-rough"],
        &["`flat-to-rough` is an experiment; expected a task (`etude transfer flat-to-rough`"],
    );
    message(folder.path(), &["describe", "no/such/file.yaml"], 1, &["file.yaml: cannot be read", "No such file"]);
    message(folder.path(), &["describe", "brian"], 1, &["did you mean `brain`"]);
    message(folder.path(), &["validate", "W4"], 1, &["unknown finding `W4`", "did you mean `V4`", "V1, V2"]);
    message(folder.path(), &["report", "nowhere"], 1, &["nowhere does not exist; expected the folder of a run"]);
    message(folder.path(), &["train", "cycling/flat-v0", "--subjects", "0"], 2, &["a whole number from 1 to 10000\n"]);
    assert!(contents(folder.path()).is_empty());
    // The folder of a run may be called like a family.
    fs::create_dir(folder.path().join("cycling")).unwrap();
    for command in ["describe", "train"] {
        message(folder.path(), &[command, "cycling"], 1, &["`cycling` is a family of tasks"]);
    }
    message(folder.path(), &["report", "cycling"], 1, &["cycling holds no run: there is no run.yaml in it"]);
    fs::write(folder.path().join("mine.yaml"), "experiment: mine\n").unwrap();
    message(folder.path(), &["train", "mine.yaml"], 1, &["`mine.yaml` is an experiment; expected a task"]);
}

#[test]
fn faulty_task_files_are_located() {
    let folder = tempfile::tempdir().unwrap();
    let extends = "task: cycling/mine-v0\nextends: cycling/flat-v0\n";
    for (text, parts) in [
        ("task: [".to_string(), vec!["mine.yaml:", "not valid YAML"]),
        ("just words".to_string(), vec!["expected a mapping"]),
        (
            format!("{extends}rider:\n  body:\n    mass: 0\n"),
            vec!["mine.yaml:5:5", "`rider.body.mass`", "0.1 to 500 kg"],
        ),
        (format!("{extends}bike:\n  wheelbase: -1\n"), vec!["mine.yaml:4:3", "`bike.wheelbase`", "found -1"]),
        (format!("{extends}bike:\n  friction: .nan\n"), vec!["`bike.friction`", "found NaN"]),
        (format!("{extends}bike:\n  fricton: 1\n"), vec!["mine.yaml:4:3", "`bike.fricton`", "did you mean `friction`"]),
        (format!("{extends}ground:\n  roughness: rough\n"), vec!["mine.yaml:4:3", "`ground.roughness`"]),
        (format!("{extends}{extends}"), vec!["mine.yaml", "duplicate"]),
        ("task: flying/kite-v0\n".to_string(), vec!["mine.yaml:1:1", "a family that is known: cursor"]),
        ("task: nonsense\n".to_string(), vec!["`nonsense`", "cycling/mine-v0"]),
        ("task: cycling/mine-v0\nextends: cycling/none-v0\n".to_string(), vec!["unknown task `cycling/none-v0`"]),
        ("task: cycling/mine-v0\nextends: mine.yaml\n".to_string(), vec!["mine.yaml", "circle"]),
        ("task: cycling/mine-v0\n".to_string(), vec!["mine.yaml", "missing field"]),
    ] {
        fs::write(folder.path().join("mine.yaml"), &text).unwrap();
        message(folder.path(), &["train", "mine.yaml", "--out", "run"], 1, &parts);
        assert!(!folder.path().join("run").exists(), "half-written after {text}");
    }
}

#[test]
fn faulty_agent_files_are_located() {
    let folder = tempfile::tempdir().unwrap();
    let brain = "agent: mine\nkind: brain\nbrain:\n";
    for (text, parts) in [
        ("agent: mine\nkind: brian\n".to_string(), vec!["mine.yaml:2:1", "`kind`", "idle, random, brain"]),
        (format!("{brain}  cortex:\n    units: 0\n"), vec!["mine.yaml:5:5", "`brain.cortex.units`", "found 0"]),
        (format!("{brain}  cortex:\n    unit: 8\n"), vec!["did you mean `units`"]),
        (format!("{brain}  basal_ganglia:\n    horizon: -1.5\n"), vec!["`brain.basal_ganglia.horizon`", "found -1.5"]),
        (format!("{brain}  basal_ganglia:\n    horizon: .nan\n"), vec!["`brain.basal_ganglia.horizon`", "NaN"]),
        ("agent: mine\nkind: idle\nbrain: {}\n".to_string(), vec!["`brain`", "kind `idle`"]),
        ("agent: mine\nextends: brian\n".to_string(), vec!["unknown agent `brian`", "did you mean `brain`"]),
        ("agent: mine\nextends: mine.yaml\n".to_string(), vec!["mine.yaml:2:1", "`extends`", "circle"]),
        (
            "agent: mine\nextends: brain\nbrain:\n  cortex: {units: 0}\n".to_string(),
            vec!["mine.yaml:4:12", "`brain.cortex.units`", "found 0"],
        ),
    ] {
        fs::write(folder.path().join("mine.yaml"), &text).unwrap();
        message(folder.path(), &["train", "cycling/flat-v0", "--agent", "mine.yaml", "--out", "run"], 1, &parts);
        assert!(!folder.path().join("run").exists(), "half-written after {text}");
    }
}

fn small_run(folder: &Path, out: &str) {
    let arguments = ["train", "cycling/flat-v0", "--subjects", "1", "--steps", "500", "--evaluation-episodes", "1"];
    json(folder, &[&arguments[..], &["--out", out]].concat());
}

#[test]
fn damaged_checkpoints_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    small_run(folder.path(), "run");
    let path = folder.path().join("run/checkpoints/subject-000.safetensors");
    let whole = fs::read(&path).unwrap();
    let evaluate = ["evaluate", "run/checkpoints/subject-000.safetensors"];
    for length in [0, 4, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        message(folder.path(), &evaluate, 1, &["subject-000.safetensors", "cannot be used"]);
    }
    let mut altered = whole.clone();
    let last = altered.len() - 50_000;
    altered[last] ^= 1;
    fs::write(&path, &altered).unwrap();
    message(folder.path(), &evaluate, 1, &["it has been altered"]);
    fs::write(&path, b"GIF89a, and so on, and so on, and so on").unwrap();
    message(folder.path(), &evaluate, 1, &["not a checkpoint of etude"]);
    fs::remove_file(&path).unwrap();
    message(
        folder.path(),
        &evaluate,
        1,
        &["subject-000.safetensors does not exist", "expected a checkpoint, a run folder, or one of cycling"],
    );
    message(folder.path(), &["evaluate", "run"], 1, &["run holds no checkpoint of a subject"]);
}

#[test]
fn a_damaged_checkpoint_stops_a_resume_and_says_which() {
    let folder = tempfile::tempdir().unwrap();
    small_run(folder.path(), "run");
    let path = folder.path().join("run/checkpoints/subject-000.safetensors");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 3]).unwrap();
    let before = contents(folder.path());
    let arguments =
        ["train", "cycling/flat-v0", "--subjects", "1", "--steps", "500", "--evaluation-episodes", "1", "--resume"];
    message(folder.path(), &[&arguments[..], &["--out", "run"]].concat(), 1, &["subject-000.safetensors"]);
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn a_run_is_neither_overwritten_nor_resumed_as_another() {
    let folder = tempfile::tempdir().unwrap();
    small_run(folder.path(), "run");
    let before = contents(folder.path());
    let run = ["train", "cycling/flat-v0", "--subjects", "1", "--evaluation-episodes", "1", "--out", "run"];
    let with = |more: &[&'static str]| [&run[..], more].concat();
    message(folder.path(), &with(&["--steps", "500"]), 1, &["already holds a run", "--resume"]);
    message(folder.path(), &with(&["--steps", "400", "--resume"]), 1, &["a different run", "`steps` is 500, not 400"]);
    message(
        folder.path(),
        &with(&["--steps", "500", "--resume", "--agent", "idle"]),
        1,
        &["a different run", "`agent`"],
    );
    fs::write(folder.path().join("run/run.yaml"), "format: something else\n").unwrap();
    message(folder.path(), &with(&["--steps", "500", "--resume"]), 1, &["run.yaml"]);
    fs::write(folder.path().join("run/run.yaml"), &before["run/run.yaml"]).unwrap();
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn places_that_cannot_be_written_to_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    let train = |out: &'static str| ["train", "cycling/flat-v0", "--steps", "500", "--out", out];
    message(folder.path(), &train("file"), 1, &["file"]);
    message(folder.path(), &train("file/below"), 1, &["file/below"]);
    message(folder.path(), &train("/proc/run"), 1, &["/proc/run"]);
    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/diary.txt"), "x").unwrap();
    message(folder.path(), &train("mine"), 1, &["mine is not empty and holds no run"]);
}

#[test]
fn lesions_that_cannot_be_made_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    small_run(folder.path(), "run");
    let before = contents(folder.path());
    let train = |lesion: &'static str| ["train", "cycling/flat-v0", "--out", "new", "--lesion", lesion];
    let evaluate = |lesion: &'static str| ["evaluate", "run/checkpoints/subject-000.safetensors", "--lesion", lesion];
    message(folder.path(), &train("basal-gangli"), 1, &["did you mean `basal-ganglia`"]);
    message(folder.path(), &train("basal-ganglia=1.5"), 1, &["from 0 to 1, found 1.5"]);
    message(folder.path(), &train("basal-ganglia=much"), 2, &["such as cerebellum=0.5"]);
    message(folder.path(), &evaluate("cerebelum"), 1, &["no part `cerebelum`", "did you mean `cerebellum`"]);
    message(folder.path(), &evaluate("=1"), 2, &["such as cerebellum=0.5"]);
    message(folder.path(), &evaluate("basal-ganglia=nan"), 2, &["such as cerebellum=0.5"]);
    assert_eq!(contents(folder.path()), before);
}
