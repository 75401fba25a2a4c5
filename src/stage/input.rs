//! Keys and mouse: what the spectator asks for.

use crate::show::{Command, Speed, View};
use bevy::ecs::system::SystemParam;
use bevy::input::keyboard::{Key, KeyboardInput};
use bevy::input::mouse::{MouseScrollUnit, MouseWheel};
use bevy::prelude::*;
use bevy::window::WindowEvent;
use etude_draw::Look;
use etude_envs::task::Push;

/// Force in N of a push, per pixel of the drag, and the largest one.
const FORCE: f32 = 1.0;
const STRONGEST: f32 = 300.0;
/// Magnification by one notch of the wheel, and its limits.
const NOTCH: f32 = 1.12;
const ZOOM: [f32; 2] = [0.2, 12.0];

/// Letters that mean the same while a person is at the controls, whose keys the others are then.
const AT_DESK: [&str; 7] = ["?", ".", "+", "=", "-", "r", "p"];

/// Something the spectator has asked for.
pub enum Pressed {
    /// A command to the simulation.
    Command(Command),
    /// Closes the window.
    Leave,
    /// Saves a picture.
    Photograph,
    /// Another look at the same.
    Look,
}

/// The spectator's hands.
#[derive(SystemParam)]
pub struct Spectator<'w, 's> {
    keys: MessageReader<'w, 's, KeyboardInput>,
    wheel: MessageReader<'w, 's, MouseWheel>,
    /// All that has happened to the window, in order.
    happened: MessageReader<'w, 's, WindowEvent>,
    held: Res<'w, ButtonInput<KeyCode>>,
    buttons: Res<'w, ButtonInput<MouseButton>>,
    windows: Query<'w, 's, &'static Window>,
    last: Local<'s, Option<Vec2>>,
}

impl Spectator<'_, '_> {
    /// What has been asked for since the last time. Changes of the view are made at once.
    pub fn read(&mut self, view: &mut View, at_desk: bool) -> Vec<Pressed> {
        let mut asked = Vec::new();
        let shift = self.held.any_pressed([KeyCode::ShiftLeft, KeyCode::ShiftRight]);
        for key in self.keys.read().filter(|key| key.state.is_pressed()) {
            if view.waiting {
                asked.extend(before_start(&key.logical_key, view));
                continue;
            }
            let taken = matches!(&key.logical_key, Key::Character(text) if !AT_DESK.contains(&text.as_str()));
            if !(at_desk && taken) {
                asked.extend(pressed(&key.logical_key, shift, view));
            }
        }
        self.mouse(view, &mut asked);
        asked
    }

    fn mouse(&mut self, view: &mut View, asked: &mut Vec<Pressed>) {
        let notches: f32 = self
            .wheel
            .read()
            .map(|wheel| if wheel.unit == MouseScrollUnit::Line { wheel.y } else { wheel.y / 40.0 })
            .sum();
        if notches != 0.0 {
            view.look.zoom = (view.look.zoom * NOTCH.powf(notches)).clamp(ZOOM[0], ZOOM[1]);
            asked.push(Pressed::Look);
        }
        let place = self.windows.single().ok().and_then(Window::cursor_position);
        let clicked = self.clicked();
        let moved = place.zip(*self.last).map(|(now, before)| now - before);
        *self.last = place;
        if self.buttons.just_released(MouseButton::Left) && view.drag.take().is_some() {
            asked.push(Pressed::Command(Command::Push(None)));
        }
        let Some(place) = place else { return };
        if let Some(clicked) = clicked {
            match view.cell(clicked) {
                Some(subject) => {
                    // The first click chooses a subject, one on the chosen one goes near.
                    view.grid = view.frame.as_ref().is_some_and(|frame| frame.focus != subject);
                    asked.push(Pressed::Command(Command::Focus(subject)));
                }
                None if view.grip(clicked).is_some() && self.buttons.pressed(MouseButton::Left) => {
                    view.drag = Some((clicked, clicked));
                }
                None => {}
            }
        }
        if let Some((from, to)) = view.drag
            && self.buttons.pressed(MouseButton::Left)
            && to != place
        {
            view.drag = Some((from, place));
            if let Some(grip) = view.grip(from) {
                let force = ((place - from) * FORCE).clamp_length_max(STRONGEST);
                let force = if grip.aside { [0.0, 0.0, force.x] } else { [force.x, -force.y, 0.0] };
                let push = Push { place: grip.map.back(from).to_array(), force };
                asked.push(Pressed::Command(Command::Push(Some(push))));
            }
        }
        if self.buttons.pressed(MouseButton::Right)
            && let Some((moved, grip)) = moved.filter(|moved| *moved != Vec2::ZERO).zip(view.grip(place))
        {
            view.look.offset += Vec2::new(-moved.x, moved.y) / grip.map.scale;
            asked.push(Pressed::Look);
        }
    }

