//! Who calls: the runtime token of a delivery, or a credential of the extension.

use http::header::AUTHORIZATION;
use jiff::Timestamp;
use kiket_contract::response::ErrorBody;
use kiket_contract::token::{self, Claims, ISSUER};
use kiket_contract::{header, scope};
use serde_json::json;

use super::Call;
use super::known::Reply;
use crate::keys;

/// What the call's runtime token says, if a delivery of this program made it. Its times are not
/// looked at: a test may have a clock of its own.
pub(super) fn claims(call: &Call) -> Option<Claims> {
    let token = call.header(header::RUNTIME_TOKEN)?;
    let made = Timestamp::from_second(token::read_unverified(token)?.iat).ok()?;
    token::verify(token, &[keys::KEY.jwk().clone()], ISSUER, made).ok()
}

/// The answer to a call that may not be made: one without a credential, with a token that does not
/// count, or with one that does not grant `required`.
pub(super) fn refusal(call: &Call, required: &str, expired: bool) -> Option<Reply> {
    let unauthorized =
        |code: &str, error: &str| Some(Reply::error(401, &ErrorBody::new(code, error)));
    if !call.headers.contains_key(header::RUNTIME_TOKEN) {
        let credential = [AUTHORIZATION.as_str(), header::API_KEY]
            .into_iter()
            .any(|name| call.header(name).is_some_and(|value| !value.is_empty()));
        return if credential {
            None
        } else {
            unauthorized("no_runtime_token", "the runtime token is missing")
        };
    }
    match claims(call) {
        _ if expired => unauthorized("invalid_runtime_token", "the token has expired"),
        None => unauthorized("invalid_runtime_token", "no delivery of this test made the token"),
        Some(claims) => {
            let missing = scope::missing(&claims.scopes, &[required]);
            if missing.is_empty() {
                return None;
            }
            let body = ErrorBody::new("missing_scopes", format!("missing scopes: {required}"));
            let details = json!({ "required_scopes": [required], "missing_scopes": missing });
            Some(Reply::error(403, &body.with_details(details)))
        }
    }
}
