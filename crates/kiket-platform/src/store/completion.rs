//! Completion: an attempt, the state that it leads to and what follows from that, in one commit.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use kiket_contract::id::{DeliveryId, EventId};
use sqlx::{AnyConnection, Row};

use super::claims::Claim;
use super::events::NewEvent;
use super::{Plan, Store, StoreError, events, hooks, installations, read, rows};

/// How an attempt went, and what follows.
#[derive(Debug, Clone)]
pub(crate) struct Completion {
    pub(crate) claim: Claim,
    pub(crate) started_at: Timestamp,
    pub(crate) duration_ms: i64,
    pub(crate) status_code: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) response: Option<String>,
    pub(crate) next: Next,
    pub(crate) consequences: Consequences,
    pub(crate) now: Timestamp,
}

/// What a final outcome brings with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Consequences {
    /// The event whose origin may not go on.
    pub(crate) halts: Option<EventId>,
    /// The hook that ends, and why.
    pub(crate) disables: Option<(i64, String)>,
    /// Events that are raised when somebody hears them.
    pub(crate) raises: Vec<NewEvent>,
    /// Whether it was the last that a removed installation hears.
    pub(crate) buries: bool,
}

/// Where a delivery stands after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Delivered,
    Failed,
    RetryAt(Timestamp),
    /// The holder of the claim tries again at once; the lease goes on until then.
    Again {
        until: Timestamp,
    },
}

/// What came of recording an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Completed {
    /// It is recorded and its delivery moved on.
    Moved,
    /// It is recorded; its delivery had been cancelled.
    Cancelled,
    /// The lease has gone to somebody else; nothing is recorded.
    LeaseLost,
}

impl Next {
    fn state(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::RetryAt(_) | Self::Again { .. } => "queued",
        }
    }

    fn due_at(self) -> Option<i64> {
        match self {
            Self::RetryAt(at) | Self::Again { until: at } => Some(at.as_millisecond()),
            Self::Delivered | Self::Failed => None,
        }
    }
}

impl Store {
    /// Records an attempt and moves its delivery on.
    pub(crate) async fn complete(
        &self,
        completion: Arc<Completion>,
    ) -> Result<Completed, StoreError> {
        self.batches.complete(completion).await
    }
}

/// Records attempts, and says for each what came of it.
pub(super) async fn complete_all(
    connection: &mut AnyConnection,
    plan: Plan,
    completions: &[&Completion],
) -> Result<Vec<Completed>, StoreError> {
    let mut results = vec![Completed::LeaseLost; completions.len()];
    for round in rounds(completions) {
        for group in rows::groups(round.len()) {
            let group = &round[group];
            let theirs: Vec<_> = group.iter().map(|at| completions[*at]).collect();
            let moved = move_on(connection, &theirs).await?;
            for at in group {
                if let Some(result) = moved.get(&completions[*at].claim.id) {
                    results[*at] = *result;
                }
            }
        }
    }
    let recorded = completions.iter().zip(&results);
    let recorded: Vec<_> =
        recorded.filter(|(_, result)| **result != Completed::LeaseLost).collect();
    let attempts: Vec<_> = recorded.iter().map(|(completion, _)| **completion).collect();
    write_attempts(connection, &attempts).await?;
    let mut raised = Vec::new();
    for (completion, _) in recorded.iter().filter(|(_, result)| **result == Completed::Moved) {
        follow(connection, &completion.consequences).await?;
        raised.extend(&completion.consequences.raises);
    }
    events::raise(connection, plan, &raised).await?;
    Ok(results)
}

/// The completions by their places, each delivery at most once in a round: when a lease has gone to
/// somebody else, both may end at the same time, and what moves a delivery is told by its id alone.
fn rounds(completions: &[&Completion]) -> Vec<Vec<usize>> {
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    let mut ended: HashMap<DeliveryId, usize> = HashMap::with_capacity(completions.len());
    for (at, completion) in completions.iter().enumerate() {
        let round = ended.entry(completion.claim.id).or_default();
        if rounds.len() == *round {
            rounds.push(Vec::new());
        }
        rounds[*round].push(at);
        *round += 1;
    }
    rounds
}

/// Moves deliveries on whose lease is still the completion's, and says which.
async fn move_on(
    connection: &mut AnyConnection,
    completions: &[&Completion],
) -> Result<HashMap<DeliveryId, Completed>, StoreError> {
    let mut statement = rows::statement(
        "WITH v(id, lease, state, due_at, next_lease, now) AS (",
        "(CAST(? AS BLOB), CAST(? AS BLOB), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BLOB), \
         CAST(? AS BIGINT))",
        completions.len(),
        ") UPDATE deliveries SET updated_at = v.now, \
         state = CASE WHEN deliveries.state = 'queued' THEN v.state ELSE deliveries.state END, \
         due_at = CASE WHEN deliveries.state = 'queued' THEN v.due_at END, \
         lease = CASE WHEN deliveries.state = 'queued' THEN v.next_lease END, \
         claims = CASE WHEN v.next_lease IS NULL THEN claims ELSE claims + 1 END \
         FROM v WHERE deliveries.id = v.id AND deliveries.lease = v.lease \
         RETURNING deliveries.id AS id, deliveries.state AS state",
    );
    for Completion { claim, next, now, .. } in completions {
        let lease = claim.lease.as_bytes().to_vec();
        let next_lease = matches!(next, Next::Again { .. }).then(|| lease.clone());
        statement = statement
            .bind(claim.id.as_bytes().to_vec())
            .bind(lease)
            .bind(next.state())
            .bind(next.due_at())
            .bind(next_lease)
            .bind(now.as_millisecond());
    }
    let mut moved = HashMap::with_capacity(completions.len());
    for row in statement.fetch_all(connection).await? {
        let id = read(&row, "id", |id: Vec<u8>| DeliveryId::from_slice(&id))?;
        let cancelled = row.try_get::<&str, _>("state")? == "cancelled";
        moved.insert(id, if cancelled { Completed::Cancelled } else { Completed::Moved });
    }
    Ok(moved)
}

async fn write_attempts(
    connection: &mut AnyConnection,
    completions: &[&Completion],
) -> Result<(), StoreError> {
    for group in rows::groups(completions.len()) {
        let group = &completions[group];
        let mut statement = rows::statement(
            "INSERT INTO attempts (delivery_id, number, installation_id, started_at, duration_ms, \
             status_code, error, response)",
            "(?, ?, ?, ?, ?, ?, ?, ?)",
            group.len(),
            "",
        );
        for completion in group {
            statement = statement
                .bind(completion.claim.id.as_bytes().to_vec())
                .bind(completion.claim.number)
                .bind(i64::from(completion.claim.installation))
                .bind(completion.started_at.as_millisecond())
                .bind(completion.duration_ms)
                .bind(completion.status_code.map(i64::from))
                .bind(completion.error.clone())
                .bind(completion.response.clone());
        }
        statement.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn follow(
    connection: &mut AnyConnection,
    consequences: &Consequences,
) -> Result<(), StoreError> {
    if let Some(event) = consequences.halts {
        sqlx::query("UPDATE events SET halted = 1 WHERE id = $1")
            .bind(event.as_bytes())
            .execute(&mut *connection)
            .await?;
    }
    if let Some((hook, reason)) = &consequences.disables {
        hooks::disable(connection, *hook, reason).await?;
    }
    if consequences.buries {
        installations::bury(connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
