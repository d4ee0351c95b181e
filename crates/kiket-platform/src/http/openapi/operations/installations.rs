//! Extensions in projects, and what becomes of them.

use kiket_contract::api::Page;
use kiket_contract::api::installations::{
    self, ApiKey, Installation, InstallationUpdate, Installed, ListInstallations, NewApiKey,
    NewDeliverySecret, NewInstallation, NewRotation, NewUpgrade, Upgrade,
};
use serde_json::{Value, json};

use super::super::operation::{Operation, operator};
use super::{AT, EXTENSION, page};

/// The manifest of the extension that all examples are about.
pub(super) const MANIFEST: &str = "\
id: com.example.crm
name: Example CRM
version: 1.0.0
sdk: rust
permissions: [analytics.write, api.read, api.write, comments.read, comments.write, custom_data.read, custom_data.write, issues.read, issues.write, secrets.read, secrets.write]
custom_data:
  permissions: [{module: com.example.crm.contacts, operations: [read, write, delete]}]
configuration:
  CRM_TOKEN: {type: string, secret: true}
  region: {type: string}
hooks:
  - {event: issue.created, version: v1}
  - {event: workflow.before_transition, required: true}
  - {event: external.webhook.inbound}
actions:
  - {key: sync_contacts, label: Sync contacts, scopes: [project, issue]}
";
/// What its runtime tokens grant: what every token does, and what the manifest asks for.
pub(super) const SCOPES: [&str; 15] = [
    "ext.api.read",
    "ext.api.write",
    "ext.secrets.read",
    "ext.secrets.write",
    "analytics.write",
    "api.read",
    "api.write",
    "comments.read",
    "comments.write",
    "custom_data.read",
    "custom_data.write",
    "issues.read",
    "issues.write",
    "secrets.read",
    "secrets.write",
];
/// Its module of custom data.
pub(super) const MODULE: &str = "com.example.crm.contacts";
const SCHEMA: &str = "\
module: com.example.crm.contacts
tables:
  people:
    columns:
      - {name: email, type: string, \"null\": false}
      - {name: status, type: string, default: active}
";
const URL: &str = "https://crm.example.com";

pub(super) fn operations() -> Vec<Operation> {
    let mut all = vec![
        operator("GET", installations::PATH, "List installations")
            .queries::<ListInstallations>(json!({"project_id": 27, "state": "active", "limit": 25}))
            .answers::<Page<Installation>>(200, page(&installation())),
        operator("POST", installations::PATH, "Set an extension up in a project")
            .takes::<NewInstallation>(new())
            .answers::<Installed>(201, installed()),
        one("GET", "", "Show one installation").answers::<Installation>(200, installation()),
        one("PATCH", "", "Change an installation")
            .takes::<InstallationUpdate>(json!({"configuration": {"region": "us"}}))
            .answers::<Installation>(200, with("configuration", json!({"region": "us"}))),
        one("DELETE", "", "Remove an installation").answers::<Installation>(200, removed()),
        one("POST", "/upgrade", "Go to another version, or preview it")
            .takes::<NewUpgrade>(json!({
                "manifest": MANIFEST.replace("1.0.0", "1.1.0"),
                "accept_permissions": true,
            }))
            .answers::<Upgrade>(200, upgrade(("1.0.0", "1.1.0"))),
        one("POST", "/rollback", "Go back to the version before")
            .answers::<Upgrade>(200, upgrade(("1.1.0", "1.0.0"))),
    ];
    all.extend(states());
    all.extend(keys());
    all
}

fn states() -> [Operation; 4] {
    [
        ("/pause", "Hold deliveries back; guards deny", "paused"),
        ("/resume", "Deliver again what was held back", "active"),
        ("/disable", "Switch an installation off", "disabled"),
        ("/enable", "Switch an installation on", "active"),
    ]
    .map(|(below, summary, state)| {
        one("POST", below, summary).answers::<Installation>(200, with("state", json!(state)))
    })
}

fn keys() -> [Operation; 3] {
    let rotate = "/delivery_secret/rotate";
    [
        one("POST", rotate, "Make the next delivery secret, shown once")
            .takes::<NewRotation>(json!({"replace": true}))
            .answers::<NewDeliverySecret>(
                200,
                json!({"delivery_secret": "sh_…", "signs_at": "2026-01-02T12:00:00Z"}),
            ),
        one("POST", &format!("{rotate}/commit"), "Sign with the next delivery secret from now on")
            .answers::<Installation>(200, installation()),
        one("POST", "/api_key/rotate", "Make another API key, shown once")
            .takes::<NewApiKey>(json!({"overlap_minutes": 60}))
            .answers::<ApiKey>(
                200,
                json!({"api_key": "kk_…", "previous_until": "2026-01-01T13:00:00Z"}),
            ),
    ]
}

fn one(method: &'static str, below: &str, summary: &'static str) -> Operation {
    operator(method, &format!("{}/{{id}}{below}", installations::PATH), summary).at("id", "1")
}

fn new() -> Value {
    json!({
        "manifest": MANIFEST,
        "callback_url": URL,
        "organization_id": 3,
        "project_id": 27,
        "configuration": {"region": "eu"},
        "secrets": {"CRM_TOKEN": "the token of the CRM"},
        "modules": {MODULE: SCHEMA},
    })
}

fn installed() -> Value {
    let mut installed = installation();
    installed["delivery_secret"] = "sh_…".into();
    installed["api_key"] = "kk_…".into();
    installed["findings"] = json!([]);
    installed
}

fn installation() -> Value {
    let hook = |event: &str, version: Option<&str>| {
        json!({
            "event": event, "version": version, "endpoint": null, "timeout_ms": 10_000,
            "retries": 5, "required": true, "token_minutes": null, "disabled_reason": null,
        })
    };
    json!({
        "id": 1,
        "extension_id": EXTENSION,
        "extension_version": "1.0.0",
        "organization_id": 3,
        "project_id": 27,
        "state": "active",
        "callback_url": URL,
        "signing": "timestamped",
        "token_minutes": null,
        "configuration": {"region": "eu"},
        "scopes": SCOPES,
        "hooks": [
            hook("issue.created", Some("v1")),
            hook("workflow.before_transition", None),
            hook("external.webhook.inbound", None),
        ],
        "modules": [MODULE],
        "secrets": [{"key": "CRM_TOKEN", "requested": true, "is_set": true}],
        "delivery_secret_rotation": null,
        "revision": 1,
        "created_at": AT,
        "updated_at": AT,
    })
}

/// The installation after a change of one member.
fn with(member: &str, value: Value) -> Value {
    let mut installation = installation();
    installation[member] = value;
    installation
}

fn removed() -> Value {
    let mut removed = with("state", json!("removed"));
    removed["configuration"] = json!({});
    removed["hooks"] = json!([]);
    removed["modules"] = json!([]);
    removed
}

/// From one version to another, which hears and may do the same.
fn upgrade((from, to): (&str, &str)) -> Value {
    json!({
        "applied": true,
        "changes": {
            "version": {"from": from, "to": to},
            "hooks_added": [],
            "hooks_removed": [],
            "permissions": {"added": [], "removed": []},
            "secrets_required": [],
            "custom_data": [],
        },
        "findings": [],
        "installation": with("extension_version", json!(to)),
    })
}
