//! How often an extension may call.

use std::time::Duration;

use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use kiket_contract::clock::Clock;
use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup};

const PATH: &str = "/api/v1/ext/rate_limit";

struct Answer {
    status: u16,
    headers: hyper::HeaderMap,
    body: Value,
}

impl Answer {
    fn number(&self, name: &str) -> i64 {
        self.headers[name].to_str().unwrap().parse().unwrap()
    }
}

/// A call with everything that its answer has.
async fn call(setup: &Setup, path: &str, header: (&str, &str)) -> Answer {
    use http_body_util::{BodyExt, Empty};
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<axum::body::Bytes>>();
    let request = hyper::Request::get(format!("{}{path}", setup.origin()));
    let request = request.header(header.0, header.1).body(Empty::new()).unwrap();
    let answer = client.request(request).await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    Answer { status, headers, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
}

/// A platform whose window has just begun.
async fn setup(start: i64) -> (Setup, Clock) {
    let clock = Clock::manual(jiff::Timestamp::from_second(start).unwrap());
    let setup = Setup::with(&[], |config| config.clock = clock.clone()).await;
    (setup, clock)
}

const WINDOW: i64 = 1_800_000_000;

#[tokio::test]
async fn six_hundred_calls_are_answered_and_the_next_waits_for_the_window() {
    let (setup, clock) = setup(WINDOW + 15).await;
    let key = setup.install(json!({})).await.1["api_key"].as_str().unwrap().to_owned();
    let token = setup.delivered().await.token();
    let by_key = ("x-kiket-api-key", key.as_str());
    let first = call(&setup, PATH, by_key).await;
    let standing = json!({
        "limit": 600, "remaining": 599, "window_seconds": 60, "windowSeconds": 60,
        "reset_in": 45, "resetIn": 45,
    });
    assert_eq!(first.body, json!({"rate_limit": standing, "rateLimit": standing}));
    for left in (0..599).rev() {
        let answer = call(&setup, PATH, by_key).await;
        assert_eq!((answer.status, answer.number("x-ratelimit-remaining")), (200, left));
        assert_eq!(answer.number("x-ratelimit-limit"), 600);
        assert_eq!(answer.number("x-ratelimit-reset"), WINDOW + 60);
    }
    clock.advance(Duration::from_secs(14));
    for header in [by_key, ("x-kiket-runtime-token", &token)] {
        let refused = call(&setup, PATH, header).await;
        assert_eq!(refused.status, 429);
        assert_eq!(refused.number("retry-after"), 31);
        assert_eq!(refused.number("x-ratelimit-remaining"), 0);
        assert_eq!(refused.body["error"], "Rate limit exceeded");
        assert_eq!(refused.body["retry_after"], 31);
        assert_eq!(refused.body["code"], "rate_limit_exceeded");
        assert_eq!(refused.body["request_id"], refused.headers["x-request-id"].to_str().unwrap());
    }
    let other = MANIFEST.replace("com.example.crm", "com.example.other");
    let other = setup.install(json!({"manifest": other})).await.1;
    let other = ("x-kiket-api-key", other["api_key"].as_str().unwrap());
    assert_eq!(call(&setup, PATH, other).await.status, 200, "each has its own");
    clock.advance(Duration::from_secs(31));
    assert_eq!(call(&setup, PATH, by_key).await.number("x-ratelimit-remaining"), 599);
}

#[tokio::test]
async fn a_manifest_may_lower_the_limit_and_not_raise_it() {
    let (setup, _) = setup(WINDOW).await;
    for (wanted, limit) in [("2", 2), ("600", 600), ("6000", 600), ("0", 600), ("many", 600)] {
        let manifest =
            format!("{MANIFEST}  rate_limiting: {{requests_per_minute: {wanted}, burst: 20}}\n");
        let (status, body) = setup.install(json!({"manifest": manifest})).await;
        assert_eq!(status, 201, "{body}");
        let header = ("x-kiket-api-key", body["api_key"].as_str().unwrap());
        assert_eq!(call(&setup, PATH, header).await.number("x-ratelimit-limit"), limit, "{wanted}");
    }
    let manifest = format!("{MANIFEST}  rate_limiting: {{requests_per_minute: 2}}\n");
    let upgrade = json!({"manifest": manifest});
    assert_eq!(setup.admin("POST", "/api/v1/installations/1/upgrade", upgrade).await.0, 200);
    let token = setup.delivered().await.token();
    let refused = call(&setup, PATH, ("x-kiket-runtime-token", &token)).await;
    assert_eq!((refused.status, refused.number("x-ratelimit-limit")), (429, 2), "from now on");
}

#[tokio::test]
async fn every_answer_to_a_caller_says_how_it_stands() {
    let (setup, _) = setup(WINDOW).await;
    let token = setup.delivered().await.token();
    let header = ("x-kiket-runtime-token", token.as_str());
    for (left, (path, status)) in [
        ("/api/v1/ext/rate_limit?project_id=28", 403),
        ("/ext/rate_limit?project_id=x", 400),
        (PATH, 200),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = call(&setup, path, header).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.number("x-ratelimit-remaining"), 599 - left as i64, "{path}");
        assert!(answer.headers.contains_key("x-request-id"), "{path}");
    }
    let unknown = call(&setup, PATH, ("x-kiket-runtime-token", "rt_1")).await;
    assert_eq!(unknown.status, 401);
    assert!(!unknown.headers.contains_key("x-ratelimit-limit"), "nobody is counted");
}
