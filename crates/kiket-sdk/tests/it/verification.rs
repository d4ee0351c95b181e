//! Which requests are taken for Kiket's.

use kiket_contract::header;
use serde_json::{Value, json};

use crate::log::Log;
use crate::program::{NOW, Program, SECRET, echo, extension};
use crate::wire::{PATH, Request, sign};

/// The request is refused without a word about why, and the log says this.
async fn is_denied(request: &Request, cause: &str) {
    let log = Log::collect();
    let answer = Program::echoing().await.send(request).await;
    assert_eq!(answer.status, 401, "{cause}");
    assert_eq!(
        answer.json(),
        json!({ "error": "not authenticated", "code": "invalid_signature" }),
        "{cause}"
    );
    let log = log.text();
    assert!(log.contains(cause), "`{cause}` in {log}");
    assert!(!log.contains(SECRET), "{log}");
}

fn body_only(body: &Value) -> Request {
    let body = body.to_string();
    let signature = sign(SECRET, None, body.as_bytes());
    Request::new("POST", PATH).header(header::SIGNATURE, &signature).body(body)
}

#[tokio::test]
async fn a_signature_over_timestamp_and_body_is_accepted() {
    let program = Program::echoing().await;
    for timestamp in [
        NOW.to_string(),
        (NOW - 300).to_string(),
        (NOW + 300).to_string(),
        format!("000{NOW}"),
        "2025-11-21T10:00:00Z".to_owned(),
        "2025-11-21T12:00:00.5+02:00".to_owned(),
    ] {
        let answer = program.send(&Request::stamped(&timestamp, "{}")).await;
        assert_eq!(answer.status, 200, "{timestamp}");
    }
}

#[tokio::test]
async fn prefix_and_upper_case_are_accepted() {
    let program = Program::echoing().await;
    let signature = sign(SECRET, Some(&NOW.to_string()), b"{}");
    for written in [format!("sha256={signature}"), signature.to_uppercase()] {
        let request = Request::signed("{}").without(header::SIGNATURE);
        let answer = program.send(&request.header("X-KIKET-SIGNATURE", &written)).await;
        assert_eq!(answer.status, 200, "{written}");
    }
}

#[tokio::test]
async fn every_changed_byte_is_noticed() {
    let program = Program::echoing().await;
    let body = br#"{"issue":{"title":"a"}}"#;
    for index in 0..body.len() {
        let mut changed = body.to_vec();
        changed[index] ^= 1;
        let answer = program.send(&Request::signed(*body).body(changed)).await;
        assert_eq!(answer.status, 401, "byte {index}");
    }
}

#[tokio::test]
async fn a_changed_timestamp_is_noticed() {
    let request = Request::signed("{}").without(header::TIMESTAMP);
    let moved = request.header(header::TIMESTAMP, &(NOW + 1).to_string());
    is_denied(&moved, "the signature does not match; KIKET_WEBHOOK_SECRET").await;
}

#[tokio::test]
async fn timestamps_outside_the_window_or_unreadable_are_refused() {
    for (timestamp, cause) in [
        ((NOW - 301).to_string().as_str(), "301 seconds off"),
        (&(NOW + 301).to_string(), "301 seconds off"),
        (&i64::MAX.to_string(), "seconds off"),
        (&i64::MIN.to_string(), "seconds off"),
        ("-1763719200", "seconds off"),
        ("253402300799", "seconds off"),
        ("9223372036854775808", "neither whole Unix seconds"),
        ("-9223372036854775809", "neither whole Unix seconds"),
        ("1763719200s", "neither whole Unix seconds"),
        ("+1763719200", "neither whole Unix seconds"),
        ("1763719200.0", "neither whole Unix seconds"),
        ("1763719200 1763719200", "neither whole Unix seconds"),
        ("1.7637192e9", "neither whole Unix seconds"),
        ("0x691f1a20", "neither whole Unix seconds"),
        ("now", "neither whole Unix seconds"),
        ("-", "neither whole Unix seconds"),
        ("2025-11-21T10:00:00", "neither whole Unix seconds"),
        ("", "neither whole Unix seconds"),
        ("١٧٦٣٧١٩٢٠٠", "is not plain text"),
    ] {
        is_denied(&Request::stamped(timestamp, "{}"), cause).await;
    }
}

