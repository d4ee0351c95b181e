//! `external.webhook.*`: requests of third parties that Kiket takes in and passes on.
//!
//! Every installation has an address `/webhooks/ext/{webhook_token}/{action}`. A request to it
//! becomes the event `external.webhook.<action>`, with the request as it came, so that the
//! extension can check the third party's own signature.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Entry;
use super::entry::Payload;

/// The family's catalogue entries.
pub(super) const EVENTS: &[Entry] = &[Entry {
    event: "external.webhook.*",
    version: "v1",
    summary: "a third party called the installation's webhook address; the action ends the name",
    payload: Payload::of::<ExternalWebhook>(),
    sample: r#"{
        "action": "inbound_email",
        "received_at": "2025-11-08T11:16:42Z",
        "external_webhook": {
            "method": "POST",
            "content_type": "application/json",
            "headers": {"Content-Type": "application/json", "User-Agent": "Mail-Parse/1.0"},
            "query_params": {"source": "parse"},
            "body": "{\"From\":\"ada@example.com\",\"Subject\":\"Checkout is down\"}",
            "original_url": "https://kiket.dev/webhooks/ext/wht_example/inbound_email?source=parse"
        }
    }"#,
}];

/// Payload of every `external.webhook.<action>`: the members that published extensions read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ExternalWebhook {
    /// The action, which also ends the event's name.
    pub action: String,
    /// The request.
    pub external_webhook: ForwardedRequest,
    /// When Kiket took it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
}

/// A third party's request. Its `Debug` shows method, type and header names only: the rest can hold
/// the third party's credentials and the installation's webhook token.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ForwardedRequest {
    /// The body: as a rule its text as it came, sometimes the object that the text was.
    pub body: Value,
    /// The headers, in the third party's spelling.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body's media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The method, `POST` as a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The parameters of the query.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub query_params: Map<String, Value>,
    /// The whole address that was called; some signatures cover it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_url: Option<String>,
}

impl fmt::Debug for ForwardedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwardedRequest")
            .field("method", &self.method)
            .field("content_type", &self.content_type)
            .field("headers", &self.headers.keys())
            .finish_non_exhaustive()
    }
}

impl ExternalWebhook {
    /// The name of the event of an action.
    #[must_use]
    pub fn event(action: &str) -> String {
        format!("external.webhook.{action}")
    }

    /// A request that was taken in for an action.
    #[must_use]
    pub fn new(action: &str, received_at: Timestamp, request: ForwardedRequest) -> Self {
        let received_at = Some(received_at);
        Self { action: action.to_owned(), external_webhook: request, received_at }
    }
}

impl ForwardedRequest {
    /// A request with this body as text. The other members can be set then.
    #[must_use]
    pub fn new(body: &str) -> Self {
        Self {
            body: body.into(),
            headers: BTreeMap::new(),
            content_type: None,
            method: None,
            query_params: Map::new(),
            original_url: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_a_request_shows_no_credentials() {
        let payload: ExternalWebhook = serde_json::from_value(EVENTS[0].sample().into()).unwrap();
        let printed = format!("{payload:?}");
        assert!(printed.contains("User-Agent") && printed.contains("POST"), "{printed}");
        for hidden in ["wht_example", "Mail-Parse", "Checkout is down"] {
            assert!(!printed.contains(hidden), "{printed}");
        }
    }
}
