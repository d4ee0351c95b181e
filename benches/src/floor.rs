//! The floors: what a delivery needs, done by hand.

pub(crate) mod axum;
pub(crate) mod client;
pub(crate) mod hyper;
pub(crate) mod token;

use std::collections::BTreeMap;

use ::hyper::HeaderMap;
use jiff::Timestamp;
use kiket_contract::header::{SIGNATURE, TIMESTAMP};
use kiket_contract::payload::{Authentication, Delivery, SecretStatus, member};
use kiket_contract::secret::Secret;
use kiket_contract::signature::Signer;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::handler::{self, Answer, Issue, IssueCreated};

const LARGEST: usize = 1024 * 1024;
/// How far a timestamp may be off, in seconds.
const WINDOW: u64 = 300;

/// Reads a body and handles it; `None` is a refusal.
pub(crate) type Handle = fn(&str) -> Option<Vec<u8>>;

/// The handler's type and the envelope's members, read at once.
#[derive(Deserialize)]
#[expect(dead_code, reason = "the envelope is read because a delivery needs it read")]
struct Body {
    event: String,
    event_version: String,
    issue: Issue,
    delivery: Delivery,
    authentication: Authentication,
    secrets: BTreeMap<String, Secret>,
    secret_status: SecretStatus,
    context: Value,
}

/// The body, if its signature holds and is fresh.
fn verified<'a>(signer: &Signer, headers: &HeaderMap, body: &'a [u8]) -> Option<&'a str> {
    let signature = headers.get(SIGNATURE)?.to_str().ok()?;
    let timestamp = headers.get(TIMESTAMP)?.to_str().ok()?;
    let seconds: i64 = timestamp.parse().ok()?;
    if Timestamp::now().as_second().abs_diff(seconds) > WINDOW {
        return None;
    }
    signer.verify(signature, Some(timestamp), body).ok()?;
    std::str::from_utf8(body).ok()
}

/// The typed handler.
pub(crate) fn typed(body: &str) -> Option<Vec<u8>> {
    handled(serde_json::from_str(body).ok()?)
}

fn handled(body: Body) -> Option<Vec<u8>> {
    written(&handler::typed(&IssueCreated { issue: body.issue }))
}

/// The handler of a `Value`: the body is read once, and the envelope is taken out of it.
pub(crate) fn value(body: &str) -> Option<Vec<u8>> {
    let mut payload: Map<String, Value> = serde_json::from_str(body).ok()?;
    let _: Authentication = taken(&mut payload, member::AUTHENTICATION)?;
    let _: BTreeMap<String, Secret> = taken(&mut payload, member::SECRETS)?;
    let _ = Delivery::deserialize(payload.get(member::DELIVERY)?).ok()?;
    let _ = SecretStatus::deserialize(payload.get(member::SECRET_STATUS)?).ok()?;
    written(&handler::value(&Value::Object(payload)))
}

fn taken<T: DeserializeOwned>(payload: &mut Map<String, Value>, member: &str) -> Option<T> {
    serde_json::from_value(payload.remove(member)?).ok()
}

fn written(answer: &Answer) -> Option<Vec<u8>> {
    serde_json::to_vec(answer).ok()
}
