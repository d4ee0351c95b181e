//! What extensions tell of their own, and who reads it.

use std::time::Duration;

use jiff::Timestamp;
use kiket_contract::api::deliveries::Status;
use kiket_contract::api::extension_events::{LARGEST_DATA, LONGEST_NAME, MOST_KEPT};
use kiket_contract::api::notifications::{LARGEST_BODY, LONGEST_TITLE};
use kiket_contract::clock::Clock;
use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup};

const EVENTS: &str = "/api/v1/extensions/com.example.crm/events";
const LOGS: &str = "/api/v1/extensions/logs";
const METRICS: &str = "/api/v1/extensions/metrics";
const NOTIFICATIONS: &str = "/api/v1/extensions/notifications";
const ANALYTICS: &str = "/api/v1/ext/analytics/events";
const OUTBOX: &str = "/api/v1/notifications";

async fn entries(setup: &Setup, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/extension_events?project_id=27&{query}");
    let (status, body) = setup.look(&path).await;
    assert_eq!(status, 200, "{body}");
    body["data"].as_array().unwrap().clone()
}

/// A manifest that hears notifications and may report for analytics.
fn listening() -> Value {
    let manifest = MANIFEST
        .replace("[issues:read]", "[issues:read, analytics:write]")
        .replace("  configuration:", "    - event: notification.created\n  configuration:");
    json!({"manifest": manifest})
}

/// Another extension of the project, which hears what the first one tells.
async fn subscribe(setup: &Setup) {
    let manifest = MANIFEST
        .replace("com.example.crm", "com.example.pager")
        .replace("issue.created", "notification.created");
    assert_eq!(setup.install(json!({"manifest": manifest})).await.0, 201);
}

async fn token(setup: &Setup) -> String {
    assert_eq!(setup.install(listening()).await.0, 201);
    setup.delivered().await.token()
}

#[tokio::test]
async fn each_kind_is_taken_in_its_own_form_and_read_in_one_list() {
    let setup = Setup::new(&[]).await;
    let token = token(&setup).await;
    let delivery = setup.script.received().pop().unwrap();
    let delivery = delivery.header("x-kiket-invocation").to_owned();
    for (path, body) in [
        (LOGS, json!({"message": "synced", "metadata": {"rows": 3}})),
        ("/extensions/logs", json!({"message": "bare"})),
        (METRICS, json!({"name": "rows", "value": 3.5})),
        (METRICS, json!({"name": "wait", "value": -12, "unit": "ms"})),
        (ANALYTICS, json!({"event": "signup", "data": {"plan": "pro"}, "version": "2"})),
        (NOTIFICATIONS, json!({"title": "Done", "body": "All of it"})),
    ] {
        let answer = setup.call_back(path, &token, body).await;
        assert_eq!(answer, (201, json!({"ok": true})), "{path}");
    }
    let logs = entries(&setup, "kind=log").await;
    assert_eq!((&logs[1]["event"], &logs[0]["event"]), (&json!("synced"), &json!("bare")));
    assert_eq!(logs[1]["data"], json!({"message": "synced", "metadata": {"rows": 3}}));
    assert_eq!(logs[1]["delivery_id"], delivery);
    let metrics = entries(&setup, "kind=metric").await;
    assert_eq!((&metrics[0]["value"], &metrics[0]["unit"]), (&json!(-12.0), &json!("ms")));
    assert_eq!((&metrics[1]["value"], &metrics[1]["unit"]), (&json!(3.5), &json!("count")));
    let analytics = entries(&setup, "kind=analytics").await;
    assert_eq!(analytics[0]["data"], json!({"plan": "pro"}));
    assert_eq!(analytics[0]["event_version"], "2");
    let told = entries(&setup, "kind=notification").await;
    assert_eq!((&told[0]["event"], &told[0]["level"]), (&json!("Done"), &json!("info")));
    assert_eq!(entries(&setup, "event=wait").await, metrics[..1]);
    assert_eq!(entries(&setup, "event=issue.created").await.len(), 1, "an attempt");
    assert_eq!(entries(&setup, "event=issue.created&kind=metric").await, [] as [Value; 0]);
    assert!(entries(&setup, "limit=100").await.len() >= 7);
}

