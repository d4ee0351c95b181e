//! What Kiket answers to the calls that extensions make.
//!
//! Paths are served with and without the prefix of the API, as on Kiket.

mod custom_data;
mod intake;
mod issues;

use std::collections::BTreeMap;

pub(super) use custom_data::table as custom_data_table;
use http::{Method, StatusCode};
pub(super) use issues::TABLE as ISSUES;
use kiket_contract::api::Done;
use kiket_contract::api::extension_events::LogEvent;
use kiket_contract::api::secrets::{SetSecret, is_valid_key};
use kiket_contract::response::ErrorBody;
use kiket_contract::route::{API, JWKS};
use kiket_contract::scope;
use kiket_contract::secret::Secret;
use serde_json::{Value, json};

use super::Call;
use super::records::Record;
use super::state::Stored;
use super::token;
use crate::keys;

/// When everything here was made.
const MADE: &str = "2026-01-01T00:00:00Z";
const DEFAULT_LIMIT: usize = 50;

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Value,
    /// In seconds.
    pub(super) retry_after: Option<u64>,
}

impl Reply {
    #[track_caller]
    pub(super) fn new(status: u16, body: Value) -> Self {
        assert!(StatusCode::from_u16(status).is_ok(), "`{status}` is no HTTP status");
        Self { status, body, retry_after: None }
    }

