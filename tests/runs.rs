//! Runs are never lost and never half: whatever happens to the program, its output, its folder or its files.

mod common;

use common::{Row, contents, etude, failure, json, kill_and_resume, rows, same_files};
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::Duration;

const QUICK: [&str; 11] = [
    "train",
    "reaching/null-v0",
    "--agent",
    "idle",
    "--subjects",
    "1",
    "--steps",
    "500",
    "--evaluate-every",
    "500",
    "--quiet",
];

fn quick<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&QUICK[..], &["--evaluation-episodes", "1", "--out", out], more].concat()
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_to_ends_no_run_and_output_that_cannot_be_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let run = |arguments: &[&str], out: Stdio, log: Stdio| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("etude"));
        command.args(arguments).current_dir(folder.path()).stdout(out).stderr(log).output().unwrap()
    };
    // A reader of stderr that has gone away: the write end of a pipe without one.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let loud = ["train", "cycling/flat-v0", "--agent", "idle", "--subjects", "1", "--steps", "500", "--out", "run"];
    assert_eq!(run(&loud, Stdio::null(), writer.into()).status.code(), Some(0));
    assert!(folder.path().join("run/summary.json").exists());
    assert_eq!(run(&["train", "nosuch"], Stdio::null(), full().into()).status.code(), Some(1));
    for arguments in [
        &["list"][..],
        &["describe", "brain", "--json"],
        &["describe", "brain", "--yaml"],
        &["check", "reaching/null-v0"],
        &["--help"],
        &["train", "--help"],
        &["--version"],
    ] {
        let output = run(arguments, full().into(), Stdio::piped());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write to stdout"), "{arguments:?}");
    }
    // A reader of stdout that has gone away wanted no more.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(run(&["list"], writer.into(), Stdio::null()).status.code(), Some(0));
}

#[test]
fn what_a_run_killed_at_its_start_has_left_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    for left in [&[][..], &["checkpoints"], &["checkpoints", "figures", "logs"]] {
        let _ = fs::remove_dir_all(&run);
        fs::create_dir(&run).unwrap();
        fs::write(run.join(".lock"), "").unwrap();
        fs::write(run.join("run.yaml.partial"), "format: etude-r").unwrap();
        left.iter().for_each(|name| fs::create_dir(run.join(name)).unwrap());
        etude(folder.path()).args(quick("run", &["--resume"])).assert().success();
        assert!(!run.join("run.yaml.partial").exists());
    }
    fs::write(run.join("run.yaml.partial"), "format: etude-r").unwrap();
    etude(folder.path()).args(quick("run", &["--resume"])).assert().success();
    // Somebody else's folder stays as it is.
    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::create_dir(folder.path().join("mine/checkpoints")).unwrap();
    fs::write(folder.path().join("mine/checkpoints/thesis.txt"), "x").unwrap();
    let (_, message) = failure(folder.path(), &quick("mine", &["--resume"]));
    assert!(message.contains("mine is not empty and holds no run"), "{message}");
    assert_eq!(contents(&folder.path().join("mine")).len(), 1);
}

#[test]
fn a_folder_has_one_user_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    etude(folder.path()).args(quick("run", &[])).assert().success();
    let lock = File::options().write(true).open(folder.path().join("run/.lock")).unwrap();
    lock.lock().unwrap();
    let (code, message) = failure(folder.path(), &quick("run", &["--resume"]));
    assert!(code == 1 && message.contains("run is in use by another process"), "{message}");
    lock.unlock().unwrap();
    etude(folder.path()).args(quick("run", &["--resume"])).assert().success();
}

#[test]
fn a_run_of_another_version_is_told_when_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    etude(folder.path()).args(quick("run", &[])).assert().success();
    let path = folder.path().join("run/run.yaml");
    let record = fs::read_to_string(&path).unwrap();
    fs::write(&path, record.replace(&format!("version: {}", env!("CARGO_PKG_VERSION")), "version: 0.0.1")).unwrap();
    let output = etude(folder.path()).args(quick("run", &["--resume"])).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("started by version 0.0.1"), "{told}");
}

