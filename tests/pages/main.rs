//! The generated pages of the book are what the program says: one for each task and family, and the data dictionary.
//! `ETUDE_NEW_PAGES=1 cargo test --release --test pages` generates them anew, with their pictures and baselines, and lists them in
//! docs/SUMMARY.md. Without it the pages are compared, and of each family one task is evaluated and drawn again.

mod baselines;
#[path = "../common/mod.rs"]
mod common;
mod dictionary;
mod family_page;
mod markdown;
mod neighbours;
mod picture;
mod summary;
mod task_page;

use baselines::Baseline;
use common::json;
use etude::catalog::Catalog;
use markdown::text;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The families in the order of the book: name, film, and what the film shows.
const FAMILIES: [(&str, &str, &str); 4] = [
    ("cycling", "watch-cycling.gif", "A bicycle ridden by a trained brain"),
    ("fretting", "watch-fretting.gif", "Notes on their way to a fretboard"),
    ("reaching", "watch-reaching.gif", "Reaches in a force field"),
    ("cursor", "watch-cursor.gif", "A cursor on its way to targets, and the units that steer it"),
];

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// Whether the pages are to be written anew.
fn anew() -> bool {
    std::env::var_os("ETUDE_NEW_PAGES").is_some()
}

/// Holds a page against what it should be, or writes it.
fn hold(path: &Path, page: &str) {
    if anew() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, page).unwrap();
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    if found != page {
        let pairs = found.lines().zip(page.lines()).enumerate();
        let (line, (is, should)) = pairs.into_iter().find(|(_, (is, should))| is != should).unwrap_or_default();
        let path = path.display();
        panic!(
            "{path}:{} is not what the program says; ETUDE_NEW_PAGES=1 regenerates it\n  is:     {is}\n  should: {should}",
            line + 1
        );
    }
}

/// What `describe` says of every task of a family.
fn tasks_of(family: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let ids = Catalog::default().tasks.task_ids();
    let own = ids.iter().filter(|id| id.split('/').next() == Some(family));
    own.map(|id| json(folder.path(), &["describe", id])).collect()
}

/// The pages of a family.
fn hold_family(family: &str) {
    let catalog = Catalog::default();
    let tasks = tasks_of(family);
    assert!(tasks.len() > 3, "{family}");
    hold(&docs().join(format!("tasks/{family}.md")), &family_page::page(family, &tasks));
    let experiments = neighbours::experiments(&catalog);
    for described in &tasks {
        let id = text(described, "task");
        let blueprint = catalog.tasks.task(id).unwrap();
        let path = docs().join(format!("tasks/{id}.md"));
        let shown = docs().join(format!("tasks/{id}.png"));
        let players = baselines::players(&catalog, &blueprint);
        // The task that the subject that comes with the program was trained on stands for the family.
        let again = anew() || id == baselines::shipped_task(family);
        let old = fs::read_to_string(&path).unwrap_or_default();
        let labels: Vec<String> = players.iter().map(|player| player.label.clone()).collect();
        let mut rows = baselines::read(&old, &labels);
        if again {
            let found: Vec<Baseline> = players.into_iter().map(|mut player| player.baseline()).collect();
            picture::hold(&shown, &catalog, &blueprint, anew());
            if anew() {
                rows = Ok(found);
            } else {
                let rows = rows.as_ref().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                assert!(
                    rows.len() == found.len() && rows.iter().zip(&found).all(|(row, found)| row.agrees(found)),
                    "{}: {rows:?} are not the baselines {found:?}",
                    path.display()
                );
            }
        } else {
            picture::is_one(&shown);
        }
        let rows = rows.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let page = task_page::page(&task_page::Told {
            task: described,
            shown_by: picture::caption(&catalog, &blueprint),
            baselines: &rows,
            scheduled: blueprint.scheduled(),
            neighbours: neighbours::of(id, &experiments),
            siblings: &tasks,
        });
        hold(&path, &page);
    }
}

#[test]
fn the_pages_of_cycling_are_what_the_program_says() {
    hold_family("cycling");
}

#[test]
fn the_pages_of_fretting_are_what_the_program_says() {
    hold_family("fretting");
}

#[test]
fn the_pages_of_reaching_are_what_the_program_says() {
    hold_family("reaching");
}

#[test]
fn the_pages_of_the_cursor_are_what_the_program_says() {
    hold_family("cursor");
}

#[test]
fn every_family_and_every_task_has_a_page_in_the_summary() {
    let ids = Catalog::default().tasks.task_ids();
    let families: BTreeSet<&str> = ids.iter().filter_map(|id| id.split('/').next()).collect();
    assert_eq!(families, FAMILIES.iter().map(|(family, ..)| *family).collect(), "a family has no page");
    let path = docs().join("SUMMARY.md");
    let found = fs::read_to_string(&path).unwrap();
    hold(&path, &summary::with_tasks(&found, &ids));
}

#[test]
fn the_data_dictionary_is_what_the_program_says() {
    let folder = tempfile::tempdir().unwrap();
    let told = json(folder.path(), &["describe", "--columns"]);
    hold(&docs().join("data-dictionary.md"), &dictionary::page(&told));
}
