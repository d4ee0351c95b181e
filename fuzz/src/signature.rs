//! The headers that prove where a request comes from.
//!
//! An input is text. Each line that begins with `s` is one signature header and each with `t` one
//! timestamp header, without that letter. `$` in a signature stands for the right one, so that
//! mutations come close to what is accepted.

use std::sync::LazyLock;

use hyper::Request;
use hyper::header::HeaderValue;
use jiff::Timestamp;
use kiket_contract::header;
use kiket_sdk::ExtensionService;
use kiket_sdk::prelude::*;
use serde_json::Value;

use crate::program::{NOW, SIGNER, extension, send, service};

const WINDOW: i64 = 300;
/// Fresh with and without a timestamp.
const BODY: &[u8] = br#"{"authentication":{"expires_at":"2099-01-01T00:00:00Z"}}"#;

static SERVICE: LazyLock<ExtensionService> = LazyLock::new(|| {
    service(extension().webhook("any", "v1", |_: Value, _: Context| async { Ok(true) }))
});

/// A request is accepted if and only if it has one signature, of 64 hex digits that are right, and
/// at most one timestamp, which is within the window.
///
/// # Panics
/// When that does not hold.
pub fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let of = |mark| text.lines().filter_map(move |line| line.strip_prefix(mark));
    let timestamps: Vec<&str> = of('t').collect();
    let right = SIGNER.sign(timestamps.first().copied(), BODY);
    let signatures: Vec<String> = of('s').map(|text| text.replace('$', &right)).collect();

    let mut request = Request::post("/v/v1/webhooks/any");
    for (name, value) in signatures
        .iter()
        .map(|text| (header::SIGNATURE, text.as_str()))
        .chain(timestamps.iter().map(|text| (header::TIMESTAMP, *text)))
    {
        let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) else { return };
        request = request.header(name, value);
    }
    let is_right = matches!(signatures.as_slice(), [one] if is_signature(one, &right));
    let is_fresh = match timestamps.as_slice() {
        [] => true,
        [one] => is_within_window(one),
        _ => false,
    };
    let answer = send(&SERVICE, request, BODY);
    let expected = if is_right && is_fresh { 200 } else { 401 };
    assert_eq!(answer.status, expected, "{signatures:?} {timestamps:?}");
    let is_told = answer.text().contains(&right);
    assert!(!is_told, "a signature is told");
}

fn is_signature(text: &str, right: &str) -> bool {
    text.strip_prefix("sha256=").unwrap_or(text).eq_ignore_ascii_case(right)
}

fn is_within_window(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let seconds = if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        text.parse::<Timestamp>().ok().map(Timestamp::as_second)
    };
    seconds.is_some_and(|seconds| (NOW - WINDOW..=NOW + WINDOW).contains(&seconds))
}
