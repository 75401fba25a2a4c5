//! `etude analyse` on the trials of a training run, through the program.

mod common;

use common::{etude, failure, json};
use std::fs;
use std::path::Path;

fn train(folder: &Path, task: &str, steps: &str) {
    let arguments = ["train", task, "--subjects", "3", "--steps", steps, "--evaluate-every", "1_000_000", "--quiet"];
    etude(folder).args(arguments).args(["--evaluation-episodes", "1", "--out", "run"]).assert().success();
}

/// A column of a table, by subject.
fn column(folder: &Path, name: &str) -> Vec<Vec<f64>> {
    let mut reader = csv::Reader::from_path(folder.join("run/episodes.csv")).unwrap();
    let place = reader.headers().unwrap().iter().position(|column| column == name).unwrap();
    let mut subjects = vec![Vec::new(); 3];
    for row in reader.records().map(Result::unwrap) {
        let subject: usize = row[0].parse().unwrap();
        subjects[subject].push(row[place].parse().unwrap_or(f64::NAN));
    }
    subjects
}

#[test]
fn a_field_is_learned_and_the_table_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), "reaching/adaptation-v0", "20_000");
    let found = json(folder.path(), &["analyse", "run", "--column", "hand_deviation_mm"]);
    let phases = found["phases"].as_array().unwrap();
    let field = phases.iter().find(|phase| phase["perturbation"] != 0.0).unwrap();
    let [start, end] = [0, 1].map(|side| field["trials"][side].as_u64().unwrap() as usize);
    let tenth = (end - start).div_ceil(10);
    let values = column(folder.path(), "hand_deviation_mm");
    let means: Vec<f64> =
        values.iter().map(|own| own[start..start + tenth].iter().sum::<f64>() / tenth as f64).collect();
    let mean = means.iter().sum::<f64>() / 3.0;
    let told = field["first_tenth"]["value"].as_f64().unwrap();
    assert!((told - mean).abs() < 1e-6, "{told} for {mean}");
    let last = field["last_tenth"]["value"].as_f64().unwrap();
    assert!(last.abs() < 0.5 * told.abs(), "{told} mm at first, {last} mm at last");
    let asymptote = field["asymptote"]["value"].as_f64().unwrap();
    assert!((asymptote - last).abs() < 5.0, "{asymptote} for {last}");
    assert!(field["time_constant_trials"]["low"].as_f64().is_none_or(|low| low > 0.0));
    let text = etude(folder.path()).args(["analyse", "run", "--column", "hand_deviation_mm"]).assert().success();
    let text = String::from_utf8(text.get_output().stdout.clone()).unwrap();
    assert!(text.contains("mean of 3 subjects") && text.contains("field_strength"), "{text}");
    // Numbers have their units below them.
    let unit =
        |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_string();
    assert!(unit("hand_deviation_mm  ").starts_with("mm "), "{text}");
    assert!(unit("field_strength  ").starts_with("N·s/m, deg or 1 "), "{text}");
}

