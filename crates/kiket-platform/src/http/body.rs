//! Reading a request's JSON body.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// How long a body may take to come.
const LONGEST_READ: Duration = Duration::from_secs(30);

/// A JSON body of the wanted shape, whatever the request says its type is.
pub(super) struct JsonBody<T>(pub(super) T);

/// A body as it came.
pub(super) struct RawBody(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let read = tokio::time::timeout(LONGEST_READ, Bytes::from_request(request, state)).await;
        let read = read.map_err(|_| ApiError::BodyUnreadable)?;
        read.map(Self).map_err(|rejection| match rejection.status().as_u16() {
            413 => ApiError::BodyTooLarge,
            _ => ApiError::BodyUnreadable,
        })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let RawBody(bytes) = RawBody::from_request(request, state).await?;
        parse(&bytes).map(Self)
    }
}

/// Reads a body that has been received.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // Keeping track of the path costs more than reading, and only a misfit has a use for it.
    serde_json::from_slice(bytes).or_else(|_| parse_with_path(bytes))
}

fn parse_with_path<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let shaped = serde_path_to_error::deserialize(&mut json).map_err(|misfit| {
        let (field, error) = (misfit.path().to_string(), misfit.into_inner());
        match error.is_data() {
            true => ApiError::BodyShape { field, reason: without_value(&error.to_string()) },
            false => ApiError::BodySyntax(error),
        }
    })?;
    json.end().map_err(ApiError::BodySyntax)?;
    Ok(shaped)
}

/// A parser's words without the value that they quote, which may be a secret. Names of members stay.
fn without_value(reason: &str) -> String {
    const NAMES: [&str; 3] = ["missing field", "unknown field", "duplicate field"];
    const KINDS: [&str; 2] = ["invalid ", "unknown variant"];
    let begins = |kinds: &[&str]| kinds.iter().any(|kind| reason.starts_with(kind));
    let quote = |letter: char| matches!(letter, '`' | '"' | '\'');
    if begins(&NAMES) {
        return reason.to_owned();
    }
    let expected = reason.rsplit_once(", expected ").filter(|_| begins(&KINDS));
    if let Some((_, expected)) = expected {
        return format!("expected {expected}");
    }
    match (reason.find(quote), reason.rfind(quote)) {
        (Some(first), Some(last)) => {
            format!("{}the value{}", &reason[..first], &reason[last + 1..])
        }
        _ => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use kiket_contract::api::events::NewEvent;
    use kiket_contract::api::installations::NewInstallation;

    use super::*;

    fn refused<T: DeserializeOwned>(body: &str) -> String {
        match parse::<T>(body.as_bytes()) {
            Err(ApiError::BodyShape { field, reason }) if field == "." => reason,
            Err(ApiError::BodyShape { field, reason }) => format!("`{field}`: {reason}"),
            Err(other) => panic!("{body}: {other:?}"),
            Ok(_) => panic!("{body} was taken"),
        }
    }

    #[test]
    fn what_does_not_fit_is_told_by_its_path_and_not_by_its_value() {
        for (member, told) in [
            (r#""project_id": "hush""#, "`project_id`: expected i64 at"),
            (r#""project_id": 70000000000"#, "`project_id`: the value is not a number from 1 to"),
            (
                r#""project_id": 1, "event": "hush, expected hush""#,
                "`event`: the value can not name",
            ),
            (r#""project_id": 1, "event": "x", "payload": "hush""#, "`payload`: expected a map at"),
        ] {
            let reason = refused::<NewEvent>(&format!("{{{member}}}"));
            assert!(reason.starts_with(told), "{reason}");
            assert!(!reason.contains("hush") && !reason.contains("7000"), "{reason}");
        }
    }

    #[test]
    fn no_value_of_an_installation_is_quoted() {
        for members in [
            r#""secrets": "hush""#,
            r#""secrets": {"KEY": ["hush"]}, "delivery_secret": {"a": "hush"}"#,
            r#""delivery_secret": {"hush": 1}"#,
            r#""signing": "hush""#,
            r#""headers": ["hush"]"#,
            r#""callback_url": {"a": "hush"}"#,
        ] {
            let reason = refused::<NewInstallation>(&format!(r#"{{"manifest": "x", {members}}}"#));
            assert!(!reason.contains("hush"), "{reason}");
        }
    }

    #[test]
    fn members_are_named_and_choices_listed() {
        let reason = refused::<NewInstallation>(r#"{"manifest": "x", "signing": "hush"}"#);
        assert!(reason.starts_with("`signing`: expected `timestamped` or `body`"), "{reason}");
        let reason = refused::<NewInstallation>(r#"{"manifest": "x", "colour": 1}"#);
        assert!(reason.contains("unknown field `colour`"), "{reason}");
        let reason = refused::<NewEvent>("{}");
        assert!(reason.starts_with("missing field"), "{reason}");
    }

    #[test]
    fn what_follows_the_body_is_no_json() {
        let after = parse::<NewEvent>(br#"{"event": "x", "project_id": 1} {}"#);
        assert!(matches!(after, Err(ApiError::BodySyntax(_))));
    }
}
