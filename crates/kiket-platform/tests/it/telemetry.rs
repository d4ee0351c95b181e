//! What SDKs report of handlers' calls, and what operators see of it.

use std::time::Duration;

use jiff::Timestamp;
use kiket_contract::clock::Clock;
use kiket_platform::Platform;
use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup, config};

const TELEMETRY: &str = "/api/v1/ext/telemetry";
const REPORT: &str = "/api/v1/marketplace/telemetry";
const RECORDS: &str = "/api/v1/marketplace/telemetry/records";
const HOUR: Duration = Duration::from_secs(60 * 60);

/// A platform whose clock stands ten minutes past a full hour.
async fn setup() -> (Setup, Clock) {
    let clock = Clock::manual("2026-03-01T10:10:00Z".parse().unwrap());
    let at = clock.clone();
    (Setup::with(&[], |config| config.clock = at).await, clock)
}

fn record(status: &str, duration_ms: f64) -> Value {
    json!({"event": "issue.created", "version": "v1", "status": status, "duration_ms": duration_ms})
}

async fn report(setup: &Setup, query: &str) -> Value {
    let (status, report) = setup.look(&format!("{REPORT}{query}")).await;
    assert_eq!(status, 200, "{report}");
    report
}

async fn records(setup: &Setup, query: &str) -> Vec<Value> {
    let (status, page) = setup.look(&format!("{RECORDS}{query}")).await;
    assert_eq!(status, 200, "{page}");
    page["data"].as_array().unwrap().clone()
}

fn is_near(found: &Value, exact: f64) -> bool {
    (found.as_f64().unwrap() / exact - 1.0).abs() < 0.05
}

#[tokio::test]
async fn every_path_and_generation_of_the_body_is_taken() {
    let (setup, _) = setup().await;
    let token = setup.delivered().await.token();
    let generations = [
        json!({"event": "a", "version": "v1", "status": "error", "duration_ms": 12.5,
            "timestamp": "2026-03-01T10:09:00.000000+00:00", "extension_id": "com.example.crm",
            "extension_version": null, "error_message": "no luck", "error_class": "Timeout",
            "metadata": {"a": 1}}),
        json!({"event": "a", "version": "v1", "status": "error", "durationMs": 12.5,
            "timestamp": "2026-03-01T10:09:00Z", "extensionId": "com.example.crm",
            "message": "no luck", "errorClass": "Timeout", "metadata": {"a": 1}}),
        json!({"event": "a", "version": "v1", "status": "error", "duration_ms": 12.5,
            "timestamp": 1_772_359_740.0, "extension_id": "com.example.crm",
            "error_class": "Timeout", "metadata": {"a": 1, "message": "no luck"}}),
    ];
    let runtime = [("x-kiket-runtime-token", token.as_str())];
    for headers in [&runtime[..], &[]] {
        for path in [TELEMETRY, "/ext/telemetry", "/telemetry"] {
            for body in &generations {
                let answer = setup.post(path, headers, &body.to_string()).await;
                assert_eq!(answer, (200, json!({"ok": true})), "{path}: {body}");
            }
        }
    }
    let kept = records(&setup, "?include_unauthenticated=true&limit=100").await;
    assert_eq!(kept.len(), 18);
    for record in &kept {
        assert_eq!(record["duration_ms"], 12.5, "{record}");
        assert_eq!(record["timestamp"], "2026-03-01T10:09:00Z", "{record}");
        assert_eq!(record["error_message"], "no luck", "{record}");
        assert_eq!(record["error_class"], "Timeout", "{record}");
        assert_eq!(record["extension_id"], "com.example.crm", "{record}");
        assert_eq!(record["metadata"]["a"], 1, "{record}");
    }
    let authenticated = kept.iter().filter(|record| record["authenticated"] == true);
    assert_eq!(authenticated.count(), 9);
    for body in ["{}", "[]", r#"{"event": "x", "status": "fine"}"#, "x"] {
        assert!(matches!(setup.post(TELEMETRY, &[], body).await.0, 400 | 422), "{body}");
    }
    let (status, body) = setup.post(TELEMETRY, &[("x-kiket-api-key", "x")], "{}").await;
    assert_eq!((status, &body["code"]), (401, &json!("invalid_credential")), "it is no nothing");
}

