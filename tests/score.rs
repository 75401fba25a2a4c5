//! `etude score`, and tasks that play music from files.

mod common;

use common::{etude, failure, json};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn fixture(name: &str) -> String {
    format!("{}/envs/tests/scores/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The pitches of a performance.
fn pitches(document: &Value) -> Vec<i64> {
    document["notes"].as_array().unwrap().iter().map(|note| note["pitch"].as_i64().unwrap()).collect()
}

#[test]
fn one_piece_is_fingered_for_several_instruments() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("ukulele.yaml"),
        "task: fretting/ukulele-v0\nextends: fretting/guitar-v0\nsummary: A ukulele.\n\
         instrument: {scale: 0.38, frets: 15, tuning: [G4, C4, E4, A4], spacing_at_nut: 0.0095, spacing_at_bridge: 0.013, \
         tension: 40}\n",
    )
    .unwrap();
    let score = |task: &str, octaves: &str| {
        json(folder.path(), &["score", "ode-to-joy", "--for", task, "--transpose", octaves])
    };
    let [guitar, bass] = ["guitar", "bass"].map(|name| score(&format!("fretting/{name}-v0"), "0"));
    let ukulele = score("ukulele.yaml", "12");
    assert_eq!(pitches(&guitar).len(), 30);
    assert_eq!(pitches(&guitar), pitches(&bass));
    assert_eq!(pitches(&guitar).iter().map(|pitch| pitch + 12).collect::<Vec<_>>(), pitches(&ukulele));
    for document in [&guitar, &bass, &ukulele] {
        for note in document["notes"].as_array().unwrap() {
            assert_eq!(note["fret"] == 0, note["finger"] == 0, "{note}");
            assert!(["beat", "string", "fret", "finger", "duration"].iter().all(|key| note[key].is_number()), "{note}");
        }
    }
    assert_ne!(guitar["notes"], bass["notes"]);
    // Off the ukulele, with what would help.
    let (code, message) = failure(folder.path(), &["score", "ode-to-joy", "--for", "ukulele.yaml"]);
    assert!(code == 1 && message.lines().count() == 1, "{message}");
    for part in ["note 1 (F#3 at beat 0)", "from C4 to C6", "`transpose: 12`"] {
        assert!(message.contains(part), "`{part}` is missing from {message}");
    }
}

#[test]
fn the_tablature_is_shown_and_what_is_written_is_the_same_score() {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        ["score", &fixture("tracks.mid"), "--track", "3", "--bars", "1-2", "--tempo", "90", "--out", "mine.yaml"];
    let output = etude(folder.path()).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for part in ["2 notes in 4.0 s at 90 beats per minute", "E4     |", "E2     |0-", "A2     |", "finger  0"] {
        assert!(text.contains(part), "`{part}` is missing from\n{text}");
    }
    assert_eq!(json(folder.path(), &["score", "mine.yaml"])["notes"], json(folder.path(), &arguments[..8])["notes"]);
}

#[test]
fn a_task_plays_a_file_and_needs_it_no_more() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(fixture("meters.mid"), folder.path().join("piece.mid")).unwrap();
    let task = "task: fretting/mine-v0\nextends: fretting/guitar-blind-v0\nsummary: Mine.\nepisode: {time_limit: 30}\n\
                music: {score: piece.mid, bars: [1, 2], tempo: 60}\n";
    fs::write(folder.path().join("mine.yaml"), task).unwrap();
    let small = ["--subjects", "1", "--steps", "300", "--evaluate-every", "300", "--evaluation-episodes", "1"];
    let train = [&["train", "mine.yaml", "--agent", "random", "--out", "run"], &small[..]].concat();
    json(folder.path(), &train);
    fs::remove_file(folder.path().join("piece.mid")).unwrap();
    json(folder.path(), &["evaluate", "run/checkpoints/subject-000.safetensors", "--episodes", "1"]);
}

#[test]
fn a_built_in_piece_is_played_by_the_subject_that_comes_with_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let subject = format!("{}/assets/subjects/fretting.safetensors", env!("CARGO_MANIFEST_DIR"));
    let score = |task: &str| {
        let document = json(folder.path(), &["evaluate", &subject, "--task", task, "--episodes", "2"]);
        document["score_mean"].as_f64().unwrap()
    };
    // It has learned on a guitar, blind; on a bass it reaches for where a guitar's frets are.
    let [guitar, bass] = ["guitar", "bass"].map(|name| score(&format!("fretting/ode-{name}-blind-v0")));
    println!("guitar {guitar}, bass {bass}");
    assert!(guitar > 0.5 && bass < 0.2, "guitar {guitar}, bass {bass}");
}

fn refused(folder: &Path, arguments: &[&str], parts: &[&str]) {
    let (code, message) = failure(folder, &[&["score"], arguments].concat());
    assert!(code == 1 && message.starts_with("error: ") && message.trim_end().lines().count() == 1, "{message}");
    for part in parts {
        assert!(message.contains(part), "`{part}` is missing from {message}");
    }
}

#[test]
fn mistakes_are_one_message_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    refused(path, &["ode-to-jy", "--out", "x.yaml"], &["there is no score `ode-to-jy`", "did you mean `ode-to-joy`"]);
    refused(path, &["ode-to-joy", "--for", "cycling/flat-v0"], &["expected a fretting task"]);
    refused(path, &["ode-to-joy", "--for", "fretting/gitar-v0"], &["did you mean `fretting/guitar-v0`"]);
    refused(path, &["ode-to-joy", "--track", "2"], &["--track: expected 1, the only track of a YAML score, found 2"]);
    refused(path, &["ode-to-joy", "--bars", "7-9"], &["--bars: expected the first and the last bar, from 1 to 8"]);
    refused(path, &["ode-to-joy", "--tempo", "1000"], &["--tempo: expected a number from 10 to 400"]);
    refused(path, &["ode-to-joy", "--tempo", "nan"], &["--tempo"]);
    refused(path, &["ode-to-joy", "--transpose", "-70"], &["--transpose"]);
    refused(path, &[&fixture("tracks.mid")], &["--track: expected the number of a track", "2 `melody` (5 notes)"]);
    refused(
        path,
        &[&fixture("voices-and-chords.musicxml"), "--out", "x.yaml"],
        &["sounds together with", "voice: highest"],
    );
    refused(path, &["."], &["is a folder; expected a score"]);
    fs::write(path.join("empty.mid"), "").unwrap();
    refused(path, &["empty.mid"], &["empty.mid"]);
    fs::write(path.join("cut.mid"), &fs::read(fixture("tracks.mid")).unwrap()[..60]).unwrap();
    refused(path, &["cut.mid"], &["cut.mid: is a damaged MIDI file"]);
    fs::write(path.join("large.mid"), [b"MThd".as_slice(), &vec![0; 5 << 20]].concat()).unwrap();
    refused(path, &["large.mid"], &["more than 4194304 bytes"]);
    assert_eq!(failure(path, &["score", "ode-to-joy", "--bars", "8-7"]).0, 2);
    assert!(!path.join("x.yaml").exists());
}
