//! Idempotency keys: the same key from the same credential is the same event.

use std::collections::HashSet;

use jiff::Timestamp;
use kiket_contract::id::EventId;
use sqlx::{AnyConnection, Row};

use super::events::{Accepted, NewEvent};
use super::{StoreError, deliveries, read, rows};

/// What makes a request the same as an earlier one.
#[derive(Debug, Clone)]
pub(crate) struct Idempotency {
    /// Whose key it is.
    pub(crate) scope: String,
    pub(crate) key: String,
    /// SHA-256 of the request's body.
    pub(crate) request_hash: [u8; 32],
    pub(crate) expires_at: Timestamp,
}

/// Takes the keys of these events, and returns those events whose key was taken before. A key that
/// has expired is free.
pub(super) async fn take(
    connection: &mut AnyConnection,
    events: &[&NewEvent],
) -> Result<HashSet<EventId>, StoreError> {
    let keyed: Vec<_> =
        events.iter().filter_map(|event| Some((event, event.idempotency.as_ref()?))).collect();
    let mut taken: HashSet<EventId> = keyed.iter().map(|(event, _)| event.id).collect();
    for group in rows::groups(keyed.len()) {
        let group = &keyed[group];
        let mut statement = rows::statement(
            "INSERT INTO idempotency_keys (scope, key, event_id, request_hash, created_at, \
             expires_at)",
            "(?, ?, ?, ?, ?, ?)",
            group.len(),
            "ON CONFLICT (scope, key) DO UPDATE SET event_id = excluded.event_id, \
             request_hash = excluded.request_hash, created_at = excluded.created_at, \
             expires_at = excluded.expires_at \
             WHERE idempotency_keys.expires_at <= excluded.created_at RETURNING event_id",
        );
        for (event, idempotency) in group {
            statement = statement
                .bind(idempotency.scope.clone())
                .bind(idempotency.key.clone())
                .bind(event.id.as_bytes().to_vec())
                .bind(idempotency.request_hash.to_vec())
                .bind(event.now.as_millisecond())
                .bind(idempotency.expires_at.as_millisecond());
        }
        for row in statement.fetch_all(&mut *connection).await? {
            taken.remove(&read(&row, "event_id", |id: Vec<u8>| EventId::from_slice(&id))?);
        }
    }
    Ok(taken)
}

/// What the key's first request was answered, or that this one is another request.
pub(super) async fn earlier(
    connection: &mut AnyConnection,
    idempotency: &Idempotency,
) -> Result<Accepted, StoreError> {
    let row = sqlx::query(
        "SELECT event_id, request_hash FROM idempotency_keys WHERE scope = $1 AND key = $2",
    )
    .bind(&idempotency.scope)
    .bind(&idempotency.key)
    .fetch_one(&mut *connection)
    .await?;
    if row.try_get::<Vec<u8>, _>("request_hash")? != idempotency.request_hash {
        return Ok(Accepted::KeyReused);
    }
    let event = read(&row, "event_id", |id: Vec<u8>| EventId::from_slice(&id))?;
    Ok(Accepted::Before { event, deliveries: deliveries::planned(connection, event).await? })
}
