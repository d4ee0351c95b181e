//! E-mails that extensions hand over.

use kiket_contract::api::inbound_emails::{LARGEST, MOST_KEPT};
use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup};

const HAND_OVER: &str = "/api/v1/ext/inbound_emails";
const RECEIVED: &str = "/api/v1/inbound_emails";

async fn setup() -> (Setup, String) {
    let setup = Setup::new(&[]).await;
    let manifest = MANIFEST.replace("[issues:read]", "[issues:write]");
    let (_, installed) = setup.install(json!({"manifest": manifest})).await;
    (setup, installed["api_key"].as_str().unwrap().to_owned())
}

async fn hand_over(setup: &Setup, key: &str, once: &str, email: Value) -> (u16, Value) {
    let headers = [("x-kiket-api-key", key), ("idempotency-key", once)];
    setup.post(HAND_OVER, &headers, &json!({"inbound_email": email}).to_string()).await
}

#[tokio::test]
async fn an_email_is_kept_once_and_read_whole() {
    let (setup, key) = setup().await;
    let email = json!({
        "message_id": "<1@example.com>", "from_email": "ada@example.com", "to_email": "in@crm.example",
        "subject": "Down", "text_body": "Help", "raw_payload": {"of": "the service"},
        "headers": {"X-Spam": "no"}, "references": ["<0@example.com>"],
    });
    let first = hand_over(&setup, &key, "one", email.clone()).await;
    assert_eq!(first, (201, json!({"id": 1, "status": "received"})));
    assert_eq!(hand_over(&setup, &key, "one", email.clone()).await, first);
    let (_, list) = setup.look(&format!("{RECEIVED}?project_id=27")).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list["data"][0].get("inbound_email"), None, "a list says not what they say");
    let (status, whole) = setup.look(&format!("{RECEIVED}/1")).await;
    assert_eq!((status, &whole["extension_id"]), (200, &json!("com.example.crm")));
    for member in ["message_id", "from_email", "subject", "text_body", "headers", "references"] {
        assert_eq!(whole["inbound_email"][member], email[member], "{member}");
    }
    assert_eq!(setup.look(&format!("{RECEIVED}?project_id=28")).await.1["data"], json!([]));
    for id in ["2", "x"] {
        let (status, body) = setup.look(&format!("{RECEIVED}/{id}")).await;
        assert_eq!((status, &body["code"]), (404, &json!("not_found")));
    }
}

#[tokio::test]
async fn emails_are_bounded_in_size_and_number() {
    let (setup, key) = setup().await;
    let of = |bytes: usize| json!({"text_body": "x".repeat(bytes)});
    let (status, body) = hand_over(&setup, &key, "large", of(LARGEST)).await;
    assert_eq!((status, &body["code"]), (413, &json!("too_large")), "{body}");
    assert_eq!(hand_over(&setup, &key, "fits", of(LARGEST - 1_000)).await.0, 201);
    setup
        .alter(
            "INSERT INTO inbound_emails (installation_id, number, email, created_at) \
             WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < 1000) \
             SELECT 1, n, '{}', 0 FROM n",
        )
        .await;
    assert_eq!(MOST_KEPT, 1_000);
    assert_eq!(setup.look(&format!("{RECEIVED}/1")).await.0, 200);
    assert_eq!(hand_over(&setup, &key, "last", of(1)).await.0, 201);
    assert_eq!(setup.look(&format!("{RECEIVED}/1")).await.0, 404, "the oldest is gone");
}
