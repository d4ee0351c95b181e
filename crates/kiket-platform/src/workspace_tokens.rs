//! Workspace tokens: an organisation's credentials for calls outside of a delivery.
//!
//! A token is shown once and kept as a hash. It is deleted to revoke it; nothing remembers it then.

use jiff::Unit;
use kiket_contract::api::workspace_tokens::{
    CreatedWorkspaceToken, LONGEST_NAME, MOST_SCOPES, NewWorkspaceToken, WorkspaceToken,
};
use kiket_contract::credential::WORKSPACE_TOKEN_PREFIX;
use kiket_contract::id::WorkspaceTokenId;
use kiket_contract::scope;

use crate::core::Core;
use crate::error::Error;
use crate::store::workspace_tokens::NewToken;
use crate::tokens::{hash, random_secret};

/// How many letters of a token are kept to know it again by: too few to guess the rest from.
const SHOWN: usize = WORKSPACE_TOKEN_PREFIX.len() + 8;

/// Why a workspace token can not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkspaceTokenError {
    /// It has no name, or one that is too long.
    #[error("a workspace token's name has 1 to {LONGEST_NAME} characters")]
    Name,
    /// It would be over already.
    #[error("`expires_at` has passed: give a later time, or leave it out")]
    End,
    /// It has too many scopes.
    #[error("{given} scopes were given, a workspace token has at most {MOST_SCOPES}")]
    Scopes {
        /// How many.
        given: usize,
    },
    /// A text is no scope.
    #[error("`{scope}` is no scope: write one such as `issues.read`, `project:27` or `*`")]
    Scope {
        /// The text, cut off at 128 characters.
        scope: String,
    },
}

/// Makes a token, shown this once.
pub(crate) async fn create(
    core: &Core,
    new: NewWorkspaceToken,
) -> Result<CreatedWorkspaceToken, Error> {
    let now = core.now().round(Unit::Millisecond).unwrap_or(core.now());
    if !(1..=LONGEST_NAME).contains(&new.name.trim().chars().count()) {
        return Err(WorkspaceTokenError::Name.into());
    }
    if new.expires_at.is_some_and(|end| end <= now) {
        return Err(WorkspaceTokenError::End.into());
    }
    let scopes = new.scopes.unwrap_or_else(|| scope::BASE.map(str::to_owned).to_vec());
    if scopes.len() > MOST_SCOPES {
        return Err(WorkspaceTokenError::Scopes { given: scopes.len() }.into());
    }
    if let Some(odd) = scopes.iter().find(|scope| !scope::is_valid(scope)) {
        let scope = odd.chars().take(scope::LONGEST).collect();
        return Err(WorkspaceTokenError::Scope { scope }.into());
    }
    let token = random_secret(WORKSPACE_TOKEN_PREFIX)?;
    let prefix: String = token.expose().chars().take(SHOWN).collect();
    let row = NewToken {
        organization_id: new.organization_id,
        name: new.name.trim().to_owned(),
        prefix,
        hash: hash(&token),
        scopes,
        // As exactly as it is stored.
        expires_at: new.expires_at.map(|end| end.round(Unit::Millisecond).unwrap_or(end)),
        created_at: now,
    };
    let id = core.store.add_workspace_token(&row).await?;
    let NewToken { organization_id, name, prefix, scopes, expires_at, created_at, .. } = row;
    let about = WorkspaceToken {
        id,
        name,
        token_prefix: prefix,
        scopes,
        organization_id,
        expires_at,
        created_at,
    };
    Ok(CreatedWorkspaceToken { about, token })
}

/// Ends a token at once.
pub(crate) async fn remove(core: &Core, id: WorkspaceTokenId) -> Result<(), Error> {
    if core.store.remove_workspace_token(id).await? {
        Ok(())
    } else {
        Err(Error::NoWorkspaceToken { token: id.to_string() })
    }
}
