//! Records of leads.

use kiket_sdk::prelude::*;
use kiket_testkit::{Delivery, StubApi, assert_idempotent};
use serde_json::Value;

use super::{LEAD, LEADS, assert_nothing_written, delivered, granted, service};
use crate::leads::{MODULE, TABLE};

fn updated(title: &str) -> Delivery {
    granted(Delivery::new("issue.updated", "v1").set("/issue/title", title))
}

fn lead(title: &str) -> serde_json::Map<String, Value> {
    let Value::Object(lead) = json!({
        "issue_id": 4231, "title": title, "priority": "urgent", "state": "synced",
    }) else {
        unreachable!("it is an object")
    };
    lead
}

#[tokio::test]
async fn an_issue_with_the_label_gets_a_record() {
    let api = StubApi::start();
    let answer = delivered(&api, &updated("Slow checkout")).await;
    answer.assert_delivered().assert_json(&json!({ "ok": true, "lead": true }));
    let call = api.assert_called("POST", LEADS);
    assert_eq!(call.parameter("project_id").as_deref(), Some("27"));
    let record = json!({
        "issue_id": 4231, "title": "Slow checkout", "priority": "urgent", "state": "new",
    });
    assert_eq!(call.json(), json!({ "record": record }));
}

#[tokio::test]
async fn an_issue_without_the_label_is_no_lead() {
    let api = StubApi::start();
    let other = updated("Slow checkout").set("/issue/labels", json!(["search"]));
    delivered(&api, &other).await.assert_json(&json!({ "ok": true, "lead": false }));
    assert_nothing_written(&api);
}

#[tokio::test]
async fn what_has_changed_is_written_and_the_state_stays() {
    let api = StubApi::start();
    api.put_record(MODULE, TABLE, lead("Slow checkout"));
    delivered(&api, &updated("Very slow checkout")).await.assert_delivered();
    let changed = json!({ "title": "Very slow checkout", "priority": "urgent" });
    assert_eq!(api.assert_called("PATCH", LEAD).json(), json!({ "record": changed }));
    api.assert_not_called("POST", LEADS);
}

#[tokio::test]
async fn what_is_up_to_date_is_left_alone() {
    let api = StubApi::start();
    api.put_record(MODULE, TABLE, lead("Slow checkout"));
    delivered(&api, &updated("Slow checkout")).await.assert_delivered();
    assert_nothing_written(&api);
}

#[tokio::test]
async fn a_kiket_that_fails_is_one() {
    let api = StubApi::start();
    api.on("GET", LEADS).fail(503);
    delivered(&api, &updated("Slow checkout")).await.assert_retryable();
}

#[tokio::test]
async fn without_the_scopes_nothing_is_asked() {
    let api = StubApi::start();
    let poor = updated("Slow checkout").scopes(["ext.api.write", "custom_data.read"]);
    delivered(&api, &poor).await.assert_status(403).assert_permanent();
    assert_nothing_written(&api);
}

#[tokio::test]
async fn a_lead_is_made_once_however_often_the_event_comes() {
    let api = StubApi::start();
    let url = api.url();
    assert_idempotent(&api, move || service(&url), &updated("Slow checkout")).await;
}

#[tokio::test]
async fn a_lead_is_changed_once_however_often_the_event_comes() {
    let api = StubApi::start();
    api.put_record(MODULE, TABLE, lead("Slow checkout"));
    let url = api.url();
    assert_idempotent(&api, move || service(&url), &updated("Very slow checkout")).await;
}
