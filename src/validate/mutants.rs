//! Mutants: brains broken on purpose, to test whether the validations notice.
//!
//! A band notices a mutant if the intact agent meets it and the mutant misses it, with the same subjects and seed.
//! Mutants of the cerebellum are tested with the adaptation experiments, mutants of the basal ganglia with conditioning
//! and learning from reward. Elsewhere they have almost no effect: conditioning has neither a desired trajectory nor
//! proprioceptors, and therefore no cerebellum; and where errors are shown and do not increase, the basal ganglia
//! hardly explore.

use super::list::Validation;
use super::setting::{Part, Setting};
use anyhow::Result;
use std::collections::BTreeSet;

/// A mutant of the brain.
pub struct Mutant {
    /// The defect.
    pub name: &'static str,
    /// The findings about the broken part, at least one of which should notice.
    pub subject: &'static [&'static str],
    part: Part,
    /// Settings of the part, in YAML's flow style; `null` leaves it out.
    settings: &'static str,
}

/// All mutants.
pub const MUTANTS: [Mutant; 19] = [
    Mutant {
        name: "no basal ganglia",
        subject: &["V7", "V8", "V9", "V16b"],
        part: Part::BasalGanglia,
        settings: "null",
    },
    Mutant {
        name: "slow site only",
        subject: &["V2", "V3"],
        part: Part::Cerebellum,
        settings: "{feedback_error: {fast: {rate: 0}}}",
    },
    Mutant {
        name: "fast site only",
        subject: &["V2", "V3"],
        part: Part::Cerebellum,
        settings: "{feedback_error: {slow: {rate: 0}}}",
    },
    Mutant {
        name: "equal rates",
        subject: &["V2", "V3"],
        part: Part::Cerebellum,
        // The mean of both sites' shipped constants.
        settings: "{feedback_error: {fast: {retention: 0.85, rate: 0.36}, slow: {retention: 0.85, rate: 0.36}}}",
    },
    Mutant {
        name: "binary climbing fibre",
        subject: &["V14"],
        part: Part::Cerebellum,
        settings: "{climbing_fibre: {binary: true}}",
    },
    Mutant {
        name: "unsigned dopamine",
        subject: &["V8", "V16b"],
        part: Part::BasalGanglia,
        settings: "{defect: unsigned}",
    },
    Mutant {
        name: "no dopamine adaptation",
        subject: &["V8", "V9"],
        part: Part::BasalGanglia,
        settings: "{defect: unadapted}",
    },
    Mutant {
        name: "no bootstrapping",
        subject: &["V7"],
        part: Part::BasalGanglia,
        settings: "{defect: no-bootstrapping}",
    },
    Mutant {
        name: "memory of errors off",
        subject: &["V4", "V24"],
        part: Part::Cerebellum,
        settings: "{feedback_error: {sensitivity: {largest: 1}}}",
    },
    Mutant {
        name: "delay 0",
        subject: &["V1", "V2", "V3"],
        part: Part::Cerebellum,
        settings: "{feedback_error: {delay: 0}}",
    },
    Mutant {
        name: "sign flipped",
        subject: &["V1"],
        part: Part::Cerebellum,
        settings: "{climbing_fibre: {defect: flipped}}",
    },
    Mutant {
        name: "dopamine's sign flipped",
        subject: &["V8", "V16b"],
        part: Part::BasalGanglia,
        settings: "{defect: flipped}",
    },
    Mutant { name: "sign-only dopamine", subject: &["V9"], part: Part::BasalGanglia, settings: "{defect: sign-only}" },
    Mutant { name: "no prediction", subject: &["V26"], part: Part::Cerebellum, settings: "{sensory_prediction: null}" },
    Mutant {
        name: "kept without reward",
        subject: &["V25"],
        part: Part::Cerebellum,
        settings: "{feedback_error: {unrewarded: 1}}",
    },
    Mutant {
        name: "basal ganglia unchecked",
        subject: &["V1"],
        part: Part::Cerebellum,
        settings: "{feedback_error: {failure: 0.001}}",
    },
    Mutant { name: "no re-aiming", subject: &["V10", "V11"], part: Part::MotorCortex, settings: "{error: {rate: 0}}" },
    Mutant { name: "no re-mapping", subject: &["V10"], part: Part::MotorCortex, settings: "{reward: {rate: 0}}" },
    Mutant { name: "no night", subject: &["V12"], part: Part::MotorCortex, settings: "{night: {rate: 0}}" },
];

