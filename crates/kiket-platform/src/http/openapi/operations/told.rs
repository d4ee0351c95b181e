//! What an extension tells and asks of itself.

use kiket_contract::api::Done;
use kiket_contract::api::analytics_events::{self, AnalyticsEvent};
use kiket_contract::api::extension_events::{self, LogEvent, LogMessage};
use kiket_contract::api::extension_metrics::{self, Metric};
use kiket_contract::api::extensions::{self, ExtensionMetadata};
use kiket_contract::api::inbound_emails::{self, AcceptedEmail, NewInboundEmail};
use kiket_contract::api::notifications::{self, Notification};
use kiket_contract::api::rate_limit::{self, RateLimit, RateLimitAnswer};
use kiket_contract::api::spelling::Both;
use kiket_contract::api::webhook_url::{self, FindWebhookUrl, WebhookUrl};
use serde_json::{Value, json};

use super::super::operation::{Operation, extension};
use super::installations::SCOPES;
use super::{EXTENSION, ORIGIN, WEBHOOK_TOKEN, done};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        tell(extension_events::LOG_PATH, "Log an event of the extension's own")
            .at("extension_id", EXTENSION)
            .takes::<LogEvent>(json!({
                "event": "contacts.synced", "version": "v1", "data": {"count": 42},
                "timestamp": "2026-01-01T11:59:58Z",
            }))
            .answers::<Done>(201, done()),
        tell(extension_events::MESSAGES_PATH, "Log a message of the extension's own")
            .takes::<LogMessage>(json!({"message": "42 contacts synced", "metadata": {"page": 1}}))
            .answers::<Done>(201, done()),
        tell(extension_metrics::PATH, "Report a number")
            .takes::<Metric>(json!({"name": "contacts.synced", "value": 42, "unit": "count"}))
            .answers::<Done>(201, done()),
        tell(notifications::PATH, "Tell the installation's people something")
            .takes::<Notification>(notification())
            .answers::<Done>(201, done()),
        tell(analytics_events::PATH, "Report something for analytics")
            .takes::<AnalyticsEvent>(json!({
                "event": "contact.opened", "version": "v1", "data": {"contact": 7},
                "timestamp": "2026-01-01T11:59:58Z",
            }))
            .answers::<Done>(201, done()),
        tell(inbound_emails::PATH, "Hand over an e-mail that the extension received")
            .takes::<NewInboundEmail>(json!({"inbound_email": email()}))
            .answers::<AcceptedEmail>(201, json!({"id": 1, "status": "received"})),
        extension("GET", extensions::PATH, "What is known of an extension")
            .at("extension_id", EXTENSION)
            .answers::<ExtensionMetadata>(
                200,
                json!({
                    "id": EXTENSION, "name": "Example CRM", "version": "1.0.0",
                    "description": null, "status": "active", "installation_id": 1,
                    "project_id": 27, "organization_id": 3, "scopes": SCOPES,
                }),
            ),
        extension("GET", webhook_url::PATH, "Where a third party reaches the installation")
            .queries::<FindWebhookUrl>(json!({"action_name": "inbound"}))
            .answers::<WebhookUrl>(200, json!(WebhookUrl::new(ORIGIN, WEBHOOK_TOKEN, "inbound"))),
        extension(
            "GET",
            rate_limit::PATH,
            "How many calls are left in this window; in both spellings",
        )
        .answers::<RateLimitAnswer>(200, rate_limit()),
    ]
}

/// What is left after one call.
fn rate_limit() -> Value {
    let rate_limit = Both(RateLimit::new(600, 599, 60, 60));
    json!(Both(RateLimitAnswer { rate_limit }))
}

/// A call that may have a key.
fn tell(path: &'static str, summary: &'static str) -> Operation {
    extension("POST", path, summary).keyed(
        "Makes a repeated request the same request, for 24 hours, whatever its body says",
        "contacts-synced-1",
    )
}

pub(super) fn notification() -> Value {
    json!({"title": "Contacts synced", "body": "42 contacts are up to date.", "level": "info"})
}

pub(super) fn email() -> Value {
    json!({
        "message_id": "<1@mail.example.com>", "in_reply_to": null, "references": [],
        "from_email": "grace@example.com", "from_name": "Grace", "to_email": "help@example.com",
        "cc_emails": [], "subject": "Leads arrive twice", "text_body": "Since Monday.",
        "html_body": null, "headers": {}, "attachments": [],
    })
}
