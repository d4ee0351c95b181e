//! The records themselves, newest first, each beside the attempt that the platform measured.

use kiket_contract::api::telemetry::TelemetryStatus;
use kiket_contract::api::telemetry::report::{KeptRecord, ListRecords, MeasuredAttempt};
use kiket_contract::id::{DeliveryId, InstallationId, ProjectId};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::store::arguments::Arguments;
use crate::store::view::status_code;
use crate::store::{Store, StoreError, json, read, time, time_or_none};

impl Store {
    /// The newest records before a number, one more than the page may have.
    pub(crate) async fn records(
        &self,
        wanted: &ListRecords,
        before: Option<i64>,
    ) -> Result<Vec<KeptRecord>, StoreError> {
        let (text, arguments) = statement(wanted, before)?;
        let rows = arguments.statement(text).fetch_all(&self.reader).await?;
        rows.iter().map(record).collect()
    }
}

fn statement(wanted: &ListRecords, before: Option<i64>) -> Result<(String, Arguments), StoreError> {
    let mut arguments = Arguments::default();
    let mut scope = format!("t.id < {}", arguments.add(before.unwrap_or(i64::MAX))?);
    if !wanted.include_unauthenticated {
        scope += " AND t.installation_id IS NOT NULL";
    }
    if let Some(project) = wanted.project_id {
        scope += &format!(" AND i.project_id = {}", arguments.add(i64::from(project))?);
    }
    if let Some(extension) = &wanted.extension_id {
        let extension = arguments.add(extension.clone())?;
        scope += &format!(" AND COALESCE(e.extension_id, t.extension_id) = {extension}");
    }
    if let Some(delivery) = wanted.delivery_id {
        scope += &format!(" AND t.delivery_id = {}", arguments.add(delivery.as_bytes().to_vec())?);
    }
    if let Some(status) = wanted.status {
        let failed = arguments.add(i64::from(status == TelemetryStatus::Error))?;
        scope += &format!(" AND t.failed = {failed}");
    }
    let most = arguments.add(i64::try_from(wanted.limit.get() + 1).unwrap_or(i64::MAX))?;
    let text = format!(
        "SELECT t.id, t.created_at, t.installation_id, i.project_id, \
         COALESCE(e.extension_id, t.extension_id) AS extension_id, t.extension_version, t.event, \
         t.version, t.failed, t.duration_ms, t.happened_at, t.error_message, t.error_class, \
         t.delivery_id, t.metadata, a.number AS attempt, a.duration_ms AS attempt_ms, \
         a.status_code, a.error FROM telemetry t \
         LEFT JOIN installations i ON i.id = t.installation_id \
         LEFT JOIN extensions e ON e.number = i.extension_number \
         LEFT JOIN attempts a ON a.delivery_id = t.delivery_id \
         AND a.installation_id = t.installation_id AND a.number = (SELECT MAX(x.number) \
         FROM attempts x WHERE x.delivery_id = t.delivery_id AND x.started_at <= t.created_at) \
         WHERE {scope} ORDER BY t.id DESC LIMIT {most}"
    );
    Ok((text, arguments))
}

fn record(row: &AnyRow) -> Result<KeptRecord, StoreError> {
    let installation: Option<i64> = row.try_get("installation_id")?;
    let installation_id = installation.map(InstallationId::try_from).transpose();
    let failed = row.try_get::<i64, _>("failed")? == 1;
    Ok(KeptRecord {
        id: row.try_get("id")?,
        received_at: time(row, "created_at")?,
        authenticated: installation.is_some(),
        installation_id: installation_id.map_err(|_| StoreError::Damaged("installation_id"))?,
        project_id: read(row, "project_id", |id: Option<i64>| {
            id.map(ProjectId::try_from).transpose()
        })?,
        extension_id: row.try_get("extension_id")?,
        extension_version: row.try_get("extension_version")?,
        event: row.try_get("event")?,
        version: row.try_get("version")?,
        status: if failed { TelemetryStatus::Error } else { TelemetryStatus::Ok },
        duration_ms: row.try_get("duration_ms")?,
        timestamp: time_or_none(row, "happened_at")?,
        error_message: row.try_get("error_message")?,
        error_class: row.try_get("error_class")?,
        delivery_id: read(row, "delivery_id", |id: Option<Vec<u8>>| {
            id.map(|id| DeliveryId::from_slice(&id)).transpose()
        })?,
        metadata: json(row, "metadata")?,
        measured: measured(row)?,
    })
}

fn measured(row: &AnyRow) -> Result<Option<MeasuredAttempt>, StoreError> {
    let Some(number) = row.try_get("attempt")? else { return Ok(None) };
    Ok(Some(MeasuredAttempt {
        number,
        duration_ms: row.try_get("attempt_ms")?,
        status_code: status_code(row)?,
        error: row.try_get("error")?,
    }))
}
