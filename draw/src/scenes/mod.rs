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
    let keys = Family::of(scene).keys();
    let (picture, strip) =
        Some(legend::divide(area, keys)).filter(|(picture, _)| !parts::small(*picture)).unwrap_or((area, None));
    let grips = draw_alone(canvas, picture, scene, history, look);
    if let Some(strip) = strip {
        canvas.clip(Some(strip));
        legend::draw(canvas, strip, keys, &[scene]);
        canvas.clip(None);
    }
    grips
}

/// The same without what colours and arrows mean; see [`legend`].
pub fn draw_alone(canvas: &mut Canvas, area: Rect, scene: &Scene, history: &History, look: &Look) -> Vec<Grip> {
    let compact = parts::small(area);
    canvas.clip(Some(area));
    let grips = match Family::of(scene) {
        Family::Cycling => cycling::draw(canvas, area, scene, look, compact),
        Family::Fretting => fretting::draw(canvas, area, scene, look, compact),
        Family::Reaching => reaching::draw(canvas, area, scene, history, look, compact),
        Family::Cursor => cursor::draw(canvas, area, scene, history, look, compact),
        Family::Plain => plain::draw(canvas, area, scene, look),
    };
    canvas.clip(None);
    grips
}

/// Writes what colours and arrows mean in any of some scenes of one task, from the top of an area downwards, whatever room it
/// takes; returns its height in pixels.
pub fn legend(canvas: &mut Canvas, area: Rect, scenes: &[&Scene]) -> f32 {
    scenes.first().map_or(0.0, |first| legend::draw(canvas, area, Family::of(first).keys(), scenes))
}
