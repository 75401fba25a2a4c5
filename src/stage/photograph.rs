//! What the renderer gave, as a picture that is kept.

use crate::files::write_whole;
use crate::show::png;
use anyhow::{Context, Result, bail};
use bevy::image::Image;
use bevy::render::render_resource::TextureFormat;
use etude_draw::Pixels;
use std::path::PathBuf;

/// Saves a picture of the window as the first `etude-N.png` in the working folder that is not taken.
///
/// # Errors
/// A folder that cannot be written to, or a format that no window of this program has.
pub fn keep_photograph(image: &Image) -> Result<PathBuf> {
    let path = (1..10_000)
        .map(|number| PathBuf::from(format!("etude-{number}.png")))
        .find(|path| !path.exists())
        .context("there are ten thousand of them already")?;
    write_whole(&path, &png(&pixels_of(image)?)?)?;
    Ok(path)
}

fn pixels_of(image: &Image) -> Result<Pixels> {
    let (width, height) = (image.width(), image.height());
    let data = image.data.as_ref().context("the renderer gave no pixels")?;
    let order = match image.texture_descriptor.format {
        TextureFormat::Rgba8UnormSrgb | TextureFormat::Rgba8Unorm => [0, 1, 2],
        TextureFormat::Bgra8UnormSrgb | TextureFormat::Bgra8Unorm => [2, 1, 0],
        other => bail!("the renderer gave pixels in the format {other:?}; expected eight bits a colour"),
    };
    let (pixels, _) = data.as_chunks::<4>();
    let rgb = pixels.iter().flat_map(|pixel| order.map(|part| pixel[part])).collect();
    Ok(Pixels { width, height, rgb })
}