#[test]
fn logs_are_appended_and_a_killed_run_leaves_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = |out| {
        let plan = ["--subjects", "2", "--steps", "12000", "--evaluate-every", "1500", "--evaluation-episodes", "1"];
        let more = ["--agent", "brain", "--signals-every", "1", "--record-steps", "--quiet", "--resume", "--out", out];
        [&["train", "reaching/curl-v0"][..], &plan, &more].concat()
    };
    etude(folder.path()).args(arguments("whole")).assert().success();
    kill_and_resume(folder.path(), &arguments("killed"), [60, 150, 260, 400, 90, 320]);
    same_files(folder.path(), "whole", "killed");
    // Every step is there once, and what is written is not in the checkpoint as well.
    let signals = rows(&folder.path().join("whole/logs/subject-001.signals.csv"));
    let steps: Vec<u64> =
        signals.iter().filter(|row| row["signal"] == "dopamine").map(|row| row["steps"].parse().unwrap()).collect();
    assert_eq!(steps, (1..=12_000).collect::<Vec<u64>>());
    let size = |name: &str| fs::metadata(folder.path().join(name)).unwrap().len();
    let checkpoint = size("whole/checkpoints/subject-001.safetensors");
    assert!(checkpoint < size("whole/logs/subject-001.signals.csv") / 4, "{checkpoint}");
    // Rows that were lost are missed.
    let log = folder.path().join("whole/logs/subject-001.signals.csv");
    let whole = fs::read(&log).unwrap();
    fs::write(&log, &whole[..whole.len() - 10]).unwrap();
    let (code, message) = failure(folder.path(), &arguments("whole"));
    assert!(code == 1 && message.contains("rows have been lost"), "{message}");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_run_with_its_state_saved_and_it_goes_on_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("e.yaml"),
        "experiment: e\nquestion: q\nagent: dopamine\nsubjects: 3\nevaluate_every: 4000\nevaluation_episodes: 1\n\
         criterion: 0.5\nreference: scratch\ntest: {task: cycling/flat-v0, steps: 12000}\ngroups:\n  scratch: {}\n  \
         other: {practice: [{task: cycling/flat-v0, steps: 12000}]}\n",
    )
    .unwrap();
    let train = |out| {
        let plan = ["--subjects", "3", "--steps", "40000", "--evaluate-every", "20000", "--evaluation-episodes", "1"];
        [&["train", "cycling/flat-v0"][..], &plan, &["--resume", "--out", out]].concat()
    };
    let transfer = |out| vec!["transfer", "e.yaml", "--resume", "--out", out];
    for (name, signal, code) in [("train", "INT", 130), ("transfer", "TERM", 143)] {
        let command = |out: &'static str| if name == "train" { train(out) } else { transfer(out) };
        let [whole, stopped] = if name == "train" { ["train-1", "train-2"] } else { ["transfer-1", "transfer-2"] };
        etude(folder.path()).args(command(whole)).assert().success();
        let child = Command::new(assert_cmd::cargo::cargo_bin("etude"))
            .args(command(stopped))
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Once it is at work.
        while !folder.path().join(stopped).join("run.yaml").exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(300));
        let killed = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(told.contains(&format!("stopped by SIG{signal}")) && told.contains("command and --resume"), "{told}");
        let saved = contents(&folder.path().join(stopped));
        assert!(saved.keys().any(|name| name.starts_with("checkpoints/")), "nothing was saved");
        etude(folder.path()).args(command(stopped)).assert().success();
        same_files(folder.path(), whole, stopped);
    }
}