#[tokio::test]
async fn the_report_has_what_was_reported_beside_what_was_measured() {
    let (setup, clock) = setup().await;
    let named = MANIFEST.replace("  version: 1.2.3", "  name: Our CRM\n  version: 1.2.3");
    let (status, installed) = setup.install(json!({"manifest": named})).await;
    assert_eq!(status, 201, "{installed}");
    setup.delivered().await;
    let key = [("x-kiket-api-key", installed["api_key"].as_str().unwrap())];
    let send = async |record: Value| {
        assert_eq!(setup.post(TELEMETRY, &key, &record.to_string()).await.0, 200);
    };
    for duration in 1..=95 {
        send(record("ok", f64::from(duration))).await;
    }
    clock.advance(HOUR / 6);
    for _ in 0..5 {
        let mut failed = record("error", 1_000.0);
        failed["error_message"] = json!("no luck");
        failed["version"] = json!("v2");
        send(failed).await;
    }
    let found = report(&setup, "").await;
    assert_eq!(found["since"], "2026-02-28T10:00:00Z", "the hour counts whole");
    assert_eq!(found["window_seconds"], 24 * 60 * 60);
    assert_eq!((&found["total_events"], &found["error_count"]), (&json!(100), &json!(5)));
    assert_eq!(found["error_rate"], 0.05);
    assert_eq!(found["avg_latency_ms"], 95.6);
    for (figure, exact) in [("p50", 50.0), ("p95", 95.0), ("p99", 1_000.0)] {
        let figure = &found[format!("{figure}_latency_ms")];
        assert!(is_near(figure, exact), "{figure} for {exact}");
    }
    assert_eq!(found["measured"]["total"], 1, "one attempt was made");
    assert_eq!(found["measured"]["error_count"], 0);
    assert!(found["measured"]["p95_latency_ms"].is_number());
    let top = &found["top_extensions"][0];
    assert_eq!((&top["name"], &top["total"]), (&json!("Our CRM"), &json!(100)));
    assert_eq!((&top["error_rate"], &top["measured"]["total"]), (&json!(0.05), &json!(1)));
    let errors = found["recent_errors"].as_array().unwrap();
    assert_eq!(errors.len(), 5);
    assert_eq!(
        (&errors[0]["name"], &errors[0]["error_message"]),
        (&json!("Our CRM"), &json!("no luck"))
    );
    assert_eq!(
        (&errors[0]["event"], &errors[0]["occurred_at"]),
        (&json!("issue.created"), &json!("2026-03-01T10:20:00Z"))
    );
    let groups = found["groups"].as_array().unwrap();
    assert_eq!((groups.len(), &found["more_groups"]), (2, &json!(false)));
    let [v1, v2] = [&groups[0], &groups[1]];
    assert_eq!(
        (&v1["version"], &v1["total"], &v1["error_rate"]),
        (&json!("v1"), &json!(95), &json!(0.0))
    );
    assert_eq!(
        (&v1["hour"], &v1["measured"]["total"]),
        (&json!("2026-03-01T10:00:00Z"), &json!(1))
    );
    assert_eq!(
        (&v2["version"], &v2["error_rate"], &v2["measured"]["total"]),
        (&json!("v2"), &json!(1.0), &json!(0))
    );

    for (query, total) in [
        ("?window_hours=1", 100),
        ("?project_id=27", 100),
        ("?project_id=28", 0),
        ("?extension_id=com.example.crm", 100),
        ("?extension_id=com.example.other", 0),
    ] {
        assert_eq!(report(&setup, query).await["total_events"], total, "{query}");
    }
    clock.advance(3 * HOUR);
    send(record("ok", 7.0)).await;
    assert_eq!(report(&setup, "?window_hours=1").await["total_events"], 1, "by the hour");
    assert_eq!(report(&setup, "?window_hours=720").await["groups"][0]["total"], 1, "newest first");
    for query in ["?window_hours=0", "?window_hours=721", "?window_hours=x", "?colour=red"] {
        assert_eq!(setup.look(&format!("{REPORT}{query}")).await.0, 400, "{query}");
    }
}

