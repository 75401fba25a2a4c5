//! Reports of experiments, comparisons of runs and the showcase, through the binary.

mod common;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{contents, etude, failure, json};
use flate2::read::ZlibDecoder;
use serde_json::Value;
use std::fs;
use std::path::Path;

const TINY: &str = "\
experiment: tiny
question: Does <b>it</b> help & \"how\"?</p><script src='http://example.org/x.js'>
agent: dopamine
subjects: 2
evaluate_every: 200
evaluation_episodes: 1
criterion: 0.05
reference: scratch
contrasts: {transfer: sham}
test: {task: \"a<i>'&.yaml\", steps: 400}
groups:
  scratch: {}
  transfer:
    practice:
      - {task: cycling/flat-v0, steps: 400}
  frozen:
    practice:
      - {task: cycling/flat-v0, steps: 400}
    test_learning: false
  sham:
    practice:
      - {task: cycling/flat-v0, steps: 400, reward: false}
";
const TASK: &str =
    "task: cycling/mine-v0\nextends: cycling/flat-v0\nsummary: '</pre><img src=\"http://example.org\">'\n";

/// A folder with the experiment run in `out`.
fn small() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tiny.yaml"), TINY).unwrap();
    fs::write(folder.path().join("a<i>'&.yaml"), TASK).unwrap();
    json(folder.path(), &["transfer", "tiny.yaml", "--out", "out", "--signals-every", "100"]);
    folder
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// The summary in a folder.
fn json_of(folder: &Path) -> Value {
    serde_json::from_str(&read(folder, "summary.json")).unwrap()
}

/// The values of an attribute in all elements of a page.
fn attribute<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let tags = page.split('<').skip(1).map(|tag| tag.split('>').next().unwrap_or_default());
    let marker = format!(" {name}=\"");
    tags.filter_map(|tag| tag.split_once(&marker)?.1.split('"').next()).collect()
}

/// Names of all elements of a page.
fn elements(page: &str) -> Vec<&str> {
    let names = page.split('<').skip(1);
    names.map(|tag| tag.split([' ', '>', '\n', '/']).next().unwrap_or_default()).collect()
}

#[test]
fn a_report_needs_nothing_but_its_folder() {
    let folder = small();
    let out = folder.path().join("out");
    let page = read(&out, "report.html");
    let links = attribute(&page, "href");
    assert!(links.len() >= 8, "{links:?}");
    for link in links {
        assert!(out.join(link).is_file() && !link.contains(':'), "{link} is not there");
    }
    assert!(attribute(&page, "src").is_empty());
    for forbidden in ["img", "link", "iframe", "object", "image", "use", "b", "i"] {
        assert!(!elements(&page).contains(&forbidden), "<{forbidden}>");
    }
    // What is less than something is text, too.
    assert!(!page.split("<script>").next().unwrap().contains("< "), "an unescaped sign");
    // Its own script plays the replay, and is the only one.
    assert_eq!(elements(&page).iter().filter(|name| **name == "script").count(), 1);
    assert!(page.contains("<script>\n// Plays the films"), "{page}");
    // What YAML says of other places is text.
    let said = page.replace("http://example.org", "");
    assert!(!said.contains("http:") && !said.contains("https:"));
    for forbidden in ["@import", "url("] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    // Every figure is also a file, and every file is in the report.
    for (name, bytes) in contents(&out.join("figures")) {
        let svg = String::from_utf8(bytes).unwrap();
        assert!(page.contains(&format!("href=\"figures/{name}\"")), "{name} is not in the report");
        assert!(svg.contains("<title>") && svg.contains("<desc>") && svg.contains("prefers-color-scheme"), "{name}");
        for forbidden in ["script", "image", "use", "b", "i"] {
            assert!(!elements(&svg).contains(&forbidden), "<{forbidden}> in {name}");
        }
    }
    for part in [
        "Does &lt;b&gt;it&lt;/b&gt; help &amp; &quot;how&quot;?",
        "a&lt;i&gt;&#39;&amp;.yaml",
        "With 2 subjects no difference can be called clear",
        "which shows what mere movement is worth",
        "Transfer effectiveness",
        "performance profile",
        "Signals in the agent",
        "size of dopamine",
    ] {
        assert!(page.to_lowercase().contains(&part.to_lowercase()), "`{part}` is missing");
    }
    // On a broad page the forest has the numbers beside it, on a narrow one there is no room for them.
    let [narrow, broad] = ["narrow-page", "broad-page"].map(|class| {
        let (_, rest) = page.split_once(&format!("<div class=\"{class}\">")).unwrap();
        rest.split_once("</svg>").unwrap().0.to_string()
    });
    let advantage = &json_of(&out)["measures"]["transfer.area_difference"]["value"];
    let number = format!("{:.3} (", advantage.as_f64().unwrap().abs());
    assert!(broad.contains(&number) && !narrow.contains(&number), "{number} in\n{broad}");
    assert!(broad.contains("--width:640px") && !narrow.contains("--width"));
    // Every measure is in the table.
    let measures = json_of(&out);
    let (_, table) = page.split_once("What the practice was worth</h2>").unwrap();
    let (table, _) = table.split_once("<h2>").unwrap();
    assert_eq!(table.matches("<tr><td>").count(), measures["measures"].as_object().unwrap().len());
}