    /// Where the mouse was when its left button last went down, if it did: by the next frame it may be far away.
    fn clicked(&mut self) -> Option<Vec2> {
        let (mut place, mut clicked) = (*self.last, None);
        for event in self.happened.read() {
            match event {
                WindowEvent::CursorMoved(moved) => place = Some(moved.position),
                WindowEvent::MouseButtonInput(input)
                    if input.button == MouseButton::Left && input.state.is_pressed() =>
                {
                    clicked = place;
                }
                _ => {}
            }
        }
        clicked
    }
}

/// What a key means while everything waits for a person to start.
fn before_start(key: &Key, view: &mut View) -> Option<Pressed> {
    match key {
        Key::Space | Key::Enter => {
            view.waiting = false;
            Some(Pressed::Command(Command::Pause))
        }
        Key::Escape => Some(Pressed::Leave),
        Key::Character(text) if text.as_str() == "p" => Some(Pressed::Photograph),
        _ => None,
    }
}

/// What a key means.
fn pressed(key: &Key, shift: bool, view: &mut View) -> Option<Pressed> {
    let speed = view.frame.as_ref().map_or(Speed::Times(1.0), |frame| frame.speed);
    let command = match key {
        Key::Space => Command::Pause,
        Key::Tab => {
            let frame = view.frame.as_ref()?;
            let count = frame.shots.len().max(1);
            Command::Focus((frame.focus + if shift { count - 1 } else { 1 }) % count)
        }
        Key::Escape if view.help => {
            view.help = false;
            return Some(Pressed::Look);
        }
        Key::Escape => return Some(Pressed::Leave),
        Key::Character(text) => match text.as_str() {
            "." => Command::Step,
            "+" | "=" => Command::Speed(speed.next(true)),
            "-" => Command::Speed(speed.next(false)),
            "m" => Command::Speed(if speed == Speed::Most { Speed::Times(1.0) } else { Speed::Most }),
            "r" => Command::Restart,
            "l" => Command::Learn,
            "n" => Command::Task { next: true },
            "b" => Command::Task { next: false },
            "q" => return Some(Pressed::Leave),
            "p" => return Some(Pressed::Photograph),
            "?" => {
                view.help = !view.help;
                return Some(Pressed::Look);
            }
            "g" => {
                view.grid = !view.grid;
                return Some(Pressed::Look);
            }
            "c" => {
                view.look = Look::default();
                return Some(Pressed::Look);
            }
            digit => Command::Lesion(digit.parse::<usize>().ok()?.checked_sub(1)?),
        },
        _ => return None,
    };
    view.notice = None;
    Some(Pressed::Command(command))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::keys;

    #[test]
    fn before_the_start_a_key_starts_leaves_or_saves_a_picture_and_no_other_does_anything() {
        let mut view = View::new(false);
        view.waiting = true;
        for idle in ["a", "w", ".", "m", "n", "1", "?"] {
            assert!(before_start(&Key::Character(idle.into()), &mut view).is_none() && view.waiting, "{idle}");
        }
        assert!(before_start(&Key::ArrowUp, &mut view).is_none() && view.waiting);
        assert!(matches!(before_start(&Key::Character("p".into()), &mut view), Some(Pressed::Photograph)));
        assert!(matches!(before_start(&Key::Escape, &mut view), Some(Pressed::Leave)) && view.waiting);
        let start = before_start(&Key::Space, &mut view);
        assert!(matches!(start, Some(Pressed::Command(Command::Pause))) && !view.waiting);
    }

    #[test]
    fn the_help_of_a_person_at_the_controls_names_no_letter_that_moves_the_body() {
        for (key, meaning) in keys(true) {
            for letter in key.split(' ').filter(|key| key.chars().count() == 1) {
                assert!(AT_DESK.contains(&letter), "{letter}: {meaning}");
            }
        }
    }

    #[test]
    fn keys_mean_what_the_help_says() {
        let mut view = View::default();
        let mut command = |text: &str| match pressed(&Key::Character(text.into()), false, &mut view) {
            Some(Pressed::Command(command)) => Some(command),
            _ => None,
        };
        assert_eq!(command("+"), Some(Command::Speed(Speed::Times(2.0))));
        assert_eq!(command("m"), Some(Command::Speed(Speed::Most)));
        assert_eq!(command("3"), Some(Command::Lesion(2)));
        assert_eq!(command("0"), None);
        assert_eq!(command("n"), Some(Command::Task { next: true }));
        assert_eq!(command("x"), None);
        assert!(matches!(pressed(&Key::Character("?".into()), true, &mut view), Some(Pressed::Look)) && view.help);
        assert!(matches!(pressed(&Key::Escape, false, &mut view), Some(Pressed::Look)) && !view.help);
        assert!(matches!(pressed(&Key::Escape, false, &mut view), Some(Pressed::Leave)));
    }
}
