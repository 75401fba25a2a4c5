//! How a Parquet file of steps is made: its columns' types, how they are packed, and what is told beside.

use super::columns::Content;
use crate::record::column::Column;
use anyhow::Result;
use etude_envs::task::Blueprint;
use parquet::basic::{Compression, Encoding, Repetition, Type as Kind};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::{ColumnPath, Type};
use std::sync::Arc;

/// The schema of a file with such columns.
pub(super) fn schema(columns: &[Column], contents: &[Content]) -> Result<Arc<Type>> {
    let field = |(column, content): (&Column, &Content)| {
        let kind = match content {
            Content::Whole => Kind::INT64,
            Content::Number => Kind::FLOAT,
            Content::Flag => Kind::BOOLEAN,
        };
        let built = Type::primitive_type_builder(&column.name, kind).with_repetition(Repetition::REQUIRED).build();
        built.map(Arc::new)
    };
    let fields = columns.iter().zip(contents).map(field).collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(Type::group_type_builder("steps").with_fields(fields).build()?))
}

/// Compressed, with the task and each column's unit and meaning beside.
pub(super) fn properties(task: &Blueprint, columns: &[Column], contents: &[Content]) -> WriterProperties {
    let told = |of: fn(&Column) -> &str| {
        let all: serde_json::Map<String, serde_json::Value> =
            columns.iter().map(|column| (column.name.to_string(), of(column).into())).collect();
        Some(serde_json::Value::Object(all).to_string())
    };
    let beside = vec![
        KeyValue::new("etude.task".into(), Some(task.spec().id.clone())),
        KeyValue::new("etude.units".into(), told(|column| &column.unit)),
        KeyValue::new("etude.meanings".into(), told(|column| &column.meaning)),
    ];
    let mut properties =
        WriterProperties::builder().set_compression(Compression::SNAPPY).set_key_value_metadata(Some(beside));
    for (column, _) in columns.iter().zip(contents).filter(|(_, content)| **content == Content::Number) {
        // Numbers that seldom come twice are smaller, and written faster, byte by byte than by a dictionary.
        let path = ColumnPath::from(&*column.name);
        properties = properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT);
    }
    properties.build()
}
