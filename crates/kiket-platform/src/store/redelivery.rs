//! Delivering again, and cancelling.

use jiff::Timestamp;
use kiket_contract::api::deliveries::recovery::{Recover, Undelivered};
use kiket_contract::id::{DeliveryId, InstallationId};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::arguments::Arguments;
use super::deliveries::Kind;
use super::{Store, StoreError, read, rows};

/// How many deliveries of a recovery are written in one transaction.
const RECOVERED_AT_ONCE: usize = 1_000;

/// A new delivery in place of an old one.
pub(crate) struct Redelivery {
    pub(crate) id: DeliveryId,
    pub(crate) of: DeliveryId,
    pub(crate) installation_id: InstallationId,
    pub(crate) event_version: String,
}

/// What came of the wish to deliver again. All but the first left everything as it is.
pub(crate) enum Redelivered {
    As(Redelivery),
    NotSettled,
    InstallationRemoved,
    /// Somebody waited for its answer.
    AnsweredAtOnce(Kind),
    Unknown,
}

/// What came of the wish to cancel. All but the first left everything as it is.
pub(crate) enum Cancelled {
    Now,
    AlreadySettled,
    /// Somebody waits for its answer.
    AnsweredAtOnce,
    Unknown,
}

/// One step of a recovery.
pub(crate) struct Step {
    pub(crate) redeliveries: Vec<Redelivery>,
    /// Where the next step goes on; none when there is nothing left.
    pub(crate) next: Option<Progress>,
}

/// How far a recovery has come.
#[derive(Clone, Copy)]
pub(crate) struct Progress {
    /// When it began: what has been made since is not its business.
    started: i64,
    ended_at: i64,
    id: DeliveryId,
}

impl Store {
    /// Writes a new delivery of what the old one delivers, when that has come to its end.
    pub(crate) async fn redeliver(
        &self,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<Redelivered, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let row = sqlx::query(
            "SELECT d.id, d.kind, d.state, d.event_version, d.installation_id, \
             i.state AS installation FROM deliveries d \
             JOIN installations i ON i.id = d.installation_id WHERE d.id = $1",
        )
        .bind(id.as_bytes())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(Redelivered::Unknown) };
        let kind = read(&row, "kind", |kind: String| Kind::parse(&kind).ok_or(()))?;
        if kind != Kind::Hook {
            return Ok(Redelivered::AnsweredAtOnce(kind));
        }
        if row.try_get::<&str, _>("installation")? == "removed" {
            return Ok(Redelivered::InstallationRemoved);
        }
        if row.try_get::<&str, _>("state")? == "queued" {
            return Ok(Redelivered::NotSettled);
        }
        let new = redelivery(&row)?;
        write_all(&mut transaction, std::slice::from_ref(&new), now).await?;
        transaction.commit().await?;
        Ok(Redelivered::As(new))
    }

    /// Ends a delivery that has not ended. The lease of an attempt that is under way stays, so that
    /// the attempt is recorded.
    pub(crate) async fn cancel(
        &self,
        id: DeliveryId,
        reason: &str,
        now: Timestamp,
    ) -> Result<Cancelled, StoreError> {
        let cancelled = sqlx::query(
            "UPDATE deliveries SET state = 'cancelled', due_at = NULL, reason = $1, \
             updated_at = $2 WHERE id = $3 AND state = 'queued' AND kind = 'hook'",
        )
        .bind(reason)
        .bind(now.as_millisecond())
        .bind(id.as_bytes())
        .execute(&self.writer)
        .await?;
        if cancelled.rows_affected() > 0 {
            return Ok(Cancelled::Now);
        }
        let row = sqlx::query("SELECT state FROM deliveries WHERE id = $1")
            .bind(id.as_bytes())
            .fetch_optional(&self.writer)
            .await?;
        let Some(row) = row else { return Ok(Cancelled::Unknown) };
        Ok(match row.try_get("state")? {
            "queued" => Cancelled::AnsweredAtOnce,
            _ => Cancelled::AlreadySettled,
        })
    }

    /// Finds the next deliveries of a recovery and, unless it only counts, delivers them again.
    pub(crate) async fn recover(
        &self,
        wanted: &Recover,
        after: Option<Progress>,
        now: Timestamp,
    ) -> Result<Step, StoreError> {
        let started = after.map_or(now.as_millisecond(), |progress| progress.started);
        let (text, arguments) = undelivered(wanted, after, started)?;
        let pool = if wanted.dry_run { &self.reader } else { &self.writer };
        let mut transaction = pool.begin().await?;
        let rows = arguments.statement(text).fetch_all(&mut *transaction).await?;
        let redeliveries = rows.iter().map(redelivery).collect::<Result<Vec<_>, _>>()?;
        if !wanted.dry_run {
            write_all(&mut transaction, &redeliveries, now).await?;
        }
        transaction.commit().await?;
        let last = rows.last().filter(|_| rows.len() == RECOVERED_AT_ONCE);
        let next = last.zip(redeliveries.last()).map(|(row, last)| {
            Ok::<_, StoreError>(Progress {
                started,
                ended_at: row.try_get("updated_at")?,
                id: last.of,
            })
        });
        Ok(Step { redeliveries, next: next.transpose()? })
    }
}

