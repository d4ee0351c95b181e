//! Deliveries as they are planned: one event to one installation.

use jiff::Timestamp;
use kiket_contract::api::events::PlannedDelivery;
use kiket_contract::id::{DeliveryId, EventId, InstallationId};
use sqlx::AnyConnection;
use uuid::Uuid;

use super::events::NewEvent;
use super::{StoreError, read, rows};

/// What a delivery is for, and so who waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Somebody wishes to hear an event; the worker delivers it, and again when it fails.
    Hook,
    /// Something waits for the answer, and nothing is done with a late one.
    Guard,
    /// A user waits for the answer.
    Action,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Hook => "hook",
            Self::Guard => "guard",
            Self::Action => "action",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Hook, Self::Guard, Self::Action].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A delivery to be written with its event.
#[derive(Debug, Clone)]
pub(crate) struct NewDelivery {
    pub(crate) id: DeliveryId,
    pub(crate) installation_id: InstallationId,
    pub(crate) hook_id: Option<i64>,
    pub(crate) kind: Kind,
    pub(crate) event_version: String,
    pub(crate) endpoint: Option<String>,
    pub(crate) timeout_ms: i64,
    pub(crate) retries: i64,
    pub(crate) required: bool,
    pub(crate) token_minutes: Option<i64>,
    pub(crate) redelivery_of: Option<DeliveryId>,
    /// The lease of whoever writes it and attempts it at once, and when that lease ends. Without
    /// one it is the worker's.
    pub(crate) lease: Option<(Uuid, Timestamp)>,
}

/// Writes deliveries, each beside the event that it is of.
pub(super) async fn write_all(
    connection: &mut AnyConnection,
    deliveries: &[(&NewEvent, &NewDelivery)],
) -> Result<(), StoreError> {
    let is_queued = |delivery: &NewDelivery| {
        delivery.kind == Kind::Hook
            && delivery.hook_id.is_some()
            && delivery.lease.is_none()
            && delivery.redelivery_of.is_none()
    };
    let (queued, others): (Vec<_>, Vec<_>) =
        deliveries.iter().copied().partition(|(_, delivery)| is_queued(delivery));
    for group in rows::groups(queued.len()) {
        queue(connection, &queued[group]).await?;
    }
    for group in rows::groups(others.len()) {
        write(connection, &others[group]).await?;
    }
    Ok(())
}

/// Writes deliveries that wait for the worker, as nearly all do: what is the same in each of them
/// stands in the statement, and what their hooks say comes from there, since every argument costs
/// time.
async fn queue(
    connection: &mut AnyConnection,
    deliveries: &[(&NewEvent, &NewDelivery)],
) -> Result<(), StoreError> {
    let mut statement = rows::statement(
        "WITH new (id, event_id, hook_id, event_version, now) AS (",
        "(?, ?, ?, ?, ?)",
        deliveries.len(),
        ") INSERT INTO deliveries (id, event_id, installation_id, hook_id, kind, event_version, \
         endpoint, timeout_ms, retries, required, token_minutes, state, due_at, claims, created_at, \
         updated_at) \
         SELECT new.id, new.event_id, h.installation_id, h.id, 'hook', new.event_version, \
         h.endpoint, h.timeout_ms, h.retries, h.required, h.token_minutes, 'queued', new.now, 0, \
         new.now, new.now FROM new JOIN hooks h ON h.id = new.hook_id",
    );
    for (event, delivery) in deliveries {
        statement = statement
            .bind(delivery.id.as_bytes().to_vec())
            .bind(event.id.as_bytes().to_vec())
            .bind(delivery.hook_id)
            .bind(delivery.event_version.clone())
            .bind(event.now.as_millisecond());
    }
    let written = statement.execute(connection).await?.rows_affected();
    if written == deliveries.len() as u64 { Ok(()) } else { Err(StoreError::Damaged("hooks")) }
}

async fn write(
    connection: &mut AnyConnection,
    deliveries: &[(&NewEvent, &NewDelivery)],
) -> Result<(), StoreError> {
    let mut statement = rows::statement(
        "INSERT INTO deliveries (id, event_id, installation_id, hook_id, kind, event_version, \
         endpoint, timeout_ms, retries, required, token_minutes, redelivery_of, state, due_at, \
         lease, claims, created_at, updated_at)",
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?)",
        deliveries.len(),
        "",
    );
    for (event, delivery) in deliveries {
        let now = event.now.as_millisecond();
        let due_at = delivery.lease.map_or(now, |(_, until)| until.as_millisecond());
        statement = statement
            .bind(delivery.id.as_bytes().to_vec())
            .bind(event.id.as_bytes().to_vec())
            .bind(i64::from(delivery.installation_id))
            .bind(delivery.hook_id)
            .bind(delivery.kind.as_str())
            .bind(delivery.event_version.clone())
            .bind(delivery.endpoint.clone())
            .bind(delivery.timeout_ms)
            .bind(delivery.retries)
            .bind(i64::from(delivery.required))
            .bind(delivery.token_minutes)
            .bind(delivery.redelivery_of.map(|id| id.as_bytes().to_vec()))
            .bind(due_at)
            .bind(delivery.lease.map(|(lease, _)| lease.as_bytes().to_vec()))
            .bind(i64::from(delivery.lease.is_some()))
            .bind(now)
            .bind(now);
    }
    statement.execute(connection).await?;
    Ok(())
}

/// What was planned when an event was accepted.
pub(super) async fn planned(
    connection: &mut AnyConnection,
    event: EventId,
) -> Result<Vec<PlannedDelivery>, StoreError> {
    sqlx::query(
        "SELECT id, installation_id FROM deliveries \
         WHERE event_id = $1 AND redelivery_of IS NULL ORDER BY id",
    )
    .bind(event.as_bytes())
    .fetch_all(connection)
    .await?
    .iter()
    .map(|row| {
        Ok(PlannedDelivery {
            id: read(row, "id", |id: Vec<u8>| DeliveryId::from_slice(&id))?,
            installation_id: read(row, "installation_id", |id: i64| id.try_into())?,
        })
    })
    .collect()
}