#[tokio::test]
async fn a_record_stands_beside_the_attempt_it_is_about() {
    let (setup, _) = setup().await;
    let sent = setup.delivered().await;
    let (token, delivery) = (sent.token(), sent.header("x-kiket-invocation").to_owned());
    let mut lie = record("ok", 3.0);
    lie["delivery_id"] = json!("0193a5c8-7d1e-7c40-9f5d-2b8a64c1e0f7");
    lie["extension_id"] = json!("com.example.other");
    assert_eq!(setup.call_back(TELEMETRY, &token, lie).await.0, 200);
    let kept = records(&setup, &format!("?delivery_id={delivery}")).await;
    assert_eq!(kept.len(), 1, "the token's delivery counts");
    assert_eq!(kept[0]["extension_id"], "com.example.crm", "and its extension");
    assert_eq!((&kept[0]["authenticated"], &kept[0]["project_id"]), (&json!(true), &json!(27)));
    let measured = &kept[0]["measured"];
    assert_eq!((&measured["number"], &measured["status_code"]), (&json!(1), &json!(200)));
    assert!(measured["duration_ms"].is_i64() && measured["error"].is_null());
    let callbacks = setup.settled(delivery.parse().unwrap()).await.callbacks;
    assert_eq!(callbacks, [], "it is no call of the extension's");
    for (query, count) in [
        ("?status=ok", 1),
        ("?status=error", 0),
        ("?extension_id=com.example.crm&project_id=27", 1),
        ("?project_id=28", 0),
    ] {
        assert_eq!(records(&setup, query).await.len(), count, "{query}");
    }
}

#[tokio::test]
async fn what_comes_without_a_credential_is_left_out_unless_asked_for() {
    let (setup, clock) = setup().await;
    let token = setup.delivered().await.token();
    assert_eq!(setup.call_back(TELEMETRY, &token, record("ok", 10.0)).await.0, 200);
    let mut anybodys = record("error", 20.0);
    anybodys["extension_id"] = json!("com.example.unknown");
    anybodys["error_message"] = json!("so they say");
    for _ in 0..3 {
        assert_eq!(setup.post(TELEMETRY, &[], &anybodys.to_string()).await.0, 200);
    }
    let found = report(&setup, "").await;
    assert_eq!(
        (&found["total_events"], &found["unauthenticated_left_out"]),
        (&json!(1), &json!(3))
    );
    assert_eq!(found["recent_errors"], json!([]));
    assert_eq!(records(&setup, "").await.len(), 1);
    let found = report(&setup, "?include_unauthenticated=true").await;
    assert_eq!(
        (&found["total_events"], &found["unauthenticated_left_out"]),
        (&json!(4), &json!(0))
    );
    assert_eq!(found["top_extensions"][0]["name"], "com.example.unknown");
    assert!(is_near(&found["top_extensions"][0]["p95_latency_ms"], 20.0));
    assert_eq!(found["recent_errors"][0]["error_message"], "so they say");
    let of_a_project = report(&setup, "?include_unauthenticated=true&project_id=27").await;
    assert_eq!(of_a_project["total_events"], 1, "they have no project");
    let kept = records(&setup, "?include_unauthenticated=true&status=error").await;
    assert_eq!((kept.len(), &kept[0]["authenticated"]), (3, &json!(false)));
    assert_eq!((&kept[0]["installation_id"], &kept[0]["measured"]), (&Value::Null, &Value::Null));
    clock.advance(25 * HOUR);
    assert_eq!(report(&setup, "?window_hours=48").await["unauthenticated_left_out"], 3);
}

#[tokio::test]
async fn an_address_has_a_limit_and_leaves_installations_theirs() {
    let (setup, clock) = setup().await;
    let token = setup.delivered().await.token();
    let body = record("ok", 1.0).to_string();
    for _ in 0..600 {
        assert_eq!(setup.post(TELEMETRY, &[], &body).await.0, 200);
    }
    let (status, refused) = setup.post(TELEMETRY, &[], &body).await;
    assert_eq!((status, &refused["code"]), (429, &json!("rate_limit_exceeded")));
    assert_eq!(setup.call_back(TELEMETRY, &token, record("ok", 1.0)).await.0, 200);
    let headers = [("x-kiket-runtime-token", token.as_str())];
    let (_, standing) = setup.get("/api/v1/ext/rate_limit", &headers).await;
    assert_eq!(standing["rate_limit"]["remaining"], 599, "what is reported is counted apart");
    clock.advance(Duration::from_secs(60));
    assert_eq!(setup.post(TELEMETRY, &[], &body).await.0, 200);
}

