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
    assert_eq!(files.keys().collect::<Vec<_>>(), [".lock", "run.yaml", "v1.csv", "v1.svg", "validation.json"]);
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
fn with_two_sites_what_was_unlearned_recovers_and_without_the_fast_one_it_was_never_unlearned() {
    let folder = tempfile::tempdir().unwrap();
    let document = json(folder.path(), &["validate", "V3", "--subjects", "8", "--seed", "3"]);
    let (first, highest) =
        (value(&document, "index on the first clamp"), value(&document, "highest index within 50 clamps"));
    assert!(highest > 0.1 && highest > first + 0.1, "{first}, then {highest}");
    assert!(value(&document, "its index on the first clamp") > first + 0.2);
    assert!(value(&document, "its rise above the first eight clamps") < 0.03);
}

#[test]
fn a_turned_or_clamped_cursor_changes_the_plan_of_who_learns_and_of_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let run = |agent, id| json(folder.path(), &["validate", id, "--subjects", "3", "--seed", "3", "--agent", agent]);
    let opposite = "subjects whose end point is opposite to the rotation";
    let learned = run("brain", "V18");
    assert_eq!(value(&learned, opposite), 1.0);
    assert!(value(&learned, "launch - end point (deg)") < 8.0);
    assert!(value(&run("idle", "V18"), "learned angle (deg)").abs() < 1.5);
    let clamped = run("brain", "V21");
    for clamp in ["7.5", "15", "45"] {
        let heading = value(&clamped, &format!("heading against a clamp of {clamp} deg (deg)"));
        assert!((5.0..35.0).contains(&heading), "{heading} against {clamp}");
    }
    assert!(value(&run("idle", "V21"), "largest heading (deg)").abs() < 1.5);
    assert!(
        value(&run("brain", "V19"), "its SD, cursor off / on") < 2.0,
        "a hidden cursor does not let exploration loose"
    );
}

#[test]
fn what_was_met_before_and_what_is_told_beside_an_error_change_how_much_is_learned_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let altered = |name: &str, settings: &str| {
        let text = format!("agent: {name}\nextends: brain\nsummary: altered\nbrain: {{cerebellum: {{{settings}}}}}\n");
        let path = folder.path().join(format!("{name}.yaml"));
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_string()
    };
    let run = |agent: &str, ids: &[&str]| {
        let mut arguments = vec!["validate", "--subjects", "3", "--seed", "3", "--agent", agent];
        arguments.extend(ids);
        json(folder.path(), &arguments)
    };
    let brain = run("brain", &["V22", "V24", "V25", "V26"]);
    assert!(value(&brain, "sensitivity, slowly switching - unchanged") > 0.1);
    assert!(value(&brain, "sensitivity, unchanged - fast switching") > 0.05);
    assert!(value(&brain, "change by two trials, after A and B / naive") > 1.1);
    assert!(value(&brain, "retention, error and reward") > value(&brain, "retention, error") + 0.1);
    let [sharp, blurred] = ["5", "10"].map(|blur| value(&brain, &format!("rate of learning, blur of {blur} mm")));
    assert!(sharp > blurred + 0.04, "{sharp}, {blurred}");
    let relied = |document: &Value| {
        let measure = "reliance on the prediction, twice the blur - once, lower end of its interval";
        line(document, measure)["verdict"] == "pass"
    };
    assert!(relied(&brain));
    // Brains without what is asked for must be noticed.
    let forgetful = run(&altered("forgetful", "feedback_error: {sensitivity: {largest: 1}}"), &["V24"]);
    assert!(value(&forgetful, "sensitivity, slowly switching - unchanged") < 0.05);
    let careless = run(&altered("careless", "feedback_error: {unrewarded: 1}"), &["V25"]);
    assert!((value(&careless, "retention, error and reward") - value(&careless, "retention, error")).abs() < 0.05);
    assert!(!relied(&run(&altered("blind", "sensory_prediction: null"), &["V26"])));
}

#[test]
fn structure_and_targets_are_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let document = json(folder.path(), &["validate", "V6", "--subjects", "2", "--seed", "3"]);
    let measure = "interference of the opposite rotation, random rotations before / none";
    assert!(value(&document, measure) < 1.0);
    // With one target every trial is of it: the field is learned in fewer trials than with eight.
    let [one, eight] = [&["--targets", "1"][..], &[]].map(|targets| {
        let mut arguments = vec!["validate", "V1", "--subjects", "2", "--seed", "3"];
        arguments.extend(targets);
        value(&json(folder.path(), &arguments), "deviation after 200 trials / naive")
    });
    assert!(one < eight, "{one}, {eight}");
}

#[test]
fn every_seed_is_counted_and_its_misses_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let run = |seed, seeds| {
        let out = format!("{seed}-{seeds}");
        json(folder.path(), &["validate", "V8", "--subjects", "1", "--seed", seed, "--seeds", seeds, "--out", &out])
    };
    let (both, second) = (run("3", "2"), run("4", "1"));
    let seeds = both["seeds"].as_array().unwrap();
    assert_eq!(seeds.iter().map(|one| one["seed"].as_u64().unwrap()).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(seeds[1], second["seeds"][0], "a seed is the same whatever comes before it");
    for one in seeds {
        let missed = one["missed"].as_array().unwrap();
        assert_eq!(one["bands"].as_u64().unwrap() - one["met"].as_u64().unwrap(), missed.len() as u64);
        assert!(missed.iter().all(|band| band.as_str().unwrap().starts_with("V8: ")));
    }
    let lines = both["findings"][0]["lines"].as_array().unwrap();
    let met = lines.iter().filter(|line| line["verdict"] == "pass").count() as u64;
    assert_eq!(seeds[0]["met"], met, "lines are those of the first seed");
    assert!(lines.iter().all(|line| line["mechanism"].as_str().unwrap().starts_with("dopamine")));
}

