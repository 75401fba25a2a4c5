//! Events in TensorBoard's format: TFRecord records, each with checksums of its length and of its bytes, that contain
//! an `Event` protocol buffer.
//!
//! Sources: TensorFlow, `core/lib/io/record_writer.h` and `core/util/event.proto`.

use std::borrow::Cow;

/// TFRecord's masking of checksums, which protects checksums of data that contain checksums.
fn masked(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

fn record(out: &mut Vec<u8>, event: &[u8]) {
    let length = (event.len() as u64).to_le_bytes();
    out.extend_from_slice(&length);
    out.extend_from_slice(&masked(&length).to_le_bytes());
    out.extend_from_slice(event);
    out.extend_from_slice(&masked(event).to_le_bytes());
}

/// The protocol-buffer field types needed here.
enum Field<'a> {
    Whole(u64),
    Double(f64),
    Float(f32),
    Bytes(Cow<'a, [u8]>),
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn message(fields: &[(u64, Field<'_>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, field) in fields {
        let mut key = |wire: u64| varint(&mut out, number << 3 | wire);
        match field {
            Field::Whole(value) => {
                key(0);
                varint(&mut out, *value);
            }
            Field::Double(value) => {
                key(1);
                out.extend_from_slice(&value.to_le_bytes());
            }
            Field::Bytes(bytes) => {
                key(2);
                varint(&mut out, bytes.len() as u64);
                out.extend_from_slice(bytes);
            }
            Field::Float(value) => {
                key(5);
                out.extend_from_slice(&value.to_le_bytes());
            }
        }
    }
    out
}

/// The first record of every event file: the version of the format.
pub fn first_event() -> Vec<u8> {
    let version = Field::Bytes(Cow::Borrowed(b"brain.Event:2"));
    let mut out = Vec::new();
    record(&mut out, &message(&[(3, version)]));
    out
}

/// A number called `tag` after that many env steps. Its time is the practice time in s instead of the wall clock: the
/// same run gives the same bytes.
pub fn scalar_event(out: &mut Vec<u8>, steps: u64, time: f64, tag: &str, value: f32) {
    let scalar = message(&[(1, Field::Bytes(Cow::Borrowed(tag.as_bytes()))), (2, Field::Float(value))]);
    let summary = message(&[(1, Field::Bytes(Cow::Owned(scalar)))]);
    record(
        out,
        &message(&[(1, Field::Double(time)), (2, Field::Whole(steps)), (5, Field::Bytes(Cow::Owned(summary)))]),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What TensorBoard 2.21 itself writes: `RecordWriter.write(Event(...).SerializeToString())`.
    #[test]
    fn events_are_the_bytes_that_tensorboard_writes() {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(hex(&first_event()), "0f000000000000006d532b091a0d627261696e2e4576656e743a32fc985129");
        let mut out = Vec::new();
        scalar_event(&mut out, 300, 1.5, "a", 0.25);
        assert_eq!(hex(&out), "1800000000000000a37f4b2209000000000000f83f10ac022a0a0a080a0161150000803eb4fa9511");
    }
}
