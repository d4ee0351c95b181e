//! `oauth.*`: calls to an extension that is an OAuth provider for others.
//!
//! The manifests of the published provider extensions give the names; the members are this
//! catalogue's choice, after the authorization code flow.

use serde::{Deserialize, Serialize, Serializer};

use super::Entry;
use super::entry::Payload;
use crate::secret::Secret;

/// The family's catalogue entries.
pub(super) const EVENTS: &[Entry] = &[
    Entry {
        event: "oauth.authorize",
        version: "v1",
        summary: "a user wants to connect an account: where shall the browser go?",
        payload: Payload::of::<OauthAuthorize>(),
        sample: r#"{
            "provider": "google", "user_id": 91,
            "scopes": ["https://www.googleapis.com/auth/calendar.readonly"],
            "redirect_uri": "https://kiket.dev/oauth/callback", "state": "st_example"
        }"#,
    },
    Entry {
        event: "oauth.callback",
        version: "v1",
        summary: "the user agreed, and the provider sent the browser back with a code",
        payload: Payload::of::<OauthCallback>(),
        sample: r#"{
            "provider": "google", "user_id": 91,
            "redirect_uri": "https://kiket.dev/oauth/callback",
            "code": "code_example", "state": "st_example"
        }"#,
    },
    Entry {
        event: "oauth.refresh",
        version: "v1",
        summary: "a connection's access token ends soon",
        payload: Payload::of::<OauthConnection>(),
        sample: CONNECTION,
    },
    Entry {
        event: "oauth.revoke",
        version: "v1",
        summary: "a connection is being cut",
        payload: Payload::of::<OauthConnection>(),
        sample: CONNECTION,
    },
];

const CONNECTION: &str = r#"{"provider": "google", "user_id": 91, "connection_id": 18}"#;

/// Payload of `oauth.authorize`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OauthAuthorize {
    /// The provider's id.
    pub provider: String,
    /// The user who wants to connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<i64>,
    /// What the connection shall allow, in the provider's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Where the provider sends the browser back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// What the provider must hand back unchanged.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    pub state: Option<Secret>,
}

/// Payload of `oauth.callback`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OauthCallback {
    /// The provider's id.
    pub provider: String,
    /// The user who connects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<i64>,
    /// The address that the provider was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// The code to change into tokens.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    pub code: Option<Secret>,
    /// What the provider handed back.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    pub state: Option<Secret>,
    /// The provider's error code when the user did not agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Payload of `oauth.refresh` and `oauth.revoke`. It has no tokens: the extension keeps them as
/// secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OauthConnection {
    /// The provider's id.
    pub provider: String,
    /// The user whose account is connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<i64>,
    /// The connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_id: Option<i64>,
}

/// Writes a one-time code into the payload that carries it to the extension, its only purpose.
fn expose<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Secret::expose).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_a_callback_shows_no_code() {
        let sample = EVENTS[1].sample();
        let payload: OauthCallback = serde_json::from_value(sample.into()).unwrap();
        let printed = format!("{payload:?}");
        assert!(printed.contains("google") && !printed.contains("_example"), "{printed}");
    }
}
