//! The cursor family through the program: decoders that suit their subjects, recordings, and what is found in them.

mod common;

use common::{contents, etude, failure, json};
use std::fs;

const TASK: &str = "cursor/turned-25-v0";

fn train<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["train", TASK, "--subjects", "2", "--evaluation-episodes", "2", "--quiet", "--out", out], more].concat()
}

#[test]
fn a_decoder_suits_its_subject_and_is_the_same_for_any_threads_and_after_resuming() {
    let folder = tempfile::tempdir().unwrap();
    let plan = ["--steps", "4_000", "--evaluate-every", "1_000", "--record-units", "3"];
    let run = |out, more: &[&str]| {
        etude(folder.path()).args(train(out, &[&plan[..], more].concat())).assert().success();
    };
    run("one", &["--threads", "1"]);
    run("two", &["--threads", "2"]);
    let (one, two) = (contents(&folder.path().join("one")), contents(&folder.path().join("two")));
    assert!(one.keys().any(|name| name.ends_with("subject-001.npz")), "{:?}", one.keys());
    for (name, bytes) in &one {
        assert!(two[name] == *bytes, "{name} depends on threads");
    }
    // A run that has lost all but an earlier checkpoint goes on to the same files: the decoder is fitted again, and is the same.
    fs::remove_file(folder.path().join("two/checkpoints/subject-001.safetensors")).unwrap();
    run("two", &["--resume"]);
    let resumed = contents(&folder.path().join("two"));
    for (name, bytes) in &one {
        assert!(resumed[name] == *bytes, "{name} differs after resuming");
    }
    // Each subject has a decoder of its own, in its checkpoint.
    let task = |subject: &str| {
        let bytes = fs::read(folder.path().join(format!("one/checkpoints/{subject}.safetensors"))).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.contains("method: linear"), "{subject} has no decoder");
        text[text.find("means").unwrap()..][..400].to_string()
    };
    assert_ne!(task("subject-000"), task("subject-001"));
    let evaluated = json(folder.path(), &["evaluate", "one/checkpoints/subject-000.safetensors", "--episodes", "4"]);
    assert_eq!(evaluated["task"], TASK);
}

#[test]
fn who_practises_steers_and_without_error_or_with_silent_units_does_so_worse() {
    let folder = tempfile::tempdir().unwrap();
    let score = |out: &str, more: &[&str]| {
        let mut arguments = train(out, &["--steps", "20_000", "--evaluate-every", "20_000", "--json"]);
        arguments.retain(|word| *word != "--quiet");
        arguments[1] = "cursor/turned-50-v0";
        let document = json(folder.path(), &[&arguments[..arguments.len() - 1], more].concat());
        document["score_iqm"].as_f64().unwrap()
    };
    let whole = score("whole", &[]);
    let taught_nothing = score("untaught", &["--lesion", "cerebellum", "--lesion", "basal-ganglia"]);
    let silent = score("silent", &["--lesion", "motor-cortex=0.8"]);
    assert!(whole > 0.85, "{whole}");
    assert!(taught_nothing < whole && silent < whole - 0.1, "{taught_nothing}, {silent} of {whole}");
    assert_eq!(score("idle", &["--agent", "idle"]), 0.0);
}

#[test]
fn recordings_are_analysed_and_damaged_ones_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    etude(folder.path()).args(train("run", &["--steps", "3_000", "--record-units", "1"])).assert().success();
    let found = json(folder.path(), &["analyse", "run"]);
    assert_eq!(found["measures"]["units"]["mean"], 60.0);
    assert_eq!(found["measures"]["steps"]["mean"], 3000.0);
    assert!(found["measures"]["depth of modulation"]["mean"].as_f64().unwrap() > 0.05);
    assert_eq!(found["tunings"][0].as_array().unwrap().len(), 60);
    let same = json(folder.path(), &["analyse", "run", "--against", "run"]);
    assert_eq!(same["measures"]["share of units with a shift of their own"]["mean"], 0.0);
    let file = folder.path().join("run/units/subject-000.npz");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let (code, text) = failure(folder.path(), &["analyse", "run/units/subject-000.npz"]);
    assert!(code == 1 && text.contains("subject-000.npz is not a recording"), "{text}");
    let (code, text) = failure(folder.path(), &["analyse", "run", "--population", "motor-cortx"]);
    assert!(code == 1 && text.contains("is not a recording"), "{text}");
    let (code, text) = failure(folder.path(), &["analyse", "run/units/subject-001.npz", "--population", "motor-cortx"]);
    assert!(code == 1 && text.contains("did you mean `motor-cortex`?"), "{text}");
    let (code, text) = failure(folder.path(), &["analyse", "checkpoints"]);
    assert!(code == 1 && text.contains("checkpoints"), "{text}");
}

#[test]
fn a_decoder_by_hand_is_a_task_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let calibrate = ["calibrate", "cursor/intuitive-v0", "--seed", "5", "--out", "mine.yaml"];
    etude(folder.path()).args(calibrate).assert().success();
    let (code, text) = failure(folder.path(), &calibrate);
    assert!(code == 1 && text.contains("already exists"), "{text}");
    let checked = json(folder.path(), &["check", "mine.yaml"]);
    assert!(checked.to_string().contains("cursor/intuitive-v0"), "{checked}");
    let (code, text) = failure(folder.path(), &["calibrate", "cursor/intuitive-v0", "--agent", "dopamine"]);
    assert!(code == 1 && text.contains("no units of its own"), "{text}");
    let (code, text) = failure(folder.path(), &["calibrate", "cycling/flat-v0"]);
    assert!(code == 1 && text.contains("a task of the cursor family"), "{text}");
}
