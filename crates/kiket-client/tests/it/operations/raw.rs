//! Paths without a method of their own.

use kiket_client::Error;
use serde_json::{Value, json};

use crate::api::{Api, Reply};

#[tokio::test]
async fn every_method_reaches_every_path() {
    let mut api = Api::saying(json!({ "id": 1 })).await;
    let session = api.session();
    let body = json!({ "name": "campaign.sent" });
    let found: Value = session.get("/api/v1/ext/projects/shop/boards?a=b%20c").await.unwrap();
    assert_eq!(found, json!({ "id": 1 }));
    let call = api.call().await;
    assert_eq!(call.line(), "GET /api/v1/ext/projects/shop/boards");
    assert_eq!((call.query(), call.body), (vec!["a=b c".to_owned()], Value::Null));

    session.post::<Value>("/api/v1/ext/analytics/events", &body).await.unwrap();
    session.put::<Value>("/api/v1/x", &body).await.unwrap();
    session.patch::<Value>("/api/v1/x", &body).await.unwrap();
    session.delete::<Value>("/api/v1/x").await.unwrap();
    let calls = api.calls();
    let lines: Vec<String> = calls.iter().map(|call| call.line()).collect();
    let expected = [
        "POST /api/v1/ext/analytics/events",
        "PUT /api/v1/x",
        "PATCH /api/v1/x",
        "DELETE /api/v1/x",
    ];
    assert_eq!(lines, expected);
    assert!(calls[..3].iter().all(|call| call.body == body));
    assert!(calls.iter().all(|call| call.header("idempotency-key").is_some()));
    assert_eq!(calls[3].body, Value::Null);
}

#[tokio::test]
async fn an_empty_answer_is_null_and_another_shape_is_an_error() {
    let api = Api::answering([Reply::status(204), Reply::json(200, &json!([1]))]).await;
    assert_eq!(api.session().get::<Value>("/api/v1/x").await.unwrap(), Value::Null);
    let error = api.session().get::<String>("/api/v1/x").await.unwrap_err();
    assert!(matches!(error, Error::UnexpectedAnswer { .. }), "{error:?}");
}

#[tokio::test]
async fn what_is_no_path_of_the_api_is_not_called() {
    let mut api = Api::saying(json!({})).await;
    let session = api.session();
    for odd in [
        "",
        "api/v1/me",
        "@evil.example/",
        "//evil.example/",
        "https://evil.example/",
        "/a//b",
        "/a/../b",
        "/a/./b",
        "/a/..",
        "/a/%2e%2E/b",
        "/a/.%2e",
        "/a#b",
        "/a b",
        "/a\\..\\b",
        "/ü",
        "/a\r\nX-Evil: 1",
        "?a=b",
    ] {
        let error = session.get::<Value>(odd).await.unwrap_err();
        assert!(matches!(error, Error::InvalidPath), "{odd}: {error:?}");
    }
    assert!(api.calls().is_empty());
}
