//! The task's spec as texts and spaces.

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
        "fraction of the sounded notes that were played as written; empty if nothing sounded",
    ),
    Metric::new("recall", "1", "fraction of the written notes that were played as written; empty if none was due"),
    Metric::new(
        "timing_error_ms",
        "ms",
        "mean absolute onset error of the notes played as written; empty if there are none",
    ),
    Metric::new("peak_force_n", "N", "largest force of any fingertip on the board"),
    Metric::new("shifts", "1", "number of position shifts along the neck after which a note was played as written"),
    Metric::new(
        "f1_index",
        "1",
        "F1 score of the index finger's notes, the harmonic mean of precision and recall; empty if it had none",
    ),
    Metric::new("f1_middle", "1", "F1 score of the middle finger's notes; empty if it had none"),
    Metric::new("f1_ring", "1", "F1 score of the ring finger's notes; empty if it had none"),
    Metric::new("f1_little", "1", "F1 score of the little finger's notes; empty if it had none"),
];
/// Names of the observed notes: the current one and the one after it.
pub(super) const NOTES: [&str; 2] = ["now", "next"];

fn observation(spec: &FrettingSpec) -> Space {
    let mut fields = Vec::new();
    for (when, which) in NOTES.into_iter().zip(["the note", "the note after it"]) {
        let mut note = |name: &str, low, high, typical, meaning: &str| {
            let meaning = meaning.replace("the note", which);
            fields.push(Field::outside(&format!("{when}_{name}"), "1", low, high, typical, &meaning));
        };
        note("string", -1.0, 13.0, 2.0, "string of the note, counted from 1, the lowest; 0 after the last");
        note("fret", -1.0, 37.0, 5.0, "fret of the note; 0 for an open string and after the last");
        note(
            "urgency",
            -0.1,
            2.0,
            0.5,
            "urgency of the note: exp(-time to its onset/`display.urgency_time`), 1 at the onset",
        );
        for finger in 1..=FINGERS {
            note(
                &format!("finger_{finger}"),
                0.0,
                1.0,
                1.0,
                "1 if this finger, counted from the index finger, plays the note, else 0",
            );
        }
    }
    for finger in 1..=FINGERS {
        let mut touch = |name: &str, low, high, typical, meaning: &str| {
            fields.push(Field::outside(&format!("touch_{name}_{finger}"), "1", low, high, typical, meaning));
        };
        touch("string", -20.0, 30.0, 2.0, "string coordinate under the pressing fingertip; 0 while it does not press");
        touch("fret", -10.0, 60.0, 5.0, "fret coordinate under the pressing fingertip; 0 while it does not press");
        touch(
            "off_string",
            -20.0,
            20.0,
            0.3,
            "offset of the pressing fingertip from the nearest string, in string spacings; 0 while it does not press",
        );
        touch(
            "off_middle",
            -0.6,
            0.6,
            0.3,
            "offset of the pressing fingertip from the middle of the fret's cell, in frets; 0 while it does not press",
        );
        touch("force", -1.0, 50.0, 1.0, "force of the fingertip divided by the least force for a clean note");
    }
    fields.extend([
        Field::body("palm", "m", -0.5, 2.0, 0.15, "position of the palm along the neck, from the nut"),
        Field::body(
            "palm_rate",
            "m/s",
            -5.0,
            5.0,
            0.2,
            "velocity of the palm along the neck, positive towards the bridge",
        ),
        Field::body("spread", "m", -0.01, 0.2, 0.03, "commanded distance between neighbouring fingers"),
    ]);
    for finger in 1..=FINGERS {
        let mut body = |name: &str, unit: &str, low, high, typical, meaning: &str| {
            fields.push(Field::body(&format!("{name}_{finger}"), unit, low, high, typical, meaning));
        };
        body("along", "m", -0.3, 0.3, 0.03, "position of the fingertip along the neck, relative to the palm");
        body("across", "m", -0.3, 0.3, 0.02, "position of the fingertip across the neck, from the middle");
        body("across_rate", "m/s", -3.0, 3.0, 0.1, "velocity of the fingertip across the neck");
        body("force", "N", -1.0, 100.0, 5.0, "force of the fingertip on the board");
    }
    if spec.display.eyes == Eyes::Open {
        for when in NOTES {
            for finger in 1..=FINGERS {
                for (name, meaning) in [
                    ("string", "distance in strings from the fingertip to the note; 0 unless this finger plays it"),
                    ("fret", "distance in frets from the fingertip to the note; 0 unless this finger plays it"),
                ] {
                    let name = format!("{when}_{name}_gap_{finger}");
                    fields.push(Field::outside(&name, "1", -40.0, 40.0, 1.0, meaning));
                }
            }
        }
    }
    Space::new(fields)
}

/// Touch of each finger, which is present only while the finger presses.
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
        Field::action("slide", "velocity of the palm as a fraction of its limit, positive towards the bridge"),
        Field::action("spread", "distance between the fingers, from closest (-1) to widest (1)"),
    ];
    match spec.display.action {
        ActionSet::Fingers => {
            for (name, meaning) in [
                ("reach", "velocity of the finger across the neck as a fraction of its limit"),
                ("press", "force of the fingertip as a fraction of its limit; 0 below 0"),
            ] {
                let named = (1..=FINGERS).map(|finger| Field::action(&format!("{name}_{finger}"), meaning));
                fields.extend(named);
            }
        }
        ActionSet::Routed => fields.extend([
            Field::action("reach", "velocity across the neck of the current note's finger, as a fraction of its limit"),
            Field::action("press", "force of the current note's fingertip, as a fraction of its limit; 0 below 0"),
        ]),
    }
    Space::new(fields)
}

/// The task's spec as texts and spaces.
pub(super) fn task_spec(spec: &FrettingSpec) -> TaskSpec {
    let (episode, music) = (&spec.episode, &spec.music);
    let played = match &music.score {
        Some(score) => format!("the score `{}`", score.name()),
        None => format!("a new étude, {} s ± {} % between onsets", music.interval, 100.0 * music.interval_range),
    };
    TaskSpec {
        id: spec.task.clone(),
        summary: spec.summary.clone(),
        score: format!(
            "F1 score of the notes played: a written note counts as correct if it sounds within {} ms of its onset, and half \
             if it is released before half its length. Notes that sound without being written are errors.",
            1000.0 * ONSET_WINDOW
        ),
        reward: "Closeness of the finger that is due to its note, plus a bonus for each correct clean onset (a press too light \
                 for it earns a fraction), minus a penalty for fingers that press without a note, minus the cost of effort."
            .into(),
        start: format!(
            "The hand is above the position of the first note of {played}, within {} m along the neck.",
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
