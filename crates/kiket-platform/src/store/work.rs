//! Everything that an attempt needs, read at the moment of the attempt.

use jiff::Timestamp;
use kiket_contract::id::{DeliveryId, EventId, InstallationId, OrganizationId, ProjectId};
use kiket_contract::payload::Members;
use kiket_contract::signature::SigningForm;
use sqlx::Row;

use super::{Store, StoreError, json, read, time_or_none};

/// Everything that an attempt needs.
pub(crate) struct Work {
    pub(crate) event_id: EventId,
    pub(crate) event: String,
    pub(crate) event_version: String,
    pub(crate) payload: Members,
    pub(crate) context: Option<Members>,
    pub(crate) timeout_ms: u64,
    pub(crate) retries: u32,
    pub(crate) required: bool,
    pub(crate) token_minutes: Option<i64>,
    pub(crate) hook_id: Option<i64>,
    /// The path below the callback URL, in place of the usual one.
    pub(crate) endpoint: Option<String>,
    pub(crate) installation: InstallationId,
    pub(crate) extension_number: i64,
    pub(crate) extension_id: String,
    pub(crate) organization_id: OrganizationId,
    pub(crate) project_id: ProjectId,
    pub(crate) callback_url: String,
    pub(crate) signing: SigningForm,
    /// The headers of the manifest's callback, unless it has none.
    pub(crate) sealed_headers: Option<Vec<u8>>,
    pub(crate) delivery_secret: SealedDeliverySecret,
    pub(crate) requested_secrets: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) generation: i64,
    /// Whether the installation has been removed, and hears of it.
    pub(crate) removed: bool,
    /// Whether a hook hears that the delivery is on its way.
    pub(crate) start_is_heard: bool,
}

/// The key of the signatures, and the one that follows it.
#[derive(Debug, Clone)]
pub(crate) struct SealedDeliverySecret {
    /// None once the installation has been removed.
    pub(crate) current: Option<Vec<u8>>,
    /// The next one and when it begins to sign.
    pub(crate) next: Option<(Vec<u8>, Timestamp)>,
}

impl Store {
    /// Everything that an attempt of this delivery needs. `start_event` is the event that tells of
    /// a delivery on its way.
    pub(crate) async fn work(&self, id: DeliveryId, start_event: &str) -> Result<Work, StoreError> {
        let row = sqlx::query(
            "SELECT d.event_id, v.name, d.event_version, v.payload, v.context, d.timeout_ms, \
             d.retries, d.required, COALESCE(d.token_minutes, i.token_minutes) AS token_minutes, d.hook_id, d.endpoint, \
             i.id AS installation_id, i.extension_number, e.extension_id, p.organization_id, \
             i.project_id, i.callback_url, i.signing, i.sealed_headers, i.sealed_delivery_secret, \
             i.sealed_next_delivery_secret, i.next_secret_at, i.requested_secrets, i.scopes, \
             i.generation, i.state, (SELECT COUNT(*) FROM hooks h JOIN installations l \
             ON l.id = h.installation_id WHERE h.event = $2 AND l.project_id = i.project_id \
             AND h.disabled_reason IS NULL AND l.state IN ('active', 'paused')) \
             AS start_hooks FROM deliveries d JOIN events v ON v.id = d.event_id \
             JOIN installations i ON i.id = d.installation_id \
             JOIN extensions e ON e.number = i.extension_number \
             JOIN projects p ON p.id = i.project_id WHERE d.id = $1",
        )
        .bind(id.as_bytes())
        .bind(start_event)
        .fetch_one(&self.worker)
        .await?;
        let context: Option<String> = row.try_get("context")?;
        let next: Option<Vec<u8>> = row.try_get("sealed_next_delivery_secret")?;
        Ok(Work {
            event_id: read(&row, "event_id", |id: Vec<u8>| EventId::from_slice(&id))?,
            event: row.try_get("name")?,
            event_version: row.try_get("event_version")?,
            payload: json(&row, "payload")?,
            context: context
                .map(|text| serde_json::from_str(&text))
                .transpose()
                .map_err(|_| StoreError::Damaged("context"))?,
            timeout_ms: read(&row, "timeout_ms", |ms: i64| u64::try_from(ms))?,
            retries: read(&row, "retries", |retries: i64| u32::try_from(retries))?,
            required: row.try_get::<i64, _>("required")? != 0,
            token_minutes: row.try_get("token_minutes")?,
            hook_id: row.try_get("hook_id")?,
            endpoint: row.try_get("endpoint")?,
            installation: read(&row, "installation_id", |id: i64| id.try_into())?,
            extension_number: row.try_get("extension_number")?,
            extension_id: row.try_get("extension_id")?,
            organization_id: read(&row, "organization_id", |id: i64| id.try_into())?,
            project_id: read(&row, "project_id", |id: i64| id.try_into())?,
            callback_url: row.try_get("callback_url")?,
            signing: read(&row, "signing", |text: String| SigningForm::parse(&text).ok_or(()))?,
            sealed_headers: row.try_get("sealed_headers")?,
            delivery_secret: SealedDeliverySecret {
                current: row.try_get("sealed_delivery_secret")?,
                next: next.zip(time_or_none(&row, "next_secret_at")?),
            },
            requested_secrets: json(&row, "requested_secrets")?,
            scopes: json(&row, "scopes")?,
            generation: row.try_get("generation")?,
            removed: row.try_get::<String, _>("state")? == "removed",
            start_is_heard: row.try_get::<i64, _>("start_hooks")? > 0,
        })
    }
}
