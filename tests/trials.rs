//! Schedules that people write: courses of strengths, tables of trials, and how long they are.

mod common;

use common::{contents, etude, failure, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

/// A task of that name on the noisy arm with these blocks.
fn task(folder: &Path, file: &str, id: &str, blocks: &str) {
    write(folder, file, &format!("task: {id}\nextends: reaching/null-v1\nsummary: Mine.\nschedule:\n{blocks}"));
}

fn train(folder: &Path, task: &str, out: &str, steps: &str, subjects: &str) {
    let arguments = ["train", task, "--out", out, "--steps", steps, "--subjects", subjects, "--seed", "9"];
    json(
        folder,
        &[&arguments[..], &["--evaluate-every", "2000", "--evaluation-episodes", "2", "--threads", "2"]].concat(),
    );
}

/// A table by columns.
fn columns(path: &Path) -> BTreeMap<String, Vec<String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = |index: usize| rows.iter().map(|row| row[index].to_string()).collect();
    names.iter().enumerate().map(|(index, name)| (name.clone(), column(index))).collect()
}

#[test]
fn a_ramp_leaves_the_same_run_as_hundreds_of_one_trial_blocks_but_for_their_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let (trials, from, to) = (240, 0.0, 13.0);
    let ramp =
        format!("{{trials: {trials}, field: curl, targets: [90], strength: {{ramp: {{from: {from}, to: {to}}}}}}}");
    task(folder.path(), "ramp.yaml", "reaching/mine-v0", &format!("  - {ramp}\n"));
    let blocks: String = (0..trials)
        .map(|trial| {
            let strength = (from + (to - from) * f64::from(trial) / f64::from(trials - 1)) as f32;
            format!("  - {{field: curl, targets: [90], strength: {strength}}}\n")
        })
        .collect();
    task(folder.path(), "blocks.yaml", "reaching/mine-v0", &blocks);
    for name in ["ramp", "blocks"] {
        train(folder.path(), &format!("{name}.yaml"), name, "24300", "1");
    }
    for table in ["episodes.csv", "evaluations.csv"] {
        let [mut one, mut other] = ["ramp", "blocks"].map(|run| columns(&folder.path().join(run).join(table)));
        let numbers = [one.remove("block"), other.remove("block")];
        if table == "episodes.csv" {
            let [one, other] = numbers.map(|blocks| blocks.unwrap());
            assert!(one.len() == 243 && one.iter().all(|block| block == "0"));
            assert!(other.iter().take(240).enumerate().all(|(trial, block)| *block == trial.to_string()));
        }
        assert!(one == other, "{table} differs");
    }
    let figure = fs::read_to_string(folder.path().join("ramp/figures/learning.svg")).unwrap();
    assert!(figure.contains(">perturbed trials<") && figure.contains("class=\"shaded\""), "the ramp is shaded");
    let strengths = &columns(&folder.path().join("ramp/episodes.csv"))["field_strength"];
    assert_eq!((strengths[0].as_str(), strengths[239].as_str()), ("0", "13"));
}

#[test]
fn a_table_that_spells_out_a_schedule_leaves_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (none, curl) = ("0,\n".repeat(50), "1,13\n".repeat(200));
    write(folder.path(), "adaptation.csv", &format!("block,curl_n_s_per_m\n{none}{curl}{}", "2,\n".repeat(50)));
    task(folder.path(), "adaptation.yaml", "reaching/adaptation-v1", "  - trials: adaptation.csv\n");
    train(folder.path(), "reaching/adaptation-v1", "schedule", "30500", "2");
    train(folder.path(), "adaptation.yaml", "table", "30500", "2");
    let [schedule, table] = ["schedule", "table"].map(|run| contents(&folder.path().join(run)));
    for name in ["episodes.csv", "evaluations.csv"] {
        assert!(schedule[name] == table[name], "{name} differs");
    }
    // The table is in the task, and its file is not needed any more.
    fs::remove_file(folder.path().join("adaptation.csv")).unwrap();
    json(folder.path(), &["evaluate", "table/checkpoints/subject-000.safetensors", "--episodes", "1"]);
    json(folder.path(), &["train", "--resume", "table", "--steps", "31000"]);
}