#[test]
fn a_report_made_anew_has_the_same_bytes() {
    let folder = small();
    let out = folder.path().join("out");
    let before = contents(&out);
    fs::remove_file(out.join("report.html")).unwrap();
    fs::remove_dir_all(out.join("figures")).unwrap();
    let document = json(folder.path(), &["report", "out"]);
    assert_eq!(document, serde_json::from_slice::<Value>(&before["summary.json"]).unwrap());
    assert_eq!(contents(&out), before);
    // What was found is said in numbers of the tables: with other scores it says something else.
    let text = read(&out, "evaluations.csv");
    let better = text.lines().map(|row| match row.split_once("transfer,test,") {
        Some((_, rest)) => {
            let mut cells: Vec<&str> = rest.split(',').collect();
            let score = cells.len() - 4;
            cells[score] = "1";
            format!("transfer,test,{}\n", cells.join(","))
        }
        None => format!("{row}\n"),
    });
    fs::write(out.join("evaluations.csv"), better.collect::<String>()).unwrap();
    etude(folder.path()).args(["report", "out", "--quiet"]).assert().success();
    let page = read(&out, "report.html");
    assert!(page.as_bytes() != before["report.html"] && page.contains("2 of 2 higher"));
}

/// The films of a page, unpacked.
fn films(page: &str) -> Vec<Value> {
    let unpacked = |film: &str| {
        assert!(film.len() <= 200_000, "{} characters", film.len());
        serde_json::from_reader(ZlibDecoder::new(&STANDARD.decode(film).unwrap()[..])).unwrap()
    };
    attribute(page, "data-film").into_iter().map(unpacked).collect()
}

