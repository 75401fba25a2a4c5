//! Drawings of scenes: one for each family, and one for any task from its plain shapes.

mod cursor;
mod cycling;
mod fretting;
mod history;
mod look;
mod parts;
mod plain;
mod reaching;

pub use history::{History, Patterns};
pub use look::{Grip, Look, Map};

use crate::canvas::Canvas;
use bevy::math::Rect;
use etude_envs::scene::Scene;

/// Draws what a subject does into an area and says where it can be taken hold of, the topmost first.
pub fn draw(canvas: &mut Canvas, area: Rect, scene: &Scene, history: &History, look: &Look) -> Vec<Grip> {
    canvas.clip(Some(area));
    // A family is known by what its scenes tell: a task of somebody else may bear any name.
    let grips = if scene.told("frame").next().is_some() && scene.told("surface").next().is_some() {
        cycling::draw(canvas, area, scene, look)
    } else if scene.told("board").next().is_some() {
        fretting::draw(canvas, area, scene, look)
    } else if scene.told("trail").next().is_some() && scene.told("field").next().is_some() {
        reaching::draw(canvas, area, scene, history, look)
    } else if scene.told("unit").next().is_some() && scene.told("distance").next().is_some() {
        cursor::draw(canvas, area, scene, history, look)
    } else {
        plain::draw(canvas, area, scene, look)
    };
    canvas.clip(None);
    grips
}
