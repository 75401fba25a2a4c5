//! What is played, heard: `--sound` and the sound tracks of films.

mod common;

use common::{etude, failure, json};
use realfft::RealFftPlanner;
use std::fs;
use std::path::Path;

const RATE: usize = 44_100;
const SUBJECT: &str = "run/checkpoints/subject-000.safetensors";

/// Leaves a hand that does nothing in the folder, after as little practice of a task as can be.
fn idle(folder: &Path, task: &str) {
    let small = ["--subjects", "1", "--steps", "30", "--evaluate-every", "30", "--evaluation-episodes", "1"];
    json(folder, &[&["train", task, "--agent", "idle", "--out", "run"], &small[..]].concat());
}

/// Writes a task that plays these notes (strings and frets), a second each.
fn score(folder: &Path, instrument: &str, notes: &[(usize, usize)]) {
    let written: Vec<String> = (0..)
        .zip(notes)
        .map(|(beat, (string, fret))| format!("{{beat: {beat}, string: {string}, fret: {fret}}}"))
        .collect();
    let task = format!(
        "task: fretting/mine-v0\nextends: fretting/{instrument}-v0\nsummary: Mine.\nepisode: {{time_limit: {}}}\n\
         music: {{lead_in: 0.5, score: {{score: mine, summary: Mine., tempo: 60, notes: [{}]}}}}\n",
        notes.len() + 1,
        written.join(", ")
    );
    fs::write(folder.join("mine.yaml"), task).unwrap();
}

/// The samples of a WAV file.
fn samples(bytes: &[u8]) -> Vec<i16> {
    let reader = hound::WavReader::new(bytes).expect("a WAV file");
    assert_eq!((reader.spec().sample_rate as usize, reader.spec().channels), (RATE, 1));
    reader.into_samples().map(|sample| sample.expect("whole")).collect()
}

/// The samples of the first episode of the subject.
fn evaluated(folder: &Path, name: &str) -> Vec<i16> {
    json(folder, &["evaluate", SUBJECT, "--episodes", "1", "--sound", name]);
    samples(&fs::read(folder.join(name)).unwrap())
}

/// The second in which a note sounds, after its attack.
fn note(samples: &[i16], index: usize) -> &[i16] {
    let onset = RATE / 2 + index * RATE;
    &samples[onset + RATE / 10..onset + RATE]
}

/// Energy at a frequency (Hz) and 3 % around it, and where it is highest.
fn peak(samples: &[i16], near: f64) -> (f64, f64) {
    let length = 1 << 20;
    let window = |index: usize| 0.5 - 0.5 * (std::f64::consts::TAU * index as f64 / samples.len() as f64).cos();
    let mut padded: Vec<f64> =
        samples.iter().enumerate().map(|(index, &sample)| f64::from(sample) * window(index)).collect();
    padded.resize(length, 0.0);
    let transform = RealFftPlanner::<f64>::new().plan_fft_forward(length);
    let mut spectrum = transform.make_output_vec();
    transform.process(&mut padded, &mut spectrum).unwrap();
    let line = |frequency: f64| (frequency * length as f64 / RATE as f64).round() as usize;
    let energies = (line(0.97 * near)..=line(1.03 * near)).map(|line| (spectrum[line].norm_sqr(), line));
    let (energy, at) = energies.max_by(|one, other| one.0.total_cmp(&other.0)).unwrap();
    (energy, at as f64 * RATE as f64 / length as f64)
}

fn frequency(pitch: i32) -> f64 {
    440.0 * (f64::from(pitch - 69) / 12.0).exp2()
}

#[test]
fn open_strings_sound_at_their_pitches() {
    for (instrument, tuning) in [("guitar", &[40, 45, 50, 55, 59, 64][..]), ("bass", &[28, 33, 38, 43])] {
        let folder = tempfile::tempdir().unwrap();
        // A hand that does nothing leaves them open, whatever is written.
        let notes: Vec<_> = (1..=tuning.len()).map(|string| (string, 5)).collect();
        score(folder.path(), instrument, &notes);
        idle(folder.path(), "mine.yaml");
        let samples = evaluated(folder.path(), "open.wav");
        for (index, pitch) in tuning.iter().enumerate() {
            let found = peak(note(&samples, index), frequency(*pitch)).1;
            let cents = 1200.0 * (found / frequency(*pitch)).log2();
            assert!(cents.abs() < 5.0, "string {} of the {instrument}: {cents} cents", index + 1);
        }
    }
}

#[test]
fn a_wrong_note_sounds_at_the_wrong_pitch() {
    let folder = tempfile::tempdir().unwrap();
    // D3 is written; a hand that does nothing lets the open A2 sound.
    score(folder.path(), "guitar", &[(2, 5)]);
    idle(folder.path(), "mine.yaml");
    let samples = evaluated(folder.path(), "wrong.wav");
    let [open, written] = [45, 50].map(|pitch| peak(note(&samples, 0), frequency(pitch)));
    assert!(open.0 > 100.0 * written.0, "{open:?} {written:?}");
    assert!(samples[..RATE / 2 - 1].iter().all(|sample| *sample == 0), "nothing sounds before the onset");
}

