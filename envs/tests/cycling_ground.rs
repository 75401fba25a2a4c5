//! Ground that people bring along: what becomes of a file, and of what is placed along the way.

mod common;

use common::{extremes, numbers, seen, task, with, yaml};
use etude_envs::cycling::survey::Survey;
use etude_envs::cycling::{CyclingSpec, GroundSpec, Road, Way};
use etude_envs::document::{Document, to_yaml};
use etude_envs::lane::SoloLane;
use etude_envs::task::{Blueprint, FactValue};
use etude_envs::{Registry, Seed};
use proptest::prelude::*;
use std::fmt::Write;
use std::path::Path;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// The document of a task in `folder` that has this as its ground.
fn document(folder: &Path, ground: &str) -> Document {
    let path = folder.join("mine.yaml");
    let text = format!("task: cycling/mine-v0\nextends: cycling/flat-v0\nsummary: Mine.\nground: {ground}\n");
    std::fs::write(&path, text).unwrap();
    Document::open(&path).unwrap()
}

fn blueprint(folder: &Path, ground: &str) -> Blueprint {
    Registry::default().task_from(&document(folder, ground)).unwrap_or_else(|error| panic!("{error}"))
}

fn message(folder: &Path, ground: &str) -> String {
    Registry::default().task_from(&document(folder, ground)).map(drop).unwrap_err().to_string()
}

fn spec(blueprint: &Blueprint) -> CyclingSpec {
    Document::parse("resolved", &blueprint.yaml()).unwrap().read().unwrap()
}

fn way(blueprint: &Blueprint) -> Way {
    let spec = spec(blueprint);
    Way::of(&spec.ground, spec.episode.course)
}

fn fact(blueprint: &Blueprint, name: &str) -> f64 {
    match blueprint.make().facts().into_iter().find(|fact| fact.name == name).map(|fact| fact.value) {
        Some(FactValue::Number(value)) => value,
        other => panic!("{name}: {other:?}"),
    }
}

fn words(blueprint: &Blueprint, name: &str) -> String {
    match blueprint.make().facts().into_iter().find(|fact| fact.name == name).map(|fact| fact.value) {
        Some(FactValue::Text(text)) => text,
        other => panic!("{name}: {other:?}"),
    }
}

/// Grades of `track.gpx` over 10 m from a place on, as `track_reference.py` finds them with gpxpy and geographiclib and a filter of
/// its own.
const GRADES: [(f64, f64); 23] = [
    (0.0, 0.1742093),
    (40.0, 0.0774232),
    (80.0, 0.0931983),
    (120.0, 0.1147840),
    (160.0, -0.0055086),
    (200.0, -0.0659754),
    (240.0, 0.0309698),
    (280.0, 0.0535652),
    (320.0, 0.0222924),
    (360.0, 0.0879842),
    (400.0, 0.1998715),
    (440.0, 0.1624529),
    (480.0, 0.0811867),
    (520.0, 0.1076209),
    (560.0, 0.1045481),
    (600.0, -0.0222398),
    (640.0, -0.0494149),
    (680.0, 0.0399250),
    (720.0, 0.0467874),
    (760.0, 0.0067158),
    (800.0, 0.1030561),
    (840.0, 0.2017045),
    (880.0, 0.1455523),
];

#[test]
fn the_grades_of_a_track_are_those_of_an_independent_computation() {
    let folder = tempfile::tempdir().unwrap();
    let task = blueprint(folder.path(), &format!("{{profile: {FIXTURES}/track.gpx}}"));
    let way = way(&task);
    let (from, heights) = way.heights();
    assert_eq!(from, 0.0);
    for (place, reference) in GRADES {
        let height = |place: f64| heights[(place / 0.05).round() as usize];
        let grade = (height(place + 10.0) - height(place)) / 10.0;
        assert!((grade / reference - 1.0).abs() < 1e-3, "at {place} m: {grade}, reference {reference}");
    }
    assert_eq!(fact(&task, "profile_points"), 166.0);
    for (name, reference) in [
        ("profile_length", 897.1158),
        ("ascent", 69.3690),
        ("descent", 6.0770),
        ("steepest_up", 20.33038),
        ("steepest_down", -6.811755),
    ] {
        let found = fact(&task, name);
        assert!((found - reference).abs() < 0.0051, "{name}: {found}, reference {reference}");
    }
    assert_eq!(words(&task, "filter"), "Gaussian (ISO 16610-21), cut-off 50 m");
    assert!(task.yaml().contains("smoothing:\n    filter: gaussian\n    cutoff: 50.0\n"));
}

