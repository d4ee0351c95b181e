//! What Kiket answers to the calls that extensions make.
//!
//! Paths are served with and without the prefix of the API, as on Kiket.

mod custom_data;
mod intake;
mod issues;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub(super) use custom_data::table as custom_data_table;
use http::{Method, StatusCode};
pub(super) use issues::TABLE as ISSUES;
use kiket_contract::api::extension_events::LogEvent;
use kiket_contract::api::rate_limit::{self, RateLimit, RateLimitAnswer};
use kiket_contract::api::secrets::{SetSecret, is_valid_key};
use kiket_contract::api::spelling::Both;
use kiket_contract::api::{
    CURSOR, Done, Page, extension_metrics, inbound_emails, notifications, sla_events, telemetry,
    webhook_url,
};
use kiket_contract::response::{self, ErrorBody};
use kiket_contract::route::{API, JWKS, with_prefix};
use kiket_contract::scope;
use kiket_contract::secret::Secret;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::Call;
use super::records::{Record, Records};
use super::state::Stored;
use super::token::{self, Standing};
use crate::delivery::{INSTALLATION, ORGANIZATION, PROJECT};
use crate::keys;

/// When everything here was made.
const MADE: &str = "2026-01-01T00:00:00Z";
/// How many entries a page has, unless the call says.
const DEFAULT_LIMIT: i64 = 50;
/// The member and the parameter that names a project.
pub(super) const PROJECT_ID: &str = "project_id";

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
        401 => ("expired_credential", "the token has expired"),
        404 => ("not_found", "there is no such thing"),
        429 => ("rate_limit_exceeded", "Rate limit exceeded"),
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

fn invalid_parameter(reason: &str) -> Reply {
    let error = format!("the query does not fit: {reason}");
    Reply::error(400, &ErrorBody::new("invalid_parameter", error))
}

/// Whether the call reports about a handler.
pub(crate) fn is_telemetry(call: &Call) -> bool {
    whole(&call.path) == telemetry::PATH || call.path == telemetry::SUFFIX
}

/// Whether the call stores a secret: new or in place of the old value.
pub(crate) fn is_upsert(call: &Call) -> bool {
    let segments = segments(&call.path);
    call.method == Method::POST
        && segments.len() > 2
        && segments[0] == "extensions"
        && segments[2] == "secrets"
}

/// The path behind the prefix of the API, which may be left out as on Kiket.
fn whole(path: &str) -> Cow<'_, str> {
    with_prefix(path).map_or(Cow::Borrowed(path), Cow::Owned)
}

/// The parts of a path behind the prefix, decoded.
fn segments(path: &str) -> Vec<Cow<'_, str>> {
    let path = path.strip_prefix(API).unwrap_or(path).trim_start_matches('/');
    path.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy()).collect()
}

/// The answer to a call that may not be made.
pub(super) fn refusal(call: &Call, standing: Standing) -> Option<Reply> {
    let segments = segments(&call.path);
    let guarded =
        matches!(segments.first().map(|part| &**part), Some("ext" | "extensions" | "audit"));
    let open = !guarded || is_telemetry(call);
    let required = || scope::required(call.method.as_str(), &call.path);
    if open { None } else { token::refusal(call, required(), standing) }
}

/// What Kiket answers to this call, if it may be made.
pub(super) fn reply(call: &Call, stored: &mut Stored) -> Reply {
    let reply = by_path(call).or_else(|| {
        let segments = segments(&call.path);
        let segments: Vec<&str> = segments.iter().map(|part| &**part).collect();
        by_parts(call, &segments, stored)
    });
    reply.unwrap_or_else(|| {
        let error = format!("there is nothing at {} {}", call.method, call.path);
        Reply::error(404, &ErrorBody::new(response::NO_ROUTE, error))
    })
}

/// The answers of calls whose paths are always the same.
fn by_path(call: &Call) -> Option<Reply> {
    match (call.method.as_str(), &*whole(&call.path)) {
        ("GET", JWKS) => Some(Reply::new(200, json!(keys::key_set()))),
        ("POST", _) if is_telemetry(call) => Some(done(200)),
        ("POST", extension_metrics::PATH | notifications::PATH) => Some(done(201)),
        ("GET", sla_events::PATH) => Some(nothing()),
        ("GET", rate_limit::PATH) => Some(rate_limit()),
        ("GET", webhook_url::PATH) => {
            let action = call.parameter("action_name").unwrap_or_default();
            let url = format!("https://kiket.dev/webhooks/ext/wht_test/{action}");
            Some(Reply::new(200, json!({ "webhook_url": url, "webhook_token": "wht_test" })))
        }
        ("POST", inbound_emails::PATH) => {
            Some(Reply::new(201, json!({ "id": 1, "status": "accepted" })))
        }
        _ => None,
    }
}