/// Those that ended undelivered in the window and have not been redelivered, the oldest end first.
fn undelivered(
    wanted: &Recover,
    after: Option<Progress>,
    started: i64,
) -> Result<(String, Arguments), StoreError> {
    let mut arguments = Arguments::default();
    let failed = wanted.status.contains(Undelivered::Failed);
    let state = match (failed, wanted.status.contains(Undelivered::Cancelled)) {
        (true, true) => "(d.state = 'failed' OR d.state = 'cancelled')",
        (true, false) => "d.state = 'failed'",
        (false, true) => "d.state = 'cancelled'",
        (false, false) => "d.state = 'failed' AND 1 = 0",
    };
    let since = arguments.add(wanted.since.as_millisecond())?;
    let until = arguments.add(wanted.until.as_millisecond())?;
    let (at, id) = after.map_or((i64::MIN, Vec::new()), |progress| {
        (progress.ended_at, progress.id.as_bytes().to_vec())
    });
    let (at, id) = (arguments.add(at)?, arguments.add(id)?);
    let started = arguments.add(started)?;
    let mut filters = String::new();
    if let Some(installation) = wanted.installation_id {
        filters += &format!(" AND i.id = {}", arguments.add(i64::from(installation))?);
    }
    if let Some(project) = wanted.project_id {
        filters += &format!(" AND i.project_id = {}", arguments.add(i64::from(project))?);
    }
    if let Some(event) = &wanted.event {
        let event = arguments.add(event.as_str().to_owned())?;
        filters += &format!(" AND (SELECT v.name FROM events v WHERE v.id = d.event_id) = {event}");
    }
    let most = arguments.add(i64::try_from(RECOVERED_AT_ONCE).unwrap_or(i64::MAX))?;
    // A redelivery has its event in common with what it repeats. The sign keeps an installation
    // from choosing the index, which then would not have the ends in order.
    let text = format!(
        "SELECT d.id, d.event_version, d.installation_id, d.updated_at FROM deliveries d \
         JOIN installations i ON i.id = +d.installation_id WHERE {state} \
         AND d.updated_at >= {since} AND d.updated_at < {until} \
         AND (d.updated_at, d.id) > ({at}, {id}) AND d.created_at < {started} \
         AND d.kind = 'hook' AND i.state <> 'removed' AND NOT EXISTS (SELECT 1 FROM deliveries r \
         WHERE r.event_id = d.event_id AND r.redelivery_of = d.id){filters} \
         ORDER BY d.updated_at, d.id LIMIT {most}"
    );
    Ok((text, arguments))
}

fn redelivery(row: &AnyRow) -> Result<Redelivery, StoreError> {
    Ok(Redelivery {
        id: DeliveryId::new(),
        of: read(row, "id", |id: Vec<u8>| DeliveryId::from_slice(&id))?,
        installation_id: read(row, "installation_id", |id: i64| id.try_into())?,
        event_version: row.try_get("event_version")?,
    })
}

/// Writes new deliveries with all that the old ones were planned with.
async fn write_all(
    connection: &mut AnyConnection,
    redeliveries: &[Redelivery],
    now: Timestamp,
) -> Result<(), StoreError> {
    for group in rows::groups(redeliveries.len()) {
        let group = &redeliveries[group];
        let mut statement = rows::statement(
            "WITH v(id, old, now) AS (",
            "(CAST(? AS BLOB), CAST(? AS BLOB), CAST(? AS BIGINT))",
            group.len(),
            ") INSERT INTO deliveries (id, event_id, installation_id, hook_id, kind, \
             event_version, endpoint, timeout_ms, retries, required, token_minutes, \
             redelivery_of, state, due_at, claims, created_at, updated_at) \
             SELECT v.id, d.event_id, d.installation_id, d.hook_id, d.kind, d.event_version, \
             d.endpoint, d.timeout_ms, d.retries, d.required, d.token_minutes, d.id, 'queued', \
             v.now, 0, v.now, v.now FROM v JOIN deliveries d ON d.id = v.old",
        );
        for redelivery in group {
            statement = statement
                .bind(redelivery.id.as_bytes().to_vec())
                .bind(redelivery.of.as_bytes().to_vec())
                .bind(now.as_millisecond());
        }
        statement.execute(&mut *connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kiket_contract::api::deliveries::recovery::Ended;
    use prometheus_client::metrics::histogram::Histogram;

    use super::*;
    use crate::delivery::plan::plan;

    #[tokio::test]
    async fn a_recovery_reads_only_what_ended_undelivered_and_in_its_order() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), plan, Histogram::new([1.0])).await.unwrap();
        let both = Ended::Any(vec![Undelivered::Failed, Undelivered::Cancelled]);
        for status in [Ended::default(), Ended::One(Undelivered::Cancelled), both] {
            for filtered in [false, true] {
                let wanted = Recover {
                    since: Timestamp::UNIX_EPOCH,
                    until: Timestamp::now(),
                    status: status.clone(),
                    event: filtered.then(|| "issue.created".to_owned().try_into().unwrap()),
                    installation_id: filtered.then(|| 5.try_into().unwrap()),
                    project_id: filtered.then(|| 27.try_into().unwrap()),
                    dry_run: false,
                };
                let (text, arguments) = undelivered(&wanted, None, 0).unwrap();
                let steps = arguments.steps(&text, &store).await;
                let search = "SEARCH d USING INDEX deliveries_undelivered_by_end (updated_at>?";
                assert!(steps.iter().any(|step| step.starts_with(search)), "{steps:#?}");
                let sorts = |step: &String| step.contains("TEMP B-TREE") || step == "SCAN r";
                assert!(!steps.iter().any(sorts), "{steps:#?}");
            }
        }
        store.close().await;
    }
}
