//! Ground of one's own, through the program: what is told of it, who rides on it, and what is refused.

mod common;

use common::{contents, etude, failure, json};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The subject that comes with the program.
const SUBJECT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/subjects/cycling.safetensors");
const TRACK: &str = include_str!("../envs/tests/fixtures/track.gpx");

/// A task in `folder` whose ground is this.
fn write_task(folder: &Path, name: &str, ground: &str) {
    let text = format!("task: cycling/{name}-v0\nextends: cycling/flat-v0\nsummary: Mine.\nground: {ground}\n");
    fs::write(folder.join(format!("{name}.yaml")), text).unwrap();
}

fn fact(told: &Value, name: &str) -> Value {
    let facts = told["facts"].as_array().expect("facts");
    facts.iter().find(|fact| fact["name"] == name).unwrap_or_else(|| panic!("{name} is told"))["value"].clone()
}

#[test]
fn a_track_is_described_and_ridden() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("track.gpx"), TRACK).unwrap();
    write_task(folder, "climb", "{profile: track.gpx, stretch: {from: 240}}");
    let told = json(folder, &["describe", "climb.yaml"]);
    assert_eq!(fact(&told, "profile"), "track.gpx");
    assert_eq!(fact(&told, "filter"), "Gaussian (ISO 16610-21), cut-off 50 m");
    assert_eq!(fact(&told, "iso_8608_class"), "none");
    assert!((fact(&told, "profile_length").as_f64().unwrap() - 897.12).abs() < 0.01);
    let shown = String::from_utf8(etude(folder).args(["describe", "climb.yaml"]).output().unwrap().stdout).unwrap();
    assert!(shown.contains("steepest_up") && shown.contains("cut-off 50 m"), "{shown}");

    for agent in ["idle", "random"] {
        let train = ["train", "cycling/flat-v0", "--agent", agent, "--subjects", "1", "--steps", "60", "--out", agent];
        etude(folder).args(train).assert().success();
    }
    let score = |checkpoint: &str| -> f64 {
        let document = json(folder, &["evaluate", checkpoint, "--task", "climb.yaml", "--episodes", "5"]);
        document["score_mean"].as_f64().expect("a score")
    };
    let [idle, random] = ["idle", "random"].map(|agent| format!("{agent}/checkpoints/subject-000.safetensors"));
    let scores = [idle.as_str(), random.as_str(), SUBJECT].map(score);
    assert!(scores[0] < 0.2 && scores[1] < 0.2 && scores[2] > 0.5, "{scores:?}");

    // What practises on it holds all of it.
    let train = ["train", "climb.yaml", "--subjects", "1", "--steps", "400", "--out", "run"];
    etude(folder).args(train).assert().success();
    fs::remove_file(folder.join("track.gpx")).unwrap();
    fs::remove_file(folder.join("climb.yaml")).unwrap();
    etude(folder).args(["train", "--resume", "run", "--steps", "800"]).assert().success();
    let checkpoint = "run/checkpoints/subject-000.safetensors";
    etude(folder).args(["evaluate", checkpoint, "--episodes", "1", "--picture", "climb.png"]).assert().success();
    assert!(fs::metadata(folder.join("climb.png")).unwrap().len() > 1_000);
}

#[test]
fn damaged_foreign_huge_and_hostile_profiles_are_one_message_each() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let half = &TRACK[..TRACK.len() / 2];
    let erd = "ERDFILEV2.00\n 1, 3, -1, 1, 5, 0.25, -1,\nUNITSNAMmm\nXUNITS  m\nEND\n1\n2\n";
    let huge = "0,0\n".repeat(3 << 20);
    let long_line = format!("0,{}", "9".repeat(4 << 20));
    let quote = format!("0,1\n\"{}", "1,2\n".repeat(100_000));
    let files: [(&str, &[u8], &str); 16] = [
        ("empty.csv", b"", "is empty"),
        ("picture.csv", &[0x89, b'P', b'N', b'G', 0xff, 0xfe], "is not UTF-8 text"),
        ("spreadsheet.csv", b"PK\x03\x04\0\0,\0\n", "expected"),
        ("wide.csv", "0\u{202e},1\n1,2\n".as_bytes(), "expected a distance"),
        ("huge.csv", huge.as_bytes(), "is more than 8388608 bytes long"),
        ("line.csv", long_line.as_bytes(), "expected a height"),
        ("quote.csv", quote.as_bytes(), "expected a"),
        ("back.csv", b"0,0\n5,0\n4,0\n", "back.csv:3:1: point 3"),
        ("half.gpx", half.as_bytes(), "is not a GPX file"),
        ("page.gpx", b"<!DOCTYPE html><html><head></head></html>", "is not a GPX file"),
        ("table.gpx", b"0,1\n1,2\n", "is not a GPX file"),
        ("utf16.gpx", &[0xff, 0xfe, b'<', 0], "is UTF-16 text"),
        ("short.erd", erd.as_bytes(), "has 2 samples of 1 channels; expected 3"),
        ("track.erd", TRACK.as_bytes(), "expected `ERDFILEV2.00`"),
        ("binary.erd", b"ERDFILEV2.00\n1,3,1,4,1,0.25,-1\nEND\n", "numbers of kind 1"),
        ("photo.jpeg", b"", "is not a profile by its ending `jpeg`"),
    ];
    for (name, bytes, part) in files {
        fs::write(folder.join(name), bytes).unwrap();
        write_task(folder, "mine", &format!("{{profile: {name}}}"));
        for command in [&["describe", "mine.yaml"][..], &["train", "mine.yaml", "--out", "run"]] {
            let (code, error) = failure(folder, command);
            assert_eq!((code, error.trim_end().lines().count()), (1, 1), "{name}: {error}");
            assert!(error.starts_with("error: ") && error.contains(name) && error.contains(part), "{name}: {error}");
            assert!(error.len() < 1_500 && !error.trim_end().chars().any(char::is_control), "{name}: {error}");
        }
        fs::remove_file(folder.join(name)).unwrap();
    }
    write_task(folder, "mine", "{profile: .}");
    assert!(failure(folder, &["describe", "mine.yaml"]).1.contains("is not a profile by its ending"));
    assert_eq!(contents(folder).len(), 1);
}
