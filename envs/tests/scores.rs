//! Scores of other kinds: the notes of files as independent readers have them, what is chosen of them, and files that are
//! damaged.

mod common;

use common::{task, yaml};
use etude_envs::Registry;
use etude_envs::document::Document;
use etude_envs::fretting::score::{Choice, Material, ScoreError, Voice, perform, read};
use etude_envs::fretting::{FrettingSpec, Instrument};
use proptest::prelude::*;
use serde_yaml::Value;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scores")
}

fn files() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| {
        ["mid", "musicxml", "gp3", "gp4", "gp5"].iter().any(|ending| path.extension().unwrap() == *ending)
    });
    found.sort();
    found
}

fn open(name: &str) -> Material {
    let path = folder().join(name);
    read(&path, std::fs::read(&path).unwrap()).unwrap_or_else(|error| panic!("{error}"))
}

fn spec(id: &str) -> FrettingSpec {
    Document::parse(id, &yaml(id)).unwrap().read().unwrap()
}

/// Onset, duration and pitch of every note of a track, without grace notes.
fn notes(material: &Material, choice: &Choice) -> Vec<[f64; 3]> {
    let line = material.line(choice).unwrap_or_else(|error| panic!("{error:?}"));
    let notes = line.notes().iter().filter(|note| !note.grace);
    let mut notes: Vec<[f64; 3]> =
        notes.map(|note| [note.beat, note.duration.unwrap(), f64::from(note.pitch.unwrap())]).collect();
    notes.sort_by(|one, other| one[0].total_cmp(&other[0]).then(other[2].total_cmp(&one[2])));
    notes
}

fn numbers(value: &Value) -> Vec<Vec<f64>> {
    let row = |row: &Value| row.as_sequence().unwrap().iter().map(|number| number.as_f64().unwrap()).collect();
    value.as_sequence().unwrap().iter().map(row).collect()
}

fn close(one: &[f64], other: &[f64]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-5)
}

#[test]
fn files_have_the_notes_and_tempos_that_independent_readers_find_in_them() {
    let files = files();
    assert!(files.len() >= 15, "{files:?}");
    for path in files {
        let material = read(&path, std::fs::read(&path).unwrap()).unwrap_or_else(|error| panic!("{error}"));
        let recorded = std::fs::read_to_string(format!("{}.notes.json", path.display())).unwrap();
        let recorded: Value = serde_yaml::from_str(&recorded).unwrap();
        for (number, expected) in recorded["tracks"].as_mapping().unwrap() {
            let number = number.as_str().unwrap().parse().unwrap();
            let choice = Choice { track: Some(number), ..Choice::default() };
            let (found, expected) = (notes(&material, &choice), numbers(expected));
            let same =
                found.len() == expected.len() && found.iter().zip(&expected).all(|(one, other)| close(one, other));
            assert!(same, "{}, track {number}:\n{found:?}\n{expected:?}", path.display());
            let tempos = material.line(&choice).unwrap().tempos();
            let expected = numbers(&recorded["tempos"]);
            let same = tempos.len() == expected.len()
                && tempos.iter().zip(&expected).all(|(one, other)| {
                    (f64::from(one.0) - other[0]).abs() < 1e-4 && (f64::from(one.1) - other[1]).abs() < 1e-3
                });
            assert!(same, "{}: {tempos:?} {expected:?}", path.display());
        }
    }
}

#[test]
fn a_file_with_several_tracks_asks_which_and_names_them() {
    let material = open("tracks.mid");
    let error = material.line(&Choice::default()).unwrap_err();
    assert_eq!(error.field, "music.track");
    for part in ["2 `melody` (5 notes)", "3 `bass` (2 notes)", "4 `drums` (2 notes, drums)"] {
        assert!(error.expected.contains(part), "{error:?}");
    }
    for track in [0, 1, 5, u32::MAX] {
        let error = material.line(&Choice { track: Some(track), ..Choice::default() }).unwrap_err();
        assert_eq!((error.field.as_str(), error.found), ("music.track", track.to_string()));
    }
    let drums = Choice { track: Some(4), ..Choice::default() };
    let error = perform(&material, &drums, &spec("fretting/guitar-v0")).unwrap_err().to_string();
    assert!(error.contains("is a drum's"), "{error}");
}

