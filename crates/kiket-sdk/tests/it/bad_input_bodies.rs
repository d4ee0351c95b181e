//! Signed bodies that are extreme or wrong inside.

use kiket_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::bad_input::Counting;
use crate::program::{Program, echo, extension};
use crate::wire::Request;

const ID: &str = "01936f5e-0000-7000-8000-000000000000";

#[derive(Deserialize, Serialize)]
struct Numbers {
    whole: Option<i64>,
    small: Option<u8>,
    fraction: Option<f64>,
}

async fn numbers(payload: Numbers, _context: Context) -> Result<Numbers> {
    Ok(payload)
}

async fn reading_numbers() -> Program {
    Program::serving(extension().webhook("issue.created", "v1", numbers)).await
}

#[tokio::test]
async fn what_is_too_deep_is_refused_wherever_it_is_read() {
    let extension = Counting::new().await;
    let arrays = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let objects = format!("{}1{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
    for deep in [arrays, objects] {
        for (body, status) in [
            (format!(r#"{{"issue":{deep}}}"#), 400),
            (format!(r#"{{"secrets":{deep}}}"#), 400),
            (format!(r#"{{"secrets":{{"KEY":{deep}}}}}"#), 400),
            (format!(r#"{{"event":{deep}}}"#), 400),
            (format!(r#"{{"authentication":{{"runtime_token":{deep}}}}}"#), 400),
            (format!(r#"{{"authentication":{{"scopes":{deep}}}}}"#), 400),
            // Sound JSON, which the handler's type can not hold.
            (format!(r#"{{"context":{deep}}}"#), 422),
            (format!(r#"{{"api":{deep}}}"#), 422),
            (format!(r#"{{"delivery":{deep}}}"#), 422),
        ] {
            let answer = extension.program.send(&Request::signed(body.as_str())).await;
            assert_eq!(answer.status, status, "{}", &body[..40]);
            assert!(answer.text().len() < 1000, "{}", answer.text());
        }
    }
    extension.is_unharmed().await;
}

#[tokio::test]
async fn a_context_that_is_too_deep_is_refused_also_where_no_payload_shows_it() {
    let program = reading_numbers().await;
    let body = format!(r#"{{"context":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let answer = program.send(&Request::signed(body)).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_body"));
}

#[tokio::test]
async fn what_nobody_reads_may_be_as_deep_as_it_likes() {
    let program = reading_numbers().await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for body in
        [format!(r#"{{"other":{deep}}}"#), format!(r#"{{"authentication":{{"other":{deep}}}}}"#)]
    {
        assert_eq!(program.send(&Request::signed(body)).await.status, 200);
    }
}

#[tokio::test]
async fn the_last_of_two_payload_members_counts_and_a_type_may_refuse_them() {
    let twice = r#"{"whole":1,"whole":2}"#;
    let answer = Program::echoing().await.send(&Request::signed(twice)).await;
    assert_eq!((answer.status, answer.text()), (200, r#"{"whole":2}"#));
    let answer = reading_numbers().await.send(&Request::signed(twice)).await;
    assert_eq!((answer.status, answer.code().as_str()), (422, "invalid_payload"));
}

#[tokio::test]
async fn numbers_that_fit_keep_every_digit() {
    let program = Program::echoing().await;
    for (sent, echoed) in [
        ("18446744073709551615", "18446744073709551615"),
        ("12345678901234567890", "12345678901234567890"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("-0", "-0.0"),
        ("1E+2", "100.0"),
        ("1e-99999999999999999999", "0.0"),
        ("0e99999999999999999999", "0.0"),
    ] {
        let answer = program.send(&Request::signed(format!(r#"{{"a":{sent}}}"#))).await;
        assert_eq!((answer.status, answer.text()), (200, &*format!(r#"{{"a":{echoed}}}"#)));
    }
}

#[tokio::test]
async fn what_is_no_number_or_too_large_for_any_is_refused() {
    let program = Program::echoing().await;
    let nines = "9".repeat(500_000);
    for number in [
        "1e400",
        "-1e400",
        "1e99999999999999999999",
        &nines,
        "01",
        "+1",
        ".5",
        "1.",
        "1e",
        "0x10",
        "NaN",
        "Infinity",
        "-",
        "1_000",
    ] {
        let answer = program.send(&Request::signed(format!(r#"{{"a":{number}}}"#))).await;
        let shown = &number[..number.len().min(30)];
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_body"), "{shown}");
    }
}

#[tokio::test]
async fn a_number_that_the_field_can_not_hold_is_refused_by_its_name() {
    let program = reading_numbers().await;
    for (field, number) in [
        ("whole", "9223372036854775808"),
        ("whole", "-9223372036854775809"),
        ("whole", "18446744073709551616"),
        ("whole", "1.0"),
        ("whole", "1e2"),
        ("small", "256"),
        ("small", "-1"),
        ("fraction", "\"0.5\""),
    ] {
        let answer = program.send(&Request::signed(format!(r#"{{"{field}":{number}}}"#))).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid_payload"), "{number}");
        let told = answer.text();
        assert!(told.contains(&format!("`{field}` has another form")), "{told}");
        assert!(!told.contains(number), "{told}");
    }
}

#[tokio::test]
async fn a_malformed_delivery_member_is_left_out_and_never_in_the_way() {
    async fn told(_payload: Value, context: Context) -> Result<Value> {
        let id = context.delivery_id().map(|id| id.to_string());
        let is_in_time = context.time_left().is_none_or(|left| left.as_secs() >= 9);
        Ok(json!([id, context.attempt(), is_in_time]))
    }
    let nothing = json!([null, null, true]);
    for (delivery, expected) in [
        (json!(null), &nothing),
        (json!("text"), &nothing),
        (json!([]), &nothing),
        (json!({}), &nothing),
        (json!({ "id": null }), &nothing),
        (json!({ "id": 7 }), &nothing),
        (json!({ "id": "no-uuid" }), &nothing),
        (json!({ "id": ID, "timeout_ms": -1 }), &nothing),
        (json!({ "id": ID, "timeout_ms": 1e300 }), &nothing),
        (json!({ "id": ID, "timeout_ms": "10000" }), &nothing),
        (json!({ "id": ID, "attempt": "first" }), &nothing),
        (json!({ "id": ID, "attempt": u64::MAX }), &nothing),
        (json!({ "id": ID, "attempt": -1 }), &json!([ID, -1, true])),
        (json!({ "id": ID, "timeout_ms": u64::MAX }), &json!([ID, null, true])),
        (json!({ "id": ID, "attempt": null, "timeout_ms": null }), &json!([ID, null, true])),
    ] {
        let program = Program::serving(extension().webhook("issue.created", "v1", told)).await;
        let answer = program.deliver(&json!({ "delivery": delivery })).await;
        assert_eq!((answer.status, &answer.json()), (200, expected), "{delivery}");
    }
}

#[tokio::test]
async fn a_body_without_authentication_grants_nothing() {
    async fn scopes(_payload: Value, context: Context) -> Result<Value> {
        Ok(json!([context.auth().scopes, context.auth().runtime_token.is_some()]))
    }
    let extension = extension().webhook("issue.created", "v1", scopes).register(
        "issue.created",
        "v2",
        ["issues.read"],
        echo,
    );
    let program = Program::serving(extension).await;
    for body in ["{}", r#"{"authentication":{}}"#, r#"{"authentication":{"runtime_token":null}}"#] {
        let answer = program.send(&Request::signed(body)).await;
        assert_eq!(answer.json(), json!([[], false]), "{body}");
        let scoped = Request::signed(body).path("/v/v2/webhooks/issue.created");
        assert_eq!(program.send(&scoped).await.status, 403, "{body}");
    }
}

#[tokio::test]
async fn a_refused_body_is_never_handled() {
    let extension = Counting::new().await;
    for body in [
        "",
        "null",
        "[]",
        "{",
        "{} {}",
        r#"{"a":1e400}"#,
        r#"{"event":"other"}"#,
        r#"{"event_version":"v2"}"#,
        r#"{"action_key":"sync"}"#,
        r#"{"secrets":[]}"#,
        r#"{"authentication":null}"#,
        r#"{"context":1,"context":2}"#,
    ] {
        let answer = extension.program.send(&Request::signed(body)).await;
        assert_eq!(answer.status, 400, "{body}");
    }
    extension.is_unharmed().await;
}
