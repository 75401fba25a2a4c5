//! Pictures and films, drawn in software without a window.

mod common;

use common::{Picture, etude, failure};
use std::fs;
use std::path::Path;

/// One frame of what is seen, as large as a window.
fn picture_of(folder: &Path, name: &str, more: &[&str]) -> Picture {
    let frame = ["--record", name, "--seconds", "0.04", "--size", "1280x720"];
    etude(folder).arg("watch").args(more).args(frame).env_remove("DISPLAY").assert().success();
    Picture::open(&folder.join(name).join("frame-00000.png")).expect("a picture")
}

#[test]
fn each_family_looks_as_it_should() {
    let folder = tempfile::tempdir().unwrap();
    // The pictures of the book.
    let references = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    for (name, arguments) in [
        ("cycling", &["cycling", "--skip", "2.5"][..]),
        ("fretting", &["fretting", "--skip", "3.5"]),
        ("reaching", &["reaching", "--skip", "6.45"]),
        ("cursor", &["cursor", "--skip", "9.5"]),
        ("grid", &["cycling", "--subjects", "4", "--skip", "2", "--seed", "3"]),
    ] {
        let found = picture_of(folder.path(), name, arguments);
        let reference = references.join(format!("window-{name}.png"));
        if std::env::var_os("ETUDE_NEW_PICTURES").is_some() {
            fs::create_dir_all(&references).unwrap();
            fs::copy(folder.path().join(name).join("frame-00000.png"), &reference).unwrap();
        }
        let wanted = Picture::open(&reference).expect("the picture to compare with");
        let difference = found.difference(&wanted);
        // Another platform may round in its own way; a wheel that is gone is more.
        assert!(difference < 0.005, "{name}: {:.1} % of the pixels differ", 100.0 * difference);
    }
}

#[test]
fn a_trained_subject_brings_the_history_of_its_practice() {
    let folder = tempfile::tempdir().unwrap();
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/subjects");
    let [checkpoint, log] = ["checkpoints/subject-000.safetensors", "logs/subject-000.evaluations.csv"];
    for name in [checkpoint, log] {
        fs::create_dir_all(folder.path().join("run").join(name).parent().unwrap()).unwrap();
    }
    fs::copy(assets.join("reaching.safetensors"), folder.path().join("run").join(checkpoint)).unwrap();
    let picture = |name: &str, subject: &str| {
        let frame = ["--record", name, "--seconds", "0.04", "--size", "1280x720"];
        etude(folder.path()).args(["watch", subject]).args(frame).assert().success();
        Picture::open(&folder.path().join(name).join("frame-00000.png")).expect("a picture")
    };
    let subject = format!("run/{checkpoint}");
    let built_in = picture("built-in", "reaching");
    let alone = picture("alone", &subject);
    let rows = fs::read_to_string(assets.join("reaching.evaluations.csv")).unwrap();
    fs::write(folder.path().join("run").join(log), &rows).unwrap();
    let own = picture("own", &subject);
    fs::write(folder.path().join("run").join(log), rows.replace("40000", "40001")).unwrap();
    let altered = picture("altered", &subject);
    assert!(built_in == own, "a subject of one's own has a history as well as one that comes with the program");
    assert!(own != alone, "without its log only the last evaluation is known");
    assert!(altered == alone, "a log that is not the one that the checkpoint remembers is not believed");
    // Only the box of scores differs: all else is the same.
    let rows = own.rgb.chunks(3 * 1280).zip(alone.rgb.chunks(3 * 1280));
    for (y, (own, alone)) in rows.enumerate().filter(|(_, (own, alone))| own != alone) {
        let x = own.iter().zip(alone).position(|(one, other)| one != other).unwrap() / 3;
        assert!(x > 950 && y > 360, "they differ at {x} {y}");
    }
}

