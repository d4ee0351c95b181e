//! Every operation of the API: a new route gets its line here, or a test fails.

use kiket_contract::api::actions::{self, ActionCalled, CallAction};
use kiket_contract::api::analytics_events::{self, AnalyticsEvent};
use kiket_contract::api::audit::{
    self, Anchor, Anchors, FindAnchor, FindProof, ListAnchors, Proof, Verification, VerifyProof,
};
use kiket_contract::api::custom_data::{
    self, DeleteRecord, InProject, ListRecordsQuery, OneRecord, Record, WriteRecord,
};
use kiket_contract::api::deliveries::recovery::{self, Recover, Recovered};
use kiket_contract::api::deliveries::stream::{self, Streamed, WatchDeliveries};
use kiket_contract::api::deliveries::{self, Cancel, Delivery, ListDeliveries};
use kiket_contract::api::events::{self, AcceptedEvent, NewEvent};
use kiket_contract::api::extension_events::{
    self, ExtensionEvent, ListExtensionEvents, LogEvent, LogMessage,
};
use kiket_contract::api::extension_metrics::{self, Metric};
use kiket_contract::api::extensions::{self, ExtensionMetadata};
use kiket_contract::api::guards::{self, Guard, ListGuards, Resolve};
use kiket_contract::api::inbound_emails::{
    self, AcceptedEmail, ListInboundEmails, NewInboundEmail, ReceivedEmail,
};
use kiket_contract::api::installations::{
    self, ApiKey, Installation, InstallationUpdate, Installed, ListInstallations, NewApiKey,
    NewDeliverySecret, NewInstallation, NewRotation, NewUpgrade, Upgrade,
};
use kiket_contract::api::intake_forms::submissions::{
    self, IntakeSubmission, ListSubmissions, NewSubmission, Review,
};
use kiket_contract::api::intake_forms::{self, FormStatsQuery, IntakeForm, IntakeStats, ListForms};
use kiket_contract::api::issues::{
    self, Issue, IssueComment, ListIssues, NewComment, TransitionIssue, WriteIssue,
};
use kiket_contract::api::notifications::{self, ListNotifications, Notification, SentNotification};
use kiket_contract::api::rate_limit::{self, RateLimitAnswer};
use kiket_contract::api::secrets::kept::{self, KeptSecret, ListSecrets, SecretOwner};
use kiket_contract::api::secrets::reads::{self, ListSecretReads, SecretRead};
use kiket_contract::api::secrets::{self, SecretList, SetSecret, StoredSecret};
use kiket_contract::api::signing_keys::{self, SigningKeys};
use kiket_contract::api::sla_events::{self, ListSlaEvents, SlaEvent};
use kiket_contract::api::telemetry::report::{
    KeptRecord, ListRecords, ReadReport, TelemetryReport,
};
use kiket_contract::api::telemetry::{self, TelemetryRecord};
use kiket_contract::api::webhook_url::{self, FindWebhookUrl, WebhookUrl};
use kiket_contract::api::workspace_tokens::{
    self, CreateWorkspaceToken, CreatedWorkspaceToken, ListWorkspaceTokens, WorkspaceToken,
};
use kiket_contract::api::{Done, Page};
use kiket_contract::header::IDEMPOTENCY_KEY;
use kiket_contract::health::Readiness;
use kiket_contract::jwks::JwkSet;
use kiket_contract::route;
use serde_json::Value;

use super::operation::{Operation, extension, extension_or_anyone, open, operator};
use crate::metrics;

pub(super) fn all() -> Vec<Operation> {
    [of_operators(), of_extensions(), of_anyone()].into_iter().flatten().collect()
}

