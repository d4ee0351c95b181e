//! A project's activity: attempts and what extensions told, newest first.
//!
//! The two are read apart, each by an index that has it in order, and brought together here; so a
//! position in the list is one in each.

use jiff::Timestamp;
use kiket_contract::api::extension_events::{
    AttemptStatus, Entry, ExtensionEvent, Kind, ListExtensionEvents,
};
use kiket_contract::id::DeliveryId;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::arguments::Arguments;
use super::notifications::Data;
use super::view::status_code;
use super::{Store, StoreError, json, read, time, time_or_none};

/// When an attempt began, in milliseconds, its delivery and its number.
type AttemptKey = (i64, DeliveryId, i64);
/// When an entry was logged, in milliseconds, and its number.
type LogKey = (i64, i64);

/// How far the list has been read, of each of its parts.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Position {
    attempts: Option<AttemptKey>,
    logs: Option<LogKey>,
}

enum Key {
    Attempt(AttemptKey),
    Log(LogKey),
}

/// An entry and its place in the list.
pub(crate) struct Found {
    key: Key,
    pub(crate) entry: ExtensionEvent,
}

impl Found {
    /// The position after these entries, which began after `start`.
    pub(crate) fn end(shown: &[Self], start: Position) -> Position {
        shown.iter().fold(start, |position, found| match found.key {
            Key::Attempt(key) => Position { attempts: Some(key), ..position },
            Key::Log(key) => Position { logs: Some(key), ..position },
        })
    }
}

impl Store {
    /// The newest entries after a position, one more than the page may have.
    pub(crate) async fn activity(
        &self,
        wanted: &ListExtensionEvents,
        after: Position,
    ) -> Result<Vec<Found>, StoreError> {
        let mut transaction = self.reader.begin().await?;
        let mut found = Vec::new();
        if wanted.kind.is_none_or(|kind| kind == Kind::Delivery) {
            let (text, arguments) = attempts(wanted, after.attempts)?;
            for row in arguments.statement(text).fetch_all(&mut *transaction).await? {
                found.push(attempt(&row)?);
            }
        }
        if wanted.kind != Some(Kind::Delivery) {
            let (text, arguments) = logs(wanted, after.logs)?;
            for row in arguments.statement(text).fetch_all(&mut *transaction).await? {
                found.push(log(&row)?);
            }
        }
        // Stable, so that each part stays in its order.
        found.sort_by_key(|found| std::cmp::Reverse(found.entry.at));
        found.truncate(wanted.limit.get() + 1);
        Ok(found)
    }
}

fn attempts(
    wanted: &ListExtensionEvents,
    after: Option<AttemptKey>,
) -> Result<(String, Arguments), StoreError> {
    let mut arguments = Arguments::default();
    let most = most(wanted, &mut arguments)?;
    let (at, id, number) = after
        .map_or((i64::MAX, Vec::new(), 0), |(at, id, number)| (at, id.as_bytes().to_vec(), number));
    let (at, id) = (arguments.add(at)?, arguments.add(id)?);
    let number = arguments.add(number)?;
    let scope = scope(wanted, &mut arguments)?;
    let event = match &wanted.event {
        Some(event) => format!(
            " AND EXISTS (SELECT 1 FROM deliveries y JOIN events z ON z.id = y.event_id \
             WHERE y.id = x.delivery_id AND z.name = {})",
            arguments.add(event.clone())?
        ),
        None => String::new(),
    };
    let text = format!(
        "SELECT a.delivery_id, a.number, a.started_at, a.duration_ms, a.status_code, a.error, \
         a.response, i.id AS installation_id, e.extension_id, v.name, d.event_version \
         FROM installations i JOIN attempts a ON (a.delivery_id, a.number) IN \
         (SELECT x.delivery_id, x.number FROM attempts x WHERE x.installation_id = i.id \
         AND (x.started_at, x.delivery_id, x.number) < ({at}, {id}, {number}){event} \
         ORDER BY x.started_at DESC, x.delivery_id DESC, x.number DESC LIMIT {most}) \
         JOIN deliveries d ON d.id = a.delivery_id JOIN events v ON v.id = d.event_id \
         JOIN extensions e ON e.number = i.extension_number WHERE {scope} \
         ORDER BY a.started_at DESC, a.delivery_id DESC, a.number DESC LIMIT {most}"
    );
    Ok((text, arguments))
}

fn logs(
    wanted: &ListExtensionEvents,
    after: Option<LogKey>,
) -> Result<(String, Arguments), StoreError> {
    let mut arguments = Arguments::default();
    let most = most(wanted, &mut arguments)?;
    let (at, id) = after.unwrap_or((i64::MAX, 0));
    let (at, id) = (arguments.add(at)?, arguments.add(id)?);
    let scope = scope(wanted, &mut arguments)?;
    let mut entries = String::new();
    if let Some(kind) = wanted.kind {
        entries += &format!(" AND x.kind = {}", arguments.add(kind.as_str())?);
    }
    if let Some(event) = &wanted.event {
        entries += &format!(" AND x.event = {}", arguments.add(event.clone())?);
    }
    let text = format!(
        "SELECT l.id, l.delivery_id, l.created_at, l.kind, l.event, l.version, l.data, l.happened_at, \
         i.id AS installation_id, e.extension_id FROM installations i \
         JOIN extension_events l ON l.id IN (SELECT x.id FROM extension_events x \
         WHERE x.installation_id = i.id AND (x.created_at, x.id) < ({at}, {id}){entries} \
         ORDER BY x.created_at DESC, x.id DESC LIMIT {most}) \
         JOIN extensions e ON e.number = i.extension_number WHERE {scope} \
         ORDER BY l.created_at DESC, l.id DESC LIMIT {most}"
    );
    Ok((text, arguments))
}

