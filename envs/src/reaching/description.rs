//! The task's spec in words and spaces.

use super::record::{CROOKED, METRICS, MISSED, PLACE, REACHED, STRAIGHT};
use super::schedule::{BlockSpec, FieldKind, Strength, Trials};
use super::spec::{ControllerKind, ReachingSpec};
use crate::percept::{Goal, Percept};
use crate::schedule::in_words;
use crate::space::{Field, Role, Space};
use crate::task::TaskSpec;

/// Typical feedback of a plan whose gain is 1, in units of the action.
const PLAN_TYPICAL: f32 = 0.0225;

/// What recordings tell besides what is observed: how things are, and not how they are sensed.
pub(super) fn state_fields() -> Vec<Field> {
    let mut fields = Vec::new();
    let mut pair = |names: [&str; 2], unit: &str, meaning: &str| {
        fields.extend(names.map(|name| Field::recorded(name, unit, meaning)));
    };
    pair(["hand_x", "hand_y"], "m", "place of the hand from the centre, as it is");
    pair(["hand_rate_x", "hand_rate_y"], "m/s", "velocity of the hand, as it is");
    pair(["cursor_x", "cursor_y"], "m", "place of the cursor from the centre, shown or not");
    pair(["cursor_rate_x", "cursor_rate_y"], "m/s", "velocity of the cursor, shown or not");
    pair(["force_x", "force_y"], "N", "force of field or channel on the hand");
    pair(["shoulder_torque", "elbow_torque"], "N·m", "torque of the joint's muscles, as it is");
    pair(["shoulder_command", "elbow_command"], "N·m", "torque that the joint's muscles are to make");
    let meaning = "sum so far: force of the channel times, or squared, that of the field whose place it takes; their ratio is the \
                   adaptation index";
    pair(["channel_by_field", "field_squared"], "N²", meaning);
    fields
}

