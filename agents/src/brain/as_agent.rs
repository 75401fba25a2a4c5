//! A brain as an agent: in which order its parts act, learn, report and are saved, and which of them a lesion meets.

use super::basal_ganglia::BasalGanglia;
use super::motor_cortex::{MotorCortex, Parts};
use super::teacher::Teacher;
use super::{Brain, signals};
use crate::agent::{Agent, Belief, Transition};
use crate::lesion::{self, LesionError};
use crate::state::{State, StateError};

impl Agent for Brain {
    fn act(&mut self, observation: &[f32], explore: bool, action: &mut [f32]) {
        if let Some(motor_cortex) = &mut self.motor_cortex {
            return motor_cortex.act(observation, explore, action);
        }
        self.see(observation);
        if explore {
            self.senses.learn(&self.seen);
        }
        self.senses.sense(&self.seen, &mut self.sensed);
        action.fill(0.0);
        let share = self.cerebellum.as_ref().map_or(1.0, |cerebellum| cerebellum.leaves_to_others(observation));
        if let Some(basal_ganglia) = &mut self.basal_ganglia {
            if explore {
                let shown = self.shown.and_then(|index| observation.get(index)).is_none_or(|&shown| shown > 0.5);
                basal_ganglia.explore(&self.sensed, shown, share, action);
            } else {
                basal_ganglia.guess(&self.sensed, action);
            }
        }
        let Some(units) = &mut self.command_units else {
            if let Some(cerebellum) = &mut self.cerebellum {
                cerebellum.act(observation, explore, action);
            }
            return;
        };
        let mut sites = [[].as_slice(); 2];
        if let Some(cerebellum) = &mut self.cerebellum {
            cerebellum.act(observation, explore, action);
            sites = cerebellum.sites();
        }
        let [fast, slow] = sites;
        // Whatever the cerebellum took over of it, or what was cut off, is the policy's part no longer.
        for (index, (policy, whole)) in self.policy.iter_mut().zip(&*action).enumerate() {
            let own = |site: &[f32]| site.get(index).copied().unwrap_or(0.0);
            *policy = whole - own(fast) - own(slow);
        }
        units.act(observation, Parts { policy: &self.policy, fast, slow }, explore, action);
    }

    /// The basal ganglia learn from the action that they drew, before clipping and before the cerebellum's command is
    /// added, and from the observation as it was sensed then. The cerebellum learns from the executed action.
    fn learn(&mut self, transition: &Transition<'_>) {
        if let Some(motor_cortex) = &mut self.motor_cortex {
            return motor_cortex.learn(transition);
        }
        if let Some(units) = &mut self.command_units {
            units.learn(transition.next_observation);
        }
        if self.basal_ganglia.is_some() {
            self.see(transition.next_observation);
            self.senses.sense(&self.seen, &mut self.sensed);
        }
        if let Some(basal_ganglia) = &mut self.basal_ganglia {
            let teacher = self.cerebellum.as_ref().map(|cerebellum| Teacher { senses: &self.senses, cerebellum });
            let (terminated, truncated) = (transition.terminated, transition.truncated);
            basal_ganglia.learn(transition.reward, &self.sensed, terminated, truncated, teacher.as_ref());
        }
        if let Some(cerebellum) = &mut self.cerebellum {
            let worse = self.basal_ganglia.as_ref().is_none_or(BasalGanglia::disappointed);
            cerebellum.learn(transition, worse);
        }
    }

    fn sleep(&mut self) {
        if let Some(motor_cortex) = &mut self.motor_cortex {
            motor_cortex.sleep();
        }
    }

    fn rest(&mut self, seconds: f64) {
        if let Some(cerebellum) = &mut self.cerebellum {
            cerebellum.rest(seconds);
        }
    }

    fn units(&self) -> usize {
        self.motor_cortex.as_ref().map_or(0, MotorCortex::units)
    }