#[test]
fn a_table_is_part_of_its_task() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "two.csv", "\u{feff}rotation_deg , cursor\r\n30, on\r\n , off\r\n");
    task(folder.path(), "mine.yaml", "reaching/mine-v0", "  - {trials: 5}\n  - {trials: two.csv, break: 60}\n");
    let described = json(folder.path(), &["describe", "mine.yaml"]);
    let yaml = described["yaml"].as_str().unwrap();
    assert!(yaml.contains("30, on") && !yaml.contains("two.csv"), "{yaml}");
    let schedule = serde_json::json!({"trials": 7, "steps": 700, "after": "continue"});
    assert_eq!(described["schedule"], schedule);
    write(folder.path(), "resolved.yaml", yaml);
    let again = json(folder.path(), &["describe", "resolved.yaml"]);
    assert_eq!((again["yaml"].as_str(), &again["schedule"]), (Some(yaml), &schedule));
    // It may also be set.
    write(folder.path(), "gain.csv", "gain\n1.5\n");
    let set = json(folder.path(), &["describe", "mine.yaml", "--set", "schedule.0.trials=gain.csv"]);
    assert_eq!(set["schedule"]["trials"], 3);
}

#[test]
fn the_table_of_the_examples_is_practised() {
    let folder = tempfile::tempdir().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/trials/clamp.yaml");
    let example = example.to_str().unwrap();
    let described = json(folder.path(), &["describe", example]);
    assert_eq!((&described["schedule"]["trials"], &described["schedule"]["steps"]), (&256.into(), &25_600.into()));
    train(folder.path(), example, "run", "6000", "2");
    let told = columns(&folder.path().join("run/episodes.csv"));
    assert_eq!(told["block"][..60], [["0"; 16].as_slice(), &["1"; 40], &["2"; 4]].concat());
    assert!(told["field_strength"][56..60].iter().all(|strength| strength == "15"));
    let targets: std::collections::BTreeSet<&String> = told["target"][..8].iter().collect();
    assert_eq!(targets.len(), 8);
}

#[test]
fn describe_tells_how_long_a_schedule_is_and_train_says_when_practice_is_longer() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        String::from_utf8(etude(folder.path()).args(["describe", "reaching/adaptation-v1"]).output().unwrap().stdout);
    let text = text.unwrap();
    assert!(text.contains("Trials  300 in the schedule, at most 30000 actions"), "{text}");
    assert!(json(folder.path(), &["describe", "reaching/curl-v1"])["schedule"].is_null());
    task(
        folder.path(),
        "round.yaml",
        "reaching/round-v0",
        "  - trials: 2\n  - {field: curl, strength: 5}\nafter_schedule: repeat\n",
    );
    let told = |steps: &str, more: &[&str]| {
        let size = ["--subjects", "1", "--evaluation-episodes", "1", "--out", steps, "--steps", steps];
        let output = etude(folder.path()).args(["train", "round.yaml"]).args(size).args(more).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let note = "note: 1050 steps exceed the schedule of reaching/round-v0 (3 trials, at most 300 steps): the schedule is completed \
                3.5 times";
    assert_eq!(told("1050", &[]).matches(note).count(), 1);
    assert!(!told("300", &[]).contains("note:"));
    assert!(!told("310", &["--quiet"]).contains("note:"));
}

#[test]
fn a_channel_is_measured_with_and_without_a_field_and_its_score_is_not_taken_for_a_skill() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = "  - trials: 3\n  - {trials: 3, clamp: 1}\n  - {trials: 4, field: curl, strength: 13, clamp: 1}\n";
    task(folder.path(), "channels.yaml", "reaching/channels-v1", blocks);
    let plan = ["train", "channels.yaml", "--subjects", "1", "--steps", "1000", "--out", "run"];
    let output = etude(folder.path()).args(plan).output().unwrap();
    let note = "note: practice ended in a block of catch or channel trials";
    assert!(String::from_utf8_lossy(&output.stderr).contains(note), "{output:?}");
    let table = columns(&folder.path().join("run/episodes.csv"));
    let measured = |name: &str| table[name].iter().map(|cell| !cell.is_empty()).collect::<Vec<_>>();
    let from = |first: usize| (0..10).map(|trial| trial >= first).collect::<Vec<_>>();
    assert_eq!((measured("channel_force_n"), measured("adaptation_index")), (from(3), from(6)));
    let told = |trial: &str| {
        let evaluate = ["evaluate", "run/checkpoints/subject-000.safetensors", "--episodes", "1", "--trial", trial];
        String::from_utf8(etude(folder.path()).args(evaluate).output().unwrap().stdout).unwrap()
    };
    let warned = |trial| told(trial).contains("a catch or channel trial, whose score says nothing about the skill");
    assert_eq!([warned("0"), warned("4"), warned("7")], [false, true, true]);
}

