//! The data dictionary says of every column of every table what it is, and knows no others.

mod common;

use common::{contents, etude, failure, json};
use etude::record::read_npz;
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Columns by command and file, as the dictionary has them.
type Dictionary = BTreeMap<(String, String), Vec<String>>;

fn dictionary(document: &serde_json::Value) -> Dictionary {
    let mut found = Dictionary::new();
    for row in document["columns"].as_array().unwrap() {
        let text = |key: &str| row[key].as_str().unwrap().to_string();
        assert!(!text("unit").is_empty(), "{row}");
        let meaning = text("meaning");
        assert!(meaning.ends_with('.') && meaning.contains(' '), "{row}");
        assert!(!meaning.starts_with(char::is_lowercase), "{row}");
        found.entry((text("command"), text("file"))).or_default().push(text("column"));
    }
    found
}

/// Whether a file is one of those that a name with a star, or a flag, stands for.
fn is_like(file: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => file.starts_with(before) && file.ends_with(after),
        None => file == pattern,
    }
}

/// Looks up every table that a command has left in a folder; tells which entries of the dictionary were met.
fn look_up(folder: &Path, command: &str, known: &Dictionary) -> BTreeSet<String> {
    let mut met = BTreeSet::new();
    for (file, bytes) in contents(folder) {
        let columns: Vec<String> = if file.ends_with(".csv") {
            csv::Reader::from_reader(&bytes[..]).headers().unwrap().iter().map(String::from).collect()
        } else if file.ends_with(".npz") {
            read_npz(&folder.join(&file)).unwrap().0.into_keys().collect()
        } else if file.ends_with(".parquet") {
            let reader = SerializedFileReader::new(std::fs::File::open(folder.join(&file)).unwrap()).unwrap();
            let fields = reader.metadata().file_metadata().schema().get_fields().to_vec();
            fields.iter().map(|field| field.name().to_string()).collect()
        } else {
            continue;
        };
        let entry = known.iter().find(|((of, pattern), _)| of == command && is_like(&file, pattern));
        let ((_, pattern), expected) = entry.unwrap_or_else(|| panic!("{command} left {file}, which is not told"));
        if file.ends_with(".npz") {
            assert!(columns.iter().all(|column| expected.contains(column)), "{file}: {columns:?}");
        } else {
            assert_eq!(&columns, expected, "{file} of {command}");
        }
        met.insert(pattern.clone());
    }
    met
}

/// The entries of a command's folder; what is named by a flag is looked up by itself.
fn told_of(command: &str, known: &Dictionary) -> BTreeSet<String> {
    let own = known.keys().filter(|(of, file)| of == command && !file.starts_with("--"));
    own.map(|(_, file)| file.clone()).collect()
}

const TASK: &str = "reaching/curl-v1";

#[test]
fn what_runs_leave_is_in_the_dictionary_and_what_is_in_the_dictionary_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let document = json(folder.path(), &["describe", "--columns", TASK]);
    let known = dictionary(&document);

    let run = ["train", TASK, "--out", "run", "--steps", "600", "--subjects", "1", "--evaluate-every", "300"];
    let more = ["--evaluation-episodes", "1", "--signals-every", "50", "--record-units", "50", "--record-steps"];
    json(folder.path(), &[&run[..], &more].concat());
    assert_eq!(look_up(&folder.path().join("run"), "train", &known), told_of("train", &known));
    let signals: Vec<&str> =
        document["signals"].as_array().unwrap().iter().map(|signal| signal["signal"].as_str().unwrap()).collect();
    let log = std::fs::read_to_string(folder.path().join("run/logs/subject-000.signals.csv")).unwrap();
    assert!(log.lines().count() > 10);
    for row in log.lines().skip(1) {
        let name = row.split(',').nth(2).unwrap();
        assert!(signals.contains(&name), "{name}");
    }

    let flags = ["--table", "table.csv", "--record-steps", "steps.csv"];
    json(folder.path(), &[&["evaluate", "run", "--episodes", "1"], &flags[..]].concat());
    for (flag, file) in [("--table FILE", "table.csv"), ("--record-steps FILE", "steps.csv")] {
        let mut reader = csv::Reader::from_path(folder.path().join(file)).unwrap();
        let columns: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
        assert_eq!(columns, known[&("evaluate".to_string(), flag.to_string())], "{flag}");
    }

    json(folder.path(), &["validate", "V1", "--subjects", "2", "--targets", "1", "--out", "valid"]);
    assert_eq!(look_up(&folder.path().join("valid"), "validate", &known), told_of("validate", &known));
}

