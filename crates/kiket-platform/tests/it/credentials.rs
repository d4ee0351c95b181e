//! With what an extension may call, and which of several credentials counts.

use std::time::Duration;

use kiket_contract::clock::Clock;
use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup};

const EVENTS: &str = "/api/v1/extensions/com.example.crm/events";
const SECRET: &str = "/api/v1/extensions/com.example.crm/secrets/CRM_TOKEN";
const ROTATE: &str = "/api/v1/installations/1/api_key/rotate";

async fn log(setup: &Setup, headers: &[(&str, &str)]) -> (u16, Value) {
    setup.post(EVENTS, headers, &json!({"event": "x"}).to_string()).await
}

/// A token of organisation 3 with these scopes, behind `Bearer `.
async fn bearer(setup: &Setup, scopes: &[&str]) -> String {
    let wanted = json!({"name": "ci", "organization_id": 3, "scopes": scopes});
    let wanted = json!({"workspace_api_token": wanted});
    let (status, made) = setup.admin("POST", "/api/v1/workspace_api_tokens", wanted).await;
    assert_eq!(status, 201, "{made}");
    format!("Bearer {}", made["token"].as_str().unwrap())
}

#[tokio::test]
async fn each_credential_is_enough_for_the_extensions_own() {
    let setup = Setup::new(&[]).await;
    let key = setup.install(json!({})).await.1["api_key"].as_str().unwrap().to_owned();
    let token = setup.delivered().await.token();
    let bearer = bearer(&setup, &["*"]).await;
    for (number, header) in [
        ("x-kiket-runtime-token", token.as_str()),
        ("X-Runtime-Token", &token),
        ("x-kiket-api-key", &key),
        ("authorization", &bearer),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(log(&setup, &[header]).await, (201, json!({"ok": true})), "{}", header.0);
        let value = json!({"value": format!("value {number}")}).to_string();
        assert_eq!(setup.post(SECRET, &[header], &value).await.0, 200, "{}", header.0);
        let delivered = setup.delivered().await.json();
        assert_eq!(delivered["secrets"]["CRM_TOKEN"], format!("value {number}"));
    }
    let path = "/api/v1/extension_events?project_id=27&kind=log";
    let (_, logged) = setup.look(path).await;
    let deliveries: Vec<_> = logged["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["delivery_id"].is_string())
        .collect();
    assert_eq!(deliveries, [false, false, true, true], "newest first");
}

#[tokio::test]
async fn the_highest_credential_counts_also_when_it_is_no_good() {
    let setup = Setup::new(&[]).await;
    let key = setup.install(json!({})).await.1["api_key"].as_str().unwrap().to_owned();
    let token = setup.delivered().await.token();
    let bearer = bearer(&setup, &["*"]).await;
    let good = [
        ("x-kiket-runtime-token", token.as_str()),
        ("x-runtime-token", &token),
        ("x-kiket-api-key", &key),
        ("authorization", &bearer),
    ];
    for (at, (name, _)) in good.into_iter().enumerate() {
        for wrong in ["", "nonsense"] {
            let mut sent = good[at..].to_vec();
            sent[0].1 = wrong;
            let (status, body) = log(&setup, &sent).await;
            assert_eq!((status, &body["code"]), (401, &json!("invalid_credential")), "{name}");
        }
    }
    let lower = [("x-kiket-runtime-token", token.as_str()), ("x-kiket-api-key", "nonsense")];
    assert_eq!(log(&setup, &lower).await.0, 201);
}

#[tokio::test]
async fn a_credential_in_the_wrong_place_is_told_where_it_belongs() {
    let setup = Setup::new(&[]).await;
    let key = setup.install(json!({})).await.1["api_key"].as_str().unwrap().to_owned();
    let token = setup.delivered().await.token();
    let as_bearer = |text: &str| format!("Bearer {text}");
    let admin = as_bearer(setup.platform.admin_token().expose());
    for (header, text, belongs) in [
        ("x-kiket-runtime-token", key.clone(), "X-Kiket-API-Key"),
        ("x-kiket-api-key", token.clone(), "X-Kiket-Runtime-Token"),
        ("authorization", as_bearer(&token), "X-Kiket-Runtime-Token"),
        ("authorization", as_bearer(&key), "X-Kiket-API-Key"),
        ("authorization", admin, "operators"),
    ] {
        let (status, body) = log(&setup, &[(header, &text)]).await;
        assert_eq!((status, &body["code"]), (401, &json!("wrong_credential")), "{body}");
        assert!(body["message"].as_str().unwrap().contains(belongs), "{body}");
        assert!(!body.to_string().contains(text.trim_start_matches("Bearer ")), "{body}");
    }
}

#[tokio::test]
async fn api_keys_overlap_when_they_are_rotated() {
    let clock = Clock::manual(jiff::Timestamp::now());
    let setup = Setup::with(&[], |config| config.clock = clock.clone()).await;
    let first = setup.install(json!({})).await.1["api_key"].as_str().unwrap().to_owned();
    let rotate = async |body: Value| {
        let (status, body) = setup.admin("POST", ROTATE, body).await;
        assert_eq!(status, 200, "{body}");
        body["api_key"].as_str().unwrap().to_owned()
    };
    let opens = async |key: &str| {
        let (status, body) = log(&setup, &[("x-kiket-api-key", key)]).await;
        assert!(status == 201 || body["code"] == "expired_credential", "{body}");
        status == 201
    };
    let second = rotate(Value::Null).await;
    assert!(opens(&first).await && opens(&second).await);
    clock.advance(Duration::from_secs(23 * 3_600));
    let third = rotate(json!({"overlap_minutes": 90})).await;
    assert!(opens(&first).await && opens(&second).await && opens(&third).await);
    clock.advance(Duration::from_secs(3_600));
    assert!(!opens(&first).await, "a later rotation does not lengthen it");
    assert!(opens(&second).await && opens(&third).await);
    let fourth = rotate(json!({"overlap_minutes": 0})).await;
    assert!(!opens(&second).await && !opens(&third).await && opens(&fourth).await);
    let too_long = json!({"overlap_minutes": 24 * 60 + 1});
    let (status, body) = setup.admin("POST", ROTATE, too_long).await;
    assert_eq!((status, &body["code"]), (422, &json!("invalid_overlap")), "{body}");

    let anew = setup.install(json!({})).await.1["api_key"].as_str().unwrap().to_owned();
    assert!(opens(&anew).await);
    let (status, body) = log(&setup, &[("x-kiket-api-key", &fourth)]).await;
    assert_eq!((status, &body["code"]), (401, &json!("invalid_credential")), "{body}");
}

#[tokio::test]
async fn a_revocation_counts_for_a_token_that_was_good_a_moment_ago() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    let sent = [("x-kiket-runtime-token", token.as_str())];
    assert_eq!(log(&setup, &sent).await.0, 201);
    let fewer = MANIFEST.replace("[issues:read]", "[]");
    let upgrade = json!({"manifest": fewer.replace("1.2.3", "1.3.0")});
    assert_eq!(setup.admin("POST", "/api/v1/installations/1/upgrade", upgrade).await.0, 200);
    assert_eq!(log(&setup, &sent).await.0, 201, "a change of the manifest revokes nothing");
    assert_eq!(setup.admin("DELETE", "/api/v1/installations/1", Value::Null).await.0, 200);
    assert_eq!(log(&setup, &sent).await.1["code"], "revoked_credential");
}

