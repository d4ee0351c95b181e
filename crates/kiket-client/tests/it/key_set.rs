//! How the key set is fetched.

use kiket_client::{Client, Error, LARGEST_KEY_SET, MOST_CONNECTIONS, TelemetrySink};
use kiket_contract::jwks::JwkSet;
use kiket_contract::token::SigningKey;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::api::{Api, Reply};
use crate::stub::{Stub, answer};

#[tokio::test]
async fn the_key_set_is_fetched_without_credentials() {
    let (key, _) = SigningKey::generate().unwrap();
    let set = JwkSet { keys: vec![key.jwk().clone()] };
    let body = serde_json::to_string(&set).unwrap();
    let mut stub = Stub::answering([answer("200 OK", "", &body)]).await;
    assert_eq!(stub.client().key_set().await.unwrap(), set);
    let request = stub.request().await;
    assert!(request.starts_with("GET /.well-known/jwks.json HTTP/1.1\r\n"), "{request}");
    assert!(!request.contains("token"), "{request}");
}

#[tokio::test]
async fn what_is_no_key_set_is_an_error() {
    for body in ["", "<html>", "[]", "{}", r#"{"keys":null}"#, r#"{"keys":{}}"#] {
        let stub = Stub::answering([answer("200 OK", "", body)]).await;
        let error = stub.client().key_set().await.unwrap_err();
        assert!(matches!(error, Error::NoKeySet(_)), "{body}: {error:?}");
    }
}

#[tokio::test]
async fn a_key_set_over_its_own_bound_is_refused() {
    let large = format!(r#"{{"keys":[]{}}}"#, " ".repeat(LARGEST_KEY_SET));
    let stub = Stub::answering([answer("200 OK", "", &large)]).await;
    let error = stub.client().key_set().await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { largest: LARGEST_KEY_SET }), "{error:?}");
}

#[tokio::test]
async fn calls_that_hang_hold_up_neither_the_key_set_nor_telemetry() {
    let mut api = Api::new(|number| async move {
        if number < MOST_CONNECTIONS {
            std::future::pending::<()>().await;
        }
        Reply::json(200, &json!({ "keys": [] }))
    })
    .await;
    let client = api.client();
    let mut calls = JoinSet::new();
    for _ in 0..MOST_CONNECTIONS {
        let session = client.session(Some("rt_secret".into()), "v1");
        calls.spawn(async move { session.rate_limit().await.map(drop) });
    }
    for _ in 0..MOST_CONNECTIONS {
        api.call().await;
    }
    assert_eq!(client.key_set().await.unwrap(), JwkSet { keys: Vec::new() });
    let record = serde_json::from_value(json!({
        "event": "issue.created",
        "version": "v1",
        "status": "ok",
        "duration_ms": 1.0,
        "timestamp": "2026-11-21T10:00:00Z",
    }));
    TelemetrySink::of(&client).send(&record.unwrap(), None).await.unwrap();
    assert!(calls.try_join_next().is_none(), "every call still waits");
}

#[tokio::test]
async fn a_redirect_to_another_key_set_is_not_followed() {
    let mut target = Stub::answering([answer("200 OK", "", r#"{"keys":[]}"#)]).await;
    let location = format!("location: http://{}/\r\n", target.address);
    let stub = Stub::answering([answer("302 Found", &location, "")]).await;
    assert_eq!(stub.client().key_set().await.unwrap_err().status(), Some(302));
    assert!(target.is_untouched());
}

#[tokio::test(start_paused = true)]
async fn a_key_set_that_never_comes_is_a_timeout_of_five_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let error = client.key_set().await.unwrap_err();
    assert!(error.to_string().contains("within 5 seconds"), "{error}");
}
