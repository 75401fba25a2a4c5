//! Which cursor tasks make sense.

use super::spec::{ArmSpec, BlockSpec, CursorSpec, LinearSpec, Method, Perturbation};
use crate::document::Invalid;
use crate::schedule::{validate_blocks, validate_targets};

/// How many units a population may have.
const MOST_UNITS: u32 = 1000;

/// How far the hand stays from where an arm is stretched or folded, in m.
const REACH_MARGIN: f32 = 0.02;

impl CursorSpec {
    /// Checks that every value makes sense.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn validate(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let (episode, movement, population) = (&self.episode, &self.movement, &self.population);
        episode.stepping().validate(5.0)?;
        check("movement.distance", movement.distance, 0.01..=1.0, "m")?;
        check("movement.acceptance", movement.acceptance, 0.001..=0.9 * movement.distance, "m")?;
        check("movement.speed", movement.speed, 0.001..=10.0, "m/s")?;
        check("movement.workspace", movement.workspace, movement.distance..=10.0, "m")?;
        check("episode.time_limit", episode.time_limit, self.straight_time()..=100.0, "s")?;
        check("population.units", population.units as f32, 2.0..=MOST_UNITS as f32, "")?;
        check("population.baseline", population.baseline, 0.0..=1000.0, "Hz")?;
        check("population.depth", population.depth, 0.1..=1000.0, "Hz")?;
        check("reward.progress", self.reward.progress, 0.0..=1000.0, "")?;
        check("reward.acquisition", self.reward.acquisition, 0.0..=1000.0, "")?;
        check("senses.delay", self.senses.delay, 0.0..=1.0, "s")?;
        self.validate_decoder()?;
        self.arm.as_ref().map_or(Ok(()), |arm| self.validate_arm(arm))?;
        validate_blocks(self.schedule.len())?;
        validate_targets("movement.targets", &movement.targets)?;
        self.schedule.iter().enumerate().try_for_each(|(index, block)| self.validate_block(index, block))
    }

    fn validate_decoder(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let decoder = &self.decoder;
        check("decoder.smoothing", decoder.smoothing, 0.0..=0.99, "")?;
        check("decoder.boxcar", decoder.boxcar as f32, 1.0..=100.0, "steps")?;
        check("decoder.modulation", decoder.modulation, 0.1..=1000.0, "Hz")?;
        check("decoder.factors", decoder.factors as f32, 2.0..=self.population.units as f32, "")?;
        match (decoder.method, &decoder.linear) {
            (Method::Linear, Some(linear)) => self.validate_linear(linear),
            (Method::Linear, None) => Err(Invalid {
                field: "decoder.linear".into(),
                found: "none".into(),
                expected: "means and weights for the method `linear`".into(),
            }),
            (_, Some(_)) => Err(Invalid {
                field: "decoder.linear".into(),
                found: "weights".into(),
                expected: "none unless the method is `linear`".into(),
            }),
            (_, None) => Ok(()),
        }
    }

    fn validate_arm(&self, arm: &ArmSpec) -> Result<(), Invalid> {
        let check = Invalid::check;
        check("arm.upper", arm.upper, 0.05..=2.0, "m")?;
        check("arm.fore", arm.fore, 0.05..=2.0, "m")?;
        check("arm.centre_x", arm.centre_x, -4.0..=4.0, "m")?;
        check("arm.centre_y", arm.centre_y, -4.0..=4.0, "m")?;
        // The corners of the workspace lie farthest out; nearest in is the place next to the shoulder.
        let edge = self.movement.workspace;
        let [far, near] = [arm.centre_x, arm.centre_y]
            .map(|centre: f32| [centre.abs() + edge, (centre.abs() - edge).max(0.0)])
            .into_iter()
            .fold([0.0; 2], |[far, near]: [f32; 2], [most, least]| [far.hypot(most), near.hypot(least)]);
        let (least, most) = ((arm.upper - arm.fore).abs() + REACH_MARGIN, arm.upper + arm.fore - REACH_MARGIN);
        if far > most || near < least {
            return Err(Invalid {
                field: "arm".into(),
                found: format!("a workspace from {near:.2} to {far:.2} m from the shoulder"),
                expected: format!("one within the arm's reach, from {least:.2} to {most:.2} m"),
            });
        }
        Ok(())
    }

    fn validate_linear(&self, linear: &LinearSpec) -> Result<(), Invalid> {
        let units = self.population.units as usize;
        let all = |name: &str, values: &[f32], most: f32, unit: &str| {
            let field = format!("decoder.linear.{name}");
            if values.len() != units {
                let expected = format!("one for each of {units} units");
                return Err(Invalid { field, found: format!("{} numbers", values.len()), expected });
            }
            values.iter().try_for_each(|&value| Invalid::check(&field, value, -most..=most, unit))
        };
        all("means", &linear.means, 1e4, "Hz")?;
        let maps = [("intuitive", Some(&linear.intuitive)), ("within", linear.within.as_ref())];
        let maps = maps.into_iter().chain([("outside", linear.outside.as_ref())]);
        maps.filter_map(|(name, map)| Some((name, map?)))
            .try_for_each(|(name, map)| map.iter().try_for_each(|row| all(name, row, 1e4, "m/s per Hz")))
    }

    fn validate_block(&self, index: usize, block: &BlockSpec) -> Result<(), Invalid> {
        let at = |name: &str| format!("schedule[{index}].{name}");
        let check = |name: &str, value, range, unit| Invalid::check(&at(name), value, range, unit);
        check("trials", block.trials as f32, 1.0..=1e6, "")?;
        let turned = block.perturbation == Perturbation::Turned;
        check(
            "share",
            block.share,
            0.0..=if turned { 1.0 } else { 0.0 },
            if turned { "" } else { "unless units are turned" },
        )?;
        let most = if turned { 180.0 } else { 0.0 };
        check("degrees", block.degrees, -most..=most, if turned { "degrees" } else { "unless units are turned" })?;
        check("mix", block.mix, 0.0..=1.0, "")?;
        let needed = match (&self.decoder.linear, block.perturbation) {
            (Some(linear), Perturbation::Within) => linear.within.is_none().then_some("within"),
            (Some(linear), Perturbation::Outside) => linear.outside.is_none().then_some("outside"),
            _ => None,
        };
        if let Some(needed) = needed {
            return Err(Invalid {
                field: at("perturbation"),
                found: needed.into(),
                expected: format!("one that the decoder has weights for (`decoder.linear.{needed}` has none)"),
            });
        }
        if self.decoder.method == Method::PopulationVector && block.perturbation == Perturbation::Within {
            let expected = "`none`, `turned` or `outside`: a population vector has no factors".into();
            return Err(Invalid { field: at("perturbation"), found: "within".into(), expected });
        }
        block.targets.as_deref().map_or(Ok(()), |targets| validate_targets(&at("targets"), targets))
    }
}
