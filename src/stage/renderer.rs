//! The renderer, and what is said where it breaks down.

use anyhow::{Result, anyhow};
use bevy::render::RenderPlugin;
use bevy::render::settings::{Backends, WgpuSettings};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The renderer. It asks for a native graphics interface: looking for OpenGL beside it makes drivers talk on stderr.
/// WGPU_BACKEND has the last word. Pipelines are compiled before the first picture: otherwise that is blank on a slow machine,
/// and may be photographed so.
pub(super) fn renderer() -> RenderPlugin {
    let mut settings = WgpuSettings::default();
    if std::env::var_os("WGPU_BACKEND").is_none() {
        settings.backends = Some(Backends::PRIMARY);
    }
    RenderPlugin { render_creation: settings.into(), synchronous_pipeline_compilation: true, ..RenderPlugin::default() }
}

/// Runs the renderer, whose libraries panic where there is no display or no adapter, and says in a line what was wrong.
pub(super) fn guarded(run: impl FnOnce() -> Result<()>) -> Result<()> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(run));
    std::panic::set_hook(hook);
    result.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(explained(said.unwrap_or("it gave no reason")))
    })
}

fn explained(said: &str) -> anyhow::Error {
    let line = said.lines().next().unwrap_or(said);
    if said.contains("event loop") {
        let place = std::env::var("DISPLAY").map(|display| format!(" at DISPLAY={display}")).unwrap_or_default();
        anyhow!(
            "no display: the window system could not be reached{place}. Record to a file instead, with --record FILE.gif"
        )
    } else if said.contains("find a GPU") {
        anyhow!(
            "no graphics adapter was found: install a Vulkan driver; Debian's mesa-vulkan-drivers renders in software"
        )
    } else {
        anyhow!("the renderer broke down: {line}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_in_a_library_becomes_a_line_that_helps() {
        let error = |said: &'static str| guarded(move || panic!("{said}")).unwrap_err().to_string();
        assert!(error("Failed to build event loop: Os").starts_with("no display"));
        assert!(error("Unable to find a GPU! Make").contains("mesa-vulkan-drivers"));
        assert_eq!(error("out of paint\nsecond line"), "the renderer broke down: out of paint");
        assert!(guarded(|| Ok(())).is_ok());
    }
}