/// What the admin token opens.
#[rustfmt::skip]
fn of_operators() -> Vec<Operation> {
    vec![
        operator("GET", installations::PATH, "List installations").queries::<ListInstallations>().answers::<Page<Installation>>(200),
        operator("POST", installations::PATH, "Set an extension up in a project").takes::<NewInstallation>().answers::<Installed>(201),
        operator("POST", events::PATH, "Accept an event").with("header", IDEMPOTENCY_KEY, "Makes a repeated request the same request, for 24 hours").takes::<NewEvent>().answers::<AcceptedEvent>(202),
        operator("GET", &installation(""), "Show one installation").answers::<Installation>(200),
        operator("PATCH", &installation(""), "Change an installation").takes::<InstallationUpdate>().answers::<Installation>(200),
        operator("DELETE", &installation(""), "Remove an installation").answers::<Installation>(200),
        operator("POST", &installation("/upgrade"), "Go to another version, or preview it").takes::<NewUpgrade>().answers::<Upgrade>(200),
        operator("POST", &installation("/rollback"), "Go back to the version before").answers::<Upgrade>(200),
        operator("POST", &installation("/pause"), "Hold deliveries back; guards deny").answers::<Installation>(200),
        operator("POST", &installation("/resume"), "Deliver again what was held back").answers::<Installation>(200),
        operator("POST", &installation("/disable"), "Switch an installation off").answers::<Installation>(200),
        operator("POST", &installation("/enable"), "Switch an installation on").answers::<Installation>(200),
        operator("POST", &installation("/delivery_secret/rotate"), "Make the next delivery secret, shown once").takes::<NewRotation>().answers::<NewDeliverySecret>(200),
        operator("POST", &installation("/delivery_secret/rotate/commit"), "Sign with the next delivery secret from now on").answers::<Installation>(200),
        operator("POST", &installation("/api_key/rotate"), "Make another API key, shown once").takes::<NewApiKey>().answers::<ApiKey>(200),
        operator("POST", guards::PATH, "Ask every guard of an event").takes::<NewEvent>().answers::<Guard>(200),
        operator("GET", guards::PATH, "List guards").queries::<ListGuards>().answers::<Page<Guard>>(200),
        operator("GET", &format!("{}/{{id}}", guards::PATH), "Show what guards decided").answers::<Guard>(200),
        operator("POST", &format!("{}/{{id}}/resolve", guards::PATH), "End a pending decision").takes::<Resolve>().answers::<Guard>(200),
        operator("POST", actions::PATH, "Call an action of an extension").takes::<CallAction>().answers::<ActionCalled>(200),
        operator("GET", deliveries::PATH, "List deliveries").queries::<ListDeliveries>().answers::<Page<Delivery>>(200),
        operator("POST", &format!("{}/{{id}}/redeliver", deliveries::PATH), "Deliver once more, as a new delivery").answers::<Delivery>(202),
        operator("POST", &format!("{}/{{id}}/cancel", deliveries::PATH), "End a delivery that waits or is under way").takes::<Cancel>().answers::<Delivery>(200),
        operator("POST", recovery::PATH, "Redeliver what ended badly in a time window").takes::<Recover>().answers::<Recovered>(200),
        operator("GET", stream::PATH, "Watch deliveries as they happen").queries::<WatchDeliveries>().answers_in::<Streamed>(200, "text/event-stream"),
        operator("GET", extension_events::PATH, "The activity of a project's extensions").queries::<ListExtensionEvents>().answers::<Page<ExtensionEvent>>(200),
        operator("GET", notifications::OUTBOX, "What extensions told people").queries::<ListNotifications>().answers::<Page<SentNotification>>(200),
        operator("GET", inbound_emails::RECEIVED, "E-mails that extensions handed over, without what they say").queries::<ListInboundEmails>().answers::<Page<ReceivedEmail>>(200),
        operator("GET", &format!("{}/{{id}}", inbound_emails::RECEIVED), "Show one e-mail whole").answers::<ReceivedEmail>(200),
        operator("GET", telemetry::REPORT, "Figures of handlers' calls, as reported and as measured").queries::<ReadReport>().answers::<TelemetryReport>(200),
        operator("GET", telemetry::RECORDS, "What was reported of handlers' calls").queries::<ListRecords>().answers::<Page<KeptRecord>>(200),
        operator("GET", &format!("{}/{{id}}", deliveries::PATH), "Show one delivery with all its attempts").answers::<Delivery>(200),
        operator("GET", kept::PATH, "List secrets, without values").queries::<ListSecrets>().answers::<Page<KeptSecret>>(200),
        operator("PUT", kept::KEY_PATH, "Store a secret").queries::<SecretOwner>().takes::<SetSecret>().answers::<KeptSecret>(200),
        operator("POST", kept::ROTATE, "Put another value in the place of one that is there").queries::<SecretOwner>().takes::<SetSecret>().answers::<KeptSecret>(200),
        operator("POST", kept::RESTORE, "Bring back what was removed within the hour").queries::<SecretOwner>().answers::<KeptSecret>(200),
        operator("DELETE", kept::KEY_PATH, "Remove a secret").queries::<SecretOwner>().answers::<Done>(200),
        operator("GET", reads::PATH, "List who was given which secret").queries::<ListSecretReads>().answers::<Page<SecretRead>>(200),
        operator("GET", signing_keys::PATH, "List the keys of the runtime tokens").answers::<SigningKeys>(200),
        operator("POST", signing_keys::ROTATE, "Make the next key; it signs an hour later").answers::<SigningKeys>(201),
        operator("POST", workspace_tokens::PATH, "Make a workspace token, shown once").takes::<CreateWorkspaceToken>().answers::<CreatedWorkspaceToken>(201),
        operator("GET", workspace_tokens::PATH, "List workspace tokens, without the tokens").queries::<ListWorkspaceTokens>().answers::<Page<WorkspaceToken>>(200),
        operator("DELETE", &format!("{}/{{id}}", workspace_tokens::PATH), "Revoke a workspace token").answers::<Done>(200),
        operator("GET", route::METRICS, "What Prometheus reads").answers_in::<String>(200, metrics::MEDIA_TYPE),
    ]
}

