//! The schemas of an installation's modules of custom data.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kiket_contract::id::InstallationId;
use sqlx::{AnyConnection, Row};

use crate::store::{Store, StoreError};

impl Store {
    /// The modules whose schemas are stored for an installation, by their ids.
    pub(super) async fn modules_of(&self, id: InstallationId) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("SELECT name FROM modules WHERE installation_id = $1 ORDER BY name")
            .bind(i64::from(id))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| Ok(row.try_get("name")?)).collect()
    }
}

/// Writes an installation's schemas in place of those it has.
pub(super) async fn replace(
    connection: &mut AnyConnection,
    id: InstallationId,
    modules: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM modules WHERE installation_id = $1")
        .bind(i64::from(id))
        .execute(&mut *connection)
        .await?;
    for (name, schema) in modules {
        sqlx::query(
            "INSERT INTO modules (installation_id, name, schema, created_at) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(i64::from(id))
        .bind(name)
        .bind(schema)
        .bind(now.as_millisecond())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
