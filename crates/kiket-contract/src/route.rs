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
/// `GET` on the platform, with the admin token: what Prometheus reads.
pub const METRICS: &str = "/metrics";
/// `GET` on the platform: the description of its API (OpenAPI).
pub const OPENAPI: &str = "/api/v1/openapi.json";
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

/// A name or an id that can not be a path segment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` can not stand in a path: give a name or an id that is neither empty, `.` nor `..`")]
pub struct InvalidSegment(String);

/// The path of the platform's API with these segments, [`API`] included.
///
/// ```
/// use kiket_contract::route::api;
///
/// assert_eq!(api(&["ext", "a/b"]).unwrap(), "/api/v1/ext/a%2Fb");
/// assert!(api(&["ext", ".."]).is_err());
/// ```
///
/// # Errors
/// When a segment is empty, `.` or `..`, each of which leads to another path.
pub fn api(segments: &[&str]) -> Result<String, InvalidSegment> {
    let mut path = API.to_owned();
    for text in segments {
        if matches!(*text, "" | "." | "..") {
            return Err(InvalidSegment((*text).to_owned()));
        }
        path.push('/');
        path.push_str(&segment(text));
    }
    Ok(path)
}

/// Whether a path of the platform's API is one that extensions call, which an API key opens too.
#[must_use]
pub fn is_for_extensions(path: &str) -> bool {
    let first = path.strip_prefix(API).and_then(|rest| rest.strip_prefix('/'));
    let first = first.and_then(|rest| rest.split('/').next());
    matches!(first, Some("ext" | "extensions"))
}

/// The same path behind [`API`], for a path that extensions call and that lacks it. Some SDKs leave
/// more of the path for telemetry out.
///
/// ```
/// use kiket_contract::route::with_prefix;
///
/// assert_eq!(with_prefix("/ext/issues?limit=5").as_deref(), Some("/api/v1/ext/issues?limit=5"));
/// assert_eq!(with_prefix("/telemetry").as_deref(), Some("/api/v1/ext/telemetry"));
/// assert_eq!(with_prefix("/api/v1/ext/issues"), None);
/// assert_eq!(with_prefix("/extras"), None);
/// ```
#[must_use]
pub fn with_prefix(path: &str) -> Option<String> {
    let first = path.strip_prefix('/')?.split(['/', '?']).next();
    match first? {
        "ext" | "extensions" => Some(format!("{API}{path}")),
        "telemetry" => Some(format!("{API}/ext{path}")),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::*;
    use crate::event::Name;

    #[test]
    fn only_two_shapes_are_a_webhooks_path() {
        for path in [
            "",
            "/",
            "/webhooks",
            "/webhooks/",
            "/webhooks/a/",
            "//webhooks/a",
            "/v/v1/webhooks",
            "/v/v1/webhooks/",
            "/v/v1/webhooks/a/b",
            "/v/v1/v2/webhooks/a",
            "/v1/webhooks/a",
            "/V/v1/webhooks/a",
            "/%77ebhooks/a",
            "webhooks/a",
        ] {
            assert_eq!(parse_webhook(path), None, "{path}");
        }
        assert_eq!(parse_webhook("/v//webhooks/a"), Some(("a", Some(""))));
        assert_eq!(parse_webhook("/webhooks/.."), Some(("..", None)));
    }

    proptest! {
        #[test]
        fn valid_names_stand_in_a_path_as_they_are(
            event in "[A-Za-z0-9][A-Za-z0-9._-]{0,127}",
            version in "[A-Za-z0-9][A-Za-z0-9._-]{0,127}",
        ) {
            prop_assert!(Name::is_valid(&event) && Name::is_valid(&version));
            let path = webhook(&event, &version);
            prop_assert_eq!(parse_webhook(&path), Some((event.as_str(), Some(version.as_str()))));
        }

        #[test]
        fn no_name_leads_to_another_path(event in ".+", version in ".*") {
            let path = webhook(&event, &version);
            let (found, Some(in_version)) = parse_webhook(&path).unwrap() else {
                panic!("{path} has no version")
            };
            let decoded = |text| percent_decode_str(text).decode_utf8().unwrap().into_owned();
            prop_assert_eq!((decoded(found), decoded(in_version)), (event, version));
        }

        #[test]
        fn any_path_is_read_or_not(path in ".*") {
            let _ = parse_webhook(&path);
        }
    }
}
