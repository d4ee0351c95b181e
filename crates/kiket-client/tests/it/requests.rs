//! What is sent.

use kiket_client::{Client, Error};
use kiket_contract::api::extension_events::LogEvent;

use crate::stub::{Stub, answer};

fn event() -> LogEvent {
    LogEvent {
        event: "issue.created".into(),
        version: Some("v2".into()),
        data: serde_json::json!({ "summary": "a" }),
        timestamp: None,
    }
}

#[tokio::test]
async fn a_secret_is_posted_under_its_key() {
    let mut stub = Stub::answering([answer("200 OK", "", r#"{"ok":true}"#)]).await;
    stub.session().set_secret("com.example.crm", "WEBHOOK_TOKEN", "abc".into()).await.unwrap();
    let request = stub.request().await;
    assert!(
        request.starts_with("POST /api/v1/extensions/com.example.crm/secrets/WEBHOOK_TOKEN HTTP"),
        "{request}"
    );
    assert!(request.ends_with(r#"{"value":"abc"}"#), "{request}");
}

#[tokio::test]
async fn an_extension_id_can_not_reach_another_path() {
    let mut stub = Stub::answering([answer("200 OK", "", "{}")]).await;
    stub.session().set_secret("../../admin?a=b", "KEY", "abc".into()).await.unwrap();
    let request = stub.request().await;
    assert!(
        request.starts_with("POST /api/v1/extensions/..%2F..%2Fadmin%3Fa%3Db/secrets/KEY HTTP"),
        "{request}"
    );
}

/// `.` and `..` would send the token and the value to another path.
#[tokio::test]
async fn no_secret_goes_to_an_extension_without_an_id() {
    let mut stub = Stub::answering([answer("200 OK", "", "{}")]).await;
    let session = stub.session();
    for id in ["", ".", ".."] {
        for error in [
            session.set_secret(id, "KEY", "abc".into()).await.unwrap_err(),
            session.secret(id, "KEY").await.unwrap_err(),
            session.delete_secret(id, "KEY").await.unwrap_err(),
            session.list_secrets(id).await.unwrap_err(),
        ] {
            assert!(matches!(error, Error::InvalidSegment(_)), "`{id}`: {error:?}");
        }
    }
    assert!(stub.is_untouched());
}

#[tokio::test]
async fn what_can_not_be_sent_is_refused_before_a_connection() {
    let mut stub = Stub::answering([answer("200 OK", "", "{}")]).await;
    let session = stub.session();
    for key in ["", "a/b", "..%2f", "clé"] {
        let error = session.set_secret("x", key, "abc".into()).await.unwrap_err();
        assert!(matches!(error, Error::InvalidKey), "{key}: {error}");
    }

    let client = Client::new(&format!("http://{}", stub.address)).unwrap();
    for token in [None, Some("".into())] {
        let error = client.session(token, "v1").log_event("x", &event()).await.unwrap_err();
        assert!(matches!(error, Error::NoRuntimeToken), "{error}");
    }
    let error =
        client.session(Some("a\r\nb".into()), "v1").log_event("x", &event()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidHeader(_)), "{error}");
    assert!(stub.is_untouched());
}
