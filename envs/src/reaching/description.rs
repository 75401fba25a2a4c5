//! The task's spec as texts and spaces.

use super::record::{CROOKED, METRICS, MISSED, PLACE, REACHED, STRAIGHT};
use super::schedule::{BlockSpec, FieldKind, Strength, Trials};
use super::spec::{ControllerKind, ReachingSpec};
use crate::percept::{Goal, Percept};
use crate::schedule::in_words;
use crate::space::{Field, Role, Space};
use crate::task::TaskSpec;

/// Typical feedback of a plan whose gain is 1, in units of the action.
const PLAN_TYPICAL: f32 = 0.0225;

/// State that recordings contain beside observations: without delay, noise or hiding.
pub(super) fn state_fields() -> Vec<Field> {
    let mut fields = Vec::new();
    let mut pair = |names: [&str; 2], unit: &str, meaning: &str| {
        fields.extend(names.map(|name| Field::recorded(name, unit, meaning)));
    };
    pair(["hand_x", "hand_y"], "m", "current position of the hand relative to the centre, without delay");
    pair(["hand_rate_x", "hand_rate_y"], "m/s", "current velocity of the hand, without delay");
    pair(["cursor_x", "cursor_y"], "m", "current position of the cursor relative to the centre, shown or not");
    pair(["cursor_rate_x", "cursor_rate_y"], "m/s", "current velocity of the cursor, shown or not");
    pair(["force_x", "force_y"], "N", "force of the field or channel on the hand");
    pair(["shoulder_torque", "elbow_torque"], "N·m", "current torque of the joint's muscles, without delay");
    pair(["shoulder_command", "elbow_command"], "N·m", "torque commanded to the joint's muscles");
    let meaning = "running sum of the channel's force times the replaced field's force, or of the latter squared; their \
                   ratio is the adaptation index";
    pair(["channel_by_field", "field_squared"], "N²", meaning);
    fields
}

fn observation(spec: &ReachingSpec) -> Space {
    let mut fields = Vec::new();
    let mut pair = |names: [&str; 2], role: Role, unit: &str, bound: f32, typical: f32, meaning: &str| {
        fields.extend(names.map(|name| Field::body(name, unit, -bound, bound, typical, meaning).with_role(role)));
    };
    pair(["shoulder", "elbow"], Role::Body, "rad", 3.2, 1.0, "joint angle, counter-clockwise positive");
    pair(["shoulder_rate", "elbow_rate"], Role::Body, "rad/s", 100.0, 1.0, "angular velocity of the joint");
    pair(["shoulder_torque", "elbow_torque"], Role::Body, "N·m", 200.0, 2.0, "torque of the joint's muscles");
    pair(["hand_x", "hand_y"], Role::Body, "m", 4.0, 0.05, "position of the hand relative to the centre");
    pair(["hand_rate_x", "hand_rate_y"], Role::Body, "m/s", 50.0, 0.2, "velocity of the hand");
    let meaning = "position of the cursor relative to the centre; 0 while it is hidden";
    pair(["cursor_x", "cursor_y"], Role::World, "m", 40.0, 0.05, meaning);
    let meaning = "velocity of the cursor; 0 while it is hidden";
    pair(["cursor_rate_x", "cursor_rate_y"], Role::World, "m/s", 500.0, 0.2, meaning);
    pair(["target_x", "target_y"], Role::World, "m", 1.0, 0.1, "position of the target relative to the centre");
    pair(
        ["desired_x", "desired_y"],
        Role::Desired,
        "m",
        1.0,
        0.05,
        "desired position of the hand at this time, relative to the centre",
    );
    let meaning = "desired velocity of the hand at this time";
    pair(["desired_rate_x", "desired_rate_y"], Role::Desired, "m/s", 20.0, 0.2, meaning);
    let meaning = "desired acceleration of the hand at this time";
    pair(["desired_acceleration_x", "desired_acceleration_y"], Role::Desired, "m/s²", 400.0, 1.0, meaning);
    fields.extend([
        Field::outside("cursor_shown", "1", 0.0, 1.0, 1.0, "1 if the cursor is shown, else 0")
            .with_role(Role::ErrorShown),
        Field::outside("time", "s", -11.0, 21.0, 0.5, "time since the go signal"),
    ]);
    let joints = ["shoulder", "elbow"].into_iter().enumerate();
    fields.extend(joints.map(|(action, joint)| {
        let meaning = format!("feedback command to the {joint} of the body's own controller, in units of the action");
        Field::body(&format!("feedback_{joint}"), "1", -100.0, 100.0, 0.3, &meaning)
            .with_role(Role::Feedback { action })
    }));
    if spec.plans() {
        fields.extend(["x", "y"].into_iter().enumerate().map(|(axis, name)| {
            let meaning = format!(
                "{} times the planned minus the seen velocity of the cursor, in units \
                 of the action; 0 while it is hidden",
                spec.controller.plan_gain
            );
            let typical = PLAN_TYPICAL * spec.controller.plan_gain;
            Field::body(&format!("feedback_plan_{name}"), "1", -1000.0, 1000.0, typical, &meaning)
                .with_role(Role::Feedback { action: 2 + axis })
        }));
        let mut pair = |name: &str, unit: &str, bound: f32, typical: f32, meaning: &str| {
            fields.extend(
                ["x", "y"].map(|axis| Field::body(&format!("{name}_{axis}"), unit, -bound, bound, typical, meaning)),
            );
        };
        pair("plan", "m", 4.0, 0.05, "displacement that the plan adds to the desired position of the hand");
        pair("plan_rate", "m/s", 10.0, 0.2, "velocity that the plan adds to the desired velocity of the hand");
    }
    let meaning = "1 if this cue is shown, which may predict the field, else 0";
    fields.extend((1..=spec.cues).map(|cue| Field::outside(&format!("cue_{cue}"), "1", 0.0, 1.0, 1.0, meaning)));
    Space::new(fields)
}

