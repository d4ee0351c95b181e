//! The extension itself and its installation.

use kiket_client::Error;
use kiket_contract::api::extension_events::LogEvent;
use kiket_contract::api::extension_metrics::Metric;
use kiket_contract::api::inbound_emails::InboundEmail;
use kiket_contract::api::notifications::Notification;
use serde_json::{Value, json};

use crate::api::{Api, Reply};

#[tokio::test]
async fn an_event_is_logged_with_the_version_of_the_handled_event() {
    let mut api = Api::answering([Reply::json(201, &json!({ "ok": true }))]).await;
    let event = LogEvent {
        event: "issue.created".into(),
        version: Some("v2".into()),
        data: json!({ "summary": "a" }),
        timestamp: Some("2025-11-21T10:00:00Z".parse().unwrap()),
    };
    api.session().log_event("com.example.crm", &event).await.unwrap();
    let call = api.call().await;
    assert_eq!(call.line(), "POST /api/v1/extensions/com.example.crm/events");
    assert_eq!(call.header("x-kiket-event-version"), Some("v2"));
    assert_eq!(
        call.body,
        json!({
            "event": "issue.created", "version": "v2", "data": { "summary": "a" },
            "timestamp": "2025-11-21T10:00:00Z",
        })
    );
}

#[tokio::test]
async fn metadata_is_read_as_it_comes() {
    let mut api = Api::saying(json!({ "name": "CRM", "more": [1] })).await;
    let metadata = api.session().get_metadata("com.example.crm").await.unwrap();
    assert_eq!(metadata["more"], json!([1]));
    assert_eq!(api.call().await.line(), "GET /api/v1/extensions/com.example.crm");
    for odd in ["", ".", ".."] {
        assert!(api.session().get_metadata(odd).await.is_err(), "{odd}");
    }
    assert!(api.calls().is_empty());
}

#[tokio::test]
async fn a_rate_limit_is_read_in_either_spelling() {
    let snake = json!({ "limit": 600, "remaining": 4, "window_seconds": 60, "reset_in": 12 });
    let camel = json!({ "limit": 600, "remaining": 4, "windowSeconds": 60, "resetIn": 12 });
    for body in [
        json!({ "rate_limit": snake }),
        json!({ "rateLimit": camel }),
        json!({ "rate_limit": snake, "rateLimit": camel }),
    ] {
        let mut api = Api::saying(body).await;
        let limits = api.session().rate_limit().await.unwrap();
        assert_eq!((limits.limit, limits.remaining), (600, 4));
        assert_eq!((limits.window_seconds, limits.reset_in), (60, 12));
        assert_eq!(api.call().await.line(), "GET /api/v1/ext/rate_limit");
    }
}

#[tokio::test]
async fn an_answer_without_a_rate_limit_is_an_error_and_neither_zero_nor_a_panic() {
    for body in [json!({}), json!({ "rate_limit": null }), json!([]), Value::Null] {
        let api = Api::saying(body).await;
        let error = api.session().rate_limit().await.unwrap_err();
        assert!(matches!(error, Error::UnexpectedAnswer { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn people_are_notified() {
    let mut api = Api::saying(json!({ "ok": true })).await;
    let [title, body, level] = ["SLA warning", "Issue #1 is imminent", "warning"].map(String::from);
    api.session().notify(&Notification { title, body, level }).await.unwrap();
    let call = api.call().await;
    assert_eq!(call.line(), "POST /api/v1/extensions/notifications");
    assert_eq!(call.header("x-kiket-event-version"), Some("v2"));
    let expected =
        json!({ "title": "SLA warning", "body": "Issue #1 is imminent", "level": "warning" });
    assert_eq!(call.body, expected);
}

#[tokio::test]
async fn a_metric_is_sent_if_it_is_a_number() {
    let mut api = Api::saying(json!({ "ok": true })).await;
    let metric = |value| Metric { name: "synced".into(), value, unit: "count".into() };
    api.session().emit_metric(&metric(2.5)).await.unwrap();
    let call = api.call().await;
    assert_eq!(call.line(), "POST /api/v1/extensions/metrics");
    assert_eq!(call.body, json!({ "name": "synced", "value": 2.5, "unit": "count" }));
    for odd in [f64::NAN, f64::INFINITY] {
        let error = api.session().emit_metric(&metric(odd)).await.unwrap_err();
        assert!(matches!(error, Error::NotFinite), "{error:?}");
    }
    assert!(api.calls().is_empty());
}

#[tokio::test]
async fn a_third_partys_address_is_found_by_the_action() {
    let mut api = Api::saying(json!({
        "webhook_url": "https://kiket.dev/webhooks/ext/wt_1/status_callback",
        "webhook_token": "wt_1",
    }))
    .await;
    let found = api.session().webhook_url("status_callback").await.unwrap();
    assert_eq!(found.webhook_url, "https://kiket.dev/webhooks/ext/wt_1/status_callback");
    assert!(!format!("{found:?}").contains("wt_1"));
    let call = api.call().await;
    assert_eq!(call.line(), "GET /api/v1/ext/webhook_url");
    assert_eq!(call.query(), ["action_name=status_callback"]);
}

#[tokio::test]
async fn a_received_email_is_handed_over() {
    let mut api = Api::answering([Reply::json(201, &json!({ "id": 5, "status": "queued" }))]).await;
    let email = InboundEmail {
        from_email: "a@example.com".into(),
        to_email: "in@example.com".into(),
        subject: Some("Help".into()),
        ..InboundEmail::default()
    };
    assert_eq!(api.session().hand_over_email(&email).await.unwrap().id, 5.into());
    let call = api.call().await;
    assert_eq!(call.line(), "POST /api/v1/ext/inbound_emails");
    let sent = &call.body["inbound_email"];
    assert_eq!((&sent["from_email"], &sent["subject"]), (&json!("a@example.com"), &json!("Help")));
    assert_eq!(sent.as_object().unwrap().len(), 12);
}

#[tokio::test]
async fn a_write_succeeds_whatever_its_answer_says() {
    let text = Reply { body: "thanks".into(), ..Reply::status(200) };
    for reply in [Reply::status(204), Reply::status(200), text] {
        let api = Api::answering([reply]).await;
        let event =
            LogEvent { event: "a".into(), version: None, data: Value::Null, timestamp: None };
        api.session().log_event("x", &event).await.unwrap();
        api.session().custom_data(27).delete("m", "t", 1).await.unwrap();
    }
}
