//! Drawings of scenes: one for each family, and one for any task from its plain shapes.

mod cursor;
mod cycling;
mod fretting;
mod hand;
mod history;
mod legend;
mod look;
mod parts;
mod plain;
mod reaching;
#[cfg(test)]
mod tests;

pub use history::{History, Patterns};
pub use look::{Grip, Look, Map};

use crate::canvas::Canvas;
use bevy::math::Rect;
use etude_envs::scene::Scene;
use legend::Key;

/// What a scene is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Cycling,
    Fretting,
    Reaching,
    Cursor,
    Plain,
}

impl Family {
    /// A family is known by what its scenes tell: a task of somebody else may bear any name.
    fn of(scene: &Scene) -> Self {
        let tells = |name: &str| scene.told(name).next().is_some();
        if tells("frame") && tells("surface") {
            Self::Cycling
        } else if tells("board") {
            Self::Fretting
        } else if tells("trail") && tells("field") {
            Self::Reaching
        } else if tells("unit") && tells("distance") {
            Self::Cursor
        } else {
            Self::Plain
        }
    }

    /// What its colours and arrows mean.
    fn keys(self) -> &'static [Key] {
        match self {
            Self::Cycling => &cycling::KEYS,
            Self::Fretting => &fretting::KEYS,
            Self::Reaching => &reaching::KEYS,
            Self::Cursor => &cursor::KEYS,
            Self::Plain => &[],
        }
    }
}

/// Draws what a subject does into an area, with what colours and arrows mean below it where there is room, and says where it can
/// be taken hold of, the topmost first.
pub fn draw(canvas: &mut Canvas, area: Rect, scene: &Scene, history: &History, look: &Look) -> Vec<Grip> {
    let (family, compact) = (Family::of(scene), parts::small(area));
    let keys: &[Key] = if compact { &[] } else { family.keys() };
    let (picture, strip) = legend::divide(area, keys);
    canvas.clip(Some(picture));
    let grips = match family {
        Family::Cycling => cycling::draw(canvas, picture, scene, look, compact),
        Family::Fretting => fretting::draw(canvas, picture, scene, look, compact),
        Family::Reaching => reaching::draw(canvas, picture, scene, history, look, compact),
        Family::Cursor => cursor::draw(canvas, picture, scene, history, look, compact),
        Family::Plain => plain::draw(canvas, picture, scene, look),
    };
    if let Some(strip) = strip {
        canvas.clip(Some(strip));
        legend::draw(canvas, strip, keys, scene);
    }
    canvas.clip(None);
    grips
}
