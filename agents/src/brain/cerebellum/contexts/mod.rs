//! Contexts: which of several bodies the present one is, told by which forward model predicts it.
//!
//! As in MOSAIC (Wolpert & Kawato 1998; Haruno, Wolpert & Kawato 2001) every context has a model of its own and the one that
//! predicts best is responsible; here one at a time, so that only it pays for learning. Context 0 is the reference: the body
//! on which the skill is practised, whose model goes on learning as long as nothing else is noticed.
//!
//! Surprise is the recent squared error of a proprioceptor over its long average, for the proprioceptor where it is largest.
//! Surprise alone is no change: rough ground surprises too. It starts an inquiry, in which a candidate model, free to learn
//! fast, and all known models are tried on what surprises. A known model that halves the error is switched to at once; a
//! candidate that halves it becomes a new context: only what can be predicted after all is a change of the body.

mod inquiry;

use super::climbing_fibre::{ClimbingFibre, ClimbingFibreConfig};
use super::context::{Context, LARGEST_SURPRISE, Settings, USUAL_MEMORY, learn_from, least};
use crate::brain::least_squares::LeastSquares;
use crate::state::{StateError, StateReader, StateWriter};

use inquiry::{EXPLAINED, Inquiry, RECOGNITION_MEMORY, Step, Verdict};

/// Steps over which errors are compared with the reference's in a changed body.
const TRUST_MEMORY: u64 = 200;
/// Steps in a changed body before its model is compared with the reference.
const FIRST_COMPARISON: u64 = 30;
/// A model that explains no more of the reference's squared error than this share is not that of another body.
const WORTH_KEEPING: f64 = 0.1;
/// A body left for the practised one within so many steps was a mistake, and is forgotten.
const SHORTEST_CONTEXT: u64 = 1000;
/// Steps before a context other than the reference can be surprised.
const SETTLING: u64 = 300;

/// The bank of models.
#[derive(Clone, Debug)]
pub(super) struct Contexts {
    settings: Settings,
    fibres: Vec<ClimbingFibre>,
    /// As many as there can be; the first `known` are.
    contexts: Vec<Context>,
    known: usize,
    active: usize,
    clock: u64,
    /// Steps in changed bodies, taken for one or for several, since a longer stay in the practised one; steps of the present
    /// stay there; and whether things have gone worse than expected meanwhile, so that a correction is called for.
    away: u64,
    home: u64,
    worse: bool,
    inquiry: Inquiry,
    /// Mean square of every target.
    spread: Vec<f64>,
    /// In a changed body: squared errors of the active and the reference model by target, the steps that they are averaged
    /// over, and the trust that follows.
    own: Vec<f64>,
    reference: Vec<f64>,
    compared: u64,
    gates: Vec<f64>,
    surprise: f64,
    fibre: f64,
    innovations: Vec<f64>,
    others: Vec<f64>,
    signals: Vec<f64>,
}

impl Contexts {
    pub(super) fn new(settings: Settings, fibre: &ClimbingFibreConfig) -> Contexts {
        let zeros = || vec![0.0; settings.targets];
        Contexts {
            fibres: vec![ClimbingFibre::new(fibre); settings.targets],
            contexts: vec![Context::new(&settings); settings.capacity],
            known: 1,
            active: 0,
            clock: 0,
            away: 0,
            home: 0,
            worse: false,
            inquiry: Inquiry::new(&settings),
            spread: zeros(),
            own: zeros(),
            reference: zeros(),
            compared: 0,
            gates: zeros(),
            surprise: 0.0,
            fibre: 0.0,
            innovations: zeros(),
            others: zeros(),
            signals: zeros(),
            settings,
        }
    }

    /// Which of the bodies that it knows it takes itself to be in, 0 being the first, and how many it knows.
    pub(super) fn place(&self) -> [usize; 2] {
        [self.active, self.known]
    }

    /// Whether the body is another than the practised one.
    pub(super) fn changed(&self) -> bool {
        self.active != 0
    }

    /// Whether it is, and things go worse in it than expected: a skill that copes needs no correction.
    pub(super) fn correcting(&self) -> bool {
        self.changed() && self.worse
    }

    /// Models of the present and of the reference body.
    pub(super) fn models(&self) -> (&LeastSquares, &LeastSquares) {
        (&self.contexts[self.active].model, &self.contexts[0].model)
    }

    /// For every target, how far its present model is to be trusted over the reference, in [0, 1]: by how much larger than
    /// usual the reference's squared error was, at most, in this stay, and by the share of it that the present model explained.
    pub(super) fn gates(&self) -> &[f64] {
        &self.gates
    }

    /// The largest of them; 0 where there is nothing to correct.
    pub(super) fn trust(&self) -> f64 {
        if self.correcting() { self.gates.iter().fold(0.0, |most: f64, &gate| most.max(gate)) } else { 0.0 }
    }

