//! Published findings, in small cohorts, through the binary.

mod common;

use common::{contents, json};
use serde_json::Value;

fn line<'a>(document: &'a Value, measure: &str) -> &'a Value {
    let findings = document["findings"].as_array().unwrap();
    let mut lines = findings.iter().flat_map(|finding| finding["lines"].as_array().unwrap());
    lines.find(|line| line["measure"] == measure).unwrap_or_else(|| panic!("no `{measure}`: {document:#}"))
}

fn value(document: &Value, measure: &str) -> f64 {
    line(document, measure)["value"].as_f64().unwrap()
}

#[test]
fn adaptation_leaves_an_opposite_after_effect_and_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let run = |out, threads| {
        json(folder.path(), &["validate", "v1", "--subjects", "2", "--seed", "3", "--threads", threads, "--out", out])
    };
    let document = run("one", "1");
    assert_eq!(document["findings"][0]["id"], "V1");
    assert_eq!(value(&document, "subjects with an after-effect of opposite sign"), 1.0);
    assert_eq!(line(&document, "subjects with an after-effect of opposite sign")["verdict"], "pass");
    assert!(value(&document, "deviation after 200 trials / naive") < 0.6);
    assert!(value(&document, "control without field / naive") < 0.1);
    let files = contents(&folder.path().join("one"));
    assert_eq!(files.keys().collect::<Vec<_>>(), ["v1.csv", "v1.svg", "validation.json"]);
    run("two", "2");
    assert!(contents(&folder.path().join("two"))["v1.csv"] == files["v1.csv"], "depends on threads");
}

#[test]
fn an_agent_that_does_not_learn_misses() {
    let folder = tempfile::tempdir().unwrap();
    let document = json(folder.path(), &["validate", "V1", "--subjects", "2", "--agent", "idle"]);
    assert_eq!(document["findings"][0]["passed"], false);
    assert_eq!(line(&document, "after-effect / naive")["verdict"], "miss");
}

#[test]
fn with_two_rates_what_was_unlearned_recovers_and_with_one_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let document = json(folder.path(), &["validate", "V3", "--subjects", "2", "--seed", "3"]);
    assert!(value(&document, "highest index within 50 clamps") > 0.05);
    assert!(value(&document, "index on the first clamp") < 0.0);
    assert!(value(&document, "highest index of the single-rate ablation") < 0.03);
}
