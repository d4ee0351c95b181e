//! What whoever runs a platform sees: health, readiness and what is counted.

use std::time::Duration;

use kiket_contract::api::deliveries::Status;
use kiket_platform::{Config, Error, Platform};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::harness::{Setup, call, config, exchange};

/// A sample of the page of metrics, by its name with labels.
fn sample(page: &str, name: &str) -> Option<f64> {
    page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

async fn metrics(setup: &Setup) -> String {
    let bearer = format!("Bearer {}", setup.platform.admin_token().expose());
    let headers = [("authorization", bearer.as_str())];
    let (status, page) = exchange(&setup.origin(), "GET", "/metrics", &headers, "").await;
    assert_eq!(status, 200);
    String::from_utf8(page.to_vec()).unwrap()
}

#[tokio::test]
async fn a_platform_is_ready_while_it_delivers() {
    let setup = Setup::new(&[]).await;
    assert_eq!(setup.get("/readyz", &[]).await, (200, json!({"status": "ready"})));
    setup.platform.stop_delivering().await;
    let (status, body) = setup.get("/readyz", &[]).await;
    assert_eq!((status, &body["status"]), (503, &json!("not_ready")));
    assert_eq!(body["reason"], "nothing is being delivered");
    assert_eq!(setup.get("/healthz", &[]).await.0, 200, "the process lives");
}

#[tokio::test]
async fn a_platform_that_stops_is_not_ready_and_still_answers_callbacks() {
    let setup = Setup::new(&[]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hanging = format!("http://{}", listener.local_addr().unwrap());
    assert_eq!(setup.install(json!({"callback_url": hanging})).await.0, 201);
    setup.send().await;
    let (attempt, _) = listener.accept().await.unwrap();
    let Setup { platform, dir, .. } = setup;
    let url = platform.url().to_owned();
    let stopping = tokio::spawn(platform.shutdown());
    let mut poll = tokio::time::interval(Duration::from_millis(5));
    let body = loop {
        poll.tick().await;
        let (status, body) = call(&url, "GET", "/readyz", &[], "").await;
        if status == 503 {
            break body;
        }
    };
    assert_eq!(body["reason"], "it is stopping");
    let (status, _) = call(&url, "POST", "/api/v1/extensions/x/events", &[], "").await;
    assert_eq!(status, 401, "extensions that are being called can still call back");
    drop(attempt);
    stopping.await.unwrap();
    drop(dir);
}

#[tokio::test]
async fn metrics_count_what_happens() {
    let setup = Setup::new(&[(500, ""), (200, "{}"), (404, "")]).await;
    let token = setup.delivered().await.token();
    setup
        .call_back("/api/v1/extensions/com.example.crm/events", &token, json!({"event": "x"}))
        .await;
    let failed = setup.send().await;
    assert_eq!(setup.settled(failed).await.status, Status::Failed);
    setup.platform.stop_delivering().await;
    setup.send().await;
    let page = metrics(&setup).await;
    for (name, value) in [
        ("kiket_events_accepted_total", 3.0),
        (r#"kiket_deliveries_settled_total{state="delivered"}"#, 1.0),
        (r#"kiket_deliveries_settled_total{state="failed"}"#, 1.0),
        (r#"kiket_attempts_total{outcome="delivered"}"#, 1.0),
        (r#"kiket_attempts_total{outcome="delivery.error"}"#, 1.0),
        (r#"kiket_attempts_total{outcome="delivery.validation"}"#, 1.0),
        ("kiket_attempt_duration_seconds_count", 3.0),
        (r#"kiket_callbacks_total{status="201"}"#, 1.0),
        ("kiket_deliveries_queued", 1.0),
        ("kiket_deliveries_due", 1.0),
        ("kiket_deliveries_in_flight", 0.0),
    ] {
        assert_eq!(sample(&page, name), Some(value), "{name} in\n{page}");
    }
    assert!(sample(&page, "kiket_oldest_due_age_seconds").is_some_and(|age| age >= 0.0), "{page}");
    assert!(sample(&page, "kiket_writer_batch_size_count").is_some_and(|count| count > 0.0));
    assert!(page.contains("kiket_build_info{version="), "{page}");
    assert!(page.ends_with("# EOF\n"));
}

#[tokio::test]
async fn metrics_need_the_admin_token() {
    let setup = Setup::new(&[]).await;
    let (status, body) = setup.get("/metrics", &[]).await;
    assert_eq!((status, &body["code"]), (401, &Value::from("not_the_operator")));
}

#[tokio::test]
async fn the_public_url_is_what_extensions_are_told_to_call() {
    let setup = Setup::with(&[], |config| {
        config.public_url = Some("https://Kiket.example.com:443/".into());
    })
    .await;
    assert_eq!(setup.platform.url(), "https://kiket.example.com");
    let id = setup.send().await;
    setup.settled(id).await;
    let received = setup.script.received().pop().unwrap();
    assert_eq!(received.json()["api"]["base_url"], "https://kiket.example.com");
}

#[tokio::test]
async fn a_public_url_that_is_no_origin_is_refused() {
    let start = async |url: &str| {
        let dir = tempfile::tempdir().unwrap();
        let mut config: Config = config(&dir);
        config.public_url = Some(url.to_owned());
        match Platform::start(config).await {
            Err(error @ Error::PublicUrl { .. }) => error.to_string(),
            _ => panic!("{url} was taken"),
        }
    };
    let path = "`https://x.example/kiket` can not be the public URL: it has a path, but the API is \
                at the root of its host: leave it out";
    assert_eq!(start("https://x.example/kiket").await, path);
    for url in ["x.example", "/", "ftp://x.example", "https://x.example/?a", "https://x.example/#a"]
    {
        start(url).await;
    }
    assert!(!start("https://user:hush@x.example").await.contains("hush"));
}
