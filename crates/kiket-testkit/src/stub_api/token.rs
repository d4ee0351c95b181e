//! Who calls: the runtime token of a delivery, or a credential of the extension.

use jiff::Timestamp;
use kiket_contract::header;
use kiket_contract::response::ErrorBody;
use kiket_contract::scope;
use kiket_contract::token::{self, Claims, ISSUER};

use super::Call;
use super::known::{Reply, project_of};
use crate::keys;

/// What the credentials of extensions are worth, as the test says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Standing {
    #[default]
    Good,
    /// Runtime tokens have expired.
    Expired,
    /// Runtime tokens were revoked.
    Revoked,
    /// The installation is disabled.
    Disabled,
}

/// What a credential is sent as.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    RuntimeToken,
    ApiKey,
    WorkspaceToken,
}

/// The credential that counts: the first that is there, also when it is no good.
fn credential(call: &Call) -> Option<(Kind, &str)> {
    let named = [
        (header::RUNTIME_TOKEN, Kind::RuntimeToken),
        (header::RUNTIME_TOKEN_EARLIER, Kind::RuntimeToken),
        (header::API_KEY, Kind::ApiKey),
        (header::AUTHORIZATION, Kind::WorkspaceToken),
    ];
    let (name, kind) = named.into_iter().find(|(name, _)| call.headers.contains_key(*name))?;
    let value = call.header(name).unwrap_or_default().trim();
    if kind != Kind::WorkspaceToken {
        return Some((kind, value));
    }
    let token = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    Some((kind, token.map_or("", |(_, token)| token.trim())))
}

/// What the call's runtime token says, if a delivery of this program made it. Its times are not
/// looked at: a test may have a clock of its own.
pub(super) fn claims(call: &Call) -> Option<Claims> {
    let (_, token) = credential(call).filter(|(kind, _)| *kind == Kind::RuntimeToken)?;
    let made = Timestamp::from_second(token::read_unverified(token)?.iat).ok()?;
    token::verify(token, &[keys::KEY.jwk().clone()], ISSUER, made).ok()
}

/// The answer to a call that may not be made: one without a credential, with one that does not count,
/// with a token that does not grant all of `required`, or about a project out of the token's reach.
pub(super) fn refusal(
    call: &Call,
    required: &'static [&'static str],
    standing: Standing,
) -> Option<Reply> {
    let Some((kind, text)) = credential(call) else {
        let error = ErrorBody::new("no_credential", "there is no credential");
        return Some(Reply::error(401, &error));
    };
    if let Some((code, error)) = fault(kind, text, standing) {
        return Some(Reply::error(401, &ErrorBody::new(code, error)));
    }
    if kind != Kind::RuntimeToken {
        return None;
    }
    let Some(claims) = claims(call) else {
        let error = "no delivery of this test made the token";
        return Some(Reply::error(401, &ErrorBody::new("invalid_credential", error)));
    };
    lacking(&claims, required).or_else(|| out_of_reach(&claims, call))
}

/// What is wrong with a credential, whoever it is of.
fn fault(kind: Kind, text: &str, standing: Standing) -> Option<(&'static str, &'static str)> {
    let is_token = text.starts_with("ey") && text.matches('.').count() == 2;
    match (kind, standing) {
        (Kind::ApiKey | Kind::WorkspaceToken, _) if is_token => Some((
            "wrong_credential",
            "a runtime token was sent where another credential belongs: send it as \
             X-Kiket-Runtime-Token",
        )),
        _ if text.is_empty() => Some(("invalid_credential", "the credential is empty")),
        (Kind::RuntimeToken, Standing::Expired) => {
            Some(("expired_credential", "the token has expired"))
        }
        (Kind::RuntimeToken, Standing::Revoked) => Some((
            "revoked_credential",
            "the installation that the token was made for is gone or has revoked it",
        )),
        (Kind::RuntimeToken | Kind::ApiKey, Standing::Disabled) => {
            Some(("installation_disabled", "the installation is disabled"))
        }
        _ => None,
    }
}

fn lacking(claims: &Claims, required: &'static [&'static str]) -> Option<Reply> {
    let missing = scope::missing(&claims.scopes, required);
    if missing.is_empty() {
        return None;
    }
    let owned = |scopes: &[&str]| Some(scopes.iter().map(|scope| (*scope).to_owned()).collect());
    let (required_scopes, missing_scopes) = (owned(required), owned(&missing));
    let error = format!("missing scopes: {}", missing.join(", "));
    let body = ErrorBody::new("missing_scopes", error);
    Some(Reply::error(403, &ErrorBody { required_scopes, missing_scopes, ..body }))
}

fn out_of_reach(claims: &Claims, call: &Call) -> Option<Reply> {
    let named = project_of(call)?;
    if claims.proj_id.is_none_or(|own| named == own.get()) {
        return None;
    }
    let error = format!("the credential does not reach project {named}");
    Some(Reply::error(403, &ErrorBody::new("other_project", error)))
}
