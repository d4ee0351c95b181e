//! What a handler's answer or failure becomes.

use std::io;
use std::time::Duration;

use kiket_sdk::prelude::*;
use serde::Serialize;
use serde::ser::Error as _;
use serde_json::{Value, json};

use crate::log::Log;
use crate::program::{Program, extension};
use crate::wire::Response;

/// The answer of this handler to an empty payload.
async fn answered<R: kiket_sdk::Answer>(handler: impl kiket_sdk::Handler<Value, R>) -> Response {
    Program::serving(extension().webhook("issue.created", "v1", handler))
        .await
        .deliver(&json!({}))
        .await
}

#[tokio::test]
async fn whatever_serde_writes_is_an_answer() {
    let nothing = answered(|_: Value, _| async { Ok(()) }).await;
    assert_eq!((nothing.status, nothing.text()), (200, r#"{"ok":true}"#));
    assert_eq!(nothing.header("content-type"), Some("application/json"));
    let none = answered(|_: Value, _| async { Ok(None::<u32>) }).await;
    assert_eq!(none.text(), r#"{"ok":true}"#);
    let list = answered(|_: Value, _| async { Ok(Vec::<u32>::new()) }).await;
    assert_eq!(list.text(), "[]");
    let no = answered(|_: Value, _| async { Ok(false) }).await;
    assert_eq!(no.text(), "false");
}

#[tokio::test]
async fn failures_keep_their_status_and_message() {
    let permanent =
        |_: Value, _| async { Err::<(), _>(HandlerError::permanent(410, "the channel is gone")) };
    let answer = answered(permanent).await;
    assert_eq!(answer.status, 410);
    assert_eq!(answer.json(), json!({ "error": "the channel is gone", "code": "handler_refused" }));

    let retryable = |_: Value, _| async {
        let wait = Duration::from_millis(1500);
        Err::<(), _>(HandlerError::retryable("not ready").retry_after(wait))
    };
    let answer = answered(retryable).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("2")));
    assert_eq!(answer.json(), json!({ "error": "not ready", "code": "try_again" }));
}

#[tokio::test]
async fn any_other_error_is_told_to_the_log_only() {
    let log = Log::collect();
    let failing = |_: Value, _| async {
        Err(io::Error::other("password wrong"))?;
        Ok(())
    };
    let answer = answered(failing).await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.json(), json!({ "error": "internal error", "code": "handler_failed" }));
    assert!(log.text().contains("password wrong"), "{}", log.text());
    assert!(log.text().contains("issue.created"), "{}", log.text());
}

#[tokio::test]
async fn an_answer_that_can_not_be_written_is_a_failure() {
    struct Unwritable;

    impl Serialize for Unwritable {
        fn serialize<S: serde::Serializer>(&self, _: S) -> std::result::Result<S::Ok, S::Error> {
            Err(S::Error::custom("no"))
        }
    }

    let answer = answered(|_: Value, _| async { Ok(Unwritable) }).await;
    assert_eq!((answer.status, answer.code().as_str()), (500, "handler_failed"));
}

#[tokio::test]
async fn a_panic_is_a_failure_and_the_program_lives_on() {
    async fn panics(payload: Value, _context: Context) -> Result<Value> {
        assert!(payload["panic"].is_null(), "asked to");
        Ok(payload)
    }
    fn panics_at_once(_: Value, _: Context) -> std::future::Ready<Result> {
        panic!("before the first await")
    }
    let program = Program::serving(extension().webhook("issue.created", "v1", panics).webhook(
        "other",
        "v1",
        panics_at_once,
    ))
    .await;
    let answer = program.deliver(&json!({ "panic": true })).await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.json(), json!({ "error": "internal error", "code": "handler_failed" }));
    let request = crate::wire::Request::signed("{}").path("/v/v1/webhooks/other");
    assert_eq!(program.send(&request).await.status, 500);
    assert_eq!(program.deliver(&json!({})).await.status, 200);
}

#[tokio::test]
async fn missing_scopes_are_named() {
    async fn needs_two(_payload: Value, context: Context) -> Result<bool> {
        context.require_scopes(&["read:issues", "custom_data.write"])?;
        Ok(true)
    }
    let program = Program::serving(
        extension().register("issue.created", "v1", ["issues.read"], needs_two).register(
            "open",
            "v1",
            [],
            needs_two,
        ),
    )
    .await;
    let with = |scopes: Value| json!({ "authentication": { "scopes": scopes } });

    let answer = program.deliver(&with(json!([]))).await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.json(),
        json!({
            "error": "Insufficient scopes",
            "code": "insufficient_scopes",
            "required_scopes": ["issues.read"],
            "missing_scopes": ["issues.read"],
        })
    );

    let answer = program.deliver(&with(json!(["issues:read"]))).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["required_scopes"], json!(["read:issues", "custom_data.write"]));
    assert_eq!(answer.json()["missing_scopes"], json!(["custom_data.write"]));

    for granted in [json!(["*"]), json!(["issues.read", "write:custom_data"])] {
        assert_eq!(program.deliver(&with(granted.clone())).await.status, 200, "{granted}");
    }
}