    /// Parts that can be lesioned, each by a share from 0 to 1:
    ///
    /// - `basal-ganglia`: share of their action and of their dopamine that is removed;
    /// - `cortex-plasticity`: share of the hidden layers' learning that is removed, while the parts that read them keep
    ///   learning;
    /// - `cerebellum`: share of the granule cells that are silenced (feedback-error learning), chosen by the agent's seed, or
    ///   share of its command that is removed (model reference), and of the trust in its sensory predictions;
    /// - `motor-cortex`: share of the units that are silenced. In a body with a motor cortex, lesions of `basal-ganglia` and
    ///   `cerebellum` reduce what they teach it;
    /// - `cerebellum-noise`: standard deviation, from 0 to 10, of noise added to the cerebellum's command.
    fn lesion(&mut self, part: &str, share: f32) -> Result<(), LesionError> {
        let basal = self.basal_ganglia.iter().flat_map(|_| [("basal-ganglia", 1.0), ("cortex-plasticity", 1.0)]);
        let cerebellar = self.cerebellum.iter().flat_map(|_| [("cerebellum", 1.0), ("cerebellum-noise", 10.0)]);
        if let Some(motor_cortex) = &mut self.motor_cortex {
            let part = lesion::find(part, share, motor_cortex.parts().map(|part| (part, 1.0)))?;
            motor_cortex.lesion(part, share);
            return Ok(());
        }
        let units = self.command_units.iter().map(|_| ("motor-cortex", 1.0));
        let part = lesion::find(part, share, basal.chain(cerebellar).chain(units))?;
        if let ("motor-cortex", Some(units)) = (part, &mut self.command_units) {
            units.lesion(share);
            return Ok(());
        }
        match (part, &mut self.basal_ganglia, &mut self.cerebellum) {
            ("basal-ganglia", Some(basal_ganglia), _) => basal_ganglia.lesion(share),
            ("cortex-plasticity", Some(basal_ganglia), _) => basal_ganglia.stiffen(share),
            ("cerebellum", _, Some(cerebellum)) => cerebellum.lesion(share),
            (_, _, Some(cerebellum)) => cerebellum.disturb(share),
            _ => {}
        }
        Ok(())
    }

    /// The signals of its parts, which are among [`Brain::known_signals`].
    fn signals(&self, report: &mut dyn FnMut(&'static str, f32)) {
        if let Some(basal_ganglia) = &self.basal_ganglia {
            basal_ganglia.signals(report);
        }
        if let Some(cerebellum) = &self.cerebellum {
            cerebellum.signals(report);
        }
        if let Some(motor_cortex) = &self.motor_cortex {
            motor_cortex.signals(report);
        }
    }

    /// `motor-cortex`: its units, in units of the action; with a policy also `cortex`: the actor's hidden layer that
    /// the policy reads.
    fn activity(&self, report: &mut dyn FnMut(&'static str, &[f32])) {
        if let Some(motor_cortex) = &self.motor_cortex {
            report(signals::MOTOR_UNITS.name, motor_cortex.activity());
        }
        if let Some(units) = &self.command_units {
            report(signals::MOTOR_UNITS.name, units.activity());
        }
        if let Some(basal_ganglia) = &self.basal_ganglia {
            report(signals::CORTEX_UNITS.name, basal_ganglia.hidden());
        }
    }

    /// The microzone of every action in a cerebellum that learns from feedback, in typical feedback commands.
    fn zones(&self, report: &mut dyn FnMut(usize, f32, usize)) {
        if let Some(cerebellum) = &self.cerebellum {
            cerebellum.zones(report);
        }
    }

    /// The cerebellum's prediction of every percept.
    fn beliefs(&self, report: &mut dyn FnMut(Belief<'_>)) {
        if let Some(cerebellum) = &self.cerebellum {
            cerebellum.beliefs(report);
        }
    }

    fn save(&self, state: &mut State) {
        let mut writer = state.writer();
        writer.scope("senses", |writer| self.senses.save(writer));
        if let Some(basal_ganglia) = &self.basal_ganglia {
            writer.scope("basal_ganglia", |writer| basal_ganglia.save(writer));
        }
        if let Some(cerebellum) = &self.cerebellum {
            writer.scope("cerebellum", |writer| cerebellum.save(writer));
        }
        if let Some(motor_cortex) = &self.motor_cortex {
            writer.scope("motor_cortex", |writer| motor_cortex.save(writer));
        }
        if let Some(units) = &self.command_units {
            writer.scope("command_units", |writer| units.save(writer));
        }
    }

    fn load(&mut self, state: &State) -> Result<(), StateError> {
        let mut reader = state.reader();
        reader.scope("senses", |reader| self.senses.load(reader))?;
        if let Some(basal_ganglia) = &mut self.basal_ganglia {
            reader.scope("basal_ganglia", |reader| basal_ganglia.load(reader))?;
        }
        if let Some(cerebellum) = &mut self.cerebellum {
            reader.scope("cerebellum", |reader| cerebellum.load(reader))?;
        }
        if let Some(motor_cortex) = &mut self.motor_cortex {
            reader.scope("motor_cortex", |reader| motor_cortex.load(reader))?;
        }
        if let Some(units) = &mut self.command_units {
            reader.scope("command_units", |reader| units.load(reader))?;
        }
        reader.finish()
    }

    fn clone_agent(&self) -> Box<dyn Agent> {
        Box::new(self.clone())
    }
}

impl Brain {
    /// Reads an observation, and what the cerebellum adds to it. Missing values count as not given.
    fn see(&mut self, observation: &[f32]) {
        let (seen, told) = self.seen.split_at_mut(self.observations);
        let missing = std::iter::repeat(&f32::NAN);
        seen.iter_mut().zip(observation.iter().chain(missing)).for_each(|(slot, &value)| *slot = value);
        if let Some(cerebellum) = &mut self.cerebellum {
            cerebellum.predict(observation, told);
        }
    }
}