/// Sight of the cursor, which is hidden at times.
fn cursor() -> Percept {
    let pair = |name: &str| ["x", "y"].map(|axis| format!("{name}_{axis}")).to_vec();
    Percept {
        name: "cursor".into(),
        values: pair("cursor"),
        present: "cursor_shown".into(),
        limb: pair("hand"),
        goals: vec![Goal { values: pair("target"), offsets: vec![0.0; 2], due: None }],
    }
}

fn action(spec: &ReachingSpec, own: &str) -> Space {
    let scale = spec.arm.torque_scale;
    let joints = ["shoulder", "elbow"].into_iter();
    let torques =
        joints.map(|joint| Field::action(joint, &format!("torque at the {joint} in units of {scale} N·m, {own}")));
    let scale = spec.controller.plan_scale;
    let plan = ["x", "y"].into_iter().filter(|_| spec.plans()).map(|axis| {
        let meaning = format!(
            "velocity along {axis} added to the planned velocity of the hand during the movement, in units of {scale} m/s"
        );
        Field::action(&format!("plan_{axis}"), &meaning)
    });
    Space::new(torques.chain(plan).collect())
}

/// The task's spec as texts and spaces.
pub(super) fn task_spec(spec: &ReachingSpec) -> TaskSpec {
    let (episode, movement) = (&spec.episode, &spec.movement);
    let own = match spec.controller.kind {
        ControllerKind::Desired => "added to the command of the body's own controller",
        ControllerKind::None => "commanded to its muscles",
    };
    TaskSpec {
        id: spec.task.clone(),
        summary: spec.summary.clone(),
        score: format!(
            "Straightness of the cursor's path (1 up to a deviation of {STRAIGHT} mm, falling to 0 at {CROOKED} mm) times \
             end-point accuracy (1 up to {REACHED} mm from the target, falling to 0 at {MISSED} mm)."
        ),
        reward: "Closeness of the cursor to its desired position, minus the cost of effort. In reward-only trials nothing but \
                 closeness of the cursor to the target in the last step."
            .into(),
        start: format!(
            "The hand is at rest within {} m of the centre, {} s before the go signal to a target {} m away. {}{}",
            episode.start_offset,
            episode.hold,
            movement.distance,
            schedule(spec),
            imperfections(spec)
        ),
        end: format!(
            "Truncated {} s after the end of the movement, which lasts {} s.",
            episode.settle, movement.duration
        ),
        observation: observation(spec),
        percepts: vec![cursor()],
        action: action(spec, own),
        metrics: PLACE.iter().chain(&METRICS).cloned().collect(),
        physics: episode.stepping().physics([0.0, 0.0]),
        step_limit: spec.step_limit(),
    }
}

/// Noise and delay in sentences; empty without any.
fn imperfections(spec: &ReachingSpec) -> String {
    let (arm, delay) = (&spec.arm, spec.senses.delay);
    let mut words = String::new();
    if arm.constant_noise > 0.0 || arm.signal_noise > 0.0 {
        let (constant, share) = (arm.constant_noise, arm.signal_noise);
        words.push_str(&format!(
            " Noise in the joint torques has an SD of {constant} N·m plus {share} times the torque."
        ));
    }
    if delay > 0.0 {
        words.push_str(&format!(" All observations are delayed by {delay} s."));
    }
    words
}

/// The schedule in a sentence.
fn schedule(spec: &ReachingSpec) -> String {
    in_words(spec.schedule.iter().map(|block| (block.trials.count(), named(block))), spec.after_schedule)
}

fn named(block: &BlockSpec) -> String {
    let with = |unit: &str| match &block.strength {
        Strength::Constant(strength) => format!("{strength}{unit}"),
        Strength::Course(course) => course.in_words(unit),
    };
    let mut words = match block.field {
        FieldKind::None => "no field".into(),
        FieldKind::Curl => format!("curl field of {}", with(" N·s/m")),
        FieldKind::Saddle => format!("saddle field times {}", with("")),
        FieldKind::Rotation => format!("cursor rotated by {}", with(" degrees")),
        FieldKind::ErrorClamp => format!("cursor clamped to a direction {} from the target", with(" degrees")),
        FieldKind::Gain => format!("cursor displacement times {}", with("")),
        FieldKind::Linear => "linear map of the cursor displacement".into(),
    };
    if let Trials::Table(_) = block.trials {
        words.push_str(", changed trial by trial by a table");
    }
    for (share, kind) in [(block.catch, "catch"), (block.clamp, "error-clamp")] {
        if share > 0.0 {
            words.push_str(&format!(", {} % {kind} trials", 100.0 * share));
        }
    }
    if block.blur > 0.0 {
        words.push_str(&format!(", cursor blurred with an SD of {} mm in each step", 1000.0 * block.blur));
    }
    if block.payoff != 0.0 {
        words.push_str(&format!(", rewarded direction {} degrees from the target", block.payoff));
    }
    if block.reward_only {
        words.push_str(", reward only");
    }
    if block.trial_blur > 0.0 {
        words.push_str(&format!(", cursor displaced with an SD of {} mm in each trial", 1000.0 * block.trial_blur));
    }
    if block.cue > 0 {
        words.push_str(&format!(", with cue {}", block.cue));
    }
    if block.rest > 0.0 {
        let every = block.break_every.map(|every| format!(" after every {every}")).unwrap_or_default();
        words.push_str(&format!(", then a break of {} s{every}", block.rest));
    }
    words
}
