//! Files that people write: what they name is found beside them and becomes part of the run; pipes; any bytes at all.

mod common;

use common::{contents, etude, failure, json};
use etude::catalog::Catalog;
use etude_envs::document::Document;
use proptest::prelude::*;
use std::fs;
use std::path::Path;

const SCORE: &str = "score: mine\nsummary: Three notes.\ntempo: 60\nnotes:\n  - {beat: 0, string: 1, fret: 5, finger: 1}\n  \
                     - {beat: 1, string: 2, fret: 7, finger: 3}\n  - {beat: 2, string: 1, fret: 8, finger: 4}\n";
const RIFF: &str = "task: fretting/mine-v0\nextends: fretting/riff-v0\nsummary: Mine.\nmusic: {score: mine.yaml}\n";
const HEAVY: &str = "task: cycling/heavy-v0\nextends: cycling/flat-v0\nsummary: Heavy.\nrider: {body: {mass: 100}}\n";
const SMALL: [&str; 10] =
    ["--subjects", "1", "--steps", "300", "--evaluate-every", "300", "--evaluation-episodes", "1", "--threads", "1"];

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn experiment(blocks: &str) -> String {
    format!(
        "experiment: mine\nquestion: Does it help?\nagent: small.yaml\nsubjects: 1\nevaluate_every: 100\n\
         evaluation_episodes: 1\ncriterion: 0.5\nreference: scratch\ntest: {{task: reaching/null-v0, steps: 100}}\n\
         groups:\n  scratch: {{}}\n  other: {{practice: [{blocks}]}}\n"
    )
}

#[test]
fn the_notes_of_a_score_file_are_part_of_the_task() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "p/mine.yaml", SCORE);
    write(folder.path(), "p/riff.yaml", RIFF);
    let train = [&["train", "p/riff.yaml", "--agent", "brain", "--out", "run"], &SMALL[..]].concat();
    json(folder.path(), &train);
    let yaml = json(folder.path(), &["describe", "p/riff.yaml"])["yaml"].as_str().unwrap().to_string();
    assert!(yaml.contains("tempo: 60") && yaml.contains("fret: 8") && !yaml.contains("mine.yaml"), "{yaml}");
    // The resolved document says the same task.
    write(folder.path(), "resolved.yaml", &yaml);
    assert_eq!(json(folder.path(), &["describe", "resolved.yaml"])["yaml"].as_str().unwrap(), yaml);

    fs::remove_file(folder.path().join("p/mine.yaml")).unwrap();
    json(folder.path(), &["evaluate", "run/checkpoints/subject-000.safetensors", "--episodes", "1"]);
    write(folder.path(), "p/mine.yaml", &SCORE.replace("tempo: 60", "tempo: 90"));
    let before = contents(&folder.path().join("run"));
    let (code, message) = failure(folder.path(), &[&train[..], &["--resume"]].concat());
    assert!(code == 1 && message.contains("a different run"), "{message}");
    assert_eq!(contents(&folder.path().join("run")), before);
}

#[test]
fn a_score_may_stand_in_the_task_and_its_mistakes_are_located() {
    let folder = tempfile::tempdir().unwrap();
    let task = |score: &str| RIFF.replace("music: {score: mine.yaml}", &format!("music:\n  score:\n{score}"));
    let inline: String = SCORE.lines().map(|line| format!("    {line}\n")).collect();
    write(folder.path(), "inline.yaml", &task(&inline));
    write(folder.path(), "mine.yaml", SCORE);
    write(folder.path(), "file.yaml", RIFF);
    let yaml = |name: &str| json(folder.path(), &["describe", name])["yaml"].as_str().unwrap().to_string();
    assert_eq!(yaml("inline.yaml"), yaml("file.yaml"));
    for (score, parts) in [
        (SCORE.replace("fret: 7", "fret: 77"), &["mine.yaml:6:26", "notes[1].fret", "found 77"][..]),
        (SCORE.replace("fret: 7", "frett: 7"), &["mine.yaml:6:26", "notes[1].frett", "did you mean `fret`"]),
        (SCORE.replace("tempo: 60", "tempo: fast"), &["mine.yaml:3:1", "tempo", "a number", "`fast`"]),
        (SCORE.replace("tempo: 60", "tempo: .nan"), &["mine.yaml:3:1", "tempo", "from 10 to 400", "NaN"]),
        (SCORE.replace("tempo: 60\n", ""), &["mine.yaml", "missing field `tempo`"]),
        ("- 1\n".into(), &["mine.yaml:1:1", "expected a mapping"]),
    ] {
        write(folder.path(), "mine.yaml", &score);
        let (code, message) = failure(folder.path(), &["describe", "file.yaml"]);
        assert_eq!((code, message.lines().count()), (1, 1), "{message}");
        for part in parts {
            assert!(message.contains(part), "`{part}` is missing from: {message}");
        }
    }
    for (score, part) in [("none", "`none`"), ("3", "the name of a score"), ("[1]", "the name of a score")] {
        write(folder.path(), "file.yaml", &RIFF.replace("mine.yaml", score));
        let (_, message) = failure(folder.path(), &["describe", "file.yaml"]);
        assert!(message.contains("file.yaml:4:9: field `music.score`") && message.contains(part), "{message}");
    }
}

