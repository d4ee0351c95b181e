//! Guards: a question that deliveries ask at once, what was decided, and how a pending one ends.

use jiff::Timestamp;
use kiket_contract::api::guards::{Guard, GuardResult, Resolution, Resolve, ResolvedTo};
use kiket_contract::id::{EventId, ProjectId};
use kiket_contract::payload::Members;
use kiket_contract::response::GuardStatus;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use uuid::Uuid;

use super::deliveries::{self, Kind, NewDelivery};
use super::events::{self, NewEvent, Refusal};
use super::hooks::{self, MatchingHook};
use super::{Store, StoreError, json, projects, read, time, time_or_none};

/// A question that has been written down with its deliveries.
pub(crate) struct Asked {
    /// Those that ask, each leased to whoever asks.
    pub(crate) guards: Vec<NewDelivery>,
    /// Hooks that would be asked if their installation were not paused.
    pub(crate) paused: Vec<MatchingHook>,
    /// Those that go their usual way.
    pub(crate) others: Vec<NewDelivery>,
}

/// What came of resolving a guard's decision.
pub(crate) enum Resolved {
    Now(Box<Guard>),
    /// It had been decided or resolved before.
    NotPending,
    Unknown,
}

const GUARD: &str = "SELECT g.event_id, v.name, g.project_id, g.decision, g.message, g.results, \
     g.resolved_to, g.resolved_by, g.reason, g.created_at, g.resolved_at \
     FROM guards g JOIN events v ON v.id = g.event_id";

impl Store {
    /// Writes a question with the deliveries that ask it, leased until `until`, and those of the
    /// hooks that do not decide.
    pub(crate) async fn ask(
        &self,
        event: &NewEvent,
        lease: Uuid,
        until: Timestamp,
    ) -> Result<Result<Asked, Refusal>, StoreError> {
        let mut transaction = self.writer.begin().await?;
        if let Some(refusal) = projects::refusals(&mut transaction, &[event]).await?.remove(0) {
            return Ok(Err(refusal));
        }
        let hooks = hooks::matching(&mut transaction, event.project_id, &event.name).await?;
        let (guards, others): (Vec<_>, Vec<_>) =
            hooks.into_iter().partition(|matching| matching.hook.required);
        let (paused, guards): (Vec<_>, Vec<_>) =
            guards.into_iter().partition(|matching| matching.paused);
        let version = event.version.as_deref();
        let mut guards = (self.plan)(version, &guards);
        for delivery in &mut guards {
            delivery.kind = Kind::Guard;
            delivery.lease = Some((lease, until));
        }
        let wanted = (self.plan)(version, &paused);
        let paused = paused
            .into_iter()
            .filter(|hook| wanted.iter().any(|delivery| delivery.hook_id == Some(hook.id)))
            .collect();
        let asked = Asked { guards, paused, others: (self.plan)(version, &others) };
        events::write_all(&mut transaction, &[event]).await?;
        let deliveries = asked.guards.iter().chain(&asked.others);
        let deliveries: Vec<_> = deliveries.map(|delivery| (event, delivery)).collect();
        deliveries::write_all(&mut transaction, &deliveries).await?;
        transaction.commit().await?;
        Ok(Ok(asked))
    }

