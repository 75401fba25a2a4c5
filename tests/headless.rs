//! A build without the window has no graphics library in it.

#[cfg(not(feature = "stage"))]
mod common;

use std::process::Command;

/// Names of all crates that the program is made of without the window.
fn headless_crates() -> Vec<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().filter_map(|line| line.split_whitespace().next()).map(String::from).collect()
}

#[test]
fn the_headless_build_pulls_in_no_rendering_crate() {
    const DRAWING: [&str; 8] =
        ["wgpu", "naga", "winit", "bevy_render", "bevy_winit", "bevy_core_pipeline", "bevy_text", "gilrs"];
    let headless = headless_crates();
    assert!(headless.iter().any(|known| known == "bevy_ecs"), "the list of crates is whole");
    for name in DRAWING {
        assert!(!headless.iter().any(|known| known == name), "{name} is in the headless build");
        // A crate that goes by another name some day must not slip through.
        let locked = format!("name = \"{name}\"\n");
        assert!(include_str!("../Cargo.lock").contains(&locked), "{name} is not what the window is made of any more");
    }
}

#[cfg(not(feature = "stage"))]
#[test]
fn a_build_without_the_window_says_how_to_have_one() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, wanted) in [
        (vec!["watch"], "--features stage -- watch"),
        (vec!["watch", "--task", "cycling/flat-v0"], "--features stage -- watch --task cycling/flat-v0"),
        (vec!["play", "reaching/curl-v0"], "--features stage -- play reaching/curl-v0"),
    ] {
        let (code, text) = common::failure(folder.path(), &arguments);
        assert!(code == 1 && text.contains(wanted), "{text}");
    }
}
