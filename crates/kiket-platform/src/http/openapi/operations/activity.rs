//! What extensions did and told, as operators read it.

use kiket_contract::api::Page;
use kiket_contract::api::extension_events::{self, ExtensionEvent, ListExtensionEvents};
use kiket_contract::api::inbound_emails::{self, ListInboundEmails, ReceivedEmail};
use kiket_contract::api::notifications::{self, ListNotifications, SentNotification};
use kiket_contract::api::secrets::reads::{self, ListSecretReads, SecretRead};
use serde_json::{Value, json};

use super::super::operation::{Operation, operator};
use super::{AT, DELIVERY, EXTENSION, page, told};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        operator("GET", extension_events::PATH, "The activity of a project's extensions")
            .queries::<ListExtensionEvents>(
                json!({"project_id": 27, "extension_id": EXTENSION, "kind": "log", "limit": 25}),
            )
            .answers::<Page<ExtensionEvent>>(200, page(&logged())),
        operator("GET", notifications::OUTBOX, "What extensions told people")
            .queries::<ListNotifications>(json!({"project_id": 27, "limit": 25}))
            .answers::<Page<SentNotification>>(200, page(&sent())),
        operator(
            "GET",
            inbound_emails::RECEIVED,
            "E-mails that extensions handed over, without what they say",
        )
        .queries::<ListInboundEmails>(json!({"project_id": 27, "limit": 25}))
        .answers::<Page<ReceivedEmail>>(200, page(&received())),
        operator("GET", &format!("{}/{{id}}", inbound_emails::RECEIVED), "Show one e-mail whole")
            .at("id", "1")
            .answers::<ReceivedEmail>(200, whole()),
        operator("GET", reads::PATH, "List who was given which secret")
            .queries::<ListSecretReads>(
                json!({"installation_id": 1, "key": "CRM_TOKEN", "limit": 25}),
            )
            .answers::<Page<SecretRead>>(200, page(&read())),
    ]
}

fn logged() -> Value {
    json!({
        "at": AT, "installation_id": 1, "extension_id": EXTENSION, "delivery_id": DELIVERY,
        "event": "contacts.synced", "event_version": "v1", "kind": "log", "data": {"count": 42},
        "happened_at": "2026-01-01T11:59:58Z",
    })
}

fn sent() -> Value {
    let mut sent = told::notification();
    sent["id"] = 1.into();
    sent["created_at"] = AT.into();
    sent["installation_id"] = 1.into();
    sent["project_id"] = 27.into();
    sent["extension_id"] = EXTENSION.into();
    sent["delivery_id"] = DELIVERY.into();
    sent
}

fn received() -> Value {
    json!({
        "id": 1, "received_at": AT, "installation_id": 1, "project_id": 27,
        "extension_id": EXTENSION,
    })
}

fn whole() -> Value {
    let mut received = received();
    received["inbound_email"] = told::email();
    received
}

fn read() -> Value {
    json!({
        "at": AT, "key": "CRM_TOKEN", "scope": "installation", "installation_id": 1,
        "extension_id": EXTENSION, "by": "delivery", "delivery_id": DELIVERY, "attempt": 1,
        "workspace_token_id": null,
    })
}
