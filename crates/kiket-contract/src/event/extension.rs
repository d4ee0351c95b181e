//! `extension.*` and `marketplace.*`: the life of an installation.
//!
//! What happens to single deliveries is in [`extension_delivery`](super::extension_delivery).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Entry;
use super::entry::Payload;
use super::part::{Project, User};
use crate::id::{InstallationId, OrganizationId, ProjectId};

/// The family's catalogue entries.
pub(super) const EVENTS: &[Entry] = &[
    Entry {
        event: "extension.installed",
        version: "v1",
        summary: "an extension was installed in a project",
        payload: Payload::of::<InstallationChanged>(),
        sample: INSTALLED,
    },
    Entry {
        event: "extension.upgraded",
        version: "v1",
        summary: "an installation got another version of its extension",
        payload: Payload::of::<InstallationChanged>(),
        sample: r#"{
            "installation_id": 12, "extension_id": "com.example.change-board",
            "extension_version": "1.5.0", "previous_version": "1.4.0",
            "organization_id": 3, "project_id": 27,
            "actor": {"id": 91, "email": "ada@example.com"}
        }"#,
    },
    Entry {
        event: "extension.disabled",
        version: "v1",
        summary: "an installation was switched off and gets no more events",
        payload: Payload::of::<InstallationChanged>(),
        sample: r#"{
            "installation_id": 12, "extension_id": "com.example.change-board",
            "extension_version": "1.4.0", "organization_id": 3, "project_id": 27,
            "reason": "the extension answered 410 Gone"
        }"#,
    },
    Entry {
        event: "extension.uninstalled",
        version: "v1",
        summary: "an extension was removed from a project",
        payload: Payload::of::<InstallationChanged>(),
        sample: INSTALLED,
    },
    Entry {
        event: "extension.installation",
        version: "v1",
        summary: "an extension was installed; the older webhooks' name of `extension.installed`",
        payload: Payload::of::<InstallationChanged>(),
        sample: INSTALLED,
    },
    Entry {
        event: "marketplace.installation.created",
        version: "v1",
        summary: "an extension was installed from the marketplace",
        payload: Payload::of::<InstallationChanged>(),
        sample: INSTALLED,
    },
    Entry {
        event: "extension.testConnection",
        version: "v1",
        summary: "somebody pressed the set-up's button that tries the connection",
        payload: Payload::of::<TestConnection>(),
        sample: r#"{
            "action": "testConnection",
            "received_at": "2025-11-08T11:16:42Z",
            "organization": {"subdomain": "acme"},
            "project": {"key": "SHOP"}
        }"#,
    },
];

const INSTALLED: &str = r#"{
    "installation_id": 12, "extension_id": "com.example.change-board",
    "extension_version": "1.4.0", "organization_id": 3, "project_id": 27,
    "actor": {"id": 91, "email": "ada@example.com"}
}"#;

/// Payload of every event on an installation. The documents give some of the names and no members:
/// the members are this catalogue's choice, named as in the installations API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct InstallationChanged {
    /// The installation.
    pub installation_id: i64,
    /// The extension, by its manifest's id.
    pub extension_id: String,
    /// The version that is installed now, or was last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_version: Option<String>,
    /// The version before an upgrade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_version: Option<String>,
    /// The organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<i64>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
    /// Who did it; absent when the platform did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<User>,
    /// Why the platform did it, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl InstallationChanged {
    /// The event after an extension has been installed.
    pub const INSTALLED: &'static str = "extension.installed";
    /// The event after an installation has got another version.
    pub const UPGRADED: &'static str = "extension.upgraded";
    /// The event after an installation has been switched off.
    pub const DISABLED: &'static str = "extension.disabled";
    /// The event after an installation has been removed.
    pub const UNINSTALLED: &'static str = "extension.uninstalled";

    /// What to tell of an installation.
    #[must_use]
    pub fn new(
        installation: InstallationId,
        extension_id: &str,
        organization: OrganizationId,
        project: ProjectId,
    ) -> Self {
        Self {
            installation_id: i64::from(installation),
            extension_id: extension_id.to_owned(),
            extension_version: None,
            previous_version: None,
            organization_id: Some(i64::from(organization)),
            project_id: Some(i64::from(project)),
            actor: None,
            reason: None,
        }
    }

    /// The same with the version that is installed now, or was last.
    #[must_use]
    pub fn with_version(self, version: Option<&str>) -> Self {
        Self { extension_version: version.map(str::to_owned), ..self }
    }

    /// The same with the version before an upgrade.
    #[must_use]
    pub fn with_previous(self, version: Option<&str>) -> Self {
        Self { previous_version: version.map(str::to_owned), ..self }
    }
}

/// Payload of `extension.testConnection`. The Ruby guide gives the name; the members are those of
/// set-up calls to published extensions. The settings to try come as the delivery's `secrets`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TestConnection {
    /// The name of the button's action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// When it was pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// The organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<Organization>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Project>,
}

/// An organisation, as set-up calls name it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Organization {
    /// Its name in addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subdomain: Option<String>,
}
