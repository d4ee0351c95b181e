//! What a manifest permits.

use serde_json::{Value, json};

use super::{Data, TABLE, install, manifest};

#[tokio::test]
async fn an_operation_that_the_manifest_does_not_name_is_refused_by_its_name() {
    let mut data = Data::new().await;
    data.made(json!({"email": "a@example.com"})).await;
    data.made(json!({"email": "b@example.com"})).await;
    let one = format!("{TABLE}/1");
    let hard = format!("{TABLE}/2?hard=true");
    for (operations, permitted) in [
        ("[]", &[][..]),
        ("[read]", &["list", "get"]),
        ("[write]", &["create", "update", "delete"]),
        ("[delete]", &["delete"]),
        ("[read, admin]", &["list", "get", "hard"]),
    ] {
        data.key = install(&data.setup, json!({"manifest": manifest(operations)})).await;

        let record = json!({"record": {"email": "c@example.com"}});
        for (call, method, path, body, operation) in [
            ("list", "GET", TABLE, Value::Null, "read"),
            ("get", "GET", &one, Value::Null, "read"),
            ("create", "POST", TABLE, record, "write"),
            ("update", "PATCH", &one, json!({"record": {}}), "write"),
            ("hard", "DELETE", &hard, Value::Null, "admin"),
            ("delete", "DELETE", &one, Value::Null, "delete"),
        ] {
            let (status, body) = data.call(method, path, body).await;
            if permitted.contains(&call) {
                assert!(status < 300 || matches!(status, 404 | 422), "{operations} {call}: {body}");
                continue;
            }
            assert_eq!((status, &body["code"]), (403, &json!("operation_not_permitted")));
            assert_eq!(body["details"]["operation"], operation, "{operations} {call}");
            assert!(body["error"].as_str().unwrap().contains(&format!("`{operation}`")));
        }
    }
}

#[tokio::test]
async fn what_is_removed_stays_unless_its_table_or_the_call_says_otherwise() {
    let data = Data::new().await;
    for number in 0..2 {
        data.made(json!({"email": format!("{number}@example.com")})).await;
    }
    let visits = TABLE.replace("people", "visits");
    let (status, _) = data.call("POST", &visits, json!({"record": {"page": "home"}})).await;
    assert_eq!(status, 201);
    for path in [format!("{TABLE}/1"), format!("{TABLE}/2?hard=true"), format!("{visits}/1")] {
        assert_eq!(data.call("DELETE", &path, Value::Null).await.0, 200, "{path}");
    }
    let url = format!("sqlite://{}", data.setup.dir.path().join("kiket.db").display());
    let mut connection = <sqlx::AnyConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let rows = "SELECT COUNT(*) FROM records WHERE id = 1 AND deleted_at IS NOT NULL";
    let kept: i64 = sqlx::query_scalar(rows).fetch_one(&mut connection).await.unwrap();
    let all = "SELECT COUNT(*) FROM records";
    let all: i64 = sqlx::query_scalar(all).fetch_one(&mut connection).await.unwrap();
    assert_eq!((kept, all), (1, 1));
}