#[test]
fn bars_are_chosen_as_they_are_written() {
    let bars = |name: &str, track, bars| notes(&open(name), &Choice { track, bars: Some(bars), ..Choice::default() });
    // Bars of three beats; the tempo is that of the bar.
    assert_eq!(bars("tracks.mid", Some(2), [2, 2]), [[0.0, 2.0, 69.0], [2.5, 0.5, 60.0]]);
    let second = Choice { track: Some(2), bars: Some([2, 2]), ..Choice::default() };
    let tempos = open("tracks.mid").line(&second).unwrap().tempos();
    assert_eq!(tempos.len(), 2, "{tempos:?}");
    assert!((tempos[0].1 - 80.0).abs() < 1e-3 && (tempos[1].0 - 1.458_333_3).abs() < 1e-4, "{tempos:?}");
    // After a bar of 4/4 and two of 7/8.
    assert_eq!(bars("meters.mid", None, [3, 3]).len(), 6);
    // Without repeats, and with what is left of a tie.
    let pitches: Vec<f64> = bars("repeats.musicxml", None, [1, 4]).iter().map(|note| note[2]).collect();
    assert_eq!(pitches, [60.0, 62.0, 64.0, 65.0]);
    assert_eq!(bars("ties-and-tuplets.musicxml", None, [2, 2]), [[0.0, 4.0, 69.0]]);
    for wrong in [[0, 1], [2, 1], [1, 99], [u32::MAX, u32::MAX]] {
        let error = open("repeats.musicxml").line(&Choice { bars: Some(wrong), ..Choice::default() }).unwrap_err();
        assert_eq!((error.field.as_str(), error.expected.contains("from 1 to 8")), ("music.bars", true), "{error:?}");
    }
}

#[test]
fn notes_that_sound_together_are_named_unless_the_melody_is_asked_for() {
    let spec = spec("fretting/guitar-v0");
    let ScoreError::Unplayable { notes: told, .. } =
        perform(&open("voices-and-chords.musicxml"), &Choice::default(), &spec).unwrap_err()
    else {
        panic!("chords are not invalid");
    };
    let pitches: Vec<&str> = told.iter().map(|note| note.pitch.as_deref().unwrap()).collect();
    assert_eq!(pitches, ["C5", "C4", "G3", "C3"]);
    assert!(told.iter().all(|note| note.reason.contains("voice: highest")), "{told:?}");
    let melody = Choice { voice: Some(Voice::Highest), ..Choice::default() };
    let played = perform(&open("voices-and-chords.musicxml"), &melody, &spec).unwrap();
    let instrument = Instrument::new(&spec.instrument);
    let pitch = |note: &etude_envs::fretting::ScoreNote| {
        instrument.pitch(note.string.unwrap() as usize, note.fret.unwrap() as usize)
    };
    assert_eq!(played.score.notes.iter().map(pitch).collect::<Vec<_>>(), [76, 77, 79, 72]);
    let left_out: Vec<&str> = played.left_out.iter().map(|note| note.pitch.as_str()).collect();
    assert_eq!(left_out, ["C5", "C4", "G3", "C3"]);
    // Grace notes likewise.
    let error = perform(&open("grace-and-rests.musicxml"), &Choice::default(), &spec).unwrap_err().to_string();
    assert!(error.contains("note 1 (A4 at beat 1) is a grace note"), "{error}");
    let played = perform(&open("grace-and-rests.musicxml"), &melody, &spec).unwrap();
    assert_eq!((played.score.notes.len(), played.left_out.len()), (4, 1));
    // A rest is the end of the note before it.
    assert_eq!(played.score.notes[1].duration, Some(0.5));
}

#[test]
fn notes_off_the_instrument_are_named_with_what_would_help() {
    let melody = Choice { track: Some(3), ..Choice::default() };
    let error = perform(&open("tracks.mid"), &Choice { transpose: Some(-12), ..melody }, &spec("fretting/guitar-v0"));
    let error = error.unwrap_err().to_string();
    for part in ["note 1 (E1 at beat 0)", "note 2 (A1 at beat 3)", "from E2 to C6", "with `transpose: 0` all of it can"]
    {
        assert!(error.contains(part), "`{part}`: {error}");
    }
    assert!(perform(&open("tracks.mid"), &melody, &spec("fretting/guitar-v0")).is_ok());
    // Too fast for a hand that plays one note at a time.
    let fast = Choice { track: Some(2), tempo: Some(400.0), ..Choice::default() };
    let error = perform(&open("tracks.mid"), &fast, &spec("fretting/guitar-v0")).unwrap_err().to_string();
    assert!(error.contains("slower `tempo`"), "{error}");
}

const MINE: &str = "task: fretting/mine-v0\nextends: fretting/guitar-v0\nsummary: Mine.\nepisode: {time_limit: 60}\n";

