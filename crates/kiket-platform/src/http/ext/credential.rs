//! Which of a call's headers proves who calls.
//!
//! A runtime token comes first, under either of its names, then an API key, then a workspace token.
//! The first that is there counts, also when it is no good: a call is never taken for another
//! caller's because its own proof failed.

use axum::http::{HeaderMap, HeaderValue};
use kiket_contract::header;
use kiket_contract::secret::Secret;

use crate::caller::{Credential, Kind};

/// The call's credential, if it has one.
pub(super) fn of(headers: &HeaderMap) -> Option<Credential> {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().trim().to_owned();
    let named = [
        (header::RUNTIME_TOKEN, Kind::RuntimeToken),
        (header::RUNTIME_TOKEN_EARLIER, Kind::RuntimeToken),
        (header::API_KEY, Kind::ApiKey),
    ];
    let mut sent = named.into_iter().filter_map(|(name, kind)| Some((kind, headers.get(name)?)));
    if let Some((kind, value)) = sent.next() {
        return Some(Credential { kind, text: Secret::from(text(value)) });
    }
    let value = text(headers.get(header::AUTHORIZATION)?);
    let token = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let text = Secret::from(token.map_or("", |(_, token)| token.trim()));
    Some(Credential { kind: Kind::WorkspaceToken, text })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn of_these(sent: &[(&'static str, &'static str)]) -> Option<(Kind, String)> {
        let headers = sent
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let found = of(&headers.collect())?;
        Some((found.kind, found.text.expose().to_owned()))
    }

    #[test]
    fn the_first_of_several_counts_also_when_it_is_empty() {
        let all = [
            ("x-kiket-runtime-token", "one"),
            ("x-runtime-token", "two"),
            ("x-kiket-api-key", "three"),
            ("authorization", "bearer  four"),
        ];
        for (from, kind, text) in [
            (0, Kind::RuntimeToken, "one"),
            (1, Kind::RuntimeToken, "two"),
            (2, Kind::ApiKey, "three"),
            (3, Kind::WorkspaceToken, "four"),
        ] {
            assert_eq!(of_these(&all[from..]), Some((kind, text.to_owned())));
        }
        assert_eq!(of_these(&[]), None);
        let empty = [("x-kiket-runtime-token", ""), ("authorization", "Bearer four")];
        assert_eq!(of_these(&empty), Some((Kind::RuntimeToken, String::new())));
        let basic = of_these(&[("authorization", "Basic four")]);
        assert_eq!(basic, Some((Kind::WorkspaceToken, String::new())));
    }
}
