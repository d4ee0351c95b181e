//! `/api/v1/installations`: an operator sets extensions up in projects and looks after them.

mod change;
mod keys;

pub use change::{
    InstallationUpdate, NewUpgrade, PermissionChange, Upgrade, UpgradeChanges, VersionChange,
};
pub use keys::{ApiKey, LONGEST_OVERLAP_MINUTES, NewApiKey, NewDeliverySecret, NewRotation};

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Limit;
use crate::id::{InstallationId, OrganizationId, ProjectId};
use crate::secret::{Secret, sent};
use crate::signature::SigningForm;

/// The path of the collection, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/installations";

/// The most schemas of modules that an installation has.
pub const MOST_MODULES: usize = 20;

/// The most bytes of a module's schema.
pub const LARGEST_MODULE: usize = 64 * 1024;

/// What is needed to install an extension. It has no `Debug`: the manifest and the configuration
/// may hold secrets.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Values of the manifest's settings, by key. Those of secret settings are stored as secrets.
    #[serde(default)]
    pub configuration: Map<String, Value>,
    /// Values for the manifest's secrets, by key. They win over `configuration`.
    #[serde(default, serialize_with = "sent::map")]
    pub secrets: BTreeMap<String, Secret>,
    /// Values of the manifest's `callback.headers`, by name; needed for those that are references.
    #[serde(default, serialize_with = "sent::map")]
    pub headers: BTreeMap<String, Secret>,
    /// The key of the deliveries' signatures; else the manifest's, else a new one.
    #[serde(default, serialize_with = "sent::option")]
    pub delivery_secret: Option<Secret>,
    /// Which bytes are signed; else what the manifest's `sdk` can verify.
    #[serde(default)]
    pub signing: Option<SigningForm>,
    /// How long runtime tokens live, in minutes, 1 to 60, where the manifest's hook says nothing;
    /// else 15.
    #[serde(default)]
    pub token_minutes: Option<i64>,
    /// The schemas of the extension's modules of custom data, YAML or JSON, by the module's id: up
    /// to [`MOST_MODULES`] of up to [`LARGEST_MODULE`] bytes.
    #[serde(default)]
    pub modules: BTreeMap<String, String>,
    /// The seeds of these modules, by the module's id: texts of YAML or JSON, each `{table, records}`.
    /// Their records are written once, when their table is made.
    #[serde(default)]
    pub seeds: BTreeMap<String, Vec<String>>,
    /// Consents to the loss of records that the modules have no place for any more, where this takes
    /// the place of an installation.
    #[serde(default)]
    pub accept_data_loss: bool,
    /// Takes the place of an installation of the same extension in the same project: manifest and
    /// settings, delivery secret, API key, and permissions without a question. Its stored secrets
    /// stay. Without it, such an installation is left as it is and the answer is 409; a new version
    /// of the manifest goes to its `upgrade`.
    #[serde(default)]
    pub replace: bool,
}

/// An extension set up in a project. It shows no secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Whether it gets events.
    pub state: State,
    /// Where deliveries go.
    pub callback_url: String,
    /// Which bytes are signed.
    pub signing: SigningForm,
    /// How long runtime tokens live, in minutes, where the hook says nothing; 15 without it.
    #[serde(default)]
    pub token_minutes: Option<i64>,
    /// The values of settings that an operator gave; secret ones are under `secrets`.
    pub configuration: Map<String, Value>,
    /// What its runtime tokens grant beside the project.
    pub scopes: Vec<String>,
    /// What it hears.
    pub hooks: Vec<Hook>,
    /// The modules of custom data whose schemas came with it, by their ids.
    #[serde(default)]
    pub modules: Vec<String>,
    /// The secrets that its deliveries carry, and others that are stored for it.
    pub secrets: Vec<StoredSecret>,
    /// The delivery secret that waits for its turn to sign.
    pub delivery_secret_rotation: Option<Rotation>,
    /// The number of the manifest that it has now, from 1.
    pub revision: i64,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Whether an installation gets events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum State {
    /// It gets what it hears.
    Active,
    /// Its deliveries wait, and its guards deny.
    Paused,
    /// It gets no new deliveries, those planned before wait, and its tokens open nothing.
    Disabled,
    /// It is gone; the row stays for the deliveries that name it.
    Removed,
}

impl State {
    /// The state as it stands on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
            Self::Removed => "removed",
        }
    }

    /// Reads [`State::as_str`] back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let states = [Self::Active, Self::Paused, Self::Disabled, Self::Removed];
        states.into_iter().find(|state| state.as_str() == text)
    }
}

/// What an installation hears, and how it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hook {
    /// The event.
    pub event: String,
    /// The event's version; without one, the version that an event names.
    pub version: Option<String>,
    /// The path below the callback URL, in place of the usual one.
    pub endpoint: Option<String>,
    /// How long an answer may take, in milliseconds.
    pub timeout_ms: i64,
    /// How many retries follow a failed delivery.
    pub retries: i64,
    /// Whether what happens waits for it.
    pub required: bool,
    /// How long the runtime token of a delivery lives, in minutes, when the hook says so.
    pub token_minutes: Option<i64>,
    /// Why the platform calls it no more.
    pub disabled_reason: Option<String>,
}

/// A secret of an installation, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoredSecret {
    /// Its key.
    pub key: String,
    /// Whether the manifest asks for it, so that deliveries carry it.
    pub requested: bool,
    /// Whether a value is stored.
    pub is_set: bool,
}

/// A delivery secret that waits for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rotation {
    /// When it begins to sign, unless it is committed before.
    pub signs_at: Timestamp,
}

/// Something that the linter has against a manifest. No text shows a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ManifestFinding {
    /// The rule.
    pub id: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The member's path, empty for the whole manifest.
    pub path: String,
    /// The line in the manifest's text, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// The answer 201 to an installation. Delivery secret and API key are shown this once.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Installed {
    /// The installation.
    #[serde(flatten)]
    pub installation: Installation,
    /// The key of the deliveries' signatures, for the extension's `KIKET_WEBHOOK_SECRET`.
    pub delivery_secret: Secret,
    /// The installation's own credential.
    pub api_key: Secret,
    /// The linter's errors that do not keep deliveries from their way.
    pub findings: Vec<ManifestFinding>,
}

/// Showing both secrets once is this answer's purpose.
impl Serialize for Installed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            #[serde(flatten)]
            installation: &'a Installation,
            delivery_secret: &'a str,
            api_key: &'a str,
            findings: &'a [ManifestFinding],
        }
        let Self { installation, delivery_secret, api_key, findings } = self;
        let (delivery_secret, api_key) = (delivery_secret.expose(), api_key.expose());
        Shown { installation, delivery_secret, api_key, findings }.serialize(serializer)
    }
}

/// Which installations to list, and which page of the list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ListInstallations {
    /// Those of one organisation.
    pub organization_id: Option<OrganizationId>,
    /// Those of one project.
    pub project_id: Option<ProjectId>,
    /// Those of one extension.
    pub extension_id: Option<String>,
    /// Those in one state; without one, all but the removed.
    pub state: Option<State>,
    /// The most entries of the page.
    pub limit: Limit,
    /// Where the last page ended.
    pub cursor: Option<String>,
}