#[tokio::test]
async fn paths_without_the_prefix_are_the_same_calls() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    let entry = json!({"event": "x"});
    let short = EVENTS.strip_prefix("/api/v1").unwrap();
    assert_eq!(setup.call_back(short, &token, entry.clone()).await.0, 201);
    let headers = [("x-kiket-runtime-token", token.as_str())];
    assert_eq!(setup.get("/ext/rate_limit?project_id=27", &headers).await.0, 200);
    assert_eq!(setup.get("/ext/rate_limit?project_id=28", &headers).await.0, 403);
    assert_eq!(setup.get("/ext/rate_limit", &[]).await.0, 401);
    assert_eq!(setup.get("/installations", &headers).await.1["code"], "no_route");
    assert_eq!(setup.get("/api/v1/ext/nowhere", &headers).await.1["code"], "no_route");
}

#[tokio::test]
async fn a_project_in_the_query_is_read_as_a_number() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    let headers = [("x-kiket-runtime-token", token.as_str())];
    for (query, status) in [
        ("project_id=27", 200),
        ("project_id=27&project_id=27", 200),
        ("project%5Fid=28", 403),
        ("project_id=27&project_id=28", 400),
        ("project_id=x", 400),
        ("project_id=", 400),
        ("project_id=0", 400),
    ] {
        let path = format!("/api/v1/ext/rate_limit?{query}");
        assert_eq!(setup.get(&path, &headers).await.0, status, "{query}");
    }
}

#[tokio::test]
async fn a_path_that_is_no_text_is_refused_with_a_body() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    let path = "/api/v1/extensions/%FF/events";
    let (status, body) = setup.call_back(path, &token, json!({"event": "x"})).await;
    assert_eq!((status, &body["code"]), (400, &json!("invalid_path")), "{body}");
    let (status, body) = setup.look("/api/v1/deliveries/%FF").await;
    assert_eq!((status, &body["code"]), (400, &json!("invalid_path")), "{body}");
    assert!(body["request_id"].is_string(), "{body}");
}
