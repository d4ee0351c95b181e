//! Syncs: their limit, what they leave to others, and the work after the answer.

use std::time::Duration;

use kiket_sdk::prelude::*;
use kiket_testkit::{Delivery, StubApi};
use serde_json::Value;

use super::{LEAD, LEADS, RATE_LIMIT, assert_nothing_written, delivered, granted, service};
use crate::leads::{MODULE, TABLE};

/// How long the work after an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn triggered() -> Delivery {
    granted(Delivery::new("automation.triggered", "v1"))
}

/// Keeps so many leads that no sync has seen.
fn put_leads(api: &StubApi, count: u64) -> Vec<i64> {
    let lead = |issue| {
        let Value::Object(lead) = json!({ "issue_id": issue, "title": "Slow", "state": "new" })
        else {
            unreachable!("it is an object")
        };
        lead
    };
    (0..count).map(|issue| api.put_record(MODULE, TABLE, lead(issue))).collect()
}

fn limited(api: &StubApi, remaining: u64) {
    let limits =
        json!({ "limit": 600, "remaining": remaining, "window_seconds": 60, "reset_in": 42 });
    api.on("GET", RATE_LIMIT).answer(200, json!({ "rate_limit": limits }));
}

#[tokio::test]
async fn an_automation_syncs_what_is_new_after_the_answer() {
    let api = StubApi::start();
    let ids = put_leads(&api, 3);
    let service = service(&api.url());
    let answer = api.deliver(&service, &triggered()).await;
    answer.assert_delivered().assert_json(&json!({ "ok": true, "syncing": 3 }));
    // Waits for work in the background, as the program does before it ends.
    service.finish(PATIENCE).await;
    api.assert_logged("leads.synced", &json!({ "count": 3 }));
    let written = api.calls_of("PATCH", LEAD);
    let paths: Vec<_> = written.iter().map(|call| call.path().to_owned()).collect();
    assert_eq!(paths, ids.iter().map(|id| format!("{LEADS}/{id}")).collect::<Vec<_>>());
    assert!(written.iter().all(|call| call.json() == json!({ "record": { "state": "synced" } })));
}

#[tokio::test]
async fn one_that_was_removed_meanwhile_is_passed_over() {
    let api = StubApi::start();
    let ids = put_leads(&api, 2);
    api.on("GET", &format!("{LEADS}/{}", ids[0])).fail(404);
    let service = service(&api.url());
    api.deliver(&service, &triggered()).await.assert_delivered();
    service.finish(PATIENCE).await;
    api.assert_logged("leads.synced", &json!({ "count": 1 }));
}

#[tokio::test]
async fn with_too_few_calls_left_the_sync_is_deferred() {
    let api = StubApi::start();
    put_leads(&api, 3);
    // Two calls for each lead, and ten for others.
    limited(&api, 15);
    let service = service(&api.url());
    let answer = api.deliver(&service, &triggered()).await;
    answer.assert_delivered().assert_json(&json!({ "deferred": true, "reset_in": 42 }));
    api.assert_logged("leads.deferred", &json!({ "waiting": 3 }));
    api.assert_not_called("PATCH", LEAD);

    limited(&api, 16);
    let answer = api.deliver(&service, &triggered()).await;
    answer.assert_json(&json!({ "ok": true, "syncing": 3 }));
}

#[tokio::test]
async fn without_new_leads_there_is_nothing_to_ask_for() {
    let api = StubApi::start();
    let answer = delivered(&api, &triggered()).await;
    answer.assert_json(&json!({ "ok": true, "syncing": 0 }));
    api.assert_not_called("GET", RATE_LIMIT);
}

#[tokio::test]
async fn writing_needs_a_scope_of_its_own() {
    let api = StubApi::start();
    let poor = triggered().scopes(["ext.api.read", "custom_data.read"]);
    delivered(&api, &poor).await.assert_delivered();
    put_leads(&api, 1);
    let poor = triggered().scopes(["ext.api.read", "custom_data.read"]);
    delivered(&api, &poor).await.assert_status(403).assert_permanent();
    assert_nothing_written(&api);
}

#[tokio::test]
async fn somebody_who_presses_the_button_reads_what_happens() {
    let api = StubApi::start();
    let pressed = || granted(Delivery::action("sync_leads"));
    let answer = delivered(&api, &pressed()).await.assert_action_succeeded();
    assert_eq!(answer.message.as_deref(), Some("There are no new leads."));
    put_leads(&api, 2);
    let answer = delivered(&api, &pressed()).await.assert_action_succeeded();
    assert_eq!(answer.message.as_deref(), Some("2 leads are being synced"));
}

#[tokio::test]
async fn somebody_who_presses_the_button_too_often_is_told_when_to_come_back() {
    let api = StubApi::start();
    put_leads(&api, 2);
    limited(&api, 3);
    let answer =
        delivered(&api, &granted(Delivery::action("sync_leads"))).await.assert_action_failed();
    let message = "Too few calls are left. Try again in 42 seconds.";
    assert_eq!(answer.message.as_deref(), Some(message));
}
