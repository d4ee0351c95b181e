//! What calls show of who makes them, and to whom.

use kiket_client::{Client, Error};
use serde_json::{Value, json};

use crate::api::{Api, Call, Reply};

/// The names of the headers that hold a credential.
fn credentials(call: &Call) -> Vec<(&str, &str)> {
    ["x-kiket-runtime-token", "x-runtime-token", "x-kiket-api-key", "authorization"]
        .into_iter()
        .filter_map(|name| Some((name, call.header(name)?)))
        .collect()
}

async fn limits() -> Api {
    Api::saying(json!({ "rate_limit": { "limit": 1, "remaining": 1 } })).await
}

#[tokio::test]
async fn inside_a_handler_the_runtime_token_alone_is_shown() {
    let mut api = limits().await;
    let client = api.client().with_api_key("ext_live_1").with_workspace_token("wk_1");
    client.session(Some("rt_1".into()), "v1").rate_limit().await.unwrap();
    let call = api.call().await;
    assert_eq!(credentials(&call), [("x-kiket-runtime-token", "rt_1")]);
    assert_eq!(call.header("x-kiket-event-version"), Some("v1"));
}

#[tokio::test]
async fn without_a_runtime_token_the_programs_own_credentials_are_shown() {
    let mut api = limits().await;
    let both = api.client().with_api_key("ext_live_1").with_workspace_token("wk_1");
    for token in [None, Some("".into())] {
        both.session(token, "v1").rate_limit().await.unwrap();
        assert_eq!(credentials(&api.call().await), [("x-kiket-api-key", "ext_live_1")]);
    }
    let workspace = api.client().with_api_key("").with_workspace_token("wk_1");
    workspace.session(None, "v1").rate_limit().await.unwrap();
    assert_eq!(credentials(&api.call().await), [("authorization", "Bearer wk_1")]);
}

#[tokio::test]
async fn an_api_key_is_shown_where_extensions_call_and_the_workspace_token_elsewhere() {
    let mut api = Api::saying(json!({})).await;
    let both = api.client().with_api_key("ext_live_1").with_workspace_token("wk_1").standalone();
    for (path, header) in [
        ("/api/v1/ext/issues", "x-kiket-api-key"),
        ("/api/v1/extensions/com.example.crm", "x-kiket-api-key"),
        ("/api/v1/audit/anchors", "authorization"),
        ("/api/v1/me", "authorization"),
        ("/api/v1/external", "authorization"),
    ] {
        both.get::<Value>(path).await.unwrap();
        let call = api.call().await;
        assert_eq!(credentials(&call)[0].0, header, "{path}");
    }
    api.client().with_api_key("ext_live_1").standalone().get::<Value>("/api/v1/me").await.unwrap();
    assert_eq!(credentials(&api.call().await), [("x-kiket-api-key", "ext_live_1")]);
}

#[tokio::test]
async fn outside_of_a_handler_there_is_no_events_version() {
    let mut api = limits().await;
    api.client().with_workspace_token("wk_1").standalone().rate_limit().await.unwrap();
    assert_eq!(api.call().await.header("x-kiket-event-version"), None);
}

#[tokio::test]
async fn every_request_names_its_host_and_its_maker() {
    let mut api = limits().await;
    api.session().rate_limit().await.unwrap();
    let call = api.call().await;
    assert_eq!(call.header("host"), Some(api.address.to_string().as_str()));
    let agent = concat!("kiket-sdk-rust/", env!("CARGO_PKG_VERSION"));
    assert_eq!(call.header("user-agent"), Some(agent));
    assert_eq!(call.header("accept"), Some("application/json"));
    assert_eq!(call.header("content-type"), None, "there is no body");
}

#[tokio::test]
async fn no_redirect_takes_a_token_to_another_host() {
    let mut other = limits().await;
    for status in [301, 302, 303, 307, 308] {
        let to = format!("http://{}/api/v1/ext/rate_limit", other.address);
        let api = Api::answering([Reply::status(status).with("location", to)]).await;
        let client = api.client().with_api_key("ext_live_1").with_workspace_token("wk_1");
        for session in [client.session(Some("rt_1".into()), "v1"), client.standalone()] {
            let error = session.rate_limit().await.unwrap_err();
            assert_eq!((error.status(), error.is_retryable()), (Some(status), false));
        }
    }
    assert!(other.calls().is_empty());
}

#[tokio::test]
async fn without_any_credential_nothing_is_sent() {
    let mut api = limits().await;
    let empty = api.client().with_api_key("").with_workspace_token("");
    for session in [api.client().session(None, "v1"), api.client().standalone(), empty.standalone()]
    {
        let error = session.rate_limit().await.unwrap_err();
        assert!(matches!(error, Error::NoRuntimeToken), "{error:?}");
    }
    assert!(api.calls().is_empty());
}

#[tokio::test]
async fn a_credential_that_no_header_can_carry_is_not_shown_in_the_error() {
    let client = Client::new("http://127.0.0.1:1").unwrap().with_workspace_token("wk\r\nX-Evil: 1");
    let error = client.standalone().rate_limit().await.unwrap_err();
    assert!(matches!(error, Error::InvalidHeader("authorization")), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("wk"), "{error:?}");
}

#[test]
fn debug_shows_the_address_and_no_credential() {
    let client = Client::new("https://kiket.dev").unwrap();
    let client = client.with_api_key("ext_live_1").with_workspace_token("wk_1");
    let text = format!("{:?}", client.session(Some("rt_1".into()), "v1"));
    assert!(text.contains("https://kiket.dev"), "{text}");
    for secret in ["ext_live_1", "wk_1", "rt_1"] {
        assert!(!text.contains(secret), "{text}");
    }
}
