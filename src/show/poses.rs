//! Some moments of an episode side by side, as one picture.

use anyhow::Result;
use etude_agents::Agent;
use etude_draw::{Canvas, History, Look, Pixels, Rect, Renderer, Vec2, draw};
use etude_envs::lane::SoloLane;
use etude_envs::scene::Scene;

/// Width and height in pixels of one moment.
const CELL: Vec2 = Vec2::new(320.0, 220.0);
/// Pixels between two of them.
const GAP: f32 = 2.0;

/// Draws up to `count` moments of episode `index`, learning disabled: the first after `first_step` env steps, the others
/// `every_steps` steps after one another.
///
/// # Errors
/// A lane that cannot be stepped.
pub fn poses(
    agent: &mut dyn Agent,
    lane: &mut SoloLane,
    index: u64,
    (first_step, every_steps): (u32, u32),
    count: usize,
) -> Result<Pixels> {
    let mut action = vec![0.0; lane.lane().spec().action.len()];
    let mut scenes = Vec::new();
    lane.access().begin(index);
    let mut start = Scene::default();
    lane.access().draw(&mut start);
    while scenes.len() < count {
        let step = lane.lane().progress().1;
        if step >= first_step && (step - first_step).is_multiple_of(every_steps) {
            let mut scene = Scene::default();
            lane.access().draw(&mut scene);
            scenes.push(scene);
        }
        agent.act(lane.lane().observation(), false, &mut action);
        if lane.access().step(&action)?.ended() {
            break;
        }
    }
    if scenes.is_empty() {
        // It was over before the first moment.
        scenes.push(start);
    }
    let mut canvas = Canvas::default();
    canvas.clear(Vec2::new((CELL.x + GAP) * scenes.len() as f32 - GAP, CELL.y));
    for (column, scene) in scenes.iter().enumerate() {
        let corner = Vec2::new((CELL.x + GAP) * column as f32, 0.0);
        draw(&mut canvas, Rect::from_corners(corner, corner + CELL), scene, &History::default(), &Look::default());
    }
    Ok(Renderer::default().render(&canvas))
}
