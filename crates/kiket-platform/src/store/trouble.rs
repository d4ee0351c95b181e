//! What an operator can do something about, when the database fails.

use std::io;

use sqlx::migrate::MigrateError;

use super::StoreError;

/// What is behind a failure of the database, as far as it matters to whoever runs the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// A newer version of Kiket has written the database.
    Newer,
    /// The tables were made by a build that is not of this version's history.
    OtherTables,
    /// The disk is full.
    Full,
    /// The process may not read or write the file.
    NotPermitted,
    /// Something else; the error's text says what.
    Other,
}

/// The primary result codes of the database.
const PERM: u32 = 3;
const READ_ONLY: u32 = 8;
const FULL: u32 = 13;
const CAN_NOT_OPEN: u32 = 14;

impl StoreError {
    /// What is behind it.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Migration(MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..)) => {
                Trouble::Newer
            }
            Self::Migration(MigrateError::VersionMismatch(_)) => Trouble::OtherTables,
            Self::Migration(
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _),
            )
            | Self::Database(error) => of(error),
            Self::Full => Trouble::Full,
            _ => Trouble::Other,
        }
    }
}

fn of(error: &sqlx::Error) -> Trouble {
    match error {
        sqlx::Error::Io(error) => match error.kind() {
            io::ErrorKind::StorageFull => Trouble::Full,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Trouble::NotPermitted
            }
            _ => Trouble::Other,
        },
        sqlx::Error::Database(error) => {
            let code = error.code().and_then(|code| code.parse::<u32>().ok());
            // The low byte is the primary code; the others say more.
            match code.map(|code| code & 0xff) {
                Some(FULL) => Trouble::Full,
                Some(PERM | READ_ONLY | CAN_NOT_OPEN) => Trouble::NotPermitted,
                _ => Trouble::Other,
            }
        }
        _ => Trouble::Other,
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::metrics::histogram::Histogram;

    use super::*;
    use crate::delivery::plan::plan;
    use crate::store::Store;

    async fn open(dir: &tempfile::TempDir) -> Result<Store, StoreError> {
        Store::open(dir.path(), plan, Histogram::new([1.0])).await
    }

    /// What opening a database says that has been changed so.
    async fn after(change: &'static str) -> Trouble {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir).await.unwrap();
        sqlx::query(change).execute(&store.writer).await.unwrap();
        store.close().await;
        open(&dir).await.err().unwrap().trouble()
    }

    #[tokio::test]
    async fn tables_of_another_version_are_told_apart() {
        let newer = "INSERT INTO _sqlx_migrations SELECT 2, description, installed_on, success, \
                     checksum, execution_time FROM _sqlx_migrations";
        assert_eq!(after(newer).await, Trouble::Newer);
        let other = "UPDATE _sqlx_migrations SET checksum = CAST('other' AS BLOB)";
        assert_eq!(after(other).await, Trouble::OtherTables);
    }

    #[tokio::test]
    async fn a_full_disk_and_a_missing_permission_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir).await.unwrap();
        let write = "CREATE TABLE more AS SELECT zeroblob(1000000) AS x";
        for (state, trouble) in [
            ("PRAGMA max_page_count = 1", Trouble::Full),
            ("PRAGMA query_only = ON", Trouble::NotPermitted),
        ] {
            sqlx::query(state).execute(&store.writer).await.unwrap();
            let error = sqlx::query(write).execute(&store.writer).await.err().unwrap();
            assert_eq!(StoreError::from(error).trouble(), trouble, "{state}");
        }
        store.close().await;
        std::fs::remove_file(dir.path().join(crate::store::FILE)).unwrap();
        std::fs::create_dir(dir.path().join(crate::store::FILE)).unwrap();
        assert_eq!(open(&dir).await.err().unwrap().trouble(), Trouble::NotPermitted);
    }
}
