//! Pictures of scenes without a window and without a graphics card.
//!
//! What is seen is put on a [`Canvas`] in pixels: [`draw`] knows the scenes of each family. A [`Renderer`] turns the sheet into
//! [`Pixels`] on the processor; the window shows the same sheet by way of Bevy. A [`Painter`] does both for one scene. A sheet
//! [of shapes](Canvas::of_shapes) keeps what was drawn as [`Shape`]s, for pages that scale and play it.
//!
//! ```
//! use etude_draw::Painter;
//! use etude_envs::{Registry, Seed, lane::SoloLane, scene::Scene};
//!
//! let mut lane = SoloLane::new(&Registry::default().task("cycling/flat-v0")?, Seed(0));
//! let mut scene = Scene::default();
//! lane.access().draw(&mut scene);
//! let picture = Painter::default().picture(&scene, [320, 180]);
//! assert_eq!((picture.width, picture.height, picture.rgb.len()), (320, 180, 3 * 320 * 180));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod canvas;
pub mod colour;
mod letters;
mod painter;
mod renderer;
mod scenes;
pub mod shapes;

pub use bevy::math::{Rect, Vec2};
pub use canvas::{Align, Canvas};
pub use colour::{Colour, ink};
pub use letters::FONT;
pub use painter::Painter;
pub use renderer::{Pixels, Renderer};
pub use scenes::{Grip, History, Look, Map, Patterns, draw, draw_alone, legend};
pub use shapes::Shape;
