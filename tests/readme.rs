//! Every command of the README runs, in the order shown, in an empty folder.

mod common;

use common::etude;
use std::fs;

/// Fenced blocks of the README as (language, text).
fn blocks(readme: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in readme.lines() {
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

#[test]
fn every_command_of_the_readme_runs() {
    let readme = include_str!("../README.md");
    let folder = tempfile::tempdir().unwrap();
    let mut commands = 0;
    for (language, text) in blocks(readme) {
        if language == "yaml" || language == "csv" {
            // The first line of such a block names its file.
            let name = text.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a file name");
            fs::write(folder.path().join(name.trim()), &text).unwrap();
        }
        if language != "sh" {
            continue;
        }
        for line in text.lines().filter(|line| line.starts_with("cargo run")) {
            let (options, arguments) = line.split_once(" -- ").unwrap_or((line, "--help"));
            if options.contains("--example") {
                // tests/examples.rs runs those.
                continue;
            }
            if options.contains("--features stage") {
                // tests/stage.rs opens windows.
                continue;
            }
            let output = etude(folder.path()).args(arguments.split_whitespace()).output().unwrap();
            assert!(output.status.success(), "`{line}`: {}", String::from_utf8_lossy(&output.stderr));
            commands += 1;
        }
    }
    assert!(commands >= 4, "only {commands} commands found");
}

#[test]
fn the_figures_of_the_readme_are_there() {
    let readme = include_str!("../README.md");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let figures: Vec<&str> = readme
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|path| [".svg", ".gif", ".png"].iter().any(|ending| path.ends_with(ending)))
        .collect();
    assert!(!figures.is_empty());
    for figure in figures {
        assert!(root.join(figure).is_file(), "{figure} is missing");
    }
}