#[test]
fn a_class_is_found_again_in_a_profile_made_for_it() {
    let folder = tempfile::tempdir().unwrap();
    for (index, class) in ["A", "B", "C", "D", "E"].into_iter().enumerate() {
        for seed in 0..3 {
            let roughness = 16e-6 * 4f32.powi(index as i32);
            let spec = GroundSpec { roughness, lowest_wavenumber: 0.01, ..GroundSpec::level() };
            let mut table = String::from("distance,height\n");
            for (index, height) in Road::with_points(&spec, 8192).roughness(&mut Seed(seed).rng()).iter().enumerate() {
                writeln!(table, "{:.2},{:.6}", index as f64 * 0.05, 100.0 + height).unwrap();
            }
            std::fs::write(folder.path().join("road.csv"), table).unwrap();
            let task = blueprint(folder.path(), "{profile: road.csv}");
            assert_eq!(words(&task, "iso_8608_class"), class, "seed {seed}: {}", fact(&task, "roughness"));
            assert!((fact(&task, "waviness") - 2.0).abs() < 0.2, "{}", fact(&task, "waviness"));
            // It is measured finely enough for nothing to be drawn.
            assert_eq!(fact(&task, "drawn_below"), 0.0);
        }
    }
}

/// A hill of 200 m as a table: a tenth up, level, a twentieth down.
fn write_hill(folder: &Path) {
    std::fs::write(folder.join("hill.csv"), "0,500\n20,500\n60,504\n100,504\n200,499\n").unwrap();
}

#[test]
fn a_task_holds_all_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    write_hill(folder.path());
    let with_file = blueprint(folder.path(), "{profile: hill.csv}");
    let yaml = with_file.yaml();
    std::fs::remove_file(folder.path().join("hill.csv")).unwrap();
    let without = task(&yaml);
    assert_eq!(without.yaml(), yaml);
    let heights = |blueprint: &Blueprint| {
        let mut lane = SoloLane::new(blueprint, Seed(5));
        let mut bits = Vec::new();
        for _ in 0..120 {
            lane.access().step(&[0.0, 0.5, -1.0, -1.0, 0.0]).unwrap();
            bits.extend(seen(&lane));
        }
        bits
    };
    assert_eq!(heights(&with_file), heights(&without));
    let error = message(folder.path(), "{profile: hil.csv}");
    assert!(error.contains("mine.yaml:4:10: field `ground.profile`") && error.contains("`hil.csv`"), "{error}");
    write_hill(folder.path());
    let error = message(folder.path(), "{profile: hil.csv}");
    assert!(error.contains("that exists, such as `hill.csv`"), "{error}");
}

