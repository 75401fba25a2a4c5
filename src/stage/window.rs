//! The window: a Bevy app that draws what the simulation tells and passes on what the spectator asks.

use super::input::{self, Pressed};
use super::person::Desk;
use super::picture::{self, Picture, Show};
use super::renderer::{guarded, renderer};
use super::simulation::Simulation;
use crate::show::{Command, Speed, View};
use crate::tell::tell;
use anyhow::{Result, bail};
use bevy::app::TerminalCtrlCHandlerPlugin;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::renderer::RenderAdapterInfo;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::window::{ExitCondition, PresentMode, WindowCloseRequested, WindowDestroyed, WindowResolution};
use bevy::winit::{UpdateMode, WinitSettings};
use etude_draw::ink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

/// Time between two frames.
const FRAME: Duration = Duration::from_micros(16_600);
/// The same while the simulation runs as fast as it can, and where it needs the processor that renders in software.
const FRAME_AT_MOST_SPEED: Duration = Duration::from_millis(33);
const FRAME_BESIDE: Duration = Duration::from_millis(200);
/// Time over which frames are counted.
const COUNTED: Duration = Duration::from_secs(2);

/// What is said where the display goes away under the window.
const LOST: &str = "the display was lost";

/// How the window is opened.
pub struct Opening {
    /// Its width and height in pixels.
    pub size: [u32; 2],
    /// Whether frames per second are told on stderr.
    pub tell_frames: bool,
    /// Whether it opens with all subjects in a grid.
    pub grid: bool,
    /// The controls, where a person is at them.
    pub desk: Option<Desk>,
    /// Whether the simulation waits for a key to start.
    pub waiting: bool,
}

/// The simulation, until the window is closed.
#[derive(Resource, Clone)]
struct Backstage(Arc<Mutex<Option<Simulation>>>);

impl Backstage {
    fn with<T>(&self, look: impl FnOnce(&Simulation) -> T) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(look)
    }
}

/// Set once the spectator has left by themselves.
#[derive(Resource, Clone, Default)]
struct Left(Arc<AtomicBool>);

#[derive(Resource)]
struct Scenery {
    view: View,
    dirty: bool,
    size: Vec2,
    told_end: bool,
    counted: (u32, Instant),
    tell_frames: bool,
    speed: Speed,
}

#[derive(Resource)]
struct AtDesk(Option<Desk>);

/// Opens the window and shows the simulation until it is closed.
///
/// # Errors
/// No display, no graphics adapter, a display that is lost, or a simulation that cannot go on.
pub fn open(simulation: Simulation, opening: Opening) -> Result<()> {
    if cfg!(target_os = "linux") && std::env::var_os("DISPLAY").is_none_or(|display| display.is_empty()) {
        simulation.end()?;
        bail!(
            "no display: a window needs one (DISPLAY is not set). Record to a file instead, with --record FILE.gif, or run \
             under xvfb-run"
        );
    }
    let backstage = Backstage(Arc::new(Mutex::new(Some(simulation))));
    let left = Left::default();
    let shown = guarded(|| run(backstage.clone(), left.clone(), opening));
    let simulation = backstage.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    // What ended the simulation says more than what came of it in the window.
    simulation.map_or(Ok(()), Simulation::end)?;
    shown?;
    if !left.0.load(Ordering::Relaxed) {
        bail!(LOST);
    }
    Ok(())
}

/// Ends the program at once if a thread panics because the display is gone: while it unwound, Bevy would name every system
/// on its way. Xlib does the same where it is the first to notice.
#[cfg(target_os = "linux")]
fn end_with_the_display() {
    // Several threads may panic at a time; one of them tells.
    static TOLD: Once = Once::new();
    std::panic::set_hook(Box::new(|_| {
        if x11rb::connect(None).is_err() {
            TOLD.call_once(|| {
                tell(&format!("error: {LOST}"));
                std::process::exit(1);
            });
        }
    }));
}

fn run(backstage: Backstage, left: Left, opening: Opening) -> Result<()> {
    let [width, height] = opening.size;
    let window = Window {
        title: "etude".into(),
        name: Some("etude".into()),
        resolution: WindowResolution::new(width, height),
        present_mode: PresentMode::AutoVsync,
        ..default()
    };
    let mut view = View::new(opening.grid);
    view.controls = opening.desk.as_ref().map(|desk| desk.hints().to_vec()).unwrap_or_default();
    view.waiting = opening.waiting;
    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin { primary_window: Some(window), exit_condition: ExitCondition::OnAllClosed, ..default() })
            .set(renderer())
            .disable::<LogPlugin>()
            .disable::<TerminalCtrlCHandlerPlugin>(),
    )
    .add_plugins(picture::plugin)
    .insert_resource(ClearColor(clear_colour()))
    .insert_resource(paced(FRAME))
    .insert_resource(backstage)
    .insert_resource(left)
    .insert_resource(AtDesk(opening.desk))
    .insert_resource(Scenery {
        view,
        dirty: true,
        size: Vec2::ZERO,
        told_end: false,
        counted: (0, Instant::now()),
        tell_frames: opening.tell_frames,
        speed: Speed::Times(1.0),
    })
    .add_systems(Startup, |mut commands: Commands| {
        commands.spawn((Camera2d, Msaa::Off));
    })
    .add_systems(Update, (listen, obey, control, paint).chain().before(Show));
    #[cfg(target_os = "linux")]
    end_with_the_display();
    app.run();
    Ok(())
}

