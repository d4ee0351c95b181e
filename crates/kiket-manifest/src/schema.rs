//! The JSON Schema of the canonical form.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::canonical::Canonical;

/// The blocks that the model does not look into, with what they are for.
const BLOCKS: [(&str, &str); 21] = [
    ("assets", "Files of the listing, such as the `icon`."),
    ("billing", "Trial, usage dimensions and plans."),
    ("compatibility", "The platform's versions that it works with, and what it deprecates."),
    ("compliance", "Notes for those who must approve it."),
    ("contributes", "Commands and workflow actions that it adds to the user interface."),
    ("credentials", "The credentials of its maker that it refers to as `ext.name`."),
    ("custom_data", "The modules of custom data that it uses, with the operations."),
    ("deployment", "How it is run when the platform hosts it."),
    ("egress", "The hosts that it calls."),
    ("homepage", "Where to read more."),
    ("hosting", "`internal`, or the tier and the hosts that it calls."),
    ("icon", "The address of its icon."),
    ("license", "Its licence."),
    ("output_fields", "The fields that it shows, by key."),
    ("pricing", "What it costs."),
    ("provides", "What it offers to other extensions."),
    ("rate_limiting", "How often it may be called."),
    ("requires", "What it needs from other extensions."),
    ("setup", "The steps of the install wizard."),
    ("tags", "Words to find it by."),
    ("webhooks", "Addresses that others call."),
];

/// The members that each block must have. All others are written only when there is something to
/// write, which their types do not say.
const REQUIRED: [(&str, &[&str]); 5] = [
    ("Extension", &["id"]),
    ("CallbackBlock", &[]),
    ("HookBlock", &["event"]),
    ("SettingBlock", &[]),
    ("ActionBlock", &["key"]),
];

/// The JSON Schema of a manifest in the canonical form, for editors and checks.
///
/// Members that it does not name are allowed: the reader keeps them.
///
/// ```
/// let schema = kiket_manifest::schema();
/// assert_eq!(schema["properties"]["model_version"]["const"], "1.0");
/// ```
#[must_use]
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Canonical<'static>>().to_value();
    for (block, members) in REQUIRED {
        schema["$defs"][block]["required"] = json!(members);
    }
    let extension = schema.pointer_mut("/$defs/Extension/properties");
    if let Some(properties) = extension.and_then(Value::as_object_mut) {
        for (name, description) in BLOCKS {
            properties.insert(name.to_owned(), json!({ "description": description }));
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members::EXTENSION;

    #[test]
    fn every_described_block_is_a_known_member() {
        for (name, _) in BLOCKS {
            assert!(EXTENSION.names().any(|known| known == name), "{name}");
        }
    }
}
