//! New issues, the extension's installation, and records of calls.

use kiket_sdk::prelude::*;
use kiket_testkit::{Delivery, StubApi};

use super::{EVENTS, TELEMETRY, assert_nothing_written, delivered, service};

const TOKEN: &str = "/api/v1/extensions/com.example.marketing/secrets/WEBHOOK_TOKEN";

fn created(version: &str) -> Delivery {
    Delivery::new("issue.created", version).set("/issue/title", "Slow checkout")
}

#[tokio::test]
async fn the_first_version_logs_the_title_and_keeps_a_token() {
    let api = StubApi::start();
    delivered(&api, &created("v1")).await.assert_delivered().assert_json(&json!({ "ok": true }));
    api.assert_logged("issue.created", &json!({ "summary": "Slow checkout" }));
    api.assert_secret_set("WEBHOOK_TOKEN", "abc123");
}

#[tokio::test]
async fn the_second_version_logs_its_schema_and_keeps_nothing() {
    let api = StubApi::start();
    let answer = delivered(&api, &created("v2")).await;
    answer.assert_delivered().assert_json(&json!({ "ok": true, "version": "v2" }));
    let logged = json!({ "summary": "Slow checkout", "schema": "v2" });
    assert_eq!(api.assert_logged("issue.created", &logged).version.as_deref(), Some("v2"));
    api.assert_not_called("POST", TOKEN);
}

#[tokio::test]
async fn when_kiket_fails_it_is_called_again() {
    let api = StubApi::start();
    api.on("POST", EVENTS).fail(503);
    delivered(&api, &created("v1")).await.assert_retryable();
    api.assert_not_called("POST", TOKEN);
}

#[tokio::test]
async fn a_delivery_that_comes_twice_is_handled_once() {
    let api = StubApi::start();
    let (service, delivery) = (service(&api.url()), created("v1"));
    for attempt in [1, 2] {
        let again = delivery.clone().attempt(attempt);
        api.deliver(&service, &again).await.assert_delivered();
    }
    api.assert_called_times(1, "POST", EVENTS);
    api.assert_called_times(1, "POST", TOKEN);
}

#[tokio::test]
async fn an_issue_without_a_title_is_told_for_good() {
    let api = StubApi::start();
    let untitled = Delivery::new("issue.created", "v1").payload(json!({ "issue": {} }));
    delivered(&api, &untitled).await.assert_status(422).assert_permanent();
    assert_nothing_written(&api);
}

#[tokio::test]
async fn an_installation_is_logged_with_the_manifests_version() {
    let api = StubApi::start();
    delivered(&api, &Delivery::new("extension.installed", "v1")).await.assert_delivered();
    let data = json!({ "installation": 12, "version": "1.0.0" });
    api.assert_logged("marketing.installed", &data);
}

#[tokio::test]
async fn kiket_gets_a_record_of_the_call() {
    let api = StubApi::start();
    delivered(&api, &created("v2")).await.assert_delivered();
    let record = api.called("POST", TELEMETRY).await.json();
    assert_eq!((&record["event"], &record["status"]), (&json!("issue.created"), &json!("ok")));
}