fn most(wanted: &ListExtensionEvents, arguments: &mut Arguments) -> Result<String, StoreError> {
    arguments.add(i64::try_from(wanted.limit.get() + 1).unwrap_or(i64::MAX))
}

/// The installations that are meant.
fn scope(wanted: &ListExtensionEvents, arguments: &mut Arguments) -> Result<String, StoreError> {
    let mut scope = format!("i.project_id = {}", arguments.add(i64::from(wanted.project_id))?);
    if let Some(installation) = wanted.installation_id {
        scope += &format!(" AND i.id = {}", arguments.add(i64::from(installation))?);
    }
    if let Some(extension) = &wanted.extension_id {
        scope += &format!(" AND e.extension_id = {}", arguments.add(extension.clone())?);
    }
    Ok(scope)
}

fn attempt(row: &AnyRow) -> Result<Found, StoreError> {
    let delivery_id = read(row, "delivery_id", |id: Vec<u8>| DeliveryId::from_slice(&id))?;
    let (at, number) = (time(row, "started_at")?, row.try_get("number")?);
    let diagnostics: Option<String> = row.try_get("error")?;
    let status = match diagnostics {
        None => AttemptStatus::Delivered,
        Some(_) => AttemptStatus::Failed,
    };
    let entry = Entry::Delivery {
        status,
        attempt: number,
        status_code: status_code(row)?,
        duration_ms: row.try_get("duration_ms")?,
        diagnostics,
        response: row.try_get("response")?,
    };
    Ok(Found {
        key: Key::Attempt((at.as_millisecond(), delivery_id, number)),
        entry: ExtensionEvent {
            at,
            installation_id: read(row, "installation_id", |id: i64| id.try_into())?,
            extension_id: row.try_get("extension_id")?,
            delivery_id: Some(delivery_id),
            event: row.try_get("name")?,
            event_version: row.try_get("event_version")?,
            entry,
        },
    })
}

fn log(row: &AnyRow) -> Result<Found, StoreError> {
    let at: Timestamp = time(row, "created_at")?;
    Ok(Found {
        key: Key::Log((at.as_millisecond(), row.try_get("id")?)),
        entry: ExtensionEvent {
            at,
            installation_id: read(row, "installation_id", |id: i64| id.try_into())?,
            extension_id: row.try_get("extension_id")?,
            delivery_id: read(row, "delivery_id", |id: Option<Vec<u8>>| {
                id.map(|id| DeliveryId::from_slice(&id)).transpose()
            })?,
            event: row.try_get("event")?,
            event_version: row.try_get("version")?,
            entry: told(row)?,
        },
    })
}

/// A metric's data as it is stored.
#[derive(Deserialize)]
struct Measured {
    value: Number,
    unit: String,
}

/// What an extension told.
fn told(row: &AnyRow) -> Result<Entry, StoreError> {
    let happened_at = time_or_none(row, "happened_at")?;
    Ok(match row.try_get::<String, _>("kind")?.as_str() {
        "log" => Entry::Log { data: json(row, "data")?, happened_at },
        "analytics" => Entry::Analytics { data: json(row, "data")?, happened_at },
        "metric" => {
            let Measured { value, unit } = json(row, "data")?;
            Entry::Metric { value, unit }
        }
        "notification" => {
            let Data { body, level } = json(row, "data")?;
            Entry::Notification { body, level }
        }
        _ => return Err(StoreError::Damaged("kind")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::plan::plan;
    use prometheus_client::metrics::histogram::Histogram;

    #[tokio::test]
    async fn the_activity_is_read_by_index_in_its_order() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), plan, Histogram::new([1.0])).await.unwrap();
        for filtered in [false, true] {
            let wanted = ListExtensionEvents {
                project_id: 27.try_into().unwrap(),
                installation_id: filtered.then(|| 5.try_into().unwrap()),
                extension_id: filtered.then(|| "com.example.crm".to_owned()),
                kind: None,
                event: None,
                limit: Default::default(),
                cursor: None,
            };
            for (part, index) in [
                (attempts(&wanted, None), "attempts_by_installation (installation_id=?"),
                (logs(&wanted, None), "extension_events_by_installation (installation_id=?"),
            ] {
                let (text, arguments) = part.unwrap();
                let steps = arguments.steps(&text, &store).await;
                let search = format!("SEARCH x USING INDEX {index}");
                assert!(steps.iter().any(|step| step.starts_with(&search)), "{steps:#?}");
                let scans = |step: &String| ["SCAN a", "SCAN l", "SCAN d"].contains(&step.as_str());
                assert!(!steps.iter().any(scans), "{steps:#?}");
            }
        }
        store.close().await;
    }
}