#[test]
fn so_is_what_experiments_leave() {
    let folder = tempfile::tempdir().unwrap();
    let task = "cycling/flat-v0";
    let known = dictionary(&json(folder.path(), &["describe", "--columns", task]));
    let experiment = "experiment: tiny\nquestion: What is left?\nsubjects: 2\nevaluate_every: 200\nevaluation_episodes: 1\n\
                      criterion: 0.5\nagent: dopamine\nreference: novices\ntest: {task: cycling/flat-v0, steps: 400}\n\
                      groups:\n  novices: {practice: []}\n  riders:\n    practice:\n      - {task: cycling/flat-v0, steps: 200}\n";
    std::fs::write(folder.path().join("tiny.yaml"), experiment).unwrap();
    json(folder.path(), &["transfer", "tiny.yaml", "--out", "transfer", "--signals-every", "50"]);
    assert_eq!(look_up(&folder.path().join("transfer"), "transfer", &known), told_of("transfer", &known));
}

#[test]
fn so_is_what_matrices_and_sweeps_leave() {
    let folder = tempfile::tempdir().unwrap();
    let known = dictionary(&json(folder.path(), &["describe", "--columns", "cycling/flat-v0"]));
    let plan = ["--subjects", "2", "--steps", "400", "--evaluate-every", "200", "--evaluation-episodes", "1"];
    let tasks = ["cycling/flat-v0,cycling/rough-v0", "--sequence", "cycling/rough-v0,cycling/flat-v0"];
    let matrix = [&["transfer-matrix", "--agent", "dopamine", "--out", "matrix"][..], &tasks, &plan].concat();
    json(folder.path(), &matrix);
    // Neither command records signals.
    let told = |command: &str| -> BTreeSet<String> {
        told_of(command, &known).into_iter().filter(|file| !file.ends_with("signals.csv")).collect()
    };
    assert_eq!(look_up(&folder.path().join("matrix"), "transfer-matrix", &known), told("transfer-matrix"));
    let sweep = "sweep: tiny\nquestion: Which rate?\ntasks: cycling/flat-v0\nagent: dopamine\nsteps: 400\n\
                 evaluate_every: 200\nevaluation_episodes: 1\nmeasure: area\n\
                 grid: {SETTING: [0.5, 2.4]}\nselection: {seed: 3, subjects: 2}\n\
                 confirmation: {seed: 5000, subjects: 2, best: 1}\n";
    let sweep = sweep.replace("SETTING", "brain.basal_ganglia.policy_rate");
    std::fs::write(folder.path().join("tiny.yaml"), sweep).unwrap();
    json(folder.path(), &["sweep", "tiny.yaml", "--out", "sweep"]);
    let folder = folder.path().join("sweep");
    let settings = std::fs::read_to_string(folder.join("settings.csv")).unwrap();
    // The name of the one setting stands where the dictionary has a name in capitals.
    std::fs::write(folder.join("settings.csv"), settings.replace("brain.basal_ganglia.policy_rate", "SETTING"))
        .unwrap();
    assert_eq!(look_up(&folder, "sweep", &known), told("sweep"));
}

#[test]
fn the_dictionary_is_told_to_a_person_with_the_tasks_own_metrics_and_without_a_task_in_general() {
    let folder = tempfile::tempdir().unwrap();
    let told = |arguments: &[&str]| {
        let output = etude(folder.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let own = told(&["describe", "--columns", "fretting/bass-v0"]);
    for line in ["episodes.csv (train)", "blocks.csv (transfer)", "timing_error_ms", "dopamine_adapted", "motor-cortex"]
    {
        assert!(own.contains(line), "{line} is not in\n{own}");
    }
    let general = told(&["describe", "--columns"]);
    assert!(general.contains("METRIC") && !general.contains("timing_error_ms"), "{general}");
    let described = told(&["describe", "fretting/bass-v0"]);
    assert!(
        described.contains("Metrics of an episode (9)") && described.contains("Mean absolute onset error"),
        "{described}"
    );
    let (_, message) = failure(folder.path(), &["describe", "--columns", "fretting/base-v0"]);
    assert!(message.contains("did you mean `fretting/bass-v0`"), "{message}");
    let (code, _) = failure(folder.path(), &["describe"]);
    assert_eq!(code, 2);
}
