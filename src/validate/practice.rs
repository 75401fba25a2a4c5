//! V15: effects of practice on the structure of the cerebellum, and their location.

use super::line::{Band, Mechanism, Outcome};
use super::session::{CURL, Lesson, Session, cohort, scheduled};
use super::setting::{Part, Setting};
use crate::catalog::AgentBlueprint;
use crate::stats::mean;
use crate::stats::rank::rank_correlation;
use anyhow::{Result, anyhow};
use etude_envs::Seed;
use rand::RngExt;

/// Number of trials of every subject; trials without practice come first.
const LIFE: usize = 640;
/// Least and largest number of trials of practice in every group.
const GROUPS: [(&str, [usize; 2]); 3] = [("none", [0, 0]), ("amateur", [16, 96]), ("professional", [160, 640])];
/// Standard deviation of the blur of the cursor, in m: no subject sees without noise.
const BLUR: f64 = 0.002;
/// Number of actions whose zones are practised, torques; the others are plans.
const TORQUES: usize = 2;

/// A subject at the end of its trials.
struct Subject {
    practice: f64,
    /// Capacity and number of synapses of the zones of torques and of plans.
    capacity: [f64; 2],
    synapses: [f64; 2],
}

fn subject(setting: &Setting<'_>, agent: &AgentBlueprint, range: [usize; 2], subject: Seed) -> Result<Subject> {
    let mut rng = subject.fan("practice", 0).rng();
    let practice = rng.random_range(range[0]..=range[1]);
    let life = format!("trials: {}, blur: {BLUR}", LIFE.saturating_sub(practice).max(1));
    let task = scheduled(setting, &format!("[{{{life}}}, {{field: curl, strength: {CURL}, blur: {BLUR}}}]"))?;
    let mut session = Session::new(agent, &task, subject)?;
    session.trials(LIFE, Lesson::Learnt)?;
    let (mut capacity, mut synapses) = ([0.0; 2], [0.0; 2]);
    session.agent.zones(&mut |action, size, count| {
        let serves = usize::from(action >= TORQUES);
        capacity[serves] += f64::from(size);
        synapses[serves] += count as f64;
    });
    if synapses.contains(&0.0) {
        return Err(anyhow!("agent `{}` gives no capacity to single actions", agent.name()));
    }
    Ok(Subject { practice: practice as f64, capacity, synapses })
}

/// The bands.
const BANDS: [(&str, Band); 4] = [
    ("rank correlation of practice and capacity, practised zones", Band::AtLeast(0.6)),
    ("capacity, professional - amateur", Band::Above(0.0)),
    ("capacity, amateur - none", Band::Above(0.0)),
    ("size of the rank correlation, other zones", Band::AtMost(0.3)),
];

/// V15. 640 trials, the last of which are practice in a curl field: none, 16 to 96 (amateurs) or 160 to 640
/// (professionals). Synapses grow and withdraw under one budget, subjects differ in talent, and all see the cursor with
/// a blur of 2 mm. Capacity is the number of synapses times their mean absolute weight, for the zones of the torques,
/// which respond to forces, and for the others, which plan the path.
pub fn capacity(setting: &Setting<'_>) -> Result<Outcome> {
    let axes = ["trials of practice", "capacity of practised zones"];
    let mut outcome = Outcome::titled("Practice and capacity", axes, Mechanism::Structure);
    let cerebellum = setting.agent.brain().and_then(|brain| brain.cerebellum.as_ref());
    if cerebellum.is_none_or(|own| own.feedback_error.is_none()) {
        for (measure, band) in BANDS {
            outcome.not_run(measure, band, "an agent that does not learn from feedback");
        }
        return Ok(outcome);
    }
    let groups = |synapses: &str| -> Result<Vec<Vec<Subject>>> {
        let agent = setting.altered(Part::Cerebellum, &format!("{{feedback_error: {{synapses: {synapses}}}}}"))?;
        let group = |(name, range): (&str, [usize; 2])| {
            cohort(setting, |seed| subject(setting, &agent, range, seed.fan(name, 0)))
        };
        GROUPS.into_iter().map(group).collect()
    };
    let groups_of = groups("{}")?;
    let (practised, others) = (0, 1);
    let correlation = |groups: &[Vec<Subject>], of: &dyn Fn(&Subject) -> f64| {
        let all: Vec<&Subject> = groups.iter().flatten().collect();
        let practice: Vec<f64> = all.iter().map(|one| one.practice).collect();
        rank_correlation(&practice, &all.iter().map(|one| of(one)).collect::<Vec<_>>())
    };
    let means = |zones: usize| -> Vec<f64> {
        let of = |group: &Vec<Subject>| mean(&group.iter().map(|one| one.capacity[zones]).collect::<Vec<_>>());
        groups_of.iter().map(of).collect()
    };
    let capacity = means(practised);
    let rho = [practised, others].map(|zones| correlation(&groups_of, &|one| one.capacity[zones]));
    let values = [rho[0], capacity[2] - capacity[1], capacity[1] - capacity[0], rho[1].abs()];
    for ((measure, band), value) in BANDS.into_iter().zip(values) {
        outcome.line(measure, value, band);
    }
    for (zones, which) in [("practised", practised), ("other", others)] {
        for ((name, _), capacity) in GROUPS.iter().zip(means(which)) {
            outcome.line(&format!("capacity, {name}, {zones} zones"), capacity, Band::Free);
        }
        let rho = correlation(&groups_of, &|one| one.synapses[which]);
        outcome.line(&format!("rank correlation of practice and synapses, {zones} zones"), rho, Band::Free);
    }
    for (name, synapses) in [("nothing grows", "{turnover: 0}"), ("all synapses are there", "null")] {
        let rho = correlation(&groups(synapses)?, &|one| one.capacity[practised]);
        outcome.line(&format!("rank correlation, practised zones, {name}"), rho, Band::Free);
    }
    let mut all: Vec<&Subject> = groups_of.iter().flatten().collect();
    all.sort_by(|one, other| one.practice.total_cmp(&other.practice));
    let at = all.iter().map(|one| one.practice).collect();
    outcome.course("subjects", at, vec![all.iter().map(|one| one.capacity[practised]).collect()]);
    Ok(outcome)
}
