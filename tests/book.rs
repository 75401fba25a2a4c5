//! Every command of the README and of the book runs, in the order shown, in an empty folder; and every link leads somewhere.

mod common;

use common::etude;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Fenced blocks of a page as (language, text).
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language.to_string(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// Where the links and pictures of a page lead, without those to other places on the net.
fn links(page: &str) -> Vec<String> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let own = targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    own.map(|target| target.split('#').next().unwrap_or_default().to_string()).filter(|path| !path.is_empty()).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages of the book, in its order.
fn chapters() -> Vec<PathBuf> {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    links(&summary).iter().map(|page| root().join("docs").join(page)).collect()
}

#[test]
fn every_command_of_the_readme_and_of_the_book_runs() {
    let folder = tempfile::tempdir().unwrap();
    let mut commands = 0;
    for page in [vec![root().join("README.md")], chapters()].concat() {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        for (language, text) in blocks(&fs::read_to_string(&page).unwrap()) {
            if language == "yaml" || language == "csv" {
                // The first line of such a block names its file.
                let file = text.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a file name");
                fs::write(folder.path().join(file.trim()), &text).unwrap();
            }
            if language != "sh" {
                continue;
            }
            for line in text.lines().filter(|line| line.starts_with("cargo run")) {
                let (options, arguments) = line.split_once(" -- ").unwrap_or((line, "--help"));
                // tests/examples.rs runs examples, and tests/stage.rs opens windows.
                if options.contains("--example") || options.contains("--features stage") {
                    continue;
                }
                let output = etude(folder.path()).args(arguments.split_whitespace()).output().unwrap();
                assert!(output.status.success(), "{name}: `{line}`: {}", String::from_utf8_lossy(&output.stderr));
                commands += 1;
            }
        }
    }
    assert!(commands >= 40, "only {commands} commands found");
}

#[test]
fn every_link_leads_to_a_file_and_every_page_is_in_the_book() {
    let chapters = chapters();
    let others = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "python/README.md"].map(|page| root().join(page));
    let mut checked = 0;
    for page in chapters.iter().chain(&others) {
        let text = fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        for link in links(&text) {
            let target = page.parent().unwrap().join(&link);
            assert!(target.exists(), "{}: {link} leads nowhere", page.display());
            checked += 1;
        }
    }
    assert!(checked > 60, "only {checked} links found");
    let listed: BTreeSet<PathBuf> = chapters.into_iter().collect();
    for entry in walk(&root().join("docs")) {
        let page = entry.extension().is_some_and(|ending| ending == "md") && !entry.ends_with("SUMMARY.md");
        assert!(!page || listed.contains(&entry), "{} is not in docs/SUMMARY.md", entry.display());
    }
}

/// All files in a folder and in those below it.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn a_link_that_leads_nowhere_would_be_noticed() {
    assert_eq!(links("[a](b.md#c) ![d](e.svg) [f](https://g) [h](#i)"), ["b.md", "e.svg"]);
}