#[test]
fn a_schedule_is_evaluated_where_practice_stands() {
    let folder = tempfile::tempdir().unwrap();
    let run = |agent: &'static str| {
        let plan = ["--subjects", "2", "--steps", "20_000", "--evaluate-every", "5_000", "--out", agent];
        let document =
            json(folder.path(), &[&["train", "reaching/adaptation-v0", "--agent", agent][..], &plan].concat());
        assert!(document["evaluation"].as_str().unwrap().contains("schedule"), "{document}");
        rows(&folder.path().join(agent).join("evaluations.csv"))
    };
    let (idle, brain) = (run("idle"), run("brain"));
    let score = |rows: &[Row], steps: &str| {
        let scores = rows.iter().filter(|row| row["steps"] == steps).map(|row| row["score"].parse::<f64>().unwrap());
        scores.sum::<f64>() / 2.0
    };
    // Trials of 100 steps: 50 without a field, then 200 in it.
    let trials: Vec<&str> = idle[..5].iter().map(|row| row["trial"].as_str()).collect();
    assert_eq!(trials, ["0", "49", "99", "149", "199"]);
    assert_eq!((score(&idle, "0"), score(&idle, "5000")), (1.0, 1.0), "the arm needs no help without a field");
    assert!(score(&idle, "10000") < 0.1 && score(&idle, "20000") < 0.1, "an idle arm is pushed aside in it");
    assert!(score(&brain, "20000") > score(&idle, "20000") + 0.2, "the field has been adapted to");
    // A checkpoint is evaluated where its practice stood, or where one asks for.
    let checkpoint = "brain/checkpoints/subject-000.safetensors";
    let evaluate = |more: &[&str]| json(folder.path(), &[&["evaluate", checkpoint, "--episodes", "8"], more].concat());
    assert_eq!(evaluate(&[])["trial"], 199);
    let (field, before) = (evaluate(&["--trial", "100"]), evaluate(&["--trial", "10"]));
    assert_eq!((&field["trial"], &before["trial"]), (&100.into(), &10.into()));
    assert_eq!(field["metrics"]["block"], 1.0);
    assert_eq!(before["metrics"]["block"], 0.0);
    assert_eq!(evaluate(&["--task", "reaching/savings-v0"])["trial"], 0);
    assert!(evaluate(&["--task", "reaching/curl-v0"])["trial"].is_null());
    let text = etude(folder.path()).args(["evaluate", checkpoint, "--episodes", "2"]).output().unwrap();
    assert!(String::from_utf8_lossy(&text.stdout).contains("trial 199 of its schedule (from 0)"));
    // Past its end.
    let past = "trial 900 of its schedule (from 0, past its 300 trials: its last block continues)";
    for target in [checkpoint, "brain"] {
        let told =
            etude(folder.path()).args(["evaluate", target, "--episodes", "1", "--trial", "900"]).output().unwrap();
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(told.contains(past), "{told}");
    }
    let (_, message) = failure(folder.path(), &["evaluate", checkpoint, "--task", "reaching/curl-v0", "--trial", "3"]);
    assert!(message.contains("not a schedule"), "{message}");
    let document = json(folder.path(), &["compare", "idle", "brain", "--criterion", "0.3"]);
    assert!(document["evaluation"].as_str().unwrap().contains("the trial that practice has reached"), "{document}");
}

#[test]
fn what_was_not_measured_is_empty_and_counts_in_no_mean() {
    let folder = tempfile::tempdir().unwrap();
    let plan = ["--subjects", "1", "--steps", "3_000", "--evaluate-every", "3_000", "--out", "run"];
    json(folder.path(), &[&["train", "reaching/probe-v0", "--agent", "brain"][..], &plan].concat());
    let trials = rows(&folder.path().join("run/episodes.csv"));
    assert_eq!(trials.len(), 30);
    assert!(trials.iter().any(|row| row["clamped"] == "1") && trials.iter().any(|row| row["clamped"] == "0"));
    for row in &trials {
        for metric in ["adaptation_index", "channel_force_n"] {
            assert!(row["clamped"] == "1" || row[metric].is_empty(), "{row:?}");
        }
    }
    let checkpoint = "run/checkpoints/subject-000.safetensors";
    let document = json(folder.path(), &["evaluate", checkpoint, "--task", "reaching/curl-v0", "--episodes", "2"]);
    assert!(document["metrics"]["adaptation_index"].is_null(), "{document}");
    assert!(document["metrics"]["hand_deviation_mm"].is_f64(), "{document}");
}

#[test]
fn seeds_are_numbers_that_every_reader_takes_for_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let document = json(folder.path(), &quick("run", &["--seed", "9007199254740991"]));
    assert!(document["subjects"][0]["seed"].is_string());
    for table in ["episodes.csv", "evaluations.csv"] {
        let rows = rows(&folder.path().join("run").join(table));
        assert!(!rows.is_empty() && rows.iter().all(|row| row["seed"] == "9007199254740991"), "{table}");
    }
    let (code, message) = failure(folder.path(), &quick("other", &["--seed", "9007199254740992"]));
    assert!(code == 2 && message.contains("from 0 to 9007199254740991"), "{message}");
}

