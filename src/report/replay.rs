//! Subjects at what they have learned, to be played in the page: one of the reference and its twin in the group that the finding
//! is about, each in the first episode of its last evaluation.
//!
//! An episode follows from a subject's checkpoint and seeds, so that a report made anew has the same films. A page that is
//! printed or has no scripts shows a still of each.

use crate::catalog::Catalog;
use crate::figure::{Escaped, number, packed, still};
use crate::report::page::Page;
use crate::run::folder::checkpoint_path;
use crate::run::subject::Subject;
use crate::show::{FOOTAGE_SIZE, Footage, footage};
use crate::stats::Curve;
use crate::transfer::results::{GroupResult, Results, complete};
use crate::transfer::schedule::{Leg, Schedule};
use crate::transfer::spec::TransferSpec;
use crate::transfer::workers::checkpoint_name;
use etude_envs::Seed;
use etude_envs::document::Document;
use std::path::Path;
use std::sync::Arc;

/// Characters of a film in the page at most.
const MOST: usize = 200_000;
const SCRIPT: &str = include_str!("replay.js");

/// A subject's film.
pub struct Take {
    /// Position of its group in the experiment.
    group: usize,
    name: String,
    subject: u64,
    footage: Footage,
}

/// Films of the subjects that are shown, or why there are none, in words.
pub type Takes = Result<Vec<Take>, &'static str>;

/// Plays the episodes of a finished experiment: those of the group `main`, if there is one, and of the reference.
pub fn takes(catalog: &Catalog, folder: &Path, spec: &TransferSpec, results: &Results, main: Option<&str>) -> Takes {
    let schedule = Schedule::new(&spec.experiment);
    let groups: Vec<(usize, &GroupResult)> = [Some(spec.experiment.reference.as_str()), main]
        .into_iter()
        .flatten()
        .filter_map(|name| results.groups.iter().enumerate().find(|(_, group)| group.name == name))
        .collect();
    let Some(place) = typical(&groups) else { return Err("no group has a subject") };
    let take = |&(group, result): &(usize, &GroupResult)| {
        let subject = result.subjects.get(place).map(|subject| subject.subject).ok_or("a subject is missing")?;
        let leg = schedule.groups[group].last().map(|&leg| &schedule.legs[leg]).ok_or("a group has no test")?;
        let practised = practised(catalog, folder, spec, leg, subject)?;
        let footage = footage(&practised).map_err(|_| "an agent acts in numbers that are not finite")?;
        if footage.pictures.is_empty() {
            return Err("an episode is over at its first step");
        }
        Ok(Take { group, name: result.name.clone(), subject, footage })
    };
    groups.iter().map(take).collect()
}

/// The place of the subject of which the last score in the second group, minus that of its twin in the first, is the median; of a
/// single group, the one whose last score is.
fn typical(groups: &[(usize, &GroupResult)]) -> Option<usize> {
    let lasts: Vec<Vec<f64>> =
        groups.iter().map(|(_, group)| group.tests().iter().map(Curve::last).collect()).collect();
    let (first, last) = (lasts.first()?, lasts.last()?);
    let gain = |place: usize| if lasts.len() > 1 { last[place] - first[place] } else { last[place] };
    let mut places: Vec<usize> = (0..first.len().min(last.len())).collect();
    places.sort_by(|&one, &other| gain(one).total_cmp(&gain(other)));
    places.get(places.len().saturating_sub(1) / 2).copied()
}

/// A subject as it is at the end of a leg.
fn practised(
    catalog: &Catalog,
    folder: &Path,
    spec: &TransferSpec,
    leg: &Leg,
    subject: u64,
) -> Result<Subject, &'static str> {
    let path = checkpoint_path(folder, &checkpoint_name(subject, &leg.name));
    if !path.exists() {
        return Err("a checkpoint is not in the folder");
    }
    let checkpoint = complete(&path).map_err(|_| "a checkpoint cannot be used")?;
    let key = leg.block.task_key();
    let task = match spec.tasks_yaml.get(&key).filter(|yaml| !yaml.is_empty()) {
        Some(yaml) => Document::parse(&key, yaml).ok().and_then(|document| catalog.tasks.task_from(&document).ok()),
        // A task made in code.
        None => catalog.tasks.task(&leg.block.task).ok(),
    };
    let agent = spec.agents_yaml.get(&leg.agent).and_then(|yaml| Document::parse(&leg.agent, yaml).ok());
    let agent = agent.and_then(|document| catalog.agent_from(&document).ok());
    let (Some(task), Some(agent)) = (task, agent) else {
        return Err("the agent or the task is not one of this program's own");
    };
    let plan = Arc::new(leg.plan(task, agent, spec.experiment.evaluate_every, spec.experiment.evaluation_episodes));
    let restored = Subject::new(&plan, Seed(spec.experiment.seed), subject).and_then(|mut practised| {
        practised.restore(&checkpoint)?;
        Ok(practised)
    });
    restored.map_err(|_| "a checkpoint cannot be used")
}

