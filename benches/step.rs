//! Criterion benchmarks of the two halves of practice, a step of the environment and a step of the learner, and of a picture.
//!
//! `etude bench` measures the ratios that matter; these are for watching one piece of code while changing it.

use criterion::{Criterion, criterion_group, criterion_main};
use etude::agents::Transition;
use etude::catalog::Catalog;
use etude::envs::Seed;
use etude::envs::lane::SoloLane;
use etude::envs::scene::Scene;
use etude_draw::Painter;
use std::hint::black_box;

fn env_step(criterion: &mut Criterion) {
    let catalog = Catalog::default();
    for id in catalog.tasks.task_ids() {
        let Ok(task) = catalog.tasks.task(&id) else { continue };
        let mut lane = SoloLane::new(&task, Seed(1));
        let action = vec![0.1; task.spec().action.len()];
        criterion.bench_function(&format!("env step {id}"), |bencher| {
            bencher.iter(|| black_box(lane.access().step(&action)));
        });
        let mut episode = 0;
        criterion.bench_function(&format!("reset {id}"), |bencher| {
            bencher.iter(|| {
                episode += 1;
                lane.access().begin(episode);
            });
        });
    }
}

fn learner_step(criterion: &mut Criterion) {
    let catalog = Catalog::default();
    let (Ok(task), Ok(agent)) = (catalog.tasks.task("cycling/flat-v0"), catalog.agent("dopamine")) else { return };
    let Ok(mut agent) = agent.make(task.spec(), Seed(2)) else { return };
    let observation = vec![0.1; task.spec().observation.len()];
    let mut action = vec![0.0; task.spec().action.len()];
    criterion.bench_function("act and learn", |bencher| {
        bencher.iter(|| {
            agent.act(&observation, true, &mut action);
            agent.learn(&Transition {
                observation: &observation,
                action: &action,
                reward: action[0],
                next_observation: &observation,
                terminated: false,
                truncated: false,
            });
        });
    });
}

fn picture(criterion: &mut Criterion) {
    let catalog = Catalog::default();
    for id in ["cycling/rough-v0", "fretting/guitar-v0", "reaching/curl-v0"] {
        let Ok(task) = catalog.tasks.task(id) else { continue };
        let (mut lane, mut scene, mut painter) = (SoloLane::new(&task, Seed(1)), Scene::default(), Painter::default());
        criterion.bench_function(&format!("picture of 640x360 {id}"), |bencher| {
            bencher.iter(|| {
                scene.clear();
                lane.access().draw(&mut scene);
                black_box(painter.picture(&scene, [640, 360]))
            });
        });
    }
}

criterion_group!(benches, env_step, learner_step, picture);
criterion_main!(benches);