#[test]
fn tables_that_lost_rows_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let plan = ["--subjects", "2", "--steps", "4_000", "--evaluate-every", "1_000", "--out", "run"];
    json(folder.path(), &[&["train", "cycling/flat-v0", "--agent", "random"][..], &plan].concat());
    json(folder.path(), &["compare", "run"]);
    let path = folder.path().join("run/evaluations.csv");
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    for wrong in [
        lines[..lines.len() - 2].concat(),
        [&lines[..2], &lines[3..]].concat().concat(),
        [&lines[..3], &lines[2..]].concat().concat(),
    ] {
        fs::write(&path, wrong).unwrap();
        let (code, message) = failure(folder.path(), &["compare", "run"]);
        assert!(code == 1 && message.contains("evaluations"), "{message}");
    }
}

#[test]
fn a_comparison_has_a_folder_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    for out in ["a", "b"] {
        etude(folder.path()).args(quick(out, &[])).assert().success();
    }
    let compare = |more: &[&'static str]| [&["compare", "a", "b", "--out", "c"][..], more].concat();
    json(folder.path(), &compare(&[]));
    let before = contents(&folder.path().join("c"));
    // The same again is the same; another one is refused, as is a folder with something else in it.
    json(folder.path(), &compare(&[]));
    assert_eq!(contents(&folder.path().join("c")), before);
    let (_, message) = failure(folder.path(), &compare(&["--criterion", "0.3"]));
    assert!(message.contains("holds a different run"), "{message}");
    let (_, message) = failure(folder.path(), &["compare", "a", "--out", "b"]);
    assert!(message.contains("b is a folder of `etude train`; expected one of `etude compare`"), "{message}");
    assert_eq!(contents(&folder.path().join("c")), before);
}

