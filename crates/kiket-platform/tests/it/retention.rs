//! What has come to its end is removed after a while, and nothing else is.

use std::time::Duration;

use jiff::Timestamp;
use kiket_contract::api::deliveries::Status;
use kiket_contract::clock::Clock;
use kiket_contract::id::DeliveryId;
use kiket_platform::Platform;
use serde_json::json;
use sqlx::{AnyPool, Row};
use tempfile::TempDir;

use crate::harness::{MANIFEST, Setup, config};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn count(pool: &AnyPool, table: &'static str) -> i64 {
    let statement = match table {
        "deliveries" => "SELECT COUNT(*) AS n FROM deliveries",
        "attempts" => "SELECT COUNT(*) AS n FROM attempts",
        "callbacks" => "SELECT COUNT(*) AS n FROM callbacks",
        "events" => "SELECT COUNT(*) AS n FROM events",
        "idempotency_keys" => "SELECT COUNT(*) AS n FROM idempotency_keys",
        "answers" => "SELECT COUNT(*) AS n FROM answers",
        "telemetry" => "SELECT COUNT(*) AS n FROM telemetry",
        "telemetry_hours" => "SELECT COUNT(*) AS n FROM telemetry_hours",
        "inbound_emails" => "SELECT COUNT(*) AS n FROM inbound_emails",
        "extension_events" => "SELECT COUNT(*) AS n FROM extension_events",
        "secret_reads" => "SELECT COUNT(*) AS n FROM secret_reads",
        other => panic!("no statement for {other}"),
    };
    sqlx::query(statement).fetch_one(pool).await.unwrap().try_get("n").unwrap()
}

async fn database(dir: &TempDir) -> AnyPool {
    let database = format!("sqlite://{}", dir.path().join("kiket.db").display());
    AnyPool::connect(&database).await.unwrap()
}

/// Starts again at the clock's time and waits until so many rows of the table are left.
async fn restart_until(dir: &TempDir, clock: &Clock, table: &'static str, left: i64) -> Platform {
    let mut config = config(dir);
    config.clock = clock.clone();
    let platform = Platform::start(config).await.unwrap();
    let pool = database(dir).await;
    let mut poll = tokio::time::interval(Duration::from_millis(5));
    for _ in 0..2_000 {
        poll.tick().await;
        if count(&pool, table).await == left {
            pool.close().await;
            return platform;
        }
    }
    panic!("{} of {table} are left", count(&pool, table).await);
}

