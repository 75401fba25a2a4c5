//! `report.html`: what an experiment asked, found and did, for someone who reads nothing else.
//!
//! The page is made of `run.yaml`, `evaluations.csv`, the signals in `logs/`, and the checkpoints of the subjects that it shows, and is
//! the same to the last byte whenever it is made. It needs no network, and no scripts: they only play what is a still without
//! them. Every figure is also a file in `figures/`.

pub mod definitions;
mod design;
mod effects;
mod finding;
pub mod page;
mod replay;
mod signals;

pub use design::{agent as agent_in_words, describe as block_in_words};

use crate::catalog::Catalog;
use crate::experiment::{Block, ExperimentSpec};
use crate::figure::text;
use crate::figure::{
    Escaped, Line, Quantity, Series, interval_in_words, learning, number, p_value, profile, signal, steps,
};
use crate::report::effects::Breadth;
use crate::report::page::Page;
use crate::run::folder::{RunFolder, RunRecord, read_record};
use crate::stats::Curve;
use crate::transfer::measures::FEWEST_SUBJECTS;
use crate::transfer::results::{GroupResult, Results, SubjectResult};
use crate::transfer::spec::TransferSpec;
use crate::transfer::summary::{PracticeSummary, Summary};
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::path::Path;

/// Writes the report of an experiment and its figures. Subjects are shown if the catalog has their agents and tasks.
///
/// # Errors
/// A damaged log of signals, or a folder that cannot be written to.
pub fn write(catalog: &Catalog, folder: &RunFolder, results: &Results, summary: &Summary) -> Result<()> {
    let record = read_record::<TransferSpec>(folder.path())?;
    let shown = record.run.signals_every > 0;
    let signals = shown.then(|| signals::read(folder.path(), &record.run)).transpose()?.unwrap_or_default();
    let spec = &record.run.experiment;
    let main = finding::main(spec).map(|(name, _)| name.as_str());
    let takes = replay::takes(catalog, folder.path(), &record.run, results, main);
    let page = Report { record: &record, spec, results, summary }.page(signals, &takes)?;
    for (path, figure) in &page.figures {
        folder.write(path, figure.as_bytes())?;
    }
    folder.write("report.html", page.html().as_bytes())
}

/// Makes the report of a folder anew, and sums the experiment up.
///
/// # Errors
/// A folder that holds no finished experiment, damaged files, or a folder that cannot be written to.
pub fn rebuild(catalog: &Catalog, path: &Path) -> Result<Summary> {
    let record = read_record::<TransferSpec>(path)?;
    let table = path.join("evaluations.csv");
    if !table.exists() {
        bail!(
            "{} is not finished: it has no evaluations.csv; resume it with `etude transfer … --resume`",
            path.display()
        );
    }
    let located = || format!("the tables of {} cannot be used", path.display());
    let table = File::open(&table).with_context(located)?;
    let results = Results::read(&record.run.experiment, &record.run.subjects(), table).with_context(located)?;
    if record.run.signals_every > 0 {
        // Looked at before anything is written.
        signals::read(path, &record.run).with_context(located)?;
    }
    let summary = Summary::new(&record.run, &results);
    let folder = RunFolder::open(path, &record.run, true)?;
    write(catalog, &folder, &results, &summary)?;
    Ok(summary)
}

/// Why a measure may have no value.
pub const UNDEFINED: &str = "Undefined: steps to a criterion that no subject of either group reached, or a ratio to 0.";

struct Report<'a> {
    record: &'a RunRecord<TransferSpec>,
    spec: &'a ExperimentSpec,
    results: &'a Results,
    summary: &'a Summary,
}

