//! `POST /api/v1/installations`: an operator sets an extension up in a project.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{InstallationId, OrganizationId, ProjectId};
use crate::secret::Secret;
use crate::signature::SigningForm;

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/installations";

/// What is needed to install an extension.
#[derive(Debug, Clone, Deserialize)]
pub struct NewInstallation {
    /// The manifest's text, YAML or JSON.
    pub manifest: String,
    /// Where deliveries go; overrides the manifest's `callback.url`.
    #[serde(default)]
    pub callback_url: Option<String>,
    /// The organisation, made known by this when it is new.
    pub organization_id: OrganizationId,
    /// The project, made known by this when it is new.
    pub project_id: ProjectId,
    /// Values for the manifest's secrets, by key.
    #[serde(default)]
    pub secrets: BTreeMap<String, Secret>,
    /// The key of the deliveries' signatures; else the manifest's, else a new one.
    #[serde(default)]
    pub delivery_secret: Option<Secret>,
    /// Which bytes are signed; else what the manifest's `sdk` can verify.
    #[serde(default)]
    pub signing: Option<SigningForm>,
}

/// An extension set up in a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Its number.
    pub id: InstallationId,
    /// The manifest's id.
    pub extension_id: String,
    /// The manifest's version.
    #[serde(default)]
    pub extension_version: Option<String>,
    /// Where it is set up.
    pub organization_id: OrganizationId,
    /// Where it is set up.
    pub project_id: ProjectId,
    /// Where deliveries go.
    pub callback_url: String,
    /// Which bytes are signed.
    pub signing: SigningForm,
    /// When it was set up.
    pub created_at: Timestamp,
}

/// The answer 201 to an installation. The delivery secret is shown this once.
#[derive(Debug, Clone)]
pub struct Installed {
    /// The installation.
    pub installation: Installation,
    /// The key of the deliveries' signatures, for the extension's `KIKET_WEBHOOK_SECRET`.
    pub delivery_secret: Secret,
}

/// Showing the delivery secret once is this answer's purpose.
impl Serialize for Installed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            #[serde(flatten)]
            installation: &'a Installation,
            delivery_secret: &'a str,
        }
        let delivery_secret = self.delivery_secret.expose();
        Shown { installation: &self.installation, delivery_secret }.serialize(serializer)
    }
}
