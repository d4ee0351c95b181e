//! `campaign.*`: campaigns of a project.

use serde::{Deserialize, Serialize};

use super::Entry;
use super::entry::Payload;

/// The family's catalogue entries.
pub(super) const EVENTS: &[Entry] = &[Entry {
    event: "campaign.created",
    version: "v1",
    summary: "somebody created a campaign",
    payload: Payload::of::<CampaignCreated>(),
    sample: r#"{"project_id": 27, "campaign": {"id": 55, "name": "Autumn sale"}}"#,
}];

/// Payload of `campaign.created`: the Python SDK's tests show a campaign with its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CampaignCreated {
    /// The campaign.
    pub campaign: Campaign,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// A campaign, as events mention it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Campaign {
    /// Its number.
    pub id: i64,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
