//! The schema of what can be written in several forms.

use schemars::JsonSchema;

/// Of any form, in a JSON schema: what is read in several forms says in its field's docs which ones. For
/// `#[schemars(with = "AnyForm")]`.
pub struct AnyForm;

impl JsonSchema for AnyForm {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AnyForm".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::Schema::default()
    }
}