#[test]
fn subjects_have_walks_of_their_own_that_evaluations_follow() {
    let folder = tempfile::tempdir().unwrap();
    let walk = "  - {trials: 60, field: rotation, targets: [90], strength: {random_walk: {from: 10, sd: 2}}}\n";
    task(folder.path(), "walk.yaml", "reaching/walk-v0", walk);
    for out in ["one", "other"] {
        train(folder.path(), "walk.yaml", out, "5000", "2");
    }
    let strengths = |run: &str| columns(&folder.path().join(run).join("episodes.csv"))["field_strength"].clone();
    let (one, other) = (strengths("one"), strengths("other"));
    assert_eq!(one, other);
    assert_eq!((one.len(), one[0].as_str(), one[50].as_str()), (100, "10", "10"));
    assert!(one[1..50] != one[51..]);
    // Subject 1 is evaluated in its own walk, on the trial that it is at.
    let arguments = ["evaluate", "one/checkpoints/subject-001.safetensors", "--episodes", "1", "--trial", "49"];
    let told = json(folder.path(), &arguments);
    let strength: f64 = one[99].parse().unwrap();
    assert!((told["metrics"]["field_strength"].as_f64().unwrap() - strength).abs() < 1e-3, "{told}");
}

#[test]
fn what_is_forgotten_in_a_break_shows_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = |rest: &str| {
        format!(
            "  - {{trials: 40, field: curl, strength: 13, targets: [90]{rest}}}\n  - {{trials: 10, field: curl, strength: 13, \
             targets: [90], clamp: 1}}\n"
        )
    };
    task(folder.path(), "none.yaml", "reaching/mine-v0", &blocks(""));
    task(folder.path(), "break.yaml", "reaching/mine-v0", &blocks(", break: 60"));
    let index = |name: &str| -> Vec<f64> {
        train(folder.path(), &format!("{name}.yaml"), name, "4300", "3");
        let told = columns(&folder.path().join(name).join("episodes.csv"));
        let all = told["adaptation_index"].iter().zip(&told["episode"]).filter(|(_, episode)| *episode == "40");
        all.map(|(index, _)| index.parse().unwrap()).collect()
    };
    let (without, with) = (index("none"), index("break"));
    assert_eq!(without.len(), 3);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    // What was learnt slowly is kept.
    let (without, with) = (mean(&without), mean(&with));
    println!("adaptation index {without} without a break, {with} after one");
    assert!(with < 0.9 * without && with > 0.2 * without, "{without}, {with}");
}

#[test]
fn a_damaged_table_is_one_message_with_its_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    task(folder.path(), "mine.yaml", "reaching/mine-v0", "  - trials: 5\n  - trials: mine.csv\n");
    let refused = |expected: &str| {
        for command in [&["describe", "mine.yaml"][..], &["train", "mine.yaml", "--out", "run"]] {
            let (code, message) = failure(folder.path(), command);
            assert!(code == 1 && message.contains(expected), "{expected}: {message}");
            assert!(message.starts_with("error: ") && message.trim_end().lines().count() == 1, "{message}");
            assert!(message.len() < 2_000 && !message.trim_end().contains(char::is_control), "{message}");
        }
        assert!(!folder.path().join("run").exists());
    };
    refused(
        "mine.yaml:6:5: field `schedule[1].trials`: expected a whole number, or the path of a table of trials (CSV), found `mine.csv`",
    );
    for (table, expected) in [
        ("", "mine.csv:1:1: expected a first line that names the columns, found nothing"),
        ("target_deg,rotation\n0,30\n", "mine.csv:1:2: the first line names the columns: expected one of trial, "),
        ("target_deg,rotation\n0,30\n", "found `rotation`; did you mean `rotation_deg`?"),
        (
            "target_deg,rotation_deg\n0,30\n0,\u{1b}[31m\n",
            "mine.csv:3:2: field `rotation_deg`: expected a number from -180 to 180",
        ),
        ("target,clamp\n0,1\n8,1\n", "mine.csv:3:1: field `target`: expected a whole number from 0 to 7, found 8"),
        (
            "trial,target_deg\n0,90\n2,90\n",
            "mine.csv:3:1: field `trial`: expected 1, as trials are counted from 0, found 2",
        ),
        ("catch\n\"0\n0\n0\n", "mine.csv:2:1: field `catch`: expected a number from 0 to 1, found `0\\n0"),
        ("catch;clamp\n0;0\n", "mine.csv:1:1: expected commas between the names of columns, found `;`"),
        (&format!("cue\n{}", "0\n".repeat(20_000))[..], "mine.csv:10002:1: expected at most 10000 trials, found more"),
        (&"x".repeat(900_000)[..], "mine.csv:1:1: the first line names the columns"),
        (&"0,".repeat(600_000)[..], "mine.csv: is more than 1048576 bytes long"),
        ("PK\u{3}\u{4}\u{0}\u{0}", "mine.csv:1:1: the first line names the columns"),
    ] {
        write(folder.path(), "mine.csv", table);
        refused(expected);
    }
    fs::write(folder.path().join("mine.csv"), [b'c', b'u', 0xff, b'\n']).unwrap();
    refused("mine.csv: is not UTF-8 text: line 1 has the byte 0xff");
    fs::remove_file(folder.path().join("mine.csv")).unwrap();
    fs::create_dir(folder.path().join("mine.csv")).unwrap();
    refused("mine.csv: is a folder; expected a table of trials (CSV)");
}

