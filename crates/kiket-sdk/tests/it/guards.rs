//! Guards: what they answer, and that nothing but a guard's own word allows.

use kiket_sdk::RegistrationFault;
use kiket_sdk::prelude::*;
use serde::Serialize;
use serde::ser::Error as _;
use serde_json::{Value, json};

use crate::program::{Program, echo, extension};
use crate::wire::{Request, Response};

const EVENT: &str = "workflow.before_transition";
const PATH: &str = "/v/v1/webhooks/workflow.before_transition";

#[guard("workflow.before_transition", version = "v1", required_scopes = ["issues.read"])]
async fn scoped(_payload: Value, _context: Context) -> Result<Guard> {
    Ok(Guard::allow())
}

/// The answer of a program with this guard.
async fn asked(handler: impl kiket_sdk::Handler<Value, Guard>, body: &Value) -> Response {
    let program = Program::serving(extension().guard(EVENT, "v1", handler)).await;
    program.send(&Request::signed(body.to_string()).path(PATH)).await
}

#[tokio::test]
async fn a_guard_answers_with_its_status_message_and_metadata() {
    let allow = asked(
        async |_: Value, _: Context| {
            let guard = Guard::allow().message("Approved by two.");
            Ok(guard.metadata("approval_id", "abc").output_field("invoice", "INV-7"))
        },
        &json!({}),
    )
    .await;
    assert_eq!(allow.status, 200);
    assert_eq!(
        allow.json(),
        json!({
            "status": "allow",
            "message": "Approved by two.",
            "metadata": { "approval_id": "abc", "output_fields": { "invoice": "INV-7" } },
        })
    );

    let pending = asked(async |_: Value, _: Context| Ok(Guard::pending("Wait.")), &json!({})).await;
    assert_eq!(pending.json(), json!({ "status": "pending", "message": "Wait." }));
    let deny = asked(async |_: Value, _: Context| Ok(Guard::deny("No.")), &json!({})).await;
    assert_eq!((deny.status, deny.json()), (200, json!({ "status": "deny", "message": "No." })));
}

#[test]
fn a_user_is_never_told_nothing_and_output_fields_come_with_allow_only() {
    let written = |guard: Guard| serde_json::to_value(guard).unwrap();
    assert_eq!(
        written(Guard::deny(" ")),
        json!({ "status": "deny", "message": "The extension refused this." })
    );
    assert_eq!(
        written(Guard::pending("x").message("").output_field("invoice", "INV-7")),
        json!({ "status": "pending", "message": "The extension has not decided yet." })
    );
    assert_eq!(written(Guard::allow().message("")), json!({ "status": "allow" }));
}

#[tokio::test]
async fn whatever_goes_wrong_in_a_guard_is_no_success() {
    struct Unwritable;

    impl Serialize for Unwritable {
        fn serialize<S: serde::Serializer>(&self, _: S) -> std::result::Result<S::Ok, S::Error> {
            Err(S::Error::custom("no"))
        }
    }

    async fn fails(payload: Value, _context: Context) -> Result<Guard> {
        match payload["how"].as_str() {
            Some("permanent") => Err(HandlerError::permanent(200, "no such status")),
            Some("retryable") => Err(HandlerError::retryable("not now")),
            Some("internal") => Err(std::io::Error::other("broken"))?,
            Some("unwritable") => Ok(Guard::allow().metadata("x", Unwritable)),
            _ => panic!("asked to"),
        }
    }
    for (how, status) in
        [("permanent", 422), ("retryable", 503), ("internal", 500), ("unwritable", 500), ("", 500)]
    {
        let answer = asked(fails, &json!({ "how": how })).await;
        assert_eq!(answer.status, status, "{how}");
        assert!(answer.json().get("status").is_none(), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_guard_is_not_asked_without_its_scopes_or_for_another_version() {
    let program = Program::serving(extension().load(handlers![scoped]).fallback(echo)).await;
    let granted = json!({ "authentication": { "scopes": ["issues.read"] } }).to_string();
    for (body, path, status) in [
        (granted.as_str(), PATH, 200),
        ("{}", PATH, 403),
        (&granted, "/v/v2/webhooks/workflow.before_transition", 404),
        (&granted, "/v/v1/webhooks/issue.before_delete", 404),
    ] {
        let answer = program.send(&Request::signed(body).path(path)).await;
        assert_eq!(answer.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_declared_guard_is_still_a_function() {
    let answer = scoped(json!({}), Context::for_test()).await.unwrap();
    assert_eq!(serde_json::to_value(answer).unwrap(), json!({ "status": "allow" }));
}

#[tokio::test]
async fn guards_stand_where_kiket_asks_and_webhooks_where_it_tells() {
    async fn allows(_payload: Value, _context: Context) -> Result<Guard> {
        Ok(Guard::allow())
    }
    let wrong = extension()
        .guard("issue.created", "v1", allows)
        .guard(EVENT, "v1", allows)
        .webhook(EVENT, "1", echo);
    let error = wrong.bind("127.0.0.1:0").await.unwrap_err();
    let text = error.to_string();
    let kiket_sdk::Error::Registrations(faults) = error else { panic!("{text}") };
    assert!(
        matches!(
            faults[..],
            [
                RegistrationFault::NeverAsks { .. },
                RegistrationFault::Asks { .. },
                RegistrationFault::Duplicate { .. },
            ]
        ),
        "{text}"
    );
    assert_eq!(text.matches("tests/it/guards.rs:").count(), 4, "{text}");
}