#[test]
fn groups_of_experiments_are_compared_beside_training_runs() {
    let folder = tempfile::tempdir().unwrap();
    let experiment = "experiment: small\nquestion: Does it help?\nagent: random\nsubjects: 2\nevaluate_every: 500\n\
                      evaluation_episodes: 2\ncriterion: 0.5\nreference: scratch\ntest: {task: cycling/flat-v0, steps: 1000}\n\
                      groups:\n  scratch: {}\n  transfer:\n    practice: [{task: cycling/rough-v0, steps: 500}]\n";
    fs::write(folder.path().join("small.yaml"), experiment).unwrap();
    json(folder.path(), &["transfer", "small.yaml", "--out", "experiment"]);
    let train = |out: &str, steps: &str| {
        let plan = ["train", "cycling/flat-v0", "--agent", "random", "--subjects", "2", "--evaluate-every", "500"];
        let more = ["--steps", steps, "--evaluation-episodes", "2", "--out", out];
        json(folder.path(), &[&plan[..], &more[..]].concat());
    };
    train("run", "1000");
    let found = json(folder.path(), &["compare", "run", "experiment"]);
    let names: Vec<&str> = found["runs"].as_array().unwrap().iter().map(|run| run["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["random", "random, scratch", "random, transfer"]);
    // A group without practice is a training run.
    assert_eq!(found["runs"][0]["area"], found["runs"][1]["area"]);
    assert!(found["runs"][1]["paired"].as_bool().unwrap());
    train("long", "1500");
    let (_, message) = failure(folder.path(), &["compare", "long", "experiment"]);
    assert!(message.contains("its number of steps is 1000, not 1500"), "{message}");
}

#[test]
fn what_is_resumed_without_a_length_keeps_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| {
        let task =
            ["train", "cycling/flat-v0", "--agent", "random", "--evaluate-every", "300", "--out", "run", "--quiet"];
        etude(folder.path()).args(task).args(more).assert().success();
        contents(&folder.path().join("run"))
    };
    let first = run(&["--subjects", "2", "--steps", "600"]);
    assert!(run(&["--resume"]) == first, "the run has become another one");
    let longer = run(&["--resume", "--steps", "900"]);
    assert!(String::from_utf8_lossy(&longer["run.yaml"]).contains("subjects: 2"));
    assert!(longer["episodes.csv"].len() > first["episodes.csv"].len());
}

#[test]
fn a_picture_replaces_nothing_else_and_does_not_cost_the_scores() {
    let folder = tempfile::tempdir().unwrap();
    etude(folder.path()).args(quick("run", &[])).assert().success();
    let checkpoint = "run/checkpoints/subject-000.safetensors";
    let before = contents(&folder.path().join("run"));
    for target in ["run/run.yaml", checkpoint, "nowhere/p.png", "run"] {
        let output =
            etude(folder.path()).args(["evaluate", checkpoint, "--episodes", "1", "--picture", target]).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(1), "{target}");
        // A name that cannot be meant is refused before anything is computed; what fails later costs no scores.
        assert_eq!(String::from_utf8_lossy(&output.stdout).contains("score"), target == "nowhere/p.png", "{target}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(target), "{target}");
    }
    assert_eq!(contents(&folder.path().join("run")), before);
    for _ in 0..2 {
        etude(folder.path()).args(["evaluate", checkpoint, "--episodes", "1", "--picture", "p.png"]).assert().success();
    }
    assert!(fs::read(folder.path().join("p.png")).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn what_memory_or_a_checkpoint_cannot_hold_is_refused_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let agent = |layers: &str| {
        fs::write(
            folder.path().join("large.yaml"),
            format!("agent: large\nextends: brain\nbrain:\n  cortex: {layers}\n"),
        )
        .unwrap();
    };
    let train = ["train", "cycling/flat-v0", "--agent", "large.yaml", "--subjects", "10000", "--out", "run"];
    agent("{units: 4096, layers: 8}");
    let (code, message) = failure(folder.path(), &train);
    assert!(code == 1 && message.contains("4096 in 8 layers, about 2.8 GB"), "{message}");
    agent("{units: 1024, layers: 3}");
    let (code, message) = failure(folder.path(), &train);
    assert!(code == 1 && message.contains("10000 subjects need about") && message.contains("GiB"), "{message}");
    assert!(!folder.path().join("run").exists());
}

#[test]
fn damaged_logs_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("e.yaml"),
        "experiment: e\nquestion: q\nagent: idle\nsubjects: 2\nevaluate_every: 200\nevaluation_episodes: 1\ncriterion: 0.5\n\
         reference: scratch\ntest: {task: reaching/null-v0, steps: 400}\ngroups:\n  scratch: {}\n",
    )
    .unwrap();
    for part in ["1/2", "2/2"] {
        let out = part.split_once('/').unwrap().0;
        etude(folder.path()).args(["transfer", "e.yaml", "-q", "--shard", part, "--out", out]).assert().success();
    }
    let path = folder.path().join("1/logs/subject-000.scratch.test.evaluations.csv");
    let whole = fs::read_to_string(&path).unwrap();
    let second = whole.lines().nth(1).unwrap();
    for wrong in
        [whole.replacen(second, &format!("{second}\n{second}"), 1), whole.replace(",1,", ",0,"), whole[..40].into()]
    {
        fs::write(&path, wrong).unwrap();
        let (code, message) = failure(folder.path(), &["merge", "1", "2", "--out", "whole"]);
        assert!(code == 1 && message.contains("1/logs/subject-000.scratch.test.evaluations.csv"), "{message}");
        assert!(!folder.path().join("whole").exists());
    }
    fs::write(&path, whole).unwrap();
    etude(folder.path()).args(["merge", "1", "2", "-q", "--out", "whole"]).assert().success();
    // The same for training: a row that is there twice would push the last one out.
    etude(folder.path()).args(quick("run", &[])).assert().success();
    let path = folder.path().join("run/logs/subject-000.episodes.csv");
    let whole = fs::read_to_string(&path).unwrap();
    let second = whole.lines().nth(1).unwrap();
    fs::write(&path, whole.replacen(second, &format!("{second}\n{second}"), 1)).unwrap();
    let (code, message) = failure(folder.path(), &quick("run", &["--resume"]));
    assert!(code == 1 && message.contains("has been altered"), "{message}");
}

#[test]
fn a_record_that_disagrees_with_itself_or_its_tables_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    etude(folder.path()).args(quick("run", &[])).assert().success();
    let path = folder.path().join("run/run.yaml");
    let whole = fs::read_to_string(&path).unwrap();
    for (from, to, says) in [
        ("task: reaching/null-v0", "task: reaching/curl-v0", "`run.task`"),
        ("agent: idle", "agent: random", "`run.agent`"),
        ("seed: 0", "seed: 1", "its `seed` is 0; run.yaml says 1"),
        ("evaluation_episodes: 1", "evaluation_episodes: 2", "its `episodes` is 1"),
        ("subjects: 1", "subjects: 100000000000", "`run.subjects`"),
    ] {
        fs::write(&path, whole.replacen(from, to, 1)).unwrap();
        let (code, message) = failure(folder.path(), &["compare", "run"]);
        assert!(code == 1 && message.contains(says), "{message}");
    }
}
