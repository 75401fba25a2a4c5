//! Numbers and texts from bytes in Guitar Pro's format: little-endian.

use std::ops::RangeInclusive;

/// The rest of a file.
pub struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or("it breaks off")?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N)?.try_into().map_err(|_| "it breaks off".into())
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn skip(&mut self, count: usize) -> Result<(), String> {
        self.take(count).map(drop)
    }

    pub fn u8(&mut self) -> Result<u8, String> {
        self.array().map(u8::from_le_bytes)
    }

    pub fn i8(&mut self) -> Result<i8, String> {
        self.array().map(i8::from_le_bytes)
    }

    pub fn i16(&mut self) -> Result<i16, String> {
        self.array().map(i16::from_le_bytes)
    }

    pub fn i32(&mut self) -> Result<i32, String> {
        self.array().map(i32::from_le_bytes)
    }

    /// A count of something, within a range.
    pub fn count(&mut self, what: &str, range: RangeInclusive<i32>) -> Result<usize, String> {
        let found = self.i32()?;
        let count = Some(found).filter(|count| range.contains(count)).and_then(|count| usize::try_from(count).ok());
        count.ok_or_else(|| format!("expected {} to {} {what}, found {found}", range.start(), range.end()))
    }

    /// A text in a field of that many bytes, preceded by its length in one byte.
    pub fn text(&mut self, bytes: usize) -> Result<String, String> {
        let length = usize::from(self.u8()?).min(bytes);
        let taken = self.take(bytes)?;
        // Files do not give the encoding; letters outside ASCII may look odd in a message.
        Ok(String::from_utf8_lossy(&taken[..length]).trim().to_string())
    }

    /// A text preceded by its size, which includes the byte of its length.
    pub fn long_text(&mut self) -> Result<String, String> {
        let size = self.count("letters of a text", 0..=i32::MAX)?;
        self.text(size.saturating_sub(1))
    }
}
