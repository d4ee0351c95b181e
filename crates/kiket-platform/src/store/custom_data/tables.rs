//! Tables, and what an installation may do with its modules.

use std::collections::BTreeMap;

use kiket_contract::id::{InstallationId, OrganizationId, ProjectId};
use sqlx::{AnyConnection, Row};

use crate::custom_data::Named;
use crate::custom_data::table::Table;
use crate::store::{Store, StoreError, json, read};

/// What an installation has of a table.
pub(crate) struct Found {
    pub(crate) organization_id: OrganizationId,
    pub(crate) project_id: ProjectId,
    /// The operations that its manifest names, by module.
    pub(crate) operations: BTreeMap<String, Vec<String>>,
    /// Whether the module's schema is there.
    pub(crate) has_module: bool,
    /// The table's number and what it is.
    pub(crate) table: Option<(i64, Table)>,
}

/// A table as it is stored.
pub(super) struct TableRow {
    pub(super) id: i64,
    pub(super) module: String,
    pub(super) name: String,
    pub(super) table: Table,
}

impl Store {
    /// A table of an installation, by its names.
    pub(crate) async fn data_table(
        &self,
        installation: InstallationId,
        (module, name): (&str, &str),
    ) -> Result<Option<Found>, StoreError> {
        let row = sqlx::query(
            "SELECT p.organization_id, i.project_id, i.operations, t.id, t.definition, \
             CAST(EXISTS (SELECT 1 FROM modules m WHERE m.installation_id = i.id AND m.name = $1) \
             AS BIGINT) AS has_module FROM installations i JOIN projects p ON p.id = i.project_id \
             LEFT JOIN data_tables t ON t.installation_id = i.id AND t.module = $1 AND t.name = $2 \
             WHERE i.id = $3",
        )
        .bind(module)
        .bind(name)
        .bind(i64::from(installation))
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| {
            let id: Option<i64> = row.try_get("id")?;
            let table = id.map(|id| Ok::<_, StoreError>((id, json(&row, "definition")?)));
            Ok(Found {
                organization_id: read(&row, "organization_id", |id: i64| id.try_into())?,
                project_id: read(&row, "project_id", |id: i64| id.try_into())?,
                operations: json(&row, "operations")?,
                has_module: row.try_get::<i64, _>("has_module")? != 0,
                table: table.transpose()?,
            })
        })
        .transpose()
    }
}

impl Store {
    /// The names of the tables that a module of an installation has.
    pub(crate) async fn tables_of(
        &self,
        installation: InstallationId,
        module: &str,
    ) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(
            "SELECT name FROM data_tables WHERE installation_id = $1 AND module = $2 ORDER BY name",
        )
        .bind(i64::from(installation))
        .bind(module)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| Ok(row.try_get("name")?)).collect()
    }
}

/// A table as it is for the transaction: its number and what it is.
pub(super) async fn find(
    connection: &mut AnyConnection,
    named: &Named,
) -> Result<Option<(i64, Table)>, StoreError> {
    let row = sqlx::query(
        "SELECT id, definition FROM data_tables \
         WHERE installation_id = $1 AND module = $2 AND name = $3",
    )
    .bind(i64::from(named.installation))
    .bind(&named.module)
    .bind(&named.table)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok((row.try_get("id")?, json(&row, "definition")?))).transpose()
}

/// Every table of an installation.
pub(super) async fn all(
    connection: &mut AnyConnection,
    installation: InstallationId,
) -> Result<Vec<TableRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, module, name, definition FROM data_tables WHERE installation_id = $1 \
         ORDER BY module, name",
    )
    .bind(i64::from(installation))
    .fetch_all(connection)
    .await?;
    let row = |row: &sqlx::any::AnyRow| {
        Ok(TableRow {
            id: row.try_get("id")?,
            module: row.try_get("module")?,
            name: row.try_get("name")?,
            table: json(row, "definition")?,
        })
    };
    rows.iter().map(row).collect()
}

fn definition(table: &Table) -> Result<String, StoreError> {
    serde_json::to_string(table).map_err(|_| StoreError::Damaged("a table"))
}

/// Makes a table, and returns its number.
pub(super) async fn add(
    connection: &mut AnyConnection,
    installation: InstallationId,
    (module, name): (&str, &str),
    table: &Table,
) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "INSERT INTO data_tables (installation_id, module, name, definition, last_record) \
         VALUES ($1, $2, $3, $4, 0) RETURNING id",
    )
    .bind(i64::from(installation))
    .bind(module)
    .bind(name)
    .bind(definition(table)?)
    .fetch_one(connection)
    .await?;
    Ok(row.try_get("id")?)
}

/// Writes down what a table is from now on.
pub(super) async fn redefine(
    connection: &mut AnyConnection,
    id: i64,
    table: &Table,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE data_tables SET definition = $1 WHERE id = $2")
        .bind(definition(table)?)
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}
