//! The report as a browser draws it, on broad and narrow pages, light, dark and printed, compared with pictures that were looked at
//! and are in the book (`docs/pictures`). Chromium and the DejaVu fonts are needed for it:
//!
//! ```sh
//! cargo test --test report_in_browser -- --ignored
//! ```
//!
//! `ETUDE_NEW_PICTURES=1` keeps the pictures anew.

mod common;

use common::{Picture, etude};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;
use std::process::Command;

/// An experiment of some seconds whose report has a section of every kind.
const EXPERIMENT: &str = "\
experiment: opposite-field
question: Is a force field harder to learn after its opposite?
agent: brain
subjects: 6
evaluate_every: 500
evaluation_episodes: 4
criterion: 0.8
reference: naive
contrasts: {opposite: same}
test: {task: reaching/curl-v0, steps: 6000}
groups:
  naive: {}
  opposite:
    practice:
      - {task: reaching/opposite-v0, steps: 6000}
  same:
    practice:
      - {task: reaching/curl-v0, steps: 6000}
";
/// Height of the browser's window in px, above that of any page.
const TALLEST: u32 = 16_000;
/// Width and height in px of the tiles in which pages are compared, and the largest share of a tile's pixels that may differ: another
/// version of the browser smooths letters in its own way.
const TILE: u32 = 64;
const OFF: f64 = 0.02;
/// What the browser may take for a page, in s.
const PATIENCE: &str = "120";
/// Largest difference in height in px.
const TALLER: u32 = 4;

/// Has the browser draw a page of some width, and returns what it says.
fn browse(page: &Path, width: u32, more: &[&str]) -> String {
    let output = Command::new("timeout")
        .args([
            PATIENCE,
            "chromium",
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
        ])
        .arg(format!("--window-size={width},{TALLEST}"))
        .arg(format!("--user-data-dir={}", page.with_extension("profile").display()))
        .args(more)
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("Chromium is installed (Debian: chromium)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A page as the browser draws it, without what is empty below it.
fn picture(page: &Path, width: u32, more: &[&str]) -> Picture {
    let file = page.with_extension("png");
    browse(page, width, &[&[&*format!("--screenshot={}", file.display())], more].concat());
    let Picture { size, mut rgb } = Picture::open(&file).expect("a picture");
    assert_eq!(size, (width, TALLEST));
    let row = 3 * width as usize;
    let empty = rgb[rgb.len() - 3..].to_vec();
    let last = rgb.chunks(row).rposition(|row| row.chunks(3).any(|pixel| pixel != empty)).expect("something is drawn");
    let height = last as u32 + 1 + 24;
    rgb.truncate(row * height as usize);
    Picture { size: (width, height), rgb }
}

/// Keeps a picture in its most frequent colours and some of all others, so that none is off by more than a cube of five steps allows.
fn keep(picture: &Picture, path: &Path) {
    let mut counts: BTreeMap<&[u8], usize> = BTreeMap::new();
    picture.rgb.chunks(3).for_each(|colour| *counts.entry(colour).or_default() += 1);
    let mut frequent: Vec<&[u8]> = counts.keys().copied().collect();
    frequent.sort_by_key(|colour| std::cmp::Reverse(counts[colour]));
    frequent.truncate(256 - 125);
    let cube =
        (0..125u32).map(|index| [index / 25, index / 5 % 5, index % 5].map(|step| (step * 255 / 4) as u8).to_vec());
    let palette: Vec<Vec<u8>> = frequent.iter().map(|colour| colour.to_vec()).chain(cube).collect();
    let distance = |one: &[u8], other: &[u8]| one.iter().zip(other).map(|(one, other)| one.abs_diff(*other)).max();
    let nearest =
        |colour: &[u8]| (0..palette.len()).min_by_key(|&index| distance(colour, &palette[index])).unwrap() as u8;
    let indices: BTreeMap<&[u8], u8> = counts.keys().map(|colour| (*colour, nearest(colour))).collect();
    let pixels: Vec<u8> = picture.rgb.chunks(3).map(|colour| indices[colour]).collect();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path).unwrap()), picture.size.0, picture.size.1);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
}

/// Holds a picture against the one that is kept under this name.
fn hold(name: &str, found: &Picture) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/pictures/{name}.png"));
    // Kept to be looked at where it differs.
    keep(found, &Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png")));
    if std::env::var_os("ETUDE_NEW_PICTURES").is_some() {
        keep(found, &path);
    }
    let kept = Picture::open(&path).ok_or_else(|| format!("{} is not there", path.display()))?;
    compare(found, &kept).map_err(|why| format!("{name}: {why} (found: {}/{name}.png)", env!("CARGO_TARGET_TMPDIR")))
}

