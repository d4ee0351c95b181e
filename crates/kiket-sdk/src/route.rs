//! What a request asks for, by its method, path, headers and query.

use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use kiket_contract::{header, route};

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Health,
    Ready,
    Webhook,
    /// Nothing that exists; the method that does exist here.
    WrongMethod(&'static str),
}

impl Route {
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        match (method, path) {
            (&Method::GET | &Method::HEAD, route::HEALTH | route::HEALTHZ) => Self::Health,
            (&Method::GET | &Method::HEAD, route::READYZ) => Self::Ready,
            (_, route::HEALTH | route::HEALTHZ | route::READYZ) => Self::WrongMethod("GET, HEAD"),
            (&Method::POST, _) => Self::Webhook,
            _ => Self::WrongMethod("POST"),
        }
    }
}

/// The event and version that a delivery names.
///
/// `/v/{version}/webhooks/{event}` names both and `/webhooks/{event}` the event. Any other path
/// takes the event from `X-Kiket-Event`. A version that the path does not name is in
/// `X-Kiket-Event-Version`, else in the query's `version`. Blank values count as absent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target<'a> {
    pub(crate) event: Option<&'a str>,
    pub(crate) version: Option<&'a str>,
}

impl<'a> Target<'a> {
    pub(crate) fn of(head: &'a Parts) -> Self {
        let in_path = route::parse_webhook(head.uri.path());
        let event = match in_path {
            Some((event, _)) => Some(event),
            None => text(&head.headers, header::EVENT),
        };
        let version = in_path
            .and_then(|(_, version)| version)
            .and_then(filled)
            .or_else(|| text(&head.headers, header::EVENT_VERSION).and_then(filled))
            .or_else(|| head.uri.query().and_then(in_query));
        Self { event: event.and_then(filled), version }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn filled(text: &str) -> Option<&str> {
    Some(text.trim_ascii()).filter(|text| !text.is_empty())
}

fn in_query(query: &str) -> Option<&str> {
    query.split('&').filter_map(|pair| pair.strip_prefix("version=")).find_map(filled)
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn target(path: &str, headers: &[(&str, &str)]) -> (Option<String>, Option<String>) {
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        let target = Target::of(&head);
        (target.event.map(str::to_owned), target.version.map(str::to_owned))
    }

    #[test]
    fn the_version_is_in_the_path_then_the_header_then_the_query() {
        let header = [("x-kiket-event-version", " v2 ")];
        let blank = [("x-kiket-event-version", "  ")];
        for (path, headers, version) in [
            ("/v/v1/webhooks/a?version=v3", &header[..], Some("v1")),
            ("/webhooks/a?version=v3", &header, Some("v2")),
            ("/v//webhooks/a", &header, Some("v2")),
            ("/webhooks/a?x=1&version=&version=v3", &blank, Some("v3")),
            ("/webhooks/a?version=v3", &[], Some("v3")),
            ("/webhooks/a", &blank, None),
        ] {
            let found = target(path, headers);
            assert_eq!(found, (Some("a".into()), version.map(str::to_owned)), "{path}");
        }
    }

    #[test]
    fn any_other_path_takes_the_event_from_the_header() {
        let headers = [("x-kiket-event", "issue.created"), ("x-kiket-event-version", "v1")];
        for path in ["/", "/webhook", "/v/v1/webhooks/../../health", "/webhooks/a/b"] {
            let found = target(path, &headers);
            assert_eq!(found, (Some("issue.created".into()), Some("v1".into())), "{path}");
            assert_eq!(target(path, &[]), (None, None), "{path}");
        }
    }

    #[test]
    fn the_event_in_the_path_beats_the_header() {
        let found = target("/webhooks/a?version=v1", &[("x-kiket-event", "b")]);
        assert_eq!(found.0.as_deref(), Some("a"));
    }

    #[test]
    fn other_methods_name_the_one_that_works() {
        assert_eq!(Route::of(&Method::GET, "/health"), Route::Health);
        assert_eq!(Route::of(&Method::HEAD, "/healthz"), Route::Health);
        assert_eq!(Route::of(&Method::GET, "/readyz"), Route::Ready);
        assert_eq!(Route::of(&Method::POST, "/health"), Route::WrongMethod("GET, HEAD"));
        assert_eq!(Route::of(&Method::GET, "/webhooks/a"), Route::WrongMethod("POST"));
        assert_eq!(Route::of(&Method::POST, "/anything"), Route::Webhook);
    }
}
