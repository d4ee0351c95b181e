//! The body of a delivery. An input is a body, and it is signed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use hyper::Request;
use kiket_contract::payload::member;
use kiket_sdk::prelude::*;
use kiket_sdk::{EffectivelyOnce, ExtensionService};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::program::{Answer, NOW, extension, send, service, signed};

const MEMBERS: [&str; 9] = [
    member::EVENT,
    member::EVENT_VERSION,
    member::DELIVERY,
    member::AUTHENTICATION,
    member::API,
    member::SECRETS,
    member::SECRET_STATUS,
    member::CONTEXT,
    member::ACTION_KEY,
];
const HIDDEN: [&str; 2] = [member::AUTHENTICATION, member::SECRETS];
/// How a body can be refused that was signed.
const REFUSALS: [u16; 4] = [400, 403, 404, 422];

/// A type that refuses in every way that serde has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "what counts is that it is read")]
struct Strict {
    number: i64,
    small: Option<u8>,
    fraction: f64,
    list: Vec<Strict>,
    kind: Kind,
    text: String,
    context: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Plain,
    #[expect(dead_code, reason = "what counts is that it is read")]
    With(u64),
}

#[derive(Deserialize)]
struct Flat {
    id: Option<u64>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

fn handlers(choice: EffectivelyOnce) -> ExtensionService {
    let extension = extension()
        .effectively_once(choice)
        .webhook("echo", "v1", |payload: Value, _: Context| async { Ok(payload) })
        .webhook("strict", "v1", |payload: Strict, _: Context| async move { Ok(payload.text) })
        .register("scoped", "v1", ["issues.read"], |_: Value, context: Context| async move {
            Ok(context.auth().scopes.clone())
        })
        .guard("issue.before_delete", "v1", |payload: Flat, _: Context| async move {
            Ok(if payload.id.is_some() { Guard::allow() } else { Guard::deny("no id") })
        })
        .action("sync", |payload: Flat, _: Context| async move {
            assert!(HIDDEN.iter().all(|hidden| !payload.rest.contains_key(*hidden)));
            Ok(ActionResult::success())
        });
    service(extension)
}

static SERVICE: LazyLock<ExtensionService> = LazyLock::new(|| handlers(EffectivelyOnce::Off));
static REMEMBERING: LazyLock<ExtensionService> =
    LazyLock::new(|| handlers(EffectivelyOnce::Memory));

/// A signed body is handled or refused, a handler sees what was sent but for token and secrets, and
/// nothing of these is told.
///
/// # Panics
/// When that does not hold.
pub fn check(input: &[u8]) {
    let object: Option<Map<String, Value>> = serde_json::from_slice(input).ok();
    let secrets = object.as_ref().map(|object| telling(object, input)).unwrap_or_default();
    for event in ["echo", "strict", "scoped", "issue.before_delete", "action.sync"] {
        let answer = deliver(&SERVICE, event, Some(NOW), input);
        is_sound(event, &answer, object.as_ref(), &secrets);
        if event == "echo" {
            is_echoed(&answer, object.as_ref());
        }
    }
    let body_only = deliver(&SERVICE, "echo", None, input);
    if body_only.status != 401 {
        is_sound("echo", &body_only, object.as_ref(), &secrets);
    }
    if body_only.status == 200 {
        let proof = object.as_ref().and_then(|object| object.get(member::AUTHENTICATION));
        let expiry = proof.and_then(|proof| proof.get("expires_at"));
        assert!(expiry.is_some_and(Value::is_string), "a body without an expiry was fresh");
    }
    let first = deliver(&REMEMBERING, "echo", Some(NOW), input);
    let second = deliver(&REMEMBERING, "echo", Some(NOW), input);
    assert_eq!(first.status, second.status, "a repeat has another answer");
    is_noticed_when_changed(input);
}

fn deliver(service: &ExtensionService, event: &str, stamp: Option<i64>, body: &[u8]) -> Answer {
    let request = Request::post(format!("/v/v1/webhooks/{event}"));
    send(service, signed(request, stamp, body), body)
}

fn is_sound(event: &str, answer: &Answer, object: Option<&Map<String, Value>>, secrets: &[String]) {
    if answer.status == 200 {
        assert!(object.is_some(), "{event} handled what is no JSON object");
    } else {
        assert!(REFUSALS.contains(&answer.status), "{event}: {answer:?}");
    }
    let told = secrets.iter().find(|secret| answer.text().contains(secret.as_str()));
    assert!(told.is_none(), "{event} tells the secret {told:?}: {answer:?}");
}

/// The handler saw the whole object but for what is hidden, and what has no member of the envelope
/// is never refused.
fn is_echoed(answer: &Answer, object: Option<&Map<String, Value>>) {
    let Some(object) = object else { return };
    let mut shown = object.clone();
    shown.retain(|name, _| !HIDDEN.contains(&name.as_str()));
    if answer.status == 200 {
        let shown = serde_json::to_string(&shown).expect("JSON");
        assert_eq!(answer.text(), shown, "the handler saw something else");
    } else {
        let is_enveloped = MEMBERS.iter().any(|member| object.contains_key(*member));
        assert!(is_enveloped, "an object without an envelope was refused: {answer:?}");
    }
}

/// The values of secrets and the token, where they can not stand in an answer by chance: long, not
/// of the words of any answer, and nowhere else in the body.
fn telling(object: &Map<String, Value>, body: &[u8]) -> Vec<String> {
    let secrets = object.get(member::SECRETS).cloned().unwrap_or_default();
    let mut values: Vec<String> = serde_json::from_value::<BTreeMap<String, String>>(secrets)
        .map(|secrets| secrets.into_values().collect())
        .unwrap_or_default();
    let token = object.get(member::AUTHENTICATION).and_then(|proof| proof.get("runtime_token"));
    values.extend(token.and_then(Value::as_str).map(str::to_owned));
    let body = String::from_utf8_lossy(body);
    values.retain(|value| {
        value.len() >= 8
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && value.bytes().any(|byte| byte.is_ascii_digit())
            && value.bytes().any(|byte| byte.is_ascii_alphabetic())
            && body.matches(value.as_str()).count() == 1
    });
    values
}

/// One changed byte is refused, and so is one more.
fn is_noticed_when_changed(body: &[u8]) {
    let mut longer = body.to_vec();
    longer.push(b' ');
    let mut changed = body.to_vec();
    if let Some(byte) = changed.get_mut(body.len() / 2) {
        *byte ^= 1;
    } else {
        changed.push(b'{');
    }
    for other in [changed, longer] {
        let request = signed(Request::post("/v/v1/webhooks/echo"), Some(NOW), body);
        assert_eq!(send(&SERVICE, request, &other).status, 401, "a changed body was accepted");
    }
}
