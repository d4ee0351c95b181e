//! Actions: called by the signed `action_key`, and by nothing else.

use kiket_sdk::RegistrationFault;
use kiket_sdk::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::program::{Program, echo, extension};
use crate::wire::{PATH, Request, Response};

const USUAL: &str = "/v/v1/webhooks/action.sync_contacts";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sync {
    input: Input,
}

#[derive(Deserialize)]
struct Input {
    count: u32,
}

#[action("sync_contacts")]
async fn sync_contacts(payload: Sync, context: Context) -> Result<ActionResult> {
    let count = payload.input.count;
    if count == 0 {
        return Ok(ActionResult::failure("There is nothing to sync."));
    }
    let user = &context.context()["user"];
    Ok(ActionResult::success().message(format!("Synced {count} contacts")).data(json!({
        "event": context.event(),
        "version": context.event_version(),
        "user": user,
    })))
}

#[action("purge", required_scopes = ["custom_data.write"])]
async fn purge(_payload: Value, _context: Context) -> Result<ActionResult> {
    Ok(ActionResult::success())
}

async fn program() -> Program {
    let extension = extension().load(handlers![sync_contacts, purge]);
    Program::serving(extension.webhook("issue.created", "v1", echo).fallback(echo)).await
}

fn call(key: &str) -> Value {
    json!({ "action_key": key, "input": { "count": 42 }, "context": { "user": 91 } })
}

async fn called(path: &str, body: &Value) -> Response {
    program().await.send(&Request::signed(body.to_string()).path(path)).await
}

#[tokio::test]
async fn the_signed_key_calls_the_action_wherever_the_call_goes() {
    let mut signed_event = call("sync_contacts");
    signed_event["event"] = json!("action.sync_contacts");
    signed_event["event_version"] = json!("v1");
    for (path, body) in [
        (USUAL, call("sync_contacts")),
        (USUAL, signed_event.clone()),
        ("/", signed_event),
        ("/kiket/callback?version=v7", call("sync_contacts")),
        ("/v/v1/webhooks/action.purge", call("sync_contacts")),
    ] {
        let answer = called(path, &body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(
            answer.json(),
            json!({
                "status": "success",
                "message": "Synced 42 contacts",
                "data": { "event": "action.sync_contacts", "version": "v1", "user": 91 },
            })
        );
    }
}

#[tokio::test]
async fn a_key_may_be_written_with_escapes() {
    let body = r#"{"action\u005fkey":"sync\u005fcontacts","input":{"count":0}}"#;
    let answer = program().await.send(&Request::signed(body).path("/")).await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({ "status": "error", "message": "There is nothing to sync." }))
    );
}

#[tokio::test]
async fn an_unknown_key_is_not_found_and_never_falls_back() {
    for path in ["/", "/v/v1/webhooks/action.other", USUAL] {
        let answer = called(path, &call("other")).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "unknown_action"), "{path}");
    }
}

#[tokio::test]
async fn a_call_of_an_action_reaches_no_other_handler() {
    let answer = called(PATH, &call("sync_contacts")).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "other_event"));
    assert!(answer.text().contains("action_key"), "{}", answer.text());
    for odd in [json!(5), json!(null), json!([])] {
        let body = json!({ "action_key": odd });
        for path in [PATH, "/v/v1/webhooks/unheard.of"] {
            let answer = called(path, &body).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "other_event"), "{odd}");
        }
    }
}

#[tokio::test]
async fn a_key_that_stands_there_twice_calls_nothing() {
    let body = r#"{"action_key":"purge","action_key":"sync_contacts","input":{"count":1}}"#;
    for path in [PATH, "/v/v1/webhooks/unheard.of"] {
        let answer = program().await.send(&Request::signed(body).path(path)).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_body"), "{path}");
    }
    let answer = program().await.send(&Request::signed(body).path("/")).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_key_beside_the_name_of_another_event_calls_nothing() {
    let mut body = call("sync_contacts");
    body["event"] = json!("issue.created");
    for path in ["/", PATH, USUAL] {
        let answer = called(path, &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "other_event"), "{path}");
    }
}

#[tokio::test]
async fn the_path_alone_calls_no_action() {
    for body in [json!({ "input": { "count": 1 } }), json!({ "action_key": 5 })] {
        let answer = called(USUAL, &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "missing_action_key"), "{body}");
    }
}

#[tokio::test]
async fn an_event_may_have_the_name_of_an_action_in_another_version() {
    let extension = extension().load(handlers![purge]).webhook("action.purge", "v2", echo);
    let program = Program::serving(extension).await;
    let path = "/v/v2/webhooks/action.purge";
    assert_eq!(program.send(&Request::signed("{}").path(path)).await.status, 200);
    let answer = program.send(&Request::signed(call("purge").to_string()).path(path)).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "other_event"));
}

#[tokio::test]
async fn an_unsigned_call_is_refused() {
    let body = call("sync_contacts").to_string();
    let answer = program().await.send(&Request::signed_by("sh_other", body).path("/")).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "invalid_signature"));
}

#[tokio::test]
async fn an_action_may_need_scopes() {
    let answer = called("/", &call("purge")).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["missing_scopes"], json!(["custom_data.write"]));
}

#[tokio::test]
async fn a_declared_action_is_still_a_function() {
    let result = purge(json!({}), Context::for_test()).await.unwrap();
    assert_eq!(serde_json::to_value(result).unwrap(), json!({ "status": "success" }));
    let blank = serde_json::to_value(ActionResult::failure("").data(())).unwrap();
    assert_eq!(blank, json!({ "status": "error", "message": "The action failed." }));
}

#[tokio::test]
async fn every_wrong_action_is_reported_with_its_place() {
    let wrong = extension()
        .load(handlers![purge])
        .action("purge", purge)
        .action("", purge)
        .action("two words", purge)
        .webhook("action.purge", "1", echo);
    let error = wrong.bind("127.0.0.1:0").await.unwrap_err();
    let text = error.to_string();
    let kiket_sdk::Error::Registrations(faults) = error else { panic!("{text}") };
    assert!(
        matches!(
            faults[..],
            [
                RegistrationFault::Duplicate { .. },
                RegistrationFault::ActionKey { .. },
                RegistrationFault::ActionKey { .. },
                RegistrationFault::Duplicate { .. },
            ]
        ),
        "{text}"
    );
    assert_eq!(text.matches("tests/it/actions.rs:").count(), 6, "{text}");
}
