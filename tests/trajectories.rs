//! What is recorded of every step says the same as what is measured of every episode.

mod common;

use common::{failure, json};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Row, RowAccessor};
use std::collections::BTreeMap;
use std::path::Path;

/// The columns of a table, by name; flags and empty cells are numbers, too.
fn columns(path: &Path) -> BTreeMap<String, Vec<f64>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    let mut columns: BTreeMap<String, Vec<f64>> = names.iter().map(|name| (name.clone(), Vec::new())).collect();
    for row in reader.records() {
        for (name, cell) in names.iter().zip(&row.unwrap()) {
            columns.get_mut(name).unwrap().push(cell.parse().unwrap_or(f64::NAN));
        }
    }
    columns
}

#[test]
fn measures_of_reaching_follow_from_its_trajectories() {
    let folder = tempfile::tempdir().unwrap();
    let clamped =
        "task: reaching/clamped-v1\nextends: reaching/curl-v1\nschedule: [{field: curl, strength: 13, clamp: 1}]\n";
    std::fs::write(folder.path().join("clamped.yaml"), clamped).unwrap();
    json(folder.path(), &["train", "reaching/curl-v1", "--subjects", "2", "--steps", "3000", "--out", "run"]);
    let evaluate = |task: &str| {
        let files = ["--table", "episodes.csv", "--record-steps", "steps.csv", "--episodes", "3"];
        json(folder.path(), &[&["evaluate", "run", "--task", task][..], &files].concat());
        (columns(&folder.path().join("episodes.csv")), columns(&folder.path().join("steps.csv")))
    };
    for task in ["clamped.yaml", "reaching/curl-v1"] {
        let (episodes, steps) = evaluate(task);
        assert_eq!(episodes["subject"].len(), 6);
        for index in 0..6 {
            let key = |table: &BTreeMap<String, Vec<f64>>, row: usize| (table["subject"][row], table["episode"][row]);
            let wanted = key(&episodes, index);
            let own: Vec<usize> = (0..steps["step"].len()).filter(|&row| key(&steps, row) == wanted).collect();
            let last = *own.last().unwrap();
            let close = |name: &str, found: f64| {
                let measured = episodes[name][index];
                assert!(
                    (found - measured).abs() <= 1e-6 * measured.abs().max(1.0),
                    "{task} {name}: {found}, {measured}"
                );
            };
            assert_eq!(own.len() as f64, episodes["length"][index]);
            close("return", own.iter().map(|&row| steps["reward"][row]).sum());
            close("truncated", steps["truncated"][last]);
            let speed = |&row: &usize| steps["state_hand_rate_x"][row].hypot(steps["state_hand_rate_y"][row]);
            close("peak_speed_m_per_s", own.iter().map(speed).fold(0.0, f64::max));
            if task == "clamped.yaml" {
                close("adaptation_index", steps["state_channel_by_field"][last] / steps["state_field_squared"][last]);
                continue;
            }
            assert!(episodes["adaptation_index"][index].is_nan(), "there is none without a channel");
            // The field's force is that of the velocity in the last physics step before: at right angles to it, and 13 N·s/m of it.
            let force = |&row: &usize| steps["state_force_x"][row].hypot(steps["state_force_y"][row]);
            let (largest, fastest) =
                (own.iter().map(force).fold(0.0, f64::max), own.iter().map(speed).fold(0.0, f64::max));
            assert!((largest / (13.0 * fastest) - 1.0).abs() < 0.02, "{largest} N at {fastest} m/s");
        }
    }
}