#[tokio::test]
async fn records_are_bounded_and_figures_are_not_bent_by_it() {
    let (setup, _) = setup().await;
    let token = setup.delivered().await.token();
    assert_eq!(setup.call_back(TELEMETRY, &token, record("error", 1.0)).await.0, 200);
    setup
        .alter(
            "INSERT INTO telemetry (installation_id, number, event, failed, duration_ms, metadata, \
             created_at) WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n \
             WHERE n < 10000) SELECT 1, n, 'filler', 0, 1.0, '{}', 0 FROM n",
        )
        .await;
    assert_eq!(records(&setup, "?status=error").await.len(), 1);
    assert_eq!(setup.call_back(TELEMETRY, &token, record("ok", 1.0)).await.0, 200);
    assert_eq!(records(&setup, "?status=error").await.len(), 0, "the oldest is gone");
    let found = report(&setup, "").await;
    assert_eq!((&found["total_events"], &found["error_count"]), (&json!(2), &json!(1)));
    // An hour has figures of so many names, and the rest is counted together.
    for number in 0..205 {
        let mut named = record("ok", 1.0);
        named["event"] = json!(format!("made.up.{number}"));
        assert_eq!(setup.call_back(TELEMETRY, &token, named).await.0, 200);
    }
    let found = report(&setup, "").await;
    assert_eq!(found["total_events"], 207);
    let groups = found["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 201);
    let others = groups.iter().find(|group| group["event"] == "(others)").unwrap();
    assert_eq!(others["total"], 6);
}

#[tokio::test]
async fn no_secret_is_kept_and_long_texts_are_cut() {
    let (setup, _) = setup().await;
    let secrets = json!({"secrets": {"CRM_TOKEN": "s3cr3t-value"}});
    assert_eq!(setup.install(secrets).await.0, 201);
    let token = setup.delivered().await.token();
    let body = json!({
        "event": "x".repeat(500), "status": "error", "error_class": "s3cr3t-value",
        "error_message": format!("s3cr3t-value {token} {}", "é".repeat(5_000)),
        "metadata": {"sent": "s3cr3t-value"},
    });
    assert_eq!(setup.call_back(TELEMETRY, &token, body).await.0, 200);
    let large = json!({"event": "x", "status": "ok", "metadata": {"a": "x".repeat(10_000)}});
    assert_eq!(setup.call_back(TELEMETRY, &token, large).await.0, 200);
    let kept = records(&setup, "").await;
    assert_eq!(kept[0]["metadata"], json!({}), "what is too large is left out");
    assert_eq!(kept[1]["metadata"], json!({"sent": "[redacted]"}));
    assert_eq!(kept[1]["event"].as_str().unwrap().len(), 128);
    let message = kept[1]["error_message"].as_str().unwrap();
    assert!(message.starts_with("[redacted] [redacted] é") && message.len() <= 2_048);
    let shown = json!([kept, report(&setup, "").await]).to_string();
    assert!(!shown.contains("s3cr3t") && !shown.contains(&token));
}

#[tokio::test]
async fn a_report_of_nothing_says_so() {
    let (setup, _) = setup().await;
    let found = report(&setup, "").await;
    assert_eq!((&found["total_events"], &found["error_rate"]), (&json!(0), &json!(0.0)));
    assert_eq!((&found["avg_latency_ms"], &found["top_extensions"]), (&Value::Null, &json!([])));
    assert!(found["since"].as_str().unwrap().parse::<Timestamp>().is_ok());
}

#[tokio::test]
async fn what_was_reported_goes_with_its_age_and_what_anybody_says_after_a_day() {
    let (mut setup, clock) = setup().await;
    let token = setup.delivered().await.token();
    assert_eq!(setup.call_back(TELEMETRY, &token, record("ok", 1.0)).await.0, 200);
    assert_eq!(setup.post(TELEMETRY, &[], &record("ok", 1.0).to_string()).await.0, 200);
    for (advanced, kept) in [(23 * HOUR, 2), (2 * HOUR, 1), (30 * 24 * HOUR, 0)] {
        clock.advance(advanced);
        setup.platform.shutdown().await;
        let mut config = config(&setup.dir);
        config.clock = clock.clone();
        setup.platform = Platform::start(config).await.unwrap();
        let mut poll = tokio::time::interval(Duration::from_millis(5));
        let mut found = Vec::new();
        for _ in 0..2_000 {
            poll.tick().await;
            found = records(&setup, "?include_unauthenticated=true").await;
            if found.len() <= kept {
                break;
            }
        }
        assert_eq!(found.len(), kept, "after {advanced:?}");
        let figures = report(&setup, "?window_hours=720").await;
        assert_eq!(figures["total_events"], u8::from(kept > 0), "after {advanced:?}");
    }
}
