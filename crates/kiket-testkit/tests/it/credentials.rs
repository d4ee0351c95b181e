//! The stand-in answers those who may call, as Kiket would.

use kiket_contract::header;
use kiket_testkit::{Delivery, StubApi};
use serde_json::{Value, json};

use crate::caller::{call, token};

const EVENTS: &str = "/api/v1/extensions/com.example.crm/events";

#[tokio::test]
async fn a_call_needs_a_credential_that_counts() {
    let api = StubApi::start();
    let delivery = Delivery::new("issue.created", "v1");
    let log = json!({ "event": "x" });
    let line = format!("POST {EVENTS}");
    let by = async |name: &str, value: &str| {
        let heard = call(&api.url(), &line, &[(name, value)], &log).await.unwrap();
        (heard.status, heard.json["code"].as_str().unwrap_or_default().to_owned())
    };
    let refused = |code: &str| (401, code.to_owned());
    let heard = call(&api.url(), &line, &[], &log).await.unwrap();
    assert_eq!((heard.status, &heard.json["code"]), (401, &json!("no_credential")));
    let token = token(&delivery).await;
    for name in [header::RUNTIME_TOKEN, header::RUNTIME_TOKEN_EARLIER] {
        assert_eq!(by(name, &token).await.0, 201);
        assert_eq!(api.calls().last().unwrap().delivery_id(), Some(delivery.id()));
        assert_eq!(by(name, "rt_example").await, refused("invalid_credential"));
        assert_eq!(by(name, "").await, refused("invalid_credential"));
    }
    assert_eq!(by(header::API_KEY, &token).await, refused("wrong_credential"));
    let bearer = format!("Bearer {token}");
    assert_eq!(by("authorization", &bearer).await, refused("wrong_credential"));
    assert_eq!(by("authorization", "Basic a").await, refused("invalid_credential"));
    assert_eq!(by("authorization", "Bearer wk_1").await.0, 201);

    api.expire_tokens();
    assert_eq!(by(header::RUNTIME_TOKEN, &token).await, refused("expired_credential"));
    api.revoke_tokens();
    assert_eq!(by(header::RUNTIME_TOKEN, &token).await, refused("revoked_credential"));
    assert_eq!(by(header::API_KEY, "key").await.0, 201);
    api.disable_installation();
    assert_eq!(by(header::RUNTIME_TOKEN, &token).await, refused("installation_disabled"));
    assert_eq!(by(header::API_KEY, "key").await, refused("installation_disabled"));
    assert_eq!(by("authorization", "Bearer wk_1").await.0, 201);
}

/// Rules out tests that pass although the manifest asks for too little.
#[tokio::test]
async fn a_call_needs_the_scopes_that_it_needs_on_kiket() {
    let api = StubApi::start();
    let delivery = Delivery::new("issue.created", "v1");
    let by = async |delivery: &Delivery, line: &str| {
        let token = token(delivery).await;
        let body = json!({ "issue": { "title": "a" }, "body": "b", "record": {} });
        call(&api.url(), line, &[(header::RUNTIME_TOKEN, &*token)], &body).await.unwrap()
    };
    for (line, scope) in [
        ("GET /api/v1/ext/issues", "issues.read"),
        ("POST /api/v1/ext/issues", "issues.write"),
        ("POST /api/v1/ext/issues/1/comments", "comments.write"),
        ("POST /ext/custom_data/crm/contacts", "custom_data.write"),
    ] {
        let heard = by(&delivery, line).await;
        assert_eq!((heard.status, &heard.json["code"]), (403, &json!("missing_scopes")), "{line}");
        assert_eq!(heard.json["required_scopes"], json!([scope]));
        assert_eq!(heard.json["missing_scopes"], json!([scope]));
        let granted = delivery.clone().permissions([scope]);
        let heard = by(&granted, line).await;
        assert!((200..300).contains(&heard.status), "{line}: {heard:?}");
    }
    let nothing = delivery.scopes(Vec::<String>::new());
    assert_eq!(by(&nothing, "GET /api/v1/ext/rate_limit").await.status, 200);
}

#[tokio::test]
async fn a_runtime_token_reaches_its_own_project_only() {
    let api = StubApi::start();
    let delivery = Delivery::new("issue.created", "v1").project(12);
    let token = token(&delivery.permissions(["custom_data.read", "custom_data.write"])).await;
    let headers = [(header::RUNTIME_TOKEN, &*token)];
    let path = "/api/v1/ext/custom_data/crm/contacts";
    let record = json!({ "record": { "name": "Ada" } });
    let made = call(&api.url(), &format!("POST {path}"), &headers, &record).await.unwrap();
    assert_eq!(made.json["data"]["project_id"], 12);
    let line = format!("GET {path}?project_id=27");
    let heard = call(&api.url(), &line, &headers, &Value::Null).await.unwrap();
    assert_eq!((heard.status, &heard.json["code"]), (403, &json!("other_project")));
}