#[test]
fn what_is_ridden_and_seen_is_the_profile() {
    let folder = tempfile::tempdir().unwrap();
    write_hill(folder.path());
    // Gentle bumps, so that the simple rider gets over the foot of the hill.
    let yaml = blueprint(folder.path(), "{profile: hill.csv, roughness: 0}").yaml();
    let task = task(&with(&yaml, "bike.bump_arm", |_| 0.5.into()));
    let mut lane = SoloLane::new(&task, Seed(1));
    let mut furthest = 0.0f32;
    let mut state = vec![0.0; 8];
    for _ in 0..900 {
        let now = lane.lane().observation();
        let balance = (3.0 * now[4] + 1.2 * now[5]).clamp(-1.0, 1.0);
        let action = [balance, ((4.5 - now[0]) * 2.0).clamp(-1.0, 1.0), -1.0, -1.0, 0.0];
        if lane.access().step(&action).unwrap().ended() {
            break;
        }
        lane.access().state(&mut state);
        let &[rear, _, front, _, rear_ground, front_ground, ..] = &state[..] else { panic!("the state") };
        for (x, ground) in [(rear, rear_ground), (front, front_ground)] {
            let expected = (0.1 * (x - 20.0)).clamp(0.0, 4.0);
            assert!((ground - expected).abs() < 2e-4, "{ground} at {x} m, not {expected}");
        }
        // 0.3 m and 1.7 m ahead, as the agent sees it.
        for (index, ahead) in [(14, 0.3), (18, 1.7)] {
            let height = |x: f32| (0.1 * (x - 20.0)).clamp(0.0, 4.0);
            let expected = height(front + ahead) - height(front);
            let seen = lane.lane().observation()[index];
            assert!((seen - expected).abs() < 2e-4, "{seen} seen {ahead} m ahead of {front} m, not {expected}");
        }
        furthest = rear;
    }
    assert!(furthest > 40.0, "it rides up the hill: {furthest} m");
}

#[test]
fn episodes_begin_at_places_of_their_own_and_always_at_the_same() {
    let folder = tempfile::tempdir().unwrap();
    // The height tells the place: 0.1 m more for every metre, squared.
    let table: String = (0..=400).map(|x| format!("{x};{}\n", 1e-4 * f64::from(x * x))).collect();
    std::fs::write(folder.path().join("curve.csv"), table).unwrap();
    let ground = "{profile: curve.csv, roughness: 0, stretch: {from: 50, to: 350, random_start: true}}";
    let task = blueprint(folder.path(), ground);
    assert_eq!((fact(&task, "stretch_from"), fact(&task, "last_start")), (50.0, 290.0));
    let begins = |seed: u64| -> Vec<f64> {
        let mut lane = SoloLane::new(&task, Seed(seed));
        let grade = |episode: u64, lane: &mut SoloLane| {
            lane.access().begin(episode);
            let mut scene = etude_envs::scene::Scene::default();
            lane.access().draw(&mut scene);
            let surface = scene.told("surface").next().unwrap();
            let [one, two] = [surface.len() - 80, surface.len() - 2];
            let slope = (surface[two + 1] - surface[one + 1]) / (surface[two] - surface[one]);
            let middle = 0.5 * (surface[two] + surface[one]);
            f64::from(slope) / 2e-4 - f64::from(middle)
        };
        (0..40).map(|episode| grade(episode, &mut lane)).collect()
    };
    let found = begins(3);
    assert_eq!(found, begins(3));
    assert_ne!(found, begins(4));
    assert!(found.iter().all(|begin| (45.0..295.0).contains(begin)), "{found:?}");
    let spread = found.iter().copied().fold(f64::MIN, f64::max) - found.iter().copied().fold(f64::MAX, f64::min);
    assert!(spread > 180.0, "{found:?}");
}

/// All that is visible of a lively ride.
fn history(yaml: &str) -> Vec<u32> {
    let mut lane = SoloLane::new(&task(yaml), Seed(3));
    let mut bits = Vec::new();
    for episode in 0..2u64 {
        lane.access().begin(episode);
        for step in 0..1_000u32 {
            let now = lane.lane().observation();
            let balance = (3.0 * now[4] + 1.2 * now[5]).clamp(-1.0, 1.0);
            let brake = if episode == 1 && step % 90 > 70 { 1.0 } else { -1.0 };
            let action = [balance, ((4.5 - now[0]) * 2.0).clamp(-1.0, 1.0), brake, -1.0, 0.0];
            let ended = lane.access().step(&action).unwrap().ended();
            bits.extend(seen(&lane));
            if ended {
                break;
            }
        }
    }
    bits
}