#[test]
fn a_sound_lasts_as_long_as_its_episode_and_is_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    idle(folder.path(), "fretting/bass-v0");
    let arguments = ["evaluate", SUBJECT, "--episodes", "2", "--table", "episodes.csv"];
    let silent = json(folder.path(), &arguments);
    let heard = |name| json(folder.path(), &[&arguments[..], &["--sound", name]].concat());
    assert_eq!(silent, heard("one.wav"));
    assert_eq!(silent, heard("two.wav"));
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(read("one.wav") == read("two.wav"));
    let mut table = csv::Reader::from_path(folder.path().join("episodes.csv")).unwrap();
    let column = table.headers().unwrap().iter().position(|name| name == "length").unwrap();
    let steps: usize = table.records().next().unwrap().unwrap()[column].parse().unwrap();
    let samples = samples(&read("one.wav"));
    assert_eq!(samples.len(), steps * RATE / 30);
    assert!(samples.iter().any(|sample| sample.unsigned_abs() > 1_000));
}

#[test]
fn a_task_without_notes_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    let task = "task: fretting/rest-v0\nextends: fretting/guitar-v0\nsummary: A rest.\nepisode: {time_limit: 2}\n\
                music: {interval: 10, interval_range: 0}\n";
    fs::write(folder.path().join("rest.yaml"), task).unwrap();
    idle(folder.path(), "rest.yaml");
    let samples = evaluated(folder.path(), "rest.wav");
    assert!(samples.len() == 2 * RATE && samples.iter().all(|sample| *sample == 0));
}

#[test]
fn what_cannot_be_heard_or_written_is_said_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    idle(folder.path(), "fretting/guitar-v0");
    fs::write(folder.path().join("notes.wav"), "notes of mine").unwrap();
    let refused = |subject: &str, sound: &str, said: &str| {
        let (code, text) = failure(folder.path(), &["evaluate", subject, "--episodes", "1", "--sound", sound]);
        assert!(code == 1 && text.contains(said) && text.trim_end().lines().count() == 1, "{text}");
    };
    refused(SUBJECT, "a.mp3", "expected a name that ends in .wav, found .mp3");
    refused(SUBJECT, "notes.wav", "notes.wav is not a WAV file");
    refused(SUBJECT, "none/a.wav", "cannot write none/a.wav");
    refused("run", "a.wav", "--picture, --record and --sound take a single subject");
    fs::remove_dir_all(folder.path().join("run")).unwrap();
    idle(folder.path(), "cycling/flat-v0");
    refused(
        SUBJECT,
        "a.wav",
        "cycling/flat-v0 makes no sound: expected a task whose strings can be heard, one of fretting",
    );
    assert_eq!(fs::read_to_string(folder.path().join("notes.wav")).unwrap(), "notes of mine");
    assert!(!folder.path().join("a.wav").exists());
}

/// Puts a program in the place of ffmpeg that keeps what it is told and given, and writes what begins like an MP4 file. Which
/// call it is follows from whether a sound comes along.
#[cfg(unix)]
fn recorder(folder: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    let script = "#!/bin/sh\nfor last; do :; done\ncase \"$*\" in *' wav '*) name=sound ;; *) name=frames ;; esac\n\
                  echo \"$*\" > \"$name.arguments\"\ncat > \"$name.input\"\nprintf '0000ftyp' > \"$last\"\n\
                  [ ! -e broken ] || [ \"$name\" = frames ]\n";
    fs::create_dir_all(folder.join("bin")).unwrap();
    let program = folder.join("bin/ffmpeg");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").unwrap_or_default())
}

#[cfg(unix)]
#[test]
fn a_film_of_an_instrument_has_a_sound_track_of_its_length() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorder(folder.path());
    let film = |subject: &str, speed: &str| {
        let plan = ["watch", subject, "--record", "film.mp4", "--seconds", "2.5", "--frame-rate", "10"];
        let more = ["--size", "64x64", "--skip", "1", "--speed", speed];
        etude(folder.path()).args(plan).args(more).env("PATH", &path).output().unwrap()
    };
    let input = |name: &str| fs::read(folder.path().join(format!("{name}.input"))).ok();
    let mut lengths = Vec::new();
    for speed in ["1", "0.5"] {
        let output = film("fretting", speed);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let samples = samples(&input("sound").unwrap());
        assert_eq!(samples.len(), 5 * RATE / 2);
        lengths.push(samples.iter().position(|sample| *sample != 0).unwrap());
        assert_eq!(input("frames").unwrap().len(), 25 * 64 * 64 * 3);
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!names.iter().any(|name| name.to_string_lossy().contains("partial")), "{names:?}");
    }
    assert!((2 * lengths[0]).abs_diff(lengths[1]) < 10, "half as fast, twice as late: {lengths:?}");
    let arguments = fs::read_to_string(folder.path().join("sound.arguments")).unwrap();
    assert!(arguments.contains("-i film.mp4.partial -f wav -i -"), "{arguments}");
    // A family without strings, and full speed, have none.
    fs::remove_file(folder.path().join("sound.input")).unwrap();
    for (subject, speed) in [("cycling", "1"), ("fretting", "max")] {
        assert!(film(subject, speed).status.success() && input("sound").is_none(), "{subject} {speed}");
    }
    // What was there stays if the sound cannot be put in.
    fs::write(folder.path().join("broken"), "").unwrap();
    fs::write(folder.path().join("film.mp4"), "0000ftyp of mine").unwrap();
    let output = film("fretting", "1");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && text.contains("cannot record film.mp4: ffmpeg ended with"), "{text}");
    assert_eq!(fs::read_to_string(folder.path().join("film.mp4")).unwrap(), "0000ftyp of mine");
    assert!(!folder.path().join("film.mp4.partial").exists());
}