#[test]
fn a_report_plays_the_evaluation_of_a_subject_and_of_its_twin() {
    let folder = small();
    let out = folder.path().join("out");
    let page = read(&out, "report.html");
    let films = films(&page);
    assert_eq!(films.len(), 2, "the reference and the group that the finding is about");
    for film in &films {
        let (pictures, colours) = (film["pictures"].as_array().unwrap(), film["colours"].as_array().unwrap());
        let interval = film["interval"].as_f64().unwrap();
        assert!(pictures.len() > 2 && interval >= 0.03 && pictures.len() as f64 * interval < 11.0, "{interval}");
        assert_ne!(pictures.first(), pictures.last(), "something moves");
        for (index, picture) in pictures.iter().enumerate() {
            for shape in picture.as_array().unwrap() {
                let numbers = shape.as_array().unwrap();
                // What comes before the numbers that change, and how many entries there are at least.
                let (head, least) =
                    [(3, 9), (2, 5), (2, 7), (2, 8), (4, 7), (1, 2)][numbers[0].as_u64().unwrap() as usize];
                assert!(numbers.len() >= least && (head > 1 || index > 0), "{shape}");
                assert!(numbers[head..].iter().all(Value::is_i64), "{shape}");
                assert!(head == 1 || numbers[1].as_u64().unwrap() < colours.len() as u64, "{shape}");
            }
        }
        // Both wheels are rings on top of the landscape.
        let first = pictures[0].as_array().unwrap();
        assert!(first.iter().filter(|shape| shape[0] == 3).count() >= 4, "{first:?}");
    }
    // Of the two pairs of twins the lower one in gain is shown; with one episode in an evaluation its score is that of the table.
    let mut reader = csv::Reader::from_path(out.join("evaluations.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let last = |group: &str, subject: usize| -> f64 {
        let own = |row: &&csv::StringRecord| row[0] == *group && row[1] == *"test" && row[3] == *subject.to_string();
        rows.iter().rfind(own).unwrap()[7].parse().unwrap()
    };
    let gain = |subject| last("transfer", subject) - last("scratch", subject);
    let shown = if gain(0) <= gain(1) { 0 } else { 1 };
    for group in ["scratch", "transfer"] {
        let label =
            format!("<strong>{group}</strong>, subject {shown}: score {:.3} in this episode</p>", last(group, shown));
        assert!(page.contains(&label), "{label} is not in the page");
        assert!(out.join(format!("figures/replay-{group}.svg")).is_file());
    }
}

#[test]
fn a_report_without_its_checkpoints_says_that_it_has_no_replay() {
    let folder = small();
    let out = folder.path().join("out");
    let whole = read(&out, "report.html");
    let again = |says: &str| {
        etude(folder.path()).args(["report", "out", "--quiet"]).assert().success();
        let page = read(&out, "report.html");
        assert!(page.contains(&format!("There is no replay: {says}.")), "{says}");
        assert!(films(&page).is_empty() && !elements(&page).contains(&"script"));
        let (before, after) =
            (whole.split_once("<h2>After the test").unwrap(), page.split_once("<h2>After the test").unwrap());
        let rest = |text: &str| text.split_once("<h2>What the practice was worth").unwrap().1.to_string();
        assert_eq!((before.0, rest(before.1)), (after.0, rest(after.1)), "the rest of the report is the same");
    };
    let checkpoints: Vec<_> =
        [0, 1].map(|index| out.join(format!("checkpoints/subject-00{index}.transfer.test.safetensors"))).into();
    let bytes: Vec<Vec<u8>> = checkpoints.iter().map(|path| fs::read(path).unwrap()).collect();
    for (path, bytes) in checkpoints.iter().zip(&bytes) {
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    }
    again("a checkpoint cannot be used");
    // Those of one subject are no other's.
    fs::write(&checkpoints[0], &bytes[1]).unwrap();
    fs::write(&checkpoints[1], &bytes[0]).unwrap();
    again("a checkpoint cannot be used");
    checkpoints.iter().for_each(|path| fs::remove_file(path).unwrap());
    again("a checkpoint is not in the folder");
    for (path, bytes) in checkpoints.iter().zip(&bytes) {
        fs::write(path, bytes).unwrap();
    }
    etude(folder.path()).args(["report", "out", "--quiet"]).assert().success();
    assert_eq!(read(&out, "report.html"), whole);
}

#[test]
fn damaged_tables_are_located_and_the_old_report_stays() {
    let folder = small();
    let out = folder.path().join("out");
    let before = contents(&out);
    let refused = |name: &str, alter: &dyn Fn(&str) -> String, says: &str| {
        let whole = read(&out, name);
        fs::write(out.join(name), alter(&whole)).unwrap();
        let (code, message) = failure(folder.path(), &["report", "out"]);
        assert!(code == 1 && message.contains(says) && message.trim_end().lines().count() == 1, "{message}");
        fs::write(out.join(name), whole).unwrap();
        assert_eq!(contents(&out), before);
    };
    let spoil = |line: usize, cell: usize| {
        move |text: &str| {
            let mut lines: Vec<String> = text.lines().map(String::from).collect();
            let mut cells: Vec<&str> = lines[line - 1].split(',').collect();
            cells[cell] = "x";
            lines[line - 1] = cells.join(",");
            lines.join("\n") + "\n"
        }
    };
    refused("evaluations.csv", &spoil(3, 7), "evaluations.csv:3: its `score` makes no sense");
    refused("evaluations.csv", &spoil(5, 0), "evaluations.csv:5: its `group` makes no sense");
    refused("evaluations.csv", &spoil(1, 4), "evaluations.csv:1: expected the columns");
    refused("evaluations.csv", &|text| text[..text.len() / 2].to_string(), "evaluations.csv");
    refused("evaluations.csv", &|_| String::new(), "evaluations.csv:1");
    let signals = "logs/subject-000.scratch.test.signals.csv";
    refused(signals, &spoil(4, 3), "signals.csv:4: its `value` makes no sense");
    let lines = |text: &str| text.lines().map(|line| format!("{line}\n")).collect::<Vec<_>>();
    refused("evaluations.csv", &|text| lines(text)[..lines(text).len() - 1].concat(), "rows are missing");
    refused("evaluations.csv", &|text| [&lines(text)[..2], &lines(text)[3..]].concat().concat(), "rows are missing");
    refused("evaluations.csv", &|text| [&lines(text)[..3], &lines(text)[2..]].concat().concat(), "there twice");
    refused("run.yaml", &|text| text.replace("subjects: ", "subjects: 99999999"), "`run.experiment.subjects`");
    refused("run.yaml", &|text| text.replace("criterion: 0.05", "criterion: 5"), "`run.experiment.criterion`");
    refused(
        "run.yaml",
        &|text| text.replace("etude-transfer 2", "etude-run 2"),
        "expected one of `etude transfer`, `etude transfer-matrix`, `etude sweep`",
    );
    refused(
        "run.yaml",
        &|text| text.replace("etude-transfer 2", "etude-transfer 9"),
        "expected the format `etude-transfer 2`",
    );
    fs::remove_file(out.join("evaluations.csv")).unwrap();
    let (_, message) = failure(folder.path(), &["report", "out"]);
    assert!(message.contains("is not finished"), "{message}");
    let (code, message) = failure(folder.path(), &["report", "nowhere"]);
    assert!(code == 1 && message.contains("nowhere does not exist; expected the folder of a run"), "{message}");
}

fn train(folder: &Path, out: &str, more: &[&str]) {
    let plan = ["--subjects", "3", "--steps", "900", "--evaluate-every", "300", "--evaluation-episodes", "1"];
    let task = if more.iter().any(|word| word.contains('/')) { &[][..] } else { &["cycling/flat-v0"] };
    json(folder, &[&["train", "--out", out][..], &plan, task, more].concat());
}

#[test]
fn runs_are_set_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), "learner", &[]);
    train(folder.path(), "again", &["--seed", "4"]);
    train(folder.path(), "idle", &["--agent", "idle"]);
    train(folder.path(), "numb", &["--lesion", "basal-ganglia=0.5"]);
    let before = contents(folder.path());
    let all = ["compare", "learner", "again", "idle", "numb"];
    let document = json(folder.path(), &[&all[..], &["--criterion", "0.02"]].concat());
    assert_eq!(contents(folder.path()), before, "something was written");
    let runs = document["runs"].as_array().unwrap();
    assert_eq!((document["criterion"].as_f64(), document["steps"].as_u64(), runs.len()), (Some(0.02), Some(900), 4));
    let names: Vec<&str> = runs.iter().map(|run| run["name"].as_str().unwrap()).collect();
    let lesioned = "brain, basal-ganglia lesioned (0.5)";
    assert_eq!(names, ["brain in learner", "brain in again", "idle", lesioned]);
    assert!(runs[0]["probability_of_improvement"].is_null());
    // Twins have the same seed.
    let paired: Vec<Option<bool>> = runs.iter().map(|run| run["paired"].as_bool()).collect();
    assert_eq!(paired, [None, Some(false), Some(true), Some(true)]);
    // Who is idle never scores 1.
    let document = json(folder.path(), &["compare", "learner", "idle", "--criterion", "1"]);
    assert_eq!(document["runs"][1]["reached_criterion"], 0);
    assert!(document["runs"][1]["steps_to_criterion"].is_null(), "{document}");
    // The numbers are those of the table.
    let mut reader = csv::Reader::from_path(folder.path().join("learner/evaluations.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let scores = |subject: usize| -> Vec<f64> {
        let mine = rows.iter().filter(|row| row[0] == subject.to_string());
        mine.map(|row| row[4].parse().unwrap()).collect()
    };
    // At steps 0, 300, 600 and 900.
    let area = |subject| match scores(subject)[..] {
        [first, second, third, last] => (first / 2.0 + second + third + last / 2.0) / 3.0,
        ref other => panic!("{other:?}"),
    };
    let mean = (area(0) + area(1) + area(2)) / 3.0;
    assert!((runs[0]["area"]["value"].as_f64().unwrap() - mean).abs() < 1e-12);
    let in_a_row = |subject| scores(subject).windows(2).any(|two| two[0] >= 0.02 && two[1] >= 0.02);
    let reached = (0..3).filter(|&subject| in_a_row(subject)).count() as u64;
    assert_eq!(runs[0]["reached_criterion"].as_u64(), Some(reached));
    // With a folder there is a report, the same each time.
    let written = [&all[..], &["--out", "table"]].concat();
    let output = etude(folder.path()).args(&written).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "Agents on cycling/flat-v0",
        "beats the first",
        "not reached",
        "which have the same seeds: idle; brain, basal-ganglia lesioned (0.5).",
        "because of other seeds or another number of subjects: brain in again.",
        "table/report.html",
    ] {
        assert!(text.contains(part), "`{part}` is missing from\n{text}");
    }
    let first = contents(&folder.path().join("table"));
    let names = [".lock", "comparison.json", "figures/learning.svg", "report.html", "run.yaml"];
    assert_eq!(first.keys().collect::<Vec<_>>(), names);
    etude(folder.path()).args(&written).assert().success();
    assert_eq!(contents(&folder.path().join("table")), first);
    let (code, message) = failure(folder.path(), &["compare", "learner", "--out", "idle"]);
    assert!(
        code == 1 && message.contains("idle is a folder of `etude train`; expected one of `etude compare`"),
        "{message}"
    );
}

