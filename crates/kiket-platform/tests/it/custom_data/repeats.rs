//! The same request with the same key is done once.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Data, TABLE, install};

const KEY: &str = "idempotency-key";

#[tokio::test]
async fn the_same_key_gives_the_first_answer_again_for_a_day() {
    let data = Data::new().await;
    let path = format!("{TABLE}?project_id=27");
    let record = json!({"record": {"email": "a@example.com"}});
    let create = || data.raw("POST", &path, &[(KEY, "k1")], record.clone());
    let first = create().await;
    assert_eq!(first.0, 201);
    data.call("PATCH", &format!("{TABLE}/1"), json!({"record": {"age": 1}})).await;
    assert_eq!(create().await, first, "also when the record is another by now");
    let other = json!({"record": {"email": "b@example.com"}});
    let (status, body) = data.raw("POST", &path, &[(KEY, "k1")], other).await;
    assert_eq!((status, &body["code"]), (409, &json!("idempotency_key_reused")));
    assert_eq!(data.listed("").await.len(), 1);
    data.clock.advance(Duration::from_secs(24 * 60 * 60 + 1));
    let (status, body) = create().await;
    assert_eq!(status, 422, "the key is free again, and the value taken: {body}");
    let (status, body) = data.raw("POST", &path, &[(KEY, "")], record.clone()).await;
    assert_eq!((status, &body["code"]), (400, &json!("invalid_idempotency_key")));
}

#[tokio::test]
async fn only_successes_are_remembered() {
    let data = Data::new().await;
    let path = format!("{TABLE}?project_id=27");
    let taken = data.made(json!({"email": "a@example.com"})).await;
    let record = json!({"record": {"email": "a@example.com"}});
    let create = || data.raw("POST", &path, &[(KEY, "k1")], record.clone());
    assert_eq!(create().await.0, 422);
    data.call("DELETE", &format!("{TABLE}/{}", taken["id"]), Value::Null).await;
    assert_eq!(create().await.0, 201);
}

#[tokio::test]
async fn a_key_is_its_installations_own() {
    let data = Data::new().await;
    let other = install(&data.setup, json!({"organization_id": 4, "project_id": 40})).await;
    let record = json!({"record": {"email": "a@example.com"}});
    let path = format!("{TABLE}?project_id=27");
    assert_eq!(data.raw("POST", &path, &[(KEY, "k1")], record.clone()).await.0, 201);
    let headers = [(KEY, "k1"), ("x-kiket-api-key", other.as_str())];
    let path = format!("{TABLE}?project_id=40");
    let (status, body) = data.setup.post(&path, &headers, &record.to_string()).await;
    assert_eq!((status, &body["data"]["project_id"]), (201, &json!(40)));
}

#[tokio::test]
async fn what_is_sent_at_once_with_one_key_is_done_once() {
    let data = Data::new().await;
    let visits = TABLE.replace("people", "visits");
    let path = format!("{visits}?project_id=27");
    let record = json!({"record": {"page": "home"}});
    let create = |_| data.raw("POST", &path, &[(KEY, "k1")], record.clone());
    let answers = futures_util::future::join_all((0..8).map(create)).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(answers[0].0, 201);
    let (_, listed) = data.call("GET", &visits, Value::Null).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_removal_that_is_repeated_with_its_key_has_succeeded() {
    let data = Data::new().await;
    data.made(json!({"email": "a@example.com"})).await;
    let path = format!("{TABLE}/1?project_id=27");
    for _ in 0..2 {
        let answer = data.raw("DELETE", &path, &[(KEY, "k1")], Value::Null).await;
        assert_eq!(answer, (200, json!({"ok": true})));
    }
    assert_eq!(data.raw("DELETE", &path, &[(KEY, "k2")], Value::Null).await.0, 404);
}

#[tokio::test]
async fn nothing_of_a_record_that_is_removed_for_ever_is_answered_again() {
    let data = Data::new().await;
    let path = format!("{TABLE}?project_id=27");
    let record = json!({"record": {"email": "a@example.com", "notes": "very private"}});
    let create = || data.raw("POST", &path, &[(KEY, "k1")], record.clone());
    assert_eq!(create().await.0, 201);
    let kept = async || {
        let url = format!("sqlite://{}", data.setup.dir.path().join("kiket.db").display());
        let mut connection =
            <sqlx::AnyConnection as sqlx::Connection>::connect(&url).await.unwrap();
        let kept = "SELECT COUNT(*) FROM answers WHERE body LIKE '%private%'";
        sqlx::query_scalar::<_, i64>(kept).fetch_one(&mut connection).await.unwrap()
    };
    assert_eq!(kept().await, 1);
    let removal = format!("{TABLE}/1?hard=true");
    assert_eq!(data.call("DELETE", &removal, Value::Null).await.0, 200);
    assert_eq!(kept().await, 0);
    let (status, body) = create().await;
    assert_eq!((status, &body["data"]["id"]), (201, &json!(2)), "the key is free: {body}");
}
