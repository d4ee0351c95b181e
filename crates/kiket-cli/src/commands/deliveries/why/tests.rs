use insta::assert_snapshot;
use kiket_contract::id::InstallationId;
use serde_json::{Value, json};

use super::*;

const NOW: &str = "2026-11-21T10:00:00Z";

fn delivery(status: &str, attempts: Value, next: Option<&str>) -> Delivery {
    serde_json::from_value(json!({
        "id": "0193a0c0-0000-7000-8000-0000004f2a9c",
        "event_id": "0193a0c0-0000-7000-8000-000000000001",
        "event": "issue.created",
        "event_version": "v1",
        "installation_id": 7,
        "extension_id": "com.example.crm",
        "organization_id": 3,
        "project_id": 27,
        "status": status,
        "diagnostics": "x",
        "redelivery_of": null,
        "attempts": attempts,
        "callbacks": [],
        "next_attempt_at": next,
        "created_at": "2026-11-21T09:00:00Z",
        "updated_at": "2026-11-21T09:00:00Z",
    }))
    .unwrap()
}

fn attempt(number: i64, status: Option<u16>, error: Option<&str>, said: Option<&str>) -> Value {
    json!({
        "number": number,
        "started_at": "2026-11-21T09:57:00Z",
        "duration_ms": 12,
        "status_code": status,
        "error": error,
        "response": said,
    })
}

fn answered(status: u16, said: &str) -> Value {
    attempt(1, Some(status), Some(&Met::Answered { status }.to_string()), Some(said))
}

fn met(met: Met<'_>) -> Value {
    attempt(1, None, Some(&met.to_string()), None)
}

fn why(delivery: &Delivery) -> String {
    explained(delivery, NOW.parse().unwrap()).join("\n")
}

#[test]
fn a_wrong_secret_is_named_with_the_command_that_makes_another() {
    let said = r#"{"error":"invalid signature"}"#;
    assert_snapshot!(why(&delivery("failed", json!([answered(401, said)]), None)));
}

#[test]
fn a_delivery_that_is_tried_again_says_when() {
    let attempts = json!([met(Met::NoConnection { reason: "Connection refused (os error 111)" })]);
    assert_snapshot!(why(&delivery("retrying", attempts, Some("2026-11-21T10:00:40Z"))));
}

#[test]
fn retries_that_are_used_up_are_told_apart_from_a_final_answer() {
    let attempts =
        json!([answered(503, ""), attempt(2, None, Some("no answer within 10000 ms"), None)]);
    assert_snapshot!(why(&delivery("failed", attempts, None)));
}

#[test]
fn what_went_well_needs_no_remedy() {
    let attempts = json!([attempt(1, Some(200), None, Some("{}"))]);
    assert_snapshot!(why(&delivery("delivered", attempts, None)));
}

#[test]
fn a_paused_installation_is_what_a_delivery_without_a_time_waits_for() {
    assert_snapshot!(why(&delivery("queued", json!([]), None)));
}

#[test]
fn what_an_extension_says_can_not_steer_the_terminal() {
    let shown = why(&delivery("failed", json!([answered(400, "\u{1b}[2J\nfine")]), None));
    assert!(!shown.contains('\u{1b}') && shown.contains("It said:  [2J fine"), "{shown}");
}

/// Each kind of failure, and a word of the cause and of the remedy that tell it from the others.
#[test]
fn every_kind_of_failure_has_its_own_cause_and_remedy() {
    let refused = "10.0.0.1 is not a public address: allow its network if deliveries are meant to \
                   go there";
    let no = |reason| met(Met::NoConnection { reason });
    for (attempt, likely, remedy) in [
        (answered(301, ""), "redirect", "callback.url"),
        (answered(400, ""), "400", "version"),
        (answered(401, "invalid signature"), "another delivery secret", "rotate-secret 7"),
        (answered(401, "the timestamp is too old"), "clock", "NTP"),
        (answered(403, ""), "scopes", "permissions"),
        (answered(404, ""), "path", "lint --code"),
        (answered(410, ""), "disabled", "installations show 7"),
        (answered(413, ""), "larger", "100 000"),
        (answered(415, ""), "application/json", "JSON"),
        (answered(422, ""), "does not fit", "version"),
        (answered(429, ""), "no more calls", "limits"),
        (answered(500, ""), "panicked", "log"),
        (answered(502, ""), "overloaded", "/readyz"),
        (answered(504, ""), "overloaded", "/readyz"),
        (answered(418, ""), "refuses", "log"),
        (met(Met::TimedOut { after_ms: 10_000 }), "longer", "background"),
        (no("Connection refused (os error 111)"), "nothing listens", "start the extension"),
        (no("failed to lookup address information: Name or service not known"), "DNS", "DNS"),
        (no("invalid peer certificate: Expired"), "TLS", "certificate"),
        (no("received corrupt message of type InvalidContentType"), "TLS", "port"),
        (no("Network is unreachable (os error 101)"), "firewall", "curl"),
        (met(Met::Lost { reason: "connection closed before message completed" }), "crash", "log"),
        (met(Met::NotSent { reason: refused }), "not public", "--allow-network"),
        (met(Met::NotSent { reason: "the platform could not prepare it" }), "secret", "log"),
        (met(Met::Other { reason: "given up" }), "gave it up", "log"),
    ] {
        let delivery = delivery("failed", json!([attempt]), None);
        let installation = InstallationId::try_from(7).unwrap();
        let cause = cause::of(&delivery.attempts[0], installation).unwrap();
        let all = format!("{} {}", cause.likely, cause.remedy);
        assert!(all.contains(likely) && cause.remedy.contains(remedy), "{attempt}: {cause:?}");
    }
}
