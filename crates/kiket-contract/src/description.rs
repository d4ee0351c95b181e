//! What an extension prints about itself under [`crate::environment::DESCRIBE`]: for tools that
//! compare its code with its manifest.

use serde::{Deserialize, Serialize};

use crate::health::RegisteredHandler;

/// An extension and every handler that it registers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// The manifest's id.
    pub extension_id: String,
    /// The manifest's version.
    #[serde(default)]
    pub extension_version: Option<String>,
    /// Every handler, in the order of registration.
    pub handlers: Vec<DescribedHandler>,
}

/// One handler with the scopes that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DescribedHandler {
    /// What it handles.
    #[serde(flatten)]
    pub handler: RegisteredHandler,
    /// The scopes without which it is not called, as written.
    #[serde(default)]
    pub required_scopes: Vec<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::health::HandlerKind;

    #[test]
    fn a_handler_is_one_object_and_what_is_unsaid_is_nothing() {
        let written = json!({
            "extension_id": "com.example.crm",
            "handlers": [
                {"event": "issue.created", "version": "v1", "kind": "webhook"},
                {
                    "event": "action.sync", "version": "v1", "kind": "action",
                    "required_scopes": ["issues.read"],
                },
            ],
        });
        let read: Description = serde_json::from_value(written).unwrap();
        assert_eq!(read.extension_version, None);
        assert!(read.handlers[0].required_scopes.is_empty());
        assert_eq!(read.handlers[1].handler.kind, HandlerKind::Action);
        assert_eq!(
            serde_json::to_value(&read.handlers[1]).unwrap(),
            json!({
                "event": "action.sync", "version": "v1", "kind": "action",
                "required_scopes": ["issues.read"],
            })
        );
    }
}
