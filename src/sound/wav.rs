//! Sound as WAV: one channel, 16 bits.

use super::rate::SAMPLE_RATE;
use crate::files::write_whole;
use crate::run::picture::refuse_others;
use anyhow::{Context, Result, bail};
use std::io::Cursor;
use std::path::Path;

/// Samples as the bytes of a WAV file.
///
/// # Errors
/// More samples than the format can hold (4 GiB).
pub fn wav(samples: &[i16]) -> Result<Vec<u8>> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    if u32::try_from(2 * samples.len() + 44).is_err() {
        bail!("a WAV file holds at most 4 GiB of sound");
    }
    let mut bytes = Cursor::new(Vec::with_capacity(2 * samples.len() + 44));
    let cannot = "the sound cannot be written";
    let mut writer = hound::WavWriter::new(&mut bytes, spec).context(cannot)?;
    samples.iter().try_for_each(|&sample| writer.write_sample(sample)).context(cannot)?;
    writer.finalize().context(cannot)?;
    Ok(bytes.into_inner())
}

/// Refuses paths for sounds that do not end in `.wav`, or that exist and are not WAV files.
///
/// # Errors
/// What is in the way.
pub fn refuse_other_sounds(path: &Path) -> Result<()> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    if ending.as_deref() != Some("wav") {
        let found = ending.map_or("none".into(), |ending| format!(".{ending}"));
        bail!("cannot write {}: expected a name that ends in .wav, found {found}", path.display());
    }
    refuse_others(path, "WAV file", &[(8, b"WAVE")])
}

/// Writes samples as a WAV file, atomically.
///
/// # Errors
/// The errors of [`refuse_other_sounds`], and a path that cannot be written to.
pub fn write_wav(path: &Path, samples: &[i16]) -> Result<()> {
    refuse_other_sounds(path)?;
    write_whole(path, &wav(samples)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn samples_come_back_from_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let samples = [0, 1, -1, i16::MAX, i16::MIN, 77];
        write_wav(&path, &samples).unwrap();
        write_wav(&path, &samples).unwrap();
        let mut reader = hound::WavReader::open(&path).unwrap();
        assert_eq!((reader.spec().channels, reader.spec().sample_rate), (1, SAMPLE_RATE));
        assert_eq!(reader.samples::<i16>().map(Result::unwrap).collect::<Vec<_>>(), samples);
        assert_eq!(wav(&[]).unwrap().len(), 44);
    }

    #[test]
    fn other_names_and_other_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (name, there, said) in [
            ("a.mp3", None, "ends in .wav, found .mp3"),
            ("a", None, "found none"),
            ("b.wav", Some("some notes of mine"), "b.wav is not a WAV file"),
            ("none/b.wav", None, "cannot write"),
        ] {
            let path = folder.path().join(name);
            if let Some(text) = there {
                fs::write(&path, text).unwrap();
            }
            let error = write_wav(&path, &[0]).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
            assert_eq!(fs::read_to_string(&path).ok().as_deref(), there);
        }
    }
}
