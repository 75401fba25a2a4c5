//! The task's spec in words and spaces.

use super::ear::ONSET_WINDOW;
use super::instrument::BEHIND_FRET;
use super::spec::{ActionSet, Eyes, FINGERS, FrettingSpec};
use crate::percept::{Goal, Percept};
use crate::space::{Field, Space};
use crate::task::{Metric, TaskSpec};

/// The metrics of an episode, in the order of [`Task::metrics`](crate::task::Task::metrics).
pub(super) static METRICS: [Metric; 9] = [
    Metric::new(
        "precision",
        "1",
        "share of the notes that sounded that were played as written; empty if nothing sounded",
    ),
    Metric::new("recall", "1", "share of the written notes that were played as written; empty if none was due"),
    Metric::new(
        "timing_error_ms",
        "ms",
        "mean absolute error of the onsets of notes played as written; empty if there are none",
    ),
    Metric::new("peak_force_n", "N", "largest force of a finger"),
    Metric::new("shifts", "1", "number of shifts of the hand's position along the neck that were played to"),
    Metric::new(
        "f1_index",
        "1",
        "harmonic mean of precision and recall of the index finger's notes; empty if it had none",
    ),
    Metric::new("f1_middle", "1", "the same of the middle finger"),
    Metric::new("f1_ring", "1", "the same of the ring finger"),
    Metric::new("f1_little", "1", "the same of the little finger"),
];
/// Names of the notes that are seen: the one that is due and the one after it.
pub(super) const NOTES: [&str; 2] = ["now", "next"];

fn observation(spec: &FrettingSpec) -> Space {
    let mut fields = Vec::new();
    for when in NOTES {
        let mut note = |name: &str, low, high, typical, meaning: &str| {
            fields.push(Field::outside(&format!("{when}_{name}"), "1", low, high, typical, meaning));
        };
        note("string", -1.0, 13.0, 2.0, "string of the note, from 1, the lowest; 0 after the last note");
        note("fret", -1.0, 37.0, 5.0, "its fret; 0 after the last note");
        note("urgency", -0.1, 2.0, 0.5, "nearness of its onset in time, 1 at the onset");
        for finger in 1..=FINGERS {
            note(&format!("finger_{finger}"), 0.0, 1.0, 1.0, "whether this finger plays it, counted from the index");
        }
    }
    for finger in 1..=FINGERS {
        let mut touch = |name: &str, low, high, typical, meaning: &str| {
            fields.push(Field::outside(&format!("touch_{name}_{finger}"), "1", low, high, typical, meaning));
        };
        touch("string", -20.0, 30.0, 2.0, "string coordinate felt under the finger; 0 while it does not press");
        touch("fret", -10.0, 60.0, 5.0, "fret coordinate felt under the finger; 0 while it does not press");
        touch("off_string", -20.0, 20.0, 0.3, "distance to the nearest string, in string spacings");
        touch("off_middle", -0.6, 0.6, 0.3, "place in the fret's cell, from its middle towards the bridge");
        touch("force", -1.0, 50.0, 1.0, "force as a share of the least that sounds clean");
    }
    fields.extend([
        Field::body("palm", "m", -0.5, 2.0, 0.15, "place of the palm along the neck, from the nut"),
        Field::body("palm_rate", "m/s", -5.0, 5.0, 0.2, "its speed"),
        Field::body("spread", "m", -0.01, 0.2, 0.03, "distance between neighbouring fingers that is aimed at"),
    ]);
    for finger in 1..=FINGERS {
        let mut body = |name: &str, unit: &str, low, high, typical, meaning: &str| {
            fields.push(Field::body(&format!("{name}_{finger}"), unit, low, high, typical, meaning));
        };
        body("along", "m", -0.3, 0.3, 0.03, "place of the fingertip along the neck, from the palm's");
        body("across", "m", -0.3, 0.3, 0.02, "place of the fingertip across the neck, from its middle");
        body("across_rate", "m/s", -3.0, 3.0, 0.1, "its speed across the neck");
        body("force", "N", -1.0, 100.0, 5.0, "force of the fingertip on the board");
    }
    if spec.display.eyes == Eyes::Open {
        for when in NOTES {
            for finger in 1..=FINGERS {
                for (name, meaning) in [
                    ("string", "strings from the fingertip to the note; 0 unless this finger plays it"),
                    ("fret", "frets from the fingertip to the note; 0 unless this finger plays it"),
                ] {
                    let name = format!("{when}_{name}_gap_{finger}");
                    fields.push(Field::outside(&name, "1", -40.0, 40.0, 1.0, meaning));
                }
            }
        }
    }
    Space::new(fields)
}

