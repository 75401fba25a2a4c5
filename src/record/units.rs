//! Recordings of units as NumPy `.npz` files: a zip of arrays, stored without compression.
//!
//! `steps` and `episode` have one number per recorded step, `aim` has two if the task has an aim, and each population
//! has an array of steps by units under its name.

use super::column::Column;
use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, ErrorKind, Read, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Largest file that is read into memory.
const LARGEST_BYTES: u64 = 1 << 30;
/// First bytes of `.npy` files: a magic word and the version of the format.
const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";
/// Header lengths are multiples of this many bytes.
const ALIGNED: usize = 64;

/// Arrays of a recording beside its populations, which have their own names.
pub static ARRAYS: [Column; 3] = [
    Column::new("steps", "env steps", "env steps of practice before the record of each row of the other arrays"),
    Column::new("episode", "1", "index of the episode of each row, from 0"),
    Column::new(
        "aim",
        "m/s",
        "desired velocity along the task's two axes, two numbers per row; absent for a task without an aim",
    ),
];

/// Rows of numbers of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Array {
    /// Numbers per row.
    pub width: usize,
    /// Concatenated rows.
    pub values: Vec<f32>,
}

/// Arrays by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrays(pub BTreeMap<String, Array>);

impl Arrays {
    /// The contents of a log of units; empty if there is no log, as for an agent without units.
    ///
    /// # Errors
    /// A log that cannot be read or is malformed.
    pub fn from_log(path: &Path) -> Result<Arrays> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Arrays::default()),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let mut arrays = Arrays::default();
        let mut last = String::new();
        for (number, line) in BufReader::new(file).lines().enumerate().skip(1) {
            let line = line.with_context(|| format!("cannot read {}", path.display()))?;
            let cells: Vec<&str> = line.split(',').collect();
            let wrong = || format!("{}:{}: not a row of units: `{line}`", path.display(), number + 1);
            let &[steps, episode, population, aim, activity] = &cells[..] else { bail!(wrong()) };
            // Populations of one step are consecutive.
            if last != steps {
                for (array, numbers) in
                    ARRAYS.iter().zip([steps, episode, aim]).filter(|(_, numbers)| !numbers.is_empty())
                {
                    arrays.push(&array.name, numbers).with_context(wrong)?;
                }
                last = steps.into();
            }
            arrays.push(population, activity).with_context(wrong)?;
        }
        Ok(arrays)
    }

    /// Adds a row to an array.
    fn push(&mut self, name: &str, numbers: &str) -> Result<()> {
        let array = self.0.entry(name.into()).or_default();
        let before = array.values.len();
        for number in numbers.split(' ') {
            array.values.push(number.parse()?);
        }
        let width = array.values.len() - before;
        if before > 0 && width != array.width {
            bail!("expected {} numbers of `{name}`, found {width}", array.width);
        }
        array.width = width;
        Ok(())
    }
}

/// Arrays as the bytes of an `.npz` file; the same arrays give the same bytes.
///
/// # Errors
/// The errors of the zip library.
pub fn write_npz(arrays: &Arrays) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default());
    for (name, array) in &arrays.0 {
        zip.start_file(format!("{name}.npy"), options)?;
        let rows = array.values.len() / array.width.max(1);
        let shape = if array.width == 1 { format!("({rows},)") } else { format!("({rows}, {})", array.width) };
        let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
        while !(MAGIC.len() + 2 + header.len() + 1).is_multiple_of(ALIGNED) {
            header.push(' ');
        }
        header.push('\n');
        zip.write_all(MAGIC)?;
        zip.write_all(&(header.len() as u16).to_le_bytes())?;
        zip.write_all(header.as_bytes())?;
        let bytes: Vec<u8> = array.values.iter().flat_map(|value| value.to_le_bytes()).collect();
        zip.write_all(&bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The arrays of an `.npz` file with one or two dimensions and 32- or 64-bit floats, as written by this program and
/// `numpy.savez`.
///
/// # Errors
/// A file that cannot be read, is larger than 1 GiB, or has another format.
pub fn read_npz(path: &Path) -> Result<Arrays> {
    let name = path.display();
    let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|_| {
        anyhow!("{name} is not a recording; expected an .npz file, which is a zip of arrays, or a run folder")
    })?;
    let mut arrays = Arrays::default();
    let mut left = LARGEST_BYTES;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).with_context(|| format!("{name} is damaged"))?;
        let inner = entry.name().with_context(|| format!("{name} is damaged"))?.trim_end_matches(".npy").to_string();
        // Entries may overlap: what counts is their uncompressed size.
        left = left.checked_sub(entry.size()).with_context(|| {
            format!("the arrays in {name} are too large; expected at most {LARGEST_BYTES} bytes together")
        })?;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).with_context(|| format!("`{inner}` in {name} is damaged"))?;
        let array = parse(&bytes).with_context(|| format!("`{inner}` in {name}"))?;
        arrays.0.insert(inner, array);
    }
    Ok(arrays)
}

