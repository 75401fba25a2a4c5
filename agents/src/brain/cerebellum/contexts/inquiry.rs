//! An inquiry: the question which body this is, while it is open.

use crate::brain::cerebellum::context::{Context, LARGEST_SURPRISE, Settings, least};
use crate::state::{StateError, StateReader, StateWriter};

/// An explanation leaves less than this share of the squared error.
pub(super) const EXPLAINED: f64 = 0.5;
/// Steps before a known model may be switched to, before a candidate may, and before an inquiry is given up.
const RECOGNITION: u64 = 20;
const PROBATION: u64 = 100;
const LONGEST_INQUIRY: u64 = 400;
/// Steps over which errors are compared, of known models and of a candidate.
pub(super) const RECOGNITION_MEMORY: u64 = 30;
const INQUIRY_MEMORY: u64 = 100;
/// Steps without inquiry after one that found nothing.
const REST: u64 = 200;

/// What one step tells: regressors (padded) and targets, what the active model makes of them, and the mean square of every target.
pub(super) struct Step<'a> {
    pub(super) regressors: &'a [f64],
    pub(super) targets: &'a [f64],
    pub(super) innovations: &'a [f64],
    pub(super) spread: &'a [f64],
}

/// What an inquiry has come to.
pub(super) enum Verdict {
    /// Nothing yet, or nothing at all.
    Open,
    /// It is the body of that context.
    Known(usize),
    /// It is a new body, that of the candidate.
    New,
}

/// The question which body this is.
#[derive(Clone, Debug)]
pub(super) struct Inquiry {
    /// Steps since it was opened; 0 if there is none.
    steps: u64,
    /// Steps until one may be opened.
    rest: u64,
    candidate: Context,
    /// Targets that have surprised (0 or 1).
    suspects: Vec<f64>,
    /// Mean normalised squared errors on the suspects: of the active model and the candidate over the longer time, of every
    /// context over the shorter.
    active_error: f64,
    candidate_error: f64,
    errors: Vec<f64>,
}

impl Inquiry {
    /// None that is open.
    pub(super) fn new(settings: &Settings) -> Inquiry {
        Inquiry {
            steps: 0,
            rest: 0,
            candidate: Context::new(settings),
            suspects: vec![0.0; settings.targets],
            active_error: 0.0,
            candidate_error: 0.0,
            errors: vec![0.0; settings.capacity],
        }
    }

    /// Whether it is open.
    pub(super) fn is_open(&self) -> bool {
        self.steps > 0
    }

    /// Lets a step without inquiry pass; returns whether one may be opened.
    pub(super) fn rest(&mut self) -> bool {
        self.rest = self.rest.saturating_sub(1);
        self.rest == 0
    }

    /// Opens it, about the body of the active context.
    pub(super) fn open(&mut self, active: &Context) {
        self.candidate.start_from(active);
        self.suspects.fill(0.0);
        self.steps = 1;
    }

    /// Closes it.
    pub(super) fn close(&mut self) {
        self.steps = 0;
    }

    /// The model that is free to learn fast.
    pub(super) fn candidate(&mut self) -> &mut Context {
        &mut self.candidate
    }

    /// Targets that have surprised (0 or 1).
    pub(super) fn suspects(&self) -> &[f64] {
        &self.suspects
    }

    /// Tries the known contexts and the candidate on a step. What the candidate makes of it is left in `others`.
    pub(super) fn take_in(
        &mut self,
        step: &Step<'_>,
        known: &[Context],
        active: usize,
        threshold: f64,
        others: &mut [f64],
    ) {
        let &Step { regressors, targets, innovations, spread } = step;
        let present = &known[active];
        let mut suspects = 0.0;
        for (target, suspect) in self.suspects.iter_mut().enumerate() {
            if present.recent[target] > threshold * present.usual[target].max(least(spread[target])) {
                *suspect = 1.0;
            }
            suspects += *suspect;
        }
        let doubted = &self.suspects;
        let size = |innovations: &[f64]| {
            let mut sum = 0.0;
            for (target, innovation) in innovations.iter().enumerate() {
                let square = innovation * innovation / present.usual[target].max(least(spread[target]));
                sum += doubted[target] * square.min(LARGEST_SURPRISE);
            }
            sum / f64::max(suspects, 1.0)
        };
        let steps = self.steps;
        // At the first step the rate is 1, so that what an earlier inquiry left is forgotten.
        let take_in = |error: &mut f64, size: f64, memory: u64| *error += (size - *error) / steps.min(memory) as f64;
        let size_active = size(innovations);
        take_in(&mut self.active_error, size_active, INQUIRY_MEMORY);
        for (index, (error, context)) in self.errors.iter_mut().zip(known).enumerate() {
            if index == active {
                take_in(error, size_active, RECOGNITION_MEMORY);
            } else {
                context.model.innovations(regressors, targets, others);
                take_in(error, size(others), RECOGNITION_MEMORY);
            }
        }
        self.candidate.model.innovations(regressors, targets, others);
        take_in(&mut self.candidate_error, size(others), INQUIRY_MEMORY);
        self.candidate.judge(others, spread, RECOGNITION_MEMORY);
        self.steps += 1;
    }

    /// Decides which body it is, and closes the inquiry if it can be told, if all is calm again, or if it takes too long. So many
    /// contexts are `known`.
    pub(super) fn verdict(&mut self, active: usize, known: usize, calm: bool) -> Verdict {
        let others = (0..known).filter(|&index| index != active);
        let best = others.min_by(|&left, &right| self.errors[left].total_cmp(&self.errors[right]));
        match best {
            Some(known) if self.steps > RECOGNITION && self.errors[known] < EXPLAINED * self.errors[active] => {
                self.close();
                Verdict::Known(known)
            }
            _ if self.steps > PROBATION && calm => {
                self.close();
                Verdict::Open
            }
            _ if self.steps > PROBATION && self.candidate_error < EXPLAINED * self.active_error => {
                self.close();
                Verdict::New
            }
            _ if self.steps > LONGEST_INQUIRY => {
                self.close();
                self.rest = REST;
                Verdict::Open
            }
            _ => Verdict::Open,
        }
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.put_u64("steps", &[self.steps, self.rest]);
        writer.put_f64("suspects", &self.suspects);
        writer.put_f64("errors", &self.errors);
        writer.put_f64("candidate", &[self.active_error, self.candidate_error]);
        if self.steps > 0 {
            writer.scope("candidate", |writer| self.candidate.save(writer));
        }
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let mut steps = [0; 2];
        reader.get_u64("steps", &mut steps)?;
        reader.check("steps", &steps[..1], "steps of an inquiry", |steps| steps <= LONGEST_INQUIRY)?;
        reader.check("steps", &steps[1..], "steps of rest", |steps| steps <= REST)?;
        [self.steps, self.rest] = steps;
        reader.get_f64("suspects", &mut self.suspects)?;
        reader.get_f64("errors", &mut self.errors)?;
        let mut candidate = [0.0; 2];
        reader.get_f64("candidate", &mut candidate)?;
        [self.active_error, self.candidate_error] = candidate;
        if self.steps > 0 {
            reader.scope("candidate", |reader| self.candidate.load(reader))?;
        }
        Ok(())
    }
}
