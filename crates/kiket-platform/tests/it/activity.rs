//! A project's activity.

use std::time::Duration;

use jiff::Timestamp;
use kiket_contract::clock::Clock;
use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup};

const ACTIVITY: &str = "/api/v1/extension_events";

async fn list(setup: &Setup, query: &str) -> Vec<Value> {
    let (status, body) = setup.look(&format!("{ACTIVITY}?{query}")).await;
    assert_eq!((status, &body["next_cursor"]), (200, &Value::Null), "{query}: {body}");
    body["data"].as_array().unwrap().clone()
}

/// Two attempts of a delivery with two log entries after them, two of which share their time, and
/// one delivery in another project.
async fn busy() -> Setup {
    let clock = Clock::manual(Timestamp::now());
    let setup = Setup::with(&[(401, "no"), (200, r#"{"note":"done"}"#)], |config| {
        config.clock = clock.clone();
    })
    .await;
    let manifest = MANIFEST.replace("com.example.crm", "com.example.other");
    assert_eq!(setup.install(json!({"manifest": manifest, "project_id": 28})).await.0, 201);
    let first = setup.send().await;
    setup.settled(first).await;
    clock.advance(Duration::from_secs(1));
    let token = setup.delivered().await.token();
    let path = "/api/v1/extensions/com.example.crm/events";
    let entry = json!({"event": "crm.synced", "version": "v2", "data": {"rows": 3},
                       "timestamp": "2026-01-01T00:00:00Z"});
    assert_eq!(setup.call_back(path, &token, entry).await.0, 201);
    clock.advance(Duration::from_secs(1));
    assert_eq!(setup.call_back(path, &token, json!({"event": "crm.done"})).await.0, 201);
    let event = json!({"event": "issue.created", "project_id": 28}).to_string();
    let (_, body) = setup.operator("/api/v1/events", &event).await;
    setup.settled(body["deliveries"][0]["id"].as_str().unwrap().parse().unwrap()).await;
    setup
}

#[tokio::test]
async fn attempts_and_logs_are_shown_newest_first() {
    let setup = busy().await;
    let found = list(&setup, "project_id=27").await;
    assert_eq!(found.len(), 4, "{found:?}");
    assert_eq!(found[0]["event"], "crm.done");
    // These two share their time.
    let kinds = [&found[1]["kind"], &found[2]["kind"]];
    assert!(kinds.contains(&&json!("log")) && kinds.contains(&&json!("delivery")));
    let log = found[1..3].iter().find(|entry| entry["kind"] == "log").unwrap();
    assert_eq!((&log["event"], &log["event_version"]), (&json!("crm.synced"), &json!("v2")));
    assert_eq!(log["data"], json!({"rows": 3}));
    assert_eq!(log["happened_at"], "2026-01-01T00:00:00Z");
    let delivered = found[1..3].iter().find(|entry| entry["kind"] == "delivery").unwrap();
    assert_eq!(log["delivery_id"], delivered["delivery_id"]);
    assert_eq!(delivered["status"], "delivered");
    assert_eq!(delivered["response"], r#"{"note":"done"}"#);
    assert_eq!(delivered["diagnostics"], Value::Null);
    let failed = &found[3];
    assert_eq!((&failed["status"], &failed["status_code"]), (&json!("failed"), &json!(401)));
    assert_eq!(failed["event"], "issue.created");
    assert_eq!(failed["diagnostics"], "the extension answered 401, which is final");
    assert!(failed["duration_ms"].is_i64(), "{failed}");
}

#[tokio::test]
async fn pages_of_any_size_show_each_entry_once() {
    let setup = busy().await;
    let all = list(&setup, "project_id=27").await;
    for limit in 1..=4 {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let query = format!("{ACTIVITY}?project_id=27&limit={limit}{cursor}");
            let (status, page) = setup.look(&query).await;
            assert_eq!(status, 200, "{page}");
            seen.extend(page["data"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, all, "{limit}");
    }
}

#[tokio::test]
async fn the_activity_shows_what_is_asked_for() {
    let setup = busy().await;
    for (query, expected) in [
        ("project_id=27&kind=log", 2),
        ("project_id=27&kind=delivery", 2),
        ("project_id=27&installation_id=1", 4),
        ("project_id=27&installation_id=2", 0),
        ("project_id=27&extension_id=com.example.crm", 4),
        ("project_id=27&extension_id=com.example.other", 0),
        ("project_id=28", 1),
        ("project_id=28&extension_id=com.example.other&kind=delivery", 1),
        ("project_id=29", 0),
    ] {
        assert_eq!(list(&setup, query).await.len(), expected, "{query}");
    }
    for (query, name) in [
        ("", "project_id"),
        ("project_id=27&kind=both", "kind"),
        ("project_id=27&limit=0", "limit"),
        ("project_id=27&cursor=x", "cursor"),
        ("project_id=27&colour=red", "colour"),
    ] {
        let (status, body) = setup.look(&format!("{ACTIVITY}?{query}")).await;
        assert_eq!((status, &body["code"]), (400, &json!("invalid_parameter")), "{query}");
        assert!(body["error"].as_str().unwrap().contains(name), "{body}");
    }
}