impl Report<'_> {
    fn page(&self, signals: Vec<(usize, Vec<Line>)>, takes: &replay::Takes) -> Result<Page> {
        let mut page = Page::new(&format!("{}: {}", self.spec.experiment, self.spec.question));
        self.head(&mut page);
        self.design(&mut page);
        self.test(&mut page);
        replay::show(&mut page, &self.spec.test.task, takes);
        self.measures(&mut page);
        self.subjects(&mut page);
        self.practice(&mut page);
        self.signals(&mut page, signals);
        self.everyone(&mut page);
        self.what_was_run(&mut page);
        Ok(page)
    }

    fn head(&self, page: &mut Page) {
        let spec = self.spec;
        page.paragraph("kind", "A transfer experiment");
        page.markup(format_args!("<h1>{}</h1>", Escaped(&spec.experiment)));
        page.paragraph("question", &spec.question);
        let finding = finding::finding(spec, self.summary);
        page.markup(format_args!("<div class=\"finding\"><p>{}</p></div>", Escaped(&finding.lead)));
        if !finding.others.is_empty() {
            page.list(&finding.others);
        }
        page.paragraph(
            "quiet",
            &format!(
                "{} subjects in each group, paired: subject i has the same seed, and so the same naive agent and the same \
                 evaluation episodes, in all of them. A difference is called clear if its 95 % interval excludes the value of no \
                 effect, its p-value, adjusted for all {} tests of the experiment (Holm 1979), is below 0.05, and there are \
                 at least {FEWEST_SUBJECTS} subjects. Subjects whose practice failed are included.",
                self.subject_count(),
                self.summary.tests
            ),
        );
    }

    fn design(&self, page: &mut Page) {
        page.section("What the groups did");
        let caption = format!(
            "Time runs from left to right. Every group is tested on {} for {} steps. Dashed: learning disabled \
             (fixed), or no reward.",
            self.spec.test.task,
            text::steps(self.spec.test.steps as f64)
        );
        page.figure("design", &design::picture("Design of the experiment", self.spec), &caption);
        let agents = design::agents(self.spec);
        if !agents.is_empty() {
            page.paragraph("quiet", &format!("Subjects are the agent {}, except in these groups:", self.spec.agent));
            page.list(&agents);
        }
    }

    fn test(&self, page: &mut Page) {
        let (spec, summary) = (self.spec, self.summary);
        page.section("Learning in the test");
        let title = format!("Score in the test on {}", spec.test.task);
        let caption = format!(
            "Score in evaluations with learning disabled, every {} steps: the interquartile mean over subjects with its 95 % \
             interval. The thin line is the criterion, {}.",
            text::steps(spec.evaluate_every as f64),
            summary.criterion
        );
        let series = self.series(|group| Some(group.tests()));
        let figure = learning(&title, &series, Some(&spec.reference), Some(summary.criterion));
        page.figure("test", &figure, &caption);
        let rows = summary.groups.0.iter().map(|(name, group)| {
            vec![
                name.clone(),
                number(group.score_first_iqm),
                number(group.score_final_iqm),
                interval_in_words(group.score_final_low.zip(group.score_final_high), Quantity::Number),
                number(group.area),
                group.steps_to_criterion.map_or("not reached".into(), steps),
                format!("{}/{}", group.reached_criterion, group.subjects),
            ]
        });
        let header = ["group", "first", "last", "95 % interval", "mean", "steps to criterion", "reached it"];
        page.table(&header, 1, rows);
        let budget = steps(summary.test_steps as f64);
        page.paragraph(
            "quiet",
            &format!(
                "First and last score: interquartile means. Steps to criterion: a restricted mean, in which a subject that \
                 never reached it counts with all {budget} steps; not reached if no subject did."
            ),
        );
    }

    fn measures(&self, page: &mut Page) {
        let summary = self.summary;
        if summary.measures.0.is_empty() {
            return;
        }
        page.section("What the practice was worth");
        let caption = format!(
            "Against {} unless stated otherwise (retention and savings: against the group's own first learning), with 95 % \
             intervals over whole subjects. Filled dots: clear effects, adjusted for all {} tests; measures that follow from one \
             another share a test. Vertical line: no effect. Right is better, except for forgetting and interference.",
            summary.reference, summary.tests
        );
        let colour = |comparison: &str| {
            let name = comparison.split(' ').next().unwrap_or_default();
            self.spec.groups.names().position(|known| known == name).unwrap_or(0)
        };
        for (theme, name, heading) in definitions::THEMES {
            let mut drawn = definitions::ALL.iter().filter(|definition| definition.figure == Some(theme));
            if drawn.any(|definition| summary.of(definition.measure).any(|(_, measure)| measure.value.is_some())) {
                page.markup(format_args!("<h3>{heading}</h3>"));
                let title = format!("Measures of transfer: {heading}");
                let forest = |breadth| effects::forest(&title, theme, summary, breadth, colour);
                let [narrow, wide] = [Breadth::Narrow, Breadth::Page].map(forest);
                page.figure_in_two(name, [&narrow, &wide], &caption);
            }
        }
        page.markup("<h3>All measures</h3>");
        page.markup(
            "<div class=\"wide\"><table><thead><tr><th>measure</th><th class=\"n\">value</th>\
             <th class=\"n\">95 % interval</th><th class=\"n\">p, adjusted</th><th>clear</th></tr></thead>",
        );
        for definition in definitions::ALL {
            let rows: Vec<_> = summary.of(definition.measure).collect();
            if rows.is_empty() {
                continue;
            }
            let (name, meaning) = (Escaped(definition.name), Escaped(definition.meaning));
            page.markup(format_args!(
                "<tbody class=\"measure\"><tr><th colspan=\"5\"><p><strong>{name}</strong> ({}). {meaning}</p></th></tr>",
                Escaped(definition.unit)
            ));
            for (comparison, measure) in rows {
                let quantity = Quantity::of_unit(definition.unit);
                let ends = measure.value.map(|_| interval_in_words(measure.low.zip(measure.high), quantity));
                page.markup(format_args!(
                    "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
                    Escaped(&comparison),
                    measure.value.map_or("undefined".into(), |value| quantity.write(value)),
                    ends.unwrap_or_default(),
                    Escaped(&measure.p_adjusted.map(p_value).unwrap_or_default()),
                    if measure.significant { "yes" } else { "" }
                ));
            }
            page.markup("</tbody>");
        }
        page.markup("</table></div>");
        if summary.measures.0.iter().any(|(_, measure)| measure.value.is_none()) {
            page.paragraph("quiet", UNDEFINED);
        }
    }

    fn subjects(&self, page: &mut Page) {
        let Some(reference) = self.results.group(&self.spec.reference) else { return };
        page.section("Subject by subject");
        let pairs = |group: &GroupResult, of: fn(&Curve) -> f64| -> Vec<(f64, f64)> {
            reference.tests().iter().zip(&group.tests()).map(|(before, after)| (of(before), of(after))).collect()
        };
        let others = self.results.groups.iter().enumerate().filter(|(_, group)| group.name != reference.name);
        let rows: Vec<_> = others
            .map(|(colour, group)| {
                let last = ("last score", pairs(group, Curve::last));
                (group.name.clone(), colour, [last, ("mean score", pairs(group, Curve::area))])
            })
            .collect();
        if !rows.is_empty() {
            let caption = format!(
                "Each line joins a subject of {} (left) with its twin, which has the same seed, in the other group (right). \
                 Dashed: the twin does worse.",
                reference.name
            );
            page.figure("subjects", &effects::paired("Subjects and their twins", &reference.name, &rows), &caption);
        }
        let groups = self.results.groups.iter().enumerate();
        let lasts: Vec<(String, usize, Vec<f64>)> = groups
            .map(|(colour, group)| (group.name.clone(), colour, group.tests().iter().map(Curve::last).collect()))
            .collect();
        page.figure(
            "profile",
            &profile("Performance profile", &lasts, Some(&reference.name)),
            "Share of subjects whose last score is at least τ, with pointwise 95 % intervals. Higher lines are better; \
             where lines cross, one group has the better best subjects and the other the better worst subjects.",
        );
    }

    fn practice(&self, page: &mut Page) {
        let longest = self.spec.groups.0.iter().map(|(_, group)| group.practice.len()).max().unwrap_or(0);
        if longest == 0 {
            return;
        }
        page.section("Did they learn what they practised?");
        let groups = self.summary.groups.0.iter().zip(&self.spec.groups.0);
        let rows = groups.flat_map(|((name, group), (_, blocks))| {
            let row = move |(learned, block): (&PracticeSummary, &Block)| {
                vec![
                    name.clone(),
                    design::describe(block),
                    number(learned.score_final_iqm),
                    self.spec.criterion_of(block).to_string(),
                    format!("{}/{}", learned.reached_criterion, group.subjects),
                ]
            };
            group.practice.iter().zip(&blocks.practice).map(row).collect::<Vec<_>>()
        });
        page.table(&["group", "practice", "last score", "criterion", "reached it"], 2, rows);
        for index in 0..longest {
            let has = |group: &GroupResult| group.subjects.iter().all(|subject| index + 1 < subject.curves.len());
            let series = self.series(|group| has(group).then(|| group.practice(index)));
            let title = format!("Score in practice, block {}", index + 1);
            let mut criteria = self.spec.groups.0.iter().filter_map(|(_, group)| group.practice.get(index));
            let criterion = criteria.next().map(|block| self.spec.criterion_of(block));
            let shared = criterion.filter(|&one| criteria.all(|block| self.spec.criterion_of(block) == one));
            let told = if shared.is_some() { " The thin line is the criterion." } else { "" };
            let caption = format!("Score on the practised task, block {} of each group.{told}", index + 1);
            let figure = learning(&title, &series, Some(&self.spec.reference), shared);
            page.figure(&format!("practice-{}", index + 1), &figure, &caption);
        }
    }

    fn signals(&self, page: &mut Page, found: Vec<(usize, Vec<Line>)>) {
        if !found.is_empty() {
            page.section("Signals in the agent");
        }
        for (position, lines) in found {
            let shown = &signals::SHOWN[position];
            let caption = format!(
                "{} Median and middle half of subjects; practice is to the left of 0, the test to its right.",
                shown.meaning
            );
            let svg = signal(&format!("Signal: {}", shown.axis), &lines, shown.axis, Some(&self.spec.reference));
            page.figure(&format!("signal-{}", shown.signal.replace('_', "-")), &svg, &caption);
        }
    }

    fn everyone(&self, page: &mut Page) {
        page.section("All subjects");
        let criterion = self.summary.criterion;
        let row = |(name, result, blocks): (&String, &SubjectResult, &[Block])| {
            let test = result.curves.last().cloned().unwrap_or_default();
            let practised = result.curves.iter().zip(blocks).map(|(curve, block)| {
                let reached = curve.time_to_criterion(self.spec.criterion_of(block)).reached();
                reached.map_or("never".into(), |at| text::steps(at as f64))
            });
            vec![
                name.clone(),
                result.subject.to_string(),
                result.seed.to_string(),
                practised.collect::<Vec<_>>().join(", "),
                number(test.start(1)),
                number(test.last()),
                number(test.area()),
                test.time_to_criterion(criterion).reached().map_or("never".into(), |at| text::steps(at as f64)),
            ]
        };
        let groups = self.results.groups.iter().zip(&self.spec.groups.0);
        let rows: Vec<Vec<String>> = groups
            .flat_map(|(group, (name, blocks))| {
                group.subjects.iter().map(move |subject| (name, subject, &blocks.practice[..]))
            })
            .map(row)
            .collect();
        let header =
            ["group", "subject", "seed", "practice learned after", "first", "last", "mean", "test learned after"];
        page.folded(&format!("{} rows: every subject in every group", rows.len()), |page| {
            page.table(&header, 3, rows.into_iter());
        });
        page.markup(
            "<p class=\"quiet\">All numbers: <a href=\"evaluations.csv\">evaluations.csv</a>, \
             <a href=\"blocks.csv\">blocks.csv</a>, <a href=\"summary.json\">summary.json</a>.</p>",
        );
    }

    fn what_was_run(&self, page: &mut Page) {
        let (spec, record) = (self.spec, self.record);
        page.section("What was run");
        let part = record.run.shard.map(|shard| format!(" (part {shard} of {})", spec.subjects)).unwrap_or_default();
        page.facts(&[
            ("agent", record.run.agents_yaml.keys().map(String::as_str).collect::<Vec<_>>().join(", ")),
            ("subjects", format!("{} in each of {} groups{part}", self.subject_count(), spec.groups.0.len())),
            ("seed", spec.seed.to_string()),
            (
                "evaluation",
                format!(
                    "{} episodes every {} steps, {}",
                    spec.evaluation_episodes, spec.evaluate_every, self.summary.evaluation
                ),
            ),
            ("program", format!("etude {}", record.version)),
            ("machine", record.machine.clone()),
        ]);
        page.folded("The experiment, with all changes made on the command line", |page| {
            page.verbatim(&serde_yaml::to_string(spec).unwrap_or_default());
        });
        for (name, yaml) in &record.run.agents_yaml {
            page.folded(&format!("Agent {name}"), |page| page.verbatim(yaml));
        }
        for (name, yaml) in record.run.tasks_yaml.iter().filter(|(_, yaml)| !yaml.is_empty()) {
            page.folded(&format!("Task {name}"), |page| page.verbatim(yaml));
        }
        page.markup(
            "<footer class=\"quiet\">Written by <code>etude transfer</code>; <code>etude report FOLDER</code> regenerates it \
             from its folder.</footer>",
        );
    }

    fn subject_count(&self) -> usize {
        self.results.groups.first().map_or(0, |group| group.subjects.len())
    }

    /// Curves of all groups that have some.
    fn series(&self, curves: impl Fn(&GroupResult) -> Option<Vec<Curve>>) -> Vec<Series> {
        let groups = self.results.groups.iter().enumerate();
        groups
            .filter_map(|(colour, group)| Some(Series { name: group.name.clone(), colour, curves: curves(group)? }))
            .collect()
    }
}