#[test]
fn a_task_holds_all_of_what_it_takes_from_a_file() {
    let path = folder().join("tracks.mid").display().to_string();
    let mine = format!("{MINE}music: {{score: \"{path}\", track: 2, bars: [1, 1], tempo: 60, transpose: -12}}\n");
    let resolved = task(&mine).yaml();
    for absent in ["tracks.mid", "track:", "bars:", "transpose:", "pitch:"] {
        assert!(!resolved.contains(absent), "`{absent}` in {resolved}");
    }
    assert_eq!(task(&resolved).yaml(), resolved);
    let score = Document::parse("mine", &resolved).unwrap().read::<FrettingSpec>().unwrap().music.score.unwrap();
    assert_eq!(score.name(), "tracks");
    for (choice, field) in [
        ("track: 9", "music.track"),
        ("track: 2, bars: [3, 4]", "music.bars"),
        ("track: 2, tempo: 9000", "music.tempo"),
        ("track: 2, transpose: 99", "music.transpose"),
        ("track: 2, voice: lowest", "music.voice"),
        ("track: 2, trak: 3", "music.trak"),
    ] {
        let mine = format!("{MINE}music: {{score: \"{path}\", {choice}}}\n");
        let document = Document::parse("mine.yaml", &mine).unwrap();
        let error = Registry::default().task_from(&document).unwrap_err().to_string();
        assert!(error.starts_with("mine.yaml:5:") && error.contains(field), "{choice}: {error}");
    }
    let document = Document::parse("mine.yaml", &format!("{MINE}music: {{tempo: 90}}\n")).unwrap();
    let error = Registry::default().task_from(&document).unwrap_err().to_string();
    assert!(error.contains("field `music`: expected a score"), "{error}");
}

#[test]
fn a_yaml_score_says_as_much_of_its_fingering_as_it_likes() {
    let mine =
        |notes: &str| format!("{MINE}music: {{score: {{score: s, summary: S., tempo: 60, notes: [{notes}]}}}}\n");
    let found = |notes: &str| {
        let spec: FrettingSpec = Document::parse("mine", &task(&mine(notes)).yaml()).unwrap().read().unwrap();
        let score = spec.music.score.unwrap().score(&Document::parse("mine", "a: 1").unwrap()).unwrap();
        let place = |note: &etude_envs::fretting::ScoreNote| [note.string, note.fret, note.finger].map(Option::unwrap);
        score.notes.iter().map(place).collect::<Vec<_>>()
    };
    assert_eq!(
        found("{beat: 0, pitch: A2, string: 1}, {beat: 1, pitch: 45, fret: 5, finger: 2}"),
        [[1, 5, 2], [1, 5, 2]]
    );
    assert_eq!(found("{beat: 0, pitch: F2}, {beat: 1, pitch: A2}"), [[1, 1, 1], [2, 0, 0]]);
    assert_eq!(found("{beat: 0, string: 3, fret: 4, finger: 4, duration: 0.5}"), [[3, 4, 4]]);
    for (notes, part) in [
        ("{beat: 0, pitch: H2}", "a pitch: a MIDI number from 0 to 127"),
        ("{beat: 0, pitch: 128}", "a pitch: a MIDI number from 0 to 127"),
        ("{beat: 0, string: 3}", "has no pitch"),
        ("{beat: 0, string: 3, fret: 1, pitch: C4}", "another pitch than its string and fret, D#3"),
        ("{beat: 0, string: 7, pitch: C4}", "is on string 7"),
        ("{beat: 0, string: 1, fret: 21}", "is at fret 21"),
        ("{beat: 0, pitch: C2}", "is not on the instrument, which goes from E2 to C6"),
        ("{beat: 0, pitch: F2, finger: 3}", "cannot be played with"),
        ("{beat: 0, pitch: F3}, {beat: 0, pitch: A3}", "sounds together with A3"),
        ("{beat: 1, pitch: F3}, {beat: 0, pitch: A3}", "notes[1].beat"),
        ("{beat: .nan, pitch: F3}", "notes[0].beat"),
        ("{beat: 0, pitch: F3, duration: -1}", "notes[0].duration"),
        ("{beat: 0, pitch: F3}, {beat: 0.05, pitch: A3}", "0.050 s after the one before it"),
        ("{beat: 0, pitch: A2}", "only open strings"),
    ] {
        let error = Registry::default().task_from(&Document::parse("mine.yaml", &mine(notes)).unwrap()).unwrap_err();
        assert!(error.to_string().contains(part), "{notes}: {error}");
    }
}