fn parse(bytes: &[u8]) -> Result<Array> {
    let expected = "expected a .npy array of one or two dimensions of 32- or 64-bit floats in C order";
    let rest = bytes.strip_prefix(MAGIC).context(expected)?;
    let (length, rest) = rest.split_first_chunk::<2>().context(expected)?;
    let length = usize::from(u16::from_le_bytes(*length));
    let (header, data) = rest.split_at_checked(length).context(expected)?;
    let header = String::from_utf8_lossy(header).replace('"', "'");
    let after = |key: &str| header.split_once(key).map(|(_, rest)| rest.trim_start_matches([':', ' ']));
    if !after("'fortran_order'").is_some_and(|rest| rest.starts_with("False")) {
        bail!("{expected}, found `{}`", header.trim());
    }
    let shape = after("'shape'").and_then(|rest| rest.strip_prefix('(')?.split_once(')')).context(expected)?.0;
    let shape: Vec<usize> = shape
        .split(',')
        .map(str::trim)
        .filter(|size| !size.is_empty())
        .map(str::parse)
        .collect::<Result<_, _>>()
        .context(expected)?;
    let (rows, width) = match shape[..] {
        [rows] => (rows, 1),
        [rows, width] => (rows, width),
        _ => bail!("{expected}, found {} dimensions", shape.len()),
    };
    let values: Vec<f32> = match after("'descr'") {
        Some(kind) if kind.starts_with("'<f4'") => {
            data.as_chunks::<4>().0.iter().map(|&chunk| f32::from_le_bytes(chunk)).collect()
        }
        Some(kind) if kind.starts_with("'<f8'") => {
            data.as_chunks::<8>().0.iter().map(|&chunk| f64::from_le_bytes(chunk) as f32).collect()
        }
        _ => bail!("{expected}, found `{}`", header.trim()),
    };
    if rows.checked_mul(width) != Some(values.len()) {
        bail!("{} numbers; its shape says {rows} by {width}", values.len());
    }
    Ok(Array { width, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrays() -> Arrays {
        let array = |width, values: &[f32]| Array { width, values: values.to_vec() };
        Arrays(BTreeMap::from([
            ("steps".to_string(), array(1, &[10.0, 20.0, 30.0])),
            ("cortex".to_string(), array(2, &[1.0, 2.0, 3.0, 4.0, -5.5, 1e-9])),
        ]))
    }

    #[test]
    fn what_is_written_is_read_again_and_headers_are_aligned() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("units.npz");
        let bytes = write_npz(&arrays()).unwrap();
        assert_eq!(bytes, write_npz(&arrays()).unwrap());
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(read_npz(&path).unwrap(), arrays());
    }

    #[test]
    fn damaged_files_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("units.npz");
        let bytes = write_npz(&arrays()).unwrap();
        for end in 0..bytes.len() {
            std::fs::write(&path, &bytes[..end]).unwrap();
            assert!(read_npz(&path).is_err(), "{end}");
        }
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 0x55;
            std::fs::write(&path, altered).unwrap();
            // What is no longer the same is an error or another name; it is never a panic.
            let _ = read_npz(&path);
        }
    }

    #[test]
    fn a_log_becomes_arrays_and_one_that_makes_no_sense_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("subject-000.units.csv");
        assert_eq!(Arrays::from_log(&path).unwrap(), Arrays::default());
        let header = "steps,episode,population,aim,activity\n";
        std::fs::write(
            &path,
            format!("{header}5,0,cortex,1 0,0.5 2\n5,0,other,1 0,7\n10,1,cortex,0 1,1 3\n10,1,other,0 1,8\n"),
        )
        .unwrap();
        let found = Arrays::from_log(&path).unwrap().0;
        assert_eq!(found["steps"].values, [5.0, 10.0]);
        assert_eq!(found["episode"].values, [0.0, 1.0]);
        assert_eq!((found["aim"].width, &found["aim"].values[..]), (2, &[1.0, 0.0, 0.0, 1.0][..]));
        assert_eq!((found["cortex"].width, &found["cortex"].values[..]), (2, &[0.5, 2.0, 1.0, 3.0][..]));
        assert_eq!(found["other"].values, [7.0, 8.0]);
        for row in ["5,0,cortex", "5,0,cortex,1 0,a b", "5,0,cortex,1 0,1 2\n10,0,cortex,1 0,1"] {
            std::fs::write(&path, format!("{header}{row}\n")).unwrap();
            assert!(Arrays::from_log(&path).is_err(), "{row}");
        }
    }
}