fn clear_colour() -> Color {
    let [red, green, blue, _] = ink::PAPER.linear();
    Color::linear_rgb(red, green, blue)
}

fn paced(frame: Duration) -> WinitSettings {
    let mode = UpdateMode::Reactive {
        wait: frame,
        react_to_device_events: false,
        react_to_user_events: true,
        react_to_window_events: false,
    };
    WinitSettings { focused_mode: mode, unfocused_mode: mode }
}

/// Takes in what the simulation tells.
fn listen(
    mut scenery: ResMut<Scenery>,
    backstage: Res<Backstage>,
    mut pace: ResMut<WinitSettings>,
    adapter: Option<Res<RenderAdapterInfo>>,
) {
    // Bevy does not pass the type of devices on by name.
    let in_software = adapter.is_some_and(|adapter| format!("{:?}", adapter.device_type) == "Cpu");
    let at_most_speed = if in_software { FRAME_BESIDE } else { FRAME_AT_MOST_SPEED };
    let Some((frames, stopped)) =
        backstage.with(|simulation| (simulation.frames.try_iter().collect::<Vec<_>>(), simulation.stopped()))
    else {
        return;
    };
    for frame in frames {
        scenery.dirty = true;
        if scenery.speed != frame.speed {
            scenery.speed = frame.speed;
            *pace = paced(if frame.speed == Speed::Most { at_most_speed } else { FRAME });
        }
        scenery.view.absorb(frame);
    }
    if stopped && !scenery.told_end {
        (scenery.told_end, scenery.dirty) = (true, true);
        scenery.view.notice = Some("The simulation has stopped; close the window to learn why".into());
    }
}

/// Does what the spectator asks.
#[expect(clippy::too_many_arguments, reason = "a system names all that it touches")]
fn obey(
    mut scenery: ResMut<Scenery>,
    mut spectator: input::Spectator,
    backstage: Res<Backstage>,
    desk: Res<AtDesk>,
    left: Res<Left>,
    mut commands: Commands,
    mut closing: MessageReader<WindowCloseRequested>,
    mut gone: MessageReader<WindowDestroyed>,
    mut exit: MessageWriter<AppExit>,
) {
    if closing.read().next().is_some() {
        left.0.store(true, Ordering::Relaxed);
    }
    if gone.read().next().is_some() {
        left.0.store(true, Ordering::Relaxed);
        exit.write(AppExit::Success);
    }
    for pressed in spectator.read(&mut scenery.view, desk.0.is_some()) {
        scenery.dirty = true;
        match pressed {
            Pressed::Command(command) => send(&backstage, command),
            Pressed::Leave => {
                left.0.store(true, Ordering::Relaxed);
                exit.write(AppExit::Success);
            }
            Pressed::Photograph => {
                commands.spawn(Screenshot::primary_window()).observe(keep_photograph);
            }
            Pressed::Look => {}
        }
    }
}

/// Passes a command on; when hundreds are waiting, one more or less is not missed.
fn send(backstage: &Backstage, command: Command) {
    backstage.with(|simulation| simulation.commands.try_send(command));
}

fn keep_photograph(captured: On<ScreenshotCaptured>, mut scenery: ResMut<Scenery>) {
    scenery.dirty = true;
    scenery.view.notice = Some(match super::photograph::keep_photograph(&captured.image) {
        Ok(path) => format!("saved as {}", path.display()),
        Err(error) => format!("no picture could be saved: {error:#}"),
    });
}

/// Lets the controls follow the keys of a person, who may start by a gamepad as well.
fn control(
    mut desk: ResMut<AtDesk>,
    mut scenery: ResMut<Scenery>,
    backstage: Res<Backstage>,
    keys: Res<ButtonInput<KeyCode>>,
    gamepads: Query<&Gamepad>,
    time: Res<Time>,
) {
    let starts = |gamepad: &Gamepad| gamepad.any_just_pressed([GamepadButton::South, GamepadButton::Start]);
    if scenery.view.waiting && gamepads.iter().any(starts) {
        (scenery.view.waiting, scenery.dirty) = (false, true);
        send(&backstage, Command::Pause);
    }
    if let Some(desk) = &mut desk.0 {
        desk.follow(time.delta_secs(), |key| keys.pressed(key), gamepads.iter().next());
    }
}

fn paint(mut scenery: ResMut<Scenery>, mut picture: ResMut<Picture>, mut windows: Query<&mut Window>) {
    let Ok(mut window) = windows.single_mut() else { return };
    let size = Vec2::new(window.width(), window.height());
    let scenery = &mut *scenery;
    if scenery.tell_frames {
        scenery.counted.0 += 1;
        let elapsed = scenery.counted.1.elapsed();
        if elapsed >= COUNTED {
            let rate = scenery.view.frame.as_ref().map_or(0.0, |frame| frame.rate);
            let frames = scenery.counted.0 as f32 / elapsed.as_secs_f32();
            tell(&format!("{frames:.1} frames/s  {rate:.0} steps/s"));
            scenery.counted = (0, Instant::now());
        }
    }
    // A window that is minimised has no size.
    if (!scenery.dirty && size == scenery.size) || size.min_element() < 1.0 {
        return;
    }
    (scenery.dirty, scenery.size) = (false, size);
    let title = scenery.view.title();
    if window.title != title {
        window.title = title;
    }
    scenery.view.paint(&mut picture.canvas, size);
}