#[test]
fn trajectories_of_a_bicycle_are_those_of_its_ride() {
    let folder = tempfile::tempdir().unwrap();
    json(folder.path(), &["train", "cycling/rough-v0", "--subjects", "1", "--steps", "2000", "--out", "run"]);
    let files = ["--table", "episodes.csv", "--record-steps", "steps.csv", "--episodes", "2"];
    json(folder.path(), &[&["evaluate", "run"][..], &files].concat());
    let (episodes, steps) = (columns(&folder.path().join("episodes.csv")), columns(&folder.path().join("steps.csv")));
    for (episode, &distance) in episodes["distance_m"].iter().enumerate() {
        let own: Vec<usize> = (0..steps["step"].len()).filter(|&row| steps["episode"][row] == episode as f64).collect();
        let (first, last) = (own[0], *own.last().unwrap());
        let way = steps["state_rear_x"][last] - steps["state_rear_x"][first];
        assert!((way - distance).abs() < 0.2, "{way}");
        // What is observed is what there was one step before.
        for pair in own.windows(2) {
            let moved = steps["state_rear_x"][pair[1]] - steps["state_rear_x"][pair[0]];
            assert!((moved * 60.0 - steps["observation_speed"][pair[1]]).abs() < 1.0, "{moved}");
        }
    }
}

#[test]
fn every_step_of_practice_is_recorded_as_it_went() {
    let folder = tempfile::tempdir().unwrap();
    let plan = ["--subjects", "2", "--steps", "2500", "--evaluate-every", "1000", "--evaluation-episodes", "1"];
    json(folder.path(), &[&["train", "reaching/curl-v1", "--record-steps", "--out", "run"][..], &plan].concat());
    let episodes = columns(&folder.path().join("run/episodes.csv"));
    for subject in 0..2 {
        let path = folder.path().join(format!("run/steps/subject-00{subject}.parquet"));
        let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
        let names: Vec<String> =
            reader.metadata().file_metadata().schema().get_fields().iter().map(|field| field.name().into()).collect();
        let at = |name: &str| names.iter().position(|column| column == name).unwrap();
        let rows: Vec<Row> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2500);
        let own = (0..episodes["subject"].len()).filter(|&row| episodes["subject"][row] == f64::from(subject));
        let mut next = rows.iter();
        for episode in own {
            let length = episodes["length"][episode] as usize;
            let steps: Vec<&Row> = next.by_ref().take(length).collect();
            for (index, step) in steps.iter().enumerate() {
                assert_eq!(step.get_long(at("subject")).unwrap(), i64::from(subject));
                assert_eq!(step.get_long(at("episode")).unwrap() as f64, episodes["episode"][episode]);
                assert_eq!(step.get_long(at("step")).unwrap(), index as i64);
                let ended = step.get_bool(at("terminated")).unwrap() || step.get_bool(at("truncated")).unwrap();
                assert_eq!(ended, index + 1 == length);
            }
            let total: f64 = steps.iter().map(|step| f64::from(step.get_float(at("reward")).unwrap())).sum();
            assert!((total - episodes["return"][episode]).abs() < 1e-9);
            let number = |step: &Row, name: &str| f64::from(step.get_float(at(name)).unwrap());
            let speed = |step: &&Row| number(step, "state_hand_rate_x").hypot(number(step, "state_hand_rate_y"));
            let fastest = steps.iter().map(speed).fold(0.0, f64::max);
            assert!((fastest - episodes["peak_speed_m_per_s"][episode]).abs() < 1e-6);
        }
    }
}

#[test]
fn a_recording_needs_a_place_and_a_format() {
    let folder = tempfile::tempdir().unwrap();
    json(folder.path(), &["train", "cycling/flat-v0", "--subjects", "1", "--steps", "300", "--out", "run"]);
    for (file, message) in
        [("steps.xlsx", "expected a file that ends in .parquet or .csv"), ("no/steps.csv", "cannot write no/steps.csv")]
    {
        let (_, found) = failure(folder.path(), &["evaluate", "run", "--record-steps", file]);
        assert!(found.contains(message), "{found}");
    }
    json(folder.path(), &["evaluate", "run", "--record-steps", "steps.parquet"]);
    let bytes = std::fs::read(folder.path().join("steps.parquet")).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
}