#[tokio::test]
async fn signatures_of_another_form_are_refused() {
    let plain = || Request::signed("{}").without(header::SIGNATURE);
    let signature = sign(SECRET, Some(&NOW.to_string()), b"{}");
    is_denied(&plain(), "there is no X-Kiket-Signature header").await;
    for odd in [
        "",
        "sha256=",
        "zz",
        "sha1=00",
        &signature[1..],
        &signature[2..],
        &format!("{signature}0"),
        &format!("{signature}00"),
        &format!("g{}", &signature[1..]),
        &format!("sha256=sha256={signature}"),
        &format!("SHA256={signature}"),
        &format!("sha256 = {signature}"),
        &format!("{signature}, {signature}"),
        &format!("{} {}", &signature[..32], &signature[32..]),
        &"a".repeat(10_000),
    ] {
        is_denied(&plain().header(header::SIGNATURE, odd), "is not 64 hex digits").await;
    }
    is_denied(&plain().header(header::SIGNATURE, "é"), "is not plain text").await;
    is_denied(&Request::signed_by("another", "{}"), "is not the installation's").await;
}

#[tokio::test]
async fn repeated_headers_are_refused() {
    let signature = sign(SECRET, Some(&NOW.to_string()), b"{}");
    for (name, value) in [(header::SIGNATURE, &signature), (header::TIMESTAMP, &NOW.to_string())] {
        is_denied(&Request::signed("{}").header(name, value), "more than once").await;
    }
}

#[tokio::test]
async fn a_body_only_signature_is_fresh_until_the_signed_expiry() {
    let program = Program::echoing().await;
    let until = |time: &str| json!({ "authentication": { "expires_at": time } });
    let answer = program.send(&body_only(&until("2025-11-21T10:00:01Z"))).await;
    assert_eq!(answer.status, 200);

    is_denied(&body_only(&until("2025-11-21T10:00:00Z")), "has passed").await;
    for unreadable in [
        json!({}),
        json!({ "authentication": null }),
        json!({ "authentication": {} }),
        json!({ "authentication": { "expires_at": null } }),
        until("tomorrow"),
        json!([]),
    ] {
        is_denied(&body_only(&unreadable), "no readable").await;
    }
}

#[tokio::test]
async fn two_expiries_are_no_expiry() {
    let expires = r#""authentication":{"expires_at":"2099-01-01T00:00:00Z"}"#;
    let body = format!("{{{expires},{expires}}}");
    let signature = sign(SECRET, None, body.as_bytes());
    let request = Request::new("POST", PATH).header(header::SIGNATURE, &signature).body(body);
    is_denied(&request, "no readable").await;
}

#[tokio::test]
async fn a_body_only_signature_beside_a_timestamp_is_refused() {
    let fresh = json!({ "authentication": { "expires_at": "2099-01-01T00:00:00Z" } });
    let request = body_only(&fresh).header(header::TIMESTAMP, &NOW.to_string());
    is_denied(&request, "covers the body alone although X-Kiket-Timestamp").await;
}

#[tokio::test]
async fn a_lost_timestamp_header_is_suspected() {
    is_denied(&Request::signed("{}").without(header::TIMESTAMP), "a proxy dropped that").await;
}

#[tokio::test]
async fn the_previous_secret_is_accepted_during_a_rotation() {
    let rotating = extension()
        .environment(|name| (name == "KIKET_WEBHOOK_SECRET_PREVIOUS").then(|| "sh_old".to_owned()))
        .webhook("issue.created", "v1", echo);
    let program = Program::serving(rotating).await;
    for (secret, status) in [(SECRET, 200), ("sh_old", 200), ("sh_older", 401)] {
        let answer = program.send(&Request::signed_by(secret, "{}")).await;
        assert_eq!(answer.status, status, "{secret}");
    }
}

#[tokio::test]
async fn nothing_is_told_to_whoever_does_not_sign() {
    let program = Program::echoing().await;
    for path in [PATH, "/v/v9/webhooks/unknown", "/webhooks/issue.created", "/", "/../etc/passwd"] {
        let answer = program.send(&Request::new("POST", path).body("not JSON")).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "invalid_signature"), "{path}");
    }
}