#[test]
fn a_recording_has_the_frames_that_were_asked_for_and_is_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let record = |name: &str| {
        let plan = ["watch", "reaching", "--record", name, "--seconds", "0.5", "--frame-rate", "20"];
        let output = etude(folder.path()).args(plan).args(["--size", "320x200"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(record("one.gif"), "10 frames in one.gif\n");
    record("two.gif");
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(read("one.gif") == read("two.gif"));
    record("frames");
    assert_eq!(fs::read_dir(folder.path().join("frames")).unwrap().count(), 10);
    let mut decoder = gif::DecodeOptions::new().read_info(std::io::Cursor::new(read("one.gif"))).unwrap();
    assert_eq!((decoder.width(), decoder.height()), (320, 200));
    let mut delays = Vec::new();
    while let Some(frame) = decoder.next_frame_info().unwrap() {
        delays.push(frame.delay);
    }
    assert_eq!(delays, [5; 10]);
}

#[test]
fn a_trained_subject_is_evaluated_and_recorded_in_one_go() {
    let folder = tempfile::tempdir().unwrap();
    let run = ["train", "reaching/adaptation-v0", "--subjects", "1", "--steps", "3000", "--quiet", "--out", "run"];
    etude(folder.path()).args(run).assert().success();
    let evaluate = ["evaluate", "run/checkpoints/subject-000.safetensors", "--episodes", "1"];
    let record = |name: &str, more: &[&str]| {
        let film = ["--record", name, "--seconds", "0.2", "--size", "320x200"];
        let output = etude(folder.path()).args(evaluate).args(film).args(more).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let told = record("film.gif", &[]);
    assert!(told.contains("score") && told.ends_with("5 frames in film.gif\n"), "{told}");
    assert!(fs::read(folder.path().join("film.gif")).unwrap().starts_with(b"GIF89a"));
    serde_json::from_str::<serde_json::Value>(&record("film.gif", &["--json"])).expect("one document and nothing else");
    // In the channel of a late trial nothing pushes the hand any more.
    record("first", &["--trial", "0"]);
    record("other", &["--trial", "120"]);
    let frame = |name: &str| fs::read(folder.path().join(name).join("frame-00004.png")).unwrap();
    assert!(frame("first") != frame("other"));
}

#[test]
fn a_folder_holds_one_recording_and_a_film_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let record = |name: &str, seconds: &str| {
        let plan = ["watch", "reaching", "--record", name, "--seconds", seconds, "--size", "160x100"];
        etude(folder.path()).args(plan).assert().success();
    };
    record("frames", "0.4");
    fs::write(folder.path().join("frames/frame-of-mine.png"), "").unwrap();
    record("frames", "0.12");
    let mut names: Vec<_> =
        fs::read_dir(folder.path().join("frames")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["frame-00000.png", "frame-00001.png", "frame-00002.png", "frame-of-mine.png"]);
    record("film.gif", "0.12");
    assert!(!folder.path().join("film.gif.partial").exists());
    let run =
        ["train", "cycling/flat-v0", "--agent", "idle", "--subjects", "1", "--steps", "300", "--quiet", "--out", "run"];
    etude(folder.path()).args(run).assert().success();
    let (_, text) = failure(folder.path(), &["watch", "reaching", "--record", "run/frames"]);
    assert!(text.contains("belongs to the run in run"), "{text}");
    // Who does nothing falls before the first moment of a picture.
    let checkpoint = "run/checkpoints/subject-000.safetensors";
    let picture = ["evaluate", checkpoint, "--episodes", "1", "--picture", "fall.png"];
    etude(folder.path()).args(picture).assert().success();
    assert!(Picture::open(&folder.path().join("fall.png")).is_some_and(|picture| picture.colours() > 20));
}

#[test]
fn a_picture_shows_moments_of_the_episode_that_is_scored() {
    let folder = tempfile::tempdir().unwrap();
    let evaluate = |family: &str, more: &[&str]| {
        let subject = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/subjects/{family}.safetensors"));
        let output = etude(folder.path())
            .arg("evaluate")
            .arg(subject)
            .args(["--episodes", "2", "--seed", "9000", "--json"])
            .args(more)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    for family in ["cursor", "cycling", "fretting", "reaching"] {
        let alone = evaluate(family, &[]);
        for name in ["one.png", "two.png"] {
            assert!(evaluate(family, &["--picture", name]) == alone, "{family}: looking changes a score");
        }
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        assert!(read("one.png") == read("two.png"), "{family}");
        let picture = Picture::open(&folder.path().join("one.png")).unwrap();
        // Two rows of two moments, 640 by 360 pixels each, with their times, below a title and above a legend.
        let without_legend = 32 + 2 * (360 + 28);
        assert_eq!((picture.size.0, picture.size.1 > without_legend), (2 * 648 + 8, true), "{family}");
        assert!(picture.colours() > 50, "{family}");
    }
}

#[test]
fn what_cannot_be_recorded_is_said_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let (code, text) = failure(folder.path(), &["watch", "cycling", "--record", "film.avi"]);
    assert!(code == 1 && text.contains(".gif or .mp4") && text.trim_end().lines().count() == 1, "{text}");
    let output = etude(folder.path()).args(["watch", "--record", "a.mp4"]).env("PATH", "").output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && text.contains("ffmpeg could not be started"), "{text}");
    fs::write(folder.path().join("notes.gif"), "not a film").unwrap();
    let (_, text) = failure(folder.path(), &["watch", "cycling", "--record", "notes.gif"]);
    assert!(text.contains("not a picture"), "{text}");
    // Before anything is evaluated.
    fs::create_dir(folder.path().join("a.png")).unwrap();
    for (flag, name, part) in [
        ("--record", "film.avi", ".gif or .mp4"),
        ("--record", "notes.gif", "not a picture"),
        ("--picture", "moments.jpg", "expected a name that ends in .png"),
        ("--picture", "moments", "expected a name that ends in .png"),
        ("--picture", "a.png", "is not a file"),
    ] {
        let (code, text) = failure(folder.path(), &["evaluate", "cycling", "--table", "table.csv", flag, name]);
        assert!(code == 1 && text.contains(part) && text.trim_end().lines().count() == 1, "{text}");
        assert!(!folder.path().join("table.csv").exists(), "{flag} {name}");
    }
    let (code, text) = failure(folder.path(), &["watch", "cycling", "--seconds", "3"]);
    assert!(code == 2 && text.contains("--record"), "{text}");
}