#[test]
fn tables_of_a_task_are_bounded_together() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "large.csv", &format!("cue\n{}", "0 \n".repeat(9_000) + &" ".repeat(600_000)));
    task(folder.path(), "mine.yaml", "reaching/mine-v0", &"  - trials: large.csv\n".repeat(40));
    let (code, message) = failure(folder.path(), &["describe", "mine.yaml"]);
    assert!(code == 1 && message.contains("as all tables of a task together may have 1048576"), "{message}");
}

#[test]
fn courses_that_make_no_sense_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for (block, expected) in [
        (
            "{trials: 9, field: curl, strength: {ramp: {from: 0, to: 1000}}}",
            "`schedule[0].strength.ramp.to`: expected a number from -100",
        ),
        ("{trials: 9, field: curl, strength: {ramp: {from: 0}}}", "missing field `to`"),
        ("{trials: 9, field: curl, strength: {rmap: {from: 0, to: 1}}}", "did you mean `ramp`?"),
        ("{trials: 9, field: curl, strength: {}}", "expected one of ramp, random_walk, sinusoid and normal, found 0"),
        (
            "{trials: 1, field: curl, strength: {ramp: {from: 0, to: 1}}}",
            "`schedule[0].trials`: expected a number from 2 to 1000000",
        ),
        ("{trials: 20_000, field: curl, strength: {random_walk: {sd: 1}}}", "expected a number from 2 to 10000"),
        ("{trials: 9, field: rotation, strength: {random_walk: {sd: -1}}}", "`schedule[0].strength.random_walk.sd`"),
        ("{trials: 9, field: rotation, strength: {sinusoid: {amplitude: 200, period: 9}}}", "from -180 to 180 degrees"),
        (
            "{trials: 9, field: rotation, strength: {sinusoid: {amplitude: 2, period: 0}}}",
            "sinusoid.period`: expected a number from 2",
        ),
        ("{trials: 9, field: rotation, strength: fast}", "expected a number, or a course such as {ramp:"),
        ("{trials: -3}", "`schedule[0].trials`: expected a whole number"),
        ("{cue: 1}", "`schedule[0].cue`: expected a number from 0 to 0"),
        ("{break: -1}", "`schedule[0].break`"),
    ] {
        task(folder.path(), "mine.yaml", "reaching/mine-v0", &format!("  - {block}\n"));
        let (code, message) = failure(folder.path(), &["describe", "mine.yaml"]);
        assert!(code == 1 && message.contains(expected), "{block}: {message}");
        assert!(message.contains("mine.yaml:5:") && message.trim_end().lines().count() == 1, "{message}");
    }
}

#[test]
fn comments_in_a_table_are_no_trials_and_faults_below_them_are_located() {
    let folder = tempfile::tempdir().unwrap();
    task(folder.path(), "own.yaml", "reaching/own-v0", "  - {trials: mine.csv}\n");
    let trials = |table: &str| {
        write(folder.path(), "mine.csv", table);
        json(folder.path(), &["describe", "own.yaml"])["schedule"]["trials"].clone()
    };
    assert_eq!(trials("target_deg\n0\n90\n"), 2);
    assert_eq!(trials("# of the first day\ntarget_deg\n# baseline\n0\n90\n"), 2);
    write(folder.path(), "mine.csv", "# of the first day\ntarget_deg\n0\n# and then\nnorth\n");
    let (_, message) = failure(folder.path(), &["describe", "own.yaml"]);
    assert!(message.contains("mine.csv:5"), "{message}");
}
