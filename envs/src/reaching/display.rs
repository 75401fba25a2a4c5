//! What the agent observes, and what a spectator sees.

use super::Reaching;
use super::arm::Arm;
use super::senses::Moment;
use crate::scene::Scene;
use bevy_rapier2d::rapier::prelude::Vector;

/// Radius in m of the circles for start, target and cursor.
const MARK: f32 = 0.005;
/// Length in m of the drawn force, per N.
const FORCE: f32 = 0.01;
/// Number of hand directions for which the scene contains the field, and the hand's speed in m/s.
const DIRECTIONS: usize = 8;
const RATE_SHOWN: f32 = 0.3;

impl Reaching {
    /// Writes the observation, in the order of the observation space.
    pub(super) fn show(&self, observation: &mut [f32]) {
        let (own, centre) = (&self.controller, self.spec.centre());
        let Moment { motion, torques, shown, cursor, plan, .. } = self.senses.sensed();
        let [cursor, cursor_rate] = if *shown { *cursor } else { [centre, Vector::ZERO] };
        let vectors = [
            motion.hand - centre,
            motion.hand_rate,
            cursor - centre,
            cursor_rate,
            self.movement.target - centre,
            own.desired.place - centre,
            own.desired.rate,
            own.desired.acceleration,
        ];
        let pairs = [motion.angles, motion.rates, *torques].into_iter().chain(vectors.map(Into::into));
        let told = [f32::from(u8::from(*shown)), self.time() - self.spec.episode.hold];
        // Planned minus seen velocity of the cursor.
        let missed = if *shown { motion.hand_rate - plan[1] - cursor_rate } else { Vector::ZERO };
        let answer = self.spec.controller.plan_gain / self.spec.controller.plan_scale;
        let planned = [(missed * answer).into(), own.plan[0].into(), own.plan[1].into()];
        let planned = planned.into_iter().take(if self.spec.plans() { 3 } else { 0 });
        let cue = self.conditions().cue;
        let cues = (1..=self.spec.cues).map(|seen| f32::from(u8::from(seen == cue)));
        let values = pairs.chain([told, own.feedback]).chain(planned).flatten().chain(cues);
        for (slot, value) in observation.iter_mut().zip(values) {
            *slot = value;
        }
    }

    /// Writes the state for recordings, in the order of [`state_fields`](super::description::state_fields).
    pub(super) fn tell_state(&self, state: &mut [f32]) {
        let Some(arm) = &self.arm else { return };
        let (motion, centre) = (&arm.motion, self.spec.centre());
        let [cursor, cursor_rate] = self.cursor(motion);
        let vectors = [motion.hand - centre, motion.hand_rate, cursor - centre, cursor_rate, self.force];
        let pairs = vectors.map(|vector| [vector.x, vector.y]).into_iter();
        let values = pairs.chain([arm.torques, self.commands, self.record.channel_sums()]).flatten();
        state.iter_mut().zip(values).for_each(|(slot, value)| *slot = value);
    }

    /// Draws arm, path, start, target and cursor, and the force on the hand.
    pub(super) fn picture(&self, arm: &Arm, scene: &mut Scene) {
        let (motion, movement) = (&arm.motion, &self.movement);
        scene.line("desired way", [movement.start, movement.target]);
        scene.circle("start", movement.start, MARK, 0.0);
        scene.circle("target", movement.target, 2.0 * MARK, 0.0);
        for (name, from, to, radius) in
            [("upper arm", Vector::ZERO, motion.elbow, 0.035), ("forearm", motion.elbow, motion.hand, 0.025)]
        {
            scene.line(name, capsule(from, to, radius));
        }
        scene.circle("hand", motion.hand, MARK, 0.0);
        if self.spec.delay_steps() > 0 {
            scene.circle("estimate", self.senses.estimate().hand, MARK, 0.0);
        }
        if self.cursor_shown() {
            scene.circle("cursor", self.cursor(motion)[0], MARK, 0.0);
        }
        scene.tell("hand", motion.hand.to_array());
        scene.tell("centre", self.spec.centre().to_array());
        scene.tell("trail", if self.cursor_shown() { self.cursor(motion)[0] } else { motion.hand }.to_array());
        scene.tell("moves", [self.time() - self.spec.episode.hold, f32::from(u8::from(self.clamped))]);
        for index in 0..DIRECTIONS {
            let rate = Vector::from_angle(index as f32 * std::f32::consts::TAU / DIRECTIONS as f32) * RATE_SHOWN;
            let (force, shown) = (self.field.force(rate), self.field.shown(rate));
            scene.tell("field", [rate.x, rate.y, force.x, force.y, shown.x, shown.y]);
        }
        let force = self.field.force(motion.hand_rate);
        scene.line("force", [motion.hand, motion.hand + force * FORCE]);
    }
}

/// Outline of a capsule.
fn capsule(from: Vector, to: Vector, radius: f32) -> impl Iterator<Item = Vector> {
    let angle = (to - from).to_angle();
    let end = move |centre: Vector, first: f32| {
        (0..=8).map(move |part| {
            centre + Vector::from_angle(angle + first + part as f32 * std::f32::consts::PI / 8.0) * radius
        })
    };
    let quarter = std::f32::consts::FRAC_PI_2;
    end(to, -quarter).chain(end(from, quarter)).chain([to + Vector::from_angle(angle - quarter) * radius])
}
