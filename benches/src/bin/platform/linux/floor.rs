//! The floor of an accept: the same rows in bare transactions of as many accepts as there are
//! connections, by one thread that has nothing else to do. No HTTP, no JSON, no checks.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::requests::event;

/// Accepts that one transaction holds: one from each connection.
const BATCH: u64 = 64;

/// Accepts per second.
pub(crate) fn run(folder: &Path, length: Duration) -> anyhow::Result<f64> {
    let data = tempfile::tempdir_in(folder)?;
    let connection = Connection::open(data.path().join("floor.db"))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000;",
    )?;
    connection.execute_batch(include_str!(
        "../../../../../crates/kiket-platform/migrations/sqlite/0001_first.sql"
    ))?;
    connection.execute_batch(
        "INSERT INTO projects (id, organization_id, created_at) VALUES (27, 3, 0);
         INSERT INTO extensions VALUES (1, 'a'), (2, 'b');
         INSERT INTO installations (id, extension_number, project_id, state, manifest,
             configuration, callback_url, signing, requested_secrets, scopes, operations, revision, generation,
             changes, created_at, updated_at)
         VALUES (1, 1, 27, 'active', '{}', '{}', 'x', 'body', '[]', '[]', '{}', 1, 1, 0, 0, 0),
                (2, 2, 27, 'active', '{}', '{}', 'x', 'body', '[]', '[]', '{}', 1, 1, 0, 0, 0);",
    )?;
    super::process::pin(super::process::SERVER_CORE);
    let begin = Instant::now();
    let mut number = 0;
    while begin.elapsed() < length {
        connection.execute_batch("BEGIN")?;
        for _ in 0..BATCH {
            number += 1;
            write(&connection, number)?;
        }
        connection.execute_batch("COMMIT")?;
    }
    let elapsed = begin.elapsed();
    super::process::pin(super::process::LOAD_CORE);
    #[allow(clippy::cast_precision_loss, reason = "a count of accepts")]
    Ok(number as f64 / elapsed.as_secs_f64())
}

fn write(connection: &Connection, number: u64) -> rusqlite::Result<()> {
    let now = 1_700_000_000_000_i64;
    let id = Uuid::now_v7();
    connection
        .prepare_cached(
            "INSERT INTO idempotency_keys (scope, key, event_id, request_hash, created_at, \
             expires_at) VALUES ('operator', ?1, ?2, ?3, ?4, ?4) ON CONFLICT (scope, key) DO NOTHING",
        )?
        .execute(params![format!("bench-{number}"), id.as_bytes(), [7_u8; 32], now])?;
    connection
        .prepare_cached(
            "INSERT INTO events (id, project_id, name, version, payload, context, halted, \
             created_at) VALUES (?1, 27, 'issue.created', 'v1', ?2, NULL, 0, ?3)",
        )?
        .execute(params![id.as_bytes(), event(27, number), now])?;
    for installation in 1..=2 {
        connection
            .prepare_cached(
                "INSERT INTO deliveries (id, event_id, installation_id, hook_id, kind, \
                 event_version, endpoint, timeout_ms, retries, required, token_minutes, \
                 redelivery_of, state, due_at, lease, claims, created_at, updated_at) VALUES \
                 (?1, ?2, ?3, 1, 'hook', 'v1', NULL, 10000, 5, 1, NULL, NULL, 'queued', ?4, NULL, \
                 0, ?4, ?4)",
            )?
            .execute(params![Uuid::now_v7().as_bytes(), id.as_bytes(), installation, now])?;
    }
    Ok(())
}
