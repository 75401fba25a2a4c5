//! Recording without a display: the same sheet, rendered into an image and written to a film. The simulation takes as
//! many steps between two frames as the time between them holds, so that a film is the same each time.

use super::encode::{Film, Pixels};
use super::messages::Speed;
use super::picture::{self, Picture, Show};
use super::simulation::Theatre;
use super::view::View;
use super::window::clear_colour;
use super::{guarded, renderer};
use anyhow::{Result, bail};
use bevy::app::TerminalCtrlCHandlerPlugin;
use bevy::camera::RenderTarget;
use bevy::gilrs::GilrsPlugin;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_resource::TextureFormat;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;
use std::path::PathBuf;

/// What is recorded.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Where to: `.gif`, `.mp4`, or a folder for PNG files.
    pub path: PathBuf,
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// Frames per second.
    pub frames_per_second: u32,
    /// Length in s.
    pub seconds: f32,
    /// Length of what goes before and is not recorded, in s of the simulation.
    pub skip: f32,
    /// How fast the simulation runs.
    pub speed: Speed,
    /// Whether all subjects are shown in a grid.
    pub grid: bool,
}

/// Env steps between two frames at full speed.
const STEPS_AT_MOST_SPEED: u64 = 200;
/// Updates of the renderer before the first frame: what it makes ready it makes ready in these.
const WARM_UP: usize = 4;
/// Updates after which a frame that has not come is not waited for any more.
const PATIENCE: usize = 200;

/// Frames that have been rendered, in order.
#[derive(Resource, Default)]
struct Taken(Vec<Image>);

/// Records what is on stage.
///
/// # Errors
/// A film that cannot be written, no graphics adapter, or a subject that cannot go on.
pub fn record(mut theatre: Theatre, recording: &Recording) -> Result<u32> {
    let mut film = Film::begin(&recording.path, recording.size, recording.frames_per_second)?;
    let frames = (recording.seconds * recording.frames_per_second as f32).round().max(1.0) as u32;
    guarded(|| {
        let (mut app, target) = app_of(recording.size);
        let mut view = View::new(recording.grid);
        let interval = theatre.interval();
        theatre.advance((f64::from(recording.skip) / interval).round() as u64, true)?;
        let (mut done, mut kept) = (0u64, 0);
        for frame in 0..=frames {
            let due = match recording.speed {
                Speed::Most => u64::from(frame) * STEPS_AT_MOST_SPEED,
                Speed::Times(times) => {
                    let time = f64::from(frame) * f64::from(times) / f64::from(recording.frames_per_second);
                    (time / interval).round() as u64
                }
            };
            theatre.advance(due - done, true)?;
            done = due;
            view.absorb(theatre.frame(recording.speed, false, 0.0));
            let size = Vec2::new(recording.size[0] as f32, recording.size[1] as f32);
            view.paint(&mut app.world_mut().resource_mut::<Picture>().canvas, size);
            if frame == 0 {
                (0..WARM_UP).for_each(|_| app.update());
            }
            if frame < frames {
                take(&mut app, &target);
            }
            app.update();
            kept += keep(&mut app, &mut film)?;
        }
        for _ in 0..PATIENCE {
            if kept == frames {
                return Ok(());
            }
            app.update();
            kept += keep(&mut app, &mut film)?;
        }
        bail!("the renderer gave {kept} of {frames} frames")
    })?;
    film.end()?;
    Ok(frames)
}

fn app_of([width, height]: [u32; 2]) -> (App, Handle<Image>) {
    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin { primary_window: None, exit_condition: ExitCondition::DontExit, ..default() })
            // What is compiled in the background is not there yet for the first frames.
            .set(renderer(true))
            .disable::<WinitPlugin>()
            .disable::<LogPlugin>()
            .disable::<GilrsPlugin>()
            .disable::<TerminalCtrlCHandlerPlugin>()
            .disable::<PipelinedRenderingPlugin>(),
    )
    .add_plugins(picture::plugin)
    .init_resource::<Taken>()
    .insert_resource(ClearColor(clear_colour()))
    .configure_sets(Update, Show);
    app.finish();
    app.cleanup();
    let image = Image::new_target_texture(width, height, TextureFormat::Rgba8UnormSrgb, None);
    let target = app.world_mut().resource_mut::<Assets<Image>>().add(image);
    app.world_mut().spawn((Camera2d, Msaa::Off, RenderTarget::Image(target.clone().into())));
    (app, target)
}

fn take(app: &mut App, target: &Handle<Image>) {
    app.world_mut()
        .spawn(Screenshot::image(target.clone()))
        .observe(|captured: On<ScreenshotCaptured>, mut taken: ResMut<Taken>| taken.0.push(captured.image.clone()));
}

fn keep(app: &mut App, film: &mut Film) -> Result<u32> {
    let taken = std::mem::take(&mut app.world_mut().resource_mut::<Taken>().0);
    let count = taken.len() as u32;
    taken.iter().try_for_each(|image| film.add(Pixels::of(image)?))?;
    Ok(count)
}