    /// How new the changed body still is, from 1 down to 0 when it has become one's own: what stays changed becomes the body
    /// that the skill has to fit.
    pub(super) fn newness(&self) -> f64 {
        (1.0 - self.away as f64 / self.settings.adoption as f64).max(0.0)
    }

    /// The trust, fading as the body becomes one's own.
    pub(super) fn novelty(&self) -> f64 {
        self.trust() * self.newness()
    }

    /// Recent over usual squared error of the active model, where it is largest.
    pub(super) fn surprise(&self) -> f64 {
        self.surprise
    }

    /// Mean magnitude of the last climbing-fibre signals, in standard deviations.
    pub(super) fn climbing_fibre(&self) -> f64 {
        self.fibre
    }

    /// The usual squared error of the reference model for a target in the practised body, never 0.
    pub(super) fn usual(&self, target: usize) -> f64 {
        self.contexts[0].usual[target].max(least(self.spread[target]))
    }

    /// How far the present model is to be trusted for a target, in [0, 1]: 1 where it predicts the changes without error, 0
    /// where it leaves three tenths of their mean square.
    pub(super) fn foresight(&self, target: usize) -> f64 {
        let unexplained = self.contexts[self.active].usual[target] / self.spread[target].max(f64::MIN_POSITIVE);
        (1.0 - unexplained / 0.3).clamp(0.0, 1.0)
    }

    /// Takes in one step: regressors (padded) and targets, all finite, and whether things go worse than expected.
    pub(super) fn learn(&mut self, regressors: &[f64], targets: &[f64], worse: bool) {
        self.clock += 1;
        if self.changed() {
            self.worse |= worse;
            (self.away, self.home) = (self.away + 1, 0);
        } else {
            self.home += 1;
            if self.home >= SHORTEST_CONTEXT {
                (self.worse, self.away) = (false, 0);
            }
        }
        let rate = 1.0 / self.clock.min(USUAL_MEMORY) as f64;
        for (spread, target) in self.spread.iter_mut().zip(targets) {
            *spread += rate * (target * target - *spread);
        }
        let settings = self.settings;
        // In a body that is new a false alarm costs little, and a late one much.
        let new = self.changed() && self.newness() > 0.0;
        let window = if new { RECOGNITION_MEMORY } else { settings.window };
        let active = &mut self.contexts[self.active];
        active.model.innovations(regressors, targets, &mut self.innovations);
        self.surprise = active.judge(&self.innovations, &self.spread, window);
        active.last = self.clock;
        if self.changed() {
            self.compare(regressors, targets);
        }
        if self.inquiry.is_open() {
            self.inquire(regressors, targets);
            return;
        }
        let active = &mut self.contexts[self.active];
        let forgetting = if self.active == 0 { settings.reference_forgetting } else { settings.kept_of(active.age) };
        self.fibre = learn_from(active, &mut self.fibres, regressors, &self.innovations, &mut self.signals, forgetting);
        let settled = active.age >= if self.active == 0 { settings.arming } else { SETTLING };
        let rested = self.inquiry.rest();
        if settled && rested && self.surprise > settings.threshold {
            self.inquiry.open(active);
        }
    }

    /// Compares the active model with the reference, and goes back to the reference if it explains nothing more.
    fn compare(&mut self, regressors: &[f64], targets: &[f64]) {
        self.contexts[0].model.innovations(regressors, targets, &mut self.others);
        self.compared += 1;
        let rate = 1.0 / self.compared.min(TRUST_MEMORY) as f64;
        for target in 0..self.own.len() {
            let usual = self.usual(target);
            let square = |innovation: f64| (innovation * innovation / usual).min(LARGEST_SURPRISE);
            self.own[target] += rate * (square(self.innovations[target]) - self.own[target]);
            self.reference[target] += rate * (square(self.others[target]) - self.reference[target]);
        }
        if self.compared < FIRST_COMPARISON {
            return;
        }
        let mut most = f64::MIN;
        for ((gate, own), reference) in self.gates.iter_mut().zip(&self.own).zip(&self.reference) {
            let explained = 1.0 - own / reference.max(f64::MIN_POSITIVE);
            most = most.max(explained);
            // Chance alone explains up to a quarter or so; what explains half has all trust, if there is clearly more to
            // explain than in the practised body. Trust is kept as long as the body: where the correction succeeds there is
            // little to be told by, and an actor cannot learn beneath a correction that comes and goes.
            let better = ((explained - 0.25) / (EXPLAINED - 0.25)).clamp(0.0, 1.0);
            *gate = (better * (reference - 1.5).clamp(0.0, 1.0)).max(*gate);
        }
        if most <= WORTH_KEEPING {
            let left = self.active;
            self.inquiry.close();
            self.switch(0);
            if self.contexts[left].age < SHORTEST_CONTEXT {
                self.known -= 1;
                self.contexts.swap(left, self.known);
            }
        }
    }