#[test]
fn the_two_state_model_is_that_of_what_the_channel_shows() {
    let folder = tempfile::tempdir().unwrap();
    let row = |trial: usize| {
        let (field, clamp) = if trial < 20 { ("", "") } else { ("13", if trial % 5 == 4 { "1" } else { "" }) };
        format!("{},{field},{clamp}\n", 45 * (trial % 8))
    };
    let table = String::from("target_deg,curl_n_s_per_m,clamp\n") + &(0..140).map(row).collect::<String>();
    fs::write(folder.path().join("study.csv"), table).unwrap();
    let task = "task: reaching/study-v1\nextends: reaching/null-v1\nsummary: A field, and channels in it.\n\
                schedule:\n  - trials: study.csv\n";
    fs::write(folder.path().join("study.yaml"), task).unwrap();
    train(folder.path(), "study.yaml", "14_000");
    let found = json(folder.path(), &["analyse", "run", "--column", "adaptation_index"]);
    // Channels are trials of the phase whose field they replace.
    let phases: Vec<_> = found["phases"].as_array().unwrap().iter().map(|phase| &phase["perturbation"]).collect();
    assert_eq!(phases, [0.0, 13.0]);
    let kinds: Vec<_> = found["phases"].as_array().unwrap().iter().map(|phase| phase["kind"].as_str()).collect();
    assert_eq!(kinds, [None, Some("curl")]);
    let value = |name: &str| found["two_state"][name]["value"].as_f64().unwrap();
    // What was learnt by the last channel trials, by the column itself and by the model.
    let shown = column(folder.path(), "adaptation_index");
    let last = shown.iter().map(|own| own[124] + own[129] + own[134] + own[139]).sum::<f64>() / 12.0;
    let gain = |process: &str| {
        let [retention, rate] = ["retention", "rate"].map(|what| value(&format!("{what} of the {process} process")));
        rate / (1.0 - retention).max(1e-6)
    };
    let gain = gain("fast") + gain("slow");
    assert!(last > 0.4 && (gain / (1.0 + gain) - last).abs() < 0.35, "{last} and {gain}");
    assert!(value("R² of the mean curve") > 0.4, "{found}");
}

#[test]
fn a_task_without_phases_has_one() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), "cycling/flat-v0", "3_000");
    let found = json(folder.path(), &["analyse", "run"]);
    assert_eq!((found["measure"].as_str(), found["phases"].as_array().unwrap().len()), (Some("score"), 1));
    assert!(found["two_state"].as_object().unwrap().is_empty() && found["savings"].as_array().unwrap().is_empty());
}

#[test]
fn what_cannot_be_analysed_is_an_error_that_says_why() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), "reaching/adaptation-v0", "2_000");
    let (code, text) = failure(folder.path(), &["analyse", "run", "--column", "hand_deviation"]);
    let all =
        ["did you mean `hand_deviation_mm`?", "score", "field_strength", "peak_speed_m_per_s", "adaptation_index"];
    assert!(code == 1 && all.iter().all(|part| text.contains(part)), "{text}");
    let (code, text) = failure(folder.path(), &["analyse", "run", "--column", "seed"]);
    assert!(
        code == 1 && text.contains("`seed` says which episode or trial") && text.contains("hand_deviation_mm"),
        "{text}"
    );
    let (code, text) = failure(folder.path(), &["analyse", "run", "--last", "20"]);
    assert!(code == 1 && text.contains("--last is for recorded units, and run has none"), "{text}");
    // Folders of other commands are called so.
    fs::write(
        folder.path().join("cohorts.yaml"),
        "experiment: cohorts\nquestion: Any?\nagent: idle\nsubjects: 2\nevaluate_every: 200\nevaluation_episodes: 1\n\
         criterion: 0.5\nreference: scratch\ntest: {task: cycling/flat-v0, steps: 200}\ngroups:\n  scratch: {}\n",
    )
    .unwrap();
    json(folder.path(), &["transfer", "cohorts.yaml", "--out", "cohorts"]);
    let (code, text) = failure(folder.path(), &["analyse", "cohorts"]);
    assert!(
        code == 1 && text.contains("cohorts is a folder of `etude transfer`; expected one of `etude train`"),
        "{text}"
    );
    let table = folder.path().join("run/episodes.csv");
    let whole = fs::read_to_string(&table).unwrap();
    fs::write(&table, whole.replacen(",1,", ",x,", 1)).unwrap();
    let (code, text) = failure(folder.path(), &["analyse", "run"]);
    assert!(code == 1 && text.contains("episodes.csv:"), "{text}");
    fs::remove_file(&table).unwrap();
    let (code, text) = failure(folder.path(), &["analyse", "run"]);
    assert!(code == 1 && text.contains("is not finished"), "{text}");
    let (code, text) = failure(folder.path(), &["analyse", "nowhere"]);
    assert!(code == 1 && text.contains("nowhere"), "{text}");
}