async fn send_with_key(setup: &Setup, key: &str) -> DeliveryId {
    let event = json!({"event": "issue.created", "project_id": 27, "payload": {}}).to_string();
    let bearer = format!("Bearer {}", setup.platform.admin_token().expose());
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
    let (status, body) = setup.post("/api/v1/events", &headers, &event).await;
    assert_eq!(status, 202, "{body}");
    body["deliveries"][0]["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn what_is_settled_goes_after_the_retention_and_what_waits_stays() {
    let clock = Clock::manual(Timestamp::now());
    let at = clock.clone();
    let mut setup = Setup::with(&[(200, "{}"), (500, "")], |config| config.clock = at).await;
    let old = send_with_key(&setup, "one").await;
    assert_eq!(setup.settled(old).await.status, Status::Delivered);
    let token = setup.script.received()[0].token();
    let log = "/api/v1/extensions/com.example.crm/events";
    assert_eq!(setup.call_back(log, &token, json!({"event": "x"})).await.0, 201);
    setup.platform.stop_delivering().await;
    let waiting = setup.send().await;
    clock.advance(29 * DAY);
    let unheard = json!({"event": "issue.closed", "project_id": 27, "payload": {}}).to_string();
    assert_eq!(setup.operator("/api/v1/events", &unheard).await.0, 202);
    setup.platform.shutdown().await;

    setup.platform = restart_until(&setup.dir, &clock, "idempotency_keys", 0).await;
    let kept = setup.platform.delivery(old).await.unwrap().unwrap();
    assert_eq!((kept.attempts.len(), kept.callbacks.len()), (1, 1), "it is not old enough");
    setup.platform.shutdown().await;

    clock.advance(2 * DAY);
    setup.platform = restart_until(&setup.dir, &clock, "deliveries", 1).await;
    assert_eq!(setup.platform.delivery(old).await.unwrap(), None);
    let pool = database(&setup.dir).await;
    for (table, left) in [("attempts", 0), ("callbacks", 0), ("events", 2)] {
        assert_eq!(count(&pool, table).await, left, "{table}");
    }
    setup.platform.deliver();
    setup.until(waiting, |delivery| !delivery.attempts.is_empty()).await;
}

#[tokio::test]
async fn more_than_one_batch_goes_in_one_round() {
    let clock = Clock::manual(Timestamp::now());
    let at = clock.clone();
    let mut setup = Setup::with(&[], |config| config.clock = at).await;
    let unheard = json!({"event": "issue.closed", "project_id": 27, "payload": {}}).to_string();
    for _ in 0..2 {
        assert_eq!(setup.operator("/api/v1/events", &unheard).await.0, 202);
    }
    let pool = database(&setup.dir).await;
    // Each of ten rounds doubles the events.
    for round in 0..10_i64 {
        let copy = "INSERT INTO events SELECT CAST(randomblob(16) AS BLOB), project_id, name, \
                    version, payload, context, halted, created_at - $1 FROM events";
        sqlx::query(copy).bind(round).execute(&pool).await.unwrap();
    }
    assert_eq!(count(&pool, "events").await, 2_048);
    pool.close().await;
    setup.platform.shutdown().await;
    clock.advance(31 * DAY);
    setup.platform = restart_until(&setup.dir, &clock, "events", 0).await;
}

#[tokio::test]
async fn an_event_that_waits_for_a_decision_stays_with_its_deliveries() {
    let clock = Clock::manual(Timestamp::now());
    let at = clock.clone();
    let mut setup = Setup::with(&[], |config| config.clock = at).await;
    let (pending, resolved) = (setup.send().await, setup.send().await);
    for id in [pending, resolved] {
        setup.settled(id).await;
    }
    let pool = database(&setup.dir).await;
    for (id, resolved_to) in [(pending, None), (resolved, Some("allow"))] {
        sqlx::query(
            "INSERT INTO guards (event_id, project_id, decision, results, resolved_to, \
             created_at, resolved_at) SELECT event_id, 27, 'pending', '[]', $2, 0, \
             CASE WHEN $2 IS NULL THEN NULL ELSE 0 END FROM deliveries WHERE id = $1",
        )
        .bind(id.as_bytes().to_vec())
        .bind(resolved_to)
        .execute(&pool)
        .await
        .unwrap();
    }
    pool.close().await;
    setup.platform.shutdown().await;
    clock.advance(31 * DAY);
    setup.platform = restart_until(&setup.dir, &clock, "events", 1).await;
    assert!(setup.platform.delivery(pending).await.unwrap().is_some());
    assert!(setup.platform.delivery(resolved).await.unwrap().is_none());
}

/// What goes a retention after it was told.
const TOLD: [&str; 4] = ["telemetry_hours", "inbound_emails", "extension_events", "secret_reads"];

#[tokio::test]
async fn what_an_extension_told_goes_after_the_retention_and_its_answers_after_a_day() {
    let clock = Clock::manual(Timestamp::now());
    let at = clock.clone();
    let mut setup = Setup::with(&[], |config| config.clock = at).await;
    let manifest = MANIFEST.replace("[issues:read]", "[issues:write]");
    let wanted = json!({"manifest": manifest, "secrets": {"CRM_TOKEN": "first"}});
    let (status, installed) = setup.install(wanted).await;
    assert_eq!(status, 201, "{installed}");
    let key = installed["api_key"].as_str().unwrap();
    let headers = [("x-kiket-api-key", key), ("idempotency-key", "one")];
    let email = json!({"inbound_email": {"subject": "Down"}}).to_string();
    assert_eq!(setup.post("/api/v1/ext/inbound_emails", &headers, &email).await.0, 201);
    let log = "/api/v1/extensions/com.example.crm/events";
    assert_eq!(setup.post(log, &headers[..1], r#"{"event":"x"}"#).await.0, 201);
    let secret = "/api/v1/extensions/com.example.crm/secrets/CRM_TOKEN";
    assert_eq!(setup.get(secret, &headers[..1]).await.0, 200);
    let record = r#"{"event":"x","version":"v1","status":"ok","duration_ms":1,"metadata":{}}"#;
    for credential in [&headers[..1], &[]] {
        assert_eq!(setup.post("/api/v1/ext/telemetry", credential, record).await.0, 200);
    }
    let pool = database(&setup.dir).await;
    for (table, told) in TOLD.map(|table| (table, 1)).into_iter().chain([("telemetry", 2)]) {
        assert_eq!(count(&pool, table).await, told, "{table}");
    }
    pool.close().await;
    for (days, table, left) in [(2, "answers", 0), (27, "telemetry", 1), (2, "telemetry", 0)] {
        setup.platform.shutdown().await;
        clock.advance(days * DAY);
        setup.platform = restart_until(&setup.dir, &clock, table, left).await;
        let pool = database(&setup.dir).await;
        for table in TOLD.into_iter().filter(|_| left == 1 || table == "answers") {
            assert_eq!(count(&pool, table).await, 1, "{table} is not old enough");
        }
        pool.close().await;
    }
    for table in TOLD {
        setup.platform.shutdown().await;
        setup.platform = restart_until(&setup.dir, &clock, table, 0).await;
    }
}
