//! `/api/v1/workspace_api_tokens`: credentials of an organisation, for programs that call the API
//! outside of a delivery.
//!
//! - `POST` with [`CreateWorkspaceToken`]: a new token, shown this once;
//! - `GET` the list, filtered as [`ListWorkspaceTokens`] says, which shows no token;
//! - `DELETE …/{id}`: the token opens nothing from now on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Limit;
use crate::id::{OrganizationId, WorkspaceTokenId};
use crate::secret::Secret;

/// The path of the collection, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/workspace_api_tokens";

/// The most characters of a token's name.
pub const LONGEST_NAME: usize = 100;

/// The most scopes of a token.
pub const MOST_SCOPES: usize = 50;

/// The body of a `POST`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateWorkspaceToken {
    /// What the token is to be.
    pub workspace_api_token: NewWorkspaceToken,
}

/// A token that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewWorkspaceToken {
    /// What it is for, in the operator's words; 1 to [`LONGEST_NAME`] characters.
    pub name: String,
    /// What it grants, up to [`MOST_SCOPES`]; unsaid, what every runtime token grants,
    /// [`crate::scope::BASE`]. Scopes such as `project:27` keep it to these projects; without one
    /// it reaches every project of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// When it ends; unsaid, when it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Whose it is.
    pub organization_id: OrganizationId,
}

/// A workspace token without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkspaceToken {
    /// Its number.
    pub id: WorkspaceTokenId,
    /// What it is for.
    pub name: String,
    /// How it begins, to know it again by.
    pub token_prefix: String,
    /// What it grants.
    pub scopes: Vec<String>,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The answer 201 to a `POST`. The token is shown this once.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreatedWorkspaceToken {
    /// What it is.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub about: WorkspaceToken,
    /// The token, for `Authorization: Bearer`.
    pub token: Secret,
}

/// Showing the token once is this answer's purpose.
impl Serialize for CreatedWorkspaceToken {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            #[serde(flatten)]
            about: &'a WorkspaceToken,
            token: &'a str,
        }
        Shown { about: &self.about, token: self.token.expose() }.serialize(serializer)
    }
}

/// The query of the list. All that is given has to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ListWorkspaceTokens {
    /// Those of one organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// The most entries of the page.
    pub limit: Limit,
    /// Where the last page ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
