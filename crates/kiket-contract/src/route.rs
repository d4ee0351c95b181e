//! Paths: the routes of an extension and the prefix of the platform's API.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// `GET`: what the extension is and what it handles, see [`crate::health::Health`].
pub const HEALTH: &str = "/health";
/// `GET`: as [`HEALTH`], under the name that some probes expect.
pub const HEALTHZ: &str = "/healthz";
/// `GET`: whether the extension takes deliveries now, see [`crate::health::Readiness`].
pub const READYZ: &str = "/readyz";
/// `GET` on the platform: the keys of the runtime tokens, see [`crate::jwks::JwkSet`].
pub const JWKS: &str = "/.well-known/jwks.json";
/// Prefix of the platform's API.
pub const API: &str = "/api/v1";

const WEBHOOKS: &str = "webhooks";
const VERSION: &str = "v";

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One path segment, percent-encoded, so that no slash in it starts another one.
///
/// `.` and `..` can not be encoded safely: some programs take `%2E%2E` for `..`. Whoever takes a
/// segment from outside refuses these two, as the rules for names and keys do.
///
/// ```
/// use kiket_contract::route::segment;
///
/// assert_eq!(segment("com.example.crm"), "com.example.crm");
/// assert_eq!(segment("../admin"), "..%2Fadmin");
/// ```
#[must_use]
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// The path of an extension that takes one event: `/v/{version}/webhooks/{event}`.
#[must_use]
pub fn webhook(event: &str, version: &str) -> String {
    format!("/{VERSION}/{}/{WEBHOOKS}/{}", segment(version), segment(event))
}

/// What a webhook path says: the event and, in the versioned form, the version.
///
/// The segments come back as they stand in the path, still percent-encoded; the names of events
/// and versions need no encoding.
///
/// ```
/// use kiket_contract::route::parse_webhook;
///
/// assert_eq!(parse_webhook("/v/v2/webhooks/issue.created"), Some(("issue.created", Some("v2"))));
/// assert_eq!(parse_webhook("/webhooks/issue.created"), Some(("issue.created", None)));
/// assert_eq!(parse_webhook("/webhooks/a/b"), None);
/// ```
#[must_use]
pub fn parse_webhook(path: &str) -> Option<(&str, Option<&str>)> {
    let mut segments = path.strip_prefix('/')?.split('/');
    let found = match (segments.next()?, segments.next()?) {
        (WEBHOOKS, event) => (event, None),
        (VERSION, version) if segments.next()? == WEBHOOKS => (segments.next()?, Some(version)),
        _ => return None,
    };
    (segments.next().is_none() && !found.0.is_empty()).then_some(found)
}