/// A hilly ground with something of everything.
fn placed(folder: &Path) -> String {
    std::fs::write(folder.join("hills.csv"), "0,3\n20,4\n35,3\n45,4\n60,4.5\n").unwrap();
    let ground = "{roughness: 4.0e-6, profile: hills.csv, smoothing: {cutoff: 10}, stretch: {from: 2, to: 52}, \
                  surfaces: [{from: 12, to: 46, friction: 0.4, rolling_resistance: 0.03}], \
                  features: [{at: 25, log: 0.03}, {at: 32, drop: 0.05}, {from: 18, to: 40, grade: 0.02}]}";
    // Gentle bumps, so that the simple rider gets far enough to meet everything.
    with(&blueprint(folder, ground).yaml(), "bike.bump_arm", |_| 0.5.into())
}

#[test]
fn every_number_of_a_ground_changes_the_ride() {
    let folder = tempfile::tempdir().unwrap();
    let yaml = placed(folder.path());
    let parts = ["profile.", "smoothing.", "stretch.", "surfaces.", "features."].map(|part| format!("ground.{part}"));
    let mut paths = numbers(&yaml);
    // Which of the file's channels it was is only told; a height of 0 has no tenth.
    paths.retain(|path| parts.iter().any(|part| path.starts_with(part)) && !path.contains("channel"));
    paths.retain(|path| path != "ground.profile.distances.0");
    assert_eq!(paths.len(), 23, "{paths:?}");
    let before = history(&yaml);
    assert_eq!(before, history(&yaml));
    for path in paths {
        let changed = with(&yaml, &path, |old| (old.as_f64().unwrap() * 0.9).into());
        assert!(history(&changed) != before, "{path}");
    }
}

#[test]
fn extreme_numbers_are_refused_or_stay_finite() {
    let folder = tempfile::tempdir().unwrap();
    extremes(&placed(folder.path()), &[0]);
}

#[test]
fn values_that_make_no_sense_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    write_hill(folder.path());
    for (ground, part) in [
        (
            "{profile: 3}",
            "`ground.profile`: expected the path of a profile (.csv, .gpx or .erd), or the profile itself",
        ),
        ("{profile: hill.png}", "that exists, such as `hill.csv`"),
        ("{profile: mine.yaml}", "mine.yaml: is not a profile by its ending `yaml`"),
        ("{profile: hill.csv, channel: 2}", "hill.csv: has no column of heights 2; expected `channel` from 1 to 1"),
        (
            "{profile: hill.csv, stretch: {from: 300}}",
            "field `ground.stretch.from`: expected a distance from 0 to 199 m, found 300",
        ),
        (
            "{profile: hill.csv, stretch: {from: 20, to: 20}}",
            "`ground.stretch.to`: expected a distance from 21 to 200 m",
        ),
        ("{profile: hill.csv, smoothing: {cutoff: -1}}", "field `ground.smoothing.cutoff`"),
        (
            "{profile: hill.csv, smoothing: {filter: median, cutoff: 1}}",
            "`ground.smoothing.filter`: unknown name `median`",
        ),
        ("{profile: hill.csv, smoothng: 3}", "did you mean `smoothing`"),
        ("{stretch: {from: 3}}", "`ground.stretch`: expected `ground.profile` beside it"),
        ("{channel: 1}", "`ground.channel`: expected `ground.profile` beside it"),
        ("{surfaces: [{from: 20, to: 10}]}", "`ground.surfaces[0].to`: expected a distance from 20 to"),
        (
            "{surfaces: [{from: 2, to: 10}, {from: 9, to: 12}]}",
            "`ground.surfaces[1].from`: expected a distance from 10",
        ),
        ("{surfaces: [{from: 2, to: 10, friction: -1}]}", "`ground.surfaces[0].friction`"),
        ("{features: [{at: 20, log: 3}]}", "`ground.features[0].log`"),
        ("{features: [{at: 20}]}", "expected one of `log`, `drop` and `grade`"),
    ] {
        let error = message(folder.path(), ground);
        assert!(error.contains(part) && !error.contains('\n'), "{ground}: {error}");
    }
    std::fs::write(folder.path().join("cliff.csv"), "0,0\n30,0\n30.1,5\n90,5\n").unwrap();
    let error = message(folder.path(), "{profile: cliff.csv}");
    assert!(error.contains("found a slope of 50.00 at 30.0"), "{error}");
    let long: String = (0..50_000).map(|x| format!("{},0\n", f64::from(x) * 0.1)).collect();
    std::fs::write(folder.path().join("long.csv"), long).unwrap();
    let error = message(folder.path(), "{profile: long.csv}");
    assert!(error.contains("has 50000 points") && error.contains("at most 40000: choose a shorter"), "{error}");
    let kept =
        blueprint(folder.path(), "{profile: long.csv, stretch: {from: 1000, to: 2000}, smoothing: {cutoff: 20}}");
    assert!((fact(&kept, "profile_points") - 10_403.0).abs() <= 1.0, "{}", fact(&kept, "profile_points"));
    std::fs::write(folder.path().join("far.csv"), "0,0\n30000,0\n").unwrap();
    let error = message(folder.path(), "{profile: far.csv}");
    assert!(error.contains("of 20000 m at most"), "{error}");
}