#[tokio::test]
async fn what_is_too_long_or_says_nothing_is_refused() {
    let setup = Setup::new(&[]).await;
    let token = token(&setup).await;
    let long = |letters: usize| "é".repeat(letters);
    for (path, body, status, code) in [
        (LOGS, json!({"metadata": {}}), 422, "body_shape"),
        (LOGS, json!({"message": long(LARGEST_DATA)}), 413, "log_too_large"),
        (METRICS, json!({"name": "x", "value": "many"}), 422, "body_shape"),
        (METRICS, json!({"name": "", "value": 1}), 422, "empty_text"),
        (METRICS, json!({"name": long(LONGEST_NAME + 1), "value": 1}), 422, "text_too_long"),
        (NOTIFICATIONS, json!({"title": "x"}), 422, "body_shape"),
        (
            NOTIFICATIONS,
            json!({"title": long(LONGEST_TITLE + 1), "body": ""}),
            422,
            "text_too_long",
        ),
        (
            NOTIFICATIONS,
            json!({"title": "x", "body": "x".repeat(LARGEST_BODY + 1)}),
            413,
            "too_large",
        ),
        (ANALYTICS, json!({"event": long(LONGEST_NAME + 1)}), 422, "invalid_log_event"),
    ] {
        let (got, body) = setup.call_back(path, &token, body).await;
        assert_eq!((got, &body["code"]), (status, &json!(code)), "{path}: {body}");
    }
    let fits = json!({"title": long(LONGEST_TITLE), "body": "x".repeat(LARGEST_BODY)});
    assert_eq!(setup.call_back(NOTIFICATIONS, &token, fits).await.0, 201);
    let message = json!({"message": long(LONGEST_NAME + 1)});
    assert_eq!(setup.call_back(LOGS, &token, message).await.0, 201);
    let logged = entries(&setup, "kind=log").await;
    assert_eq!(logged[0]["event"], long(LONGEST_NAME), "the name is cut off");
    assert_eq!(logged[0]["data"]["message"], long(LONGEST_NAME + 1), "and kept whole");
}

#[tokio::test]
async fn no_secret_is_kept_in_what_is_told() {
    let setup = Setup::new(&[]).await;
    let mut install = listening();
    install["secrets"] = json!({"CRM_TOKEN": "s3cr3t-value", "OTHER_TOKEN": "12345"});
    assert_eq!(setup.install(install).await.0, 201);
    let token = setup.delivered().await.token();
    subscribe(&setup).await;
    let text = "was s3cr3t-value";
    // A name that is cut off must not end in a part of it.
    let at_the_end = format!("{} s3cr3t-value", "x".repeat(LONGEST_NAME - 8));
    for (path, body) in [
        (EVENTS, json!({"event": text, "data": {"n": 12345}})),
        (LOGS, json!({"message": text, "metadata": {"t": token}})),
        (LOGS, json!({"message": at_the_end})),
        (METRICS, json!({"name": text, "value": 1, "unit": text})),
        (NOTIFICATIONS, json!({"title": text, "body": text, "level": "s3cr3t-value"})),
        (ANALYTICS, json!({"event": text, "data": text})),
    ] {
        assert_eq!(setup.call_back(path, &token, body).await.0, 201, "{path}");
    }
    let told = setup.script.until(|sent| sent.path.ends_with("notification.created")).await;
    let told = told.json()["notification"].to_string();
    let (_, activity) = setup.look("/api/v1/extension_events?project_id=27").await;
    let (_, outbox) = setup.look(OUTBOX).await;
    let shown = format!("{activity}{outbox}{told}");
    assert!(shown.contains("was [redacted]"), "{shown}");
    assert!(!shown.contains("s3cr3t") && !shown.contains("12345") && !shown.contains(&token));
}

