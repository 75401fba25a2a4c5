//! The task's spec as texts and spaces.

use super::record::{METRICS, PLACE};
use super::spec::{BlockSpec, CursorSpec, Method, Perturbation};
use crate::schedule::in_words;
use crate::space::{Field, Role, Space};
use crate::task::TaskSpec;

fn observation(spec: &CursorSpec) -> Space {
    let movement = &spec.movement;
    let (edge, speed) = (movement.workspace, movement.speed);
    let mut fields = Vec::new();
    let mut pair = |name: &str, unit: &str, bound: f32, typical: f32, role: fn(usize) -> Role, meaning: &str| {
        fields.extend(["x", "y"].into_iter().enumerate().map(|(axis, letter)| {
            let name = format!("{name}_{letter}");
            Field::outside(&name, unit, -bound, bound, typical, meaning).with_role(role(axis))
        }));
    };
    let world = |_| Role::World;
    pair("cursor", "m", edge, 0.5 * movement.distance, world, "position of the cursor relative to the centre");
    pair("cursor_rate", "m/s", 1000.0 * speed, speed, world, "velocity of the cursor");
    pair("target", "m", movement.distance, movement.distance, world, "position of the target relative to the centre");
    let meaning = "desired velocity of the cursor: straight at the target";
    pair("wanted_rate", "m/s", speed, speed, |axis| Role::Aim { axis }, meaning);
    let meaning = "desired velocity minus the velocity of the cursor";
    pair("error", "m/s", 1001.0 * speed, speed, |axis| Role::Error { axis }, meaning);
    fields.push(Field::outside("time", "s", 0.0, 101.0, 1.0, "time since the target appeared"));
    Space::new(fields)
}

fn action(spec: &CursorSpec) -> Space {
    let (units, baseline, depth) = (spec.population.units, spec.population.baseline, spec.population.depth);
    let meaning = format!("firing rate of the unit: {baseline} Hz plus {depth} Hz times the action, at least 0");
    Space::new((0..units).map(|unit| Field::action(&format!("unit_{unit:02}"), &meaning)).collect())
}

/// The task's spec as texts and spaces.
pub(super) fn task_spec(spec: &CursorSpec) -> TaskSpec {
    let (episode, movement) = (&spec.episode, &spec.movement);
    let delay = match spec.senses.delay {
        0.0 => String::new(),
        delay => format!(" All observations are delayed by {delay} s."),
    };
    TaskSpec {
        id: spec.task.clone(),
        summary: spec.summary.clone(),
        score: format!(
            "1 if the target is acquired within {:.2} s, the duration of a straight movement at the desired speed, falling \
             linearly to 0 at {} s; 0 if it is not acquired.",
            spec.straight_time(),
            episode.time_limit
        ),
        reward: "Speed straight towards the target, plus a bonus for acquiring it.".into(),
        start: format!(
            "The cursor is at rest at the centre, the target {} m away. {} {}{delay}",
            movement.distance,
            decoder(spec),
            schedule(spec)
        ),
        end: format!(
            "Terminated when the cursor is within {} m of the target. Truncated after {} s.",
            movement.acceptance, episode.time_limit
        ),
        observation: observation(spec),
        percepts: Vec::new(),
        action: action(spec),
        metrics: PLACE.iter().chain(&METRICS).cloned().collect(),
        physics: episode.stepping().physics([0.0, 0.0]),
        step_limit: spec.step_limit(),
    }
}

fn decoder(spec: &CursorSpec) -> String {
    let decoder = &spec.decoder;
    let units = spec.population.units;
    let arm = match spec.arm {
        Some(_) => " The cursor is the hand of an arm whose joints the decoded velocity turns.",
        None => "",
    };
    let own = if decoder.fitted { "" } else { " Its weights are drawn from the seed." };
    let how = match decoder.method {
        Method::PopulationVector => {
            format!("A population vector of {units} units, averaged over {} steps, moves the cursor.", decoder.boxcar)
        }
        Method::Factors => format!("{} factors of {units} units' activity move the cursor.", decoder.factors),
        Method::Linear => format!("A linear map of {units} units' activity moves the cursor."),
    };
    how + own + arm
}

/// The schedule in a sentence.
fn schedule(spec: &CursorSpec) -> String {
    in_words(spec.schedule.iter().map(|block| (block.trials, named(block))), spec.after_schedule)
}

fn named(block: &BlockSpec) -> String {
    let mut words = match block.perturbation {
        _ if block.passive => "the cursor moves to the target by itself".into(),
        Perturbation::None => "intuitive decoder".into(),
        Perturbation::Turned => format!(
            "preferred directions of {} % of the units turned by {} degrees",
            100.0 * block.share,
            block.degrees
        ),
        Perturbation::Within => "factors permuted (within the manifold)".into(),
        Perturbation::Outside => "units permuted (outside the manifold)".into(),
    };
    if block.perturbation != Perturbation::None && block.mix < 1.0 {
        words.push_str(&format!(", {} % of it", (100.0 * block.mix).round()));
    }
    if block.night {
        words.push_str(", then a night");
    }
    words
}