#[test]
fn paths_in_a_file_are_relative_to_it_wherever_the_program_is_started() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    write(folder.path(), "base/heavy.yaml", HEAVY);
    write(
        folder.path(),
        "p/heavier.yaml",
        &HEAVY.replace("cycling/flat-v0", "../base/heavy.yaml").replace("100", "110"),
    );
    write(folder.path(), "base/mine.yaml", SCORE);
    write(folder.path(), "base/riff.yaml", RIFF);
    // The score is named by the file in `base`, so it is looked for there.
    write(folder.path(), "p/slow.yaml", "task: fretting/slow-v0\nextends: ../base/riff.yaml\nsummary: Slow.\n");
    write(folder.path(), "base/calm.yaml", "agent: calm\nextends: brain\n");
    write(folder.path(), "p/small.yaml", "agent: small\nextends: ../base/calm.yaml\nbrain: {cortex: {units: 16}}\n");
    write(folder.path(), "p/e.yaml", &experiment("{task: own/still.yaml, steps: 100}"));
    write(folder.path(), "p/own/still.yaml", "task: reaching/still-v0\nextends: reaching/null-v0\nsummary: Still.\n");
    let path = |name: &str| folder.path().join(name).display().to_string();
    for name in ["p/heavier.yaml", "p/slow.yaml", "p/small.yaml", "p/e.yaml"] {
        let there = json(folder.path(), &["describe", name]);
        assert_eq!(json(elsewhere.path(), &["describe", &path(name)]), there, "{name}");
    }
    assert!(
        json(elsewhere.path(), &["describe", &path("p/heavier.yaml")])["yaml"].as_str().unwrap().contains("mass: 110")
    );
    // Where nothing lies beside the file, the working directory counts.
    write(folder.path(), "q/e.yaml", &experiment("{task: p/own/still.yaml, steps: 100}").replace("small", "p/small"));
    json(folder.path(), &["describe", "q/e.yaml"]);

    // A run does not depend on where it was started.
    let (file, out, agent) = (path("p/e.yaml"), path("run"), path("base/calm.yaml"));
    json(folder.path(), &["transfer", "p/e.yaml", "--agent", "base/calm.yaml", "--out", "run", "--threads", "1"]);
    let before = contents(&folder.path().join("run"));
    let again = ["transfer", &file, "--agent", &agent, "--out", &out, "--threads", "1", "--resume"];
    json(elsewhere.path(), &again);
    etude(elsewhere.path()).args(["report", &out]).assert().success();
    assert_eq!(contents(&folder.path().join("run")), before);
}

#[test]
fn files_of_one_name_in_two_folders_are_not_taken_for_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let still = "task: reaching/still-v0\nextends: reaching/null-v0\nsummary: Still.\n";
    write(folder.path(), "a/t.yaml", still);
    write(folder.path(), "b/t.yaml", &still.replace("Still", "Other"));
    write(folder.path(), "a/small.yaml", "agent: small\nextends: brain\n");
    write(folder.path(), "a/e.yaml", &experiment("{task: t.yaml, steps: 100}"));
    write(folder.path(), "b/e.yaml", "experiment: two\nextends: ../a/e.yaml\ntest: {task: t.yaml, steps: 100}\n");
    let (code, message) = failure(folder.path(), &["describe", "b/e.yaml"]);
    assert!(code == 1 && message.contains("`t.yaml`, the name of two different files"), "{message}");
}

#[cfg(unix)]
#[test]
fn a_file_may_be_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    for (text, part) in [(HEAVY, "cycling/heavy-v0"), ("agent: a\nextends: idle\n", "a\n")] {
        let output = etude(folder.path()).args(["describe", "/dev/stdin"]).write_stdin(text).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).starts_with(part));
    }
    let (code, message) = failure(folder.path(), &["describe", "."]);
    assert!(code == 1 && message.contains("is a folder"), "{message}");
}