#[tokio::test]
async fn a_notification_is_in_the_outbox_and_reaches_others_who_listen() {
    let setup = Setup::new(&[]).await;
    let token = token(&setup).await;
    subscribe(&setup).await;
    let body = json!({"title": "Sync failed", "body": "3 contacts", "level": "warning"});
    assert_eq!(setup.call_back(NOTIFICATIONS, &token, body).await.0, 201);
    let heard = setup.script.until(|sent| sent.path.ends_with("notification.created")).await;
    let heard = heard.json();
    let told = json!({"id": 1, "title": "Sync failed", "body": "3 contacts", "level": "warning"});
    assert_eq!(heard["notification"], told);
    assert_eq!(heard["extension_id"], "com.example.crm");

    let (status, outbox) = setup.look(OUTBOX).await;
    assert_eq!(status, 200, "{outbox}");
    let found = &outbox["data"][0];
    for member in ["id", "title", "body", "level"] {
        assert_eq!(found[member], told[member], "{member}");
    }
    assert_eq!((&found["project_id"], &found["installation_id"]), (&json!(27), &json!(1)));
    assert!(found["delivery_id"].is_string() && found["created_at"].is_string());

    // What is told while one is handled raises no other.
    let while_handled = heard["authentication"]["runtime_token"].as_str().unwrap().to_owned();
    let again = json!({"title": "Seen", "body": ""});
    assert_eq!(setup.call_back(NOTIFICATIONS, &while_handled, again.clone()).await.0, 201);
    assert_eq!(setup.call_back(NOTIFICATIONS, &token, again).await.0, 201);
    setup
        .script
        .until(|sent| sent.path.ends_with(".created") && sent.json()["notification"]["id"] == 3)
        .await;
    let heard = setup.script.received();
    assert!(!heard.iter().any(|sent| sent.json()["notification"]["id"] == 2));
    let (_, deliveries) = setup.look("/api/v1/deliveries?event=notification.created").await;
    let deliveries = deliveries["data"].as_array().unwrap();
    assert_eq!(deliveries.len(), 2);
    let by_the_other = |delivery: &Value| delivery["extension_id"] == "com.example.pager";
    assert!(deliveries.iter().all(by_the_other), "whoever tells does not hear it");
    for (query, numbers) in [
        ("", &[3, 2, 1][..]),
        ("?after=1", &[3, 2]),
        ("?project_id=27&installation_id=1", &[3, 1]),
        ("?project_id=28", &[]),
        ("?limit=1", &[3]),
    ] {
        let (_, page) = setup.look(&format!("{OUTBOX}{query}")).await;
        let found: Vec<_> = page["data"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
        assert_eq!(json!(found), json!(numbers), "{query}");
    }
    let (_, page) = setup.look(&format!("{OUTBOX}?limit=1")).await;
    let next = page["next_cursor"].as_str().unwrap();
    let (_, page) = setup.look(&format!("{OUTBOX}?limit=5&cursor={next}")).await;
    assert_eq!(page["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_same_key_of_an_installation_tells_once() {
    let clock = Clock::manual(Timestamp::now());
    let setup = Setup::with(&[], |config| config.clock = clock.clone()).await;
    let (_, installed) = setup.install(listening()).await;
    let key = installed["api_key"].as_str().unwrap();
    let call = async |path: &str, key: &str, once: &str, body: Value| {
        let headers = [("x-kiket-api-key", key), ("idempotency-key", once)];
        setup.post(path, &headers, &body.to_string()).await
    };
    for (path, body) in [
        (EVENTS, json!({"event": "x", "timestamp": "2026-01-01T00:00:00Z"})),
        (LOGS, json!({"message": "x"})),
        (METRICS, json!({"name": "x", "value": 1})),
        (NOTIFICATIONS, json!({"title": "x", "body": "x"})),
        (ANALYTICS, json!({"event": "x"})),
    ] {
        let first = call(path, key, path, body.clone()).await;
        assert_eq!(first, (201, json!({"ok": true})), "{path}");
        let mut later = body.clone();
        later["timestamp"] = json!("2026-01-02T00:00:00Z");
        assert_eq!(call(path, key, path, later).await, first, "{path}: whatever the body says");
        let other = call(
            if path == EVENTS { LOGS } else { EVENTS },
            key,
            path,
            json!({"event": "x", "message": "x"}),
        );
        assert_eq!(other.await.1["code"], "idempotency_key_reused", "{path}");
    }
    let told = async || {
        let kinds = ["log", "metric", "notification", "analytics"];
        let mut counts = Vec::new();
        for kind in kinds {
            counts.push(entries(&setup, &format!("kind={kind}")).await.len());
        }
        counts
    };
    assert_eq!(told().await, [2, 1, 1, 1]);
    // A refusal is not remembered.
    assert_eq!(call(METRICS, key, "again", json!({"name": "", "value": 1})).await.0, 422);
    assert_eq!(call(METRICS, key, "again", json!({"name": "y", "value": 1})).await.0, 201);
    // Another installation's key is another one.
    let other = MANIFEST.replace("com.example.crm", "com.example.other");
    let (_, other) = setup.install(json!({"manifest": other})).await;
    let other = other["api_key"].as_str().unwrap();
    assert_eq!(call(METRICS, other, METRICS, json!({"name": "x", "value": 1})).await.0, 201);
    assert_eq!(told().await, [2, 3, 1, 1]);
    clock.advance(Duration::from_secs(25 * 60 * 60));
    assert_eq!(call(METRICS, key, METRICS, json!({"name": "x", "value": 1})).await.0, 201);
    assert_eq!(told().await, [2, 4, 1, 1], "after a day the key is free");
}

#[tokio::test]
async fn the_oldest_of_a_kind_goes_when_there_are_too_many() {
    let setup = Setup::new(&[]).await;
    let token = token(&setup).await;
    assert_eq!(setup.call_back(METRICS, &token, json!({"name": "x", "value": 1})).await.0, 201);
    assert_eq!(setup.call_back(LOGS, &token, json!({"message": "first"})).await.0, 201);
    setup
        .alter(
            "INSERT INTO extension_events (installation_id, kind, number, event, data, created_at) \
             WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < 10000) \
             SELECT 1, 'log', n, 'filler', '{}', 0 FROM n",
        )
        .await;
    assert_eq!(MOST_KEPT, 10_000);
    let has_first = async || !entries(&setup, "kind=log&event=first").await.is_empty();
    assert!(has_first().await);
    assert_eq!(setup.call_back(LOGS, &token, json!({"message": "last"})).await.0, 201);
    assert!(!has_first().await);
    assert_eq!(entries(&setup, "kind=log&event=last").await.len(), 1);
    assert_eq!(entries(&setup, "kind=metric").await.len(), 1, "other kinds are counted apart");
}

#[tokio::test]
async fn a_workspace_token_names_the_extension_in_the_query() {
    let setup = Setup::new(&[]).await;
    let wanted =
        json!({"workspace_api_token": {"name": "ci", "organization_id": 3, "scopes": ["*"]}});
    let (_, made) = setup.admin("POST", "/api/v1/workspace_api_tokens", wanted).await;
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    let body = json!({"message": "x"}).to_string();
    let (status, refused) = setup.post(LOGS, &headers, &body).await;
    assert_eq!((status, &refused["code"]), (400, &json!("invalid_parameter")), "{refused}");
    let named = format!("{LOGS}?extension_id=com.example.crm");
    assert_eq!(setup.post(&named, &headers, &body).await.0, 201);
    let elsewhere = format!("{LOGS}?extension_id=com.example.nowhere");
    assert_eq!(setup.post(&elsewhere, &headers, &body).await.0, 404);
    assert_eq!(entries(&setup, "kind=log").await.len(), 1);
    let (_, installed) = setup.install(json!({})).await;
    let own = [("x-kiket-api-key", installed["api_key"].as_str().unwrap())];
    let other = format!("{LOGS}?extension_id=com.example.other");
    assert_eq!(setup.post(&other, &own, &body).await.0, 403);
}

#[tokio::test]
async fn an_extension_reads_what_is_known_of_it() {
    let setup = Setup::new(&[]).await;
    let named = MANIFEST.replace("  version: 1.2.3", "  name: Our CRM\n  version: 1.2.3");
    assert_eq!(setup.install(json!({"manifest": named})).await.0, 201);
    let id = setup.send().await;
    assert_eq!(setup.settled(id).await.status, Status::Delivered);
    let token = setup.script.received()[0].token();
    let headers = [("x-kiket-runtime-token", token.as_str())];
    for path in ["/api/v1/extensions/com.example.crm", "/extensions/com.example.crm"] {
        let (status, metadata) = setup.get(path, &headers).await;
        assert_eq!(status, 200, "{metadata}");
        for (member, value) in [
            ("id", json!("com.example.crm")),
            ("name", json!("Our CRM")),
            ("version", json!("1.2.3")),
            ("status", json!("active")),
            ("project_id", json!(27)),
            ("organization_id", json!(3)),
        ] {
            assert_eq!(metadata[member], value, "{member}");
        }
    }
    let (status, _) = setup.get("/api/v1/extensions/com.example.other", &headers).await;
    assert_eq!(status, 403);
}
