//! A picture of each task, as the stage draws it.

use super::baselines::{SEED, players, shown};
use crate::common::Picture;
use etude::catalog::Catalog;
use etude::envs::Seed;
use etude::envs::task::Blueprint;
use etude::run::moments::EpisodeMoments;
use etude::show::png;
use std::fs;
use std::path::Path;

/// Width and height of what is drawn, without title and legend.
const SIZE: [f32; 2] = [640.0, 360.0];
/// Share of the pixels that may differ: another platform may round in its own way, and a limb that is gone is more.
const ROUNDING: f64 = 0.005;
/// The largest file, in bytes.
const LARGEST: u64 = 120_000;

/// Who is to be seen.
pub fn caption(catalog: &Catalog, task: &Blueprint) -> String {
    shown(players(catalog, task)).label
}

/// Holds the picture of a task against what it should be, or writes it.
pub fn hold(path: &Path, catalog: &Catalog, task: &Blueprint, anew: bool) {
    let mut player = shown(players(catalog, task));
    let mut moments = EpisodeMoments::of(task);
    let middle = task.round().map_or(0, |round| round.trials / 2);
    player.watched(Seed(SEED), middle, 1, &mut |seen| moments.see(seen));
    let title = format!("{}: {}", task.spec().id, player.label.replace('`', ""));
    let bytes = png(&moments.picture(&title, 1, SIZE)).unwrap();
    if anew {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &bytes).unwrap();
    }
    is_one(path);
    let folder = tempfile::tempdir().unwrap();
    let now = folder.path().join("now.png");
    fs::write(&now, &bytes).unwrap();
    let (found, kept) = (Picture::open(&now).unwrap(), Picture::open(path).unwrap());
    assert_eq!(found.size, kept.size, "{}: ETUDE_NEW_PAGES=1 draws it anew", path.display());
    let difference = found.difference(&kept);
    assert!(difference < ROUNDING, "{}: {:.1} % of the pixels differ", path.display(), 100.0 * difference);
}

/// Holds that there is a picture, not empty and not large.
pub fn is_one(path: &Path) {
    let picture =
        Picture::open(path).unwrap_or_else(|| panic!("{} is no picture; ETUDE_NEW_PAGES=1 draws it", path.display()));
    let large = fs::metadata(path).unwrap().len();
    assert!(picture.size.0 > 600 && picture.colours() > 20, "{} shows nothing", path.display());
    assert!(large < LARGEST, "{} has {large} bytes", path.display());
}