/// Puts the films into the page, or says why there are none.
pub fn show(page: &mut Page, test: &str, takes: &Takes) {
    page.section("After the test");
    let takes = match takes {
        Ok(takes) => takes,
        Err(why) => return page.paragraph("quiet", &format!("There is no replay: {why}.")),
    };
    page.markup("<figure class=\"replay\"><div class=\"panels\">");
    let mut files = String::new();
    for Take { group, name, subject, footage } in takes {
        let Footage { interval, pictures, score } = footage;
        let film = match packed(pictures, FOOTAGE_SIZE, *interval, MOST) {
            Ok(film) => film,
            Err(_) => continue,
        };
        // Late enough for what there is to be seen to have happened.
        let moment = pictures.len() * 3 / 4;
        let title = format!("{name}, subject {subject}");
        let description = format!(
            "A moment of an episode on {test}, {:.1} s after its start: subject {subject} of group {name}, whose score in it is {}.",
            moment as f64 * interval,
            number(f64::from(*score))
        );
        let svg = still(&title, &description, FOOTAGE_SIZE, &pictures[moment]);
        let path = page.file(&format!("replay-{name}"), &svg);
        let escaped = Escaped(name);
        files.push_str(&format!(" <a href=\"{path}\">Still of {escaped}</a>"));
        page.markup(format_args!(
            "<div class=\"panel\" data-film=\"{film}\"><p><span class=\"figure\" aria-hidden=\"true\"><span class=\"c{}\">■</span></span> \
             <strong>{escaped}</strong>, subject {subject}: score {} in this episode</p>\n{}</div>",
            group % 8,
            number(f64::from(*score)),
            svg.inline()
        ));
    }
    let chosen = match takes.len() {
        1 => "Of all subjects this one has the median last score.",
        _ => "Of all pairs of twins this one has the median difference in last score.",
    };
    let caption = format!(
        "The first episode of the last evaluation on {test}, learning disabled, in real time: its first 10 s at most. An episode that \
         has ended stays at its last picture. {chosen}"
    );
    page.markup(format_args!(
        "</div><div class=\"controls\" hidden><button type=\"button\">Play</button>\
         <input type=\"range\" min=\"0\" value=\"0\" aria-label=\"Time in the episode\"><span class=\"time\"></span></div>\
         <figcaption>{}{files}</figcaption></figure>\n<script>\n{SCRIPT}</script>",
        Escaped(&caption)
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::results::SubjectResult;

    #[test]
    fn nothing_in_the_script_ends_it() {
        assert!(SCRIPT.is_ascii() && !SCRIPT.contains('<') && !SCRIPT.contains("http"));
    }

    #[test]
    fn the_pair_that_is_shown_has_the_median_gain() {
        let group = |name: &str, lasts: &[f64]| {
            let subject = |(subject, &last): (usize, &f64)| {
                let curves = vec![Curve::new(vec![(0, 0.0), (100, last)])];
                SubjectResult { subject: subject as u64, seed: 0, curves }
            };
            GroupResult { name: name.into(), subjects: lasts.iter().enumerate().map(subject).collect() }
        };
        // Gains of 0.5, -0.1, 0.2, 0.4 and 0.1.
        let scratch = group("scratch", &[0.1, 0.3, 0.1, 0.5, 0.6]);
        let transfer = group("transfer", &[0.6, 0.2, 0.3, 0.9, 0.7]);
        assert_eq!(typical(&[(0, &scratch), (1, &transfer)]), Some(2));
        // The last scores alone.
        assert_eq!(typical(&[(0, &scratch)]), Some(1));
        let nobody = group("nobody", &[]);
        assert_eq!((typical(&[(0, &nobody)]), typical(&[])), (None, None));
    }
}
