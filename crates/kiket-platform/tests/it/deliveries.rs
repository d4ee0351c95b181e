//! What an extension receives.

use kiket_contract::jwks::JwkSet;
use kiket_contract::signature::Signer;
use kiket_contract::token::{self, ISSUER};
use serde_json::json;

use crate::harness::{DELIVERY_SECRET, Setup, secret};

#[tokio::test]
async fn a_delivery_has_every_header_and_member_of_the_contract() {
    let setup = Setup::new(&[(200, r#"{"ok":true,"note":"thanks"}"#)]).await;
    let id = setup.send().await;
    let delivery = setup.settled(id).await;
    let received = setup.script.received().pop().unwrap();

    assert_eq!(received.path, "/v/v1/webhooks/issue.created");
    assert_eq!(received.header("content-type"), "application/json");
    assert_eq!(received.header("x-kiket-event"), "issue.created");
    assert_eq!(received.header("x-kiket-event-version"), "v1");
    assert_eq!(received.header("x-kiket-invocation"), id.to_string());
    assert_eq!(received.header("x-kiket-project"), "27");
    assert_eq!(received.header("x-kiket-organization"), "3");

    let body = received.json();
    assert_eq!(body["event"], "issue.created");
    assert_eq!(body["event_version"], "v1");
    assert_eq!(body["delivery"], json!({"id": id, "attempt": 1, "timeout_ms": 10_000}));
    assert_eq!(body["issue"], json!({"id": 1, "title": "Ünïcode ☂"}));
    assert_eq!(body["context"], json!({"user_id": 91}));
    assert_eq!(body["authentication"]["token_type"], "runtime");
    let scopes = ["project:27", "ext.api.read", "ext.api.write", "ext.secrets.read"];
    for scope in scopes.into_iter().chain(["ext.secrets.write", "issues:read"]) {
        assert!(body["authentication"]["scopes"].as_array().unwrap().contains(&json!(scope)));
    }
    assert_eq!(body["api"]["base_url"], setup.platform.url());
    assert_eq!(body["api"]["runtime_header"], "X-Kiket-Runtime-Token");
    assert_eq!(body["secrets"], json!({}));
    assert_eq!(body["secret_status"], json!({"missing": ["CRM_TOKEN", "OTHER_TOKEN"]}));
    assert!(!received.body.contains(&b'\n'), "one line");

    let attempt = &delivery.attempts[0];
    assert_eq!((attempt.number, attempt.status_code), (1, Some(200)));
    assert_eq!(attempt.response.as_deref(), Some(r#"{"ok":true,"note":"thanks"}"#));
    assert_eq!(attempt.error, None);
    assert_eq!(delivery.extension_id, "com.example.crm");
}

#[tokio::test]
async fn both_proofs_hold() {
    let setup = Setup::new(&[]).await;
    let received = setup.delivered().await;

    let timestamp = received.header("x-kiket-timestamp");
    let signer = Signer::new(&secret(DELIVERY_SECRET));
    signer.verify(received.header("x-kiket-signature"), Some(timestamp), &received.body).unwrap();

    let (status, keys) = setup.get("/.well-known/jwks.json", &[]).await;
    assert_eq!(status, 200);
    let keys: JwkSet = serde_json::from_value(keys).unwrap();
    let now = jiff::Timestamp::now();
    let claims = token::verify(&received.token(), &keys.keys, ISSUER, now).unwrap();
    let body = received.json();
    assert_eq!(claims.did.unwrap().to_string(), body["delivery"]["id"].as_str().unwrap());
    assert_eq!(json!(claims.scopes), body["authentication"]["scopes"]);
    let expires: jiff::Timestamp =
        body["authentication"]["expires_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(claims.exp, expires.as_second());
    assert!(claims.iat < now.as_second(), "some SDKs know no leeway");
}

#[tokio::test]
async fn the_body_form_signs_the_bare_body_and_sends_no_timestamp() {
    let setup = Setup::new(&[]).await;
    assert_eq!(setup.install(json!({"signing": "body"})).await.0, 201);
    let received = setup.delivered().await;
    assert!(!received.headers.contains_key("x-kiket-timestamp"));
    let signer = Signer::new(&secret(DELIVERY_SECRET));
    signer.verify(received.header("x-kiket-signature"), None, &received.body).unwrap();
}

#[tokio::test]
async fn a_callback_url_with_a_path_is_used_as_it_is() {
    let setup = Setup::new(&[]).await;
    let url = format!("http://{}/hooks/kiket?tenant=7", setup.extension);
    assert_eq!(setup.install(json!({"callback_url": url})).await.0, 201);
    assert_eq!(setup.delivered().await.path, "/hooks/kiket");
}

#[tokio::test]
async fn secrets_travel_just_in_time_and_are_cut_out_of_the_answer() {
    let answer = r#"{"i_was_given":"crm-hush-hush"}"#;
    let setup = Setup::new(&[(200, answer)]).await;
    let given = json!({"secrets": {"CRM_TOKEN": "crm-hush-hush", "UNDECLARED": "stays-here"}});
    assert_eq!(setup.install(given).await.0, 201);
    let id = setup.send().await;
    let delivery = setup.settled(id).await;
    let body = setup.script.received().pop().unwrap().json();
    assert_eq!(body["secrets"], json!({"CRM_TOKEN": "crm-hush-hush"}));
    assert_eq!(body["secret_status"], json!({"missing": ["OTHER_TOKEN"]}));
    assert_eq!(delivery.attempts[0].response.as_deref(), Some(r#"{"i_was_given":"[redacted]"}"#));
}

#[tokio::test]
async fn a_hooks_endpoint_is_resolved_against_the_callback_url() {
    let setup = Setup::new(&[]).await;
    let manifest = crate::harness::MANIFEST
        .replace("version: v1", "version: v1\n      endpoint: /hooks/created");
    let url = format!("http://{}/elsewhere", setup.extension);
    assert_eq!(setup.install(json!({"manifest": manifest, "callback_url": url})).await.0, 201);
    assert_eq!(setup.delivered().await.path, "/hooks/created");
}

#[tokio::test]
async fn no_digit_of_a_payload_is_lost() {
    let setup = Setup::new(&[]).await;
    let event = r#"{
        "event": "issue.created", "project_id": 27,
        "payload": {"issue": {"id": 12345678901234567890123, "price": 1.10, "title": "a\\nb"}}
    }"#;
    let (status, body) = setup.operator("/api/v1/events", event).await;
    assert_eq!(status, 202);
    let id = body["deliveries"][0]["id"].as_str().unwrap().parse().unwrap();
    setup.settled(id).await;
    let received = setup.script.received().pop().unwrap();
    let sent = String::from_utf8(received.body.to_vec()).unwrap();
    let issue = r#""issue":{"id":12345678901234567890123,"price":1.10,"title":"a\\nb"}"#;
    assert!(sent.contains(issue), "{sent}");
    assert!(!sent.contains('\n'));
}

#[tokio::test]
async fn the_largest_delivery_stays_under_100_000_bytes() {
    let setup = Setup::new(&[]).await;
    let scopes: Vec<_> = (0..85).map(|n| format!("area{n:012}:read")).collect();
    let manifest =
        crate::harness::MANIFEST.replace("[issues:read]", &format!("[{}]", scopes.join(", ")));
    let secret = "\"".repeat(24 * 1024 / 2 - 40);
    let install = json!({"manifest": manifest, "secrets": {"CRM_TOKEN": secret}});
    assert_eq!(setup.install(install).await.0, 201);
    let event = json!({
        "event": "issue.created", "project_id": 27,
        "payload": {"text": "x".repeat(32 * 1024)}, "context": {"text": "x".repeat(31 * 1024)},
    });
    assert_eq!(setup.operator("/api/v1/events", &event.to_string()).await.0, 202);
    let id = setup.send().await;
    setup.settled(id).await;
    let largest = setup.script.received().iter().map(|request| request.body.len()).max().unwrap();
    assert!((85_000..100_000).contains(&largest), "{largest}");
}
