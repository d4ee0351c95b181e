//! What the handlers answer and call, with a stand-in for Kiket's API.

mod connection;
mod guard;
mod issues;
mod leads;
mod sla;
mod sync;

use kiket_sdk::ExtensionService;
use kiket_testkit::{Answer, DELIVERY_SECRET, Delivery, StubApi};

use super::extension;

const EVENTS: &str = "/api/v1/extensions/com.example.marketing/events";
const LEADS: &str = "/api/v1/ext/custom_data/com.example.marketing.leads/leads";
const LEAD: &str = "/api/v1/ext/custom_data/com.example.marketing.leads/leads/{id}";
const NOTIFICATIONS: &str = "/api/v1/extensions/notifications";
const RATE_LIMIT: &str = "/api/v1/ext/rate_limit";
const SLA_EVENTS: &str = "/api/v1/ext/sla/events";
const SCOPES: [&str; 5] =
    ["ext.api.read", "ext.api.write", "issues.read", "custom_data.read", "custom_data.write"];
const TELEMETRY: &str = "/api/v1/ext/telemetry";

/// The extension with this for Kiket's API, and nothing of the test's environment.
fn service(url: &str) -> ExtensionService {
    let extension = extension().unwrap().base_url(url).webhook_secret(DELIVERY_SECRET);
    extension.environment(|_| None).into_service().unwrap()
}

/// A delivery whose token grants what the manifest asks for.
fn granted(delivery: Delivery) -> Delivery {
    delivery.scopes(SCOPES)
}

async fn delivered(api: &StubApi, delivery: &Delivery) -> Answer {
    api.deliver(&service(&api.url()), delivery).await
}

/// Whether a record of a call went to Kiket says nothing about the handler.
fn assert_nothing_written(api: &StubApi) {
    let mut calls = api.calls();
    calls.retain(|call| call.method() != "GET" && call.path() != TELEMETRY);
    assert!(calls.is_empty(), "{calls:?}");
}