/// What an extension may call.
#[rustfmt::skip]
fn of_extensions() -> Vec<Operation> {
    vec![
        keyed(extension("POST", extension_events::LOG_PATH, "Log an event of the extension's own").takes::<LogEvent>().answers::<Done>(201)),
        keyed(extension("POST", extension_events::MESSAGES_PATH, "Log a message of the extension's own").takes::<LogMessage>().answers::<Done>(201)),
        keyed(extension("POST", extension_metrics::PATH, "Report a number").takes::<Metric>().answers::<Done>(201)),
        keyed(extension("POST", notifications::PATH, "Tell the installation's people something").takes::<Notification>().answers::<Done>(201)),
        keyed(extension("POST", analytics_events::PATH, "Report something for analytics").takes::<AnalyticsEvent>().answers::<Done>(201)),
        keyed(extension("POST", inbound_emails::PATH, "Hand over an e-mail that the extension received").takes::<NewInboundEmail>().answers::<AcceptedEmail>(201)),
        extension_or_anyone("POST", telemetry::PATH, "Report a call of a handler").takes::<TelemetryRecord>().answers::<Done>(200),
        extension("GET", extensions::PATH, "What is known of an extension").answers::<ExtensionMetadata>(200),
        extension("GET", webhook_url::PATH, "Where a third party reaches the installation").queries::<FindWebhookUrl>().answers::<WebhookUrl>(200),
        extension("GET", issues::PATH, "List issues").queries::<ListIssues>().answers::<Page<Issue>>(200),
        extension("POST", issues::PATH, "Make an issue").takes::<WriteIssue>().answers::<Issue>(201),
        extension("GET", issues::ONE, "Show an issue").answers::<Issue>(200),
        extension("PATCH", issues::ONE, "Change an issue").takes::<WriteIssue>().answers::<Issue>(200),
        extension("POST", issues::TRANSITIONS, "Move an issue to another state").takes::<TransitionIssue>().answers::<Issue>(200),
        extension("GET", issues::COMMENTS, "List an issue's comments").queries::<ListIssues>().answers::<Page<IssueComment>>(200),
        extension("POST", issues::COMMENTS, "Comment on an issue").takes::<NewComment>().answers::<IssueComment>(201),
        extension("GET", sla_events::PATH, "List service level events").queries::<ListSlaEvents>().answers::<Page<SlaEvent>>(200),
        extension("GET", intake_forms::PATH, "List intake forms; in both spellings").queries::<ListForms>().answers::<Page<IntakeForm>>(200),
        extension("GET", intake_forms::ONE, "Show an intake form; in both spellings").answers::<IntakeForm>(200),
        extension("GET", intake_forms::STATS, "How often a form was filled in; in both spellings").queries::<FormStatsQuery>().answers::<IntakeStats>(200),
        extension("GET", submissions::PATH, "List what was handed in; in both spellings").queries::<ListSubmissions>().answers::<Page<IntakeSubmission>>(200),
        extension("POST", submissions::PATH, "Hand something in; in both spellings").takes::<NewSubmission>().answers::<IntakeSubmission>(201),
        extension("GET", submissions::ONE, "Show what was handed in; in both spellings").answers::<IntakeSubmission>(200),
        extension("POST", submissions::APPROVE, "Take what was handed in; in both spellings").takes::<Review>().answers::<IntakeSubmission>(200),
        extension("POST", submissions::REJECT, "Do not take what was handed in; in both spellings").takes::<Review>().answers::<IntakeSubmission>(200),
        extension("GET", audit::ANCHORS, "List anchors of audit records").queries::<ListAnchors>().answers::<Anchors>(200),
        extension("GET", audit::ANCHOR, "Show an anchor").queries::<FindAnchor>().answers::<Anchor>(200),
        extension("GET", audit::PROOF, "Show what proves an audit record").queries::<FindProof>().answers::<Proof>(200),
        extension("POST", audit::VERIFY, "Check what proves an audit record").takes::<VerifyProof>().answers::<Verification>(200),
        extension("GET", secrets::LIST_PATH, "List the keys that have a value; an array for the Python SDK").answers::<SecretList>(200),
        extension("POST", secrets::LIST_PATH, "Store a secret that the body names").takes::<SetSecret>().answers::<Done>(200),
        extension("GET", secrets::PATH, "Read a secret").answers::<StoredSecret>(200),
        extension("POST", secrets::PATH, "Store a secret").takes::<SetSecret>().answers::<Done>(200),
        extension("PUT", secrets::PATH, "Store a secret").takes::<SetSecret>().answers::<Done>(200),
        extension("PATCH", secrets::PATH, "Put another value in the place of one that is there").takes::<SetSecret>().answers::<Done>(200),
        extension("DELETE", secrets::PATH, "Remove a secret").answers::<Done>(200),
        extension("GET", rate_limit::PATH, "How many calls are left in this window; in both spellings").answers::<RateLimitAnswer>(200),
        extension("GET", custom_data::PATH, "List the records of a table").queries::<ListRecordsQuery>().answers::<Page<Record>>(200),
        extension("POST", custom_data::PATH, "Make a record").queries::<InProject>().with("header", IDEMPOTENCY_KEY, "Makes a repeated request the same request, for 24 hours").takes::<WriteRecord>().answers::<OneRecord>(201),
        extension("GET", custom_data::RECORD_PATH, "Show a record").queries::<InProject>().answers::<OneRecord>(200),
        extension("PATCH", custom_data::RECORD_PATH, "Change columns of a record").queries::<InProject>().takes::<WriteRecord>().answers::<OneRecord>(200),
        extension("DELETE", custom_data::RECORD_PATH, "Remove a record").queries::<DeleteRecord>().with("header", IDEMPOTENCY_KEY, "Makes a repeated request the same request, for 24 hours").answers::<Done>(200),
    ]
}

/// What needs no credential.
#[rustfmt::skip]
fn of_anyone() -> Vec<Operation> {
    vec![
        open("POST", webhook_url::WEBHOOK_PATH, "What a third party sends to an installation").takes::<Value>().answers::<Done>(202),
        open("GET", route::JWKS, "The public keys of the runtime tokens").answers::<JwkSet>(200),
        open("GET", route::HEALTHZ, "Whether the process lives").answers::<Done>(200),
        open("GET", route::READYZ, "Whether the platform can do its work").answers::<Readiness>(200).answers::<Readiness>(503),
        open("GET", route::OPENAPI, "This document").answers::<Value>(200),
    ]
}

/// A call that may have a key.
fn keyed(operation: Operation) -> Operation {
    operation.with(
        "header",
        IDEMPOTENCY_KEY,
        "Makes a repeated request the same request, for 24 hours, whatever its body says",
    )
}

fn installation(below: &str) -> String {
    format!("{}/{{id}}{below}", installations::PATH)
}
