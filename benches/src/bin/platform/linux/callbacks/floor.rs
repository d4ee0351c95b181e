//! The floor: the statements that a call is for, over the driver and the pool that the platform has,
//! on its core. No HTTP, no credential, nothing recorded of the call.

use std::path::Path;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Executor as _, Row};

use super::load::Caller;
use crate::linux::process;

/// As the platform opens its database.
const PRAGMAS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
     PRAGMA wal_autocheckpoint = 4000;";
const READERS: u32 = 4;

/// A copy of the platform's database.
#[derive(Clone)]
pub(crate) struct Floor {
    writer: AnyPool,
    reader: AnyPool,
}

impl Floor {
    pub(crate) async fn open(database: &Path) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let url = format!("sqlite://{}", database.display());
        // The driver has a thread for each connection, which runs where it was started.
        process::pin(process::SERVER_CORE);
        let pool = async |connections: u32| {
            AnyPoolOptions::new()
                .min_connections(connections)
                .max_connections(connections)
                .after_connect(|connection, _| {
                    Box::pin(async move { connection.execute(PRAGMAS).await.map(drop) })
                })
                .connect(&url)
                .await
        };
        let (writer, reader) = (pool(1).await?, pool(READERS).await?);
        process::pin(process::LOAD_CORE);
        Ok(Self { writer, reader })
    }
}

/// What logs an event.
pub(crate) struct Log(pub(crate) Floor);

impl Caller for Log {
    async fn call(&mut self, number: usize) -> anyhow::Result<()> {
        let installation = super::installation(number);
        let mut transaction = self.0.writer.begin().await?;
        let row = sqlx::query(
            "INSERT INTO extension_events (installation_id, delivery_id, kind, number, event, \
             version, data, happened_at, created_at) SELECT $1, NULL, $2, \
             (SELECT COALESCE(MAX(number), 0) + 1 FROM extension_events \
             WHERE installation_id = $1 AND kind = $2), $3, $4, $5, NULL, $6 RETURNING id, number",
        )
        .bind(installation)
        .bind("log")
        .bind("crm.synced")
        .bind("v1")
        .bind(r#"{"leads":2}"#)
        .bind(1_700_000_000_000_i64)
        .fetch_one(&mut *transaction)
        .await?;
        let number: i64 = row.try_get("number")?;
        sqlx::query(
            "DELETE FROM extension_events WHERE installation_id = $1 AND kind = $2 AND number <= $3",
        )
        .bind(installation)
        .bind("log")
        .bind(number - 10_000)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// What lists records.
pub(crate) struct List(pub(crate) Floor);

impl Caller for List {
    async fn call(&mut self, number: usize) -> anyhow::Result<()> {
        let rows = sqlx::query(
            "SELECT id, data, created_at, updated_at FROM records \
             WHERE table_id = $1 AND id > $2 AND deleted_at IS NULL ORDER BY id LIMIT $3",
        )
        .bind(super::installation(number))
        .bind(0)
        .bind(51)
        .fetch_all(&self.0.reader)
        .await?;
        anyhow::ensure!(rows.len() == 51, "{} records", rows.len());
        Ok(())
    }
}