fn compare(found: &Picture, kept: &Picture) -> Result<(), String> {
    let ((width, height), (kept_width, kept_height)) = (found.size, kept.size);
    if width != kept_width || height.abs_diff(kept_height) > TALLER {
        return Err(format!("the page is {width} by {height} px, and was {kept_width} by {kept_height}"));
    }
    let height = height.min(kept_height);
    let places =
        (0..height).step_by(TILE as usize).flat_map(|y| (0..width).step_by(TILE as usize).map(move |x| (x, y)));
    let share = |(x, y): (u32, u32)| {
        let size = (TILE.min(width - x), TILE.min(height - y));
        tile(found, (x, y), size).difference(&tile(kept, (x, y), size)) * f64::from(size.0 * size.1)
            / f64::from(TILE * TILE)
    };
    let (share, (x, y)) =
        places.map(|place| (share(place), place)).max_by(|one, other| one.0.total_cmp(&other.0)).unwrap();
    match share <= OFF {
        true => Ok(()),
        false => Err(format!("{:.1} % of the pixels differ about {x}, {y}", 100.0 * share)),
    }
}

/// A part of a picture.
fn tile(picture: &Picture, (x, y): (u32, u32), size: (u32, u32)) -> Picture {
    let row = |row: u32| {
        let start = 3 * (row * picture.size.0 + x) as usize;
        &picture.rgb[start..start + 3 * size.0 as usize]
    };
    Picture { size, rgb: (y..y + size.1).flat_map(row).copied().collect() }
}

#[test]
#[ignore = "needs Chromium"]
fn a_report_looks_as_it_should_wherever_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("opposite-field.yaml"), EXPERIMENT).unwrap();
    etude(folder.path())
        .args(["transfer", "opposite-field.yaml", "--signals-every", "100", "--out", "run"])
        .assert()
        .success();
    let page = folder.path().join("run/report.html");
    let markup = fs::read_to_string(&page).unwrap();
    let printed = page.with_file_name("printed.html");
    fs::write(&printed, markup.replace("@media print", "@media all")).unwrap();
    let dark = ["--blink-settings=preferredColorScheme=0"];
    let wrong: Vec<String> = [
        ("report-broad-light", picture(&page, 1280, &[])),
        ("report-broad-dark", picture(&page, 1280, &dark)),
        ("report-narrow-light", picture(&page, 390, &[])),
        ("report-narrow-dark", picture(&page, 390, &dark)),
        // The width of a sheet of A4 between its margins.
        ("report-printed", picture(&printed, 718, &[])),
    ]
    .iter()
    .filter_map(|(name, picture)| hold(name, picture).err())
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("; "));
    // A page whose figures have lost their curves, or their words, is another one.
    let whole = picture(&page, 1280, &[]);
    for part in ["<polyline", "<text"] {
        let mutant = page.with_file_name("mutant.html");
        fs::write(&mutant, markup.replace(part, "<g")).unwrap();
        assert!(compare(&picture(&mutant, 1280, &[]), &whole).is_err(), "{part} is gone, and nobody has noticed");
    }
    // Nothing hangs over the edge of a telephone. The browser's own window is broader.
    let frame = page.with_file_name("frame.html");
    let told = "document.title = `${this.contentDocument.documentElement.scrollWidth} px`";
    let style = "width: 390px; height: 900px; border: 0";
    fs::write(&frame, format!("<iframe src=\"report.html\" style=\"{style}\" onload=\"{told}\"></iframe>")).unwrap();
    let document = browse(&frame, 800, &["--dump-dom", "--allow-file-access-from-files"]);
    assert!(document.contains("<title>390 px</title>"), "{document}");
}

#[test]
fn what_is_gone_or_has_moved_is_noticed() {
    // A page of 300 by 500 px with a line of 2 px across it, from one x to another.
    let page = |height: u32, line: std::ops::Range<u32>, y: u32| Picture {
        size: (300, height),
        rgb: (0..300 * height)
            .flat_map(|pixel| {
                [if line.contains(&(pixel % 300)) && (y..y + 2).contains(&(pixel / 300)) { 20 } else { 240 }; 3]
            })
            .collect(),
    };
    let kept = page(500, 20..280, 100);
    assert_eq!(compare(&page(502, 20..280, 100), &kept), Ok(()));
    assert_eq!(compare(&page(500, 22..281, 100), &kept), Ok(()), "letters are smoothed in another way");
    for other in [page(500, 0..0, 100), page(500, 20..200, 100), page(500, 20..280, 104), page(520, 20..280, 100)] {
        assert!(compare(&other, &kept).is_err());
    }
}
