//! What the report is made of, read row by row so that no window is held in memory.

use futures_util::TryStreamExt;
use kiket_contract::api::telemetry::report::{MOST_ERRORS, RecentError};
use kiket_contract::id::{DeliveryId, ProjectId};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::HOUR;
use crate::store::arguments::Arguments;
use crate::store::{Store, StoreError, read, time};

/// What a report is about.
pub(crate) struct Scope<'a> {
    /// In milliseconds, at a full hour.
    pub(crate) since: i64,
    pub(crate) project: Option<ProjectId>,
    pub(crate) extension_id: Option<&'a str>,
}

/// Calls of handlers that are alike.
pub(crate) struct Counted {
    pub(crate) extension_id: String,
    pub(crate) event: String,
    pub(crate) version: String,
    /// In milliseconds.
    pub(crate) hour: i64,
    pub(crate) how: How,
    pub(crate) total: u64,
    pub(crate) errors: u64,
}

/// How long they took.
pub(crate) enum How {
    /// All in one bucket, and together so many milliseconds.
    In { bucket: i64, together_ms: f64 },
    /// Each so many milliseconds.
    Each(f64),
}

impl Scope<'_> {
    /// The installations that are meant.
    fn installations(&self, arguments: &mut Arguments) -> Result<String, StoreError> {
        let mut scope = "1 = 1".to_owned();
        if let Some(project) = self.project {
            scope += &format!(" AND i.project_id = {}", arguments.add(i64::from(project))?);
        }
        if let Some(extension) = self.extension_id {
            scope += &format!(" AND e.extension_id = {}", arguments.add(extension.to_owned())?);
        }
        Ok(scope)
    }

    /// The records without a credential that are meant: they have no project.
    fn unauthenticated(&self, arguments: &mut Arguments) -> Result<String, StoreError> {
        let since = arguments.add(self.since)?;
        let mut scope = format!("t.installation_id IS NULL AND t.created_at >= {since}");
        if self.project.is_some() {
            scope += " AND 1 = 0";
        }
        if let Some(extension) = self.extension_id {
            scope += &format!(" AND t.extension_id = {}", arguments.add(extension.to_owned())?);
        }
        Ok(scope)
    }
}

impl Store {
    /// What SDKs reported with a credential.
    pub(crate) async fn reported(
        &self,
        scope: &Scope<'_>,
        each: impl FnMut(Counted),
    ) -> Result<(), StoreError> {
        let mut arguments = Arguments::default();
        let since = arguments.add(scope.since)?;
        let installations = scope.installations(&mut arguments)?;
        let text = format!(
            "SELECT e.extension_id, t.event, t.version, t.hour, t.bucket, t.total, t.errors, \
             t.duration_ms FROM installations i JOIN extensions e ON e.number = i.extension_number \
             JOIN telemetry_hours t ON t.installation_id = i.id AND t.hour >= {since} \
             WHERE {installations}"
        );
        let how = |row: &AnyRow| {
            let (bucket, together_ms) = (row.try_get("bucket")?, row.try_get("duration_ms")?);
            Ok(How::In { bucket, together_ms })
        };
        self.fold(text, arguments, how, each).await
    }

    /// What was reported without a credential.
    pub(crate) async fn said(
        &self,
        scope: &Scope<'_>,
        each: impl FnMut(Counted),
    ) -> Result<(), StoreError> {
        let mut arguments = Arguments::default();
        let scope = scope.unauthenticated(&mut arguments)?;
        let text = format!(
            "SELECT COALESCE(t.extension_id, '') AS extension_id, t.event, \
             COALESCE(t.version, '') AS version, t.created_at / {HOUR} * {HOUR} AS hour, \
             t.failed AS errors, 1 AS total, t.duration_ms FROM telemetry t WHERE {scope}"
        );
        let how = |row: &AnyRow| Ok(How::Each(row.try_get("duration_ms")?));
        self.fold(text, arguments, how, each).await
    }

    /// How many records without a credential there are.
    pub(crate) async fn said_by_anyone(&self, scope: &Scope<'_>) -> Result<u64, StoreError> {
        let mut arguments = Arguments::default();
        let scope = scope.unauthenticated(&mut arguments)?;
        let text = format!("SELECT COUNT(*) AS n FROM telemetry t WHERE {scope}");
        let row = arguments.statement(text).fetch_one(&self.reader).await?;
        read(&row, "n", |count: i64| u64::try_from(count))
    }

