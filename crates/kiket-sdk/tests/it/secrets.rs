//! The secrets that an extension keeps on Kiket, and those that it finds around it.

use kiket_sdk::prelude::*;
use serde_json::{Value, json};

use crate::log::Log;
use crate::program::{Program, extension};
use crate::stub::{Call, Stub};

const SECRETS: &str = "/api/v1/extensions/com.example.crm/secrets";

/// Does with the secrets what the payload says, and answers with what comes of it.
async fn does(payload: Value, context: Context) -> Result<Value> {
    let text = |name: &str| payload[name].as_str().unwrap_or_default().to_owned();
    let (key, value) = (text("key"), text("value"));
    let secrets = context.endpoints().secrets();
    let done = match payload["do"].as_str().unwrap_or_default() {
        "list" => secrets.list().await.map(|keys| json!(keys)),
        "get" => secrets.get(&key).await.map(|secret| {
            assert!(!format!("{secret:?}").contains("abc"));
            json!([secret.as_ref().map(Secret::expose)])
        }),
        "set" => secrets.set(&key, value).await.map(|()| json!("set")),
        "rotate" => context.secrets().rotate(&key, value).await.map(|()| json!("rotated")),
        _ => secrets.delete(&key).await.map(|()| json!("deleted")),
    };
    Ok(done.unwrap_or_else(|error| json!({ "error": error.to_string() })))
}

async fn program(platform: &Stub, extension: Extension) -> Program {
    let extension = extension.base_url(platform.url()).webhook("issue.created", "v1", does);
    Program::serving(extension).await
}

async fn done(program: &Program, mut payload: Value) -> Value {
    payload["authentication"] = json!({ "runtime_token": "rt_1" });
    program.deliver(&payload).await.json()
}

async fn answering(status: &'static str, body: &'static str) -> Stub {
    Stub::new(move |_, _| Some((status.to_owned(), body.to_owned()))).await
}

#[tokio::test]
async fn each_operation_is_one_call_with_the_deliverys_token() {
    let mut platform = Stub::new(|_, call: &Call| {
        let body = match call.target() {
            target if target == format!("GET {SECRETS}") => r#"{"keys":["A","B"]}"#,
            target if target == format!("GET {SECRETS}/A") => {
                r#"{"key":"A","value":"abc","created_at":null,"updated_at":"2025-11-21T10:00:00Z"}"#
            }
            _ => r#"{"ok":true}"#,
        };
        Some(("200 OK".to_owned(), body.to_owned()))
    })
    .await;
    let program = program(&platform, extension()).await;
    for (payload, answer, target, body) in [
        (json!({ "do": "list" }), json!(["A", "B"]), "GET ", ""),
        (json!({ "do": "get", "key": "A" }), json!(["abc"]), "GET /A", ""),
        (
            json!({ "do": "set", "key": "A", "value": "b" }),
            json!("set"),
            "POST /A",
            r#"{"value":"b"}"#,
        ),
        (json!({ "do": "delete", "key": "A" }), json!("deleted"), "DELETE /A", ""),
    ] {
        assert_eq!(done(&program, payload).await, answer);
        let call = platform.call().await;
        let (method, rest) = target.split_once(' ').unwrap();
        assert_eq!(call.target(), format!("{method} {SECRETS}{rest}"));
        assert_eq!(call.body, body);
        assert_eq!(call.header("x-kiket-runtime-token"), Some("rt_1"));
        assert_eq!(call.header("x-kiket-event-version"), Some("v1"));
    }
    assert!(!platform.was_called());
}