#[test]
fn seeds_of_experiments_are_numbers_that_all_programs_keep_apart() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "small.yaml", "agent: small\nkind: idle\n");
    let with = |seed: &str| format!("{}seed: {seed}\n", experiment(""));
    write(folder.path(), "e.yaml", &with("9007199254740991"));
    json(folder.path(), &["describe", "e.yaml"]);
    for seed in ["9007199254740992", "18446744073709551615", "-1", "1.5", ".nan", "99999999999999999999"] {
        write(folder.path(), "e.yaml", &with(seed));
        let (code, message) = failure(folder.path(), &["describe", "e.yaml"]);
        assert!(
            code == 1 && message.contains("e.yaml:13:1: field `seed`: expected a whole number from 0"),
            "{message}"
        );
    }
}

#[test]
fn a_message_is_one_line_whatever_is_in_a_name() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in
        [&["describe", "a\nerror: b\u{1b}[31m"][..], &["train", "x\ny\u{7}"], &["train", "a", "--agent", "\r\n"]]
    {
        let (_, message) = failure(folder.path(), arguments);
        assert!(
            message.trim_end().lines().count() == 1 && !message.trim_end().contains(char::is_control),
            "{message:?}"
        );
    }
}

/// Gives a text to all that reads documents. Whether it makes sense or not, there is an answer, and it is one line.
fn read_as_everything(text: &str) {
    let catalog = Catalog::default();
    let mut answers = Vec::new();
    let mut note = |answer: Option<String>| answers.extend(answer);
    match Document::parse("any.yaml", text) {
        Err(error) => note(Some(error.to_string())),
        Ok(document) => {
            note(catalog.tasks.task_from(&document).err().map(|error| error.to_string()));
            note(catalog.agent_from(&document).err().map(|error| error.to_string()));
            note(catalog.experiment_from(&document, None).err().map(|error| error.to_string()));
            for (name, field) in
                [("cycling/flat-v0", "bike"), ("fretting/riff-v0", "music"), ("reaching/null-v0", "arm")]
            {
                let base = Document::parse(name, &catalog.tasks.task(name).unwrap().yaml()).unwrap();
                let mine = document.clone().extending(&base);
                note(catalog.tasks.task_from(&mine).err().map(|error| error.to_string()));
                let _ = mine.part(field, "part").map(|part| part.resolved());
            }
            let riff = Document::parse("riff", &catalog.tasks.task("fretting/riff-v0").unwrap().yaml()).unwrap();
            note(
                catalog.tasks.task_from(&riff.with_part("music.score", &document)).err().map(|error| error.to_string()),
            );
        }
    }
    for answer in answers {
        assert!(!answer.contains(char::is_control), "more than a line: {answer:?}");
        assert!(answer.len() < 8_000, "{} bytes long: {answer}", answer.len());
    }
}

/// Pieces of YAML, and words that the readers know.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "[",
        "]",
        "{",
        "}",
        ": ",
        ":",
        ", ",
        "- ",
        "? ",
        "\n",
        "\n  ",
        "\n    ",
        "&a ",
        "*a",
        "<<: ",
        "'",
        "\"",
        "|\n",
        ">-\n",
        "# ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "!!str ",
        "!x ",
        "\t",
        "\r\n",
        "\\",
        "\\n",
        "\u{feff}",
        "é",
        "\u{2028}",
        "\u{0}",
        "\u{1b}",
        "~",
        "null",
        "true",
        ".nan",
        "-.inf",
        "1e400",
        "-1",
        "4_000",
        "99999999999999999999",
        "0x",
        "1.5",
        "task: ",
        "extends: ",
        "agent: ",
        "kind: ",
        "brain",
        "experiment: ",
        "groups: ",
        "test: ",
        "music: ",
        "score: ",
        "notes: ",
        "beat: ",
        "tempo: ",
        "cycling/flat-v0",
        "fretting/riff-v0",
        "reaching/null-v0",
        "stairwell",
        "bike: ",
        "mass: ",
        "schedule: ",
        "practice: ",
        "parameters: ",
        "settings: ",
        "steps: ",
        "summary: ",
        "episode: ",
        "idle",
    ])
}

fn nested() -> impl Strategy<Value = serde_json::Value> {
    let name = || {
        prop_oneof![
            prop::sample::select(vec!["task", "agent", "kind", "brain", "music", "score", "notes", "test"])
                .prop_map(String::from),
            ".{0,8}"
        ]
    };
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        name().prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((name(), inner), 0..6).prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_as_everything(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_pieces_of_yaml_are_answered(pieces in prop::collection::vec(piece(), 0..60)) {
        read_as_everything(&pieces.concat());
    }

    #[test]
    fn any_nested_yaml_is_answered(value in nested()) {
        read_as_everything(&serde_yaml::to_string(&value).unwrap());
    }
}