fn observation(spec: &ReachingSpec) -> Space {
    let mut fields = Vec::new();
    let mut pair = |names: [&str; 2], role: Role, unit: &str, bound: f32, typical: f32, meaning: &str| {
        fields.extend(names.map(|name| Field::body(name, unit, -bound, bound, typical, meaning).with_role(role)));
    };
    pair(["shoulder", "elbow"], Role::Body, "rad", 3.2, 1.0, "angle of the joint, counter-clockwise positive");
    pair(["shoulder_rate", "elbow_rate"], Role::Body, "rad/s", 100.0, 1.0, "its rate");
    pair(["shoulder_torque", "elbow_torque"], Role::Body, "N·m", 200.0, 2.0, "torque of the joint's muscles");
    pair(["hand_x", "hand_y"], Role::Body, "m", 4.0, 0.05, "place of the hand from the centre");
    pair(["hand_rate_x", "hand_rate_y"], Role::Body, "m/s", 50.0, 0.2, "velocity of the hand");
    let meaning = "place of the cursor from the centre; 0 while it is hidden";
    pair(["cursor_x", "cursor_y"], Role::World, "m", 40.0, 0.05, meaning);
    let meaning = "velocity of the cursor; 0 while it is hidden";
    pair(["cursor_rate_x", "cursor_rate_y"], Role::World, "m/s", 500.0, 0.2, meaning);
    pair(["target_x", "target_y"], Role::World, "m", 1.0, 0.1, "place of the target from the centre");
    pair(["desired_x", "desired_y"], Role::Desired, "m", 1.0, 0.05, "place of the hand that is desired by now");
    let meaning = "velocity of the hand that is desired now";
    pair(["desired_rate_x", "desired_rate_y"], Role::Desired, "m/s", 20.0, 0.2, meaning);
    let meaning = "acceleration of the hand that is desired now";
    pair(["desired_acceleration_x", "desired_acceleration_y"], Role::Desired, "m/s²", 400.0, 1.0, meaning);
    fields.extend([
        Field::outside("cursor_shown", "1", 0.0, 1.0, 1.0, "whether the cursor is shown").with_role(Role::ErrorShown),
        Field::outside("time", "s", -11.0, 21.0, 0.5, "time since the go"),
    ]);
    let joints = ["shoulder", "elbow"].into_iter().enumerate();
    fields.extend(joints.map(|(action, joint)| {
        let meaning = format!("command to the {joint} with which feedback answers the error, in units of the action");
        Field::body(&format!("feedback_{joint}"), "1", -100.0, 100.0, 0.3, &meaning)
            .with_role(Role::Feedback { action })
    }));
    if spec.plans() {
        fields.extend(["x", "y"].into_iter().enumerate().map(|(axis, name)| {
            let meaning = format!(
                "{} times the velocity with which the cursor was planned to move less that with which it was seen to, in units \
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
        pair("plan", "m", 4.0, 0.05, "what the plan adds to the place of the hand");
        pair("plan_rate", "m/s", 10.0, 0.2, "what the plan adds to the velocity of the hand");
    }
    let meaning = "whether this cue is seen, which may tell what is going to act";
    fields.extend((1..=spec.cues).map(|cue| Field::outside(&format!("cue_{cue}"), "1", 0.0, 1.0, 1.0, meaning)));
    Space::new(fields)
}

/// The sight of the cursor, which is hidden at times.
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
        let meaning = format!("velocity along {axis} that is added to the planned one of the hand while the movement runs, in units of {scale} m/s");
        Field::action(&format!("plan_{axis}"), &meaning)
    });
    Space::new(torques.chain(plan).collect())
}

/// The task's spec in words and spaces.
pub(super) fn task_spec(spec: &ReachingSpec) -> TaskSpec {
    let (episode, movement, reward) = (&spec.episode, &spec.movement, &spec.reward);
    let own = match spec.controller.kind {
        ControllerKind::Desired => "added to the command of the body's own controller",
        ControllerKind::None => "commanded to its muscles",
    };
    TaskSpec {
        id: spec.task.clone(),
        summary: spec.summary.clone(),
        score: format!(
            "Straightness of the cursor's way (1 up to a deviation of {STRAIGHT} mm, 0 from {CROOKED} mm) times closeness \
             of its end to the target (1 up to {REACHED} mm, 0 from {MISSED} mm)."
        ),
        reward: format!(
            "Closeness of the cursor to where it should be by now (full within {} m, a tenth at {} m more), less {} \
             times the mean squared action. In reward-only trials nothing but, at the end, closeness to the target (full \
             within {} m, a tenth at {} m more).",
            reward.bound, reward.margin, reward.effort, reward.end_bound, reward.end_margin
        ),
        start: format!(
            "The hand at rest within {} m of the centre, {} s before the go to a target {} m away. {}{}",
            episode.start_offset,
            episode.hold,
            movement.distance,
            schedule(spec),
            imperfections(spec)
        ),
        end: format!("Truncated {} s after the {} s of the movement.", episode.settle, movement.duration),
        observation: observation(spec),
        percepts: vec![cursor()],
        action: action(spec, own),
        metrics: PLACE.iter().chain(&METRICS).cloned().collect(),
        physics: episode.stepping().physics([0.0, 0.0]),
        step_limit: spec.step_limit(),
    }
}

/// Noise and delay in words, if there are any.
fn imperfections(spec: &ReachingSpec) -> String {
    let (arm, delay) = (&spec.arm, spec.senses.delay);
    let mut words = String::new();
    if arm.constant_noise > 0.0 || arm.signal_noise > 0.0 {
        let (constant, share) = (arm.constant_noise, arm.signal_noise);
        words.push_str(&format!(
            " The joints' torques have noise with an SD of {constant} N·m and {share} times the torque."
        ));
    }
    if delay > 0.0 {
        words.push_str(&format!(" All that is felt and seen is as it was {delay} s before."));
    }
    words
}

/// The schedule in words.
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
        FieldKind::Rotation => format!("cursor turned by {}", with(" degrees")),
        FieldKind::ErrorClamp => format!("cursor clamped at {} from the target", with(" degrees")),
        FieldKind::Gain => format!("cursor's way times {}", with("")),
        FieldKind::Linear => "cursor's way through a linear map".into(),
    };
    if let Trials::Table(_) = block.trials {
        words.push_str(", but as a table says of each");
    }
    for (share, kind) in [(block.catch, "catch"), (block.clamp, "error-clamp")] {
        if share > 0.0 {
            words.push_str(&format!(", {} % {kind} trials", 100.0 * share));
        }
    }
    if block.blur > 0.0 {
        words.push_str(&format!(", cursor blurred by {} mm", 1000.0 * block.blur));
    }
    if block.payoff != 0.0 {
        words.push_str(&format!(", paid {} degrees beside the target", block.payoff));
    }
    if block.reward_only {
        words.push_str(", reward only");
    }
    if block.trial_blur > 0.0 {
        words.push_str(&format!(", cursor misplaced by {} mm in each", 1000.0 * block.trial_blur));
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
