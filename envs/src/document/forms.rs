//! The JSON schema of values that can be written in several forms.

use schemars::JsonSchema;

/// A value of any form in a JSON schema. The docs of the field say which forms it can have. For `#[schemars(with =
/// "AnyForm")]`.
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
