//! Hooks: what a manifest wishes to hear.

use std::collections::HashMap;

use kiket_contract::id::{InstallationId, ProjectId};
use sqlx::{AnyConnection, Row};

use super::{StoreError, read};

/// A manifest's wish to hear an event.
#[derive(Debug, Clone)]
pub(crate) struct Hook {
    pub(crate) event: String,
    pub(crate) version: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) timeout_ms: i64,
    pub(crate) retries: i64,
    pub(crate) required: bool,
    pub(crate) token_minutes: Option<i64>,
}

/// A hook on an event, of an installation in the event's project that is not disabled.
#[derive(Debug, Clone)]
pub(crate) struct MatchingHook {
    pub(crate) id: i64,
    pub(crate) installation_id: InstallationId,
    pub(crate) extension_id: String,
    /// Whether its installation is paused.
    pub(crate) paused: bool,
    pub(crate) hook: Hook,
}

/// The hooks that events of one transaction were matched with, each list read once.
#[derive(Default)]
pub(super) struct HooksRead(HashMap<(ProjectId, String), Vec<MatchingHook>>);

impl HooksRead {
    /// The hooks on an event of a project.
    pub(super) async fn on(
        &mut self,
        connection: &mut AnyConnection,
        project: ProjectId,
        event: &str,
    ) -> Result<&[MatchingHook], StoreError> {
        let key = (project, event.to_owned());
        if !self.0.contains_key(&key) {
            let hooks = matching(connection, project, event).await?;
            self.0.insert(key.clone(), hooks);
        }
        Ok(self.0.get(&key).map_or(&[], Vec::as_slice))
    }
}

/// The hooks on an event of a project, by installation.
pub(super) async fn matching(
    connection: &mut AnyConnection,
    project: ProjectId,
    event: &str,
) -> Result<Vec<MatchingHook>, StoreError> {
    sqlx::query(
        "SELECT h.id, h.installation_id, e.extension_id, i.state, h.version, h.endpoint, \
         h.timeout_ms, h.retries, h.required, h.token_minutes FROM hooks h JOIN installations i ON i.id = h.installation_id \
         JOIN extensions e ON e.number = i.extension_number \
         WHERE h.event = $1 AND i.project_id = $2 AND i.state IN ('active', 'paused') \
         AND h.disabled_reason IS NULL ORDER BY h.installation_id, h.version, h.id",
    )
    .bind(event)
    .bind(i64::from(project))
    .fetch_all(connection)
    .await?
    .iter()
    .map(|row| {
        Ok(MatchingHook {
            id: row.try_get("id")?,
            installation_id: read(row, "installation_id", |id: i64| id.try_into())?,
            extension_id: row.try_get("extension_id")?,
            paused: row.try_get::<&str, _>("state")? == "paused",
            hook: Hook {
                event: event.to_owned(),
                version: row.try_get("version")?,
                endpoint: row.try_get("endpoint")?,
                timeout_ms: row.try_get("timeout_ms")?,
                retries: row.try_get("retries")?,
                required: row.try_get::<i64, _>("required")? != 0,
                token_minutes: row.try_get("token_minutes")?,
            },
        })
    })
    .collect()
}

/// Writes an installation's hooks in place of those it has.
pub(super) async fn replace(
    connection: &mut AnyConnection,
    installation: InstallationId,
    hooks: &[Hook],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM hooks WHERE installation_id = $1")
        .bind(i64::from(installation))
        .execute(&mut *connection)
        .await?;
    for hook in hooks {
        sqlx::query(
            "INSERT INTO hooks (installation_id, event, version, endpoint, timeout_ms, retries, \
             required, token_minutes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(i64::from(installation))
        .bind(&hook.event)
        .bind(hook.version.as_deref())
        .bind(hook.endpoint.as_deref())
        .bind(hook.timeout_ms)
        .bind(hook.retries)
        .bind(i64::from(hook.required))
        .bind(hook.token_minutes)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Ends a hook for good, with the reason that is shown.
pub(super) async fn disable(
    connection: &mut AnyConnection,
    id: i64,
    reason: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE hooks SET disabled_reason = $1 WHERE id = $2")
        .bind(reason)
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}
