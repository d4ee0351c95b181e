//! Stored secrets, sealed.

mod remains;
mod writing;

pub(super) use remains::remove_all;
pub(super) use writing::{fit, set_aside, upsert};

use jiff::Timestamp;
use kiket_contract::api::secrets::kept::SecretScope;
use kiket_contract::id::{InstallationId, OrganizationId};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::{Store, StoreError, json, time, time_or_none};

/// Whose a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Installation(InstallationId),
    Organization(OrganizationId),
    /// By the extension's number.
    Extension(i64),
}

impl Owner {
    pub(crate) fn scope(self) -> SecretScope {
        match self {
            Self::Installation(_) => SecretScope::Installation,
            Self::Organization(_) => SecretScope::Organization,
            Self::Extension(_) => SecretScope::Extension,
        }
    }

    fn number(self) -> i64 {
        match self {
            Self::Installation(id) => id.into(),
            Self::Organization(id) => id.into(),
            Self::Extension(number) => number,
        }
    }

    /// What the sealed value of a key is bound to.
    pub(crate) fn place(self, key: &str) -> String {
        match self {
            Self::Installation(id) => format!("{id}/{key}"),
            owner => format!("{}/{}/{key}", owner.scope().as_str(), owner.number()),
        }
    }
}

/// The column that has the owner's number.
fn column(scope: SecretScope) -> &'static str {
    match scope {
        SecretScope::Installation => "installation_id",
        SecretScope::Organization => "organization_id",
        SecretScope::Extension => "extension_number",
    }
}

/// What a sealed value of the row is bound to, as [`Owner::place`] says it.
pub(super) const PLACE: &str = "COALESCE(CAST(installation_id AS TEXT), \
     'organization/' || organization_id, 'extension/' || extension_number) || '/' || key";

/// A secret to be written.
pub(crate) struct SealedSecret {
    pub(crate) key: String,
    pub(crate) backend: &'static str,
    pub(crate) sealed_value: Vec<u8>,
    /// Bytes of key and value in a delivery.
    pub(crate) size: i64,
}

/// A secret as it is stored.
pub(crate) struct StoredSecret {
    pub(crate) key: String,
    pub(crate) owner: Owner,
    pub(crate) backend: String,
    pub(crate) sealed_value: Vec<u8>,
    pub(crate) size: i64,
    pub(crate) rotation_count: i64,
    pub(crate) rotated_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) removed_at: Option<Timestamp>,
}

/// What came of writing a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    Done,
    /// There is no value to take the place of, or the installation is gone.
    Absent,
    /// The owner's secrets would be larger than they may be.
    TooMany,
}

const COLUMNS: &str = "s.key, s.installation_id, s.organization_id, s.extension_number, s.backend, \
     s.sealed_value, s.size, s.rotation_count, s.rotated_at, s.created_at, s.updated_at, s.removed_at";

impl Store {
    /// An owner's secrets by key, from after one; those too that were removed since a time.
    pub(crate) async fn secrets_of_owner(
        &self,
        owner: Owner,
        after: &str,
        since: Timestamp,
        most: usize,
    ) -> Result<Vec<StoredSecret>, StoreError> {
        sqlx::query(AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM secrets s WHERE s.{} = $1 AND s.key > $2 \
             AND (s.removed_at IS NULL OR s.removed_at > $3) ORDER BY s.key LIMIT $4",
            column(owner.scope())
        )))
        .bind(owner.number())
        .bind(after)
        .bind(since.as_millisecond())
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(stored)
        .collect()
    }

    /// One secret of an owner, a removed one too.
    pub(crate) async fn secret_of_owner(
        &self,
        owner: Owner,
        key: &str,
    ) -> Result<Option<StoredSecret>, StoreError> {
        sqlx::query(AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM secrets s WHERE s.{} = $1 AND s.key = $2",
            column(owner.scope())
        )))
        .bind(owner.number())
        .bind(key)
        .fetch_optional(&self.reader)
        .await?
        .map(|row| stored(&row))
        .transpose()
    }

    /// All secrets that may reach an installation: its own, its organisation's and its extension's.
    pub(crate) async fn secrets_for(
        &self,
        installation: InstallationId,
    ) -> Result<Vec<StoredSecret>, StoreError> {
        sqlx::query(AssertSqlSafe(candidates()))
            .bind(i64::from(installation))
            .fetch_all(&self.worker)
            .await?
            .iter()
            .map(stored)
            .collect()
    }

    /// The keys that an installation's manifest asks for.
    pub(crate) async fn requested_secrets(
        &self,
        installation: InstallationId,
    ) -> Result<Vec<String>, StoreError> {
        let row = sqlx::query("SELECT requested_secrets FROM installations WHERE id = $1")
            .bind(i64::from(installation))
            .fetch_optional(&self.reader)
            .await?;
        row.map_or(Ok(Vec::new()), |row| json(&row, "requested_secrets"))
    }

    /// The number of an extension; made for one that is not known yet when `make`.
    pub(crate) async fn extension_number(
        &self,
        extension_id: &str,
        make: bool,
    ) -> Result<Option<i64>, StoreError> {
        if make {
            sqlx::query("INSERT INTO extensions (extension_id) VALUES ($1) ON CONFLICT DO NOTHING")
                .bind(extension_id)
                .execute(&self.writer)
                .await?;
        }
        let row = sqlx::query("SELECT number FROM extensions WHERE extension_id = $1")
            .bind(extension_id)
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| Ok(row.try_get("number")?)).transpose()
    }
}

