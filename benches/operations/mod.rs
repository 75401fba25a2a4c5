//! What is measured: single operations of environment, learner and painter, each ready to be repeated.

use etude::agents::{Agent, Transition};
use etude::catalog::Catalog;
use etude::envs::Seed;
use etude::envs::document::Document;
use etude::envs::lane::SoloLane;
use etude::envs::scene::Scene;
use etude_draw::Painter;
use std::hint::black_box;

/// One task of each family, and ground that is not level.
const TASKS: [&str; 5] =
    ["cycling/flat-v0", "cycling/rough-v0", "fretting/guitar-v0", "reaching/null-v1", "cursor/intuitive-v0"];
/// Units per layer of the brains whose learning is measured.
const UNITS: [usize; 2] = [64, 128];
/// Transitions that a learner goes through over and over.
const TRANSITIONS: usize = 500;

/// Something that can be done over and over.
pub struct Operation {
    pub name: String,
    /// Makes it ready and returns the thing itself.
    pub prepare: Box<dyn Fn() -> Box<dyn FnMut()>>,
}

/// All of them.
pub fn operations() -> Vec<Operation> {
    let mut all = Vec::new();
    let mut add = |name: String, prepare: Box<dyn Fn() -> Box<dyn FnMut()>>| all.push(Operation { name, prepare });
    for id in TASKS {
        add(format!("env step of {id}"), Box::new(move || env_step(id)));
        add(format!("reset of {id}"), Box::new(move || reset(id)));
        add(format!("save of {id}"), Box::new(move || save(id)));
        add(format!("recall of {id}"), Box::new(move || recall(id)));
        add(format!("picture of {id}"), Box::new(move || picture(id)));
    }
    for id in ["cycling/flat-v0", "fretting/guitar-v0"] {
        for units in UNITS {
            add(format!("act, {units} units, {id}"), Box::new(move || learner(id, units, false)));
            add(format!("act and learn, {units} units, {id}"), Box::new(move || learner(id, units, true)));
        }
    }
    all
}

/// A lane some steps into an episode, and an action.
fn lane(id: &str) -> (SoloLane, Vec<f32>) {
    let task = Catalog::default().tasks.task(id).expect("a built-in task");
    let mut lane = SoloLane::new(&task, Seed(1));
    let action = vec![0.1; task.spec().action.len()];
    for _ in 0..5 {
        lane.access().step(&action).expect("a sound action");
    }
    (lane, action)
}

fn env_step(id: &'static str) -> Box<dyn FnMut()> {
    let (mut lane, action) = lane(id);
    Box::new(move || _ = black_box(lane.access().step(&action)))
}

fn reset(id: &'static str) -> Box<dyn FnMut()> {
    let (mut lane, mut episode) = (lane(id).0, 0);
    Box::new(move || {
        episode += 1;
        lane.access().begin(episode);
    })
}

fn save(id: &'static str) -> Box<dyn FnMut()> {
    let mut lane = lane(id).0;
    let mut saved = lane.access().save();
    Box::new(move || lane.access().save_into(&mut saved))
}

fn recall(id: &'static str) -> Box<dyn FnMut()> {
    let mut lane = lane(id).0;
    let saved = lane.access().save();
    Box::new(move || lane.access().recall(&saved).expect("its own state"))
}

fn picture(id: &'static str) -> Box<dyn FnMut()> {
    let (mut lane, mut scene, mut painter) = (lane(id).0, Scene::default(), Painter::default());
    Box::new(move || {
        scene.clear();
        lane.access().draw(&mut scene);
        black_box(painter.picture(&scene, [640, 360]));
    })
}

/// A brain that goes through the same experience again and again, learning or not.
fn learner(id: &'static str, units: usize, learns: bool) -> Box<dyn FnMut()> {
    let catalog = Catalog::default();
    let yaml = format!("agent: wide\nextends: brain\nbrain: {{cortex: {{units: {units}}}}}\n");
    let document = Document::parse("wide", &yaml).expect("sound YAML");
    let blueprint = catalog.agent_from(&document).expect("a sound agent");
    let task = catalog.tasks.task(id).expect("a built-in task");
    let mut agent: Box<dyn Agent> = blueprint.make(task.spec(), Seed(2)).expect("a task it fits");
    let mut lane = SoloLane::new(&task, Seed(3));
    let mut action = vec![0.0; task.spec().action.len()];
    let mut experience = Vec::new();
    for _ in 0..TRANSITIONS {
        let before = lane.lane().observation().to_vec();
        agent.act(&before, true, &mut action);
        let step = lane.access().step(&action).expect("a sound action");
        let now = lane.lane();
        let after = if step.ended() { now.final_observation() } else { now.observation() }.to_vec();
        experience.push((before, step, after));
    }
    let mut at = 0;
    Box::new(move || {
        at = (at + 1) % TRANSITIONS;
        let (before, step, after) = &experience[at];
        agent.act(before, learns, &mut action);
        if learns {
            agent.learn(&Transition {
                observation: before,
                action: &action,
                reward: step.reward,
                next_observation: after,
                terminated: step.terminated,
                truncated: step.truncated,
            });
        }
    })
}
