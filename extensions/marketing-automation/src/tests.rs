//! What the handlers answer and call.

use kiket_sdk::ExtensionService;
use kiket_testkit::{Answer, DELIVERY_SECRET, Delivery, StubApi};

use super::*;

const EVENTS: &str = "/api/v1/extensions/com.example.marketing/events";
const TOKEN: &str = "/api/v1/extensions/com.example.marketing/secrets/WEBHOOK_TOKEN";

fn service(api: &StubApi) -> ExtensionService {
    let extension = extension().unwrap().base_url(api.url()).webhook_secret(DELIVERY_SECRET);
    extension.environment(|_| None).into_service().unwrap()
}

fn created(version: &str) -> Delivery {
    Delivery::new("issue.created", version).set("/issue/title", "Slow checkout")
}

async fn delivered(api: &StubApi, delivery: &Delivery) -> Answer {
    api.deliver(&service(api), delivery).await
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
    let (service, delivery) = (service(&api), created("v1"));
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
    api.assert_nothing_called();
}