/// Rules out a rotation that deletes first: a moment without a value, and none at all when the
/// second call fails.
#[tokio::test]
async fn a_rotation_is_a_single_write_and_its_failure_is_told() {
    for (status, answer) in [("200 OK", json!("rotated")), ("500 Broken", Value::Null)] {
        let mut platform = answering(status, r#"{"error":"x"}"#).await;
        let program = program(&platform, extension()).await;
        let told = done(&program, json!({ "do": "rotate", "key": "A", "value": "new" })).await;
        match answer {
            Value::Null => assert!(told["error"].as_str().unwrap().contains("500"), "{told}"),
            answer => assert_eq!(told, answer),
        }
        let call = platform.call().await;
        assert_eq!(call.target(), format!("POST {SECRETS}/A"));
        assert_eq!(call.body, r#"{"value":"new"}"#);
        while platform.was_called() {
            assert_eq!(status, "500 Broken", "a write that succeeded is not repeated");
        }
    }
}

/// Rules out that a failure is taken for a missing secret, or a text with the digits 404 for one, or
/// what another host does not have.
#[tokio::test]
async fn only_a_404_of_kiket_means_that_there_is_no_such_secret() {
    for (status, body, none) in [
        ("404 Not Found", r#"{"error":"Secret not found"}"#, true),
        ("404 Not Found", "<h1>another host</h1>", false),
        ("200 OK", r#"{"key":"A","value":null}"#, true),
        ("200 OK", r#"{"key":"A","value":""}"#, true),
        ("400 Bad Request", r#"{"error":"404 is not a key"}"#, false),
        ("401 Unauthorized", r#"{"error":"no"}"#, false),
        ("403 Forbidden", r#"{"error":"no"}"#, false),
        ("422 Unprocessable", "", false),
    ] {
        let platform = answering(status, body).await;
        let program = program(&platform, extension()).await;
        let told = done(&program, json!({ "do": "get", "key": "A" })).await;
        assert_eq!(told == json!([null]), none, "{status}: {told}");
        assert_eq!(told["error"].is_string(), !none, "{status}: {told}");
    }
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_deleted_already_and_a_refusal_is_told() {
    for (status, body, deleted) in [
        ("404 Not Found", r#"{"error":"Secret not found"}"#, true),
        ("404 Not Found", "<h1>another host</h1>", false),
        ("403 Forbidden", r#"{"error":"no"}"#, false),
    ] {
        let platform = answering(status, body).await;
        let program = program(&platform, extension()).await;
        let told = done(&program, json!({ "do": "delete", "key": "A" })).await;
        assert_eq!(told == json!("deleted"), deleted, "{status}: {told}");
    }
}

#[tokio::test]
async fn an_answer_of_another_form_fails_and_shows_nothing_of_itself() {
    for body in [r#"{"value":12345}"#, r#"[12345]"#, r#""12345"#, ""] {
        let platform = answering("200 OK", body).await;
        let program = program(&platform, extension()).await;
        let told = done(&program, json!({ "do": "get", "key": "A" })).await;
        let text = told["error"].as_str().unwrap_or_else(|| panic!("{body}: {told}"));
        assert!(!text.contains("12345"), "{text}");
    }
}

/// Rules out that a key leads to another path.
#[tokio::test]
async fn a_key_that_is_none_and_an_empty_secret_are_refused_before_anything_is_sent() {
    let mut platform = answering("200 OK", "{}").await;
    let program = program(&platform, extension()).await;
    for key in ["", "..", "../../r", "a/b", "a b", "é"] {
        for what in ["get", "set", "rotate", "delete"] {
            let told = done(&program, json!({ "do": what, "key": key, "value": "v" })).await;
            assert!(told["error"].as_str().unwrap().contains("key"), "{what} {key}: {told}");
        }
    }
    for what in ["set", "rotate"] {
        let told = done(&program, json!({ "do": what, "key": "A", "value": "" })).await;
        assert!(told["error"].as_str().unwrap().contains("empty"), "{what}: {told}");
    }
    assert!(!platform.was_called());
}

#[tokio::test]
async fn a_variable_comes_before_kikets_store() {
    let environment = |name: &str| match name {
        "KIKET_SECRET_API_TOKEN" => Some("from_environment".to_owned()),
        "KIKET_SECRET_EMPTY" => Some(String::new()),
        // Of the store's secrets, only variables with the prefix are overrides.
        "PLAIN" => Some("plain".to_owned()),
        _ => None,
    };
    let mut platform = answering("200 OK", r#"{"value":"stored"}"#).await;
    let of_environment = extension().environment(environment);
    let program_with = program(&platform, of_environment).await;
    let got = json!({ "do": "get", "key": "api.token" });
    assert_eq!(done(&program_with, got.clone()).await, json!(["from_environment"]));
    assert!(!platform.was_called());
    for key in ["EMPTY", "PLAIN"] {
        assert_eq!(
            done(&program_with, json!({ "do": "get", "key": key })).await,
            json!(["stored"])
        );
        assert!(platform.was_called());
    }
    let without = extension().environment(environment).auto_env_secrets(false);
    let program_without = program(&platform, without).await;
    assert_eq!(done(&program_without, got).await, json!(["stored"]));
}

/// Rules out that the payload's secrets are thrown away, that an empty one wins, and variables that
/// no shell can set.
#[tokio::test]
async fn a_secret_is_the_payloads_then_the_variable_of_its_name_then_the_prefixed_one() {
    async fn reads(payload: Value, context: Context) -> Result<Value> {
        let key = payload["key"].as_str().unwrap_or_default();
        Ok(json!([context.secret(key).as_ref().map(Secret::expose)]))
    }
    let environment = |name: &str| {
        let set =
            ["BOTH", "KIKET_SECRET_BOTH", "KIKET_SECRET_API_TOKEN", "KIKET_SECRET_ALL", "ALL"];
        let value = if name.starts_with("KIKET_SECRET_") { "prefixed" } else { "plain" };
        match name {
            "EMPTY" => Some(String::new()),
            "KIKET_SECRET_EMPTY" => Some("prefixed".to_owned()),
            _ => set.contains(&name).then(|| value.to_owned()),
        }
    };
    let extension = extension().environment(environment).webhook("issue.created", "v1", reads);
    let program = Program::serving(extension).await;
    for (key, expected) in [
        ("ALL", Some("delivered")),
        ("BOTH", Some("plain")),
        ("EMPTY", Some("prefixed")),
        ("api.token", Some("prefixed")),
        ("NOWHERE", None),
    ] {
        let secrets = json!({ "ALL": "delivered", "BOTH": "" });
        let answer = program.deliver(&json!({ "key": key, "secrets": secrets })).await.json();
        assert_eq!(answer, json!([expected]), "{key}");
    }
}

/// Rules out a credential from a file that ends with a newline, with which the program starts and
/// every call fails.
#[tokio::test]
async fn a_credential_is_sent_without_the_blanks_around_it() {
    let mut platform = answering("200 OK", r#"{"keys":[]}"#).await;
    for (variable, header, sent) in [
        ("KIKET_WORKSPACE_TOKEN", "authorization", "Bearer own"),
        ("KIKET_EXTENSION_API_KEY", "x-kiket-api-key", "own"),
    ] {
        let set = move |name: &str| (name == variable).then(|| " own\r\n".to_owned());
        let program = program(&platform, extension().environment(set)).await;
        assert_eq!(program.deliver(&json!({ "do": "list" })).await.json(), json!([]));
        assert_eq!(platform.call().await.header(header), Some(sent));
    }
}

#[test]
fn a_credential_that_no_header_can_carry_is_refused_at_the_start_by_its_variables_name() {
    for (variable, given) in [
        ("KIKET_WORKSPACE_TOKEN", extension().workspace_token("wk_one\nwk_two")),
        ("KIKET_EXTENSION_API_KEY", extension().extension_api_key("kk_\u{7f}k")),
    ] {
        let set = move |name: &str| (name == variable).then(|| "k\u{0}k".to_owned());
        for extension in [given, extension().environment(set)] {
            let error = format!("{:?}", extension.into_service().expect_err("a refusal"));
            assert!(error.contains(variable), "{error}");
            assert!(!error.contains("wk_one") && !error.contains("kk_"), "{error}");
        }
    }
}

#[tokio::test]
async fn without_a_runtime_token_calls_carry_the_workspace_token_and_else_fail() {
    let log = Log::collect();
    let mut platform = answering("200 OK", r#"{"keys":[]}"#).await;
    let variable = |name: &str| (name == "KIKET_WORKSPACE_TOKEN").then(|| "wk_env".to_owned());
    for (extension, token) in [
        (extension().environment(variable), "Bearer wk_env"),
        (extension().environment(variable).workspace_token("wk_given"), "Bearer wk_given"),
    ] {
        let program = program(&platform, extension).await;
        program.deliver(&json!({ "do": "list" })).await;
        let call = platform.call().await;
        assert_eq!(call.header("authorization"), Some(token));
        assert_eq!(call.header("x-kiket-runtime-token"), None);
        done(&program, json!({ "do": "list" })).await;
        let call = platform.call().await;
        assert_eq!(call.header("authorization"), None);
        assert_eq!(call.header("x-kiket-runtime-token"), Some("rt_1"));
    }
    let program = program(&platform, extension()).await;
    let told = program.deliver(&json!({ "do": "list" })).await.json();
    assert!(told["error"].as_str().unwrap().contains("token"), "{told}");
    assert!(!platform.was_called() && !log.text().contains("wk_"), "{}", log.text());
}