#[test]
fn only_what_was_done_alike_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let idle = ["--agent", "idle"];
    train(folder.path(), "one", &idle);
    train(folder.path(), "rough", &["cycling/rough-v0", "--agent", "idle"]);
    let small = ["train", "cycling/flat-v0", "--agent", "idle", "--subjects", "3", "--evaluation-episodes", "1"];
    let run = |more: &[&'static str]| json(folder.path(), &[&small[..], more].concat());
    run(&["--steps", "600", "--evaluate-every", "300", "--out", "short"]);
    run(&["--steps", "900", "--evaluate-every", "450", "--out", "seldom"]);
    fs::write(
        folder.path().join("mine.yaml"),
        "task: cycling/flat-v0\nextends: cycling/flat-v0\nbike: {friction: 0.5}\n",
    )
    .unwrap();
    train(folder.path(), "other", &["./mine.yaml", "--agent", "idle"]);
    for (second, says) in [
        ("rough", "its task is cycling/rough-v0, not cycling/flat-v0"),
        ("other", "its task is cycling/flat-v0 with other settings"),
        ("short", "its number of steps is 600, not 900"),
        ("seldom", "its number of steps between evaluations is 450, not 300"),
        ("nowhere", "nowhere does not exist"),
    ] {
        let (code, message) = failure(folder.path(), &["compare", "one", second, "--out", "table"]);
        assert!(code == 1 && message.contains(says), "{message}");
        assert!(!folder.path().join("table").exists());
    }
    let path = folder.path().join("one/evaluations.csv");
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, whole.replacen(",300,", ",soon,", 1)).unwrap();
    let (_, message) = failure(folder.path(), &["compare", "one"]);
    assert!(message.contains("one/evaluations.csv:3: its `steps` makes no sense"), "{message}");
    let (code, message) = failure(folder.path(), &["compare"]);
    assert!(code == 2 && message.contains("<FOLDERS>"), "{message}");
    let (code, message) = failure(folder.path(), &["compare", "one", "--criterion", "2"]);
    assert!(code == 2 && message.contains("a score from 0 to 1"), "{message}");
}

#[test]
fn without_a_command_a_study_is_run_and_shown_again() {
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        let output = etude(folder.path()).args(["--scale-steps", "0.001"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (table, said) = run();
    assert!(
        said.starts_with("A study of transfer in etude-showcase") && said.lines().next().unwrap().contains("minutes")
    );
    assert!(table.contains("area difference") && table.trim_end().ends_with("etude-showcase/report.html"), "{table}");
    let before = contents(&folder.path().join("etude-showcase"));
    assert!(before.contains_key("report.html"));
    let (again, said) = run();
    assert!(said.starts_with("This study has finished") && again == table, "{said}");
    assert_eq!(contents(&folder.path().join("etude-showcase")), before);
    let help = etude(folder.path()).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("Usage: etude") && help.contains("compare") && !help.contains("--scale-steps"), "{help}");
    let (code, _) = failure(folder.path(), &["--scale-steps", "0"]);
    assert_eq!(code, 2);
}