impl Mutant {
    /// Whether the mutation can affect a finding's experiment.
    pub fn touches(&self, finding: &Validation) -> bool {
        let experiments: &[&str] = match self.part {
            Part::Cerebellum => &["V1", "V2", "V3", "V4", "V14", "V24", "V25", "V26"],
            Part::BasalGanglia => &["V7", "V8", "V9", "V16b"],
            Part::MotorCortex => &["V10", "V11", "V12"],
        };
        experiments.contains(&finding.id)
    }

    /// The verdicts on these findings, in order.
    ///
    /// # Errors
    /// The errors of [`Validation::run`].
    pub fn run(&self, setting: &Setting<'_>, findings: &[&Validation]) -> Result<Verdicts> {
        let agent = setting.altered(self.part, self.settings)?;
        Verdicts::new(&Setting { agent, ..setting.clone() }, findings)
    }
}

/// The bands that were met and missed, as `V1: measure`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// Bands that were met.
    pub met: Vec<String>,
    /// Bands that were missed.
    pub missed: Vec<String>,
}

impl Verdicts {
    /// Runs findings.
    ///
    /// # Errors
    /// The errors of [`Validation::run`].
    pub fn new(setting: &Setting<'_>, findings: &[&Validation]) -> Result<Verdicts> {
        let mut verdicts = Verdicts::default();
        for finding in findings {
            verdicts.count(finding.id, &finding.run(setting)?.lines);
        }
        Ok(verdicts)
    }

    /// Adds the lines of a finding.
    pub fn count(&mut self, id: &str, lines: &[super::Line]) {
        for line in lines.iter().filter(|line| line.judged()) {
            let list = if line.met() { &mut self.met } else { &mut self.missed };
            list.push(format!("{id}: {}", line.measure));
        }
    }

    /// The bands that the intact agent met and a mutant missed.
    pub fn noticed(&self, mutant: &Verdicts) -> Vec<String> {
        let met: BTreeSet<&String> = self.met.iter().collect();
        mutant.missed.iter().filter(|band| met.contains(band)).cloned().collect()
    }
}

/// The findings that any mutant can affect.
pub fn touched<'a>(findings: &[&'a Validation]) -> Vec<&'a Validation> {
    findings.iter().filter(|finding| MUTANTS.iter().any(|mutant| mutant.touches(finding))).copied().collect()
}

/// The bands noticed by a mutant that belong to its own subject.
pub fn of_subject<'a>(mutant: &Mutant, noticed_by: &'a [String]) -> Vec<&'a String> {
    let of = |band: &&String| band.split_once(':').is_some_and(|(id, _)| mutant.subject.contains(&id));
    noticed_by.iter().filter(of).collect()
}

#[cfg(test)]
mod tests {
    use super::super::VALIDATIONS;
    use super::*;
    use crate::catalog::Catalog;
    use etude_envs::Seed;

    #[test]
    fn every_mutant_is_another_brain_and_goes_through_the_experiments_on_its_subject() {
        let catalog = Catalog::default();
        let agent = catalog.agent("brain").unwrap();
        let setting = Setting { catalog: &catalog, agent, subjects: 1, seed: Seed(0), targets: None, threads: 1 };
        for mutant in &MUTANTS {
            let altered = setting.altered(mutant.part, mutant.settings).unwrap();
            assert_ne!(altered.brain(), setting.agent.brain(), "{}", mutant.name);
            for subject in mutant.subject {
                let finding = VALIDATIONS.iter().find(|finding| finding.id == *subject).unwrap();
                assert!(mutant.touches(finding), "{}: {subject}", mutant.name);
            }
        }
    }

    #[test]
    fn a_band_that_the_intact_agent_misses_cannot_notice() {
        let verdicts = |met: &[&str], missed: &[&str]| Verdicts {
            met: met.iter().map(|band| band.to_string()).collect(),
            missed: missed.iter().map(|band| band.to_string()).collect(),
        };
        let intact = verdicts(&["V1: a", "V1: b", "V2: c"], &["V2: d"]);
        let mutant = verdicts(&["V1: a"], &["V1: b", "V2: c", "V2: d"]);
        let noticed = intact.noticed(&mutant);
        assert_eq!(noticed, ["V1: b", "V2: c"]);
        let sign = MUTANTS.iter().find(|mutant| mutant.name == "sign flipped").unwrap();
        assert_eq!(of_subject(sign, &noticed), ["V1: b"]);
    }
}