/// Three searches by index, each for one kind of owner.
fn candidates() -> String {
    format!(
        "SELECT {COLUMNS} FROM secrets s WHERE s.installation_id = $1 AND s.removed_at IS NULL \
         UNION ALL SELECT {COLUMNS} FROM installations i JOIN projects p ON p.id = i.project_id \
         JOIN secrets s ON s.organization_id = p.organization_id \
         WHERE i.id = $1 AND s.removed_at IS NULL \
         UNION ALL SELECT {COLUMNS} FROM installations i \
         JOIN secrets s ON s.extension_number = i.extension_number \
         WHERE i.id = $1 AND s.removed_at IS NULL"
    )
}

fn stored(row: &AnyRow) -> Result<StoredSecret, StoreError> {
    let installation: Option<i64> = row.try_get("installation_id")?;
    let organization: Option<i64> = row.try_get("organization_id")?;
    let damaged = |_| StoreError::Damaged("secrets");
    let owner = match (installation, organization) {
        (Some(id), _) => Owner::Installation(id.try_into().map_err(damaged)?),
        (None, Some(id)) => Owner::Organization(id.try_into().map_err(damaged)?),
        (None, None) => Owner::Extension(row.try_get("extension_number")?),
    };
    Ok(StoredSecret {
        key: row.try_get("key")?,
        owner,
        backend: row.try_get("backend")?,
        sealed_value: row.try_get("sealed_value")?,
        size: row.try_get("size")?,
        rotation_count: row.try_get("rotation_count")?,
        rotated_at: time_or_none(row, "rotated_at")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
        removed_at: time_or_none(row, "removed_at")?,
    })
}

#[cfg(test)]
mod tests {
    use prometheus_client::metrics::histogram::Histogram;

    use super::*;
    use crate::delivery::plan::plan;

    #[tokio::test]
    async fn the_secrets_of_an_installation_are_found_by_index() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), plan, Histogram::new([1.0])).await.unwrap();
        let explain = format!("EXPLAIN QUERY PLAN {}", candidates());
        let rows = sqlx::query(AssertSqlSafe(explain)).bind(1i64).fetch_all(&store.reader).await;
        let steps: Vec<String> =
            rows.unwrap().iter().map(|row| row.try_get("detail").unwrap()).collect();
        for index in ["secrets_of_installation", "secrets_of_organization", "secrets_of_extension"]
        {
            let step = format!("SEARCH s USING INDEX {index}");
            assert!(steps.iter().any(|found| found.starts_with(&step)), "{steps:#?}");
        }
        assert!(!steps.iter().any(|step| step.starts_with("SCAN")), "{steps:#?}");
        store.close().await;
    }

    #[test]
    fn no_two_owners_have_the_same_place() {
        let number = |id: i64| id;
        let places = [
            Owner::Installation(number(7).try_into().unwrap()),
            Owner::Organization(number(7).try_into().unwrap()),
            Owner::Extension(7),
        ]
        .map(|owner| owner.place("TOKEN"));
        assert_eq!(places, ["7/TOKEN", "organization/7/TOKEN", "extension/7/TOKEN"]);
    }
}
