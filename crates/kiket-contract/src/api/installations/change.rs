//! Changes of an installation: its settings, and another version of its manifest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Installation, ManifestFinding};
use crate::api::custom_data::SchemaChange;
use crate::secret::{Secret, sent};
use crate::signature::SigningForm;

/// `PATCH /api/v1/installations/{id}`: what is absent stays as it is. It has no `Debug`: the
/// configuration may hold secrets.
#[derive(Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct InstallationUpdate {
    /// Where deliveries go.
    pub callback_url: Option<String>,
    /// Which bytes are signed.
    pub signing: Option<SigningForm>,
    /// Values of settings by key; `null` takes one away.
    pub configuration: Map<String, Value>,
    /// Values of secrets by key; `null` takes one away.
    pub secrets: BTreeMap<String, Option<Secret>>,
}

/// `POST /api/v1/installations/{id}/upgrade`: another version of the manifest. It has no `Debug`:
/// the manifest may hold secrets.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewUpgrade {
    /// The manifest's text, YAML or JSON.
    pub manifest: String,
    /// Only shows what would change.
    #[serde(default)]
    pub preview: bool,
    /// Consents to the permissions that the manifest newly asks for.
    #[serde(default)]
    pub accept_permissions: bool,
    /// Where deliveries go from now on. Without it, the manifest's own address where that was in
    /// use, else the one that is in use.
    #[serde(default)]
    pub callback_url: Option<String>,
    /// Values of settings by key; `null` takes one away.
    #[serde(default)]
    pub configuration: Map<String, Value>,
    /// Values of secrets by key.
    #[serde(default, serialize_with = "sent::map")]
    pub secrets: BTreeMap<String, Secret>,
    /// Values of the manifest's `callback.headers`, by name; references keep the value they had.
    #[serde(default, serialize_with = "sent::map")]
    pub headers: BTreeMap<String, Secret>,
    /// The schemas of all its modules of custom data from now on, by the module's id; without it they
    /// stay as they are. A rollback leaves them, and the records, as they are then.
    #[serde(default)]
    pub modules: Option<BTreeMap<String, String>>,
    /// Seeds, for the tables that are new; see [`super::NewInstallation::seeds`].
    #[serde(default)]
    pub seeds: BTreeMap<String, Vec<String>>,
    /// Consents to the loss of what the schemas have no place for any more.
    #[serde(default)]
    pub accept_data_loss: bool,
}

/// The answer to an upgrade, its preview, or a rollback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Upgrade {
    /// Whether it was done; `false` for a preview.
    pub applied: bool,
    /// What changes.
    pub changes: UpgradeChanges,
    /// The linter's errors that do not keep deliveries from their way.
    pub findings: Vec<ManifestFinding>,
    /// The installation as it is now.
    pub installation: Installation,
}

/// What another manifest changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UpgradeChanges {
    /// The extension's version.
    pub version: VersionChange,
    /// Events that it hears newly, with their version if the hook names one: `issue.created@v2`.
    pub hooks_added: Vec<String>,
    /// Events that it hears no more.
    pub hooks_removed: Vec<String>,
    /// Permissions.
    pub permissions: PermissionChange,
    /// Secrets that it asks for newly and that have no value yet.
    pub secrets_required: Vec<String>,
    /// What changes in the tables of custom data, and what is lost with it.
    #[serde(default)]
    pub custom_data: Vec<SchemaChange>,
}

/// The version before and after.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VersionChange {
    /// The version now.
    pub from: Option<String>,
    /// The version afterwards.
    pub to: Option<String>,
}

/// The permissions that come and go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PermissionChange {
    /// Those that need consent.
    pub added: Vec<String>,
    /// Those that end.
    pub removed: Vec<String>,
}
