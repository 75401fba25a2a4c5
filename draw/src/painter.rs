//! A picture of a scene alone.

use crate::canvas::Canvas;
use crate::renderer::{Pixels, Renderer};
use crate::scenes::{History, Look, draw};
use bevy::math::{Rect, Vec2};
use etude_envs::scene::Scene;

/// Draws scenes, each filling its picture. Memory is reused between pictures.
#[derive(Default)]
pub struct Painter {
    canvas: Canvas,
    renderer: Renderer,
}

impl Painter {
    /// The picture of a scene, with width and height in pixels.
    pub fn picture(&mut self, scene: &Scene, [width, height]: [u32; 2]) -> Pixels {
        let size = Vec2::new(width as f32, height as f32);
        self.canvas.clear(size);
        draw(&mut self.canvas, Rect::from_corners(Vec2::ZERO, size), scene, &History::default(), &Look::default());
        self.renderer.render(&self.canvas)
    }
}