fn by_parts(call: &Call, segments: &[&str], stored: &mut Stored) -> Option<Reply> {
    match (call.method.as_str(), segments) {
        ("POST", ["extensions", _, "events"] | ["ext", "analytics", "events"]) => {
            Some(match serde_json::from_slice::<LogEvent>(&call.body) {
                Ok(_) => done(201),
                Err(reason) => unfit(reason),
            })
        }
        ("POST", ["extensions", "logs"]) => Some(done(201)),
        // Not where the path takes another method only.
        ("GET", ["extensions", "logs" | "metrics" | "notifications"]) => None,
        ("GET", ["extensions", extension]) => Some(Reply::new(200, metadata(call, extension))),
        (_, ["extensions", _, "secrets", key @ ..]) => secrets(call, key, stored),
        (_, ["ext", "custom_data", place @ ..]) => {
            custom_data::answer(call, place, &mut stored.records)
        }
        (_, ["ext", "issues", place @ ..]) => issues::answer(call, place, &mut stored.records),
        (_, ["ext", "intake_forms", place @ ..]) => intake::answer(call, place),
        (_, ["audit", place @ ..]) => audit(call, place),
        _ => None,
    }
}

/// What is known of the extension: its installation is that of the call's delivery, or the one that
/// deliveries usually are for.
fn metadata(call: &Call, extension: &str) -> Value {
    let claims = token::claims(call);
    let claims = claims.as_ref();
    let number = |named: Option<u32>, usual: i64| named.map_or(usual, i64::from);
    let scopes = claims.map_or_else(|| json!(scope::BASE), |claims| json!(claims.scopes));
    json!({
        "id": extension, "name": extension, "version": "1.0.0", "description": null,
        "status": "active", "scopes": scopes,
        "installation_id": number(claims.and_then(|it| Some(it.pi_id?.get())), INSTALLATION),
        "project_id": number(claims.and_then(|it| Some(it.proj_id?.get())), PROJECT),
        "organization_id": number(claims.and_then(|it| Some(it.org_id?.get())), ORGANIZATION),
    })
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
        ("POST", []) => Some(match serde_json::from_slice::<SetSecret>(&call.body) {
            Ok(SetSecret { key: Some(key), value }) => keep(kept, &key, value),
            Ok(_) => unfit("it has no `key`"),
            Err(reason) => unfit(reason),
        }),
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

/// The project that the call names: its number, or the text that is none.
pub(super) fn project_of(call: &Call) -> Option<Value> {
    let named = call.parameter(PROJECT_ID)?;
    Some(named.parse::<i64>().map_or_else(|_| json!(named), |number| json!(number)))
}

/// A page of the records that have every value of `filters`.
fn page(call: &Call, table: &str, filters: &Record, records: &mut Records) -> Reply {
    let number = |name: &str| call.parameter(name).map(|text| text.parse::<i64>().ok());
    let Some(limit @ 1..) = number("limit").unwrap_or(Some(DEFAULT_LIMIT)) else {
        return invalid_parameter("`limit` is no number from 1 on");
    };
    let Some(after) = number(CURSOR).unwrap_or(Some(0)) else {
        return invalid_parameter("`cursor` is none that a page ended with");
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = records.list(table, filters, after);
    let (ids, data): (Vec<i64>, Vec<Record>) =
        found.by_ref().take(limit).map(|(id, record)| (id, record.clone())).unzip();
    let next_cursor = found.next().and(ids.last()).map(i64::to_string);
    Reply::new(200, json!(Page { data, next_cursor }))
}

/// A list of which there is nothing.
fn nothing() -> Reply {
    Reply::new(200, json!(Page::<Value> { data: Vec::new(), next_cursor: None }))
}

/// A window of which nothing is used up, in both spellings.
fn rate_limit() -> Reply {
    let window = u64::from(rate_limit::WINDOW_SECONDS);
    let limit = u64::from(rate_limit::DEFAULT_LIMIT);
    let rate_limit = Both(RateLimit::new(limit, limit, window, window));
    Reply::new(200, json!(Both(RateLimitAnswer { rate_limit })))
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
