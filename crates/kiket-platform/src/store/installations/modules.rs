//! The schemas of an installation's modules of custom data.

use jiff::Timestamp;
use kiket_contract::id::{InstallationId, ProjectId};
use sqlx::{AnyConnection, Row};

use crate::custom_data::modules::Modules;
use crate::custom_data::record::Owner;
use crate::store::custom_data::{self, Outcome};
use crate::store::{Store, StoreError, read};

impl Store {
    /// The modules whose schemas are stored for an installation, by their ids.
    pub(crate) async fn modules_of(&self, id: InstallationId) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("SELECT name FROM modules WHERE installation_id = $1 ORDER BY name")
            .bind(i64::from(id))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| Ok(row.try_get("name")?)).collect()
    }

    /// The modules that the installations of a project have, of this extension if one is named.
    pub(crate) async fn modules_in(
        &self,
        project: ProjectId,
        extension_id: Option<&str>,
    ) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT m.name FROM installations i JOIN modules m ON m.installation_id = i.id \
             JOIN extensions e ON e.number = i.extension_number \
             WHERE i.project_id = $1 AND i.state IN ('active', 'paused') \
             AND e.extension_id = COALESCE(CAST($2 AS TEXT), e.extension_id) ORDER BY m.name",
        )
        .bind(i64::from(project))
        .bind(extension_id)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| Ok(row.try_get("name")?)).collect()
    }

    /// The installations of a project that have a module.
    pub(crate) async fn holders_of(
        &self,
        project: ProjectId,
        module: &str,
        extension_id: Option<&str>,
    ) -> Result<Vec<InstallationId>, StoreError> {
        let rows = sqlx::query(
            "SELECT i.id FROM installations i JOIN modules m ON m.installation_id = i.id \
             JOIN extensions e ON e.number = i.extension_number \
             WHERE i.project_id = $1 AND i.state IN ('active', 'paused') AND m.name = $2 \
             AND e.extension_id = COALESCE(CAST($3 AS TEXT), e.extension_id) ORDER BY i.id",
        )
        .bind(i64::from(project))
        .bind(module)
        .bind(extension_id)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| read(row, "id", |id: i64| id.try_into())).collect()
    }
}

/// The modules that an installation is to have, and no others.
pub(crate) struct WantedModules {
    pub(crate) modules: Modules,
    /// Whether somebody has consented to what is lost with it.
    pub(crate) consent: bool,
    pub(crate) owner: Owner,
    pub(crate) now: Timestamp,
}

/// Puts modules in the place of those that an installation has, with their tables. The transaction
/// may be committed only when the outcome stands.
pub(super) async fn replace(
    connection: &mut AnyConnection,
    id: InstallationId,
    WantedModules { modules, owner, now, .. }: &WantedModules,
) -> Result<Outcome, StoreError> {
    sqlx::query("DELETE FROM modules WHERE installation_id = $1")
        .bind(i64::from(id))
        .execute(&mut *connection)
        .await?;
    for (name, module) in modules {
        sqlx::query(
            "INSERT INTO modules (installation_id, name, schema, created_at) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(i64::from(id))
        .bind(name)
        .bind(&module.schema)
        .bind(now.as_millisecond())
        .execute(&mut *connection)
        .await?;
    }
    custom_data::apply(connection, id, modules, (*owner, *now)).await
}
