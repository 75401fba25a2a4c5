//! The fields of a YAML document with their meanings, taken from the docs of the fields in the source.

use schemars::Schema;
use serde::Serialize;
use serde_json::Value as Json;
use serde_yaml::Value as Yaml;

/// Largest depth to which schemas are followed.
const DEEPEST: usize = 12;
/// Largest length of values in tables, in characters.
const LONGEST: usize = 24;

/// A field of a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DocumentField {
    /// Its path: names separated by dots, with `[]` for each entry of a list and `NAME` for each of a mapping.
    pub path: String,
    /// Its value in the document, shortened; `None` if the document does not give one or the field holds others.
    pub value: Option<String>,
    /// Its meaning, with unit, range, default and source.
    pub meaning: String,
}

/// All fields that a document of this schema may have, starting with those of `document` in its order.
pub fn document_fields(schema: &Schema, document: &Yaml) -> Vec<DocumentField> {
    let root = schema.as_value();
    let mut reader = Reader { root, rows: Vec::new() };
    reader.object(root, Some(document), "", 0);
    reader.rows
}

struct Reader<'a> {
    root: &'a Json,
    rows: Vec<DocumentField>,
}

impl<'a> Reader<'a> {
    /// The schema behind references; for an optional value, the schema of the value.
    fn resolved(&self, mut schema: &'a Json) -> &'a Json {
        for _ in 0..DEEPEST {
            if let Some(path) = schema.get("$ref").and_then(Json::as_str) {
                let Some(found) = path.strip_prefix('#').and_then(|path| self.root.pointer(path)) else { break };
                schema = found;
            } else if let Some(forms) = schema.get("anyOf").and_then(Json::as_array) {
                let mut real = forms.iter().filter(|form| form.get("type").and_then(Json::as_str) != Some("null"));
                match (real.next(), real.next()) {
                    (Some(only), None) => schema = only,
                    _ => break,
                }
            } else {
                break;
            }
        }
        schema
    }

    /// The schemas of an object, or of each object that a value may be.
    fn forms(&self, schema: &'a Json) -> Vec<&'a Json> {
        let schema = self.resolved(schema);
        let several = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(*key)?.as_array());
        match several {
            Some(forms) => forms.iter().map(|form| self.resolved(form)).collect(),
            None => vec![schema],
        }
    }

    fn object(&mut self, schema: &'a Json, value: Option<&Yaml>, path: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let forms = self.forms(schema);
        let mut known: Vec<(&'a str, &'a Json)> = Vec::new();
        for form in forms {
            for (name, field) in form.get("properties").and_then(Json::as_object).into_iter().flatten() {
                if !known.iter().any(|(known, _)| known == name) {
                    known.push((name, field));
                }
            }
        }
        // Fields of the document in its order, then the others.
        let place = |name: &str| {
            let names = value.and_then(Yaml::as_mapping).into_iter().flat_map(|mapping| mapping.keys());
            names.into_iter().position(|key| key.as_str() == Some(name)).unwrap_or(usize::MAX)
        };
        known.sort_by_key(|(name, _)| place(name));
        for (name, field) in known {
            let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
            self.field(field, value.and_then(|value| value.get(name)), path, depth);
        }
    }

    fn field(&mut self, field: &'a Json, value: Option<&Yaml>, path: String, depth: usize) {
        let inner = self.resolved(field);
        let docs = |schema: &Json| schema.get("description").and_then(Json::as_str).map(in_a_line);
        let mut meaning = docs(field).or_else(|| docs(inner)).unwrap_or_default();
        let choices = self.choices(inner);
        if !choices.is_empty() {
            meaning = format!("{meaning} One of {}.", choices.join(", ")).trim_start().to_string();
        }
        let nested = self.holds_fields(inner);
        let items = inner.get("items").filter(|items| self.holds_fields(self.resolved(items)));
        let named = inner.get("additionalProperties").filter(|named| self.holds_fields(self.resolved(named)));
        let shown = value
            .filter(|value| !value.is_null())
            .map(shortened)
            .filter(|_| !nested && items.is_none() && named.is_none());
        self.rows.push(DocumentField { path: path.clone(), value: shown, meaning });
        if nested {
            self.object(inner, value, &path, depth + 1);
        } else if let Some(items) = items {
            self.object(items, value.and_then(|value| value.get(0)), &format!("{path}[]"), depth + 1);
        } else if let Some(named) = named {
            let first = value.and_then(Yaml::as_mapping).and_then(|mapping| mapping.values().next());
            self.object(named, first, &format!("{path}.NAME"), depth + 1);
        }
    }

    fn holds_fields(&self, schema: &'a Json) -> bool {
        self.forms(schema).iter().any(|form| form.get("properties").is_some())
    }

    /// The words that a value may be.
    fn choices(&self, schema: &'a Json) -> Vec<&'a str> {
        let forms = self.forms(schema);
        let words = |form: &'a Json| -> Vec<&'a str> {
            let constant = form.get("const").and_then(Json::as_str);
            let listed = form.get("enum").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
            constant.into_iter().chain(listed).collect()
        };
        forms.into_iter().flat_map(words).collect()
    }
}

/// Docs on one line, without link markup.
fn in_a_line(docs: &str) -> String {
    docs.split_whitespace().collect::<Vec<_>>().join(" ").replace("[`", "`").replace("`]", "`")
}

fn shortened(value: &Yaml) -> String {
    let text = match value {
        Yaml::Sequence(list) => {
            let entries: Vec<String> = list.iter().take(LONGEST).map(shortened).collect();
            format!("[{}]", entries.join(", "))
        }
        Yaml::Mapping(_) => "{…}".into(),
        Yaml::String(text) => text.clone(),
        other => serde_yaml::to_string(other).unwrap_or_default().trim().to_string(),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::{JsonSchema, schema_for};
    use serde::Deserialize;
    use std::collections::BTreeMap;

    /// How it is.
    #[derive(JsonSchema, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        /// Soft.
        Soft,
        /// Very hard.
        VeryHard,
    }

    /// A wheel.
    #[derive(JsonSchema, Deserialize)]
    #[expect(dead_code, reason = "only the schema is looked at")]
    struct Wheel {
        /// Radius in m; above 0, see
        /// [`Kind`].
        radius: f32,
        kind: Kind,
    }

    #[derive(JsonSchema, Deserialize)]
    #[expect(dead_code, reason = "only the schema is looked at")]
    struct Car {
        /// Front wheel.
        front: Option<Wheel>,
        /// Spare wheels.
        spare: Vec<Wheel>,
        /// By name.
        named: BTreeMap<String, Wheel>,
        /// Its name.
        name: String,
        rear: Wheel,
    }

    #[test]
    fn every_field_is_listed_with_its_docs_and_what_the_document_says() {
        let yaml = "name: four words and some more of them\nfront: {radius: 0.5}\nspare: [{kind: soft, radius: 2}]\n";
        let fields = document_fields(&schema_for!(Car), &serde_yaml::from_str(yaml).unwrap());
        let of = |path: &str| {
            fields.iter().find(|field| field.path == path).unwrap_or_else(|| panic!("{path}: {fields:#?}"))
        };
        assert_eq!(of("name").value.as_deref(), Some("four words and some mor…"));
        assert_eq!(of("front").meaning, "Front wheel.");
        assert_eq!(of("front").value, None);
        assert_eq!(of("front.radius").value.as_deref(), Some("0.5"));
        assert_eq!(of("front.radius").meaning, "Radius in m; above 0, see `Kind`.");
        assert_eq!(of("rear").meaning, "A wheel.");
        assert_eq!(of("rear.kind").meaning, "How it is. One of soft, very-hard.");
        assert_eq!(of("spare[].kind").value.as_deref(), Some("soft"));
        assert!(of("named.NAME.radius").value.is_none());
        let order: Vec<&str> =
            fields.iter().map(|field| field.path.as_str()).filter(|path| !path.contains('.')).collect();
        assert_eq!(order[..3], ["name", "front", "spare"]);
    }
}