/// What a damaged file must be: read, or one message of one line.
fn harmless(name: &str, bytes: Vec<u8>) {
    match read(Path::new(name), bytes) {
        Ok(material) => {
            for track in [None, Some(1), Some(2)] {
                let choice = Choice { track, ..Choice::default() };
                let _ = perform(&material, &choice, &spec("fretting/guitar-v0"));
                let melody = Choice { voice: Some(Voice::Highest), ..choice };
                let _ = perform(&material, &melody, &spec("fretting/guitar-v0"));
            }
        }
        Err(error) => {
            let error = error.to_string();
            assert!(error.starts_with(name) && error.lines().count() == 1, "{error}");
        }
    }
}

#[test]
fn files_that_break_off_are_refused() {
    for path in files() {
        let bytes = std::fs::read(&path).unwrap();
        // The last bytes of a tablature are blanks.
        let blanks = if path.display().to_string().contains(".gp") { 5 } else { 2 };
        for end in 0..bytes.len() - blanks {
            let read = read(Path::new("cut"), bytes[..end].to_vec());
            assert!(read.is_err(), "{} cut after {end} bytes", path.display());
        }
    }
}

#[test]
fn foreign_files_are_told_what_is_wanted() {
    for (bytes, part) in [
        (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "expected a score: YAML, MIDI (.mid), MusicXML"),
        (b"<html><body>404</body></html>", "<score-partwise>"),
        (b"<score-timewise/>", "<score-partwise>"),
        (b"MThd", "damaged MIDI file"),
        (b"MThd\0\0\0\x06\0\0\0\0\0\x60", "without a track"),
        (b"MThd\0\0\0\x06\0\x02\0\x01\0\x60MTrk\0\0\0\x04\0\xff\x2f\0", "format 2"),
        (b"MThd\0\0\0\x06\0\0\0\x01\xe7\x28MTrk\0\0\0\x04\0\xff\x2f\0", "SMPTE"),
        (b"MThd\0\0\0\x06\0\x01\0\x01\x80\x47MTrk\0\0\0\x04\0\xff\x2f\0", "SMPTE"),
        (b"\xff\xfe<\0s\0", "is not a score that can be read"),
        (b"just words", "expected a mapping"),
    ] {
        let error = read(Path::new("file"), bytes.to_vec()).unwrap_err().to_string();
        assert!(error.starts_with("file: ") || error.starts_with("file:1:1"), "{error}");
        assert!(error.contains(part) && error.lines().count() == 1, "`{part}`: {error}");
    }
}

#[test]
fn huge_and_hostile_files_end_in_one_message() {
    // A billion laughs.
    let mut laughs = String::from("<!DOCTYPE score-partwise [<!ENTITY a0 \"ha\">");
    (1..20).for_each(|n| laughs += &format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10)));
    laughs += "]><score-partwise><part><measure>&a19;</measure></part></score-partwise>";
    harmless("laughs", laughs.into_bytes());
    // Elements within one another.
    let deep =
        "<score-partwise>".to_string() + &"<part>".repeat(200_000) + &"</part>".repeat(200_000) + "</score-partwise>";
    harmless("deep", deep.into_bytes());
    // A note at the end of time, and a meter of the shortest bars.
    let delta = [0xff, 0xff, 0xff, 0x7f];
    let mut events = vec![0x00, 0xff, 0x58, 4, 1, 7, 24, 8];
    for _ in 0..1000 {
        events.extend(delta);
        events.extend([0x90, 60, 70]);
    }
    events.extend([0, 0xff, 0x2f, 0]);
    let mut file = b"MThd\0\0\0\x06\0\0\0\x01\0\x01MTrk".to_vec();
    file.extend((events.len() as u32).to_be_bytes());
    file.extend(events);
    harmless("late", file);
    // Repeats of repeats, and more notes than a score may have.
    let bar = "<measure><note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note>\
               <barline><repeat direction=\"backward\" times=\"100\"/></barline></measure>";
    for bars in [150, 15_000] {
        let file = format!("<score-partwise><part>{}</part></score-partwise>", bar.repeat(bars));
        let read =
            read(Path::new("long"), file.into_bytes()).map(|material| material.line(&Choice::default()).is_err());
        assert!(read.unwrap_or(true), "{bars}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_read_or_refused_in_one_line(file in 0usize..15, changes in prop::collection::vec((0usize..4000, any::<u8>()), 1..6)) {
        let path = &files()[file];
        let mut bytes = std::fs::read(path).unwrap();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        harmless("damaged", bytes);
    }
}
