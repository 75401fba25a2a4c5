//! A person at the controls: an agent whose actions are those of keys and sticks.

use crate::show::Hint;
use bevy::prelude::{Gamepad, GamepadAxis, GamepadButton, KeyCode};
use etude_agents::{Agent, State, StateError, Transition};
use etude_envs::space::Field;
use etude_envs::task::TaskSpec;
use std::sync::{Arc, Mutex, PoisonError};

/// What the controls say, shared between the window and the simulation.
#[derive(Clone, Default)]
pub struct Controls(Arc<Mutex<Vec<f32>>>);

impl Controls {
    /// Sets all controls.
    pub fn set(&self, values: &[f32]) {
        let mut own = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        own.clear();
        own.extend_from_slice(values);
    }

    fn get(&self, action: &mut [f32]) {
        let own = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (index, value) in action.iter_mut().enumerate() {
            *value = own.get(index).copied().unwrap_or(0.0);
        }
    }
}

/// The agent that does what the controls say.
#[derive(Clone, Default)]
pub struct Person {
    /// The controls.
    pub controls: Controls,
}

impl Agent for Person {
    fn act(&mut self, _observation: &[f32], _explore: bool, action: &mut [f32]) {
        self.controls.get(action);
    }

    fn learn(&mut self, _transition: &Transition<'_>) {}

    fn save(&self, _state: &mut State) {}

    fn load(&mut self, state: &State) -> Result<(), StateError> {
        state.reader().finish()
    }

    fn clone_agent(&self) -> Box<dyn Agent> {
        Box::new(self.clone())
    }
}

/// Keys that lower and raise an action, with what the help calls them.
type Keys = (KeyCode, KeyCode, &'static str);

const PAIRS: [Keys; 10] = [
    (KeyCode::ArrowLeft, KeyCode::ArrowRight, "left right"),
    (KeyCode::ArrowDown, KeyCode::ArrowUp, "down up"),
    (KeyCode::KeyA, KeyCode::KeyD, "A D"),
    (KeyCode::KeyS, KeyCode::KeyW, "S W"),
    (KeyCode::KeyJ, KeyCode::KeyL, "J L"),
    (KeyCode::KeyK, KeyCode::KeyI, "K I"),
    (KeyCode::KeyF, KeyCode::KeyH, "F H"),
    (KeyCode::KeyG, KeyCode::KeyT, "G T"),
    (KeyCode::KeyV, KeyCode::KeyB, "V B"),
    (KeyCode::KeyN, KeyCode::KeyM, "N M"),
];
/// Order of the pairs for actions by name; the rest take what is left.
const FITTING: [(&str, usize); 6] =
    [("steer", 0), ("pedal", 1), ("rear_brake", 3), ("lean", 2), ("slide", 0), ("reach", 1)];
/// Rate in 1/s at which a control follows its key: fast enough to balance, slow enough to be dosed.
const FOLLOWS: f32 = 9.0;

/// One action under control.
struct Control {
    keys: Keys,
    stick: Stick,
    value: f32,
}

#[derive(Clone, Copy)]
enum Stick {
    Axis(GamepadAxis),
    Trigger(GamepadButton),
}

/// The controls of a task: which keys and sticks move which action.
pub struct Desk {
    controls: Controls,
    all: Vec<Control>,
    hints: Vec<Hint>,
}

impl Desk {
    /// The controls of a task's actions, as far as there are keys.
    pub fn new(task: &TaskSpec, controls: Controls) -> Self {
        let fields = task.action.fields();
        let fitting = |name: &str| FITTING.iter().find(|(known, _)| *known == name).map(|&(_, pair)| pair);
        let mut free: Vec<usize> =
            (0..PAIRS.len()).filter(|pair| !fields.iter().any(|field| fitting(&field.name) == Some(*pair))).collect();
        let mut all = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let pair = fitting(&field.name).or_else(|| (!free.is_empty()).then(|| free.remove(0)));
            let Some(pair) = pair else { break };
            all.push(Control { keys: PAIRS[pair], stick: stick(&field.name, index), value: 0.0 });
        }
        let hint = |(control, field): (&Control, &Field)| Hint {
            keys: control.keys.2,
            action: field.name.replace('_', " "),
            meaning: field.meaning.clone(),
        };
        let hints = all.iter().zip(fields).map(hint).collect();
        Self { controls, all, hints }
    }

    /// What moves what.
    pub fn hints(&self) -> &[Hint] {
        &self.hints
    }

    /// Follows keys and sticks for some time (s).
    pub fn follow(&mut self, seconds: f32, held: impl Fn(KeyCode) -> bool, gamepad: Option<&Gamepad>) {
        let share = 1.0 - (-FOLLOWS * seconds.clamp(0.0, 1.0)).exp();
        for control in &mut self.all {
            let (lower, raise, _) = control.keys;
            let mut wanted = f32::from(u8::from(held(raise))) - f32::from(u8::from(held(lower)));
            let moved = gamepad.and_then(|gamepad| match control.stick {
                Stick::Axis(axis) => gamepad.get(axis),
                Stick::Trigger(button) => gamepad.get(button),
            });
            if let Some(moved) = moved.filter(|moved| moved.abs() > 0.08) {
                wanted = moved.clamp(-1.0, 1.0);
            }
            control.value += (wanted - control.value) * share;
        }
        let values: Vec<f32> = self.all.iter().map(|control| control.value).collect();
        self.controls.set(&values);
    }
}

fn stick(name: &str, index: usize) -> Stick {
    const AXES: [GamepadAxis; 4] =
        [GamepadAxis::LeftStickX, GamepadAxis::LeftStickY, GamepadAxis::RightStickX, GamepadAxis::RightStickY];
    match name {
        "pedal" | "press" => Stick::Trigger(GamepadButton::RightTrigger2),
        "rear_brake" => Stick::Trigger(GamepadButton::LeftTrigger2),
        "front_brake" => Stick::Trigger(GamepadButton::LeftTrigger),
        "lean" => Stick::Axis(GamepadAxis::RightStickX),
        "spread" => Stick::Axis(GamepadAxis::RightStickX),
        "reach" => Stick::Axis(GamepadAxis::LeftStickY),
        _ => Stick::Axis(AXES[index % AXES.len()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_keys_of_its_own_and_the_person_does_what_they_say() {
        let catalog = crate::catalog::Catalog::default();
        for id in catalog.tasks.task_ids() {
            let task = catalog.tasks.task(&id).unwrap();
            let controls = Controls::default();
            let mut desk = Desk::new(task.spec(), controls.clone());
            // A body of more actions than there are keys is one that nobody plays: a population of units.
            assert_eq!(desk.all.len(), task.spec().action.len().min(PAIRS.len()), "{id}");
            let mut keys: Vec<_> = desk.all.iter().flat_map(|control| [control.keys.0, control.keys.1]).collect();
            keys.sort();
            keys.dedup();
            assert_eq!(keys.len(), 2 * desk.all.len(), "{id}");
            assert_eq!(desk.hints().len(), desk.all.len(), "{id}");
            // Nothing is done before a key is pressed.
            let mut action = vec![9.0; task.spec().action.len()];
            let mut person = Person { controls: controls.clone() };
            person.act(&[], false, &mut action);
            assert!(action.iter().all(|&value| value == 0.0), "{id}: {action:?}");
            (0..60).for_each(|_| desk.follow(0.05, |_| false, None));
            person.act(&[], false, &mut action);
            assert!(action.iter().all(|&value| value == 0.0), "{id}: {action:?}");
            let raised = desk.all[0].keys.1;
            (0..60).for_each(|_| desk.follow(0.05, |key| key == raised, None));
            person.act(&[], false, &mut action);
            assert!(action[0] > 0.95 && action[1..].iter().all(|&value| value == 0.0), "{id}: {action:?}");
        }
    }
}