    /// Goes on with the inquiry.
    fn inquire(&mut self, regressors: &[f64], targets: &[f64]) {
        let step = Step { regressors, targets, innovations: &self.innovations, spread: &self.spread };
        let (known, threshold) = (&self.contexts[..self.known], self.settings.threshold);
        self.inquiry.take_in(&step, known, self.active, threshold, &mut self.others);
        let (candidate, forgetting) = (self.inquiry.candidate(), self.settings.forgetting);
        self.fibre = learn_from(candidate, &mut self.fibres, regressors, &self.others, &mut self.signals, forgetting);
        let calm = self.surprise < 0.5 * threshold;
        match self.inquiry.verdict(self.active, self.known, calm) {
            Verdict::Open => {}
            Verdict::Known(context) => self.switch(context),
            Verdict::New => {
                let slot = self.slot();
                let (candidate, clock) = (self.inquiry.candidate(), self.clock);
                candidate.last = clock;
                // What it made of the body at first is not what is usual for it.
                candidate.usual.copy_from_slice(&candidate.recent);
                self.contexts[slot].copy(candidate);
                self.switch(slot);
            }
        }
    }

    /// Where a new context can go: a free place, or that of the one not needed for longest, the reference excepted.
    fn slot(&mut self) -> usize {
        if self.known < self.contexts.len() {
            self.known += 1;
            return self.known - 1;
        }
        let old = (1..self.known).min_by_key(|&index| self.contexts[index].last);
        old.unwrap_or(0)
    }

    /// Makes a context the active one. Until it has been compared, what surprised is what it is trusted on.
    fn switch(&mut self, context: usize) {
        self.active = context;
        let context = &mut self.contexts[context];
        context.last = self.clock;
        context.recent.copy_from_slice(&context.usual);
        self.compared = 0;
        self.own.fill(0.0);
        self.reference.fill(0.0);
        self.gates.copy_from_slice(self.inquiry.suspects());
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_u64("which", &[self.known as u64, self.active as u64, self.clock, self.compared]);
        writer.put_u64("stay", &[self.away, self.home, u64::from(self.worse)]);
        for (index, context) in self.contexts[..self.known].iter().enumerate() {
            writer.scope(&format!("context_{index}"), |writer| context.save(writer));
        }
        writer.scope("inquiry", |writer| self.inquiry.save(writer));
        writer.put_f64("spread", &self.spread);
        writer.put_f64("own", &self.own);
        writer.put_f64("reference", &self.reference);
        writer.put_f64("gates", &self.gates);
        writer.put_f64("last", &[self.surprise, self.fibre]);
        for (target, fibre) in self.fibres.iter().enumerate() {
            fibre.save(&format!("rate_{target}"), writer);
        }
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let mut which = [0; 4];
        reader.get_u64("which", &mut which)?;
        let capacity = self.contexts.len() as u64;
        reader.check("which", &which[..1], "a count of contexts", |known| (1..=capacity).contains(&known))?;
        let known = which[0];
        reader.check("which", &which[1..2], "the index of a context", |active| active < known)?;
        reader.check("which", &which[2..], "a count of steps below 2^62", |count| count < 1 << 62)?;
        (self.known, self.active) = (known as usize, which[1] as usize);
        (self.clock, self.compared) = (which[2], which[3]);
        let mut stay = [0; 3];
        reader.get_u64("stay", &mut stay)?;
        reader.check("stay", &stay[..2], "a count of steps below 2^62", |count| count < 1 << 62)?;
        reader.check("stay", &stay[2..], "0 or 1", |flag| flag <= 1)?;
        (self.away, self.home, self.worse) = (stay[0], stay[1], stay[2] == 1);
        for (index, context) in self.contexts[..self.known].iter_mut().enumerate() {
            reader.scope(&format!("context_{index}"), |reader| context.load(reader))?;
        }
        reader.scope("inquiry", |reader| self.inquiry.load(reader))?;
        reader.get_f64("spread", &mut self.spread)?;
        reader.get_f64("own", &mut self.own)?;
        reader.get_f64("reference", &mut self.reference)?;
        reader.get_f64("gates", &mut self.gates)?;
        reader.check("gates", &self.gates, "a number from 0 to 1", |gate| (0.0..=1.0).contains(&gate))?;
        let mut last = [0.0; 2];
        reader.get_f64("last", &mut last)?;
        [self.surprise, self.fibre] = last;
        for (target, fibre) in self.fibres.iter_mut().enumerate() {
            fibre.load(&format!("rate_{target}"), reader)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
