//! `GET /api/v1/extensions/{extension_id}`: what Kiket knows about an extension.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::installations::State;
use crate::id::{InstallationId, OrganizationId, ProjectId};
use crate::route::{InvalidSegment, api};

/// What Kiket knows about an extension. The documents name no members.
pub type Metadata = Map<String, Value>;

/// The path, with its variable segment; [`path`] fills it in.
pub const PATH: &str = "/api/v1/extensions/{extension_id}";

/// What this platform says of an extension where it is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExtensionMetadata {
    /// The manifest's id.
    pub id: String,
    /// Its name for people; its id where it has none.
    pub name: String,
    /// The manifest's version.
    pub version: Option<String>,
    /// What it does, in words.
    pub description: Option<String>,
    /// How its installation stands.
    pub status: State,
    /// The installation.
    pub installation_id: InstallationId,
    /// Where it is installed.
    pub project_id: ProjectId,
    /// Whose project that is.
    pub organization_id: OrganizationId,
    /// What its credentials grant.
    pub scopes: Vec<String>,
}

/// The path of an extension.
///
/// # Errors
/// When the id can not stand in a path.
pub fn path(extension_id: &str) -> Result<String, InvalidSegment> {
    api(&["extensions", extension_id])
}
