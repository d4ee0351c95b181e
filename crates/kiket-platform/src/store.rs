//! The store: one function is one use case and one atomic unit.
//!
//! It keeps what was accepted, installed and tried, in one database file (SQLite, write-ahead log,
//! full sync). One connection writes, so writers never wait for each other's locks; others read
//! beside it. What there is most of (accepted events, claims, finished attempts) goes through
//! [`writer`], which commits what waits together. An answer is given only after the transaction
//! that it reports has been committed, and so survives a crash of the process or the machine.
//!
//! The statements are written for SQLite and PostgreSQL alike. Secrets come in sealed; the store
//! knows no keys and no services.

pub(crate) mod actions;
pub(crate) mod activity;
pub(crate) mod answers;
mod arguments;
mod backup;
pub(crate) mod callbacks;
pub(crate) mod callers;
pub(crate) mod carried;
pub(crate) mod claims;
pub(crate) mod completion;
pub(crate) mod custom_data;
pub(crate) mod deliveries;
pub(crate) mod events;
pub(crate) mod extension_events;
#[cfg(test)]
pub(crate) mod full_disk;
pub(crate) mod guards;
pub(crate) mod hooks;
pub(crate) mod idempotency;
pub(crate) mod inbound_emails;
pub(crate) mod installations;
pub(crate) mod list;
pub(crate) mod notifications;
mod projects;
pub(crate) mod queue;
pub(crate) mod redelivery;
pub(crate) mod resealing;
mod retention;
mod rows;
pub(crate) mod secret_reads;
pub(crate) mod secrets;
pub(crate) mod signing_keys;
pub(crate) mod telemetry;
mod trouble;
pub(crate) mod view;
pub(crate) mod webhook_tokens;
pub(crate) mod work;
pub(crate) mod workspace_tokens;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use prometheus_client::metrics::histogram::Histogram;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AnyPool, Connection, Executor, Row};
use tokio::task::JoinHandle;

pub(crate) use backup::backup;
use deliveries::NewDelivery;
use hooks::MatchingHook;
pub use trouble::Trouble;
use writer::Writer;

/// The database's file in the data directory.
pub(crate) const FILE: &str = "kiket.db";
const READERS: u32 = 4;
const WORKER_READERS: u32 = 4;
/// How long a query waits for a connection; a lease lasts longer beyond its attempt.
const ACQUIRE: Duration = Duration::from_secs(4);
/// What each connection begins with. A statement over many rows keeps what it may have to take back:
/// in memory, since a file would be made and removed for each. The log of writes is carried over into
/// the database's file every 16 MB, so that a page that many transactions change is carried over once.
const PRAGMAS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
     PRAGMA wal_autocheckpoint = 4000;";

/// The database failed, or holds what this version can not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database refused or broke off.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
    /// There is no room for what is to be written; nothing of it was.
    #[error("the disk of the data directory is full: make room")]
    Full,
    /// The tables can not be brought to this version.
    #[error("the database can not be brought to this version of Kiket: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The data directory is no absolute path.
    #[error("`{}` is no absolute path", .0.display())]
    Path(PathBuf),
    /// No connection was free in time.
    #[error("the database is busy")]
    Busy,
    /// The platform is stopping.
    #[error("the database is being closed")]
    Closed,
    /// A stored value is not what was written.
    #[error("the database holds a damaged value in {0}")]
    Damaged(&'static str),
}

/// What SQLite answers when it finds no room.
const SQLITE_FULL: &str = "13";

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        if code.is_some_and(|code| code == SQLITE_FULL) {
            Self::Full
        } else if matches!(error, sqlx::Error::PoolTimedOut) {
            Self::Busy
        } else {
            Self::Database(error)
        }
    }
}

/// Says which deliveries an event has, from the version that it names and the hooks on it.
pub(crate) type Plan = fn(Option<&str>, &[MatchingHook]) -> Vec<NewDelivery>;

/// The database.
pub(crate) struct Store {
    writer: AnyPool,
    reader: AnyPool,
    /// For attempts and claims, which lists must not hold up.
    worker: AnyPool,
    batches: Writer,
    plan: Plan,
    writing: Mutex<Option<JoinHandle<()>>>,
}

impl Store {
    /// Opens the database of a data directory and brings its tables to this version.
    /// `batches` is where the size of each of the writer's transactions is noted.
    pub(crate) async fn open(
        data_dir: &Path,
        plan: Plan,
        batches: Histogram,
    ) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let url = address(data_dir, "rwc")?;
        let writer = pool(1).connect(&url).await?;
        migrations().run(&writer).await?;
        let reader = pool(READERS).connect(&url).await?;
        let worker = pool(WORKER_READERS).connect(&url).await?;
        let (batches, writing) = Writer::start(writer.clone(), plan, batches);
        Ok(Self { writer, reader, worker, batches, plan, writing: Mutex::new(Some(writing)) })
    }

    /// Waits for what is under way and closes the database.
    pub(crate) async fn close(&self) {
        self.batches.stop();
        let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writing) = writing {
            // It ends when its queue does; a panic in it has been reported already.
            let _ = writing.await;
        }
        self.reader.close().await;
        self.worker.close().await;
        self.writer.close().await;
    }
}

/// How the driver is told which file to open, and in which mode.
fn address(data_dir: &Path, mode: &str) -> Result<String, StoreError> {
    let path = url::Url::from_file_path(data_dir.join(FILE))
        .map_err(|()| StoreError::Path(data_dir.to_owned()))?;
    Ok(format!("sqlite://{}?mode={mode}", path.path()))
}

fn pool(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(PRAGMAS).await?;
                #[cfg(test)]
                connection.execute(full_disk::limit()).await?;
                Ok(())
            })
        })
        .after_release(|connection, _| Box::pin(is_sound(connection)))
}

/// Whether a connection may be used again. For some errors, a full disk among them, SQLite takes a
/// transaction back by itself, and the driver goes on counting it: what it then calls a commit would
/// be one inside a transaction that never ends.
async fn is_sound(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    // What has been begun to be taken back is taken back before this is answered.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

fn migrations() -> Migrator {
    let first = include_str!("../migrations/sqlite/0001_first.sql");
    Migrator::with_migrations(vec![Migration::new(
        1,
        "first".into(),
        MigrationType::Simple,
        sqlx::SqlStr::from_static(first),
        false,
    )])
}

/// A stored time.
fn time(row: &AnyRow, column: &'static str) -> Result<Timestamp, StoreError> {
    let millis: i64 = row.try_get(column)?;
    Timestamp::from_millisecond(millis).map_err(|_| StoreError::Damaged(column))
}

/// A stored time that may be absent.
fn time_or_none(row: &AnyRow, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
    let millis: Option<i64> = row.try_get(column)?;
    millis
        .map(|millis| Timestamp::from_millisecond(millis).map_err(|_| StoreError::Damaged(column)))
        .transpose()
}

/// A stored value that is made from another type, for example an id from its bytes.
fn read<'r, Stored, T, E>(
    row: &'r AnyRow,
    column: &'static str,
    make: impl FnOnce(Stored) -> Result<T, E>,
) -> Result<T, StoreError>
where
    Stored: sqlx::Decode<'r, sqlx::Any> + sqlx::Type<sqlx::Any>,
{
    make(row.try_get(column)?).map_err(|_| StoreError::Damaged(column))
}

/// A stored JSON text.
fn json<T: serde::de::DeserializeOwned>(
    row: &AnyRow,
    column: &'static str,
) -> Result<T, StoreError> {
    read(row, column, |text: String| serde_json::from_str(&text))
}
