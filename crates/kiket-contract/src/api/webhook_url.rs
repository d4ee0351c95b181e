//! `GET /api/v1/ext/webhook_url`: where a third party can reach an installation.
//!
//! What is posted there reaches the extension as the event `external.webhook.<action>`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/ext/webhook_url";

/// How the paths begin that third parties post to: the token and the action follow.
pub const WEBHOOKS: &str = "/webhooks/ext";
/// The path that third parties post to, with its variable segments.
pub const WEBHOOK_PATH: &str = "/webhooks/ext/{webhook_token}/{action}";

/// The query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FindWebhookUrl {
    /// The last part of the event's name.
    pub action_name: String,
}

/// The answer. Whoever knows the address can post to it, so `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WebhookUrl {
    /// The whole address.
    pub webhook_url: String,
    /// The part of it that stands for the installation.
    pub webhook_token: String,
    /// The address without the action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_base_url: Option<String>,
}

impl WebhookUrl {
    /// The address of an action at a platform that is reached at `origin`.
    #[must_use]
    pub fn new(origin: &str, webhook_token: &str, action: &str) -> Self {
        let base = format!("{origin}{WEBHOOKS}/{webhook_token}");
        Self {
            webhook_url: format!("{base}/{action}"),
            webhook_token: webhook_token.to_owned(),
            webhook_base_url: Some(base),
        }
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookUrl").finish_non_exhaustive()
    }
}