#[test]
fn what_an_agent_has_no_part_for_is_told_as_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let ids = "V13b V15";
    let mut arguments = vec!["validate", "--subjects", "1", "--agent", "dopamine"];
    arguments.extend(ids.split(' '));
    let document = json(folder.path(), &arguments);
    let findings = document["findings"].as_array().unwrap();
    assert_eq!(findings.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>().join(" "), ids);
    for finding in findings {
        assert_eq!(finding["passed"], false);
        for line in finding["lines"].as_array().unwrap() {
            assert!(line["verdict"] == "not run" && line["value"].is_null() && line["reason"].is_string(), "{line}");
        }
    }
    assert_eq!((&document["seeds"][0]["met"], &document["seeds"][0]["bands"]), (&0.into(), &0.into()));
}

#[test]
fn units_turn_with_a_field_that_is_learned_and_keep_a_shift_only_after_one() {
    let folder = tempfile::tempdir().unwrap();
    let unlearning = folder.path().join("unlearning.yaml");
    let text = "agent: unlearning\nextends: brain\nbrain: {cerebellum: {feedback_error: {slow: {rate: 0}, fast: {rate: 0}}}}\n";
    std::fs::write(&unlearning, text).unwrap();
    let shift = |agent: &str| {
        let arguments = ["validate", "V13b", "--subjects", "1", "--seed", "3", "--agent", agent];
        let document = json(folder.path(), &arguments);
        let measures = [
            "mean shift of units in the field (deg, the field's sign positive)",
            "units that keep a shift of their own",
            "units that keep a shift, without a field",
        ];
        measures.map(|measure| value(&document, measure))
    };
    let [turned, kept, sham] = shift("brain");
    assert!((5.0..30.0).contains(&turned), "{turned}");
    assert!(sham < 0.1 && kept > sham, "{kept}, {sham}");
    let [turned, ..] = shift(unlearning.to_str().unwrap());
    assert!(turned < 5.0, "a cerebellum that learns nothing turned them by {turned}");
}

#[test]
fn capacity_is_where_practice_was() {
    let folder = tempfile::tempdir().unwrap();
    let document = json(folder.path(), &["validate", "V15", "--subjects", "2", "--seed", "3"]);
    assert!(value(&document, "rank correlation of practice and capacity, practised zones") > 0.6);
    let synapses = |zones| value(&document, &format!("rank correlation of practice and synapses, {zones} zones"));
    assert!(synapses("practised") > synapses("other").abs());
}

#[test]
fn a_turned_decoder_is_answered_and_days_bring_new_patterns_to_who_learns_and_to_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let run = |id, subjects, agent| {
        json(folder.path(), &["validate", id, "--subjects", subjects, "--seed", "3", "--agent", agent])
    };
    let turned = run("V10", "6", "brain");
    assert!((0.1..0.8).contains(&value(&turned, "error made up for, 25% of units turned")));
    for share in ["25%", "50%"] {
        assert!(value(&turned, &format!("global shift, {share} of units (deg)")) > 2.0);
        assert!(value(&turned, &format!("local extra shift, {share} of units (deg)")) > 0.5);
    }
    assert!(value(&turned, "local extra shift, 25% of units, no slow (deg)").abs() < 2.5);
    let days = run("V12", "2", "brain");
    let learned = |arm: &str| value(&days, &format!("learning outside the manifold after 10 days, {arm}"));
    assert!(learned("by degrees") > 0.6 && learned("no night") < 0.4 && learned("sham") < 0.25, "{days:#}");
    assert!(value(&days, "rise of the share of new patterns, by degrees") > 0.2);
    // Who does nothing has a decoder from the seed, and learns nothing.
    let idle = run("V10", "2", "idle");
    assert_eq!(idle["findings"][0]["passed"], false);
}

#[test]
fn broken_brains_are_noticed_by_bands_of_their_own_subject() {
    let folder = tempfile::tempdir().unwrap();
    for (finding, expected) in [
        ("V1", &["sign flipped", "basal ganglia unchecked"][..]),
        ("V10", &["no re-aiming", "no re-mapping"]),
        ("V8", &["no basal ganglia", "unsigned dopamine", "no dopamine adaptation", "dopamine's sign flipped"]),
    ] {
        let document = json(folder.path(), &["validate", finding, "--mutants", "--subjects", "2", "--seed", "3"]);
        let mutants = document["mutants"].as_array().unwrap();
        for name in expected {
            let mutant = mutants.iter().find(|mutant| mutant["mutant"] == *name).unwrap_or_else(|| panic!("no {name}"));
            let own = mutant["noticed_by_subject"].as_array().unwrap();
            assert!(!own.is_empty(), "{name} is not noticed: {document:#}");
            assert_eq!(mutant["noticed_by"].as_array().unwrap(), own, "only {finding} was run");
        }
    }
}
