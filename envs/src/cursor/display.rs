//! What the agent observes, and what a spectator sees.

use super::{Cursor, TARGET};
use crate::scene::Scene;
use crate::schedule::Place;
use bevy_rapier2d::rapier::prelude::Vector;

impl Cursor {
    /// Writes the observation, in the order of the observation space.
    pub(super) fn show(&self, observation: &mut [f32]) {
        let seen = self.sensed();
        let vectors = [seen.place, seen.rate, self.target, seen.wanted, seen.wanted - seen.rate];
        let values = vectors.into_iter().flat_map(|vector| [vector.x, vector.y]).chain([self.time()]);
        observation.iter_mut().zip(values).for_each(|(slot, value)| *slot = value);
    }

    /// Draws cursor and target. Also gives the preferred direction and firing rate of each unit, and the projection of
    /// the population's pattern on the plane of the unperturbed decoder (Hz).
    pub(super) fn picture(&self, scene: &mut Scene) {
        let (movement, population) = (&self.spec.movement, &self.spec.population);
        scene.circle("target", self.target, TARGET * movement.acceptance, 0.0);
        scene.circle("cursor", self.now.place, (1.0 - TARGET) * movement.acceptance, 0.0);
        scene.line("wanted way", [Vector::ZERO, self.target]);
        if let Some(arm) = &self.arm {
            let [shoulder, elbow, hand] = arm.joints(self.now.place);
            scene.line("arm", [shoulder, elbow, hand]);
        }
        scene.line("velocity", [self.now.place, self.now.place + self.now.rate]);
        scene.tell("trail", self.now.place.to_array());
        scene.tell("distance", [movement.distance]);
        let place = |row: &[f32]| -> f32 {
            row.iter().zip(&self.rates).map(|(weight, rate)| weight * (rate - population.baseline)).sum()
        };
        let Place { block, target } = self.place;
        scene.tell("pattern", [block as f32, target as f32, place(&self.plane[0]), place(&self.plane[1])]);
        let (own, perturbed) = (&self.intuitive, self.decoder.weights(self.place.block));
        for (unit, rate) in self.rates.iter().enumerate() {
            let modulation = (rate - population.baseline) / population.depth;
            scene.tell("unit", [own[0][unit], own[1][unit], perturbed[0][unit], perturbed[1][unit], modulation]);
        }
    }
}