    /// Writes what was decided.
    pub(crate) async fn decide(&self, guard: &Guard) -> Result<(), StoreError> {
        let results =
            serde_json::to_string(&guard.results).map_err(|_| StoreError::Damaged("results"))?;
        sqlx::query(
            "INSERT INTO guards (event_id, project_id, decision, message, results, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(guard.id.as_bytes())
        .bind(i64::from(guard.project_id))
        .bind(guard.decision.as_str())
        .bind(guard.message.as_deref())
        .bind(results)
        .bind(guard.created_at.as_millisecond())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Guards, newest first: all, or those that wait or are of a project; below `before` when it is
    /// given.
    pub(crate) async fn guards(
        &self,
        pending_only: bool,
        project: Option<ProjectId>,
        before: Option<EventId>,
        most: usize,
    ) -> Result<Vec<Guard>, StoreError> {
        let pending = "g.decision = 'pending' AND g.resolved_to IS NULL";
        let filter = if pending_only { pending } else { "1 = 1" };
        let of = match project {
            Some(_) => "g.project_id = $3",
            None => "CAST($3 AS BIGINT) IS NULL",
        };
        // Every part is a literal of this file; what comes from outside is bound.
        let statement = sqlx::AssertSqlSafe(format!(
            "{GUARD} WHERE {filter} AND ($1 = 1 OR g.event_id < $2) \
             AND {of} \
             ORDER BY g.event_id DESC LIMIT $4"
        ));
        sqlx::query(statement)
            .bind(i64::from(before.is_none()))
            .bind(before.map(|id| id.as_bytes().to_vec()).unwrap_or_default())
            .bind(project.map(i64::from))
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(&self.reader)
            .await?
            .iter()
            .map(assemble)
            .collect()
    }

    /// One guard's decision.
    pub(crate) async fn guard(&self, id: EventId) -> Result<Option<Guard>, StoreError> {
        let mut connection = self.reader.acquire().await?;
        guard(&mut connection, id).await
    }

    /// Ends a pending decision, and raises the event that `raise` makes of it and of the payload
    /// that asked.
    pub(crate) async fn resolve(
        &self,
        id: EventId,
        end: &Resolve,
        now: Timestamp,
        raise: impl FnOnce(&Guard, &Members) -> Option<NewEvent>,
    ) -> Result<Resolved, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let resolved = sqlx::query(
            "UPDATE guards SET resolved_to = $1, resolved_by = $2, reason = $3, resolved_at = $4 \
             WHERE event_id = $5 AND decision = 'pending' AND resolved_to IS NULL",
        )
        .bind(end.decision.as_str())
        .bind(&end.by)
        .bind(end.reason.as_deref())
        .bind(now.as_millisecond())
        .bind(id.as_bytes())
        .execute(&mut *transaction)
        .await?;
        let Some(guard) = guard(&mut transaction, id).await? else { return Ok(Resolved::Unknown) };
        if resolved.rows_affected() == 0 {
            return Ok(Resolved::NotPending);
        }
        let row = sqlx::query("SELECT payload FROM events WHERE id = $1")
            .bind(id.as_bytes())
            .fetch_one(&mut *transaction)
            .await?;
        if let Some(event) = raise(&guard, &json(&row, "payload")?) {
            events::raise(&mut transaction, self.plan, &[&event]).await?;
        }
        transaction.commit().await?;
        Ok(Resolved::Now(Box::new(guard)))
    }
}

async fn guard(connection: &mut AnyConnection, id: EventId) -> Result<Option<Guard>, StoreError> {
    let statement = sqlx::AssertSqlSafe(format!("{GUARD} WHERE g.event_id = $1"));
    let row = sqlx::query(statement).bind(id.as_bytes()).fetch_optional(connection).await?;
    row.as_ref().map(assemble).transpose()
}

fn assemble(row: &AnyRow) -> Result<Guard, StoreError> {
    let resolved_to: Option<String> = row.try_get("resolved_to")?;
    let resolution = match (resolved_to, time_or_none(row, "resolved_at")?) {
        (Some(word), Some(at)) => Some(Resolution {
            decision: ResolvedTo::parse(&word).ok_or(StoreError::Damaged("resolved_to"))?,
            by: row.try_get::<Option<String>, _>("resolved_by")?.unwrap_or_default(),
            reason: row.try_get("reason")?,
            at,
        }),
        _ => None,
    };
    let results: Vec<GuardResult> = json(row, "results")?;
    Ok(Guard {
        id: read(row, "event_id", |id: Vec<u8>| EventId::from_slice(&id))?,
        event: row.try_get("name")?,
        project_id: read(row, "project_id", |id: i64| ProjectId::try_from(id))?,
        decision: read(row, "decision", |word: String| GuardStatus::parse(&word).ok_or(()))?,
        message: row.try_get("message")?,
        results,
        deliveries: Vec::new(),
        resolution,
        created_at: time(row, "created_at")?,
    })
}
