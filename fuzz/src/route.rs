//! Which event and version a request names.
//!
//! An input is text of up to five lines: path with query, `X-Kiket-Event`, `X-Kiket-Event-Version`,
//! `Content-Type`, `Content-Encoding`. A line that is empty is an empty header, one that is missing
//! none.

use std::sync::LazyLock;

use hyper::header::HeaderValue;
use hyper::{Request, Uri};
use kiket_contract::event::{Name, asks_first, same_version};
use kiket_contract::{header, route};
use kiket_sdk::prelude::*;
use kiket_sdk::{EffectivelyOnce, ExtensionService};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::program::{Answer, NOW, extension, send, service, signed};

const BODY: &[u8] = b"{}";
/// What the extension without a fallback handles.
const HANDLED: [(&str, &str); 4] =
    [("issue.created", "v1"), ("issue.created", "2"), ("issue.created", "2024-10-01"), ("a", "v")];
const HEADERS: [&str; 4] =
    [header::EVENT, header::EVENT_VERSION, "content-type", "content-encoding"];

static SERVICE: LazyLock<ExtensionService> =
    LazyLock::new(|| {
        let extension = extension().effectively_once(EffectivelyOnce::Off);
        service(HANDLED.iter().fold(extension, |extension, (event, version)| {
            extension.webhook(*event, *version, called)
        }))
    });
static WITH_FALLBACK: LazyLock<ExtensionService> = LazyLock::new(|| {
    service(
        extension().effectively_once(EffectivelyOnce::Off).action("sync", done).fallback(called),
    )
});

async fn called(_: Value, context: Context) -> Result<[String; 2]> {
    Ok([context.event().to_owned(), context.event_version().to_owned()])
}

async fn done(_: Value, _: Context) -> Result<ActionResult> {
    Ok(ActionResult::success())
}

/// A handler is called only for what the request names, and every valid name comes through.
///
/// # Panics
/// When that does not hold.
pub fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let lines: Vec<&str> = text.lines().collect();
    let line = |index: usize| lines.get(index).copied();
    names_come_back(line(1).unwrap_or_default(), line(2).unwrap_or_default());

    let Some(answer) = ask(&SERVICE, &lines) else { return };
    if let Some((event, version)) = handled(&answer) {
        let is_handled = HANDLED.contains(&(event.as_str(), version.as_str()));
        assert!(is_handled, "{event} {version} was never registered");
        is_named(&lines, &event, &version);
    }
    let Some(answer) = ask(&WITH_FALLBACK, &lines) else { return };
    if let Some((event, version)) = handled(&answer) {
        assert!(Name::is_valid(&event) && Name::is_valid(&version), "{event} {version}");
        assert!(!asks_first(&event) && event != "action.sync", "{event} is not for a fallback");
        is_named(&lines, &event, &version);
    }
}

/// The answer to a signed request, if there can be such a request.
fn ask(service: &ExtensionService, lines: &[&str]) -> Option<Answer> {
    let mut request = Request::post(*lines.first()?);
    for (name, value) in HEADERS.iter().zip(&lines[1..]) {
        request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
    }
    request.uri_ref()?;
    let answer = send(service, signed(request, Some(NOW), BODY), BODY);
    assert_ne!(answer.status, 401, "a signed request is not Kiket's: {answer:?}");
    Some(answer)
}

fn handled(answer: &Answer) -> Option<(String, String)> {
    (answer.status == 200)
        .then(|| serde_json::from_slice(&answer.body).expect("the handler's answer"))
}

/// The event stands in the path or, when that is no webhook's, in its header, and the version in
/// one of its three places.
fn is_named(lines: &[&str], event: &str, version: &str) {
    let line = |index: usize| lines.get(index).copied().unwrap_or_default();
    let uri: Uri = line(0).parse().expect("it was sent");
    let in_path = route::parse_webhook(uri.path());
    let named = in_path.map_or(line(1), |(event, _)| event);
    assert_eq!(named.trim(), event, "another event was handled");
    let query = uri.query().unwrap_or_default();
    let mut versions = in_path
        .and_then(|(_, version)| version)
        .into_iter()
        .chain([line(2)])
        .chain(query.split('&').filter_map(|pair| pair.strip_prefix("version=")));
    let is_named = versions.any(|named| same_version(named.trim(), version));
    assert!(is_named, "version {version} was handled and not named");
}

/// A path that is made of two names says both: valid ones as they are, others encoded.
fn names_come_back(event: &str, version: &str) {
    let path = route::webhook(event, version);
    let Some((in_event, Some(in_version))) = route::parse_webhook(&path) else {
        return assert!(event.is_empty(), "{path} is no webhook's");
    };
    for (found, name) in [(in_event, event), (in_version, version)] {
        let decoded = percent_decode_str(found).decode_utf8().expect("UTF-8");
        assert_eq!(decoded, name, "{path} has another name");
        assert!(!Name::is_valid(name) || found == name, "{path} encodes a valid name");
    }
    if Name::is_valid(event) && Name::is_valid(version) {
        let answer = ask(&WITH_FALLBACK, &[&path]).expect("a sound path");
        let answered = handled(&answer).map(|(event, version)| [event, version]);
        let is_taken = !asks_first(event) && event != "action.sync";
        let expected = is_taken.then(|| [event.to_owned(), version.to_owned()]);
        assert_eq!(answered, expected, "{path}");
    }
}
