//! Checks a credential.

use std::fmt;

use kiket_contract::api::installations::State;
use kiket_contract::credential::{ADMIN_TOKEN_PREFIX, API_KEY_PREFIX, WORKSPACE_TOKEN_PREFIX};
use kiket_contract::scope;
use kiket_contract::secret::Secret;
use kiket_contract::token::TokenError;

use super::{Caller, Subject, Who};
use crate::core::Core;
use crate::error::Error;
use crate::store::callers::Holder;
use crate::tokens::hash;

/// What a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    RuntimeToken,
    ApiKey,
    WorkspaceToken,
    /// The operator's, which opens nothing here.
    AdminToken,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RuntimeToken => "runtime token",
            Self::ApiKey => "API key",
            Self::WorkspaceToken => "workspace token",
            Self::AdminToken => "admin token",
        })
    }
}

impl Kind {
    /// What a text looks like.
    fn of(text: &str) -> Option<Self> {
        let begins = [
            (API_KEY_PREFIX, Self::ApiKey),
            (WORKSPACE_TOKEN_PREFIX, Self::WorkspaceToken),
            (ADMIN_TOKEN_PREFIX, Self::AdminToken),
        ];
        let found = begins.into_iter().find(|(prefix, _)| text.starts_with(prefix));
        let is_jwt = || text.starts_with("ey") && text.matches('.').count() == 2;
        found.map(|(_, kind)| kind).or_else(|| is_jwt().then_some(Self::RuntimeToken))
    }
}

/// A credential as it came, and what it came as.
#[derive(Debug)]
pub(crate) struct Credential {
    pub(crate) kind: Kind,
    pub(crate) text: Secret,
}

/// Why a credential opens nothing. No text quotes it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unauthorized {
    #[error("there is no credential")]
    Nothing,
    /// It came where another kind belongs.
    #[error("a {sent} was sent where a {wanted} belongs")]
    WrongKind { sent: Kind, wanted: Kind },
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the {0} is not known here: it is misspelt, or was revoked")]
    Unknown(Kind),
    #[error("the {0} has expired")]
    Expired(Kind),
    #[error("the installation that the token was made for is gone or has revoked it")]
    Revoked,
    #[error("the installation is disabled")]
    Disabled,
    #[error(transparent)]
    Failed(#[from] Error),
}

/// Checks a credential against key, clock and store.
pub(crate) async fn authenticate(
    core: &Core,
    credential: Credential,
) -> Result<Caller, Unauthorized> {
    let Credential { kind, text } = credential;
    if let Some(sent) = Kind::of(text.expose()).filter(|sent| *sent != kind) {
        return Err(Unauthorized::WrongKind { sent, wanted: kind });
    }
    match kind {
        Kind::RuntimeToken => by_runtime_token(core, text).await,
        Kind::ApiKey => by_api_key(core, text).await,
        Kind::WorkspaceToken => by_workspace_token(core, text).await,
        Kind::AdminToken => Err(Unauthorized::Unknown(kind)),
    }
}

async fn by_runtime_token(core: &Core, token: Secret) -> Result<Caller, Unauthorized> {
    let claims = core.tokens.verify(&token, core.now())?;
    let delivery = claims.did.ok_or(TokenError::Malformed("it names no delivery"))?;
    let installation = claims.pi_id.ok_or(TokenError::Malformed("it names no installation"))?;
    let holder = core.store.token_holder(installation).await.map_err(Error::from)?;
    let holder = holder.ok_or(Unauthorized::Revoked)?;
    is_switched_on(&holder)?;
    let same = claims.generation == Some(holder.generation)
        && claims.ext_id == Some(holder.extension_number)
        && claims.org_id == Some(holder.organization_id)
        && claims.proj_id == Some(holder.project_id);
    if !same {
        return Err(Unauthorized::Revoked);
    }
    let mut scopes = claims.scopes.clone();
    scopes.retain(|granted| {
        *granted == scope::project(holder.project_id)
            || scope::missing(&holder.scopes, &[granted]).is_empty()
    });
    let rate_limit = holder.rate_limit;
    let own = Subject::new(holder, Some(delivery));
    let organization = own.organization;
    Ok(Caller { who: Who::Installation(own), organization, scopes, credential: token, rate_limit })
}

/// A key grants what the installation's runtime tokens grant.
async fn by_api_key(core: &Core, key: Secret) -> Result<Caller, Unauthorized> {
    let found = core.store.api_key_holder(hash(&key)).await.map_err(Error::from)?;
    let (holder, ends_at) = found.ok_or(Unauthorized::Unknown(Kind::ApiKey))?;
    if ends_at.is_some_and(|end| end <= core.now()) {
        return Err(Unauthorized::Expired(Kind::ApiKey));
    }
    is_switched_on(&holder)?;
    let mut scopes = vec![scope::project(holder.project_id)];
    scopes.extend(holder.scopes.iter().cloned());
    let rate_limit = holder.rate_limit;
    let own = Subject::new(holder, None);
    let organization = own.organization;
    Ok(Caller { who: Who::Installation(own), organization, scopes, credential: key, rate_limit })
}

async fn by_workspace_token(core: &Core, token: Secret) -> Result<Caller, Unauthorized> {
    let found = core.store.workspace_token_holder(hash(&token)).await.map_err(Error::from)?;
    let holder = found.ok_or(Unauthorized::Unknown(Kind::WorkspaceToken))?;
    if holder.expires_at.is_some_and(|end| end <= core.now()) {
        return Err(Unauthorized::Expired(Kind::WorkspaceToken));
    }
    Ok(Caller {
        who: Who::Workspace(holder.token),
        organization: holder.organization_id,
        scopes: holder.scopes,
        credential: token,
        rate_limit: None,
    })
}

fn is_switched_on(holder: &Holder) -> Result<(), Unauthorized> {
    match holder.state {
        State::Active | State::Paused => Ok(()),
        _ => Err(Unauthorized::Disabled),
    }
}