/// Where a finger touches, which only a finger that presses feels.
fn percepts() -> Vec<Percept> {
    let touch = |finger: usize| Percept {
        name: format!("touch_{finger}"),
        values: ["string", "fret"].map(|name| format!("touch_{name}_{finger}")).into(),
        present: format!("touch_force_{finger}"),
        limb: vec!["palm".into(), format!("along_{finger}"), format!("across_{finger}")],
        goals: NOTES
            .map(|when| Goal {
                values: ["string", "fret"].map(|name| format!("{when}_{name}")).into(),
                offsets: vec![0.0, -BEHIND_FRET],
                due: Some(format!("{when}_finger_{finger}")),
            })
            .into(),
    };
    (1..=FINGERS).map(touch).collect()
}

fn action(spec: &FrettingSpec) -> Space {
    let mut fields = vec![
        Field::action("slide", "speed of the palm as a share of its limit, positive towards the bridge"),
        Field::action("spread", "distance between the fingers, from closest to widest"),
    ];
    match spec.display.action {
        ActionSet::Fingers => {
            for (name, meaning) in [
                ("reach", "speed of the finger across the neck as a share of its limit"),
                ("press", "force of the fingertip as a share of its limit; below 0 is none"),
            ] {
                let named = (1..=FINGERS).map(|finger| Field::action(&format!("{name}_{finger}"), meaning));
                fields.extend(named);
            }
        }
        ActionSet::Routed => fields.extend([
            Field::action("reach", "speed across the neck of the finger that is due, as a share of its limit"),
            Field::action("press", "force of the fingertip that is due, as a share of its limit; below 0 is none"),
        ]),
    }
    Space::new(fields)
}

/// The task's spec in words and spaces.
pub(super) fn task_spec(spec: &FrettingSpec) -> TaskSpec {
    let (episode, reward, music) = (&spec.episode, &spec.reward, &spec.music);
    let played = match &music.score {
        Some(score) => format!("the score `{}`", score.name()),
        None => format!("a new étude, {} s ± {} % between onsets", music.interval, 100.0 * music.interval_range),
    };
    TaskSpec {
        id: spec.task.clone(),
        summary: spec.summary.clone(),
        score: format!(
            "F1 of the notes that sounded against the written ones, within {} ms of their onsets; notes that are pressed \
             into sounding without being written are wrong, and a note let go before half its length counts half.",
            1000.0 * ONSET_WINDOW
        ),
        reward: format!(
            "{} times the closeness of the finger that is due to its note (full within {}, a tenth at {} more, in strings \
             and frets), plus {} at a correct clean onset, of which a press too light for it earns its share, less {} for a finger that presses without a note now or next, \
             less {} times the mean squared action.",
            reward.closeness, reward.bound, reward.margin, reward.onset, reward.wrong_press, reward.effort
        ),
        start: format!(
            "The hand over the position of the first note of {played}, {} m off at most along the neck.",
            episode.start_slide
        ),
        end: format!("Truncated after {} s.", episode.time_limit),
        observation: observation(spec),
        percepts: percepts(),
        action: action(spec),
        metrics: METRICS.to_vec(),
        physics: episode.stepping().physics([0.0, 0.0]),
        step_limit: episode.stepping().actions_in(episode.time_limit),
    }
}
