//! Warnings.

use kiket_sdk::prelude::*;
use kiket_testkit::{Delivery, StubApi};

use super::{NOTIFICATIONS, SLA_EVENTS, assert_nothing_written, delivered, granted};

fn status() -> Delivery {
    granted(Delivery::new("workflow.sla_status", "v1"))
}

fn one_is_imminent(api: &StubApi) {
    let event = json!({
        "id": 7, "issue_id": 4231, "project_id": 27, "state": "imminent",
        "definition": { "status": "in_progress" },
    });
    api.on("GET", SLA_EVENTS).answer(200, json!({ "data": [event] }));
}

#[tokio::test]
async fn people_are_warned_of_the_latest_issue() {
    let api = StubApi::start();
    one_is_imminent(&api);
    delivered(&api, &status()).await.assert_json(&json!({ "acknowledged": true }));
    let asked = api.assert_called("GET", SLA_EVENTS);
    assert_eq!(asked.parameter("state").as_deref(), Some("imminent"));
    assert_eq!(asked.parameter("project_id").as_deref(), Some("27"));
    let told = json!({
        "title": "SLA warning",
        "body": "Issue #4231 is imminent for in_progress",
        "level": "warning",
    });
    assert_eq!(api.assert_called("POST", NOTIFICATIONS).json(), told);
}

#[tokio::test]
async fn nobody_is_warned_when_nothing_is_imminent() {
    let api = StubApi::start();
    delivered(&api, &status()).await.assert_json(&json!({ "ok": true }));
    assert_nothing_written(&api);
}

#[tokio::test]
async fn without_the_scope_nothing_is_asked() {
    let api = StubApi::start();
    let poor = status().scopes(["ext.api.read"]);
    delivered(&api, &poor).await.assert_status(403).assert_permanent();
    api.assert_not_called("GET", SLA_EVENTS);
}