    pub(super) fn error(status: u16, body: &ErrorBody) -> Self {
        Self::new(status, json!(body))
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// A failure with this status.
#[track_caller]
pub(super) fn error_of(status: u16) -> Reply {
    let (code, text) = match status {
        401 => ("invalid_runtime_token", "the token has expired"),
        404 => ("not_found", "there is no such thing"),
        429 => ("rate_limited", "too many calls"),
        500.. => ("unavailable", "Kiket can not answer now"),
        _ => ("refused", "the call was refused"),
    };
    Reply::error(status, &ErrorBody::new(code, text))
}

fn done(status: u16) -> Reply {
    Reply::new(status, json!(Done::OK))
}

fn missing(what: &str) -> Reply {
    Reply::error(404, &ErrorBody::new("not_found", format!("there is no such {what}")))
}

fn unfit(reason: impl std::fmt::Display) -> Reply {
    let error = format!("the request's body does not fit: {reason}");
    Reply::error(422, &ErrorBody::new("body_shape", error))
}

/// Whether the call reports about a handler.
pub(crate) fn is_telemetry(call: &Call) -> bool {
    matches!(segments(&call.path)[..], ["ext", "telemetry"] | ["telemetry"])
}

/// Whether the call stores a secret: new or in place of the old value.
pub(crate) fn is_upsert(call: &Call) -> bool {
    call.method == Method::POST
        && matches!(segments(&call.path)[..], ["extensions", _, "secrets", ..])
}

fn segments(path: &str) -> Vec<&str> {
    path.strip_prefix(API).unwrap_or(path).trim_start_matches('/').split('/').collect()
}

/// The answer to a call that may not be made.
pub(super) fn refusal(call: &Call, tokens_expired: bool) -> Option<Reply> {
    let segments = segments(&call.path);
    let guarded = matches!(segments[..], ["ext" | "extensions" | "audit", ..]);
    let open = !guarded || is_telemetry(call);
    if open { None } else { token::refusal(call, required(call, &segments), tokens_expired) }
}

/// What Kiket answers to this call, if it may be made.
pub(super) fn reply(call: &Call, stored: &mut Stored) -> Reply {
    answer(call, &segments(&call.path), stored).unwrap_or_else(|| {
        let error = format!("there is nothing at {} {}", call.method, call.path);
        Reply::error(404, &ErrorBody::new("no_route", error))
    })
}

/// The scope that a call needs.
fn required(call: &Call, segments: &[&str]) -> &'static str {
    match (call.method == Method::GET, segments) {
        (true, ["extensions", _, "secrets", ..]) => scope::SECRETS_READ,
        (false, ["extensions", _, "secrets", ..]) => scope::SECRETS_WRITE,
        (true, _) => scope::API_READ,
        (false, _) => scope::API_WRITE,
    }
}

fn answer(call: &Call, segments: &[&str], stored: &mut Stored) -> Option<Reply> {
    match (call.method.as_str(), segments) {
        ("GET", _) if call.path == JWKS => Some(Reply::new(200, json!(keys::key_set()))),
        ("POST", _) if is_telemetry(call) => Some(done(200)),
        ("POST", ["extensions", _, "events"]) => {
            Some(match serde_json::from_slice::<LogEvent>(&call.body) {
                Ok(_) => done(201),
                Err(reason) => unfit(reason),
            })
        }
        ("POST", ["extensions", "logs" | "metrics" | "notifications"]) => Some(done(201)),
        ("GET", ["extensions", extension]) => Some(Reply::new(
            200,
            json!({ "id": extension, "name": extension, "version": "1.0.0", "status": "active" }),
        )),
        (_, ["extensions", _, "secrets", key @ ..]) => secrets(call, key, stored),
        (_, ["ext", "custom_data", place @ ..]) => {
            custom_data::answer(call, place, &mut stored.records)
        }
        (_, ["ext", "issues", place @ ..]) => issues::answer(call, place, &mut stored.records),
        ("GET", ["ext", "sla", "events"]) => Some(Reply::new(200, json!({ "data": [] }))),
        ("GET", ["ext", "rate_limit"]) => Some(rate_limit()),
        ("GET", ["ext", "webhook_url"]) => {
            let action = call.parameter("action_name").unwrap_or_default();
            let url = format!("https://kiket.dev/webhooks/ext/wht_test/{action}");
            Some(Reply::new(200, json!({ "webhook_url": url, "webhook_token": "wht_test" })))
        }
        ("POST", ["ext", "inbound_emails"]) => {
            Some(Reply::new(201, json!({ "id": 1, "status": "accepted" })))
        }
        (_, ["ext", "intake_forms", place @ ..]) => intake::answer(call, place),
        (_, ["audit", place @ ..]) => audit(call, place),
        _ => None,
    }
}

fn secrets(call: &Call, key: &[&str], stored: &mut Stored) -> Option<Reply> {
    let kept = &mut stored.secrets;
    match (call.method.as_str(), key) {
        ("GET", []) => Some(Reply::new(200, json!({ "keys": kept.keys().collect::<Vec<_>>() }))),
        ("GET", [key]) => Some(match kept.get(*key) {
            Some(value) => Reply::new(
                200,
                json!({
                    "key": key, "value": value.expose(), "created_at": MADE, "updated_at": MADE,
                }),
            ),
            None => missing("secret"),
        }),
        ("PATCH", [key]) if !kept.contains_key(*key) => Some(missing("secret")),
        ("POST" | "PUT" | "PATCH", [key]) => {
            Some(match serde_json::from_slice::<SetSecret>(&call.body) {
                Ok(new) => keep(kept, key, new.value),
                Err(reason) => unfit(reason),
            })
        }
        ("POST", []) => {
            let body = call.json();
            let text = |name: &str| body["secret"][name].as_str();
            Some(match (text("key"), text("value")) {
                (Some(key), Some(value)) => keep(kept, key, value.into()),
                _ => unfit("it has no `secret` with `key` and `value`"),
            })
        }
        ("DELETE", [key]) => {
            kept.remove(*key);
            Some(done(200))
        }
        _ => None,
    }
}

fn keep(kept: &mut BTreeMap<String, Secret>, key: &str, value: Secret) -> Reply {
    if !is_valid_key(key) {
        return unfit("the key can not be one");
    }
    kept.insert(key.to_owned(), value);
    done(200)
}

/// The answer with one record, or 404.
fn one(status: u16, what: &str, record: Option<Record>) -> Reply {
    match record {
        Some(record) => Reply::new(status, json!({ "data": record })),
        None => missing(what),
    }
}

/// How many entries a list may have.
fn limit(call: &Call) -> usize {
    call.parameter("limit").and_then(|limit| limit.parse().ok()).unwrap_or(DEFAULT_LIMIT)
}

/// Both spellings, as Kiket sends them: one of the SDKs reads the second only.
fn rate_limit() -> Reply {
    Reply::new(
        200,
        json!({
            "rate_limit": {
                "limit": 1000, "remaining": 1000, "window_seconds": 60, "reset_in": 60,
            },
            "rateLimit": { "limit": 1000, "remaining": 1000, "windowSeconds": 60, "resetIn": 60 },
        }),
    )
}

/// No record was ever anchored, so there is nothing to find and nothing to prove.
fn audit(call: &Call, place: &[&str]) -> Option<Reply> {
    match (call.method.as_str(), place) {
        ("GET", ["anchors"]) => {
            let number = |name: &str, otherwise: u64| {
                call.parameter(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
            };
            let pagination = json!({
                "page": number("page", 1), "per_page": number("per_page", 25),
                "total": 0, "total_pages": 0,
            });
            Some(Reply::new(200, json!({ "anchors": [], "pagination": pagination })))
        }
        ("GET", ["anchors", _]) => Some(missing("anchor")),
        ("GET", ["records", _, "proof"]) => Some(missing("record")),
        ("POST", ["verify"]) => {
            let body = call.json();
            Some(Reply::new(
                200,
                json!({
                    "verified": false, "proof_valid": false, "blockchain_verified": false,
                    "content_hash": body["content_hash"], "merkle_root": body["merkle_root"],
                    "leaf_index": body["leaf_index"], "block_number": null,
                    "block_timestamp": null, "network": null, "explorer_url": null,
                    "error": "there is no anchor with this root",
                }),
            ))
        }
        _ => None,
    }
}
