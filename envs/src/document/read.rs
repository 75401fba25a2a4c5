//! From values to typed specs, with errors that name the field.

use super::error::{nearest, shown};
use super::node::{Content, Node};
use super::scalar::Scalar;
use serde::de::{self, DeserializeSeed, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt;

/// Why a value does not fit a spec.
#[derive(Debug)]
pub struct ReadError {
    /// Dotted path of the field; empty for the whole document.
    pub field: String,
    /// What was found and what was expected.
    pub message: String,
}

impl ReadError {
    fn new(message: String) -> Self {
        Self { field: String::new(), message }
    }

    /// The same error, with the path extended by the mapping or list that contains the value.
    fn below(mut self, segment: &str) -> Self {
        let joint = if self.field.is_empty() || self.field.starts_with('[') { "" } else { "." };
        self.field = format!("{segment}{joint}{}", self.field);
        self
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {}, found {}", in_words(&expected.to_string()), found_in_words(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(found: &str, known: &'static [&'static str]) -> Self {
        Self::new(unknown_name(found, known))
    }

    fn unknown_field(found: &str, known: &'static [&'static str]) -> Self {
        Self { field: found.into(), message: unknown_name(found, known) }
    }
}

fn unknown_name(found: &str, known: &[&str]) -> String {
    let (unknown, known_names) = (shown(found), known.join(", "));
    match nearest(found, known.iter().copied()) {
        Some(name) => format!("unknown name `{unknown}`; did you mean `{name}`? Expected one of: {known_names}"),
        None => format!("unknown name `{unknown}`; expected one of: {known_names}"),
    }
}

/// Rust's type names in words for people who write YAML.
fn in_words(expected: &str) -> String {
    let whole = |low: i128, high: i128| format!("a whole number from {low} to {high}");
    match expected {
        "f32" | "f64" => "a number".into(),
        "u8" => whole(0, u8::MAX.into()),
        "u16" => whole(0, u16::MAX.into()),
        "u32" => whole(0, u32::MAX.into()),
        "u64" | "usize" => whole(0, u64::MAX.into()),
        "i8" => whole(i8::MIN.into(), i8::MAX.into()),
        "i16" => whole(i16::MIN.into(), i16::MAX.into()),
        "i32" => whole(i32::MIN.into(), i32::MAX.into()),
        "i64" | "isize" => whole(i64::MIN.into(), i64::MAX.into()),
        "a string" => "text".into(),
        "a boolean" => "true or false".into(),
        "a sequence" => "a list".into(),
        other if other.starts_with("struct ") || other == "a map" => "a mapping of `field: value` lines".into(),
        other => other.into(),
    }
}

fn found_in_words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Str(text) => format!("the text `{}`", shown(text)),
        Unexpected::Unsigned(number) => number.to_string(),
        Unexpected::Signed(number) => number.to_string(),
        Unexpected::Float(number) => number.to_string(),
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unit | Unexpected::Option => "nothing".into(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a mapping".into(),
        other => other.to_string(),
    }
}

impl<'de> de::Deserializer<'de> for &'de Node {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.content {
            Content::Text(text) => visitor.visit_borrowed_str(text),
            Content::Plain(text) => visit(Scalar::of(text), text, visitor),
            Content::List(items) => visitor.visit_seq(Items { items, index: 0 }),
            Content::Map(entries) => visitor.visit_map(Entries { entries, index: 0 }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.is_null() { visitor.visit_seq(Items { items: &[], index: 0 }) } else { self.deserialize_any(visitor) }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.is_null() {
            visitor.visit_map(Entries { entries: &[], index: 0 })
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match &self.content {
            Content::Text(text) | Content::Plain(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            Content::List(_) => Err(de::Error::invalid_type(Unexpected::Seq, &"a name")),
            Content::Map(_) => Err(de::Error::invalid_type(Unexpected::Map, &"a name")),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.scalar(Scalar::number, visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.scalar(Scalar::number, visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.scalar(Scalar::whole_number, visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.scalar(Scalar::whole_number, visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.scalar(Scalar::whole_number, visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.scalar(Scalar::whole_number, visitor)
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.scalar(Scalar::whole_number, visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.scalar(Scalar::whole_number, visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.scalar(Scalar::whole_number, visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.scalar(Scalar::whole_number, visitor)
    }

    forward_to_deserialize_any! {
        bool char str string bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any i128 u128
    }
}

impl Node {
    fn is_null(&self) -> bool {
        matches!(&self.content, Content::Plain(text) if Scalar::of(text) == Scalar::Null)
    }

    fn scalar<'de, V: Visitor<'de>>(&'de self, meaning: fn(&str) -> Scalar, visitor: V) -> Result<V::Value, ReadError> {
        match &self.content {
            Content::Plain(text) => visit(meaning(text), text, visitor),
            _ => de::Deserializer::deserialize_any(self, visitor),
        }
    }
}

fn visit<'de, V: Visitor<'de>>(meaning: Scalar, text: &'de str, visitor: V) -> Result<V::Value, ReadError> {
    match meaning {
        Scalar::Null => visitor.visit_unit(),
        Scalar::Bool(value) => visitor.visit_bool(value),
        Scalar::Whole(number) => visitor.visit_u64(number),
        Scalar::Signed(number) => visitor.visit_i64(number),
        Scalar::Real(number) => visitor.visit_f64(number),
        Scalar::Text => visitor.visit_borrowed_str(text),
    }
}

struct Items<'de> {
    items: &'de [Node],
    index: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        let Some(item) = self.items.get(self.index) else { return Ok(None) };
        let segment = format!("[{}]", self.index);
        self.index += 1;
        seed.deserialize(item).map(Some).map_err(|error| error.below(&segment))
    }
}

struct Entries<'de> {
    entries: &'de [(String, Node)],
    index: usize,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        let Some((key, _)) = self.entries.get(self.index) else { return Ok(None) };
        seed.deserialize(de::value::BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        let Some((key, value)) = self.entries.get(self.index) else {
            return Err(de::Error::custom("a key without a value"));
        };
        self.index += 1;
        seed.deserialize(value).map_err(|error| error.below(key))
    }
}
