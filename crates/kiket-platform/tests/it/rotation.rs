//! Credentials change without a gap.

use std::time::Duration;

use kiket_contract::clock::Clock;
use kiket_contract::signature::Signer;
use serde_json::{Value, json};

use crate::harness::{DELIVERY_SECRET, Received, Setup, secret};

const ONE: &str = "/api/v1/installations/1";
const ROTATE: &str = "/api/v1/installations/1/delivery_secret/rotate";
const COMMIT: &str = "/api/v1/installations/1/delivery_secret/rotate/commit";

fn is_signed_with(received: &Received, key: &str) -> bool {
    let timestamp = Some(received.header("x-kiket-timestamp"));
    let signature = received.header("x-kiket-signature");
    Signer::new(&secret(key)).verify(signature, timestamp, &received.body).is_ok()
}

#[tokio::test]
async fn the_old_secret_signs_until_the_new_one_is_committed() {
    let setup = Setup::new(&[]).await;
    let (status, body) = setup.admin("POST", ROTATE, Value::Null).await;
    assert_eq!(status, 200, "{body}");
    let new = body["delivery_secret"].as_str().unwrap();
    assert!(new.starts_with("sh_"));
    let (_, shown) = setup.admin("GET", ONE, Value::Null).await;
    assert_eq!(shown["delivery_secret_rotation"], json!({"signs_at": body["signs_at"]}));
    assert!(!shown.to_string().contains(new));

    assert!(is_signed_with(&setup.delivered().await, DELIVERY_SECRET));
    let (status, shown) = setup.admin("POST", COMMIT, Value::Null).await;
    assert_eq!((status, &shown["delivery_secret_rotation"]), (200, &Value::Null));
    assert!(is_signed_with(&setup.delivered().await, new));
    let (status, body) = setup.admin("POST", COMMIT, Value::Null).await;
    assert_eq!((status, &body["code"]), (409, &json!("nothing_to_commit")));
}

#[tokio::test]
async fn after_a_day_the_new_secret_signs_by_itself() {
    let clock = Clock::manual(jiff::Timestamp::now());
    let setup = Setup::with(&[], |config| config.clock = clock.clone()).await;
    let given = json!({"delivery_secret": "sh_second"});
    assert_eq!(setup.admin("POST", ROTATE, given).await.1["delivery_secret"], "sh_second");
    clock.advance(Duration::from_secs(24 * 3_600 - 1));
    assert!(is_signed_with(&setup.delivered().await, DELIVERY_SECRET));
    clock.advance(Duration::from_secs(1));
    assert!(is_signed_with(&setup.delivered().await, "sh_second"));
    let (_, shown) = setup.admin("GET", ONE, Value::Null).await;
    assert_eq!(shown["delivery_secret_rotation"], Value::Null);

    let (status, _) = setup.admin("POST", ROTATE, json!({"delivery_secret": "sh_third"})).await;
    assert_eq!(status, 200, "the overlap is over, so nothing waits");
    assert!(is_signed_with(&setup.delivered().await, "sh_second"));
    assert_eq!(setup.admin("POST", COMMIT, Value::Null).await.0, 200);
    assert!(is_signed_with(&setup.delivered().await, "sh_third"));
}

#[tokio::test]
async fn a_second_rotation_waits_for_the_first_unless_it_replaces_it() {
    let setup = Setup::new(&[]).await;
    setup.admin("POST", ROTATE, json!({"delivery_secret": "sh_second"})).await;
    let (status, body) = setup.admin("POST", ROTATE, Value::Null).await;
    assert_eq!((status, &body["code"]), (409, &json!("rotation_waits")));
    let replace = json!({"delivery_secret": "sh_third", "replace": true});
    assert_eq!(setup.admin("POST", ROTATE, replace).await.0, 200);
    assert!(is_signed_with(&setup.delivered().await, DELIVERY_SECRET));
    assert_eq!(setup.admin("POST", COMMIT, Value::Null).await.0, 200);
    assert!(is_signed_with(&setup.delivered().await, "sh_third"));
    let (status, body) = setup.admin("POST", ROTATE, json!({"delivery_secret": ""})).await;
    assert_eq!((status, &body["code"]), (422, &json!("empty_delivery_secret")));
}

#[tokio::test]
async fn a_rotation_refuses_no_token_and_an_installation_anew_ends_it() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    setup.admin("POST", ROTATE, Value::Null).await;
    let (_, first) = setup.admin("POST", &format!("{ONE}/api_key/rotate"), Value::Null).await;
    let (_, second) = setup.admin("POST", &format!("{ONE}/api_key/rotate"), Value::Null).await;
    assert!(first["api_key"].as_str().unwrap().starts_with("kk_"));
    assert_ne!(first, second);
    let path = "/api/v1/extensions/com.example.crm/events";
    assert_eq!(setup.call_back(path, &token, json!({"event": "x"})).await.0, 201);

    let (status, installed) = setup.install(json!({"delivery_secret": "sh_anew"})).await;
    assert_eq!((status, &installed["delivery_secret_rotation"]), (201, &Value::Null));
    assert!(is_signed_with(&setup.delivered().await, "sh_anew"));
}