#[test]
fn released_tasks_say_nothing_of_what_they_do_not_have() {
    for id in Registry::default().task_ids().iter().filter(|id| id.starts_with("cycling/")) {
        let yaml = yaml(id);
        let spec: CyclingSpec = Document::parse(id, &yaml).unwrap().read().unwrap();
        let written = serde_yaml::to_string(&spec.ground).unwrap();
        for field in ["profile", "channel", "smoothing", "stretch", "surfaces", "features"] {
            assert!(
                !written.contains(&format!("{field}:")) && !yaml.contains(&format!("\n  {field}:")),
                "{id}: {field}"
            );
        }
        assert!(Registry::default().task(id).unwrap().make().facts().is_empty());
    }
}

/// Files of each kind, to be damaged.
const SEEDS: [(&str, &str); 3] = [
    ("way.gpx", include_str!("../../fuzz/seeds/survey/track.gpx")),
    ("table.csv", include_str!("../../fuzz/seeds/survey/table.csv")),
    ("road.erd", include_str!("../../fuzz/seeds/survey/road.erd")),
];

/// Text that is put into files where it does not belong.
const STRAY: [&str; 12] =
    ["-", "9", "e9", "1e308", "nan", ";", "\n", "\"", "<trkpt lat=\"0\" lon=\"0\"/>", "&a;", "END\n", "\u{202e}\0"];

fn damaged() -> impl Strategy<Value = (usize, String)> {
    let damage = (0.0f64..1.0, 0usize..12, 0usize..STRAY.len());
    (0..SEEDS.len(), prop::collection::vec(damage, 1..5)).prop_map(|(which, damages)| {
        let mut text: Vec<char> = SEEDS[which].1.chars().collect();
        for (share, gone, stray) in damages {
            let at = (share * text.len() as f64) as usize;
            text.splice(at..(at + gone).min(text.len()), STRAY[stray].chars());
        }
        (which, text.into_iter().collect())
    })
}

proptest! {
    #[test]
    fn a_damaged_file_is_ridden_or_is_one_line_of_what_is_wrong((which, text) in damaged()) {
        let name = SEEDS[which].0;
        let one_line = |error: String| {
            let fine = error.len() < 2_000 && !error.chars().any(char::is_control);
            prop_assert!(fine, "{error:?}");
            Ok(())
        };
        let survey = match Survey::parse(name, &text, 1) {
            Ok(survey) => survey,
            Err(error) => return one_line(error.to_string()),
        };
        let indented: String = to_yaml(&survey).unwrap().lines().map(|line| format!("    {line}\n")).collect();
        let extends = "task: cycling/mine-v0\nextends: cycling/flat-v0\nsummary: Mine.\nground:\n  profile:\n";
        let document = Document::parse("mine.yaml", &format!("{extends}{indented}")).unwrap();
        let task = match Registry::default().task_from(&document) {
            Ok(task) => task,
            Err(error) => return one_line(error.to_string()),
        };
        drop(task.make().facts());
        let mut lane = SoloLane::new(&task, Seed(1));
        for _ in 0..20 {
            lane.access().step(&[0.0, 1.0, -1.0, -1.0, 0.0]).unwrap();
            prop_assert!(lane.lane().observation().iter().all(|value| value.is_finite()));
        }
    }
}