    /// What the platform measured itself: attempts, by how long they took.
    pub(crate) async fn measured(
        &self,
        scope: &Scope<'_>,
        each: impl FnMut(Counted),
    ) -> Result<(), StoreError> {
        let mut arguments = Arguments::default();
        let since = arguments.add(scope.since)?;
        let installations = scope.installations(&mut arguments)?;
        let text = format!(
            "SELECT e.extension_id, v.name AS event, d.event_version AS version, \
             a.started_at / {HOUR} * {HOUR} AS hour, a.duration_ms, COUNT(*) AS total, \
             CAST(SUM(CASE WHEN a.error IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS errors \
             FROM installations i JOIN extensions e ON e.number = i.extension_number \
             JOIN attempts a ON a.installation_id = i.id AND a.started_at >= {since} \
             JOIN deliveries d ON d.id = a.delivery_id JOIN events v ON v.id = d.event_id \
             WHERE {installations} \
             GROUP BY e.extension_id, v.name, d.event_version, 4, a.duration_ms"
        );
        #[expect(clippy::cast_precision_loss, reason = "no attempt takes that long")]
        let how = |row: &AnyRow| Ok(How::Each(row.try_get::<i64, _>("duration_ms")? as f64));
        self.fold(text, arguments, how, each).await
    }

    async fn fold(
        &self,
        text: String,
        arguments: Arguments,
        how: impl Fn(&AnyRow) -> Result<How, sqlx::Error>,
        mut each: impl FnMut(Counted),
    ) -> Result<(), StoreError> {
        let mut rows = arguments.statement(text).fetch(&self.reader);
        while let Some(row) = rows.try_next().await? {
            each(Counted {
                extension_id: row.try_get("extension_id")?,
                event: row.try_get("event")?,
                version: row.try_get("version")?,
                hour: row.try_get("hour")?,
                how: how(&row)?,
                total: read(&row, "total", |count: i64| u64::try_from(count))?,
                errors: read(&row, "errors", |count: i64| u64::try_from(count))?,
            });
        }
        Ok(())
    }

    /// The newest errors that were reported, without the names of their extensions.
    pub(crate) async fn reported_errors(
        &self,
        scope: &Scope<'_>,
        include_unauthenticated: bool,
    ) -> Result<Vec<RecentError>, StoreError> {
        let mut arguments = Arguments::default();
        let since = arguments.add(scope.since)?;
        let installations = scope.installations(&mut arguments)?;
        let said = match include_unauthenticated {
            true => format!(" OR ({})", scope.unauthenticated(&mut arguments)?),
            false => String::new(),
        };
        let most = arguments.add(i64::try_from(MOST_ERRORS).unwrap_or(i64::MAX))?;
        let text = format!(
            "SELECT COALESCE(e.extension_id, t.extension_id, '') AS extension_id, t.event, \
             t.error_message, t.error_class, t.created_at, t.delivery_id FROM telemetry t \
             LEFT JOIN installations i ON i.id = t.installation_id \
             LEFT JOIN extensions e ON e.number = i.extension_number \
             WHERE t.failed = 1 AND t.created_at >= {since} \
             AND ((t.installation_id IS NOT NULL AND {installations}){said}) \
             ORDER BY t.created_at DESC, t.id DESC LIMIT {most}"
        );
        let rows = arguments.statement(text).fetch_all(&self.reader).await?;
        rows.iter().map(error).collect()
    }

    /// The manifest of an extension's newest installation, as JSON.
    pub(crate) async fn manifest_of(
        &self,
        extension_id: &str,
    ) -> Result<Option<String>, StoreError> {
        let row = sqlx::query(
            "SELECT i.manifest FROM installations i \
             JOIN extensions e ON e.number = i.extension_number \
             WHERE e.extension_id = $1 ORDER BY i.id DESC LIMIT 1",
        )
        .bind(extension_id)
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| Ok(row.try_get("manifest")?)).transpose()
    }
}

fn error(row: &AnyRow) -> Result<RecentError, StoreError> {
    Ok(RecentError {
        name: String::new(),
        extension_id: row.try_get("extension_id")?,
        event: row.try_get("event")?,
        error_message: row.try_get("error_message")?,
        error_class: row.try_get("error_class")?,
        occurred_at: time(row, "created_at")?,
        delivery_id: read(row, "delivery_id", |id: Option<Vec<u8>>| {
            id.map(|id| DeliveryId::from_slice(&id)).transpose()
        })?,
    })
}
